package churn_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/shopspring/decimal"
)

// pointers lists the places of err.
func pointers(err error) (out []string) {
	for fe := range guanxi.Faults(err) {
		out = append(out, fe.Pointer)
	}
	return out
}

// Every fault of a config is found at once, each in its place.
func TestBadConfigs(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	month := guanxi.Span{Months: 1}
	for name, c := range map[string]struct {
		err   error
		want  []string
		first error
	}{
		"rhythm": {churn.RhythmConfig{Occasion: month, Quantile: 1, SpreadWeight: nan, Zone: "Mars/Base",
			Seasons: []churn.Season{{From: "2026-02-30", To: "x"}, {From: "2026-02-01", To: "--03-01"}}, Breaks: []churn.Season{{From: "2026-02-01", To: "2026-01-01"}}}.Validate(),
			[]string{"/occasion", "/quantile", "/spread_weight", "/zone", "/seasons/0/from", "/seasons/0/to", "/seasons/1/to", "/breaks/0/to"}, churn.ErrOption},
		"never":   {churn.RhythmConfig{Breaks: []churn.Season{{From: "--01-01", To: "--01-01"}}}.Validate(), []string{"/breaks"}, churn.ErrOption},
		"old":     {churn.RhythmConfig{Breaks: []churn.Season{{From: "1960-01-01", To: "1999-01-01"}}}.Validate(), []string{"/breaks/0/from"}, churn.ErrTime},
		"segment": {churn.SegmentConfig{MinCustomers: 1}.Validate(), []string{"/min_customers"}, churn.ErrOption},
		"silence": {churn.LeavingConfig{K: inf, Quantile: -1, Floor: guanxi.Span{Days: 9}, Ceiling: guanxi.Span{Days: 8}, Span: guanxi.Span{Days: 1}, Grace: month}.Validate(),
			[]string{"/k", "/quantile", "/span", "/grace"}, churn.ErrOption},
		"ceiling":  {churn.LeavingConfig{Floor: guanxi.Span{Days: 9}, Ceiling: guanxi.Span{Days: 8}}.Validate(), []string{"/ceiling"}, churn.ErrOption},
		"fixed":    {churn.LeavingConfig{Kind: churn.FixedSpan, Span: month, K: 2, Quantile: 0.5, Floor: guanxi.Span{Days: 1}, Ceiling: guanxi.Span{Days: 1}}.Validate(), []string{"/span", "/k", "/quantile", "/floor", "/ceiling"}, churn.ErrOption},
		"contract": {churn.LeavingConfig{Kind: churn.ContractEnd, Grace: guanxi.Span{Days: -1}}.Validate(), []string{"/grace"}, guanxi.ErrSpan},
		"kind":     {churn.LeavingConfig{Kind: "gone"}.Validate(), []string{"/kind"}, churn.ErrOption},
		"catalogue": {churn.Catalogue{Bias: nan, Signals: []churn.Signal{
			{ID: "a", Weight: inf}, {ID: "a", Weight: 1e308, Cap: 1000}, {Cap: -1, Clear: nan, HalfLife: month}, {ID: "b", Weight: 1, Cap: inf}, {ID: "c", HalfLife: guanxi.Span{Time: 5}},
		}, Bands: []churn.Band{{ID: "x", From: 0.1}, {ID: "x", From: 0.1}, {ID: "y", From: nan}}}.Validate(),
			[]string{"/bias", "/signals/0/weight", "/signals/1/id", "/signals/1/weight", "/signals/2/id", "/signals/2/cap", "/signals/2/clear", "/signals/2/half_life", "/signals/3/cap", "/signals/4/half_life", "/bands/0/from", "/bands/1/id", "/bands/1/from", "/bands/2/from"}, churn.ErrWeight},
		"no signals": {churn.Catalogue{Bands: make([]churn.Band, 16)}.Validate(), nil, churn.ErrOption},
		"shift":      {churn.ShiftConfig{Direction: "left", WarmUp: 1, Lambda: 2, Limit: -1, Slack: nan, Threshold: inf, MinSpread: -1}.Validate(), []string{"/direction", "/warm_up", "/lambda", "/limit", "/slack", "/threshold", "/min_spread"}, churn.ErrOption},
		"mix":        {churn.DriftConfig{Recent: 1, Usual: -1, WarmUp: -1, Moved: 2, Limit: nan, Breaks: []decimal.Decimal{decimal.New(2, 0), decimal.New(2, 0)}}.Validate(), []string{"/breaks/1", "/recent", "/usual", "/warm_up", "/moved", "/limit"}, churn.ErrOption},
		"usual":      {churn.DriftConfig{Recent: 0.1, Usual: 0.1, Breaks: make([]decimal.Decimal, 1)}.Validate(), []string{"/usual"}, churn.ErrOption},
		"alert":      {churn.AlertConfig{Enter: nan, Leave: 2, Opens: churn.Confirm{N: 3, M: 2}, Closes: churn.Confirm{N: 1, M: 9}, Dwell: month, CoolDown: guanxi.Span{Days: -1}, Jump: -1}.Validate(), []string{"/rule", "/enter", "/leave", "/opens", "/closes", "/dwell", "/cool_down", "/jump"}, churn.ErrID},
		"levels":     {churn.AlertConfig{Rule: "r", Enter: 0.5, Leave: 0.6}.Validate(), []string{"/leave"}, churn.ErrOption},
	} {
		if got := pointers(c.err); c.want != nil && !slices.Equal(got, c.want) {
			t.Errorf("%s: faults at %q, want %q", name, got, c.want)
		}
		if !errors.Is(c.err, c.first) {
			t.Errorf("%s: %v, want %v", name, c.err, c.first)
		}
	}
}

