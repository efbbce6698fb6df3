package main

import (
	"io"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// The shape of -json without -customers. What nobody can know is null.
type (
	jsonStudy struct {
		At         time.Time                     `json:"at"`
		Customers  int64                         `json:"customers"`
		Segments   []jsonSegment                 `json:"segments"`
		Overlap    [][]int64                     `json:"overlap"`   // customers in both, by segment and segment
		NearMiss   *jsonMiss                     `json:"near_miss"` // null where nobody is near
		SQL        map[segment.Dialect]jsonQuery `json:"sql"`
		Changes    []jsonChange                  `json:"changes"`
		NextChange *jsonTurns                    `json:"next_change"`
		Next       *jsonNext                     `json:"next"`
		Portrait   jsonPortrait                  `json:"portrait"`
		Treatment  []jsonTreated                 `json:"treatment"`
		Campaign   jsonCampaign                  `json:"campaign"`
	}
	jsonSegment struct {
		ID        string                  `json:"id"`
		Name      guanxi.Text             `json:"name"`
		Rule      string                  `json:"rule"`     // its id
		Document  *segment.Rule[customer] `json:"document"` // as an editor reads it
		Customers int64                   `json:"customers"`
	}
	jsonMiss struct {
		Customer    string              `json:"customer"`
		Segment     string              `json:"segment"`
		Explanation segment.Explanation `json:"explanation"`
	}
	jsonChange struct {
		Segment string                   `json:"segment"`
		Entered map[audience.Cause]int64 `json:"entered"`
		Left    map[audience.Cause]int64 `json:"left"`
	}
	jsonTurns struct {
		Customer string     `json:"customer"`
		Segments []jsonTurn `json:"segments"`
	}
	jsonTurn struct {
		Segment string     `json:"segment"`
		In      bool       `json:"in"`
		Until   *time.Time `json:"until"` // null is for ever
	}
	jsonNext struct {
		Customer    string                        `json:"customer"`
		Suggestions []affinity.Suggestion[string] `json:"suggestions"`
	}
	jsonPortrait struct {
		Segment  string           `json:"segment"`
		Indexes  []affinity.Index `json:"indexes"`
		Findings []jsonFinding    `json:"findings"`
	}
	jsonFinding struct {
		Claim   affinity.Hypothesis `json:"claim"`
		Finding affinity.Finding    `json:"finding"`
	}
	jsonTreated struct {
		Customer string            `json:"customer"`
		Decision audience.Decision `json:"decision"`
	}
	jsonCampaign struct {
		Campaign    audience.Campaign     `json:"campaign"`
		Assignments []audience.Assignment `json:"assignments"`
		Report      audience.Report       `json:"report"`
	}
)

func writeStudy(w io.Writer, s *shop, st *study) error {
	r := jsonStudy{
		At: thisWeek, Customers: s.live.Count(), Overlap: st.overlap.Counts, SQL: map[segment.Dialect]jsonQuery{},
		Portrait: jsonPortrait{Segment: st.portrait.segment.id, Indexes: st.portrait.indexes},
		Campaign: jsonCampaign{s.trial.campaign, s.trial.assignments, st.campaign},
	}
	for i, seg := range st.book.segments {
		r.Segments = append(r.Segments, jsonSegment{seg.id, seg.label, st.book.rules[i].ID(), st.book.rules[i], st.sets[i].Count()})
	}
	if m := st.miss; m.of != nil {
		r.NearMiss = &jsonMiss{m.of.id, missOf, m.why}
	}
	for _, q := range st.queries {
		r.SQL[q.dialect] = queryJSON(q.Query)
	}
	for _, c := range st.changes {
		r.Changes = append(r.Changes, jsonChange{c.segment.id, c.counts(true), c.counts(false)})
	}
	if t := st.turns; t.of != nil {
		r.NextChange = &jsonTurns{Customer: t.of.id}
		for i, seg := range st.book.segments {
			row := jsonTurn{Segment: seg.id, In: t.in[i]}
			if !t.next[i].IsZero() {
				row.Until = &t.next[i]
			}
			r.NextChange.Segments = append(r.NextChange.Segments, row)
		}
	}
	if st.next.of != nil {
		r.Next = &jsonNext{st.next.of.id, st.next.suggestions}
	}
	for _, f := range st.portrait.findings {
		r.Portrait.Findings = append(r.Portrait.Findings, jsonFinding{f.claim, f.Finding})
	}
	for _, t := range st.treated {
		r.Treatment = append(r.Treatment, jsonTreated{t.id, t.Decision})
	}
	return writeJSON(w, r)
}

// counts are those who entered or left, by cause.
func (c change) counts(entered bool) map[audience.Cause]int64 {
	m := map[audience.Cause]int64{}
	for _, by := range causes {
		if n := c.count(entered, by); n > 0 {
			m[by] = n
		}
	}
	return m
}
