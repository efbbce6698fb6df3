package predict_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/predict"
)

func matrix(columns []string, values ...float64) predict.Matrix {
	return predict.Matrix{Columns: columns, Values: values}
}

// column makes a matrix of columns, each given down the rows.
func columns(names []string, cols ...[]float64) predict.Matrix {
	m := predict.Matrix{Columns: names}
	for i := range cols[0] {
		for _, c := range cols {
			m.Values = append(m.Values, c[i])
		}
	}
	return m
}

func labels(bits ...int) (out []bool) {
	for _, b := range bits {
		out = append(out, b == 1)
	}
	return out
}

func TestLearnRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	ab := []string{"a", "b"}
	y := labels(0, 1, 0, 1, 1, 0, 1, 0)
	u := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	v := []float64{3, 1, 4, 1, 5, 9, 2, 6}
	scaled := func(c []float64, by, plus float64) (out []float64) {
		for _, x := range c {
			out = append(out, by*x+plus)
		}
		return out
	}
	sum := func(a, b []float64) (out []float64) {
		for i := range a {
			out = append(out, a[i]+b[i])
		}
		return out
	}
	for _, tt := range []struct {
		name string
		x    predict.Matrix
		left []bool
		cfg  predict.FitConfig
		want error
		at   []string
	}{
		{"no columns", predict.Matrix{}, y, predict.FitConfig{}, predict.ErrColumn, []string{"/columns"}},
		{"names", matrix([]string{"a", "", "a"}, 1, 2, 3), labels(1), predict.FitConfig{}, predict.ErrColumn, []string{"/columns/1", "/columns/2"}},
		{"names and values", matrix([]string{"a", "a"}, 1, nan, inf, 3), labels(1), predict.FitConfig{}, predict.ErrValue, []string{"/columns/1", "/rows/0/a", "/rows/1/a"}},
		{"values and labels", matrix(ab, 1, nan), labels(1, 0), predict.FitConfig{Lambda: -1}, predict.ErrShape, []string{"/config/lambda", "/rows/0/b", "/left"}},
		{"part of a row", matrix(ab, 1, 2, 3), labels(1), predict.FitConfig{}, predict.ErrShape, []string{"/values"}},
		{"NaN", matrix(ab, 1, nan, inf, 3), labels(1, 0), predict.FitConfig{}, predict.ErrValue, []string{"/rows/0/b", "/rows/1/a"}},
		{"labels", columns(ab, u, v), labels(1), predict.FitConfig{}, predict.ErrShape, []string{"/left"}},
		{"rows", matrix(ab, 1, 2, 3, 4), labels(0, 1), predict.FitConfig{}, predict.ErrTooFew, []string{"/rows"}},
		{"no rows", matrix(ab), nil, predict.FitConfig{}, predict.ErrTooFew, []string{"/rows"}},
		{"one class", columns(ab, u, v), make([]bool, 8), predict.FitConfig{}, predict.ErrOneClass, []string{"/left"}},
		{"constant", columns([]string{"a", "b", "c"}, make([]float64, 8), v, scaled(v, 1e-9, 1e6)), y, predict.FitConfig{}, predict.ErrConstant, []string{"/columns/a", "/columns/c"}},
		{"range", columns(ab, u, []float64{-1e308, 1e308, 0, 1, 2, 3, 4, 5}), y, predict.FitConfig{}, predict.ErrOverflow, []string{"/columns/b"}},
		{"tiny", columns(ab, u, scaled(v, 1e-310, 0)), y, predict.FitConfig{}, predict.ErrOverflow, []string{"/columns/b"}},
		{"tiny penalty", columns(ab, u, scaled(v, 1e-200, 0)), y, predict.FitConfig{Lambda: 1, Scaling: predict.ByUnit}, predict.ErrOverflow, []string{"/columns/b"}},
		{"collinear", columns([]string{"a", "b", "c", "d"}, u, v, sum(u, scaled(v, 2, 1)), scaled(u, -3, 1e3)), y, predict.FitConfig{Lambda: 1}, predict.ErrCollinear, []string{"/columns/c", "/columns/d"}},
		{"all at once", columns([]string{"a", "b", "c", "d", "e"}, make([]float64, 8), u, []float64{0, 1, 0, 0, 1, 0, 0, 0}, scaled(u, -3, 1e3), []float64{-1e308, 1e308, 0, 1, 2, 3, 4, 5}), y, predict.FitConfig{},
			predict.ErrSeparation, []string{"/columns/a", "/columns/e", "/columns/d", "/columns/c"}},
		{"separating", columns(ab, u, []float64{0, 1, 0, 0, 1, 0, 0, 0}), y, predict.FitConfig{}, predict.ErrSeparation, []string{"/columns/b"}},
		{"separating with a penalty", columns(ab, u, []float64{0, 1, 0, 1, 1, 0, 1, 0}), y, predict.FitConfig{Lambda: 1}, predict.ErrSeparation, []string{"/columns/b"}},
		{"lambda", columns(ab, u, v), y, predict.FitConfig{Lambda: -1, Scaling: "?"}, predict.ErrOption, []string{"/config/lambda", "/config/scaling"}},
		{"lambda NaN", columns(ab, u, v), y, predict.FitConfig{Lambda: nan}, predict.ErrOption, []string{"/config/lambda"}},
		{"lambda infinite", columns(ab, u, v), y, predict.FitConfig{Lambda: inf}, predict.ErrOption, []string{"/config/lambda"}},
		{"allowed without a penalty", columns(ab, u, v), y, predict.FitConfig{AllowSeparation: true}, predict.ErrOption, []string{"/config/allow_separation"}},
	} {
		refused(t, tt.name, second(predict.Learn(tt.x, tt.left, tt.cfg)), tt.want, tt.at...)
	}
	many := predict.Matrix{Columns: ab, Values: make([]float64, 600)}
	for i := range many.Values {
		many.Values[i] = nan
	}
	if err := many.Validate(); len(places(err)) != 100 || !errors.Is(err, guanxi.ErrTooMany) {
		t.Error(err)
	}
}

