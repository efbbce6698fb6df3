package rfm_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

// fitParts fits by rounds over parts of rows, each part in a fitter of its own
// that crosses a process as bytes.
func fitParts(t testing.TB, cfg rfm.Config, scale rfm.ScaleConfig, rounds int, parts []*rfm.Population[int64], rng *rand.Rand) *rfm.Scale {
	t.Helper()
	f, err := rfm.NewFitter(cfg, scale, rounds)
	if err != nil {
		t.Fatal(err)
	}
	for more := true; more; {
		start, err := f.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for _, p := range parts {
			g := new(rfm.Fitter)
			if err := g.UnmarshalBinary(start); err != nil {
				t.Fatal(err)
			}
			if err := rfm.AddPopulation(g, p); err != nil {
				t.Fatal(err)
			}
			data, _ := g.MarshalBinary()
			h := new(rfm.Fitter)
			if err := errors.Join(h.UnmarshalBinary(data), f.Merge(h)); err != nil {
				t.Fatal(err)
			}
			again, _ := h.MarshalBinary()
			if !bytes.Equal(again, data) {
				t.Fatal("decoded and encoded again it is other bytes")
			}
		}
		if more, err = f.Next(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := f.Scale()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// values makes rows with ties, negative totals, and totals of every magnitude.
func values(rng *rand.Rand, n int) []rfm.Values {
	rows := make([]rfm.Values, n)
	for i := range rows {
		v := rfm.Values{Recency: rng.IntN(900), Frequency: int64(rng.IntN(9)), Monetary: rng.Int64() >> rng.IntN(64)}
		if rng.IntN(3) == 0 {
			v.Monetary = 990000 + int64(rng.IntN(4000))
		}
		if rng.IntN(4) == 0 {
			v.Monetary = -v.Monetary
		}
		rows[i] = v
	}
	return rows
}

func TestFitterEqualsFit(t *testing.T) {
	cfg := rfm.Config{Currency: "CNY", Decimals: 2}
	scales := map[string]rfm.ScaleConfig{
		"quantile": {}, "tenths": {Bins: 10}, "interpolated": {Method: rfm.Interpolated, Bins: 7, Money: rfm.MoneyMean},
		"mean":  {Method: rfm.Mean},
		"mixed": {Bins: 4, Frequency: rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.New(3, 0)}}}, Monetary: rfm.DimensionConfig{Reverse: true, Bins: 3}},
	}
	for name, sc := range scales {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, uint64(len(name))))
			for _, n := range []int{1, 2, 11, 300, 5000} {
				rows := values(rng, n)
				rows[0].Frequency = 1
				want := jsonOf(t, mustFit(t, customersOf(t, cfg, rows), sc))
				for rounds := 2; rounds <= rfm.MaxRounds; rounds++ {
					var parts []*rfm.Population[int64]
					for lo := 0; lo < n; {
						hi := min(n, lo+1+rng.IntN(n))
						parts = append(parts, customersOf(t, cfg, rows[lo:hi]))
						lo = hi
					}
					if got := jsonOf(t, fitParts(t, cfg, sc, rounds, parts, rng)); got != want {
						t.Fatalf("%d customers in %d parts, %d rounds\n got %s\nwant %s", n, len(parts), rounds, got, want)
					}
				}
			}
		})
	}
}

