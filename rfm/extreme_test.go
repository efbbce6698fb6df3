package rfm_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestDegeneratePopulations(t *testing.T) {
	methods := []rfm.ScaleConfig{{}, {Method: rfm.Interpolated}, {Method: rfm.NTile}, {Method: rfm.Mean}, {Nested: true}, {Method: rfm.NTile, Nested: true}, {Method: rfm.Mean, Nested: true}, {Money: rfm.MoneyMean}}
	for _, cfg := range methods {
		// Empty, and members only.
		for n := range 2 {
			a := newAgg(t, rfm.Config{})
			if n == 1 {
				require.NoError(t, a.AddMember(5))
			}
			p := mustPopulation(t, a, asOf)
			_, err := rfm.Fit(p, cfg)
			require.ErrorIs(t, err, rfm.ErrEmpty)
			other := mustFit(t, customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}}), cfg)
			require.Equal(t, make([]rfm.Score, n), append([]rfm.Score{}, mustScores(t, other, p)...))
			g := rfm.MustSegments(rfm.SegmentsConfig{Bins: other.Bins(), Segments: []rfm.Segment{{ID: "all", Cells: []rfm.Block{{}}}}})
			s := mustScoreAll(t, p, other, g)
			checkTable(t, s)
			for _, row := range s.Table().Rows {
				_, ok := row.Share()
				require.Equal(t, n == 1, ok)
				_, ok = row.RevenueShare()
				require.False(t, ok)
			}
			require.Empty(t, s.GroupBy(func(int64) string { return "" })[n:])
			checkMigration(t, s, s)
		}
		// One customer, and all equal: everybody has 1.
		for _, n := range []int{1, 2, 7, 100} {
			p := customersOf(t, rfm.Config{}, slices.Repeat([]rfm.Values{{Recency: 3, Frequency: 2, Monetary: 50}}, n))
			s := mustFit(t, p, cfg)
			for i, score := range mustScores(t, s, p) {
				if cfg.Method == rfm.NTile && n > 1 {
					if want := uint8(i*5/n + 1); n%5 == 0 && !cfg.Nested && score != (rfm.Score{R: want, F: want, M: want}) {
						t.Errorf("%+v, customer %d of %d: %s", cfg, i, n, score)
					}
					continue
				}
				if score.String() != "111" {
					t.Errorf("%+v, %d equal customers: %s", cfg, n, score)
				}
			}
			if got := s.Score(p.Values(0)).String(); got != "111" {
				t.Errorf("%+v, one of %d equal customers alone: %s", cfg, n, got)
			}
		}
	}
	// More bins than distinct values: scores are skipped, none is invented.
	p := customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 3, Frequency: 1, Monetary: 1}, {Recency: 3, Frequency: 1, Monetary: 1}, {Recency: 2, Frequency: 2, Monetary: 2}})
	s := mustFit(t, p, rfm.ScaleConfig{Bins: 10})
	require.Equal(t, "[111 111 777]", fmt.Sprint(mustScores(t, s, p)))
	s = mustFit(t, p, rfm.ScaleConfig{Bins: 10, Method: rfm.NTile})
	require.Equal(t, "[111 222 333]", fmt.Sprint(mustScores(t, s, p)))
}

func TestScoreText(t *testing.T) {
	for _, s := range []rfm.Score{{}, {R: 1, F: 2, M: 3}, {R: 10, F: 9, M: 10}} {
		text, err := s.MarshalText()
		require.NoError(t, err)
		var back rfm.Score
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, s, back)
		require.Equal(t, s.String(), string(text))
	}
	require.Equal(t, "A9A", rfm.Score{R: 10, F: 9, M: 10}.String())
	for _, bad := range []string{"", "11", "1111", "11B", "1a1", "011", "100", "1 1", "１１１"} {
		s := rfm.Score{R: 5}
		require.ErrorIs(t, s.UnmarshalText([]byte(bad)), rfm.ErrOption, bad)
		require.Equal(t, rfm.Score{R: 5}, s)
	}
	require.Equal(t, "recency frequency monetary Dimension(9)", fmt.Sprint(rfm.Recency, " ", rfm.Frequency, " ", rfm.Monetary, " ", rfm.Dimension(9)))
	require.EqualValues(t, 4, rfm.Score{F: 3, M: 4}.FM())
}

