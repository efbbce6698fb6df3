package survival

import "math"

// sym is a symmetric matrix, its lower triangle row by row.
type sym struct {
	n int
	a []float64
}

func newSym(n int) sym { return sym{n, make([]float64, n*(n+1)/2)} }

func (s sym) at(i, j int) float64 {
	if j > i {
		i, j = j, i
	}
	return s.a[i*(i+1)/2+j]
}

func (s sym) set(i, j int, v float64) { s.a[i*(i+1)/2+j] = v }

// rows returns the whole matrix.
func (s sym) rows() [][]float64 {
	out, flat := make([][]float64, s.n), make([]float64, s.n*s.n)
	for i := range out {
		out[i] = flat[i*s.n : (i+1)*s.n : (i+1)*s.n]
		for j := range out[i] {
			out[i][j] = s.at(i, j)
		}
	}
	return out
}

// quadratic returns x'Sx.
func (s sym) quadratic(x []float64) float64 {
	sum, k := 0.0, 0
	for i := range s.n {
		for j := range i {
			sum += 2 * s.a[k] * x[i] * x[j]
			k++
		}
		sum += s.a[k] * x[i] * x[i]
		k++
	}
	return sum
}

// chol is a Cholesky factor, lower triangle; a row that depends on those before
// it has a diagonal of 0 and counts for nothing.
type chol struct{ l sym }

// factor takes a apart. It returns the first row whose pivot is not above tol
// times its diagonal, or -1 where there is none.
func (c *chol) factor(a sym, tol float64) int {
	c.alike(a.n)
	for i := range a.n {
		if !c.row(a, i, tol) {
			return i
		}
	}
	return -1
}

// factorFree is factor that goes on, and returns how many rows are free.
func (c *chol) factorFree(a sym, tol float64) int {
	c.alike(a.n)
	free := 0
	for i := range a.n {
		if c.row(a, i, tol) {
			free++
		} else {
			c.l.set(i, i, 0)
		}
	}
	return free
}

func (c *chol) alike(n int) {
	if c.l.n != n || c.l.a == nil {
		c.l = newSym(n)
	}
}

// row makes row i of the factor and reports whether it is free of the others.
func (c *chol) row(a sym, i int, tol float64) bool {
	l := c.l.a
	ri := i * (i + 1) / 2
	for j := range i {
		rj := j * (j + 1) / 2
		sum := a.a[ri+j]
		for k := range j {
			sum -= l[ri+k] * l[rj+k]
		}
		if l[rj+j] == 0 {
			l[ri+j] = 0
		} else {
			l[ri+j] = sum / l[rj+j]
		}
	}
	d := a.a[ri+i]
	pivot := d
	for k := range i {
		pivot -= l[ri+k] * l[ri+k]
	}
	if !(pivot > tol*d && pivot > 0 && pivot <= math.MaxFloat64) {
		return false
	}
	l[ri+i] = math.Sqrt(pivot)
	return true
}

// forward solves Lx = b in place.
func (c *chol) forward(b []float64) {
	l := c.l.a
	for i := range b {
		ri := i * (i + 1) / 2
		sum := b[i]
		for k := range i {
			sum -= l[ri+k] * b[k]
		}
		if l[ri+i] == 0 {
			b[i] = 0
		} else {
			b[i] = sum / l[ri+i]
		}
	}
}

// backward solves L'x = b in place, for the first len(b) rows.
func (c *chol) backward(b []float64) {
	l := c.l.a
	for i := len(b) - 1; i >= 0; i-- {
		sum := b[i]
		for k := i + 1; k < len(b); k++ {
			sum -= l[k*(k+1)/2+i] * b[k]
		}
		if d := l[i*(i+1)/2+i]; d == 0 {
			b[i] = 0
		} else {
			b[i] = sum / d
		}
	}
}

// solve puts A⁻¹b into x.
func (c *chol) solve(x, b []float64) {
	copy(x, b)
	c.forward(x)
	c.backward(x)
}

// quadratic returns b'A⁻¹b.
func (c *chol) quadratic(b []float64) float64 {
	x := append([]float64(nil), b...)
	c.forward(x)
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// inverse returns A⁻¹.
func (c *chol) inverse() sym {
	n := c.l.n
	out, x := newSym(n), make([]float64, n)
	for j := range n {
		clear(x)
		x[j] = 1
		c.forward(x)
		c.backward(x)
		for i := j; i < n; i++ {
			out.set(i, j, x[i])
		}
	}
	return out
}

// combination returns what makes row i out of the rows before it.
func (c *chol) combination(i int) []float64 {
	b := append([]float64(nil), c.l.a[i*(i+1)/2:i*(i+1)/2+i]...)
	c.backward(b)
	return b
}
