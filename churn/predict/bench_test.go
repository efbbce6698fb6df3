package predict_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/churn/predict"
)

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/customer")
}

func BenchmarkLearn(b *testing.B) {
	for _, p := range []int{5, 11} {
		x, left := simulated(100_000, p, 1)
		for name, cfg := range map[string]predict.FitConfig{
			"plain":   {},
			"ridge":   {Lambda: 1},
			"allowed": {Lambda: 1, AllowSeparation: true},
		} {
			b.Run(fmt.Sprintf("n=1e5/columns=%d/%s", p, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := predict.Learn(x, left, cfg); err != nil {
						b.Fatal(err)
					}
				}
				perRow(b, x.Rows())
			})
		}
	}
}

func benchScores(n int) (a, c []float64, left []bool) {
	x, left := simulated(n, 2, 2)
	for i := range n {
		row := x.Row(i)
		a = append(a, row[0]*0.3+row[1])
		c = append(c, math.Round(row[0]*100))
	}
	return a, c, left
}

// BenchmarkDeLong is the sorting, the AUC, its standard error and interval.
func BenchmarkDeLong(b *testing.B) {
	a, tied, left := benchScores(1_000_000)
	for name, scores := range map[string][]float64{"distinct": a, "tied": tied} {
		b.Run("n=1e6/"+name, func(b *testing.B) {
			var r predict.Ranking
			b.ReportAllocs()
			for b.Loop() {
				if err := r.Reset(scores, left); err != nil {
					b.Fatal(err)
				}
				if _, err := r.DeLong(0.95); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b, len(scores))
		})
	}
}

func BenchmarkCompareAUC(b *testing.B) {
	x, y, left := benchScores(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := predict.CompareAUC(x, y, left, 0.95); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, len(x))
}

func BenchmarkAppendChances(b *testing.B) {
	x, left := simulated(100_000, 11, 1)
	m := must(predict.Learn(x, left, predict.FitConfig{})).Model
	dst := make([]float64, 0, x.Rows())
	for _, method := range []predict.Method{"", predict.Platt, predict.Isotonic} {
		name := "logistic"
		m.Calibration = nil
		if method != "" {
			c := must(predict.Calibrate(method, must(m.AppendLogOdds(nil, x)), left))
			m.Calibration, name = &c, string(method)
		}
		b.Run("n=1e5/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.AppendChances(dst, x); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b, x.Rows())
		})
	}
}

func BenchmarkEvaluate(b *testing.B) {
	a, _, left := benchScores(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := predict.Evaluate(a, nil, left, predict.ReportConfig{}); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, len(a))
}