// The greatest amounts keep their order, whichever way it is read.
func TestExtremeMoneyIsMonotone(t *testing.T) {
	money := []int64{math.MinInt64, math.MinInt64 + 1, math.MinInt64/2 - 1, math.MinInt64 / 2, math.MinInt64/2 + 1, -1, 0, 1,
		math.MaxInt64 / 2, math.MaxInt64/2 + 1, math.MaxInt64 - 1, math.MaxInt64}
	values := lo.Map(money, func(m int64, i int) rfm.Values { return rfm.Values{Recency: i, Frequency: 1, Monetary: m} })
	p := customersOf(t, rfm.Config{}, values)
	for _, kind := range []rfm.Money{rfm.MoneyTotal, rfm.MoneyMean} {
		for _, reverse := range []bool{false, true} {
			for _, method := range []rfm.Method{rfm.Quantile, rfm.Interpolated, rfm.NTile, rfm.Mean} {
				cfg := rfm.ScaleConfig{Method: method, Money: kind, Monetary: rfm.DimensionConfig{Reverse: reverse}}
				if method != rfm.Mean {
					cfg.Bins = 10
				}
				if method == rfm.NTile && kind == rfm.MoneyMean {
					continue // means too great for half units may count as equal, and NTile splits ties
				}
				s := mustFit(t, p, cfg)
				scores := mustScores(t, s, p)
				for i := 1; i < len(scores); i++ {
					if a, b := scores[i-1].M, scores[i].M; reverse && a < b || !reverse && a > b {
						t.Errorf("%s of %s, reverse %v: %d has %d, %d has %d", method, kind, reverse, money[i-1], a, money[i], b)
					}
				}
			}
		}
	}
}

// MoneyMean is exact against amounts; means between the same two minor units are
// equal.
func TestMeanMoney(t *testing.T) {
	p := customersOf(t, rfm.Config{}, []rfm.Values{{Frequency: 3, Monetary: 3}, {Frequency: 3, Monetary: 4}, {Frequency: 3, Monetary: 5}, {Frequency: 3, Monetary: 6}})
	for at, want := range map[int64]string{0: "[112 112 112 112]", 1: "[111 112 112 112]", 2: "[111 111 111 111]"} {
		b := []rfm.Break{{At: decimal.NewFromInt(99)}}
		s, err := rfm.NewScale(rfm.ScaleConfig{Money: rfm.MoneyMean, Recency: rfm.DimensionConfig{Breaks: b, Reverse: true}, Frequency: rfm.DimensionConfig{Breaks: b},
			Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.NewFromInt(at)}}}}, "", 0)
		require.NoError(t, err)
		require.Equal(t, want, fmt.Sprint(mustScores(t, s, p)))
	}
	s := mustFit(t, p, rfm.ScaleConfig{Money: rfm.MoneyMean, Bins: 4})
	require.Equal(t, "[111 112 112 114]", fmt.Sprint(mustScores(t, s, p)))
	require.Equal(t, "[1 1.5 1.5]", fmt.Sprint(s.Cuts(rfm.Monetary)[0]))
}

