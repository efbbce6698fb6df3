package discrete

import "math"

// Alike is the a+b that stands for infinity: κ = 1/Alike vanishes beside any φ
// that coordinates can reach times any number of draws.
const Alike = 1e300

// mix is a beta distribution of a probability: its mean, 1 − mean, 1/(a+b).
type mix struct{ mean, rest, kappa float64 }

func mixOf(a, b float64) mix {
	s := a + b
	if s >= Alike/2 {
		return mix{a / s, b / s, 0}
	}
	return mix{a / s, b / s, 1 / s}
}

// mixAt is the mix of coordinates (logit of the mean, ln κ).
func mixAt(logit, logKappa float64) mix {
	e := math.Exp(-math.Abs(logit))
	big, small := 1/(1+e), e/(1+e)
	if logit < 0 {
		big, small = small, big
	}
	return mix{big, small, math.Exp(logKappa)}
}

// natural returns a and b.
func (m mix) natural() (a, b float64) {
	s := Alike
	if m.kappa > 1/Alike {
		s = 1 / m.kappa
	}
	return m.mean * s, m.rest * s
}

// coordinates is the inverse of mixAt.
func coordinates(a, b float64) (logit, logKappa float64) {
	logit = math.Log(a) - math.Log(b)
	if a+b >= Alike/2 {
		return logit, math.Inf(-1)
	}
	return logit, -math.Log(a + b)
}

// hit is the probability that the next draw hits after x hits in n.
func (m mix) hit(x, n int) float64 {
	return (m.mean + float64(x)*m.kappa) / (1 + float64(n)*m.kappa)
}

// miss is that it misses after k misses in n.
func (m mix) miss(k, n int) float64 {
	return (m.rest + float64(k)*m.kappa) / (1 + float64(n)*m.kappa)
}

// after is the distribution of the probability given x hits and k misses.
func (m mix) after(x, k int) mix {
	return mix{m.hit(x, x+k), m.miss(k, x+k), m.kappa / (1 + float64(x+k)*m.kappa)}
}

// log is ln of the probability of x hits and then k misses. Cost: O(x+k).
func (m mix) log(x, k int) float64 {
	sum, product := 0.0, 1.0
	times := func(v float64) {
		if product *= v; product < 0x1p-500 {
			sum += math.Log(product)
			product = 1
		}
	}
	for j := range x {
		times(m.hit(j, j))
	}
	for j := range k {
		times(m.miss(j, x+j))
	}
	return sum + math.Log(product)
}

// misses is the probability of k misses more after x hits and n misses.
func (m mix) misses(x, n, k int) float64 {
	p := 1.0
	for j := range k {
		p *= m.miss(n+j, x+n+j)
	}
	return p
}

// discounted is Σ_{t≥0} (1+d)^−t·P(t misses more after n misses), d ≥ 0: with
// b' = b+n and c = a+b+n the hypergeometric 2F1(1, b'; c; 1/(1+d)), by Pfaff's
// transformation (DLMF 15.8.1)
//
//	(1+d)/d · 2F1(1, a; c; −1/d)
//
// which does not lose d beside 1, and then as Gauss's continued fraction (DLMF
// 15.7.5), whose terms are all positive. Some 20/√d steps at most, fewer where
// customers are alike. d = 0 gives 1 + b'/(a−1), or +Inf for a ≤ 1.
func (m mix) discounted(n int, d float64) float64 {
	rest, c := m.rest+float64(n)*m.kappa, 1+float64(n)*m.kappa // b' and c in units of 1/κ
	if d == 0 {
		if m.mean <= m.kappa {
			return math.Inf(1)
		}
		return 1 + rest/(m.mean-m.kappa)
	}
	// Lentz's method for 1 + k₀/(1 + k₁/(1 + k₂/…)).
	f, up, down := 1.0, 1.0, 0.0
	low := c - m.kappa // c−1+i, then below c−1+2i and c+2i
	for i := 0.0; i < 1<<26; i++ {
		k := i * m.kappa
		even := (m.mean + k) / (c + 2*k) / d
		if i > 0 {
			even *= (low + k) / (low + 2*k)
		}
		down = 1 / (1 + even*down)
		up = 1 + even/up
		f *= up * down
		odd := (k + m.kappa) / (c + 2*k) * ((rest + k) / (c + 2*k + m.kappa)) / d
		down = 1 / (1 + odd*down)
		up = 1 + odd/up
		step := up * down
		f *= step
		if math.Abs(step-1) < 1e-16 {
			break
		}
	}
	return (1 + d) / d / f
}
