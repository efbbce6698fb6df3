package main

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// table is the customers, whatever they were read from.
type table struct {
	title guanxi.Text   // where they come from
	notes []guanxi.Text // what was counted otherwise, or not at all
	names []string      // ascending, as text; names[i] is the customer of row i
	rows  clv.Rows

	// The hold-out: actual[i] purchases of customer i within periods units after
	// the end of calibration. Nil without one.
	actual  []float64
	periods float64

	truth *truth // of an invented shop
}

// newTable takes what clv made of a log or a simulation.
func newTable[K comparable](c *clv.Customers[K], name func(K) string) *table {
	t := &table{rows: c.Rows, periods: c.HoldOutLength}
	for _, k := range c.Keys {
		t.names = append(t.names, name(k))
	}
	if c.HoldOut != nil {
		t.actual = make([]float64, 0, len(c.HoldOut))
	}
	for _, h := range c.HoldOut {
		t.actual = append(t.actual, float64(h.Frequency))
	}
	return t
}

// note counts something that a person should know of, unless there is none of it.
func (t *table) note(n int, en, zh string) {
	if n > 0 {
		t.notes = append(t.notes, text(en, zh, layout.Thousands(n)))
	}
}

// sort puts the customers in the order of their names.
func (t *table) sort() {
	order := make([]int, len(t.names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(t.names[a], t.names[b]) })
	t.names = inOrder(t.names, order)
	t.rows.List = inOrder(t.rows.List, order)
	if t.actual != nil {
		t.actual = inOrder(t.actual, order)
	}
}

// inOrder returns the elements of list at places.
func inOrder[T any](list []T, places []int) []T {
	out := make([]T, len(places))
	for i, p := range places {
		out[i] = list[p]
	}
	return out
}
