package rfm_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

var benchAsOf = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// shop is a seeded population in the way of Pareto/NBD: a few customers buy often
// and most seldom, and after a while they stop. All are known at benchAsOf.
type shop struct {
	rng         *rand.Rand
	rate        []float64 // cumulative, of purchases over the whole life
	alive       []int64   // customers still there at benchAsOf, each as often as it buys
	first, last []int64   // UTC microseconds
}

func newShop(customers int) *shop {
	const years = 3 * 365 * 86400_000000
	s := &shop{rng: rand.New(rand.NewPCG(7, uint64(customers)))}
	end := benchAsOf.UnixMicro()
	sum := 0.0
	for c := range customers {
		e := s.rng.ExpFloat64()
		rate := 0.05 + e*e // a coefficient of variation of 2, as a gamma of shape ¼
		first := end - 1 - s.rng.Int64N(years)
		last := min(end-1, first+int64(s.rng.ExpFloat64()*years/2))
		s.first, s.last = append(s.first, first), append(s.last, last)
		sum += rate * (0.05 + float64(last-first)/years)
		s.rate = append(s.rate, sum)
		if last == end-1 {
			for range 1 + int(rate*4) {
				s.alive = append(s.alive, int64(c+1))
			}
		}
	}
	return s
}

// orders draws n orders of the past, shuffled.
func (s *shop) orders(n int) rfm.Batch[int64] {
	b := rfm.Batch[int64]{Customer: make([]int64, n), At: make([]int64, n), Amount: make([]int64, n)}
	c, total := 0, s.rate[len(s.rate)-1]
	for i, at := range s.rng.Perm(n) {
		if i < len(s.rate) { // everybody bought at least once
			c = i
		} else {
			u := (float64(i-len(s.rate)) + s.rng.Float64()) / float64(n-len(s.rate)) * total
			if i == len(s.rate) {
				c = 0
			}
			for s.rate[c] < u && c < len(s.rate)-1 {
				c++
			}
		}
		b.Customer[at] = int64(c + 1)
		b.At[at] = s.first[c] + s.rng.Int64N(s.last[c]-s.first[c]+1)
		b.Amount[at] = s.basket()
	}
	return b
}

// basket is a log-normal amount in minor units.
func (s *shop) basket() int64 { return int64(math.Exp(3.2+0.8*s.rng.NormFloat64())*100) + 1 }

// makeOrders is an order log of a shop.
func makeOrders(orders, customers int) rfm.Batch[int64] { return newShop(customers).orders(orders) }

// BenchmarkScoredTable is the whole job: an order log to a scored table.
func BenchmarkScoredTable(b *testing.B) {
	const orders, customers = 10_000_000, 1_000_000
	batch := makeOrders(orders, customers)
	segments := rfm.MustSegments(rfm.Eleven())
	for _, cores := range []int{1, 2} {
		b.Run(fmt.Sprintf("n=1e7/customers=1e6/key=int64/cores=%d", cores), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2, Keep: rfm.Totals, Workers: cores})
				if err != nil {
					b.Fatal(err)
				}
				if err := agg.AddBatch(batch); err != nil {
					b.Fatal(err)
				}
				score(b, agg, segments)
			}
			perRow(b, orders, customers)
		})
	}
}

// BenchmarkScoredTableDecimal is the same with decimals and times at the edge.
func BenchmarkScoredTableDecimal(b *testing.B) {
	const orders, customers = 10_000_000, 1_000_000
	rows := asPurchases(makeOrders(orders, customers))
	segments := rfm.MustSegments(rfm.Eleven())
	b.Run("n=1e7/customers=1e6/key=int64/cores=1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2, Keep: rfm.Totals})
			if err != nil {
				b.Fatal(err)
			}
			if err := agg.AddAll(rows); err != nil {
				b.Fatal(err)
			}
			score(b, agg, segments)
		}
		perRow(b, orders, customers)
	})
}

// BenchmarkBaseline is the same job, to the same answer, as a shop would write it:
// a map of structs, sums as decimals or as int64, sorted columns for the cuts. It
// is measured in the same run so that the ratio holds on a noisy machine.
func BenchmarkBaseline(b *testing.B) {
	const orders, customers = 10_000_000, 1_000_000
	batch := makeOrders(orders, customers)
	want := tableCounts(b, batch)
	segments := rfm.MustSegments(rfm.Eleven())
	b.Run("n=1e7/sum=int64", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			type state struct{ last, count, sum int64 }
			byCustomer := map[int64]state{}
			for i, k := range batch.Customer {
				s := byCustomer[k]
				s.last, s.count, s.sum = max(s.last, batch.At[i]), s.count+1, s.sum+batch.Amount[i]
				byCustomer[k] = s
			}
			var rows []plainRow
			for k, s := range byCustomer {
				rows = append(rows, plainRow{customer: k, vals: [3]int64{s.last / 86400_000000, s.count, s.sum}})
			}
			if got := plainScores(rows, segments); !slices.Equal(got, want) {
				b.Fatalf("customers by segment %v, want %v", got, want)
			}
		}
		perRow(b, orders, customers)
	})
	rows := asPurchases(batch)
	b.Run("n=1e7/sum=decimal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			type state struct {
				last  time.Time
				count int64
				sum   decimal.Decimal
			}
			byCustomer := map[int64]state{}
			for _, r := range rows {
				s := byCustomer[r.Customer]
				if r.At.After(s.last) {
					s.last = r.At
				}
				s.count++
				s.sum = s.sum.Add(r.Amount)
				byCustomer[r.Customer] = s
			}
			var rows []plainRow
			for k, s := range byCustomer {
				rows = append(rows, plainRow{customer: k, vals: [3]int64{s.last.Unix() / 86400, s.count, s.sum.Shift(2).IntPart()}})
			}
			if got := plainScores(rows, segments); !slices.Equal(got, want) {
				b.Fatalf("customers by segment %v, want %v", got, want)
			}
		}
		perRow(b, orders, customers)
	})
}

