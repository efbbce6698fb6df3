package audience

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// halfFull returns about n of 2n ordinals.
func halfFull(t testing.TB, r *rand.Rand, n int) Set {
	t.Helper()
	words := make([]uint64, 2*n/64)
	for i := range words {
		words[i] = r.Uint64()
	}
	s, err := FromWords(words)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func BenchmarkSet(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		r := rand.New(rand.NewPCG(23, 24))
		x, y := halfFull(b, r, n), halfFull(b, r, n)
		u := First(uint32(2 * n))
		data, _ := x.MarshalBinary()
		words := x.AppendWords(nil, uint32(2*n))
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
			})
		}
		run("AndCount", func() { x.AndCount(y) })
		run("OrCount", func() { x.OrCount(y) })
		run("And", func() { x.And(y) })
		run("Or", func() { x.Or(y) })
		run("Minus", func() { x.Minus(y) })
		run("Complement", func() { x.Complement(u) })
		run("FromWords", func() { _, _ = FromWords(words) })
		run("Marshal", func() { _, _ = x.MarshalBinary() })
		run("Unmarshal", func() { _ = new(Set).UnmarshalBinary(data) })
		b.Logf("%d bytes for %d customers", len(data), x.Count())
	}
}

func BenchmarkOverlap(b *testing.B) {
	r := rand.New(rand.NewPCG(25, 26))
	sets := make([]Set, 20)
	for i := range sets {
		sets[i] = halfFull(b, r, 1_000_000)
	}
	b.ReportAllocs()
	for b.Loop() {
		OverlapOf(sets...)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/190, "ns/pair")
}

func BenchmarkAssign(b *testing.B) {
	keys := make([]string, 1_000_000)
	for i := range keys {
		keys[i] = "customer-" + strconv.Itoa(i)
	}
	var dst []uint32
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = NewMemory(guanxi.StringKey[string]()).Assign(background, dst[:0], keys)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/customer")
}

func BenchmarkArm(b *testing.B) {
	s := split(b, springCampaign())
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Arm("customer-123456", "vip")
	}
}

func BenchmarkOutcomes(b *testing.B) {
	o := outcomes(b, plainCampaign(), plainRoster(800_000, 200_000))
	money := decimal.New(1999, -2)
	b.ReportAllocs()
	for b.Loop() {
		o.Reset()
		for v := range uint32(100_000) {
			_ = o.Add(Outcome{v * 10, true, money})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e5, "ns/outcome")
}
