// Package lifecycletest holds a host's lifecycle.Store to its contract, on
// package testing alone:
//
//	func TestStore(t *testing.T) {
//		lifecycletest.TestStore(t, func(t *testing.T) lifecycle.Store { return openMine(t) })
//	}
package lifecycletest
