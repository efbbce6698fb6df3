package loyalty

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// rolling makes the tiers those of a rolling span.
func rolling(days string, more ...func(*TierConfig)) func(*Program) {
	return withTiers(append([]func(*TierConfig){func(c *TierConfig) {
		c.Period = TierPeriod{Mode: Rolling, Span: span(days)}
	}}, more...)...)
}

func graceOf(s string) func(*TierConfig) {
	return func(c *TierConfig) { c.Downgrade.Grace = span(s) }
}

// have returns the growth value that counts at a time.
func (d *desk) have(at time.Time) int64 {
	v, _ := d.e.Tier(d.a, at)
	return v.Growth[0].Have
}

// TestTierTakenByHand: growth that is taken by hand is gone at once, from its own day and
// then from the newest before it, whatever the order on a day.
func TestTierTakenByHand(t *testing.T) {
	adjust := func(d *desk, on int, n Points) {
		d.do(&Adjust{Header: d.head(day(on)), Kind: "growth", Points: n, Note: Note{"fraud", "amy"}})
	}
	for name, f := range map[string]func(*Program){"years": withTiers(), "rolling": rolling("P1Y")} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, f)
			d.do(&Earn{d.head(day(0)), order("o1", 1200)})
			d.tier(day(29), "gold")
			adjust(d, 30, -1100)
			if v := d.tier(day(30), "member"); v.Reason != TierAdjusted || v.Growth[0].Have != 100 {
				t.Errorf("%+v", v)
			}
			for _, first := range []Points{-600, 600} {
				d := newDesk(t, f)
				d.do(&Earn{d.head(day(0)), order("o", 10)})
				adjust(d, 1, first)
				adjust(d, 1, -first)
				if d.tier(day(1), "member"); d.have(day(1)) != 10 {
					t.Errorf("%d first: %d", first, d.have(day(1)))
				}
			}
		})
	}
	t.Run("a mistake that is put right", func(t *testing.T) {
		d := newDesk(t, rolling("P100D"))
		d.do(&Earn{d.head(day(0)), order("o1", 500)})
		adjust(d, 10, 600)
		d.tier(day(10), "gold")
		d.do(&Earn{d.head(day(11)), order("o2", 30)})
		adjust(d, 12, -600)
		d.tier(day(12), "silver") // of day 11, and 570 of day 10
		for on, want := range map[int]int64{12: 530, 99: 530, 100: 30, 109: 30, 110: 0} {
			if got := d.have(day(on)); got != want {
				t.Errorf("day %d: %d, want %d", on, got, want)
			}
		}
		if err := d.a.Check(); err != nil {
			t.Error(err)
		}
	})
	t.Run("spendable points", func(t *testing.T) {
		d := newDesk(t, func(p *Program) {
			p.Kinds[0].Tiers, p.Kinds[0].Pending = true, PendingRule{}
			p.Tiers = TierConfig{Period: TierPeriod{Rolling, span("P1Y")}, Levels: []Tier{{ID: "m"}, {ID: "g", Entry: Threshold{Points: []KindPoints{{"points", 100}}}}}}
		})
		d.do(&Earn{d.head(day(0)), order("o1", 100)})
		d.tier(day(2), "g")
		d.do(&Adjust{Header: d.head(day(3)), Kind: "points", Points: -100, Note: Note{"fraud", "amy"}})
		d.tier(day(3), "m")
	})
}

// TestTierBoughtAndReturned: orders that are returned neither prolong grace nor end a soft
// landing of a rolling span.
func TestTierBoughtAndReturned(t *testing.T) {
	buyAndReturn := func(d *desk, on, back int, amount int64) {
		id := fmt.Sprint("x", on)
		d.do(&Earn{d.head(day(on)), order(id, amount)})
		d.do(&Refund{Header: d.head(day(back)), Order: id})
	}
	for _, timing := range []TierTiming{TierNow, TierAtReview} {
		refund := func(c *TierConfig) { c.Refund = timing }
		t.Run(string(timing), func(t *testing.T) {
			d := newDesk(t, rolling("P100D", graceOf("P20D"), refund))
			d.do(&Earn{d.head(day(0)), order("o1", 600)}) // silver; not kept from day 100, grace until 120
			d.tier(day(119), "silver")
			buyAndReturn(d, 118, 118, 1000)
			for on := 121; on < 230; on += 17 {
				d.tier(day(on), "member")
				buyAndReturn(d, on, on, 1000)
				d.tier(day(on+1), "member")
			}

			d = newDesk(t, rolling("P100D", graceOf("P20D"), refund))
			d.do(&Earn{d.head(day(0)), order("o1", 600)})
			buyAndReturn(d, 110, 130, 1000) // grace was over meanwhile
			d.tier(day(131), "member")

			d = newDesk(t, rolling("P100D", graceOf("P20D"), refund))
			d.do(&Earn{d.head(day(0)), order("o1", 600)})
			buyAndReturn(d, 119, 125, 400) // spares silver on day 120
			d.tier(day(126), "member")

			d = newDesk(t, rolling("P100D", refund, func(c *TierConfig) { c.Downgrade.To = DownOne }))
			d.do(&Earn{d.head(day(0)), order("o1", 1000)}) // gold until 100, then silver until 200
			buyAndReturn(d, 110, 110, 1000)
			d.tier(day(111), "silver")
			d.tier(day(199), "silver")
			d.tier(day(200), "member")
			buyAndReturn(d, 195, 205, 1000) // over meanwhile
			d.tier(day(206), "member")
		})
	}
}

