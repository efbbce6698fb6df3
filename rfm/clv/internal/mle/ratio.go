package mle

import "gonum.org/v1/gonum/mathext"

// LikelihoodRatio tests a model against one it contains: l0 ≤ l1 are the two
// log-likelihoods and df ≥ 1 the parameters that the smaller one holds fixed,
// inside their range. It returns the statistic 2·(l1 − l0), not below 0, and the
// probability of at least that under the smaller model, the tail of χ²(df). ok is
// false for other input.
func LikelihoodRatio(l0, l1 float64, df int) (statistic, p float64, ok bool) {
	if !finite(l0, l1) || df < 1 {
		return 0, 0, false
	}
	statistic = max(0, 2*(l1-l0))
	if statistic == 0 {
		return 0, 1, true
	}
	return statistic, min(1, mathext.GammaIncRegComp(float64(df)/2, statistic/2)), true
}
