package affinity

// AdjustForTest adjusts p-values, in ascending order.
func AdjustForTest(p []float64, a Adjustment) []float64 {
	rows := make([]*Index, len(p))
	for i, v := range p {
		rows[i] = &Index{P: v}
	}
	adjust(rows, a)
	out := make([]float64, len(p))
	for i, r := range rows {
		out[i] = r.Adjusted
	}
	return out
}
