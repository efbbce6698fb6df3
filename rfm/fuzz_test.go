package rfm_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// logFrom makes a config and a log out of bytes: three of config, four a row.
func logFrom(t testing.TB, in []byte) (cfg rfm.Config, log []event, from, asOf time.Time) {
	zones := zonesAround(t)
	b := append(slices.Clone(in), 0, 0, 0)
	z := zones[int(b[0])%len(zones)]
	of := func(v byte, n int) int { return int(v) % n }
	cfg = rfm.Config{Currency: "EUR", Decimals: 2, Location: z.loc, Workers: of(b[0]>>4, 4), Per: rfm.PerOrder,
		Keep:      []rfm.Keep{rfm.Orders, rfm.Totals}[of(b[1], 2)],
		Refunds:   []rfm.RefundPolicy{rfm.RefundUndo, rfm.RefundSubtract, rfm.RefundRefuse}[of(b[1]>>1, 3)],
		Zero:      []rfm.ZeroPolicy{rfm.ZeroCounts, rfm.ZeroSkips}[of(b[1]>>3, 2)],
		Recency:   []rfm.RecencyFrom{rfm.FromPurchases, rfm.FromContacts}[of(b[1]>>4, 2)],
		KeepCosts: b[1]>>5&1 == 1}
	asOf = z.asOf
	if cfg.Keep == rfm.Orders {
		cfg.Per = []rfm.Period{rfm.PerOrder, rfm.PerDay, rfm.PerWeek, rfm.PerMonth}[of(b[2], 4)]
		if b[2]>>2&1 == 1 {
			from = asOf.Add(-time.Duration(b[2]) * time.Hour)
		}
	}
	for b = b[min(3, len(in)):]; len(b) >= 4+3; b = b[4:] {
		e := event{kind: "pppppppm"[of(b[0]>>5, 8)], cust: int64(b[0]&7) - 3}
		if e.cust == 0 {
			e.cust = 9
		}
		e.at = asOf.Add(-time.Duration(b[1]) * 1117 * time.Second * 3).UnixMicro()
		if cfg.Keep == rfm.Totals {
			e.at--
		} else {
			e.at += int64(b[1]&1)*2*3600_000000 - 3600_000000
			e.ref = []string{"", "a", "b", "c", "订单", "\xff"}[of(b[3]&7, 6)]
		}
		if e.kind == 'm' && cfg.Recency == rfm.FromContacts {
			e.kind = 'c'
		}
		if e.kind == 'p' {
			e.amount = int64(int8(b[2])) * 3
			if cfg.KeepCosts {
				e.cost = int64(int8(b[3])) / 2
			}
		} else {
			e.ref = ""
		}
		log = append(log, e)
	}
	return cfg, log, from, asOf
}

// Any order, any split and any way in of any log: the oracle's population, one
// table, one encoding.
func FuzzAggregate(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 2, 3, 1, 1, 9, 0xfd, 1}, uint64(1))
	f.Add([]byte{4, 0x38, 7, 1, 2, 30, 1, 1, 9, 0xe2, 1, 2, 7, 30, 1, 2, 8, 30, 1, 0xe1, 0, 0, 0}, uint64(2))
	f.Add([]byte{0x31, 0x35, 0, 1, 2, 30, 1, 1, 9, 0xe2, 1, 2, 7, 30, 1, 2, 8, 30, 1, 0xe1, 0, 0, 0}, uint64(3))
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		cfg, log, from, asOf := logFrom(t, in[:min(len(in), 4000)])
		rng := rand.New(rand.NewPCG(seed, 1))
		one := newAgg(t, cfg)
		feed(t, one, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		checkOracle(t, 0, cfg, log, populationAt(t, one, from, asOf), from, asOf)
		want := snapshot(t, one, from, asOf)
		if got := snapshot(t, mergeRandomly(t, cfg, log, rng), from, asOf); got != want {
			t.Fatalf("%+v: %s", cfg, firstDifference(got, want))
		}
		again := newAgg(t, cfg)
		if err := again.UnmarshalBinary(mustBytes(t, one)); err != nil {
			t.Fatal(err)
		}
		if got := snapshot(t, again, from, asOf); got != want {
			t.Fatalf("decoded, %+v: %s", cfg, firstDifference(got, want))
		}
	})
}

