package rfm_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"sort"
	"strconv"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// reference is a ref_*_rfm.json: what pandas and the R package rfm make of a log.
type reference struct {
	AnalysisDate string               `json:"analysis_date"`
	CustomersN   int                  `json:"customers_n"`
	Totals       map[string]float64   `json:"totals"`
	Quantiles    map[string][]float64 `json:"quantiles_type7_0_20_40_60_80_100"`
	Methods      map[string]struct {
		Counts map[string]map[string]int `json:"counts_by_score"`
		Cells  map[string]int            `json:"rfm_cells"`
		Split  map[string]int            `json:"values_split_over_several_scores"`
	} `json:"methods"`
	Customers []map[string]any `json:"customers"`
	Eight     struct {
		Means  map[string]float64 `json:"means"`
		Counts map[string]int     `json:"counts"`
	} `json:"eight_type_by_mean"`
	Named struct {
		Segments []struct {
			Name  string `json:"name"`
			Lower [3]int `json:"lower_RFM"`
			Upper [3]int `json:"upper_RFM"`
		} `json:"segments"`
		Counts map[string]int `json:"counts"`
	} `json:"segments_r_rfm_doc_ranges_first_match"`
	RRun struct {
		Threshold []map[string]float64      `json:"threshold"`
		Counts    map[string]map[string]int `json:"counts"`
		Segments  map[string]int            `json:"segments"`
		Scores    []int                     `json:"rfm_score_of_listed_customers"`
	} `json:"r_run"`
}

