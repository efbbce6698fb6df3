package predict

import (
	"fmt"
	"math"
)

const (
	maxSteps    = 200
	maxHalvings = 40
	// still is the Newton decrement below which a fit is at rest: the last step
	// was then a hundred-millionth of a standard error, and the next would be
	// about the square of that.
	still = 1e-16
	// far is the log-odds beyond which a fit without a penalty is looked at for
	// separation.
	far = 10
	// edge is how far on the wrong side, of the largest distance, a row may lie
	// before it speaks against separation.
	edge = 1e-7
)

// newton maximises Σ hit·log p + miss·log(1 − p) − ½Σ penaltyⱼ·betaⱼ² with
// logit p = beta₀ + Σ xⱼ·betaⱼ. Its memory is allocated once.
type newton struct {
	b             *pool
	penalty       []float64 // by column; nil is none
	beta          []float64 // the intercept first
	try, step     []float64
	gradient      []float64
	info, factor  square
	loglik        float64 // of the data alone, at beta
	objective     float64
	reach         float64 // the largest log-odds in size
	iterations    int
	separated     bool
	direction     []float64 // of the separation
	searchesParts bool      // whether separation ends the fit
}

func newNewton(b *pool, penalty []float64) *newton {
	k := b.p + 1
	f := &newton{b: b, penalty: penalty, info: newSquare(k), factor: newSquare(k)}
	f.beta, f.try, f.step, f.gradient = make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	f.beta[0] = math.Log(b.hits / (b.total - b.hits))
	return f
}

// eval computes objective, gradient and information at beta. It does not
// allocate.
func (f *newton) eval(beta []float64) {
	clear(f.gradient)
	clear(f.info.v)
	f.loglik, f.reach = 0, 0
	b := f.b
	slopes := beta[1:]
	k := b.p + 1
	g0, h00 := 0.0, 0.0
	gradient := f.gradient[1:]
	odds := 1.0 // the product of 1+e of single rows: one logarithm for many
	for i := range b.hit {
		row := b.x[i*b.p : (i+1)*b.p : (i+1)*b.p]
		eta := beta[0]
		for j, v := range row {
			eta += v * slopes[j]
		}
		hit, miss := b.hit[i], b.miss[i]
		size := math.Abs(eta)
		f.reach = max(f.reach, size)
		e := math.Exp(-size)
		q := 1 / (1 + e)
		yes, no := q, e*q // P(left), P(stayed)
		if eta < 0 {
			yes, no = no, yes
			f.loglik -= hit * size
		} else {
			f.loglik -= miss * size
		}
		w := hit + miss
		if w == 1 {
			if odds *= 1 + e; odds > 0x1p60 {
				f.loglik -= math.Log(odds)
				odds = 1
			}
		} else {
			f.loglik -= w * math.Log1p(e)
		}
		r := hit*no - miss*yes
		w *= yes * no
		g0 += r
		h00 += w
		for j, v := range row {
			gradient[j] += r * v
			v *= w
			h := f.info.v[(j+1)*k : (j+1)*k+j+2]
			h[0] += v
			h = h[1:]
			for c, u := range row[:len(h)] {
				h[c] += v * u
			}
		}
	}
	f.loglik -= math.Log(odds)
	f.gradient[0], f.info.v[0] = g0, h00
	f.objective = f.loglik
	for j, l := range f.penalty {
		v := slopes[j]
		f.objective -= l * v * v / 2
		gradient[j] -= l * v
		f.info.v[(j+1)*k+j+1] += l
	}
}

// run goes from beta to the maximum, halving steps that lead down. Errors:
// ErrConverge. Where separated is set there is no maximum.
func (f *newton) run() error {
	f.eval(f.beta)
	for f.iterations = 1; f.iterations <= maxSteps; f.iterations++ {
		if !f.factor.factor(f.info) {
			return f.lost("its information matrix is singular")
		}
		copy(f.step, f.gradient)
		f.factor.solve(f.step)
		decrement := 0.0
		for j, g := range f.gradient {
			decrement += g * f.step[j]
		}
		before := f.objective
		slack := 1e-13 * (1 + math.Abs(before))
		t := 1.0
		for halvings := 0; ; halvings++ {
			for j, v := range f.step {
				f.try[j] = f.beta[j] + t*v
			}
			f.eval(f.try)
			if f.objective >= before-slack {
				break
			}
			if halvings == maxHalvings {
				return f.lost("no step leads up")
			}
			t /= 2
		}
		f.beta, f.try = f.try, f.beta
		if f.searchesParts && f.reach > far && f.parts(f.step) {
			return nil
		}
		if decrement <= still {
			return nil
		}
	}
	return f.lost(fmt.Sprintf("after %d steps", maxSteps))
}

// lost ends a fit that cannot go on: in separation, if that is why.
func (f *newton) lost(why string) error {
	if f.searchesParts && (f.parts(f.step) || f.parts(f.beta)) {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrConverge, why)
}