// Shift.Own is about the value that the scale looks at.
func TestOwnValueOfAMove(t *testing.T) {
	cfg := cny(rfm.Orders)
	cfg.KeepCosts = true
	row := func(c int64, h int, amount, cost string) rfm.Purchase[int64] {
		return rfm.Purchase[int64]{Customer: c, At: noon.Add(time.Duration(h) * time.Hour), Amount: dec(amount), Cost: dec(cost)}
	}
	segments := rfm.MustSegments(rfm.SegmentsConfig{Bins: rfm.EvenBins(2), Segments: []rfm.Segment{
		{ID: "low", Cells: []rfm.Block{{M: rfm.Interval{1, 1}}}}, {ID: "high", Cells: []rfm.Block{{M: rfm.Interval{2, 2}}}}}})
	for _, c := range []struct {
		name   string
		money  rfm.Money
		before []rfm.Purchase[int64]
		after  []rfm.Purchase[int64]
		own    bool
	}{
		// A cost comes in later: revenue is as it was, margin is not.
		{"margin", rfm.MoneyMargin, []rfm.Purchase[int64]{row(1, 0, "10", "0"), row(2, 0, "10", "5")}, []rfm.Purchase[int64]{row(1, 24, "0", "9")}, true},
		// Twice the same basket: the mean is as it was, the total is not.
		{"mean", rfm.MoneyMean, []rfm.Purchase[int64]{row(1, 0, "10", "0"), row(2, 0, "5", "0")}, []rfm.Purchase[int64]{row(1, 24, "10", "0"), row(2, 24, "95", "0")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAgg(t, cfg)
			require.NoError(t, a.AddAll(c.before))
			p0 := mustPopulation(t, a, noon.Add(time.Hour))
			require.NoError(t, a.AddAll(c.after))
			p1 := mustPopulation(t, a, noon.Add(25*time.Hour))
			sc := rfm.ScaleConfig{Bins: 2, Money: c.money}
			m, err := rfm.Migrate(mustScoreAll(t, p0, mustFit(t, p0, sc), segments), mustScoreAll(t, p1, mustFit(t, p1, sc), segments))
			require.NoError(t, err)
			n := 0
			for mv := range m.Moves() {
				for _, s := range mv.Moved {
					if mv.Customer == 1 && s.Dimension == rfm.Monetary {
						n++
						if s.Own != c.own {
							t.Errorf("%+v, want own %v", s, c.own)
						}
					}
				}
			}
			require.Equal(t, 1, n, "customer 1 should have moved")
		})
	}
	// On one scale nobody can be moved by others: time passing is his own.
	t.Run("recency", func(t *testing.T) {
		a := newAgg(t, cfg)
		require.NoError(t, a.AddAll([]rfm.Purchase[int64]{row(1, 0, "10", "0")}))
		b := []rfm.Break{{At: dec("30")}}
		s, err := rfm.NewScale(rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: b}, Frequency: rfm.DimensionConfig{Breaks: b}, Monetary: rfm.DimensionConfig{Breaks: b}}, "CNY", 2)
		require.NoError(t, err)
		g := rfm.MustSegments(rfm.SegmentsConfig{Bins: rfm.EvenBins(2), Segments: []rfm.Segment{
			{ID: "gone", Cells: []rfm.Block{{R: rfm.Interval{1, 1}}}}, {ID: "here", Cells: []rfm.Block{{R: rfm.Interval{2, 2}}}}}})
		m, err := rfm.Migrate(mustScoreAll(t, mustPopulation(t, a, noon.AddDate(0, 0, 1)), s, g), mustScoreAll(t, mustPopulation(t, a, noon.AddDate(0, 0, 60)), s, g))
		require.NoError(t, err)
		for mv := range m.Moves() {
			if len(mv.Moved) != 1 || mv.Moved[0].Dimension != rfm.Recency || !mv.Moved[0].Own {
				t.Errorf("%+v: only others moved, and there is nobody else", mv.Moved)
			}
		}
	})
}

// badHash sends every customer to one place.
type badHash struct {
	guanxi.Ints[int64]
	bits uint64
}

func (h badHash) Hash(seed uint64, k int64) uint64 { return h.Ints.Hash(seed, k) & h.bits }

