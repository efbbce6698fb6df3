//go:build !race

package worth_test

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/rfm/clv/worth"
)

// An entry of a known customer and period costs no memory.
func TestNoAllocations(t *testing.T) {
	l := ledger(t, worth.LedgerConfig{Decimals: 2})
	e := entry{Customer: 7, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Revenue: dec("1.50")}
	if err := l.Add(e); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = l.Add(e) }); n != 0 {
		t.Errorf("Add: %v allocs, want 0", n)
	}
}
