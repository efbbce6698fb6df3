package spend

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Starts returns points to start a fit from, the most likely first; all of them
// have the population mean of the rows. weights[i] is how many customers row i
// stands for; nil is one each. Rows without purchases are passed over. nil
// without any other row.
//
// The first point is the method of moments: around the mean M the mean of x
// purchases varies by M²·(c + (1+c)/(p·x)) with c = 1/(q−2), a straight line in
// 1/x that is fitted by least squares.
func Starts(rows []kernel.Row, weights []float64) [][]float64 {
	weight := func(i int) float64 {
		if weights == nil {
			return 1
		}
		return weights[i]
	}
	var n, mean float64
	for i, r := range rows {
		if r.X > 0 {
			n += weight(i)
			mean += weight(i) * (r.Mean - mean) / n
		}
	}
	if !(n > 0) || !(mean > 0) {
		return nil
	}
	var a, b, sxx, sxy float64 // means of 1/x and of the square deviation, then their products
	for i, r := range rows {
		if r.X > 0 {
			d := r.Mean/mean - 1
			a += weight(i) / n / float64(r.X)
			b += weight(i) / n * d * d
		}
	}
	for i, r := range rows {
		if r.X > 0 {
			d, v := r.Mean/mean-1, 1/float64(r.X)-a
			sxx += weight(i) * v * v
			sxy += weight(i) * v * (d*d - b)
		}
	}
	slope := b / 2
	if sxx > 0 {
		slope = sxy / sxx
	}
	slope = min(max(slope, b/20, 1e-6), max(b/a, 1e-6))
	c := max(b-slope*a, b/20, 1e-6)
	q := 2 + 1/c
	p := (1 + c) / slope
	at := func(p, q float64) []float64 {
		return []float64{math.Log(p), math.Log(q), math.Log(mean) + math.Log((q-1)/p)}
	}
	return [][]float64{at(p, q), at(4, 4), at(1, 2), at(p/4, 1.5), at(4*p, 2*q)}
}