func TestOtherKeys(t *testing.T) {
	// Hashes that collide in the table, in the parts, or altogether.
	batch := bigBatch(rand.New(rand.NewPCG(22, 1)), 5000, 700, false)
	for _, keep := range []rfm.Keep{rfm.Totals, rfm.Orders} {
		for _, w := range []int{1, 3} {
			cfg := rfm.Config{Keep: keep, Workers: w}
			a := newAgg(t, cfg)
			require.NoError(t, a.AddBatch(batch))
			want := mustBytes(t, a)
			for _, bits := range []uint64{0, math.MaxUint32, math.MaxUint32 << 32, 0xf00000000f, 1 << 63} {
				b, err := rfm.NewAggregator(badHash{bits: bits}, cfg)
				require.NoError(t, err)
				require.NoError(t, b.AddBatch(batch))
				if !bytes.Equal(mustBytes(t, b), want) {
					t.Errorf("%s, %d workers, hash bits %x: other bytes", keep, w, bits)
				}
				require.NoError(t, b.UnmarshalBinary(want))
				if !bytes.Equal(mustBytes(t, b), want) {
					t.Errorf("%s, hash bits %x: other bytes after decoding", keep, bits)
				}
			}
		}
	}
	// Text with common beginnings, and 16 bytes.
	type name string
	names := []name{"a", "a\x00", "aaaaaaaa", "aaaaaaaab", "aaaaaaaaa", "b", "\xff", "客户", "客户甲", "aaaaaaaa\x00"}
	s, err := rfm.NewAggregator(guanxi.StringKey[name](), cny(rfm.Orders))
	require.NoError(t, err)
	u, err := rfm.NewAggregator(guanxi.UUIDKey[[16]byte](), cny(rfm.Orders))
	require.NoError(t, err)
	for i, n := range names {
		require.NoError(t, s.Add(rfm.Purchase[name]{Customer: n, At: noon, Amount: decimal.NewFromInt(int64(i))}))
		var id [16]byte
		id[15-i], id[0] = 1, byte(i%2)
		require.NoError(t, u.Add(rfm.Purchase[[16]byte]{Customer: id, At: noon, Amount: decimal.NewFromInt(int64(i))}))
	}
	wantFaults(t, s.Add(rfm.Purchase[name]{At: noon}), rfm.ErrCustomer, "/customer")
	wantFaults(t, u.Add(rfm.Purchase[[16]byte]{At: noon}), rfm.ErrCustomer, "/customer")
	ps, pu := mustPopulation(t, s, asOf), mustPopulation(t, u, asOf)
	require.Equal(t, slices.Sorted(slices.Values(names)), lo.Map(lo.Range(ps.Len()), func(i, _ int) name { return ps.Key(i) }))
	for i := 1; i < pu.Len(); i++ {
		a, b := pu.Key(i-1), pu.Key(i)
		require.Negative(t, bytes.Compare(a[:], b[:]))
	}
	for i := range ps.Len() {
		at, ok := ps.Find(ps.Key(i))
		require.True(t, ok)
		require.Equal(t, i, at)
	}
	again, err := rfm.NewAggregator(guanxi.StringKey[name](), cny(rfm.Orders))
	require.NoError(t, err)
	require.NoError(t, again.UnmarshalBinary(mustBytes(t, s)))
	require.Equal(t, mustBytes(t, s), mustBytes(t, again))
}

// What is immutable may be shared: meant for -race.
func TestShared(t *testing.T) {
	a := newAgg(t, rfm.Config{Decimals: 2, Workers: 2})
	require.NoError(t, a.AddBatch(bigBatch(rand.New(rand.NewPCG(23, 1)), 20_000, 9000, false)))
	p := mustPopulation(t, a, asOf)
	s := mustFit(t, p, rfm.ScaleConfig{})
	g := rfm.MustSegments(rfm.Eleven())
	scored := mustScoreAll(t, p, s, g)
	m, err := rfm.Migrate(scored, scored)
	require.NoError(t, err)
	want := dumpTable(scored.Table())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s2, _ := rfm.Fit(p, rfm.ScaleConfig{Method: rfm.NTile})
			_, _ = rfm.AppendScores(nil, p, s2)
			again, _ := rfm.ScoreAll(p, s, g)
			if dumpTable(again.Table()) != want {
				t.Error("another table")
			}
			_, _ = json.Marshal(s)
			_, _ = s.Z(p.Values(7))
			_, _ = scored.Gini()
			_ = scored.Pareto(10)
			_ = scored.GroupBy(func(k int64) string { return fmt.Sprint(k % 3) })
			_ = m.Flows()
			for range m.Moves() {
			}
		})
	}
	wg.Wait()
}

