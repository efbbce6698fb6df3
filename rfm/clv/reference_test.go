package clv_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// reference is a part of a JSON file of ../shared/data. Every number in the file
// must be read by a test or be named as none of ours: done reports what was not.
type reference struct {
	t     testing.TB
	path  string
	value any
	seen  map[string]bool
}

func openReference(t testing.TB, name string) *reference {
	t.Helper()
	r := &reference{t: t, seen: map[string]bool{}}
	sharedJSON(t, name, &r.value)
	return r
}

// at goes down by keys and positions.
func (r *reference) at(keys ...any) *reference {
	r.t.Helper()
	c := *r
	for _, k := range keys {
		c.path += fmt.Sprintf("/%v", k)
		switch k := k.(type) {
		case string:
			m, _ := c.value.(map[string]any)
			v, ok := m[k]
			if !ok {
				r.t.Fatalf("the reference has no %s", c.path)
			}
			c.value = v
		case int:
			c.value = c.value.([]any)[k]
		}
	}
	return &c
}

func (r *reference) has(key string) bool {
	_, ok := r.value.(map[string]any)[key]
	return ok
}

// len is the number of elements of a list.
func (r *reference) len() int { return len(r.value.([]any)) }

// keys are those of an object, sorted.
func (r *reference) keys() []string {
	var out []string
	for k := range r.value.(map[string]any) {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (r *reference) number(keys ...any) float64 {
	r.t.Helper()
	c := r.at(keys...)
	r.seen[c.path] = true
	switch v := c.value.(type) {
	case float64:
		return v
	case string:
		return parse(r.t, v)
	}
	r.t.Fatalf("%s is not a number", c.path)
	return 0
}

func (r *reference) numbers(keys ...any) []float64 {
	r.t.Helper()
	c := r.at(keys...)
	out := make([]float64, c.len())
	for i := range out {
		out[i] = c.number(i)
	}
	return out
}

func (r *reference) text(keys ...any) string {
	r.t.Helper()
	c := r.at(keys...)
	r.seen[c.path] = true
	return c.value.(string)
}

// skip names parts that hold no number of ours.
func (r *reference) skip(why string, keys ...string) {
	r.t.Helper()
	if why == "" {
		r.t.Fatal("say why")
	}
	for _, k := range keys {
		r.seen[r.at(k).path] = true
	}
}

// done reports every leaf that was neither read nor named.
func (r *reference) done() {
	r.t.Helper()
	if r.t.Failed() || r.t.Skipped() {
		return
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if r.seen[path] {
			return
		}
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				walk(path+"/"+k, e)
			}
		case []any:
			for i, e := range v {
				walk(path+"/"+strconv.Itoa(i), e)
			}
		default:
			r.t.Errorf("%s = %v is not checked", path, v)
		}
	}
	walk(r.path, r.value)
}

func mustFit(t testing.TB, rows clv.Rows, cfg clv.FitConfig) *clv.Fit {
	t.Helper()
	f, err := clv.FitModel(rows, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustPredictor(t testing.TB, unit clv.Unit, kind clv.Kind, params ...float64) *clv.Predictor {
	t.Helper()
	m, err := clv.NewModel(kind, params...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := clv.NewPredictor(m, unit)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// predictorOf reads the parameters of a kind by their names.
func predictorOf(t testing.TB, unit clv.Unit, kind clv.Kind, params *reference, names ...string) *clv.Predictor {
	t.Helper()
	var v []float64
	for _, n := range names {
		v = append(v, params.number(n))
	}
	return mustPredictor(t, unit, kind, v...)
}

var (
	dropoutNames = []string{"r", "alpha", "a", "b"}    // of BG/NBD and MBG/NBD
	paretoNames  = []string{"r", "alpha", "s", "beta"} // of Pareto/NBD
	bgbbNames    = []string{"alpha", "beta", "gamma", "delta"}
)

// atLeast fails if a log-likelihood is worse than the reference's.
func atLeast(t testing.TB, what string, got, want float64) {
	t.Helper()
	if !(got >= want-1e-6) || math.IsInf(got, 0) {
		t.Errorf("%s: log-likelihood %.9f, reference %.9f", what, got, want)
	}
}

// sameEstimates compares parameters, or standard errors, by name.
func sameEstimates(t testing.TB, what string, o *clv.Outcome, want *reference, errors bool, tolerance float64, rename map[string]string) {
	t.Helper()
	keys := want.keys()
	if len(keys) != len(o.Estimates) {
		t.Errorf("%s: %d estimates, reference %d", what, len(o.Estimates), len(keys))
	}
	for _, k := range keys {
		name := k
		if n, ok := rename[k]; ok {
			name = n
		}
		e, ok := o.Estimate(name)
		if !ok {
			t.Errorf("%s: no estimate of %s", what, name)
			continue
		}
		if errors {
			near(t, what+", standard error of "+k, e.SE, want.number(k), tolerance)
		} else {
			near(t, what+", "+k, e.Value, want.number(k), tolerance)
		}
	}
}

// logLikelihood adds up that of rows.
func logLikelihood(p *clv.Predictor, rows clv.Rows) float64 {
	sum := 0.0
	for _, r := range rows.List {
		sum += p.LogLikelihood(r)
	}
	return sum
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

func mustAppend(t testing.TB, v []float64, err error) []float64 {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// totals are the sums of P(alive) and of the purchases expected in t.
func totals(t testing.TB, p *clv.Predictor, rows clv.Rows, ahead float64) (alive, expected float64) {
	t.Helper()
	v, err := p.AppendPAlive(nil, rows, 0)
	alive = sum(mustAppend(t, v, err))
	v, err = p.AppendExpected(nil, rows, ahead)
	return alive, sum(mustAppend(t, v, err))
}
