package rfmbeam_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
	"github.com/shopspring/decimal"
)

// memory is what one process makes of a log.
type memory struct {
	agg     *rfm.Aggregator[int64]
	scored  *rfm.Scored[int64]
	refused []rfmbeam.Refusal
}

func inMemory(t testing.TB, cfg rfmbeam.Config, log []rfm.Purchase[int64]) memory {
	t.Helper()
	var m memory
	var err error
	if m.agg, err = rfm.NewAggregator(guanxi.IntKey[int64](), cfg.Orders); err != nil {
		t.Fatal(err)
	}
	for i, p := range log {
		if err := m.agg.Add(p); err != nil {
			for f := range guanxi.Faults(err) {
				m.refused = append(m.refused, rfmbeam.Refusal{Source: "orders", Row: int64(i), Field: f.Pointer, Reason: f.Err.Error()})
			}
		}
	}
	pop, err := m.agg.Population(cfg.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	scale := cfg.Frozen
	if scale == nil {
		if scale, err = rfm.Fit(pop, cfg.Scale); err != nil {
			t.Fatal(err)
		}
	}
	segments := cfg.Segments
	if segments.Bins == (rfm.Bins{}) {
		segments = rfm.Eleven()
	}
	if m.scored, err = rfm.ScoreAll(pop, scale, rfm.MustSegments(segments)); err != nil {
		t.Fatal(err)
	}
	return m
}

// twoBins names the cells of a scale of the mean.
func twoBins() rfm.SegmentsConfig {
	return rfm.SegmentsConfig{Bins: rfm.EvenBins(2), Segments: []rfm.Segment{{ID: "best", Cells: []rfm.Block{{R: rfm.Interval{2, 2}, F: rfm.Interval{2, 2}}}}, {ID: "rest"}}, Rest: "rest"}
}

func fixedScale() rfm.ScaleConfig {
	at := func(inclusive bool, v ...int64) (out []rfm.Break) {
		for _, x := range v {
			out = append(out, rfm.Break{At: decimal.New(x, 0), Inclusive: inclusive})
		}
		return out
	}
	return rfm.ScaleConfig{Method: rfm.Fixed,
		Recency:   rfm.DimensionConfig{Breaks: at(true, 300, 180, 90, 30)},
		Frequency: rfm.DimensionConfig{Breaks: at(true, 2, 3, 5, 10)},
		Monetary:  rfm.DimensionConfig{Breaks: at(false, 100, 500, 2000, 9000)}}
}

// The whole pipeline gives what memory gives: tables to the byte, scale, scores,
// segment table, refused rows, notes, rows of lifetime value.
func TestPipelineEqualsMemory(t *testing.T) {
	asOf := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
	orders := rfm.Config{Currency: "CNY", Decimals: 2}
	cases := map[string]struct {
		rows, customers, chunk int
		refs                   bool
		change                 func(*rfmbeam.Config)
	}{
		"orders with references":        {rows: 6000, customers: 900, chunk: 700, refs: true},
		"one shard, chunks of one row":  {rows: 150, customers: 40, chunk: 1, refs: true, change: func(c *rfmbeam.Config) { c.Shards = 1 }},
		"more shards than customers":    {rows: 300, customers: 20, chunk: 64, refs: true, change: func(c *rfmbeam.Config) { c.Shards = 100 }},
		"without side inputs":           {rows: 5000, customers: 700, chunk: 500, refs: true, change: func(c *rfmbeam.Config) { c.NoSideInputs, c.Shards = true, 7 }},
		"own references, small flushes": {rows: 4000, customers: 500, chunk: 300, change: func(c *rfmbeam.Config) { c.OwnReferences, c.FlushRows, c.Shards = true, 500, 5 }},
		"totals":                        {rows: 5000, customers: 800, chunk: 400, change: func(c *rfmbeam.Config) { c.Orders.Keep, c.AsOf = rfm.Totals, asOf.AddDate(1, 0, 0) }},
		"interpolated, mean money":      {rows: 4000, customers: 600, chunk: 999, refs: true, change: func(c *rfmbeam.Config) { c.Scale = rfm.ScaleConfig{Method: rfm.Interpolated, Money: rfm.MoneyMean} }},
		"mean":                          {rows: 3000, customers: 500, chunk: 999, change: func(c *rfmbeam.Config) { c.Scale.Method, c.Segments = rfm.Mean, twoBins() }},
		"fixed":                         {rows: 3000, customers: 500, chunk: 999, change: func(c *rfmbeam.Config) { c.Scale = fixedScale() }},
		"margin, six rounds, days": {rows: 4000, customers: 600, chunk: 800, refs: true, change: func(c *rfmbeam.Config) {
			c.Orders.KeepCosts, c.Orders.Per, c.Scale.Money, c.Rounds, c.NoSideInputs = true, rfm.PerDay, rfm.MoneyMargin, 6, true
		}},
		"refunds only subtract, reversed": {rows: 3000, customers: 500, chunk: 250, refs: true, change: func(c *rfmbeam.Config) { c.Orders.Refunds, c.Scale.Monetary.Reverse = rfm.RefundSubtract, true }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(len(name)), 7))
			cfg := rfmbeam.Config{Orders: orders, AsOf: asOf}
			if c.change != nil {
				c.change(&cfg)
			}
			log := simulated(rng, c.rows, c.customers, c.refs)
			parts := chunked(cfg.Orders, log, c.chunk)
			rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			checkPipeline(t, cfg, log, parts)
		})
	}
}