// Hostile bytes: no panic, memory in proportion, and what decodes is canonical.
func FuzzUnmarshalBinary(f *testing.F) {
	configs := []rfm.Config{
		{Currency: "CNY", Decimals: 2, Keep: rfm.Orders, Recency: rfm.FromContacts, KeepCosts: true},
		{Currency: "CNY", Decimals: 2, Keep: rfm.Orders},
		{Currency: "CNY", Decimals: 2, Keep: rfm.Totals, KeepCosts: true, Workers: 3},
		{Currency: "CNY", Decimals: 2, Keep: rfm.Totals, Recency: rfm.FromContacts},
	}
	// The body alone is fuzzed: what stands before it is the empty aggregate's.
	heads := make([][]byte, len(configs))
	for i, cfg := range configs {
		empty := mustBytes(f, newAgg(f, cfg))
		heads[i] = empty[:len(empty)-4]
		rng := rand.New(rand.NewPCG(41, uint64(i)))
		a := newAgg(f, cfg)
		feed(f, a, makeLog(rng, logShape{rows: 12, customers: 4, from: day(2026, 1, 1), to: day(2026, 2, 1), loc: time.UTC,
			refs: cfg.Keep == rfm.Orders, refunds: true, contacts: cfg.Recency == rfm.FromContacts, costs: cfg.KeepCosts}), rng, rfm.ErrDuplicateOrder)
		f.Add(byte(i), mustBytes(f, a)[len(heads[i]):])
		f.Add(byte(i), empty[len(empty)-4:])
	}
	f.Fuzz(func(t *testing.T, which byte, body []byte) {
		i := int(which) % len(configs)
		data := append(slices.Clone(heads[i]), body...)
		a := newAgg(t, configs[i])
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := a.UnmarshalBinary(data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20+1000*uint64(len(data)) {
			t.Errorf("%d bytes allocate %d", len(data), n)
		}
		if err != nil {
			return
		}
		if got := mustBytes(t, a); !bytes.Equal(got, data) {
			t.Fatalf("encodes to %x, decoded from %x", got, data)
		}
		p, err := a.Population(day(9999, 12, 31))
		if err != nil {
			return // a sum out of range, or a row on the last day
		}
		dump(p)
		b := newAgg(t, configs[i])
		if err := b.Merge(a); err != nil {
			t.Fatal(err)
		}
		if got := mustBytes(t, b); !bytes.Equal(got, data) {
			t.Fatalf("merged into nothing: %x, want %x", got, data)
		}
	})
}

// A scale that is read scores, and is the same after another round trip.
func FuzzScaleJSON(f *testing.F) {
	for _, cfg := range []rfm.ScaleConfig{{}, {Nested: true, Bins: 2}, {Money: rfm.MoneyMean, Method: rfm.Mean}, {Method: rfm.NTile, Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: dec("1.5")}}}}} {
		p := customersOf(f, rfm.Config{Currency: "CNY", Decimals: 2}, []rfm.Values{{Recency: 30, Frequency: 1, Monetary: 100}, {Recency: 20, Frequency: 2, Monetary: 201}, {Recency: 10, Frequency: 3, Monetary: 300}})
		f.Add(lo.Must(json.Marshal(mustFit(f, p, cfg))))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s, again rfm.Scale
		if s.UnmarshalJSON(data) != nil {
			return
		}
		text, err := json.Marshal(&s)
		if err != nil {
			t.Fatalf("%s is read, but not written: %v", data, err)
		}
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatalf("%s is written, but not read: %v", text, err)
		}
		b := s.Bins()
		var last rfm.Score
		for i := range 40 {
			v := rfm.Values{Recency: 1000 - 50*i, Frequency: int64(i - 1), Monetary: int64(i-5) * 41}
			score := s.Score(v)
			if score != again.Score(v) {
				t.Fatalf("%s: %+v scores %s, then %s", data, v, score, again.Score(v))
			}
			if min(score.R, score.F, score.M) < 1 || int(score.R) > b.R || int(score.F) > b.F || int(score.M) > b.M {
				t.Fatalf("%s: %s is not within %v", data, score, b)
			}
			if c := s.Config(); !c.Recency.Reverse && i > 0 && score.R < last.R {
				t.Fatalf("%s: a more recent order scores %s after %s", data, score, last)
			}
			last = score
			if w, ok := s.Weighted(score); !ok || w != w || w < 1 || w > 10 {
				t.Fatalf("%s: Weighted(%s) = %v %v", data, score, w, ok)
			}
			s.Z(v)
		}
		for d := rfm.Recency; d <= rfm.Monetary; d++ {
			s.Cuts(d)
		}
	})
}

