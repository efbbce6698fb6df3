// Package multiple adjusts p-values for how many hypotheses were looked at. The
// numbers are those of R's p.adjust.
package multiple

import "slices"

// Holm adjusts ascending p-values in place, so that the probability of even one
// false claim stays at the level, whatever the dependence. Holm (1979), Scand. J.
// Statist. 6:65–70.
func Holm(p []float64) {
	worst := 0.0
	for k, v := range p {
		worst = max(worst, min(1, float64(len(p)-k)*v))
		p[k] = worst
	}
}

// Hochberg is Holm's steps from the other end, for independent tests. Hochberg
// (1988), Biometrika 75:800–802.
func Hochberg(p []float64) { up(p, func(k int) float64 { return float64(len(p) - k) }) }

// BH adjusts ascending p-values in place, so that the expected share of false
// claims among all claims stays at the level, for independent or positively
// dependent tests. Benjamini & Hochberg (1995), JRSS B 57:289–300.
func BH(p []float64) {
	n := float64(len(p))
	up(p, func(k int) float64 { return n / float64(k+1) })
}

// BY is BH under any dependence. Benjamini & Yekutieli (2001), Annals of Statistics
// 29:1165–1188.
func BY(p []float64) {
	n, harmonic := float64(len(p)), 0.0
	for k := range p {
		harmonic += 1 / float64(k+1)
	}
	up(p, func(k int) float64 { return n / float64(k+1) * harmonic })
}

// up steps from the greatest p-value to the least.
func up(p []float64, factor func(k int) float64) {
	best := 1.0
	for k, v := range slices.Backward(p) {
		best = min(best, factor(k)*v)
		p[k] = best
	}
}
