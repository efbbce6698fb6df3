package segment

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
)

// sample is a population and rules of one moment, at random.
func sample(t *testing.T, g *generator, rules, rows int) ([]*Rule[customer], []customer) {
	t.Helper()
	list := make([]*Rule[customer], rules)
	for i := range list {
		if i > 0 && g.IntN(8) == 0 {
			list[i] = mustCompile(t, &expr{kind: exprNot, kids: []*expr{list[g.IntN(i)].src}}, g.at) // shares everything
			continue
		}
		list[i] = mustCompile(t, g.expr(3), g.at)
	}
	people := make([]customer, rows)
	for i := range people {
		people[i] = *g.customer()
	}
	return list, people
}

func mustBatch(t testing.TB, rules []*Rule[customer], rows []customer) (*Batch[customer], *Columns[customer]) {
	t.Helper()
	b, err := NewBatch(rules...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewColumns(schema, rules...)
	if err != nil {
		t.Fatal(err)
	}
	c.AddRows(rows)
	return b, c
}

func mustEval(t testing.TB, b *Batch[customer], c *Columns[customer], workers int) *Selection {
	t.Helper()
	var sel Selection
	if err := b.Eval(&sel, c, workers); err != nil {
		t.Fatal(err)
	}
	return &sel
}

// agrees holds what was selected against Match; nil is a row that was removed.
func agrees(t *testing.T, what string, s *selected, rules []*Rule[customer], rows []*customer) {
	t.Helper()
	if s.Len() != len(rows) || s.Rules() != len(rules) {
		t.Fatalf("%s: %d rules over %d", what, s.Rules(), s.Len())
	}
	for i, r := range rules {
		var want []int
		words := make([]uint64, (len(rows)+63)/64)
		for row, c := range rows {
			in := c != nil && r.Match(c)
			if in {
				want = append(want, row)
				words[row>>6] |= 1 << (row & 63)
			}
			if s.Has(i, row) != in {
				json, _ := r.MarshalJSON()
				t.Fatalf("%s: row %d: %v, Match says %v\n%s\n%+v", what, row, !in, in, json, c)
			}
		}
		if got := slices.Collect(s.All(i)); !slices.Equal(got, want) || s.Count(i) != len(want) {
			t.Fatalf("%s: rule %d: %v (%d), want %v", what, i, got, s.Count(i), want)
		}
		if got := s.AppendWords(nil, i); !slices.Equal(got, words) {
			t.Fatalf("%s: rule %d: words %x, want %x", what, i, got, words)
		}
	}
}

func pointers(rows []customer) []*customer {
	out := make([]*customer, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out
}

// Match, the columns, however they were filled and by however many, and what is
// kept up to date through random changes say the same.
func TestBatchAgainstMatch(t *testing.T) {
	tried, in, total := 0, 0, 0
	for seed := range uint64(rounds(300)) {
		g := newGenerator(seed + 3e6)
		rules, people := sample(t, g, 1+g.IntN(20), []int{0, 1, 63, 64, 65, 130, 300}[g.IntN(7)])
		b, c := mustBatch(t, rules, people)
		rows := pointers(people)
		sel := mustEval(t, b, c, 1)
		agrees(t, "columns", &sel.selected, rules, rows)
		for _, workers := range []int{0, 2, 7} {
			if err := b.Eval(sel, c, workers); err != nil { // the same memory again
				t.Fatal(err)
			}
			agrees(t, fmt.Sprint(workers, " workers"), &sel.selected, rules, rows)
		}
		one, err := NewColumns(schema, rules...)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(rows); { // and some at once
			n := min(g.IntN(90), len(rows)-i)
			one.AddRows(people[i : i+n])
			if i += n; i < len(rows) {
				one.Add(rows[i])
				i++
			}
		}
		agrees(t, "one by one", &mustEval(t, b, one, 1).selected, rules, rows)
		tried += len(rules)
		for i := range rules {
			in, total = in+sel.Count(i), total+len(rows)
		}
		keepUp(t, g, b, c, rows, 12)
	}
	t.Logf("%d rules, %d of %d matched", tried, in, total)
	if in < total/5 || in > total*4/5 {
		t.Error("the test has no power")
	}
}

// A batch costs its different conditions, and answers nothing for no rules.
func TestBatchSharing(t *testing.T) {
	var rules []*Rule[customer]
	for i := range 50 {
		rules = append(rules, mustCompile(t, All(country.In("CN", "SG"), age.AtLeast(int64(i%5)), Not(tags.HasAny("a"))).e, now))
	}
	b, _ := mustBatch(t, rules, nil)
	if b.Conditions() != 7 {
		t.Error(b.Conditions())
	}
	empty, c := mustBatch(t, nil, make([]customer, 100))
	if sel := mustEval(t, empty, c, 3); sel.Rules() != 0 || sel.Len() != 100 {
		t.Error(sel.Rules(), sel.Len())
	}
	all, err := NewColumns(schema)
	if err != nil {
		t.Fatal(err)
	}
	all.AddRows(make([]customer, 100))
	sel := mustEval(t, b, all, 1)
	if sel.Count(0) != 0 || sel.Has(0, -1) || sel.Has(0, 100) {
		t.Error(sel.Count(0))
	}
	nobody, everybody := mustCompile(t, country.IsSet().e, now), mustCompile(t, Any(country.IsMissing(), age.IsSet()).e, now)
	b, _ = mustBatch(t, []*Rule[customer]{nobody, everybody}, nil)
	if sel := mustEval(t, b, all, 1); sel.Count(0) != 0 || sel.Count(1) != 100 || sel.AppendWords(nil, 1)[1] != 1<<36-1 {
		t.Error(sel.Count(0), sel.Count(1))
	}
	for range sel.All(0) {
		break
	}
}

// Populations of several stretches, with any number of workers.
func TestBatchLarge(t *testing.T) {
	for seed := range uint64(rounds(6)) {
		g := newGenerator(seed + 4e6)
		rules, pool := sample(t, g, 12, 60)
		rules = append(rules, rules[0], mustCompile(t, All(Expr[customer]{rules[1].src}, Any(Expr[customer]{rules[2].src}, Not(Expr[customer]{rules[3].src}))).e, g.at))
		people := make([]customer, 64*stretch*int(seed%3+1)+int(seed)*33-40)
		for i := range people {
			people[i] = pick(g, pool)
		}
		b, c := mustBatch(t, rules, people)
		for _, workers := range []int{1, 2, 3, 64} {
			agrees(t, fmt.Sprint(workers, " workers"), &mustEval(t, b, c, workers).selected, rules, pointers(people))
		}
		if seed < 2 {
			keepUp(t, g, b, c, pointers(people), 12)
		}
	}
}

// Every comparison of averages about their bounds, with fractions and without,
// and several preferences of one kind at once.
func TestBatchAggregates(t *testing.T) {
	var rules []*Rule[customer]
	for k := int64(-10); k <= 10; k++ {
		x, y := decimal.New(k*25, -2), decimal.New(k*25+90, -2)
		if k%3 != 0 { // a third is a little more than the units that constants have
			x = decimal.New(k*10000/3, -4)
		}
		a := orders.AvgInt(qty)
		for _, e := range []Expr[customer]{a.AtLeast(x), a.AtMost(x), a.More(x), a.Less(x), a.Is(x), a.IsNot(x), a.Between(x, y), a.IsSet()} {
			rules = append(rules, mustCompile(t, e.e, now))
		}
	}
	for _, n := range []int{1, 2} {
		for _, s := range words[:4] {
			top := orders.Top(category, n)
			rules = append(rules, mustCompile(t, top.Includes(s).e, now), mustCompile(t, top.Excludes(s, "C").e, now), mustCompile(t, top.IsSet().e, now), mustCompile(t, top.By(amount).Includes(s).e, now))
		}
	}
	var people []customer
	for i := range 6 * 6 * 6 {
		c := customer{}
		for k, v := range []int{i % 6, i / 6 % 6, i / 36} {
			if v < 5 {
				c.Orders = append(c.Orders, order{At: new(now.Now), Qty: new(int64(v - 2)), Category: new(words[(v+k)%3]), Amount: new(int64(v))})
			}
		}
		people = append(people, c)
	}
	b, c := mustBatch(t, rules, people)
	agrees(t, "aggregates", &mustEval(t, b, c, 1).selected, rules, pointers(people))
}

// Any rules over any customers, from bytes.
func FuzzBatch(f *testing.F) {
	f.Add(uint64(1), uint16(65), uint8(3), []byte(issueRule))
	f.Add(uint64(2), uint16(200), uint8(9), []byte(`{"combinator":"or","rules":[{"field":"orders","operator":"<","value":"0.333","meta":{"aggregate":"avg","of":"amount"}},{"field":"tags","operator":"hasNone","value":["CN"]}]}`))
	f.Fuzz(func(t *testing.T, seed uint64, rows uint16, n uint8, json []byte) {
		g := newGenerator(seed)
		rules, people := sample(t, g, int(n%5), int(rows%140))
		if e, err := schema.Parse(json); err == nil && !bytes.Contains(json, []byte(segmentField)) {
			if r, err := schema.Compile(e, g.at, nil); err == nil {
				rules = append(rules, r)
			}
		}
		b, c := mustBatch(t, rules, people)
		agrees(t, "columns", &mustEval(t, b, c, 1+int(n%3)).selected, rules, pointers(people))
		keepUp(t, g, b, c, pointers(people), 3)
	})
}
