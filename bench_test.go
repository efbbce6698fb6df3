package guanxi

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func BenchmarkHash(b *testing.B) {
	bench := func(name string, hash func(seed uint64) uint64) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var sum uint64
			for b.Loop() {
				sum += hash(sum & 1)
			}
		})
	}
	ints, strs, uuids := IntKey[int64](), StringKey[string](), UUIDKey[[16]byte]()
	b.Run("key=int64", func(b *testing.B) {
		var sum uint64
		var k int64
		for b.Loop() {
			k++
			sum ^= ints.Hash(7, k)
		}
		sink = sum
	})
	b.Run("key=int64/interface", func(b *testing.B) {
		var key Key[int64] = ints
		var sum uint64
		var k int64
		for b.Loop() {
			k++
			sum ^= key.Hash(7, k)
		}
		sink = sum
	})
	for _, n := range []int{8, 16, 36, 100, 1000} {
		s := strings.Repeat("x", n)
		bench(fmt.Sprintf("key=string/n=%d", n), func(seed uint64) uint64 { return strs.Hash(seed, s) })
	}
	u := [16]byte{1}
	bench("key=uuid", func(seed uint64) uint64 { return uuids.Hash(seed, u) })
}

var sink uint64

func BenchmarkSpanAddTo(b *testing.B) {
	s, at := MustParseSpan("P1M1D"), time.Date(2025, 1, 31, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		_ = s.AddTo(at, nil)
	}
}

func BenchmarkUnmarshalStrict(b *testing.B) {
	type tier struct {
		Name      string `json:"name"`
		MinPoints int64  `json:"min_points"`
	}
	in := []byte(`[` + strings.Repeat(`{"name":"Gold","min_points":5000},`, 99) + `{"name":"金","min_points":1}]`)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		var v []tier
		if err := UnmarshalStrict(in, &v); err != nil {
			b.Fatal(err)
		}
	}
}
