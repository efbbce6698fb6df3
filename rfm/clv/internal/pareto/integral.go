package pareto

import "math"

// dropout is the integral I of one history over y = ln((m+u)/(m+t_x)) with
// m = min(α, β). The integrand relative to its value at t_x is e^g(y), where
// g(y) = e1·y − e2·ln(1+c(e^y−1)), or e1·y − e2·(e^y−1) in the flat limit: a
// concave function with g(0) = 0.
type dropout struct {
	e1, e2, c float64
	flat      bool
	buys      bool    // y is ln of α+u; else of β+u
	scale     float64 // m + t_x
	width     float64 // y at T
	la, lb    float64 // ln (α+T)/(α+t_x) and ln (β+T)/(β+t_x); lb is 0 in the flat limit
	w         float64 // n·la + the hazard from t_x to T
	rate      float64 // of leaving, at t_x

	// What quadrature covers: panels of length step from start on.
	start, step float64
	panels      int
	rule        []node
	top         float64 // the largest g, subtracted from all; 0 where that is harmless
	quick       bool    // quickExp and quickLog are good enough
}

const (
	maxStep  = 4  // of one panel: the nearest singularity is ±iπ away
	maxRange = 42 // of g within one panel
	cutoff   = 34 // what lies below e^-cutoff of the largest value is left out
)

// integral prepares I of a history with n = r+x.
func integral(alpha float64, l life, n, tx, t float64) (d dropout) {
	gap := t - tx
	ca, cb := alpha+tx, l.beta+tx
	d.flat, d.rate = l.flat, l.rate(tx)
	if alpha <= l.beta {
		d.buys, d.scale = true, ca
		d.width = min(math.Log1p(gap/ca), 700)
		d.la = d.width
		d.e1 = 1 - n
		if l.flat {
			d.e2 = l.mu * ca
			d.w = n*d.la + l.mu*gap
		} else {
			d.e2, d.c = l.s+1, ca/cb
			d.lb = math.Log1p(gap / cb)
			d.w = n*d.la + l.s*d.lb
		}
	} else {
		d.scale = cb
		d.width = min(math.Log1p(gap/cb), 700)
		d.la, d.lb = math.Log1p(gap/ca), d.width
		d.e1, d.e2, d.c = -l.s, n, cb/ca
		d.w = n*d.la + l.s*d.lb
	}
	return d
}

// g returns the logarithm of the integrand relative to t_x.
func (d *dropout) g(y float64) float64 {
	if d.flat {
		return d.e1*y - d.e2*math.Expm1(y)
	}
	return d.e1*y - d.e2*math.Log1p(d.c*math.Expm1(y))
}

// slope returns g'.
func (d *dropout) slope(y float64) float64 {
	e := math.Exp(y)
	if d.flat {
		return d.e1 - d.e2*e
	}
	return d.e1 - d.e2*d.c*e/(1+d.c*math.Expm1(y))
}

// plan lays panels over the part of [0, width] that counts. More nodes than
// usual are asked for where the integrand has another smooth factor.
func (d *dropout) plan(more int) {
	var size float64 // bounds the range of g
	switch {
	case d.flat:
		size = math.Abs(d.e1)*d.width + d.e2*math.Expm1(d.width)
	case d.buys:
		size = math.Abs(d.e1)*d.width + d.e2*d.lb
	default:
		size = -d.e1*d.width + d.e2*d.la
	}
	d.start, d.step, d.panels, d.top = 0, d.width, 1, 0
	plain := true
	if !(size <= maxRange && d.width <= maxStep) {
		size = d.trim()
		plain = size < 600
		size = min(size, maxRange)
	}
	n := 5.5 + 2.3*math.Sqrt(size) + 1.6*d.step
	d.rule = rule(min(max(int(n)+more, minNodes), maxNodes))
	d.quick = plain && d.e2 <= 32 && math.Abs(d.e1) <= 500 && d.panels <= 4
}

