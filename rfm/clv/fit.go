package clv

import (
	"errors"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/bg"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/discrete"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/pareto"
)

// FitConfig says which model is fitted, and how. The zero value is ready.
type FitConfig struct {
	Model Kind `json:"model,omitempty"` // "" is KindMBGNBD
	// Covariates says which columns of the rows act on what; nil (absent) lets each
	// one act on buying and, with a coefficient of its own, on leaving, and an empty
	// list takes none. A column may stand
	// twice, once for each process, or once for Both. MBG/NBD, BG/NBD and Pareto/NBD
	// take covariates. In the BG models those on leaving move the odds of the mean
	// dropout probability a/(a+b), and a+b stays.
	Covariates []Acting `json:"covariates,omitzero"`
	// Ridge subtracts Ridge/2 · Σ θ² from the log-likelihood, where θ are the logs of
	// rates and shapes in which the model is fitted, and the coefficients of
	// covariates per standard deviation: it keeps sparse data from running off, at
	// the price of a bias. A fit with a ridge has no boundary. 0 is none.
	Ridge      float64 `json:"ridge,omitempty"`
	Confidence float64 `json:"confidence,omitempty"` // of intervals; 0 is DefaultConfidence
	Workers    int     `json:"workers,omitempty"`    // goroutines; 0 or 1 is the caller's alone; results do not depend on it
}

