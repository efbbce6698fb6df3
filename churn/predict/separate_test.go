package predict_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/churn/predict"
)

// separable looks for a separating plane among all with small whole
// coefficients, which for columns of 0, 1 and 2 are enough.
func separable(x predict.Matrix, left []bool, columns ...int) bool {
	const most = 4
	d := make([]int, len(columns)+1)
	var try func(k int) bool
	try = func(k int) bool {
		if k < len(d) {
			for v := -most; v <= most; v++ {
				if d[k] = v; try(k + 1) {
					return true
				}
			}
			return false
		}
		some := false
		for i := range left {
			side := d[0]
			for c, j := range columns {
				side += d[c+1] * int(x.Row(i)[j])
			}
			if left[i] && side < 0 || !left[i] && side > 0 {
				return false
			}
			some = some || side != 0
		}
		return some
	}
	return try(0)
}

// Learn refuses exactly the tables that a plane separates, with a penalty too;
// and the columns it names separate.
func TestSeparationExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	names := []string{"a", "b"}
	separated, fitted := 0, 0
	for range 3000 {
		n := 5 + rng.IntN(12)
		x := predict.Matrix{Columns: names}
		left := make([]bool, n)
		for i := range left {
			a, b := rng.IntN(3), rng.IntN(3)
			x.Values = append(x.Values, float64(a), float64(b))
			left[i] = rng.IntN(4) < max(a, b)
		}
		want := separable(x, left, 0, 1)
		for _, cfg := range []predict.FitConfig{{}, {Lambda: 0.5}} {
			fit, err := predict.Learn(x, left, cfg)
			switch {
			case errors.Is(err, predict.ErrSeparation):
				separated++
				var columns []int
				for _, p := range places(err) {
					columns = append(columns, slices.Index(names, p[len("/columns/"):]))
				}
				if !want || !separable(x, left, columns...) {
					t.Fatalf("%v %v: %v", x.Values, left, err)
				}
			case err == nil:
				fitted++
				if want {
					t.Fatalf("%v %v: separated, but fitted %+v", x.Values, left, fit.Model)
				}
			case errors.Is(err, predict.ErrOneClass), errors.Is(err, predict.ErrConstant), errors.Is(err, predict.ErrCollinear):
			default:
				t.Fatalf("%v %v: %v", x.Values, left, err)
			}
		}
	}
	if separated < 500 || fitted < 500 {
		t.Errorf("%d separated, %d fitted", separated, fitted)
	}
}
