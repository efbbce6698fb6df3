package pareto

import "math"

// expint returns e^z·E_s(z) = ∫ over v > 0 of e^(−zv)·(1+v)^(−s), for s > 0 and
// z > 0: a continued fraction for large z or s (DLMF 8.19.17, even part), the
// power series (DLMF 8.19.10) elsewhere, with recurrence in s from near 1
// upwards. Thirteen digits, near and at integers s included.
func expint(s, z float64) float64 {
	if z > 1.5 || s > 8 {
		return expintFraction(s, z)
	}
	up := max(math.Floor(s-0.5), 0)
	f := math.Exp(z) * expintSeries(s-up, z)
	for k := s - up; k < s-0.5; k++ {
		f = (1 - z*f) / k
	}
	return f
}

// expintFraction is Lentz's evaluation of
// 1/(z+s − 1·s/(z+s+2 − 2(s+1)/(z+s+4 − …))).
func expintFraction(s, z float64) float64 {
	b := z + s
	c := math.Inf(1)
	d := 1 / b
	f := d
	for k := 1.0; k < 10000; k++ {
		a := -k * (s + k - 1)
		b += 2
		d = 1 / (b + a*d)
		c = b + a/c
		step := c * d
		f *= step
		if math.Abs(step-1) < 1e-15 {
			break
		}
	}
	return f
}

// expintSeries returns E_s(z) for 0 < s < 1.5 and moderate z. With e = s−1 the
// pole of Γ(−e)·z^e at e = 0 is taken together with the first term:
// (1 − Γ(1−e)·z^e)/e.
func expintSeries(s, z float64) float64 {
	e := s - 1
	var sum float64
	power := 1.0 // (−z)^k/k!
	for k := 1.0; k < 100; k++ {
		power *= -z / k
		term := power / (k - e)
		sum += term
		if math.Abs(term) < 1e-18 {
			break
		}
	}
	q := lgammaOver(e) + math.Log(z) // ln(Γ(1−e)·z^e)/e
	if math.Abs(e*q) < 1e-300 {
		return -q - sum
	}
	return -math.Expm1(e*q)/e - sum
}

// lgammaOver returns ln Γ(1−e)/e, Euler's constant at e = 0.
func lgammaOver(e float64) float64 {
	if math.Abs(e) > 0.1 {
		return lgamma(1-e) / e
	}
	sum := 0.0 // γ + Σ ζ(k)·e^(k−1)/k
	for k := len(zeta) - 1; k >= 0; k-- {
		sum = sum*e + zeta[k]/float64(k+1)
	}
	return sum
}

func lgamma(z float64) float64 {
	v, _ := math.Lgamma(z)
	return v
}

// zeta holds γ and ζ(2), ζ(3), …
var zeta = [...]float64{
	0.57721566490153286061, 1.6449340668482264365, 1.2020569031595942854,
	1.0823232337111381915, 1.0369277551433699263, 1.0173430619844491397,
	1.0083492773819228268, 1.0040773561979443394, 1.0020083928260822144,
	1.0009945751278180853, 1.0004941886041194646, 1.0002460865533080483,
	1.0001227133475784891, 1.0000612481350587048, 1.0000305882363070205,
}
