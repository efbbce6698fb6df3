package rfm_test

import (
	"cmp"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
)

// Scales: every value an exact fraction that is the better the greater.

type oracleRow struct {
	key int64
	v   rfm.Values // Monetary is the margin where the scale wants it
}

// worth is a row's value on a dimension as the documentation defines it.
func worth(r oracleRow, dim rfm.Dimension, cfg rfm.ScaleConfig) *big.Rat {
	var x *big.Rat
	sign := int64(1)
	switch dim {
	case rfm.Recency:
		x, sign = big.NewRat(int64(r.v.Recency), 1), -1
	case rfm.Frequency:
		x = big.NewRat(r.v.Frequency, 1)
	default:
		x = big.NewRat(r.v.Monetary, 1)
		if cfg.Money == rfm.MoneyMean {
			x = meanOf(r.v.Monetary, r.v.Frequency)
		}
	}
	if dimensionOf(cfg, dim).Reverse {
		sign = -sign
	}
	return x.Mul(x, big.NewRat(sign, 1))
}

// meanOf is total per purchase in minor units; between two whole units it counts
// as the half (Thresholds).
func meanOf(sum, n int64) *big.Rat {
	if n == 0 {
		return new(big.Rat)
	}
	m := big.NewRat(sum, n)
	if m.IsInt() {
		return m
	}
	floor := new(big.Int).Div(m.Num(), m.Denom()) // Euclidean: rounds down
	return new(big.Rat).Add(new(big.Rat).SetInt(floor), big.NewRat(1, 2))
}

func dimensionOf(cfg rfm.ScaleConfig, dim rfm.Dimension) rfm.DimensionConfig {
	return [3]rfm.DimensionConfig{cfg.Recency, cfg.Frequency, cfg.Monetary}[dim]
}

func binsOf(cfg rfm.ScaleConfig, dim rfm.Dimension) int {
	return cmp.Or(dimensionOf(cfg, dim).Bins, cfg.Bins, rfm.DefaultBins)
}

// oracleScorer gives the score of a value of a group.
type oracleScorer func(v *big.Rat) int

func rankScorer(sorted []*big.Rat, bins int) oracleScorer {
	return func(v *big.Rat) int {
		worse := lo.CountBy(sorted, func(o *big.Rat) bool { return o.Cmp(v) < 0 })
		return 1 + min(bins-1, bins*worse/len(sorted)) // ⌈k·n/bins⌉ values are worse ⇔ k ≤ bins·worse/n
	}
}

func cutScorer(cuts []*big.Rat) oracleScorer {
	return func(v *big.Rat) int { return 1 + lo.CountBy(cuts, func(c *big.Rat) bool { return v.Cmp(c) > 0 }) }
}

func type7Rat(sorted []*big.Rat, k, bins int) *big.Rat {
	h := big.NewRat(int64((len(sorted)-1)*k), int64(bins))
	at := int(new(big.Int).Div(h.Num(), h.Denom()).Int64())
	if at+1 >= len(sorted) {
		return sorted[at]
	}
	part := new(big.Rat).Sub(h, big.NewRat(int64(at), 1))
	step := new(big.Rat).Sub(sorted[at+1], sorted[at])
	return new(big.Rat).Add(sorted[at], step.Mul(step, part))
}

// oracleScores scores rows among themselves; alone gives the lower score of an
// NTile tie.
func oracleScores(rows []oracleRow, cfg rfm.ScaleConfig, decimals int, alone bool) []rfm.Score {
	out := make([][3]int, len(rows))
	for dim := rfm.Recency; dim <= rfm.Monetary; dim++ {
		bins := binsOf(cfg, dim)
		groups := [][]int{lo.Range(len(rows))}
		if cfg.Nested && dim > rfm.Recency {
			groups = lo.Values(lo.GroupBy(lo.Range(len(rows)), func(i int) [2]int {
				if dim == rfm.Frequency {
					return [2]int{out[i][0]}
				}
				return [2]int{out[i][0], out[i][1]}
			}))
		}
		for _, group := range groups {
			values := lo.Map(group, func(i int, _ int) *big.Rat { return worth(rows[i], dim, cfg) })
			for j, s := range scoreGroup(values, lo.Map(group, func(i int, _ int) int64 { return rows[i].key }), dim, cfg, bins, decimals, alone) {
				out[group[j]][dim] = s
			}
		}
	}
	return lo.Map(out, func(s [3]int, _ int) rfm.Score { return rfm.Score{R: uint8(s[0]), F: uint8(s[1]), M: uint8(s[2])} })
}

