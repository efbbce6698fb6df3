package survival_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/survival"
)

// places are the pointers of an error's faults.
func places(err error) (out []string) {
	for f := range guanxi.Faults(err) {
		out = append(out, f.Pointer)
	}
	return out
}

func refused(t *testing.T, what string, err, want error, at ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
	if got := places(err); len(at) > 0 && !slices.Equal(got, at) {
		t.Errorf("%s: at %q, want %q (%v)", what, got, at, err)
	}
}

func ok() (survival.Data, []survival.Covariate) {
	return survival.Data{Time: []float64{5, 8, 12, 3, 9, 7}, Event: []bool{true, false, true, true, true, false}},
		[]survival.Covariate{{Name: "age", Values: []float64{30, 41, 52, 33, 25, 47}}}
}

func TestBadRows(t *testing.T) {
	d, x := ok()
	nan, inf := math.NaN(), math.Inf(1)
	cox := func(d survival.Data) error { _, err := survival.Cox(d, x, survival.CoxConfig{}); return err }
	km := func(d survival.Data) error { _, err := survival.KaplanMeier(d, survival.CurveConfig{}); return err }
	with := func(change func(*survival.Data)) survival.Data {
		c := pick(d, []int{0, 1, 2, 3, 4, 5})
		c.Group, c.Strata = survival.Factor{}, survival.Factor{}
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		d    survival.Data
		want error
		at   []string
	}{
		"negative times":  {with(func(d *survival.Data) { d.Time[1], d.Time[4] = -1, inf }), survival.ErrTime, []string{"/time/1", "/time/4"}},
		"short events":    {with(func(d *survival.Data) { d.Event = d.Event[1:] }), survival.ErrLength, []string{"/event"}},
		"short entries":   {with(func(d *survival.Data) { d.Entry = []float64{1} }), survival.ErrLength, []string{"/entry"}},
		"entry at end":    {with(func(d *survival.Data) { d.Entry = []float64{0, 8, 0, 0, 0, 0} }), survival.ErrEntry, []string{"/entry/1"}},
		"entry after":     {with(func(d *survival.Data) { d.Entry = []float64{0, 0, 0, 30, 0, 0} }), survival.ErrEntry, []string{"/entry/3"}},
		"negative entry":  {with(func(d *survival.Data) { d.Entry = []float64{-1, 0, 0, 0, 0, 0} }), survival.ErrTime, []string{"/entry/0"}},
		"no events":       {with(func(d *survival.Data) { clear(d.Event) }), survival.ErrNoEvents, nil},
		"nothing":         {survival.Data{}, survival.ErrNoRows, nil},
		"all missing":     {with(func(d *survival.Data) { d.Time = []float64{nan, nan, nan, nan, nan, nan} }), survival.ErrNoRows, nil},
		"missing refused": {with(func(d *survival.Data) { d.Time[2], d.Missing = nan, survival.Refuse }), survival.ErrMissing, []string{"/time/2"}},
		"missing how":     {with(func(d *survival.Data) { d.Missing = "guess" }), survival.ErrOption, []string{"/missing"}},
	} {
		if name != "nothing" {
			refused(t, name, cox(c.d), c.want, c.at...)
		}
		refused(t, name, km(c.d), c.want, c.at...)
	}
	// A long list of faults ends.
	long := survival.Data{Time: make([]float64, 1000), Event: make([]bool, 1000)}
	for i := range long.Time {
		long.Time[i] = -1
	}
	if err := km(long); !errors.Is(err, guanxi.ErrTooMany) || len(places(err)) != 65 {
		t.Errorf("%d faults listed", len(places(err)))
	}
	// What is missing is left out and counted, of the columns used alone.
	d.Group = survival.Factor{Codes: []int32{0, 0, 1, 1, -1, 0}, Levels: []string{"a", "b"}}
	if c := must(survival.KaplanMeier(d, survival.CurveConfig{})); c.Skipped != 1 {
		t.Errorf("skipped %d, want 1", c.Skipped)
	}
	if f := must(survival.Cox(d, x, survival.CoxConfig{})); f.Skipped != 0 || f.N != 6 {
		t.Errorf("Cox skipped %d: it does not look at groups", f.Skipped)
	}
	x[0].Values[3] = nan
	if f := must(survival.Cox(d, x, survival.CoxConfig{})); f.Skipped != 1 || f.N != 5 || !math.IsNaN(f.Martingale()[3]) {
		t.Errorf("Cox skipped %d of 1", f.Skipped)
	}
	d.Group.Codes[0] = 9
	_, err := survival.KaplanMeier(d, survival.CurveConfig{})
	refused(t, "code", err, survival.ErrLevel, "/group/0")
	_, err = survival.NewFactor([]string{"a", "z"}, "a")
	refused(t, "text", err, survival.ErrLevel, "/1")
	_, err = survival.NewFactor(nil, "a", "a")
	refused(t, "levels", err, survival.ErrLevel, "/levels/1")
}

