package rfm_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// A decoded population is the one that was encoded: numbers, notes, and all that
// is made of them.
func TestPopulationBinary(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 8))
	loc := mustZone(t, "Asia/Shanghai")
	for _, cfg := range []rfm.Config{
		{Currency: "CNY", Decimals: 2, KeepCosts: true, Location: loc, Recency: rfm.FromContacts},
		{Currency: "JPY", Per: rfm.PerDay},
	} {
		shape := logShape{rows: 2000, customers: 300, from: day(2025, 1, 1), to: day(2026, 1, 1), loc: loc, refs: true, refunds: true, costs: true, after: true}
		agg := newAgg(t, cfg)
		for _, e := range makeLog(rng, shape) {
			_ = agg.Add(e.purchase(cfg.Decimals))
		}
		_ = agg.AddMember(987_654)
		pop := mustPopulation(t, agg, day(2026, 1, 1))
		data, err := pop.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		got, err := rfm.DecodePopulation(guanxi.IntKey[int64](), data)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := got.MarshalBinary()
		if !bytes.Equal(again, data) || tableOf(t, got) != tableOf(t, pop) || !got.AsOf().Equal(pop.AsOf()) || !reflect.DeepEqual(got.Config(), pop.Config()) {
			t.Error("decoded it is another population")
		}
		a, b := got.Notes(), pop.Notes()
		if len(a.Pending) == 0 || len(a.Pending) != len(b.Pending) {
			t.Errorf("%d pending refunds, want %d and some", len(a.Pending), len(b.Pending))
		}
		for i := range a.Pending {
			x, y := a.Pending[i], b.Pending[i]
			if x.Customer != y.Customer || x.Order != y.Order || !x.At.Equal(y.At) || !x.Amount.Equal(y.Amount) {
				t.Errorf("pending %+v, want %+v", x, y)
			}
		}
		a.Pending, b.Pending = nil, nil
		if !reflect.DeepEqual(a, b) {
			t.Errorf("notes %+v, want %+v", a, b)
		}
		if x, y := jsonOf(t, mustFit(t, got, rfm.ScaleConfig{})), jsonOf(t, mustFit(t, pop, rfm.ScaleConfig{})); x != y {
			t.Errorf("fitted %s\nwant %s", x, y)
		}
		for n := range data {
			if _, err := rfm.DecodePopulation(guanxi.IntKey[int64](), data[:n]); !errors.Is(err, rfm.ErrFormat) {
				t.Fatalf("%d of %d bytes: %v", n, len(data), err)
			}
		}
	}
}

func FuzzDecodePopulation(f *testing.F) {
	agg := newAgg(f, rfm.Config{Currency: "CNY", Decimals: 2, KeepCosts: true})
	shape := logShape{rows: 60, customers: 9, from: day(2025, 1, 1), to: day(2026, 1, 1), loc: time.UTC, refs: true, refunds: true, costs: true}
	for _, e := range makeLog(rand.New(rand.NewPCG(1, 1)), shape) {
		_ = agg.Add(e.purchase(2))
	}
	data, err := mustPopulation(f, agg, day(2026, 1, 1)).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		pop, err := rfm.DecodePopulation(guanxi.IntKey[int64](), data)
		if err != nil {
			if !errors.Is(err, rfm.ErrFormat) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		again, err := pop.MarshalBinary()
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("decoded and encoded again it is other bytes: %v", err)
		}
		scale, err := rfm.Fit(pop, rfm.ScaleConfig{})
		if err != nil {
			return
		}
		if _, err := rfm.ScoreAll(pop, scale, rfm.MustSegments(rfm.Eleven())); err != nil {
			t.Fatal(err)
		}
	})
}
