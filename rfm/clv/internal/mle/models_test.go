package mle

import (
	"math"
	"math/rand/v2"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// testModel is an evaluator from a closure: row writes the derivatives into g and
// the full symmetric h (by rows).
type testModel struct {
	dim int
	eta []float64
	set func(eta []float64) bool
	row func(eta []float64, r kernel.Row, g, h []float64) float64
	g   []float64
	h   []float64
}

func (m *testModel) Dim() int { return m.dim }

func (m *testModel) Set(eta []float64, _ int, _ kernel.Order) bool {
	copy(m.eta, eta)
	return m.set == nil || m.set(eta)
}

func (m *testModel) Row(r kernel.Row, grad, hess []float64) float64 {
	clear(m.g)
	clear(m.h)
	l := m.row(m.eta, r, m.g, m.h)
	copy(grad, m.g)
	if hess != nil {
		for i := range m.dim {
			for j := 0; j <= i; j++ {
				hess[lower(i, j)] = m.h[i*m.dim+j]
			}
		}
	}
	return l
}

func (m *testModel) Clone() kernel.Evaluator {
	return model(m.dim, m.set, m.row)
}

func model(dim int, set func([]float64) bool, row func(eta []float64, r kernel.Row, g, h []float64) float64) *testModel {
	return &testModel{
		dim: dim, set: set, row: row,
		eta: make([]float64, dim), g: make([]float64, dim), h: make([]float64, dim*dim),
	}
}

// normal is N(mu, sigma²) of Row.T in (mu, log sigma).
func normal() kernel.Evaluator {
	return model(2, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		v := math.Exp(-2 * eta[1])
		d := r.T - eta[0]
		g[0], g[1] = d*v, d*d*v-1
		h[0], h[1], h[2], h[3] = -v, -2*d*v, -2*d*v, -2*d*d*v
		return -eta[1] - d*d*v/2
	})
}

// components is a variance component model in (log sigma², log tau): a group of
// X values has Tx = the square of its mean times X, which is (sigma² + X·tau)·χ²(1),
// and T = the squares around it, sigma²·χ²(X−1). With all X equal the maximum is
// known in closed form, and lies at tau = 0 where the groups differ too little.
func components() kernel.Evaluator {
	return model(2, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		m := float64(r.X)
		s, tau := math.Exp(eta[0]), math.Exp(eta[1])
		v := s + m*tau
		d1 := (r.Tx/v - 1) / v / 2 // dℓ/dv
		d2 := (1 - 2*r.Tx/v) / v / v / 2
		e1 := (r.T/s - (m - 1)) / s / 2 // of the rest, by s
		e2 := ((m - 1) - 2*r.T/s) / s / s / 2
		g[0], g[1] = s*(d1+e1), m*tau*d1
		h[0] = s*(d1+e1) + s*s*(d2+e2)
		h[1] = s * m * tau * d2
		h[2] = h[1]
		h[3] = m*tau*d1 + m*tau*m*tau*d2
		if math.IsInf(eta[1], -1) {
			g[1], h[1], h[2], h[3] = m*d1, 0, 0, 0
		}
		return -(math.Log(v) + r.Tx/v + (m-1)*math.Log(s) + r.T/s) / 2
	})
}

