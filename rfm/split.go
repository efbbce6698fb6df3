package rfm

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Split divides the customers over n aggregates of the same config: part of(k)
// takes all of customer k, and of must answer 0 to n−1, else it is ErrOption. Merged
// again, in any order, they are a, to the byte. What belongs to no customer, such
// as the number of Duplicates, goes to the first part that has one. a stays as it is.
//
// Purchases of two customers under one order reference cannot be told any more when
// their parts are apart: split an aggregate that has seen the whole log, or one
// whose references belong to one customer each.
// Cost: O(customers), and with Orders O(orders), on the caller's goroutine.
func (a *Aggregator[K]) Split(n int, of func(customer K) int) ([]*Aggregator[K], error) {
	if n < 1 {
		return nil, fmt.Errorf("rfm: split: %w: into %d parts", ErrOption, n)
	}
	parts := make([]*Aggregator[K], n)
	for i := range parts {
		p, err := NewAggregator(a.key, a.cfg)
		if err != nil {
			return nil, err
		}
		p.seed = a.seed // hashes are made once
		if p.log != nil {
			p.log.seed = a.seed
			p.log.expected = a.log.refs.n / n
		}
		parts[i] = p
	}
	first := n
	part := func(k K) (*Aggregator[K], error) {
		i := of(k)
		if i < 0 || i >= n {
			return nil, fmt.Errorf("rfm: split: %w", guanxi.At("/customer", fmt.Errorf("%w: part %d of %d", ErrOption, i, n)))
		}
		first = min(first, i)
		return parts[i], nil
	}
	if a.log != nil {
		for ord := range a.log.Rows {
			if !a.log.Rows[ord].Row.there() {
				continue
			}
			p, err := part(a.log.Rows[ord].Key)
			if err != nil {
				return nil, err
			}
			p.log.take(a.log, uint32(ord))
		}
	} else if err := a.splitTotals(part); err != nil {
		return nil, err
	}
	s := a.stats
	for i := range a.parts {
		s.merge(a.parts[i].stats)
	}
	for i, p := range parts {
		switch {
		case i == first:
			p.stats = s
		case a.log == nil && p.Len() > 0:
			p.stats.latest = s.latest // whose row it was is not kept
		}
	}
	return parts, nil
}

func (a *Aggregator[K]) splitTotals(part func(K) (*Aggregator[K], error)) error {
	for i := range a.parts {
		from := &a.parts[i]
		for ord := range from.Rows {
			e := &from.Rows[ord]
			p, err := part(e.Key)
			if err != nil {
				return err
			}
			h := p.key.Hash(p.seed, e.Key)
			if err := p.part(h).addTotal(h, e.Key, e.Row, from.cost(uint32(ord)), a.cfg.KeepCosts); err != nil {
				return err
			}
		}
	}
	return nil
}
