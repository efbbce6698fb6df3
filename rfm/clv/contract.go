package clv

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/discrete"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

// Contract is what is known of one contract, or of Count alike: how many renewals
// have come due, and whether the last of them was declined. {Due: 3} was renewed
// three times and runs on; {Due: 3, Ended: true} was renewed twice and given up
// at the third.
type Contract struct {
	Due   int  `json:"due"`
	Ended bool `json:"ended,omitempty"`
	Count int  `json:"count,omitempty"` // 0 is 1
}

// SBG is the shifted beta-geometric model of contracts: at each renewal a
// customer gives up with a probability of their own, which is Beta(Alpha, Beta)
// over the customers. Retention rises with tenure because those who would leave
// have left. Unlike a fitted curve it projects. An immutable value. Fader & Hardie
// (2007), "How to Project Customer Retention", J. of Interactive Marketing
// 21(1):76–90.
//
// Its methods answer NaN for parameters that Validate refuses and for counts
// below 0 or above MaxFrequency.
type SBG struct {
	Alpha float64 `json:"alpha"`
	Beta  float64 `json:"beta"`
}

func (m SBG) core() discrete.SBG { return discrete.SBG{Alpha: m.Alpha, Beta: m.Beta} }

// Params returns alpha and beta.
func (m SBG) Params() []Param { return []Param{{"alpha", m.Alpha}, {"beta", m.Beta}} }

// Validate refuses parameters outside [MinParameter, MaxParameter].
func (m SBG) Validate() error { return positive("sbg", m.Params()) }

func (m SBG) usable(counts ...int) bool {
	for _, n := range counts {
		if n < 0 || n > MaxFrequency {
			return false
		}
	}
	return m.Alpha >= MinParameter && m.Beta >= MinParameter && m.Alpha <= MaxParameter && m.Beta <= MaxParameter
}

// Survival is the share of new contracts that are renewed at least n times.
// Cost: O(n).
func (m SBG) Survival(n int) float64 {
	if !m.usable(n) {
		return math.NaN()
	}
	return m.core().Survival(n)
}

// Retention is the share that renews for the n-th time, n ≥ 1, of those who
// could (eq. 8).
func (m SBG) Retention(n int) float64 {
	if !m.usable(n) || n < 1 {
		return math.NaN()
	}
	return m.core().Retention(n)
}

// PAlive is the probability that a contract that was renewed `renewed` times is
// renewed `ahead` times more.
func (m SBG) PAlive(renewed, ahead int) float64 {
	if !m.usable(renewed, ahead) {
		return math.NaN()
	}
	return m.core().PAlive(renewed, ahead)
}

// Expected is the expected number of renewals among the next `due` ones of a
// contract that was renewed `renewed` times. Cost: O(due).
func (m SBG) Expected(renewed, due int) float64 {
	if !m.usable(renewed, due) {
		return math.NaN()
	}
	return m.core().Expected(renewed, due)
}

// DEL is the discounted expected lifetime, in periods, of a contract about to be
// signed: the first period counts whole, the next 1/(1+discount), and so on.
// Without discount it is +Inf for Alpha ≤ 1. Fader & Hardie (2010), "Customer-Base
// Valuation in a Contractual Setting", Marketing Science 29(1), eq. 6.
func (m SBG) DEL(discount float64) float64 {
	if !m.usable() || !(discount >= 0) {
		return math.NaN()
	}
	return m.core().DEL(discount)
}

// DERL is the discounted expected residual lifetime of a contract that was renewed
// `renewed` times, just before the next renewal is due: if that comes it counts
// whole (eq. 8 there).
func (m SBG) DERL(renewed int, discount float64) float64 {
	if !m.usable(renewed) || !(discount >= 0) {
		return math.NaN()
	}
	return m.core().DERL(renewed, discount)
}

// Simulate invents n contracts that were each watched for `due` renewals. The
// same seed gives the same contracts. ErrRange for counts below 0, for n above
// MaxSimulated and due above MaxFrequency.
func (m SBG) Simulate(n, due int, seed uint64) ([]Contract, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if n < 0 || n > MaxSimulated || due < 0 || due > MaxFrequency {
		return nil, fmt.Errorf("clv: simulation: %w: %d contracts, %d renewals", ErrRange, n, due)
	}
	out := make([]Contract, n)
	for i := range out {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		out[i].Due, out[i].Ended, _ = m.core().Simulate(rng, due)
	}
	return out, nil
}

// ContractFit is a fitted model of contracts. Immutable; safe for concurrent use.
type ContractFit struct {
	SBG
	Outcome
}

// FitContracts fits the shifted beta-geometric model. Errors: faults of the
// config; ErrNegative and ErrRange of the contracts, with /contracts/17/due;
// ErrTooFew where fewer than two contracts differ, or none has ended; ErrFit, with
// which the fit is returned too.
func FitContracts(contracts []Contract, cfg TuningConfig) (*ContractFit, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var errs faultList
	alike, ended := map[kernel.Row]float64{}, false
	for i, c := range contracts {
		least := 0
		if c.Ended {
			least = 1
			ended = true
		}
		if c.Due < least || c.Due > MaxFrequency {
			errs.add(&guanxi.FieldError{Pointer: guanxi.Pointer("contracts", i, "due"),
				Err: fmt.Errorf("%w: %d is not in [%d, %d]", ErrRange, c.Due, least, MaxFrequency)})
			continue
		}
		if c.Count < 0 {
			errs.add(&guanxi.FieldError{Pointer: guanxi.Pointer("contracts", i, "count"), Err: fmt.Errorf("%w: %d", ErrNegative, c.Count)})
		}
		row := kernel.Row{T: float64(c.Due)}
		if c.Ended {
			row.X = 1
		}
		alike[row] += float64(max(1, c.Count))
	}
	if err := errs.err("contracts"); err != nil {
		return nil, err
	}
	if !ended {
		return nil, fmt.Errorf("clv: sBG: %w: no contract has ended", ErrTooFew)
	}
	rows := slices.SortedFunc(maps.Keys(alike), mle.Compare)
	weights := make([]float64, len(rows))
	for i, r := range rows {
		weights[i] = alike[r]
	}
	if distinct, _ := grouped(rows); len(distinct) < 2 {
		return nil, fmt.Errorf("clv: sBG: %w: all contracts are alike", ErrTooFew)
	}
	fam := family{
		names: []string{"alpha", "beta"}, coords: []string{"alpha/beta", "1/(alpha+beta)"}, evaluator: discrete.NewSBG, starts: discrete.StartsSBG(rows, weights),
		edges: []mle.Edge{{Coordinate: 1, Sign: -1, Name: "everybody gives up with the same probability: alpha+beta → ∞"}},
		natural: func(eta []float64) []float64 {
			p := discrete.NaturalSBG(eta)
			return []float64{p.Alpha, p.Beta}
		},
		jacobian: discrete.JacobianSBG,
	}
	e, err := fam.fit(mle.Problem{Rows: rows, Weights: weights, Ridge: ridge(cfg.Ridge, 2), Workers: cfg.Workers}, cfg.Confidence)
	f := &ContractFit{}
	if e != nil {
		f.Outcome = e.Outcome
	}
	if err != nil {
		return f, fmt.Errorf("clv: sBG: %w", err)
	}
	f.SBG = SBG{Alpha: e.params[0], Beta: e.params[1]}
	return f, nil
}
