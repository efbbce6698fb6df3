package loyalty

import (
	"maps"
	"slices"
)

// part says that an account is loaded in part.
type part struct {
	orders bool    // all orders are there
	due    Instant // Due of what is not loaded is not before
}

// Cover says which open lots of a kind are loaded: all, or those that expire after At
// and stand, in burn order, up to a key and a lot.
type Cover struct {
	All  bool
	At   Instant
	Key  BurnKey
	Upto LotID // 0: none
}

type cover = Cover

func (c *Cover) holds(k BurnKey, id LotID, at Instant) bool {
	if c.All {
		return true
	}
	return c.Upto > 0 && at >= c.At && (k.less(c.Key) || k == c.Key && id <= c.Upto)
}

// Clone returns a copy that shares nothing that changes.
func (a *Account) Clone() *Account {
	c := new(Account)
	a.CopyTo(c)
	return c
}

// CopyTo makes dst a copy of a and reuses the memory that dst has.
func (a *Account) CopyTo(dst *Account) {
	a.copyHeader(dst)
	for i := range a.purses {
		p, q := &a.purses[i], &dst.purses[i]
		q.buckets = append(q.buckets[:0], p.buckets...)
		q.cover = p.cover
	}
	a.lots.copyTo(&dst.lots)
	dst.waiting = append(dst.waiting[:0], a.waiting...)
	for i := range a.orders.rows.n {
		row, _ := dst.addOrder(a.orders.rows.name(i))
		a.orders.rows.at(i).copyRow(row, dst.memory())
	}
	for i := range a.redeemed.n {
		a.redeemed.at(i).copyTo(dst.addRedemption(), dst.memory())
	}
	for i := range a.keys.rows.n {
		row, _ := dst.addKey(Key(a.keys.rows.name(i)))
		*row = *a.keys.rows.at(i)
		row.results = dst.memory().results.keep(row.results)
	}
	dst.ended = maps.Clone(a.ended)
	dst.part = a.part
}

func (row *orderRow) copyRow(dst *orderRow, m *accountMemory) {
	*dst = *row
	dst.OrderRecord.Terms, dst.OrderRecord.Hits = m.keepTerms(row.Terms), m.hits.keep(row.Hits)
	dst.OrderRecord.Lines = m.lines.keep(row.Lines)
	dst.OrderRecord.Kinds = m.kinds.keep(row.Kinds)
	dst.OrderRecord.Payments = slices.Clip(row.OrderRecord.Payments)
	dst.lots = m.lots.keep(row.lots)
}

func (red *redemption) copyTo(dst *redemption, m *accountMemory) {
	*dst = *red
	dst.uses, dst.left = m.uses.keep(red.uses), m.points.keep(red.left)
	dst.counters, dst.shared = m.counters.keep(red.counters), m.shared.keep(red.shared)
}

// copyHeader makes dst what is always loaded of a, but for lots.
func (a *Account) copyHeader(dst *Account) {
	dst.reset()
	dst.ID, dst.Seq, dst.Head, dst.Recorded, dst.Last, dst.Program = a.ID, a.Seq, a.Head, a.Recorded, a.Last, a.Program
	dst.Status, dst.MergedTo, dst.opened = a.Status, a.MergedTo, a.opened
	dst.earned, dst.returnable = a.earned, a.returnable
	if len(a.purses) <= cap(dst.purses) {
		dst.purses = dst.purses[:len(a.purses)]
	} else {
		dst.purses = append(dst.purses[:cap(dst.purses)], make([]purse, len(a.purses)-cap(dst.purses))...)
	}
	for i := range a.purses {
		p, q := &a.purses[i], &dst.purses[i]
		q.kind, q.books, q.cover = p.kind, p.books, cover{}
		p.keys.copyTo(&q.keys)
		q.buckets = q.buckets[:0]
		for _, b := range p.buckets {
			b.head, b.tail = -1, -1
			q.buckets = append(q.buckets, b)
		}
		q.spare = append(q.spare[:0], p.spare...)
		q.pending = append(q.pending[:0], p.pending...)
		q.windows = append(q.windows[:0], p.windows...)
	}
	dst.holds = append(dst.holds[:0], a.holds...)
	dst.counters.all = append(dst.counters.all[:0], a.counters.all...)
	dst.counters.forget = a.counters.forget
	if a.tier != nil || dst.tier != nil {
		*dst.ownTier() = a.tierState().clone()
	}
	dst.shared = maps.Clone(a.shared)
}

// Reset makes a the empty account of an id and keeps its memory, for those who look at
// one account after another.
func (a *Account) Reset(id AccountID) {
	a.reset()
	if a.tier != nil {
		*a.tier = TierState{}
	}
	*a = Account{
		ID: id, purses: a.purses[:0], lots: a.lots, waiting: a.waiting, orders: a.orders, keys: a.keys, redeemed: a.redeemed,
		holds: a.holds[:0], counters: counters{all: a.counters.all[:0]}, tier: a.tier, mem: a.mem,
	}
}

// reset empties a of what is not in its header, and keeps its memory.
func (a *Account) reset() {
	a.lots.reset()
	a.orders.reset()
	a.keys.reset()
	a.redeemed.reset()
	if a.mem != nil {
		a.mem.reset()
	}
	a.waiting = a.waiting[:0]
	a.ended, a.part = nil, nil
}

func (m *accountMemory) reset() {
	m.results.reset()
	m.lots.reset()
	m.uses.reset()
	m.points.reset()
	m.lines.reset()
	m.terms.reset()
	m.lastTerms = nil
	m.hits.reset()
	m.kinds.reset()
	m.counters.reset()
	m.shared.reset()
}
