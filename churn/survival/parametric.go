package survival

import (
	"errors"
	"fmt"
	"math"
)

// ParametricConfig sets up Parametric; the zero value is its default.
type ParametricConfig struct {
	Law   Law `json:"law,omitempty"`   // "" is Weibull
	Steps int `json:"steps,omitempty"` // at most, 1 to 1000; 0 is DefaultSteps
}

// Validate returns every fault of c, each a *guanxi.FieldError around ErrOption.
func (c ParametricConfig) Validate() error {
	var fs faults
	switch c.Law {
	case "", Weibull, Exponential, LogNormal:
	default:
		fs.add(fmt.Errorf("%w: %.64q is not weibull, exponential or log-normal", ErrOption, c.Law), "law")
	}
	checkSteps(&fs, c.Steps)
	return fs.err()
}

// Intercept is the name of the first coefficient of a parametric fit.
const Intercept = "(Intercept)"

// ParametricFit is a fitted parametric regression, log T = β'x + σW. Immutable
// after Parametric returns it; safe for concurrent use while nobody writes to
// its fields. It does not keep the rows.
type ParametricFit struct {
	Law          Law           `json:"law"`
	Coefficients []Coefficient `json:"coefficients"` // the intercept, then the covariates in order
	// Scale is σ, LogScale its logarithm with standard error; the exponential
	// law has a Scale of 1, known, with standard error 0.
	Scale    float64     `json:"scale"`
	LogScale Coefficient `json:"log_scale"`
	N        int         `json:"n"` // customers, and how many of them left
	Events   int         `json:"events"`
	Skipped  int         `json:"skipped"` // rows left out because they miss a value in a column used
	// LogLik is of the times themselves, not of their logarithms; NullLogLik is
	// with the intercept and the scale alone.
	LogLik          float64 `json:"log_lik"`
	NullLogLik      float64 `json:"null_log_lik"`
	LikelihoodRatio Test    `json:"likelihood_ratio"` // that all coefficients but the intercept are 0
	Steps           int     `json:"steps"`            // the fit took

	names []string
	cov   sym // of coefficients and log scale, in the caller's units
}

// Parametric fits a regression of the logarithm of time. d's Entry is honoured (the
// chance to have stayed until entry is divided out); its Group and Strata are not
// looked at. Times must be above 0. x may be empty: then it is the distribution
// alone. Columns are refused, and rows left out counted, as by Cox; the order of
// rows is of no account. Cost: O(rows·columns²) a step.
//
// Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data,
// chapter 3.
func Parametric(d Data, x []Covariate, cfg ParametricConfig) (*ParametricFit, error) {
	f, skipped, err := fitParametric(d, x, cfg)
	return f, afterSkipping(skipped, err)
}

func fitParametric(d Data, x []Covariate, cfg ParametricConfig) (_ *ParametricFit, skipped int, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, skipped, err
	}
	if cfg.Law == "" {
		cfg.Law = Weibull
	}
	d.Strata = Factor{}
	keep, skipped, err := d.rows(uses{covariates: x, positive: true})
	if err != nil {
		return nil, skipped, err
	}
	if n := count(keep, len(d.Time)); len(x) > 0 && len(x) >= n {
		return nil, skipped, at(fmt.Errorf("%w: %d columns and an intercept, %d rows", ErrColumns, len(x), n), "covariates")
	}
	g, err := newDesign(&d, x, keep)
	if err != nil {
		return nil, skipped, err
	}
	if err := g.correlated(); err != nil {
		return nil, skipped, err
	}
	nt := newton{most: max(cfg.Steps, DefaultSteps*one(cfg.Steps == 0)), convex: cfg.Law == Exponential}
	// The distribution alone first: it is the null model and a good start.
	null := newAFT(g, 0, cfg.Law)
	beta := null.start()
	var c chol
	nullLik, _, err := nt.climb(null, beta, &c)
	if err != nil {
		return nil, skipped, null.refuse(err)
	}
	m := newAFT(g, g.p, cfg.Law)
	full := make([]float64, m.params())
	full[0] = beta[0]
	if cfg.Law != Exponential {
		full[g.p+1] = beta[1]
	}
	_, steps, err := nt.climb(m, full, &c)
	if err != nil {
		return nil, skipped, m.refuse(err)
	}
	f := &ParametricFit{Law: cfg.Law, Scale: 1, N: g.n, Events: g.events, Skipped: skipped,
		LogLik: m.eval(full), NullLogLik: nullLik, Steps: steps, names: g.names}
	if bad := c.factor(m.info, 1e-14); bad >= 0 {
		return nil, skipped, m.refuse(&runaway{[]int{bad}})
	}
	f.settle(g, full, c.inverse())
	f.LikelihoodRatio = Test{P: 1}
	if g.p > 0 {
		f.LikelihoodRatio = newTest(max(0, 2*(f.LogLik-nullLik)), g.p)
	}
	return f, skipped, nil
}

// correlated refuses columns that others make up.
func (g *design) correlated() error {
	a := newSym(g.p)
	for i := range g.n {
		z, k := g.z[i*g.p:(i+1)*g.p], 0
		for j, u := range z {
			for _, v := range z[:j+1] {
				a.a[k] += u * v
				k++
			}
		}
	}
	return independent(a, g.names, float64(g.n))
}

