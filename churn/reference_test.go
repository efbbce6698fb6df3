package churn_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

func sharedData(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/%s: numbers quoted from it are in TestCurveNumbers", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The curve is R's Kaplan-Meier estimate, on the days of lung.csv.
func TestCurveReference(t *testing.T) {
	var ref struct {
		Curves []struct {
			Stratum string    `json:"stratum"`
			Time    []int     `json:"time"`
			Surv    []float64 `json:"surv"`
		} `json:"curves"`
	}
	if err := json.Unmarshal(sharedData(t, "survival/lung_km.json"), &ref); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("../../shared/data/survival/lung.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := csv.NewReader(f)
	head := must(rows.Read())
	time, status := slices.Index(head, "time"), slices.Index(head, "status")
	var v churn.Curve
	for {
		rec, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Add(must(strconv.Atoi(rec[time])), rec[status] == "2"); err != nil {
			t.Fatal(err)
		}
	}
	got := v.AppendSurvival(nil)
	all := ref.Curves[0]
	if all.Stratum != "all" || len(all.Time) != 186 {
		t.Fatalf("%s, %d times", all.Stratum, len(all.Time))
	}
	for i, day := range all.Time {
		if math.Abs(got[day]-all.Surv[i]) > 1e-12 {
			t.Errorf("day %d: %v, want %v", day, got[day], all.Surv[i])
		}
	}
}

// The example of Kaplan & Meier's estimate by hand, and what stands on it.
func TestCurveNumbers(t *testing.T) {
	// 6-MP arm of Freireich et al. (1963), remission in weeks; see PROVENANCE.md.
	came := []int{6, 6, 6, 7, 10, 13, 16, 22, 23}
	silent := []int{6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35}
	var v churn.Curve
	for _, d := range came {
		if err := v.Add(d, true); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range silent {
		if err := v.Add(d, false); err != nil {
			t.Fatal(err)
		}
	}
	got := v.AppendSurvival(nil)
	for day, want := range map[int]float64{0: 1, 5: 1, 6: 0.857, 7: 0.807, 9: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448, 35: 0.448} {
		if math.Abs(got[day]-want) > 0.0005 {
			t.Errorf("day %d: %v, want %v", day, got[day], want)
		}
	}
	var gaps churn.Gaps
	r := must(churn.NewRhythm(churn.RhythmConfig{Quantile: 0.5}))
	for i := range 3 {
		c, _, _ := r.Step(churn.Cycle{}, noon)
		c, _, _ = r.Step(c, noon.AddDate(0, 0, 5+i))
		gaps.Add(c)
	}
	seg := must(churn.NewSegment(&gaps, &v, nil, churn.SegmentConfig{MinCustomers: 3}))
	once, _, _ := r.Step(churn.Cycle{}, noon)
	s := must(r.Standing(once, seg, noon.AddDate(0, 0, 20)))
	// Half of the 55.2 % who come have come by day 13: 1 − 0.69 = 0.31 ≥ 0.276.
	if s.Expected != 13 || s.Overdue != 7 || math.Abs(s.Silence-0.627) > 0.0005 || !s.Due.Equal(noon.AddDate(0, 0, 13)) {
		t.Errorf("%+v", s)
	}
	p, ok, err := r.ReturnProbability(once, seg, noon.AddDate(0, 0, 20), 3)
	if err != nil || !ok || math.Abs(p-(1-0.448/0.627)) > 0.001 {
		t.Errorf("%v %v %v", p, ok, err)
	}
	if _, ok, _ := r.ReturnProbability(once, seg, noon.AddDate(0, 0, 20), 16); ok {
		t.Error("beyond the end of the curve nobody knows")
	}
	if s := must(r.Standing(once, seg, noon.AddDate(3, 0, 0))); s.Silence != got[35] {
		t.Errorf("after three years: %v", s.Silence)
	}
	if _, err := churn.NewSegment(nil, nil, seg, churn.SegmentConfig{}); err != nil {
		t.Error("a parent stands in:", err)
	}
}

// Numbers worked out by hand for a cycle of two gaps in a segment.
func TestStandingNumbers(t *testing.T) {
	seg := segment(t)
	mean, within, between := seg.LogGap()
	r := must(churn.NewRhythm(churn.RhythmConfig{Quantile: 0.8}))
	var c churn.Cycle
	for _, day := range []int{0, 10, 40} {
		c, _, _ = r.Step(c, noon.AddDate(0, 0, day))
	}
	own, variance := (math.Log(10)+math.Log(30))/2, math.Pow(math.Log(30)-math.Log(10), 2)/2
	if m, v := c.LogGap(); math.Abs(m-own) > 1e-12 || math.Abs(v-variance) > 1e-6 {
		t.Errorf("mean %v, variance %v", m, v)
	}
	kappa := min(max(within/between, 0.1), 1e6)
	if math.Abs(seg.Strength()-kappa) > 1e-9*kappa {
		t.Errorf("strength %v, want %v", seg.Strength(), kappa)
	}
	m := (2*own + kappa*mean) / (2 + kappa)
	sd := math.Sqrt((5*within + variance) / 6 * (1 + 1/(2+kappa)))
	s := must(r.Standing(c, seg, noon.AddDate(0, 0, 100)))
	const z = 0.8416212335729143 // qnorm(0.8)
	if want := math.Exp(m + z*sd); math.Abs(s.Expected-want) > 1e-6*want || s.Silent != 60 {
		t.Errorf("%+v, want expected %v", s, want)
	}
	if want := math.Erfc((math.Log(60)-m)/sd/math.Sqrt2) / 2; math.Abs(s.Silence-want) > 1e-6 {
		t.Errorf("silence %v, want %v", s.Silence, want)
	}
}

// Contracts: the end and the grace, renewal in time and too late.
func TestTermLabels(t *testing.T) {
	l := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.ContractEnd, Grace: guanxi.Span{Months: 1}}, nil))
	on := func(s string) int64 {
		if s == "" {
			return 0
		}
		return date(s).UnixMicro()
	}
	type term [2]string
	for _, c := range []struct {
		terms []term
		until string
		want  churn.Outcome
	}{
		{[]term{{"2025-01-01", "2026-01-31"}}, "2026-06-01", churn.Left},                                  // on 28 February
		{[]term{{"2025-01-01", "2026-01-31"}}, "2026-02-28", churn.Left},                                  // all before is known
		{[]term{{"2025-01-01", "2026-01-31"}}, "2026-02-27", churn.Unknown},                               // it may be renewed
		{[]term{{"2025-01-01", "2026-01-31"}, {"2026-02-27", ""}}, "2026-06-01", churn.Stayed},            // within the grace
		{[]term{{"2025-01-01", "2026-01-31"}, {"2026-02-28", ""}}, "2026-06-01", churn.Left},              // and back too late
		{[]term{{"2025-01-01", "2026-01-31"}, {"2025-06-01", "2025-07-01"}}, "2026-06-01", churn.Left},    // the longer counts
		{[]term{{"2025-01-01", "2025-12-31"}}, "2026-06-01", churn.Gone},                                  // on 31 January
		{[]term{{"2025-01-01", "2025-06-30"}, {"2026-01-15", "2027-01-15"}}, "2026-06-01", churn.Stayed},  // came back before
		{[]term{{"2025-01-01", "2025-06-30"}, {"2026-02-15", "2027-01-15"}}, "2026-06-01", churn.Gone},    // after the cut
		{[]term{{"2026-02-01", ""}}, "2026-06-01", churn.Stranger},                                        // new at the cut
		{[]term{{"2025-01-01", ""}}, "2026-03-01", churn.Unknown},                                         // nobody knows June
		{[]term{{"2025-01-01", ""}}, "2026-01-31", churn.Unknown},                                         // before the cut
		{[]term{{"2025-01-01", "2026-01-31"}, {"2026-05-20", "2027-05-20"}}, "2026-02-10", churn.Unknown}, // agreed ahead
		{nil, "2026-06-01", churn.Stranger},
	} {
		h := churn.History{Until: date(c.until)}
		for _, x := range c.terms {
			h.Terms = append(h.Terms, churn.Term{From: on(x[0]), To: on(x[1])})
		}
		got, err := l.Outcome(h, date("2026-02-01"), guanxi.Span{Months: 3})
		if err != nil || got != c.want {
			t.Errorf("%v until %s: %s, want %s (%v)", c.terms, c.until, got, c.want, err)
		}
	}
	if got := must(l.Ended(date("2026-01-31"))); !got.Equal(date("2026-02-28")) {
		t.Error(got)
	}
}

