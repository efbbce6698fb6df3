package affinity

import (
	"cmp"
	"math"
	"slices"
)

// eligible reports whether an item may be suggested at all.
func (n *Next[I]) eligible(ord uint32, s *NextScratch[I], q *Query[I]) bool {
	p, m := &n.known.Rows[ord].Row, &s.marks[ord]
	if !p.listed || p.out || m.out || n.floored && !(p.hasMargin && p.margin >= n.floor) {
		return false
	}
	if m.habit > 0 {
		h := &s.habits[m.habit-1]
		if !p.consumable || h.Known && h.DueIn > n.cfg.LeadDays {
			return false
		}
	}
	return q.Skip == nil || !q.Skip(n.known.Rows[ord].Key)
}

// offer keeps a candidate if it is one of the k best.
func (n *Next[I]) offer(s *NextScratch[I], k int, c candidate) {
	s.top = insert(s.top, 0, k, c, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(n.sold(b.ord), n.sold(a.ord)), n.byKey(a.ord, b.ord))
	})
}

// repeats suggests what is used up.
func (n *Next[I]) repeats(dst []Suggestion[I], s *NextScratch[I], q *Query[I]) []Suggestion[I] {
	s.top = s.top[:0]
	for i := range s.habits {
		h := &s.habits[i]
		ord, ok := n.find(h.Item)
		if !ok || !h.Known || !n.known.Rows[ord].Row.consumable || q.Repeat == 0 || !n.eligible(ord, s, q) {
			continue
		}
		elapsed := math.Ceil(h.MedianGap) - float64(h.DueIn)
		n.offer(s, q.Repeat, candidate{ord: ord, score: min(elapsed/h.MedianGap, h.MedianGap/elapsed)})
	}
	for _, c := range s.top {
		m := s.touch(c.ord)
		m.out = true
		dst = append(dst, Suggestion[I]{Item: n.known.Rows[c.ord].Key, Kind: Repeat, Score: c.score, Habit: s.habits[m.habit-1]})
	}
	return dst
}

// crossSells suggests what goes with what the customer has.
func (n *Next[I]) crossSells(dst []Suggestion[I], s *NextScratch[I], q *Query[I]) []Suggestion[I] {
	if q.CrossSell == 0 {
		return dst
	}
	r := n.rules
	for _, from := range s.causes {
		if int(from) >= len(r.items.Rows) {
			continue // in the catalogue, and never sold
		}
		for i := r.first[from]; i < r.first[from+1]; i++ {
			w := &r.rules[i]
			m := s.touch(w.to)
			if m.causes++; w.strength > m.best { // the first of equals, in the order of keys
				m.best, m.rule, m.from = w.strength, i, from
			}
			if n.cfg.Combine == Strongest {
				m.score = m.best
			} else {
				m.score += (1 - m.score) * w.strength
			}
		}
	}
	s.top = s.top[:0]
	for _, ord := range s.touched {
		m := &s.marks[ord]
		if m.causes == 0 || len(s.top) == q.CrossSell && m.score < s.top[len(s.top)-1].score || !n.eligible(ord, s, q) {
			continue
		}
		n.offer(s, q.CrossSell, candidate{ord: ord, score: m.score})
	}
	for _, c := range s.top {
		m := &s.marks[c.ord]
		m.out = true
		dst = append(dst, Suggestion[I]{Item: n.known.Rows[c.ord].Key, Kind: CrossSell, Score: c.score,
			Because: r.rule(m.from, m.rule), Paired: true, Causes: int(m.causes)})
	}
	return dst
}

// upSells suggests a step up from the dearest item of each category.
func (n *Next[I]) upSells(dst []Suggestion[I], s *NextScratch[I], q *Query[I]) []Suggestion[I] {
	if q.UpSell == 0 {
		return dst
	}
	s.causes = slices.DeleteFunc(s.causes, func(ord uint32) bool {
		p := &n.known.Rows[ord].Row
		return p.category < 0 || !p.hasPrice || n.cfg.UpBy != UpByPrice && !p.hasMargin
	})
	slices.SortFunc(s.causes, func(a, b uint32) int {
		p, q := &n.known.Rows[a].Row, &n.known.Rows[b].Row
		return cmp.Or(cmp.Compare(p.category, q.category), cmp.Compare(q.price, p.price), n.byKey(a, b))
	})
	s.top = s.top[:0]
	before := int32(-1)
	for _, from := range s.causes {
		if c := n.known.Rows[from].Row.category; c != before {
			before = c
			n.stepsUp(s, q, from)
		}
	}
	for _, c := range s.top {
		s.touch(c.ord).out = true
		out := Suggestion[I]{Item: n.known.Rows[c.ord].Key, Kind: UpSell, Score: c.score}
		if i, ok := n.between(c.from, c.ord); ok {
			out.Because, out.Paired, out.Causes = n.rules.rule(c.from, i), true, 1
		} else {
			out.Because.From, out.Because.To = n.known.Rows[c.from].Key, out.Item
		}
		dst = append(dst, out)
	}
	return dst
}

// stepsUp offers the items of a category that are a step up from one.
func (n *Next[I]) stepsUp(s *NextScratch[I], q *Query[I], from uint32) {
	base := &n.known.Rows[from].Row
	c := &n.categories[base.category]
	first, _ := slices.BinarySearchFunc(c.items, base.price, func(ord uint32, price int64) int {
		return cmp.Compare(n.known.Rows[ord].Row.price, price)
	})
	most := n.cfg.MaxStep * float64(base.price)
	for _, ord := range c.items[first:] {
		p := &n.known.Rows[ord].Row
		if float64(p.price) > most {
			return
		}
		dearer, richer := p.price > base.price, p.hasMargin && base.hasMargin && p.margin > base.margin
		if ord == from || n.cfg.UpBy != UpByMargin && !dearer || n.cfg.UpBy != UpByPrice && !richer || !n.eligible(ord, s, q) {
			continue
		}
		score := 0.0
		if c.baskets > 0 {
			score = n.sold(ord) / c.baskets
		}
		if i, ok := n.between(from, ord); ok {
			score += n.rules.rules[i].strength
		}
		n.offer(s, q.UpSell, candidate{ord: ord, from: from, score: score})
	}
}

// between returns the rule between two items that are known.
func (n *Next[I]) between(from, to uint32) (int, bool) {
	if int(from) >= len(n.rules.items.Rows) {
		return 0, false
	}
	return n.rules.between(from, to)
}
