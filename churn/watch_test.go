package churn_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/shopspring/decimal"
)

// A snooze keeps quiet, tells afterwards what is still so, and never what is over.
func TestSnooze(t *testing.T) {
	a := must(churn.NewAlerts(churn.AlertConfig{Rule: "r", Opens: churn.Confirm{N: 1, M: 1}, Closes: churn.Confirm{N: 1, M: 1}}))
	var s churn.Alert
	if _, ok := s.Since(); ok || s.IsOpen() {
		t.Error("never open")
	}
	at := noon
	step := func(r churn.Reading, want churn.Effect) {
		t.Helper()
		at = at.AddDate(0, 0, 1)
		next, e, err := a.Step(s, r, at)
		if err != nil || e != want {
			t.Errorf("%s: %+v is %q, want %q (%v)", at, r, e, want, err)
		}
		s = next
	}
	snooze := func(days int) {
		t.Helper()
		s = must(a.Snooze(s, at, at.AddDate(0, 0, days)))
		if s.Snoozed(at) != (days > 0) || s.Snoozed(at.AddDate(0, 0, days)) {
			t.Error("not snoozed until then")
		}
	}
	high, low := churn.Reading{Risk: 0.9, Band: 2}, churn.Reading{Risk: 0.1}
	snooze(2)
	step(high, churn.NoEffect)
	if since, ok := s.Since(); !s.IsOpen() || !ok || !since.Equal(at) {
		t.Error("it opens silently")
	}
	if _, ok := s.Told(); ok {
		t.Error("nobody was told")
	}
	step(high, churn.Opened) // the snooze is over, and it is still so
	if band, ok := s.Told(); !ok || band != 2 {
		t.Error(band, ok)
	}
	snooze(3)
	step(churn.Reading{Risk: 0.95, Band: 3}, churn.NoEffect)
	step(low, churn.NoEffect)
	step(low, churn.Closed)
	snooze(4)
	step(high, churn.NoEffect)
	step(low, churn.NoEffect)
	step(churn.Reading{Risk: 0.1, Crisis: true}, churn.Opened)
	step(low, churn.NoEffect) // a crisis is not over because the risk is low
	step(churn.Reading{Risk: 0.1, Band: 1}, churn.Escalated)
	step(churn.Reading{Risk: 0.1, Band: 1, Crisis: true}, churn.NoEffect)
	next, e, err := a.Resolve(s, at)
	if err != nil || e != churn.Closed || next.IsOpen() || next.Crisis() {
		t.Errorf("%q %v", e, err)
	}
	if again, e, err := a.Resolve(next, at); again != next || e != churn.NoEffect || err != nil {
		t.Error("resolved twice")
	}
	s = next
	step(high, churn.Opened)
	step(churn.Reading{Risk: 0.9, Band: 2, Crisis: true}, churn.Escalated)
	snooze(0)
}

// A series steps down once, and then the lower level is normal.
func TestShiftNumbers(t *testing.T) {
	d := must(churn.NewShift(churn.ShiftConfig{}))
	var s churn.Series
	if _, ok := s.Level(); ok {
		t.Error("no level without values")
	}
	steps := 0
	for i := range 60 {
		v := 100 * (1 + 0.1*float64(i%3-1))
		if i >= 30 {
			v /= 2
		}
		next, c, err := d.Step(s, v)
		if err != nil {
			t.Fatal(err)
		}
		if c.Warm != (s.Values() >= 5) || c.Alarm() != (c.Ratio > 0) {
			t.Fatalf("%d: %+v", i, c)
		}
		if c.Shifted {
			if steps++; i < 30 || i > 33 || next.Values() != 1 {
				t.Errorf("step at %d", i)
			}
		}
		s = next
	}
	level, _ := s.Level()
	normal, ok := s.Normal()
	if steps != 1 || !ok || math.Abs(normal-50) > 1 || math.Abs(level-50) > 5 {
		t.Errorf("%d steps, level %v, normal %v", steps, level, normal)
	}
	// Up is the mirror image.
	up := must(churn.NewShift(churn.ShiftConfig{Direction: churn.Up}))
	var a, b churn.Series
	for i := range 40 {
		v := math.Exp(0.3*math.Sin(float64(i)) + float64(i/25))
		var ca, cb churn.Change
		a, ca, _ = up.Step(a, v)
		b, cb, _ = d.Step(b, 1/v)
		if ca.Shifted != cb.Shifted || ca.Drifting != cb.Drifting {
			t.Fatalf("%d: %+v and %+v", i, ca, cb)
		}
	}
}

