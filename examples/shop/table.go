package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
)

// table is text in columns. A Chinese character is two columns wide.
type table struct {
	align string // of each column: l or r; those beyond are r
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// rule adds a line across the table.
func (t *table) rule() { t.rows = append(t.rows, nil) }

// width counts columns on the terminal. It does not ask the environment, so
// that the same report has the same text everywhere.
var width = (&runewidth.Condition{EastAsianWidth: false}).StringWidth

const indent, gap = "  ", "  "

// String lays the table out.
func (t *table) String() string {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], width(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		line.WriteString(indent)
		if row == nil {
			line.WriteString(strings.Repeat("-", lo.Sum(widths)+len(gap)*(len(widths)-1)))
		}
		for i, cell := range row {
			if i > 0 {
				line.WriteString(gap)
			}
			pad := strings.Repeat(" ", widths[i]-width(cell))
			if i < len(t.align) && t.align[i] == 'l' {
				line.WriteString(cell + pad)
			} else {
				line.WriteString(pad + cell)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// thousands writes 1234567 as 1,234,567.
func thousands[N ~int | ~int64](n N) string { return grouped(strconv.FormatInt(int64(n), 10)) }

// money writes an exact amount with the decimals of its currency.
func money(d decimal.Decimal, decimals int) string { return grouped(d.StringFixed(int32(decimals))) }

// grouped puts commas between the thousands of a plain number.
func grouped(s string) string {
	sign := ""
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		sign, s = "-", rest
	}
	whole, fraction, has := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if has {
		whole += "." + fraction
	}
	return sign + whole
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
		return grouped(strconv.FormatFloat(v, 'f', decimals, 64))
	}
}

// tame keeps what a file says from steering the terminal.
func tame(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