func scoreGroup(values []*big.Rat, keys []int64, dim rfm.Dimension, cfg rfm.ScaleConfig, bins, decimals int, alone bool) []int {
	d := dimensionOf(cfg, dim)
	var scorer oracleScorer
	sorted := slices.SortedFunc(slices.Values(values), (*big.Rat).Cmp)
	switch {
	case len(d.Breaks) > 0:
		scorer = breakScorer(d, dim, decimals)
	case cfg.Method == rfm.Mean:
		sum := lo.Reduce(values, func(s *big.Rat, v *big.Rat, _ int) *big.Rat { return s.Add(s, v) }, new(big.Rat))
		scorer = cutScorer([]*big.Rat{sum.Quo(sum, big.NewRat(int64(len(values)), 1))})
	case cfg.Method == rfm.Interpolated:
		scorer = cutScorer(lo.Map(lo.Range(bins-1), func(k int, _ int) *big.Rat { return type7Rat(sorted, k+1, bins) }))
	case cfg.Method == rfm.NTile:
		return ntile(values, keys, bins, alone)
	default:
		scorer = rankScorer(sorted, bins)
	}
	return lo.Map(values, func(v *big.Rat, _ int) int { return scorer(v) })
}

func breakScorer(d rfm.DimensionConfig, dim rfm.Dimension, decimals int) oracleScorer {
	return func(v *big.Rat) int {
		s := 1
		for _, b := range d.Breaks {
			at := b.At.Rat()
			if dim == rfm.Monetary {
				at.Mul(at, decimal.New(1, int32(decimals)).Rat())
			}
			if (dim == rfm.Recency) != d.Reverse {
				at.Neg(at)
			}
			if c := v.Cmp(at); c > 0 || c == 0 && b.Inclusive {
				s++
			}
		}
		return s
	}
}

// ntile deals sorted rows out to bins, the first bins taking what is left over.
func ntile(values []*big.Rat, keys []int64, bins int, alone bool) []int {
	at := lo.Range(len(values))
	slices.SortFunc(at, func(a, b int) int { return cmp.Or(values[a].Cmp(values[b]), cmp.Compare(keys[a], keys[b])) })
	out := make([]int, len(values))
	tile, left := 1, len(values)
	room := func() int { return (left + bins - tile) / (bins - tile + 1) } // rounded up
	n := room()
	for j, i := range at {
		if n == 0 {
			tile++
			n = room()
		}
		out[i] = tile
		n--
		left--
		if alone && j > 0 && values[at[j-1]].Cmp(values[i]) == 0 {
			out[i] = out[at[j-1]]
		}
	}
	return out
}

func randomScale(rng *rand.Rand, decimals int) rfm.ScaleConfig {
	cfg := rfm.ScaleConfig{Method: pick(rng, rfm.Quantile, "", rfm.Interpolated, rfm.NTile, rfm.Mean, rfm.Fixed),
		Money: pick(rng, "", rfm.MoneyTotal, rfm.MoneyMean, rfm.MoneyMargin), Nested: rng.IntN(3) == 0}
	if rng.IntN(3) > 0 {
		cfg.Bins = 2 + rng.IntN(9)
	}
	if cfg.Method == rfm.Mean {
		cfg.Bins = pick(rng, 0, 2)
	}
	if cfg.Method == rfm.Fixed {
		cfg.Nested = false
	}
	for i, d := range []*rfm.DimensionConfig{&cfg.Recency, &cfg.Frequency, &cfg.Monetary} {
		d.Reverse = rng.IntN(4) == 0
		d.Weight = float64(rng.IntN(3))
		if cfg.Method == rfm.Fixed || !cfg.Nested && rng.IntN(5) == 0 {
			d.Breaks = randomBreaks(rng, rfm.Dimension(i), d.Reverse, decimals)
		} else if cfg.Method != rfm.Mean && rng.IntN(4) == 0 {
			d.Bins = 2 + rng.IntN(9)
		}
	}
	return cfg
}

func randomBreaks(rng *rand.Rand, dim rfm.Dimension, reverse bool, decimals int) (breaks []rfm.Break) {
	scale, top := 0, 12
	switch dim {
	case rfm.Recency:
		top = 80
	case rfm.Monetary:
		scale, top = decimals, 20000
	}
	at := map[int]bool{}
	for range 1 + rng.IntN(9) {
		at[rng.IntN(top)-top/10] = true
	}
	values := slices.Sorted(func(yield func(int) bool) {
		for v := range at {
			if !yield(v) {
				return
			}
		}
	})
	// Neighbouring whole numbers of which the worse is exclusive and the better
	// inclusive would be one break; keep them two apart.
	for i := len(values) - 1; i > 0; i-- {
		if values[i]-values[i-1] < 2 {
			values = slices.Delete(values, i, i+1)
		}
	}
	if (dim == rfm.Recency) != reverse {
		slices.Reverse(values)
	}
	for _, v := range values {
		breaks = append(breaks, rfm.Break{At: decimal.New(int64(v), int32(-scale)), Inclusive: rng.IntN(2) == 0})
	}
	return breaks
}

