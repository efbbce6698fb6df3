package survival

import (
	"math"
	"slices"
)

// atRisk keeps the sums over those at risk where rows come and go. Taking a
// large row off one running sum would leave its rounding error in place of the
// small rows: a customer with exp(β'z) of 1e17 wipes out all others for good.
// Rows are therefore kept in tiers of like size, which add up without loss, and
// a tier is summed anew from its rows once most of them are gone.
//
// Within a tier exp(β'z) differs by at most e⁴, and a sum is at most 8 times as
// many rows as are left, so that rounding costs a sum about two of its digits,
// whatever the data. Cost: O(columns²) a row that comes or goes, or is summed
// anew, of which there are fewer than a seventh; and O(tiers·columns²) a time
// with events, where most data has two or three tiers.
type atRisk struct {
	z      []float64
	p      int
	wide   []uint8 // of each row, by how far its columns are from their means
	beta   []float64
	r      []float64 // exp(β'z) of those at risk
	place  []int32   // in the rows of their tier
	home   []*tier   // of each row at risk
	tiers  []*tier   // by key, nil where never used
	active []*tier   // with rows, in the order they were first met
	met    []*tier   // since the last reset
}

// tier is the rows of about one size, and their sums.
type tier struct {
	rows   []int32
	most   int // rows since the sums were made
	s0     float64
	s1, s2 []float64
}

const (
	// tierWidth is that of a tier in β'z, which is cut off at tierEnd, where
	// exp(β'z) leaves the range of numbers.
	tierWidth = 4
	tierEnd   = 760
	// widths is how many tiers of one β'z there are by the largest |z|.
	widths = 8
	// gone is how many times as many rows the sums of a tier were once over.
	gone = 8
)

func newAtRisk(g *design) *atRisk {
	a := &atRisk{z: g.z, p: g.p, wide: make([]uint8, g.n), r: make([]float64, g.n),
		place: make([]int32, g.n), home: make([]*tier, g.n),
		tiers: make([]*tier, (2*tierEnd/tierWidth+1)*widths)}
	for i := range a.wide {
		most := 1.0
		for _, v := range a.row(i) {
			most = max(most, v*v)
		}
		_, e := math.Frexp(most)
		a.wide[i] = uint8(min(e/4, widths-1))
	}
	return a
}

func (a *atRisk) row(i int) []float64 { return a.z[i*a.p : (i+1)*a.p : (i+1)*a.p] }

// reset begins anew with nobody at risk, at another beta.
func (a *atRisk) reset(beta []float64) {
	a.beta = beta
	for _, t := range a.met {
		t.rows, t.most = t.rows[:0], 0
		t.clear()
	}
	a.met, a.active = a.met[:0], a.active[:0]
}

func (t *tier) clear() {
	t.s0 = 0
	clear(t.s1)
	clear(t.s2)
}

// tier is where a row belongs.
func (a *atRisk) tier(i int, eta float64) *tier {
	k := 0
	if eta == eta {
		k = int((max(-tierEnd, min(tierEnd, eta)) + tierEnd) / tierWidth)
	}
	k = k*widths + int(a.wide[i])
	if a.tiers[k] == nil {
		a.tiers[k] = &tier{s1: make([]float64, a.p), s2: make([]float64, a.p*(a.p+1)/2)}
	}
	t := a.tiers[k]
	if t.most == 0 {
		a.met = append(a.met, t)
	}
	if len(t.rows) == 0 {
		a.active = append(a.active, t)
	}
	return t
}

// put takes a row on.
func (a *atRisk) put(i int) {
	zi := a.row(i)
	eta := dot(a.beta, zi)
	t := a.tier(i, eta)
	a.r[i], a.home[i], a.place[i] = math.Exp(eta), t, int32(len(t.rows))
	t.rows = append(t.rows, int32(i))
	t.most = max(t.most, len(t.rows))
	t.add(zi, a.r[i])
}

// take takes a row off. Where nobody is left the sums are exactly 0.
func (a *atRisk) take(i int) {
	t := a.home[i]
	last := len(t.rows) - 1
	moved := t.rows[last]
	t.rows[a.place[i]], a.place[moved] = moved, a.place[i]
	t.rows = t.rows[:last]
	if last > t.most/gone {
		t.add(a.row(i), -a.r[i])
		return
	}
	t.clear()
	t.most = max(last, 1) // not 0: it has been met
	for _, row := range t.rows {
		t.add(a.row(int(row)), a.r[row])
	}
	if last == 0 {
		k := slices.Index(a.active, t)
		a.active = slices.Delete(a.active, k, k+1)
	}
}

// add adds r, r·z and r·z·z'.
func (t *tier) add(z []float64, r float64) {
	t.s0 += r
	s2 := t.s2
	for k, v := range z {
		b := r * v
		t.s1[k] += b
		u := s2[:k+1]
		for l := range u {
			u[l] += b * z[l]
		}
		s2 = s2[k+1:]
	}
}

// sums adds up the tiers.
func (a *atRisk) sums(s1, s2 []float64) (s0 float64) {
	clear(s1)
	clear(s2)
	for _, t := range a.active {
		s0 += t.s0
		for k, v := range t.s1 {
			s1[k] += v
		}
		for k, v := range t.s2 {
			s2[k] += v
		}
	}
	return s0
}
