package rfm

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/shopspring/decimal"
)

// Absent is the segment id of a customer who is not in a population at all: not
// yet known before, or no longer there after.
const Absent = "absent"

// Migration is what moved between two scored populations of the same customers.
// Immutable; safe for concurrent use.
type Migration[K comparable] struct {
	before, after *Scored[K]
	matrix        [][]int // from × to; the last index is Absent
}

// Migrate compares two scored populations, usually one aggregate at two dates.
// Both must have the same segments, bins and currency: else ErrMismatch. Fit one
// scale and use it for both to see customers move; fit one for each date to
// see them move against the others.
// Cost: O(customers), one pass over both.
func Migrate[K comparable](before, after *Scored[K]) (*Migration[K], error) {
	b, a := before.pop.cfg, after.pop.cfg
	if !before.segments.sameAs(after.segments) || before.scale.Bins() != after.scale.Bins() ||
		b.Currency != a.Currency || b.Decimals != a.Decimals {
		return nil, fmt.Errorf("rfm: migration: %w: segments, bins and currency must be the same", ErrMismatch)
	}
	m := &Migration[K]{before: before, after: after}
	n := before.segments.Len() + 1
	m.matrix = make([][]int, n)
	for i := range m.matrix {
		m.matrix[i] = make([]int, n)
	}
	for i, j := range m.pairs {
		m.matrix[m.segment(before, i)][m.segment(after, j)]++
	}
	return m, nil
}

// pairs yields, in the order of the keys, the rows of every customer before and
// after; −1 where absent.
func (m *Migration[K]) pairs(yield func(i, j int) bool) {
	next, stop := iter.Pull(m.after.each)
	defer stop()
	j, more := next()
	for i := range m.before.each {
		k := m.before.pop.keys[i]
		for more && m.after.pop.key.Compare(m.after.pop.keys[j], k) < 0 {
			if !yield(-1, j) {
				return
			}
			j, more = next()
		}
		if more && m.after.pop.keys[j] == k {
			if !yield(i, j) {
				return
			}
			j, more = next()
			continue
		}
		if !yield(i, -1) {
			return
		}
	}
	for ; more; j, more = next() {
		if !yield(-1, j) {
			return
		}
	}
}

func (m *Migration[K]) segment(s *Scored[K], row int) int {
	if row < 0 {
		return len(m.matrix) - 1
	}
	return int(s.seg[row])
}

func (m *Migration[K]) id(segment int) string {
	if segment == len(m.matrix)-1 {
		return Absent
	}
	return m.before.segments.list[segment].ID
}

// Segments returns the ids of the rows and columns of Matrix; the last is Absent.
func (m *Migration[K]) Segments() []string {
	ids := make([]string, len(m.matrix))
	for i := range ids {
		ids[i] = m.id(i)
	}
	return ids
}

// Matrix returns how many customers went from each segment (row) to each (column).
func (m *Migration[K]) Matrix() [][]int {
	out := make([][]int, len(m.matrix))
	for i, row := range m.matrix {
		out[i] = slices.Clone(row)
	}
	return out
}

// Flow is how many customers, worth how much, went from one segment to another.
type Flow struct {
	From, To      string // segment ids, or Absent
	Customers     int
	Before, After decimal.Decimal // their revenue at the two dates
}

// Flows returns the movements between different segments, greatest first, ties
// in the order of the segments.
func (m *Migration[K]) Flows() []Flow {
	n := len(m.matrix)
	type sums struct{ before, after sum128 }
	money := make([]sums, n*n)
	for i, j := range m.pairs {
		c := &money[m.segment(m.before, i)*n+m.segment(m.after, j)]
		if i >= 0 {
			c.before.add(m.before.pop.sum[i])
		}
		if j >= 0 {
			c.after.add(m.after.pop.sum[j])
		}
	}
	var flows []Flow
	for from, row := range m.matrix {
		for to, customers := range row {
			if from != to && customers > 0 {
				c := money[from*n+to]
				flows = append(flows, Flow{From: m.id(from), To: m.id(to), Customers: customers,
					Before: c.before.decimal(m.before.pop.cfg.Decimals), After: c.after.decimal(m.before.pop.cfg.Decimals)})
			}
		}
	}
	slices.SortStableFunc(flows, func(a, b Flow) int { return cmp.Compare(b.Customers, a.Customers) })
	return flows
}

// Move is one customer who changed segment, and why.
type Move[K comparable] struct {
	Customer K
	Before   Customer[K] // Segment is Absent if they were not there
	After    Customer[K]
	Moved    []Shift // the dimensions whose score changed; none if they came or went
}

// Shift is a dimension on which a score changed.
type Shift struct {
	Dimension Dimension
	From, To  uint8
	// Own reports whether the customer's own value made the difference (for
	// recency that is a purchase, or the days that passed without one): by the
	// scale of before, their value of now has another score. Otherwise the cut points
	// moved around them.
	Own bool
}

// Moves yields every customer who changed segment, in the order of the keys.
func (m *Migration[K]) Moves() iter.Seq[Move[K]] {
	return func(yield func(Move[K]) bool) {
		for i, j := range m.pairs {
			if m.segment(m.before, i) != m.segment(m.after, j) && !yield(m.move(i, j)) {
				return
			}
		}
	}
}

func (m *Migration[K]) move(i, j int) Move[K] {
	mv := Move[K]{Before: Customer[K]{Segment: Absent}, After: Customer[K]{Segment: Absent}}
	if i >= 0 {
		mv.Before = m.before.customer(i)
		mv.Customer = mv.Before.Customer
	}
	if j >= 0 {
		mv.After = m.after.customer(j)
		mv.Customer = mv.After.Customer
	}
	if i < 0 || j < 0 {
		return mv
	}
	then, now := m.before.scale.Score(m.before.scored(i)), m.before.scale.Score(m.after.scored(j))
	for d := Recency; d <= Monetary; d++ {
		if from, to := mv.Before.Score.Of(d), mv.After.Score.Of(d); from != to {
			mv.Moved = append(mv.Moved, Shift{Dimension: d, From: from, To: to, Own: then.Of(d) != now.Of(d)})
		}
	}
	return mv
}
