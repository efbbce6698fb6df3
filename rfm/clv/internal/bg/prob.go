package bg

import "math"

// Prob returns the probability of exactly n purchases in (T, T+t] for a customer
// with this history. Given that the customer is there at T, with chance to leave
// p and S(n) = E(1−p)ⁿ, D(n) = E p(1−p)^(n−1), it is
//
//	S(n)·P(N = n) + D(n)·P(N ≥ n)
//
// where N is the negative binomial number of purchases of a customer who cannot
// leave. Cost: O(n) up to 1,024 purchases, O(log n) beyond.
func (p Params) Prob(x int, tx, T, t float64, n int) float64 {
	alive := p.PAlive(x, tx, T, 0)
	if t == 0 || alive == 0 {
		if n == 0 {
			return 1
		}
		return 0
	}
	f := p.future(x, T)
	if n == 0 {
		return 1 + alive*math.Expm1(-f.R*math.Log1p(t/f.A))
	}
	return alive * f.prob(t/f.A, n)
}

// ProbNew returns the probability of exactly n repeat purchases of a new
// customer in (0, t]. Fader, Hardie & Lee (2005), eq. 8. Cost: as Prob.
func (p Params) ProbNew(t float64, n int) float64 { return p.Prob(0, 0, 0, t, n) }

// ProbMany writes Prob for n = 0, 1, … to out. Cost: O(len(out)).
func (p Params) ProbMany(out []float64, x int, tx, T, t float64) {
	clear(out)
	if len(out) == 0 {
		return
	}
	out[0] = p.Prob(x, tx, T, t, 0)
	alive := p.PAlive(x, tx, T, 0)
	last := len(out) - 1
	if last == 0 || t == 0 || alive == 0 {
		return
	}
	f := p.future(x, T)
	z := t / f.A
	var nb, stay scaled
	nb.set()
	nb.e = -f.R * math.Log1p(z)
	stay.set()
	for n := 1; n <= last; n++ {
		k := float64(n - 1)
		nb.mul((f.R + k) / (1 + k) * (z / (1 + z)))
		stay.mul((f.d.b + k) / (f.d.n + k))
		out[n] = nb.value()
	}
	atLeast := f.atLeast(z, last, nb.log())
	for n := last; n >= 1; n-- {
		k := float64(n - 1)
		pmf := out[n]
		if n < last {
			atLeast = math.Min(1, atLeast+pmf)
		}
		out[n] = alive * stay.value() * (pmf + f.d.a/(f.d.b+k)*atLeast)
		stay.mul((f.d.n + k) / (f.d.b + k))
	}
}

// prob is the probability of n ≥ 1 purchases within z·A of a customer who is there.
func (f future) prob(z float64, n int) float64 {
	w := z / (1 + z)
	var nb, stay scaled // P(N=n), S(n)
	nb.set()
	nb.e = -f.R * math.Log1p(z)
	stay.set()
	for j := range min(n, farFrom) {
		k := float64(j)
		nb.mul((f.R + k) / (1 + k) * w)
		stay.mul((f.d.b + k) / (f.d.n + k))
	}
	if n > farFrom {
		nb.e += sumTail(n, func(k float64) float64 { return math.Log((f.R + k) / (1 + k) * w) })
		stay.e += sumTail(n, func(k float64) float64 { return math.Log((f.d.b + k) / (f.d.n + k)) })
	}
	left := f.d.a / (f.d.b + float64(n-1)) // D(n)/S(n)
	return stay.value() * (nb.value() + left*f.atLeast(z, n, nb.log()))
}

// atLeast is P(N ≥ n) = I_w(n, R) with w = z/(1+z) (DLMF 8.17.5), given
// log P(N = n); wⁿ(1−w)ᴿ/(n·B(n,R)) is P(N = n).
func (f future) atLeast(z float64, n int, logPMF float64) float64 {
	w, miss, k := z/(1+z), 1/(1+z), float64(n)
	pmf := math.Exp(logPMF)
	if w < (k+1)/(k+f.R+2) {
		return math.Min(1, pmf*betaFraction(k, f.R, w))
	}
	return math.Max(pmf, 1-pmf*k/f.R*betaFraction(f.R, k, miss))
}

// betaFraction is the continued fraction of the incomplete beta function
// I_x(a,b) = xᵃ(1−x)ᵇ/(a·B(a,b)) · fraction, for x < (a+1)/(a+b+2)
// (DLMF 8.17.22), by Lentz's method.
func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	keep := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/keep(1-(a+b)/(a+1)*x)
	h := d
	for i := 1; i < 100000; i++ {
		m := float64(i)
		t := m / (a - 1 + 2*m) * ((b - m) / (a + 2*m)) * x
		d, c = 1/keep(1+t*d), keep(1+t/c)
		h *= d * c
		t = -(a + m) / (a + 2*m) * ((a + b + m) / (a + 1 + 2*m)) * x
		d, c = 1/keep(1+t*d), keep(1+t/c)
		h *= d * c
		if !(math.Abs(d*c-1) >= 1e-15) {
			break
		}
	}
	return h
}