func TestBadColumns(t *testing.T) {
	d, x := simulate(300, 3, true)
	d.Group = survival.Factor{}
	n := len(d.Time)
	column := func(name string, f func(i int) float64) survival.Covariate {
		c := survival.Covariate{Name: name, Values: make([]float64, n)}
		for i := range c.Values {
			c.Values[i] = f(i)
		}
		return c
	}
	fits := map[string]func(survival.Data, []survival.Covariate) error{
		"cox": func(d survival.Data, x []survival.Covariate) error {
			_, err := survival.Cox(d, x, survival.CoxConfig{})
			return err
		},
		"weibull": func(d survival.Data, x []survival.Covariate) error {
			_, err := survival.Parametric(d, x, survival.ParametricConfig{})
			return err
		},
		"exponential": func(d survival.Data, x []survival.Covariate) error {
			_, err := survival.Parametric(d, x, survival.ParametricConfig{Law: survival.Exponential})
			return err
		},
		"log-normal": func(d survival.Data, x []survival.Covariate) error {
			_, err := survival.Parametric(d, x, survival.ParametricConfig{Law: survival.LogNormal})
			return err
		},
	}
	for name, fit := range fits {
		if err := fit(d, x); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		constant := column("same", func(int) float64 { return 0.1 })
		refused(t, name+" constant", fit(d, append(slices.Clone(x), constant)), survival.ErrConstant, "/covariates/same")
		sum := column("sum", func(i int) float64 { return 3*x[0].Values[i] - 2*x[2].Values[i] + 7 })
		err := fit(d, append(slices.Clone(x), sum))
		refused(t, name+" collinear", err, survival.ErrCollinear, "/covariates/sum")
		if err == nil || !strings.Contains(err.Error(), `"x1", "x3"`) {
			t.Errorf("%s: %v does not name x1 and x3 alone", name, err)
		}
		// Nobody with the mark ever left: its coefficient is infinite.
		marked := column("loyal", func(i int) float64 {
			if !d.Event[i] && i%2 == 0 {
				return 1
			}
			return 0
		})
		refused(t, name+" separating", fit(d, append(slices.Clone(x), marked)), survival.ErrSeparation, "/covariates/loyal")
		refused(t, name+" infinite", fit(d, append(slices.Clone(x), column("wild", func(i int) float64 { return math.Inf(i%2-1) / float64(i%3) }))), survival.ErrValue)
		refused(t, name+" unnamed", fit(d, append(slices.Clone(x), survival.Covariate{Values: x[0].Values})), survival.ErrName, "/covariates/3")
		refused(t, name+" twice", fit(d, append(slices.Clone(x), x[0])), survival.ErrName, "/covariates/3")
		refused(t, name+" short", fit(d, []survival.Covariate{{Name: "q", Values: []float64{1}}}), survival.ErrLength, "/covariates/q")
		few := pick(d, []int{0, 1, 2})
		var wide []survival.Covariate
		for k := range 4 {
			wide = append(wide, survival.Covariate{Name: fmt.Sprint("w", k), Values: []float64{float64(k), 1, float64(-k * k)}})
		}
		refused(t, name+" more columns than rows", fit(few, wide), survival.ErrColumns, "/covariates")
	}
	// The mirror of the times orders everybody perfectly.
	refused(t, "perfect", fits["cox"](d, []survival.Covariate{column("oracle", func(i int) float64 { return -d.Time[i] })}), survival.ErrSeparation, "/covariates/oracle")
	refused(t, "no columns", fits["cox"](d, nil), survival.ErrColumns, "/covariates")
	d.Strata = survival.Factor{Codes: make([]int32, n), Levels: []string{"a", "b"}}
	for i := range n {
		d.Strata.Codes[i] = int32(i % 2)
	}
	refused(t, "constant within strata", fits["cox"](d, []survival.Covariate{column("stratum", func(i int) float64 { return float64(i % 2) })}), survival.ErrConstant, "/covariates/stratum")
	d.Strata = survival.Factor{}
	d.Time[3] = 0
	refused(t, "time 0", fits["weibull"](d, x), survival.ErrTime, "/time/3")
	if err := fits["cox"](d, x); err != nil {
		t.Errorf("time 0 in a Cox model: %v", err)
	}
	_, err := survival.Cox(d, x, survival.CoxConfig{Steps: 1})
	refused(t, "one step", err, survival.ErrConverge)
	same := survival.Data{Time: []float64{4, 4, 4, 4}, Event: []bool{true, true, true, true}}
	_, err = survival.Parametric(same, nil, survival.ParametricConfig{})
	refused(t, "no spread", err, survival.ErrConverge)
}

