package rfm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// tableOf scores a population by quintiles and the eleven segments; "" if nobody bought.
func tableOf(t testing.TB, p *rfm.Population[int64]) string {
	t.Helper()
	rows, _ := buyers(p, rfm.ScaleConfig{})
	if len(rows) == 0 {
		return ""
	}
	return dumpTable(mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven())).Table())
}

// snapshot is everything that may not depend on how an aggregate came about.
func snapshot(t testing.TB, a *rfm.Aggregator[int64], from, asOf time.Time) string {
	t.Helper()
	p := populationAt(t, a, from, asOf)
	return fmt.Sprintf("%d customers, %d duplicates\n%x\n%s%s", a.Len(), a.Duplicates(), mustBytes(t, a), dump(p), tableOf(t, p))
}

// mergeRandomly feeds a random partition of events and merges it in random order.
func mergeRandomly(t testing.TB, cfg rfm.Config, events []event, rng *rand.Rand) *rfm.Aggregator[int64] {
	t.Helper()
	events = slices.Clone(events)
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	parts := make([]*rfm.Aggregator[int64], 1+rng.IntN(5))
	for i := range parts {
		cfg.Workers = rng.IntN(4)
		parts[i] = newAgg(t, cfg)
		lo, hi := len(events)*i/len(parts), len(events)*(i+1)/len(parts)
		feed(t, parts[i], events[lo:hi], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
	}
	for len(parts) > 1 {
		i := rng.IntN(len(parts))
		b := parts[i]
		parts = slices.Delete(parts, i, i+1)
		if err := parts[rng.IntN(len(parts))].Merge(b); err != nil {
			t.Fatal(err)
		}
	}
	return parts[0]
}

func TestOrderAndSplitDoNotMatter(t *testing.T) {
	for seed := range rounds(400) {
		rng := rand.New(rand.NewPCG(4, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		one := newAgg(t, cfg)
		feed(t, one, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		want := snapshot(t, one, from, asOf)
		for range 3 {
			if got := snapshot(t, mergeRandomly(t, cfg, log, rng), from, asOf); got != want {
				t.Fatalf("seed %d, %+v: %s", seed, cfg, firstDifference(got, want))
			}
		}
	}
}

func TestMergeIsAssociativeAndCommutative(t *testing.T) {
	for seed := range rounds(200) {
		rng := rand.New(rand.NewPCG(5, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		parts := make([][]event, 3)
		for _, e := range log {
			i := rng.IntN(3)
			parts[i] = append(parts[i], e)
		}
		build := func(i int) *rfm.Aggregator[int64] {
			a := newAgg(t, cfg)
			feed(t, a, parts[i], rand.New(rand.NewPCG(6, uint64(i))), rfm.ErrDuplicateOrder, rfm.ErrRefund)
			return a
		}
		merge := func(a, b *rfm.Aggregator[int64]) *rfm.Aggregator[int64] {
			before := mustBytes(t, b)
			if err := a.Merge(b); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(before, mustBytes(t, b)) {
				t.Fatalf("seed %d: Merge changed its argument", seed)
			}
			return a
		}
		want := snapshot(t, merge(merge(build(0), build(1)), build(2)), from, asOf)
		for name, a := range map[string]*rfm.Aggregator[int64]{
			"a+(b+c)": merge(build(0), merge(build(1), build(2))),
			"(c+b)+a": merge(merge(build(2), build(1)), build(0)),
			"b+(c+a)": merge(build(1), merge(build(2), build(0))),
			"∅+abc":   merge(newAgg(t, cfg), merge(merge(build(0), build(1)), build(2))),
			"abc+∅":   merge(merge(merge(build(0), build(1)), build(2)), newAgg(t, cfg)),
		} {
			if got := snapshot(t, a, from, asOf); got != want {
				t.Fatalf("seed %d, %+v, %s: %s", seed, cfg, name, firstDifference(got, want))
			}
		}
	}
}

func TestEncodingRoundTrip(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(7, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		half := len(log) / 2
		a := newAgg(t, cfg)
		feed(t, a, log[:half], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		data := mustBytes(t, a)
		if again, err := a.AppendBinary([]byte("x")); err != nil || !bytes.Equal(again[1:], data) || again[0] != 'x' {
			t.Fatalf("seed %d: AppendBinary: %v", seed, err)
		}
		other := cfg
		other.Workers = rng.IntN(4)
		b := newAgg(t, other)
		feed(t, b, log[half:], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund) // to be replaced
		if err := b.UnmarshalBinary(data); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got := mustBytes(t, b); !bytes.Equal(got, data) {
			t.Fatalf("seed %d: decoded and encoded again: %x, want %x", seed, got, data)
		}
		if b.Config().Workers != max(other.Workers, 1) {
			t.Fatalf("seed %d: decoding changed the workers", seed)
		}
		// Today's rows on yesterday's bytes: incremental = full.
		feed(t, b, log[half:], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		full := newAgg(t, cfg)
		feed(t, full, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		if got, want := snapshot(t, b, from, asOf), snapshot(t, full, from, asOf); got != want {
			t.Fatalf("seed %d, %+v: %s", seed, cfg, firstDifference(got, want))
		}
		// Reset is a new aggregate.
		b.Reset()
		if got, want := mustBytes(t, b), mustBytes(t, newAgg(t, cfg)); !bytes.Equal(got, want) || b.Len() != 0 || b.Duplicates() != 0 {
			t.Fatalf("seed %d: after Reset %x, want %x", seed, got, want)
		}
		feed(t, b, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		if got, want := snapshot(t, b, from, asOf), snapshot(t, full, from, asOf); got != want {
			t.Fatalf("seed %d, %+v, after Reset: %s", seed, cfg, firstDifference(got, want))
		}
	}
}

// bigBatch is long enough to be shared out among workers, with bad rows in it.
func bigBatch(rng *rand.Rand, n, customers int, bad bool) rfm.Batch[int64] {
	b := rfm.Batch[int64]{}
	asOf := day(2026, 7, 1).UnixMicro()
	for range n {
		c, at, m := int64(rng.IntN(customers)+1), asOf-1-rng.Int64N(3*365*86400_000000), rng.Int64N(100000)
		if rng.IntN(20) == 0 {
			m = -m / 10
		}
		if bad {
			switch rng.IntN(100) {
			case 0:
				c = 0
			case 1:
				at = math.MinInt64
			case 2:
				m = math.MinInt64
			}
		}
		b.Customer, b.At, b.Amount, b.Cost = append(b.Customer, c), append(b.At, at), append(b.Amount, m), append(b.Cost, m/3)
	}
	return b
}

func TestWorkersDoNotMatter(t *testing.T) {
	for _, c := range []struct {
		keep         rfm.Keep
		rows, people int
	}{{rfm.Totals, 100_000, 20_000}, {rfm.Totals, 40_000, 30}, {rfm.Totals, 1023, 100}, {rfm.Totals, 1025, 100}, {rfm.Orders, 60_000, 15_000}} {
		t.Run(fmt.Sprint(c.keep, c.rows), func(t *testing.T) {
			batch := bigBatch(rand.New(rand.NewPCG(8, uint64(c.rows))), c.rows, c.people, true)
			if c.keep == rfm.Orders {
				for i := range batch.Customer {
					batch.Order = append(batch.Order, lo.Ternary(i%3 == 0, fmt.Sprint("o", i%(c.rows/2)), ""))
				}
			}
			var want string
			for _, w := range []int{0, 1, 2, 3, 7} {
				a := newAgg(t, rfm.Config{Keep: c.keep, Decimals: 2, Workers: w, KeepCosts: true})
				err := a.AddBatch(batch)
				if err == nil {
					t.Fatal("no row refused")
				}
				p := mustPopulation(t, a, day(2026, 7, 1))
				var b strings.Builder
				fmt.Fprintf(&b, "%s\n%x\n%s", lo.Must(json.Marshal(faultTexts(err))), mustBytes(t, a), dump(p))
				for _, sc := range []rfm.ScaleConfig{{}, {Method: rfm.NTile}, {Method: rfm.Mean, Money: rfm.MoneyMargin}, {Nested: true, Bins: 3}, {Method: rfm.Interpolated, Money: rfm.MoneyMean}} {
					s := mustFit(t, p, sc)
					fmt.Fprintf(&b, "\n%s\n%v", lo.Must(json.Marshal(s)), mustScores(t, s, p))
				}
				b.WriteString(tableOf(t, p))
				got := b.String()
				if want == "" {
					want = got
				} else if got != want {
					t.Fatalf("%d workers: %.300s", w, firstDifference(got, want))
				}
			}
		})
	}
}

func faultTexts(err error) (texts []string) {
	for f := range guanxi.Faults(err) {
		texts = append(texts, f.Error())
	}
	return texts
}

// A better value never has a lower score, of whatever scale and customers.
func TestScoresAreMonotone(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(9, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		a := newAgg(t, cfg)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		p := populationAt(t, a, from, asOf)
		sc := randomScale(rng, cfg.Decimals)
		sc.Nested = false
		if sc.Money == rfm.MoneyMargin && !cfg.KeepCosts {
			sc.Money = rfm.MoneyTotal
		}
		rows, at := buyers(p, sc)
		if len(rows) == 0 {
			continue
		}
		s := mustFit(t, p, sc)
		scores := mustScores(t, s, p)
		type scored struct {
			worth [3]*big.Rat
			score rfm.Score
		}
		var all []scored
		add := func(r oracleRow, score rfm.Score) {
			v := scored{score: score}
			for d := range v.worth {
				v.worth[d] = worth(r, rfm.Dimension(d), sc)
			}
			if sc.Money == rfm.MoneyMean && r.v.Frequency > 0 {
				v.worth[2] = big.NewRat(r.v.Monetary, r.v.Frequency)
				if sc.Monetary.Reverse {
					v.worth[2].Neg(v.worth[2])
				}
			}
			all = append(all, v)
		}
		for j, r := range rows {
			add(r, scores[at[j]])
		}
		if sc.Method != rfm.NTile {
			for range 20 {
				r := oracleRow{v: rfm.Values{Recency: rng.IntN(80), Frequency: int64(1 + rng.IntN(12)), Monetary: rng.Int64N(30000) - 2000}}
				add(r, s.Score(r.v))
			}
		}
		b := s.Bins()
		for _, x := range all {
			if int(x.score.R) > b.R || int(x.score.F) > b.F || int(x.score.M) > b.M || min(x.score.R, x.score.F, x.score.M) < 1 {
				t.Fatalf("seed %d: %s is not within %v", seed, x.score, b)
			}
			for _, y := range all {
				for d := rfm.Recency; d <= rfm.Monetary; d++ {
					c := x.worth[d].Cmp(y.worth[d])
					if sc.Method == rfm.NTile && d == rfm.Monetary && sc.Money == rfm.MoneyMean && betweenSameUnits(x.worth[d], y.worth[d]) {
						continue // equal values, to the library
					}
					if c > 0 && x.score.Of(d) < y.score.Of(d) || c == 0 && sc.Method != rfm.NTile && x.score.Of(d) != y.score.Of(d) {
						t.Fatalf("seed %d, %+v, %s: %v has %d, %v has %d", seed, sc, d, x.worth[d], x.score.Of(d), y.worth[d], y.score.Of(d))
					}
				}
			}
		}
	}
}

// betweenSameUnits reports whether two means lie between the same two minor units.
func betweenSameUnits(a, b *big.Rat) bool {
	floor := func(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }
	return !a.IsInt() && !b.IsInt() && floor(a).Cmp(floor(b)) == 0
}

func TestJSONRoundTrips(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(13, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		var cfg2 rfm.Config
		if err := json.Unmarshal(lo.Must(json.Marshal(cfg)), &cfg2); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !bytes.Equal(lo.Must(json.Marshal(cfg)), lo.Must(json.Marshal(cfg2))) || cfg.Location.String() != cfg2.Location.String() {
			t.Fatalf("seed %d: %+v, want %+v", seed, cfg2, cfg)
		}
		sc := randomScale(rng, cfg.Decimals)
		if sc.Money == rfm.MoneyMargin && !cfg.KeepCosts {
			sc.Money = rfm.MoneyTotal
		}
		var sc2 rfm.ScaleConfig
		data := lo.Must(json.Marshal(sc))
		if err := guanxi.UnmarshalStrict(data, &sc2); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, data, err)
		}
		if again := lo.Must(json.Marshal(sc2)); !bytes.Equal(again, data) {
			t.Fatalf("seed %d: %s, want %s", seed, again, data)
		}
		// The stored config makes the stored aggregate.
		a, b := newAgg(t, cfg), newAgg(t, cfg2)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		if err := b.UnmarshalBinary(mustBytes(t, a)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		p := populationAt(t, a, from, asOf)
		rows, _ := buyers(p, sc)
		if len(rows) == 0 {
			continue
		}
		s, s2 := mustFit(t, p, sc), new(rfm.Scale)
		data = lo.Must(json.Marshal(s))
		if err := json.Unmarshal(data, s2); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, data, err)
		}
		if again := lo.Must(json.Marshal(s2)); !bytes.Equal(again, data) {
			t.Fatalf("seed %d: %s, want %s", seed, again, data)
		}
		if got, want := mustScores(t, s2, p), mustScores(t, s, p); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %s scores otherwise after a round trip", seed, data)
		}
		for range 20 {
			v := rfm.Values{Recency: rng.IntN(80), Frequency: int64(rng.IntN(12)), Monetary: rng.Int64N(30000) - 2000}
			z, ok := s.Z(v)
			z2, ok2 := s2.Z(v)
			w, wok := s.Weighted(s.Score(v))
			w2, wok2 := s2.Weighted(s.Score(v))
			if s.Score(v) != s2.Score(v) || z != z2 || ok != ok2 || w != w2 || wok != wok2 {
				t.Fatalf("seed %d: %+v scores otherwise after a round trip of %s", seed, v, data)
			}
		}
		if c1, c2 := s.Config(), s2.Config(); !bytes.Equal(lo.Must(json.Marshal(c1)), lo.Must(json.Marshal(c2))) {
			t.Fatalf("seed %d: config %+v, want %+v", seed, c2, c1)
		}
	}
	for name, cfg := range presets() {
		data := lo.Must(json.Marshal(cfg))
		var back rfm.SegmentsConfig
		require.NoError(t, guanxi.UnmarshalStrict(data, &back), name)
		require.Equal(t, cfg, back, name)
	}
}

func presets() map[string]rfm.SegmentsConfig {
	return map[string]rfm.SegmentsConfig{"eleven": rfm.Eleven(), "eight": rfm.Eight(), "four": rfm.Four(), "three": rfm.Three()}
}

// Weighted and Z by their definitions.
func TestCombinedScores(t *testing.T) {
	for seed := range rounds(200) {
		rng := rand.New(rand.NewPCG(14, uint64(seed)))
		n := 1 + rng.IntN(30)
		var values []rfm.Values
		for range n {
			values = append(values, rfm.Values{Recency: rng.IntN(400), Frequency: int64(1 + rng.IntN(9)), Monetary: rng.Int64N(50000) - 1000})
		}
		cfg := rfm.ScaleConfig{Recency: rfm.DimensionConfig{Weight: float64(rng.IntN(3)), Reverse: rng.IntN(2) == 0}, Monetary: rfm.DimensionConfig{Weight: 1.5}}
		if rng.IntN(2) == 0 {
			cfg = rfm.ScaleConfig{Bins: 2 + rng.IntN(9)}
		}
		p := customersOf(t, rfm.Config{Decimals: 2}, values)
		s := mustFit(t, p, cfg)
		w := [3]float64{s.Config().Recency.Weight, s.Config().Frequency.Weight, s.Config().Monetary.Weight}
		natural := func(v rfm.Values, d int) float64 {
			return [3]float64{float64(v.Recency), float64(v.Frequency), float64(v.Monetary)}[d]
		}
		var mean, sd [3]float64
		for d := range mean {
			for _, v := range values {
				mean[d] += natural(v, d) / float64(n)
			}
			for _, v := range values {
				sd[d] += (natural(v, d) - mean[d]) * (natural(v, d) - mean[d]) / float64(n)
			}
			sd[d] = math.Sqrt(sd[d])
		}
		for _, v := range append(values, rfm.Values{Recency: 1000, Frequency: 50, Monetary: -5}) {
			score := s.Score(v)
			want := (w[0]*float64(score.R) + w[1]*float64(score.F) + w[2]*float64(score.M)) / (w[0] + w[1] + w[2])
			if got, ok := s.Weighted(score); !ok || math.Abs(got-want) > 1e-14*want {
				t.Fatalf("seed %d: Weighted(%s) = %v, want %v", seed, score, got, want)
			}
			z := 0.0
			for d := range w {
				sign := 1.0
				if d == 0 != (d == 0 && cfg.Recency.Reverse) {
					sign = -1
				}
				if sd[d] > 1e-9 {
					z += w[d] * sign * (natural(v, d) - mean[d]) / sd[d]
				}
			}
			z /= w[0] + w[1] + w[2]
			if got, ok := s.Z(v); !ok || math.Abs(got-z) > 1e-9*(1+math.Abs(z)) {
				t.Fatalf("seed %d: Z(%+v) = %v, want %v", seed, v, got, z)
			}
		}
	}
	p := customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	s := mustFit(t, p, rfm.ScaleConfig{})
	if z, ok := s.Z(rfm.Values{Recency: 5, Frequency: 9, Monetary: 7}); z != 0 || !ok {
		t.Errorf("without spread Z is %v %v, want 0", z, ok)
	}
	if _, ok := s.Z(rfm.Values{Prospect: true}); ok {
		t.Error("Z of who never bought")
	}
	if _, ok := s.Weighted(rfm.Score{}); ok {
		t.Error("Weighted of who never bought")
	}
	b := []rfm.Break{{At: decimal.NewFromInt(10)}}
	fixed, err := rfm.NewScale(rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: b}, Frequency: rfm.DimensionConfig{Breaks: b}, Monetary: rfm.DimensionConfig{Breaks: b}}, "", 0)
	require.NoError(t, err)
	if _, ok := fixed.Z(rfm.Values{Frequency: 1}); ok {
		t.Error("Z of a scale without a population")
	}
}
