package churn

import "math"

const (
	exp2Bits  = 10
	exp2Steps = 1 << exp2Bits
	log2E     = 1.44269504088896340735992468100189214 // 1/ln 2
	ln2Step   = 0.693147180559945309417232121458176568 / exp2Steps
	// roundInt is 1.5·2^52: added and taken away, it leaves the nearest integer.
	roundInt = 3 << 51
	// roundGrid leaves the nearest multiple of 2^-37.
	roundGrid = 3 << 14
)

// powers holds 2^(i/1024). exp2 gives the same bits on every machine, which
// math.Exp, in assembly on some, does not, and takes half the time.
type powers [exp2Steps]float64

func newPowers() (p powers) {
	for i := range p {
		p[i] = math.Exp2(float64(i) / exp2Steps)
	}
	return p
}

// exp2 returns 2^x to within 1e-15 of itself, for |x| ≤ 1000.
func (p *powers) exp2(x float64) float64 {
	x *= exp2Steps
	t := x + roundInt
	n := math.Float64bits(t) // the integer, in two's complement, in the low bits
	r := (x - (t - roundInt)) * ln2Step
	e := 1 + float64(r*(1+float64(r*(1./2+float64(r*(1./6))))))
	return math.Float64frombits(math.Float64bits(p[n%exp2Steps])+n>>exp2Bits<<52) * e
}

// onGrid rounds x, |x| < 2^13, to a multiple of 2^-37 (7e-12): sums of such
// numbers below 2^15 are exact, in whatever order they are added.
func onGrid(x float64) float64 { return (x + roundGrid) - roundGrid }

// toGrid returns x, |x| < 2^13, in units of 2^-37; fromGrid is its inverse.
func toGrid(x float64) int64 { return int64(math.Float64bits(x+roundGrid)) << 13 >> 13 }

func fromGrid(n int64) float64 { return float64(n) * (1. / (1 << 37)) }
