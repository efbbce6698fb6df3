package mle

import "math"

// symmetric is scratch for small symmetric matrices, dense by rows.
type symmetric struct {
	m      int
	a, v   []float64 // the matrix, overwritten; its eigenvectors by columns
	values []float64
	b      []float64 // right-hand side in eigenvectors
}

func newSymmetric(n int) *symmetric {
	return &symmetric{a: make([]float64, n*n), v: make([]float64, n*n), values: make([]float64, n), b: make([]float64, n)}
}

// decompose finds the eigenvalues and eigenvectors of a (m × m) by Jacobi's
// rotations, which keep the small eigenvalues of badly scaled matrices.
// Golub & Van Loan (2013), Matrix Computations, 8.5.
func (s *symmetric) decompose(m int) {
	s.m = m
	a, v := s.a, s.v
	for i := range m {
		for j := range m {
			v[i*m+j] = 0
		}
		v[i*m+i] = 1
	}
	for range 60 {
		rotated := false
		for p := range m {
			for q := p + 1; q < m; q++ {
				apq := a[p*m+q]
				if math.Abs(apq) <= 1e-17*math.Sqrt(math.Abs(a[p*m+p]))*math.Sqrt(math.Abs(a[q*m+q])) {
					continue
				}
				rotated = true
				t := rotation(a[q*m+q]-a[p*m+p], 2*apq)
				c := 1 / math.Sqrt(1+t*t)
				sn := t * c
				a[p*m+p] -= t * apq
				a[q*m+q] += t * apq
				a[p*m+q], a[q*m+p] = 0, 0
				for k := range m {
					if k != p && k != q {
						x, y := a[k*m+p], a[k*m+q]
						a[k*m+p] = c*x - sn*y
						a[k*m+q] = sn*x + c*y
						a[p*m+k], a[q*m+k] = a[k*m+p], a[k*m+q]
					}
					x, y := v[k*m+p], v[k*m+q]
					v[k*m+p] = c*x - sn*y
					v[k*m+q] = sn*x + c*y
				}
			}
		}
		if !rotated {
			break
		}
	}
	for i := range m {
		s.values[i] = a[i*m+i]
	}
}

// rotation is the smaller tangent t of the angle with cot(2·angle) = diff/double.
func rotation(diff, double float64) float64 {
	theta := diff / double
	if math.IsInf(theta, 0) {
		return 0
	}
	return math.Copysign(1, theta) / (math.Abs(theta) + math.Hypot(1, theta))
}

// least is the place of the smallest eigenvalue.
func (s *symmetric) least() int {
	k := 0
	for i := 1; i < s.m; i++ {
		if s.values[i] < s.values[k] {
			k = i
		}
	}
	return k
}

// project stores g in eigenvectors.
func (s *symmetric) project(g []float64) {
	for j := range s.m {
		t := 0.0
		for i := range s.m {
			t += s.v[i*s.m+j] * g[i]
		}
		s.b[j] = t
	}
}

// length of the step for the shift mu.
func (s *symmetric) length(mu float64) float64 {
	t := 0.0
	for j := range s.m {
		x := s.b[j] / (s.values[j] + mu)
		t += x * x
	}
	return math.Sqrt(t)
}

// step writes the p of length ≤ radius that maximises bᵀp − ½·pᵀAp, and returns
// that maximum. Conn, Gould & Toint (2000), Trust-Region Methods, 7.3.
func (s *symmetric) step(p []float64, radius float64) float64 {
	low := s.least()
	lambda := s.values[low]
	mu, along := 0.0, 0.0
	if lambda <= 0 || s.length(0) > radius {
		floor := math.Max(0, -lambda)
		tiny := 1e-12 * (math.Abs(lambda) + 1e-300)
		for j := range s.m {
			tiny = math.Max(tiny, 1e-14*math.Abs(s.values[j]))
		}
		if n := s.length(floor + tiny); n <= radius {
			// The hard case: fill up along the direction of least curvature.
			mu = floor + tiny
			along = math.Copysign(math.Sqrt(math.Max(0, radius*radius-n*n)), s.b[low])
		} else {
			lo, hi := tiny, 2*tiny+1e-8
			for s.length(floor+hi) > radius && hi < math.MaxFloat64/4 {
				lo, hi = hi, 4*hi
			}
			for range 200 { // far more than floats need
				if hi <= 1.001*lo {
					break
				}
				if mid := math.Sqrt(lo) * math.Sqrt(hi); s.length(floor+mid) > radius {
					lo = mid
				} else {
					hi = mid
				}
			}
			mu = floor + hi
		}
	}
	gain := 0.0
	for i := range s.m {
		p[i] = 0
	}
	for j := range s.m {
		x := s.b[j] / (s.values[j] + mu)
		if j == low {
			x += along
		}
		gain += x * (s.b[j] - 0.5*s.values[j]*x)
		for i := range s.m {
			p[i] += x * s.v[i*s.m+j]
		}
	}
	return gain
}

// gain is ½·bᵀA⁻¹b, what a full Newton step promises where A is definite.
func (s *symmetric) gain() float64 {
	t := 0.0
	for j := range s.m {
		t += s.b[j] * s.b[j] / s.values[j]
	}
	return t / 2
}
