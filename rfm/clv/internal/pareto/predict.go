package pareto

import "math"

// LogLik returns the log-likelihood of x repeat purchases, the last at tx, seen
// until t, without the constant x!.
func (p Params) LogLik(x int, tx, t float64) float64 {
	v := p.lead(x, t) + softplus(p.odds(x, tx, t))
	if x == 0 && v > -0.1 {
		if again := p.repeat(t); again < 0.2 {
			return math.Log1p(-again)
		}
	}
	return v
}

// repeat returns the probability of a repeat purchase by t, for a logarithm of
// its complement that is right when near 0 too: I with buying and leaving having
// changed places. It is NaN where that has no quick form.
func (p Params) repeat(t float64) float64 {
	if t <= 0 {
		return 0
	}
	l := p.life()
	if !l.flat {
		d := integral(p.Beta, life{s: p.R, beta: p.Alpha, mu: p.R / p.Alpha}, p.S, 0, t)
		d.plan(0)
		return d.rate * d.scale * d.sum() * math.Exp(d.top)
	}
	if l.mu == 0 {
		return -math.Expm1(-p.R * math.Log1p(t/p.Alpha))
	}
	d := integral(p.Alpha, l, p.R, 0, t)
	d.plan(2)
	if d.start > 0 {
		return math.NaN()
	}
	var sum float64
	for i := range d.panels {
		for _, k := range d.rule {
			y := (float64(i) + k.t) * d.step
			sum += k.w * math.Exp(d.g(y)-d.top-y)
		}
	}
	return p.R * d.step * sum * math.Exp(d.top)
}

// lead returns the log-likelihood of x purchases at given times by t and of
// being active at t, without the constant x!.
func (p Params) lead(x int, t float64) float64 {
	lead := -p.R*math.Log1p(t/p.Alpha) - p.life().hazard(0, t)
	if x > 0 {
		lead += rising(p.R, x) - float64(x)*math.Log(p.Alpha+t)
	}
	return lead
}

// softplus returns ln(1+q·e^lg).
func softplus(q, lg float64) float64 {
	if lg < 500 && q < 1e50 {
		return math.Log1p(q * math.Exp(lg))
	}
	lg += math.Log(q)
	return lg + math.Log1p(math.Exp(-lg))
}

// alive is a P(alive), as its logarithm too where it is too small to multiply.
type alive struct{ p, log float64 }

const tiny = 1e-280

func (p Params) alive(x int, tx, t float64) alive { return aliveAt(p.odds(x, tx, t)) }

// aliveAt returns 1/(1+q·e^lg).
func aliveAt(q, lg float64) alive {
	if lg < 500 && q < 1e50 {
		if v := 1 / (1 + q*math.Exp(lg)); v > tiny {
			return alive{p: v}
		}
	}
	log := -softplus(q, lg)
	return alive{p: math.Exp(log), log: log}
}

// times returns P(alive)·v.
func (a alive) times(v float64) float64 {
	if a.p > tiny {
		return a.p * v
	}
	return math.Exp(a.log + math.Log(v))
}

// PAlive returns the probability that a customer with x repeat purchases, the
// last at tx, seen until t, is active at t+ahead. With ahead 0 it is P(alive):
// 1 where tx = t.
func (p Params) PAlive(x int, tx, t, ahead float64) float64 {
	a := p.alive(x, tx, t)
	if ahead == 0 {
		return a.p
	}
	h := p.life().hazard(t, ahead)
	if a.p > tiny {
		return a.p * math.Exp(-h)
	}
	return math.Exp(a.log - h)
}

// Expected returns the mean number of purchases in (t, t+h], whether or not the
// customer is active at t. Fader & Hardie (2005), eq. 41, with
// (1−e^(−q))/q in place of a division by s−1.
func (p Params) Expected(x int, tx, t, h float64) float64 {
	n := (p.R + float64(x)) / (p.Alpha + t)
	return p.alive(x, tx, t).times(n * p.life().span(t, h))
}

// ExpectedMany fills out[i] with Expected at horizon hs[i]; out must be as long
// as hs. P(alive) is found once.
func (p Params) ExpectedMany(x int, tx, t float64, hs, out []float64) {
	a := p.alive(x, tx, t)
	n := (p.R + float64(x)) / (p.Alpha + t)
	l := p.life()
	for i, h := range hs {
		out[i] = a.times(n * l.span(t, h))
	}
}

// ExpectedNew returns the mean number of repeat purchases of a new customer by
// age t.
func (p Params) ExpectedNew(t float64) float64 {
	return p.R / p.Alpha * p.life().span(0, t)
}

// DERT returns the discounted expected residual transactions: the mean of
// Σ e^(−delta·(time of purchase − t)) over all purchases after t, at the
// continuous rate delta per unit of time. Without discounting it is +Inf where
// S ≤ 1 (or nobody leaves). Fader, Hardie & Lee (2005), J. Marketing Research
// 42(4), with e^z·E_s(z) for z^(s-1)·Ψ(s, s; z).
func (p Params) DERT(x int, tx, t, delta float64) float64 {
	n := (p.R + float64(x)) / (p.Alpha + t)
	return p.alive(x, tx, t).times(n * p.life().discounted(t, delta))
}

// discounted returns ∫ over v > 0 of e^(−delta·v − hazard(from, v)).
func (l life) discounted(from, delta float64) float64 {
	if l.flat {
		return 1 / (delta + l.mu)
	}
	b := l.beta + from
	if b*delta == 0 {
		if delta > 0 && l.s < 1 { // b·E_s(z) → b·Γ(1−s)·z^(s−1)
			return math.Exp(l.s*math.Log(b) + (l.s-1)*math.Log(delta) + lgamma(1-l.s))
		}
		if l.s <= 1 {
			return math.Inf(1)
		}
		return b / (l.s - 1)
	}
	return b * expint(l.s, b*delta)
}