// The multiple of the customer's own quantile lies between floor and ceiling.
func TestDeadlineNumbers(t *testing.T) {
	seg := segment(t)
	r := must(churn.NewRhythm(churn.RhythmConfig{Quantile: 0.9}))
	var c churn.Cycle
	for _, day := range []int{0, 20, 41} {
		c, _, _ = r.Step(c, noon.AddDate(0, 0, day))
	}
	last := noon.AddDate(0, 0, 41)
	expected := must(r.Standing(c, seg, last)).Expected
	for _, x := range []struct {
		cfg  churn.LeavingConfig
		want float64
	}{
		{churn.LeavingConfig{}, 2 * expected},
		{churn.LeavingConfig{K: 3}, 3 * expected},
		{churn.LeavingConfig{Floor: guanxi.Span{Days: 300}}, 300},
		{churn.LeavingConfig{Floor: guanxi.Span{Days: 5}, Ceiling: guanxi.Span{Days: 6}}, 6},
		{churn.LeavingConfig{Kind: churn.FixedSpan}, 182},
	} {
		l := must(churn.NewLeaving(x.cfg, r))
		got, ok, err := l.Deadline(c, seg)
		if days := got.Sub(last).Hours() / 24; err != nil || !ok || math.Abs(days-x.want) > 1e-6 {
			t.Errorf("%+v: %v days, want %v (%v)", x.cfg, days, x.want, err)
		}
	}
}
