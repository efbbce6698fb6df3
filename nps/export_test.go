package nps

// The unrounded and uncut numbers, which the reference gives.

// Raw is Classes.Interval before its ends are cut at ±1.
func (c Classes) Raw(m Method, confidence float64) Interval {
	z, _ := deviate(confidence)
	i, _ := c.raw(m, z)
	return i
}

func (p Plan) RawForMargin(m Mix, margin float64) (float64, error) { return p.forMargin(m, margin) }
func (p Plan) RawForLift(from, to Mix) (float64, error)            { return p.forLift(from, to) }
func (p Plan) RawForShareLift(from, to float64) (float64, error)   { return p.forShareLift(from, to) }
func (m *Monitor) Config() MonitorConfig                           { return m.cfg }
func StudentQuantile(df, alpha float64) float64                    { return studentQuantile(df, alpha) }
func NullVariance(c Classes, v float64) (variance, slope float64)  { return netSample(c).null(v) }

func (w *Window[K]) Customers() int { return len(w.seen) }

// Variance is that of one answer.
func (c Classes) Variance() float64 { return netSample(c).variance() }

// Sum is the sum of the weights.
func (w *Weighted) Sum() float64 { return w.sum[Detractor] + w.sum[Passive] + w.sum[Promoter] }
