package pareto

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// randomRow draws a history, plain or extreme.
func randomRow(rng *rand.Rand) kernel.Row {
	x := rng.IntN(5)
	switch rng.IntN(6) {
	case 0:
		x = rng.IntN(60)
	case 1:
		x = rng.IntN(800)
	}
	age := math.Exp(rng.NormFloat64()*1.5 + 3)
	tx := age * rng.Float64()
	if x == 0 {
		tx = 0
	} else if rng.IntN(10) == 0 {
		tx = age
	}
	return kernel.Row{X: x, Tx: tx, T: age}
}

// checkDerivatives holds gradient and Hessian of one row against central
// differences of value and gradient, over the finite coordinates.
func checkDerivatives(t *testing.T, e kernel.Evaluator, eta []float64, row kernel.Row) {
	t.Helper()
	n := e.Dim()
	grad, hess := make([]float64, n), make([]float64, n*(n+1)/2)
	at := func(eta []float64, order kernel.Order, g, h []float64) float64 {
		if !e.Set(eta, row.X, order) {
			t.Fatalf("refused %v", eta)
		}
		return e.Row(row, g, h)
	}
	value := at(eta, kernel.Hessian, grad, hess)
	if v := at(eta, kernel.Value, nil, nil); math.Abs(v-value) > 1e-12*(1+math.Abs(v)) {
		t.Errorf("%v %+v: value alone %.17g, with derivatives %.17g", eta, row, v, value)
	}
	only := make([]float64, n)
	if v := at(eta, kernel.Gradient, only, nil); v != value {
		t.Errorf("%v %+v: value with gradient %.17g, with Hessian %.17g", eta, row, v, value)
	}
	for i := range only {
		if only[i] != grad[i] {
			t.Errorf("%v %+v: gradient %v without, %v with Hessian", eta, row, only, grad)
			break
		}
	}
	const h = 1e-4
	g1, g2 := make([]float64, n), make([]float64, n)
	g3, g4 := make([]float64, n), make([]float64, n)
	for i := range n {
		if math.IsInf(eta[i], 0) {
			continue
		}
		moved := func(by float64, g []float64) float64 {
			m := append([]float64(nil), eta...)
			m[i] += by
			return at(m, kernel.Gradient, g, nil)
		}
		d1, d2 := moved(h, g1)-moved(-h, g2), moved(2*h, g3)-moved(-2*h, g4)
		slope := (8*d1 - d2) / (12 * h)
		if tol := 1e-8*(1+math.Abs(value)) + 1e-6*math.Abs(slope); math.Abs(slope-grad[i]) > tol {
			t.Errorf("%v %+v: d/d%d is %.12g, by differences %.12g", eta, row, i, grad[i], slope)
		}
		for j := range n {
			if math.IsInf(eta[j], 0) {
				continue
			}
			want := (8*(g1[j]-g2[j]) - (g3[j] - g4[j])) / (12 * h)
			p, q := max(i, j), min(i, j)
			got := hess[p*(p+1)/2+q]
			if tol := 1e-8*(1+math.Abs(value)+math.Abs(grad[j])) + 1e-6*math.Abs(want); math.Abs(want-got) > tol {
				t.Errorf("%v %+v: d²/d%dd%d is %.12g, by differences %.12g", eta, row, i, j, got, want)
			}
		}
	}
}

func randomEta(rng *rand.Rand) []float64 {
	eta := []float64{
		rng.NormFloat64() * 1.2, rng.NormFloat64()*2 + 2, rng.NormFloat64()*1.5 - 3, rng.NormFloat64() * 1.5,
	}
	switch rng.IntN(8) {
	case 0:
		eta[atKappa] = math.Inf(-1)
	case 1:
		eta[atKappa] = -6 - 20*rng.Float64()
	case 2:
		eta[atMu] = math.Inf(-1)
	case 3:
		eta[atMu] = -30 * rng.Float64()
	case 4:
		eta[atKappa] = 8 * rng.Float64()
	}
	return eta
}

func TestDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	e := NewEvaluator()
	for range 3000 {
		checkDerivatives(t, e, randomEta(rng), randomRow(rng))
		if t.Failed() {
			return
		}
	}
}

// The slopes at the limits are those of the log-likelihood in κ and in μ.
func TestSlopeAtLimits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	e := NewEvaluator()
	grad, hess := make([]float64, 4), make([]float64, 10)
	for range 300 {
		row := randomRow(rng)
		row.X = min(row.X, 20)
		for _, at := range []int{atMu, atKappa} {
			eta := randomEta(rng)
			eta[atMu], eta[atKappa] = -3, 0
			eta[at] = math.Inf(-1)
			if !e.Set(eta, row.X, kernel.Hessian) {
				t.Fatal(eta)
			}
			limit := e.Row(row, grad, hess)
			slope := grad[at]
			step := 1e-7 / (1 + math.Abs(slope))
			near := func(by float64) float64 {
				eta[at] = math.Log(by)
				e.Set(eta, row.X, kernel.Value)
				return e.Row(row, nil, nil)
			}
			got := (-near(2*step) + 4*near(step) - 3*limit) / (2 * step)
			if math.Abs(got-slope) > 1e-4*math.Abs(slope)+1e-6*(1+math.Abs(limit))*(1+math.Abs(slope)) {
				t.Errorf("%+v, coordinate %d: slope %g, by differences %g", row, at, slope, got)
			}
			for j := range 4 {
				p, q := max(at, j), min(at, j)
				if hess[p*(p+1)/2+q] != 0 {
					t.Errorf("%+v: Hessian not 0 at a limit: %v", row, hess)
				}
			}
		}
	}
}

// Largest log-likelihoods and standard errors of CDNOW and of four cuts of the
// apparel data, two of which have their supremum in the flat limit.
func TestFits(t *testing.T) {
	t.Run("cdnow", func(t *testing.T) {
		eta := []float64{-0.5, 2, -3, 0}
		v, _, hess := climb(t, NewEvaluator(), grouped(cdnow(t)), eta)
		if math.Abs(v+9594.9761789) > 1e-6 {
			t.Errorf("log-likelihood %.8f", v)
		}
		p := Natural(eta)
		natural := [4]float64{p.R, p.Alpha, p.S, p.Beta}
		for i, want := range [4]float64{0.0476279, 0.8427225, 0.1872813, 6.2111136} {
			// Jacobian's row i, times the inverse of −H, times it again.
			row := Jacobian(nil)[4*i : 4*i+4]
			var variance float64
			for k, s := range solve(hess, row, []int{0, 1, 2, 3}, 0) {
				variance += s * row[k]
			}
			if se := math.Sqrt(variance) * natural[i]; math.Abs(se/want-1) > 1e-6 {
				t.Errorf("standard error %d: %.7f, want %.7f", i, se, want)
			}
		}
	})
	for _, c := range []struct {
		end        string
		best, flat float64 // log-likelihood, and in the limit of κ = 0
	}{
		{"2005-10-09", -2612.174407, -2612.174407},
		{"2006-01-01", -3481.978217, -3482.077318},
		{"2006-07-02", -4617.286911, -4617.286911},
		{"2006-12-31", -5848.097827, -5850.436714},
	} {
		t.Run(c.end, func(t *testing.T) {
			rows := grouped(apparel(t, c.end))
			for _, k := range []struct{ kappa, want float64 }{{-1, c.best}, {math.Inf(-1), c.flat}} {
				eta := []float64{0, 3.5, -4, k.kappa}
				v, grad, _ := climb(t, NewEvaluator(), rows, eta)
				if math.Abs(v-k.want) > 2e-6 {
					t.Errorf("log κ from %v: %.7f, want %.6f", k.kappa, v, k.want)
				}
				if boundary := c.best == c.flat; math.IsInf(k.kappa, -1) && boundary != (grad[atKappa] < 0) {
					t.Errorf("slope in κ at 0 is %v", grad[atKappa])
				}
			}
		})
	}
}
