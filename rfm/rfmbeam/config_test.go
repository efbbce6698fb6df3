package rfmbeam_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
	"github.com/shopspring/decimal"
)

func sound() rfmbeam.Config {
	return rfmbeam.Config{Orders: rfm.Config{Currency: "CNY", Decimals: 2}, AsOf: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func expect(t *testing.T, err, want error, at string) {
	t.Helper()
	for f := range guanxi.Faults(err) {
		if f.Pointer == at && errors.Is(f, want) {
			return
		}
	}
	t.Errorf("%v\nwant %q at %q", err, want, at)
}

// What cannot be computed is refused when the pipeline is built, with its place.
func TestRefusedConfigs(t *testing.T) {
	frozen, err := rfm.NewScale(fixedScale(), "JPY", 0)
	if err != nil {
		t.Fatal(err)
	}
	margin := fixedScale()
	margin.Money = rfm.MoneyMargin
	frozenMargin, err := rfm.NewScale(margin, "CNY", 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*rfmbeam.Config)
		want   error
		at     string
	}{
		"ntile":         {func(c *rfmbeam.Config) { c.Scale.Method = rfm.NTile }, rfm.ErrBatchOnly, "/scale/method"},
		"nested":        {func(c *rfmbeam.Config) { c.Scale.Nested = true }, rfm.ErrBatchOnly, "/scale/nested"},
		"scale":         {func(c *rfmbeam.Config) { c.Scale.Bins = 11 }, rfm.ErrOption, "/scale/bins"},
		"margin":        {func(c *rfmbeam.Config) { c.Scale.Money = rfm.MoneyMargin }, rfm.ErrMismatch, "/scale/money"},
		"bins":          {func(c *rfmbeam.Config) { c.Scale.Bins = 4 }, rfm.ErrBins, "/segments/bins"},
		"no as of":      {func(c *rfmbeam.Config) { c.AsOf = time.Time{} }, rfm.ErrTime, "/as_of"},
		"far as of":     {func(c *rfmbeam.Config) { c.AsOf = c.AsOf.AddDate(9000, 0, 0) }, rfm.ErrTime, "/as_of"},
		"orders":        {func(c *rfmbeam.Config) { c.Orders.Decimals = -1 }, rfm.ErrOption, "/orders/decimals"},
		"segments":      {func(c *rfmbeam.Config) { c.Segments = rfm.Eleven(); c.Segments.Segments = c.Segments.Segments[1:] }, rfm.ErrGap, "/segments/segments"},
		"shards":        {func(c *rfmbeam.Config) { c.Shards = rfmbeam.MaxShards + 1 }, rfm.ErrOption, "/shards"},
		"flush":         {func(c *rfmbeam.Config) { c.FlushRows = -1 }, rfm.ErrOption, "/flush_rows"},
		"rounds":        {func(c *rfmbeam.Config) { c.Rounds = 1 }, rfm.ErrOption, "/rounds"},
		"frozen":        {func(c *rfmbeam.Config) { c.Frozen = frozen }, rfm.ErrMismatch, "/frozen"},
		"frozen margin": {func(c *rfmbeam.Config) { c.Frozen = frozenMargin }, rfm.ErrMismatch, "/frozen"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := sound()
			c.change(&cfg)
			r := newRun()
			_, err := rfmbeam.Segment[int64](r.s, cfg, chunks[int64](r, nil, false))
			expect(t, err, c.want, c.at)
		})
	}
	if err := sound().Validate(); err != nil {
		t.Error(err)
	}
}

func TestRefusedRows(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  func(*rfmbeam.Config)
		rows rfmbeam.RowsConfig
		want error
		at   string
	}{
		"totals":      {func(c *rfmbeam.Config) { c.Orders.Keep = rfm.Totals }, rfmbeam.RowsConfig{Rows: clv.RowConfig{Unit: clv.Week}}, rfm.ErrNeedsOrders, "/orders/keep"},
		"unit":        {nil, rfmbeam.RowsConfig{}, clv.ErrUnit, "/rows/unit"},
		"margin":      {nil, rfmbeam.RowsConfig{Rows: clv.RowConfig{Unit: clv.Week, Margin: true}}, rfm.ErrMismatch, "/rows/margin"},
		"calibration": {nil, rfmbeam.RowsConfig{Rows: clv.RowConfig{Unit: clv.Week}, Calibration: sound().AsOf}, clv.ErrSplit, "/calibration"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := sound()
			if c.cfg != nil {
				c.cfg(&cfg)
			}
			r := newRun()
			_, err := rfmbeam.CLVRows[int64](r.s, cfg, c.rows, chunks[int64](r, nil, false))
			expect(t, err, c.want, c.at)
		})
	}
	parts := []rfmbeam.Rows[int64]{{}, {Shard: 1, Customers: clv.Customers[int64]{Rows: clv.Rows{Unit: clv.Day}}}}
	if _, err := rfmbeam.JoinRows(guanxi.IntKey[int64](), parts); !errors.Is(err, clv.ErrUnit) {
		t.Errorf("rows of two units: %v", err)
	}
	one := rfmbeam.Rows[int64]{Shard: 2, Customers: clv.Customers[int64]{Rows: clv.Rows{List: make([]clv.Row, 1)}, Keys: []int64{7}}}
	if _, err := rfmbeam.JoinRows(guanxi.IntKey[int64](), []rfmbeam.Rows[int64]{one, one}); !errors.Is(err, rfmbeam.ErrShard) {
		t.Errorf("a customer twice: %v", err)
	}
	one.Customers.Keys = []int64{7, 8}
	if _, err := rfmbeam.JoinRows(guanxi.IntKey[int64](), []rfmbeam.Rows[int64]{one}); !errors.Is(err, rfm.ErrLength) {
		t.Errorf("more keys than rows: %v", err)
	}
}

