package churn_test

import (
	"bytes"
	"encoding"
	"math"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

type stored interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// Whatever a state accepts it writes again, and goes on to work with.
func FuzzStates(f *testing.F) {
	for _, v := range goldenStates(f) {
		f.Add(must(v.state.MarshalBinary()), noon.UnixMicro(), 0.5)
	}
	r := must(churn.NewRhythm(churn.RhythmConfig{Breaks: []churn.Season{{From: "--07-01", To: "--09-01"}}}))
	d := must(churn.NewShift(churn.ShiftConfig{}))
	mix := must(churn.NewDrift(churn.DriftConfig{}))
	a := must(churn.NewAlerts(churn.AlertConfig{Rule: "r"}))
	f.Fuzz(func(t *testing.T, data []byte, micros int64, x float64) {
		for _, s := range []stored{new(churn.Cycle), new(churn.Series), new(churn.Mix), new(churn.Alert), new(churn.Gaps), new(churn.Curve)} {
			if s.UnmarshalBinary(data) != nil {
				continue
			}
			if again := must(s.MarshalBinary()); !bytes.Equal(again, data) {
				t.Fatalf("%T: %x is written as %x", s, data, again)
			}
			at := time.UnixMicro(micros)
			var next stored
			var err error
			switch v := s.(type) {
			case *churn.Cycle:
				var c churn.Cycle
				c, _, err = r.Step(*v, at)
				next = &c
			case *churn.Series:
				var c churn.Series
				c, _, err = d.Step(*v, x)
				next = &c
			case *churn.Mix:
				var c churn.Mix
				c, _, err = mix.Step(*v, int(micros&7))
				next = &c
			case *churn.Alert:
				var c churn.Alert
				c, _, err = a.Step(*v, churn.Reading{Risk: x, Band: int(micros & 3), Crisis: micros&8 > 0}, at)
				next = &c
			case *churn.Curve:
				for i, p := range v.AppendSurvival(nil) {
					if !(p >= 0 && p <= 1) {
						t.Fatalf("day %d: %v", i, p)
					}
				}
				continue
			default:
				continue
			}
			if err == nil {
				if err := s.UnmarshalBinary(must(next.MarshalBinary())); err != nil {
					t.Fatalf("%T: %+v cannot be read back: %v", s, next, err)
				}
			}
		}
	})
}

// A score is finite and its reasons add up, whatever is observed.
func FuzzScore(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5}, 1.0, int64(0), 0.7, 3.0)
	f.Fuzz(func(t *testing.T, in []byte, value float64, age int64, weight, limit float64) {
		c := churn.Handbook()
		c.Signals[0].Weight, c.Signals[0].Cap = weight, limit
		s, err := churn.NewScorer(c)
		if err != nil {
			return
		}
		var seen []churn.Observation
		for _, b := range in {
			seen = append(seen, churn.Observation{Signal: int(b & 15), Value: value * float64(b>>4), At: noon.UnixMicro() - age*int64(b)})
		}
		var top [2]churn.Reason
		sc, err := s.Score(top[:], seen, noon)
		if err != nil {
			return
		}
		sum := sc.Rest + top[1].LogOdds + s.Bias() + top[0].LogOdds
		if sum != sc.LogOdds || !(sc.Risk >= 0 && sc.Risk <= 1) || math.IsInf(sc.LogOdds, 0) {
			t.Fatalf("%+v %v", sc, top)
		}
	})
}

// Configs are read without a panic, and what is accepted can be built and written.
func FuzzConfigs(f *testing.F) {
	for _, s := range []string{`{"rule":"r"}`, `{"bias":1,"signals":[{"id":"a","weight":1,"half_life":"P3D"}]}`, `{"seasons":[{"from":"--09-01","to":"2026-01-01"}]}`, `{"kind":"fixed","span":"P92D"}`, `{"breaks":["1","2"]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var c churn.Catalogue
		if c.UnmarshalJSON(in) == nil {
			must(churn.NewScorer(c))
		}
		var r churn.RhythmConfig
		if r.UnmarshalJSON(in) == nil {
			must(churn.NewRhythm(r))
		}
		var l churn.LeavingConfig
		if l.UnmarshalJSON(in) == nil {
			must(churn.NewLeaving(l, nil))
		}
		var a churn.AlertConfig
		if a.UnmarshalJSON(in) == nil {
			must(churn.NewAlerts(a))
		}
		_ = new(churn.DriftConfig).UnmarshalJSON(in)
		_ = new(churn.ShiftConfig).UnmarshalJSON(in)
		_ = new(churn.SegmentConfig).UnmarshalJSON(in)
	})
}

// Labels are the same whether leaving is looked for order by order or day by day.
func FuzzLabel(f *testing.F) {
	f.Add([]byte{10, 40, 3, 90, 20}, uint8(30), uint16(60), uint8(50), uint16(140))
	f.Fuzz(func(t *testing.T, gaps []byte, span uint8, cut uint16, horizon uint8, until uint16) {
		if span == 0 || horizon == 0 || len(gaps) == 0 || len(gaps) > 50 {
			return
		}
		start := date("2020-01-01")
		on := func(d int) time.Time { return start.AddDate(0, 0, d) }
		var orders []int
		var h churn.History
		d := 0
		for _, g := range gaps {
			d += int(g)
			if d >= int(until) {
				break
			}
			orders = append(orders, d)
			h.Orders = append(h.Orders, on(d).UnixMicro())
		}
		h.Until = on(int(until))
		l := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.FixedSpan, Span: guanxi.Span{Days: int(span)}}, nil))
		got, err := l.Outcome(h, on(int(cut)), guanxi.Span{Days: int(horizon)})
		if err != nil {
			t.Fatal(err)
		}
		if want := byDay(orders, int(span), int(cut), int(horizon), int(until)); got != want {
			t.Fatalf("orders %v, span %d, cut %d, horizon %d, until %d: %s, want %s", orders, span, cut, horizon, until, got, want)
		}
	})
}

// byDay walks the calendar: on which days does the customer become one who has left?
func byDay(orders []int, span, cut, horizon, until int) churn.Outcome {
	has := map[int]bool{}
	for _, d := range orders {
		has[d] = true
	}
	last, gone, customer, left := -1, false, false, false
	for d := 0; d < cut+horizon; d++ {
		if d == cut && (until < cut || !customer || gone) {
			break
		}
		if d > until {
			break
		}
		if last >= 0 && d-last == span {
			gone = true
			left = left || d >= cut
		}
		if has[d] {
			last, gone = d, false
			customer = customer || d < cut
		}
	}
	switch {
	case until < cut:
		return churn.Unknown
	case !customer:
		return churn.Stranger
	case left:
		return churn.Left
	case gone:
		return churn.Gone
	case until >= cut+horizon:
		return churn.Stayed
	}
	return churn.Unknown
}
