package clv

import (
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

// LikelihoodRatio tests whether the larger of two fits of the same rows is better
// than chance makes it: Pareto/NBD against Sarmanov, or a model against itself
// with further covariates. It is ErrNested if smaller is not contained in larger,
// if they are of different rows, or fitted with a ridge, and ErrNoUncertainty if
// one of them failed.
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
			smaller.kind.Label(), len(smaller.Estimates), larger.kind.Label(), len(larger.Estimates))
	}
	if smaller.unit != larger.unit || !sameRows(smaller, larger) {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w: fitted to different rows", ErrNested)
	}
	if smaller.problem.Ridge != nil || larger.problem.Ridge != nil {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w: a ridge moves the maximum", ErrNested)
	}
	statistic, p, ok := mle.LikelihoodRatio(smaller.LogLik, larger.LogLik, df, 0)
	if !ok {
		return Test{}, fmt.Errorf("clv: likelihood ratio: %w", ErrNoUncertainty)
	}
	return Test{Statistic: statistic, DF: df, P: p}, nil
}

// sameRows reports whether two fits saw the same rows, in whatever order.
func sameRows(a, b *Fit) bool {
	return slices.Equal(a.rows, b.rows) && slices.Equal(a.counts, b.counts)
}

// BootstrapConfig says how a fit is repeated on customers drawn with replacement.
type BootstrapConfig struct {
	Replicates int    `json:"replicates"`
	Seed       uint64 `json:"seed"`
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
	if cfg.Replicates < 1 {
		return nil, fmt.Errorf("clv: bootstrap: %w", &guanxi.FieldError{Pointer: "/replicates", Err: fmt.Errorf("%w: %d", ErrRange, cfg.Replicates)})
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
		b.Params = append(b.Params, append(f.family.at(host), host[k:]...))
	}
	return b, nil
}
