package nps_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
)

func TestWeightedFaults(t *testing.T) {
	var w nps.Weighted
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1), 1e101, 1e-101, -1e-300} {
		if err := w.Add(9, bad); !errors.Is(err, nps.ErrWeight) {
			t.Errorf("weight %v: %v", bad, err)
		}
	}
	if err := w.Add(11, 1); !errors.Is(err, nps.ErrScore) {
		t.Error(err)
	}
	if _, err := w.Estimate(0.95, 0); !errors.Is(err, nps.ErrNoAnswers) {
		t.Error(err)
	}
	if err := w.Add(9, 0); err != nil {
		t.Error(err)
	}
	if _, err := w.Estimate(0.95, 0); !errors.Is(err, nps.ErrWeight) {
		t.Error(err)
	}
	if err := w.Add(9, 2); err != nil {
		t.Error(err)
	}
	if _, err := w.Estimate(0.95, 0); !errors.Is(err, nps.ErrTooFew) {
		t.Error(err)
	}
	if err := w.Add(9, 4); err != nil {
		t.Error(err)
	}
	e := must(w.Estimate(0.95, 0))
	if e.Score != 1 || e.SE != 0 || e.Width() <= 0 || e.High != 1 || e.Answers != 2 {
		t.Errorf("all promoters: %+v", e)
	}
	if _, err := w.Estimate(1, 0); !errors.Is(err, nps.ErrConfidence) {
		t.Error(err)
	}
	for _, people := range []int64{-1, 1} {
		if _, err := w.Estimate(0.95, people); !errors.Is(err, nps.ErrCount) {
			t.Errorf("%d people: %v", people, err)
		}
	}
	if e := must(w.Estimate(0.95, 2)); e.Interval != (nps.Interval{Low: 1, High: 1}) {
		t.Errorf("everybody answered: %+v", e)
	}
	csat := must(nps.NewWeighted(nps.CSAT, nps.Range{}))
	if err := w.Merge(csat); !errors.Is(err, nps.ErrMismatch) {
		t.Error(err)
	}
	half := w
	if err := w.Merge(half); err != nil || must(w.Estimate(0.95, 0)).Answers != 4 {
		t.Error(err)
	}
	w.Reset()
	if w != (nps.Weighted{}) {
		t.Errorf("reset: %+v", w)
	}
}

// Equal weights are no weights: the interval is that of the tally, but for the
// n − 1 in the standard error.
func TestWeightedOfEqual(t *testing.T) {
	tally := class(t, 5000, 7000, 8000)
	w := tally.Weighted()
	e, want := must(w.Estimate(0.95, 0)), must(tally.Interval("", 0.95))
	near(t, "low", e.Low, want.Low, 1e-5)
	near(t, "high", e.High, want.High, 1e-5)
	near(t, "Kish", e.Kish, 20000, 1e-9)
	csat := fill(t, nps.CSAT, []int64{10, 20, 300, 40, 500})
	weighted := csat.Weighted()
	score, _ := csat.Score()
	e = must(weighted.Estimate(0.95, 0))
	near(t, "CSAT", e.Score, score, 1e-12)
	if !e.Contains(score) || e.Low < 0 {
		t.Errorf("%+v", e)
	}
}

