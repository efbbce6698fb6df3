package pareto

import "math"

// maxTable is the longest table kept; beyond it the sums go on asymptotically.
const maxTable = 1 << 15

// sums are Σ over j < x of ln(r+j), 1/(r+j) and 1/(r+j)².
type sums struct{ log, one, two float64 }

// risingTable holds the sums for one r and every x up to a largest.
type risingTable struct {
	r   float64
	sum []sums // sum[x]
}

// reach extends the table to maxX purchases, or starts it anew for another r.
func (t *risingTable) reach(r float64, maxX int) {
	if r != t.r || len(t.sum) == 0 {
		t.r = r
		t.sum = append(t.sum[:0], sums{})
	}
	last := t.sum[len(t.sum)-1]
	var lost float64 // of the sum of logarithms, by rounding
	for j := len(t.sum) - 1; j < min(maxX, maxTable); j++ {
		z := r + float64(j)
		add := math.Log(z) - lost
		next := last.log + add
		lost = (next - last.log) - add
		inv := 1 / z
		last = sums{log: next, one: last.one + inv, two: last.two + inv*inv}
		t.sum = append(t.sum, last)
	}
}

// at returns the sums for x.
func (t *risingTable) at(x int) sums {
	if x < len(t.sum) {
		return t.sum[x]
	}
	head := len(t.sum) - 1
	s, a, m := t.sum[head], t.r+float64(head), float64(x-head)
	if head < 32 { // asked for more than reach was: rare, and right
		for j := head; j < min(x, 32); j++ {
			z := t.r + float64(j)
			s.log += math.Log(z)
			s.one += 1 / z
			s.two += 1 / (z * z)
		}
		head = min(x, 32)
		if x == head {
			return s
		}
		a, m = t.r+float64(head), float64(x-head)
	}
	d1, d2 := polygamma(a, m)
	return sums{log: s.log + stirling(a, m), one: s.one + d1, two: s.two - d2}
}
