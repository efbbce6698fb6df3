package predict_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/churn/predict"
)

var (
	firstCut = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	horizon  = guanxi.Span{Days: 90}
)

// frame simulates customers at a cut: a, b and a column c that says nothing.
func frame(cut time.Time, n int, seed uint64) *predict.Frame {
	w := must(predict.NewWindow(cut, horizon, nil))
	f := must(predict.NewFrame(w, []string{"a", "b", "c"}))
	rng := rand.New(rand.NewPCG(seed, 1))
	for range n {
		v := []float64{rng.NormFloat64(), rng.NormFloat64() * 3, rng.NormFloat64()}
		e := predict.Example{Values: v, Dated: []time.Time{cut.Add(-time.Hour), {}, cut.AddDate(0, 0, -9)}, Label: predict.Stayed, At: w.End}
		switch {
		case rng.IntN(10) == 0:
			e.Label = predict.Unknown
		case rng.Float64() < 1/(1+math.Exp(1-v[0]-0.4*v[1])):
			e.Label, e.At = predict.Left, cut.AddDate(0, 0, 1+rng.IntN(80))
		}
		if err := f.Add(e); err != nil {
			panic(err)
		}
	}
	return f
}

func backTestFrames(n int) predict.Frames {
	return predict.Frames{
		Train:       frame(firstCut, n, 1),
		Calibration: frame(firstCut.AddDate(0, 0, 90), n, 2),
		Test:        frame(firstCut.AddDate(0, 0, 180), n, 3),
	}
}

func TestBackTest(t *testing.T) {
	frames := backTestFrames(2000)
	hand := predict.Model{Columns: []string{"a", "b", "c"}, Intercept: -1, Weights: []float64{1, 0, 0.5}}
	cfg := predict.BackTestConfig{Fit: predict.FitConfig{Lambda: 1}, Calibration: predict.Platt}
	out := must(predict.BackTest(frames, cfg, predict.Rival{Name: "by hand", Scorer: hand}, predict.Rival{Name: "given", LogOdds: must(hand.AppendLogOdds(nil, frames.Test.Matrix()))}))
	if len(out.Reports) != 4 || out.Reports[0].Name != predict.NameLearned || out.Reports[1].Name != predict.NameCalibrated || out.Reports[2].Name != "by hand" {
		t.Fatalf("%+v", out.Reports)
	}
	if out.Test.Unknown == 0 || out.Test.Rows() != out.Reports[0].Rows || out.Test.Rows()+out.Test.Unknown != 2000 || out.Calibration == nil || out.Train.Left == 0 {
		t.Errorf("%+v", out.Test)
	}
	learned, calibrated, byHand := out.Reports[0], out.Reports[1], out.Reports[2]
	if d := out.Rivals[0]; d.Name != "by hand" || !(d.Difference > 0.1) || !(d.Test.P < 1e-6) || d.A != *learned.AUC || d.B != *byHand.AUC {
		t.Errorf("%+v", d)
	}
	given := out.Reports[3]
	if given.Name = byHand.Name; string(must(json.Marshal(given))) != string(must(json.Marshal(byHand))) {
		t.Error("the same scores, another report")
	}
	if math.Abs(learned.Line.Slope-1) > 0.15 || byHand.Brier < learned.Brier || *calibrated.AUC != *learned.AUC || learned.HosmerLemeshow.DF != 10 {
		t.Errorf("learned %+v, by hand %+v", learned.Line, byHand.Brier)
	}
	if c := out.Fit.Model.Calibration; c == nil || c.Method != predict.Platt {
		t.Errorf("%+v", c)
	}
	var back predict.BackTestResult
	text := must(json.Marshal(out))
	if err := guanxi.UnmarshalStrict(text, &back); err != nil || string(must(json.Marshal(back))) != string(text) {
		t.Errorf("JSON there and back: %v", err)
	}
}

type wrong struct{ n int }

func (w wrong) AppendLogOdds(dst []float64, _ predict.Matrix) ([]float64, error) {
	if w.n < 0 {
		return dst, predict.ErrModel
	}
	return append(dst, make([]float64, w.n)...), nil
}

