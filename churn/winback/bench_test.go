package winback_test

import (
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/churn/winback"
)

func BenchmarkDecide(b *testing.B) {
	e := engine(b, nil)
	treated := of(e, winback.Treated)
	c := pricey()
	for name, s := range map[string]winback.State{
		"first":    {},
		"assigned": {Arm: winback.Treated, Assigned: 1, Steps: 1, Last: left.UnixMicro()},
		"waiting":  {Arm: winback.Treated, Assigned: 1, Steps: 1, Last: now.UnixMicro()},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Decide(treated, c, s, winback.Purse{}, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEvaluate(b *testing.B) {
	h := winback.Holdout{Salt: "bench", Share: 0.2}
	units := trialOf(rand.New(rand.NewPCG(1, 1)), h, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := winback.Evaluate(ints, units, winback.EvaluateConfig{Decimals: 2, Holdout: h}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e5, "ns/customer")
}

func BenchmarkCurve(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	rows := make([]winback.Scored, 100_000)
	for i := range rows {
		rows[i] = winback.Scored{Score: r.Float64(), Arm: []winback.Arm{winback.Treated, winback.Held}[r.IntN(2)], Returned: r.IntN(2) == 0}
	}
	b.ReportAllocs()
	for b.Loop() {
		c, err := winback.NewCurve(rows)
		if err != nil {
			b.Fatal(err)
		}
		c.Qini()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e5, "ns/customer")
}
