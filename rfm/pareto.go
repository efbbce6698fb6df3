package rfm

import (
	"slices"
)

// ParetoPoint says what share of the revenue the best customers make.
type ParetoPoint struct {
	Customers     int     // the best so many
	CustomerShare float64 // of all who ever bought
	RevenueShare  float64 // of all revenue
}

// Pareto is the curve of revenue over customers, greatest first, at points
// equal steps of customers (10 gives the best 10 %, 20 %, …; a step covers at
// least one customer). A customer whose refunds exceed their purchases counts as 0.
// Without revenue there is no curve: nil.
func (s *Scored[K]) Pareto(points int) []ParetoPoint {
	sums, total := s.revenues()
	n := len(sums)
	if total <= 0 || points < 1 {
		return nil
	}
	var curve []ParetoPoint
	var sum float64
	at := 0
	for k := 1; k <= min(points, n); k++ {
		upTo := (k*n + min(points, n) - 1) / min(points, n)
		for ; at < upTo; at++ {
			sum += float64(sums[n-1-at])
		}
		curve = append(curve, ParetoPoint{Customers: at, CustomerShare: float64(at) / float64(n), RevenueShare: sum / total})
	}
	return curve
}

// Gini returns the Gini coefficient of revenue over those who ever bought: 0 if
// all spent the same, near 1 if one spent everything. A customer whose refunds
// exceed their purchases counts as 0. False without revenue.
func (s *Scored[K]) Gini() (float64, bool) {
	sums, total := s.revenues()
	if total <= 0 {
		return 0, false
	}
	n := float64(len(sums))
	var weighted float64
	for i, v := range sums { // ascending: G = Σ (2i − n − 1)·xᵢ / (n·Σx), i from 1
		weighted += (2*float64(i+1) - n - 1) * float64(v)
	}
	return weighted / (n * total), true
}

// revenues returns the revenue of every buyer, ascending, and their sum.
func (s *Scored[K]) revenues() (sums []int64, total float64) {
	var exact sum128
	for i := range s.each {
		if s.pop.count[i] != prospect {
			v := max(0, s.pop.sum[i])
			sums = append(sums, v)
			exact.add(v)
		}
	}
	slices.Sort(sums)
	return sums, exact.float()
}
