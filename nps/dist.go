package nps

import (
	"math"

	// The incomplete beta and gamma functions, which are the distributions of
	// Student, Fisher, chi-square and beta; distuv would bring random numbers.
	"gonum.org/v1/gonum/mathext"
)

// betaQuantile is the value that a Beta(a, b) one is below with probability p,
// which is small here: a bisection in the logarithm, then Newton's method.
func betaQuantile(a, b, p float64) float64 {
	x := mathext.InvRegIncBeta(a, b, p)
	lo, hi := 0.0, 1.0
	lbeta := lnBeta(a, b)
	for range 60 {
		gap := mathext.RegIncBeta(a, b, x) - p
		if gap > 0 {
			hi = x
		} else {
			lo = x
		}
		density := math.Exp((a-1)*math.Log(x) + (b-1)*math.Log1p(-x) - lbeta)
		next := x - gap/density
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
		}
		step := math.Abs(next - x)
		x = next
		if step <= 1e-10*x { // Newton's error is now about the square of that
			break
		}
	}
	return x
}

func lnBeta(a, b float64) float64 { return mathext.Lbeta(a, b) }

// studentQuantile is the t with df degrees of freedom beyond which, on both
// sides together, the probability alpha lies.
func studentQuantile(df, alpha float64) float64 {
	if df > 1000 { // the expansion about the normal; Abramowitz & Stegun 26.7.5
		z := math.Sqrt2 * math.Erfcinv(alpha)
		s := z * z
		g1 := (s + 1) / 4
		g2 := ((5*s+16)*s + 3) / 96
		g3 := (((3*s+19)*s+17)*s - 15) / 384
		g4 := ((((79*s+776)*s+1482)*s-1920)*s - 945) / 92160
		return z * (1 + (g1+(g2+(g3+g4/df)/df)/df)/df)
	}
	// P(|T| > t) = I(df/(df+t²); df/2, ½).
	x := betaQuantile(df/2, 0.5, alpha)
	if x > 0.5 { // t is small: take the complement, which does not cancel
		y := betaQuantile(0.5, df/2, 1-alpha)
		return math.Sqrt(df * y / (1 - y))
	}
	return math.Sqrt(df * (1 - x) / x)
}

// fisherTail is the probability that an F value with these degrees of freedom
// exceeds f.
func fisherTail(f, df1, df2 float64) float64 {
	if math.IsInf(f, 1) {
		return 0
	}
	return mathext.RegIncBeta(df2/2, df1/2, df2/(df2+df1*f))
}

// chiSquareTail is the probability that a chi-square value exceeds x.
func chiSquareTail(x, df float64) float64 { return mathext.GammaIncRegComp(df/2, x/2) }
