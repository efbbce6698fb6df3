package survival

import "math"

// sweep is the partial likelihood of a design. It walks the rows from the last
// time to the first and keeps the sums over those at risk.
type sweep struct {
	*design
	breslow bool
	p1      int // p·(p+1)/2
	// Sums over those at risk, and over those who leave at one time.
	s0, d0 float64
	s1, d1 []float64
	s2, d2 []float64
	total  []float64 // Σ z of all events
	u      []float64
	info   sym
	// hook, where not nil, is called at each time with events, after the sums
	// are made and before the next time.
	hook func(s *stratum, m *moment, t *tied)
	t    tied
	// risk is nil where all are at risk from the start: rows only come.
	risk *atRisk
	// Σ log n is logs + log(product).
	logs, product float64
}

// tied are the sums over the d terms of one time, f = k/d and n = s0 - f·d0:
// of 1/n, f/n, 1/n², f/n² and f²/n².
type tied struct{ a, af, b, bf, bff float64 }

func newSweep(g *design, breslow bool) *sweep {
	p1 := g.p * (g.p + 1) / 2
	s := &sweep{design: g, breslow: breslow, p1: p1,
		s1: make([]float64, g.p), d1: make([]float64, g.p), s2: make([]float64, p1), d2: make([]float64, p1),
		total: make([]float64, g.p), u: make([]float64, g.p), info: newSym(g.p)}
	if g.entry != nil {
		s.risk = newAtRisk(g)
	}
	for _, m := range g.groups {
		for i := int(m.from); i < int(m.from)+int(m.deaths); i++ {
			for k := range g.p {
				s.total[k] += g.z[i*g.p+k]
			}
		}
	}
	return s
}

func (s *sweep) slopes() ([]float64, sym) { return s.u, s.info }

// eval is the log-likelihood at beta.
func (s *sweep) eval(beta []float64) float64 {
	ll := 0.0
	clear(s.info.a)
	for k, b := range beta {
		s.u[k] = s.total[k]
		ll += b * s.total[k]
	}
	for i := range s.strata {
		ll -= s.walk(&s.strata[i], beta)
	}
	return ll
}

// walk takes one stratum, and returns the sum of the logarithms.
func (s *sweep) walk(st *stratum, beta []float64) float64 {
	s.s0 = 0
	clear(s.s1)
	clear(s.s2)
	if s.risk != nil {
		s.risk.reset(beta)
	}
	s.logs, s.product = 0, 1
	next := st.from // in entered
	for i := st.groups; i < st.groups+st.groupN; i++ {
		m := &s.groups[i]
		from, mid, to := int(m.from), int(m.from)+int(m.deaths), int(m.to)
		if s.risk != nil {
			next = s.change(next, st, m)
		}
		if mid-from < 2 || s.breslow {
			if s.risk == nil {
				s.s0 += add(s.z, from, to, beta, s.s1, s.s2)
			}
			if mid == from {
				continue
			}
			s.alone(mid - from)
		} else {
			clear(s.d1)
			clear(s.d2)
			s.d0 = add(s.z, from, mid, beta, s.d1, s.d2)
			if s.risk == nil {
				s.s0 += s.d0
				for k, v := range s.d1 {
					s.s1[k] += v
				}
				for k, v := range s.d2 {
					s.s2[k] += v
				}
				s.s0 += add(s.z, mid, to, beta, s.s1, s.s2)
			}
			s.ties(mid - from)
		}
		if s.hook != nil {
			s.hook(st, m, &s.t)
		}
	}
	return s.logs + math.Log(s.product)
}

// change takes off those who enter at the time of m or later and takes on those
// whose time it is.
func (s *sweep) change(next int, st *stratum, m *moment) int {
	for t := s.time[m.from]; next < st.to && s.entry[s.entered[next]] >= t; next++ {
		s.risk.take(int(s.entered[next]))
	}
	for i := m.from; i < m.to; i++ {
		s.risk.put(int(i))
	}
	if m.deaths > 0 {
		s.s0 = s.risk.sums(s.s1, s.s2)
	}
	return next
}

// add adds rows from to to-1 to the sums of r, r·z and r·z·z', where r is
// exp(β'z), and returns the first.
func add(z []float64, from, to int, beta, s1, s2 []float64) (s0 float64) {
	p := len(beta)
	s1 = s1[:p]
	for row := z[from*p : to*p]; len(row) >= p && p > 0; row = row[p:] {
		zi := row[:p]
		eta := 0.0
		for k, b := range beta {
			eta += b * zi[k]
		}
		r := math.Exp(eta)
		s0 += r
		t := s2
		for k, v := range zi {
			a := r * v
			s1[k] += a
			u := t[:k+1]
			for l := range u {
				u[l] += a * zi[l]
			}
			t = t[k+1:]
		}
	}
	return s0
}

// log counts the logarithm of n d times; one call of math.Log serves many
// terms while their product is in range.
func (s *sweep) log(n float64, d int) {
	if d > 1 || !(n > 1e-100 && n < 1e100) {
		s.logs += float64(d) * math.Log(n)
		return
	}
	s.product *= n
	if !(s.product > 1e-100 && s.product < 1e100) {
		s.logs += math.Log(s.product)
		s.product = 1
	}
}

// alone takes d events that do not share their terms into the gradient and the
// information.
func (s *sweep) alone(d int) {
	a := 1 / s.s0
	b := a * a
	s.t = tied{a: float64(d) * a, b: float64(d) * b}
	s.log(s.s0, d)
	a, b = s.t.a, s.t.b
	s1, rest, s2 := s.s1, s.info.a, s.s2
	for i, v := range s1 {
		s.u[i] -= a * v
		bv := b * v
		row, sq := rest[:i+1], s2[:i+1]
		for j := range row {
			row[j] += a*sq[j] - bv*s1[j]
		}
		rest, s2 = rest[i+1:], s2[i+1:]
	}
}

// ties takes d events that leave one after another, in an order nobody knows.
func (s *sweep) ties(d int) {
	df := float64(d)
	var t tied
	for k := range d {
		f := float64(k) / df
		n := s.s0 - f*s.d0
		a := 1 / n
		b := a * a
		t.a += a
		t.af += f * a
		t.b += b
		t.bf += f * b
		t.bff += f * f * b
		s.log(n, 1)
	}
	s.t = t
	k := 0
	for i := range s.p {
		si, di := s.s1[i], s.d1[i]
		s.u[i] -= t.a*si - t.af*di
		for j := range i + 1 {
			sj, dj := s.s1[j], s.d1[j]
			s.info.a[k] += t.a*s.s2[k] - t.af*s.d2[k] -
				(t.b*si*sj - t.bf*(si*dj+di*sj) + t.bff*di*dj)
			k++
		}
	}
}
