package main

import (
	"time"

	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/audience"
	"github.com/shopspring/decimal"
)

// study is all that is found out about the shop.
type study struct {
	book     *ruleBook
	sets     []audience.Set // by segment
	overlap  audience.Overlap
	miss     nearMiss
	queries  []dialectQuery
	changes  []change
	turns    turns
	next     nextItems
	portrait portrait
	treated  []treated
	campaign audience.Report
}

// What the report looks at more closely.
const (
	missOf     = "vip"
	queryOf    = "sleeping"
	changesOf  = "winback"
	turnsOf    = "active"
	portraitOf = "tea"
)

func studyOf(s *shop) (*study, error) {
	then, err := newRuleBook(s.schema, at(weekAgo), winBackThen)
	if err != nil {
		return nil, err
	}
	before, err := then.sets(s.then, s.lived)
	if err != nil {
		return nil, err
	}
	st := &study{}
	if st.book, err = newRuleBook(s.schema, at(thisWeek), winBackNow); err != nil {
		return nil, err
	}
	if st.sets, err = st.book.sets(s.now, s.live); err != nil {
		return nil, err
	}
	st.overlap = audience.OverlapOf(st.sets...)
	st.miss = s.nearMiss(st.book.rule(missOf), st.set(missOf))
	if st.queries, err = queriesOf(st.book.rule(queryOf)); err != nil {
		return nil, err
	}
	if st.changes, err = s.changes(then, st.book, before, st.sets); err != nil {
		return nil, err
	}
	st.turns = s.turns(st.book, st.set(turnsOf))
	if st.next, err = s.next(st.set(turnsOf)); err != nil {
		return nil, err
	}
	if st.portrait, err = s.portrait(st.book.segments[st.book.index(portraitOf)], st.set(portraitOf)); err != nil {
		return nil, err
	}
	if st.treated, err = s.treat(st.book, st.sets); err != nil {
		return nil, err
	}
	st.campaign, err = s.evaluate()
	return st, err
}

func (st *study) set(id string) audience.Set { return st.sets[st.book.index(id)] }

// nearMiss is a customer whom one condition keeps out of a segment.
type nearMiss struct {
	of  *customer
	why segment.Explanation
}

// nearMiss finds the customer who spent nearly enough.
func (s *shop) nearMiss(rule *segment.Rule[customer], members audience.Set) (best nearMiss) {
	var least decimal.Decimal
	for i := range members.Complement(s.live).All() {
		c := &s.now[i]
		x := rule.Explain(c)
		if x.Flips != 1 {
			continue
		}
		for _, k := range x.Kids {
			gap, err := decimal.NewFromString(k.Gap)
			if k.Match || k.Aggregate != "sum" || err != nil {
				continue
			}
			if best.of == nil || gap.LessThan(least) {
				best, least = nearMiss{c, x}, gap
			}
		}
	}
	return best
}

// dialectQuery is a rule in one dialect.
type dialectQuery struct {
	dialect segment.Dialect
	segment.Query
}

func queriesOf(rule *segment.Rule[customer]) ([]dialectQuery, error) {
	var out []dialectQuery
	for _, d := range segment.Dialects() {
		q, err := rule.SQL(d, segment.SQLConfig{})
		if err != nil {
			return nil, err
		}
		out = append(out, dialectQuery{d, q})
	}
	return out, nil
}

// turns is when time alone will change which segments one customer is in.
type turns struct {
	of   *customer
	in   []bool // by segment
	next []time.Time
}

// turns looks at the first customer of a set of whom enough is known that time
// will change much.
func (s *shop) turns(book *ruleBook, members audience.Set) turns {
	t := turns{of: s.find(members, func(c *customer) bool {
		return c.dated && len(c.orders) >= 4 && book.rule("reachable").Match(c)
	})}
	if t.of == nil {
		return t
	}
	for _, r := range book.rules {
		next, _ := r.NextChange(t.of) // the zero time is never
		t.in, t.next = append(t.in, r.Match(t.of)), append(t.next, next)
	}
	return t
}
