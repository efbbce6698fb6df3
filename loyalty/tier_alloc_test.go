//go:build !race

package loyalty

import (
	"fmt"
	"testing"
	"time"
)

// TestTierAllocs: growth allocates nothing where no tier changes, and a look at the tier
// in force neither.
func TestTierAllocs(t *testing.T) {
	for _, mode := range []TierMode{CalendarYear, MembershipYear, Rolling} {
		c := TierConfig{Levels: fourTiers(), Period: TierPeriod{Mode: mode}}
		if mode == Rolling {
			c.Period.Span = span("P1Y")
		}
		b := &tierBook{r: mustTiers(t, tierProgram(nil, c))}
		at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range 300 {
			b.grow(at.AddDate(0, 0, i), at.AddDate(0, 0, i), points(2), TierReached)
		}
		at = at.AddDate(0, 0, 300)
		if n := testing.AllocsPerRun(100, func() { b.grow(at, at, points(0), TierReached) }); n != 0 {
			t.Errorf("%s: %v allocations without growth", mode, n)
		}
		if n := testing.AllocsPerRun(100, func() { b.grow(at, at, TierSums{1, 0, 1}, TierReached) }); n != 0 {
			t.Errorf("%s: %v allocations", mode, n)
		}
	}
}

// BenchmarkTierGrow is growth with the change applied.
func BenchmarkTierGrow(b *testing.B) {
	for _, mode := range []TierMode{CalendarYear, MembershipYear, Rolling} {
		c := TierConfig{Levels: fourTiers(), Period: TierPeriod{Mode: mode}}
		if mode == Rolling {
			c.Period.Span = span("P1Y")
		}
		b.Run("mode="+string(mode), func(b *testing.B) {
			k := &tierBook{r: mustTiers(b, tierProgram(zoneNamed(b, "Asia/Shanghai"), c))}
			at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
			for i := range 300 {
				k.grow(at.AddDate(0, 0, i), at.AddDate(0, 0, i), points(5), TierReached)
			}
			at = at.AddDate(0, 0, 300)
			b.ReportAllocs()
			for b.Loop() {
				k.grow(at, at, TierSums{1, 0, 0}, TierReached)
			}
		})
	}
}

// BenchmarkTierEarn decides and applies an earning, without tiers and with them.
func BenchmarkTierEarn(b *testing.B) {
	for _, mode := range []TierMode{"", CalendarYear, Rolling} {
		b.Run("tiers="+string(mode), func(b *testing.B) {
			d := newDesk(b, func(p *Program) {
				if mode == "" {
					return
				}
				withTiers(func(c *TierConfig) {
					if c.Period.Mode = mode; mode == Rolling {
						c.Period.Span = span("P1Y")
					}
				})(p)
			})
			d.do(&Earn{d.head(day(0)), order("first", 600)})
			a := d.a.Clone()
			keys := make([]Key, 1<<12)
			for i := range keys {
				keys[i] = Key(fmt.Sprintf("key-%08d", i))
			}
			earn := Earn{Header{At: day(1)}, order("o", 0)}
			var dec Decision
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				if n == len(keys) {
					b.StopTimer()
					n = 0
					d.a.CopyTo(a)
					b.StartTimer()
				}
				earn.Key, earn.Order.ID = keys[n], string(keys[n])
				n++
				if err := d.e.DecideInto(&dec, a, &earn, t0); err != nil {
					b.Fatal(err)
				}
				if err := a.Apply(&dec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
