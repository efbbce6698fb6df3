package segment

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Columns left behind by a getter that panics are as they were, at once and for
// every kind of column and number of workers.
func TestPanicLeavesColumns(t *testing.T) {
	boom := false
	last := Int("last", func(c *customer) (int64, bool) {
		if boom && c.Age != nil && *c.Age == 99 {
			panic("getter")
		}
		return 1, true
	}, Meta{})
	s := MustSchema[customer](SchemaConfig{}, country, age, tags, spend, lastBuy, birthday, vip, orders, last)
	old := customer{Country: new("old"), Age: new(int64(1)), Tags: []string{"old"}, Spend: new(int64(1)), Vip: new(true)}
	fresh := customer{Country: new("new"), Age: new(int64(2)), Tags: []string{"new"}, Spend: new(int64(2)), LastBuy: new(now.Now),
		Birthday: new(Date(3)), Vip: new(false), Orders: []order{{At: new(now.Now), Amount: new(int64(5)), Category: new("new")}}}
	bad := fresh
	bad.Age = new(int64(99))
	var rules []*Rule[customer]
	for _, e := range []Expr[customer]{
		tags.HasAny("new"), tags.HasAll("new"), tags.HasAll("old", "new"), tags.HasNone("new"), tags.IsSet(), country.Is("new"), country.In("new", "other"), country.Contains("new"),
		country.IsNot("new"), country.IsSet(), age.Is(2), age.In(1, 2), age.IsMissing(), spend.AtLeast(dec("0.02")), lastBuy.IsSet(), birthday.IsSet(), vip.IsFalse(),
		orders.Count().Is(1), orders.Avg(amount).IsSet(), orders.FirstString(category).Is("new"), orders.Top(category, 1).Includes("new"), orders.Sum(amount).AtLeast(dec("0.05")), last.Is(1),
	} {
		r, err := s.Compile(e, now, nil)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	for _, workers := range []int{0, 1, 2, 3, 50} {
		for _, n := range []int{0, 1, 70, 600, 1500} {
			c, err := NewColumns(s, rules...)
			if err != nil {
				t.Fatal(err)
			}
			c.Workers = workers
			people := []customer{old}
			c.AddRows(people)
			func() {
				boom = true
				defer func() {
					boom = false
					if recover() != "getter" {
						t.Error("hidden")
					}
				}()
				c.AddRows(append(slices.Repeat([]customer{fresh}, n), bad, fresh))
			}()
			b, err := NewBatch(rules...)
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprintf("%d workers, %d before", workers, n)
			agrees(t, what, &mustEval(t, b, c, 1).selected, rules, pointers(people))
			l, err := NewLive(b, c)
			if err != nil {
				t.Fatal(err)
			}
			agrees(t, what+", live", &l.selected, rules, pointers(people))
			if _, err := l.Put(nil, 1, &fresh); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Update(nil, 0, &fresh, "country", "tags", "age", "orders", "vip", "spend", "last_buy", "birthday", "last"); err != nil {
				t.Fatal(err)
			}
			agrees(t, what+", put", &l.selected, rules, []*customer{&fresh, &fresh})
		}
	}
}

// Any number of workers makes the same columns.
func TestWorkers(t *testing.T) {
	rows := population(5000)
	rules := hundred(t)
	b, err := NewBatch(rules...)
	if err != nil {
		t.Fatal(err)
	}
	var want, got Selection
	for _, workers := range []int{0, 2, 3, 100} {
		c, err := NewColumns(rowSchema, rules...)
		if err != nil {
			t.Fatal(err)
		}
		c.Workers = workers
		for i := 0; i < len(rows); i += 1777 {
			c.AddRows(rows[i:min(i+1777, len(rows))])
		}
		sel := &got
		if workers == 0 {
			sel = &want
		}
		if err := b.Eval(sel, c, workers); err != nil {
			t.Fatal(err)
		}
		for i := range rules {
			if !slices.Equal(sel.words[i], want.words[i]) {
				t.Fatalf("%d workers: rule %d", workers, i)
			}
		}
	}
}

// A getter that ends its goroutine ends the caller's.
func TestWorkersGoexit(t *testing.T) {
	quit := Int("quit", func(*customer) (int64, bool) { runtime.Goexit(); return 0, true }, Meta{})
	c, err := NewColumns(MustSchema[customer](SchemaConfig{}, quit, country))
	if err != nil {
		t.Fatal(err)
	}
	c.Workers = 2
	done, after := make(chan bool), false
	go func() {
		defer close(done)
		c.AddRows(make([]customer, 2000))
		after = true
	}()
	if <-done; after || c.Len() != 0 {
		t.Error(after, c.Len())
	}
}

// Columns do not take more than they can number.
func TestTooManyCustomers(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("no such number of rows")
	}
	r := mustRule(t, schema, age.Is(1))
	b, err := NewBatch(r)
	if err != nil {
		t.Fatal(err)
	}
	for name, add := range map[string]func(c *Columns[customer]) error{
		"Add":     func(c *Columns[customer]) error { c.Add(&customer{}); return c.Err() },
		"AddRows": func(c *Columns[customer]) error { c.AddRows(make([]customer, 3)); return c.Err() },
		"AddSeq":  func(c *Columns[customer]) error { return c.AddSeq(seqOf(make([]customer, 3), nil)) },
	} {
		c, err := NewColumns(schema, r)
		if err != nil {
			t.Fatal(err)
		}
		most := int64(maxRows)
		c.rows = int(most)
		err = add(c)
		var at *guanxi.FieldError
		if !errors.Is(err, ErrLimit) || !errors.As(err, &at) || at.Pointer != "/rows" || int64(c.Len()) != maxRows {
			t.Errorf("%s: %v", name, err)
		}
		var sel Selection
		if err := b.Eval(&sel, c, 1); !errors.Is(err, ErrLimit) {
			t.Errorf("%s, Eval: %v", name, err)
		}
		if _, err := NewLive(b, c); !errors.Is(err, ErrLimit) {
			t.Errorf("%s, NewLive: %v", name, err)
		}
		if c.Reset(); c.Err() != nil || c.Len() != 0 {
			t.Errorf("%s, Reset: %v", name, c.Err())
		}
	}
}

