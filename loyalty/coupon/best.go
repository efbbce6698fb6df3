package coupon

import (
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/internal/minor"
)

const (
	// ExactCoupons is how many coupons that apply are always combined exactly.
	ExactCoupons = 12
	// DefaultNodes is how many steps [Catalogue.Best] takes at most beyond that.
	DefaultNodes = 1 << 16
)

// Best finds the combination of coupons that saves most at a basket. Of several that
// save as much it takes the one with more gifts, then the one with fewer coupons, then
// the one whose coupons end sooner, compared one by one from the soonest, equal ends by
// code: the order in which lines and coupons are given does not matter.
//
// Up to [ExactCoupons] coupons that apply alone, no combination is better. Beyond, it
// begins with a greedy combination and searches [DefaultNodes] steps for better ones;
// Result.Exact then says whether the search came to its end, and Result.Bound how much
// a better one could save at most. Errors are those of [Catalogue.Price]. Cost: at most
// 2^13 steps for 12 coupons, each O(coupons + lines). Safe for concurrent use.
func (c *Catalogue) Best(b Basket, coupons []Coupon, at time.Time) (Result, error) {
	return c.BestWithin(b, coupons, at, DefaultNodes)
}

// BestWithin is Best with another number of steps.
func (c *Catalogue) BestWithin(b Basket, coupons []Coupon, at time.Time, nodes int) (Result, error) {
	q, err := c.quote(&b, coupons, at)
	if err != nil {
		return Result{}, err
	}
	s := newSearch(q)
	if s.nodes = nodes; len(q.offers) <= ExactCoupons {
		s.nodes = 1 << (ExactCoupons + 1)
	} else {
		s.greedy()
	}
	s.visit(0)
	r := q.apply(s.best.chosen, false)
	bound := max(s.bound, s.best.saved)
	r.Exact, r.Bound = bound == s.best.saved, minor.To(bound, b.Decimals)
	return r, nil
}

// search is a depth-first branch and bound over the offers in the order of
// application: each is used or not, and what it is worth depends on those before.
type search struct {
	*quote
	nodes  int   // steps left
	bound  int64 // the most that what was left out could save
	left   []int64
	total  int64
	deliv  int64
	saved  int64
	gifts  int
	chosen []int
	best   found
	blocks []int // by offer: how many of those chosen it does not go with
	group  []quota
	def    []quota
	undo   []int64 // lines as they were, one copy per offer chosen
	shares []share
	most   []gain // scratch of limitOf, by group
}

// quota is how many of a kind are chosen, and how many may be.
type quota struct{ n, most int }

func (q quota) full(most int) bool { return q.n >= min(q.most, most) }

type found struct {
	saved  int64
	gifts  int
	chosen []int
	any    bool
}

func newSearch(q *quote) *search {
	s := &search{quote: q, left: slices.Clone(q.bill.lines), total: q.bill.total, deliv: q.bill.delivery,
		blocks: make([]int, len(q.offers)), group: make([]quota, q.groups), def: make([]quota, q.defs), most: make([]gain, q.groups)}
	for i := range s.group {
		s.group[i].most = maxStack
	}
	for i := range s.def {
		s.def[i].most = maxStack
	}
	return s
}

func (s *search) fits(i int) bool {
	o := &s.offers[i]
	return s.blocks[i] == 0 && !s.group[o.group].full(o.rule.max) && !s.def[o.def].full(o.rule.repeat)
}

// visit decides about the offers from i on.
func (s *search) visit(i int) {
	if i == len(s.offers) {
		s.consider()
		return
	}
	most := s.saved + s.limitOf(i)
	if s.best.any && most < s.best.saved {
		return
	}
	if s.nodes--; s.nodes < 0 {
		s.consider()
		s.bound = max(s.bound, most)
		return
	}
	if s.fits(i) {
		if g, reason, _ := s.offers[i].worth(&s.bill, s.left, s.total, s.deliv); reason == "" {
			s.use(i, g)
		}
	}
	s.visit(i + 1)
}

// use visits what follows an offer that is used.
func (s *search) use(i int, g gain) {
	o := &s.offers[i]
	group, def, at := s.group[o.group], s.def[o.def], len(s.undo)
	s.undo = append(s.undo, s.left...)
	s.shares = allocate(s.left, o.lines, s.rank, g.goods, sumOf(s.left, o.lines), s.shares, nil)
	s.total, s.deliv, s.saved = s.total-g.goods, s.deliv-g.delivery, s.saved+g.sum()
	s.gifts += gift(o)
	s.group[o.group] = quota{group.n + 1, min(group.most, o.rule.max)}
	s.def[o.def] = quota{def.n + 1, min(def.most, o.rule.repeat)}
	s.block(i, 1)
	s.chosen = append(s.chosen, i)

	s.visit(i + 1)

	s.chosen = s.chosen[:len(s.chosen)-1]
	s.block(i, -1)
	s.group[o.group], s.def[o.def] = group, def
	s.gifts -= gift(o)
	s.total, s.deliv, s.saved = s.total+g.goods, s.deliv+g.delivery, s.saved-g.sum()
	copy(s.left, s.undo[at:])
	s.undo = s.undo[:at]
}

