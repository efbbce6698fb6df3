//go:build !race

package retention_test

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/churn/retention"
)

func TestAllocs(t *testing.T) {
	b, asOf := log(20_000, 3000, 24)
	for _, cfg := range []retention.Config{
		{Unit: retention.Month, From: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Periods: 24},
		{Unit: retention.Day, From: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Periods: 731},
		{Unit: retention.Month, From: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Periods: 24, Window: retention.Rolling, Days: 7},
	} {
		c := fill(t, cfg, nil)
		if err := c.AddBatch(b); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(5, func() {
			c.Reset()
			if err := c.AddBatch(b); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("AddBatch into a warmed accumulator: %v allocs", n)
		}
		if _, err := c.Table(asOf); err != nil {
			t.Fatal(err)
		}
	}
	m := movement(t, nil)
	if n := testing.AllocsPerRun(20, func() { _ = m.AddMinor(100, 50, false) }); n != 0 {
		t.Errorf("AddMinor: %v allocs", n)
	}
}

// The bar is 10,000,000 activities × 24 months in a second; a tenth of them gets
// the whole second, so that a busy machine does not fail.
func TestAMillionActivitiesAreQuick(t *testing.T) {
	b, asOf := log(1_000_000, 100_000, 24)
	c := fill(t, retention.Config{Unit: retention.Month, From: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Periods: 24}, nil)
	began := time.Now()
	if err := c.AddBatch(b); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Table(asOf); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("1,000,000 activities took %v", took)
	}
}
