package discrete

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// weigh returns how many customers row i stands for; nil weights are one each.
func weigh(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

// share returns hits/of, kept off 0 and 1, and away from what is undefined.
func share(hits, of, otherwise float64) float64 {
	if !(of > 0) {
		return otherwise
	}
	return min(max(hits/of, 0.01), 0.99)
}

func logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }

// StartsBGBB returns points to start a fit of BG/BB rows from; weights[i] is how
// many customers row i stands for, nil is one each. p is guessed from the
// opportunities before the last purchase, at which the customer certainly was
// there; θ from how many seem to be gone.
func StartsBGBB(rows []kernel.Row, weights []float64) [][]float64 {
	var hits, chances, gone, stays float64
	for i, r := range rows {
		w := weigh(weights, i)
		if r.Tx > 1 {
			hits += w * float64(r.X-1)
			chances += w * (r.Tx - 1)
		}
	}
	p := share(hits, chances, 0.3)
	for i, r := range rows {
		w := weigh(weights, i)
		// Silence for longer than twice the usual gap looks like an end.
		wait := 2 / p
		if r.T-r.Tx > wait {
			gone += w
			stays += w * (r.Tx + wait/2)
		} else {
			stays += w * r.T
		}
	}
	theta := share(gone, gone+stays, 0.1)
	at := func(p, kp, theta, kt float64) []float64 {
		return []float64{logit(p), math.Log(kp), logit(theta), math.Log(kt)}
	}
	return [][]float64{
		at(p, 0.5, theta, 0.3),
		at(p, 0.05, theta, 0.03),
		at(p, 2, min(2*theta, 0.9), 1),
		at(0.3, 0.5, 0.1, 0.1),
		at(min(1.5*p, 0.9), 0.2, theta/3, 2),
	}
}

// StartsSBG is StartsBGBB for contracts: θ is guessed from all renewals, and from
// the first ones alone.
func StartsSBG(rows []kernel.Row, weights []float64) [][]float64 {
	var churned, due, first, signed float64
	for i, r := range rows {
		w := weigh(weights, i)
		due += w * r.T
		if r.T >= 1 {
			signed += w
		}
		if r.X > 0 {
			churned += w
			if r.T == 1 {
				first += w
			}
		}
	}
	all, early := logit(share(churned, due, 0.1)), logit(share(first, signed, 0.1))
	return [][]float64{
		{early, math.Log(0.3)},
		{early, math.Log(1.5)},
		{all, math.Log(0.01)},
		{all, math.Log(0.2)},
	}
}
