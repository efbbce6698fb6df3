package bg

import "math"

// beta is the distribution of the chance to leave of one customer, given the
// history: Beta(a, b) with mean p = a/n, q = b/n, n = a + b.
type beta struct{ a, b, n, p, q float64 }

func newBeta(a, b float64) beta {
	n := a + b
	return beta{a, b, n, a / n, b / n}
}

// Accuracy of the quadrature: the trapezoidal rule over the logit converges
// like e^(−digits); terms below tail of the sum end it.
const (
	digits   = 28
	tail     = 1e-14
	maxSteps = 20000
)

// step returns the spacing over the logit at which the trapezoidal rule resolves
// the density of d times (1 + pz)^−R for any z. The transform of the density is
// Γ(a+iω)Γ(b−iω)/Γ(a)Γ(b), whose log modulus is below −ω²/(2a+2ω/π) − ω²/(2b+2ω/π);
// that of (1+pz)^−R is Γ(iω)Γ(R−iω)/Γ(R) in log p, likewise.
func (d beta) step(R float64) float64 {
	w := 10.0
	for range 8 {
		k := 2 / math.Pi * w
		w = math.Sqrt(digits / (1/(2*d.a+k) + 1/(2*d.b+k)))
	}
	f := 10.0
	for range 4 {
		f = digits / (math.Pi/2 + f/(2*R+2/math.Pi*f))
	}
	if w > 5*f { // much narrower than the function
		return 2 * math.Pi / w
	}
	return 2 * math.Pi / math.Max(w, f) * 0.9
}

// at returns the log of the density at u off the logit of the mean, over the
// density there, and p and q there.
func (d beta) at(u float64) (lw, p, q float64) {
	small, v := d.p, u
	if d.p > 0.5 {
		small, v = d.q, -u
	}
	em := math.Expm1(v)
	over := 1 + small*em
	if v2 := v * v; v2 < 1e-4 && d.n*small > 1e5 {
		// Cumulants of a coin with this chance.
		pq := d.p * d.q
		skew := 1 - 2*small
		lw = -d.n * pq * v2 * (1./2 + v*(skew/6+v*((1-6*pq)/24+v*(skew*(1-12*pq)/120+v*(1-30*pq+120*pq*pq)/720))))
	} else {
		lw = d.n * (small*v - math.Log1p(small*em))
	}
	hit, miss := small*(1+em)/over, (1-small)/over
	if d.p > 0.5 {
		return lw, d.p / over, hit
	}
	return lw, hit, miss
}

// mean returns E[f(p)] for a function that is analytic and falls from f(0) to
// f(1) like 1/p or slower, on the scale p ≈ 1/scale. R is as in step.
func (d beta) mean(f func(p float64) float64, R, scale float64) float64 {
	switch {
	case d.p == 0:
		return f(0)
	case d.q == 0:
		return f(1)
	}
	if lo, hi, w, ok := d.twoPoints(scale); ok {
		return f(lo) + w*(f(hi)-f(lo))
	}
	// Long tails are taken off: E f = f(0) − E p·(f(0)−f)/p, and Beta(a,b)
	// times p is Beta(a+1,b); likewise at 1. The difference keeps its digits
	// where a is small, or the mean within the scale.
	const short = 0.5
	wide := d.p * scale
	left := d.a < short && d.a*math.Log(wide) < 12 || d.a < 1.5 && wide < 100
	if !left && d.b >= short {
		return d.ratio(f, R, 0, 0)
	}
	if !left {
		f1 := f(1)
		return f1 + d.q*newBeta(d.a, d.b+1).ratio(func(p float64) float64 { return f(p) - f1 }, R, 0, 1)
	}
	f0, up := f(0), newBeta(d.a+1, d.b)
	if d.b >= short {
		return f0 - d.p*up.ratio(func(p float64) float64 { return (f0 - f(p)) / p }, R, scale, 0)
	}
	g1 := f0 - f(1)
	g := func(p float64) float64 { return (f0-f(p))/p - g1 }
	return f0 - d.p*(g1+up.q*newBeta(d.a+1, d.b+1).ratio(g, R, scale, 1))
}

// ratio returns E[f(p)/q^power] by the trapezoidal rule over the logit, the
// density's own sum in the denominator. With a scale, f is a difference that is
// all rounding where p·scale is below a float's resolution, and is left out there;
// so is q where power is 1.
func (d beta) ratio(f func(p float64) float64, R, scale float64, power int) float64 {
	h := d.step(R)
	value := func(p, q float64) float64 {
		if power == 1 {
			return f(p) / q
		}
		return f(p)
	}
	den, num := 1.0, value(d.p, d.q)
	wide := d.n < 500 // the logs of the weights lose no digits that matter
	for _, dir := range [2]float64{h, -h} {
		odds, factor := 1.0, math.Exp(dir)
		for i := 1; i < maxSteps; i++ {
			var lw, p, q float64
			if wide {
				odds *= factor
				over := d.q + d.p*odds
				lw = d.a*dir*float64(i) - d.n*math.Log(over)
				q = d.q / over
				p = d.p * odds / over
			} else {
				lw, p, q = d.at(dir * float64(i))
			}
			w := math.Exp(lw)
			if w == 0 || p*scale < 1e-17 && dir < 0 && scale > 0 || power == 1 && q < 1e-17 {
				break
			}
			t := w * value(p, q)
			den += w
			num += t
			if w < tail*den && (dir > 0 || math.Abs(t) < tail*math.Abs(num)) { // to the right f only falls
				break
			}
		}
	}
	return num / den
}

// twoPoints returns Gauss's rule of two points, exact for cubics: f(lo)·(1−w) +
// f(hi)·w. It serves where the distribution is so narrow that the fourth
// power of its width, against what f changes over, is lost in a float.
func (d beta) twoPoints(scale float64) (lo, hi, w float64, ok bool) {
	v := d.p * d.q / (d.n + 1)
	width := math.Sqrt(v)
	if rel := width * (1/d.p + scale/(1+scale*d.p)); rel > 1e-3 || rel*rel*rel*rel > 1e-15 {
		return 0, 0, 0, false
	}
	half := (d.q - d.p) / (d.n + 2) // μ₃/2μ₂
	root := math.Sqrt(v + half*half)
	w = 0.5 * (1 - half/root)
	return d.p + half - root, d.p + half + root, w, true
}
