package main

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// logRow is one row of the log: a purchase, or where units are negative a refund.
type logRow struct {
	customer, order string
	at              int64 // UTC microseconds
	units           int64 // minor units
}

// book is the log by customer, as of one day.
type book struct {
	*result
	shoppers []shopper // who ever ordered, in the order of the population
	buyers   []int     // places of those of whom an order counts
	loose    int       // refunds that no order of the same customer is known for
	scores   []rfm.Customer[string]
	names    map[string]string // of segments, by id
}

// shopper is one customer: every purchase with what came back of it.
type shopper struct {
	id     string
	pop    int   // place in the population
	orders []buy // by time
	counts int   // of orders: how many were not refunded wholly
}

// buy is a purchase. What was refunded wholly is one too, with left 0.
type buy struct {
	at    int64
	units int64 // paid
	left  int64 // paid less what came back before as_of
	ref   string
	backs []back
}

// back is a refund of a purchase.
type back struct{ at, units int64 }

// undone reports whether all came back: such a purchase does not count.
func (b *buy) undone() bool { return b.units > 0 && b.left <= 0 }

// newBook sorts the rows before as_of by customer and by time, and puts refunds to
// their orders.
func newBook(r *result, lang guanxi.Lang) *book {
	b := &book{result: r, scores: slices.Collect(r.scored.All()), names: labels(r.scored.Segments(), lang)}
	end := r.asOf.UnixMicro()
	rows := firstOfEach(r.log.rows, r.log.agg.Duplicates() > 0)
	starts := make([]int, r.pop.Len()+1)
	owner := make([]int32, len(rows))
	last, found := "", -1
	for i := range rows {
		if owner[i] = -1; rows[i].at >= end {
			continue
		}
		if found < 0 || rows[i].customer != last {
			at, ok := r.pop.Find(rows[i].customer)
			if last, found = rows[i].customer, at; !ok {
				found = -1
				continue
			}
		}
		owner[i] = int32(found)
		starts[found+1]++
	}
	for i := range r.pop.Len() {
		starts[i+1] += starts[i]
	}
	sorted := make([]logRow, starts[len(starts)-1])
	next := slices.Clone(starts)
	for i, at := range owner {
		if at >= 0 {
			sorted[next[at]] = rows[i]
			next[at]++
		}
	}
	for i := range r.pop.Len() {
		s, ok := b.shopper(sorted[starts[i]:starts[i+1]], r.pop.Key(i), i)
		if !ok {
			continue
		}
		if s.counts > 0 {
			b.buyers = append(b.buyers, len(b.shoppers))
		}
		b.shoppers = append(b.shoppers, s)
	}
	return b
}

// firstOfEach leaves of purchases with one order reference the one that the
// aggregate keeps: the earliest, then the smallest, then by customer.
func firstOfEach(rows []logRow, some bool) []logRow {
	if !some {
		return rows
	}
	best := map[string]int{}
	for i, r := range rows {
		if r.order == "" || r.units < 0 {
			continue
		}
		if j, ok := best[r.order]; !ok || compareRows(r, rows[j]) < 0 {
			best[r.order] = i
		}
	}
	var out []logRow
	for i, r := range rows {
		if r.order == "" || r.units < 0 || best[r.order] == i {
			out = append(out, r)
		}
	}
	return out
}

func compareRows(a, b logRow) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.units, b.units), cmp.Compare(a.customer, b.customer))
}

// shopper puts one customer's rows together; ok is false of one without an order.
func (b *book) shopper(rows []logRow, id string, pop int) (s shopper, ok bool) {
	slices.SortFunc(rows, func(x, y logRow) int { return cmp.Or(compareRows(x, y), cmp.Compare(x.order, y.order)) })
	s = shopper{id: id, pop: pop}
	n := 0
	for i := range rows {
		if rows[i].units >= 0 {
			n++
		}
	}
	s.orders = make([]buy, 0, n)
	for _, r := range rows {
		if r.units >= 0 {
			s.orders = append(s.orders, buy{at: r.at, units: r.units, left: r.units, ref: r.order})
		}
	}
	var byRef map[string]int
	for _, r := range rows {
		if r.units >= 0 {
			continue
		}
		if byRef == nil {
			byRef = make(map[string]int, n)
			for i := range s.orders {
				byRef[s.orders[i].ref] = i
			}
		}
		of, ok := byRef[r.order]
		if !ok || r.order == "" {
			b.loose++
			continue
		}
		o := &s.orders[of]
		o.left += r.units
		o.backs = append(o.backs, back{max(r.at, o.at), -r.units})
	}
	for i := range s.orders {
		if !s.orders[i].undone() {
			s.counts++
		}
	}
	return s, n > 0
}

// counting yields the purchases that count, by time.
func (s *shopper) counting(yield func(o *buy) bool) {
	for i := range s.orders {
		if o := &s.orders[i]; !o.undone() && !yield(o) {
			return
		}
	}
}

// last is the last purchase that counts; of a buyer there is one.
func (s *shopper) last() *buy {
	for i := len(s.orders) - 1; ; i-- {
		if !s.orders[i].undone() {
			return &s.orders[i]
		}
	}
}

// spent is the money of purchases at or after an instant, less refunds, in minor units.
func (s *shopper) spent(since int64) (units int64) {
	for i := len(s.orders) - 1; i >= 0 && s.orders[i].at >= since; i-- {
		units += s.orders[i].left
	}
	return units
}

// buyer is a customer by place in buyers.
func (b *book) buyer(i int) *shopper { return &b.shoppers[b.buyers[i]] }

// scoreOf is the score and the segment of a buyer.
func (b *book) scoreOf(i int) rfm.Customer[string] { return b.scores[b.buyer(i).pop] }

// segmentName is what people call the segment of a buyer.
func (b *book) segmentName(i int) string { return b.names[b.scoreOf(i).Segment] }

// topBy are the places of the n greatest of size numbers, the first ones where equal.
func topBy(size, n int, of func(i int) float64) []int {
	order := make([]int, size)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(of(y), of(x)) })
	return order[:min(n, size)]
}
