// Package coupontest holds a coupon.Store to its contract, on testing alone:
//
//	func TestMyStore(t *testing.T) {
//		coupontest.TestStore(t, func(t *testing.T) coupon.Store { return open(t) })
//	}
package coupontest
