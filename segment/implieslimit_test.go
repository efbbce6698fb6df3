package segment

import (
	"slices"
	"testing"
	"time"
)

// A proof ends whatever the size of the rules, and is found for those that are
// large as people's are.
func TestImpliesEnds(t *testing.T) {
	rule := func(e Expr[customer]) *Rule[customer] { return mustRule(t, schema, e) }
	list := func(from, n, step int) []int64 {
		var out []int64
		for i := range n {
			out = append(out, int64(from+i*step))
		}
		return out
	}
	// 490 conditions of a thousand values each.
	large := func(from int, reverse, not bool) *Rule[customer] {
		var kids []Expr[customer]
		for i := range 490 {
			e := age.In(list(from+2*i, 1000, 1000)...)
			if not {
				e = age.NotIn(list(from+2*i, 1000, 1000)...)
			}
			kids = append(kids, e)
		}
		if reverse {
			slices.Reverse(kids)
		}
		if not {
			return rule(All(Any(kids[:200]...), Any(kids[200:400]...), Any(kids[400:]...)))
		}
		return rule(Any(kids...))
	}
	for _, not := range []bool{false, true} {
		a, b := large(0, false, not), large(1, true, not)
		start := time.Now()
		pairs := 0
		for i := range 256 { // a table of 256 rows
			for range i {
				if a.Implies(b) {
					t.Fatal("implied")
				}
				pairs++
			}
		}
		d := time.Since(start)
		t.Logf("not %v: %d pairs in %v, %v each", not, pairs, d, d/time.Duration(pairs))
		if d > 20*time.Second {
			t.Errorf("%d pairs took %v", pairs, d)
		}
	}
	for _, c := range []struct {
		name string
		a, b Expr[customer]
		want bool
	}{
		{"lists", age.In(list(0, 999, 2)...), age.In(list(0, 1000, 2)...), true},
		{"a list within a larger one", age.In(list(0, 300, 3)...), age.In(list(0, 1000, 1)...), true},
		{"lists apart", age.In(list(0, 1000, 2)...), age.NotIn(list(1, 1000, 2)...), true},
		{"lists that meet", age.In(list(0, 1000, 2)...), age.NotIn(list(999, 1000, 1)...), false},
		{"not within", age.In(list(0, 1000, 2)...), age.In(list(0, 1000, 1)...), false},
	} {
		if got := rule(c.a).Implies(rule(c.b)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	// 40 conditions against 40, and their filters compared.
	var kids, more []Expr[customer]
	for i := range int64(40) {
		kids = append(kids, orders.Where(qty.Is(i)).Count().AtLeast(i+2))
		more = append(more, orders.Where(qty.Is(i)).Count().AtLeast(i+1))
	}
	slices.Reverse(more)
	if !rule(All(kids...)).Implies(rule(All(more...))) || rule(All(more...)).Implies(rule(All(kids...))) {
		t.Error("forty conditions")
	}
}