func TestRakeFaults(t *testing.T) {
	ok := nps.Sample{Scores: []int{9, 3, 10, 7}, Cells: [][]string{{"new", "old", "new", "old"}, {"web", "web", "shop", "shop"}}}
	state := nps.Margin{Name: "state", Targets: []nps.Target{{"new", 60}, {"old", 40}}}
	channel := nps.Margin{Name: "channel", Targets: []nps.Target{{"web", 50}, {"shop", 50}}}
	both := []nps.Margin{state, channel}
	for _, tt := range []struct {
		name   string
		sample nps.Sample
		cfg    nps.RakeConfig
		place  string
		want   error
	}{
		{"no margins", ok, nps.RakeConfig{}, "/margins", nps.ErrTarget},
		{"kind", ok, nps.RakeConfig{Kind: 50, Margins: both}, "/kind", nps.ErrKind},
		{"tolerance", ok, nps.RakeConfig{Margins: both, Tolerance: math.NaN()}, "/tolerance", nps.ErrOption},
		{"iterations", ok, nps.RakeConfig{Margins: both, MaxIterations: -1}, "/max_iterations", nps.ErrOption},
		{"population", ok, nps.RakeConfig{Margins: both, Population: -1}, "/population", nps.ErrCount},
		{"no cells", ok, nps.RakeConfig{Margins: []nps.Margin{state, {Name: "channel"}}}, "/margins/1/targets", nps.ErrTarget},
		{"sum", ok, nps.RakeConfig{Margins: []nps.Margin{state, {Targets: []nps.Target{{"web", 50}, {"shop", 51}}}}}, "/margins/1/targets", nps.ErrTarget},
		{"size", ok, nps.RakeConfig{Margins: []nps.Margin{{Targets: []nps.Target{{"new", 50}, {"old", 0}}}}}, "/margins/0/targets/1/size", nps.ErrTarget},
		{"twice", ok, nps.RakeConfig{Margins: []nps.Margin{{Targets: []nps.Target{{"new", 50}, {"new", 5}}}}}, "/margins/0/targets/1/cell", nps.ErrTarget},
		{"columns", nps.Sample{Scores: ok.Scores, Cells: ok.Cells[:1]}, nps.RakeConfig{Margins: both}, "/cells", nps.ErrOption},
		{"rows", nps.Sample{Scores: ok.Scores[:3], Cells: ok.Cells}, nps.RakeConfig{Margins: both}, "/cells/0", nps.ErrOption},
		{"weights", nps.Sample{Scores: ok.Scores, Cells: ok.Cells, Weights: []float64{1}}, nps.RakeConfig{Margins: both}, "/weights", nps.ErrOption},
		{"weight", nps.Sample{Scores: ok.Scores, Cells: ok.Cells, Weights: []float64{1, 1, -1, 1}}, nps.RakeConfig{Margins: both}, "/weights/2", nps.ErrWeight},
		{"no weight", nps.Sample{Scores: ok.Scores, Cells: ok.Cells, Weights: make([]float64, 4)}, nps.RakeConfig{Margins: both}, "/weights", nps.ErrWeight},
		{"score", nps.Sample{Scores: []int{1, 2, 3, 11}, Cells: ok.Cells}, nps.RakeConfig{Margins: both}, "/scores/3", nps.ErrScore},
		{"nobody", nps.Sample{Cells: [][]string{{}, {}}}, nps.RakeConfig{Margins: both}, "/scores", nps.ErrNoAnswers},
		{"stranger", nps.Sample{Scores: ok.Scores, Cells: [][]string{{"new", "old", "new", "?"}, ok.Cells[1]}}, nps.RakeConfig{Margins: both}, "/cells/0/3", nps.ErrCell},
		{"empty cell", ok, nps.RakeConfig{Margins: []nps.Margin{{Name: "state", Targets: append([]nps.Target{{"lapsed", 9}}, state.Targets...)}, {Targets: []nps.Target{{"web", 50}, {"shop", 59}}}}}, "/margins/0/targets/0", nps.ErrCell},
	} {
		_, err := nps.Rake(tt.sample, tt.cfg)
		var first *guanxi.FieldError
		if !errors.Is(err, tt.want) || !errors.As(err, &first) || first.Pointer != tt.place {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.name == "empty cell" && !strings.Contains(err.Error(), `"lapsed"`) {
			t.Errorf("the cell is not named: %v", err)
		}
	}
	raked := must(nps.Rake(ok, nps.RakeConfig{Margins: both, Population: 3}))
	if _, err := raked.Estimate(0.95); !errors.Is(err, nps.ErrCount) {
		t.Error(err)
	}
	if _, err := raked.EstimateOf(0.95, func(int) bool { return false }); !errors.Is(err, nps.ErrNoAnswers) {
		t.Error(err)
	}
	sum := 0.0
	for _, w := range raked.AppendWeights(nil) {
		sum += w
	}
	near(t, "sum of the weights", sum, 100, 1e-9)

	// Who is new is on the web and who is old in the shop, but the targets differ.
	odd := nps.Sample{Scores: []int{9, 3}, Cells: [][]string{{"new", "old"}, {"web", "shop"}}}
	_, err := nps.Rake(odd, nps.RakeConfig{Margins: both})
	var diverged *nps.ConvergeError
	if !errors.Is(err, nps.ErrConverge) || !errors.As(err, &diverged) || diverged.Iterations != 1000 || diverged.Gap < 0.1 || diverged.Cell == "" {
		t.Errorf("%v", err)
	}
}

// Where every cell is unanimous the linearised standard error is 0, not what
// rounding leaves, and the interval is that of Kish's number of answers.
func TestNoResiduals(t *testing.T) {
	cfg := nps.RakeConfig{Margins: []nps.Margin{{Name: "segment", Targets: []nps.Target{{Cell: "a", Size: 0.37}, {Cell: "b", Size: 0.63}}}}}
	for n := 30; n <= 1000; n++ {
		s := nps.Sample{Cells: make([][]string, 1)}
		for i := range n {
			score, cell := 10, "a"
			if i%5 > 1 {
				score, cell = 0, "b"
			}
			s.Scores, s.Cells[0] = append(s.Scores, score), append(s.Cells[0], cell)
		}
		e := must(must(nps.Rake(s, cfg)).Estimate(0.95))
		if e.SE != 0 || e.Width() < 1/math.Sqrt(float64(n)) || !e.Contains(e.Score) {
			t.Fatalf("n = %d: %+v", n, e)
		}
		if n%100 > 2 {
			continue
		}
		// The same with a second margin, which explains nothing more.
		channels := make([]string, n)
		for i := range channels {
			channels[i] = []string{"web", "shop", "phone"}[i%3]
		}
		s.Cells = append(s.Cells, channels)
		two := nps.RakeConfig{Margins: append(cfg.Margins[:1:1], nps.Margin{Name: "channel", Targets: []nps.Target{
			{Cell: "web", Size: 0.5}, {Cell: "shop", Size: 0.3}, {Cell: "phone", Size: 0.2}}})}
		e = must(must(nps.Rake(s, two)).Estimate(0.95))
		if e.SE != 0 || e.Width() < 1/math.Sqrt(float64(n)) || !e.Contains(e.Score) {
			t.Fatalf("n = %d, two margins: %+v", n, e)
		}
	}
}

func TestRakeNames(t *testing.T) {
	const bad = "a\xff"
	cfg := nps.RakeConfig{Margins: []nps.Margin{{Name: bad, Targets: []nps.Target{{Cell: bad, Size: 1}}}}}
	_, err := nps.Rake(nps.Sample{}, cfg)
	samePointers(t, err, nps.ErrOption, "/margins/0/name", "/margins/0/targets/0/cell")
	cfg = nps.RakeConfig{Margins: []nps.Margin{{Name: "m", Targets: []nps.Target{{Cell: "a", Size: 1}}}}}
	_, err = nps.Rake(nps.Sample{Scores: []int{9, 9}, Cells: [][]string{{"a", bad}}}, cfg)
	samePointers(t, err, nps.ErrOption, "/cells/0/1")
}
