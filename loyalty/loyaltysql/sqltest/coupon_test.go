package sqltest

import (
	"testing"

	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/guanxi-go/guanxi/loyalty/coupon/coupontest"
)

// TestCoupons holds the coupons that are kept as rows of the ledger to their contract.
func TestCoupons(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		db := d.open(t)
		coupontest.TestStore(t, func(t *testing.T) coupon.Store { return coupon.InLedger(d.store(t, db)) })
	})
}
