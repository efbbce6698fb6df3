package rfm_test

import (
	"os"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// smallReference is testdata/reference_small.json; see PROVENANCE.md there.
type smallReference struct {
	Customers []struct {
		Customer     int64
		Days, Orders int
		Money        decimal.Decimal
	}
	Log struct { // of the whole log the customers are from
		Quantiles              map[string][]decimal.Decimal
		Thresholds             map[string][]decimal.Decimal
		Interpolated, RPackage []string
	}
	Fitted map[string][]string // method → score of each customer among these alone
	Means  map[string]float64
	Eight  map[string]int
	Named  []string
}

// TestReferenceNumbers holds each method to quoted numbers, for machines
// without the references.
func TestReferenceNumbers(t *testing.T) {
	data, err := os.ReadFile("testdata/reference_small.json")
	if err != nil {
		t.Fatal(err)
	}
	var want smallReference
	if err := guanxi.UnmarshalStrict(data, &want); err != nil {
		t.Fatal(err)
	}
	a := newAgg(t, rfm.Config{Decimals: 2, Keep: rfm.Totals})
	asOf := day(2006, 12, 31)
	for _, c := range want.Customers {
		require.NoError(t, a.AddSummary(rfm.Summary[int64]{Customer: c.Customer, Last: asOf.AddDate(0, 0, -c.Days), Count: int64(c.Orders), Sum: c.Money}))
	}
	pop := mustPopulation(t, a, asOf)
	compare := func(t *testing.T, want []string, got []rfm.Score) {
		t.Helper()
		require.Len(t, got, len(want))
		for i, w := range want {
			if got[i].String() != w {
				t.Errorf("customer %d: %s, want %s", pop.Key(i), got[i], w)
			}
		}
	}
	for method, scores := range want.Fitted {
		t.Run(method, func(t *testing.T) {
			compare(t, scores, mustScores(t, mustFit(t, pop, rfm.ScaleConfig{Method: rfm.Method(method)}), pop))
		})
	}
	// Upper ends included is what breaks that are not inclusive mean; a fraction
	// of a day or an order is no different from the whole number below it.
	cfg := rfm.ScaleConfig{Recency: rfm.DimensionConfig{Reverse: true}}
	for k := range 4 {
		cfg.Recency.Breaks = append(cfg.Recency.Breaks, rfm.Break{At: want.Log.Quantiles["recency_days"][k].Floor()})
		cfg.Frequency.Breaks = append(cfg.Frequency.Breaks, rfm.Break{At: want.Log.Quantiles["frequency"][k].Floor()})
		cfg.Monetary.Breaks = append(cfg.Monetary.Breaks, rfm.Break{At: want.Log.Quantiles["monetary"][k]})
	}
	t.Run("log/interpolated", func(t *testing.T) {
		s, err := rfm.NewScale(cfg, "", 2)
		require.NoError(t, err)
		scores := mustScores(t, s, pop)
		for i := range scores {
			scores[i].R = 6 - scores[i].R
		}
		compare(t, want.Log.Interpolated, scores)
	})
	cfg = rfm.ScaleConfig{Method: rfm.Fixed}
	for k := range 4 {
		cfg.Recency.Breaks = append(cfg.Recency.Breaks, rfm.Break{At: want.Log.Thresholds["recency_days"][3-k].Ceil()})
		cfg.Frequency.Breaks = append(cfg.Frequency.Breaks, rfm.Break{At: want.Log.Thresholds["frequency"][k].Ceil(), Inclusive: true})
		cfg.Monetary.Breaks = append(cfg.Monetary.Breaks, rfm.Break{At: want.Log.Thresholds["monetary"][k], Inclusive: true})
	}
	t.Run("log/r_package", func(t *testing.T) {
		s, err := rfm.NewScale(cfg, "", 2)
		require.NoError(t, err)
		scores := mustScores(t, s, pop)
		compare(t, want.Log.RPackage, scores)
		for i, s := range scores {
			if seg, _ := smallNamed().Of(s); seg.ID != want.Named[i] {
				t.Errorf("customer %d (%s): %s, want %s", pop.Key(i), s, seg.ID, want.Named[i])
			}
		}
	})
	scored := mustScoreAll(t, pop, mustFit(t, pop, rfm.ScaleConfig{Method: rfm.Mean}), rfm.MustSegments(rfm.Eight()))
	eight := map[string]int{}
	for _, r := range scored.Table().Rows {
		if r.Customers > 0 {
			eight[r.Segment.Label(guanxi.ZH)] = r.Customers
		}
	}
	require.Equal(t, want.Eight, eight)
	sums := scored.Table().Sums
	for name, mean := range map[string]func() (float64, bool){"recency_days": sums.Recency, "frequency": sums.Frequency, "monetary": sums.Monetary} {
		v, ok := mean()
		require.True(t, ok)
		require.InEpsilon(t, want.Means[name], v, 1e-14, name)
	}
}

// smallNamed is the R package's ranges, written out.
func smallNamed() *rfm.Segments {
	block := func(r0, r1, f0, f1, m0, m1 int) []rfm.Block {
		return []rfm.Block{{R: rfm.Interval{r0, r1}, F: rfm.Interval{f0, f1}, M: rfm.Interval{m0, m1}}}
	}
	return rfm.MustSegments(rfm.SegmentsConfig{Bins: rfm.EvenBins(5), FirstMatch: true, Rest: "Others", Segments: []rfm.Segment{
		{ID: "Champions", Cells: block(5, 5, 5, 5, 5, 5)},
		{ID: "Potential Loyalist", Cells: block(3, 5, 3, 5, 2, 5)},
		{ID: "Loyal Customers", Cells: block(2, 4, 2, 4, 2, 4)},
		{ID: "Promising", Cells: block(3, 4, 1, 3, 3, 5)},
		{ID: "New Customers", Cells: block(4, 5, 1, 3, 1, 5)},
		{ID: "Can't Lose Them", Cells: block(1, 2, 3, 4, 4, 5)},
		{ID: "At Risk", Cells: block(1, 2, 2, 5, 4, 5)},
		{ID: "Need Attention", Cells: block(1, 3, 3, 5, 3, 5)},
		{ID: "About To Sleep", Cells: block(2, 3, 1, 3, 1, 4)},
		{ID: "Lost", Cells: block(1, 1, 1, 5, 1, 5)},
		{ID: "Others"},
	}})
}
