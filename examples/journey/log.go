package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// event is something that happened to a customer.
type event struct {
	kind lifecycle.Event
	at   time.Time
}

// customer is one customer's events, in the order in which they were received.
type customer struct {
	id     lifecycle.CustomerID
	events []event
}

// log is the events of all customers.
type log struct {
	title     guanxi.Text
	loc       *time.Location
	asOf      time.Time // exclusive
	since     time.Time // where the months that are counted begin
	customers []customer
	simulated bool

	rows, duplicates, after int // received; the same again; at or after asOf
}

// intake gathers events as they are received, in any order of customers.
type intake struct {
	*log
	byID map[lifecycle.CustomerID]int
	seen map[delivery]bool
}

// delivery is what two rows that say the same have in common.
type delivery struct {
	customer int
	kind     lifecycle.Event
	at       int64
}

func newIntake(loc *time.Location) *intake {
	return &intake{log: &log{loc: loc}, byID: make(map[lifecycle.CustomerID]int), seen: make(map[delivery]bool)}
}

// add takes an event, unless it was received before.
func (in *intake) add(id lifecycle.CustomerID, e event) {
	in.rows++
	i, ok := in.byID[id]
	if !ok {
		i = len(in.customers)
		in.byID[id] = i
		in.customers = append(in.customers, customer{id: id})
	}
	d := delivery{i, e.kind, e.at.UnixMicro()}
	if in.seen[d] {
		in.duplicates++
		return
	}
	in.seen[d] = true
	c := &in.customers[i]
	c.events = append(c.events, e)
}

// close leaves out what is at or after asOf, by default the day after the last
// event, and puts the customers in the order of their ids.
func (in *intake) close(asOf time.Time) *log {
	var first, last time.Time
	for _, c := range in.customers {
		for _, e := range c.events {
			if first.IsZero() || e.at.Before(first) {
				first = e.at
			}
			if e.at.After(last) {
				last = e.at
			}
		}
	}
	if asOf.IsZero() {
		asOf = nextDay(last.In(in.loc))
	}
	in.asOf, in.since = asOf.In(in.loc), first.In(in.loc)
	in.since = midnight(in.since.Year(), in.since.Month(), 1, in.loc)
	for i := range in.customers {
		c := &in.customers[i]
		before := len(c.events)
		c.events = slices.DeleteFunc(c.events, func(e event) bool { return !e.at.Before(asOf) })
		in.after += before - len(c.events)
	}
	in.customers = slices.DeleteFunc(in.customers, func(c customer) bool { return len(c.events) == 0 })
	slices.SortFunc(in.customers, func(a, b customer) int { return cmp.Compare(a.id, b.id) })
	return in.log
}

// spell is an instant as the report writes it: the day in the log's zone.
func (l *log) spell(t time.Time) string { return t.In(l.loc).Format(time.DateOnly) }
