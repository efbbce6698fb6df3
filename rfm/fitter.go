package rfm

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Fitter fits a Scale to a population that lies in parts: in several processes,
// or in tables that do not fit into memory together. What it ends with is the
// very Scale that Fit makes of the whole, whatever the parts and their order.
//
// It goes in rounds. In each round every part is added once (AddPopulation), to
// one Fitter or to several that are merged; then Next goes on to the next round,
// until there is none:
//
//	f, err := rfm.NewFitter(agg.Config(), cfg, 2)
//	for more := true; more; more, err = f.Next() {
//		for _, part := range parts {
//			err = rfm.AddPopulation(f, part) // the same parts in every round
//		}
//	}
//	scale, err := f.Scale()
//
// The first round counts all values in buckets with fixed boundaries: one for
// each value up to ±2,047, above that 1,024 to an octave. The rounds after it look
// into those buckets alone that a cut point lies in, and the last one counts every
// value there. Two rounds are enough for any shop. With more of them a round keeps
// at most 4,096 counts a cut point, and the last one at most 2^(53−12·(rounds−2)).
//
// NTile and nested scales need the whole population at once: ErrBatchOnly.
//
// An accumulator: not safe for concurrent use; use one per goroutine and Merge.
type Fitter struct {
	scale  *Scale // without cuts until they are found
	costs  bool   // the parts keep costs
	rounds int
	round  int // from 1; rounds+1 when everything is found
	dims   [3]search
}

// MaxRounds is how many rounds a Fitter can be asked for: in the last of six no
// more than 32 values are left to tell apart.
const MaxRounds = 6

// NewFitter returns a Fitter before its first round, for parts that aggregates
// with config c give. Every fault of the two configs is returned; rounds outside
// 2 to MaxRounds are ErrOption, 0 is 2.
func NewFitter(c Config, cfg ScaleConfig, rounds int) (*Fitter, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("rfm: config: %w", err)
	}
	f, err := newFitter(c.Currency, c.Decimals, c.KeepCosts, cfg, rounds)
	if err != nil {
		return nil, fmt.Errorf("rfm: fitter: %w", err)
	}
	return f, nil
}

func newFitter(currency string, decimals int, costs bool, cfg ScaleConfig, rounds int) (*Fitter, error) {
	s, err := newScale(cfg, currency, decimals)
	if err != nil {
		return nil, err
	}
	if s.cfg.Method == NTile {
		return nil, guanxi.At("/method", fmt.Errorf("%w: %s", ErrBatchOnly, NTile))
	}
	if s.cfg.Nested {
		return nil, guanxi.At("/nested", ErrBatchOnly)
	}
	if err := s.takes(&Config{Currency: currency, Decimals: decimals, KeepCosts: costs}); err != nil {
		return nil, err
	}
	rounds = orDefault(rounds, 2)
	if rounds < 2 || rounds > MaxRounds {
		return nil, guanxi.At("/rounds", fmt.Errorf("%w: %d is not in 2 to %d", ErrOption, rounds, MaxRounds))
	}
	return &Fitter{scale: s, costs: costs, rounds: rounds, round: 1}, nil
}

// Round returns the round that parts are added to now, from 1, and how many
// there are at most. It is one more than that when nothing is left to be done.
func (f *Fitter) Round() (round, of int) { return f.round, f.rounds }

// AddPopulation adds a part in the current round: those of its customers who ever
// bought. It is a function, since a Fitter has no key type. A population of
// another currency is ErrMismatch, as Fit has it.
// Cost: O(customers), in the first round about 10 ns a customer; no goroutines.
func AddPopulation[K comparable](f *Fitter, pop *Population[K]) error {
	if err := f.scale.takes(&pop.cfg); err != nil {
		return fmt.Errorf("rfm: fitter: %w", err)
	}
	var vals [blockRows]int64
	for dim := range f.dims {
		d := &f.dims[dim]
		if f.round > 1 && len(d.spans) == 0 {
			continue
		}
		for lo := 0; lo < len(pop.count); lo += blockRows {
			counts := pop.count[lo:min(lo+blockRows, len(pop.count))]
			pop.column(vals[:len(counts)], f.scale, Dimension(dim), lo)
			n := 0
			for i, c := range counts {
				vals[n] = vals[i]
				if c != prospect {
					n++
				}
			}
			if f.round == 1 {
				d.count(vals[:n])
			} else {
				d.countInside(vals[:n])
			}
		}
	}
	return nil
}