// Purchases that move to the cheapest band are noticed, once.
func TestDriftNumbers(t *testing.T) {
	d := must(churn.NewDrift(churn.DriftConfig{Breaks: []decimal.Decimal{decimal.New(50, 0), decimal.New(100, 0)}}))
	band := func(price string) int { return must(d.Slot(decimal.RequireFromString(price))) }
	if band("49.99") != 0 || band("50") != 1 || band("99.999") != 1 || band("100.0") != 2 {
		t.Error("a price on a break is in the upper band")
	}
	var m churn.Mix
	alarms := 0
	for i := range 80 {
		slot := 1 + i%2
		if i >= 40 {
			slot = 0
		}
		var v churn.Moves
		var err error
		if m, v, err = d.Step(m, slot); err != nil {
			t.Fatal(err)
		}
		if v.Warm != (i >= 9) {
			t.Fatalf("warm at %d", i)
		}
		if v.Alarm {
			if alarms++; i < 40 || i > 50 || v.Rise >= 0 || v.Moved < 0.3 {
				t.Errorf("%d: %+v", i, v)
			}
			if m.Usual(0) != m.Recent(0) {
				t.Error("the recent mix is the usual one now")
			}
		}
	}
	if alarms != 1 || m.Purchases() != 80 || m.Recent(0) < 0.99 || m.Recent(-1) != 0 || m.Usual(8) != 0 {
		t.Errorf("%d alarms, %+v", alarms, m)
	}
}

func TestAccessors(t *testing.T) {
	s := must(churn.NewScorer(churn.Handbook()))
	i, ok := s.Index(churn.Unfollowed)
	if !ok || s.Signal(i).ID != churn.Unfollowed || s.Signal(99).ID != "" {
		t.Error(i, ok)
	}
	if s.BandOf(math.NaN()) != -1 || s.BandOf(0) != 0 || s.BandOf(0.25) != 1 || s.BandOf(1) != 3 {
		t.Error("bands begin at From")
	}
	r := must(churn.NewRhythm(churn.RhythmConfig{}))
	if _, ok := (churn.Cycle{}).Last(); ok {
		t.Error("no order")
	}
	c, _, _ := r.Step(churn.Cycle{}, noon)
	if last, ok := c.Last(); !ok || !last.Equal(noon) || c.Gaps() != 0 {
		t.Error(last, ok)
	}
	var v churn.Curve
	if err := v.Add(3, true); err != nil {
		t.Fatal(err)
	}
	v.Reset()
	if n, _ := v.Customers(); n != 0 || len(v.AppendSurvival(nil)) != 0 {
		t.Error("not reset")
	}
	g := churn.Gaps{}
	g.Add(c)
	g.Reset()
	if n, _ := g.Customers(); n != 0 {
		t.Error("not reset")
	}
	// A risk beyond all doubt is still a number.
	sure := must(churn.NewScorer(churn.Catalogue{Bias: -100, Signals: []churn.Signal{{ID: "a", Weight: 100}, {ID: "b", Weight: 100}, {ID: "c", Weight: 0.1, Cap: 1000, HalfLife: guanxi.Span{Days: 1}}}}))
	sc := must(sure.Score(nil, []churn.Observation{{Signal: 0, Value: 1, At: 0}, {Signal: 1, Value: 1, At: 0}, {Signal: 2, Value: churn.MaxValue, At: 0}}, noon))
	if sc.LogOdds != 100 || sc.Risk != 1 || sc.Health() != 0 {
		t.Errorf("%+v", sc)
	}
	if sc := must(sure.Score(nil, nil, noon)); !(sc.Risk > 0 && sc.Risk < 1e-43) || sc.Known != 0 {
		t.Errorf("%+v", sc)
	}
}
