package sqltest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/segment"
)

const (
	population = 120
	perSeed    = 200
)

// seeds is how many populations are made, of 200 rules each: more than 9,000
// rules.
func seeds() int {
	switch {
	case raced:
		return 4
	case os.Getenv("GUANXI_LONG") != "":
		return 150
	}
	return full
}

const full = 46

// trial is a rule over a population.
type trial struct {
	doc  []byte
	expr segment.Expr[customer]
	rule *segment.Rule[customer]
	at   segment.At
}

// trials makes a population and rules over it.
func (e *engine) trials(t *testing.T, seed uint64, n int) []trial {
	t.Helper()
	g := newGenerator(seed, e.dialect)
	e.load(t, g.rows(population))
	list := make([]trial, n)
	for i := range list {
		doc := g.rule(g.IntN(4))
		expr, err := e.schema.Parse(doc)
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, doc, err)
		}
		rule, err := e.schema.Compile(expr, g.at, nil)
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, doc, err)
		}
		list[i] = trial{doc, expr, rule, g.at}
	}
	return list
}

// want is whom the rule matches in Go.
func (e *engine) want(r *segment.Rule[customer]) map[int64]bool {
	set := map[int64]bool{}
	for i := range e.rows.customers {
		if c := &e.rows.customers[i]; r.Match(c) {
			set[c.ID] = true
		}
	}
	return set
}

// differ says in whom two sets differ.
func differ(want, got map[int64]bool) string {
	var out strings.Builder
	for id := range want {
		if !got[id] {
			fmt.Fprintf(&out, " -%d", id)
		}
	}
	for id := range got {
		if !want[id] {
			fmt.Fprintf(&out, " +%d", id)
		}
	}
	return out.String()
}

// TestSQLIsMatch: the rule in SQL selects whom it matches in Go, on each engine,
// and so do its complement and the condition within a query of the host's.
func TestSQLIsMatch(t *testing.T) {
	each(t, func(t *testing.T, e *engine) {
		rules, wrong, trivial, extents := 0, 0, 0, map[segment.Extent]int{}
		for seed := range uint64(seeds()) {
			for i, tr := range e.trials(t, seed, perSeed) {
				q, err := tr.rule.SQL(e.dialect, segment.SQLConfig{})
				if err != nil {
					t.Fatalf("seed %d: %s: %v", seed, tr.doc, err)
				}
				got, err := e.ids(q.Text, q.Args)
				if err != nil {
					t.Fatalf("seed %d: %s\n%s\n%v\n%v", seed, tr.doc, q.Text, q.Args, err)
				}
				want := e.want(tr.rule)
				rules++
				extents[q.Extent]++
				none, all := len(want) == 0, len(want) == population
				if none || all {
					trivial++
				}
				if q.Extent == segment.SelectsNone && !none || q.Extent == segment.SelectsAll && !all {
					t.Errorf("seed %d: %s: extent %s, %d selected", seed, tr.doc, q.Extent, len(want))
				}
				if d := differ(want, got); d != "" {
					if wrong++; wrong < 4 {
						t.Errorf("seed %d rule %d: %s\n%s\n%v\ncustomers%s", seed, i, tr.doc, q.Text, q.Args, d)
					}
				}
				if i%8 == 0 {
					e.complement(t, tr, got)
				}
				if i%8 == 4 {
					e.embedded(t, tr, got)
				}
			}
		}
		t.Logf("%s: %d rules, %d with other customers than in Go; %d select nobody or everybody (said by the text alone: none %d, all %d)",
			e.dialect, rules, wrong, trivial, extents[segment.SelectsNone], extents[segment.SelectsAll])
		if wrong > 0 {
			t.Errorf("%d of %d rules select other customers", wrong, rules)
		}
		if rules < 9000 && !raced || trivial*3 > rules {
			t.Errorf("no test: %d rules, of which %d select nobody or everybody", rules, trivial)
		}
	})
}

// complement: rule ∪ not rule is everybody, and nobody is in both.
func (e *engine) complement(t *testing.T, tr trial, in map[int64]bool) {
	t.Helper()
	not, err := e.schema.Compile(segment.Not(tr.expr), tr.at, nil)
	fatal(t, err)
	q, err := not.SQL(e.dialect, segment.SQLConfig{})
	fatal(t, err)
	out, err := e.ids(q.Text, q.Args)
	fatal(t, err)
	if len(in)+len(out) != population {
		t.Errorf("%s: %d in, %d out", tr.doc, len(in), len(out))
	}
	for id := range out {
		if in[id] {
			t.Errorf("%s: customer %d is in and out", tr.doc, id)
		}
	}
}

// embedded: the condition within a query of the host's, which has an alias and
// parameters of its own before and after.
func (e *engine) embedded(t *testing.T, tr trial, want map[int64]bool) {
	t.Helper()
	alias := "e" // as within the subqueries
	q, err := tr.rule.SQL(e.dialect, segment.SQLConfig{Alias: alias, Offset: 1})
	fatal(t, err)
	first, last := "?", "?"
	if e.dialect == segment.PostgreSQL {
		first, last = "$1", fmt.Sprintf("$%d", len(q.Args)+2)
	}
	name := func(s string) string { return quote(e.dialect, s) }
	text := "SELECT " + name(alias) + "." + name("id") + " FROM " + name(customers) + " AS " + name(alias) +
		" WHERE " + name(alias) + "." + name("id") + " >= " + first + " AND " + q.Text + " AND " + name(alias) + "." + name("id") + " <= " + last
	got, err := e.ids(text, append(append([]any{int64(3)}, q.Args...), int64(population-3)))
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	for id := range want {
		if id < 3 || id > population-3 {
			delete(want, id)
		}
	}
	if d := differ(want, got); d != "" {
		t.Errorf("%s\n%s: customers%s", tr.doc, text, d)
	}
}
