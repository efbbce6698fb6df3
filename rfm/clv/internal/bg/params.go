// Package bg holds the BG/NBD model of Fader, Hardie & Lee (2005) and its
// modification, the MBG/NBD of Batislam, Denizel & Filiztekin (2007): purchases
// at a rate that is gamma over customers, and after each purchase a chance to
// leave that is beta over customers. In the MBG/NBD the first purchase too can
// be the last.
//
// Beta and gamma ratios are products over integers, never differences of
// lgamma. Time has one unit throughout; rates are per that unit.
package bg

import "math"

// Params are the parameters as the papers name them: the purchase rate is
// gamma with shape R and rate Alpha, the chance to leave beta with A and B.
// R, Alpha and B are positive and finite, A may also be 0 (nobody leaves).
// A + B may be as large as 1e15 and beyond. A value; safe for concurrent use.
//
// In all methods x is the number of repeat purchases, tx the time of the last
// one (0 when x is 0) and T the age, both counted from the first purchase:
// 0 ≤ tx ≤ T. No method allocates.
type Params struct {
	R, Alpha, A, B float64
	Modified       bool // MBG/NBD
}

// Shifted returns the parameters of a customer whose covariates move log Alpha
// by logAlpha and the logit of the mean chance to leave by logitPhi; A + B stays.
func (p Params) Shifted(logAlpha, logitPhi float64) Params {
	n := p.A + p.B
	odds := p.A / p.B * math.Exp(logitPhi)
	if math.IsInf(odds, 1) { // everyone leaves, as nearly as a float can say
		odds = math.MaxFloat64
	}
	p.Alpha *= math.Exp(logAlpha)
	p.A, p.B = n*(odds/(1+odds)), n*(1/(1+odds))
	return p
}

// chances is the number of times a customer with x repeat purchases could have
// left and did not, if still there.
func (p Params) chances(x int) float64 {
	if p.Modified {
		return float64(x) + 1
	}
	return float64(x)
}

// LogLik returns the log-likelihood of one history without the term in x!.
// Fader, Hardie & Lee (2005), eq. 6; Batislam et al. (2007). Cost: O(x) up to
// 1,024 purchases, O(log x) beyond.
func (p Params) LogLik(x int, tx, T float64) float64 {
	age, n := p.Alpha+T, p.A+p.B
	var prod scaled
	prod.set()
	for j := range min(x, farFrom) {
		f := float64(j)
		prod.mul((p.R + f) / age)
		prod.mul((p.B + f) / (n + f))
	}
	if x > farFrom {
		prod.e += sumTail(x, func(t float64) float64 {
			return math.Log((p.R+t)/age) + math.Log((p.B+t)/(n+t))
		})
	}
	if p.Modified {
		f := float64(x)
		prod.mul((p.B + f) / (n + f))
	}
	ll := prod.log() - p.R*math.Log1p(T/p.Alpha)
	if m := p.chances(x); m > 0 {
		ll += softplus(p.deadOdds(m, p.R+float64(x), tx, T))
	}
	return ll
}

// deadOdds returns the log of the odds of having left by T after m > 0 chances:
// log φ/(1−φ+κ(m−1)) + s·log (α+T)/(α+tx), with s = R + x.
func (p Params) deadOdds(m, s, tx, T float64) float64 {
	return math.Log(p.A/(p.B+(m-1))) + s*math.Log1p((T-tx)/(p.Alpha+tx))
}

// PAlive returns the probability that a customer with this history is still
// there at time T + ahead. With ahead 0 the BG/NBD gives 1 to every customer
// without a repeat purchase. Cost: O(1).
func (p Params) PAlive(x int, tx, T, ahead float64) float64 {
	m := float64(x)
	if p.Modified {
		m++
	}
	alive := 1.0
	if m > 0 {
		alive = p.alive(m-1, p.R+float64(x), T-tx, p.Alpha+tx)
	}
	if ahead == 0 {
		return alive
	}
	return alive * p.stay(x, T, ahead)
}

// alive is 1/(1 + odds) with odds a/(b+before)·((last+gap)/last)^s.
func (p Params) alive(before, s, gap, last float64) float64 {
	odds := p.A / (p.B + before)
	if gap <= 0 {
		return 1 / (1 + odds)
	}
	var e float64
	if gap > 0.5*last { // here the quotient is as good, and faster
		e = s * math.Log((last+gap)/last)
	} else {
		e = s * math.Log1p(gap/last)
	}
	if e < 700 {
		return 1 / (1 + odds*math.Exp(e))
	}
	if alive := math.Exp(-e); alive != 0 && odds != 0 {
		return alive / (alive + odds)
	}
	return aliveFar(odds, e)
}

// aliveFar is 1/(1+odds·eᵉ) where eᵉ overflows.
func aliveFar(odds, e float64) float64 {
	if odds == 0 {
		return 1
	}
	return 1 / (1 + math.Exp(math.Log(odds)+e))
}

// softplus is log(1 + eᵛ).
func softplus(v float64) float64 {
	if v > 0 {
		return v + math.Log1p(math.Exp(-v))
	}
	return math.Log1p(math.Exp(v))
}

// scaled is a product of positive factors kept within floats.
type scaled struct{ m, e float64 } // m·exp(e)

func (s *scaled) set() { s.m, s.e = 1, 0 }

func (s *scaled) mul(f float64) {
	if f < 1e-150 || f > 1e150 {
		s.e += math.Log(f)
		return
	}
	s.m *= f
	if s.m < 1e-150 || s.m > 1e150 {
		s.e += math.Log(s.m)
		s.m = 1
	}
}

func (s *scaled) value() float64 {
	if s.e == 0 {
		return s.m
	}
	return s.m * math.Exp(s.e)
}

func (s *scaled) log() float64 { return s.e + math.Log(s.m) }
