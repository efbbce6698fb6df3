package pareto

import "math"

// Prob returns the probability of exactly k purchases in (t, t+h] by a customer
// with x repeat purchases, the last at tx, seen until t. Given that the customer
// is active at t, buying and dropout rates are again gamma, with r+x, α+t, s and
// β+t, so that the customer is a new one of that model (Fader & Hardie 2014,
// "Deriving the conditional PMF of the Pareto/NBD model"). Cost: some
// microseconds, whatever k is.
func (p Params) Prob(x int, tx, t, h float64, k int) float64 {
	a := p.alive(x, tx, t)
	v := p.after(x, t, 0, 0).ProbNew(h, k)
	if k == 0 {
		return 1 - a.p*(1-v)
	}
	return a.times(v)
}

// after is the model of a customer who is active at t, with i added to α+t and j
// to β+t.
func (p Params) after(x int, t, i, j float64) Params {
	return Params{R: p.R + float64(x), Alpha: p.Alpha + t + i, S: p.S, Beta: p.Beta + t + j, Mu: p.Mu}
}

// ProbNew returns the probability that a new customer makes exactly k repeat
// purchases by age t. The negative binomial of the age reached is averaged over
// that age by quadrature, all terms positive: Schmittlein, Morrison & Colombo
// (1987), without its 2F1's.
func (p Params) ProbNew(t float64, k int) float64 {
	switch {
	case k < 0:
		return 0
	case k == 0:
		return math.Exp(p.LogLik(0, 0, t))
	case t <= 0:
		return 0
	}
	l := p.life()
	c := counts{Params: p, life: l, k: float64(k), log: rising(p.R, k) - rising(1, k)}
	sum := math.Exp(c.nbd(t) - l.hazard(0, t))
	if l.mu > 0 {
		sum += c.left(t)
	}
	return min(sum, 1)
}

// counts is the probability of k purchases as a function of the age reached.
type counts struct {
	Params
	life life
	k    float64
	log  float64 // ln Γ(r+k)/(Γ(r)·k!)
}

// nbd returns the logarithm of the probability of k purchases in an active time u.
func (c *counts) nbd(u float64) float64 {
	return c.log - c.R*math.Log1p(u/c.Alpha) - c.k*math.Log1p(c.Alpha/u)
}

// left returns the probability of leaving before t with k purchases.
func (c *counts) left(t float64) float64 {
	d := integral(c.Alpha, c.life, c.R, 0, t)
	d.plan(int(c.k)/2 + 2)
	if c.k <= 12 && d.panels == 1 && d.start == 0 && d.step == d.width {
		// One panel from age 0 on: (u/(α+u))^k is a smooth factor there.
		var sum float64
		lift := c.log - c.R*math.Log1p(t/c.Alpha) - c.life.hazard(0, t) + d.w
		for _, q := range d.rule {
			y := d.step * q.t
			u := d.scale * math.Expm1(y)
			sum += q.w * math.Exp(d.g(y)+lift) * ipow(u/(c.Alpha+u), int(c.k))
		}
		return d.rate * d.scale * d.step * sum
	}
	return c.leftLog(math.Log(t))
}

// ipow returns x^k.
func ipow(x float64, k int) float64 {
	v := 1.0
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			v *= x
		}
		x *= x
	}
	return v
}

// g is the logarithm of the density of leaving at u = e^v after k purchases,
// over v: concave.
func (c *counts) g(v float64) float64 {
	u := math.Exp(v)
	return c.nbd(u) - c.life.hazard(0, u) + math.Log(c.life.rate(u)) + v
}

func (c *counts) slope(v float64) float64 {
	u := math.Exp(v)
	s := 1 + (c.k*c.Alpha-c.R*u)/(c.Alpha+u)
	if c.life.flat {
		return s - c.life.mu*u
	}
	return s - (c.life.s+1)*(u/(c.life.beta+u))
}

// leftLog integrates e^g from −∞ to end, over what counts.
func (c *counts) leftLog(end float64) float64 {
	peak := end
	if c.slope(end) < 0 {
		lo, hi := end-1, end
		for step := 2.0; c.slope(lo) < 0 && lo > -700; step *= 2 {
			lo, hi = lo-step, lo
		}
		for hi-lo > 0.01 {
			if mid := (lo + hi) / 2; c.slope(mid) < 0 {
				hi = mid
			} else {
				lo = mid
			}
		}
		peak = lo
	}
	top := c.g(peak)
	if top < -800 { // below any double, and its neighbours too
		return 0
	}
	lo := c.edge(peak, top, -1, -740)
	hi := end
	if peak < end && top-c.g(end) > cutoff+8 {
		hi = c.edge(peak, top, 1, end)
	}
	size := 2*top - c.g(lo) - c.g(hi)
	panels := int(math.Ceil(max((hi-lo)/2, size/(maxRange+4), 1)))
	step := (hi - lo) / float64(panels)
	nodes := rule(20)
	var sum float64
	for i := range panels {
		a := lo + float64(i)*step
		for _, q := range nodes {
			sum += q.w * math.Exp(c.g(a+step*q.t)-top)
		}
	}
	return sum * step * math.Exp(top)
}

// edge returns a point in the given direction from the peak where g is cutoff to
// cutoff+8 below top, or the limit.
func (c *counts) edge(peak, top, dir, limit float64) float64 {
	in, out := peak, peak
	for step := min(1, 40/math.Sqrt(1+c.k)); ; step *= 2 {
		out = in + dir*step
		if (out-limit)*dir >= 0 {
			out = limit
		}
		drop := top - c.g(out)
		if drop > cutoff+8 || math.IsNaN(drop) {
			break
		}
		if drop >= cutoff || out == limit {
			return out
		}
		in = out
	}
	for range 100 {
		mid := in + (out-in)/2
		switch drop := top - c.g(mid); {
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