func sharedData(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open("../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/%s: numbers quoted from it are in TestReferenceNumbers", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// readOrders reads customer, date and amount columns by name.
func readOrders(t testing.TB, name string) (rows []rfm.Purchase[int64]) {
	t.Helper()
	r := csv.NewReader(sharedData(t, name))
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	c, d, m := slices.Index(head, "customer"), slices.Index(head, "date"), slices.Index(head, "amount")
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records {
		id, err1 := strconv.ParseInt(rec[c], 10, 64)
		at, err2 := time.Parse(time.DateOnly, rec[d])
		amount, err3 := decimal.NewFromString(rec[m])
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, rfm.Purchase[int64]{Customer: id, At: at, Amount: amount})
	}
	return rows
}

// rawRow is a customer of a reference, in key order. Its money stands in cents
// and as the sum of floats that pandas and R make of it: customer 502 of the
// CDNOW log spent 15.36 + 16.99 = 32.349999999999994 there, and so falls below
// a threshold of 32.35.
type rawRow struct {
	key          int64
	days, orders int
	cents        int64
	float        float64
}

// type7 is Hyndman and Fan's quantile 7 of ascending values.
func type7(sorted []float64, p float64) float64 {
	h := float64(len(sorted)-1) * p
	lo := int(math.Floor(h))
	if lo+1 >= len(sorted) {
		return sorted[lo]
	}
	return sorted[lo] + (h-float64(lo))*(sorted[lo+1]-sorted[lo])
}

func column(rows []rawRow, of func(rawRow) float64) []float64 {
	var out []float64
	for _, r := range rows {
		out = append(out, of(r))
	}
	return out
}

var (
	daysOf   = func(r rawRow) float64 { return float64(r.days) }
	ordersOf = func(r rawRow) float64 { return float64(r.orders) }
	moneyOf  = func(r rawRow) float64 { return float64(r.cents) / 100 }
	floatOf  = func(r rawRow) float64 { return r.float }
)

var fifths = []float64{0, .2, .4, .6, .8, 1}

func quantiles(vals []float64) (q []float64) {
	sorted := slices.Sorted(slices.Values(vals))
	for _, p := range fifths {
		q = append(q, type7(sorted, p))
	}
	return q
}

// qcutDrop is pandas.qcut(x, 5, duplicates="drop"), bins from 1, and their number.
func qcutDrop(vals []float64) ([]int, int) {
	edges := slices.Compact(quantiles(vals))
	out := make([]int, len(vals))
	for i, v := range vals {
		out[i] = 1
		for _, e := range edges[1 : len(edges)-1] {
			if v > e {
				out[i]++
			}
		}
	}
	return out, len(edges) - 1
}

// rankFirst is rank(method="first"), from 1.
func rankFirst(vals []float64) []float64 {
	at := make([]int, len(vals))
	for i := range at {
		at[i] = i
	}
	sort.SliceStable(at, func(a, b int) bool { return vals[at[a]] < vals[at[b]] })
	out := make([]float64, len(vals))
	for r, i := range at {
		out[i] = float64(r + 1)
	}
	return out
}

// rPackage is rfm_table_order of the R package: cut points are type-7 quantiles
// plus one unit, bins are [lower, upper).
func rPackage(vals []float64) []int {
	q := quantiles(vals)
	out := make([]int, len(vals))
	for i, v := range vals {
		out[i] = -1
		for k := range 5 {
			lower, upper := q[0], q[k+1]+1
			if k > 0 {
				lower = q[k] + 1
			}
			if v >= lower && v < upper {
				out[i] = k + 1
			}
		}
	}
	return out
}

// recipes scores rows by the tie rules that the library does not have.
func recipes(rows []rawRow) map[string][]rfm.Score {
	out := map[string][]rfm.Score{}
	put := func(name string, r, f, m []int, top int) {
		for i := range rows {
			out[name] = append(out[name], rfm.Score{R: uint8(top + 1 - r[i]), F: uint8(f[i]), M: uint8(m[i])})
		}
	}
	d, o, m := column(rows, daysOf), column(rows, ordersOf), column(rows, moneyOf)
	r1, top := qcutDrop(d)
	f1, _ := qcutDrop(o)
	m1, _ := qcutDrop(m)
	put("pandas_qcut_drop", r1, f1, m1, top)
	r2, _ := qcutDrop(rankFirst(d))
	f2, _ := qcutDrop(rankFirst(o))
	m2, _ := qcutDrop(rankFirst(m))
	put("rank_first_qcut", r2, f2, m2, 5)
	put("r_package_rfm", rPackage(d), rPackage(o), rPackage(column(rows, floatOf)), 5)
	put("r_package_exact", rPackage(d), rPackage(o), rPackage(m), 5)
	return out
}

func tally(scores []rfm.Score) (counts map[string]map[string]int, cells map[string]int) {
	counts = map[string]map[string]int{"R": {}, "F": {}, "M": {}}
	cells = map[string]int{}
	for _, s := range scores {
		counts["R"][strconv.Itoa(int(s.R))]++
		counts["F"][strconv.Itoa(int(s.F))]++
		counts["M"][strconv.Itoa(int(s.M))]++
		cells[s.String()]++
	}
	return counts, cells
}

// splitValues counts the values that customers with different scores share.
func splitValues(rows []rawRow, money func(rawRow) float64, scores []rfm.Score) map[string]int {
	seen := map[string]map[float64]map[uint8]bool{"R": {}, "F": {}, "M": {}}
	for i, r := range rows {
		for _, c := range []struct {
			d     string
			v     float64
			score uint8
		}{{"R", daysOf(r), scores[i].R}, {"F", ordersOf(r), scores[i].F}, {"M", money(r), scores[i].M}} {
			if seen[c.d][c.v] == nil {
				seen[c.d][c.v] = map[uint8]bool{}
			}
			seen[c.d][c.v][c.score] = true
		}
	}
	out := map[string]int{}
	for d, values := range seen {
		out[d] = 0
		for _, s := range values {
			if len(s) > 1 {
				out[d]++
			}
		}
	}
	return out
}

func TestReferences(t *testing.T) {
	for _, ref := range []struct{ json, orders string }{
		{"ref_cdnow_rfm.json", "cdnow_transactions.csv"},
		{"ref_rfm_orders_rfm.json", "rfm_orders.csv"},
	} {
		t.Run(ref.json, func(t *testing.T) {
			var want reference
			if err := json.NewDecoder(sharedData(t, ref.json)).Decode(&want); err != nil {
				t.Fatal(err)
			}
			rows := readOrders(t, ref.orders)
			asOf, err := time.Parse(time.DateOnly, want.AnalysisDate)
			if err != nil {
				t.Fatal(err)
			}
			for _, keep := range []rfm.Keep{rfm.Totals, rfm.Orders} {
				t.Run(string(keep), func(t *testing.T) {
					a := newAgg(t, rfm.Config{Currency: "USD", Decimals: 2, Keep: keep, Workers: 2})
					require.NoError(t, a.AddAll(rows))
					checkReference(t, want, mustPopulation(t, a, asOf), rows)
				})
			}
		})
	}
}

func checkReference(t *testing.T, want reference, pop *rfm.Population[int64], log []rfm.Purchase[int64]) {
	t.Helper()
	floats := map[int64]float64{}
	zeros := 0
	for _, p := range log {
		floats[p.Customer] += p.Amount.InexactFloat64()
		if p.Amount.IsZero() {
			zeros++
		}
	}
	require.Equal(t, zeros, pop.Notes().Zero)
	require.Equal(t, want.CustomersN, pop.Len())
	var rows []rawRow
	days, orders := 0, 0
	for k, v := range pop.All() {
		rows = append(rows, rawRow{k, v.Recency, int(v.Frequency), v.Monetary, floats[k]})
		days += v.Recency
		orders += int(v.Frequency)
	}
	require.Equal(t, want.Totals["recency_days"], float64(days))
	require.Equal(t, want.Totals["frequency"], float64(orders))
	require.Equal(t, len(log), orders, "every row counts")
	require.True(t, decimal.NewFromFloat(want.Totals["monetary"]).Equal(pop.Revenue()), "revenue %s", pop.Revenue())

	scale := mustFit(t, pop, rfm.ScaleConfig{})
	got := recipes(rows)
	got["percent_rank_min"] = mustScores(t, scale, pop)
	got["ntile"] = mustScores(t, mustFit(t, pop, rfm.ScaleConfig{Method: rfm.NTile}), pop)
	for name, method := range want.Methods {
		t.Run(name, func(t *testing.T) {
			counts, cells := tally(got[name])
			require.Equal(t, method.Counts, counts)
			require.Equal(t, method.Cells, cells)
			money := moneyOf
			if name == "r_package_rfm" {
				money = floatOf
			}
			require.Equal(t, method.Split, splitValues(rows, money, got[name]))
			for _, c := range want.Customers {
				key, err := strconv.ParseInt(c["customer"].(string), 10, 64)
				require.NoError(t, err)
				i, ok := pop.Find(key)
				require.True(t, ok)
				if s := got[name][i].String(); s != c[name] {
					t.Errorf("customer %d: %s, want %s", key, s, c[name])
				}
			}
		})
	}

	t.Run("customers", func(t *testing.T) {
		for _, c := range want.Customers {
			key, _ := strconv.ParseInt(c["customer"].(string), 10, 64)
			i, _ := pop.Find(key)
			v := pop.Values(i)
			if float64(v.Recency) != c["recency_days"] || float64(v.Frequency) != c["frequency"] ||
				!pop.Money(v.Monetary).Equal(decimal.NewFromFloat(c["monetary"].(float64))) {
				t.Errorf("customer %d: %+v, want %v", key, v, c)
			}
			if s := scale.Score(v).String(); s != c["percent_rank_min"] {
				t.Errorf("customer %d scored alone: %s, want %s", key, s, c["percent_rank_min"])
			}
		}
	})

	t.Run("quantiles", func(t *testing.T) { checkQuantiles(t, want, pop, rows) })
	t.Run("eight", func(t *testing.T) { checkEight(t, want, pop, rows) })
	t.Run("named", func(t *testing.T) { checkNamed(t, want, rows, got["r_package_rfm"]) })
	t.Run("r_package", func(t *testing.T) { checkRPackage(t, want, pop, got["r_package_rfm"], got["r_package_exact"]) })
}

// checkQuantiles compares the recipe's type-7 quantiles with numpy's (1e-12
// relative), and the library's interpolated cuts with both: a cut is the
// quantile rounded to the next whole unit on the worse side, since no value lies
// between.
func checkQuantiles(t *testing.T, want reference, pop *rfm.Population[int64], rows []rawRow) {
	s := mustFit(t, pop, rfm.ScaleConfig{Method: rfm.Interpolated})
	for dim, c := range []struct {
		name  string
		of    func(rawRow) float64
		scale float64
	}{{"recency_days", daysOf, 1}, {"frequency", ordersOf, 1}, {"monetary", moneyOf, 100}} {
		q := quantiles(column(rows, c.of))
		for i, w := range want.Quantiles[c.name] {
			if math.Abs(q[i]-w) > 1e-12*math.Abs(w) {
				t.Errorf("%s %v: %v, want %v", c.name, fifths[i], q[i], w)
			}
		}
		cuts := s.Cuts(rfm.Dimension(dim))[0]
		for k, cut := range cuts {
			v := cut.InexactFloat64() * c.scale
			w := math.Floor(want.Quantiles[c.name][k+1]*c.scale + 1e-6)
			if rfm.Dimension(dim) == rfm.Recency {
				w = math.Ceil(want.Quantiles[c.name][4-k] - 1e-6)
			}
			if math.Abs(v-w) > 1e-9 {
				t.Errorf("%s: interpolated cut %d is %s, want %v", c.name, k+1, cut, w/c.scale)
			}
		}
	}
	// Where no edges are equal, pandas' bins are the library's: upper ends
	// included, hence recency turned round.
	recipe := recipes(rows)["pandas_qcut_drop"]
	scores := mustScores(t, mustFit(t, pop, rfm.ScaleConfig{Method: rfm.Interpolated, Recency: rfm.DimensionConfig{Reverse: true}}), pop)
	distinct := len(slices.Compact(slices.Clone(want.Quantiles["frequency"]))) == 6
	for i, s := range scores {
		if 6-s.R != recipe[i].R || s.M != recipe[i].M || distinct && s.F != recipe[i].F {
			t.Fatalf("customer %d: interpolated %s (recency turned), pandas %s", rows[i].key, s, recipe[i])
		}
	}
}

func checkEight(t *testing.T, want reference, pop *rfm.Population[int64], rows []rawRow) {
	scale := mustFit(t, pop, rfm.ScaleConfig{Method: rfm.Mean})
	scored := mustScoreAll(t, pop, scale, rfm.MustSegments(rfm.Eight()))
	got := map[string]int{}
	for _, r := range scored.Table().Rows {
		if r.Customers > 0 {
			got[r.Segment.Label(guanxi.ZH)] += r.Customers
		}
	}
	require.Equal(t, want.Eight.Counts, got)
	n := float64(len(rows))
	all := scored.Table().Sums
	r, _ := all.Recency()
	f, _ := all.Frequency()
	m, _ := all.Monetary()
	for name, v := range map[string]float64{"recency_days": r, "frequency": f, "monetary": m} {
		if w := want.Eight.Means[name]; math.Abs(v-w) > 1e-13*w { // printed with 15 digits
			t.Errorf("mean of %s: %v, want %v", name, v, w)
		}
	}
	require.Equal(t, float64(pop.Len()), n)
	// The scale stores the same means (recency and frequency in natural units).
	var stored struct {
		Recency, Frequency struct{ Mean float64 }
	}
	data, err := json.Marshal(scale)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &stored))
	require.InEpsilon(t, want.Eight.Means["recency_days"], stored.Recency.Mean, 1e-12)
	require.InEpsilon(t, want.Eight.Means["frequency"], stored.Frequency.Mean, 1e-12)
}

