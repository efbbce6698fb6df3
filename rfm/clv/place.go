package clv

import (
	"math"
	"math/rand/v2"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/bg"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/discrete"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/pareto"
)

// The types below give each model's arithmetic the one form of core.
type (
	bgCore       struct{ bg.Params }
	paretoCore   struct{ pareto.Params }
	sarmanovCore struct{ pareto.Correlated }
	bgbbCore     struct{ m discrete.BGBB }
)

func (m MBGNBD) place(c *cores, buy, leave float64) core {
	c.bg.Params = bg.Params{R: m.R, Alpha: m.Alpha, A: m.A, B: m.B, Modified: true}.Shifted(-buy, leave)
	return &c.bg
}

func (m BGNBD) place(c *cores, buy, leave float64) core {
	c.bg.Params = bg.Params{R: m.R, Alpha: m.Alpha, A: m.A, B: m.B}.Shifted(-buy, leave)
	return &c.bg
}

func (m ParetoNBD) place(c *cores, buy, leave float64) core {
	c.pareto.Params = pareto.Params{R: m.R, Alpha: m.Alpha * math.Exp(-buy), S: m.S, Beta: m.Beta * math.Exp(-leave)}
	return &c.pareto
}

func (m Sarmanov) core() pareto.Correlated {
	return pareto.Correlated{Params: pareto.Params{R: m.R, Alpha: m.Alpha, S: m.S, Beta: m.Beta}, M: m.M}
}

// place does not move: the bounds of M depend on Alpha and Beta, so the model
// takes no covariates.
func (m Sarmanov) place(c *cores, _, _ float64) core {
	c.sarmanov.Correlated = m.core()
	return &c.sarmanov
}

func (m BGBB) place(c *cores, _, _ float64) core {
	c.bgbb.m = discrete.BGBB{Alpha: m.Alpha, Beta: m.Beta, Gamma: m.Gamma, Delta: m.Delta}
	return &c.bgbb
}

func (c *bgCore) draw(dst []float64, rng *rand.Rand, age float64) []float64 {
	return c.Simulate(rng, age, dst)
}

func (c *paretoCore) draw(dst []float64, rng *rand.Rand, age float64) []float64 {
	dst, _ = c.Simulate(rng, age, dst)
	return dst
}

func (c *sarmanovCore) draw(dst []float64, rng *rand.Rand, age float64) []float64 {
	dst, _ = c.Simulate(rng, age, dst)
	return dst
}

func (c *paretoCore) ExpectedMany(dst []float64, x int, tx, T float64, ts []float64) {
	c.Params.ExpectedMany(x, tx, T, ts, dst)
}

func (c *sarmanovCore) ExpectedMany(dst []float64, x int, tx, T float64, ts []float64) {
	c.Correlated.ExpectedMany(x, tx, T, ts, dst)
}

// Opportunities are counted in whole numbers; the Predictor has checked.

func (c *bgbbCore) LogLik(x int, tx, T float64) float64 { return c.m.LogLik(x, int(tx), int(T)) }

func (c *bgbbCore) PAlive(x int, tx, T, ahead float64) float64 {
	return c.m.PAlive(x, int(tx), int(T), int(ahead))
}

func (c *bgbbCore) Expected(x int, tx, T, t float64) float64 {
	return c.m.Expected(x, int(tx), int(T), int(t))
}

func (c *bgbbCore) ExpectedMany(dst []float64, x int, tx, T float64, ts []float64) {
	for i, t := range ts {
		dst[i] = c.m.Expected(x, int(tx), int(T), int(t))
	}
}

func (c *bgbbCore) Prob(x int, tx, T, t float64, n int) float64 {
	return c.m.Prob(x, int(tx), int(T), int(t), n)
}

func (c *bgbbCore) DERT(x int, tx, T, delta float64) float64 {
	return c.m.DERT(x, int(tx), int(T), math.Expm1(delta))
}

func (c *bgbbCore) ExpectedNew(t float64) float64 { return c.m.ExpectedNew(int(t)) }

func (c *bgbbCore) ProbNew(t float64, n int) float64 { return c.m.ProbNew(int(t), n) }

func (c *bgbbCore) draw(dst []float64, rng *rand.Rand, age float64) []float64 {
	bought, _, _ := c.m.Simulate(rng, nil, int(age))
	for _, at := range bought {
		dst = append(dst, float64(at))
	}
	return dst
}
