package survival

// CoxEval evaluates a partial likelihood n times, for the test that it does not
// allocate.
func (f *CoxFit) CoxEval() func() {
	s := newSweep(f.design, f.Ties == Breslow)
	return func() { s.eval(f.beta) }
}

// Likelihood is the partial likelihood of a fit at beta in the caller's units.
func (f *CoxFit) Likelihood(beta []float64) float64 {
	b := make([]float64, len(beta))
	for k := range b {
		b[k] = beta[k] * f.design.scale[k]
	}
	return newSweep(f.design, f.Ties == Breslow).eval(b)
}

// Harmonic and NormalTail for their tests.
var (
	Harmonic   = harmonic
	NormalTail = normalTail
)