// However many columns there are, the search for those that separate together is
// bounded, and what it names does separate.
func TestSeparationOfMany(t *testing.T) {
	const n, p = 1000, 24
	rng := rand.New(rand.NewPCG(5, 8))
	for _, apart := range []int{2, 5, p} {
		x := predict.Matrix{}
		for j := range p {
			x.Columns = append(x.Columns, fmt.Sprint(j))
		}
		left := make([]bool, n)
		for i := range left {
			sum := 0.0
			for j := range p {
				v := rng.NormFloat64()
				x.Values = append(x.Values, v)
				if j < apart {
					sum += v
				}
			}
			left[i] = sum > 0.5
		}
		err := second(predict.Learn(x, left, predict.FitConfig{}))
		var want []string
		for j := range apart {
			want = append(want, fmt.Sprintf("/columns/%d", j))
		}
		refused(t, fmt.Sprint(apart), err, predict.ErrSeparation, want...)
	}
}

// Columns that separate only together are named, and only they.
func TestSeparationTogether(t *testing.T) {
	x, left := simulated(400, 4, 5)
	for i := range left {
		left[i] = x.Row(i)[0]/1+x.Row(i)[2]/3 > 10+10./3 // a and c decide, b and d do not
	}
	for _, cfg := range []predict.FitConfig{{}, {Lambda: 1}} {
		refused(t, "complete", second(predict.Learn(x, left, cfg)), predict.ErrSeparation, "/columns/a", "/columns/c")
	}
	// Quasi-complete: where a and b meet all left, elsewhere it is mixed.
	rng := []int{0, 1, 1, 0, 1, 0, 0, 1}
	q := predict.Matrix{Columns: []string{"a", "b", "c"}}
	left = nil
	for i := range 400 {
		a, b := float64(i%2), float64(i/2%2)
		q.Values = append(q.Values, a, b, float64((i*7919)%101))
		left = append(left, a+b == 2 || a+b == 1 && rng[i/4%8] == 1)
	}
	// Neither column alone: both values of each hold leavers and stayers.
	refused(t, "quasi", second(predict.Learn(q, left, predict.FitConfig{})), predict.ErrSeparation, "/columns/a", "/columns/b")
	fit := must(predict.Learn(q, left, predict.FitConfig{Lambda: 1, AllowSeparation: true}))
	if w, ok := fit.Model.Weight("a"); !ok || !(w > 1) || len(fit.Separating) > 0 {
		t.Errorf("%+v", fit)
	}
	// Alone, and allowed: finite and told.
	x, left = simulated(200, 2, 6)
	for i := range left {
		left[i] = x.Row(i)[0] > 10
	}
	fit = must(predict.Learn(x, left, predict.FitConfig{Lambda: 0.5, AllowSeparation: true}))
	if len(fit.Separating) != 1 || fit.Separating[0] != "a" {
		t.Error(fit.Separating)
	}
	if _, ok := fit.Model.Weight("z"); ok {
		t.Error("no such column")
	}
}

