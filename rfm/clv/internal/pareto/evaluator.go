package pareto

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// evaluator is the Pareto/NBD at one point of its coordinates.
type evaluator struct {
	order  kernel.Order
	r      float64
	alpha  float64
	kappa  float64
	life   life
	table  risingTable
	points points
	// Which coordinates are at −Inf, so that their slope is the natural one.
	noDropout, noSpread bool
}

// NewEvaluator returns the Pareto/NBD for fitting, in coordinates log r, log α,
// log μ, log κ; see Natural. A log μ or log κ of −Inf is its exact limit. To
// shift a customer's α and μ, shift the coordinates: Set costs little where r
// stays the same. Not safe for concurrent use.
func NewEvaluator() kernel.Evaluator { return &evaluator{} }

// Dim is 4.
func (e *evaluator) Dim() int { return Dim }

// Clone returns an evaluator that shares nothing with this one.
func (e *evaluator) Clone() kernel.Evaluator {
	c := *e
	c.table.sum = append([]sums(nil), e.table.sum...)
	return &c
}

// Set moves to eta.
func (e *evaluator) Set(eta []float64, maxX int, order kernel.Order) bool {
	r, alpha := math.Exp(eta[atR]), math.Exp(eta[atAlpha])
	life, ok := lifeAt(eta)
	if !ok || !usable(r) || !usable(alpha) {
		return false
	}
	e.order, e.r, e.alpha, e.life = order, r, alpha, life
	e.kappa = math.Exp(eta[atKappa])
	e.noDropout, e.noSpread = life.mu == 0, math.IsInf(eta[atKappa], -1)
	e.table.reach(r, maxX)
	return true
}

// usable says whether a parameter leaves room for products.
func usable(v float64) bool { return v > 1/maxParam && v < maxParam }

// Row returns the log-likelihood of a row.
func (e *evaluator) Row(row kernel.Row, grad, hess []float64) float64 {
	n, t := e.r+float64(row.X), row.T
	sum := e.table.at(row.X)
	l1 := math.Log1p(t / e.alpha)
	value := sum.log - e.r*l1 - e.life.hazard(0, t)
	if row.X > 0 {
		value -= float64(row.X) * math.Log(e.alpha+t)
	}
	if e.order >= kernel.Gradient {
		e.lead(row.X, t, l1, sum, grad, hess)
	}
	if t > row.Tx {
		d := integral(e.alpha, e.life, n, row.Tx, t)
		if e.noDropout {
			d.rate = 1 // the integral over μ, for the slope
		}
		d.plan(0)
		if e.order == kernel.Value {
			if !e.noDropout {
				value += softplus(d.rate*d.scale*d.sum(), d.w+d.top)
			}
			return value
		}
		if e.noDropout {
			grad[atMu] += bounded(d.rate*d.scale*d.sum(), d.w+d.top)
		} else {
			value += e.mixture(&d, n, row.Tx, t, grad, hess)
		}
	}
	if e.order >= kernel.Gradient {
		e.limits(grad, hess)
	}
	return value
}

// bounded returns q·e^lg, at most 1e290: a slope that steep is steep enough.
func bounded(q, lg float64) float64 {
	if lg += math.Log(q); lg > 667 {
		return 1e290
	}
	return math.Exp(lg)
}

// lead overwrites the derivatives with those of the part before ln(1+I).
func (e *evaluator) lead(x int, t, l1 float64, sum sums, grad, hess []float64) {
	r, ia := e.r, 1/(e.alpha+t)
	z := e.life.at(t, e.kappa)
	n := r + float64(x)
	grad[atR] = r * (sum.one - l1)
	grad[atAlpha] = (r*t - float64(x)*e.alpha) * ia
	grad[atMu] = -z.cumMu
	if e.noDropout {
		grad[atMu] = -t
	}
	grad[atKappa] = -z.cumKappa
	if e.order < kernel.Hessian {
		return
	}
	hess[0] = grad[atR] - r*r*sum.two
	hess[1], hess[2] = r*t*ia, -n*(e.alpha*ia)*(t*ia)
	hess[3], hess[4], hess[5] = 0, 0, -z.cumMuMu
	hess[6], hess[7], hess[8], hess[9] = 0, 0, -z.cumMuKappa, -z.cumKappaKappa
}

// limits turns entries of coordinates at −Inf into natural slopes.
func (e *evaluator) limits(grad, hess []float64) {
	if e.noDropout {
		grad[atKappa] = 0
		if e.order == kernel.Hessian {
			hess[3], hess[4], hess[5], hess[8] = 0, 0, 0, 0
		}
	}
	if e.life.flat && !e.noSpread {
		grad[atKappa] *= e.kappa // flat by rounding alone
	}
	if e.life.flat && e.order == kernel.Hessian {
		hess[6], hess[7], hess[8], hess[9] = 0, 0, 0, 0
	}
}

// mixture returns ln(1+I) and adds its derivatives. With γ the derivatives of
// the logarithm of the integrand, those of ln(1+I) are means over the time of
// leaving u: D·E[γ], and D·E[γ'+γγᵀ] − D²·E[γ]E[γ]ᵀ, where D = I/(1+I).
func (e *evaluator) mixture(d *dropout, n, tx, t float64, grad, hess []float64) float64 {
	var acc moments
	if e.life.flat {
		e.flatSums(d, n, tx, t, &acc)
	} else {
		e.sums(d, n, tx, t, &acc)
	}
	q, lg := d.rate*d.scale*d.step*acc.one, d.w+d.top
	value := softplus(q, lg)
	// D, from I where it is small and from 1/I where it is large.
	var dead float64
	if lg < 500 && q < 1e50 {
		i := q * math.Exp(lg)
		dead = i / (1 + i)
	} else {
		dead = math.Exp(lg + math.Log(q) - value)
	}
	inv := 1 / acc.one
	r, na := e.r, n*e.alpha/(e.alpha+t)
	// γ_r and γ_α were summed without the factors that all nodes share.
	g := [4]float64{r * acc.r * inv, -na * acc.a * inv, acc.mu * inv, acc.kappa * inv}
	for i, v := range g {
		grad[i] += dead * v
	}
	if e.order < kernel.Hessian {
		return value
	}
	second := [10]float64{
		r*acc.r + r*r*acc.rr,
		-na * (r*acc.a/n + r*acc.ra), na*na*acc.aa + acc.alpha2,
		r * acc.rmu, -na * acc.amu, acc.mumu,
		r * acc.rkappa, -na * acc.akappa, acc.mukappa, acc.kappakappa,
	}
	k := 0
	for i := range 4 {
		for j := range i + 1 {
			hess[k] += dead * (second[k]*inv - dead*g[i]*g[j])
			k++
		}
	}
	return value
}

// moments are sums over the nodes: of the weight, and of the weight with the
// derivatives and their products.
type moments struct {
	one                                 float64
	r, a, mu, kappa                     float64
	rr, ra, aa, alpha2                  float64
	rmu, amu, mumu                      float64
	rkappa, akappa, mukappa, kappakappa float64
}
