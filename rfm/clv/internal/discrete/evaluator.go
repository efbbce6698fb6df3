package discrete

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

type bgbb struct {
	buy, drop table
	logs      []float64
}

// NewBGBB returns an evaluator of the BG/BB model in the coordinates of
// [NaturalBGBB]. A row is X purchases, the last at opportunity Tx of T, both
// whole numbers. Tables grow to the longest T seen.
func NewBGBB() kernel.Evaluator { return &bgbb{} }

func (e *bgbb) Dim() int { return 4 }

func (e *bgbb) Clone() kernel.Evaluator {
	return &bgbb{buy: e.buy.clone(), drop: e.drop.clone()}
}

func (e *bgbb) Set(eta []float64, maxX int, _ kernel.Order) bool {
	ok := e.buy.set(eta[0], eta[1]) && e.drop.set(eta[2], eta[3])
	if ok {
		e.buy.reach(maxX)
	}
	return ok
}

func (e *bgbb) Row(r kernel.Row, grad, hess []float64) float64 {
	x, tx, n := r.X, int(r.Tx), int(r.T)
	e.buy.reach(n)
	e.drop.reach(n + 1)
	// One term for each opportunity that may have been the last the customer was
	// there for, tx … n−1, and one for n and after.
	logs := e.logs[:0]
	top := math.Inf(-1)
	for i := tx; i <= n; i++ {
		gone := 1
		if i == n {
			gone = 0
		}
		v := e.buy.value(x, i-x) + e.drop.value(gone, i)
		top = max(top, v)
		logs = append(logs, v)
	}
	e.logs = logs
	sum := 0.0
	for i, v := range logs {
		logs[i] = math.Exp(v - top)
		sum += logs[i]
	}
	if len(grad) > 0 {
		e.derive(x, tx, n, sum, grad, hess)
	}
	return top + math.Log(sum)
}

// derive averages the terms' derivatives with the terms as weights:
// ∇ln Σf = Σw∇ln f, and ∇²ln Σf = Σw(∇²ln f + ∇ln f ∇ln fᵀ) − ∇∇ᵀ.
func (e *bgbb) derive(x, tx, n int, sum float64, grad, hess []float64) {
	clear(grad)
	clear(hess)
	var b, d cell
	for i, w := range e.logs {
		if w /= sum; w == 0 {
			continue
		}
		i += tx
		gone := 1
		if i == n {
			gone = 0
		}
		e.buy.log(&b, x, i-x)
		e.drop.log(&d, gone, i)
		grad[0] += w * b.e
		grad[1] += w * b.k
		grad[2] += w * d.e
		grad[3] += w * d.k
		if len(hess) > 0 {
			hess[0] += w * (b.ee + b.e*b.e)
			hess[1] += w * (b.ek + b.k*b.e)
			hess[2] += w * (b.kk + b.k*b.k)
			hess[3] += w * d.e * b.e
			hess[4] += w * d.e * b.k
			hess[5] += w * (d.ee + d.e*d.e)
			hess[6] += w * d.k * b.e
			hess[7] += w * d.k * b.k
			hess[8] += w * (d.ek + d.k*d.e)
			hess[9] += w * (d.kk + d.k*d.k)
		}
	}
	if len(hess) == 0 {
		return
	}
	for i := range 4 {
		for j := range i + 1 {
			h := &hess[i*(i+1)/2+j]
			*h -= grad[i] * grad[j]
			if i%2 == 1 && e.flat(i) || j%2 == 1 && e.flat(j) {
				*h = 0
			}
		}
	}
}

// flat reports whether coordinate i is a κ that is exactly 0.
func (e *bgbb) flat(i int) bool {
	t := &e.buy
	if i > 1 {
		t = &e.drop
	}
	return t.slope != t.kappa
}

type sbg struct{ churn table }

// NewSBG returns an evaluator of the shifted beta-geometric model in the
// coordinates of [NaturalSBG]. A row with X = 0 is a contract renewed T times
// that runs on, one with X = 1 a contract given up at its T-th renewal, T ≥ 1; Tx
// is not read.
func NewSBG() kernel.Evaluator { return &sbg{} }

func (e *sbg) Dim() int { return 2 }

func (e *sbg) Clone() kernel.Evaluator { return &sbg{churn: e.churn.clone()} }

func (e *sbg) Set(eta []float64, _ int, _ kernel.Order) bool { return e.churn.set(eta[0], eta[1]) }

func (e *sbg) Row(r kernel.Row, grad, hess []float64) float64 {
	n := int(r.T)
	e.churn.reach(n)
	var c cell
	e.churn.log(&c, r.X, n-r.X)
	if len(grad) > 0 {
		grad[0], grad[1] = c.e, c.k
	}
	if len(hess) > 0 {
		hess[0], hess[1], hess[2] = c.ee, c.ek, c.kk
	}
	return c.v
}
