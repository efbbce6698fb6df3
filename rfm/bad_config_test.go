package rfm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestMismatch(t *testing.T) {
	base := cny(rfm.Orders)
	for name, change := range map[string]func(*rfm.Config){
		"currency": func(c *rfm.Config) { c.Currency = "USD" },
		"decimals": func(c *rfm.Config) { c.Decimals = 3 },
		"location": func(c *rfm.Config) { c.Location = mustZone(t, "Asia/Shanghai") },
		"keep":     func(c *rfm.Config) { c.Keep = rfm.Totals },
		"per":      func(c *rfm.Config) { c.Per = rfm.PerWeek },
		"refunds":  func(c *rfm.Config) { c.Refunds = rfm.RefundSubtract },
		"zero":     func(c *rfm.Config) { c.Zero = rfm.ZeroSkips },
		"recency":  func(c *rfm.Config) { c.Recency = rfm.FromContacts },
		"costs":    func(c *rfm.Config) { c.KeepCosts = true },
	} {
		cfg := base
		change(&cfg)
		a, b := newAgg(t, base), newAgg(t, cfg)
		require.ErrorIs(t, a.Merge(b), rfm.ErrMismatch, name)
		require.ErrorIs(t, a.UnmarshalBinary(mustBytes(t, b)), rfm.ErrMismatch, name)
	}
	a := newAgg(t, base)
	require.ErrorIs(t, a.Merge(a), rfm.ErrMismatch)
	same := base
	same.Workers, same.Location = 4, time.UTC
	require.NoError(t, a.Merge(newAgg(t, same)))

	p := customersOf(t, rfm.Config{Currency: "CNY", Decimals: 2}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	usd := customersOf(t, rfm.Config{Currency: "USD", Decimals: 2}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	s := mustFit(t, p, rfm.ScaleConfig{})
	_, err := rfm.AppendScores(nil, usd, s)
	require.ErrorIs(t, err, rfm.ErrMismatch)
	_, err = rfm.ScoreAll(usd, s, rfm.MustSegments(rfm.Eleven()))
	require.ErrorIs(t, err, rfm.ErrMismatch)
	_, err = rfm.Fit(p, rfm.ScaleConfig{Money: rfm.MoneyMargin})
	wantFaults(t, err, rfm.ErrMismatch, "/money")
	_, err = rfm.ScoreAll(p, s, rfm.MustSegments(rfm.Eight()))
	require.ErrorIs(t, err, rfm.ErrBins)
	_, err = rfm.ScoreAll(p, mustFit(t, p, rfm.ScaleConfig{Bins: 4}), rfm.MustSegments(rfm.Eleven()))
	require.ErrorIs(t, err, rfm.ErrBins)

	eleven := mustScoreAll(t, p, s, rfm.MustSegments(rfm.Eleven()))
	for name, other := range map[string]*rfm.Scored[int64]{
		"segments": mustScoreAll(t, p, s, rfm.MustSegments(rfm.Four())),
		"bins":     mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{Method: rfm.Mean}), rfm.MustSegments(rfm.Eight())),
		"currency": mustScoreAll(t, usd, mustFit(t, usd, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven())),
		"cells":    mustScoreAll(t, p, s, rfm.MustSegments(otherCells())),
	} {
		if _, err := rfm.Migrate(eleven, other); !errors.Is(err, rfm.ErrMismatch) {
			t.Errorf("%s: %v, want %v", name, err, rfm.ErrMismatch)
		}
	}
}

// otherCells is Eleven with the cells of two segments exchanged.
func otherCells() rfm.SegmentsConfig {
	c := rfm.Eleven()
	c.Segments[0].Cells, c.Segments[1].Cells = c.Segments[1].Cells, c.Segments[0].Cells
	return c
}

