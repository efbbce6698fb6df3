package nps_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
	"github.com/shopspring/decimal"
)

// class makes an NPS tally of class counts.
func class(t *testing.T, d, s, p int64) nps.Tally {
	t.Helper()
	return fill(t, nps.NPS, []int64{d, 0, 0, 0, 0, 0, 0, s, 0, p})
}

func TestKPI(t *testing.T) {
	for _, tt := range []struct {
		d, s, p int64
		kpi     nps.KPI
		want    nps.Verdict
	}{
		{50, 70, 80, nps.KPI{Target: 0.15}, nps.Undecided},
		{50, 70, 80, nps.KPI{Target: 0.1}, nps.Undecided},
		{50, 70, 80, nps.KPI{Target: 0.2}, nps.Undecided},
		{50, 70, 80, nps.KPI{Target: 0.02}, nps.Met},
		{50, 70, 80, nps.KPI{Target: 0.3}, nps.Missed},
		{0, 0, 5, nps.KPI{Target: 0.1}, nps.TooFew},
		{0, 0, 5, nps.KPI{Target: 0.1, MinAnswers: 5}, nps.Met},
		{0, 0, 0, nps.KPI{Target: 0.1}, nps.TooFew},
		{0, 0, 40, nps.KPI{Target: 1}, nps.Undecided},
	} {
		tally := class(t, tt.d, tt.s, tt.p)
		j := must(tt.kpi.Judge(tally))
		score, ok := tally.Score()
		if j.Verdict != tt.want || j.Known != ok || j.Value != score || j.Answers != tally.Answers() {
			t.Errorf("%+v: %+v", tt, j)
		}
		if reachable := score != tt.kpi.Target; j.Reachable != reachable || (j.Needed > 0) != (reachable && (j.Verdict == nps.Undecided || j.Verdict == nps.TooFew)) {
			t.Errorf("%+v: %+v", tt, j)
		}
	}
	j := must(nps.KPI{Target: 0.1}.Judge(class(t, 50, 70, 80)))
	n := 200 + j.Needed
	// The margin that decides is 0.05, for which the plan has about as many.
	planned := must(nps.Plan{}.ForMargin(nps.Mix{Promoters: 0.4, Detractors: 0.25}, 0.05))
	if math.Abs(float64(n-planned)) > 0.02*float64(planned) {
		t.Errorf("%d answers decide, %d were planned", n, planned)
	}
	if err := (nps.KPI{Target: math.NaN(), Confidence: 2, MinAnswers: -1}).Validate(); !errors.Is(err, nps.ErrOption) || !errors.Is(err, nps.ErrConfidence) || !errors.Is(err, nps.ErrCount) {
		t.Error(err)
	}
	if _, err := (nps.KPI{Target: 3}).Judge(nps.Tally{}); !errors.Is(err, nps.ErrOption) {
		t.Error(err)
	}
	if _, err := (nps.KPI{Target: 3}).JudgeLift(nps.Tally{}, nps.Tally{}); !errors.Is(err, nps.ErrOption) {
		t.Error(err)
	}
}

func TestKPILift(t *testing.T) {
	before := class(t, 2500, 4000, 3500)
	for _, tt := range []struct {
		before, after nps.Tally
		want          nps.Verdict
		reachable     bool
	}{
		{before, class(t, 1000, 4000, 5000), nps.Met, true},
		{before, class(t, 2500, 4000, 3500), nps.Missed, true},
		{before, class(t, 20, 40, 42), nps.Undecided, true},
		{before, nps.Tally{}, nps.TooFew, true},
		{class(t, 10, 5, 17), class(t, 1000, 4000, 5000), nps.Undecided, false}, // then too few, for ever
		{class(t, 1, 1, 1), class(t, 1000, 4000, 5000), nps.TooFew, false},
		{nps.Tally{}, class(t, 1000, 4000, 5000), nps.TooFew, false},
	} {
		j := must(nps.KPI{Target: 0.05}.JudgeLift(tt.before, tt.after))
		if j.Verdict != tt.want || j.Reachable != tt.reachable || (j.Needed > 0) != (tt.reachable && (tt.want == nps.Undecided || tt.want == nps.TooFew)) {
			t.Errorf("%+v: %+v", tt.want, j)
		}
	}
	if _, err := (nps.KPI{}).JudgeLift(before, nps.MustTally(nps.CSAT, nps.Range{})); !errors.Is(err, nps.ErrMismatch) {
		t.Error(err)
	}
}