func TestScoringRefuses(t *testing.T) {
	m := predict.Model{Columns: []string{"a", "b"}, Intercept: 1, Weights: []float64{1, 1e300}}
	dst := []float64{7}
	for _, tt := range []struct {
		name string
		m    predict.Model
		x    predict.Matrix
		want error
		at   string
	}{
		{"count", m, matrix([]string{"a"}, 1), predict.ErrColumn, "/columns"},
		{"name", m, matrix([]string{"a", "c"}, 1, 2), predict.ErrColumn, "/columns/1"},
		{"shape", m, matrix([]string{"a", "b"}, 1, 2, 3), predict.ErrShape, "/values"},
		{"NaN", m, matrix([]string{"a", "b"}, 1, 2, math.NaN(), 3), predict.ErrValue, "/rows/1/a"},
		{"overflow", m, matrix([]string{"a", "b"}, 1, 1e300), predict.ErrValue, "/rows/0"},
		{"calibration", predict.Model{Columns: []string{"a"}, Weights: []float64{1}, Calibration: &predict.Calibration{Method: predict.Isotonic}}, matrix([]string{"a"}, 1), predict.ErrShape, "/calibration/scores"},
		{"weights", predict.Model{Columns: []string{"a"}}, matrix([]string{"a"}, 1), predict.ErrShape, "/weights"},
	} {
		got, err := tt.m.AppendChances(dst, tt.x)
		refused(t, tt.name, err, tt.want, tt.at)
		if len(got) != 1 || got[0] != 7 {
			t.Errorf("%s: dst became %v", tt.name, got)
		}
	}
	refused(t, "model", predict.Model{Version: 2, Columns: []string{"a", "a"}, Intercept: math.NaN(), Weights: []float64{math.Inf(1)}, Calibration: &predict.Calibration{}}.Validate(),
		predict.ErrModel, "/columns/1", "/version", "/weights", "/intercept", "/weights/0", "/calibration/method")
	for name, c := range map[string]predict.Calibration{
		"/slope":     {Method: predict.Platt, Slope: math.Inf(1)},
		"/intercept": {Method: predict.Platt, Intercept: math.NaN()},
		"/scores/1":  {Method: predict.Isotonic, Scores: []float64{1, 1}, Chances: []float64{0, 1}},
		"/scores/0":  {Method: predict.Isotonic, Scores: []float64{math.NaN()}, Chances: []float64{0}},
		"/chances/1": {Method: predict.Isotonic, Scores: []float64{1, 2}, Chances: []float64{1, 0}},
		"/chances/0": {Method: predict.Isotonic, Scores: []float64{1}, Chances: []float64{2}},
		"/chances":   {Method: predict.Isotonic, Scores: []float64{1}},
		"/scores":    {Method: predict.Platt, Scores: []float64{1}},
		"/method":    {Method: "?"},
	} {
		if got := places(second(c.AppendChances(nil, []float64{1}))); len(got) != 1 || got[0] != name {
			t.Errorf("%s: faults at %q", name, got)
		}
	}
	if got := places(predict.Calibration{Method: predict.Isotonic, Slope: 1}.Validate()); len(got) != 2 {
		t.Error(got)
	}
	good := predict.Calibration{Method: predict.Platt, Slope: 1}
	refused(t, "score", second(good.AppendChances(nil, []float64{1, math.NaN()})), predict.ErrValue, "/scores/1")
	empty := predict.Calibration{Method: predict.Isotonic}
	if !math.IsNaN(empty.Chance(1)) {
		t.Error("a chance of no knots")
	}
}

