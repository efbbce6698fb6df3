package segment

import (
	"bytes"
	"os"
	"sync"
	"testing"
	"time"
)

// rounds is how many random rules a law is tried on.
func rounds(n int) int {
	if os.Getenv("GUANXI_LONG") == "1" {
		return 10 * n
	}
	return n
}

func mustCompile(t *testing.T, e *expr, at At) *Rule[customer] {
	t.Helper()
	r, err := schema.Compile(Expr[customer]{e}, at, nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return r
}

// The program, Explain, the JSON form and the canonical form answer as the
// oracle does; a rule and its complement partition; De Morgan holds.
func TestAgainstOracle(t *testing.T) {
	matched, total, edges := 0, 0, 0
	for seed := range uint64(rounds(3000)) {
		g := newGenerator(seed)
		e := g.expr(3)
		r := mustCompile(t, e, g.at)
		not := mustCompile(t, &expr{kind: exprNot, kids: []*expr{e}}, g.at)
		json, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := schema.Parse(json)
		if err != nil {
			t.Fatalf("%d: %v\n%s", seed, err, json)
		}
		again := mustCompile(t, parsed.e, g.at)
		if b, _ := again.MarshalJSON(); !bytes.Equal(b, json) {
			t.Fatalf("%d: JSON round trip\n%s\n%s", seed, json, b)
		}
		canonical := r.Canonical()
		c, err := schema.Parse(canonical)
		if err != nil {
			t.Fatalf("%d: %v\n%s", seed, err, canonical)
		}
		canon := mustCompile(t, c.e, g.at)
		if b := canon.Canonical(); !bytes.Equal(b, canonical) {
			t.Fatalf("%d: canonical form\n%s\n%s\n%s", seed, json, canonical, b)
		}
		if !bytes.Equal(again.Canonical(), canonical) || again.ID() != r.ID() {
			t.Fatalf("%d: canonical form of JSON", seed)
		}
		morgan := mustCompile(t, deMorgan(e, false), g.at)
		if b := morgan.Canonical(); !bytes.Equal(b, canonical) {
			t.Fatalf("%d: De Morgan\n%s\n%s", seed, canonical, b)
		}
		o := newOracle(g.at)
		n := 0
		for range 20 {
			c := g.customer()
			want := o.match(e, c.read, c)
			if want {
				n++
			}
			x := r.Explain(c)
			got := map[string]bool{"match": r.Match(c), "not": !not.Match(c), "json": again.Match(c), "canonical": canon.Match(c),
				"morgan": morgan.Match(c), "explain": x.Match,
				"negate": !newProgram[customer](negate(r.bound)).match(c)}
			for what, v := range got {
				if v != want {
					t.Fatalf("%d: %s says %v, the oracle %v\n%s\n%+v", seed, what, v, want, json, c)
				}
			}
			if x.Flips < 1 || len(x.Change) != x.Flips {
				t.Fatalf("%d: %d flips, %v", seed, x.Flips, x.Change)
			}
		}
		matched, total = matched+n, total+20
		if n == 0 || n == 20 {
			edges++
		}
	}
	t.Logf("%d of %d matched; %d rules took all or none of their 20", matched, total, edges)
	if matched < total/5 || matched > total*4/5 {
		t.Errorf("the test has no power: %d of %d matched", matched, total)
	}
}

// deMorgan turns groups into the negation of the other kind.
func deMorgan(e *expr, neg bool) *expr {
	wrap := func(e *expr) *expr {
		if neg {
			return &expr{kind: exprNot, kids: []*expr{e}}
		}
		return e
	}
	switch e.kind {
	case exprNot:
		return deMorgan(e.kids[0], !neg)
	case exprLeaf:
		return wrap(e)
	}
	kids := make([]*expr, len(e.kids))
	for i, k := range e.kids {
		kids[i] = deMorgan(k, true)
	}
	out := &expr{kind: exprAll + exprAny - e.kind, kids: kids}
	if neg {
		return out
	}
	return &expr{kind: exprNot, kids: []*expr{out}}
}

// NextChange is the first moment at which stepping through time finds another
// verdict.
func TestNextChangeAgainstStepping(t *testing.T) {
	changes, never := 0, 0
	for seed := range uint64(rounds(1500)) {
		g := newGenerator(seed + 1e6)
		e := g.expr(2)
		r := mustCompile(t, e, g.at)
		if !r.Timed() {
			continue
		}
		c := g.customer()
		at := func(micros int64) bool {
			m := g.at
			m.Now = time.UnixMicro(micros)
			moved, err := r.At(m)
			if err != nil {
				t.Fatal(err)
			}
			return moved.Match(c)
		}
		begin := g.at.Now.UnixMicro()
		before := r.Match(c)
		next, ok := r.NextChange(c)
		end := maxMicro
		if ok {
			changes++
			end = next.UnixMicro()
			if end <= begin || at(end) == before || at(end-1) != before {
				json, _ := r.MarshalJSON()
				t.Fatalf("%d: %v is no change from %v\n%s", seed, next, before, json)
			}
		} else {
			never++
		}
		check := func(micros int64) {
			if micros > begin && micros < end && at(micros) != before {
				json, _ := r.MarshalJSON()
				t.Fatalf("%d: changed at %v, before %v, %v\n%s", seed, time.UnixMicro(micros).In(g.at.calendar().loc), next, ok, json)
			}
		}
		for k := range int64(24 * 2 * 8) {
			check(begin + k*hourMicros/2)
		}
		today := g.at.calendar().today
		for k := range 800 {
			check(g.at.calendar().start(today + Date(k)))
		}
		for i := range c.Orders {
			if p := c.Orders[i].At; p != nil {
				check(p.UnixMicro())
				for _, h := range []int64{1, 7, 24, 30, 35} {
					check(p.UnixMicro() + h*hourMicros)
				}
			}
		}
	}
	t.Logf("%d change, %d never do", changes, never)
	if changes < 50 || never < 50 {
		t.Errorf("the test has no power: %d change, %d never do", changes, never)
	}
}

// The bounds of days are those that going through the minutes finds.
func TestCalendar(t *testing.T) {
	for _, zone := range zoneNames {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		years := []int{2010, 2011, 2026}
		if rounds(1) > 1 {
			years = []int{2010, 2012, 2028, 2040}
		}
		for _, year := range years {
			o := newOracle(At{Location: loc})
			c := At{Now: time.Unix(0, 0), Location: loc}.calendar()
			for d := NewDate(year, 1, 1); d < NewDate(year+1, 1, 2); d++ {
				if got, want := c.start(d), o.start(d); got != want {
					t.Fatalf("%s %v begins at %v, want %v", zone, d, time.UnixMicro(got).In(loc), time.UnixMicro(want).In(loc))
				}
				for _, w := range []Window{LastDays(1), LastDays(3), LastWeeks(2), LastMonths(1), LastMonths(7)} {
					leaves := c.leavesDay(d, w)
					for _, k := range []Date{-1, 0} {
						m := *c
						m.today = leaves + k
						if from, _ := m.days(w); (from <= d) != (k < 0) {
							t.Fatalf("%v in %v on %v: %v", d, w, m.today, from)
						}
					}
				}
			}
		}
	}
	for d := minDate; d <= maxDate; d += 97 {
		_, m, day := d.Date()
		if d.monthDay() != int64(m)*100+int64(day) {
			t.Fatal(d)
		}
	}
}

// verdict3 is SQL's: a comparison with what is missing is neither true nor false.
type verdict3 int8

// kleene answers e with three values, from the oracle's answers to the leaves.
func (o *oracle) kleene(e *expr, c *customer) verdict3 {
	switch e.kind {
	case exprNot:
		return -o.kleene(e.kids[0], c)
	case exprLeaf:
		set := *e.leaf
		set.op = opNotNull
		if e.leaf.canMiss() && !o.leaf(&set, c.read, c) {
			return 0
		}
		if o.leaf(e.leaf, c.read, c) {
			return 1
		}
		return -1
	}
	out := o.kleene(e.kids[0], c)
	for _, k := range e.kids[1:] {
		if v := o.kleene(k, c); e.kind == exprAll {
			out = min(out, v)
		} else {
			out = max(out, v)
		}
	}
	return out
}

// RequireSet is true where SQL's three-valued logic is.
func TestRequireSetAgainstKleene(t *testing.T) {
	for seed := range uint64(rounds(500)) {
		g := newGenerator(seed + 2e6)
		e := g.expr(2)
		r := mustCompile(t, Expr[customer]{e}.RequireSet().e, g.at)
		o := newOracle(g.at)
		for range 20 {
			if c := g.customer(); r.Match(c) != (o.kleene(e, c) > 0) {
				json, _ := r.MarshalJSON()
				t.Fatalf("%d: %s", seed, json)
			}
		}
	}
}

// A rule may be shared.
func TestConcurrentUse(t *testing.T) {
	g := newGenerator(5)
	e := Expr[customer]{g.expr(3)}
	var c []*customer
	for range 50 {
		c = append(c, g.customer())
	}
	r := mustCompile(t, e.e, g.at)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, x := range c {
				if r.Match(x) != r.Explain(x).Match {
					t.Error("verdict")
				}
				r.NextChange(x)
				if _, err := r.At(At{Now: g.at.Now.AddDate(0, 0, 1)}); err != nil || r.ID() == "" {
					t.Error(err)
				}
				if _, err := schema.Compile(e, g.at, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
