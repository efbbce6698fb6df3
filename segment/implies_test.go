package segment

import "testing"

func TestImplies(t *testing.T) {
	cases := []struct {
		name string
		a, b Expr[customer]
		want bool
	}{
		{"itself", country.Is("CN"), country.Is("CN"), true},
		{"order", All(country.Is("CN"), age.More(3)), All(age.More(3), country.Is("CN")), true},
		{"range", spend.AtLeast(dec("5000")), spend.AtLeast(dec("1000")), true},
		{"wider range", spend.AtLeast(dec("1000")), spend.AtLeast(dec("5000")), false},
		{"more conditions", All(spend.AtLeast(dec("5000")), country.Is("CN")), spend.More(dec("1000")), true},
		{"fewer conditions", country.Is("CN"), All(country.Is("CN"), age.More(3)), false},
		{"one of several", country.Is("CN"), Any(vip.IsTrue(), country.In("CN", "SG")), true},
		{"each of several", Any(country.Is("CN"), country.Is("SG")), country.In("SG", "CN", "MY"), true},
		{"not each", Any(country.Is("CN"), country.Is("US")), country.In("SG", "CN"), false},
		{"set", age.Between(3, 5), age.IsSet(), true},
		{"missing", age.IsMissing(), age.IsNot(4), true},
		{"complement", country.IsNot("CN"), country.NotIn("CN", "SG"), false},
		{"complements", country.NotIn("CN", "SG"), country.IsNot("CN"), true},
		{"another value", country.Is("CN"), country.IsNot("SG"), true},
		{"another range", age.Less(18), Not(age.AtLeast(18)), true},
		{"a missing value", Not(age.AtLeast(18)), age.Less(18), false},
		{"another list", age.In(1, 2), age.NotIn(3, 4), true},
		{"one of a list", age.Is(2), age.In(1, 2), true},
		{"a list in a range", age.In(1, 2), age.Less(3), true},
		{"the other truth", vip.IsTrue(), Not(vip.IsFalse()), true},
		{"tags", tags.HasAll("a", "b"), tags.HasAny("b", "c"), true},
		{"all tags", tags.HasAll("a", "b"), tags.HasAll("a"), true},
		{"any tag", tags.HasAny("a", "b"), tags.HasAll("a"), false},
		{"one tag", tags.HasAny("a"), tags.HasAll("a"), true},
		{"no tags", tags.HasNone("a", "b"), tags.HasNone("a"), true},
		{"prefix", country.Begins("CN-"), country.Begins("CN"), true},
		{"suffix", country.Is("North-CN"), country.Ends("-CN"), true},
		{"part", country.Ends("-CN"), country.Contains("CN"), true},
		{"prefix and suffix", country.Begins("CN"), country.Ends("CN"), false},
		{"window", lastBuy.Within(LastDays(7)), lastBuy.Within(LastDays(30)), true},
		{"other unit", lastBuy.Within(LastDays(7)), lastBuy.Within(LastMonths(1)), false},
		{"birthday", birthday.AnniversaryWithin(1), birthday.AnniversaryWithin(7), true},
		{"count", orders.Where(paid.IsTrue()).Count().AtLeast(5), orders.Where(paid.IsTrue()).Count().AtLeast(3), true},
		{"other filter", orders.Where(paid.IsTrue()).Count().AtLeast(5), orders.Count().AtLeast(3), false},
		{"mean", orders.Avg(amount).More(dec("5")), orders.Avg(amount).AtLeast(dec("5")), true},
		{"mean and its bound", orders.Avg(amount).AtLeast(dec("5")), orders.Avg(amount).More(dec("5")), false},
		{"preference", orders.Top(category, 2).Includes("tea"), Not(orders.Top(category, 2).Includes("cups")), false},
	}
	for _, c := range cases {
		a, err := schema.Compile(c.a, now, nil)
		if err != nil {
			t.Fatal(c.name, err)
		}
		b, err := schema.Compile(c.b, now, nil)
		if err != nil {
			t.Fatal(c.name, err)
		}
		if got := a.Implies(b); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	a, err := MustSchema[customer](SchemaConfig{}, age).Compile(age.Is(1), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := schema.Compile(age.Is(1), now, nil)
	if err != nil || a.Implies(b) {
		t.Errorf("of another schema: %v", err)
	}
}

// What is proven holds of every customer that the generator makes, and a rule
// implies itself and its disjunctions.
func TestImpliesAgainstMatch(t *testing.T) {
	proven := 0
	for seed := range uint64(rounds(4000)) {
		g := newGenerator(seed)
		f := pick(g, schema.fields)
		// Of few fields, so that one rule often says something of another.
		a, b := g.node(2, schema.fields[:3]), g.node(2, schema.fields[:3])
		if g.IntN(2) == 0 {
			a, b = g.node(1, []*fieldDef{f}), g.node(1, []*fieldDef{f})
		}
		ra, rb := mustCompile(t, a, g.at), mustCompile(t, b, g.at)
		either := mustCompile(t, &expr{kind: exprAny, kids: []*expr{b, a}}, g.at)
		both := mustCompile(t, &expr{kind: exprAll, kids: []*expr{b, a}}, g.at)
		if !ra.Implies(ra) || !ra.Implies(either) || !both.Implies(ra) && !contradicts(both.tree) {
			t.Fatalf("%d: what is plain is not proven", seed)
		}
		if !ra.Implies(rb) {
			continue
		}
		proven++
		for range 60 {
			if c := g.customer(); ra.Match(c) && !rb.Match(c) {
				x, _ := ra.MarshalJSON()
				y, _ := rb.MarshalJSON()
				t.Fatalf("%d: %s\nis said to imply\n%s", seed, x, y)
			}
		}
	}
	if proven < 100 {
		t.Errorf("only %d proven", proven)
	}
}

// contradicts reports whether two ranges of a group exclude each other: they are
// not fused then, and what they were before is lost.
func contradicts(n *node) bool {
	for i, k := range n.kids {
		for _, o := range n.kids[:i] {
			if k.fusible() && o.fusible() && (&prover{steps: proofSteps}).excludes(k.atom, o.atom) {
				return true
			}
		}
	}
	return false
}
