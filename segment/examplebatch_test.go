package segment_test

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/segment"
	"github.com/shopspring/decimal"
)

func people() []Customer {
	return []Customer{
		*lin,
		{Country: "CN", Born: "1985-07-01", Tags: []string{"vip"}, Fen: 930000, Orders: []Order{{day("2025-12-20"), 930000, "tea"}}},
		{Country: "US", Tags: []string{"vip", "blocked"}, Fen: 12000},
		{Fen: 500},
	}
}

// The rules of these examples: big spenders of Asia, VIPs not blocked, and those
// who bought tea in the last 90 days.
func rules() []*segment.Rule[Customer] {
	var out []*segment.Rule[Customer]
	for _, e := range []segment.Expr[Customer]{
		segment.All(country.In("CN", "SG"), spend.AtLeast(decimal.RequireFromString("1500"))),
		segment.All(tags.HasAny("vip"), tags.HasNone("blocked")),
		orders.Where(category.Is("tea")).Window(segment.LastDays(90)).Count().AtLeast(1),
	} {
		r, err := schema.Compile(e, at, nil)
		if err != nil {
			panic(err)
		}
		out = append(out, r)
	}
	return out
}

// Many rules over everybody: each condition is asked once, of 64 customers at a
// time.
func ExampleBatch_Eval() {
	batch, err := segment.NewBatch(rules()...)
	if err != nil {
		panic(err)
	}
	columns, err := segment.NewColumns(schema, rules()...)
	if err != nil {
		panic(err)
	}
	columns.AddRows(people())

	var found segment.Selection
	if err := batch.Eval(&found, columns, 1); err != nil {
		panic(err)
	}
	for rule := range found.Rules() {
		fmt.Print(found.Count(rule), " of ", found.Len(), ":")
		for row := range found.All(rule) {
			fmt.Print(" ", row)
		}
		fmt.Println()
	}
	// Output:
	// 2 of 4: 0 1
	// 1 of 4: 1
	// 2 of 4: 0 1
}

// What changes is asked again, and nothing else; who enters and who leaves is
// told with the cause.
func ExampleLive() {
	batch, err := segment.NewBatch(rules()...)
	if err != nil {
		panic(err)
	}
	columns, err := segment.NewColumns(schema, rules()...)
	if err != nil {
		panic(err)
	}
	shop := people()
	columns.AddRows(shop)
	live, err := segment.NewLive(batch, columns)
	if err != nil {
		panic(err)
	}
	show := func(what string, changes []segment.Change, err error) {
		fmt.Println(what, err)
		for _, c := range changes {
			fmt.Printf("  customer %d, rule %d: entered %v by %s\n", c.Row, c.Rule, c.Entered, c.Cause)
		}
	}

	// A customer is unblocked, and spends.
	shop[2].Tags, shop[2].Fen = []string{"vip"}, 200000
	changes, err := live.Update(nil, 2, &shop[2], "tags", "spend")
	show("changed", changes, err)

	// Three weeks go by. The events are read again.
	later := segment.At{Now: at.Now.Add(21 * 24 * time.Hour), Location: at.Location}
	changes, err = live.Advance(nil, later, func(row int) *Customer { return &shop[row] })
	show("later", changes, err)

	// The first rule gets a second version.
	next := live.Batch().Rules()
	if next[0], err = schema.Compile(country.In("CN", "SG", "US"), later, nil); err != nil {
		panic(err)
	}
	if batch, err = segment.NewBatch(next...); err != nil {
		panic(err)
	}
	changes, err = live.Replace(nil, batch, nil)
	show("another rule", changes, err)

	changes, err = live.Put(nil, live.Len(), &Customer{Country: "SG", Tags: []string{"vip"}})
	show("a new customer", changes, err)
	changes, err = live.Remove(nil, 1)
	show("one is gone", changes, err)
	// Output:
	// changed <nil>
	//   customer 2, rule 1: entered true by attribute
	// later <nil>
	//   customer 1, rule 2: entered false by time
	// another rule <nil>
	//   customer 2, rule 0: entered true by rule
	// a new customer <nil>
	//   customer 4, rule 0: entered true by arrival
	//   customer 4, rule 1: entered true by arrival
	// one is gone <nil>
	//   customer 1, rule 0: entered false by removal
	//   customer 1, rule 1: entered false by removal
}