func gift(o *offer) int {
	if o.rule.def.Benefit.Kind == Gift {
		return 1
	}
	return 0
}

func (s *search) block(i, by int) {
	for k := i + 1; k < len(s.offers); k++ {
		if apart(&s.offers[i], &s.offers[k]) {
			s.blocks[k] += by
		}
	}
}

// limitOf is what the offers from i on could save at most: each no more than alone,
// all no more than is left, of a group of one only the largest, and what is exclusive
// alone.
func (s *search) limitOf(i int) int64 {
	clear(s.most)
	var sum gain
	alone := int64(0)
	for k := i; k < len(s.offers); k++ {
		if !s.fits(k) {
			continue
		}
		o := &s.offers[k]
		switch m := &s.most[o.group]; {
		case o.rule.def.Stacking.Exclusive:
			alone = max(alone, o.most.sum())
		case o.rule.max == 1:
			sum.goods = upTo(sum.goods, max(o.most.goods-m.goods, 0), s.total)
			sum.delivery = upTo(sum.delivery, max(o.most.delivery-m.delivery, 0), s.deliv)
			sum.gift += max(o.most.gift-m.gift, 0)
			*m = gain{max(m.goods, o.most.goods), max(m.delivery, o.most.delivery), max(m.gift, o.most.gift)}
		default:
			sum.goods = upTo(sum.goods, o.most.goods, s.total)
			sum.delivery = upTo(sum.delivery, o.most.delivery, s.deliv)
			sum.gift += o.most.gift
		}
	}
	return max(sum.sum(), alone)
}

// upTo is a+b or, if that is less, most; all are at least 0, a at most most.
func upTo(a, b, most int64) int64 {
	if b > most-a {
		return most
	}
	return a + b
}

// consider keeps what is chosen if it is better than the best.
func (s *search) consider() {
	if s.best.any && !s.better() {
		return
	}
	s.best = found{s.saved, s.gifts, append(s.best.chosen[:0], s.chosen...), true}
}

func (s *search) better() bool {
	b := &s.best
	switch {
	case s.saved != b.saved:
		return s.saved > b.saved
	case s.gifts != b.gifts:
		return s.gifts > b.gifts
	case len(s.chosen) != len(b.chosen):
		return len(s.chosen) < len(b.chosen)
	}
	return slices.Compare(s.soonest(s.chosen), s.soonest(b.chosen)) < 0
}

func (s *search) soonest(chosen []int) []int {
	ranks := make([]int, len(chosen))
	for k, i := range chosen {
		ranks[k] = s.offers[i].soon
	}
	slices.Sort(ranks)
	return ranks
}

// greedy begins with a good combination: the offers that save most alone first, each
// where it goes with those before and adds to what all save together.
func (s *search) greedy() {
	order := make([]int, len(s.offers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := &s.offers[a], &s.offers[b]
		if d := y.most.sum() - x.most.sum(); d != 0 {
			return int(min(max(d, -1), 1))
		}
		return x.soon - y.soon
	})
	var kept []int
	for _, i := range order {
		at, _ := slices.BinarySearch(kept, i)
		if try := slices.Insert(slices.Clone(kept), at, i); s.try(try) {
			kept = try
		}
	}
}

// try considers a combination if all of it can be used, and reports whether it is
// better than the best so far.
func (s *search) try(combination []int) bool {
	left, total, delivery := slices.Clone(s.bill.lines), s.bill.total, s.bill.delivery
	now := found{chosen: combination, any: true}
	for k, i := range combination {
		o := &s.offers[i]
		g, reason, _ := o.worth(&s.bill, left, total, delivery)
		if reason != "" || s.against(o, combination[:k]) != nil {
			return false
		}
		s.shares = allocate(left, o.lines, s.rank, g.goods, sumOf(left, o.lines), s.shares, nil)
		total, delivery, now.saved, now.gifts = total-g.goods, delivery-g.delivery, now.saved+g.sum(), now.gifts+gift(o)
	}
	if s.best.any && (now.saved < s.best.saved || now.saved == s.best.saved && now.gifts <= s.best.gifts) {
		return false
	}
	s.best = now
	return true
}
