package predict

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
)

// Fit is a learned model with what is known about its fit. A plain value;
// nothing changes it, so it may be read by many goroutines.
//
// The slices Standardised, SE and Covariance have the intercept first, then the
// columns in order.
type Fit struct {
	Model Model `json:"model"`
	// Standardised are the coefficients of the columns less their mean, per
	// population standard deviation.
	Standardised []float64 `json:"standardised"`
	Means        []float64 `json:"means"`      // of the columns
	Deviations   []float64 `json:"deviations"` // population standard deviations
	// SE are standard errors, the roots of the diagonal of Covariance.
	SE []float64 `json:"se"`
	// Covariance of intercept and weights, (columns+1)², row-major: the inverse
	// of the Fisher information I. With a penalty P it is (I+P)⁻¹·I·(I+P)⁻¹, the
	// variance of an estimate that is biased towards 0 on purpose. Le Cessie & van
	// Houwelingen (1992), Applied Statistics 41:191–201.
	Covariance []float64 `json:"covariance"`

	LogLik       float64 `json:"log_lik"`       // without the penalty
	Deviance     float64 `json:"deviance"`      // −2 × LogLik
	NullDeviance float64 `json:"null_deviance"` // of the base rate alone
	// Parameters is the number of coefficients, or with a penalty the effective
	// number, trace((I+P)⁻¹·I).
	Parameters float64 `json:"parameters"`
	AIC        float64 `json:"aic"` // Deviance + 2 × Parameters

	Rows       int     `json:"rows"`
	Left       int     `json:"left"`
	Lambda     float64 `json:"lambda"`
	Scaling    Scaling `json:"scaling"`
	Iterations int     `json:"iterations"`
	// Separating names the columns that separate alone; only where the config
	// allows it.
	Separating []string `json:"separating,omitempty"`
}

// Z returns coefficient k over its standard error, 0 being the intercept, with
// its two-sided p-value. ok is false with a penalty, which biases it, and
// where there is no such coefficient.
func (f *Fit) Z(k int) (z ZTest, ok bool) {
	if f.Lambda != 0 || k < 0 || k > len(f.Model.Weights) || k >= len(f.SE) {
		return ZTest{}, false
	}
	coef := f.Model.Intercept
	if k > 0 {
		coef = f.Model.Weights[k-1]
	}
	stat := coef / f.SE[k]
	return ZTest{stat, normal.TwoSided(stat)}, true
}

// Learn fits a ridge logistic regression of who left on the columns of x.
//
// Errors, in this order: the faults of cfg, x and left (ErrShape), all at once;
// ErrTooFew unless there are more rows than columns; ErrOneClass; the columns that
// no fit can use, all at once and each by its first fault: ErrConstant and
// ErrOverflow, ErrCollinear (less than 1e-9 of a column's variance is left by
// those before it), ErrSeparation of columns that separate alone; ErrSeparation of
// a set that separates together, of which none can be spared; ErrConverge.
//
// The result does not depend, in any bit, on the order of the rows. Cost:
// O(rows·columns²) a step, about 8 steps; the columns are copied once. Where
// Lambda is above 0 and separation is not allowed, a fit without a penalty
// follows to look for it. To name a set that separates together takes up to 16
// further fits of part of the columns; where that is not enough the set named
// still separates, though a part of it may do so too. Newton's method with halved steps; McCullagh & Nelder
// (1989), Generalized Linear Models, 2nd ed., section 4.4.
func Learn(x Matrix, left []bool, cfg FitConfig) (Fit, error) {
	err := errors.Join(guanxi.At("/config", cfg.Validate()), x.Validate())
	if len(left) != x.Rows() && x.shape() == nil {
		err = errors.Join(err, at(fmt.Errorf("%w: %d labels of %d rows", ErrShape, len(left), x.Rows()), "left"))
	}
	if err != nil {
		return Fit{}, err
	}
	if n, p := x.Rows(), len(x.Columns); n <= p {
		return Fit{}, at(fmt.Errorf("%w: %d of them for %d columns", ErrTooFew, n, p), "rows")
	}
	b := newPool(x, left)
	if b.hits == 0 || b.hits == b.total {
		return Fit{}, at(fmt.Errorf("%w: %v of %v left", ErrOneClass, b.hits, b.total), "left")
	}
	names := append([]string(nil), x.Columns...)
	b, s, single, err := b.prepare(names, cfg)
	if err != nil {
		return Fit{}, err
	}
	penalty, err := cfg.penalty(s, names)
	if err != nil {
		return Fit{}, err
	}
	f := newNewton(b, penalty)
	f.searchesParts = penalty == nil
	if err := f.run(); err != nil {
		return Fit{}, err
	}
	switch {
	case f.separated:
		return Fit{}, jointly(names, f.fewest())
	case penalty != nil && !cfg.AllowSeparation:
		joint, err := b.together(f.beta)
		if err != nil {
			return Fit{}, fmt.Errorf("%w, looking for separation without the penalty", err)
		}
		if len(joint) > 0 {
			return Fit{}, jointly(names, joint)
		}
	}
	out, err := f.fit(names, s)
	if err != nil {
		return Fit{}, err
	}
	out.Lambda, out.Scaling = cfg.Lambda, cfg.Scaling
	if out.Scaling == "" {
		out.Scaling = ByDeviation
	}
	for _, j := range single {
		out.Separating = append(out.Separating, names[j])
	}
	return out, nil
}