func checkPipeline(t *testing.T, cfg rfmbeam.Config, log []rfm.Purchase[int64], parts []rfmbeam.Chunk[int64]) {
	t.Helper()
	want := inMemory(t, cfg, log)
	r := newRun()
	res, err := rfmbeam.Segment[int64](r.s, cfg, chunks(r, parts, true))
	if err != nil {
		t.Fatal(err)
	}
	shards, refused := takeShards(r, res.Shards), take[rfmbeam.Refusal](r, "refused", res.Refused)
	scale, table := take[*rfm.Scale](r, "scale", res.Scale), take[*rfm.Table](r, "table", res.Table)
	customers := take[rfmbeam.Scored[int64]](r, "customers", res.Customers)
	rowsCfg := rfmbeam.RowsConfig{Rows: clv.RowConfig{Unit: clv.Week}, Calibration: cfg.AsOf.AddDate(0, -4, 0)}
	var rows func() []rfmbeam.Rows[int64]
	if cfg.Orders.Keep != rfm.Totals {
		col, err := rfmbeam.CLVRows[int64](r.s, cfg, rowsCfg, res.Shards)
		if err != nil {
			t.Fatal(err)
		}
		rows = take[rfmbeam.Rows[int64]](r, "rows", col)
	}
	r.must(t)

	sum, _ := rfm.NewAggregator(guanxi.IntKey[int64](), cfg.Orders)
	for _, data := range shards() {
		part, _ := rfm.NewAggregator(guanxi.IntKey[int64](), cfg.Orders)
		if err := errors.Join(part.UnmarshalBinary(data), sum.Merge(part)); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := encoded(t, sum), encoded(t, want.agg); !bytes.Equal(a, b) {
		t.Errorf("the shards merged are %d bytes, memory is %d bytes, and they differ", len(a), len(b))
	}
	if got := byRow(refused()); !slices.Equal(got, want.refused) {
		t.Errorf("refused %d rows, want %d", len(got), len(want.refused))
	}
	if got := scale(); len(got) != 1 || !bytes.Equal(encodedJSON(t, got[0]), encodedJSON(t, want.scored.Scale())) {
		t.Errorf("%d scales\n got %s\nwant %s", len(got), encodedJSON(t, got[0]), encodedJSON(t, want.scored.Scale()))
	}
	if got := table(); len(got) != 1 || !reflect.DeepEqual(got[0], want.scored.Table()) {
		t.Errorf("%d tables, and not that of memory", len(got))
	}
	checkCustomers(t, customers(), want.scored)
	if rows == nil {
		return
	}
	wantRows, err := clv.Split(want.agg, rowsCfg.Calibration, cfg.AsOf, rowsCfg.Rows)
	if err != nil {
		t.Fatal(err)
	}
	got, err := rfmbeam.JoinRows(guanxi.IntKey[int64](), rows())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Rows, wantRows.Rows) || !slices.Equal(got.Keys, wantRows.Keys) || !slices.Equal(got.HoldOut, wantRows.HoldOut) ||
		got.Notes != wantRows.Notes || got.HoldOutLength != wantRows.HoldOutLength {
		t.Errorf("the rows of %d customers are not those of memory, %d", len(got.Keys), len(wantRows.Keys))
	}
}

func checkCustomers(t *testing.T, got []rfmbeam.Scored[int64], want *rfm.Scored[int64]) {
	t.Helper()
	var all []rfm.Customer[int64]
	var notes rfm.Notes[int64]
	for _, s := range got {
		all = append(all, s.Customers...)
		n := s.Notes
		notes.After += n.After
		notes.Zero += n.Zero
		notes.Undone += n.Undone
		notes.OverRefunded += n.OverRefunded
		notes.Duplicates += n.Duplicates
		notes.Pending = append(notes.Pending, n.Pending...)
	}
	slices.SortFunc(all, func(a, b rfm.Customer[int64]) int { return int(a.Customer - b.Customer) })
	if !slices.Equal(all, slices.Collect(want.All())) {
		t.Errorf("%d scored customers are not the %d of memory", len(all), want.Len())
	}
	mem := want.Population().Notes()
	if notes.After != mem.After || notes.Zero != mem.Zero || notes.Undone != mem.Undone || notes.OverRefunded != mem.OverRefunded ||
		notes.Duplicates != mem.Duplicates || len(notes.Pending) != len(mem.Pending) {
		t.Errorf("notes %+v\nwant %+v", notes, mem)
	}
}

