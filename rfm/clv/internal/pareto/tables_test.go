package pareto

import (
	"math"
	"testing"
)

// Tables, their asymptotic continuation and rising agree with plain sums.
func TestTables(t *testing.T) {
	for _, r := range []float64{1e-9, 0.3, 1, 7.5, 40, 1e6, 1e60} {
		for _, reach := range []int{0, 5, 40, 70000} {
			var table risingTable
			table.reach(r, reach)
			var want sums
			done := 0
			for _, x := range []int{0, 1, 6, 31, 33, 64, 65, 66, 3000, 32768, 32770, 100000} {
				for ; done < x; done++ {
					z := r + float64(done)
					want.log += math.Log(z)
					want.one += 1 / z
					want.two += 1 / (z * z)
				}
				got := table.at(x)
				if !alike(got.log, want.log) || !alike(got.one, want.one) || !alike(got.two, want.two) {
					t.Errorf("r=%v, x=%d, table to %d: %v, want %v", r, x, reach, got, want)
				}
				if v := rising(r, x); !alike(v, want.log) {
					t.Errorf("rising(%v, %d) = %v, want %v", r, x, v, want.log)
				}
			}
			if table.reach(r, 10); !alike(table.at(50).log, rising(r, 50)) {
				t.Errorf("r=%v: table shrunk", r)
			}
			if table.reach(2*r, 10); !alike(table.at(8).log, rising(2*r, 8)) {
				t.Errorf("r=%v: table of another r kept", r)
			}
		}
	}
}

func alike(a, b float64) bool { return math.Abs(a-b) <= 1e-11*(1e-300+math.Abs(b)) }