func TestHostileBytes(t *testing.T) {
	orders, totals := newAgg(t, cny(rfm.Orders)), newAgg(t, cny(rfm.Totals))
	for _, a := range []*rfm.Aggregator[int64]{orders, totals} {
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 5, At: noon, Amount: dec("3")}))
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 6, At: noon, Amount: dec("4")}))
		good := mustBytes(t, a)
		for i := range good { // every truncation, every changed byte
			for _, bad := range [][]byte{good[:i], flip(good, i, 0xff), flip(good, i, 1), flip(good, i, 0x80)} {
				err := a.UnmarshalBinary(bad)
				if err == nil {
					if again := mustBytes(t, a); !bytes.Equal(again, bad) {
						t.Errorf("%s, byte %d: decoded %x, encodes to %x", a.Config().Keep, i, bad, again)
					}
					require.NoError(t, a.UnmarshalBinary(good))
					continue
				}
				if !errors.Is(err, rfm.ErrFormat) && !errors.Is(err, rfm.ErrMismatch) {
					t.Errorf("%s, byte %d: %v", a.Config().Keep, i, err)
				}
				if !bytes.Equal(mustBytes(t, a), good) {
					t.Fatalf("%s, byte %d: a refused encoding changed the aggregate", a.Config().Keep, i)
				}
			}
		}
		require.ErrorIs(t, a.UnmarshalBinary(append(slices.Clone(good), 0)), rfm.ErrFormat)
		require.ErrorIs(t, a.UnmarshalBinary(nil), rfm.ErrFormat)
		// Bytes that no aggregate writes: statistics of rows that are not there.
		empty := mustBytes(t, newAgg(t, a.Config()))
		for back, what := range map[int]string{4: "a latest row", 3: "purchases of nothing"} {
			if back == 3 && a == totals {
				continue // Totals cannot be without a customer and have zeros: below
			}
			if err := newAgg(t, a.Config()).UnmarshalBinary(flip(empty, len(empty)-back, 5)); !errors.Is(err, rfm.ErrFormat) {
				t.Errorf("%s without customers, with %s: %v, want %v", a.Config().Keep, what, err, rfm.ErrFormat)
			}
		}
	}
}

func flip(b []byte, i int, by byte) []byte {
	b = slices.Clone(b)
	b[i] ^= by
	return b
}

// A population is a snapshot: it stays as it is whatever happens to the
// aggregate and to the caller's slices.
func TestPopulationIsASnapshot(t *testing.T) {
	for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
		cfg := rfm.Config{Decimals: 2, Keep: keep, KeepCosts: true}
		a := newAgg(t, cfg)
		batch := bigBatch(rand.New(rand.NewPCG(24, 1)), 3000, 200, false)
		require.NoError(t, a.AddBatch(batch))
		p := mustPopulation(t, a, asOf)
		scored := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
		text, table := dump(p), dumpTable(scored.Table())
		other := bigBatch(rand.New(rand.NewPCG(24, 2)), 5000, 300, false)
		clear(batch.Customer)
		clear(batch.Amount)
		require.NoError(t, a.AddBatch(other))
		a.Reset()
		require.NoError(t, a.AddBatch(other))
		top := scored.Top(3)
		clear(top)
		require.Equal(t, text, dump(p))
		require.Equal(t, table, dumpTable(scored.Table()))
	}
}