// Two zones without a name are not one zone; nor is a zone without a name UTC.
func TestZonesWithoutName(t *testing.T) {
	east, west := cny(rfm.Orders), cny(rfm.Orders)
	east.Location, west.Location = time.FixedZone("", 8*3600), time.FixedZone("", -8*3600)
	a, err := rfm.NewAggregator(guanxi.IntKey[int64](), east)
	if err != nil {
		wantFaults(t, err, rfm.ErrOption, "/location") // refusing them is an answer too
		return
	}
	b := newAgg(t, west)
	if a.Merge(b) == nil {
		t.Error("aggregates of UTC+8 and UTC−8 merge")
	}
	if a.UnmarshalBinary(mustBytes(t, b)) == nil {
		t.Error("an aggregate of UTC+8 decodes one of UTC−8")
	}
	data, err := json.Marshal(east)
	var back rfm.Config
	if err != nil || json.Unmarshal(data, &back) != nil {
		return
	}
	_, want := noon.In(east.Location).Zone()
	if back.Location == nil {
		t.Fatalf("a config with UTC+8 is stored as %s, without its zone", data)
	}
	if _, got := noon.In(back.Location).Zone(); got != want {
		t.Errorf("a config with UTC+8 is stored as %s, and read %d s east", data, got)
	}
	// What was stored makes an aggregate that takes what was encoded.
	if err := newAgg(t, back).UnmarshalBinary(mustBytes(t, a)); err != nil {
		t.Errorf("%s: %v", data, err)
	}
}

func TestConfigFaults(t *testing.T) {
	_, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 19, Keep: "x", Per: "x", Refunds: "x", Zero: "x", Recency: "x", Workers: -1})
	wantFaults(t, err, rfm.ErrOption, "/decimals", "/keep", "/per", "/refunds", "/zero", "/recency", "/workers")
	require.True(t, strings.HasPrefix(err.Error(), "rfm: config: "), err.Error())
	wantFaults(t, rfm.Config{Decimals: -1, Workers: 1 << 20}.Validate(), rfm.ErrOption, "/decimals", "/workers")
	require.NoError(t, rfm.Config{}.Validate())
	c := rfm.Config{Currency: "keep me"}
	for _, bad := range []struct {
		json     string
		err      error
		pointers []string
	}{
		{`{"decimals":99,"keep":"y","location":"Nowhere/Land"}`, rfm.ErrOption, []string{"/location", "/decimals", "/keep"}},
		{`{"decimalz":2,"keep":"totals","x":1}`, guanxi.ErrUnknownField, []string{"/decimalz", "/x"}},
		{`{"decimals":"2","workers":1.5}`, guanxi.ErrType, []string{"/decimals", "/workers"}},
		{`{"decimals":1e400}`, nil, nil},
		{`[]`, guanxi.ErrType, []string{""}},
		{`{`, nil, nil},
	} {
		err := c.UnmarshalJSON([]byte(bad.json))
		if bad.err != nil {
			wantFaults(t, err, bad.err, bad.pointers...)
		}
		require.Error(t, err, bad.json)
	}
	require.Equal(t, rfm.Config{Currency: "keep me"}, c)
}

