package sqltest

import (
	"testing"

	"github.com/guanxi-go/guanxi/loyalty/loyaltytest"
)

func TestKit(t *testing.T) {
	f := loyaltytest.Features{Outbox: true, Multi: true, Aggregate: true, Reopen: true, Other: true, Crash: true, Tx: true}
	each(t, func(t *testing.T, d *database) { loyaltytest.TestStore(t, d.harness(false), f) })
}

func TestKitLocking(t *testing.T) {
	f := loyaltytest.Features{Outbox: true, Lock: true, Multi: true, Aggregate: true, Reopen: true, Other: true, Tx: true}
	each(t, func(t *testing.T, d *database) { loyaltytest.TestStore(t, d.harness(true), f) })
}
