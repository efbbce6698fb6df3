package rfm_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// Split apart and merged again, in any order, an aggregate is itself to the byte,
// and every part survives its encoding.
func TestSplitAndMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
		cfg := rfm.Config{Currency: "CNY", Decimals: 2, Keep: keep, KeepCosts: true, Workers: 3}
		shape := logShape{rows: 3000, customers: 400, from: day(2025, 1, 1), to: day(2026, 1, 1), loc: time.UTC, refs: keep == rfm.Orders, refunds: true, costs: true}
		agg := newAgg(t, cfg)
		for _, e := range makeLog(rng, shape) {
			_ = agg.Add(e.purchase(2)) // refused rows and all
		}
		_ = agg.AddMember(999_999)
		want := mustBytes(t, agg)
		for _, n := range []int{1, 2, 7, 1000} {
			parts, err := agg.Split(n, func(k int64) int { return int(uint64(k) % uint64(n)) })
			if err != nil {
				t.Fatal(err)
			}
			rng.Shuffle(n, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			sum := newAgg(t, cfg)
			for _, p := range parts {
				q := newAgg(t, cfg)
				if err := errors.Join(q.UnmarshalBinary(mustBytes(t, p)), sum.Merge(q)); err != nil {
					t.Fatal(err)
				}
			}
			if got := mustBytes(t, sum); !bytes.Equal(got, want) {
				t.Errorf("%s in %d parts: merged again it is another aggregate", keep, n)
			}
		}
		if got := mustBytes(t, agg); !bytes.Equal(got, want) {
			t.Error("Split has changed what it split")
		}
		for _, n := range []int{0, -1} {
			if _, err := agg.Split(n, func(int64) int { return 0 }); !errors.Is(err, rfm.ErrOption) {
				t.Errorf("into %d parts: %v", n, err)
			}
		}
		if _, err := agg.Split(2, func(int64) int { return 2 }); !errors.Is(err, rfm.ErrOption) {
			t.Errorf("into part 2 of 2: %v", err)
		}
	}
}

// The tables of groups add up to the table of all, also across a process.
func TestTablesMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	cfg := rfm.Config{Currency: "CNY", Decimals: 2}
	rows := values(rng, 2000)
	for i := range rows {
		rows[i].Monetary >>= 8
	}
	pop := customersOf(t, cfg, rows)
	scored := mustScoreAll(t, pop, mustFit(t, pop, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
	want := scored.Table()
	groups := scored.GroupBy(func(k int64) string { return string(rune('a' + k%5)) })
	rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	sum := new(rfm.Table)
	for _, g := range groups {
		data, err := g.Table().MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		part := new(rfm.Table)
		if err := errors.Join(part.UnmarshalBinary(data), sum.Merge(part), sum.Merge(new(rfm.Table))); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(part, g.Table()) {
			t.Error("decoded it is another table")
		}
	}
	if !reflect.DeepEqual(sum, want) {
		t.Error("the tables of the groups do not add up to the table of all")
	}
	if share, ok := sum.Rows[0].Share(); !ok || share < 0 {
		t.Error("a merged row does not know the whole")
	}

	before, _ := sum.MarshalBinary()
	eight := mustScoreAll(t, pop, mustFit(t, pop, rfm.ScaleConfig{Bins: 2}), rfm.MustSegments(rfm.Eight())).Table()
	renamed := rfm.Eleven()
	renamed.Segments[0].ID = "another"
	other := mustScoreAll(t, pop, scored.Scale(), rfm.MustSegments(renamed)).Table()
	for what, o := range map[string]*rfm.Table{"itself": sum, "other segments": eight, "another id": other} {
		if err := sum.Merge(o); !errors.Is(err, rfm.ErrMismatch) {
			t.Errorf("%s: %v, want %v", what, err, rfm.ErrMismatch)
		}
	}
	if after, _ := sum.MarshalBinary(); !bytes.Equal(before, after) {
		t.Error("a refused merge has left a trace")
	}
}

func FuzzTableBinary(f *testing.F) {
	pop := customersOf(f, rfm.Config{Decimals: 2}, values(rand.New(rand.NewPCG(1, 1)), 30))
	for _, cfg := range presets() {
		if cfg.Bins != rfm.EvenBins(5) {
			continue
		}
		data, err := mustScoreAll(f, pop, mustFit(f, pop, rfm.ScaleConfig{}), rfm.MustSegments(cfg)).Table().MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table := new(rfm.Table)
		if err := table.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, rfm.ErrFormat) || len(table.Rows) > 0 {
				t.Fatalf("an error of another kind, or a trace of it: %v", err)
			}
			return
		}
		again, err := table.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		same := new(rfm.Table)
		if err := same.UnmarshalBinary(again); err != nil || !reflect.DeepEqual(same, table) {
			t.Fatalf("encoded again it is another table: %v", err)
		}
		_ = table.Merge(same)
		for _, r := range table.Rows {
			r.Share()
			r.RevenueShare()
			r.Monetary()
		}
	})
}

// Versions of the other encodings that were once released decode for ever.
func TestGoldenParts(t *testing.T) {
	pop := mustPopulation(t, goldenLog(t, rfm.Orders), day(2026, 3, 1))
	data, err := pop.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "population_v1.hex", []byte(hex.Dump(data)))

	cfg := rfm.Config{Currency: "CNY", Decimals: 2}
	rows := values(rand.New(rand.NewPCG(6, 6)), 40)
	f, err := rfm.NewFitter(cfg, rfm.ScaleConfig{Bins: 3}, 3)
	if err != nil {
		t.Fatal(err)
	}
	people := customersOf(t, cfg, rows)
	for _, round := range []string{"1", "2"} {
		if err := rfm.AddPopulation(f, people); err != nil {
			t.Fatal(err)
		}
		if data, err = f.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
		golden(t, "fitter_v1_round"+round+".hex", []byte(hex.Dump(data)))
		if _, err := f.Next(); err != nil {
			t.Fatal(err)
		}
	}
	scored := mustScoreAll(t, people, mustFit(t, people, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Three()))
	if data, err = scored.Table().MarshalBinary(); err != nil {
		t.Fatal(err)
	}
	golden(t, "table_v1.hex", []byte(hex.Dump(data)))

	stored := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return undump(t, text)
	}
	if _, err := rfm.DecodePopulation(guanxi.IntKey[int64](), stored("population_v1.hex")); err != nil {
		t.Error(err)
	}
	if err := errors.Join(new(rfm.Fitter).UnmarshalBinary(stored("fitter_v1_round1.hex")),
		new(rfm.Fitter).UnmarshalBinary(stored("fitter_v1_round2.hex")), new(rfm.Table).UnmarshalBinary(stored("table_v1.hex"))); err != nil {
		t.Error(err)
	}
}
