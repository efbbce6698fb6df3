package survival

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// baseline is the hazard of a stratum at the mean of all columns, summed up to
// and including each time with events, with what its variance is made of.
type baseline struct {
	code     int32
	last     float64 // the last time seen
	time     []float64
	hazard   []float64 // Σ 1/n
	variance []float64 // Σ 1/n²
	pull     []float64 // Σ x̄/n, p a time
	own      []float64 // what a tied event is spared at this time
}

// collect evaluates s at the coefficients and keeps the baseline.
func (f *CoxFit) collect(s *sweep) float64 {
	g := f.design
	for i, st := range g.strata {
		f.base[i] = baseline{code: st.code, last: g.time[st.from]}
	}
	s.hook = func(st *stratum, m *moment, t *tied) {
		b := &f.base[st.index]
		b.time = append(b.time, g.time[m.from])
		b.hazard = append(b.hazard, t.a)
		b.variance = append(b.variance, t.b)
		b.own = append(b.own, t.af)
		for k := g.p - 1; k >= 0; k-- { // turned round below
			b.pull = append(b.pull, t.b*s.s1[k]-t.bf*s.d1[k])
		}
	}
	ll := s.eval(f.beta)
	s.hook = nil
	for i := range f.base {
		f.base[i].cumulate(g.p)
	}
	return ll
}

// cumulate turns the increments from the last time to the first into sums.
func (b *baseline) cumulate(p int) {
	for _, v := range [][]float64{b.time, b.hazard, b.variance, b.own, b.pull} {
		slices.Reverse(v)
	}
	for i := 1; i < len(b.time); i++ {
		b.hazard[i] += b.hazard[i-1]
		b.variance[i] += b.variance[i-1]
		for k := range p {
			b.pull[i*p+k] += b.pull[(i-1)*p+k]
		}
	}
}

// upTo returns the last time with events at or before t, or -1.
func (b *baseline) upTo(t float64) int {
	return sort.Search(len(b.time), func(i int) bool { return b.time[i] > t }) - 1
}

// Hazard is a cumulative baseline hazard: the steps of one stratum.
type Hazard struct {
	Stratum string    `json:"stratum"` // "" where there are no strata
	Times   []float64 `json:"times"`
	// Cumulative is up to and including each time.
	Cumulative []float64 `json:"cumulative"`
	// Until is the last time anybody of the stratum was seen.
	Until float64 `json:"until"`
}

// At returns the cumulative hazard at t; not ok before 0 or after Until.
func (h Hazard) At(t float64) (float64, bool) {
	if !(t >= 0 && t <= h.Until) {
		return 0, false
	}
	i := sort.Search(len(h.Times), func(i int) bool { return h.Times[i] > t })
	if i == 0 {
		return 0, true
	}
	return h.Cumulative[i-1], true
}

// Baseline returns the cumulative hazard of each stratum for a customer with
// covariates x, in the order of the levels; nil is a customer with all of them
// 0, who need not exist. Efron's or Breslow's, as the fit was made.
func (f *CoxFit) Baseline(x []float64) ([]Hazard, error) {
	if x == nil {
		x = make([]float64, f.design.p)
	}
	z, err := scaled(f.design, x)
	if err != nil {
		return nil, err
	}
	risk := math.Exp(dot(f.beta, z))
	out := make([]Hazard, len(f.base))
	for i, b := range f.base {
		out[i] = Hazard{Stratum: f.level(b.code), Times: slices.Clone(b.time), Until: b.last,
			Cumulative: make([]float64, len(b.time))}
		for j, h := range b.hazard {
			out[i].Cumulative[j] = risk * h
		}
	}
	return out, nil
}

