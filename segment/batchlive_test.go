package segment

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// keepUp changes a population at random and holds Live against Match, and what
// it reports against what changed.
func keepUp(t *testing.T, g *generator, b *Batch[customer], c *Columns[customer], rows []*customer, steps int) {
	t.Helper()
	l, err := NewLive(b, c)
	if err != nil {
		t.Fatal(err)
	}
	if c.Len() != 0 {
		t.Fatal("the columns were not taken over")
	}
	rules := b.Rules()
	agrees(t, "live", &l.selected, rules, rows)
	get := func(row int) *customer {
		if rows[row] == nil {
			t.Fatal("asked for a customer who was removed")
		}
		return rows[row]
	}
	was := snapshot(&l.selected)
	for range steps {
		var changes []Change
		var err error
		var what string
		var why []Cause
		live := []int{}
		for i, x := range rows {
			if x != nil {
				live = append(live, i)
			}
		}
		switch k := g.IntN(10); {
		case k < 4 && len(live) > 0:
			row := pick(g, live)
			next, fields := *rows[row], []string(nil)
			other := g.customer()
			for range 1 + g.IntN(3) {
				fields = append(fields, next.take(pick(g, schema.names), other))
			}
			rows[row] = &next
			what, why = fmt.Sprint("update ", fields), []Cause{ByAttribute}
			changes, err = l.Update(nil, row, &next, fields...)
		case k < 6:
			row := g.IntN(len(rows) + 1)
			what, why = fmt.Sprint("put ", row), []Cause{ByAttribute}
			if row == len(rows) {
				rows = append(rows, nil)
			}
			if rows[row] == nil {
				why = []Cause{ByArrival}
			}
			rows[row] = g.customer()
			changes, err = l.Put(nil, row, rows[row])
		case k < 7 && len(live) > 0:
			row := pick(g, live)
			rows[row] = nil
			what, why = fmt.Sprint("remove ", row), []Cause{ByRemoval}
			changes, err = l.Remove(nil, row)
		case k < 9:
			at := g.at
			at.Now = time.UnixMicro(g.micros())
			what, why = fmt.Sprint("advance ", at), []Cause{ByTime}
			if changes, err = l.Advance(nil, at, get); err == nil {
				g.at, rules = at, l.Batch().Rules()
			}
		default:
			rules = slices.Clone(rules)
			for range 1 + g.IntN(2) {
				if i := g.IntN(len(rules) + 1); i == len(rules) {
					rules = append(rules, mustCompile(t, g.expr(2), g.at))
				} else if g.IntN(3) == 0 && len(rules) > 1 {
					rules = rules[:len(rules)-1]
				} else {
					rules[i] = mustCompile(t, g.expr(2), g.at)
				}
			}
			what, why = "replace", []Cause{ByRule}
			b, bad := NewBatch(rules...)
			if bad != nil {
				t.Fatal(bad)
			}
			changes, err = l.Replace(nil, b, get)
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if what == "" {
			continue
		}
		agrees(t, what, &l.selected, rules, rows)
		is := snapshot(&l.selected)
		for _, ch := range changes {
			at := [2]int{ch.Rule, ch.Row}
			if was[at] == ch.Entered || is[at] != ch.Entered || ch.Cause != why[0] {
				t.Fatalf("%s: %+v", what, ch)
			}
			delete(was, at)
			if ch.Entered {
				was[at] = true
			}
		}
		if len(was) != len(is) {
			t.Fatalf("%s: %d changes left unsaid", what, len(is)-len(was))
		}
		if !slices.IsSortedFunc(changes, func(a, b Change) int { return (a.Rule-b.Rule)*1e6 + a.Row - b.Row }) {
			t.Fatalf("%s: %v", what, changes)
		}
	}
}

func snapshot(s *selected) map[[2]int]bool {
	m := map[[2]int]bool{}
	for rule := range s.Rules() {
		for row := range s.All(rule) {
			m[[2]int{rule, row}] = true
		}
	}
	return m
}

// take sets one field from another customer and returns its name.
func (c *customer) take(name string, o *customer) string {
	switch name {
	case "country":
		c.Country = o.Country
	case "age":
		c.Age = o.Age
	case "tags":
		c.Tags = o.Tags
	case "r":
		c.R = o.R
	case "spend":
		c.Spend = o.Spend
	case "last_buy":
		c.LastBuy = o.LastBuy
	case "birthday":
		c.Birthday = o.Birthday
	case "vip":
		c.Vip = o.Vip
	case "note":
		c.Note = o.Note
	case "orders":
		c.Orders = o.Orders
		if len(o.Orders)%2 == 0 {
			return "orders.amount"
		}
	}
	return name
}

func TestLiveFaults(t *testing.T) {
	rules := []*Rule[customer]{mustCompile(t, age.IsNot(1).e, now), mustCompile(t, orders.Count().Is(0).e, now)}
	people := make([]customer, 3)
	b, c := mustBatch(t, rules, people)
	l, err := NewLive(b, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Remove(nil, 1); err != nil || !l.Removed(1) || l.Removed(0) || l.Removed(-1) {
		t.Fatal(err)
	}
	at := func(_ []Change, err error) string { return fmt.Sprint(faults(err)) }
	for want, got := range map[string]string{
		"[/rows/3 row]":     at(l.Update(nil, 3, &people[0], "age")),
		"[/rows/-1 row]":    at(l.Update(nil, -1, &people[0], "age")),
		"[/rows/1 row]":     at(l.Update(nil, 1, &people[0], "age")),
		"[/fields field]":   at(l.Update(nil, 0, &people[0])),
		"[/fields/1 field]": at(l.Update(nil, 0, &people[0], "age", "agee")),
		"[/fields/0 field]": at(l.Update(nil, 0, &people[0], "orders.at.x")),
		"[/rows/4 row]":     at(l.Put(nil, 4, &people[0])),
		"[/rows/9 row]":     at(l.Remove(nil, 9)),
		"[/at/now time]":    at(l.Advance(nil, At{}, nil)),
		"[/rows row]":       at(l.Advance(nil, At{Now: now.Now.AddDate(0, 0, 1)}, nil)),
		"[/rows/0 row]":     at(l.Advance(nil, At{Now: now.Now.AddDate(0, 0, 1)}, func(int) *customer { return nil })),
		"[/at batch]": func() string {
			b, _ := NewBatch(mustCompile(t, age.Is(1).e, At{Now: now.Now.AddDate(1, 0, 0)}))
			return at(l.Replace(nil, b, nil))
		}(),
		"[/rules/0 batch]": func() string {
			r, _ := MustSchema[customer](SchemaConfig{}, age).Compile(age.Is(1), now, nil)
			b, _ := NewBatch(r)
			return at(l.Replace(nil, b, nil))
		}(),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	rows := pointers(people)
	rows[1] = nil
	agrees(t, "after faults", &l.selected, rules, rows)
	if _, err := l.Update(nil, 0, &people[0], "vip", "orders.amount"); err != nil { // of no rule; of the events
		t.Error(err)
	}
	for _, r := range []Cause{ByAttribute, ByTime, ByRule, ByArrival, ByRemoval} {
		if r.Label(guanxi.EN) == "" || r.Label(guanxi.ZH) == "" || Cause("").Label(guanxi.EN) != "" {
			t.Error(r)
		}
	}
}

// What does not depend on time, or has the same bounds, is not asked again.
func TestLiveReuse(t *testing.T) {
	rules := []*Rule[customer]{mustCompile(t, age.Is(1).e, now), mustCompile(t, All(age.Is(1), birthday.Within(LastDays(3))).e, now), mustCompile(t, lastBuy.Within(LastDays(3)).e, now)}
	b, c := mustBatch(t, rules, make([]customer, 100))
	l, err := NewLive(b, c)
	if err != nil {
		t.Fatal(err)
	}
	masks, words := slices.Clone(l.masks), slices.Clone(l.words)
	if _, err := l.Advance(nil, At{Now: now.Now.Add(time.Hour)}, nil); err != nil {
		t.Fatal(err)
	}
	same := func(a, b []uint64) bool { return &a[0] == &b[0] }
	if !same(masks[0], l.masks[0]) || !same(masks[1], l.masks[1]) || same(masks[2], l.masks[2]) || !same(words[0], l.words[0]) {
		t.Error("asked again, or not")
	}
}