func TestBadGroups(t *testing.T) {
	d, _ := ok()
	rank := func(codes ...int32) error {
		d.Group = survival.Factor{Codes: codes, Levels: []string{"a", "b"}}
		_, err := survival.LogRank(d, survival.RankConfig{})
		return err
	}
	refused(t, "one group", rank(0, 0, 0, 0, 0, 0), survival.ErrOneGroup, "/group")
	refused(t, "no overlap", rank(0, 0, 1, 0, 1, 0), nil) // they overlap
	d.Group = survival.Factor{}
	_, err := survival.LogRank(d, survival.RankConfig{})
	refused(t, "no groups", err, survival.ErrOneGroup, "/group")
	many := survival.Data{Time: make([]float64, 2000), Event: make([]bool, 2000), Group: survival.Factor{Codes: make([]int32, 2000), Levels: make([]string, 2000)}}
	for i := range many.Time {
		many.Time[i], many.Event[i], many.Group.Codes[i], many.Group.Levels[i] = float64(i), true, int32(i), fmt.Sprint(i)
	}
	_, err = survival.LogRank(many, survival.RankConfig{})
	refused(t, "many groups", err, survival.ErrGroups, "/group")
	if cs := must(survival.KaplanMeier(many, survival.CurveConfig{})); len(cs.Curves) != 2000 {
		t.Errorf("%d curves", len(cs.Curves))
	}
	// b is never there when a is: strata keep them apart.
	d.Group = survival.Factor{Codes: []int32{0, 1, 0, 1, 0, 1}, Levels: []string{"a", "b"}}
	d.Strata = d.Group
	_, err = survival.LogRank(d, survival.RankConfig{})
	refused(t, "apart", err, survival.ErrOneGroup, "/group")
	d.Strata = survival.Factor{}
	clear(d.Event)
	_, err = survival.LogRank(d, survival.RankConfig{})
	refused(t, "no events", err, survival.ErrNoEvents)
	_, err = survival.Harrell(d, []float64{1, 2, 3, 4, 5, 6}, survival.MarkerConfig{})
	refused(t, "no pairs", err, survival.ErrNoPairs)
	_, err = survival.Harrell(d, nil, survival.MarkerConfig{})
	refused(t, "no marker", err, survival.ErrLength, "/marker")
	_, err = survival.Harrell(d, []float64{1, math.Inf(1), 3, 4, 5, 6}, survival.MarkerConfig{})
	refused(t, "infinite marker", err, survival.ErrValue, "/marker/1")
}

