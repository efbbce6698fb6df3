package loyalty

import (
	"math"
	"time"

	stats "github.com/guanxi-go/guanxi/internal/proportion"
)

// BreakageConfig says how breakage is estimated.
type BreakageConfig struct {
	// AsOf ends what is looked at: periods that are complete by then. What the triangle
	// counts of later ones is passed over.
	AsOf time.Time
	// Vintages looks at the last so many vintages alone; 0 is all, up to MaxVintages.
	Vintages int
	// Tail is by how much redemptions grow after the last age that is known, 1 or more;
	// the default is 1: none. It adds nothing to the standard error.
	Tail float64
	// Confidence of the intervals; 0 is DefaultConfidence.
	Confidence float64
}

// DefaultConfidence is the level of intervals where a config leaves it at 0.
const DefaultConfidence = 0.95

// MaxVintages is how many vintages an estimate looks at.
const MaxVintages = 600

// Breakage is what is expected never to be redeemed.
type Breakage struct {
	Last       Month // the first month of the last complete period
	Months     int   // of a period
	Confidence float64
	Tail       float64 // assumed for what comes after the last age
	Ladder     *Ladder // how redemptions of a vintage grow with age
	Vintages   []VintageBreakage
	// Total is of the vintages that are known, Unknown what is outstanding of the others.
	Total   VintageBreakage
	Unknown Points
}

// VintageBreakage is the estimate for a vintage, or for all of them.
type VintageBreakage struct {
	Vintage Month // the first month of its period
	Ages    int   // periods that are complete
	VintageFlow
	Outstanding Points // Issued − Redeemed − Removed − Expired, 0 or more
	// Known is false where nothing can be said: nothing of the vintage has been redeemed
	// yet, or no vintage is old enough; what follows is then 0.
	Known    bool
	Ultimate float64 // redeemed in the end, at most what was redeemed and is outstanding
	SE       float64 // standard error of Ultimate
	// Low and High are the limits of Ultimate at the confidence, by a lognormal distribution of
	// what is to come (Mack 1993, p. 217), and at most what can still be redeemed.
	Low, High float64
	// Breakage is Issued − Removed − Ultimate, with its limits.
	Breakage, BreakageLow, BreakageHigh float64
}

// Rate returns the breakage as a share of what was issued and not removed; ok is false
// where nothing is known, or nothing was issued.
func (v *VintageBreakage) Rate() (rate float64, ok bool) {
	kept := v.Issued - v.Removed
	if !v.Known || kept <= 0 {
		return 0, false
	}
	return v.Breakage / float64(kept), true
}

// Expected returns how many points are redeemed in the end, to the nearest one, as Cohort
// wants it; ok is false where nothing is known.
func (v *VintageBreakage) Expected() (points Points, ok bool) {
	if !v.Known || !(v.Ultimate < 1<<63) {
		return 0, false
	}
	return Points(math.Round(v.Ultimate)), true
}

// Of returns the estimate for the vintage of a month.
func (b *Breakage) Of(m Month) (v VintageBreakage, ok bool) {
	for i := len(b.Vintages) - 1; i >= 0; i-- {
		if b.Vintages[i].Vintage <= m {
			if m-b.Vintages[i].Vintage >= Month(b.Months) { // after the last one
				return v, false
			}
			return b.Vintages[i], true
		}
	}
	return v, false
}