// TestTierSpared: what came back has spared no tier in grace.
func TestTierSpared(t *testing.T) {
	at := func(s string) time.Time { return (&tierLine{at: s + " 12:00"}).time(t, time.UTC) }
	type line struct {
		at, earned string
		n          int64
		tier       string // after it
	}
	spared := []line{{"2025-01-01", "2025-01-01", 1000, "gold"}, {"2027-01-20", "2027-01-20", 900, "gold"}, {"2027-02-04", "", 0, "gold"}}
	for _, tc := range []struct {
		name  string
		c     TierConfig
		lines []line
	}{
		{"now", TierConfig{}, []line{{"2027-02-05", "2027-01-20", -100, "gold"}, {"2027-02-06", "2027-01-20", -1, "silver"}, {"2027-02-07", "2027-01-20", -799, "member"}}},
		{"now, all at once", TierConfig{}, []line{{"2027-02-05", "2027-01-20", -900, "member"}, {"2028-03-01", "", 0, "member"}}},
		{"at the review", TierConfig{Refund: TierAtReview}, []line{{"2027-02-05", "2027-01-20", -900, "gold"}, {"2027-12-31", "", 0, "gold"}, {"2028-01-01", "", 0, "member"}}},
		{"when the year is over", TierConfig{}, []line{{"2028-01-20", "2027-01-20", -900, "member"}}},
		{"one down", TierConfig{Downgrade: DowngradeRule{To: DownOne}}, []line{{"2027-02-05", "2027-01-20", -900, "silver"}, {"2028-01-20", "", 0, "silver"}, {"2028-02-02", "", 0, "member"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.c.Levels, tc.c.Downgrade.Grace = fourTiers(), span("P31D")
			b := &tierBook{r: mustTiers(t, tierProgram(time.UTC, tc.c))}
			for _, l := range append(spared[:len(spared):len(spared)], tc.lines...) {
				if l.n != 0 {
					b.grow(at(l.at), at(l.earned), points(l.n), TierRefunded)
				}
				if _, got := b.look(at(l.at)); got != l.tier {
					t.Errorf("%s, after %d: %s, want %s", l.at, l.n, got, l.tier)
				}
			}
		})
	}
}

// TestTierLateRefund: what is entered late, out of a rolling span, and counts in the
// present is taken from where it counted.
func TestTierLateRefund(t *testing.T) {
	d := newDesk(t, rolling("P30D", func(c *TierConfig) { c.Late = LatePresent }), func(p *Program) {
		p.Policy.Backdate, p.Policy.BackdateWithin = BackdateAccept, span("P90D")
	})
	d.do(&Earn{d.head(day(100)), order("o1", 1)})
	d.do(&Earn{d.head(day(50)), order("o2", 1200)})
	if d.tier(day(100), "gold"); d.have(day(100)) != 1201 {
		t.Error(d.have(day(100)))
	}
	d.do(&Refund{Header: d.head(day(101)), Order: "o2", Refund: "r1", Lines: []RefundLine{{Line: "1", Amount: decimal.NewFromInt(700)}}})
	if d.tier(day(101), "silver"); d.have(day(101)) != 501 {
		t.Error(d.have(day(101)))
	}
	d.do(&Refund{Header: d.head(day(102)), Order: "o2", Refund: "r2"})
	if d.tier(day(102), "member"); d.have(day(102)) != 1 {
		t.Error(d.have(day(102)))
	}
	if rec, _ := d.a.Order("o2"); rec.Counted != InstantOf(day(100)) {
		t.Errorf("%+v", rec)
	}
	if err := Verify("a", Entries(d.journal)); err != nil {
		t.Error(err)
	}
}
