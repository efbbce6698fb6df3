package rfm

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/shopspring/decimal"
)

// Scored is a population with a score and a segment for every customer, in the
// order of the keys. Immutable; safe for concurrent use.
type Scored[K comparable] struct {
	pop      *Population[K]
	scale    *Scale
	segments *Segments
	scores   []Score // by row of pop
	seg      []uint8 // by row of pop
	rows     []int32 // the rows that belong to this view; nil is all
}

// Customer is one scored customer.
type Customer[K comparable] struct {
	Customer K
	Values   Values
	Score    Score
	Segment  string // id
}

// ScoreAll scores and names every customer of pop. A scale of another currency
// is ErrMismatch, segments for another number of bins are ErrBins.
func ScoreAll[K comparable](pop *Population[K], scale *Scale, segments *Segments) (*Scored[K], error) {
	if scale.Bins() != segments.bins {
		return nil, fmt.Errorf("rfm: %w: the segments for %v, the scale for %v", ErrBins, segments.bins, scale.Bins())
	}
	scores, err := AppendScores(nil, pop, scale)
	if err != nil {
		return nil, err
	}
	s := &Scored[K]{pop: pop, scale: scale, segments: segments, scores: scores, seg: make([]uint8, len(scores))}
	split(pop.cfg.Workers, len(scores), func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			n, _ := segments.Index(scores[i])
			s.seg[i] = uint8(n)
		}
	})
	return s, nil
}

// Population returns what was scored, all of it.
func (s *Scored[K]) Population() *Population[K] { return s.pop }

// Scale returns what it was scored by.
func (s *Scored[K]) Scale() *Scale { return s.scale }

// Segments returns what it was named by.
func (s *Scored[K]) Segments() *Segments { return s.segments }

// Len returns the number of customers, those who never bought included.
func (s *Scored[K]) Len() int {
	if s.rows != nil {
		return len(s.rows)
	}
	return len(s.scores)
}

// each yields the rows of the view.
func (s *Scored[K]) each(yield func(int) bool) {
	if s.rows == nil {
		for i := range s.scores {
			if !yield(i) {
				return
			}
		}
		return
	}
	for _, i := range s.rows {
		if !yield(int(i)) {
			return
		}
	}
}

func (s *Scored[K]) customer(i int) Customer[K] {
	return Customer[K]{Customer: s.pop.keys[i], Values: s.pop.Values(i), Score: s.scores[i], Segment: s.segments.list[s.seg[i]].ID}
}

// scored are the values that row i was scored by.
func (s *Scored[K]) scored(i int) Values {
	v := s.pop.Values(i)
	if s.scale.cfg.Money == MoneyMargin {
		v.Monetary = s.pop.margin[i]
	}
	return v
}

// All yields every customer in the order of the keys.
func (s *Scored[K]) All() iter.Seq[Customer[K]] {
	return func(yield func(Customer[K]) bool) {
		for i := range s.each {
			if !yield(s.customer(i)) {
				return
			}
		}
	}
}

// Find returns one customer.
func (s *Scored[K]) Find(customer K) (Customer[K], bool) {
	i, ok := s.pop.Find(customer)
	if ok && s.rows != nil {
		_, ok = slices.BinarySearch(s.rows, int32(i))
	}
	if !ok {
		return Customer[K]{}, false
	}
	return s.customer(i), true
}

// Top returns the n customers with the greatest revenue, greatest first, ties
// by key. Who never bought is left out.
func (s *Scored[K]) Top(n int) []Customer[K] {
	rows := s.buyers()
	slices.SortFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.pop.sum[b], s.pop.sum[a]), cmp.Compare(a, b))
	})
	top := make([]Customer[K], 0, min(max(n, 0), len(rows)))
	for _, i := range rows[:cap(top)] {
		top = append(top, s.customer(int(i)))
	}
	return top
}

