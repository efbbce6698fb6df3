package clv_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/shopspring/decimal"
)

// sharedData opens a file of the reference folder that lies beside the project.
func sharedData(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open("../../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/%s: numbers quoted from it are in TestQuotedNumbers", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// sharedJSON decodes a reference file.
func sharedJSON(t testing.TB, name string, into any) {
	t.Helper()
	if err := json.NewDecoder(sharedData(t, name)).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// readTable reads a CSV file: a function that gives a cell by row and column
// name, and the number of rows.
func readTable(t testing.TB, name string) (cell func(row int, column string) string, rows int) {
	t.Helper()
	all, err := csv.NewReader(sharedData(t, name)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return func(row int, column string) string { return all[row+1][slices.Index(all[0], column)] }, len(all) - 1
}

func parse(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// cdnowSummary is cdnow_summary.csv, and the purchases in the next 39 weeks.
func cdnowSummary(t testing.TB) (rows clv.Rows, ids []int64, holdOut []float64) {
	t.Helper()
	cell, n := readTable(t, "cdnow_summary.csv")
	rows.Unit = clv.Week
	for i := range n {
		rows.List = append(rows.List, clv.Row{
			Frequency: int(parse(t, cell(i, "frequency"))), LastPurchaseAge: parse(t, cell(i, "recency")),
			Age: parse(t, cell(i, "T")), Value: parse(t, cell(i, "monetary")),
		})
		ids = append(ids, int64(parse(t, cell(i, "customer"))))
		holdOut = append(holdOut, parse(t, cell(i, "holdout_frequency")))
	}
	return rows, ids, holdOut
}

// orderLog reads a file with columns customer, date and amount.
func orderLog(t testing.TB, name string, cfg rfm.Config) *rfm.Aggregator[int64] {
	t.Helper()
	cell, n := readTable(t, name)
	cfg.Decimals = 2
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		at, err := time.Parse(time.DateOnly, cell(i, "date"))
		if err != nil {
			t.Fatal(err)
		}
		amount, err := decimal.NewFromString(cell(i, "amount"))
		if err != nil {
			t.Fatal(err)
		}
		if err := agg.Add(rfm.Purchase[int64]{Customer: int64(parse(t, cell(i, "customer"))), At: at, Amount: amount}); err != nil {
			t.Fatal(err)
		}
	}
	return agg
}

func day(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// after is the exclusive end of a last day included.
func after(t testing.TB, s string) time.Time { return day(t, s).AddDate(0, 0, 1) }

// near fails unless got is within tolerance of want, relative where want is not 0.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if d := math.Abs(got - want); !(d <= tolerance*max(math.Abs(want), 1e-300)) && !(want == 0 && d <= tolerance) {
		t.Errorf("%s: %v, want %v within %g (off by %g)", what, got, want, tolerance, d/math.Abs(want))
	}
}