// Merge adds what g counted, as if its parts had been added here. g stays as it
// is and is not kept. Fitters of other configs, or in another round or search, are
// ErrMismatch, and f is unchanged then.
func (f *Fitter) Merge(g *Fitter) error {
	if f == g || !f.sameSearch(g) {
		return fmt.Errorf("rfm: fitter: merge: %w", ErrMismatch)
	}
	for dim := range f.dims {
		f.dims[dim].merge(&g.dims[dim], f.round)
	}
	return nil
}

// sameSearch reports whether two fitters count the same things.
func (f *Fitter) sameSearch(g *Fitter) bool {
	a, errA := f.header()
	b, errB := g.header()
	if errA != nil || errB != nil || string(a) != string(b) || f.rounds != g.rounds || f.round != g.round {
		return false
	}
	for dim := range f.dims {
		if !f.dims[dim].sameSpans(&g.dims[dim], f.round) {
			return false
		}
	}
	return true
}

// Next ends a round, and reports whether there is another one: then f is empty,
// and waits for all parts again. If no part had a customer who ever bought it is
// ErrEmpty; if the parts of a round were not those of the first one it is
// ErrMismatch. f is unchanged then. When nothing is left to be done, Next does
// nothing.
func (f *Fitter) Next() (bool, error) {
	if f.round > f.rounds {
		return false, nil
	}
	if f.dims[0].m.n == 0 {
		return false, fmt.Errorf("rfm: fitter: %w", ErrEmpty)
	}
	var next [3]search
	open := false
	for dim := range f.dims {
		d := &f.dims[dim]
		var ok bool
		if f.round == 1 {
			next[dim], ok = d.narrow(f.wanted(dim)), true
		} else {
			next[dim], ok = d.refine()
		}
		if !ok {
			return false, fmt.Errorf("rfm: fitter: round %d: %w: the parts are not those of the first round", f.round, ErrMismatch)
		}
		open = open || len(next[dim].spans) > 0
	}
	f.dims = next
	if f.round++; !open {
		f.round = f.rounds + 1
	}
	for dim := range f.dims {
		f.dims[dim].prepare(f.round == f.rounds)
	}
	return open, nil
}

// wanted lists the ranks that the cuts of a dimension are made of.
func (f *Fitter) wanted(dim int) []int {
	d := &f.scale.dims[dim]
	if d.fixed || f.scale.cfg.Method == Mean {
		return nil
	}
	return ranksOf(f.scale.cfg.Method, int(f.dims[dim].m.n), d.bins)
}

// Scale returns the scale that was found; ErrMismatch as long as a round is left.
func (f *Fitter) Scale() (*Scale, error) {
	if f.round <= f.rounds {
		return nil, fmt.Errorf("rfm: fitter: %w: round %d of %d is not ended", ErrMismatch, f.round, f.rounds)
	}
	s := *f.scale
	for dim := range s.dims {
		d, found := &s.dims[dim], &f.dims[dim]
		d.spread(&found.m)
		switch {
		case d.fixed:
		case s.cfg.Method == Mean:
			d.cuts = []int64{found.m.sum.mean(int(found.m.n))}
		default:
			d.cuts = cutsOf(s.cfg.Method, int(found.m.n), d.bins, func(rank int) int64 { return found.found[rank] })
		}
	}
	return &s, nil
}

// Bins returns the number of scores that the scale will have on each dimension.
func (f *Fitter) Bins() Bins { return f.scale.Bins() }
