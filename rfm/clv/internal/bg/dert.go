package bg

import "math"

// DERT returns the discounted expected residual transactions of a customer with
// this history: ∫₀^∞ e^(−δt) dE[purchases in (T, T+t]], δ per unit of time. With
// δ = 0 it is the number of all purchases to come, +Inf where that has no limit
// (A ≤ 1).
//
// Given rate and chance it is λ/(δ+λp); over the gamma this is (R/p)·eʷE_{R+1}(w)
// with w = δ(α+T)/p, and over the beta a quadrature. Cost: half a µs by the
// series of dertSeries, some µs by quadrature.
func (p Params) DERT(x int, tx, T, delta float64) float64 {
	alive := p.PAlive(x, tx, T, 0)
	if alive == 0 {
		return 0
	}
	f := p.future(x, T)
	return alive * f.dert(delta*f.A)
}

func (f future) dert(delta float64) float64 {
	if delta == 0 {
		if f.d.a <= 1 {
			return math.Inf(1)
		}
		return (f.d.n - 1) / (f.d.a - 1)
	}
	if v, ok := f.dertSeries(delta); ok {
		return v
	}
	return f.dertByQuadrature(delta)
}

func (f future) dertByQuadrature(delta float64) float64 {
	e := expIntegral{nu: f.R + 1}
	e.prepare()
	R := f.R
	return f.d.mean(func(p float64) float64 {
		if p <= delta*1e-18/(R+1) {
			return R / delta
		}
		w := delta / p
		if w+R > 1e17 {
			return R / (delta + p*R)
		}
		return R / p * e.at(w)
	}, R, (R+1)/delta)
}

// expIntegral evaluates eʷ E_ν(w) = ∫₀^∞ e^(−wu) (1+u)^(−ν) du for one order
// ν ≥ 1 and many w: upwards in the order from a series for small w, a continued
// fraction for the others.
type expIntegral struct {
	nu    float64
	first float64              // the order the recursion starts from
	steps int                  // orders up from there to nu
	s     float64              // 1 − first, within ±½
	base  float64              // (Γ(1+s) − 1)/s
	coef  [seriesTerms]float64 // (−1)^k/(k!(s+k)), k ≥ 1
	over  [maxUp]float64       // 1/first, 1/(first+1), …
}

const (
	smallW      = 2.0
	seriesTerms = 26
	maxUp       = 26 // 2²⁶/26! is lost in a float: the start no longer matters
)

func (e *expIntegral) prepare() {
	R := e.nu - 1
	up := math.Floor(R + 0.5)
	if up > maxUp {
		e.steps = maxUp
		e.first = e.nu - maxUp
	} else {
		e.steps = int(up)
		e.s = -(R - up)
		e.first = 1 - e.s
		e.base = gammaSlope(e.s)
		f := -1.0
		for i := range e.coef {
			k := float64(i + 1)
			f /= k
			e.coef[i] = f / (e.s + k)
			f = -f
		}
	}
	for i := range e.steps {
		e.over[i] = 1 / (e.first + float64(i))
	}
}

func (e *expIntegral) at(w float64) float64 {
	if w > smallW {
		return e.fraction(w)
	}
	var v float64
	if e.nu-1 >= maxUp+0.5 {
		v = 1 / (e.first + w)
	} else {
		// Γ(s,w) = (Γ(1+s)−1)/s − (wˢ−1)/s − wˢ Σ (−w)ᵏ/(k!(s+k))
		l := math.Log(w)
		var sum float64
		for k := min(seriesTerms, 11+int(9*w)) - 1; k >= 0; k-- {
			sum = (sum + e.coef[k]) * w
		}
		if e.s == 0 {
			v = math.Exp(w) * (e.base - l - sum)
		} else {
			m := math.Expm1(e.s * l) // wˢ − 1
			v = math.Exp(w) / (m + 1) * (e.base - m/e.s - (m+1)*sum)
		}
	}
	for i := range e.steps {
		v = (1 - w*v) * e.over[i]
	}
	return v
}

// fraction is the continued fraction 1/(w+ν− 1·ν/(w+ν+2− 2(ν+1)/(w+ν+4− …)))
// (DLMF 8.19.17, contracted), by its numerators and denominators.
func (e *expIntegral) fraction(w float64) float64 {
	nu := e.nu
	if w > 1e17 || nu > 1e17 {
		return 1 / (w + nu)
	}
	b := w + nu
	over := 1 / b // scale: each step divides by about b
	a0, a1 := 0.0, 1.0
	b0, b1 := b, b // B₀/over, B₁
	n := depth(w, nu)
	for i := 1; i <= n; i++ {
		k := float64(i)
		an := -k * (nu - 1 + k)
		bn := b + 2*k
		a0, a1 = a1, (bn*a1+an*a0*over)*over
		b0, b1 = b1, (bn*b1+an*b0*over)*over
	}
	return a1 / b1
}

// depth is how many terms of the fraction give 14 digits, counted in multiple
// precision for ν from 1 to 1e5.
func depth(w, nu float64) int {
	var n int
	switch {
	case w > 1e6:
		return 1
	case w > 5e3:
		n = 3
	case w > 150:
		n = 5
	default:
		n = 7 + int(76/w)
	}
	if nu > 200 {
		return min(n, 8)
	}
	return n
}

// gammaSlope is (Γ(1+s) − 1)/s for |s| ≤ ½:
// log Γ(1+s) = s(1−γ) − log(1+s) + Σ_{k≥2} (ζ(k)−1)(−s)ᵏ/k.
func gammaSlope(s float64) float64 {
	if s == 0 {
		return -euler
	}
	var sum float64
	for i := len(zetaLess1) - 1; i >= 0; i-- {
		sum = (zetaLess1[i]/float64(i+2) - s*sum)
	}
	return math.Expm1(s*(1-euler)-math.Log1p(s)+s*s*sum) / s
}

const euler = 0.57721566490153286060651209008240243

// zetaLess1 holds ζ(k) − 1 for k from 2.
var zetaLess1 = [...]float64{
	0.64493406684822643647,
	0.2020569031595942854,
	0.082323233711138191516,
	0.036927755143369926331,
	0.017343061984449139715,
	0.0083492773819228268398,
	0.0040773561979443393787,
	0.0020083928260822144179,
	0.00099457512781808533715,
	0.0004941886041194645587,
	0.00024608655330804829864,
	0.00012271334757848914675,
	0.000061248135058704829259,
	0.000030588236307020493552,
	0.000015282259408651871733,
	7.6371976378997622736e-6,
	3.8172932649998398565e-6,
	1.9082127165539389257e-6,
	9.5396203387279611315e-7,
	4.7693298678780646312e-7,
	2.3845050272773299e-7,
	1.1921992596531107307e-7,
	5.9608189051259479612e-8,
	2.9803503514652280186e-8,
	1.4901554828365041235e-8,
	7.450711789835429492e-9,
	3.7253340247884570548e-9,
	1.8626597235130490064e-9,
}
