package pareto

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// CorrelatedDim is the number of coordinates of Correlated.
const CorrelatedDim = 5

// at5 is the index of (i, j), j ≤ i, in a lower triangle by rows.
func at5(i, j int) int { return i*(i+1)/2 + j }

// jet is a value with first and second derivatives in the five coordinates.
type jet struct {
	v float64
	g [5]float64
	h [15]float64
}

// exp returns the jet of e^f from that of f, with the value given.
func (f *jet) exp(value float64) (e jet) {
	e.v = value
	for i := range 5 {
		e.g[i] = value * f.g[i]
		for j := range i + 1 {
			e.h[at5(i, j)] = value * (f.h[at5(i, j)] + f.g[i]*f.g[j])
		}
	}
	return e
}

// complement returns the jet of ln(1−e^f) from that of f; odds is e^f/(1−e^f).
func (f *jet) complement(odds float64) (e jet) {
	for i := range 5 {
		e.g[i] = -odds * f.g[i]
		for j := range i + 1 {
			e.h[at5(i, j)] = -odds * (f.h[at5(i, j)] + (1+odds)*f.g[i]*f.g[j])
		}
	}
	return e
}

// plus returns the sum of two jets but for their values.
func (f *jet) plus(o *jet) (e jet) {
	for i := range e.g {
		e.g[i] = f.g[i] + o.g[i]
	}
	for i := range e.h {
		e.h[i] = f.h[i] + o.h[i]
	}
	return e
}

// correlatedEvaluator is Correlated at one point of its coordinates.
type correlatedEvaluator struct {
	evaluator
	a, b   chance
	logA   jet // of ln A
	logB   jet
	ja, jb jet // of A and B
	m      jet
	gap    float64 // between the bounds on M
	bound  float64 // ±1 where M is at the upper or lower one, else 0
	tail   hazards // at age 1
}

// NewCorrelatedEvaluator returns Correlated for fitting, in the coordinates of
// NewEvaluator and a fifth, v: M = lo + (hi−lo)/(1+e^(−v)) between its bounds,
// which move with the other four. At v = ±Inf, M is the bound exactly and the
// fifth slope is that with respect to the fraction of hi−lo by which M lies
// inside it. hi has a kink where A = B, lo where A+B = 1: there derivatives are
// those of one side. Rows must be in the unit that the 1 in A and B means. A log
// μ of −Inf is refused: nothing is left that could correlate.
func NewCorrelatedEvaluator() kernel.Evaluator { return &correlatedEvaluator{} }

// Dim is 5.
func (e *correlatedEvaluator) Dim() int { return CorrelatedDim }

// Clone returns an evaluator that shares nothing with this one.
func (e *correlatedEvaluator) Clone() kernel.Evaluator {
	c := *e
	c.table.sum = append([]sums(nil), e.table.sum...)
	return &c
}

// Set moves to eta.
func (e *correlatedEvaluator) Set(eta []float64, maxX int, order kernel.Order) bool {
	if math.IsNaN(eta[atM]) || !e.evaluator.Set(eta, maxX, order) || e.noDropout {
		return false
	}
	la := math.Log1p(1 / e.alpha)
	e.a, e.b = expChance(e.r*la), expChance(e.life.hazard(0, 1))
	for _, v := range [4]float64{e.a.p, e.a.q, e.b.p, e.b.q} {
		if !usable(v) {
			return false
		}
	}
	// ln A = −r·ln(1+1/α), ln B = −H(1).
	r, inv := e.r, 1/(1+e.alpha)
	e.logA = jet{g: [5]float64{-r * la, r * inv}, h: [15]float64{-r * la, r * inv, -r * e.alpha * inv * inv}}
	e.tail = e.life.at(1, e.kappa)
	e.logB = jet{
		g: [5]float64{2: -e.tail.cumMu, 3: -e.tail.cumKappa},
		h: [15]float64{5: -e.tail.cumMuMu, 8: -e.tail.cumMuKappa, 9: -e.tail.cumKappaKappa},
	}
	e.ja, e.jb = e.logA.exp(e.a.p), e.logB.exp(e.b.p)
	e.setM(eta[atM])
	return true
}

