package survival

import (
	"fmt"
	"math"
)

// Incidence is how the customers who leave for one of several reasons add up. It
// is a value; share it while nobody changes it.
type Incidence struct {
	Causes  []string        `json:"causes"` // in the order of the levels of the factor
	Steps   []IncidenceStep `json:"steps"`  // by time, ascending
	Config  CurveConfig     `json:"config"` // with every default spelled out
	N       int             `json:"n"`
	Skipped int             `json:"skipped"` // rows left out because they miss Time, Entry, or, having left, the cause
}

// IncidenceStep is a time at which somebody left. Share and the slices beside it
// have an entry for each of Causes.
type IncidenceStep struct {
	Time     float64
	AtRisk   int
	Events   []int
	Survival float64 // of all causes together
	// Share who left by Time for each cause; with Survival they add up to 1.
	Share, SE []float64
	// Low and High are limits of Share on the scale of Config; NaN where Share
	// is 0.
	Low, High []float64
}

// CumulativeIncidence estimates for each cause the share of customers who leave
// for it by each time, where leaving for one cause ends the chance to leave for
// another (competing risks). cause has a code for each row; where Event is false
// it is not looked at. A row that left for a cause nobody knows is left out and
// counted. d's Group and Strata are not looked at: ask for each group apart.
//
// The limits of Share are made as those of a curve's Survival are. ErrNoEvents
// where nobody left; ErrLevel and ErrLength at "/cause". The order of rows is of no
// account. Cost: a sort, then O(times·causes).
//
// Aalen & Johansen (1978), Scand. J. Statist. 5, 141–150; the variance is the
// delta-method one of Marubini & Valsecchi (1995), Analysing Survival Data from
// Clinical Trials and Observational Studies, chapter 10.
func CumulativeIncidence(d Data, cause Factor, cfg CurveConfig) (Incidence, error) {
	if err := cfg.Validate(); err != nil {
		return Incidence{}, err
	}
	n := len(d.Time)
	if len(cause.Codes) != n {
		return Incidence{}, at(fmt.Errorf("%w: %d, time has %d", ErrLength, len(cause.Codes), n), "cause")
	}
	// Only those who left need a cause: give the others one, so that they stay.
	var fs faults
	known := Factor{Codes: make([]int32, n), Levels: cause.Levels}
	for i, c := range cause.Codes {
		if i >= len(d.Event) || !d.Event[i] {
			continue
		}
		if c < -1 || int(c) >= len(cause.Levels) {
			fs.add(fmt.Errorf("%w: code %d of %d levels", ErrLevel, c, len(cause.Levels)), "cause", i)
		}
		known.Codes[i] = c
	}
	if len(cause.Levels) == 0 {
		fs.add(fmt.Errorf("%w: no levels", ErrLevel), "cause")
	}
	if err := fs.err(); err != nil {
		return Incidence{}, err
	}
	d.Group, d.Strata = known, Factor{}
	keep, skipped, err := d.rows(uses{group: true})
	if err != nil {
		return Incidence{Skipped: skipped}, err
	}
	m := count(keep, n)
	out := Incidence{Causes: cause.Levels, Config: cfg.withDefaults(), Skipped: skipped, N: m}
	exits := d.sortedRows(keep, d.Time, m)
	var entries []item
	if d.Entry != nil {
		entries = d.sortedRows(keep, d.Entry, m)
	}
	out.walk(&d, exits, entries)
	if len(out.Steps) == 0 {
		return Incidence{Skipped: skipped}, ErrNoEvents
	}
	return out, nil
}

// sums of one cause, from which its variance at any later time is made.
type incidenceSums struct{ share, a, b, c, d, e, f float64 }

// walk goes through the times. With g = d/(n(n-d)), h = (n-dk)·dk/n³ and
// q = dk/n², the variance of the share F at t is
//
//	Σ (F(t)-F)²·g + Σ S²·h - 2·Σ (F(t)-F)·S·q
//
// where F is the share up to and S that just before each earlier time; taken
// apart it needs six sums.
func (x *Incidence) walk(d *Data, exits, entries []item) {
	k := len(x.Causes)
	sums := make([]incidenceSums, k)
	z := normalQuantile(0.5 + x.Config.Confidence/2)
	surv, entered := 1.0, 0
	for i := 0; i < len(exits); {
		first, key := i, exits[i].key
		events, all := make([]int, k), 0
		for ; i < len(exits) && exits[i].key == key; i++ {
			if row := exits[i].row; d.Event[row] {
				events[d.Group.Codes[row]]++
				all++
			}
		}
		if all == 0 {
			continue
		}
		risk := len(exits) - first
		if entries != nil {
			for entered < len(entries) && entries[entered].key < key {
				entered++
			}
			risk = entered - first
		}
		n, df := float64(risk), float64(all)
		g := 0.0
		if all < risk {
			g = df / (n * (n - df))
		}
		step := IncidenceStep{Time: math.Float64frombits(key), AtRisk: risk, Events: events,
			Survival: surv * (n - df) / n, Share: make([]float64, k), SE: make([]float64, k),
			Low: make([]float64, k), High: make([]float64, k)}
		for c := range sums {
			s, dk := &sums[c], float64(events[c])
			s.share += surv * dk / n
			s.a += g
			s.b += g * s.share
			s.c += g * s.share * s.share
			s.d += surv * surv * dk * (n - dk) / (n * n * n)
			s.e += surv * dk / (n * n)
			s.f += surv * dk / (n * n) * s.share
			v := s.share*s.share*s.a - 2*s.share*s.b + s.c + s.d - 2*(s.share*s.e-s.f)
			step.Share[c], step.SE[c] = s.share, math.Sqrt(max(0, v))
			step.Low[c], step.High[c] = math.NaN(), math.NaN()
			if s.share > 0 {
				step.Low[c], step.High[c] = x.Config.Limits.around(s.share, step.SE[c]/s.share, z)
			}
		}
		surv = step.Survival
		x.Steps = append(x.Steps, step)
	}
}
