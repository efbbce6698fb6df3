package pareto

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// CreaseDim is the number of coordinates on the crease.
const CreaseDim = 3

// crease is Correlated where A = B and M is at its upper bound.
type crease struct {
	full correlatedEvaluator
	eta  [5]float64
	j    [3]float64 // of log μ with respect to log r, log α, log κ
	h    [6]float64 // second ones, lower triangle
	grad [5]float64
	hess [15]float64
}

// NewCreaseEvaluator returns Correlated on the crease of its parameters: A = B
// with M at its upper bound 1/(A(1−A)), in coordinates log r, log α, log κ. The
// upper bound has a kink there, so that a largest log-likelihood that lies on it
// (that of CDNOW does) has no gradient of 0 in the five coordinates; in these
// three it has. The mean dropout rate follows: μ = (e^(κh)−1)/κ with
// h = r·ln(1+1/α). A log κ of −Inf is the exact limit.
func NewCreaseEvaluator() kernel.Evaluator { return &crease{} }

// Dim is 3.
func (c *crease) Dim() int { return CreaseDim }

// Clone returns an evaluator that shares nothing with this one.
func (c *crease) Clone() kernel.Evaluator {
	n := *c
	n.full.table.sum = append([]sums(nil), c.full.table.sum...)
	return &n
}

// CreaseEta writes the five coordinates of Correlated at three of the crease.
func CreaseEta(eta []float64) [5]float64 {
	h := math.Exp(eta[0]) * math.Log1p(math.Exp(-eta[1]))
	z := math.Exp(eta[2]) * h
	mu := math.Log(h)
	switch {
	case z > 30:
		mu += z - math.Log(z)
	case z > 0:
		mu += math.Log(math.Expm1(z) / z)
	}
	return [5]float64{eta[0], eta[1], mu, eta[2], math.Inf(1)}
}

// Set moves to eta.
func (c *crease) Set(eta []float64, maxX int, order kernel.Order) bool {
	c.eta = CreaseEta(eta)
	if !c.full.Set(c.eta[:], maxX, order) {
		return false
	}
	l1, inv := math.Log1p(1/c.full.alpha), 1/(1+c.full.alpha)
	z := c.full.kappa * c.full.r * l1
	psi, psi2 := 1.0, 0.0 // d log(e^z−1)/d log z and its derivative
	if z > 0 {
		psi = z / -math.Expm1(-z)
		psi2 = psi - psi*psi*math.Exp(-z)
	}
	if z < 1e-3 {
		psi2 = z/2 + z*z/6
	}
	q := -inv / l1 // d log l1/d log α
	c.j = [3]float64{psi, psi * q, psi - 1}
	if z < 1e-3 {
		c.j[2] = z/2 + z*z/12
	}
	if c.full.noSpread {
		c.j[2] = c.full.r * l1 / 2 // natural: μ = h·(1+κh/2+…)
	}
	dq := inv * inv * (c.full.alpha*l1 - 1) / (l1 * l1)
	c.h = [6]float64{psi2, psi2 * q, psi2*q*q + psi*dq, psi2, psi2 * q, psi2}
	if c.full.noSpread {
		c.h[3], c.h[4], c.h[5] = 0, 0, 0
	}
	return true
}

// Row returns the log-likelihood of a row.
func (c *crease) Row(row kernel.Row, grad, hess []float64) float64 {
	value := c.full.Row(row, c.grad[:], c.hess[:])
	if c.full.order == kernel.Value {
		return value
	}
	own := [3]int{atR, atAlpha, atKappa}
	g := c.grad[atMu]
	for i, a := range own {
		grad[i] = c.grad[a] + g*c.j[i]
	}
	if c.full.order < kernel.Hessian {
		return value
	}
	second := func(a, b int) float64 { return c.hess[at5(max(a, b), min(a, b))] }
	for i, a := range own {
		for j, b := range own[:i+1] {
			hess[at5(i, j)] = second(a, b) + c.j[i]*second(atMu, b) + c.j[j]*second(atMu, a) +
				c.j[i]*c.j[j]*second(atMu, atMu) + g*c.h[at5(i, j)]
		}
	}
	if c.full.noSpread {
		clear(hess[3:6])
	}
	return value
}

// CreaseJacobian appends to dst, by rows, the derivatives of (log r, log α,
// log s, log β, M) with respect to the three coordinates eta, and reports
// whether eta is legal.
func CreaseJacobian(dst, eta []float64) ([]float64, bool) {
	var c crease
	if !c.Set(eta, 0, kernel.Gradient) {
		return dst, false
	}
	a := c.full.a
	// M = 1/(A(1−A)), so that dM = −M·(1−A/(1−A))·d ln A.
	m := -(1 - a.p/a.q) / (a.p * a.q)
	return append(dst,
		1, 0, 0,
		0, 1, 0,
		0, 0, -1,
		-c.j[0], -c.j[1], -c.j[2]-1,
		m*c.full.logA.g[atR], m*c.full.logA.g[atAlpha], 0), true
}