func TestScaleConfigFaults(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	brk := func(at ...string) (b []rfm.Break) {
		for _, s := range at {
			b = append(b, rfm.Break{At: dec(s)})
		}
		return b
	}
	for _, c := range []struct {
		name     string
		cfg      rfm.ScaleConfig
		err      error
		pointers []string
	}{
		{"all at once", rfm.ScaleConfig{Method: "x", Money: "x", Recency: rfm.DimensionConfig{Weight: nan}, Frequency: rfm.DimensionConfig{Weight: inf}, Monetary: rfm.DimensionConfig{Weight: -1}},
			rfm.ErrOption, []string{"/method", "/money", "/recency/weight", "/frequency/weight", "/monetary/weight"}},
		{"bins", rfm.ScaleConfig{Bins: 1}, rfm.ErrOption, []string{"/bins"}},
		{"11 bins", rfm.ScaleConfig{Bins: 11, Method: rfm.NTile}, rfm.ErrOption, []string{"/bins"}},
		{"−5 bins", rfm.ScaleConfig{Bins: -5}, rfm.ErrOption, []string{"/bins"}},
		{"bins of dimensions", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Bins: 1}, Frequency: rfm.DimensionConfig{Bins: 11}, Monetary: rfm.DimensionConfig{Bins: 3, Breaks: brk("5")}}, rfm.ErrOption,
			[]string{"/recency/bins", "/frequency/bins", "/monetary/bins"}},
		{"mean of 3", rfm.ScaleConfig{Method: rfm.Mean, Frequency: rfm.DimensionConfig{Bins: 3}}, rfm.ErrOption, []string{"/frequency/bins"}},
		{"mean of 5", rfm.ScaleConfig{Method: rfm.Mean, Bins: 5}, rfm.ErrOption, []string{"/bins"}},
		{"fixed without breaks", rfm.ScaleConfig{Method: rfm.Fixed}, rfm.ErrOption, []string{"/recency/breaks", "/frequency/breaks", "/monetary/breaks"}},
		{"nested breaks", rfm.ScaleConfig{Nested: true, Monetary: rfm.DimensionConfig{Breaks: brk("1")}}, rfm.ErrOption, []string{"/monetary/breaks"}},
		{"breaks fall", rfm.ScaleConfig{Frequency: rfm.DimensionConfig{Breaks: brk("5", "3")}, Recency: rfm.DimensionConfig{Breaks: brk("3", "5")}}, rfm.ErrOption,
			[]string{"/recency/breaks/1", "/frequency/breaks/1"}},
		{"breaks repeat", rfm.ScaleConfig{Frequency: rfm.DimensionConfig{Breaks: brk("5", "5")}}, rfm.ErrOption, []string{"/frequency/breaks/1"}},
		{"ten breaks", rfm.ScaleConfig{Frequency: rfm.DimensionConfig{Breaks: brk("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")}}, rfm.ErrOption, []string{"/frequency/breaks"}},
		{"half a day", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: brk("1.5")}}, rfm.ErrDecimals, []string{"/recency/breaks/0/at"}},
		{"huge", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: []rfm.Break{{At: huge}}}, Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: huge}}}}, rfm.ErrOverflow,
			[]string{"/recency/breaks/0/at", "/monetary/breaks/0/at"}},
		{"tiny", rfm.ScaleConfig{Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: tiny}}}}, rfm.ErrDecimals, []string{"/monetary/breaks/0/at"}},
		{"huge mean", rfm.ScaleConfig{Money: rfm.MoneyMean, Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.New(math.MaxInt64/2+1, 0)}}}}, rfm.ErrOverflow, []string{"/monetary/breaks/0/at"}},
		{"weights", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Weight: math.MaxFloat64}, Monetary: rfm.DimensionConfig{Weight: math.MaxFloat64}}, rfm.ErrOption, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			quick(t, c.name, func() {
				wantFaults(t, c.cfg.Validate(), c.err, c.pointers...)
				p := customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
				_, err := rfm.Fit(p, c.cfg)
				wantFaults(t, err, c.err, c.pointers...)
			})
		})
	}
	// What only the currency decides.
	p := customersOf(t, rfm.Config{Decimals: 2}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	cfg := rfm.ScaleConfig{Monetary: rfm.DimensionConfig{Breaks: brk("1.005")}}
	require.NoError(t, cfg.Validate())
	_, err := rfm.Fit(p, cfg)
	wantFaults(t, err, rfm.ErrDecimals, "/monetary/breaks/0/at")
	_, err = rfm.NewScale(rfm.ScaleConfig{Method: rfm.Quantile}, "", 0)
	wantFaults(t, err, rfm.ErrOption, "/method")
	all := rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: brk("30")}, Frequency: rfm.DimensionConfig{Breaks: brk("10")}, Monetary: rfm.DimensionConfig{Breaks: brk("2000")}}
	for _, decimals := range []int{-1, 19, 99} {
		_, err = rfm.NewScale(all, "", decimals)
		if !errors.Is(err, rfm.ErrOption) {
			t.Errorf("%d decimals: %v, want %v", decimals, err, rfm.ErrOption)
		}
	}
	// "10 orders a year or more and more than 2,000 per order", within 30 days.
	all.Money, all.Frequency.Breaks[0].Inclusive = rfm.MoneyMean, true
	s, err := rfm.NewScale(all, "CNY", 2)
	require.NoError(t, err)
	for v, want := range map[rfm.Values]string{
		{Recency: 29, Frequency: 10, Monetary: 2000001}: "222",
		{Recency: 30, Frequency: 10, Monetary: 2000001}: "122",
		{Recency: 29, Frequency: 9, Monetary: 1800001}:  "212",
		{Recency: 29, Frequency: 11, Monetary: 2200000}: "221",
		{Recency: -1, Frequency: 10, Monetary: -5}:      "221",
		{Prospect: true, Frequency: 99}:                 "000",
	} {
		if got := s.Score(v).String(); got != want {
			t.Errorf("%+v: %s, want %s", v, got, want)
		}
	}
	require.Equal(t, rfm.EvenBins(2), s.Bins())
}