// settle puts parameters and covariance in the caller's units.
func (f *ParametricFit) settle(g *design, full []float64, cov sym) {
	n := cov.n
	// value = J·full: x'β = b0 - Σ bk·mk/sk + Σ (bk/sk)·xk.
	jac := make([][]float64, n)
	for i := range jac {
		jac[i] = make([]float64, n)
		jac[i][i] = 1
		if i >= 1 && i <= g.p {
			jac[i][i] = 1 / g.scale[i-1]
			jac[0][i] = -g.mean[i-1] / g.scale[i-1]
		}
	}
	f.cov = newSym(n)
	for i := range n {
		for j := range i + 1 {
			sum := 0.0
			for k, a := range jac[i] {
				for l, b := range jac[j] {
					if a != 0 && b != 0 {
						sum += a * b * cov.at(k, l)
					}
				}
			}
			f.cov.set(i, j, sum)
		}
	}
	for i := range g.p + 1 {
		name := Intercept
		if i > 0 {
			name = g.names[i-1]
		}
		f.Coefficients = append(f.Coefficients, newCoefficient(name, dot(jac[i], full), math.Sqrt(f.cov.at(i, i))))
	}
	f.LogScale = Coefficient{Name: "log(scale)", Z: math.NaN(), P: math.NaN()}
	if f.Law != Exponential {
		f.LogScale = newCoefficient("log(scale)", full[n-1], math.Sqrt(f.cov.at(n-1, n-1)))
		f.Scale = math.Exp(full[n-1])
	}
}

// Covariance returns that of the coefficients and, but for the exponential law,
// of the logarithm of the scale, which comes last; a new matrix at each call.
func (f *ParametricFit) Covariance() [][]float64 { return f.cov.rows() }

// aft is the log-likelihood of a parametric regression on the first p columns.
type aft struct {
	*design
	cols  int
	law   Law
	log   []float64 // of times
	enter []float64 // log of entries, -Inf from the start
	sum   float64   // Σ log t of events, which the density of T has and that of log T has not
	u     []float64
	info  sym
}

func newAFT(g *design, cols int, law Law) *aft {
	m := &aft{design: g, cols: cols, law: law, log: make([]float64, g.n)}
	for i, t := range g.time {
		m.log[i] = math.Log(t)
		if g.event[i] {
			m.sum += m.log[i]
		}
	}
	if g.entry != nil {
		m.enter = make([]float64, g.n)
		for i, e := range g.entry {
			m.enter[i] = math.Log(e)
		}
	}
	m.u, m.info = make([]float64, m.params()), newSym(m.params())
	return m
}

func (m *aft) params() int { return m.cols + 1 + one(m.law != Exponential) }

func (m *aft) slopes() ([]float64, sym) { return m.u, m.info }

// start is where the distribution alone begins: an exponential's mean, or the
// moments of the logarithms.
func (m *aft) start() []float64 {
	total, mean, square := 0.0, 0.0, 0.0
	for i, t := range m.time {
		total += t / float64(m.events)
		if m.entry != nil {
			total -= m.entry[i] / float64(m.events)
		}
		mean += m.log[i] / float64(m.n)
	}
	for _, l := range m.log {
		square += (l - mean) * (l - mean) / float64(m.n)
	}
	switch m.law {
	case Exponential:
		return []float64{math.Log(total)}
	case LogNormal:
		return []float64{mean, math.Log(max(0.1, math.Sqrt(square)))}
	}
	return []float64{math.Log(total), 0}
}

// eval is the log-likelihood at beta: intercept, columns, log σ.
func (m *aft) eval(beta []float64) float64 {
	clear(m.u)
	clear(m.info.a)
	sigma, tau := 1.0, 0.0
	if m.law != Exponential {
		tau = beta[len(beta)-1]
		sigma = math.Exp(tau)
	}
	ll := -m.sum - float64(m.events)*tau
	inverse := 1 / sigma
	for i, l := range m.log {
		z := m.z[i*m.p : i*m.p+m.cols]
		mu := beta[0] + dot(z, beta[1:])
		w := (l - mu) * inverse
		if m.event[i] {
			f, d1, d2 := m.law.event(w)
			ll += f
			m.row(z, w, d1, d2, inverse)
		} else {
			f, d1, d2 := m.law.stay(w)
			ll += f
			m.row(z, w, d1, d2, inverse)
		}
		if m.enter != nil && m.entry[i] > 0 {
			v := (m.enter[i] - mu) * inverse
			f, d1, d2 := m.law.stay(v)
			ll -= f
			m.row(z, v, -d1, -d2, inverse)
		}
	}
	if m.law != Exponential {
		m.u[len(m.u)-1] -= float64(m.events)
	}
	return ll
}

// row takes one term into the gradient and the information.
func (m *aft) row(z []float64, w, d1, d2, inverse float64) {
	a, h := d1*inverse, d2*inverse*inverse
	u, info := m.u, m.info.a
	u[0] -= a
	info[0] -= h
	k := 1
	for i, zi := range z {
		u[i+1] -= a * zi
		hz := h * zi
		info[k] -= hz
		for j := range i + 1 {
			info[k+1+j] -= hz * z[j]
		}
		k += i + 2
	}
	if m.law == Exponential {
		return
	}
	u[len(u)-1] -= d1 * w
	cross := (d2*w + d1) * inverse
	info[k] -= cross
	for j, zj := range z {
		info[k+1+j] -= cross * zj
	}
	info[len(info)-1] -= (d2*w + d1) * w
}

// refuse names what ran away: a column, or the law itself.
func (m *aft) refuse(err error) error {
	away := (*runaway)(nil)
	if !errors.As(err, &away) {
		return err
	}
	for _, k := range away.columns {
		if k >= 1 && k <= m.cols {
			return m.design.refuse(away, 1)
		}
	}
	return fmt.Errorf("%w: the times do not spread as the law wants", ErrConverge)
}
