package segment

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func moment(t *testing.T, zone, s string) (At, *time.Location) {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05.999999", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return At{Now: at, Location: loc, WeekStart: time.Monday}, loc
}

// When it is exactly that a window lets go, by hand.
func TestNextChange(t *testing.T) {
	for _, tt := range []struct {
		name, zone, now, buy string
		e                    Expr[customer]
		match                bool
		next                 string // "" never
	}{
		{"24 hours over the spring change", "America/New_York", "2026-03-07 20:00:00", "2026-03-07 18:00:00", lastBuy.Within(LastHours(24)), true, "2026-03-08 19:00:00"},
		{"today", "America/New_York", "2026-03-08 20:00:00", "2026-03-08 01:30:00", lastBuy.Within(LastDays(1)), true, "2026-03-09 00:00:00"},
		{"midnight that does not exist", "America/Havana", "2026-03-07 12:00:00", "2026-03-07 10:00:00", lastBuy.Within(LastDays(1)), true, "2026-03-08 01:00:00"},
		{"week from Monday", "Asia/Shanghai", "2026-03-14 12:00:00", "2026-03-09 00:00:00", lastBuy.Within(LastWeeks(1)), true, "2026-03-16 00:00:00"},
		{"month of 31 days", "UTC", "2026-02-10 00:00:00", "2026-01-31 10:00:00", lastBuy.Within(LastMonths(1)), true, "2026-03-01 00:00:00"},
		{"month from the 28th", "UTC", "2026-03-10 00:00:00", "2026-02-28 10:00:00", lastBuy.Within(LastMonths(1)), true, "2026-03-28 00:00:00"},
		{"not yet", "UTC", "2026-03-10 00:00:00", "2026-03-12 10:00:00.5", lastBuy.Within(LastDays(3)), false, "2026-03-12 10:00:00.5"},
		{"over", "UTC", "2026-03-10 00:00:00", "2026-01-12 10:00:00", lastBuy.Within(LastDays(3)), false, ""},
		{"not within", "UTC", "2026-03-10 00:00:00", "2026-03-09 10:00:00", lastBuy.NotWithin(LastDays(3)), false, "2026-03-12 00:00:00"},
		{"masked", "UTC", "2026-03-10 00:00:00", "2026-03-09 10:00:00", Any(lastBuy.Within(LastDays(3)), lastBuy.Within(LastDays(9))), true, "2026-03-18 00:00:00"},
		{"leap birthday in a common year", "UTC", "2027-01-01 00:00:00", "2027-01-01 00:00:00", birthday.AnniversaryWithin(7), false, "2027-02-22 00:00:00"},
		{"leap birthday is over", "UTC", "2027-02-28 00:00:00", "2027-01-01 00:00:00", birthday.AnniversaryWithin(7), true, "2027-03-01 00:00:00"},
		{"leap birthday in a leap year", "UTC", "2028-02-28 00:00:00", "2027-01-01 00:00:00", birthday.AnniversaryWithin(7), true, "2028-03-01 00:00:00"},
		{"every day", "UTC", "2028-02-28 00:00:00", "2027-01-01 00:00:00", birthday.AnniversaryWithin(366), true, ""},
		{"day without an anniversary ahead", "UTC", "2027-03-02 00:00:00", "2027-01-01 00:00:00", birthday.AnniversaryWithin(365), true, "2028-02-29 23:59:59.999999"},
		{"no time in it", "UTC", "2027-03-02 00:00:00", "2027-01-01 00:00:00", lastBuy.Before(now.Now), false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at, loc := moment(t, tt.zone, tt.now)
			buy, _ := moment(t, tt.zone, tt.buy)
			c := &customer{LastBuy: &buy.Now, Birthday: new(NewDate(2000, 2, 29))}
			r := mustCompile(t, tt.e.e, at)
			if r.Match(c) != tt.match {
				t.Fatal("match")
			}
			next, ok := r.NextChange(c)
			if tt.name == "day without an anniversary ahead" {
				// In the 366 days from 1 March 2027 each day comes up within 365 but one.
				if ok && mustCompile(t, tt.e.e, At{Now: next, Location: loc}).Match(c) == tt.match {
					t.Fatal(next)
				}
				return
			}
			if ok != (tt.next != "") {
				t.Fatal(next, ok)
			}
			if ok {
				want, _ := moment(t, tt.zone, tt.next)
				if !next.Equal(want.Now) || next.Location() != loc {
					t.Errorf("%v, want %v", next, want.Now)
				}
			}
		})
	}
}

