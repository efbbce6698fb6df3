package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// unknown stands for a number nobody can know.
const unknown = "–"

// decimals writes a number with so many decimal places.
func decimals(x float64, places int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return unknown
	}
	s := strconv.FormatFloat(x, 'f', places, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

// signed is decimals with a sign.
func signed(x float64, places int) string {
	s := decimals(x, places)
	if x > 0 {
		s = "+" + s
	}
	return s
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return unknown
	}
	return decimals(100*share, 1) + "%"
}

// points writes a difference of shares in percentage points.
func points(share float64) string { return signed(100*share, 1) }

// probability writes a p-value.
func probability(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

// plain writes a number with no more digits than it needs.
func plain(x float64) string {
	if math.IsNaN(x) {
		return unknown
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
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
