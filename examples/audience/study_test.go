package main

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// What the batch finds is whom each rule matches, one by one; what is told of the
// changes leads from the old set to the new one.
func TestStudy(t *testing.T) {
	s, err := openShop(3)
	if err != nil {
		t.Fatal(err)
	}
	st, err := studyOf(s)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range st.book.rules {
		for row := range s.now {
			in := s.live.Has(uint32(row)) && r.Match(&s.now[row])
			if in != st.sets[i].Has(uint32(row)) {
				t.Fatalf("%s, row %d: %v", st.book.segments[i].id, row, in)
			}
		}
		c := st.changes[i]
		if !c.diff.Apply(c.diff.Old.Set).Equal(st.sets[i]) || int64(len(c.events)) != c.diff.Entered.Count()+c.diff.Left.Count() {
			t.Errorf("%s: %d events", c.segment.id, len(c.events))
		}
		var told int64
		for _, by := range causes {
			told += c.count(true, by) + c.count(false, by)
		}
		if told != int64(len(c.events)) {
			t.Errorf("%s: %d of %d events have a cause that is shown", c.segment.id, told, len(c.events))
		}
	}
	if st.miss.of == nil || st.miss.why.Match || st.miss.why.Flips != 1 {
		t.Errorf("near miss %+v", st.miss)
	}
	for i, next := range st.turns.next {
		if next.IsZero() {
			continue
		}
		moved, err := st.book.rules[i].At(at(next))
		if err != nil || moved.Match(st.turns.of) == st.turns.in[i] {
			t.Errorf("%s does not turn at %v: %v", st.book.segments[i].id, next, err)
		}
	}
	if r := s.trial.roster; r.Treated().Meets(r.Held()) || r.All().Count() == 0 {
		t.Error("the arms are not apart")
	}
}

// The report of -json says the same as what it was made of.
func TestStudyJSON(t *testing.T) {
	code, stdout, stderr := asked("-json")
	if code != 0 || stderr != "" || stdout == "" {
		t.Fatal(code, stderr)
	}
	var r struct {
		Customers int64
		Segments  []struct {
			ID        string
			Customers int64
		}
		Overlap [][]int64
		SQL     map[segment.Dialect]jsonQuery
		Changes []jsonChange
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Segments) != 8 || len(r.Overlap) != 8 || len(r.SQL) != len(segment.Dialects()) || len(r.Changes) != 8 {
		t.Errorf("%d segments, %d overlaps, %d dialects, %d changes", len(r.Segments), len(r.Overlap), len(r.SQL), len(r.Changes))
	}
	for i, s := range r.Segments {
		if r.Overlap[i][i] != s.Customers || s.Customers == 0 || s.Customers >= r.Customers {
			t.Errorf("%+v of %d", s, r.Customers)
		}
	}
	i := slices.IndexFunc(r.Changes, func(c jsonChange) bool { return c.Segment == changesOf })
	if c := r.Changes[i]; c.Entered[audience.ByRule] == 0 || c.Left[audience.ByTime] == 0 || c.Left[audience.ByAttribute] == 0 {
		t.Errorf("%+v", c)
	}
}
