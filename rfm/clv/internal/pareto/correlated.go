package pareto

import (
	"math"
	"math/rand/v2"
)

// Correlated is the Pareto/NBD whose rates depend on each other: the density of
// λ and μ is the product of the two gammas times the bracket
// 1 + M·(e^(−λ)−A)·(e^(−μ)−B), where A = (α/(1+α))^r and B = (β/(1+β))^s are the
// means of e^(−λ) and e^(−μ). The 1 is one unit of time of the rows. Given the
// time u of leaving λ and μ are independent gammas again, so that one integral
// over u, with a bracket that is never negative, takes the place of four
// likelihoods. M must lie in Bounds; M = 0 is the Pareto/NBD itself. A plain
// value, which may be shared.
type Correlated struct {
	Params
	M float64
}

// Bounds returns the smallest and the largest M for which the bracket is nowhere
// negative: −1/max(AB, (1−A)(1−B)) and 1/max(A(1−B), B(1−A)).
func (c Correlated) Bounds() (lo, hi float64) {
	a, b := c.marks()
	return -1 / max(a.p*b.p, a.q*b.q), 1 / max(a.p*b.q, b.p*a.q)
}

// chance is a probability and its complement, each to full precision.
type chance struct{ p, q float64 }

// expChance returns e^(−h) and 1−e^(−h).
func expChance(h float64) chance { return chance{math.Exp(-h), -math.Expm1(-h)} }

// marks returns A and B.
func (c Correlated) marks() (a, b chance) {
	return expChance(c.R * math.Log1p(1/c.Alpha)), expChance(c.life().hazard(0, 1))
}

// bracket returns 1+m·(p−A)·(q−B) without cancellation: where the product is
// near its smallest it is measured from the corner of the square at which the
// bound on m makes the bracket 0.
func bracket(m float64, a, b, p, q chance) float64 {
	d, e := p.p-a.p, q.p-b.p
	if v := 1 + m*d*e; v > 0.25 {
		return v
	}
	if d > 0 { // seen from 1−λ's side
		a, p = chance{a.q, a.p}, chance{p.q, p.p}
	}
	if e > 0 {
		b, q = chance{b.q, b.p}, chance{q.q, q.p}
	}
	// Now p < A and q < B, and the bracket is 1−|m|·(A−p)·(B−q).
	m = math.Abs(m)
	return max(1-m*a.p*b.p, 0) + m*(a.p*q.p+p.p*(b.p-q.p))
}

// seen is what a history says: the bracket at the end of observation for a
// customer who is still active, and I with the bracket inside, as q·e^lg.
type seen struct {
	a, b, p, q chance
	end        float64
	odds, lg   float64
}

func (c Correlated) seen(x int, tx, t float64) (s seen) {
	l := c.life()
	n := c.R + float64(x)
	s.a, s.b = c.marks()
	s.p, s.q = expChance(n*math.Log1p(1/(c.Alpha+t))), expChance(l.hazard(t, 1))
	s.end = 1
	if c.M == 0 {
		s.odds, s.lg = c.odds(x, tx, t)
		return s
	}
	s.end = bracket(c.M, s.a, s.b, s.p, s.q)
	if t <= tx || l.mu == 0 {
		return s
	}
	d := integral(c.Alpha, l, n, tx, t)
	d.plan(correlatedNodes)
	d.split(2)
	var sum float64
	for i := range d.panels {
		from := d.start + float64(i)*d.step
		for _, k := range d.rule {
			y := from + d.step*k.t
			u := tx + d.scale*math.Expm1(y)
			sum += k.w * math.Exp(d.g(y)-d.top) * bracket(c.M, s.a, s.b,
				expChance(n*math.Log1p(1/(c.Alpha+u))), expChance(l.leaverMark(u)))
		}
	}
	s.odds, s.lg = d.rate*d.scale*d.step*sum, d.w+d.top
	return s
}

// correlatedNodes is how many more nodes the bracket asks for.
const correlatedNodes = 6

// split makes panels no longer than most.
func (d *dropout) split(most float64) {
	if d.step > most {
		k := math.Ceil(d.step / most)
		d.step /= k
		d.panels *= int(k)
	}
}

// leaverMark returns −ln of the mean of e^(−μ) over customers who left at u.
func (l life) leaverMark(u float64) float64 {
	if l.flat {
		return l.mu
	}
	return (l.s + 1) * math.Log1p(1/(l.beta+u))
}

// base returns 1/(end+I): what is multiplied by expectations over those who are
// active at t, bracket included.
func (s *seen) base() alive {
	if s.end < 1e-200 { // only where I outweighs it, or nothing is left
		return alive{log: -(s.lg + math.Log(max(s.odds, math.SmallestNonzeroFloat64)))}
	}
	a := aliveAt(s.odds/s.end, s.lg)
	if a.p > tiny {
		return alive{p: a.p / s.end}
	}
	return alive{p: a.p / s.end, log: a.log - math.Log(s.end)}
}

