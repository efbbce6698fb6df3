package clv

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/spend"
)

// GammaGamma is the Gamma-Gamma model of what customers spend on a purchase:
// purchases of one customer are gamma distributed with shape P, and their rate
// is Gamma(Q, V) over the customers. V is called gamma in some tools. It takes
// for granted that what customers spend does not depend on how often they buy:
// see [Independence]. An immutable value. Fader & Hardie (2013), "The Gamma-Gamma
// Model of Monetary Value".
type GammaGamma struct {
	P float64 `json:"p"`
	Q float64 `json:"q"`
	V float64 `json:"v"`
}

func (g GammaGamma) core() spend.Params { return spend.Params{P: g.P, Q: g.Q, V: g.V} }

// Params returns p, q and v.
func (g GammaGamma) Params() []Param { return []Param{{"p", g.P}, {"q", g.Q}, {"v", g.V}} }

// Validate refuses parameters outside [1e-100, 1e100]: money has more units than
// time.
func (g GammaGamma) Validate() error { return between("gammagamma", g.Params(), 1e-100, 1e100) }

// Population returns the mean spend over all customers, p·v/(q−1), which is what
// a customer without repeat purchases is expected to spend. It is ErrSpend where
// q ≤ 1: so few customers spend so much that there is no mean.
func (g GammaGamma) Population() (float64, error) {
	if err := g.Validate(); err != nil {
		return 0, err
	}
	m, ok := g.core().Expected(0, 0)
	if !ok {
		return 0, fmt.Errorf("clv: %w (q = %v)", ErrSpend, g.Q)
	}
	return m, nil
}

// AppendSpend appends to dst what each customer is expected to spend on a
// purchase: the mean of their own, drawn towards the population's, the more the
// fewer they are (note of 2013, eq. 5). Customers without repeat purchases, or
// with a value that is not above 0, get the population's. ErrSpend where q ≤ 1;
// otherwise only faults of the rows.
func (g GammaGamma) AppendSpend(dst []float64, rows Rows) ([]float64, error) {
	population, err := g.Population()
	if err != nil {
		return dst, err
	}
	if err := rows.Validate(); err != nil {
		return dst, err
	}
	core := g.core()
	for i := range rows.List {
		r := &rows.List[i]
		s := population
		if r.Frequency > 0 && r.Value > 0 {
			s, _ = core.Expected(r.Frequency, r.Value)
		}
		dst = append(dst, s)
	}
	return dst, nil
}

// TuningConfig says how a model of spend, or of contracts, is fitted. The zero value is
// ready.
type TuningConfig struct {
	// Ridge subtracts Ridge/2 · Σ (log parameter)² from the log-likelihood, v of
	// Gamma-Gamma counted in geometric means of the values.
	Ridge      float64 `json:"ridge,omitempty"`
	Confidence float64 `json:"confidence,omitempty"` // of intervals; 0 is DefaultConfidence
	Workers    int     `json:"workers,omitempty"`    // goroutines; 0 or 1 is the caller's alone; results do not depend on it
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c TuningConfig) Validate() error {
	var errs faultList
	checkCommon(&errs, c.Ridge, c.Confidence, c.Workers)
	return errs.err("tuning")
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *TuningConfig) UnmarshalJSON(data []byte) error {
	type plain TuningConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, TuningConfig(p), err)
}

// SpendFit is a fitted model of spend. Its log-likelihood keeps all constants.
// Immutable; safe for concurrent use.
type SpendFit struct {
	GammaGamma
	Outcome
	LeftOut      int               `json:"left_out"` // rows without repeat purchases or without a value above 0
	Independence IndependenceCheck `json:"independence"`

	theta      []float64
	covariance [][]float64 // of theta
}

