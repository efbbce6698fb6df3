package churn

import (
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
)

// AppendNames appends to dst the ids of the signals in the order of the catalogue:
// the names of the columns that AppendFeatures fills.
func (s *Scorer) AppendNames(dst []string) []string {
	for _, sig := range s.signals {
		dst = append(dst, sig.ID)
	}
	return dst
}

// AppendFeatures appends to dst one number per signal, in the order of the
// catalogue: min(cap, Σ value·2^(−age/half-life)) at now, which is what the weight
// is multiplied with. 0 is "looked, and it was not so"; NaN is "not looked", and
// what that is to mean a learner must decide. Groups do not enter.
//
// Observations after now are ErrFuture, so that nothing leaks from behind a cut.
// One at now itself is taken; where now is a cut, pass those from before it. Errors otherwise as of Score; dst is then returned as it
// was. No allocation where the capacity suffices.
func (s *Scorer) AppendFeatures(dst []float64, seen []Observation, now time.Time) ([]float64, error) {
	m, err := micro(now)
	if err != nil {
		return dst, err
	}
	var f faults
	n := len(dst)
	for range s.rules {
		dst = append(dst, math.NaN())
	}
	for i, o := range seen {
		if !s.sound(o.Signal, o.Value, o.At, m) {
			if len(f) == maxFaults {
				return dst[:n], append(f, at(fmt.Errorf("%w: observations from %d on", ErrTooMany, i))).err()
			}
			f = append(f, guanxi.At(guanxi.Pointer(i), s.fault(o.Signal, o.Value, o.At, m)))
			continue
		}
		r := &s.rules[o.Signal]
		x := s.pow.exp2(max(float64(float64(m-o.At)*r.rate), -1000))
		x = onGrid(min(float64(x*o.Value), r.limit))
		if old := dst[n+o.Signal]; !math.IsNaN(old) {
			x = min(old+x, r.limit)
		}
		dst[n+o.Signal] = x
	}
	if len(f) > 0 {
		return dst[:n], f.err()
	}
	return dst, nil
}
