package audience

import (
	"math"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/proportion"
)

// sample is the treated and the held of one stratum.
type sample [2]armSample

type armSample struct {
	n, converted int64
	money        moments
	variance     float64 // of money, of two customers or more
}

func (o *Outcomes) samples() []sample {
	strata := make([]sample, len(o.roster.Strata))
	for i, e := range o.roster.Strata {
		for j, n := range [2]int64{e.Treated.Count(), e.Held.Count()} {
			c := o.cells[2*i+j]
			strata[i][j] = armSample{n: n, converted: c.converted, money: c.money}
			if n >= 2 {
				strata[i][j].variance = c.money.variance(n)
			}
		}
	}
	return strata
}

// measured reports whether the arms can be compared.
func (s *sample) measured(m Metric) bool {
	least := int64(1)
	if m == ByMoney {
		least = 2
	}
	return s[0].n >= least && s[1].n >= least
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
			a := &strata[i][j]
			c.Customers += a.n
			c.Converted += a.converted
			c.Money = c.Money.Add(minor.To(a.money.sum, e.decimals))
		}
	}
	f.Share = e.uplift(ByShare, strata)
	f.Money = e.uplift(ByMoney, strata)
	return f
}

// uplift returns nil where no stratum can be compared.
func (e estimate) uplift(m Metric, strata []sample) *Uplift {
	total := 0.0
	for i := range strata {
		if s := &strata[i]; s.measured(m) {
			total += float64(s[0].n + s[1].n)
		}
	}
	if total == 0 {
		return nil
	}
	sum := newSum(m)
	for i := range strata {
		if s := &strata[i]; s.measured(m) {
			sum.add(e, s, float64(s[0].n+s[1].n)/total)
		}
	}
	return sum.uplift(e)
}

// sum is a weighted sum of the differences of strata.
type sum struct {
	metric        Metric
	treated, held float64
	low, high     float64 // squares of the distances to the limits
	variance, df  float64 // of money: of the difference, and Σ of its parts² / df
}

func newSum(m Metric) *sum { return &sum{metric: m} }

func (u *sum) add(e estimate, s *sample, weight float64) {
	m, n := float64(s[0].n), float64(s[1].n)
	if u.metric == ByMoney {
		u.treated += weight * float64(s[0].money.sum) / m
		u.held += weight * float64(s[1].money.sum) / n
		for _, a := range s {
			size := float64(a.n) * e.scale
			part := weight * weight * a.variance / size
			u.variance += part
			u.df += part * part / (size - 1)
		}
		return
	}
	a, b := float64(s[0].converted)/m, float64(s[1].converted)/n
	u.treated += weight * a
	u.held += weight * b
	low, high := proportion.Difference(a, m*e.scale, b, n*e.scale, e.z)
	u.low += square(weight * (a - b - low))
	u.high += square(weight * (high - (a - b)))
}

func (u *sum) uplift(e estimate) *Uplift {
	if u.metric != ByMoney {
		d := u.treated - u.held
		return &Uplift{u.treated, u.held, d, &Interval{max(d-math.Sqrt(u.low), -1), min(d+math.Sqrt(u.high), 1)}}
	}
	unit := math.Pow10(-e.decimals)
	r := &Uplift{Treated: u.treated * unit, Held: u.held * unit, Uplift: (u.treated - u.held) * unit}
	if !(u.variance > 0) {
		return r
	}
	df := u.variance * u.variance / u.df
	if df < leastFreedom {
		return r
	}
	half := student(e.z, df) * math.Sqrt(u.variance) * unit
	r.Interval = &Interval{r.Uplift - half, r.Uplift + half}
	return r
}

// leastFreedom is the fewest degrees of freedom at which student is near enough.
const leastFreedom = 9

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
