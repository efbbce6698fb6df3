package survival_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// simulate makes customers who leave by a Weibull law, seen for up to three
// years, in whole days where whole.
func simulate(n, p int, whole bool) (survival.Data, []survival.Covariate) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	truth := []float64{0.5, -0.3, 0.4, -0.2, 0.05}
	d := survival.Data{Time: make([]float64, n), Event: make([]bool, n)}
	x := make([]survival.Covariate, p)
	for k := range x {
		x[k] = survival.Covariate{Name: fmt.Sprintf("x%d", k+1), Values: make([]float64, n)}
	}
	d.Group = survival.Factor{Codes: make([]int32, n)}
	for g := range 10 {
		d.Group.Levels = append(d.Group.Levels, fmt.Sprintf("g%d", g))
	}
	for i := range n {
		eta := 0.0
		for k := range x {
			v := r.NormFloat64()
			if k == 0 {
				v = float64(r.IntN(2))
			}
			x[k].Values[i] = v
			eta += v * truth[k%len(truth)]
		}
		t := 500 * math.Pow(r.ExpFloat64()*math.Exp(-eta), 1/1.1)
		end := 200 + 895*r.Float64()
		d.Event[i] = t <= end
		d.Time[i] = min(t, end)
		if whole {
			d.Time[i] = math.Ceil(d.Time[i])
		}
		d.Group.Codes[i] = int32(r.IntN(10))
	}
	return d, x
}

func perRow(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
}

func BenchmarkKaplanMeier(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		for _, whole := range []bool{true, false} {
			b.Run(fmt.Sprintf("n=%d/whole=%v", n, whole), func(b *testing.B) {
				d, _ := simulate(n, 0, whole)
				d.Group = survival.Factor{}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := survival.KaplanMeier(d, survival.CurveConfig{}); err != nil {
						b.Fatal(err)
					}
				}
				perRow(b, n)
			})
		}
	}
	b.Run("n=100000/groups=10", func(b *testing.B) {
		d, _ := simulate(100_000, 0, true)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := survival.KaplanMeier(d, survival.CurveConfig{}); err != nil {
				b.Fatal(err)
			}
		}
		perRow(b, 100_000)
	})
}

// BenchmarkDays counts 100,000 rows and makes their curve, in memory used again.
func BenchmarkDays(b *testing.B) {
	d, _ := simulate(100_000, 0, true)
	rows := make([]int32, len(d.Time))
	for i, t := range d.Time {
		rows[i] = int32(t)
	}
	var days survival.Days
	var c survival.Curve
	b.ReportAllocs()
	for b.Loop() {
		days.Reset()
		if err := days.AddAll(rows, d.Event); err != nil {
			b.Fatal(err)
		}
		if err := days.KaplanMeier(&c, survival.CurveConfig{}); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, len(rows))
}

func BenchmarkLogRank(b *testing.B) {
	d, _ := simulate(100_000, 0, true)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := survival.LogRank(d, survival.RankConfig{}); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, len(d.Time))
}

func BenchmarkCox(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		for _, ties := range []survival.Ties{survival.Efron, survival.Breslow} {
			if n != 100_000 && ties == survival.Breslow {
				continue
			}
			b.Run(fmt.Sprintf("n=%d/ties=%s", n, ties), func(b *testing.B) {
				d, x := simulate(n, 5, true)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := survival.Cox(d, x, survival.CoxConfig{Ties: ties}); err != nil {
						b.Fatal(err)
					}
				}
				perRow(b, n)
			})
		}
	}
	b.Run("n=100000/late", func(b *testing.B) {
		d, x := simulate(100_000, 5, true)
		d.Entry = make([]float64, len(d.Time))
		for i, t := range d.Time {
			d.Entry[i] = float64(int(t) * (i % 7) / 8)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := survival.Cox(d, x, survival.CoxConfig{}); err != nil {
				b.Fatal(err)
			}
		}
		perRow(b, 100_000)
	})
	b.Run("n=100000/untied", func(b *testing.B) {
		d, x := simulate(100_000, 5, false)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := survival.Cox(d, x, survival.CoxConfig{}); err != nil {
				b.Fatal(err)
			}
		}
		perRow(b, 100_000)
	})
}

func BenchmarkConcordance(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			d, x := simulate(n, 1, true)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := survival.Harrell(d, x[0].Values, survival.MarkerConfig{}); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b, n)
		})
	}
}

func BenchmarkParametric(b *testing.B) {
	for _, law := range []survival.Law{survival.Weibull, survival.Exponential, survival.LogNormal} {
		b.Run(fmt.Sprintf("n=100000/law=%s", law), func(b *testing.B) {
			d, x := simulate(100_000, 5, true)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := survival.Parametric(d, x, survival.ParametricConfig{Law: law}); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b, 100_000)
		})
	}
}