type plainRow struct {
	customer int64
	vals     [3]int64
	score    rfm.Score
	segment  int
}

// plainScores scores the rows in the order of their customers and counts them
// by segment.
func plainScores(rows []plainRow, segments *rfm.Segments) []int {
	slices.SortFunc(rows, func(a, b plainRow) int { return cmp.Compare(a.customer, b.customer) })
	var cuts [3][4]int64
	column := make([]int64, len(rows))
	for d := range cuts {
		for i := range rows {
			column[i] = rows[i].vals[d]
		}
		slices.Sort(column)
		for k := range cuts[d] {
			cuts[d][k] = column[((k+1)*len(column)+4)/5-1]
		}
	}
	counts := make([]int, segments.Len())
	for i := range rows {
		var score [3]uint8
		for d := range cuts {
			score[d] = 1
			for _, c := range cuts[d] {
				if rows[i].vals[d] > c {
					score[d]++
				}
			}
		}
		rows[i].score = rfm.Score{R: score[0], F: score[1], M: score[2]}
		rows[i].segment, _ = segments.Index(rows[i].score)
		counts[rows[i].segment]++
	}
	return counts
}

// tableCounts is the library's answer.
func tableCounts(b *testing.B, batch rfm.Batch[int64]) (counts []int) {
	b.Helper()
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2, Keep: rfm.Totals})
	if err != nil {
		b.Fatal(err)
	}
	if err := agg.AddBatch(batch); err != nil {
		b.Fatal(err)
	}
	for _, r := range score(b, agg, rfm.MustSegments(rfm.Eleven())).Rows {
		counts = append(counts, r.Customers)
	}
	return counts
}

// BenchmarkLiveUpdate is new orders on a kept population of a million.
func BenchmarkLiveUpdate(b *testing.B) {
	const customers = 1_000_000
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2, Keep: rfm.Totals})
	if err != nil {
		b.Fatal(err)
	}
	shop := newShop(customers)
	if err := agg.AddBatch(shop.orders(10_000_000)); err != nil {
		b.Fatal(err)
	}
	live, err := rfm.NewLive(agg, benchAsOf, rfm.MustSegments(rfm.Eleven()), rfm.LiveConfig{})
	if err != nil {
		b.Fatal(err)
	}
	now := benchAsOf
	var changes []rfm.Change[int64]
	for _, n := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("orders=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			batch := rfm.Batch[int64]{Customer: make([]int64, n), At: make([]int64, n), Amount: make([]int64, n)}
			moved, runs := 0, 0
			for b.Loop() {
				b.StopTimer()
				// The orders of one day, by whom orders come from.
				for i := range n {
					batch.Customer[i] = shop.alive[shop.rng.IntN(len(shop.alive))]
					batch.At[i] = now.UnixMicro() + shop.rng.Int64N(86400_000000)
					batch.Amount[i] = shop.basket()
				}
				now = now.AddDate(0, 0, 1)
				b.StartTimer()
				if changes, err = live.UpdateBatch(changes[:0], batch, now); err != nil {
					b.Fatal(err)
				}
				moved += len(changes)
				runs++
			}
			b.ReportMetric(float64(moved)/float64(runs), "changes/op")
		})
	}
}

func BenchmarkScore(b *testing.B) {
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2, Keep: rfm.Totals})
	if err != nil {
		b.Fatal(err)
	}
	if err := agg.AddBatch(makeOrders(100_000, 10_000)); err != nil {
		b.Fatal(err)
	}
	pop, err := agg.Population(benchAsOf)
	if err != nil {
		b.Fatal(err)
	}
	scale, err := rfm.Fit(pop, rfm.ScaleConfig{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		scale.Score(rfm.Values{Recency: i & 511, Frequency: int64(i & 31), Monetary: int64(i & 0xffff)})
		i++
	}
}

func score(b *testing.B, agg *rfm.Aggregator[int64], segments *rfm.Segments) *rfm.Table {
	b.Helper()
	pop, err := agg.Population(benchAsOf)
	if err != nil {
		b.Fatal(err)
	}
	scale, err := rfm.Fit(pop, rfm.ScaleConfig{})
	if err != nil {
		b.Fatal(err)
	}
	scored, err := rfm.ScoreAll(pop, scale, segments)
	if err != nil {
		b.Fatal(err)
	}
	t := scored.Table()
	if t.Customers != agg.Len() {
		b.Fatalf("%d customers in the table, %d in the aggregate", t.Customers, agg.Len())
	}
	return t
}

func asPurchases(batch rfm.Batch[int64]) []rfm.Purchase[int64] {
	rows := make([]rfm.Purchase[int64], len(batch.Customer))
	for i := range rows {
		rows[i] = rfm.Purchase[int64]{Customer: batch.Customer[i], At: time.UnixMicro(batch.At[i]).UTC(), Amount: decimal.New(batch.Amount[i], -2)}
	}
	return rows
}

func perRow(b *testing.B, orders, customers int) {
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(ns/float64(orders), "ns/order")
	b.ReportMetric(ns/float64(customers), "ns/customer")
}
