package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/shopspring/decimal"
)

// reference is a file of scores made by pandas (see the README beside it).
type reference struct {
	AnalysisDate string `json:"analysis_date"`
	CustomersN   int    `json:"customers_n"`
	Totals       struct {
		RecencyDays float64         `json:"recency_days"`
		Frequency   int64           `json:"frequency"`
		Monetary    decimal.Decimal `json:"monetary"`
	} `json:"totals"`
	Methods map[string]struct {
		CountsByScore map[string]map[string]int `json:"counts_by_score"`
		Cells         map[string]int            `json:"rfm_cells"`
	} `json:"methods"`
	Customers []struct {
		Customer string `json:"customer"`
		Cell     string `json:"percent_rank_min"`
	} `json:"customers"`
	Eight struct {
		Counts map[string]int `json:"counts"`
	} `json:"eight_type_by_mean"`
}

// shared finds a file of the shared data beside the repository.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no ../shared/data/%s: %v", name, err)
	}
	return path
}

// The scores of whole logs are those of the reference, cell by cell.
func TestReference(t *testing.T) {
	for _, tt := range []struct{ reference, log string }{
		{"ref_cdnow_rfm.json", "cdnow_transactions.csv"},
		{"ref_rfm_orders_rfm.json", "rfm_orders.csv"},
	} {
		t.Run(tt.log, func(t *testing.T) {
			data, err := os.ReadFile(shared(t, tt.reference))
			if err != nil {
				t.Fatal(err)
			}
			var ref reference
			if err := json.Unmarshal(data, &ref); err != nil {
				t.Fatal(err)
			}
			log := shared(t, tt.log)

			r := shopJSON(t, log, "-scores") // the analysis date is the day after the last order
			if r.AsOf != ref.AnalysisDate || r.Orders != ref.Totals.Frequency || r.Customers != ref.CustomersN ||
				!decimal.RequireFromString(r.Revenue).Equal(ref.Totals.Monetary) || len(r.Refused) != 0 {
				t.Errorf("as of %s, %d orders, %d customers, revenue %s, %d refused", r.AsOf, r.Orders, r.Customers, r.Revenue, len(r.Refused))
			}
			scores := lo.SliceToMap(*r.Scores, func(s jsonScore) (string, string) {
				return s.Customer, fmt.Sprintf("%d%d%d", s.R, s.F, s.M)
			})
			sameCounts(t, "cells", lo.CountValues(lo.Values(scores)), ref.Methods["percent_rank_min"].Cells)
			for _, c := range ref.Customers {
				if scores[c.Customer] != c.Cell {
					t.Errorf("customer %s: %s, want %s", c.Customer, scores[c.Customer], c.Cell)
				}
			}
			days, orders, money := 0.0, 0.0, 0.0
			exact := decimal.Zero
			for _, s := range r.Segments {
				exact = exact.Add(decimal.RequireFromString(s.Revenue))
				if s.Customers > 0 {
					days += *s.RecencyDays * float64(s.Customers)
					orders += *s.Frequency * float64(s.Customers)
					money += *s.Monetary * float64(s.Customers)
				}
			}
			near(t, "days", days, ref.Totals.RecencyDays)
			near(t, "orders", orders, float64(ref.Totals.Frequency))
			near(t, "money", money, ref.Totals.Monetary.InexactFloat64())
			if !exact.Equal(ref.Totals.Monetary) {
				t.Errorf("the segments' revenues add up to %v, want %v", exact, ref.Totals.Monetary)
			}

			r = shopJSON(t, log, "-as-of", ref.AnalysisDate, "-segments", "eight", "-lang", "zh")
			types := map[string]int{}
			for _, s := range r.Segments[:8] {
				types[s.Name] = s.Customers
			}
			sameCounts(t, "types", types, ref.Eight.Counts)

			r = shopJSON(t, log, "-ties", "split", "-scores")
			for dim, want := range ref.Methods["ntile"].CountsByScore {
				got := lo.CountValuesBy(*r.Scores, func(s jsonScore) string {
					return fmt.Sprint(map[string]uint8{"R": s.R, "F": s.F, "M": s.M}[dim])
				})
				sameCounts(t, "split "+dim, got, want)
			}
		})
	}
}

func sameCounts(t *testing.T, what string, got, want map[string]int) {
	t.Helper()
	if len(want) == 0 {
		t.Fatalf("%s: the reference has none", what)
	}
	for k := range lo.Assign(got, want) {
		if got[k] != want[k] {
			t.Errorf("%s: %d of %s, want %d", what, got[k], k, want[k])
		}
	}
}

// near allows for the rounding of means: one part in 10^12.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