// setM computes M and its derivatives from the bounds, which are products of A,
// B and their complements.
func (e *correlatedEvaluator) setM(v float64) {
	a, b := e.a, e.b
	restA, restB := e.logA.complement(a.p/a.q), e.logB.complement(b.p/b.q)
	high := e.logA.plus(&restB)
	if b.p*a.q > a.p*b.q {
		high = e.logB.plus(&restA)
	}
	low := e.logA.plus(&e.logB)
	if a.q*b.q > a.p*b.p {
		low = restA.plus(&restB)
	}
	// The bounds are one over these products.
	for i := range high.g {
		high.g[i], low.g[i] = -high.g[i], -low.g[i]
	}
	for i := range high.h {
		high.h[i], low.h[i] = -high.h[i], -low.h[i]
	}
	hi, lo := high.exp(1/max(a.p*b.q, b.p*a.q)), low.exp(-1/max(a.p*b.p, a.q*b.q))
	up, down := 1/(1+math.Exp(-v)), 1/(1+math.Exp(v))
	e.m = jet{v: lo.v*down + hi.v*up}
	for i := range e.m.g {
		e.m.g[i] = lo.g[i]*down + hi.g[i]*up
	}
	for i := range e.m.h {
		e.m.h[i] = lo.h[i]*down + hi.h[i]*up
	}
	e.gap, e.bound = hi.v-lo.v, 0
	switch {
	case math.IsInf(v, 1):
		e.bound, e.m.g[atM] = 1, -e.gap
	case math.IsInf(v, -1):
		e.bound, e.m.g[atM] = -1, e.gap
	default:
		s := up * down
		for i := range atM {
			e.m.h[at5(atM, i)] = (hi.g[i] - lo.g[i]) * s
		}
		e.m.g[atM] = e.gap * s
		e.m.h[at5(atM, atM)] = e.gap * s * (down - up)
	}
}

// Row returns the log-likelihood of a row.
func (e *correlatedEvaluator) Row(row kernel.Row, grad, hess []float64) float64 {
	n, t := e.r+float64(row.X), row.T
	sum := e.table.at(row.X)
	l1 := math.Log1p(t / e.alpha)
	value := sum.log - e.r*l1 - e.life.hazard(0, t)
	if row.X > 0 {
		value -= float64(row.X) * math.Log(e.alpha+t)
	}
	var d dropout
	if t > row.Tx {
		d = integral(e.alpha, e.life, n, row.Tx, t)
		d.plan(correlatedNodes)
		d.split(2)
	}
	// The mean of the bracket over the time of leaving, relative to e^ref.
	ref := max(d.w+d.top, 0)
	var acc jet
	e.active(n, t, math.Exp(-ref), &acc)
	if t > row.Tx {
		e.left(&d, n, row.Tx, t, d.rate*d.scale*d.step*math.Exp(d.w+d.top-ref), &acc)
	}
	acc.v = max(acc.v, math.SmallestNonzeroFloat64)
	value += ref + math.Log(acc.v)
	if e.order == kernel.Value {
		return value
	}
	e.lead(row.X, t, l1, sum, grad, hess)
	grad[atM] = 0
	inv := 1 / acc.v
	for i := range 5 {
		acc.g[i] *= inv
		grad[i] += acc.g[i]
	}
	if e.order == kernel.Hessian {
		for i := range 5 {
			hess[at5(atM, i)] = 0
		}
		for i := range 5 {
			for j := range i + 1 {
				hess[at5(i, j)] += acc.h[at5(i, j)]*inv - acc.g[i]*acc.g[j]
			}
		}
		if e.life.flat {
			hess[at5(atM, atKappa)] = 0
		}
		if e.bound != 0 {
			clear(hess[at5(atM, 0) : at5(atM, atM)+1])
		}
	}
	e.limits(grad, hess)
	return value
}

// active adds the bracket of a customer who is active at t.
func (e *correlatedEvaluator) active(n, t, weight float64, acc *jet) {
	one := e.life.at(t+1, e.kappa)
	end := e.life.at(t, e.kappa)
	h := e.life.hazard(t, 1)
	logQ := jet{g: [5]float64{2: end.cumMu - one.cumMu, 3: end.cumKappa - one.cumKappa}}
	logQ.h[5] = end.cumMuMu - one.cumMuMu
	logQ.h[8] = end.cumMuKappa - one.cumMuKappa
	logQ.h[9] = end.cumKappaKappa - one.cumKappaKappa
	e.add(n, t, h, &logQ, &jet{}, weight, acc)
}

// left adds the integral over the time of leaving.
func (e *correlatedEvaluator) left(d *dropout, n, tx, t, scale float64, acc *jet) {
	l := e.life
	end := l.at(t, e.kappa)
	at := e.alpha + t
	for p := range d.panels {
		from := d.fill(p, &e.points)
		for i, k := range d.rule {
			y := from + d.step*k.t
			q := &e.points[i]
			du := d.scale * q.grown
			u := tx + du
			if e.order == kernel.Value {
				b := bracket(e.m.v, e.a, e.b, expChance(n*math.Log1p(1/(e.alpha+u))), expChance(l.leaverMark(u)))
				acc.v += scale * q.f * b
				continue
			}
			loga := y
			if !d.buys {
				loga = q.other
			}
			ia := 1 / (e.alpha + u)
			h, one := l.at(u, e.kappa), l.at(u+1, e.kappa)
			// The logarithm of the integrand, relative to that at t.
			g := jet{g: [5]float64{
				e.r * (d.la - loga), -n * e.alpha * (t - u) / at * ia,
				h.logMu + end.cumMu - h.cumMu, h.logKappa + end.cumKappa - h.cumKappa,
			}}
			g.h[0], g.h[1] = g.g[0], e.r*g.g[1]/n
			g.h[2] = n * e.alpha * (t/(at*at) - u*ia*ia)
			g.h[5] = h.log2 + end.cumMuMu - h.cumMuMu
			g.h[8] = h.log2 + end.cumMuKappa - h.cumMuKappa
			g.h[9] = h.log2 + end.cumKappaKappa - h.cumKappaKappa
			logQ := jet{g: [5]float64{
				2: h.cumMu - one.cumMu + one.logMu - h.logMu,
				3: h.cumKappa - one.cumKappa + one.logKappa - h.logKappa,
			}}
			logQ.h[5] = h.cumMuMu - one.cumMuMu + one.log2 - h.log2
			logQ.h[8] = h.cumMuKappa - one.cumMuKappa + one.log2 - h.log2
			logQ.h[9] = h.cumKappaKappa - one.cumKappaKappa + one.log2 - h.log2
			e.add(n, u, l.leaverMark(u), &logQ, &g, scale*q.f, acc)
		}
	}
}

