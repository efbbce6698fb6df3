package coupontest_test

import (
	"context"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/guanxi-go/guanxi/loyalty/coupon/coupontest"
)

// hostStore stands for a host's own store.
type hostStore struct {
	coupon.Memory
}

func (s *hostStore) Commit(ctx context.Context, c coupon.Change) error {
	return s.Memory.Commit(ctx, c)
}

func TestHostStore(t *testing.T) {
	coupontest.TestStore(t, func(*testing.T) coupon.Store { return &hostStore{} })
}

// A host's own store is put to the contract by its own test.
func ExampleTestStore() {
	_ = func(t *testing.T) { // TestMyStore
		coupontest.TestStore(t, func(*testing.T) coupon.Store { return &hostStore{} })
	}
	// Output:
}