func TestBadOptions(t *testing.T) {
	d, x := ok()
	d.Group = survival.Factor{Codes: []int32{0, 1, 0, 1, 0, 1}, Levels: []string{"a", "b"}}
	_, err := survival.KaplanMeier(d, survival.CurveConfig{Limits: "wide", Confidence: 95})
	refused(t, "curve", err, survival.ErrOption, "/limits", "/confidence")
	refused(t, "curve", err, survival.ErrConfidence, "/limits", "/confidence")
	_, err = survival.LogRank(d, survival.RankConfig{Rho: math.NaN()})
	refused(t, "rank", err, survival.ErrOption, "/rho")
	_, err = survival.Cox(d, x, survival.CoxConfig{Ties: "exact", Steps: -1})
	refused(t, "cox", err, survival.ErrOption, "/ties", "/steps")
	_, err = survival.Parametric(d, x, survival.ParametricConfig{Law: "gamma", Steps: 1e6})
	refused(t, "parametric", err, survival.ErrOption, "/law", "/steps")
	_, err = survival.Harrell(d, x[0].Values, survival.MarkerConfig{Confidence: 1})
	refused(t, "marker", err, survival.ErrConfidence, "/confidence")
}

func TestBadQuestions(t *testing.T) {
	d, x := simulate(200, 2, true)
	d.Strata = d.Group
	d.Group = survival.Factor{}
	f := must(survival.Cox(d, x, survival.CoxConfig{}))
	_, err := f.Predict(survival.Question{X: []float64{1}, Stratum: "g1"}, 1)
	refused(t, "short", err, survival.ErrLength, "/x")
	_, err = f.Predict(survival.Question{X: []float64{math.NaN(), math.Inf(1)}, Stratum: "g1"}, 1)
	refused(t, "not finite", err, survival.ErrValue, "/covariates/x1", "/covariates/x2")
	_, err = f.Predict(survival.Question{X: []float64{1, 1}}, 1)
	refused(t, "no such stratum", err, survival.ErrLevel, "/stratum")
	q := survival.Question{X: []float64{1, 1}, Stratum: "g1"}
	_, err = f.Predict(q, -1, 5, 1e9)
	refused(t, "negative", err, survival.ErrTime, "/times/0", "/times/2")
	refused(t, "far", err, survival.ErrBeyond)
	_, err = f.Conditional(q, 1, 1e9)
	refused(t, "far", err, survival.ErrBeyond, "/h")
	_, err = f.ProportionalHazards("log")
	refused(t, "scale", err, survival.ErrOption, "/scale")
	_, err = f.Risk(nil)
	refused(t, "risk", err, survival.ErrLength, "/x")
	_, _, err = f.LinearPredictor([]float64{1, math.NaN()})
	refused(t, "predictor", err, survival.ErrValue, "/covariates/x2")
	_, err = f.Baseline([]float64{1})
	refused(t, "baseline", err, survival.ErrLength, "/x")
	p := must(survival.Parametric(d, x, survival.ParametricConfig{}))
	_, err = p.Predict([]float64{1, 2}, 0, math.NaN())
	refused(t, "parametric time", err, survival.ErrTime, "/times/0")
	_, err = p.Quantile([]float64{1, 2}, 1, 0)
	refused(t, "parametric quantile", err, survival.ErrOption, "/p")
	_, err = p.Conditional([]float64{1, 2}, -1, 2, 0)
	refused(t, "parametric span", err, survival.ErrTime, "/t")
	_, err = p.Predict([]float64{1}, 3)
	refused(t, "level", err, survival.ErrConfidence, "/confidence")

	c := must(survival.KaplanMeier(d, survival.CurveConfig{})).Curves[0]
	last := c.Points[len(c.Points)-1].Time
	if _, ok := c.At(last + 1); ok {
		t.Error("known after the last point")
	}
	_, err = c.RestrictedMean(last + 1)
	refused(t, "mean", err, survival.ErrBeyond, "/tau")
	_, err = c.RestrictedMean(-1)
	refused(t, "mean", err, survival.ErrTime, "/tau")
	_, err = c.Conditional(10, last)
	refused(t, "conditional", err, survival.ErrBeyond)
	_, err = c.Conditional(math.NaN(), -1)
	refused(t, "conditional", err, survival.ErrTime, "/t", "/h")
	for _, p := range []float64{0, 1, -1, math.NaN()} {
		if _, ok := c.Quantile(p); ok {
			t.Errorf("quantile %v", p)
		}
	}
	var none survival.Curve
	if _, ok := none.Median(); ok {
		t.Error("the median of nothing")
	}
	if _, ok := none.At(1); ok {
		t.Error("nothing at 1")
	}
	_, err = none.RestrictedMean(0)
	refused(t, "empty", err, survival.ErrNoRows)
}

