package migration_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// Limits computed with 40 digits: see testdata/PROVENANCE.md.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		n, of             int64
		prior, rest       float64 // pseudo-counts of the cell and of the other
		p, low, high, tol float64
	}{
		{0, 12, 0.5, 0.5, 0.5 / 13, 4.0075310076598819e-5, 0.18530593831248516, 1e-12},
		{3, 12, 0.5, 0.5, 3.5 / 13, 0.075942328919484831, 0.52919108362655076, 1e-12},
		{8, 12, 0.5, 0.5, 8.5 / 13, 0.38756389655762295, 0.87546267854785062, 1e-12},
		{40, 240, 0.5, 0.5, 40.5 / 241, 0.12364262345216016, 0.21767153870081111, 1e-12},
		{0, 30, 0.01, 0, 0.01 / 30.01, 0, 0.0015962707050144073, 1e-9},
		{1, 1, 1, 1, 2. / 3, 0.15811388300841897, 0.98742088290657495, 1e-12},
		{3, 12, 0, 0, 0.25, 0.088941668394054741, 0.53230533493356571, 1e-13},
		{0, 12, 0, 0, 0, 0, 0.24249400665524089, 1e-13},
		{12, 12, 0, 0, 1, 0.75750599334475911, 1, 1e-13},
		{1000, 21000, 0, 0, 1. / 21, 0.044820583929418729, 0.050582986067495737, 1e-13},
	} {
		table := must(migration.NewTable(ids(2), [][]int64{{c.n, c.of - c.n}, {0, 0}}))
		cfg := migration.EstimateConfig{}
		if c.prior > 0 {
			cfg.Cells = [][]float64{{c.prior, c.rest}, nil}
		}
		if c.prior > 0 && c.rest == 0 {
			cfg.Cells[0][1] = 0
		}
		e := must(table.Estimate(cfg))
		cell, ok := e.Cell("s0", "s0")
		if !ok || cell.N != c.n || cell.Of != c.of || !near(cell.P, c.p, 1e-14) || math.Abs(cell.Low-c.low) > c.tol || math.Abs(cell.High-c.high) > c.tol {
			t.Errorf("%+v, want %+v", cell, c)
		}
		want := migration.Wilson
		if c.prior > 0 {
			want = migration.Beta
		}
		if e.Method() != want {
			t.Errorf("method %q, want %q", e.Method(), want)
		}
	}
}

// Rows sum to 1, limits hold the estimate and nest, whatever the counts.
func TestEstimateLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 300 {
		n := 1 + rng.IntN(6)
		counts := make([][]int64, n)
		for i := range counts {
			counts[i] = make([]int64, n)
			for j := range counts[i] {
				if rng.IntN(3) > 0 {
					counts[i][j] = int64(math.Exp2(rng.Float64()*52)) >> rng.IntN(52)
				}
			}
		}
		table := must(migration.NewTable(ids(n), counts))
		cfg := migration.EstimateConfig{PerCell: []float64{0, 1e-3, 0.5, 1, 40}[rng.IntN(5)], Confidence: 0.9}
		if cfg.PerCell > 0 && rng.IntN(2) == 0 {
			cfg.Interval = migration.Wilson
		}
		narrow := must(table.Estimate(cfg))
		cfg.Confidence = 0.99
		wide := must(table.Estimate(cfg))
		for i, row := range narrow.Matrix().Rows() {
			var of int64
			for _, v := range counts[i] {
				of += v
			}
			if (row == nil) != (of == 0) {
				t.Fatal("a row of nobody")
			}
			sum := 0.0
			for _, p := range row {
				sum += p
			}
			if row != nil && !near(sum, 1, 1e-12) {
				t.Fatalf("row sums to %v", sum)
			}
		}
		for c := range narrow.Cells() {
			w, _ := wide.Cell(c.From, c.To)
			p := c.P
			if narrow.Method() == migration.Wilson {
				p = float64(c.N) / float64(c.Of)
			}
			if !(c.Low >= 0 && c.Low <= c.High && c.High <= 1 && w.Low <= c.Low+1e-12 && c.High <= w.High+1e-12) {
				t.Fatalf("%+v in %+v", c, w)
			}
			if (cfg.PerCell >= 0.5 || narrow.Method() == migration.Wilson) && !(c.Low <= p+1e-12 && p <= c.High+1e-12) {
				t.Fatalf("%+v", c)
			}
		}
		if _, err := migration.NewMatrix(ids(n), narrow.Matrix().Rows()); err != nil {
			t.Fatal(err)
		}
	}
}

