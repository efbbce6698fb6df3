package survival

import (
	"fmt"
	"math"
)

// TimeScale is the scale of time on which a coefficient may drift.
type TimeScale string

const (
	// KMScale, the default, is 1 - S(t-) of all rows together: each event counts
	// the same, however far apart they are.
	KMScale TimeScale = "km"
	// IdentityScale is time itself, on which late events weigh heavily.
	IdentityScale TimeScale = "identity"
)

// TermTest is a proportional-hazards test of one term.
type TermTest struct {
	Term string `json:"term"`
	Test
}

// PHTest is whether hazards are proportional. A small P says that the
// coefficient of a term changes with time.
type PHTest struct {
	Terms  []TermTest `json:"terms"`  // by first appearance among the covariates
	Global Test       `json:"global"` // of all terms together
}

// ProportionalHazards tests, term by term and for all, whether coefficients
// change along a scale of time ("" is KMScale): the score test of adding
// x·g(t) to the model. An unknown scale is ErrOption; ErrNoRows where all events
// are at one time, so that nothing can drift.
//
// Grambsch & Therneau (1994), Biometrika 81, 515–526, as an exact score test.
func (f *CoxFit) ProportionalHazards(scale TimeScale) (PHTest, error) {
	if scale != "" && scale != KMScale && scale != IdentityScale {
		return PHTest{}, at(fmt.Errorf("%w: %.64q is not km or identity", ErrOption, scale), "scale")
	}
	g := f.design
	p := g.p
	drift, ok := f.drift(scale == IdentityScale)
	if !ok {
		return PHTest{}, fmt.Errorf("%w: all events are at one time", ErrNoRows)
	}
	s := newSweep(g, f.Ties == Breslow)
	u, info, before := make([]float64, 2*p), newSym(2*p), newSym(p)
	s.hook = func(_ *stratum, m *moment, t *tied) {
		v := drift(g.time[m.from])
		for k := range p {
			r := t.af*s.d1[k] - t.a*s.s1[k]
			for i := int(m.from); i < int(m.from)+int(m.deaths); i++ {
				r += g.z[i*p+k]
			}
			u[p+k] += v * r
			for j := range k + 1 {
				here := s.info.at(k, j) - before.at(k, j)
				before.set(k, j, s.info.at(k, j))
				info.a[(p+k)*(p+k+1)/2+p+j] += v * v * here
				info.a[(p+k)*(p+k+1)/2+j] += v * here
				if j != k {
					info.a[(p+j)*(p+j+1)/2+k] += v * here
				}
			}
		}
	}
	s.eval(f.beta)
	for k := range p {
		for j := range k + 1 {
			info.set(k, j, s.info.at(k, j))
		}
	}
	out := PHTest{Global: partial(u, info, p, func(int) bool { return true })}
	seen := map[string]bool{}
	for _, term := range f.terms {
		if !seen[term] {
			seen[term] = true
			t := partial(u, info, p, func(k int) bool { return f.terms[k] == term })
			out.Terms = append(out.Terms, TermTest{term, t})
		}
	}
	return out, nil
}

// partial tests the drift of the columns used, given the plain ones.
func partial(u []float64, info sym, p int, use func(k int) bool) Test {
	var index []int
	for k := range 2 * p {
		if k < p || use(k-p) {
			index = append(index, k)
		}
	}
	part, v := newSym(len(index)), make([]float64, len(index))
	for i, k := range index {
		v[i] = u[k] // 0 for the plain columns: the fit is at its maximum
		for j := range i + 1 {
			part.set(i, j, info.at(k, index[j]))
		}
	}
	var c chol
	free := c.factorFree(part, 1e-12)
	df := max(0, free-p)
	if df == 0 {
		return Test{0, 0, 1}
	}
	return newTest(c.quadratic(v), df)
}

// drift returns the scale of time, with mean 0 and variance 1 over the events;
// not ok where all events are at one time.
func (f *CoxFit) drift(identity bool) (func(t float64) float64, bool) {
	g := f.design
	d := Data{Time: g.time, Event: g.event, Entry: g.entry}
	table := d.table(nil, nil, g.n)
	before := make(map[float64]float64, len(table))
	surv, n, mean, square := 1.0, 0.0, 0.0, 0.0
	for _, t := range table {
		v := t.time
		if !identity {
			v = 1 - surv
		}
		before[t.time] = v
		surv *= float64(t.risk-t.events) / float64(t.risk)
		// Welford's update with a weight.
		if e := float64(t.events); e > 0 {
			n += e
			delta := v - mean
			mean += delta * e / n
			square += e * delta * (v - mean)
		}
	}
	sd := math.Sqrt(square / n)
	if !(sd > 0) {
		return nil, false
	}
	return func(t float64) float64 { return (before[t] - mean) / sd }, true
}