func TestScaleJSONFaults(t *testing.T) {
	p := customersOf(t, rfm.Config{Currency: "CNY", Decimals: 2}, []rfm.Values{{Recency: 30, Frequency: 1, Monetary: 100}, {Recency: 20, Frequency: 2, Monetary: 200}, {Recency: 10, Frequency: 3, Monetary: 300}})
	s := mustFit(t, p, rfm.ScaleConfig{Bins: 3, Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: dec("1.50")}, {At: dec("2.50"), Inclusive: true}}}})
	data := string(lo.Must(json.Marshal(s)))
	for _, c := range []struct {
		name, old, new string
		err            error
		pointers       []string
	}{
		{"version", `"version":1`, `"version":2`, rfm.ErrOption, []string{"/version"}},
		{"unknown field", `"version":1`, `"version":1,"foo":1`, guanxi.ErrUnknownField, []string{"/foo"}},
		{"method", `"method":"quantile"`, `"method":"q"`, rfm.ErrOption, []string{"/method"}},
		{"decimals", `"decimals":2`, `"decimals":99`, rfm.ErrOption, []string{"/decimals"}},
		{"half an order", `"frequency":{"cuts":[["1","2"]]`, `"frequency":{"cuts":[["1.5","2"]]`, rfm.ErrDecimals, []string{"/frequency/cuts/0/0"}},
		{"large", `"cuts":[["30","20"]]`, `"cuts":[["1e5000","20"]]`, rfm.ErrOverflow, []string{"/recency/cuts/0/0"}},
		{"small", `"cuts":[["30","20"]]`, `"cuts":[["1e-5000","20"]]`, rfm.ErrDecimals, []string{"/recency/cuts/0/0"}},
		{"half a day", `"recency":{"cuts":[["30","20"]]`, `"recency":{"cuts":[["30.5","20"]]`, rfm.ErrDecimals, []string{"/recency/cuts/0/0"}},
		{"huge", `"cuts":[["30","20"]]`, `"cuts":[["1e2000000000","20"]]`, nil, []string{"/recency/cuts/0/0"}},
		{"tiny", `"cuts":[["30","20"]]`, `"cuts":[["1e-2000000000","20"]]`, nil, []string{"/recency/cuts/0/0"}},
		{"cuts fall", `"cuts":[["30","20"]]`, `"cuts":[["20","30"]]`, rfm.ErrOption, []string{"/recency/cuts/0/1"}},
		{"few cuts", `"cuts":[["30","20"]]`, `"cuts":[["30"]]`, rfm.ErrOption, []string{"/recency/cuts/0"}},
		{"no cuts", `"cuts":[["30","20"]]`, `"cuts":[]`, rfm.ErrOption, []string{"/recency/cuts"}},
		{"bins", `"bins":3`, `"bins":11`, rfm.ErrOption, []string{"/bins"}},
		{"bins of a dimension", `"recency":{`, `"recency":{"bins":11,`, rfm.ErrOption, []string{"/recency/bins"}},
		{"other bins than cuts", `"recency":{`, `"recency":{"bins":4,`, rfm.ErrOption, []string{"/recency/cuts/0"}},
		{"cuts that are not the breaks", `"cuts":[["1.5","2.49"]]`, `"cuts":[["0.01","99"]]`, rfm.ErrOption, []string{"/monetary/cuts/0/0", "/monetary/cuts/0/1"}},
		{"sd", `"sd":`, `"sd":-`, rfm.ErrOption, []string{"/recency/sd", "/frequency/sd", "/monetary/sd"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := strings.ReplaceAll(data, c.old, c.new)
			if bad == data {
				t.Fatalf("nothing to replace in %s", data)
			}
			quick(t, c.name, func() {
				kept := *s
				err := kept.UnmarshalJSON([]byte(bad))
				if err == nil {
					t.Errorf("taken: %s", bad)
				} else {
					wantFaults(t, err, c.err, c.pointers...)
				}
				if err != nil && string(lo.Must(json.Marshal(&kept))) != data {
					t.Error("the scale has changed")
				}
			})
		})
	}
}

