package spend

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// Simulate draws one customer: their mean spend, and the values of n purchases,
// appended to dst.
func (p Params) Simulate(rng *rand.Rand, dst []float64, n int) (values []float64, meanSpend float64) {
	rate := distuv.Gamma{Alpha: p.Q, Beta: p.V, Src: rng}.Rand()
	one := distuv.Gamma{Alpha: p.P, Beta: rate, Src: rng}
	for range n {
		dst = append(dst, one.Rand())
	}
	return dst, p.P / rate
}
