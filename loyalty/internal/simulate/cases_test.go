package simulate

import (
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// bare is a programme in which an order earns as much growth as it costs, and nothing else.
func bare() loyalty.Program {
	p := loyalty.Program{Version: 1, Currency: "CNY", Decimals: 2, Location: time.UTC}
	p.Kinds = []loyalty.KindConfig{{ID: kindGrowth, Tiers: true}}
	for _, k := range spendables {
		p.Kinds = append(p.Kinds, loyalty.KindConfig{ID: k, Spendable: true})
	}
	p.Rules = loyalty.Add
	p.Earning = []loyalty.EarnRule{{ID: "grow", Kind: kindGrowth, Points: loyalty.Rational{Num: 1, Den: 1}, Per: money(100)}}
	growth := func(n loyalty.Points) loyalty.Threshold {
		return loyalty.Threshold{Points: []loyalty.KindPoints{{Kind: kindGrowth, Points: n}}}
	}
	p.Tiers.Levels = []loyalty.Tier{{ID: "basic"}, {ID: "silver", Entry: growth(500)}, {ID: "gold", Entry: growth(800), Keep: growth(480)}}
	return p
}

// played is a world in which orders of an account were bought and given back.
func played(t *testing.T, p loyalty.Program, steps []loyalty.Command) *World {
	t.Helper()
	w, err := newWorld(p, func(e *loyalty.Engine) Host { return NewMemory(e) })
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range steps {
		h := headerOf(c)
		h.Key = loyalty.Key(fmt.Sprint("k", i))
		if err := w.Step(Step{Account: "a", Command: c, Recorded: h.At}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Laws(); err != nil {
		t.Fatal(err)
	}
	return w
}

func bought(day time.Time, id string, amount int64) loyalty.Command {
	return &loyalty.Earn{Header: loyalty.Header{At: day}, Order: loyalty.Order{ID: id, Lines: []loyalty.OrderLine{{ID: "0", Amount: money(amount * 100)}}}}
}

// TestOldRefund: a refund asks the last review again, and no older one; the tier that a
// customer kept since stays (seed 417: the reference had it fall).
func TestOldRefund(t *testing.T) {
	day := func(year int, month time.Month) time.Time { return time.Date(year, month, 10, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		back time.Time
		tier string // at the end of that year
	}{{day(2026, 11), "silver"}, {day(2027, 3), "silver"}, {day(2028, 3), "gold"}} {
		steps := []loyalty.Command{bought(day(2026, 2), "o1", 300), bought(day(2026, 5), "o2", 500)}
		if c.back.Year() > 2026 {
			steps = append(steps, bought(day(2027, 2), "o3", 480))
		}
		steps = append(steps, &loyalty.Refund{Header: loyalty.Header{At: c.back}, Order: "o1", Refund: "r"})
		w := played(t, bare(), steps)
		a, err := w.host.Account("a")
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(c.back.Year(), 12, 31, 0, 0, 0, 0, time.UTC)
		if v, _ := w.engine.Tier(a, at); v.Tier != c.tier || w.rules.tierAt(w.side("a").ref, at.UnixMicro()) != c.tier {
			t.Errorf("refund of %s: %+v, the reference has %q", c.back, v, w.rules.tierAt(w.side("a").ref, at.UnixMicro()))
		}
	}
}

// TestRefundAtOnce: what comes back at the very instant at which it was bought has reached
// nothing, in a rolling span too.
func TestRefundAtOnce(t *testing.T) {
	for _, mode := range []loyalty.TierMode{loyalty.CalendarYear, loyalty.Rolling} {
		for _, later := range []time.Duration{0, time.Microsecond} {
			p := bare()
			p.Tiers.Period.Mode = mode
			if mode == loyalty.Rolling {
				p.Tiers.Period.Span = span("P90D")
			}
			at := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
			w := played(t, p, []loyalty.Command{bought(at, "o1", 900), &loyalty.Refund{Header: loyalty.Header{At: at.Add(later)}, Order: "o1", Refund: "r"}})
			a, err := w.host.Account("a")
			if err != nil {
				t.Fatal(err)
			}
			if v, _ := w.engine.Tier(a, at.Add(later)); v.Tier != "basic" {
				t.Errorf("%s, %s later: %+v", mode, later, v)
			}
		}
	}
}
