package discrete

import (
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func BenchmarkBGBB(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := BGBB{1.2, 0.75, 0.66, 2.78}
	const customers = 100_000
	rows := make([]kernel.Row, customers)
	for i := range rows {
		x, tx, n := history(rng, 12)
		rows[i] = kernel.Row{X: x, Tx: float64(tx), T: float64(n)}
	}
	run := func(name string, f func(x, tx, n int)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range rows {
					f(r.X, int(r.Tx), int(r.T))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/customers, "ns/customer")
		})
	}
	run("PAlive", func(x, tx, n int) { p.PAlive(x, tx, n, 1) })
	var out [12]float64
	next := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	run("ExpectedMany", func(x, tx, n int) { p.ExpectedMany(out[:], x, tx, n, next) })
	run("DERT", func(x, tx, n int) { p.DERT(x, tx, n, 0.01) })
	factor := p.Residual(12, 0.01)
	run("DERTFrom", func(x, tx, n int) { p.DERTFrom(x, tx, n, factor) })
	e := NewBGBB()
	e.Set(CoordinatesBGBB(p), 12, kernel.Hessian)
	var g [4]float64
	var h [10]float64
	run("Row", func(x, tx, n int) { e.Row(kernel.Row{X: x, Tx: float64(tx), T: float64(n)}, g[:], h[:]) })
}