func TestSegmentsFaults(t *testing.T) {
	all := []rfm.Block{{}}
	seg := func(id string, cells ...rfm.Block) rfm.Segment { return rfm.Segment{ID: id, Cells: cells} }
	two := rfm.EvenBins(2)
	r := func(a, b int) rfm.Block { return rfm.Block{R: rfm.Interval{a, b}} }
	for _, c := range []struct {
		name     string
		cfg      rfm.SegmentsConfig
		pointers []string
	}{
		{"bins", rfm.SegmentsConfig{Bins: rfm.Bins{R: 1, F: 11, M: 0}, Segments: []rfm.Segment{seg("a", all...)}}, []string{"/bins/r", "/bins/f", "/bins/m"}},
		{"none", rfm.SegmentsConfig{Bins: two}, []string{"/segments"}},
		{"ids", rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{seg(""), seg("a", all...), seg("a"), seg("prospects")}}, []string{"/segments/0/id", "/segments/2/id", "/segments/3/id"}},
		{"absent", rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{seg(rfm.Absent, all...)}}, []string{"/segments/0/id"}},
		{"intervals", rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{seg("a", r(0, 1), r(1, 3), r(2, 1), rfm.Block{M: rfm.Interval{1, 9}, FM: rfm.Interval{3, 3}}, rfm.Block{F: rfm.Interval{-1, 1}})}},
			[]string{"/segments/0/cells/0/r", "/segments/0/cells/1/r", "/segments/0/cells/2/r", "/segments/0/cells/3/m", "/segments/0/cells/3/fm", "/segments/0/cells/4/f"}},
		{"references", rfm.SegmentsConfig{Bins: two, Rest: "x", Prospects: "y", Segments: []rfm.Segment{seg("a", all...)}}, []string{"/rest", "/prospects"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rfm.NewSegments(c.cfg)
			wantFaults(t, err, rfm.ErrOption, c.pointers...)
		})
	}
	many := rfm.SegmentsConfig{Bins: two, FirstMatch: true}
	for i := range 255 {
		many.Segments = append(many.Segments, seg(fmt.Sprint(i), all...))
	}
	_, err := rfm.NewSegments(many)
	wantFaults(t, err, rfm.ErrOption, "/segments")
	many.Segments = many.Segments[:254]
	_, err = rfm.NewSegments(many)
	require.NoError(t, err)

	// Gaps and overlaps, cell by cell.
	_, err = rfm.NewSegments(rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{
		seg("a", rfm.Block{R: rfm.Interval{1, 1}, F: rfm.Interval{1, 1}}), seg("b", rfm.Block{R: rfm.Interval{1, 1}, M: rfm.Interval{1, 1}}), seg("c", r(2, 2))}})
	var texts []string
	for f := range guanxi.Faults(err) {
		var ce *rfm.CellError
		require.ErrorAs(t, f, &ce)
		texts = append(texts, f.Pointer+" "+ce.Error())
		require.Equal(t, len(ce.Claims) == 0, errors.Is(f, rfm.ErrGap))
		require.Equal(t, len(ce.Claims) > 1, errors.Is(f, rfm.ErrOverlap))
	}
	require.Equal(t, []string{"/segments cell in more than one segment: 111 in a, b", "/segments cell without a segment: 122"}, texts)
	require.ErrorIs(t, err, rfm.ErrGap)
	require.ErrorIs(t, err, rfm.ErrOverlap)
	require.Panics(t, func() { rfm.MustSegments(rfm.SegmentsConfig{}) })
	// Every fault at once: a bad reference does not hide a gap.
	_, err = rfm.NewSegments(rfm.SegmentsConfig{Bins: two, Prospects: "nobody", Segments: []rfm.Segment{seg("a", r(1, 1))}})
	if !errors.Is(err, rfm.ErrOption) || !errors.Is(err, rfm.ErrGap) {
		t.Errorf("of an unknown reference and gaps: %v", err)
	}

	// What is given stays the host's.
	cfg := rfm.Four()
	g := rfm.MustSegments(cfg)
	cfg.Segments[0].Cells[0].R = rfm.Interval{1, 1}
	g.At(1).Cells[0].R = rfm.Interval{1, 1}
	for s, seg := range g.Cells {
		want, _ := rfm.MustSegments(rfm.Four()).Of(s)
		require.Equal(t, want, seg)
	}
	for _, s := range []rfm.Score{{R: 6, F: 1, M: 1}, {R: 1, F: 0, M: 1}, {R: 255, F: 255, M: 255}, {M: 1}} {
		_, ok := g.Of(s)
		require.False(t, ok, s.String())
	}
}