// namedConfig is the R package's documented ranges, first match, rest Others.
func namedConfig(want reference) rfm.SegmentsConfig {
	cfg := rfm.SegmentsConfig{Bins: rfm.EvenBins(5), FirstMatch: true, Rest: "Others"}
	for _, s := range want.Named.Segments {
		cfg.Segments = append(cfg.Segments, rfm.Segment{ID: s.Name, Cells: []rfm.Block{{
			R: rfm.Interval{s.Lower[0], s.Upper[0]}, F: rfm.Interval{s.Lower[1], s.Upper[1]}, M: rfm.Interval{s.Lower[2], s.Upper[2]}}}})
	}
	cfg.Segments = append(cfg.Segments, rfm.Segment{ID: "Others"})
	return cfg
}

func checkNamed(t *testing.T, want reference, rows []rawRow, scores []rfm.Score) {
	segments, err := rfm.NewSegments(namedConfig(want))
	require.NoError(t, err)
	got := map[string]int{}
	for _, s := range scores {
		seg, ok := segments.Of(s)
		if !ok {
			t.Fatalf("no segment for %s", s)
		}
		got[seg.ID]++
	}
	require.Equal(t, want.Named.Counts, got)
	require.Equal(t, want.RRun.Segments, got)
	var others []string
	for s, seg := range segments.Cells {
		if seg.ID == "Others" {
			others = append(others, s.String())
		}
	}
	require.Equal(t, []string{"215", "241", "251", "252", "341", "351", "441", "451", "541", "551"}, others)
}

