package bg

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// evaluator is the likelihood in the coordinates log r, log α, logit φ, log κ
// with φ = a/(a+b), the mean chance to leave, and κ = 1/(a+b). In φ and κ it is
//
//	Π_{j<x} (r+j) · α^r (α+T)^−(r+x) · Π_{j<m} (q+κj)/(1+κj) · (1 + eᵛ)
//	v = log φ − log(q+κ(m−1)) + (r+x) log (α+T)/(α+tx),  q = 1 − φ
//
// with m = x for the BG/NBD (no eᵛ where m = 0) and m = x+1 for the MBG/NBD: it
// is regular at κ = 0, where all customers have the same chance to leave, and at φ = 0,
// where nobody leaves.
type evaluator struct {
	modified           bool
	order              kernel.Order
	r, alpha           float64
	phi, q, kappa      float64
	noSpread, noLeaver bool // κ = 0 and φ = 0 as coordinates of −Inf

	logPhi float64

	rate  []rateSums
	leave []leaveSums
	far   spans
}

// rateSums is over j < x: Σ log((r+j)/α) and its first and second derivative
// by log r, α being held.
type rateSums struct{ v, d, dd float64 }

// leaveSums is over j < m: Σ log((q+κj)/(1+κj)), and of the m-th chance
// log φ/(q+κ(m−1)), each with its derivatives by θ = logit φ and k = log κ.
type leaveSums struct {
	stay, left jet
}

// jet is a value with derivatives by two coordinates.
type jet struct{ v, t, k, tt, tk, kk float64 }

// NewEvaluator returns the likelihood of the BG/NBD, or of the MBG/NBD, for a
// fit in the coordinates (log r, log α, logit φ, log κ). A coordinate of −Inf in
// one of the last two is the limit itself, as kernel.Evaluator says; the slope
// by φ at φ = 0 is held to ±1e300.
func NewEvaluator(modified bool) kernel.Evaluator { return &evaluator{modified: modified} }

func (e *evaluator) Dim() int { return 4 }

func (e *evaluator) Clone() kernel.Evaluator { return &evaluator{modified: e.modified} }

func (e *evaluator) Set(eta []float64, maxX int, order kernel.Order) bool {
	e.order = order
	e.r, e.alpha = math.Exp(eta[0]), math.Exp(eta[1])
	e.phi, e.q = logistic(eta[2])
	e.kappa, e.logPhi = math.Exp(eta[3]), math.Log(e.phi)
	e.noLeaver, e.noSpread = math.IsInf(eta[2], -1), math.IsInf(eta[3], -1)
	// The bounds keep squares of sums within floats.
	within := func(v, small, big float64) bool { return v >= small && v <= big }
	if !within(e.r, 1e-290, 1e290) || !within(e.alpha, 1e-290, 1e290) || !within(e.q, 1e-140, 1) ||
		!within(e.kappa, 0, 1e60) || !e.noLeaver && !within(e.phi, 1e-290, 1) {
		return false
	}
	e.rates(maxX)
	m := maxX
	if e.modified {
		m++
	}
	e.leaves(m)
	e.prepareSpans(m)
	return true
}

// logistic returns 1/(1+e^−x) and 1/(1+eˣ).
func logistic(x float64) (up, down float64) {
	if x > 0 {
		d := math.Exp(-x)
		return 1 / (1 + d), d / (1 + d)
	}
	u := math.Exp(x)
	return u / (1 + u), 1 / (1 + u)
}

// rates fills the sums up to farFrom purchases.
func (e *evaluator) rates(maxX int) {
	maxX = min(maxX, farFrom)
	if cap(e.rate) < maxX+1 {
		e.rate = make([]rateSums, 0, 2*maxX+1)
	}
	e.rate = e.rate[:maxX+1]
	var s rateSums
	for x := range e.rate {
		e.rate[x] = s
		s.add(e.rateTerm(float64(x)), 1)
	}
}

// rateTerm is the term of rateSums at j.
func (e *evaluator) rateTerm(j float64) (t rateSums) {
	rj := e.r + j
	t.v = math.Log(rj / e.alpha)
	if e.order >= kernel.Gradient {
		t.d = e.r / rj
		t.dd = t.d * (1 - t.d)
	}
	return t
}

// leaves fills the sums up to farFrom chances.
func (e *evaluator) leaves(m int) {
	m = min(m, farFrom)
	if cap(e.leave) < m+1 {
		e.leave = make([]leaveSums, 0, 2*m+1)
	}
	e.leave = e.leave[:m+1]
	e.leave[0] = leaveSums{}
	var s jet
	for j := range m {
		f := float64(j)
		s.add(e.leaveTerm(f), 1)
		e.leave[j+1] = leaveSums{stay: s, left: e.leftTerm(f)}
	}
}

// leaveTerm is log((q+κj)/(1+κj)).
func (e *evaluator) leaveTerm(j float64) (s jet) {
	phi, q, kj := e.phi, e.q, e.kappa*j
	w, n := q+kj, 1+kj
	s.v = math.Log(w / n)
	if e.order < kernel.Gradient {
		return s
	}
	// Derivatives by φ itself at φ = 0, by κ itself at κ = 0.
	pq := phi * q
	slope, dk := pq, kj
	if e.noLeaver {
		slope = 1
	}
	if e.noSpread {
		dk = j
	}
	wt := slope / w // −d log w/dθ
	s.t = -wt
	s.k = dk * phi / (w * n)
	if e.noLeaver || e.order < kernel.Hessian {
		return s
	}
	s.tt = -(pq*(q-phi)/w + wt*wt)
	if !e.noSpread {
		ww, nn := w*w, n*n
		s.tk = pq * kj / ww
		s.kk = kj * phi * (q - kj*kj) / (ww * nn)
	}
	return s
}

// leftTerm is log φ/(q+κj).
func (e *evaluator) leftTerm(j float64) (left jet) {
	phi, q, kj := e.phi, e.q, e.kappa*j
	w := q + kj
	if e.noLeaver { // the odds themselves vanish: their slope by φ is 1/w
		left.v = math.Inf(-1)
		if e.order >= kernel.Gradient {
			left.t = 1 / w
		}
		return left
	}
	left.v = e.logPhi - math.Log(w)
	if e.order < kernel.Gradient {
		return left
	}
	pq, dk := phi*q, kj
	if e.noSpread {
		dk = j
	}
	wt := pq / w
	left.t, left.k = q+wt, -dk/w
	if e.order < kernel.Hessian {
		return left
	}
	left.tt = pq*(q-phi)/w + wt*wt - pq
	if !e.noSpread {
		ww := w * w
		left.tk, left.kk = -pq*kj/ww, -kj*q/ww
	}
	return left
}
