package predict

import "math"

// square is a square matrix of which the lower triangle counts, row-major.
type square struct {
	n int
	v []float64
}

func newSquare(n int) square               { return square{n, make([]float64, n*n)} }
func (s square) row(i int) []float64       { return s.v[i*s.n : (i+1)*s.n : (i+1)*s.n] }
func (s square) at(i, j int) float64       { return s.v[i*s.n+j] }
func (s square) set(i, j int, val float64) { s.v[i*s.n+j] = val }

// factor fills s with the Cholesky factor of a; false unless a is positive
// definite to within rounding.
func (s square) factor(a square) bool {
	for i := range s.n {
		li := s.row(i)
		for j := range i + 1 {
			lj := s.row(j)
			sum := a.at(i, j)
			for k := range j {
				sum -= li[k] * lj[k]
			}
			if i > j {
				li[j] = sum / lj[j]
				continue
			}
			if !(sum > 1e-14*a.at(i, i)) || math.IsInf(sum, 1) {
				return false
			}
			li[i] = math.Sqrt(sum)
		}
	}
	return true
}

// solve replaces b by the solution of L·Lᵀ·x = b, s being L.
func (s square) solve(b []float64) {
	s.forward(b)
	for i := len(b) - 1; i >= 0; i-- {
		for k := i + 1; k < len(b); k++ {
			b[i] -= s.at(k, i) * b[k]
		}
		b[i] /= s.at(i, i)
	}
}

// forward replaces b by the solution of L·x = b.
func (s square) forward(b []float64) {
	for i := range b {
		li := s.row(i)
		for k := range i {
			b[i] -= li[k] * b[k]
		}
		b[i] /= li[i]
	}
}

// inverse returns the whole inverse of L·Lᵀ, s being L.
func (s square) inverse() square {
	inv := newSquare(s.n)
	for i := range s.n {
		col := make([]float64, s.n)
		col[i] = 1
		s.solve(col)
		copy(inv.row(i), col) // symmetric
	}
	return inv
}