// FitSpend fits the Gamma-Gamma model to the rows with repeat purchases and a
// value above 0; the others are counted. The unit of money changes V and nothing
// else but the log-likelihood, whose density is per that unit. Errors: faults of the config and the
// rows, ErrTooFew, ErrFit. Where it is ErrFit the fit is returned too, its
// Status is Failed and its Reason says why.
func FitSpend(rows Rows, cfg TuningConfig) (*SpendFit, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := rows.Validate(); err != nil {
		return nil, err
	}
	used := make([]kernel.Row, 0, len(rows.List))
	for i := range rows.List {
		if r := &rows.List[i]; r.Frequency > 0 && r.Value > 0 {
			used = append(used, kernel.Row{X: r.Frequency, Mean: r.Value})
		}
	}
	f := &SpendFit{LeftOut: len(rows.List) - len(used)}
	f.Independence = Independence(rows)
	used, counts := grouped(used)
	scale := normalise(used, counts)
	starts := spend.Starts(used, counts)
	fam := family{
		names: []string{"p", "q", "v"}, coords: []string{"p", "q", "v"}, evaluator: spend.NewEvaluator, starts: starts,
		natural:  func(eta []float64) []float64 { p := spend.Natural(eta); return []float64{p.P, p.Q, p.V} },
		jacobian: spend.Jacobian,
	}
	e, err := fam.fit(mle.Problem{Rows: used, Weights: counts, Ridge: ridge(cfg.Ridge, 3), Workers: cfg.Workers}, cfg.Confidence)
	if e != nil && err == nil {
		err = e.inUnits(scale)
	}
	if e != nil {
		f.Outcome, f.theta, f.covariance = e.Outcome, e.theta, e.covariance
	}
	if err != nil {
		return f, fmt.Errorf("clv: Gamma-Gamma: %w", err)
	}
	f.GammaGamma = GammaGamma{P: e.params[0], Q: e.params[1], V: e.params[2]}
	return f, nil
}

// normalise divides the values by their geometric mean, which it returns, so that
// a fit and the place where it counts as run off do not depend on the unit of
// money.
func normalise(rows []kernel.Row, counts []float64) (scale float64) {
	var sum, n float64
	for i := range rows {
		sum, n = sum+counts[i]*math.Log(rows[i].Mean), n+counts[i]
	}
	if n == 0 {
		return 1
	}
	scale = math.Exp(sum / n)
	for i := range rows {
		rows[i].Mean /= scale
	}
	return scale
}

// inUnits turns a fit of spend to values divided by scale into that of the
// values: v grows with them, the density of each customer's mean falls, and the
// curvature in logs stays.
func (e *ended) inUnits(scale float64) error {
	const v = 2
	e.params[v] *= scale
	if err := (GammaGamma{e.params[0], e.params[1], e.params[v]}).Validate(); err != nil {
		e.Status, e.Reason = Failed, err.Error()
		return fmt.Errorf("%w: %s", ErrFit, e.Reason)
	}
	e.theta[v] += math.Log(scale)
	gone := float64(e.Customers) * math.Log(scale)
	e.LogLik, e.AIC, e.BIC = e.LogLik-gone, e.AIC+2*gone, e.BIC+2*gone
	est := &e.Estimates[v]
	est.Value, est.SE, est.Low, est.High = est.Value*scale, est.SE*scale, est.Low*scale, est.High*scale
	for j := range e.Covariance {
		e.Covariance[v][j] *= scale
		e.Covariance[j][v] *= scale
	}
	return nil
}

// IndependenceCheck says whether spend goes with frequency, which Gamma-Gamma assumes
// it does not.
type IndependenceCheck struct {
	Customers   int     `json:"customers"`   // with repeat purchases and a value above 0
	Correlation float64 `json:"correlation"` // Pearson's, of frequency and value
	Known       bool    `json:"known"`       // false below four customers, or where all are alike
	Low         float64 `json:"low"`         // 95 % limits by Fisher's z; [-1, 1] where not Known
	High        float64 `json:"high"`
}

// Holds reports whether the correlation is small enough for the model: |ρ| < 0.2
// is what practice accepts; CDNOW has 0.11. If the correlation is not Known, Holds
// reports true: nothing speaks against the model.
func (i IndependenceCheck) Holds() bool {
	return !i.Known || i.Correlation < 0.2 && i.Correlation > -0.2
}

// Independence measures whether frequency and value go together among the
// customers with repeat purchases and a finite value above 0. Three customers or
// fewer show a correlation whatever they do, so it is not Known then.
func Independence(rows Rows) IndependenceCheck {
	var x, y []float64
	for i := range rows.List {
		if r := &rows.List[i]; r.Frequency > 0 && r.Value > 0 && finite(r.Value) {
			x, y = append(x, float64(r.Frequency)), append(y, r.Value)
		}
	}
	ind := IndependenceCheck{Customers: len(x), Low: -1, High: 1}
	if len(x) < 4 {
		return ind
	}
	if ind.Correlation, ind.Known = correlation(x, y); ind.Known {
		half := normal.Deviate(DefaultConfidence) / math.Sqrt(float64(len(x)-3))
		z := math.Atanh(ind.Correlation)
		ind.Low, ind.High = math.Tanh(z-half), math.Tanh(z+half)
	}
	return ind
}
