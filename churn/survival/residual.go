package survival

import "math"

// Martingale returns, for each row of the data, whether the customer left less
// what the fit expected: positive left too early, negative stayed too long. They
// add up to 0. Rows left out are NaN.
func (f *CoxFit) Martingale() []float64 {
	g := f.design
	out := make([]float64, g.rows)
	for i := range out {
		out[i] = math.NaN()
	}
	for k := range g.strata {
		f.expect(k, func(i int, h float64) {
			out[g.row[i]] = float64(one(g.event[i])) - h*math.Exp(g.eta(f.beta, i))
		})
	}
	return out
}

// expect yields the rows of a stratum with the baseline hazard each was under
// while it was at risk. Those who leave at one time share its Efron terms.
func (f *CoxFit) expect(k int, yield func(i int, hazard float64)) {
	g, b, s := f.design, &f.base[k], &f.design.strata[k]
	step := len(b.time) - 1
	for gi := s.groups; gi < s.groups+s.groupN; gi++ {
		m := g.groups[gi]
		for step >= 0 && b.time[step] > g.time[m.from] {
			step--
		}
		for i := int(m.from); i < int(m.to); i++ {
			h := 0.0
			if step >= 0 {
				h = b.hazard[step]
			}
			if g.event[i] {
				h -= b.own[step]
			}
			if g.entry != nil {
				if e := b.upTo(g.entry[i]); e >= 0 {
					h -= b.hazard[e]
				}
			}
			yield(i, h)
		}
	}
}

// Deviance returns the martingale residuals made more symmetric about 0:
// sign(m)·√(-2(m + d·log(d-m))), where d is 1 for a customer who left, else 0.
// Rows left out are NaN. Therneau, Grambsch & Fleming (1990), Biometrika 77, 147.
func (f *CoxFit) Deviance() []float64 {
	out := f.Martingale()
	g := f.design
	for i, row := range g.row {
		m := out[row]
		inner := m
		if g.event[i] {
			inner += math.Log(1 - m)
		}
		out[row] = math.Copysign(math.Sqrt(max(0, -2*inner)), m)
	}
	return out
}