// buyers lists those of p who ever bought, with the money a scale looks at.
func buyers(p *rfm.Population[int64], cfg rfm.ScaleConfig) (rows []oracleRow, at []int) {
	for i := range p.Len() {
		if v := p.Values(i); !v.Prospect {
			if cfg.Money == rfm.MoneyMargin {
				v.Monetary, _ = p.Margin(i)
			}
			rows, at = append(rows, oracleRow{p.Key(i), v}), append(at, i)
		}
	}
	return rows, at
}

func TestScaleAgainstOracle(t *testing.T) {
	tried := map[rfm.Method]int{}
	for seed := range rounds(1500) {
		rng := rand.New(rand.NewPCG(3, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		a := newAgg(t, cfg)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		p := populationAt(t, a, from, asOf)
		sc := randomScale(rng, cfg.Decimals)
		if sc.Money == rfm.MoneyMargin && !cfg.KeepCosts {
			sc.Money = rfm.MoneyTotal
		}
		rows, at := buyers(p, sc)
		if len(rows) == 0 {
			continue
		}
		tried[sc.Method]++
		s, err := rfm.Fit(p, sc)
		if err != nil {
			t.Fatalf("seed %d: %+v: %v", seed, sc, err)
		}
		got := mustScores(t, s, p)
		want := make([]rfm.Score, p.Len())
		for j, score := range oracleScores(rows, sc, cfg.Decimals, false) {
			want[at[j]] = score
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("seed %d, %+v, customer %d %+v: %s, want %s", seed, sc, p.Key(i), p.Values(i), got[i], want[i])
			}
		}
		// Each customer alone: the same, or with NTile the lower score of his tie
		// (which, nested, decides in whose company he is scored next: left out).
		if sc.Method == rfm.NTile && sc.Nested {
			continue
		}
		alone := oracleScores(rows, sc, cfg.Decimals, true)
		for j, r := range rows {
			if got := s.Score(r.v); got != alone[j] {
				t.Fatalf("seed %d, %+v, customer %d %+v scored alone: %s, want %s", seed, sc, r.key, r.v, got, alone[j])
			}
		}
		checkNewcomers(t, seed, rng, s, sc, rows, cfg.Decimals)
	}
	for _, m := range []rfm.Method{rfm.Quantile, "", rfm.Interpolated, rfm.NTile, rfm.Mean, rfm.Fixed} {
		if tried[m] < 100 {
			t.Errorf("%q tried only %d times", m, tried[m])
		}
	}
}

// checkNewcomers scores customers that the scale was not fitted on.
func checkNewcomers(t *testing.T, seed int, rng *rand.Rand, s *rfm.Scale, sc rfm.ScaleConfig, rows []oracleRow, decimals int) {
	t.Helper()
	if sc.Nested || sc.Method == rfm.NTile {
		return
	}
	for range 10 {
		n := oracleRow{v: rfm.Values{Recency: rng.IntN(80), Frequency: int64(1 + rng.IntN(12)), Monetary: rng.Int64N(30000) - 2000}}
		if rng.IntN(2) == 0 { // beside a cut
			o := rows[rng.IntN(len(rows))].v
			n.v = rfm.Values{Recency: o.Recency + rng.IntN(3) - 1, Frequency: max(1, o.Frequency), Monetary: o.Monetary + int64(rng.IntN(3)-1)}
		}
		got := s.Score(n.v)
		for dim := rfm.Recency; dim <= rfm.Monetary; dim++ {
			bins := binsOf(sc, dim)
			values := lo.Map(rows, func(r oracleRow, _ int) *big.Rat { return worth(r, dim, sc) })
			v := worth(n, dim, sc)
			sorted := slices.SortedFunc(slices.Values(values), (*big.Rat).Cmp)
			var want int
			switch {
			case len(dimensionOf(sc, dim).Breaks) > 0:
				want = breakScorer(dimensionOf(sc, dim), dim, decimals)(v)
			case sc.Method == rfm.Mean:
				sum := new(big.Rat)
				for _, o := range values {
					sum.Add(sum, o)
				}
				want = cutScorer([]*big.Rat{sum.Quo(sum, big.NewRat(int64(len(values)), 1))})(v)
			case sc.Method == rfm.Interpolated:
				var cuts []*big.Rat
				for k := 1; k < bins; k++ {
					cuts = append(cuts, type7Rat(sorted, k, bins))
				}
				want = cutScorer(cuts)(v)
			default: // cuts are the values at rank ⌈k·n/bins⌉
				var cuts []*big.Rat
				for k := 1; k < bins; k++ {
					cuts = append(cuts, sorted[(k*len(sorted)+bins-1)/bins-1])
				}
				want = cutScorer(cuts)(v)
			}
			if int(got.Of(dim)) != want {
				t.Fatalf("seed %d, %+v, newcomer %+v: %s on %s, want %d", seed, sc, n.v, got, dim, want)
			}
		}
	}
}
