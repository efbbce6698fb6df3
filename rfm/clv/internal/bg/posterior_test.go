package bg

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// posteriorRow holds expectations over gamma(R, 1) × Beta(A, B) with many
// digits; testdata/PROVENANCE.md says how they were made.
type posteriorRow struct {
	R     float64 `json:"r"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
	Z     float64 `json:"z"`
	Delta float64 `json:"delta"`
	Count string  `json:"count"`
	Stay  string  `json:"stay"`
	DERT  string  `json:"dert"`
}

// TestPosterior holds the three expectations, by series and by quadrature, over
// R from 0.001 to 3,000, a and b from 0.0034 to 9e11, δ from 1e-7 to 300.
func TestPosterior(t *testing.T) {
	text, err := os.ReadFile("testdata/posterior.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []posteriorRow
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	var w [5]worst
	for _, r := range rows {
		f := future{r.R, 1, newBeta(r.A, r.B)}
		w[0].see(off(f.count(r.Z), r.Count), r)
		w[1].see(off(f.countByQuadrature(r.Z), r.Count), r)
		w[2].see(off(f.stay(r.Z), r.Stay), r)
		w[3].see(off(f.stayByQuadrature(r.Z), r.Stay), r)
		if r.DERT != "" {
			w[4].see(off(f.dert(r.Delta), r.DERT), r)
		}
	}
	for i, name := range []string{"count", "count by quadrature", "stay", "stay by quadrature", "DERT"} {
		t.Logf("%-20s worst relative error of %d rows %.2g", name, len(rows), w[i].err)
		if w[i].err > 5e-12 {
			t.Errorf("%s: %g at %+v", name, w[i].err, w[i].at)
		}
	}
}

// randomParams are legal and wide: from nearly equal to wildly different customers.
func randomParams(rng *rand.Rand) Params {
	e := func(lo, hi float64) float64 { return math.Pow(10, lo+(hi-lo)*rng.Float64()) }
	return Params{e(-2, 2), e(-2, 3), e(-2.5, 2.5), e(-1.5, 3.5), rng.IntN(2) == 0}
}

func randomHistory(rng *rand.Rand) (x int, tx, T float64) {
	T = math.Pow(10, -1+4*rng.Float64())
	if x = int(math.Pow(10, 2.5*rng.Float64())) - 1; x > 0 {
		tx = T * (1 - math.Pow(rng.Float64(), 3))
	}
	return x, tx, T
}

// TestRegimesMeet holds series to quadrature wherever the series is used.
func TestRegimesMeet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var count, stay worst
	both := 0
	for range 4000 {
		p := randomParams(rng)
		x, _, T := randomHistory(rng)
		f := p.future(x, T)
		z := math.Pow(10, -3+6*rng.Float64())
		if f.eulerHolds() {
			if s, ok := f.series(z / (1 + z)); ok {
				both++
				count.see(math.Abs(f.fromSeries(z, s)/f.countByQuadrature(z)-1), []any{f, z})
			}
		}
		if q := f.stayByQuadrature(z); q > 1e-300 {
			stay.see(math.Abs(f.stay(z)/q-1), []any{f, z})
		}
	}
	t.Logf("%d by series: counts differ by at most %.2g, stays by %.2g", both, count.err, stay.err)
	if both < 500 {
		t.Errorf("only %d cases by series", both)
	}
	if count.err > 2e-11 {
		t.Errorf("count: %g at %+v", count.err, count.at)
	}
	if stay.err > 2e-11 {
		t.Errorf("stay: %g at %+v", stay.err, stay.at)
	}
}