// trim narrows the panels to where the integrand is more than e^-cutoff of its
// largest value, and returns the range of g in them, up and down.
func (d *dropout) trim() float64 {
	peak := 0.0
	if d.slope(0) > 0 {
		if d.flat {
			peak = math.Log(d.e1 / d.e2)
		} else {
			peak = math.Log(d.e1 * (1 - d.c) / (d.c * (d.e2 - d.e1)))
		}
		if !(peak <= d.width) { // an infinity where e2 is 0
			peak = d.width
		}
		peak = max(peak, 0)
		d.top = d.g(peak)
	}
	lo, hi := 0.0, d.width
	if peak > 0 {
		lo = d.edge(peak, 0)
	}
	if peak < hi {
		if g := d.slope(0); peak == 0 && g < 0 {
			hi = min(hi, (cutoff+4)/-g) // g is concave
		}
		hi = d.edge(peak, hi)
	}
	d.start = lo
	size := 2*d.top - d.g(lo) - d.g(hi)
	d.panels = int(math.Ceil(max((hi-lo)/maxStep, size/(maxRange+4), 1)))
	d.step = (hi - lo) / float64(d.panels)
	return size
}

// edge moves from y towards peak until g is at most cutoff+8 below its top.
func (d *dropout) edge(peak, y float64) float64 {
	for range 200 {
		drop := d.top - d.g(y)
		if drop <= cutoff+8 {
			break
		}
		next := y + (drop-cutoff)/d.slope(y) // Newton stays outside: g is concave
		if drop > 4*cutoff || math.IsNaN(next) {
			next = peak + (y-peak)/2
			if d.top-d.g(next) < cutoff { // too far: the edge lies between
				next = between(d, next, y)
			}
		}
		if next == y {
			break
		}
		y = next
	}
	return y
}

// between returns a point where g is cutoff to cutoff+8 below its top, or as
// near as doubles go, between one that is less and one that is more.
func between(d *dropout, in, out float64) float64 {
	for range 100 {
		mid := in + (out-in)/2
		switch drop := d.top - d.g(mid); {
		case drop < cutoff:
			in = mid
		case drop > cutoff+8 || math.IsNaN(drop):
			out = mid
		default:
			return mid
		}
	}
	return out
}

// sum returns ∫ e^(g−top) dy.
func (d *dropout) sum() float64 {
	var sum float64
	for i := range d.panels {
		a := d.start + float64(i)*d.step
		switch {
		case d.quick && d.flat:
			for _, k := range d.rule {
				y := a + d.step*k.t
				sum += k.w * quickExp(d.e1*y-d.e2*(quickExp(y)-1)-d.top)
			}
		case d.quick:
			for _, k := range d.rule {
				y := a + d.step*k.t
				sum += k.w * quickExp(d.e1*y-d.e2*quickLog(1+d.c*(quickExp(y)-1))-d.top)
			}
		default:
			for _, k := range d.rule {
				y := a + d.step*k.t
				sum += k.w * math.Exp(d.g(y)-d.top)
			}
		}
	}
	return sum * d.step
}

// points are the nodes of one panel: the weight with the integrand, e^y−1 and
// the other logarithm in g, which in the flat limit is e^y−1 too.
type points [maxNodes]struct{ f, grown, other float64 }

// fill computes the points of panel p, as sum does, and returns y at its start.
func (d *dropout) fill(p int, out *points) float64 {
	a := d.start + float64(p)*d.step
	for i, k := range d.rule {
		y := a + d.step*k.t
		q := &out[i]
		switch {
		case d.quick:
			q.grown = quickExp(y) - 1
			q.other = q.grown
			if !d.flat {
				q.other = quickLog(1 + d.c*q.grown)
			}
			q.f = k.w * quickExp(d.e1*y-d.e2*q.other-d.top)
		default:
			q.grown = math.Expm1(y)
			q.other = q.grown
			if !d.flat {
				q.other = math.Log1p(d.c * q.grown)
			}
			q.f = k.w * math.Exp(d.e1*y-d.e2*q.other-d.top)
		}
	}
	return a
}

// odds returns I as q·e^lg.
func (p Params) odds(x int, tx, t float64) (q, lg float64) {
	l := p.life()
	if t <= tx || l.mu == 0 {
		return 0, 0
	}
	d := integral(p.Alpha, l, p.R+float64(x), tx, t)
	d.plan(0)
	return d.rate * d.scale * d.sum(), d.w + d.top
}
