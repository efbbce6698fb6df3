package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/shopspring/decimal"
)

// money writes an exact amount with the decimals of its currency.
func money(d decimal.Decimal, decimals int) string {
	return layout.Grouped(d.StringFixed(int32(decimals)))
}

// unknown stands for a number nobody can know.
const unknown = "–"

func percent(share float64, ok bool) string {
	if !ok {
		return unknown
	}
	return fmt.Sprintf("%.1f%%", 100*share)
}

func estimate(decimals int) func(v float64, ok bool) string {
	return func(v float64, ok bool) string {
		if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
			return unknown
		}
		return layout.Grouped(strconv.FormatFloat(v, 'f', decimals, 64))
	}
}
