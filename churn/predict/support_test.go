package predict_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/predict"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func second[T any](_ T, err error) error { return err }

// places are the pointers of all faults of err.
func places(err error) (out []string) {
	for f := range guanxi.Faults(err) {
		out = append(out, f.Pointer)
	}
	return out
}

// refused checks for a sentinel and for the places of all faults.
func refused(t *testing.T, name string, err, want error, at ...string) {
	t.Helper()
	if !errors.Is(err, want) || !slices.Equal(places(err), at) {
		t.Errorf("%s: %v, at %q; want %v at %q", name, err, places(err), want, at)
	}
}

// near checks a number against another, relative unless zero is expected.
func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	size := max(1, math.Abs(want))
	if want != 0 && math.Abs(want) < 1 {
		size = math.Abs(want)
	}
	if !(math.Abs(got-want) <= tolerance*size) {
		t.Errorf("%s: %.17g, want %.17g", name, got, want)
	}
}

// simulated are n customers with p signals, some of them rare, whose chance of
// leaving is logistic in the signals.
func simulated(n, p int, seed uint64) (predict.Matrix, []bool) {
	rng := rand.New(rand.NewPCG(seed, 17))
	x := predict.Matrix{Values: make([]float64, 0, n*p)}
	for j := range p {
		x.Columns = append(x.Columns, string(rune('a'+j)))
	}
	left := make([]bool, n)
	for i := range n {
		s := -1.0
		for j := range p {
			v := 0.0
			switch {
			case j%2 == 0:
				v = rng.NormFloat64()*float64(j+1) + 10
				s += (v - 10) * 0.3 / float64(j+1)
			case rng.IntN(5) == 0: // a signal decays
				v = math.Exp2(-float64(rng.IntN(90)) / 30)
				s += v
			}
			x.Values = append(x.Values, v)
		}
		left[i] = rng.Float64() < 1/(1+math.Exp(-s))
	}
	return x, left
}

// shuffled puts rows in another order.
func shuffled(x predict.Matrix, left []bool, seed uint64) (predict.Matrix, []bool) {
	y := predict.Matrix{Columns: x.Columns}
	var l []bool
	for _, i := range rand.New(rand.NewPCG(seed, 3)).Perm(x.Rows()) {
		y.Values = append(y.Values, x.Row(i)...)
		l = append(l, left[i])
	}
	return y, l
}