// Configs are read strictly, and back from what is written.
func TestConfigsAsJSON(t *testing.T) {
	c := churn.Handbook()
	c.Bands = churn.DefaultBands()
	var back churn.Catalogue
	if err := json.Unmarshal(must(json.Marshal(c)), &back); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.Signals, c.Signals) || !slices.Equal(back.Bands, c.Bands) || back.Bias != c.Bias {
		t.Errorf("read back as %+v", back)
	}
	for name, v := range map[string]json.Unmarshaler{
		"rhythm": new(churn.RhythmConfig), "segment": new(churn.SegmentConfig), "leaving": new(churn.LeavingConfig), "catalogue": new(churn.Catalogue),
		"shift": new(churn.ShiftConfig), "mix": new(churn.DriftConfig), "alert": new(churn.AlertConfig),
	} {
		err := v.UnmarshalJSON([]byte(`{"wrong":1}`))
		if got := pointers(err); !slices.Equal(got, []string{"/wrong"}) || !errors.Is(err, guanxi.ErrUnknownField) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := []struct {
		v    json.Unmarshaler
		text string
	}{
		{new(churn.RhythmConfig), `{"occasion":"P2D","quantile":0.9,"seasons":[{"from":"--09-01","to":"--01-15"}],"zone":"Asia/Shanghai"}`},
		{new(churn.SegmentConfig), `{"min_customers":10}`},
		{new(churn.LeavingConfig), `{"kind":"contract","grace":"P1M"}`},
		{new(churn.ShiftConfig), `{"direction":"up","warm_up":4}`},
		{new(churn.DriftConfig), `{"breaks":["50","100.5"]}`},
		{new(churn.AlertConfig), `{"rule":"churn","opens":{"n":1,"m":1},"cool_down":"P7D"}`},
	}
	for _, g := range good {
		if err := g.v.UnmarshalJSON([]byte(g.text)); err != nil {
			t.Errorf("%s: %v", g.text, err)
		}
	}
	bad := new(churn.AlertConfig)
	if err := bad.UnmarshalJSON([]byte(`{"rule":"","enter":2}`)); len(pointers(err)) != 2 || *bad != (churn.AlertConfig{}) {
		t.Errorf("%v, %+v", err, bad)
	}
}