func (f *CoxFit) level(code int32) string {
	if !f.stratify {
		return ""
	}
	return f.levels[code]
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// Question is whose survival is asked for.
type Question struct {
	X          []float64 // covariates in the order of the fit
	Stratum    string    // "" where the fit has none
	Limits     Limits    // "" is LogLimits
	Confidence float64   // 0 is DefaultConfidence
}

// Predict returns the probability that a customer stays beyond each of times,
// with a standard error that counts both the coefficients' and the baseline's
// uncertainty. Where the baseline is 0 still, it is 1 with standard error 0.
// ErrLength, ErrValue, ErrLevel, ErrOption, ErrConfidence or ErrTime as the question
// deserves; ErrBeyond for a time after the last one seen in the stratum.
//
// Link (1984), Biometrics 40, 601–610; Therneau & Grambsch (2000), section 10.2.
func (f *CoxFit) Predict(q Question, times ...float64) ([]Estimate, error) {
	z, b, o, err := f.ask(q)
	if err != nil {
		return nil, err
	}
	var fs faults
	for i, t := range times {
		b.check(&fs, t, "times", i)
	}
	if err := fs.err(); err != nil {
		return nil, err
	}
	out := make([]Estimate, len(times))
	for i, t := range times {
		out[i] = f.between(b, z, -1, b.upTo(t), o)
	}
	return out, nil
}

// Conditional returns the probability that a customer who stayed beyond t stays
// beyond t+h. Errors are those of Predict.
func (f *CoxFit) Conditional(q Question, t, h float64) (Estimate, error) {
	z, b, o, err := f.ask(q)
	if err != nil {
		return Estimate{}, err
	}
	if err := checkSpan(t, h); err != nil {
		return Estimate{}, err
	}
	var fs faults
	b.check(&fs, t+h, "h")
	if err := fs.err(); err != nil {
		return Estimate{}, err
	}
	return f.between(b, z, b.upTo(t), b.upTo(t+h), o), nil
}

func (b *baseline) check(fs *faults, t float64, place ...any) {
	switch {
	case !(t >= 0 && t <= math.MaxFloat64):
		fs.add(fmt.Errorf("%w: %v", ErrTime, t), place...)
	case t > b.last:
		fs.add(fmt.Errorf("%w: %v, the last was seen at %v", ErrBeyond, t, b.last), place...)
	}
}

// ask checks a question and finds its stratum.
func (f *CoxFit) ask(q Question) ([]float64, *baseline, CurveConfig, error) {
	o := CurveConfig{q.Limits, q.Confidence}
	var fs faults
	if err := o.Validate(); err != nil {
		return nil, nil, o, err
	}
	z, err := scaled(f.design, q.X)
	if err != nil {
		return nil, nil, o, err
	}
	for i := range f.base {
		if f.level(f.base[i].code) == q.Stratum {
			return z, &f.base[i], o.withDefaults(), nil
		}
	}
	fs.add(fmt.Errorf("%w: %.64q", ErrLevel, q.Stratum), "stratum")
	return nil, nil, o, fs.err()
}

// between is the probability to stay beyond the time of step to for those who
// stayed beyond that of step from; -1 is the beginning.
func (f *CoxFit) between(b *baseline, z []float64, from, to int, cfg CurveConfig) Estimate {
	p := f.design.p
	step := func(v []float64, width, k int) (d float64) {
		if to >= 0 {
			d = v[to*width+k]
		}
		if from >= 0 {
			d -= v[from*width+k]
		}
		return d
	}
	hazard := step(b.hazard, 1, 0)
	q := make([]float64, p)
	for k := range q {
		q[k] = hazard*z[k] - step(b.pull, p, k)
	}
	risk := math.Exp(dot(f.beta, z))
	// A hazard is its own -log: its error is that of log S.
	se := risk * math.Sqrt(max(0, step(b.variance, 1, 0)+f.cov.quadratic(q)))
	s := math.Exp(-risk * hazard)
	e := Estimate{Value: s, SE: s * se}
	e.Low, e.High = cfg.Limits.around(s, se, normalQuantile(0.5+cfg.Confidence/2))
	return e
}
