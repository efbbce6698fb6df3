package audience

import (
	"math"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/proportion"
)

// MinBuyers is how many customers of an arm must have brought money, or taken it
// back, before anything is said about the mean: with fewer the spread of the
// amounts is not known well enough.
const MinBuyers = 20

// sample is the treated and the held of one stratum, or of some pooled.
type sample struct {
	arms  [2]armSample
	share float64 // that is held out, as it was set
}

type armSample struct {
	n, converted int64
	money        moments
}

func (o *Outcomes) samples() []sample {
	strata := make([]sample, len(o.roster.Strata))
	for i, e := range o.roster.Strata {
		s := &strata[i]
		s.share = o.campaign.Holdout.Share
		if i < len(o.campaign.Strata) {
			s.share = o.campaign.Strata[i].Share
		}
		for j, n := range [2]int64{e.Treated.Count(), e.Held.Count()} {
			c := o.cells[2*i+j]
			s.arms[j] = armSample{n: n, converted: c.converted, money: c.money}
		}
	}
	return strata
}

func (s *sample) size() int64 { return s.arms[0].n + s.arms[1].n }

// both reports whether there are customers in both arms.
func (s *sample) both() bool { return s.arms[0].n > 0 && s.arms[1].n > 0 }

// buyers is the number of the arm that has fewer of them.
func (s *sample) buyers() int64 { return min(s.arms[0].money.buyers, s.arms[1].money.buyers) }

// merge returns s and t as one; false where the sums do not fit.
func (s sample) merge(t sample) (sample, bool) {
	for j := range s.arms {
		a, b := &s.arms[j], &t.arms[j]
		sum, ok := a.money.merge(b.money)
		if !ok {
			return s, false
		}
		*a = armSample{a.n + b.n, a.converted + b.converted, sum}
	}
	return s, true
}

// groups returns what can be compared by a metric. Of money strata with fewer
// buyers than it takes are pooled with their like, of which the same share is held
// out, so that pooling looks like no effect; what is still too few is left out as
// long as there are others.
func groups(m Metric, strata []sample) []sample {
	var out, thin, pooled []sample
	for _, s := range strata {
		switch {
		case m != ByMoney || s.buyers() >= MinBuyers:
			if s.both() {
				out = append(out, s)
			}
		default:
			thin = append(thin, s)
		}
	}
next:
	for _, s := range thin {
		for i := range pooled {
			if sum, ok := pooled[i].merge(s); ok && sum.share == s.share {
				pooled[i] = sum
				continue next
			}
		}
		pooled = append(pooled, s)
	}
	// The best there is: enough buyers, or some in each arm, or customers.
	for _, least := range []int64{MinBuyers, 2, 0} {
		if len(out) > 0 && least < MinBuyers {
			break
		}
		for _, s := range pooled {
			if s.both() && s.buyers() >= least {
				out = append(out, s)
			}
		}
	}
	return out
}

// estimate is how effects are estimated. scale multiplies the customers of every
// arm, who then behave alike.
type estimate struct {
	decimals int
	z, scale float64
}

// effect of some strata together.
func (e estimate) effect(strata []sample) Effect {
	var f Effect
	for j, c := range []*Counts{&f.Treated, &f.Held} {
		for i := range strata {
			a := &strata[i].arms[j]
			c.Customers += a.n
			c.Converted += a.converted
			c.Buyers += a.money.buyers
			c.Money = c.Money.Add(minor.To(a.money.Sum, e.decimals))
		}
	}
	f.Share = e.uplift(ByShare, groups(ByShare, strata))
	f.Money = e.uplift(ByMoney, groups(ByMoney, strata))
	return f
}

