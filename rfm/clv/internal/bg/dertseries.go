package bg

import "math"

// dertSeries returns what dertByQuadrature does where series give it fast and
// to 11 digits; it judges by the sizes of the terms and else says no. With
// F(u) = ₂F₁(R+1, a; n; −u) = E(1+pu)^−(R+1) and D = δA,
//
//	DERT = R ∫₀^∞ e^(−Du) F(u) du
//
// For large D the integral is the sum of its Taylor terms, an enveloping series;
// for small D the residues of its Mellin–Barnes integral at 1, 2, …, at a, a+1, …
// and at R+1, R+2, … are three series that always converge (DLMF 16.17, 16.11).
func (f future) dertSeries(D float64) (float64, bool) {
	if (f.R+1)*f.d.p < 0.3*D {
		if v, ok := f.dertFar(D); ok {
			return v, true
		}
	}
	return f.dertNear(D)
}

// dertFar is Σ (−1)ᵏ R (R+1)_k (a)_k / ((n)_k Dᵏ⁺¹), off by less than its last term.
func (f future) dertFar(D float64) (float64, bool) {
	sum, term := 1.0, 1.0
	for k := 0.0; k < 24; k++ {
		next := -term * ((f.R + 1 + k) / D) * ((f.d.a + k) / (f.d.n + k))
		if math.Abs(next) > 0.9*math.Abs(term) {
			break
		}
		term = next
		sum += term
		if math.Abs(term) < 1e-16 {
			return f.R / D * sum, true
		}
	}
	return 0, false
}

func (f future) dertNear(D float64) (float64, bool) {
	a, b, n, R := f.d.a, f.d.b, f.d.n, f.R
	if D > 8 || n > 1e13 || R > 150 || a > 8 && R > 8 {
		return 0, false
	}
	// (n−1)/(a−1) · Σ Dᵏ Π (i−n+1)/((R−i)(a−1−i))
	var s residues
	term, k := (n-1)/(a-1), 1.0
	for ; ; k++ {
		if k == 60 {
			return 0, false
		}
		ratio := (k - n + 1) * D / ((R - k) * (a - 1 - k))
		if s.add(term, ratio) {
			break
		}
		term *= ratio
	}
	// Close to integers two of the series have terms that cancel; what gamma
	// loses there is eps over the distance.
	l := math.Log(D)
	c := n - R - 1
	near := math.Min(fromInteger(a), math.Min(fromInteger(R), fromInteger(R-a)))
	atA, atR := true, true // those residues count
	if near < 1e-3 || n > 150 || a > 150 {
		floor := math.Log(s.size) - 46 // of which 7 for what grows from the first term on
		g := lnGamma(n)
		atA = k >= a-2 || g-lnGamma(b)+lnGamma(R+1-a)-lnGamma(R)+lnGamma(1-a)+(a-1)*l+growth(b*D, R+1-a) > floor
		atR = k >= R-1 || g-lnGamma(c)+lnGamma(a-R-1)-lnGamma(a)+lnGamma(1-R)+R*l+growth(c*D, a-R-1) > floor
		near = 1
		if atA {
			near = math.Min(fromInteger(a), fromInteger(R-a))
		}
		if atR {
			near = math.Min(near, math.Min(fromInteger(R), fromInteger(R-a)))
		}
		if near < 1e-3 || (atA || atR) && n > 500 {
			return 0, false
		}
	}
	if atA {
		// R·Γ(n)Γ(R+1−a)Γ(1−a)/(Γ(R+1)Γ(b)) · D^(a−1) · Σ Dᵏ Π (b−i)/(i(R+1−a−i))
		if a > 150 {
			return 0, false
		}
		lead := gammaRatio(n, b) * gammaRatio(R+1-a, R) * math.Gamma(1-a) * math.Exp((a-1)*l)
		if !s.hyper(lead, b, R+1-a, D) {
			return 0, false
		}
	}
	if atR && (c > 0 || c != math.Floor(c)) { // 1/Γ vanishes at 0, −1, …
		// R·Γ(n)Γ(a−R−1)Γ(−R)/(Γ(a)Γ(n−R−1)) · D^R · Σ Dᵏ Π (n−R−1−i)/(i(a−R−1−i))
		lead := -gammaRatio(n, c) * gammaRatio(a-R-1, a) * math.Gamma(1-R) * math.Exp(R*l)
		if !s.hyper(lead, c, a-R-1, D) {
			return 0, false
		}
	}
	// The powers and gammas lose about as many eps as their exponents are long.
	long := 5.0
	if atA {
		long += a + R
	}
	if atR {
		long += R
	}
	return s.sum, s.sum > 0 && s.size*long < 5000*near*s.sum
}

// residues is a sum that knows the size of its terms.
type residues struct{ sum, size float64 }

// add says whether the term was the last that counts, given its ratio to the next.
func (s *residues) add(term, ratio float64) bool {
	m := math.Abs(term)
	s.sum += term
	s.size += m
	return m < 1e-17*s.size && math.Abs(ratio) < 0.5
}

// hyper adds lead·Σ Dᵏ Π_{i≤k} (c₁−i)/(i(c₂−i)).
func (s *residues) hyper(lead, c1, c2, D float64) bool {
	for k := 1.0; k < 60; k++ {
		ratio := (c1 - k) * D / (k * (c2 - k))
		if s.add(lead, ratio) {
			return true
		}
		lead *= ratio
	}
	return false
}

// growth bounds log Σ Πᵢ v/(i·c) for the terms of hyper.
func growth(v, c float64) float64 { return 2 * math.Abs(v) / math.Max(0.5, math.Abs(c)) }

// fromInteger is how far v is from the next integer.
func fromInteger(v float64) float64 { return math.Abs(v - math.Round(v)) }

// gammaRatio is Γ(x)/Γ(y), for large ones by the difference of Stirling's series.
func gammaRatio(x, y float64) float64 {
	if y > 30 && x > 30 {
		d := x - y
		return math.Exp((y-0.5)*math.Log1p(d/y) + d*(math.Log(x)-1) + stirling(x) - stirling(y))
	}
	if x < 150 && y < 150 {
		return math.Gamma(x) / math.Gamma(y)
	}
	lx, sx := math.Lgamma(x)
	ly, sy := math.Lgamma(y)
	return float64(sx*sy) * math.Exp(lx-ly)
}

// stirling is log Γ(v) less (v − ½) log v − v + ½ log 2π (DLMF 5.11.1).
func stirling(v float64) float64 {
	q := 1 / (v * v)
	return (1./12 - q*(1./360-q*(1./1260-q/1680))) / v
}

// lnGamma is the size of log |Γ(v)| off the poles.
func lnGamma(v float64) float64 {
	if v < 0.5 {
		l, _ := math.Lgamma(1 - v)
		return 2 - l
	}
	l, _ := math.Lgamma(v)
	return l
}
