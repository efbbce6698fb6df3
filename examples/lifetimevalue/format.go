package main

import (
	"fmt"
	"strconv"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// text writes a sentence in both languages; both take the same args.
func text(en, zh string, args ...any) guanxi.Text {
	if len(args) == 0 {
		return guanxi.Text{EN: en, ZH: zh}
	}
	return guanxi.Text{EN: fmt.Sprintf(en, args...), ZH: fmt.Sprintf(zh, args...)}
}

// fixed writes a number with so many decimals.
func fixed(v float64, decimals int) string {
	return layout.Grouped(strconv.FormatFloat(v, 'f', decimals, 64))
}

// digits writes a number with four significant digits.
func digits(v float64) string { return fmt.Sprintf("%.4g", v) }

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// unknown stands for a number nobody can know.
const unknown = "–"
