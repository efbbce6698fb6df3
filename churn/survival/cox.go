package survival

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi/internal/normal"
)

// Ties is how a Cox model takes events at one time.
type Ties string

const (
	// Efron, the default, is close to what the exact order would give.
	Efron Ties = "efron"
	// Breslow takes all of them as if each left with the others still there:
	// coefficients are pulled towards 0 where many leave at one time.
	Breslow Ties = "breslow"
)

// DefaultSteps is how many steps a fit takes at most where Steps is 0.
const DefaultSteps = 50

// CoxConfig sets up Cox; the zero value is its default.
type CoxConfig struct {
	Ties  Ties `json:"ties,omitempty"`  // "" is Efron
	Steps int  `json:"steps,omitempty"` // at most, 1 to 1000; 0 is DefaultSteps
}

// Validate returns every fault of c, each a *guanxi.FieldError around ErrOption.
func (c CoxConfig) Validate() error {
	var fs faults
	switch c.Ties {
	case "", Efron, Breslow:
	default:
		fs.add(fmt.Errorf("%w: %.64q is not efron or breslow", ErrOption, c.Ties), "ties")
	}
	checkSteps(&fs, c.Steps)
	return fs.err()
}

func checkSteps(fs *faults, steps int) {
	if steps < 0 || steps > 1000 {
		fs.add(fmt.Errorf("%w: %d is not in 1 to 1000", ErrOption, steps), "steps")
	}
}

// Coefficient is that of one covariate of a regression, or its intercept.
type Coefficient struct {
	Name      string
	Value, SE float64
	Z, P      float64 // Value/SE and its two-sided p-value; NaN where SE is 0
}

func newCoefficient(name string, value, se float64) Coefficient {
	z := value / se
	return Coefficient{name, value, se, z, normal.TwoSided(z)}
}

// Ratio returns exp(Value), the hazard ratio of one unit more in a Cox model or
// the factor on the time in a parametric one, with its standard error by the delta
// method and limits at a confidence in (0, 1); 0 is DefaultConfidence. The limits
// are NaN for any other confidence.
func (c Coefficient) Ratio(confidence float64) Estimate {
	z := math.NaN()
	if level, err := checkConfidence(confidence); err == nil {
		z = normalQuantile(0.5 + level/2)
	}
	r := math.Exp(c.Value)
	return Estimate{r, r * c.SE, math.Exp(c.Value - z*c.SE), math.Exp(c.Value + z*c.SE)}
}

// Test is a chi-square test.
type Test struct {
	ChiSq float64 `json:"chi_sq"`
	DF    int     `json:"df"`
	P     float64 `json:"p"`
}

func newTest(chisq float64, df int) Test { return Test{chisq, df, chiSquareP(chisq, df)} }

// CoxFit is a fitted Cox model. It holds the rows it was fitted to, 8 bytes a
// number, for residuals and tests. Immutable after Cox returns it; safe for
// concurrent use while nobody writes to its fields.
type CoxFit struct {
	Coefficients []Coefficient `json:"coefficients"` // in the order of the covariates
	Ties         Ties          `json:"ties"`
	N            int           `json:"n"` // customers, and how many of them left
	Events       int           `json:"events"`
	Skipped      int           `json:"skipped"` // rows left out because they miss a value in a column used
	LogLik       float64       `json:"log_lik"`
	NullLogLik   float64       `json:"null_log_lik"` // with all coefficients 0
	// Three tests that all coefficients are 0.
	LikelihoodRatio Test `json:"likelihood_ratio"`
	Wald            Test `json:"wald"`
	Score           Test `json:"score"`
	// Centre is the customer whom Risk compares with: the mean of each column, 0
	// for an indicator (a column of -1, 0 and 1).
	Centre []float64 `json:"centre"`
	Steps  int       `json:"steps"` // the fit took

	design   *design
	beta     []float64 // in units of the design
	cov      sym       // of beta
	base     []baseline
	levels   []string
	terms    []string // of each column
	stratify bool
}

// Cox fits a proportional-hazards model: the hazard of a customer is that of
// their stratum, times exp(β'x). d's Entry and Strata are honoured, its Group
// is not looked at.
//
// Refused, by name: a column that is constant among those at risk (ErrConstant),
// that others make up (ErrCollinear), or whose coefficient is infinite
// (ErrSeparation); further ErrNoEvents, and ErrColumns where columns outnumber
// rows. Where rows were left out before, any of these comes in a *SkippedError that
// counts them. The order of rows is of no account, to the last digit. Cost: a radix
// sort, then O(rows·columns²) a step, of which there are about five; memory 8 bytes
// a number.
//
// Cox (1972), JRSS B 34, 187–220; Efron (1977), JASA 72, 557–565; Breslow
// (1974), Biometrics 30, 89–99.
func Cox(d Data, x []Covariate, cfg CoxConfig) (*CoxFit, error) {
	f, skipped, err := fitCox(d, x, cfg)
	return f, afterSkipping(skipped, err)
}

