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

// ClearSuffix behind the id of a signal names the column of its Clear.
const ClearSuffix = ":clear"

// AppendClears appends to dst one number per signal, in the order of the catalogue:
// what its Clear is multiplied with at now, 2^(−age/half-life) where the signal was
// looked for and the newest finding is that it is not so, and 0 where it was found;
// NaN is "not looked". Errors, allocation and now as of AppendFeatures.
func (s *Scorer) AppendClears(dst []float64, seen []Observation, now time.Time) ([]float64, error) {
	n := len(dst)
	dst, err := s.AppendFeatures(dst, seen, now)
	if err != nil {
		return dst, err
	}
	m := now.UnixMicro()
	x := dst[n:]
	var w endings
	for _, o := range seen {
		w.date(&s.rules[o.Signal], o.Signal, o.Value, m-o.At)
	}
	var found [maxSignals]bool
	for _, o := range seen {
		found[o.Signal] = found[o.Signal] || o.Value > 0 && !w.over(o.Signal, m-o.At)
	}
	for i := range x {
		switch {
		case found[i]:
			x[i] = 0
		case x[i] == 0: // looked for
			x[i] = onGrid(s.pow.exp2(max(float64(float64(w.until[i])*s.rules[i].rate), -1000)))
		}
	}
	return dst, nil
}

// AppendFeatures appends to dst one number per signal, in the order of the
// catalogue: min(cap, Σ value·2^(−age/half-life)) at now, of the observations that
// count by Observation.Value, which is what the weight is multiplied with. 0 is "looked, and it was not so"; NaN is "not looked", and
// what that is to mean a learner must decide. Groups do not enter.
//
// Observations after now are ErrFuture, so that nothing leaks from behind a cut.
// One at now itself is taken; where now is a cut, pass those from before it. Errors
// otherwise as of Score; dst is then returned as it was. No allocation where the
// capacity suffices.
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
	var w endings
	for i, o := range seen {
		if !s.sound(o.Signal, o.Value, o.At, m) {
			if len(f) == maxFaults {
				return dst[:n], append(f, at(fmt.Errorf("%w: observations from %d on", guanxi.ErrTooMany, i))).err()
			}
			f = append(f, guanxi.At(guanxi.Pointer(i), s.fault(o.Signal, o.Value, o.At, m)))
			continue
		}
		w.date(&s.rules[o.Signal], o.Signal, o.Value, m-o.At)
	}
	if len(f) > 0 {
		return dst[:n], f.err()
	}
	for _, o := range seen {
		if w.over(o.Signal, m-o.At) {
			continue
		}
		r := &s.rules[o.Signal]
		x := s.pow.exp2(max(float64(float64(m-o.At)*r.rate), -1000))
		x = onGrid(min(float64(x*o.Value), r.limit))
		if old := dst[n+o.Signal]; !math.IsNaN(old) {
			if r.rate == 0 {
				x = max(old, x)
			} else {
				x = min(old+x, r.limit)
			}
		}
		dst[n+o.Signal] = x
	}
	return dst, nil
}
