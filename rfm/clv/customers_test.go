package clv_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/shopspring/decimal"
)

// TestRowsOfCDNOW compares rows with those of lifetimes 0.11.3 on the full log,
// whose zero-amount purchases count.
func TestRowsOfCDNOW(t *testing.T) {
	type customer map[string]float64
	type summary struct {
		N         int
		Totals    map[string]float64
		Zero      int `json:"frequency_zero"`
		Customers []customer
	}
	var ref map[string]any
	sharedJSON(t, "ref_cdnow_summary_lifetimes.json", &ref)
	var parts struct {
		Daily     summary `json:"summary_daily_to_end_of_data"`
		Weeks     summary `json:"summary_weeks_to_1997-09-30"`
		WithFirst summary `json:"summary_daily_include_first_transaction"`
		HoldOut   summary `json:"calibration_holdout_daily_1997-09-30_1998-06-30"`
	}
	sharedJSON(t, "ref_cdnow_summary_lifetimes.json", &parts)
	agg := orderLog(t, "cdnow_transactions.csv", rfm.Config{Zero: rfm.ZeroCounts})

	check := func(name string, want summary, c *clv.Customers[int64], columns map[string]func(i int) float64, first int) {
		t.Run(name, func(t *testing.T) {
			if c.Len() != want.N {
				t.Fatalf("%d customers, want %d", c.Len(), want.N)
			}
			for column, f := range columns {
				total, zero := 0.0, 0
				for i := range c.Len() {
					total += f(i)
					if c.List[i].Frequency == 0 {
						zero++
					}
				}
				near(t, column, total, want.Totals[column], 1e-9)
				if first == 0 && zero != want.Zero {
					t.Errorf("%d without repeat, want %d", zero, want.Zero)
				}
				for _, w := range want.Customers {
					i, ok := c.Find(int64(w["customer"]))
					if !ok {
						t.Fatalf("customer %v is missing", w["customer"])
					}
					near(t, column, f(i), w[column], 1e-12)
				}
			}
		})
	}
	build := func(cfg clv.RowConfig, end string) *clv.Customers[int64] {
		c, err := clv.FromPurchases(agg, after(t, end), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	columns := func(c *clv.Customers[int64], first int) map[string]func(int) float64 {
		return map[string]func(int) float64{
			"frequency":      func(i int) float64 { return float64(c.List[i].Frequency + first) },
			"recency":        func(i int) float64 { return c.List[i].LastPurchaseAge },
			"T":              func(i int) float64 { return c.List[i].Age },
			"monetary_value": func(i int) float64 { return c.List[i].Value },
		}
	}
	daily := build(clv.RowConfig{Unit: clv.Day}, "1998-06-30")
	check("daily", parts.Daily, daily, columns(daily, 0), 0)
	weeks := build(clv.RowConfig{Unit: clv.Week}, "1997-09-30")
	check("weeks", parts.Weeks, weeks, columns(weeks, 0), 0)
	all := build(clv.RowConfig{Unit: clv.Day, Value: clv.AllPurchases}, "1998-06-30")
	check("with first", parts.WithFirst, all, columns(all, 1), 1)

	split, err := clv.Split(agg, after(t, "1997-09-30"), after(t, "1998-06-30"), clv.RowConfig{Unit: clv.Day})
	if err != nil {
		t.Fatal(err)
	}
	// lifetimes averages raw rows in the hold-out, so the value there is not the same.
	check("hold-out", parts.HoldOut, split, map[string]func(int) float64{
		"frequency":          func(i int) float64 { return float64(split.List[i].Frequency) },
		"recency_cal":        func(i int) float64 { return split.List[i].LastPurchaseAge },
		"T_cal":              func(i int) float64 { return split.List[i].Age },
		"monetary_value_cal": func(i int) float64 { return split.List[i].Value },
		"frequency_holdout":  func(i int) float64 { return float64(split.HoldOut[i].Frequency) },
		"duration_holdout":   func(int) float64 { return split.HoldOutLength },
	}, 0)
	for key := range ref {
		switch key {
		case "provenance", "input", "row_facts", // facts about the file
			"cumulative_tracking_sample_weekly", // TestTracking
			"summary_daily_to_end_of_data", "summary_weeks_to_1997-09-30", "summary_daily_include_first_transaction",
			"calibration_holdout_daily_1997-09-30_1998-06-30":
		default:
			t.Errorf("%s is not checked", key)
		}
	}
}

// TestSummaryFromOrders: cdnow_summary.csv follows from the sample's orders.
func TestSummaryFromOrders(t *testing.T) {
	rows, ids, holdOut := cdnowSummary(t)
	agg := orderLog(t, "cdnow_sample_transactions.csv", rfm.Config{Zero: rfm.ZeroCounts})
	c, err := clv.Split(agg, after(t, "1997-09-30"), after(t, "1998-06-30"), clv.RowConfig{Unit: clv.Week})
	if err != nil {
		t.Fatal(err)
	}
	if c.Len() != len(rows.List) || c.HoldOutLength != 39 {
		t.Fatalf("%d customers, hold-out of %v weeks", c.Len(), c.HoldOutLength)
	}
	for j, id := range ids {
		i, ok := c.Find(id)
		if !ok {
			t.Fatalf("customer %d is missing", id)
		}
		got, want := c.List[i], rows.List[j]
		if got.Frequency != want.Frequency || float64(c.HoldOut[i].Frequency) != holdOut[j] {
			t.Errorf("customer %d: %+v %+v, want %+v and %v", id, got, c.HoldOut[i], want, holdOut[j])
		}
		near(t, "t_x", got.LastPurchaseAge, want.LastPurchaseAge, 1e-12)
		near(t, "T", got.Age, want.Age, 1e-12)
		near(t, "value", got.Value, want.Value, 1e-9)
	}
}

type purchase = rfm.Purchase[string]

func money(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func aggregate(t testing.TB, cfg rfm.Config, rows ...purchase) *rfm.Aggregator[string] {
	t.Helper()
	agg, err := rfm.NewAggregator(guanxi.StringKey[string](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := agg.AddAll(rows); err != nil {
		t.Fatal(err)
	}
	return agg
}

func TestPeriods(t *testing.T) {
	shanghai := time.FixedZone("+08:00", 8*3600)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	agg := aggregate(t, rfm.Config{Decimals: 2, Location: shanghai},
		purchase{Customer: "Li", At: at("2026-01-29 23:30"), Amount: money("10")},
		purchase{Customer: "Li", At: at("2026-01-30 00:30"), Amount: money("20")}, // the next day here, the same in UTC
		purchase{Customer: "Li", At: at("2026-01-30 21:00"), Amount: money("40")},
		purchase{Customer: "Li", At: at("2026-02-03 12:00"), Amount: money("80")}, // the next ISO week and month
		purchase{Customer: "Li", At: at("2026-03-10 12:00"), Amount: money("160")},
		purchase{Customer: "Wu", At: at("2026-03-05 12:00"), Amount: money("1")},
	)
	cut, end := at("2026-03-01 00:00"), at("2026-04-01 00:00")
	for _, c := range []struct {
		name string
		cfg  clv.RowConfig
		want clv.Row
		out  float64 // length of the hold-out
	}{
		{"day", clv.RowConfig{Unit: clv.Day}, clv.Row{Frequency: 2, LastPurchaseAge: 5, Age: 30, Value: 70}, 31},
		{"week", clv.RowConfig{Unit: clv.Week}, clv.Row{Frequency: 2, LastPurchaseAge: 5. / 7, Age: 30. / 7, Value: 70}, 31. / 7},
		{"month", clv.RowConfig{Unit: clv.Month}, clv.Row{Frequency: 2, LastPurchaseAge: 5 / clv.DaysPerMonth, Age: 30 / clv.DaysPerMonth, Value: 70}, 31 / clv.DaysPerMonth},
		{"per week", clv.RowConfig{Unit: clv.Week, Per: rfm.PerWeek}, clv.Row{Frequency: 1, LastPurchaseAge: 1, Age: 4, Value: 80}, 5},
		{"per month", clv.RowConfig{Unit: clv.Month, Per: rfm.PerMonth}, clv.Row{Frequency: 1, LastPurchaseAge: 1, Age: 1, Value: 80}, 1},
		{"per order", clv.RowConfig{Unit: clv.Day, Per: rfm.PerOrder}, clv.Row{Frequency: 3, LastPurchaseAge: 4 + 12.5/24, Age: 30 + .5/24, Value: 140. / 3}, 31},
		{"all", clv.RowConfig{Unit: clv.Day, Value: clv.AllPurchases}, clv.Row{Frequency: 2, LastPurchaseAge: 5, Age: 30, Value: 50}, 31},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := clv.Split(agg, cut, end, c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got.Len() != 1 || got.Notes.Later != 1 || got.Keys[0] != "Li" {
				t.Fatalf("customers %v, %+v", got.Keys, got.Notes)
			}
			row := got.List[0]
			if row.Frequency != c.want.Frequency {
				t.Errorf("%+v, want %+v", row, c.want)
			}
			near(t, "last purchase", row.LastPurchaseAge, c.want.LastPurchaseAge, 1e-9)
			near(t, "age", row.Age, c.want.Age, 1e-9)
			near(t, "value", row.Value, c.want.Value, 1e-12)
			near(t, "hold-out", got.HoldOutLength, c.out, 1e-9)
			if h := got.HoldOut[0]; h.Frequency != 1 || h.Value != 160 {
				t.Errorf("hold-out %+v", h)
			}
			if err := got.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefundsInRows(t *testing.T) {
	d := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }
	agg := aggregate(t, rfm.Config{Decimals: 2, KeepCosts: true},
		purchase{Customer: "Li", At: d(1), Amount: money("100"), Order: "A", Cost: money("60")},
		purchase{Customer: "Li", At: d(8), Amount: money("50"), Order: "B", Cost: money("20")},
		purchase{Customer: "Li", At: d(9), Amount: money("-50"), Order: "B", Cost: money("-20")}, // undone
		purchase{Customer: "Li", At: d(15), Amount: money("80"), Order: "C", Cost: money("30")},
		purchase{Customer: "Li", At: d(16), Amount: money("-30"), Order: "C"},
		purchase{Customer: "Li", At: d(17), Amount: money("-10")}, // from C, the latest
		purchase{Customer: "Wu", At: d(2), Amount: money("-5")},   // before anything
		purchase{Customer: "Wu", At: d(3), Amount: money("7"), Cost: money("1")},
	)
	c, err := clv.FromPurchases(agg, d(31), clv.RowConfig{Unit: clv.Day})
	if err != nil {
		t.Fatal(err)
	}
	if want := (clv.Row{Frequency: 1, LastPurchaseAge: 14, Age: 30, Value: 40}); c.List[0] != want {
		t.Errorf("%+v, want %+v", c.List[0], want)
	}
	if c.Notes.Loose != 1 || c.Len() != 2 {
		t.Errorf("%+v", c.Notes)
	}
	c, err = clv.FromPurchases(agg, d(31), clv.RowConfig{Unit: clv.Day, Margin: true})
	if err != nil {
		t.Fatal(err)
	}
	if c.List[0].Value != 10 {
		t.Errorf("margin %v, want 80−30−10 − 30 = 10", c.List[0].Value)
	}
}

// New orders need no old log: rows of an aggregate that grew are those of one
// pass, and the order of arrival does not matter.
func TestRowsAreIncremental(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var log []purchase
	for range 3000 {
		log = append(log, purchase{Customer: string(rune('a' + rng.IntN(26))), Amount: decimal.New(rng.Int64N(9999)+1, -2),
			At: time.Date(2025, 1, 1, rng.IntN(10000), 0, 0, 0, time.UTC)})
	}
	cut, end := time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	cfg := rfm.Config{Decimals: 2}
	whole, err := clv.Split(aggregate(t, cfg, log...), cut, end, clv.RowConfig{Unit: clv.Week})
	if err != nil {
		t.Fatal(err)
	}
	rng.Shuffle(len(log), func(i, j int) { log[i], log[j] = log[j], log[i] })
	agg := aggregate(t, cfg, log[:1000]...)
	if _, err := clv.FromPurchases(agg, end, clv.RowConfig{Unit: clv.Week}); err != nil {
		t.Fatal(err)
	}
	if err := agg.Merge(aggregate(t, cfg, log[1000:]...)); err != nil {
		t.Fatal(err)
	}
	grown, err := clv.Split(agg, cut, end, clv.RowConfig{Unit: clv.Week})
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole.List {
		if whole.Keys[i] != grown.Keys[i] || whole.List[i] != grown.List[i] || whole.HoldOut[i] != grown.HoldOut[i] {
			t.Fatalf("row %d differs", i)
		}
	}
	if _, ok := whole.Find("?"); ok {
		t.Error("found who is not there")
	}
}

func TestRowsRefuse(t *testing.T) {
	d := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	agg := aggregate(t, rfm.Config{})
	for _, c := range []struct {
		name    string
		do      func() error
		want    error
		pointer string
	}{
		{"no unit", func() error { _, err := clv.FromPurchases(agg, d, clv.RowConfig{}); return err }, clv.ErrUnit, "/unit"},
		{"opportunities", func() error { _, err := clv.FromPurchases(agg, d, clv.RowConfig{Unit: clv.Opportunity}); return err }, clv.ErrUnit, "/unit"},
		{"per", func() error {
			_, err := clv.FromPurchases(agg, d, clv.RowConfig{Unit: clv.Day, Per: "year"})
			return err
		}, clv.ErrRange, "/per"},
		{"value", func() error {
			_, err := clv.FromPurchases(agg, d, clv.RowConfig{Unit: clv.Day, Value: "x"})
			return err
		}, clv.ErrRange, "/value"},
		{"margin", func() error {
			_, err := clv.FromPurchases(agg, d, clv.RowConfig{Unit: clv.Day, Margin: true})
			return err
		}, clv.ErrRange, "/margin"},
		{"split", func() error { _, err := clv.Split(agg, d, d, clv.RowConfig{Unit: clv.Day}); return err }, clv.ErrSplit, ""},
		{"totals", func() error {
			_, err := clv.FromPurchases(aggregate(t, rfm.Config{Keep: rfm.Totals}), d, clv.RowConfig{Unit: clv.Day})
			return err
		}, rfm.ErrNeedsOrders, ""},
		{"json", func() error {
			return new(clv.RowConfig).UnmarshalJSON([]byte(`{"unit":"fortnight","weeks":1}`))
		}, guanxi.ErrUnknownField, "/weeks"},
	} {
		err := c.do()
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		found := c.pointer == ""
		for f := range guanxi.Faults(err) {
			found = found || f.Pointer == c.pointer
		}
		if !found {
			t.Errorf("%s: %v does not name %s", c.name, err, c.pointer)
		}
	}
}

func TestRowFaults(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		row  clv.Row
		want error
		at   string
	}{
		{clv.Row{Frequency: 1, LastPurchaseAge: 40, Age: 39}, clv.ErrOrder, "/rows/1/last_purchase_age"},
		{clv.Row{Frequency: 0, LastPurchaseAge: 1, Age: 39}, clv.ErrOrder, "/rows/1/last_purchase_age"},
		{clv.Row{Frequency: 2, LastPurchaseAge: 0, Age: 39}, clv.ErrOrder, "/rows/1/last_purchase_age"},
		{clv.Row{Frequency: -1, Age: 39}, clv.ErrNegative, "/rows/1/frequency"},
		{clv.Row{Frequency: clv.MaxFrequency + 1, LastPurchaseAge: 1, Age: 39}, clv.ErrRange, "/rows/1/frequency"},
		{clv.Row{Frequency: 1, LastPurchaseAge: -1, Age: 39}, clv.ErrNegative, "/rows/1/last_purchase_age"},
		{clv.Row{Age: -1}, clv.ErrNegative, "/rows/1/age"},
		{clv.Row{Age: nan}, clv.ErrValue, "/rows/1/age"},
		{clv.Row{Age: inf}, clv.ErrValue, "/rows/1/age"},
		{clv.Row{Frequency: 1, LastPurchaseAge: nan, Age: 1}, clv.ErrValue, "/rows/1/last_purchase_age"},
		{clv.Row{Frequency: 1, LastPurchaseAge: 1, Age: 1, Value: inf}, clv.ErrValue, "/rows/1/value"},
	} {
		err := clv.Rows{Unit: clv.Week, List: []clv.Row{{Age: 1}, c.row}}.Validate()
		if !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.row, err)
		}
		for f := range guanxi.Faults(err) {
			if f.Pointer != c.at {
				t.Errorf("%+v at %s, want %s", c.row, f.Pointer, c.at)
			}
		}
	}
	many := clv.Rows{Unit: clv.Week, List: make([]clv.Row, 3_000)}
	for i := range many.List {
		many.List[i].Age = -1
	}
	n := 0
	for range guanxi.Faults(many.Validate()) {
		n++
	}
	if n != 1000 {
		t.Errorf("%d faults listed", n)
	}
}

// What is refunded in the hold-out is not known at the end of the calibration:
// the rows of a split are those of FromPurchases.
func TestHoldOutDoesNotLeakIntoRows(t *testing.T) {
	d := func(m time.Month, n int) time.Time { return time.Date(2025, m, n, 12, 0, 0, 0, time.UTC) }
	cut, end := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	agg := aggregate(t, rfm.Config{Decimals: 2},
		purchase{Customer: "loose", At: d(1, 1), Amount: money("10")},
		purchase{Customer: "loose", At: d(2, 1), Amount: money("20")},
		purchase{Customer: "loose", At: d(3, 15), Amount: money("-20")},
		purchase{Customer: "named", At: d(1, 1), Amount: money("10")},
		purchase{Customer: "named", At: d(2, 1), Amount: money("20"), Order: "N"},
		purchase{Customer: "named", At: d(3, 15), Amount: money("-20"), Order: "N"},
		purchase{Customer: "undone", At: d(1, 5), Amount: money("10"), Order: "U"},
		purchase{Customer: "undone", At: d(4, 5), Amount: money("-10"), Order: "U"},
		purchase{Customer: "zeal", At: d(1, 5), Amount: money("10")},
		purchase{Customer: "zeal", At: d(5, 5), Amount: money("30")},
	)
	known, err := clv.FromPurchases(agg, cut, clv.RowConfig{Unit: clv.Day})
	if err != nil {
		t.Fatal(err)
	}
	split, err := clv.Split(agg, cut, end, clv.RowConfig{Unit: clv.Day})
	if err != nil {
		t.Fatal(err)
	}
	if len(known.List) != 4 || len(split.List) != 4 || len(split.HoldOut) != 4 {
		t.Fatalf("%d, %d rows, %d hold-outs", len(known.List), len(split.List), len(split.HoldOut))
	}
	for i := range known.List {
		if known.Keys[i] != split.Keys[i] || known.List[i] != split.List[i] {
			t.Errorf("%s: %+v, want %+v", split.Keys[i], split.List[i], known.List[i])
		}
	}
	if want := (clv.HoldOut{Frequency: 1, Value: 30}); split.HoldOut[3] != want || split.HoldOut[2] != (clv.HoldOut{}) {
		t.Errorf("hold-out %+v", split.HoldOut)
	}
}
