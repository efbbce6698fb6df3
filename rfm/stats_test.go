package rfm_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"golang.org/x/exp/stats"
)

// x/exp/stats as an independent oracle: its Quantiles are type 7, its Mean and
// MeanAndStdDev are those of the table and of Z (with n−1 below the root).
func TestAgainstStats(t *testing.T) {
	for seed := range rounds(100) {
		rng := rand.New(rand.NewPCG(51, uint64(seed)))
		n, bins := 2+rng.IntN(400), 2+rng.IntN(9)
		var values []rfm.Values
		for range n {
			values = append(values, rfm.Values{Recency: rng.IntN(700), Frequency: int64(1 + rng.ExpFloat64()*3), Monetary: int64(math.Exp(3+rng.NormFloat64()) * 100)})
		}
		columns := [3][]float64{
			lo.Map(values, func(v rfm.Values, _ int) float64 { return float64(v.Recency) }),
			lo.Map(values, func(v rfm.Values, _ int) float64 { return float64(v.Frequency) }),
			lo.Map(values, func(v rfm.Values, _ int) float64 { return float64(v.Monetary) }),
		}
		p := customersOf(t, rfm.Config{Decimals: 2}, values)
		s := mustFit(t, p, rfm.ScaleConfig{Method: rfm.Interpolated, Bins: bins})
		at := lo.Map(lo.Range(bins-1), func(k, _ int) float64 { return float64(k+1) / float64(bins) })
		for d, column := range columns {
			for k, q := range stats.Quantiles(column, at...) {
				cut := s.Cuts(rfm.Dimension(d))[0]
				got, want := cut[k].InexactFloat64(), math.Floor(q+1e-9)
				switch rfm.Dimension(d) {
				case rfm.Recency: // worst first, and rounded to the worse side
					got, want = cut[bins-2-k].InexactFloat64(), math.Ceil(q-1e-9)
				case rfm.Monetary:
					got *= 100
				}
				if math.Abs(got-want) > 1e-6 {
					t.Fatalf("seed %d, %s, quantile %d of %d: %v, want %v (%v)", seed, rfm.Dimension(d), k+1, bins, got, want, q)
				}
			}
		}
		g := rfm.MustSegments(rfm.SegmentsConfig{Bins: rfm.EvenBins(bins), Segments: []rfm.Segment{{ID: "all", Cells: []rfm.Block{{}}}}})
		sums := mustScoreAll(t, p, s, g).Table().Sums
		for d, mean := range []func() (float64, bool){sums.Recency, sums.Frequency, sums.Monetary} {
			got, _ := mean()
			want := stats.Mean(columns[d])
			if rfm.Dimension(d) == rfm.Monetary {
				want /= 100
			}
			if math.Abs(got-want) > 1e-11*want {
				t.Fatalf("seed %d, mean %s: %v, want %v", seed, rfm.Dimension(d), got, want)
			}
		}
		v := values[rng.IntN(n)]
		want := 0.0
		for d, x := range []float64{-float64(v.Recency), float64(v.Frequency), float64(v.Monetary)} {
			mean, sd := stats.MeanAndStdDev(columns[d])
			if rfm.Dimension(d) == rfm.Recency {
				mean = -mean
			}
			if sd *= math.Sqrt(float64(n-1) / float64(n)); sd > 0 {
				want += (x - mean) / sd / 3
			}
		}
		if got, ok := s.Z(v); !ok || math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Fatalf("seed %d: Z %v, want %v", seed, got, want)
		}
	}
}
