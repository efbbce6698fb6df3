package main

import (
	"io"
	"testing"
)

// BenchmarkShop is everything, from inventing the orders to the JSON.
func BenchmarkShop(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if code := run([]string{"-customers", "20000", "-json"}, io.Discard, io.Discard); code != 0 {
			b.Fatal(code)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/106_729, "ns/order")
}