func TestPlanFaults(t *testing.T) {
	mix, bad := nps.Mix{Promoters: 0.5, Detractors: 0.2}, nps.Mix{Promoters: 0.9, Detractors: 0.2}
	p := nps.Plan{}
	for _, err := range []error{
		second(p.ForMargin(bad, 0.1)), second(p.ForMargin(mix, 0)), second(p.ForMargin(mix, math.NaN())),
		second(p.ForMargin(nps.Mix{Promoters: math.NaN(), Detractors: -1}, 0.1)),
		second(p.ForLift(mix, mix)), second(p.ForLift(mix, bad)), second(p.ForShareLift(0.5, 0.5)), second(p.ForShareLift(0.5, 1.5)),
		second(nps.Plan{Power: 1}.ForLift(mix, nps.Mix{Promoters: 0.6})), second(nps.Plan{Power: math.NaN()}.Lift(mix, 3)),
	} {
		if !errors.Is(err, nps.ErrOption) {
			t.Errorf("%v", err)
		}
	}
	for _, err := range []error{
		second(p.Lift(mix, 0)), second(p.PowerOf(mix, nps.Mix{Promoters: 0.6}, -1)), second(nps.Plan{Population: -1}.ForMargin(mix, 0.1)),
		second(p.ForMargin(mix, 1e-9)),
	} {
		if !errors.Is(err, nps.ErrCount) {
			t.Errorf("%v", err)
		}
	}
	if err := (nps.Plan{Confidence: -1}).Validate(); !errors.Is(err, nps.ErrConfidence) {
		t.Error(err)
	}
	// A lift that n answers show needs about n answers.
	lift := must(p.Lift(mix, 3886))
	near(t, "lift", lift, 0.05, 0.001)
	near(t, "power", must(p.PowerOf(mix, nps.Mix{Promoters: 0.5 + lift, Detractors: 0.2}, 3886)), 0.8, 0.01)
	if n := must(nps.Plan{Population: 100}.ForMargin(mix, 0.0001)); n != 100 {
		t.Errorf("%d of 100 people", n)
	}
	if m, ok := (nps.Classes{Detractors: 1, Promoters: 3}).Mix(); !ok || m != (nps.Mix{Promoters: 0.75, Detractors: 0.25}) || m.Score() != 0.5 {
		t.Errorf("%+v", m)
	}
	if _, ok := (nps.Classes{}).Mix(); ok {
		t.Error("a mix of nothing")
	}
}

