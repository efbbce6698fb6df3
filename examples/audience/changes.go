package main

import (
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// change is what a week did to a segment.
type change struct {
	segment named
	diff    audience.Difference
	events  []audience.Event
}

// causes in the order in which they are shown.
var causes = []audience.Cause{audience.ByAttribute, audience.ByTime, audience.ByRule, audience.ByArrival, audience.ByRemoval}

// count is how many entered, or left, by a cause.
func (c change) count(entered bool, by audience.Cause) (n int64) {
	for _, e := range c.events {
		if e.Entered == entered && e.Cause == by {
			n++
		}
	}
	return n
}

// changes compares every segment with what it was a week ago. The host stores the
// versions; here both are made now.
func (s *shop) changes(then, now *ruleBook, before, after []audience.Set) ([]change, error) {
	rows := audience.Rows[customer]{
		Now: func(ordinal uint32) *customer {
			if !s.live.Has(ordinal) {
				return nil
			}
			return &s.now[ordinal]
		},
		Before: func(ordinal uint32) (*customer, bool) {
			if !s.lived.Has(ordinal) {
				return nil, true
			}
			return &s.then[ordinal], true
		},
	}
	var out []change
	for i, seg := range now.segments {
		v1, err := audience.Version{Segment: seg.id}.Next(then.rules[i].ID(), before[i], then.at.Now)
		if err != nil {
			return nil, err
		}
		v2, err := v1.Next(now.rules[i].ID(), after[i], now.at.Now)
		if err != nil {
			return nil, err
		}
		diff, err := audience.Diff(v1, v2)
		if err != nil {
			return nil, err
		}
		why, err := audience.NewReasoner(audience.Asked[customer]{Rule: then.rules[i], At: then.at}, audience.Asked[customer]{Rule: now.rules[i], At: now.at}, rows)
		if err != nil {
			return nil, err
		}
		c := change{segment: seg, diff: diff}
		for e := range diff.Events(why.Cause) {
			c.events = append(c.events, e)
		}
		out = append(out, c)
	}
	return out, nil
}

// changed reports on who entered and who left.
func (p *report) changed(s *shop, all []change, detail string) {
	p.section("Who entered and who left since a week ago, and why", "一周以来谁进入、谁离开，以及原因")
	t := &layout.Table{Align: "ll"}
	head := []string{p.in("segment", "人群"), "", p.in("customers", "人数")}
	for _, by := range causes {
		head = append(head, by.Label(p.lang))
	}
	t.Add(head...)
	for _, c := range all {
		for _, entered := range []bool{true, false} {
			cells := []string{c.segment.label.In(p.lang), p.verb(entered), layout.Thousands(c.diff.Entered.Count())}
			if !entered {
				cells[0], cells[2] = "", layout.Thousands(c.diff.Left.Count())
			}
			for _, by := range causes {
				if n := c.count(entered, by); n > 0 {
					cells = append(cells, layout.Thousands(n))
				} else {
					cells = append(cells, "·")
				}
			}
			t.Add(cells...)
		}
	}
	p.print(t)
	p.say("The rule of %q was changed: %d yuan a year are enough now, where it was %d.",
		"“%s”的规则已修改：年消费门槛由 %[3]d 元降为 %[2]d 元。", labelOf(all, detail, p), winBackNow, winBackThen)
	p.events(s, all, detail)
}

func labelOf(all []change, id string, p *report) string {
	for _, c := range all {
		if c.segment.id == id {
			return c.segment.label.In(p.lang)
		}
	}
	return id
}

// events lists one of each kind of event of a segment.
func (p *report) events(s *shop, all []change, id string) {
	t := &layout.Table{Align: "lllll"}
	for _, c := range all {
		if c.segment.id != id {
			continue
		}
		seen := map[[2]string]bool{}
		for _, e := range c.events {
			kind := [2]string{p.verb(e.Entered), string(e.Cause)}
			if seen[kind] {
				continue
			}
			seen[kind] = true
			t.Add(e.Key, s.keyOf(e.Ordinal), p.verb(e.Entered), e.Cause.Label(p.lang))
		}
	}
	p.print(t)
}

// keyOf is a customer's id, also of one who was removed since.
func (s *shop) keyOf(ordinal uint32) string {
	if int(ordinal) < len(s.then) {
		return s.then[ordinal].id
	}
	return s.now[ordinal].id
}

func (p *report) verb(entered bool) string {
	if entered {
		return p.in("entered", "进入")
	}
	return p.in("left", "离开")
}