// What is refused leaves the state as it was.
func TestBadOrders(t *testing.T) {
	r := must(churn.NewRhythm(churn.RhythmConfig{}))
	c, _, err := r.Step(churn.Cycle{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct {
		at   time.Time
		want error
	}{{time.Time{}, churn.ErrTime}, {time.Unix(-1, 0), churn.ErrTime}, {date("2106-01-01"), churn.ErrTime}, {time.Unix(1<<62, 0), churn.ErrTime}, {noon.Add(-1000), churn.ErrLate}} {
		if next, _, err := r.Step(c, bad.at); !errors.Is(err, bad.want) || next != c {
			t.Errorf("%s: %v", bad.at, err)
		}
	}
	if next, gap, err := r.Step(c, noon.Add(23*time.Hour)); err != nil || next != c || gap != 0 {
		t.Error("an order on the same day is no occasion of its own")
	}
	if _, err := r.Counted(noon, noon.Add(-time.Second)); !errors.Is(err, churn.ErrFuture) {
		t.Error(err)
	}
	if _, err := r.Standing(c, nil, noon); !errors.Is(err, churn.ErrSegment) {
		t.Error(err)
	}
	if _, err := r.Standing(c, nil, noon.Add(-time.Hour)); !errors.Is(err, churn.ErrFuture) {
		t.Error(err)
	}
	if _, err := r.Standing(churn.Cycle{}, nil, noon); !errors.Is(err, churn.ErrNoOrders) {
		t.Error(err)
	}
	if _, _, err := r.ReturnProbability(c, nil, noon, math.NaN()); !errors.Is(err, churn.ErrValue) {
		t.Error(err)
	}
	if _, err := churn.NewSegment(nil, nil, nil, churn.SegmentConfig{}); !errors.Is(err, churn.ErrTooFew) || len(pointers(err)) != 2 {
		t.Error(err)
	}
	var v churn.Curve
	if err := v.Add(-1, true); !errors.Is(err, churn.ErrValue) {
		t.Error(err)
	}
	if err := v.Add(49674, true); !errors.Is(err, churn.ErrValue) {
		t.Error(err)
	}
	if mean, variance := c.LogGap(); !math.IsNaN(mean) || !math.IsNaN(variance) {
		t.Error("one order has no gap")
	}
}

func TestBadObservations(t *testing.T) {
	s := must(churn.NewScorer(churn.Handbook()))
	now := noon.UnixMicro()
	bad := []churn.Observation{{-1, 1, now}, {12, 1, now}, {0, math.NaN(), now}, {0, math.Inf(1), now}, {0, -1, now}, {0, 2e6, now}, {0, 1, -1}, {0, 1, now + 1}, {0, 1, math.MaxInt64}}
	want := []string{"/0/signal", "/1/signal", "/2/value", "/3/value", "/4/value", "/5/value", "/6/at", "/7/at", "/8/at"}
	_, err := s.Score(nil, bad, noon)
	if got := pointers(err); !slices.Equal(got, want) {
		t.Errorf("faults at %q", got)
	}
	for _, e := range []error{churn.ErrSignal, churn.ErrValue, churn.ErrTime, churn.ErrFuture} {
		if !errors.Is(err, e) {
			t.Errorf("no %v", e)
		}
	}
	if x, err := s.AppendFeatures([]float64{1}, bad, noon); len(x) != 1 || !slices.Equal(pointers(err), want) {
		t.Errorf("%v, %v", x, err)
	}
	if _, err := s.Observe("nothing", 1, noon); !errors.Is(err, churn.ErrSignal) {
		t.Error(err)
	}
	if _, err := s.Observe(churn.LowScore, math.NaN(), noon); !errors.Is(err, churn.ErrValue) {
		t.Error(err)
	}
	// In a batch the rows at fault are named, counted and left out.
	c := churn.Columns{First: []int32{0, 1, 3, 4}, Signal: []uint16{0, 99, 1, 2}, Value: []float64{1, 1, math.NaN(), 1}, At: []int64{now, now, now, now}}
	scores, why, left, err := s.AppendScores(nil, nil, 2, c, noon)
	if got := pointers(err); left != 1 || !slices.Equal(got, []string{"/1/0/signal", "/1/1/value"}) {
		t.Errorf("%d left out, faults at %q", left, got)
	}
	if len(scores) != 3 || !math.IsNaN(scores[1].Risk) || scores[1].Known != -1 || scores[1].Band != -1 || scores[0].Known != 1 || scores[2].Known != 1 || why[2].Signal != -1 {
		t.Errorf("%+v %v", scores, why)
	}
	many := churn.Columns{First: []int32{0}}
	for i := range 300 {
		many.First = append(many.First, int32(i+1))
		many.Signal, many.At = append(many.Signal, 0), append(many.At, now+1)
	}
	_, _, left, err = s.AppendScores(nil, nil, 0, many, noon)
	if left != 300 || !errors.Is(err, guanxi.ErrTooMany) || len(pointers(err)) != 101 {
		t.Errorf("%d left out, %d faults", left, len(pointers(err)))
	}
	for _, c := range []churn.Columns{{}, {First: []int32{1}}, {First: []int32{0, 2, 1}, Signal: []uint16{1}, At: []int64{1}}, {First: []int32{0, 1}, Signal: []uint16{1}}, {First: []int32{0, 1}, Signal: []uint16{1}, At: []int64{1}, Value: []float64{}}} {
		if got, _, _, err := s.AppendScores(nil, nil, 1, c, noon); !errors.Is(err, churn.ErrColumns) || got != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, _, _, err := s.AppendScores(nil, nil, -1, churn.Columns{First: []int32{0}}, noon); !errors.Is(err, churn.ErrOption) {
		t.Error(err)
	}
	_, err = churn.Handbook().Learned(0, map[string]float64{"x": 1})
	if !errors.Is(err, churn.ErrSignal) || len(pointers(err)) != 13 {
		t.Error(err)
	}
}

func TestBadHistories(t *testing.T) {
	cut, span := date("2026-01-01"), guanxi.Span{Days: 30}
	l := must(churn.NewLeaving(churn.LeavingConfig{}, nil))
	for name, c := range map[string]struct {
		h     churn.History
		asOf  time.Time
		span  guanxi.Span
		place string
		want  error
	}{
		"no time":  {churn.History{}, time.Time{}, span, "/as_of", churn.ErrTime},
		"no end":   {churn.History{}, cut, span, "/until", churn.ErrTime},
		"no span":  {churn.History{Until: cut}, cut, guanxi.Span{}, "/horizon", churn.ErrOption},
		"bad span": {churn.History{Until: cut}, cut, guanxi.Span{Days: -1}, "/horizon", guanxi.ErrSpan},
		"segment":  {churn.History{Until: cut}, cut, span, "/segment", churn.ErrSegment},
	} {
		if _, err := l.Outcome(c.h, c.asOf, c.span); !errors.Is(err, c.want) || !slices.Equal(pointers(err), []string{c.place}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.FixedSpan}, nil))
	u := cut.UnixMicro()
	_, err := f.Outcome(churn.History{Until: cut, Orders: []int64{-1, 5, 4, u}}, cut, span)
	if got := pointers(err); !slices.Equal(got, []string{"/orders/0", "/orders/2", "/orders/3"}) || !errors.Is(err, churn.ErrFuture) || !errors.Is(err, churn.ErrLate) {
		t.Error(err)
	}
	if _, err := f.Outcome(churn.History{Until: cut, Orders: make([]int64, 5), Terms: nil}, cut, span); err != nil {
		t.Error(err)
	}
	k := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.ContractEnd}, nil))
	_, err = k.Outcome(churn.History{Until: cut, Terms: []churn.Term{{5, 5}, {4, 9}, {-1, 3}, {7, 0}, {8, 9}}}, cut, span)
	if got := pointers(err); !slices.Equal(got, []string{"/terms/0", "/terms/1", "/terms/2", "/terms/4"}) || !errors.Is(err, churn.ErrTerm) {
		t.Error(got, err)
	}
	if _, _, err := k.Deadline(churn.Cycle{}, nil); !errors.Is(err, churn.ErrOption) {
		t.Error(err)
	}
	if _, err := f.Ended(cut); !errors.Is(err, churn.ErrOption) {
		t.Error(err)
	}
}

