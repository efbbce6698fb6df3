package main

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// study reports on the shop.
func (p *report) study(s *shop, st *study) {
	fmt.Fprintf(p, p.in("A made-up shop of tea and tea ware: %s customers as of %s\n", "模拟的茶叶茶具店：%s 位客户，截至 %s\n"),
		layout.Thousands(s.live.Count()), thisWeek.Format("2006-01-02 15:04 -07:00"))
	p.sizes(s, st)
	p.overlaps(st)
	p.nearest(st)
	p.queries(st)
	p.changed(s, st.changes, changesOf)
	p.turning(st)
	p.next(st.next)
	p.portrait(st.portrait)
	p.treatments(st.treated)
	p.campaign(s, st.campaign, func(id string) string { return st.label(id, p) })
}

func (st *study) label(id string, p *report) string {
	return st.book.segments[st.book.index(id)].label.In(p.lang)
}

func (p *report) sizes(s *shop, st *study) {
	p.section("Segments", "人群")
	t := &layout.Table{Align: "llrrl"}
	t.Add("", p.in("id", "代号"), p.in("customers", "人数"), p.in("share", "占比"), p.in("rule", "规则"))
	for i, seg := range st.book.segments {
		n := st.sets[i].Count()
		t.Add(seg.label.In(p.lang), seg.id, layout.Thousands(n), shareOf(n, s.live.Count()), st.book.rules[i].ID()[:12])
	}
	p.print(t)
}

func (p *report) overlaps(st *study) {
	p.section("Overlap", "重叠")
	p.say("of the segment on the left, which part is in the one above", "左侧人群中有多大比例同时属于上方人群")
	t := &layout.Table{Align: "l"}
	head := []string{""}
	for _, seg := range st.book.segments {
		head = append(head, seg.id)
	}
	t.Add(head...)
	for i, seg := range st.book.segments {
		cells := []string{seg.label.In(p.lang)}
		for j := range st.book.segments {
			share, ok := st.overlap.Share(i, j)
			switch {
			case !ok:
				cells = append(cells, unknown)
			case i == j:
				cells = append(cells, layout.Thousands(st.overlap.Counts[i][i]))
			default:
				cells = append(cells, percent(share))
			}
		}
		t.Add(cells...)
	}
	p.print(t)
}

func (p *report) nearest(st *study) {
	p.section("A near miss", "只差一点")
	if st.miss.of == nil {
		return
	}
	p.say("%s is not in %q:", "%s 不属于“%s”：", st.miss.of.id, st.label(missOf, p))
	p.explain(st.miss.why, 1)
}

func (p *report) queries(st *study) {
	p.section("The same rule in the database", "数据库中的同一规则")
	p.say("who is in %q, by dialect", "“%s”中的客户，按数据库方言", st.label(queryOf, p))
	for _, q := range st.queries {
		fmt.Fprintf(p, "\n  %s\n", q.dialect.Label(p.lang))
		p.query(q.Query)
	}
}

func (p *report) turning(st *study) {
	p.section("What time alone will change about one customer", "仅随时间推移，一位客户将发生的变化")
	if st.turns.of == nil {
		return
	}
	p.say("%s, if nothing happens:", "%s，若没有任何动作：", st.turns.of.id)
	t := &layout.Table{Align: "lll"}
	for i, seg := range st.book.segments {
		state := p.in("is out", "不在其中")
		if st.turns.in[i] {
			state = p.in("is in", "在其中")
		}
		when := p.in("and stays so", "不会改变")
		if next := st.turns.next[i]; !next.IsZero() {
			when = fmt.Sprintf(p.in("until %s", "直到 %s"), next.Format(time.DateTime))
		}
		t.Add(seg.label.In(p.lang), state, when)
	}
	p.print(t)
}
