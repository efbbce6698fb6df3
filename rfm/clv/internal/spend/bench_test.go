package spend

import (
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func BenchmarkRow(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	rows := make([]kernel.Row, 100_000)
	for i := range rows {
		rows[i] = kernel.Row{X: 1 + rng.IntN(30), Mean: 5 + 100*rng.Float64()}
	}
	e := NewEvaluator()
	for _, c := range []struct {
		name  string
		order kernel.Order
	}{{"value", kernel.Value}, {"gradient", kernel.Gradient}, {"hessian", kernel.Hessian}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			g, h := make([]float64, 3*min(1, int(c.order))), make([]float64, 6*(int(c.order)/2))
			for b.Loop() {
				e.Set([]float64{1.8, 1.3, 2.7}, 30, c.order)
				for _, r := range rows {
					e.Row(r, g, h)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
		})
	}
}