func TestBadReadings(t *testing.T) {
	a := must(churn.NewAlerts(churn.AlertConfig{Rule: "r"}))
	s, _, err := a.Step(churn.Alert{}, churn.Reading{Risk: 0.9}, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r    churn.Reading
		at   time.Time
		want error
	}{
		{churn.Reading{Risk: math.NaN()}, noon, churn.ErrValue}, {churn.Reading{Risk: 1.1}, noon, churn.ErrValue}, {churn.Reading{Band: 15}, noon, churn.ErrValue}, {churn.Reading{Band: -1}, noon, churn.ErrValue},
		{churn.Reading{}, time.Time{}, churn.ErrTime}, {churn.Reading{}, noon.Add(-time.Second), churn.ErrLate},
	} {
		if next, e, err := a.Step(s, c.r, c.at); !errors.Is(err, c.want) || next != s || e != churn.NoEffect {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := a.Snooze(s, noon, time.Time{}); !errors.Is(err, churn.ErrTime) {
		t.Error(err)
	}
	d := must(churn.NewShift(churn.ShiftConfig{}))
	for _, v := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, _, err := d.Step(churn.Series{}, v); !errors.Is(err, churn.ErrValue) {
			t.Errorf("%v: %v", v, err)
		}
	}
	m := must(churn.NewDrift(churn.DriftConfig{}))
	if _, _, err := m.Step(churn.Mix{}, 8); !errors.Is(err, churn.ErrValue) {
		t.Error(err)
	}
	if _, err := m.Slot(decimal.Decimal{}); !errors.Is(err, churn.ErrOption) {
		t.Error(err)
	}
	var c churn.Cycle
	for _, err := range []error{c.UnmarshalText([]byte("??")), c.Scan("text"), c.Scan(nil), c.UnmarshalBinary(nil)} {
		if !errors.Is(err, churn.ErrFormat) {
			t.Error(err)
		}
	}
	if !strings.HasPrefix(churn.ErrFormat.Error(), "churn: not an") {
		t.Error(churn.ErrFormat)
	}
}