// uplift puts the differences of groups together, by their sizes; nil where there
// is none. Interval: the squares of the weighted distances to the limits are added.
func (e estimate) uplift(m Metric, groups []sample) *Uplift {
	total := 0.0
	for i := range groups {
		total += float64(groups[i].size())
	}
	if total == 0 {
		return nil
	}
	var u Uplift
	var low, high float64
	known := true
	for i := range groups {
		s := &groups[i]
		weight := float64(s.size()) / total
		var d difference
		if m == ByMoney {
			d = e.money(s)
		} else {
			d = e.share(s)
		}
		u.Treated += weight * d.treated
		u.Held += weight * d.held
		low += square(weight * d.below)
		high += square(weight * d.above)
		known = known && d.known
	}
	u.Uplift = u.Treated - u.Held
	if known {
		u.Interval = &Interval{u.Uplift - math.Sqrt(low), u.Uplift + math.Sqrt(high)}
		if m != ByMoney {
			u.Interval = &Interval{max(u.Interval.Low, -1), min(u.Interval.High, 1)}
		}
	}
	return &u
}

// difference of two arms, and how far off its limits are.
type difference struct {
	treated, held, below, above float64
	known                       bool // the limits
}

func (e estimate) share(s *sample) difference {
	m, n := float64(s.arms[0].n), float64(s.arms[1].n)
	a, b := float64(s.arms[0].converted)/m, float64(s.arms[1].converted)/n
	low, high := proportion.Difference(a, m*e.scale, b, n*e.scale, e.z)
	return difference{a, b, a - b - low, high - (a - b), true}
}

// money compares means a customer. A mean is the share of buyers times the mean of
// buyers; its limits are put together of Wilson's for the one and, for the other,
// of Student's on a scale of logarithms, since amounts are skewed.
func (e estimate) money(s *sample) difference {
	unit := math.Pow10(-e.decimals)
	d := difference{known: float64(s.buyers())*e.scale >= MinBuyers && s.buyers() >= 2}
	var mean, low, high [2]float64
	for j, a := range s.arms {
		mean[j] = float64(a.money.Sum) / float64(a.n) * unit
		d.known = d.known && a.money.Sum > 0
	}
	d.treated, d.held = mean[0], mean[1]
	if !d.known {
		return d
	}
	spread := s.spread()
	for j, a := range s.arms {
		n, k := float64(a.n)*e.scale, float64(a.money.buyers)*e.scale
		half := student(e.z, k-1) * math.Sqrt(spread[j]/k) // as a part of the mean of buyers
		p := k / n
		pl, ph := proportion.Wilson(p, n, e.z)
		low[j] = mean[j] * math.Exp(-math.Hypot(math.Log(p/pl), half))
		high[j] = mean[j] * math.Exp(math.Hypot(math.Log(ph/p), half))
		d.known = d.known && half < 1
	}
	d.below = math.Hypot(mean[0]-low[0], high[1]-mean[1])
	d.above = math.Hypot(high[0]-mean[0], mean[1]-low[1])
	return d
}

// spread returns the squares of the coefficients of variation of buyers' amounts.
// The smaller is raised to that of both arms together: few buyers seldom show the
// great amounts, and then both their mean and their spread come out too small.
func (s *sample) spread() [2]float64 {
	var v [2]float64
	sum, df := 0.0, 0.0
	for j, a := range s.arms {
		k := float64(a.money.buyers)
		v[j] = a.money.variance() / square(float64(a.money.Sum)/k)
		sum, df = sum+v[j]*(k-1), df+k-1
	}
	return [2]float64{max(v[0], sum/df), max(v[1], sum/df)}
}

// student returns the deviate of Student's t that belongs to a normal deviate.
// Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.7.5.
func student(z, df float64) float64 {
	s := z * z
	return z * (1 +
		(s+1)/(4*df) +
		((5*s+16)*s+3)/(96*df*df) +
		(((3*s+19)*s+17)*s-15)/(384*df*df*df) +
		((((79*s+776)*s+1482)*s-1920)*s-945)/(92160*df*df*df*df))
}

func square(v float64) float64 { return v * v }
