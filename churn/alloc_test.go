//go:build !race

package churn_test

import (
	"testing"
	"unsafe"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

func TestNoAllocations(t *testing.T) {
	r := must(churn.NewRhythm(churn.RhythmConfig{Seasons: []churn.Season{{From: "--02-01", To: "--12-01"}}}))
	l := must(churn.NewLeaving(churn.LeavingConfig{}, r))
	f := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.ContractEnd, Grace: guanxi.Span{Months: 1}}, r))
	seg := segment(t)
	c, _, _ := r.Step(churn.Cycle{}, noon)
	c2, _, _ := r.Step(c, noon.AddDate(0, 0, 9))
	now := noon.AddDate(0, 1, 0)
	s := must(churn.NewScorer(churn.Handbook()))
	cols := columns(1000)
	scores, why := make([]churn.Score, 0, 1000), make([]churn.Reason, 0, 5000)
	seen := []churn.Observation{{Signal: 0, Value: 1, At: noon.UnixMicro()}, {Signal: 1, Value: 1, At: noon.UnixMicro()}, {Signal: 1, Value: 2, At: noon.UnixMicro()}}
	x := make([]float64, 0, 12)
	shift := must(churn.NewShift(churn.ShiftConfig{}))
	drift := must(churn.NewDrift(churn.DriftConfig{}))
	a := must(churn.NewAlerts(churn.AlertConfig{Rule: "r"}))
	h := churn.History{Orders: []int64{1e15, 1.5e15}, Terms: []churn.Term{{From: 1e15}}, Until: now, Segment: seg}
	buf := make([]byte, 0, 100)
	var series churn.Series
	var gaps churn.Gaps
	for name, f := range map[string]func(){
		"Rhythm.Step": func() { _, _, _ = r.Step(c, now) },
		"Standing":    func() { _, _ = r.Standing(c2, seg, now); _, _ = r.Standing(c, seg, now) },
		"Probability": func() { _, _, _ = r.ReturnProbability(c2, seg, now, 30) },
		"Gaps":        func() { gaps.Add(c2); gaps.Merge(&gaps) },
		"Outcome": func() {
			_, _ = l.Outcome(h, noon, guanxi.Span{Days: 30})
			_, _ = f.Outcome(h, noon, guanxi.Span{Days: 30})
		},
		"Deadline":       func() { _, _, _ = l.Deadline(c2, seg) },
		"Score":          func() { _, _ = s.Score(why[:3], seen, now) },
		"AppendScores":   func() { _, _, _, _ = s.AppendScores(scores, why, 3, cols, noon) },
		"AppendScores 5": func() { _, _, _, _ = s.AppendScores(scores, why, 5, cols, noon) },
		"AppendFeatures": func() { _, _ = s.AppendFeatures(x, seen, now) },
		"AppendClears":   func() { _, _ = s.AppendClears(x, seen, now) },
		"Shift":          func() { series, _, _ = shift.Step(series, 5) },
		"Drift":          func() { _, _, _ = drift.Step(churn.Mix{}, 5) },
		"Step":           func() { _, _, _ = a.Step(churn.Alert{}, churn.Reading{Risk: 0.9}, now) },
		"AppendBinary":   func() { _, _ = c2.AppendBinary(buf) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
	for name, n := range map[string][2]uintptr{
		"Cycle": {unsafe.Sizeof(churn.Cycle{}), 24}, "Series": {unsafe.Sizeof(churn.Series{}), 20},
		"Mix": {unsafe.Sizeof(churn.Mix{}), 68}, "Alert": {unsafe.Sizeof(churn.Alert{}), 16},
	} {
		if n[0] != n[1] {
			t.Errorf("%s takes %d bytes, want %d", name, n[0], n[1])
		}
	}
}