// A regression that fails tells how many rows it had left out.
func TestSkippedOnError(t *testing.T) {
	d, x := ok()
	nan := math.NaN()
	x[0].Values = []float64{1, nan, 1, 1, nan, 1}
	_, cox := survival.Cox(d, x[:1], survival.CoxConfig{})
	_, law := survival.Parametric(d, x[:1], survival.ParametricConfig{})
	for _, err := range []error{cox, law} {
		refused(t, "constant", err, survival.ErrConstant, "/covariates/"+x[0].Name)
		if s := (*survival.SkippedError)(nil); !errors.As(err, &s) || s.Skipped != 2 || !strings.Contains(err.Error(), "2 rows") {
			t.Errorf("%v", err)
		}
	}
	x[0].Values = []float64{1, 1, 1, 1, 1, 1}
	_, err := survival.Cox(d, x[:1], survival.CoxConfig{})
	if s := (*survival.SkippedError)(nil); errors.As(err, &s) {
		t.Errorf("%v: nothing was skipped", err)
	}
}

func TestBadDays(t *testing.T) {
	var d survival.Days
	var c survival.Curve
	refused(t, "empty", d.KaplanMeier(&c, survival.CurveConfig{}), survival.ErrNoRows)
	refused(t, "day", d.Add(-1, true), survival.ErrTime)
	refused(t, "day", d.Add(survival.MaxDay+1, true), survival.ErrTime)
	refused(t, "entry", d.AddEntered(5, 5, true), survival.ErrEntry)
	refused(t, "count", d.AddN(5, true, -1), survival.ErrCount)
	refused(t, "count", d.AddN(survival.MaxDay, true, survival.MaxCount+1), survival.ErrCount)
	if b := must(d.MarshalBinary()); len(b) != 2 {
		t.Errorf("% x: refused counts took room", b)
	}
	refused(t, "lengths", d.AddAll([]int32{1}, nil), survival.ErrLength, "/events")
	refused(t, "rows", d.AddAll([]int32{1, -4, survival.MaxDay + 1}, make([]bool, 3)), survival.ErrTime, "/days/1", "/days/2")
	refused(t, "still empty", d.KaplanMeier(&c, survival.CurveConfig{}), survival.ErrNoRows)
	if err := d.AddN(5, false, survival.MaxCount); err != nil {
		t.Fatal(err)
	}
	refused(t, "no events", d.KaplanMeier(&c, survival.CurveConfig{}), survival.ErrNoEvents)
	o := d
	refused(t, "overflow", d.Merge(&o), survival.ErrCount)
	refused(t, "overflow", d.Add(5, false), survival.ErrCount)
	refused(t, "option", d.KaplanMeier(&c, survival.CurveConfig{Confidence: -1}), survival.ErrConfidence, "/confidence")
	if err := d.Add(6, true); err != nil {
		t.Fatal(err)
	}
	refused(t, "too many", d.KaplanMeier(&c, survival.CurveConfig{}), survival.ErrCount)
	for _, bad := range [][]byte{nil, {2}, {1}, {1, 1, 0, 0, 0}, {1, 1, 1, 0, 1}, {1, 1, 1, 0, 0, 7}, {1, 255, 255, 255, 15}, {1, 1, 129, 0, 0, 0}} {
		refused(t, fmt.Sprintf("% x", bad), d.UnmarshalBinary(bad), survival.ErrFormat)
	}
}