// Breakage estimates from how older vintages were redeemed with age what comes of younger
// ones, by a chain ladder (see NewLadder), as accounting standards ask of an estimate in
// proportion to the pattern of rights exercised (IFRS 15.B46, ASC 606-10-55-48). Vintages
// are contiguous, from the first in which points were issued. Without any, Vintages is
// empty and Total not known: no number is made up.
//
// AsOf outside the years 1 to 9999 is ErrTime, a Confidence outside (0, 1) or a Tail below 1
// ErrOption, more than MaxVintages vintages, or more given back than was redeemed,
// ErrTriangle. Cost: O(cells + vintages³).
func (t *Triangle) Breakage(c BreakageConfig) (*Breakage, error) {
	var f faults
	confidence, z, ok := stats.Level(c.Confidence, DefaultConfidence)
	if !ok {
		f.add(ErrOption, "confidence")
	}
	if c.AsOf.IsZero() || !inYears(InstantOf(c.AsOf)) {
		f.add(ErrTime, "as_of")
	}
	if c.Vintages < 0 || c.Vintages > MaxVintages {
		f.add(ErrOption, "vintages")
	}
	if c.Tail != 0 && !(c.Tail >= 1) || math.IsInf(c.Tail, 1) {
		f.add(ErrOption, "tail")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	last := t.period(InstantOf(c.AsOf)) - 1
	b := &Breakage{Last: Month(last * t.per), Months: int(t.per), Confidence: confidence}
	rows, err := t.rows(b, last, c.Vintages)
	if err != nil {
		return nil, err
	}
	if b.Ladder, err = NewLadder(rows, c.Tail); err != nil {
		return nil, err
	}
	b.Tail = b.Ladder.Tail
	b.finish(z)
	return b, nil
}

// rows fills b.Vintages with what is known, and returns the redemptions that are
// cumulated by age.
func (t *Triangle) rows(b *Breakage, last int32, vintages int) ([][]float64, error) {
	first := last + 1
	for k, v := range t.cells {
		if v.Issued != 0 {
			first = min(first, k.vintage)
		}
	}
	if vintages > 0 {
		first = max(first, last-int32(vintages)+1)
	}
	n := int(last - first + 1)
	if n > MaxVintages {
		return nil, ErrTriangle
	}
	rows := make([][]float64, n)
	for i := range rows {
		b.Vintages = append(b.Vintages, VintageBreakage{Vintage: Month((first + int32(i)) * t.per), Ages: n - i})
		rows[i] = make([]float64, n-i)
	}
	for _, k := range t.keys() {
		i := int(k.vintage - first)
		if i < 0 || i >= n || int(k.age) >= n-i {
			continue
		}
		v := t.cells[k]
		sum, ok := b.Vintages[i].plus(v)
		if !ok {
			return nil, ErrOverflow
		}
		b.Vintages[i].VintageFlow = sum
		rows[i][k.age] = float64(v.Redeemed)
	}
	for i := range rows {
		sum := 0.0
		for k := range rows[i] {
			sum += rows[i][k]
			rows[i][k] = sum
		}
	}
	return rows, nil
}

// finish turns the ladder into estimates of vintages and their sum.
func (b *Breakage) finish(z float64) {
	total := &b.Total
	mse := 0.0
	sound := true
	for i := range b.Vintages {
		v := &b.Vintages[i]
		v.Outstanding = max(v.Issued-v.Redeemed-v.Removed-v.Expired, 0)
		ult, se := b.Ladder.Ultimate[i], b.Ladder.SE[i]
		if v.Outstanding == 0 { // nothing is to come
			ult, se = float64(v.Redeemed), 0
		}
		if math.IsNaN(ult) {
			b.Unknown += v.Outstanding
			continue
		}
		v.estimate(ult, se, z)
		sum, ok := total.plus(v.VintageFlow)
		sound = sound && ok
		total.VintageFlow = sum
		total.Outstanding += v.Outstanding
		total.Ultimate += v.Ultimate
		total.Known = true
		mse += se * se
	}
	if !total.Known || !sound {
		b.Total = VintageBreakage{}
		return
	}
	se := max(math.Sqrt(mse), b.Ladder.TotalSE) // rows share the factors
	if total.Outstanding == 0 {
		se = 0
	}
	total.estimate(total.Ultimate, se, z)
}

// estimate fills in what follows from an ultimate and its standard error.
func (v *VintageBreakage) estimate(ult, se, z float64) {
	v.Known = true
	done, most := float64(v.Redeemed), float64(v.Redeemed)+float64(v.Outstanding)
	v.Ultimate, v.SE = min(ult, most), se
	v.Low, v.High = ult, ult
	switch rest := ult - done; {
	case se == 0:
	case rest > 0:
		s := math.Sqrt(math.Log1p(se * se / (rest * rest)))
		mid := math.Log(rest) - s*s/2
		v.Low, v.High = done+math.Exp(mid-z*s), done+math.Exp(mid+z*s)
	default:
		v.Low, v.High = max(ult-z*se, 0), ult+z*se
	}
	v.Low, v.High = min(v.Low, v.Ultimate), min(max(v.High, v.Ultimate), most)
	kept := float64(v.Issued) - float64(v.Removed)
	v.Breakage, v.BreakageLow, v.BreakageHigh = kept-v.Ultimate, kept-v.High, kept-v.Low
}
