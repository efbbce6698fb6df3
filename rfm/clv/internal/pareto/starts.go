package pareto

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Moments summarise the rows a fit starts from.
type Moments struct {
	MeanX, VarX float64 // of the numbers of repeat purchases
	MeanAge     float64
}

// MomentsOf returns the moments of rows, each counted weights[i] times; nil
// weights count 1.
func MomentsOf(rows []kernel.Row, weights []float64) (m Moments) {
	var n, square float64
	for i, r := range rows {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		x := float64(r.X)
		n += w
		m.MeanX += w * x
		square += w * x * x
		m.MeanAge += w * r.T
	}
	if n > 0 {
		m.MeanX /= n
		m.MeanAge /= n
		m.VarX = max(square/n-m.MeanX*m.MeanX, 0)
	}
	return m
}

// Starts returns coordinates to start a fit from, the likeliest first: r from
// the overdispersion of the counts, a few dropout rates around one over the mean
// age, and α so that the mean count comes out.
func Starts(m Moments) [][]float64 {
	age, mean := m.MeanAge, max(m.MeanX, 1e-3)
	if !(age > 0) {
		age = 1
	}
	r := 1.0
	if over := m.VarX - mean; over > 0 {
		r = min(max(mean*mean/over, 0.05), 10)
	}
	var out [][]float64
	for _, s := range []struct{ r, mu, kappa float64 }{{1, 0.7, 1.5}, {1.5, 2, 2}, {1, 0.2, 0.5}, {2, 0.7, 0.05}} {
		z := s.mu * s.kappa
		active := age * math.Log1p(z) / z // mean active time at s = 1
		shape := s.r * r
		out = append(out, []float64{
			math.Log(shape), math.Log(shape * active / mean), math.Log(s.mu / age), math.Log(s.kappa),
		})
	}
	return out
}