// A window lets in its first microsecond and the moment itself, and nothing
// before or after.
func TestWindowEdges(t *testing.T) {
	at, _ := moment(t, "Asia/Shanghai", "2026-03-15 12:00:00")
	for _, tt := range []struct {
		w    Window
		from string
	}{
		{LastHours(24), "2026-03-14 12:00:00.000001"}, {LastDays(1), "2026-03-15 00:00:00"}, {LastDays(30), "2026-02-14 00:00:00"},
		{LastWeeks(1), "2026-03-09 00:00:00"}, {LastWeeks(2), "2026-03-02 00:00:00"}, {LastMonths(1), "2026-02-16 00:00:00"}, {LastMonths(12), "2025-03-16 00:00:00"},
	} {
		from, _ := moment(t, "Asia/Shanghai", tt.from)
		r := mustCompile(t, lastBuy.Within(tt.w).e, at)
		for d, want := range map[time.Duration]bool{-time.Microsecond: false, 0: true} {
			if got := r.Match(&customer{LastBuy: new(from.Now.Add(d))}); got != want {
				t.Errorf("%v from %v: %v", tt.w, from.Now.Add(d), got)
			}
		}
		for d, want := range map[time.Duration]bool{0: true, 999: true, time.Microsecond: false} {
			if got := r.Match(&customer{LastBuy: new(at.Now.Add(d))}); got != want {
				t.Errorf("%v to %v: %v", tt.w, at.Now.Add(d), got)
			}
		}
	}
}

// Sums beyond 64 bits are compared exactly.
func TestSumBeyond64Bits(t *testing.T) {
	var c customer
	for i := range 5 {
		c.Orders = append(c.Orders, order{At: new(now.Now.Add(-time.Duration(i) * time.Hour)), Qty: new(int64(math.MaxInt64))})
	}
	limit := int64(math.MaxInt64 - 2)
	for e, want := range map[*Expr[customer]]bool{
		new(orders.SumInt(qty).AtLeast(limit)): true, new(orders.SumInt(qty).AtMost(limit)): false, new(orders.SumInt(qty).Is(-5)): false,
		new(orders.SumInt(qty).In(-5, 3)): false, new(orders.AvgInt(qty).More(dec("0"))): true, new(orders.AvgInt(qty).Is(dec("900000000000000"))): false,
	} {
		if got := mustCompile(t, e.e, now).Match(&c); got != want {
			t.Error(got)
		}
	}
	if x := mustCompile(t, orders.SumInt(qty).AtMost(limit).e, now).Explain(&c); x.Actual != "46116860184273879035" {
		t.Errorf("%+v", x)
	}
}

func TestInt128(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() int64 {
		v := []int64{math.MinInt64, math.MaxInt64, -1, 0, 1, int64(r.Uint64())}[r.IntN(6)]
		return v
	}
	for range 10000 {
		a, b := draw(), draw()
		sum, want := int128{}, new(big.Int)
		for range r.IntN(20) {
			v := draw()
			sum, want = sum.add(v), want.Add(want, big.NewInt(v))
		}
		if sum.big().Cmp(want) != 0 || sum.times(10000).big().Cmp(new(big.Int).Mul(want, big.NewInt(10000))) != 0 {
			t.Fatal(want)
		}
		p := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		if product(a, b).big().Cmp(p) != 0 || sum.compare(product(a, b)) != want.Cmp(p) || widen(a).big().Cmp(big.NewInt(a)) != 0 {
			t.Fatal(a, b)
		}
	}
}

// Ids are for ever: this one was fixed with semantics version 1.
func TestIDIsPinned(t *testing.T) {
	r := compileIssue(t)
	const want = `{"combinator":"and","rules":[{"field":"age","operator":"between","value":[25,39]},{"field":"country","operator":"in","value":["CN","SG"]},{"field":"last_buy","operator":"withinDays","value":31},{"field":"r","operator":">=","value":4},{"field":"spend","operator":">=","value":"2000.00"},{"field":"tags","operator":"hasAny","value":["vip"]}]}`
	if got := string(r.Canonical()); got != want {
		t.Error(got)
	}
	if got := r.ID(); got != pinned {
		t.Error(got)
	}
	moved, err := r.At(At{Now: now.Now.AddDate(1, 0, 0)})
	if err != nil || moved.ID() != pinned {
		t.Error("the moment is no part of the id")
	}
}