// Acting is a covariate and the process it acts on.
type Acting struct {
	Covariate string  `json:"covariate"`
	On        Process `json:"on"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c FitConfig) Validate() error {
	var errs faultList
	switch c.Model {
	case "", KindMBGNBD, KindBGNBD, KindParetoNBD:
	case KindSarmanov, KindBGBB:
		if len(c.Covariates) > 0 {
			errs.add(&guanxi.FieldError{Pointer: "/covariates", Err: fmt.Errorf("%w: %s takes none", ErrCovariate, c.Model.Label(guanxi.EN))})
		}
	default:
		errs.add(&guanxi.FieldError{Pointer: "/model", Err: fmt.Errorf("%w: %q", ErrModel, string(c.Model))})
	}
	acts := map[Acting]bool{}
	for i, a := range c.Covariates {
		at := fmt.Sprintf("/covariates/%d", i)
		if a.On != Buying && a.On != Leaving && a.On != Both {
			errs.add(&guanxi.FieldError{Pointer: at + "/on", Err: fmt.Errorf("%w: %q is not buying, leaving or both", ErrRange, string(a.On))})
		}
		if a.Covariate == "" || acts[a] || a.On != Both && acts[Acting{a.Covariate, Both}] ||
			a.On == Both && (acts[Acting{a.Covariate, Buying}] || acts[Acting{a.Covariate, Leaving}]) {
			errs.add(&guanxi.FieldError{Pointer: at, Err: fmt.Errorf("%w: %q has no name or acts twice", ErrCovariate, a.Covariate)})
		}
		acts[a] = true
	}
	checkCommon(&errs, c.Ridge, c.Confidence, c.Workers)
	return errs.err("fit config")
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *FitConfig) UnmarshalJSON(data []byte) error {
	type plain FitConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, FitConfig(p), err)
}

// Fit is a fitted model: what it predicts (the embedded Predictor) and how it
// was found (the Outcome). Immutable; safe for concurrent use.
type Fit struct {
	*Predictor
	Outcome

	kind    Kind
	unit    Unit
	family  *family
	ended   *ended
	problem mle.Problem                     // as it was solved, for the bootstrap
	lift    func(theta []float64) []float64 // from the problem's theta to the family's; nil is the same
	acting  []Acting                        // by coefficient
	columns []column                        // of the problem's covariates, without the values
	rows    []kernel.Row                    // distinct, in the optimiser's order
	counts  []float64                       // how many customers each stands for
}

// FitModel finds the parameters that make rows most likely. The likelihood, its
// gradient and its Hessian are exact; maxima at the edge of a model are found as
// such (Status Boundary), and a fit is never worse than that of a model it
// contains.
//
// Errors: faults of the config and the rows; ErrTooFew for fewer distinct rows than
// parameters, or no repeat purchase; ErrConstant for a covariate that cannot be
// told from the others; ErrFit. With ErrFit a Fit is returned that has a Status
// and a Reason, and no Predictor; with other errors it is nil.
//
// Parameters are those of customers whose covariates are 0, as other tools have
// them. Where these would be out of range (MinParameter to MaxParameter, limits of
// confidence included), since 0 lies far from every customer, they are those of
// customers with the mean of each covariate, which is then the Centre of its
// Effects. Forecasts do not depend on that.
//
// Cost: about ten evaluations of the likelihood, over distinct rows, for ordinary
// tables; hundreds for odd ones, where a budget ends the search.
func FitModel(rows Rows, cfg FitConfig) (*Fit, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Model == "" {
		cfg.Model = KindMBGNBD
	}
	if err := rows.Validate(); err != nil {
		return nil, err
	}
	if (rows.Unit == Opportunity) != (cfg.Model == KindBGBB) {
		return nil, fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: "/unit",
			Err: fmt.Errorf("%w: %s does not count in %q", ErrUnit, cfg.Model.Label(guanxi.EN), string(rows.Unit))})
	}
	fail := func(err error) error { return fmt.Errorf("clv: %s: %w", cfg.Model.Label(guanxi.EN), err) }
	f := &Fit{kind: cfg.Model, unit: rows.Unit}
	table, err := tableOf(rows)
	if err != nil {
		return nil, fail(err)
	}
	f.rows, f.counts = grouped(table)
	f.family = familyOf(cfg.Model, f.rows, f.counts)
	f.problem = mle.Problem{Rows: f.rows, Weights: f.counts, Workers: cfg.Workers}
	if err := f.design(rows, cfg.Covariates); err != nil {
		return nil, fail(err)
	}
	if len(f.acting) > 0 { // as the covariates have them
		f.problem.Rows, f.problem.Weights = table, nil
	}
	f.problem.Ridge = ridge(cfg.Ridge, len(f.family.names)+len(f.acting))
	if f.problem.Nested, err = f.nested(cfg); err != nil {
		return f.failed(fail(err))
	}
	f.problem.Model, f.problem.Edges = f.family.evaluator(), f.family.edges
	if f.kind == KindSarmanov {
		f.ended, err = f.fitSarmanov(cfg)
	} else {
		f.ended, err = f.family.fit(f.problem, cfg.Confidence)
	}
	if f.ended != nil {
		f.Outcome = f.ended.Outcome
	}
	if err != nil {
		return f.failed(fail(err))
	}
	f.Predictor = f.predictorAt(f.ended.theta).WithWorkers(cfg.Workers)
	return f, nil
}

// failed returns a fit only with the error that says that there is something in it.
func (f *Fit) failed(err error) (*Fit, error) {
	if errors.Is(err, ErrFit) {
		return f, err
	}
	return nil, err
}

// tableOf is the rows as the optimiser takes them.
func tableOf(rows Rows) ([]kernel.Row, error) {
	table := make([]kernel.Row, len(rows.List))
	repeat := false
	for i := range rows.List {
		r := &rows.List[i]
		table[i] = kernel.Row{X: r.Frequency, Tx: r.LastPurchaseAge, T: r.Age}
		repeat = repeat || r.Frequency > 0
	}
	if !repeat {
		return nil, fmt.Errorf("%w: no repeat purchase in %d", ErrTooFew, len(table))
	}
	return table, nil
}

// nested fits the models that this one contains: without covariates, or without
// correlation.
func (f *Fit) nested(cfg FitConfig) ([]mle.Nested, error) {
	inner := cfg
	switch {
	case cfg.Model == KindSarmanov:
		inner.Model = KindParetoNBD
	case len(f.acting) == 0:
		return nil, nil
	}
	fam := familyOf(inner.Model, f.rows, f.counts)
	p := mle.Problem{Rows: f.rows, Weights: f.counts, Workers: cfg.Workers, Ridge: ridge(cfg.Ridge, len(fam.names))}
	e, err := fam.fit(p, cfg.Confidence)
	if err != nil {
		f.Outcome = e.Outcome
		return nil, err
	}
	theta := append([]float64(nil), e.theta...)
	if cfg.Model == KindSarmanov {
		theta = uncorrelated(theta)
		f.family.startAround(theta)
	}
	theta = append(theta, make([]float64, len(f.acting))...)
	return []mle.Nested{{Theta: theta, LogLik: e.LogLik}}, nil
}

// grouped sorts a copy of table and merges equal rows, so that neither a fit nor
// its starts depend on the order of the rows.
func grouped(table []kernel.Row) (rows []kernel.Row, counts []float64) {
	rows = slices.Clone(table)
	slices.SortFunc(rows, mle.Compare)
	counts = make([]float64, 0, len(rows))
	n := 0
	for _, r := range rows {
		if n > 0 && rows[n-1] == r {
			counts[n-1]++
			continue
		}
		rows[n], counts = r, append(counts, 1)
		n++
	}
	return rows[:n], counts
}

// familyOf describes a kind; table, of which each row stands for counts, gives the
// starts.
func familyOf(kind Kind, table []kernel.Row, counts []float64) *family {
	f := &family{}
	switch kind {
	case KindMBGNBD, KindBGNBD:
		modified := kind == KindMBGNBD
		f.names = []string{"r", "alpha", "a", "b"}
		f.coords = []string{"r", "alpha", "a/b", "1/(a+b)"}
		f.evaluator = func() kernel.Evaluator { return bg.NewEvaluator(modified) }
		f.starts = bg.Starts(momentsOf(table, counts), modified)
		f.edges = []mle.Edge{
			{Coordinate: 2, Sign: -1, Name: "nobody leaves: a/(a+b) → 0"},
			{Coordinate: 3, Sign: -1, Name: "everybody has the same dropout probability: a+b → ∞"},
		}
		f.natural = func(eta []float64) []float64 {
			p := bg.Natural(eta, modified)
			return []float64{p.R, p.Alpha, p.A, p.B}
		}
		f.jacobian = func(eta []float64) [][]float64 {
			j := bg.Jacobian(eta)
			return [][]float64{j[0][:], j[1][:], j[2][:], j[3][:]}
		}
	case KindParetoNBD, KindSarmanov:
		f.names = []string{"r", "alpha", "s", "beta"}
		f.coords = []string{"r", "alpha", "s/beta", "1/s"}
		f.edges = []mle.Edge{
			{Coordinate: 2, Sign: -1, Name: "nobody leaves: s/β → 0"},
			{Coordinate: 3, Sign: -1, Name: "everybody has the same dropout rate: s → ∞"},
		}
		f.starts = pareto.Starts(pareto.MomentsOf(table, counts))
		f.evaluator = pareto.NewEvaluator
		f.natural = func(eta []float64) []float64 {
			p := pareto.Natural(eta)
			return []float64{p.R, p.Alpha, p.S, p.Beta}
		}
		f.jacobian = func([]float64) [][]float64 { return blocks(pareto.Jacobian(nil), pareto.Dim) }
		if kind == KindSarmanov {
			f.correlated()
		}
	case KindBGBB:
		f.names = []string{"alpha", "beta", "gamma", "delta"}
		f.coords = []string{"alpha/beta", "1/(alpha+beta)", "gamma/delta", "1/(gamma+delta)"}
		f.edges = []mle.Edge{
			{Coordinate: 1, Sign: -1, Name: "everybody buys with the same probability: α+β → ∞"},
			{Coordinate: 3, Sign: -1, Name: "everybody has the same dropout probability: γ+δ → ∞"},
		}
		f.evaluator = discrete.NewBGBB
		f.starts = discrete.StartsBGBB(table, counts)
		f.natural = func(eta []float64) []float64 {
			p := discrete.NaturalBGBB(eta)
			return []float64{p.Alpha, p.Beta, p.Gamma, p.Delta}
		}
		f.jacobian = discrete.JacobianBGBB
	}
	return f
}

// predictorAt is the model at a point in the host's own covariates.
func (f *Fit) predictorAt(theta []float64) *Predictor {
	k := len(f.family.names)
	effects := make([]Effect, len(f.acting))
	for j, a := range f.acting {
		effects[j] = Effect{Covariate: a.Covariate, On: a.On, Coefficient: theta[k+j]}
		if f.family.centred {
			effects[j].Centre = f.columns[f.family.effects[j].column].mean
		}
	}
	return newPredictor(modelOf(f.kind, f.family.at(theta)), f.unit, effects)
}

// momentsOf sums what starts need to know.
func momentsOf(table []kernel.Row, counts []float64) bg.Moments {
	var m bg.Moments
	for i, r := range table {
		w, x := counts[i], float64(r.X)
		m.Customers += w
		m.X, m.XX, m.T = m.X+w*x, m.XX+w*x*x, m.T+w*r.T
	}
	return m
}

// blocks cuts a matrix by rows of n.
func blocks(flat []float64, n int) [][]float64 {
	out := make([][]float64, 0, len(flat)/n)
	for len(flat) >= n {
		out, flat = append(out, flat[:n:n]), flat[n:]
	}
	return out
}
