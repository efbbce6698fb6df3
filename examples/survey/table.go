package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// table is text in columns. A Chinese character is two columns wide.
type table struct {
	align string // of each column: l or r; those beyond are r
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// width counts columns on the terminal. It does not ask the environment, so
// that the same report has the same text everywhere.
var width = (&runewidth.Condition{EastAsianWidth: false}).StringWidth

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
		for i, cell := range row {
			line.WriteString("  ")
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
func thousands[N ~int | ~int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// points writes a score on [-1, 1] as people know it: +34.2.
func points(score float64) string {
	s := fmt.Sprintf("%+.1f", 100*score)
	if s == "+0.0" || s == "-0.0" {
		return "0.0"
	}
	return s
}

func percent(n, of int64) string {
	if of == 0 {
		return unknown
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}

// probability writes a p-value.
func probability(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

// unknown stands for a number nobody can know.
const unknown = "–"

// tame keeps what a file says from steering the terminal.
func tame(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