// A strong prior is what comes out; a weak one changes nothing.
func TestPrior(t *testing.T) {
	table := must(migration.NewTable(ids(2), [][]int64{{30, 70}, {5, 5}}))
	toward := must(migration.NewMatrix(ids(2), [][]float64{{0.9, 0.1}, {0.2, 0.8}}))
	for strength, want := range map[float64]float64{1e-9: 0.3, 100: 0.6, 1e9: 0.9} {
		e := must(table.Estimate(migration.EstimateConfig{Cells: toward.Prior(strength)}))
		if p, _ := e.Matrix().P("s0", "s0"); !near(p, want, 1e-6) {
			t.Errorf("strength %v: %v, want %v", strength, p, want)
		}
	}
}

// Customers who walk at random by months: the counts of their journals give back
// the chain, also where half of the customers come and go in mid-month.
func TestSimulatedJournals(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	c := must(migration.NewCounts(migration.Config{Stages: ids(4), Since: day(2024, 1, 1), Until: day(2026, 1, 1)}))
	bounds := make([]int64, c.Len()+1)
	for p := range c.Len() {
		from, to, _ := c.Bounds(p)
		bounds[p], bounds[p+1] = us(from), us(to)
	}
	var stays []migration.Stay
	for range 4000 {
		stays = stays[:0]
		first := rng.IntN(c.Len())
		stage := rng.IntN(3)
		at := bounds[first]
		if rng.IntN(2) == 0 {
			at += rng.Int64N(27 * 86400e6)
		}
		last := min(c.Len()-1, first+rng.IntN(12))
		for p := first; p <= last; p++ {
			next := draw(rng, shop[stage]) // moves on any day of the month
			move := max(at, bounds[p]+rng.Int64N(27*86400e6))
			stays = append(stays, migration.Stay{Stage: stage, From: at, To: move})
			stage, at = next, move
		}
		stays = append(stays, migration.Stay{Stage: stage, From: at, To: bounds[last+1] + rng.Int64N(27*86400e6)})
		if err := c.Add(stays); err != nil {
			t.Fatal(err)
		}
	}
	e := must(c.Table().Estimate(migration.EstimateConfig{Confidence: 0.9999}))
	for cell := range e.Cells() {
		var i, j int
		fmt.Sscanf(cell.From+cell.To, "s%ds%d", &i, &j)
		if !(cell.Low <= shop[i][j] && shop[i][j] <= cell.High) {
			t.Errorf("%+v does not hold %v", cell, shop[i][j])
		}
	}
}

// A row that the prior says nothing of is not surely what it happened to be.
func TestRowWithoutPrior(t *testing.T) {
	table := must(migration.NewTable(ids(2), [][]int64{{12, 0}, {3, 9}}))
	e := must(table.Estimate(migration.EstimateConfig{Cells: [][]float64{nil, {0.5, 0.5}}}))
	a, _ := e.Cell("s0", "s1")
	b, _ := e.Cell("s1", "s0")
	if !near(a.High, 0.24249400665524089, 1e-13) || a.P != 0 || !near(b.High, 0.52919108362655076, 1e-12) {
		t.Errorf("%+v, %+v", a, b)
	}
	if n, ok := table.Count("s1", "s0"); n != 3 || !ok || len(table.Stages()) != 2 {
		t.Errorf("%d %v", n, ok)
	}
}

func TestPeriodRate(t *testing.T) {
	for p, n := range map[migration.Period]float64{"": 12, migration.Month: 12, migration.Quarter: 4, migration.Week: 365.2425 / 7} {
		if got := math.Pow(1+p.Rate(0.2), n); !near(got, 1.2, 1e-13) {
			t.Errorf("%q: %v", p, got)
		}
	}
}