func TestUnregisteredKey(t *testing.T) {
	_, s := beam.NewPipelineWithRoot()
	_, err := rfmbeam.Segment[int16](s, sound(), beam.Impulse(s))
	if !errors.Is(err, rfmbeam.ErrKey) {
		t.Errorf("%v, want %v", err, rfmbeam.ErrKey)
	}
}

// A config is stored as JSON and comes back as it was: workers get it so.
func TestConfigJSON(t *testing.T) {
	cfg := sound()
	cfg.Orders.Location = time.FixedZone("", 8*3600)
	cfg.Segments, cfg.Shards, cfg.NoSideInputs = rfm.Eleven(), 5, true
	data, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var back rfmbeam.Config
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(back)
	if string(again) != string(data) || !reflect.DeepEqual(back.Segments, cfg.Segments) {
		t.Errorf("%s\n%s", data, again)
	}
}

// Columns that do not fit together are refused as a whole, and what the reader
// refused stays refused.
func TestBrokenChunks(t *testing.T) {
	for _, own := range []bool{false, true} {
		cfg := sound()
		cfg.OwnReferences = own
		at := cfg.AsOf.AddDate(0, -1, 0).UnixMicro()
		list := []rfmbeam.Chunk[int64]{
			{Source: "a", First: 10, Rows: rfm.Batch[int64]{Customer: []int64{1, 2}, At: []int64{at}, Amount: []int64{5, 6}}},
			{Source: "b", First: 20, Rows: rfm.Batch[int64]{Customer: []int64{1, 2}, At: []int64{at, at}, Amount: []int64{5, 6}},
				Refused: []rfmbeam.Refusal{{Source: "b", Row: 22, Reason: "not a row: five fields"}}},
			{Source: "c", Members: []int64{7, 0}},
		}
		r := newRun()
		shards, refused, err := rfmbeam.Aggregate[int64](r.s, cfg, chunks(r, list, true))
		if err != nil {
			t.Fatal(err)
		}
		tables, got := takeShards(r, shards), take[rfmbeam.Refusal](r, "refused", refused)
		r.must(t)
		customers := 0
		for _, data := range tables() {
			agg, _ := rfm.NewAggregator(guanxi.IntKey[int64](), cfg.Orders)
			if err := agg.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
			customers += agg.Len()
		}
		if customers != 3 {
			t.Errorf("%d customers, want 3", customers)
		}
		list2 := byRow(got())
		if len(list2) != 3 || !errors.Is(list2[0].Err(), rfm.ErrCustomer) || !errors.Is(list2[1].Err(), rfm.ErrLength) || list2[1].Source != "a" ||
			!errors.Is(list2[2].Err(), rfmbeam.ErrRow) || !strings.HasSuffix(list2[2].Err().Error(), "not a row: five fields") {
			t.Errorf("refused %+v", list2)
		}
	}
}

// Tables that Aggregate did not make are an error of the run, not a wrong answer.
func TestForeignShards(t *testing.T) {
	cfg := sound()
	cfg.NoSideInputs = true
	agg, _ := rfm.NewAggregator(guanxi.IntKey[int64](), cfg.Orders)
	_ = agg.Add(rfm.Purchase[int64]{Customer: 1, At: cfg.AsOf.AddDate(0, -1, 0), Amount: decimal.New(5, 0)})
	pop, _ := agg.Population(cfg.AsOf)
	data, _ := pop.MarshalBinary()
	for want, tables := range map[error][][]byte{rfmbeam.ErrShard: {data, data}, rfm.ErrFormat: {[]byte("x")}} {
		r := newRun()
		var kvs []beam.PCollection
		for _, d := range tables {
			kvs = append(kvs, beam.AddFixedKey(r.s, beam.Create(r.s, d)))
		}
		keyed := beam.ParDo(r.s, int64Key, beam.Flatten(r.s, kvs...))
		if _, err := rfmbeam.Fit[int64](r.s, cfg, keyed); err != nil {
			t.Fatal(err)
		}
		if err := r.run(); err == nil || !strings.Contains(err.Error(), want.Error()) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func int64Key(k int, table []byte) (int64, []byte) { return int64(k), table }

func init() { beam.RegisterFunction(int64Key) }