func TestRankingRefuses(t *testing.T) {
	s, y := []float64{0.1, 0.4, 0.4, 0.9}, labels(0, 0, 1, 1)
	var r predict.Ranking
	refused(t, "labels", r.Reset(s, y[:1]), predict.ErrShape, "/left")
	refused(t, "none", r.Reset(nil, nil), predict.ErrTooFew)
	refused(t, "infinite", r.Reset([]float64{math.Inf(1), 0, math.NaN(), 1}, y), predict.ErrValue, "/scores/0", "/scores/2")
	if _, ok := r.BaseRate(); ok || r.Rows() != 0 {
		t.Error("a base rate of no rows")
	}
	for _, err := range []error{second(r.Brier()), second(r.Line()), second(r.Bins(1)), second(r.Calibrate(predict.Platt))} {
		if !errors.Is(err, predict.ErrTooFew) {
			t.Error(err)
		}
	}
	all := must(predict.NewRanking(s, labels(1, 1, 1, 1)))
	none := must(predict.NewRanking(s, labels(0, 0, 0, 0)))
	for _, err := range []error{
		second(all.DeLong(0.9)), second(all.Line()), second(all.Calibrate(predict.Isotonic)), second(none.Top(1)),
		second(predict.CompareAUC(s, s, labels(1, 1, 1, 1), 0.9)), second(predict.Calibrate(predict.Platt, s, labels(0, 0, 0, 0))),
	} {
		if !errors.Is(err, predict.ErrOneClass) {
			t.Error(err)
		}
	}
	if _, ok := none.AveragePrecision(); ok {
		t.Error("average precision of no leavers")
	}
	if _, ok := none.KS(); ok {
		t.Error("KS of no leavers")
	}
	one := must(predict.NewRanking(s, labels(0, 0, 0, 1)))
	refused(t, "one leaver", second(one.DeLong(0.9)), predict.ErrTooFew)
	r = *must(predict.NewRanking(s, y))
	refused(t, "confidence", second(r.DeLong(1)), predict.ErrConfidence, "/confidence")
	if a, err := r.DeLong(0); err != nil || a != must(r.DeLong(predict.DefaultConfidence)) {
		t.Errorf("confidence 0 is the default: %+v, %v", a, err)
	}
	refused(t, "compare", second(predict.CompareAUC(s[:3], []float64{1, 2, math.NaN(), 4}, y, 1)), predict.ErrConfidence, "/confidence", "/a/left", "/b/scores/2")
	for _, err := range []error{
		second(r.Top(0)), second(r.Top(5)), second(r.TopShare(0)), second(r.TopShare(math.NaN())), second(r.Bins(0)),
		second(predict.Calibrate("?", s, y)), second(r.Calibrate("?")),
	} {
		if !errors.Is(err, predict.ErrOption) {
			t.Error(err)
		}
	}
	if err := second(r.Bins(5)); !errors.Is(err, predict.ErrTooFew) {
		t.Error(err)
	}
	flat := must(predict.NewRanking([]float64{0.5, 0.5, 0.5, 0.5}, y))
	parted := must(predict.NewRanking([]float64{0.1, 0.2, 0.3, 0.4}, y))
	odd := must(predict.NewRanking([]float64{-1, 0.2, 0.3, 0.4}, y))
	for _, tt := range []struct{ err, want error }{
		{second(flat.Line()), predict.ErrNoSpread}, {second(flat.Calibrate(predict.Platt)), predict.ErrNoSpread},
		{second(parted.Line()), predict.ErrSeparation},
		{second(odd.Line()), predict.ErrProbability}, {second(odd.Bins(2)), predict.ErrProbability}, {second(odd.Brier()), predict.ErrProbability},
		{second(predict.HosmerLemeshow(nil, true)), predict.ErrTooFew}, {second(predict.HosmerLemeshow(make([]predict.Bin, 3), true)), predict.ErrTooFew},
		{second(predict.HosmerLemeshow([]predict.Bin{{Rows: 1}, {Rows: 1}, {Rows: 1, Left: 1, Observed: 1}}, true)), predict.ErrNoSpread},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%v, want %v", tt.err, tt.want)
		}
	}
	if _, _, err := odd.LogLoss(); !errors.Is(err, predict.ErrProbability) {
		t.Error(err)
	}
	if _, ok := predict.CalibrationError(nil); ok {
		t.Error("an error of no bins")
	}
	perfect, flatAUC := must(parted.DeLong(0.9)), must(flat.DeLong(0.9))
	if perfect.Value != 1 || perfect.SE != 0 || perfect.Interval != (predict.Interval{}) || flatAUC.Value != 0.5 || flatAUC.Interval != (predict.Interval{}) {
		t.Errorf("%+v %+v", perfect, flatAUC)
	}
	if d := must(predict.CompareAUC(s, s, y, 0.9)); d.Test != nil || d.Difference != 0 || d.SE != 0 {
		t.Errorf("%+v", d)
	}
}