func TestBackTestRefuses(t *testing.T) {
	good := backTestFrames(300)
	cal := predict.BackTestConfig{Calibration: predict.Isotonic}
	w := must(predict.NewWindow(firstCut.AddDate(1, 0, 0), horizon, nil))
	empty := must(predict.NewFrame(w, []string{"a", "b", "c"}))
	other := must(predict.NewFrame(predict.Window{Cut: firstCut.AddDate(-1, 0, 0), End: firstCut}, []string{"a", "b", "d"}))
	overlap := frame(firstCut.AddDate(0, 0, 91), 300, 4)
	rows := int(good.Test.Counts().Rows())
	for _, tt := range []struct {
		name   string
		frames predict.Frames
		cfg    predict.BackTestConfig
		rivals []predict.Rival
		want   error
		at     []string
	}{
		{"nothing", predict.Frames{}, cal, nil, predict.ErrOption, []string{"/train", "/test", "/calibration"}},
		{"calibration unasked", good, predict.BackTestConfig{}, nil, predict.ErrOption, []string{"/calibration"}},
		{"leak", predict.Frames{Train: overlap, Test: good.Test}, predict.BackTestConfig{}, nil, predict.ErrLeak, []string{"/train"}},
		{"leak by calibration", predict.Frames{Train: good.Train, Calibration: overlap, Test: good.Test}, cal, nil, predict.ErrLeak, []string{"/calibration"}},
		{"trained on the test", predict.Frames{Train: good.Test, Test: good.Test}, predict.BackTestConfig{}, nil, predict.ErrLeak, []string{"/train"}},
		{"calibrated on the test", predict.Frames{Train: good.Train, Calibration: good.Test, Test: good.Test}, cal, nil, predict.ErrLeak, []string{"/calibration"}},
		{"calibrated on the training", predict.Frames{Train: good.Train, Calibration: good.Train, Test: good.Test}, cal, nil, predict.ErrLeak, []string{"/calibration"}},
		{"nobody", predict.Frames{Train: good.Train, Test: empty}, predict.BackTestConfig{}, nil, predict.ErrTooFew, []string{"/test"}},
		{"columns", predict.Frames{Train: other, Test: good.Test}, predict.BackTestConfig{}, nil, predict.ErrColumn, []string{"/train/columns/2"}},
		{"config", good, predict.BackTestConfig{Fit: predict.FitConfig{Lambda: -1}, Calibration: "?", Report: predict.ReportConfig{SameRows: true}}, nil, predict.ErrOption,
			[]string{"/config/fit/lambda", "/config/calibration", "/config/report/same_rows"}},
		{"rivals", good, cal, []predict.Rival{{Name: "learned", Scorer: wrong{}}, {}, {Name: "x", Scorer: wrong{}, LogOdds: []float64{}}}, predict.ErrOption, []string{"/rivals/0", "/rivals/1", "/rivals/1", "/rivals/2"}},
		{"rival's rows", good, cal, []predict.Rival{{Name: "x", Scorer: wrong{rows + 1}}}, predict.ErrShape, []string{"/rivals/0"}},
		{"rival's scores", good, cal, []predict.Rival{{Name: "x", LogOdds: append(make([]float64, rows-1), math.NaN())}}, predict.ErrValue, []string{fmt.Sprintf("/rivals/0/scores/%d", rows-1)}},
		{"rival's error", good, cal, []predict.Rival{{Name: "x", Scorer: wrong{-1}}}, predict.ErrModel, []string{"/rivals/0"}},
		{"training", predict.Frames{Train: must(predict.NewFrame(good.Train.Counts().Window, []string{"a", "b", "c"})), Test: good.Test}, predict.BackTestConfig{}, nil, predict.ErrTooFew, []string{"/train/rows"}},
		{"no calibration rows", predict.Frames{Train: good.Train, Calibration: must(predict.NewFrame(good.Train.Counts().Window, []string{"a", "b", "c"})), Test: good.Test}, cal, nil, predict.ErrTooFew, []string{"/calibration"}},
	} {
		refused(t, tt.name, second(predict.BackTest(tt.frames, tt.cfg, tt.rivals...)), tt.want, tt.at...)
	}
	flat := must(predict.BackTest(good, cal, predict.Rival{Name: "all alike", Scorer: wrong{rows}}))
	if flat.Reports[2].AUC.Value != 0.5 || flat.Reports[2].Line != nil || flat.Rivals[0].Test == nil {
		t.Errorf("%+v", flat.Reports[2])
	}
}

