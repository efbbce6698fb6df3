package nps_test

import (
	"errors"
	"math"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
)

func TestIntervalFaults(t *testing.T) {
	some := nps.Classes{Promoters: 3, Detractors: 1}
	for _, bad := range []float64{-0.001, 1, -0.5, 2, math.NaN(), math.Inf(1)} {
		for _, err := range []error{
			second(some.Interval("", bad)), second(some.Of(nps.Promoter).Interval("", bad)), second(nps.DiffClasses(some, some, bad)),
			second(nps.DiffShares(nps.Share{Of: 1}, nps.Share{Of: 1}, bad)), second(nps.Tally{}.MeanInterval(bad)),
		} {
			if !errors.Is(err, nps.ErrConfidence) {
				t.Errorf("confidence %v: %v", bad, err)
			}
		}
	}
	if e, err := new(nps.Tally).Estimate("", 0); !errors.Is(err, nps.ErrNoAnswers) {
		t.Errorf("confidence 0 is the default: %+v, %v", e, err)
	}
	d, err := nps.DiffClasses(some, some, 0)
	if want, _ := nps.DiffClasses(some, some, nps.DefaultConfidence); err != nil || d != want {
		t.Errorf("confidence 0 is the default: %+v, %v", d, err)
	}
	share := nps.Share{Hits: 3, Of: 7}
	for _, m := range []nps.Method{"", nps.ClopperPearson, nps.Jeffreys} {
		i, err := share.Interval(m, 0)
		if want, _ := share.Interval(m, nps.DefaultConfidence); err != nil || i != want {
			t.Errorf("confidence 0 is the default: %s %+v, %v", m, i, err)
		}
	}
	for _, err := range []error{
		second(some.Interval(nps.Wilson, 0.9)), second(some.Interval("?", 0.9)), second(some.Of(nps.Promoter).Interval(nps.Tango, 0.9)),
	} {
		if !errors.Is(err, nps.ErrMethod) {
			t.Error(err)
		}
	}
	for _, err := range []error{
		second(nps.Classes{}.Interval("", 0.9)), second(nps.Share{}.Interval("", 0.9)), second(nps.Tally{}.Estimate("", 0.9)),
		second(nps.Tally{}.MeanInterval(0.9)), second(nps.DiffClasses(nps.Classes{}, some, 0.9)), second(nps.DiffClasses(some, nps.Classes{}, 0.9)),
		second(nps.DiffShares(nps.Share{}, nps.Share{Of: 1}, 0.9)), second(nps.DiffShares(nps.Share{Of: 1}, nps.Share{}, 0.9)),
	} {
		if !errors.Is(err, nps.ErrNoAnswers) {
			t.Error(err)
		}
	}
	for _, err := range []error{
		second(nps.Classes{Promoters: -1, Detractors: 3}.Interval("", 0.9)), second(nps.Classes{Promoters: math.MaxInt64}.Interval("", 0.9)),
		second(nps.Share{Hits: 2, Of: 1}.Interval("", 0.9)), second(nps.Share{Hits: -1, Of: 1}.Interval("", 0.9)),
		nps.Classes{Passives: -1}.Validate(),
	} {
		if !errors.Is(err, nps.ErrCount) {
			t.Error(err)
		}
	}
	one := fill(t, nps.CES, []int64{0, 0, 1})
	if _, err := one.MeanInterval(0.9); !errors.Is(err, nps.ErrTooFew) {
		t.Error(err)
	}
	same := fill(t, nps.CES, []int64{0, 0, 7})
	if _, err := same.MeanInterval(0.9); !errors.Is(err, nps.ErrNoSpread) {
		t.Error(err)
	}
	if some.Of(nps.NoAnswer) != (nps.Share{Of: 4}) {
		t.Error("nobody is none of the answers")
	}
	e := must(same.Estimate(nps.Jeffreys, 0.9))
	if e.Method != nps.Jeffreys || e.Score != 0 || e.Low != 0 {
		t.Errorf("%+v", e)
	}
}

