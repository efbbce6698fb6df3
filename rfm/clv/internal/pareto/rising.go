package pareto

import "math"

// rising returns ln Γ(z+m)/Γ(z) = Σ ln(z+j), j < m: a product for small m, the
// difference of Stirling's series, taken term by term, for large.
func rising(z float64, m int) float64 {
	if z > 1e100 {
		return float64(m) * math.Log(z)
	}
	head := m
	if m > 64 {
		head = 0
		if z < 32 {
			head = 32
		}
	}
	var sum float64
	p := 1.0
	for j := range head {
		p *= z + float64(j)
		if p > 1e200 || p < 1e-200 {
			sum += math.Log(p)
			p = 1
		}
	}
	sum += math.Log(p)
	if head < m {
		sum += stirling(z+float64(head), float64(m-head))
	}
	return sum
}

// stirling returns ln Γ(a+m)/Γ(a) for a ≥ 32.
func stirling(a, m float64) float64 {
	b := a + m
	return (a-0.5)*math.Log1p(m/a) + m*(math.Log(b)-1) + stirlingTail(b) - stirlingTail(a)
}

func stirlingTail(a float64) float64 {
	q := 1 / (a * a)
	return (1.0/12 - q*(1.0/360-q*(1.0/1260-q*(1.0/1680-q/1188)))) / a
}

// polygamma returns ψ(a+m)−ψ(a) and ψ'(a+m)−ψ'(a) for a ≥ 32.
func polygamma(a, m float64) (d1, d2 float64) {
	b := a + m
	psi := func(z float64) float64 {
		q := 1 / (z * z)
		return -0.5/z - q*(1.0/12-q*(1.0/120-q*(1.0/252-q/240)))
	}
	tri := func(z float64) float64 {
		q := 1 / (z * z)
		return q * (0.5 + (1.0/6-q*(1.0/30-q*(1.0/42-q/30)))/z)
	}
	return math.Log1p(m/a) + psi(b) - psi(a), tri(b) - tri(a) - m/a/b
}
