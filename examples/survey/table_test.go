package main

import (
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		points(0): "0.0", points(-0.0001): "0.0", points(0.3421): "+34.2", points(-1): "-100.0",
		layout.Thousands(int64(999)): "999", layout.Thousands(1234567): "1,234,567",
		percent(1, 0): unknown, percent(1, 3): "33.3%",
		probability(0.00099): "<0.001", probability(0.0412): "0.041",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
