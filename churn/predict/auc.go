package predict

import (
	"cmp"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi/internal/normal"
)

// DefaultConfidence is the level where a config or an argument leaves it at 0.
const DefaultConfidence = 0.95

// Interval is a closed interval.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// AUC is the area under the ROC curve: how often a customer who left has a
// higher score than one who stayed, a tie counting one half. An immutable value.
type AUC struct {
	Value float64 `json:"value"`
	// SE is DeLong's standard error.
	SE float64 `json:"se"`
	// Interval is Value ± z·SE, its ends cut at 0 and 1. Where SE is 0 (the
	// scores separate the two perfectly, or are all equal) it is absent, the zero
	// Interval: no width would be known.
	Interval   Interval `json:"interval,omitzero"`
	Confidence float64  `json:"confidence"`
}

// Gini returns 2·AUC − 1.
func (a AUC) Gini() float64 { return 2*a.Value - 1 }

// AUC returns the area alone; ok is false where all have one label. It is exact
// but for one division. Cost: O(groups), no allocation.
func (r *Ranking) AUC() (auc float64, ok bool) {
	if r.hit == 0 || r.miss == 0 {
		return 0, false
	}
	doubled, below := uint64(0), uint64(0)
	for _, g := range r.groups {
		doubled += uint64(g.hit) * (2*below + uint64(g.miss))
		below += uint64(g.miss)
	}
	return float64(doubled) / (2 * float64(r.hit) * float64(r.miss)), true
}

// DeLong returns the area with its standard error and interval at a confidence in
// (0, 1), 0 being DefaultConfidence. Errors: ErrConfidence; ErrOneClass; ErrTooFew
// unless at least two left and two stayed. Cost: O(groups) after the one sorting of
// Reset, no allocation.
//
// DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837–845; the placements
// by sorting as in Sun & Xu (2014), IEEE Signal Processing Letters
// 21(11):1389–1393. Sums are whole numbers in 128 bits and do not round.
func (r *Ranking) DeLong(confidence float64) (AUC, error) {
	z, err := deviate(confidence)
	if err != nil {
		return AUC{}, err
	}
	if err := twoClasses(r.hit, r.miss); err != nil {
		return AUC{}, err
	}
	var hits, misses placements
	below, above := uint64(0), uint64(r.hit)
	for _, g := range r.groups {
		above -= uint64(g.hit)
		hits.add(uint64(g.hit), 2*below+uint64(g.miss))
		misses.add(uint64(g.miss), 2*above+uint64(g.hit))
		below += uint64(g.miss)
	}
	value, _ := r.AUC()
	return newAUC(value, math.Sqrt(hits.variance(r.hit, r.miss)+misses.variance(r.miss, r.hit)), z, confidence), nil
}

func newAUC(value, se, z, confidence float64) AUC {
	a := AUC{Value: value, SE: se, Confidence: cmp.Or(confidence, DefaultConfidence)}
	if se > 0 {
		a.Interval = Interval{max(0, value-z*se), min(1, value+z*se)}
	}
	return a
}

// placements sums DeLong's structural components of one class, in doubled
// counts: how many rows of the other class a row stands above, ties one half.
type placements struct {
	squares wide
	sum     uint64
}

// add takes up n rows of equal placement.
func (p *placements) add(n, doubled uint64) {
	p.squares.addSquares(n, doubled)
	p.sum += n * doubled
}

// variance is that of the mean component: of n rows against m of the others.
func (p *placements) variance(n, m int64) float64 {
	fn, fm := float64(n), float64(m)
	return p.squares.spread(uint64(n), p.sum) / (fn * fn * (fn - 1)) / (4 * fm * fm)
}

// deviate returns the z of a two-sided interval.
func deviate(confidence float64) (float64, error) {
	confidence = cmp.Or(confidence, DefaultConfidence)
	if !(confidence > 0 && confidence < 1) {
		return 0, at(fmt.Errorf("%w: %v", ErrConfidence, confidence), "confidence")
	}
	return normal.Deviate(confidence), nil
}

// twoClasses returns ErrOneClass or ErrTooFew unless each label has two rows.
func twoClasses(hit, miss int64) error {
	switch {
	case hit == 0 || miss == 0:
		return fmt.Errorf("%w: %d left, %d stayed", ErrOneClass, hit, miss)
	case hit < 2 || miss < 2:
		return fmt.Errorf("%w: %d left, %d stayed, and a standard error needs two of each", ErrTooFew, hit, miss)
	}
	return nil
}
