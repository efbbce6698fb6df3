package pareto

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// hazards are the derivatives, with respect to log μ and log κ, of the hazard
// accumulated by age u, H = s·ln(1+u/β), and of the logarithm of the rate of
// leaving at u, h = s/(β+u). In the flat limit those with respect to κ are
// natural, dH/dκ at κ = 0, and the second ones are 0.
type hazards struct {
	cumMu, cumKappa, cumMuMu, cumMuKappa, cumKappaKappa float64
	logMu, logKappa, log2                               float64 // log2 is all three second derivatives
}

// at returns the derivatives at age u.
func (l life) at(u, kappa float64) (h hazards) {
	if l.flat {
		m := l.mu * u
		return hazards{cumMu: m, cumMuMu: m, cumKappa: -m * m / 2, logMu: 1, logKappa: -m}
	}
	v := u / (l.beta + u)
	iota := l.beta / (l.beta + u)
	sv := l.s * v
	mp := l.excess(u, sv, math.Log1p(u/l.beta))
	return hazards{
		cumMu: sv, cumKappa: -mp,
		cumMuMu: sv * iota, cumMuKappa: -sv * v, cumKappaKappa: mp - sv*v,
		logMu: iota, logKappa: -v, log2: -v * iota,
	}
}

// excess returns s·(ln(1+z) − z/(1+z)) with z = u/β, given sv = s·z/(1+z) and
// log = ln(1+z): the derivative of −H with respect to log κ.
func (l life) excess(u, sv, log float64) float64 {
	if u < small*l.beta {
		return l.mu * u * excessSeries(u/l.beta)
	}
	return l.s*log - sv
}

// small is where the series takes over.
const small = 0.02

// excessSeries returns ln(1+z)/z − 1/(1+z) = Σ −(−z)^k·k/(k+1) for small z.
func excessSeries(z float64) float64 {
	return z * (1.0/2 - z*(2.0/3-z*(3.0/4-z*(4.0/5-z*(5.0/6-z*(6.0/7-z*(7.0/8-z*8/9)))))))
}

// sums adds up the derivatives of the integrand over all nodes.
func (e *evaluator) sums(d *dropout, n, tx, t float64, out *moments) {
	var (
		acc    moments
		l      = e.life
		end    = l.at(t, e.kappa)
		ca, cb = e.alpha + tx, l.beta + tx
		gap    = t - tx
		ia2    = t / ((e.alpha + t) * (e.alpha + t))
		logTx  = math.Log1p(tx / l.beta)
		series = t < small*l.beta
		hess   = e.order == kernel.Hessian
	)
	for p := range d.panels {
		from := d.fill(p, &e.points)
		for i, k := range d.rule {
			y := from + d.step*k.t
			q := &e.points[i]
			f := q.f
			du := d.scale * q.grown
			u := tx + du
			loga, logb := y, q.other
			if !d.buys {
				loga, logb = logb, loga
			}
			ia, ib := 1/(ca+du), 1/(cb+du)
			v, iota := u*ib, l.beta*ib
			sv := l.s * v
			var mp float64
			if series {
				mp = l.mu * u * excessSeries(u/l.beta)
			} else {
				mp = l.s*(logTx+logb) - sv
			}
			gr := d.la - loga
			ga := (gap - du) * ia
			gm := iota + end.cumMu - sv
			gk := end.cumKappa - v + mp
			acc.one += f
			acc.r += f * gr
			acc.a += f * ga
			acc.mu += f * gm
			acc.kappa += f * gk
			if !hess {
				continue
			}
			vi := v * iota
			fr, fa, fm := f*gr, f*ga, f*gm
			acc.rr += fr * gr
			acc.ra += fr * ga
			acc.aa += fa * ga
			acc.alpha2 += f * (ia2 - u*ia*ia)
			acc.rmu += fr * gm
			acc.amu += fa * gm
			acc.mumu += fm*gm + f*(end.cumMuMu-vi-sv*iota)
			acc.rkappa += fr * gk
			acc.akappa += fa * gk
			acc.mukappa += fm*gk + f*(end.cumMuKappa-vi+sv*v)
			acc.kappakappa += f * (gk*gk + end.cumKappaKappa - vi - mp + sv*v)
		}
	}
	acc.alpha2 *= n * e.alpha
	*out = acc
}

// flatSums is sums in the flat limit.
func (e *evaluator) flatSums(d *dropout, n, tx, t float64, out *moments) {
	var acc moments
	mu := e.life.mu
	mt := mu * t
	ia2 := t / ((e.alpha + t) * (e.alpha + t))
	for p := range d.panels {
		from := d.fill(p, &e.points)
		for i, k := range d.rule {
			y := from + d.step*k.t
			f := e.points[i].f
			du := d.scale * e.points[i].grown
			u := tx + du
			ia := 1 / (e.alpha + u)
			gr := d.la - y
			ga := (t - u) * ia
			rem := mu * (t - u)
			gm := 1 + rem
			gk := -mu*u - rem*(mt+mu*u)/2
			acc.one += f
			acc.r += f * gr
			acc.a += f * ga
			acc.mu += f * gm
			acc.kappa += f * gk
			acc.rr += f * gr * gr
			acc.ra += f * gr * ga
			acc.aa += f * ga * ga
			acc.alpha2 += f * (ia2 - u*ia*ia)
			acc.rmu += f * gr * gm
			acc.amu += f * ga * gm
			acc.mumu += f * (gm*gm + rem)
		}
	}
	acc.alpha2 *= n * e.alpha
	*out = acc
}