func fitCox(d Data, x []Covariate, cfg CoxConfig) (_ *CoxFit, skipped int, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, skipped, err
	}
	if cfg.Ties == "" {
		cfg.Ties = Efron
	}
	g, skipped, err := prepare(&d, x, uses{strata: true, covariates: x})
	if err != nil {
		return nil, skipped, err
	}
	s := newSweep(g, cfg.Ties == Breslow)
	beta := make([]float64, g.p)
	null := s.eval(beta)
	if err := independent(s.info, g.names, float64(g.events)); err != nil {
		return nil, skipped, err
	}
	var c chol
	c.factor(s.info, 0)
	score := c.quadratic(s.u)
	_, steps, err := newton{most: max(cfg.Steps, DefaultSteps*one(cfg.Steps == 0)), convex: true, known: &null}.climb(s, beta, &c)
	if away := (*runaway)(nil); errors.As(err, &away) {
		return nil, skipped, g.refuse(away, 0)
	} else if err != nil {
		return nil, skipped, err
	}
	f := &CoxFit{
		Ties: cfg.Ties, N: g.n, Events: g.events, Skipped: skipped, NullLogLik: null, Steps: steps,
		design: g, beta: beta, levels: d.Strata.Levels, stratify: d.Strata.Codes != nil,
		base: make([]baseline, len(g.strata)),
	}
	// Once more at the very maximum, for the baseline too.
	f.LogLik = f.collect(s)
	if bad := c.factor(s.info, 1e-14); bad >= 0 {
		return nil, skipped, g.refuse(&runaway{[]int{bad}}, 0)
	}
	f.cov = c.inverse()
	f.LikelihoodRatio = newTest(max(0, 2*(f.LogLik-null)), g.p)
	f.Wald = newTest(s.info.quadratic(beta), g.p)
	f.Score = newTest(score, g.p)
	for k, b := range g.original(beta) {
		se := math.Sqrt(f.cov.at(k, k)) / g.scale[k]
		f.Coefficients = append(f.Coefficients, newCoefficient(g.names[k], b, se))
		f.terms = append(f.terms, x[k].term())
		f.Centre = append(f.Centre, g.mean[k]*float64(one(!indicator(x[k].Values, g.row))))
	}
	return f, skipped, nil
}

// prepare checks the data of a regression and sorts it.
func prepare(d *Data, x []Covariate, u uses) (*design, int, error) {
	if len(x) == 0 {
		return nil, 0, at(fmt.Errorf("%w: none", ErrColumns), "covariates")
	}
	keep, skipped, err := d.rows(u)
	if err != nil {
		return nil, skipped, err
	}
	if n := count(keep, len(d.Time)); len(x) > n {
		return nil, skipped, at(fmt.Errorf("%w: %d columns, %d rows", ErrColumns, len(x), n), "covariates")
	}
	g, err := newDesign(d, x, keep)
	return g, skipped, err
}

// indicator reports whether the rows used hold nothing but -1, 0 and 1.
func indicator(values []float64, rows []int32) bool {
	for _, r := range rows {
		if v := values[r]; v != 0 && v != 1 && v != -1 {
			return false
		}
	}
	return true
}

// Covariance returns that of the coefficients, a new matrix at each call.
func (f *CoxFit) Covariance() [][]float64 {
	out := f.cov.rows()
	for i := range out {
		for j := range out[i] {
			out[i][j] /= f.design.scale[i] * f.design.scale[j]
		}
	}
	return out
}

// scaled checks one customer's covariates and puts them in the design's units.
func scaled(g *design, x []float64) ([]float64, error) {
	if len(x) != g.p {
		return nil, at(fmt.Errorf("%w: %d values, the model has %d covariates", ErrLength, len(x), g.p), "x")
	}
	var fs faults
	z := make([]float64, g.p)
	for k, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			fs.add(fmt.Errorf("%w: %v", ErrValue, v), "covariates", g.names[k])
		}
		z[k] = (v - g.mean[k]) / g.scale[k]
	}
	return z, fs.err()
}

// LinearPredictor returns β'x, and its standard error, for the covariates of
// one customer in the order of the fit. ErrLength or ErrValue, by name.
func (f *CoxFit) LinearPredictor(x []float64) (value, se float64, err error) {
	if _, err := scaled(f.design, x); err != nil {
		return 0, 0, err
	}
	z := make([]float64, len(x))
	for k, v := range x {
		value += f.Coefficients[k].Value * v
		z[k] = v / f.design.scale[k]
	}
	return value, math.Sqrt(f.cov.quadratic(z)), nil
}

// Risk returns the hazard of a customer as a multiple of that of Centre.
func (f *CoxFit) Risk(x []float64) (float64, error) {
	if _, err := scaled(f.design, x); err != nil {
		return 0, err
	}
	sum := 0.0
	for k, v := range x {
		sum += f.Coefficients[k].Value * (v - f.Centre[k])
	}
	return math.Exp(sum), nil
}

// Concordance returns how well the fit orders the rows it was fitted to, which
// flatters it: to know how it does on others, compute Harrell's on those.
func (f *CoxFit) Concordance() (Concordance, error) {
	g := f.design
	p := pairs{time: g.time, entry: g.entry, event: g.event, marker: make([]float64, g.n),
		stratum: make([]int32, g.n), reverse: true}
	for i := range p.marker {
		p.marker[i] = g.eta(f.beta, i)
	}
	for _, s := range g.strata {
		for i := s.from; i < s.to; i++ {
			p.stratum[i] = s.code
		}
	}
	c, err := p.concordance(DefaultConfidence)
	c.Skipped = f.Skipped
	return c, err
}

// eta is β'z of a row.
func (g *design) eta(beta []float64, i int) (sum float64) {
	for k, v := range g.z[i*g.p : (i+1)*g.p] {
		sum += beta[k] * v
	}
	return sum
}
