package main

import (
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/shopspring/decimal"
)

func TestMoneyText(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "-1": "-1.00", "999.5": "999.50", "1000": "1,000.00", "-123456.78": "-123,456.78", "1234567": "1,234,567.00",
	} {
		if got := money(decimal.RequireFromString(in), 2); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// What a file calls a customer does not steer the terminal.
func TestTame(t *testing.T) {
	if got := layout.Tame("a\x1b[31m\u202eb"); got != "a\uFFFD[31m\uFFFDb" {
		t.Errorf("%q", got)
	}
}