// add adds weight·e^g·bracket at age u with derivatives, e^g being 1 here; logQ
// holds those of the logarithm of the mean of e^(−μ), itself −mark.
func (e *correlatedEvaluator) add(n, u, mark float64, logQ, g *jet, weight float64, acc *jet) {
	ia, ia1 := 1/(e.alpha+u), 1/(e.alpha+u+1)
	lp := math.Log1p(ia)
	p, q := expChance(n*lp), expChance(mark)
	b := bracket(e.m.v, e.a, e.b, p, q)
	acc.v += weight * b
	if e.order == kernel.Value {
		return
	}
	naq := n * e.alpha * ia * ia1
	logP := jet{
		g: [5]float64{-e.r * lp, naq},
		h: [15]float64{-e.r * lp, e.r * e.alpha * ia * ia1, naq * (1 - e.alpha*(ia+ia1))},
	}
	jp, jq := logP.exp(p.p), logQ.exp(q.p)
	dv, ev := p.p-e.a.p, q.p-e.b.p
	if p.p > 0.5 && e.a.p > 0.5 {
		dv = e.a.q - p.q
	}
	if q.p > 0.5 && e.b.p > 0.5 {
		ev = e.b.q - q.q
	}
	var f [5]float64 // of the product
	var dg, eg [5]float64
	for i := range atM {
		dg[i], eg[i] = jp.g[i]-e.ja.g[i], jq.g[i]-e.jb.g[i]
		f[i] = dg[i]*ev + dv*eg[i]
	}
	fv := dv * ev
	var bg [5]float64
	for i := range 5 {
		bg[i] = e.m.g[i]*fv + e.m.v*f[i]
		acc.g[i] += weight * (b*g.g[i] + bg[i])
	}
	if e.order != kernel.Hessian {
		return
	}
	for i := range 5 {
		for j := range i + 1 {
			k := at5(i, j)
			f2 := (jp.h[k]-e.ja.h[k])*ev + dg[i]*eg[j] + dg[j]*eg[i] + dv*(jq.h[k]-e.jb.h[k])
			b2 := e.m.h[k]*fv + e.m.g[i]*f[j] + e.m.g[j]*f[i] + e.m.v*f2
			acc.h[k] += weight * (b*(g.h[k]+g.g[i]*g.g[j]) + g.g[i]*bg[j] + g.g[j]*bg[i] + b2)
		}
	}
}

// NaturalCorrelated returns the parameters at coordinates eta.
func NaturalCorrelated(eta []float64) Correlated {
	c := Correlated{Params: Natural(eta)}
	lo, hi := c.Bounds()
	c.M = lo/(1+math.Exp(eta[atM])) + hi/(1+math.Exp(-eta[atM]))
	return c
}

// Coordinates appends the coordinates of c to dst; an M at or beyond its bounds
// has ±Inf.
func (c Correlated) Coordinates(dst []float64) []float64 {
	lo, hi := c.Bounds()
	return append(c.Params.Coordinates(dst), math.Log(max(c.M-lo, 0))-math.Log(max(hi-c.M, 0)))
}

// CorrelatedJacobian appends to dst, by rows, the derivatives of (log r, log α,
// log s, log β, M) with respect to the coordinates eta: M itself, since it may
// be negative. It reports whether eta is legal. At a bound the last column is 0.
func CorrelatedJacobian(dst, eta []float64) ([]float64, bool) {
	var e correlatedEvaluator
	if !e.Set(eta, 0, kernel.Hessian) {
		return dst, false
	}
	if e.bound != 0 {
		e.m.g[atM] = 0
	}
	dst = append(dst,
		1, 0, 0, 0, 0,
		0, 1, 0, 0, 0,
		0, 0, 0, -1, 0,
		0, 0, -1, -1, 0)
	return append(dst, e.m.g[:]...), true
}