func encoded(t testing.TB, a *rfm.Aggregator[int64]) []byte {
	t.Helper()
	b, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encodedJSON(t testing.TB, s *rfm.Scale) []byte {
	t.Helper()
	b, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Summaries, members and contacts come through as well, with keys of a type of the
// host's, and a frozen scale scores without a fit.
func TestGroupedRowsAndFrozenScale(t *testing.T) {
	asOf := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	orders := rfm.Config{Currency: "CNY", Decimals: 2, Keep: rfm.Totals, Recency: rfm.FromContacts}
	scale, err := rfm.NewScale(fixedScale(), "CNY", 2)
	if err != nil {
		t.Fatal(err)
	}
	cfg := rfmbeam.Config{Orders: orders, AsOf: asOf, Frozen: scale, Shards: 3}
	agg, err := rfm.NewAggregator(guanxi.StringKey[name](), orders)
	if err != nil {
		t.Fatal(err)
	}
	k := rfmbeam.Chunk[name]{Source: "grouped", First: 100, Members: []name{"m1", ""},
		Contacts: []rfmbeam.Contact[name]{{Customer: "m1", At: asOf.AddDate(0, 0, -3)}}}
	for i := range 200 {
		s := rfm.Summary[name]{Customer: name("c" + strconv.Itoa(i)), Count: int64(i % 12), Last: asOf.AddDate(0, 0, -i-1), Sum: decimal.New(int64(i*i)*100, -2)}
		if i == 17 {
			s.Sum = decimal.New(5, -3)
		}
		_ = agg.AddSummary(s)
		k.Summaries = append(k.Summaries, s)
	}
	_ = agg.AddMember("m1")
	_ = agg.AddContact("m1", asOf.AddDate(0, 0, -3))
	pop, err := agg.Population(asOf)
	if err != nil {
		t.Fatal(err)
	}
	want, err := rfm.ScoreAll(pop, scale, rfm.MustSegments(rfm.Eleven()))
	if err != nil {
		t.Fatal(err)
	}
	for _, noSide := range []bool{false, true} {
		cfg.NoSideInputs = noSide
		r := newRun()
		res, err := rfmbeam.Segment[name](r.s, cfg, chunks(r, []rfmbeam.Chunk[name]{k}, true))
		if err != nil {
			t.Fatal(err)
		}
		table, refused := take[*rfm.Table](r, "table", res.Table), take[rfmbeam.Refusal](r, "refused", res.Refused)
		r.must(t)
		if got := table(); len(got) != 1 || !reflect.DeepEqual(got[0], want.Table()) {
			t.Errorf("%d tables, and not that of memory", len(got))
		}
		got := byRow(refused())
		if len(got) != 2 || got[0].Row != 101 || !errors.Is(got[0].Err(), rfm.ErrCustomer) || got[1].Row != 117 || !errors.Is(got[1].Err(), rfm.ErrDecimals) || got[1].Field != "/sum" {
			t.Errorf("refused %+v", got)
		}
	}
}

// Nobody who ever bought is an error of the run, with rows and without.
func TestEmpty(t *testing.T) {
	cfg := rfmbeam.Config{Orders: rfm.Config{Currency: "CNY", Decimals: 2}, AsOf: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	for what, list := range map[string][]rfmbeam.Chunk[int64]{"no chunk": nil, "members": {{Members: []int64{1, 2}}}} {
		r := newRun()
		if _, err := rfmbeam.Segment[int64](r.s, cfg, chunks(r, list, false)); err != nil {
			t.Fatal(err)
		}
		if err := r.run(); err == nil || !strings.Contains(err.Error(), rfm.ErrEmpty.Error()) {
			t.Errorf("%s: %v, want %v", what, err, rfm.ErrEmpty)
		}
	}
	scale, err := rfm.NewScale(fixedScale(), "CNY", 2)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Frozen = scale
	r := newRun()
	res, err := rfmbeam.Segment[int64](r.s, cfg, chunks[int64](r, nil, false))
	if err != nil {
		t.Fatal(err)
	}
	table := take[*rfm.Table](r, "table", res.Table)
	r.must(t)
	if got := table(); len(got) != 1 || got[0].Customers != 0 || len(got[0].Rows) != 12 {
		t.Errorf("a frozen scale and nobody: %+v", got)
	}
}