// shop are customers of package churn: two signals that tell, one that does not.
var shop = churn.Catalogue{Bias: -1, Signals: []churn.Signal{
	{ID: "late", Weight: 0.5, HalfLife: guanxi.Span{Days: 30}, Cap: 3, Group: "service"},
	{ID: "quiet", Weight: 0.4, HalfLife: guanxi.Span{Days: 60}, Group: "service"},
	{ID: "low_score", Weight: 0.8, HalfLife: guanxi.Span{Days: 90}, Clear: -0.3},
	{ID: "never_seen", Weight: 1},
}}

func signalFrame(t testing.TB, s *churn.Scorer, cut time.Time, n int, seed uint64) *predict.SignalFrame {
	f := must(predict.NewSignalFrame(s, must(predict.NewWindow(cut, horizon, nil))))
	rng := rand.New(rand.NewPCG(seed, 5))
	var seen []churn.Observation
	for range n {
		seen = seen[:0]
		odds := -1.0
		for signal, weight := range []float64{1.5, 0, 1} {
			age := rng.IntN(90) + 1
			switch rng.IntN(3) {
			case 0:
				seen = append(seen, churn.Observation{Signal: signal, Value: 1, At: cut.AddDate(0, 0, -age).UnixMicro()})
				odds += weight
			case 1:
				seen = append(seen, churn.Observation{Signal: signal, Value: 0, At: cut.AddDate(0, 0, -age).UnixMicro()})
			}
		}
		label, since := predict.Stayed, f.Frame().Counts().End
		if rng.Float64() < 1/(1+math.Exp(-odds)) {
			label, since = predict.Left, cut
		}
		if err := f.Add(seen, label, since); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// Weights are learned from the signals of a catalogue, judged beside its own,
// and written back: package churn then scores as the model does.
func TestSignals(t *testing.T) {
	s := must(churn.NewScorer(shop))
	train, test := signalFrame(t, s, firstCut, 1500, 1), signalFrame(t, s, firstCut.AddDate(0, 0, 90), 1500, 2)
	_, err := predict.BackTest(predict.Frames{Train: train.Frame(), Test: test.Frame()}, predict.BackTestConfig{})
	refused(t, "a signal never seen", err, predict.ErrConstant, "/train/columns/never_seen")
	if missing := train.Missing(); missing[3] != 1500 || missing[0] == 0 || missing[0] > 700 {
		t.Error(missing)
	}
	frames := predict.Frames{Train: must(train.Frame().Without("never_seen")), Test: must(test.Frame().Without("never_seen"))}
	out := must(predict.BackTest(frames, predict.BackTestConfig{}, test.HandSet("by hand")))
	if d := out.Rivals[0]; out.Reports[1].Name != "by hand" || !(d.Difference > 0) {
		t.Errorf("%+v", d)
	}
	scores := must(out.Fit.Model.AppendLogOdds(nil, frames.Test.Matrix()))
	platt := must(predict.Calibrate(predict.Platt, scores, frames.Test.Left()))
	for _, c := range []*predict.Calibration{nil, &platt} {
		m := out.Fit.Model
		m.Calibration = c
		learned := must(churn.NewScorer(must(m.Catalogue(shop))))
		cut := firstCut.AddDate(0, 0, 90)
		for age := range 60 {
			seen := []churn.Observation{{Signal: 0, Value: 1, At: cut.AddDate(0, 0, -age-1).UnixMicro()}, {Signal: 2, Value: 0, At: cut.AddDate(0, 0, -1).UnixMicro()}}
			got := must(learned.Score(nil, seen, cut))
			features := must(s.AppendFeatures(nil, seen, cut))
			row := matrix(m.Columns, features[0], 0, 0)
			want := must(m.AppendChances(nil, row))[0]
			near(t, "chance", got.Risk, want, 1e-8)
		}
	}
}

func TestSignalsRefuse(t *testing.T) {
	s := must(churn.NewScorer(shop))
	w := must(predict.NewWindow(firstCut, horizon, nil))
	refused(t, "scorer", second(predict.NewSignalFrame(nil, w)), predict.ErrOption, "/scorer")
	refused(t, "window", second(predict.NewSignalFrame(s, predict.Window{})), predict.ErrTime, "/cut", "/end")
	f := must(predict.NewSignalFrame(s, w))
	cut := firstCut.UnixMicro()
	obs := func(signal int, value float64, at int64) []churn.Observation {
		return []churn.Observation{{Signal: signal, Value: value, At: at}}
	}
	refused(t, "leak", f.Add(obs(0, 1, cut), predict.Left, w.Cut), predict.ErrLeak, "/rows/0/late")
	refused(t, "signal", f.Add(obs(9, 1, cut-1), predict.Left, w.Cut), churn.ErrSignal, "/rows/0/seen/0/signal")
	refused(t, "value", f.Add(obs(1, math.NaN(), cut-1), predict.Left, w.Cut), churn.ErrValue, "/rows/0/seen/0/value")
	refused(t, "label", f.Add(obs(1, 1, cut-1), predict.Left, w.End), predict.ErrLabelTime, "/rows/0/label")
	if f.Frame().Counts() != (predict.Counts{Window: w}) {
		t.Errorf("%+v", f.Frame().Counts())
	}
	if err := errors.Join(f.Add(nil, predict.Unknown, time.Time{}), f.Add(obs(0, 1, cut-1), predict.Left, w.Cut)); err != nil {
		t.Fatal(err)
	}
	if f.Frame().Counts().Unknown != 1 || len(f.HandSet("x").LogOdds) != 1 {
		t.Errorf("%+v", f.Frame().Counts())
	}

	m := predict.Model{Columns: []string{"late"}, Weights: []float64{1}}
	c := must(m.Catalogue(shop))
	if c.Signals[0].Weight != 1 || c.Signals[1].Weight != 0 {
		t.Errorf("%+v", c)
	}
	m.Calibration = &predict.Calibration{Method: predict.Isotonic, Scores: []float64{0}, Chances: []float64{0.5}}
	refused(t, "isotonic", second(m.Catalogue(shop)), predict.ErrModel, "/calibration")
	m.Calibration, m.Columns = nil, []string{"x"}
	refused(t, "no signal", second(m.Catalogue(shop)), churn.ErrSignal, "/x")
	m.Weights = nil
	refused(t, "model", second(m.Catalogue(shop)), predict.ErrShape, "/weights")
	if err := second(predict.Model{Columns: []string{"late"}, Weights: []float64{1e9}}.Catalogue(shop)); !errors.Is(err, churn.ErrWeight) {
		t.Error(err)
	}
}

// The labels of a definition of leaving: in the window (one at the very cut),
// after it, before it.
func TestSignalHistory(t *testing.T) {
	s := must(churn.NewScorer(shop))
	leaving := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.FixedSpan, Span: guanxi.Span{Days: 30}}, nil))
	f := must(predict.NewSignalFrame(s, must(predict.NewWindow(firstCut, horizon, nil))))
	until := firstCut.AddDate(0, 0, 100)
	order := func(days ...int) (h churn.History) {
		for _, d := range days {
			h.Orders = append(h.Orders, firstCut.AddDate(0, 0, d).UnixMicro())
		}
		h.Until = until
		return h
	}
	for _, h := range []churn.History{order(-10), order(-10, 10, 30, 55, 75), order(-50), order(5), order(-30), order()} {
		if err := f.AddHistory(nil, leaving, h); err != nil {
			t.Fatal(err)
		}
	}
	short := order(-10, 10, 30, 55)
	short.Until = firstCut.AddDate(0, 0, 60)
	if err := f.AddHistory(nil, leaving, short); err != nil {
		t.Fatal(err)
	}
	if c := f.Frame().Counts(); c.Left != 2 || c.Stayed != 1 || c.Unknown != 1 || c.Outside != 3 {
		t.Errorf("%+v", c)
	}
	// Where the data ends within the window nobody has a label: not those who left
	// either, who would stand for all. Where it ends with the window all have one.
	for _, ends := range []time.Time{firstCut.AddDate(0, 0, 60), f.Frame().Counts().End.Add(-1000), f.Frame().Counts().End} {
		g := must(predict.NewSignalFrame(s, f.Frame().Counts().Window))
		for _, h := range []churn.History{order(-10), order(-10, 10, 30, 55, 75)} {
			for len(h.Orders) > 0 && h.Orders[len(h.Orders)-1] >= ends.UnixMicro() {
				h.Orders = h.Orders[:len(h.Orders)-1]
			}
			h.Until = ends
			if err := g.AddHistory(nil, leaving, h); err != nil {
				t.Fatal(err)
			}
		}
		want := predict.Counts{Window: f.Frame().Counts().Window, Unknown: 2}
		if ends.Equal(want.End) {
			want.Left, want.Stayed, want.Unknown = 1, 1, 0
		}
		if c := g.Frame().Counts(); c != want {
			t.Errorf("until %s: %+v", ends, c)
		}
	}
	refused(t, "no definition", f.AddHistory(nil, nil, short), predict.ErrOption, "/leaving")
	err := f.AddHistory(nil, leaving, order(5, 1))
	if !errors.Is(err, churn.ErrLate) || !strings.HasPrefix(places(err)[0], "/rows/7/history/orders") {
		t.Error(err)
	}
}

