package segment

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func TestBatchFaults(t *testing.T) {
	other := MustSchema[customer](SchemaConfig{}, country, age, orders)
	foreign, err := other.Compile(age.Is(1), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	later := now
	later.Now = later.Now.Add(time.Microsecond)
	mine := mustCompile(t, age.Is(1).e, now)
	zone := now
	zone.Location = time.FixedZone("UTC", 3600)
	_, err = NewBatch(mine, nil, foreign, mustCompile(t, age.Is(2).e, later), mustCompile(t, age.Is(2).e, zone))
	if got := len(slices.Collect(guanxi.Faults(err))); got != 4 || !errors.Is(err, ErrBatch) {
		t.Error(got, err)
	}
	if _, err = NewColumns(schema, mine, nil, foreign); len(slices.Collect(guanxi.Faults(err))) != 2 || !errors.Is(err, ErrBatch) {
		t.Error(err)
	}
	same := now
	same.Now, same.Location = same.Now.Add(time.Nanosecond), time.UTC
	if _, err := NewBatch(mine, mustCompile(t, age.Is(2).e, same)); err != nil {
		t.Error(err)
	}

	// Columns that lack fields.
	b, err := NewBatch(mustCompile(t, All(age.Is(1), spend.Is(dec("1")), orders.Count().Is(1)).e, now), mine)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewColumns(schema, mine)
	if err != nil {
		t.Fatal(err)
	}
	people := []customer{{Age: new(int64(1))}, {}}
	c.AddRows(people)
	mb, _ := NewBatch(mine)
	sel := mustEval(t, mb, c, 1)
	err = b.Eval(sel, c, 1)
	if got := faults(err); !slices.Equal(got, []string{"/fields/spend columns", "/fields/orders columns"}) || !errors.Is(err, ErrColumns) || sel.Rules() != 1 || !sel.Has(0, 0) {
		t.Error(got, sel.Rules())
	}
	if _, err := NewLive(b, c); !errors.Is(err, ErrColumns) || c.Len() != 2 {
		t.Error(err)
	}
	fb, _ := NewBatch(foreign)
	if err := fb.Eval(sel, c, 1); !errors.Is(err, ErrColumns) {
		t.Error(err)
	}
	// Cover reads them, or says why not, and nothing has changed then.
	if err := c.Cover(nil, b.Rules()...); !errors.Is(err, ErrRow) || b.Eval(sel, c, 1) == nil {
		t.Error(err)
	}
	if err := c.Cover(func(row int) *customer { return map[int]*customer{0: &people[0]}[row] }, b.Rules()...); !slices.Equal(faults(err), []string{"/rows/1 row"}) {
		t.Error(err)
	}
	if err := c.Cover(nil, foreign); !errors.Is(err, ErrBatch) {
		t.Error(err)
	}
	if err := c.Cover(func(row int) *customer { return &people[row] }, b.Rules()...); err != nil || b.Eval(sel, c, 1) != nil {
		t.Error(err)
	}
	if err := c.Cover(nil, mine); err != nil || len(c.cols) != 2 { // age and spend stay, orders do not
		t.Error(err, len(c.cols))
	}
	if err := c.AddSeq(seqOf(people, errors.New("gone"))); err == nil || err.Error() != "segment: reading customer 4: gone" || c.Len() != 4 {
		t.Error(err, c.Len())
	}
	if err := c.AddSeq(seqOf(people, nil)); err != nil || c.Len() != 6 {
		t.Error(err, c.Len())
	}
	c.Reset()
	c.AddRows(people[1:])
	if sel := mustEval(t, mb, c, 1); sel.Len() != 1 || sel.Count(0) != 0 {
		t.Error("after Reset")
	}
}

func seqOf(people []customer, end error) iter.Seq2[*customer, error] {
	return func(yield func(*customer, error) bool) {
		for i := range people {
			if !yield(&people[i], nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

// A getter that panics is seen, and leaves everything as it was.
func TestBatchPanics(t *testing.T) {
	fail := false
	bad := Int("bad", func(c *customer) (int64, bool) {
		if fail && c.Age != nil && *c.Age == 7 {
			panic("getter")
		}
		return 1, true
	}, Meta{})
	worse := Tags("worse", func(c *customer) ([]string, bool) {
		if fail && c.Age != nil && *c.Age == 8 {
			panic("getter")
		}
		return c.Tags, true
	}, Meta{})
	s := MustSchema[customer](SchemaConfig{}, country, tags, vip, bad, worse, orders)
	r, err := s.Compile(All(country.Is("CN"), tags.HasAny("x"), vip.IsTrue(), bad.Is(1), orders.Top(category, 1).Excludes("tea")), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules := []*Rule[customer]{r}
	for _, e := range []Expr[customer]{tags.HasAny("x"), tags.HasAny("y"), tags.HasAll("x", "y"), tags.IsMissing(), vip.IsMissing(), country.IsMissing(), worse.HasAny("x"), worse.HasNone("y")} {
		r, err := s.Compile(e, now, nil)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	b, err := NewBatch(rules...)
	if err != nil {
		t.Fatal(err)
	}
	yes := customer{Country: new("CN"), Tags: []string{"x"}, Vip: new(true)}
	hit := yes
	hit.Age = new(int64(7))
	worst := yes
	worst.Age = new(int64(8))
	no := customer{Tags: []string{"y"}}
	c, err := NewColumns(s, append(rules, mustCompileOf(t, s, bad.Is(1)))...)
	if err != nil {
		t.Fatal(err)
	}
	throws := func(f func()) {
		t.Helper()
		fail = true
		defer func() {
			fail = false
			if recover() != "getter" {
				t.Error("hidden")
			}
		}()
		f()
	}
	var people []customer
	for i := range 70 {
		people = append(people, []customer{yes, no}[i%2])
	}
	c.AddRows(people)
	for _, n := range []int{0, 3, 100, 300} {
		throws(func() { c.AddRows(append(slices.Repeat([]customer{yes}, n), hit, yes)) })
		throws(func() { c.Add(&hit) })
		throws(func() { c.AddRows(append(slices.Repeat([]customer{yes}, n), worst, yes)) })
		if c.Len() != len(people) {
			t.Error(c.Len())
		}
		more := append(slices.Repeat([]customer{no, {}, yes, no}, (n+3)/4), no, no, yes)
		c.AddRows(more[:len(more)/2])
		for i := range more[len(more)/2:] {
			c.Add(&more[len(more)/2+i])
		}
		people = append(people, more...)
	}
	var sel Selection
	check := func(what string, s *selected) {
		t.Helper()
		agrees(t, what, s, rules, pointers(people))
	}
	if err := b.Eval(&sel, c, 1); err != nil {
		t.Fatal(err)
	}
	check("columns", &sel.selected)
	l, err := NewLive(b, c)
	if err != nil {
		t.Fatal(err)
	}
	throws(func() { _, _ = l.Update(nil, 1, &hit, "country", "tags", "bad") })
	throws(func() { _, _ = l.Put(nil, 1, &hit) })
	throws(func() { _, _ = l.Put(nil, l.Len(), &hit) })
	throws(func() { // a column that is read anew
		b, _ := NewBatch(mustCompileOf(t, s, orders.Where(due.IsSet()).Count().Is(0)))
		_, _ = l.Replace(nil, b, func(row int) *customer {
			if row == 5 {
				panic("getter")
			}
			return &people[row]
		})
	})
	check("live", &l.selected)
}

func mustCompileOf(t *testing.T, s *Schema[customer], e Expr[customer]) *Rule[customer] {
	t.Helper()
	r, err := s.Compile(e, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Instants so far away that their microseconds do not fit are far away.
func TestFarInstants(t *testing.T) {
	var rules []*Rule[customer]
	for _, e := range []Expr[customer]{lastBuy.Before(now.Now), lastBuy.After(now.Now), lastBuy.Within(LastDays(30)), lastBuy.IsSet(), lastBuy.In(now.Now, now.Now.Add(1000)),
		orders.Count().Is(1), orders.Window(LastDays(30)).Count().Is(1), orders.MinInstant(orderAt).Before(now.Now)} {
		rules = append(rules, mustCompile(t, e.e, now))
	}
	var people []customer
	for _, s := range []int64{math.MinInt64, math.MinInt64 / 1_000_000, -1 << 43, -9223372036855, 0, 9223372036855, 1 << 43, math.MaxInt64 / 1_000_000, math.MaxInt64 - 62135596800, math.MaxInt64} {
		at := time.Unix(s, 0)
		people = append(people, customer{LastBuy: &at, Orders: []order{{At: &at}}})
		past := s <= 0
		for i, want := range []bool{past, !past, false, true, false, past, false, past} {
			if got := rules[i].Match(&people[len(people)-1]); got != want {
				t.Errorf("%d seconds, rule %d: %v", s, i, got)
			}
		}
		if _, ok := rules[2].NextChange(&people[len(people)-1]); ok {
			t.Error(s)
		}
		if err := (At{Now: at}).Validate(); (err == nil) != (s == 0) {
			t.Errorf("At %d: %v", s, err)
		}
	}
	b, c := mustBatch(t, rules, people)
	agrees(t, "far", &mustEval(t, b, c, 1).selected, rules, pointers(people))
}

// Averages in columns are exact: against big numbers.
func TestMeans(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	ends := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	for range 20000 {
		var sum int128
		for range r.IntN(4) {
			v := int64(r.Uint64()) >> r.IntN(64)
			if r.IntN(3) == 0 {
				v = ends[r.IntN(len(ends))]
			}
			sum = sum.add(v)
		}
		n := 1 + r.Int64N(1<<r.IntN(62))
		if r.IntN(2) == 0 {
			n = 1 + r.Int64N(5)
		}
		q, rest := new(big.Int).DivMod(sum.big(), big.NewInt(n), new(big.Int)) // n > 0: rest ≥ 0
		got, more := sum.divide(n)
		switch {
		case q.Cmp(big.NewInt(math.MaxInt64)) > 0:
			if got != math.MaxInt64 {
				t.Fatal(q, got)
			}
		case q.Cmp(big.NewInt(math.MinInt64)) < 0:
			if got != math.MinInt64 {
				t.Fatal(q, got)
			}
		case q.Int64() != got || (rest.Sign() != 0) != more && got != math.MinInt64:
			t.Fatal(sum.big(), n, got, more)
		}
		if c := sum.clamp(); sum.big().IsInt64() && c != sum.big().Int64() || !sum.big().IsInt64() && (c > 0) != (sum.big().Sign() > 0) {
			t.Fatal(sum.big(), c)
		}
	}
	// At the ends: no constant is there, and so the end of the range will do.
	var c customer
	for range 3 {
		c.Orders = append(c.Orders, order{At: new(now.Now), Qty: new(int64(math.MaxInt64)), Amount: new(int64(math.MinInt64))})
	}
	var rules []*Rule[customer]
	for _, e := range []Expr[customer]{
		orders.SumInt(qty).AtLeast(math.MaxInt64 - 2), orders.SumInt(qty).AtMost(math.MaxInt64 - 2), orders.SumInt(qty).More(math.MaxInt64 - 2), orders.SumInt(qty).In(1, math.MaxInt64-2),
		orders.AvgInt(qty).More(dec("922337203685477.5")), orders.AvgInt(qty).Less(dec("922337203685477.5")), orders.Avg(amount).Less(dec("0.01")), orders.Avg(amount).Is(dec("0")),
		orders.Sum(amount).AtMost(dec("-92233720368547758.06")), orders.Sum(amount).Between(dec("-92233720368547758.06"), dec("92233720368547758.05")),
	} {
		rules = append(rules, mustCompile(t, e.e, now))
	}
	people := []customer{c, {}}
	b, cols := mustBatch(t, rules, people)
	agrees(t, "ends", &mustEval(t, b, cols, 1).selected, rules, pointers(people))
}

// Very many tags, and rows in which they come and go.
func TestPosting(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 5))
		var p posting
		want := map[uint32]bool{}
		next := uint32(0)
		for range 3000 {
			switch k := r.IntN(10); {
			case k < 5:
				next += uint32(r.IntN(1 + int(seed)))
				p.add(next)
				want[next] = true
			case k < 7:
				row := uint32(r.IntN(int(next) + 1))
				p.remove(row)
				delete(want, row)
			default:
				row := uint32(r.IntN(int(next) + 1))
				p.insert(row)
				want[row] = true
			}
		}
		check := func() {
			for w := range int(next>>6) + 3 {
				var m uint64
				for i := range uint32(64) {
					row := uint32(w)<<6 + i
					if want[row] {
						m |= 1 << i
					}
					if p.has(row) != want[row] {
						t.Fatal(seed, row)
					}
				}
				if p.word(w) != m {
					t.Fatal(seed, w)
				}
			}
		}
		check()
		cut := next / 3
		p.truncate(cut)
		for row := range want {
			if row >= cut {
				delete(want, row)
			}
		}
		check()
	}
	var rules []*Rule[customer]
	people := make([]customer, 1000)
	for i := range people {
		for k := range 5 {
			people[i].Tags = append(people[i].Tags, fmt.Sprint("tag", (i*7+k*k*131)%700))
		}
	}
	for i := range 100 {
		rules = append(rules, mustCompile(t, All(tags.HasAny(fmt.Sprint("tag", i), fmt.Sprint("tag", i+300)), tags.HasNone("tag5")).e, now),
			mustCompile(t, tags.HasAll(fmt.Sprint("tag", i*7%700), fmt.Sprint("tag", (i*7+131)%700)).e, now))
	}
	b, c := mustBatch(t, rules, people)
	agrees(t, "tags", &mustEval(t, b, c, 1).selected, rules, pointers(people))
}

// Texts that look alike are told apart.
func TestDictionary(t *testing.T) {
	d, want := newDictionary(), map[string]uint32{}
	r := rand.New(rand.NewPCG(1, 7))
	for range 200000 {
		b := make([]byte, r.IntN(1+r.IntN(26)))
		for i := range b {
			b[i] = 'a'
		}
		if len(b) > 0 && r.IntN(2) == 0 {
			b[r.IntN(len(b))] = byte('a' + r.IntN(3))
		}
		code := d.add(string(b))
		if _, ok := want[string(b)]; !ok {
			want[string(b)] = uint32(len(want) + 1)
		}
		if code != want[string(b)] || d.find(string(b)) != code || d.texts[code] != string(b) {
			t.Fatalf("%q: %d, want %d", b, code, want[string(b)])
		}
	}
	d.reset()
	if d.find("a") != 0 || d.add("b") != 1 {
		t.Error("reset")
	}
}