// A preset refuses a number of bins it was not made for.
func TestPresetsRefuseOtherBins(t *testing.T) {
	for name, cfg := range presets() {
		for n := 2; n <= 10; n++ {
			was := cfg.Bins
			cfg.Bins = rfm.EvenBins(n)
			_, err := rfm.NewSegments(cfg)
			if (err == nil) != (n == was.R) {
				t.Errorf("%s on %d bins: %v", name, n, err)
			}
			cfg.Bins = was
		}
	}
}

// Zones of one name that are not one zone, and zones that have no stable name.
func TestZonesOfOneName(t *testing.T) {
	cfg := cny(rfm.Orders)
	cfg.Location = mustZone(t, "Asia/Shanghai")
	fake := cfg
	fake.Location = time.FixedZone("Asia/Shanghai", -3600)
	a := newAgg(t, cfg)
	b, err := rfm.NewAggregator(guanxi.IntKey[int64](), fake)
	if err != nil {
		wantFaults(t, err, rfm.ErrOption, "/location")
		return
	}
	if a.Merge(b) == nil {
		t.Error("Asia/Shanghai and a fixed zone that calls itself so merge")
	}
	if a.UnmarshalBinary(mustBytes(t, b)) == nil {
		t.Error("Asia/Shanghai decodes a fixed zone that calls itself so")
	}
}

// Currencies that are no text do not become one currency by being stored.
func TestCurrencyThatIsNoText(t *testing.T) {
	a, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Currency: "\xff"})
	if err != nil {
		wantFaults(t, err, rfm.ErrOption, "/currency")
		return
	}
	b := newAgg(t, rfm.Config{Currency: "\xfe"})
	if a.UnmarshalBinary(mustBytes(t, b)) == nil {
		t.Error("an aggregate of one currency decodes one of another")
	}
}