func TestOmnibusFaults(t *testing.T) {
	some, none, one := class(t, 1, 2, 3), nps.Tally{}, class(t, 0, 0, 9)
	csat := nps.MustTally(nps.CSAT, nps.Range{})
	for _, tt := range []struct {
		err, want error
		place     string
	}{
		{second(nps.EqualScores(nil)), nps.ErrTooFew, ""},
		{second(nps.EqualMix([]nps.Tally{some})), nps.ErrTooFew, ""},
		{second(nps.EqualScores([]nps.Tally{some, none})), nps.ErrTooFew, "/1"},
		{second(nps.EqualScores([]nps.Tally{some, csat})), nps.ErrMismatch, "/1"},
		{second(nps.EqualMix([]nps.Tally{some, csat})), nps.ErrMismatch, "/1"},
		{second(nps.EqualScores([]nps.Tally{one, some})), nps.ErrNoSpread, "/0"},
		{second(nps.EqualMix([]nps.Tally{one, one})), nps.ErrNoSpread, ""},
		{second(nps.EqualMix([]nps.Tally{some, none})), nps.ErrTooFew, ""},
		{second(nps.EqualShares([]nps.Share{{Hits: 1, Of: 2}, {Hits: 3, Of: 2}})), nps.ErrCount, "/1"},
		{second(nps.EqualShares([]nps.Share{{Hits: 1, Of: 2}, {}})), nps.ErrTooFew, ""},
		{second(nps.EqualShares([]nps.Share{{Of: 2}, {Of: 2}})), nps.ErrNoSpread, ""},
		{second(nps.AppendAdjusted(nil, []float64{0.5, math.NaN()}, nps.BH)), nps.ErrP, "/1"},
		{second(nps.AppendAdjusted(nil, []float64{-0.5}, nps.BH)), nps.ErrP, "/0"},
		{second(nps.AppendAdjusted(nil, nil, "tukey")), nps.ErrOption, "/adjustment"},
	} {
		var fe *guanxi.FieldError
		place := ""
		if errors.As(tt.err, &fe) {
			place = fe.Pointer
		}
		if !errors.Is(tt.err, tt.want) || place != tt.place {
			t.Errorf("%v, want %v at %q", tt.err, tt.want, tt.place)
		}
	}
}

func TestCompare(t *testing.T) {
	groups := []nps.Group{
		{"north", class(t, 30, 40, 30)}, {"south", class(t, 5, 10, 85)}, {"new", class(t, 0, 0, 4)},
		{"east", class(t, 30, 40, 30)}, {"none", nps.Tally{}},
	}
	c := must(nps.Compare(groups, nps.CompareConfig{}))
	if len(c.Ranked) != 3 || c.Ranked[0].Name != "south" || c.Ranked[1].Name != "north" || c.Ranked[2].Name != "east" {
		t.Errorf("%+v", c.Ranked)
	}
	if len(c.TooFew) != 2 || c.TooFew[0] != (nps.Scarce{Name: "new", Group: 2, Answers: 4, Missing: 26}) {
		t.Errorf("%+v", c.TooFew)
	}
	if len(c.Pairs) != 3 || c.Equal == nil || c.Mix == nil {
		t.Fatalf("%+v", c)
	}
	for _, p := range c.Pairs {
		want := must(nps.Diff(groups[p.B].Tally, groups[p.A].Tally, 0.95))
		if p.Difference != want || p.Adjusted < p.P {
			t.Errorf("%+v, alone %+v", p, want)
		}
	}
	if c.Pairs[1].A != 0 || c.Pairs[1].B != 3 || c.Pairs[1].P != 1 {
		t.Errorf("%+v", c.Pairs[1])
	}
	// With one group and with no spread there is nothing to test.
	c = must(nps.Compare(groups[:1], nps.CompareConfig{MinAnswers: 1}))
	if len(c.Pairs) != 0 || c.Equal != nil {
		t.Errorf("%+v", c)
	}
	c = must(nps.Compare([]nps.Group{{"a", class(t, 0, 0, 9)}, {"b", class(t, 0, 0, 8)}}, nps.CompareConfig{MinAnswers: 1}))
	if len(c.Pairs) != 1 || c.Equal != nil || c.Mix != nil {
		t.Errorf("%+v", c)
	}
	var places []string
	_, err := nps.Compare([]nps.Group{{"a", nps.Tally{}}, {"a", nps.Tally{}}, {"", nps.MustTally(nps.CES, nps.Range{})}}, nps.CompareConfig{Confidence: 1, Adjust: "?", MinAnswers: -1})
	for f := range guanxi.Faults(err) {
		places = append(places, f.Pointer)
	}
	want := []string{"/confidence", "/adjust", "/min_answers", "/groups/1/name", "/groups/2/name", "/groups/2/tally"}
	if len(places) != len(want) {
		t.Fatalf("%v", err)
	}
	for i := range want {
		if places[i] != want[i] {
			t.Errorf("fault %d at %s, want %s", i, places[i], want[i])
		}
	}
	if _, err := nps.Compare(nil, nps.CompareConfig{}); !errors.Is(err, nps.ErrTooFew) {
		t.Error(err)
	}
}