// prepare standardises the columns and refuses those that no fit can use, all at
// once and each by its first fault; single are those that separate alone.
func (b *pool) prepare(names []string, cfg FitConfig) (out *pool, s scales, single []int, err error) {
	columns, errs := b.usable(names)
	if len(errs) > 0 {
		b, names = b.only(columns), pick(names, columns)
	}
	s = b.standardize()
	columns, more := b.independent(names)
	errs = append(errs, more...)
	if len(more) > 0 {
		b, names = b.only(columns), pick(names, columns)
	}
	single = b.separating()
	if len(single) > 0 && !cfg.AllowSeparation {
		errs = append(errs, alone(names, single)...)
	}
	return b, s, single, errors.Join(errs...)
}

func pick(names []string, columns []int) (out []string) {
	for _, j := range columns {
		out = append(out, names[j])
	}
	return out
}

// penalty returns the penalty of each standardised weight, nil for none.
func (c FitConfig) penalty(s scales, names []string) ([]float64, error) {
	if c.Lambda == 0 {
		return nil, nil
	}
	out := make([]float64, len(names))
	var errs []error
	for j, sd := range s.sd {
		out[j] = c.Lambda
		if c.Scaling == ByUnit {
			out[j] = c.Lambda / sd / sd
		}
		if math.IsInf(out[j], 0) {
			errs = append(errs, at(fmt.Errorf("%w: the penalty on %q per deviation of %v", ErrOverflow, names[j], sd), "columns", names[j]))
		}
	}
	return out, errors.Join(errs...)
}

// fit turns the maximum into what is reported.
func (f *newton) fit(names []string, s scales) (Fit, error) {
	k := f.b.p + 1
	out := Fit{
		Standardised: f.beta,
		Means:        s.mean,
		Deviations:   s.sd,
		LogLik:       f.loglik,
		Deviance:     -2 * f.loglik,
		Rows:         int(f.b.total),
		Left:         int(f.b.hits),
		Iterations:   f.iterations,
	}
	hits, misses := f.b.hits, f.b.total-f.b.hits
	out.NullDeviance = -2 * (hits*math.Log(hits/f.b.total) + misses*math.Log(misses/f.b.total))
	if !f.factor.factor(f.info) {
		return Fit{}, fmt.Errorf("%w: its information matrix is singular", ErrConverge)
	}
	// From standardised to the columns' own units.
	out.Model = Model{Columns: names, Intercept: f.beta[0], Weights: make([]float64, f.b.p)}
	var errs []error
	for j, sd := range s.sd {
		w := f.beta[j+1] / sd
		out.Model.Weights[j] = w
		out.Model.Intercept -= w * s.mean[j]
		if v := w * s.mean[j]; v-v != 0 || w-w != 0 || 1/sd/sd > math.MaxFloat64 {
			errs = append(errs, at(fmt.Errorf("%w: the weight of %q per deviation of %v", ErrOverflow, names[j], sd), "columns", names[j]))
		}
	}
	if len(errs) > 0 {
		return Fit{}, errors.Join(errs...)
	}
	out.Covariance, out.Parameters = f.covariance(s)
	out.AIC = out.Deviance + 2*out.Parameters
	out.SE = make([]float64, k)
	for i := range out.SE {
		out.SE[i] = math.Sqrt(out.Covariance[i*k+i])
	}
	for _, v := range out.Covariance {
		if v-v != 0 {
			return Fit{}, at(fmt.Errorf("%w: the covariance of the weights", ErrOverflow), "columns")
		}
	}
	return out, nil
}

// covariance returns that of intercept and weights in the columns' own units.
// Each of them is a combination c of the standardised coefficients, so that a
// covariance is (L⁻¹c)·(L⁻¹d) where LLᵀ = I, or with a penalty u·I·v where
// (I+P)u = c: no variance comes out below 0. factor is that of info.
func (f *newton) covariance(s scales) (cov []float64, parameters float64) {
	k := f.b.p + 1
	rows := newSquare(k) // the combinations, then what is multiplied
	rows.set(0, 0, 1)
	for j, sd := range s.sd {
		rows.set(0, j+1, -s.mean[j]/sd)
		rows.set(j+1, j+1, 1/sd)
	}
	cov, parameters = make([]float64, k*k), float64(k)
	other := rows
	if f.penalty == nil {
		for a := range k {
			f.factor.forward(rows.row(a))
		}
	} else {
		other, parameters = f.bread(rows)
	}
	for a := range k {
		for b := range a + 1 {
			sum := 0.0
			for c, v := range rows.row(a) {
				sum += v * other.at(b, c)
			}
			if a == b {
				sum = max(sum, 0)
			}
			cov[a*k+b], cov[b*k+a] = sum, sum
		}
	}
	return cov, parameters
}

// bread replaces each row c by u, (I+P)u = c, and returns the rows I·u, and the
// trace of (I+P)⁻¹·I. I is computed anew, since a large P drowns it in I+P.
func (f *newton) bread(rows square) (square, float64) {
	k := rows.n
	inv := f.factor.inverse()
	penalty := f.penalty
	f.penalty = nil
	f.eval(f.beta)
	f.penalty = penalty
	for a := range k {
		for b := range a {
			f.info.set(b, a, f.info.at(a, b))
		}
	}
	parameters := 0.0
	out := newSquare(k)
	for a := range k {
		f.factor.solve(rows.row(a))
		for b := range k {
			parameters += inv.at(a, b) * f.info.at(b, a)
			sum := 0.0
			for c, v := range rows.row(a) {
				sum += v * f.info.at(b, c)
			}
			out.set(a, b, sum)
		}
	}
	return out, parameters
}
