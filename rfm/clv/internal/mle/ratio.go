package mle

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// LikelihoodRatio tests a model against one it contains: l0 ≤ l1 are the two
// log-likelihoods, df ≥ 1 the parameters that the smaller one holds fixed, and
// boundary of these are fixed at the edge of their range. It returns the statistic
// 2·(l1 − l0), not below 0, and the probability of at least that under the
// smaller model: the tail of χ²(df), or with a boundary of the mixture of
// χ²(df − boundary + k) with weights C(boundary, k)/2^boundary, which is exact for
// one parameter at its edge (½χ²(0) + ½χ²(1) for df = 1) and for several whose
// estimates do not depend on each other. ok is false for other input.
// Self & Liang (1987), JASA 82, cases 5 to 7.
func LikelihoodRatio(l0, l1 float64, df, boundary int) (statistic, p float64, ok bool) {
	if !finite(l0, l1) || df < 1 || boundary < 0 || boundary > df || boundary > 60 {
		return 0, 0, false
	}
	statistic = max(0, 2*(l1-l0))
	weight := math.Ldexp(1, -boundary)
	for k := 0; k <= boundary; k++ {
		p += weight * chiSquareTail(statistic, df-boundary+k)
		weight *= float64(boundary-k) / float64(k+1)
	}
	return statistic, min(p, 1), true
}

// chiSquareTail is P(χ²(df) ≥ x).
func chiSquareTail(x float64, df int) float64 {
	switch {
	case x <= 0:
		return 1
	case df == 0:
		return 0
	}
	return mathext.GammaIncRegComp(float64(df)/2, x/2)
}