// checkRPackage compares the run of the R code with the recipe, and with a fixed
// scale of its thresholds.
func checkRPackage(t *testing.T, want reference, pop *rfm.Population[int64], scores, exact []rfm.Score) {
	counts, _ := tally(scores)
	require.Equal(t, want.RRun.Counts, counts)
	for i, c := range want.Customers {
		key, _ := strconv.ParseInt(c["customer"].(string), 10, 64)
		at, _ := pop.Find(key)
		if s := scores[at].String(); s != strconv.Itoa(want.RRun.Scores[i]) {
			t.Errorf("customer %d: %s, want %d", key, s, want.RRun.Scores[i])
		}
	}
	// Each threshold becomes a break: orders and money from the lower end on,
	// rounded up to the next whole unit; days below the upper end. Equal
	// thresholds make one break, and the score jumps.
	th := want.RRun.Threshold
	cfg := rfm.ScaleConfig{Method: rfm.Fixed}
	steps := []int{1}
	for k := 1; k < 5; k++ {
		up := decimal.NewFromFloat(th[k]["frequency_lower"]).Ceil()
		if n := len(cfg.Frequency.Breaks); n > 0 && cfg.Frequency.Breaks[n-1].At.Equal(up) {
			steps[n] = k + 1
		} else {
			cfg.Frequency.Breaks = append(cfg.Frequency.Breaks, rfm.Break{At: up, Inclusive: true})
			steps = append(steps, k+1)
		}
		cfg.Monetary.Breaks = append(cfg.Monetary.Breaks, rfm.Break{At: decimal.NewFromFloat(th[k]["monetary_lower"]).RoundCeil(2), Inclusive: true})
		cfg.Recency.Breaks = append(cfg.Recency.Breaks, rfm.Break{At: decimal.NewFromFloat(th[5-k-1]["recency_upper"]).Ceil()})
	}
	s, err := rfm.NewScale(cfg, "USD", 2)
	require.NoError(t, err)
	for i, got := range mustScores(t, s, pop) {
		if f := steps[got.F-1]; got.R != exact[i].R || f != int(exact[i].F) || got.M != exact[i].M {
			t.Fatalf("customer %d: fixed scale %s, R package on exact money %s", pop.Key(i), got, exact[i])
		}
	}
}