// counts is the negative binomial in (log mean, log 1/shape) for Row.X; the edge
// log 1/shape → −Inf is the Poisson.
func counts() kernel.Evaluator {
	return model(2, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		mu, k, x := math.Exp(eta[0]), math.Exp(eta[1]), float64(r.X)
		l := x * eta[0]
		s1, s2 := 0.0, 0.0
		for j := range r.X {
			f := float64(j)
			l += math.Log1p(k * f)
			s1 += f / (1 + k*f)
			s2 -= f * f / (1 + k*f) / (1 + k*f)
		}
		if math.IsInf(eta[1], -1) {
			g[0], g[1] = x-mu, s1-x*mu+mu*mu/2
			h[0] = -mu
			return l - mu
		}
		u := 1 + k*mu
		// w = log(1+k·mu)/k and its derivatives by k, by series where k is small.
		z := k * mu
		w, w1, w2 := math.Log1p(z)/k, 0.0, 0.0
		if z < 1e-2 {
			w1, w2 = 0, 0
			p := mu * mu
			for n := 2; n < 12; n++ {
				f := float64(n)
				sign := 1 - 2*float64((n+1)%2) // of z^n/n in log1p
				w1 += sign * (f - 1) / f * p * math.Pow(k, f-2)
				if n > 2 {
					w2 += sign * (f - 1) * (f - 2) / f * p * math.Pow(k, f-3)
				}
				p *= mu
			}
		} else {
			w1 = mu/u/k - w/k
			w2 = -mu*mu/u/u/k - 2*mu/u/k/k + 2*w/k/k
		}
		l -= x*math.Log1p(z) + w
		dmu := -x*k/u - 1/u
		dmu2 := x*k*k/u/u + k/u/u
		dk := s1 - x*mu/u - w1
		dk2 := s2 + x*mu*mu/u/u - w2
		dmuk := -x/u + x*k*mu/u/u + mu/u/u
		g[0], g[1] = x+mu*dmu, k*dk
		h[0] = mu*dmu + mu*mu*dmu2
		h[1] = mu * k * dmuk
		h[2] = h[1]
		h[3] = k*dk + k*k*dk2
		return l
	})
}

// raw is counts in (log shape, log shape/mean), which has no legal edge: data
// without heterogeneity drive both to infinity.
func raw() kernel.Evaluator {
	inner := counts()
	g2, h2 := make([]float64, 2), make([]float64, 3)
	eta2 := make([]float64, 2)
	return model(2, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		eta2[0], eta2[1] = eta[0]-eta[1], -eta[0]
		inner.Set(eta2, r.X, kernel.Hessian)
		l := inner.Row(r, g2, h2)
		g[0], g[1] = g2[0]-g2[1], -g2[0]
		h[0] = h2[0] - 2*h2[1] + h2[2]
		h[1] = -h2[0] + h2[1]
		h[2] = h[1]
		h[3] = h2[0]
		return l
	})
}

// cauchy is the location of a Cauchy with scale 1: two clusters give two maxima.
func cauchy() kernel.Evaluator {
	return model(1, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		d := r.T - eta[0]
		u := 1 + d*d
		g[0] = 2 * d / u
		h[0] = (2*d*d - 2) / u / u
		return -math.Log(u)
	})
}

// hump has a maximum of height r.T inside, at 0, and one of height 1 at the legal
// edge −Inf.
func hump() kernel.Evaluator {
	return model(1, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		x := eta[0]
		if math.IsInf(x, -1) {
			g[0] = -20
			return 1
		}
		q := math.Exp(x)
		a, b := r.T*math.Exp(-4*x*x), math.Exp(-20*q)
		g[0] = -8*x*a - 20*q*b
		h[0] = (64*x*x-8)*a + (-20*q+400*q*q)*b
		return a + b
	})
}

func normalRows(n int, seed uint64) []kernel.Row {
	rng := rand.New(rand.NewPCG(seed, 1))
	rows := make([]kernel.Row, n)
	for i := range rows {
		rows[i] = kernel.Row{X: rng.IntN(5), T: 3 + 2*rng.NormFloat64()}
	}
	return rows
}

// componentRows draws groups of 5 with the given tau and sigma = 1.
func componentRows(n int, tau float64, seed uint64) []kernel.Row {
	rng := rand.New(rand.NewPCG(seed, 2))
	rows := make([]kernel.Row, n)
	for i := range rows {
		z, t := rng.NormFloat64(), 0.0
		for range 4 {
			e := rng.NormFloat64()
			t += e * e
		}
		rows[i] = kernel.Row{X: 5, Tx: (1 + 5*tau) * z * z, T: t}
	}
	return rows
}
