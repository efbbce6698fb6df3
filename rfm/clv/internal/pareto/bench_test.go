package pareto

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

var cdnowParams = Params{R: 0.553277046849, Alpha: 10.577683463252, S: 0.606239989143, Beta: 11.668735289409}

// simulated returns n distinct rows from the model fitted to CDNOW.
func simulated(n int) []kernel.Row {
	rng := rand.New(rand.NewPCG(7, 7))
	rows := make([]kernel.Row, n)
	var times []float64
	for i := range rows {
		age := 27 + 12*rng.Float64()
		times, _ = cdnowParams.Simulate(rng, age, times[:0])
		rows[i] = kernel.Row{X: len(times), T: age}
		if len(times) > 0 {
			rows[i].Tx = times[len(times)-1]
		}
	}
	return rows
}

var sink float64

var inf = math.Inf(1)

func perRow(b *testing.B, f func(r kernel.Row)) {
	rows := simulated(10000)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		for _, r := range rows {
			f(r)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/customer")
}

func BenchmarkRow(b *testing.B) {
	for _, m := range []struct {
		name string
		e    kernel.Evaluator
		eta  []float64
	}{
		{"model=pareto", NewEvaluator(), cdnowParams.Coordinates(nil)},
		{"model=correlated", NewCorrelatedEvaluator(), Correlated{cdnowParams, 1}.Coordinates(nil)},
		{"model=flat", NewEvaluator(), Params{R: 0.55, Alpha: 10, S: inf, Beta: inf, Mu: 0.05}.Coordinates(nil)},
	} {
		for i, order := range []string{"value", "gradient", "hessian"} {
			b.Run(m.name+"/order="+order, func(b *testing.B) {
				if !m.e.Set(m.eta, 1000, kernel.Order(i)) {
					b.Fatal("refused")
				}
				n := m.e.Dim()
				grad, hess := make([]float64, n), make([]float64, n*(n+1)/2)
				perRow(b, func(r kernel.Row) { sink += m.e.Row(r, grad, hess) })
			})
		}
	}
}

func BenchmarkPredict(b *testing.B) {
	p := cdnowParams
	b.Run("PAlive", func(b *testing.B) { perRow(b, func(r kernel.Row) { sink += p.PAlive(r.X, r.Tx, r.T, 0) }) })
	b.Run("Expected", func(b *testing.B) { perRow(b, func(r kernel.Row) { sink += p.Expected(r.X, r.Tx, r.T, 39) }) })
	b.Run("DERT", func(b *testing.B) { perRow(b, func(r kernel.Row) { sink += p.DERT(r.X, r.Tx, r.T, 0.01) }) })
	b.Run("DERT/delta=0.1", func(b *testing.B) { perRow(b, func(r kernel.Row) { sink += p.DERT(r.X, r.Tx, r.T, 0.1) }) })
	b.Run("LogLik", func(b *testing.B) { perRow(b, func(r kernel.Row) { sink += p.LogLik(r.X, r.Tx, r.T) }) })
	b.Run("ExpectedMany/n=12", func(b *testing.B) {
		var hs, out [12]float64
		for i := range hs {
			hs[i] = float64(i+1) * 4.348
		}
		perRow(b, func(r kernel.Row) { p.ExpectedMany(r.X, r.Tx, r.T, hs[:], out[:]); sink += out[11] })
	})
}

// One evaluation of 100,000 distinct rows, value, gradient and Hessian: a fit
// takes some seven of them.
func BenchmarkEvaluate(b *testing.B) {
	rows := simulated(100000)
	e := NewEvaluator()
	eta := cdnowParams.Coordinates(nil)
	grad, hess := make([]float64, 4), make([]float64, 10)
	b.ReportAllocs()
	for b.Loop() {
		e.Set(eta, 1000, kernel.Hessian)
		for _, r := range rows {
			sink += e.Row(r, grad, hess)
		}
	}
}

func BenchmarkProb(b *testing.B) {
	for _, n := range []int{0, 2, 20, 2000} {
		b.Run("n="+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink += cdnowParams.Prob(3, 20, 30, 39, n)
			}
		})
	}
}

func BenchmarkSet(b *testing.B) {
	e := NewEvaluator()
	eta := cdnowParams.Coordinates(nil)
	b.ReportAllocs()
	for b.Loop() {
		eta[atAlpha] += 1e-9
		e.Set(eta, 300, kernel.Hessian)
	}
}
