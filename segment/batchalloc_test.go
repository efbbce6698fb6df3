//go:build !race

package segment

import (
	"testing"
	"time"
)

func TestBatchAllocs(t *testing.T) {
	zero := func(name string, f func()) {
		t.Helper()
		f()
		if n := testing.AllocsPerRun(50, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
	rows := population(5000)
	rules := append(hundred(t), compileIssue(t))
	e := Any(All(rowCountry.Contains("N"), Any(rowCountry.Begins("x"), Not(rowTags.HasAll("vip", "tag-1", "none"))), rowAge.In(18, 20, 22)), Not(rowCountry.In("CN", "SG", "ZZ")))
	r, err := rowSchema.Compile(e, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules = append(rules, r)
	b, err := NewBatch(rules...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewColumns(rowSchema, rules...)
	if err != nil {
		t.Fatal(err)
	}
	c.AddRows(rows)
	var sel Selection
	zero("Eval", func() {
		if err := b.Eval(&sel, c, 1); err != nil {
			t.Fatal(err)
		}
	})
	n := 0
	zero("Count", func() { n += sel.Count(0) })
	zero("All", func() {
		for row := range sel.All(1) {
			n += row
		}
	})
	words := make([]uint64, 0, 100)
	zero("AppendWords", func() { words = sel.AppendWords(words[:0], 0) })
	l, err := NewLive(b, c)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]Change, 0, 2*len(rules))
	zero("Update", func() {
		n++
		if dst, err = l.Update(dst[:0], n%len(rows), &rows[n*31%len(rows)], "age", "country", "last_buy"); err != nil {
			t.Fatal(err)
		}
	})
	zero("Put", func() {
		if dst, err = l.Put(dst[:0], 7, &rows[7]); err != nil {
			t.Fatal(err)
		}
	})

	// Of events what Match takes.
	ev, err := schema.Compile(All(orders.Where(category.Is("tea")).Window(LastDays(90)).Count().AtLeast(3), orders.Avg(amount).AtLeast(dec("3")), orders.MaxInstant(orderAt).IsSet()), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := customer{}
	for i := range 30 {
		x.Orders = append(x.Orders, order{At: new(now.Now.Add(-time.Duration(i) * time.Hour)), Amount: new(int64(2000)), Category: new("tea")})
	}
	cols, err := NewColumns(schema, ev)
	if err != nil {
		t.Fatal(err)
	}
	people := []customer{x, x, x}
	cols.AddRows(people)
	zero("Reset, AddRows", func() {
		cols.Reset()
		cols.AddRows(people)
	})
}