// Keys of atoms tell every two that differ.
func TestAtomKeys(t *testing.T) {
	seen := map[string]string{}
	for seed := range uint64(2000) {
		g := newGenerator(7) // one moment for all
		g.Rand = rand.New(rand.NewPCG(seed, 9))
		mustCompile(t, g.expr(1), g.at).tree.leaves(func(n *node) {
			key := string(n.atom.bind(g.at.calendar()).appendKey(nil))
			json, _ := canonicalLeaf(&node{atom: n.atom})
			if a := n.atom; a.op == atomWithin || a.agg != nil && !a.agg.win.IsZero() || a.op == atomAnniversary || a.agg != nil && (a.agg.filter.isTimed() || a.agg.then.isTimed()) {
				return // two windows may have the same bounds now
			}
			if a := n.atom; a.agg != nil && (a.agg.filter != nil || a.agg.then != nil) {
				return // the key keeps the order of groups
			}
			if old, ok := seen[key]; ok && old != string(json) {
				t.Errorf("%s\n%s", old, json)
			}
			seen[key] = string(json)
		})
	}
	texts := map[string]bool{}
	for _, json := range seen {
		if texts[json] {
			t.Error("two keys of", json)
		}
		texts[json] = true
	}
}

// Every operator of every field is in the editor's configuration, in both
// languages, and is accepted back.
func TestEditor(t *testing.T) {
	for _, lang := range []guanxi.Lang{guanxi.EN, guanxi.ZH} {
		e := schema.Editor(lang, Option{Value: "vip"})
		if len(e.Fields) != len(schema.fields)+1 || e.Fields[len(e.Fields)-1].Name != "$segment" || len(e.Combinators) != 2 {
			t.Fatal(len(e.Fields))
		}
		for i, f := range e.Fields {
			if f.Label == "" || len(f.Operators) == 0 && f.Subproperties == nil {
				t.Errorf("%+v", f)
			}
			for _, o := range f.Operators {
				if o.Label == "" || !Operator(o.Name).known() || i < len(schema.fields) && Operator(o.Name).arity() == arityRef {
					t.Errorf("%+v", o)
				}
			}
			for _, a := range f.Aggregates {
				if a.Label == "" {
					t.Errorf("%+v", a)
				}
			}
		}
		ev := e.Fields[len(e.Fields)-2]
		if len(ev.MatchModes) != 6 || len(ev.Subproperties.Fields) != 6 || len(ev.Aggregates) != len(aggNames) {
			t.Errorf("%+v", ev)
		}
	}
	for _, o := range operators {
		pos, neg := o.op.positive()
		if back, ok := o.op.negation(); neg && (!ok || back != pos) {
			t.Error(o.op)
		}
		if o.label.EN == "" || o.label.ZH == "" {
			t.Error(o.op)
		}
	}
	for _, k := range []Kind{Geographic, Demographic, Psychographic, Behavioural} {
		if k.Label(guanxi.EN) == "" || k.Label(guanxi.ZH) == "" {
			t.Error(k)
		}
	}
	if Trait("").Label(guanxi.ZH) != "显性" || Inferred.Label(guanxi.EN) != "Inferred" {
		t.Error("trait")
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{"CN": "cn", "É": "é", "ſ": "s", "K": "k", "ς": "σ", "中": "中", "İ": "i"} {
		if got := Fold(in); got != want || Fold(got) != got {
			t.Errorf("%q: %q", in, got)
		}
	}
	r := mustCompile(t, note.Contains("SECRET").e, now)
	if !r.Match(&customer{Note: new(Fold("My Secret"))}) {
		t.Error("folded")
	}
}

// pinned is the id of issueRule, which must never change.
const pinned = "c18dbb19ec5a7bd74c52bb70f7ec0745847072829ade6b2204f5a2bb6018f951"

// The last day of a leap year after 2037, of which time.Time.ZoneBounds says
// that it ends before it began.
func TestFarLeapYear(t *testing.T) {
	for _, zone := range zoneNames {
		at, _ := moment(t, zone, "2040-12-31 12:00:00")
		c := at.calendar()
		want, _ := moment(t, zone, "2040-12-31 00:00:00")
		if got := c.start(c.today); got != want.Now.UnixMicro() {
			t.Errorf("%s: %v", zone, time.UnixMicro(got).In(c.loc))
		}
	}
}
