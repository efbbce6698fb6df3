// Package layout lays out what the examples print.
package layout

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// Table is text in columns. A Chinese character is two columns wide.
type Table struct {
	Align string // of each column: l or r; those beyond are r
	rows  [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.rows = append(t.rows, cells) }

// Rule adds a line across the table.
func (t *Table) Rule() { t.rows = append(t.rows, nil) }

// Width counts columns on the terminal. It does not ask the environment, so that
// the same report has the same text everywhere.
func Width(s string) int { return condition.StringWidth(s) }

var condition = &runewidth.Condition{EastAsianWidth: false}

// Indent stands before a table's first column.
const Indent = "  "

const gap = "  "

// String lays the table out.
func (t *Table) String() string {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		line.WriteString(Indent)
		if row == nil {
			line.WriteString(strings.Repeat("-", sum(widths)+len(gap)*(len(widths)-1)))
		}
		for i, cell := range row {
			if i > 0 {
				line.WriteString(gap)
			}
			pad := strings.Repeat(" ", widths[i]-Width(cell))
			if i < len(t.Align) && t.Align[i] == 'l' {
				line.WriteString(cell + pad)
			} else {
				line.WriteString(pad + cell)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

func sum(widths []int) (n int) {
	for _, w := range widths {
		n += w
	}
	return n
}

// Thousands writes 1234567 as 1,234,567.
func Thousands[N ~int | ~int64](n N) string { return Grouped(strconv.FormatInt(int64(n), 10)) }

// Grouped puts commas between the thousands of a plain number.
func Grouped(s string) string {
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

// Tame makes text from a file fit for a terminal: control and format characters,
// which could move the cursor or turn the line around, become U+FFFD.
func Tame(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