// A zone is more than its name and what it is now.
func TestBatchZone(t *testing.T) {
	load := func(name string) *time.Location {
		loc, err := time.LoadLocation(strings.Clone(name))
		if err != nil {
			t.Fatal(err)
		}
		return loc
	}
	for _, c := range []struct {
		name string
		a, b *time.Location
		want bool
	}{
		{"loaded twice", load("Asia/Shanghai"), load("Asia/Shanghai"), true},
		{"a fixed one of the name", load("Asia/Shanghai"), time.FixedZone("Asia/Shanghai", 8*3600), false},
		{"fixed ones", time.FixedZone("x", 3600), time.FixedZone("x", 3600), true},
		{"other fixed ones", time.FixedZone("x", 3600), time.FixedZone("x", 7200), false},
		{"UTC", nil, time.UTC, true},
	} {
		at := func(loc *time.Location) *Rule[customer] {
			r, err := schema.Compile(age.Is(1), At{Now: now.Now, Location: loc}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if _, err := NewBatch(at(c.a), at(c.b)); (err == nil) != c.want || err != nil && !errors.Is(err, ErrBatch) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Time first, then customers: an event later than the Live's moment does not
// count until it has moved on.
func TestAdvanceThenUpdate(t *testing.T) {
	later := At{Now: now.Now.Add(time.Hour)}
	before := customer{}
	after := customer{Orders: []order{{At: new(now.Now.Add(time.Minute))}}}
	r := mustRule(t, schema, orders.Count().AtLeast(1))
	for _, c := range []struct {
		advanceFirst bool
		cause        Cause
	}{{true, ByAttribute}, {false, ByTime}} {
		b, cols := mustBatch(t, []*Rule[customer]{r.mustAt(t, now)}, []customer{before})
		l, err := NewLive(b, cols)
		if err != nil {
			t.Fatal(err)
		}
		person := &before
		read := func(int) *customer { return person }
		var got []Change
		update := func() {
			person = &after
			if got, err = l.Update(got, 0, person, "orders"); err != nil {
				t.Fatal(err)
			}
		}
		if !c.advanceFirst {
			update()
		}
		if got, err = l.Advance(got, later, read); err != nil {
			t.Fatal(err)
		}
		if c.advanceFirst {
			update()
		}
		if want := []Change{{Rule: 0, Row: 0, Entered: true, Cause: c.cause}}; !slices.Equal(got, want) {
			t.Errorf("Advance first %v: %v, want %v", c.advanceFirst, got, want)
		}
	}
}

func (r *Rule[T]) mustAt(t *testing.T, at At) *Rule[T] {
	t.Helper()
	out, err := r.At(at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
