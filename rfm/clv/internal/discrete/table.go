package discrete

import "math"

// cell is a logarithm with its derivatives by logit φ (e) and ln κ (k). Where κ
// is exactly 0, k is the slope in κ itself and the second derivatives by κ are 0.
type cell struct{ v, e, k, ee, ek, kk float64 }

func (a *cell) add(b *cell, sign float64) {
	a.v += sign * b.v
	a.e += sign * b.e
	a.k += sign * b.k
	a.ee += sign * b.ee
	a.ek += sign * b.ek
	a.kk += sign * b.kk
}

// table holds the three sums that mix.log is made of, for all numbers of draws.
type table struct {
	mix
	slope           float64 // dκ/d(coordinate): κ, or 1 where κ is exactly 0
	hit, miss, draw []cell  // of Π(φ+jκ), Π(1−φ+jκ), Π(1+jκ) over j < i; but
	// the values of the first two are those of Π(φ+jκ)/(1+jκ), so that a run of
	// hits alone, or of misses, is exact where κ is large
}

// set moves the table to coordinates and says whether they are legal: |logit| ≤
// 600, and ln κ ≤ 600 or −Inf.
func (t *table) set(logit, logKappa float64) bool {
	if !(math.Abs(logit) <= 600) || !(logKappa <= 600) {
		return false
	}
	t.mix = mixAt(logit, logKappa)
	t.slope = t.kappa
	if math.IsInf(logKappa, -1) {
		t.slope = 1
	}
	t.hit = append(t.hit[:0], cell{})
	t.miss = append(t.miss[:0], cell{})
	t.draw = append(t.draw[:0], cell{})
	return true
}

// reach makes the table good for n draws.
func (t *table) reach(n int) {
	curve := 1.0
	if t.kappa != t.slope {
		curve = 0
	}
	spread := t.mean * t.rest
	for i := len(t.hit) - 1; i < n; i++ {
		j := float64(i)
		h, m, d := t.hit[i], t.miss[i], t.draw[i]
		jk, js := j*t.kappa, j*t.slope
		den := t.mean + jk
		p := spread / den
		h.v += math.Log(den / (1 + jk))
		h.e += p
		h.k += js / den
		h.ee += p * (t.rest - t.mean - p)
		h.ek -= curve * js / den * p
		h.kk += curve * js / den * (t.mean / den)
		den = t.rest + jk
		p = spread / den
		m.v += math.Log(den / (1 + jk))
		m.e -= p
		m.k += js / den
		m.ee -= p * (t.rest - t.mean + p)
		m.ek += curve * js / den * p
		m.kk += curve * js / den * (t.rest / den)
		den = 1 + jk
		d.v += math.Log1p(jk)
		d.k += js / den
		d.kk += curve * js / den / den
		t.hit, t.miss, t.draw = append(t.hit, h), append(t.miss, m), append(t.draw, d)
	}
}

// log is mix.log with its derivatives.
func (t *table) log(c *cell, x, k int) {
	*c = t.hit[x]
	c.add(&t.miss[k], 1)
	c.add(&t.draw[x+k], -1)
	c.v = t.value(x, k)
}

// value is the logarithm alone.
func (t *table) value(x, k int) float64 {
	return t.hit[x].v + t.miss[k].v + (t.draw[x].v + t.draw[k].v - t.draw[x+k].v)
}

func (t *table) clone() table {
	c := *t
	c.hit = append([]cell(nil), t.hit...)
	c.miss = append([]cell(nil), t.miss...)
	c.draw = append([]cell(nil), t.draw...)
	return c
}
