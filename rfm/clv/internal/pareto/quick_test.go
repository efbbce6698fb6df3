package pareto

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestQuick(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var worstExp, worstLog float64
	for i := range 2000000 {
		x := 2 * rng.NormFloat64()
		if i%10 == 0 {
			x = 1380 * (rng.Float64() - 0.5)
		}
		e := math.Exp(x)
		worstExp = max(worstExp, math.Abs(quickExp(x)-e)/e)
		worstLog = max(worstLog, math.Abs(quickLog(e)-math.Log(e))/(1+math.Abs(x)))
	}
	if worstExp > 5e-16 || worstLog > 4e-16 {
		t.Errorf("largest errors: exp %.2g, log %.2g", worstExp, worstLog)
	}
	if quickExp(0) != 1 || quickLog(1) > 1e-16 {
		t.Error(quickExp(0), quickLog(1))
	}
}

func BenchmarkQuick(b *testing.B) {
	var vs [1024]float64
	for i := range vs {
		vs[i] = 1.5 * rand.Float64()
	}
	for _, f := range []struct {
		name string
		f    func(float64) float64
	}{{"quickExp", quickExp}, {"math.Exp", math.Exp}, {"math.Expm1", math.Expm1}, {"quickLog", quickLog}, {"math.Log", math.Log}, {"math.Log1p", math.Log1p}} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				for _, v := range vs {
					sink += f.f(v)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/call")
		})
	}
}