// Segments that are accepted give every cell exactly one name.
func FuzzSegmentsJSON(f *testing.F) {
	for _, cfg := range presets() {
		f.Add(lo.Must(json.Marshal(cfg)))
	}
	f.Add([]byte(`{"bins":{"r":2,"f":2,"m":2},"segments":[{"id":"a","cells":[{"r":[1,1]}]},{"id":"b"}],"rest":"b","prospects":"b","first_match":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var cfg rfm.SegmentsConfig
		if guanxi.UnmarshalStrict(data, &cfg) != nil {
			return
		}
		g, err := rfm.NewSegments(cfg)
		if err != nil {
			for range guanxi.Faults(err) {
				return
			}
			t.Fatalf("%s: a refusal without a place: %v", data, err)
		}
		var back rfm.SegmentsConfig
		if err := guanxi.UnmarshalStrict(lo.Must(json.Marshal(cfg)), &back); err != nil {
			t.Fatal(err)
		}
		again := rfm.MustSegments(back)
		n := 0
		for s, seg := range g.Cells {
			n++
			i, ok := g.Index(s)
			if j, _ := again.Index(s); !ok || g.At(i).ID != seg.ID || i != j {
				t.Fatalf("%s: cell %s", data, s)
			}
			if !cfg.FirstMatch {
				claims := 0
				for _, c := range cfg.Segments {
					if slices.ContainsFunc(c.Cells, func(b rfm.Block) bool { return inBlock(b, s) }) {
						claims++
					}
				}
				if claims > 1 || claims == 0 && cfg.Rest == "" {
					t.Fatalf("%s: %d segments claim %s", data, claims, s)
				}
			}
		}
		if n != g.Bins().Cells() {
			t.Fatalf("%d cells", n)
		}
		if _, ok := g.Index(rfm.Score{}); !ok {
			t.Fatal("no segment for prospects")
		}
	})
}

func inBlock(b rfm.Block, s rfm.Score) bool {
	in := func(i rfm.Interval, v uint8) bool { return i == rfm.Interval{} || i[0] <= int(v) && int(v) <= i[1] }
	return in(b.R, s.R) && in(b.F, s.F) && in(b.M, s.M) && in(b.FM, (s.F+s.M+1)/2)
}

// checkCuts compares the cuts of a money scale with sorting.
func checkCuts(t testing.TB, money []int64, bins int) {
	t.Helper()
	a := newAgg(t, rfm.Config{Keep: rfm.Totals})
	for i, m := range money {
		if err := a.AddSummary(rfm.Summary[int64]{Customer: int64(i + 1), Last: day(2026, 1, 1), Count: 1, Sum: decimal.New(m, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	p := mustPopulation(t, a, day(2026, 2, 1))
	sorted := slices.Sorted(slices.Values(money))
	rats := lo.Map(sorted, func(v int64, _ int) *big.Rat { return big.NewRat(v, 1) })
	n := len(sorted)
	for _, method := range []rfm.Method{rfm.Quantile, rfm.NTile, rfm.Interpolated} {
		s := mustFit(t, p, rfm.ScaleConfig{Method: method, Bins: bins})
		cuts := s.Cuts(rfm.Monetary)
		if len(cuts) != 1 || len(cuts[0]) != bins-1 {
			t.Fatalf("cuts %v", cuts)
		}
		for k := 1; k < bins; k++ {
			var want decimal.Decimal
			switch method {
			case rfm.Quantile:
				want = decimal.New(sorted[(k*n+bins-1)/bins-1], 0)
			case rfm.NTile: // the last of the first k groups, of which n mod bins are longer by one
				want = decimal.New(sorted[max(0, k*(n/bins)+min(k, n%bins)-1)], 0)
			default:
				q := type7Rat(rats, k, bins)
				want = decimal.NewFromBigInt(new(big.Int).Div(q.Num(), q.Denom()), 0)
			}
			if !cuts[0][k-1].Equal(want) {
				t.Fatalf("%s, %d values, %d bins, cut %d: %s, want %s", method, n, bins, k, cuts[0][k-1], want)
			}
		}
	}
}

// Cut points are order statistics, whatever the values.
func FuzzCuts(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, byte(3), byte(0))
	f.Add(bytes.Repeat([]byte{0xff, 0, 0, 0, 0, 0, 0, 0x7f, 1, 0, 0, 0, 0, 0, 0, 0x80}, 50), byte(8), byte(2))
	f.Fuzz(func(t *testing.T, in []byte, bins, width byte) {
		w := 1 << (width % 4)
		var money []int64
		for in = in[:min(len(in), 3000)]; len(in) >= w; in = in[w:] {
			var b [8]byte
			copy(b[8-w:], in[:w])
			money = append(money, int64(binary.LittleEndian.Uint64(b[:])))
		}
		if len(money) > 0 {
			checkCuts(t, money, int(bins)%9+2)
		}
	})
}

func TestCutsOfManyValues(t *testing.T) {
	for seed := range rounds(60) {
		rng := rand.New(rand.NewPCG(42, uint64(seed)))
		var money []int64
		base := rng.Int64()
		for range 1 + rng.IntN(3000) {
			switch seed % 5 {
			case 0:
				money = append(money, int64(rng.Uint64()))
			case 1:
				money = append(money, rng.Int64N(50))
			case 2: // a crowd in one stretch of a wide range
				money = append(money, pick(rng, base, base+rng.Int64N(9), -base, 0))
			case 3:
				money = append(money, int64(rng.Uint64())>>rng.IntN(64))
			default:
				money = append(money, 77)
			}
		}
		checkCuts(t, money, 2+rng.IntN(9))
	}
	require.NotPanics(t, func() { checkCuts(t, []int64{5}, 10) })
}
