package segment

import (
	"errors"
	"runtime"
	"testing"
	"time"
)

// What is beyond the limits is not written first.
func TestSQLStops(t *testing.T) {
	var kids []Expr[customer]
	for i := range 120 {
		var vals []int64
		for j := range 1000 {
			vals = append(vals, int64(i*1000+j))
		}
		kids = append(kids, orders.SumInt(qty).In(vals...), Not(age.In(vals...)))
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	r, err := schema.Compile(Any(kids...), At{Now: now.Now, Location: newYork}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range Dialects() {
		for _, o := range []SQLConfig{{}, {MaxText: 100}, {MaxArgs: 3}} {
			o.Integers = d == SQLite
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			q, err := r.SQL(d, o)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, ErrLimit) || q.Text != "" {
				t.Errorf("%s %+v: %v", d, o, err)
			}
			most := uint64(64 << 20)
			if o.MaxText+o.MaxArgs > 0 {
				most = 1 << 20
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > most {
				t.Errorf("%s %+v: %d bytes allocated", d, o, n)
			}
		}
	}
}

// One schema serves PostgreSQL and SQLite.
func TestSQLIntegers(t *testing.T) {
	doc := []byte(group0(rule0("spend", ">=", `"20.00"`) + "," + rule0("last_buy", "withinDays", `3`) +
		`,{"field":"orders","operator":">","value":"1","meta":{"aggregate":"sum","of":"amount"}}` +
		`,{"field":"orders","operator":"=","value":"tea","meta":{"aggregate":"top","of":"category","n":1,"by":"amount"}}`))
	e, err := schema.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	r := mustRule(t, schema, e)
	if _, err := r.SQL(SQLite, SQLConfig{}); !errors.Is(err, ErrInexact) {
		t.Error(err)
	}
	sqliteSchema := sqlSchema(SQLite)
	same, err := sqliteSchema.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	own := mustRule(t, sqliteSchema, same)
	want, err := own.SQL(SQLite, SQLConfig{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.SQL(SQLite, SQLConfig{Integers: true})
	if err != nil || got.Text != want.Text || len(got.Args) != len(want.Args) {
		t.Errorf("%v\n%s\n%s", err, got.Text, want.Text)
	}
	if _, err := r.SQL(PostgreSQL, SQLConfig{}); err != nil {
		t.Error(err)
	}
}
