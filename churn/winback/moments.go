package winback

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/guanxi-go/guanxi/internal/minor"
)

// moments are the exact sums of an amount in minor units over n customers.
type moments struct {
	minor.Moments
	n int64
}

// add reports false, and leaves m as it is, where a sum does not fit.
func (m *moments) add(v int64) bool {
	sums, ok := m.Moments.Add(v)
	if ok {
		*m = moments{sums, m.n + 1}
	}
	return ok
}

// mean and variance (n − 1 in its denominator) in minor units; the variance of
// one customer is 0.
func (m *moments) mean() float64 {
	return float64(m.Sum) / float64(m.n)
}

func (m *moments) variance() float64 {
	if m.n < 2 {
		return 0
	}
	return m.Variance(m.n)
}

// welch compares two means, in units of 10^−decimals. The interval is nil where
// an arm has fewer than two customers, or nobody differs from anybody.
func welch(t, h moments, decimals int, confidence float64) *MeanUplift {
	if t.n == 0 || h.n == 0 {
		return nil
	}
	unit := math.Pow10(-decimals)
	u := &MeanUplift{Treated: t.mean() * unit, Held: h.mean() * unit}
	u.Uplift = (t.mean() - h.mean()) * unit
	if t.n < 2 || h.n < 2 {
		return u
	}
	a, b := t.variance()/float64(t.n), h.variance()/float64(h.n)
	if a+b <= 0 {
		return u
	}
	u.SE = math.Sqrt(a+b) * unit
	u.DF = (a + b) * (a + b) / (a*a/float64(t.n-1) + b*b/float64(h.n-1))
	half := distuv.StudentsT{Sigma: 1, Nu: u.DF}.Quantile((1+confidence)/2) * u.SE
	u.Interval = &Interval{u.Uplift - half, u.Uplift + half}
	return u
}