// "Looked, and it was not so" has a weight of its own where that is asked for, and
// it comes back as Clear: package churn then scores as the model does.
func TestSignalClears(t *testing.T) {
	s := must(churn.NewScorer(shop))
	w := must(predict.NewWindow(firstCut, horizon, nil))
	plain, f := must(predict.NewSignalFrame(s, w)), must(predict.NewSignalFrameWithClears(s, w))
	rng := rand.New(rand.NewPCG(4, 6))
	var all [][]churn.Observation
	for range 4000 {
		var seen []churn.Observation
		odds := -0.5
		for signal := range 3 {
			age := int64(1 + rng.IntN(60*24))
			for range rng.IntN(3) {
				seen = append(seen, churn.Observation{Signal: signal, Value: float64(rng.IntN(2)), At: w.Cut.UnixMicro() - age*3600e6})
				age += 24
			}
		}
		if len(seen) > 0 && seen[0].Signal == 0 && seen[0].Value == 0 {
			odds -= 2 // whose deliveries are known to be in time stays
		}
		label, at := predict.Stayed, w.End
		if rng.Float64() < 1/(1+math.Exp(-odds)) {
			label, at = predict.Left, w.Cut
		}
		if err := errors.Join(plain.Add(seen, label, at), f.Add(seen, label, at)); err != nil {
			t.Fatal(err)
		}
		all = append(all, seen)
	}
	x := must(f.Frame().Without("never_seen", "never_seen:clear"))
	fit := must(predict.Learn(x.Matrix(), x.Left(), predict.FitConfig{}))
	less := must(plain.Frame().Without("never_seen"))
	if without := must(predict.Learn(less.Matrix(), less.Left(), predict.FitConfig{})); !(fit.LogLik > without.LogLik+50) {
		t.Errorf("%v with clears, %v without", fit.LogLik, without.LogLik)
	}
	c := must(fit.Model.Catalogue(shop))
	if c.Signals[0].Clear > -1 || c.Signals[3].Clear != 0 {
		t.Errorf("%+v", c)
	}
	learned := must(churn.NewScorer(c))
	scores := must(fit.Model.AppendLogOdds(nil, x.Matrix()))
	for i, seen := range all {
		if got := must(learned.Score(nil, seen, w.Cut)).LogOdds; math.Abs(got-scores[i]) > 1e-8 {
			t.Fatalf("row %d: %v, the model says %v", i, got, scores[i])
		}
	}
	if m := f.Missing(); len(m) != 4 || m[3] != 4000 || m[0] != plain.Missing()[0] {
		t.Error(m)
	}
	twin := shop
	twin.Signals = append([]churn.Signal{{ID: "late:clear", Weight: 1}}, shop.Signals...)
	refused(t, "id", second(predict.NewSignalFrameWithClears(must(churn.NewScorer(twin)), w)), predict.ErrColumn, "/columns/6")
	learnt := must(twin.Learned(0, map[string]float64{"late:clear": 3, "late": 1, "quiet": 1, "low_score": 1, "never_seen": 1}))
	if learnt.Signals[0].Weight != 3 || learnt.Signals[1].Clear != 0 {
		t.Errorf("%+v", learnt)
	}
}
