package spend

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// terms are what rows of the same number of purchases share.
type terms struct {
	m, f, g  float64 // p·x, m/(m+q), q/(m+q)
	constant float64 // the log-density's, without −ln z
	own, sum rest    // at m and at m+q
}

func newTerms(p Params, q rest, x int) terms {
	m := p.P * float64(x)
	t := terms{m: m, f: m / (m + p.Q), g: p.Q / (m + p.Q), own: restOf(m), sum: restOf(m + p.Q)}
	t.constant = 0.5*math.Log(m*t.g) - halfLog2Pi + t.sum.lnGamma - t.own.lnGamma - q.lnGamma
	return t
}

// point is the log-density of one row, and what its derivatives are made of.
type point struct {
	value      float64
	w, v       float64 // s/(v+s) and v/(v+s)
	u          float64 // q·w − m·v
	logM, logQ float64 // ln(w/f), ln(v/g): the logs of 1+u/m and 1−u/q
}

func (t *terms) at(p Params, x int, mean float64) point {
	ratio := min(max(mean/p.V*float64(x), 1e-300), 1e300)
	var r point
	r.w, r.v = ratio/(1+ratio), 1/(1+ratio)
	r.u = p.Q*r.w - t.m*r.v
	r.logM, r.logQ = logOnePlus(r.u/t.m, r.w/t.f), logOnePlus(-r.u/p.Q, r.v/t.g)
	far := t.m*excess(r.u/t.m, r.logM) + p.Q*excess(-r.u/p.Q, r.logQ)
	r.value = t.constant - far - math.Log(mean)
	return r
}

// logOnePlus is ln(1+t), where onePlus is 1+t by another way, exact near t = −1.
func logOnePlus(t, onePlus float64) float64 {
	if t < -0.5 {
		return math.Log(onePlus)
	}
	return math.Log1p(t)
}

// shared is how many purchases the evaluator's table reaches: rows of more are
// rare and are evaluated one by one.
const shared = 4096

type evaluator struct {
	p     Params
	q     rest
	stamp uint32
	table []slot
}

type slot struct {
	stamp uint32
	terms
}

// NewEvaluator returns an evaluator in the coordinates (ln p, ln q, ln v). Its
// rows are X purchases of mean value Mean > 0; a row with X = 0 counts 0. All
// constants are kept.
func NewEvaluator() kernel.Evaluator { return &evaluator{} }

func (e *evaluator) Dim() int { return 3 }

func (e *evaluator) Clone() kernel.Evaluator {
	c := *e
	c.table = append([]slot(nil), e.table...)
	return &c
}

// Set is false for parameters outside 1e-100 … 1e100.
func (e *evaluator) Set(eta []float64, maxX int, _ kernel.Order) bool {
	for _, v := range eta {
		if !(math.Abs(v) <= 230) {
			return false
		}
	}
	e.p = Natural(eta)
	e.q = restOf(e.p.Q)
	if e.stamp++; e.stamp == 0 {
		clear(e.table)
		e.stamp = 1
	}
	if n := min(maxX, shared) + 1; n > len(e.table) {
		e.table = make([]slot, n)
	}
	return true
}

func (e *evaluator) Row(r kernel.Row, grad, hess []float64) float64 {
	if r.X <= 0 {
		clear(grad)
		clear(hess)
		return 0
	}
	var t *terms
	var own terms
	if r.X < len(e.table) {
		s := &e.table[r.X]
		if s.stamp != e.stamp {
			s.stamp, s.terms = e.stamp, newTerms(e.p, e.q, r.X)
		}
		t = &s.terms
	} else {
		own = newTerms(e.p, e.q, r.X)
		t = &own
	}
	z := t.at(e.p, r.X, r.Mean)
	if len(grad) == 0 {
		return z.value
	}
	q := e.p.Q
	gp := t.m*z.logM + t.f*t.sum.psi - t.own.psi
	gq := q*z.logQ + t.g*t.sum.psi - e.q.psi
	grad[0], grad[1], grad[2] = gp, gq, z.u
	if len(hess) == 0 {
		return z.value
	}
	both := t.m * t.g // m·q/(m+q)
	hess[0] = gp - both + t.f*t.f*t.sum.trigamma - t.own.trigamma
	hess[1] = both + t.f*t.g*t.sum.trigamma
	hess[2] = gq - both + t.g*t.g*t.sum.trigamma - e.q.trigamma
	hess[3] = -t.m * z.v
	hess[4] = q * z.w
	hess[5] = -(t.m + q) * z.w * z.v
	return z.value
}
