package bg

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func (e *evaluator) Row(row kernel.Row, grad, hess []float64) float64 {
	m := row.X
	if e.modified {
		m++
	}
	var rate *rateSums
	var leave *leaveSums
	if m <= farFrom {
		rate, leave = &e.rate[row.X], &e.leave[m]
	} else {
		l := e.farLeave(m)
		var s rateSums
		if row.X > farFrom {
			s = e.farRate(row.X)
		} else {
			s = e.rate[row.X]
		}
		rate, leave = &s, &l
	}
	r, alpha := e.r, e.alpha
	s := r + float64(row.X)
	l0 := math.Log1p(row.T / alpha)
	ll := rate.v + leave.stay.v - s*l0
	var gap, odds, dead float64 // log (α+T)/(α+tx); v; eᵛ/(1+eᵛ)
	if m > 0 {
		if row.T > row.Tx {
			gap = math.Log1p((row.T - row.Tx) / (alpha + row.Tx))
		}
		odds = leave.left.v + s*gap
		if odds > 0 {
			ex := math.Exp(-odds)
			ll += odds + math.Log1p(ex)
			dead = 1 / (1 + ex)
		} else {
			ex := math.Exp(odds)
			ll += math.Log1p(ex)
			dead = ex / (1 + ex)
		}
	}
	if e.order < kernel.Gradient {
		return ll
	}
	// Without the odds: f = Σ log((r+j)/α) − s·log(1+T/α) + log stay.
	age, last := alpha+row.T, alpha+row.Tx
	u, v := alpha/age, alpha/last
	fr := rate.d - r*l0
	fa := s*(row.T/age) - float64(row.X) // dΣ/dlogα = −x
	// The odds.
	or, oa := r*gap, s*(u-v)
	ot, ok := leave.left.t, leave.left.k
	grad[0], grad[1] = fr+dead*or, fa+dead*oa
	grad[3] = leave.stay.k + dead*ok
	if e.noLeaver {
		slope := leave.stay.t
		if m > 0 {
			slope += math.Exp(s*gap) * ot
		}
		grad[2] = math.Max(-1e300, math.Min(1e300, slope))
	} else {
		grad[2] = leave.stay.t + dead*ot
	}
	if e.order < kernel.Hessian {
		return ll
	}
	both := dead * (1 - dead)
	uu, vv := u*(row.T/age), v*(row.Tx/last) // u(1−u), v(1−v)
	hess[0] = rate.dd - r*l0 + dead*or + both*or*or
	hess[1] = r*(row.T/age) + dead*r*(u-v) + both*or*oa
	hess[2] = -s*uu + dead*s*(uu-vv) + both*oa*oa
	if e.noLeaver {
		hess[3], hess[4], hess[5] = 0, 0, 0
		hess[6], hess[7], hess[8], hess[9] = 0, 0, 0, 0
		return ll
	}
	hess[3], hess[4] = both*or*ot, both*oa*ot
	hess[5] = leave.stay.tt + dead*leave.left.tt + both*ot*ot
	if e.noSpread {
		hess[6], hess[7], hess[8], hess[9] = 0, 0, 0, 0
		return ll
	}
	hess[6], hess[7] = both*or*ok, both*oa*ok
	hess[8] = leave.stay.tk + dead*leave.left.tk + both*ot*ok
	hess[9] = leave.stay.kk + dead*leave.left.kk + both*ok*ok
	return ll
}
