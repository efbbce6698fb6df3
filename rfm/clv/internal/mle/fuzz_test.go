package mle

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Whatever the rows: a result is finite, no worse than its start or its limit, and
// says what it is; a failure carries nothing.
func FuzzMaximise(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 1, 0}, 0.0, 0.0)
	f.Add([]byte{1, 1, 1, 1}, 3.0, -20.0)
	f.Add([]byte{0, 0}, -5.0, 5.0)
	f.Add([]byte{200, 0, 0, 0, 0, 0, 0, 1}, 1.0, 1.0)
	f.Fuzz(func(t *testing.T, in []byte, a, b float64) {
		if len(in) > 100 || !(math.Abs(a) <= 20) || !(math.Abs(b) <= 20) {
			return
		}
		p := Problem{
			Model: counts(), Starts: [][]float64{{a, b}},
			Edges: []Edge{{Coordinate: 1, Sign: -1, Name: "Poisson"}},
		}
		sum := 0.0
		for _, x := range in {
			p.Rows = append(p.Rows, kernel.Row{X: int(x)})
			sum += float64(x)
		}
		r := Maximise(p)
		if r.Status == Failed {
			if r.Theta != nil || !math.IsNaN(r.LogLik) || r.Reason == "" {
				t.Fatalf("%+v", r)
			}
			if sum > 0 {
				t.Fatalf("%v from %v, %v: %s", in, a, b, r.Reason)
			}
			return
		}
		poisson := 0.0
		if mean := sum / float64(len(in)); mean > 0 {
			poisson = sum*math.Log(mean) - sum
		}
		if !(r.LogLik >= poisson-1e-9*(1+math.Abs(poisson))) || math.IsInf(r.LogLik, 0) {
			t.Fatalf("%v from %v, %v: %v below the Poisson's %v: %+v", in, a, b, r.LogLik, poisson, r)
		}
		if (r.Status == Boundary) != (len(r.AtEdge) > 0) || (r.Reason == "") != (r.Status == Converged) {
			t.Fatalf("%+v", r)
		}
		if _, ok := Covariance(r.Info, r.Free); !ok {
			t.Fatalf("no covariance: %+v", r)
		}
	})
}