func TestEvaluateRefuses(t *testing.T) {
	s, y := []float64{0.1, 0.4, 0.4, 0.9}, labels(0, 0, 1, 1)
	bad := predict.ReportConfig{Confidence: 2, Bins: 2, Shares: []float64{0.5, 0}, Places: []int64{0}}
	refused(t, "config", second(predict.Evaluate(s, s, y, bad)), predict.ErrOption, "/config/confidence", "/config/bins", "/config/shares/1", "/config/places/0")
	refused(t, "chances", second(predict.Evaluate(s, s[:2], y, predict.ReportConfig{})), predict.ErrShape, "/chances")
	refused(t, "chance", second(predict.Evaluate(s, []float64{0, 1, 2, math.NaN()}, y, predict.ReportConfig{})), predict.ErrProbability, "/chances/2", "/chances/3")
	r := must(predict.Evaluate(s, s, labels(0, 0, 0, 0), predict.ReportConfig{Bins: 3, Places: []int64{9}}))
	if r.AUC != nil || r.AveragePrecision != nil || r.KS != nil || r.BrierSkill != nil || r.Line != nil || len(r.Top) > 0 || len(r.Absent) != 6 {
		t.Errorf("%+v", r)
	}
	r = must(predict.Evaluate([]float64{0, 0, 1, 1}, []float64{0, 0, 1, 1}, labels(0, 1, 1, 1), predict.ReportConfig{}))
	if r.Clipped != 4 || !(r.LogLoss > 8 && r.LogLoss < 9) || r.Bins != nil {
		t.Errorf("%+v", r)
	}
	for _, why := range r.Absent {
		if why.Figure == "" || why.Why == "" {
			t.Errorf("%+v", why)
		}
	}
}

