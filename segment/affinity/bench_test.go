package affinity_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
)

// BenchmarkAddAll counts 1,000,000 order lines: baskets of 1 to 7 lines, items
// by Zipf's law.
func BenchmarkAddAll(b *testing.B) {
	const n = 1_000_000
	for _, items := range []int{2_000, 20_000, 200_000} {
		lines := orders(n, items, 7)
		for _, cfg := range []affinity.CountConfig{{}, {MaxPairs: 200_000, MaxItems: 10_000}} {
			name := "exact"
			if cfg.MaxPairs > 0 {
				name = "bounded"
			}
			b.Run(fmt.Sprintf("n=1e6/items=%d/%s/key=int32", items, name), func(b *testing.B) {
				b.ReportAllocs()
				var c *counts
				for b.Loop() {
					c = newCounts(b, cfg)
					if err := c.AddAll(lines); err != nil {
						b.Fatal(err)
					}
				}
				report(b, c, n)
			})
		}
	}
	lines := make([]affinity.Line[string], n)
	for i, l := range orders(n, 20_000, 7) {
		lines[i] = affinity.Line[string]{Basket: l.Basket, Item: fmt.Sprintf("SKU-%08d", l.Item), Quantity: l.Quantity}
	}
	b.Run("n=1e6/items=20000/exact/key=string/seq", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c, err := affinity.NewCounts(guanxi.StringKey[string](), affinity.CountConfig{})
			if err != nil {
				b.Fatal(err)
			}
			if err := c.AddSeq(seqOf(lines)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
	})
	b.Run("n=1e6/items=20000/map", func(b *testing.B) { // the same as a shop would write it
		lines := orders(n, 20_000, 7)
		b.ReportAllocs()
		for b.Loop() {
			if w := newNaive(lines); len(w.pairs) == 0 {
				b.Fatal("no pairs")
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
	})
}

func report(b *testing.B, c *counts, n float64) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
	s := c.Stats()
	b.ReportMetric(float64(s.Pairs), "pairs")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	runtime.KeepAlive(c)
	c = nil
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(before.HeapAlloc)-float64(after.HeapAlloc), "heap-bytes")
}

func benchRules(b *testing.B) *affinity.Rules[int32] {
	b.Helper()
	c := newCounts(b, affinity.CountConfig{})
	check(b, c.AddAll(orders(1_000_000, 20_000, 7)))
	// Draws are independent: take what chance gives, to have as many as a shop.
	return newRules(b, c, affinity.RuleConfig{MinTogether: 2, MinLLR: 1})
}

func BenchmarkNewRules(b *testing.B) {
	c := newCounts(b, affinity.CountConfig{})
	check(b, c.AddAll(orders(1_000_000, 20_000, 7)))
	b.ReportAllocs()
	var r *affinity.Rules[int32]
	for b.Loop() {
		r = newRules(b, c, affinity.RuleConfig{MinTogether: 2, MinLLR: 1})
	}
	b.ReportMetric(float64(r.Len()), "rules")
}

// BenchmarkNext suggests for customers with 20 purchases.
func BenchmarkNext(b *testing.B) {
	rules := benchRules(b)
	rng := rand.New(rand.NewPCG(3, 3))
	z := rand.NewZipf(rng, 1.1, 10, 19_999)
	var items []item
	for i := range int32(20_000) {
		items = append(items, item{ID: i + 1, Category: fmt.Sprint(i % 200), Price: price(fmt.Sprint(10 + i%97)), Consumable: i%2 == 0})
	}
	n := newNext(b, rules, items, affinity.NextConfig{})
	histories := make([][]purchase, 256)
	for i := range histories {
		for range 20 {
			histories[i] = append(histories[i], purchase{1 + int32(z.Uint64()), day(rng.IntN(300)), 1})
		}
	}
	var s affinity.NextScratch[int32]
	var dst []suggestion
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		var err error
		dst, err = n.Append(dst[:0], &s, query{History: histories[i%256], AsOf: day(301), Repeat: 2, CrossSell: 5, UpSell: 2})
		if err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/customer")
}

// BenchmarkPortrait adds customers with about three traits.
func BenchmarkPortrait(b *testing.B) {
	list := members(10_000, 1)
	p := newPortrait(b, shopDimensions)
	b.Run("Add", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, m := range list {
				if err := p.Add(m.in, m.traits...); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(list)), "ns/customer")
	})
	b.Run("Indexes", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n = len(must(p.Indexes(affinity.IndexConfig{})))
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/trait")
	})
}
