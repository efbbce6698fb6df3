package voice

import (
	"math"

	"github.com/guanxi-go/guanxi/nps"
)

// product returns the interval of f·d from the intervals of two independent
// estimates, f not negative. The pairs that are as likely as the limits of one
// alone lie on an ellipse around (f, d), of another radius in each direction;
// the limits of the product are its extremes there.
func product(f float64, lf nps.Interval, d float64, ld nps.Interval) nps.Interval {
	return nps.Interval{
		Low:  least(f, lf, d, d-ld.Low),
		High: -least(f, lf, -d, ld.High-d),
	}
}

// least is the least product where d is less than its estimate by up to below.
func least(f float64, lf nps.Interval, d, below float64) float64 {
	best := math.Inf(1)
	for _, radius := range [2]float64{lf.Low - f, lf.High - f} {
		best = min(best, minimum(func(angle float64) float64 {
			sin, cos := math.Sincos(angle)
			return (f + radius*cos) * (d - below*sin)
		}))
	}
	return best
}

// minimum of g over a quarter turn: the best of a grid, then a golden section
// between its neighbours.
func minimum(g func(angle float64) float64) float64 {
	const grid, golden = 32, 0.6180339887498949
	step := math.Pi / 2 / grid
	at, best := 0, math.Inf(1)
	for i := range grid + 1 {
		if v := g(float64(i) * step); v < best {
			at, best = i, v
		}
	}
	lo, hi := float64(max(at-1, 0))*step, float64(min(at+1, grid))*step
	for range 40 {
		x, y := hi-golden*(hi-lo), lo+golden*(hi-lo)
		if u, v := g(x), g(y); u < v {
			hi, best = y, min(best, u)
		} else {
			lo, best = x, min(best, v)
		}
	}
	return best
}