func TestMonitorFaults(t *testing.T) {
	normal := class(t, 20, 30, 50)
	for place, tt := range map[string]struct{ err, want error }{
		"/lambda":     {second(nps.NewMonitor([]nps.Tally{normal}, nps.MonitorConfig{Lambda: 1.5})), nps.ErrOption},
		"/threshold":  {second(nps.NewMonitor([]nps.Tally{normal}, nps.MonitorConfig{Threshold: math.NaN()})), nps.ErrOption},
		"/baseline":   {second(nps.NewMonitor(nil, nps.MonitorConfig{})), nps.ErrNoAnswers},
		"/baseline/1": {second(nps.NewMonitor([]nps.Tally{normal, nps.MustTally(nps.ENPS, nps.Range{})}, nps.MonitorConfig{})), nps.ErrMismatch},
	} {
		var fe *guanxi.FieldError
		if !errors.Is(tt.err, tt.want) || !errors.As(tt.err, &fe) || fe.Pointer != place {
			t.Errorf("%s: %v", place, tt.err)
		}
	}
	if _, err := nps.NewMonitor(make([]nps.Tally, 3), nps.MonitorConfig{}); !errors.Is(err, nps.ErrNoAnswers) {
		t.Error(err)
	}
	if _, err := nps.NewMonitor([]nps.Tally{class(t, 0, 0, 5)}, nps.MonitorConfig{}); !errors.Is(err, nps.ErrNoSpread) {
		t.Error(err)
	}
	m := must(nps.NewMonitor([]nps.Tally{normal}, nps.MonitorConfig{}))
	if m.Config() != (nps.MonitorConfig{Lambda: 0.2, Limit: 2.962, Slack: 0.5, Threshold: 5.07}) {
		t.Errorf("%+v", m.Config())
	}
	if _, err := m.Next(nps.Chart{EWMA: math.NaN()}, normal); !errors.Is(err, nps.ErrOption) {
		t.Error(err)
	}
	if _, err := m.AppendPoints(nil, []nps.Tally{normal, nps.MustTally(nps.CSAT, nps.Range{})}); !errors.Is(err, nps.ErrMismatch) {
		t.Error(err)
	}
	// A period without answers changes nothing; a step is noticed, both ways.
	p := must(m.Next(m.Start(), nps.Tally{}))
	if p.Known || p.Chart != m.Start() || p.Drift != 0 || p.Step != 0 {
		t.Errorf("%+v", p)
	}
	for sign, tally := range map[int]nps.Tally{1: class(t, 5, 10, 85), -1: class(t, 70, 20, 10)} {
		points := must(m.AppendPoints(nil, []nps.Tally{tally, tally, tally}))
		if last := points[2]; last.Drift != sign || last.Step != sign {
			t.Errorf("a step of %d: %+v", sign, last)
		}
	}
}
