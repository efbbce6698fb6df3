package clv

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

// LikelihoodRatio tests whether the larger of two fits of the same rows is better
// than chance makes it: Pareto/NBD against Sarmanov, or a model against itself
// with further covariates. It is ErrNested if smaller is not contained in larger,
// if they are of different rows, or fitted with a ridge, and ErrNoUncertainty if
// one of them failed.
//
// P is the tail of χ²(DF), which holds for many customers: what the smaller model
// fixes (M = 0, coefficients 0) lies inside its range. If larger is at a boundary
// that smaller is not at, for example M at its bound, P is too great if anything:
// the test errs on the side of the smaller model.
func LikelihoodRatio(smaller, larger *Fit) (Test, error) {
	if smaller == nil || larger == nil || smaller.Predictor == nil || larger.Predictor == nil {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w", ErrNoUncertainty)
	}
	nested := smaller.kind == larger.kind || smaller.kind == KindParetoNBD && larger.kind == KindSarmanov
	acts := map[Acting]bool{}
	for _, a := range larger.acting {
		acts[a] = true
	}
	for _, a := range smaller.acting {
		nested = nested && (acts[a] || a.On == Both && acts[Acting{a.Covariate, Buying}] && acts[Acting{a.Covariate, Leaving}])
	}
	df := len(larger.Estimates) - len(smaller.Estimates)
	if !nested || df < 1 {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w: %s with %d parameters in %s with %d", ErrNested,
			smaller.kind.Label(guanxi.EN), len(smaller.Estimates), larger.kind.Label(guanxi.EN), len(larger.Estimates))
	}
	if smaller.unit != larger.unit || !sameRows(smaller, larger) {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w: fitted to different rows", ErrNested)
	}
	if smaller.problem.Ridge != nil || larger.problem.Ridge != nil {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w: a ridge moves the maximum", ErrNested)
	}
	statistic, p, ok := mle.LikelihoodRatio(smaller.LogLik, larger.LogLik, df)
	if !ok {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w", ErrNoUncertainty)
	}
	return Test{Statistic: statistic, DF: df, P: p}, nil
}

// sameRows reports whether two fits saw the same rows, in whatever order, with the
// same values of the covariates that both have.
func sameRows(a, b *Fit) bool {
	if !slices.Equal(a.rows, b.rows) || !slices.Equal(a.counts, b.counts) {
		return false
	}
	var of, in []int // columns that both have
	for j := range a.columns {
		for k := range b.columns {
			if a.columns[j].name != b.columns[k].name {
				continue
			}
			if a.columns[j].mean != b.columns[k].mean || a.columns[j].sd != b.columns[k].sd {
				return false
			}
			of, in = append(of, j), append(in, k)
		}
	}
	if len(of) == 0 {
		return true
	}
	x, y := a.sorted(of), b.sorted(in)
	for i := range x {
		if a.problem.Rows[x[i]] != b.problem.Rows[y[i]] {
			return false
		}
		for k := range of {
			if a.standardised(x[i], of[k]) != b.standardised(y[i], in[k]) {
				return false
			}
		}
	}
	return true
}

// standardised is a covariate of a row as the optimiser has it.
func (f *Fit) standardised(row, column int) float64 {
	return f.problem.Covariates.Z[row*f.problem.Covariates.Columns+column]
}

// sorted returns the order of the rows by what they are and by some covariates.
func (f *Fit) sorted(columns []int) []int {
	order := make([]int, len(f.problem.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		c := mle.Compare(f.problem.Rows[i], f.problem.Rows[j])
		for k := 0; c == 0 && k < len(columns); k++ {
			c = cmp.Compare(f.standardised(i, columns[k]), f.standardised(j, columns[k]))
		}
		return c
	})
	return order
}

// BootstrapConfig says how a fit is repeated on customers drawn with replacement.
type BootstrapConfig struct {
	Replicates int    `json:"replicates"`
	Seed       uint64 `json:"seed"`
}

// Validate refuses fewer than one replicate.
func (c BootstrapConfig) Validate() error {
	if c.Replicates < 1 {
		return fmt.Errorf("clv: bootstrap: %w", &guanxi.FieldError{Pointer: "/replicates", Err: fmt.Errorf("%w: %d", ErrRange, c.Replicates)})
	}
	return nil
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *BootstrapConfig) UnmarshalJSON(data []byte) error {
	type plain BootstrapConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, BootstrapConfig(p), err)
}

// Bootstrapped is what the repetitions gave.
type Bootstrapped struct {
	Names      []string    // of the parameters, as in Outcome.Estimates
	Params     [][]float64 // by replicate; without those that failed
	Failed     int         // no fit
	AtBoundary int         // fits at a boundary; in Params with the finite values that stand for them
}

// Bootstrap fits the model again to as many customers as there are, drawn with
// replacement, Replicates times. The same seed gives the same result for any
// number of workers. Use it where the asymptotic standard errors are in doubt:
// few customers, a fit near a boundary. Errors: ErrNoUncertainty after a failed
// fit; ErrRange of Replicates.
func (f *Fit) Bootstrap(cfg BootstrapConfig) (*Bootstrapped, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if f.Predictor == nil {
		return nil, fmt.Errorf("clv: bootstrap: %w", ErrNoUncertainty)
	}
	r, err := mle.Bootstrap(f.problem, f.ended.raw, cfg.Replicates, cfg.Seed)
	if err != nil {
		return nil, fmt.Errorf("clv: bootstrap: %w: %w", ErrNoUncertainty, err)
	}
	b := &Bootstrapped{Failed: r.Failed, AtBoundary: r.AtEdge}
	for _, e := range f.Estimates {
		b.Names = append(b.Names, e.Name)
	}
	k := len(f.family.names)
	for _, theta := range r.Theta {
		if theta == nil {
			continue
		}
		if f.lift != nil {
			theta = f.lift(theta)
		}
		host := f.family.toHost(theta)
		params := f.family.at(host)
		if f.family.fault(params) != "" {
			b.Failed++
			continue
		}
		b.Params = append(b.Params, append(params, host[k:]...))
	}
	return b, nil
}
