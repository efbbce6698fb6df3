package discrete

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// sums adds up rows at eta.
func sums(e kernel.Evaluator, rows []kernel.Row, weights, eta []float64) (v float64, g []float64, h [][]float64) {
	dim := e.Dim()
	g = make([]float64, dim)
	h = make([][]float64, dim)
	for i := range h {
		h[i] = make([]float64, dim)
	}
	if !e.Set(eta, 100, kernel.Hessian) {
		return math.Inf(-1), g, h
	}
	gr, hr := make([]float64, dim), make([]float64, dim*(dim+1)/2)
	for i, r := range rows {
		v += weights[i] * e.Row(r, gr, hr)
		for a := range dim {
			g[a] += weights[i] * gr[a]
			for b := range dim {
				h[a][b] += weights[i] * at(hr, a, b)
			}
		}
	}
	return v, g, h
}

func information(e kernel.Evaluator, rows []kernel.Row, weights, eta []float64) [][]float64 {
	_, _, h := sums(e, rows, weights, eta)
	for i := range h {
		for j := range h {
			h[i][j] = -h[i][j]
		}
	}
	return h
}

// invert is Gauss and Jordan's method without pivots.
func invert(m [][]float64) [][]float64 {
	n := len(m)
	out := make([][]float64, n)
	for i := range m {
		m[i] = append([]float64(nil), m[i]...)
		out[i] = make([]float64, n)
		out[i][i] = 1
	}
	for i := range n {
		f := m[i][i]
		for k := range n {
			m[i][k] /= f
			out[i][k] /= f
		}
		for j := range n {
			if f := m[j][i]; j != i {
				for k := range n {
					m[j][k] -= f * m[i][k]
					out[j][k] -= f * out[i][k]
				}
			}
		}
	}
	return out
}

// climb maximises by damped Newton steps: enough for a test.
func climb(e kernel.Evaluator, rows []kernel.Row, weights, eta []float64) ([]float64, float64) {
	v, g, h := sums(e, rows, weights, eta)
	damp := 100.0
	for range 500 {
		m := make([][]float64, len(h))
		for i := range h {
			m[i] = make([]float64, len(h))
			for j := range h {
				m[i][j] = -h[i][j]
			}
			m[i][i] += damp
		}
		inv := invert(m)
		next := append([]float64(nil), eta...)
		for i := range next {
			for j := range g {
				next[i] += inv[i][j] * g[j]
			}
		}
		if w, g2, h2 := sums(e, rows, weights, next); w >= v {
			done := w-v < 1e-11 && damp < 1e-6
			eta, v, g, h = next, w, g2, h2
			damp /= 4
			if done {
				break
			}
		} else {
			damp = damp*8 + 1e-9
		}
	}
	return eta, v
}