// The ends of int64 and their neighbours.
func TestFitterAtTheEnds(t *testing.T) {
	cfg := rfm.Config{Decimals: 0}
	var rows []rfm.Values
	for _, m := range []int64{math.MinInt64 + 1, math.MinInt64 + 2, -1 << 62, -4097, -4096, -2049, -2048, -2047, -1, 0, 1, 2047, 2048, 2049, 4095, 4096, 1 << 62, math.MaxInt64 - 1, math.MaxInt64} {
		rows = append(rows, rfm.Values{Recency: len(rows), Frequency: 1, Monetary: m})
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, sc := range []rfm.ScaleConfig{{Bins: 10}, {Bins: 10, Monetary: rfm.DimensionConfig{Reverse: true}}, {Bins: 9, Method: rfm.Interpolated}} {
		want := jsonOf(t, mustFit(t, customersOf(t, cfg, rows), sc))
		for rounds := 2; rounds <= rfm.MaxRounds; rounds++ {
			parts := []*rfm.Population[int64]{customersOf(t, cfg, rows[:7]), customersOf(t, cfg, rows[7:])}
			if got := jsonOf(t, fitParts(t, cfg, sc, rounds, parts, rng)); got != want {
				t.Errorf("%d rounds\n got %s\nwant %s", rounds, got, want)
			}
		}
	}
}

func TestFitterRefuses(t *testing.T) {
	cfg := rfm.Config{Currency: "CNY", Decimals: 2}
	for name, c := range map[string]struct {
		cfg    rfm.Config
		scale  rfm.ScaleConfig
		rounds int
		want   error
		at     string
	}{
		"ntile":  {cfg, rfm.ScaleConfig{Method: rfm.NTile}, 0, rfm.ErrBatchOnly, "/method"},
		"nested": {cfg, rfm.ScaleConfig{Nested: true}, 0, rfm.ErrBatchOnly, "/nested"},
		"rounds": {cfg, rfm.ScaleConfig{}, 7, rfm.ErrOption, "/rounds"},
		"one":    {cfg, rfm.ScaleConfig{}, 1, rfm.ErrOption, "/rounds"},
		"margin": {cfg, rfm.ScaleConfig{Money: rfm.MoneyMargin}, 0, rfm.ErrMismatch, "/money"},
		"scale":  {cfg, rfm.ScaleConfig{Bins: 99}, 0, rfm.ErrOption, "/bins"},
		"config": {rfm.Config{Decimals: 99}, rfm.ScaleConfig{}, 0, rfm.ErrOption, "/decimals"},
	} {
		_, err := rfm.NewFitter(c.cfg, c.scale, c.rounds)
		found := false
		for f := range guanxi.Faults(err) {
			found = found || f.Pointer == c.at && errors.Is(f, c.want)
		}
		if !found {
			t.Errorf("%s: %v, want %v at %s", name, err, c.want, c.at)
		}
	}

	f, err := rfm.NewFitter(cfg, rfm.ScaleConfig{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Next(); !errors.Is(err, rfm.ErrEmpty) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := f.Scale(); !errors.Is(err, rfm.ErrMismatch) {
		t.Errorf("a scale before the end: %v", err)
	}
	if err := rfm.AddPopulation(f, customersOf(t, rfm.Config{Currency: "JPY"}, []rfm.Values{{Frequency: 1}})); !errors.Is(err, rfm.ErrMismatch) {
		t.Errorf("another currency: %v", err)
	}
	if err := f.Merge(f); !errors.Is(err, rfm.ErrMismatch) {
		t.Errorf("with itself: %v", err)
	}
	rows := values(rand.New(rand.NewPCG(1, 2)), 4000)
	pop := customersOf(t, cfg, rows)
	if err := rfm.AddPopulation(f, pop); err != nil {
		t.Fatal(err)
	}
	other, _ := rfm.NewFitter(cfg, rfm.ScaleConfig{}, 3)
	if err := f.Merge(other); !errors.Is(err, rfm.ErrMismatch) {
		t.Errorf("other rounds: %v", err)
	}
	if more, err := f.Next(); err != nil || !more {
		t.Fatal(more, err)
	}
	fresh, _ := rfm.NewFitter(cfg, rfm.ScaleConfig{}, 0)
	if err := f.Merge(fresh); !errors.Is(err, rfm.ErrMismatch) {
		t.Errorf("another round: %v", err)
	}
	before, _ := f.MarshalBinary()
	if _, err := f.Next(); !errors.Is(err, rfm.ErrMismatch) {
		t.Errorf("a round without its parts: %v", err)
	}
	if after, _ := f.MarshalBinary(); !bytes.Equal(before, after) {
		t.Error("a refused Next has left a trace")
	}
	if err := rfm.AddPopulation(f, pop); err != nil {
		t.Fatal(err)
	}
	if more, err := f.Next(); err != nil || more {
		t.Fatal(more, err)
	}
	if more, err := f.Next(); err != nil || more {
		t.Errorf("after the end: %v, %v", more, err)
	}
}

func ExampleFitter() {
	cfg := rfm.Config{Currency: "CNY", Decimals: 2, Keep: rfm.Totals}
	var parts []*rfm.Population[int64] // of three shops, say, each in a process of its own
	for shop := range int64(3) {
		agg, _ := rfm.NewAggregator(guanxi.IntKey[int64](), cfg)
		for i := range int64(10) {
			_ = agg.Add(rfm.Purchase[int64]{Customer: 1 + shop*10 + i, At: day(2026, 1, int(1+i)), Amount: decimal.New(100*(shop*10+i), 0)})
		}
		pop, _ := agg.Population(day(2026, 2, 1))
		parts = append(parts, pop)
	}
	f, err := rfm.NewFitter(cfg, rfm.ScaleConfig{}, 2)
	for more := err == nil; more; more, err = f.Next() {
		for _, part := range parts {
			err = errors.Join(err, rfm.AddPopulation(f, part))
		}
	}
	scale, err := f.Scale()
	if err != nil {
		panic(err)
	}
	fmt.Println(scale.Cuts(rfm.Recency)[0])
	fmt.Println(scale.Cuts(rfm.Monetary)[0])
	// Output:
	// [30 28 26 24]
	// [500 1100 1700 2300]
}

func FuzzFitterBinary(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, sc := range []rfm.ScaleConfig{{}, {Method: rfm.Interpolated, Bins: 10}, {Method: rfm.Mean}} {
		fit, err := rfm.NewFitter(rfm.Config{Currency: "CNY", Decimals: 2}, sc, 3)
		if err != nil {
			f.Fatal(err)
		}
		pop := customersOf(f, rfm.Config{Currency: "CNY", Decimals: 2}, values(rng, 60))
		for range 4 {
			data, _ := fit.MarshalBinary()
			f.Add(data)
			if err := rfm.AddPopulation(fit, pop); err != nil {
				f.Fatal(err)
			}
			data, _ = fit.MarshalBinary()
			f.Add(data)
			if _, err := fit.Next(); err != nil {
				f.Fatal(err)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fit := new(rfm.Fitter)
		if err := fit.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, rfm.ErrFormat) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		again, err := fit.MarshalBinary()
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("decoded and encoded again it is other bytes: %v", err)
		}
		// Whatever was decoded can be gone on with.
		for range rfm.MaxRounds + 1 {
			if more, err := fit.Next(); err != nil || !more {
				break
			}
		}
		if s, err := fit.Scale(); err == nil {
			_ = s.Score(rfm.Values{Recency: 3, Frequency: 2, Monetary: 1})
		}
	})
}