func TestWindowRefuses(t *testing.T) {
	cut := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	end := cut.AddDate(0, 0, 90)
	w := predict.Window{Cut: cut, End: end}
	if got := must(predict.NewWindow(cut, guanxi.Span{Days: 90}, nil)); got != w {
		t.Error(got)
	}
	refused(t, "zero", predict.Window{}.Validate(), predict.ErrTime, "/cut", "/end")
	refused(t, "order", predict.Window{Cut: end, End: cut}.Validate(), predict.ErrOption, "/end")
	refused(t, "span", second(predict.NewWindow(cut, guanxi.Span{Days: -1}, nil)), guanxi.ErrSpan, "/horizon")
	refused(t, "no span", second(predict.NewWindow(cut, guanxi.Span{}, nil)), predict.ErrOption, "/end")
	refused(t, "no cut", second(predict.NewWindow(time.Time{}, guanxi.Span{Days: 1}, nil)), predict.ErrTime, "/cut")

	tick := time.Microsecond
	for _, tt := range []struct {
		left, watched time.Time
		want          predict.Label
		err           error
	}{
		{cut.Add(-tick), end, predict.Unknown, predict.ErrLabelTime},
		{cut, end, predict.Left, nil},
		{end.Add(-tick), end.Add(tick), predict.Left, nil},
		{end, end, predict.Stayed, nil},
		// Not watched to the end: who left is no more known than who stays.
		{cut, end.Add(-tick), predict.Unknown, nil},
		{end, cut, predict.Unknown, nil},
		{end.Add(tick), end, predict.Stayed, nil},
		{time.Time{}, end, predict.Stayed, nil},
		{time.Time{}, end.Add(-tick), predict.Unknown, nil},
	} {
		got, since, err := w.Outcome(tt.left, tt.watched)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("left %v, watched %v: %q, %v", tt.left, tt.watched, got, err)
		}
		if err == nil {
			f := must(predict.NewFrame(w, []string{"a"}))
			if err := f.Add(predict.Example{Values: []float64{1}, Dated: make([]time.Time, 1), Label: got, At: since}); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestFrameRefuses(t *testing.T) {
	cut := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	w := predict.Window{Cut: cut, End: cut.AddDate(0, 0, 90)}
	tick := time.Microsecond
	refused(t, "columns", second(predict.NewFrame(predict.Window{}, nil)), predict.ErrTime, "/cut", "/end", "/columns")
	f := must(predict.NewFrame(w, []string{"a", "b"}))
	ok := predict.Example{Values: []float64{1, 2}, Dated: []time.Time{cut.Add(-tick), {}}, Label: predict.Left, At: w.Cut}
	for range 3 {
		if err := f.Add(ok); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Add(predict.Example{Values: []float64{1, 2}, Dated: make([]time.Time, 2)}); err != nil {
		t.Fatal(err)
	}
	before := f.Counts()
	for _, tt := range []struct {
		name string
		edit func(*predict.Example)
		want error
		at   []string
	}{
		{"values", func(e *predict.Example) { e.Values = e.Values[:1] }, predict.ErrShape, []string{"/rows/4/values"}},
		{"dates", func(e *predict.Example) { e.Dated = nil }, predict.ErrShape, []string{"/rows/4/values"}},
		{"NaN", func(e *predict.Example) { e.Values[1] = math.NaN() }, predict.ErrValue, []string{"/rows/4/b"}},
		{"at the cut", func(e *predict.Example) { e.Dated[0] = cut }, predict.ErrLeak, []string{"/rows/4/a"}},
		{"after the cut, unknown", func(e *predict.Example) { e.Dated[1], e.Label = w.End, predict.Unknown }, predict.ErrLeak, []string{"/rows/4/b"}},
		{"left before the cut", func(e *predict.Example) { e.At = cut.Add(-tick) }, predict.ErrLabelTime, []string{"/rows/4/label"}},
		{"left too late", func(e *predict.Example) { e.At = w.End }, predict.ErrLabelTime, []string{"/rows/4/label"}},
		{"not watched", func(e *predict.Example) { e.Label, e.At = predict.Stayed, w.End.Add(-tick) }, predict.ErrLabelTime, []string{"/rows/4/label"}},
		{"no time", func(e *predict.Example) { e.At = time.Time{} }, predict.ErrTime, []string{"/rows/4/label"}},
		{"no time, stayed", func(e *predict.Example) { e.Label, e.At = predict.Stayed, time.Time{} }, predict.ErrTime, []string{"/rows/4/label"}},
		{"label", func(e *predict.Example) { e.Label = "?" }, predict.ErrLabel, []string{"/rows/4/label"}},
		{"all", func(e *predict.Example) { e.Values[0], e.Dated[0], e.Label = math.Inf(1), cut, "?" }, predict.ErrLabel, []string{"/rows/4/a", "/rows/4/a", "/rows/4/label"}},
	} {
		e := predict.Example{Values: []float64{1, 2}, Dated: []time.Time{cut.Add(-tick), {}}, Label: predict.Left, At: w.Cut}
		tt.edit(&e)
		refused(t, tt.name, f.Add(e), tt.want, tt.at...)
	}
	if f.Counts() != before || f.Matrix().Rows() != 3 {
		t.Errorf("a refused example changed the frame: %+v", f.Counts())
	}
	other := must(predict.NewFrame(predict.Window{Cut: cut, End: w.End.Add(tick)}, []string{"a", "b"}))
	refused(t, "window", f.Merge(other), predict.ErrOption, "/window")
	refused(t, "other columns", f.Merge(must(predict.NewFrame(w, []string{"a", "c"}))), predict.ErrColumn, "/columns/1")
	refused(t, "without", second(f.Without("a", "z")), predict.ErrColumn, "/1")
	refused(t, "without all", second(f.Without("a", "b")), predict.ErrColumn, "/columns")
	refused(t, "reset", f.Reset(predict.Window{}), predict.ErrTime, "/cut", "/end")
	less := must(f.Without("a"))
	if m := less.Matrix(); m.Rows() != 3 || m.Columns[0] != "b" || m.Values[2] != 2 || less.Counts() != before {
		t.Errorf("%+v", m)
	}
	if err := f.Merge(f); err != nil || f.Counts().Left != 6 || f.Counts().Unknown != 2 {
		t.Errorf("%v %+v", err, f.Counts())
	}
	if err := f.Reset(w); err != nil || f.Counts() != (predict.Counts{Window: w}) || f.Matrix().Rows() != 0 {
		t.Errorf("%v %+v", err, f.Counts())
	}
}
