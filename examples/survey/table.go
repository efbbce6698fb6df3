package main

import "fmt"

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
