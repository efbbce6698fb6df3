package mle

import "math"

// identified is the smallest 1 − R² of a parameter on those before it that lets
// the data tell them apart.
const identified = 1e-10

// factor writes the Cholesky factor of info over the free parameters, scaled to
// a unit diagonal, into l (m × m by rows). It returns the parameters in order,
// their scales, and the first whose 1 − R² is not above least, or −1.
func factor(info []float64, free []bool, least float64) (l []float64, index []int, scale []float64, flat int) {
	for i, f := range free {
		if f {
			index = append(index, i)
		}
	}
	m := len(index)
	l, scale = make([]float64, m*m), make([]float64, m)
	for a, i := range index {
		d := info[lower(i, i)]
		if !(d > 0) || math.IsInf(d, 1) {
			return nil, nil, nil, i
		}
		scale[a] = math.Sqrt(d)
	}
	for a, i := range index {
		for b := 0; b <= a; b++ {
			t := info[lower(i, index[b])] / scale[a] / scale[b]
			for k := range b {
				t -= l[a*m+k] * l[b*m+k]
			}
			if b < a {
				l[a*m+b] = t / l[b*m+b]
				continue
			}
			if !(t > least) {
				return nil, nil, nil, i
			}
			l[a*m+a] = math.Sqrt(t)
		}
	}
	return l, index, scale, -1
}

// flat returns a free parameter whose 1 − R² in info is not above least, or −1.
func flat(info []float64, free []bool, least float64) int {
	_, _, _, i := factor(info, free, least)
	return i
}

// Covariance inverts info (lower triangle by rows) over the free parameters; the
// rows of the others are 0, which means held, not known. ok is false where info is
// not positive definite. With a ridge, info holds the penalty too, and the result
// is the inverse curvature of the penalised objective.
func Covariance(info []float64, free []bool) (cov []float64, ok bool) {
	l, index, scale, bad := factor(info, free, identified)
	if bad >= 0 {
		return nil, false
	}
	m := len(index)
	cov = make([]float64, len(info))
	inv := make([]float64, m*m) // of l
	for a := range m {
		inv[a*m+a] = 1 / l[a*m+a]
		for b := range a {
			t := 0.0
			for k := b; k < a; k++ {
				t -= l[a*m+k] * inv[k*m+b]
			}
			inv[a*m+b] = t / l[a*m+a]
		}
	}
	for a, i := range index {
		for b := 0; b <= a; b++ {
			t := 0.0
			for k := a; k < m; k++ {
				t += inv[k*m+a] * inv[k*m+b]
			}
			cov[lower(i, index[b])] = t / scale[a] / scale[b]
		}
	}
	return cov, true
}