// mean returns E[φ(λ)·ψ(μ)·bracket] over those who are active at t, given E[φ]
// and E[ψ] under the gammas with and without 1 added to their rates.
func (c Correlated) mean(s *seen, phi0, phi1, psi0, psi1 float64) float64 {
	return max(phi0*psi0+c.M*(s.p.p*phi1-s.a.p*phi0)*(s.q.p*psi1-s.b.p*psi0), 0)
}

// LogLik is Params.LogLik with the bracket.
func (c Correlated) LogLik(x int, tx, t float64) float64 {
	if c.M == 0 {
		return c.Params.LogLik(x, tx, t)
	}
	s := c.seen(x, tx, t)
	return c.lead(x, t) + s.logTotal()
}

// logTotal returns ln(end+I).
func (s *seen) logTotal() float64 {
	if s.end < 1e-200 {
		return s.lg + math.Log(max(s.odds, math.SmallestNonzeroFloat64))
	}
	return math.Log(s.end) + softplus(s.odds/s.end, s.lg)
}

// PAlive is Params.PAlive with the bracket.
func (c Correlated) PAlive(x int, tx, t, ahead float64) float64 {
	s := c.seen(x, tx, t)
	if ahead == 0 {
		return min(s.base().times(s.end), 1)
	}
	l := c.life()
	return min(s.base().times(c.mean(&s, 1, 1, math.Exp(-l.hazard(t, ahead)), math.Exp(-l.hazard(t+1, ahead)))), 1)
}

// Expected is Params.Expected with the bracket.
func (c Correlated) Expected(x int, tx, t, h float64) float64 {
	s := c.seen(x, tx, t)
	return c.expected(&s, s.base(), x, t, h)
}

func (c Correlated) expected(s *seen, base alive, x int, t, h float64) float64 {
	n, l := c.R+float64(x), c.life()
	return base.times(c.mean(s, n/(c.Alpha+t), n/(c.Alpha+t+1), l.span(t, h), l.span(t+1, h)))
}

// ExpectedMany is Params.ExpectedMany with the bracket.
func (c Correlated) ExpectedMany(x int, tx, t float64, hs, out []float64) {
	s := c.seen(x, tx, t)
	base := s.base()
	for i, h := range hs {
		out[i] = c.expected(&s, base, x, t, h)
	}
}

// ExpectedNew is Params.ExpectedNew with the bracket.
func (c Correlated) ExpectedNew(t float64) float64 { return c.Expected(0, 0, 0, t) }

// DERT is Params.DERT with the bracket.
func (c Correlated) DERT(x int, tx, t, delta float64) float64 {
	s := c.seen(x, tx, t)
	n, l := c.R+float64(x), c.life()
	d0 := l.discounted(t, delta)
	if math.IsInf(d0, 1) {
		return d0
	}
	return s.base().times(c.mean(&s, n/(c.Alpha+t), n/(c.Alpha+t+1), d0, l.discounted(t+1, delta)))
}

// Prob is Params.Prob with the bracket, at four times its cost.
func (c Correlated) Prob(x int, tx, t, h float64, k int) float64 {
	s := c.seen(x, tx, t)
	v := c.after(x, t, 0, 0).ProbNew(h, k)
	if c.M != 0 {
		mixed := s.p.p*(s.q.p*c.after(x, t, 1, 1).ProbNew(h, k)-s.b.p*c.after(x, t, 1, 0).ProbNew(h, k)) -
			s.a.p*(s.q.p*c.after(x, t, 0, 1).ProbNew(h, k)-s.b.p*v)
		v = max(v+c.M*mixed, 0)
	}
	base := s.base()
	v = base.times(v)
	if k == 0 {
		v += 1 - min(base.times(s.end), 1)
	}
	return min(v, 1)
}

// ProbNew is Params.ProbNew with the bracket.
func (c Correlated) ProbNew(t float64, k int) float64 { return c.Prob(0, 0, 0, t, k) }

// Simulate is Params.Simulate with the bracket: μ is drawn given λ, exactly.
func (c Correlated) Simulate(rng *rand.Rand, age float64, dst []float64) ([]float64, Customer) {
	var u Customer
	u.Rate = gamma(rng, c.R) / c.Alpha
	a, b := c.marks()
	m := c.M * (math.Exp(-u.Rate) - a.p) // the density of μ is g(μ)·(1+m·(e^(−μ)−B))
	shifted := math.Abs(m) * b.p
	if m < 0 {
		shifted = -m * b.q
	}
	l := c.life()
	switch {
	case l.flat || rng.Float64() >= shifted:
		u.Dropout = c.drawDropout(rng)
	case m > 0: // ∝ g(μ)·e^(−μ)
		u.Dropout = gamma(rng, c.S) / (c.Beta + 1)
	default: // ∝ g(μ)·(1−e^(−μ)) = ∫ μ·g(μ)·e^(−μv) dv over v in (0, 1)
		v := c.Beta * math.Expm1(-math.Log1p(-rng.Float64()*b.q)/c.S)
		u.Dropout = gamma(rng, c.S+1) / (c.Beta + v)
	}
	return u.purchases(rng, age, dst), u
}