// Bain's figure: retention 85 % and 25 % earned make a factor of 110 %, a rate
// of 10 %, and with 20 % bought a ratio of 33 %.
func TestEarnedGrowth(t *testing.T) {
	d := decimal.RequireFromString
	g := must(nps.Revenue{Before: d("200000.00"), Returning: d("170000"), EarnedNew: d("50000"), BoughtNew: d("40000")}.EarnedGrowth())
	for what, pair := range map[string][2]decimal.Decimal{
		"retention": {g.Retention, d("0.85")}, "earned new": {g.EarnedNew, d("0.25")}, "factor": {g.Factor, d("1.1")},
		"rate": {g.Rate, d("0.1")}, "total": {g.Total, d("0.3")}, "ratio": {g.Ratio, d("0.333333")},
	} {
		if !pair[0].Equal(pair[1]) {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
	if !g.Known {
		t.Error("the ratio is known")
	}
	if g := must(nps.Revenue{Before: d("100"), Returning: d("90")}.EarnedGrowth()); g.Known || !g.Rate.Equal(d("-0.1")) {
		t.Errorf("no growth: %+v", g)
	}
	var places []string
	_, err := nps.Revenue{Returning: d("-1"), EarnedNew: d("1e9999")}.EarnedGrowth()
	for f := range guanxi.Faults(err) {
		if !errors.Is(f, nps.ErrRevenue) {
			t.Error(f)
		}
		places = append(places, f.Pointer)
	}
	if len(places) != 3 {
		t.Errorf("%v", err)
	}
}

func TestMovement(t *testing.T) {
	before := map[string]int{"a": 10, "b": 9, "c": 7, "d": 0, "e": 3}
	after := map[string]int{"a": 9, "b": 8, "c": 10, "d": 7, "f": 10}
	m := must(nps.Move(before, after, nps.NPS.Range()))
	if m.Up() != (nps.Share{Hits: 2, Of: 4}) || m.Down() != (nps.Share{Hits: 1, Of: 4}) || m.Stayed(nps.Promoter) != (nps.Share{Hits: 1, Of: 2}) || m.Stayed(nps.NoAnswer) != (nps.Share{}) {
		t.Errorf("%+v", m)
	}
	if m.Count(nps.Detractor, nps.NoAnswer) != 1 || m.Count(nps.NoAnswer, nps.Promoter) != 1 || m.Count(9, 9) != 0 {
		t.Errorf("%+v", m)
	}
	was, is := m.Both()
	if was != (nps.Classes{Detractors: 1, Passives: 1, Promoters: 2}) || is != (nps.Classes{Passives: 2, Promoters: 2}) {
		t.Errorf("%+v, %+v", was, is)
	}
	people := int64(0)
	for _, n := range m.All() {
		people += n
	}
	if people != 6 {
		t.Errorf("%d people", people)
	}
	for range m.All() {
		break
	}
	twice := m
	if err := twice.Merge(m); err != nil || twice.Count(nps.Promoter, nps.Passive) != 2 {
		t.Error(err)
	}
	if err := m.Add(nps.NoAnswer, 9); !errors.Is(err, nps.ErrClass) {
		t.Error(err)
	}
	if err := m.Add(9, nps.NoAnswer); !errors.Is(err, nps.ErrClass) {
		t.Error(err)
	}
	var one nps.Movement
	if err := one.Add(nps.Promoter, nps.Detractor); err != nil || one.Down() != (nps.Share{Hits: 1, Of: 1}) {
		t.Error(err)
	}
	for range 54 {
		twice = one
		if err := one.Merge(twice); err != nil {
			if !errors.Is(err, nps.ErrCount) || one != twice {
				t.Error(err)
			}
			twice = nps.Movement{}
			break
		}
	}
	if twice != (nps.Movement{}) {
		t.Error("no end of merging")
	}
	for place, err := range map[string]error{
		"/before/a": second(nps.Move(map[string]int{"a": 11}, nil, nps.NPS.Range())),
		"/after/a":  second(nps.Move(map[string]int{"a": 1}, map[string]int{"a": -1}, nps.NPS.Range())),
		"/after/b":  second(nps.Move(nil, map[string]int{"b": -1}, nps.NPS.Range())),
	} {
		var fe *guanxi.FieldError
		if !errors.Is(err, nps.ErrScore) || !errors.As(err, &fe) || fe.Pointer != place {
			t.Errorf("%s: %v", place, err)
		}
	}
	if _, err := nps.Move[int](nil, nil, nps.Range{Min: 1}); !errors.Is(err, nps.ErrRange) {
		t.Error(err)
	}
}

func TestReferrals(t *testing.T) {
	var r nps.Referrals
	for _, a := range []struct {
		score int
		yes   bool
	}{{10, true}, {9, true}, {9, false}, {7, false}, {8, true}, {2, false}} {
		if err := r.Add(a.score, a.yes); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Add(12, true); !errors.Is(err, nps.ErrScore) {
		t.Error(err)
	}
	both := r
	if err := both.Merge(r); err != nil {
		t.Fatal(err)
	}
	for class, want := range map[nps.Class]nps.Share{
		nps.Promoter: {Hits: 4, Of: 6}, nps.Passive: {Hits: 2, Of: 4}, nps.Detractor: {Hits: 0, Of: 2}, nps.NoAnswer: {Hits: 6, Of: 12},
	} {
		if s := must(both.Of(class)); s != want {
			t.Errorf("%s: %+v", class, s)
		}
	}
	if _, err := r.Of(9); !errors.Is(err, nps.ErrClass) {
		t.Error(err)
	}
	csat := must(nps.NewReferrals(nps.CSAT, nps.Range{}))
	if err := r.Merge(csat); !errors.Is(err, nps.ErrMismatch) {
		t.Error(err)
	}
}

// samePointers wants one sentinel at exactly these places.
func samePointers(t *testing.T, err, sentinel error, want ...string) {
	t.Helper()
	var got []string
	for fault := range guanxi.Faults(err) {
		got = append(got, fault.Pointer)
		if !errors.Is(fault, sentinel) {
			t.Errorf("%v is not %v", fault, sentinel)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults at %q, want %q", got, want)
	}
}

// A mix of no spread cannot be planned with.
func TestPlanNoSpread(t *testing.T) {
	var p nps.Plan
	for _, m := range []nps.Mix{{}, {Promoters: 1}, {Detractors: 1}} {
		_, err := p.ForMargin(m, 0.05)
		samePointers(t, err, nps.ErrNoSpread, "/mix")
		_, err = p.Lift(m, 10)
		samePointers(t, err, nps.ErrNoSpread, "/mix")
	}
	_, err := p.ForLift(nps.Mix{}, nps.Mix{Promoters: 1})
	samePointers(t, err, nps.ErrNoSpread, "/from")
	_, err = p.PowerOf(nps.Mix{Detractors: 1}, nps.Mix{Promoters: 1}, 10)
	samePointers(t, err, nps.ErrNoSpread, "/from")
	if n, err := p.ForLift(nps.Mix{}, nps.Mix{Promoters: 0.5}); err != nil || n < 2 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := p.ForShareLift(0, 1); err != nil || n < 2 { // the pooled variance is not 0
		t.Errorf("%d, %v", n, err)
	}
}

// Too few answers before a lift are counted.
func TestNeededBefore(t *testing.T) {
	before, after := fill(t, nps.NPS, []int64{4, 0, 0, 0, 0, 0, 0, 0, 0, 6}), fill(t, nps.NPS, []int64{40, 0, 0, 0, 0, 0, 0, 0, 0, 60})
	if j := must(nps.KPI{}.JudgeLift(before, after)); j.NeededBefore != 20 || j.Needed != 0 || j.Reachable {
		t.Errorf("%+v", j)
	}
	if j := must(nps.KPI{MinAnswers: 10}.JudgeLift(before, after)); j.NeededBefore != 0 {
		t.Errorf("%+v", j)
	}
}

// A test of all groups that is missing says why, and for which group.
func TestCompareUntested(t *testing.T) {
	mixed, promoters := fill(t, nps.NPS, []int64{10, 0, 0, 0, 0, 0, 0, 10, 0, 20}), fill(t, nps.NPS, []int64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40})
	c := must(nps.Compare([]nps.Group{{Name: "few"}, {Name: "a", Tally: mixed}, {Name: "b", Tally: promoters}}, nps.CompareConfig{}))
	if c.Equal != nil || c.Mix == nil || c.MixErr != nil || c.EqualErr == nil || c.EqualErr.Group != 2 || !errors.Is(c.EqualErr, nps.ErrNoSpread) {
		t.Fatalf("%+v", c)
	}
	if text := c.EqualErr.Error(); text != "group 2: all answers are equal" {
		t.Error(text)
	}
	data := string(must(json.Marshal(c)))
	if !strings.Contains(data, `"equal_error":{"group":2,"reason":"all answers are equal"}`) {
		t.Error(data)
	}
	c = must(nps.Compare([]nps.Group{{Name: "a", Tally: promoters}, {Name: "b", Tally: promoters}}, nps.CompareConfig{}))
	if c.MixErr == nil || c.MixErr.Group != -1 || c.MixErr.Error() != "all answers are equal" || !errors.Is(c.MixErr, nps.ErrNoSpread) {
		t.Errorf("%+v", c.MixErr)
	}
	one := fill(t, nps.NPS, []int64{1})
	c = must(nps.Compare([]nps.Group{{Name: "a", Tally: mixed}, {Name: "b", Tally: one}}, nps.CompareConfig{MinAnswers: 1}))
	if c.EqualErr == nil || c.EqualErr.Group != 1 || !errors.Is(c.EqualErr, nps.ErrTooFew) {
		t.Errorf("%+v", c.EqualErr)
	}
	c = must(nps.Compare([]nps.Group{{Name: "few"}}, nps.CompareConfig{}))
	if data := string(must(json.Marshal(c))); data != `{"ranked":[],"too_few":[{"name":"few","group":0,"answers":0,"missing":30}],"pairs":[]}` {
		t.Error(data)
	}
	_, err := nps.Compare([]nps.Group{{Name: "a"}, {Name: "\xff"}}, nps.CompareConfig{})
	samePointers(t, err, nps.ErrOption, "/groups/1/name")
}