// buyers lists the rows of the view that ever bought.
func (s *Scored[K]) buyers() []int32 {
	rows := make([]int32, 0, s.Len())
	for i := range s.each {
		if s.pop.count[i] != prospect {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

// Group is the part of a scored population that the host put under one name.
type Group[K comparable] struct {
	Name string
	*Scored[K]
}

// GroupBy splits the customers by what of returns for them (a store, a region,
// a channel) and returns the groups by name. Scores and segments stay those of
// the whole population. Groups share memory with s.
func (s *Scored[K]) GroupBy(of func(K) string) []Group[K] {
	index := map[string]int{}
	var groups []Group[K]
	for i := range s.each {
		name := of(s.pop.keys[i])
		g, ok := index[name]
		if !ok {
			g = len(groups)
			index[name] = g
			part := *s
			part.rows = []int32{}
			groups = append(groups, Group[K]{Name: name, Scored: &part})
		}
		groups[g].rows = append(groups[g].rows, int32(i))
	}
	slices.SortFunc(groups, func(a, b Group[K]) int { return cmp.Compare(a.Name, b.Name) })
	return groups
}

// Sums are totals over some customers.
type Sums struct {
	Customers int
	Revenue   decimal.Decimal
	buyers    int
	days      int64 // of recency
	purchases int64
	units     sum128 // revenue in minor units
	spent     sum128 // that of who ever bought
	decimals  int
}

// Recency returns the mean recency in days of those who ever bought; false if
// there is nobody.
func (t Sums) Recency() (float64, bool) { return t.mean(float64(t.days)) }

// Frequency returns the mean number of purchases of those who ever bought.
func (t Sums) Frequency() (float64, bool) { return t.mean(float64(t.purchases)) }

// Monetary returns the mean revenue of those who ever bought, in money.
func (t Sums) Monetary() (float64, bool) {
	return t.mean(t.spent.decimal(t.decimals).InexactFloat64())
}

func (t Sums) mean(sum float64) (float64, bool) {
	if t.buyers == 0 {
		return 0, false
	}
	return sum / float64(t.buyers), true
}

// addTo adds row i to the sums.
func (s *Scored[K]) addTo(t *Sums, i int) {
	t.Customers++
	t.units.add(s.pop.sum[i])
	if s.pop.count[i] == prospect {
		return
	}
	t.buyers++
	t.days += int64(s.pop.today - s.pop.day[i])
	t.purchases += int64(s.pop.count[i])
	t.spent.add(s.pop.sum[i])
}

// SegmentRow is one segment in a Table.
type SegmentRow struct {
	Segment Segment
	Sums
	whole *Table
}

// Share returns the segment's part of the customers; false if there are none.
func (r SegmentRow) Share() (float64, bool) {
	if r.whole.Customers == 0 {
		return 0, false
	}
	return float64(r.Customers) / float64(r.whole.Customers), true
}

// RevenueShare returns the segment's part of the revenue; false if the whole is
// not positive.
func (r SegmentRow) RevenueShare() (float64, bool) {
	whole := r.whole.units.float()
	if whole <= 0 {
		return 0, false
	}
	return r.units.float() / whole, true
}

// Table is the report per segment. The revenues of its rows add up to Revenue,
// to the minor unit.
type Table struct {
	Sums
	Rows []SegmentRow // every segment, in the order of the config, empty ones included
}

// Table sums up the segments.
func (s *Scored[K]) Table() *Table {
	t := &Table{Rows: make([]SegmentRow, s.segments.Len())}
	for i := range s.each {
		s.addTo(&t.Rows[s.seg[i]].Sums, i)
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		r.Segment, r.whole = s.segments.At(i), t
		r.finish(s.pop.cfg.Decimals)
		t.Sums.plus(r.Sums)
	}
	t.finish(s.pop.cfg.Decimals)
	return t
}

func (t *Sums) plus(o Sums) {
	t.Customers += o.Customers
	t.buyers += o.buyers
	t.days += o.days
	t.purchases += o.purchases
	t.units.plus(o.units)
	t.spent.plus(o.spent)
}

// finish turns the sum of minor units into money.
func (t *Sums) finish(decimals int) {
	t.decimals = decimals
	t.Revenue = t.units.decimal(decimals)
}

// Grid is the R×F table: Cells[r−1][f−1] are the customers with those scores.
// Who never bought is not in it.
type Grid struct {
	Cells [][]Sums
}

// Grid sums up the cells of recency by frequency.
func (s *Scored[K]) Grid() Grid {
	b := s.scale.Bins()
	g := Grid{Cells: make([][]Sums, b.R)}
	for r := range g.Cells {
		g.Cells[r] = make([]Sums, b.F)
	}
	for i := range s.each {
		if sc := s.scores[i]; !sc.Prospect() {
			s.addTo(&g.Cells[sc.R-1][sc.F-1], i)
		}
	}
	for _, row := range g.Cells {
		for f := range row {
			row[f].finish(s.pop.cfg.Decimals)
		}
	}
	return g
}
