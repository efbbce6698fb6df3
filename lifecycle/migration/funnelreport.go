package migration

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
)

// Report is what a funnel shows of one group, or of all. Immutable; safe for
// concurrent use.
type Report struct {
	Group string // "" also for all groups together
	Steps []StepReport
	// Whole is the way from the first step to the last.
	Whole Transit
}

// StepReport is one step of a Report.
type StepReport struct {
	ID      string
	Name    guanxi.Text
	Reached int64 // customers who came here
	// Onward is the way to the next step; of the last step it is empty.
	Onward Transit
}

// Transit is how many went on from a step, and how long it took them. Those who
// may still go on are censored: they count as not having gone on up to the
// instant until which they were seen, and no longer. Those who were dropped never
// will, and stay in every denominator. So the curve of who went on within which
// time is 1 less the Kaplan-Meier estimate. Immutable; safe for concurrent use.
type Transit struct {
	Reached, Continued, Dropped, Open int64

	confidence float64
	times      []int64   // when somebody went on, ascending
	within     []float64 // the share that went on by then
	greenwood  float64   // Σ d/(n(n−d))
}

// Groups returns the groups of which there are customers, in the order of bytes.
func (f *Funnel) Groups() []string { return slices.Sorted(maps.Keys(f.groups)) }

// Report returns the funnel of one group; ok is false where it has no customer.
// Cost: sorting what was added since the last report.
func (f *Funnel) Report(group string) (r Report, ok bool) {
	g := f.groups[group]
	if g == nil {
		return Report{}, false
	}
	return f.report(group, *g), true
}

// Total returns the funnel of all groups together.
// Cost: sorting all customers.
func (f *Funnel) Total() Report {
	all := make(passes, len(f.cfg.Steps))
	for _, g := range f.groups {
		for k := range *g {
			all[k].done = append(all[k].done, (*g)[k].done...)
			all[k].open = append(all[k].open, (*g)[k].open...)
			all[k].dropped += (*g)[k].dropped
		}
	}
	return f.report("", all)
}

func (f *Funnel) report(group string, g passes) Report {
	last := len(g) - 1
	r := Report{Group: group, Steps: make([]StepReport, len(g)), Whole: g[last].transit(f.cfg.Confidence)}
	for k, step := range f.cfg.Steps {
		s := StepReport{ID: step.ID, Name: step.Name, Reached: int64(len(g[last].done))}
		if k < last {
			s.Reached, s.Onward = g[k].reached(), g[k].transit(f.cfg.Confidence)
		}
		r.Steps[k] = s
	}
	return r
}

func (p *pass) sort() {
	slices.Sort(p.done)
	slices.Sort(p.open)
}

// transit makes the curve. Kaplan & Meier (1958), JASA 53:457–481; its variance by
// Greenwood (1926). Somebody censored at the instant at which another goes on is
// still counted.
func (p *pass) transit(confidence float64) Transit {
	p.sort()
	t := Transit{Reached: p.reached(), Continued: int64(len(p.done)), Dropped: p.dropped, Open: int64(len(p.open)), confidence: confidence}
	stay, gone := 1.0, 0 // gone: censored before now
	for i := 0; i < len(p.done); {
		now, j := p.done[i], i
		for j < len(p.done) && p.done[j] == now {
			j++
		}
		for gone < len(p.open) && p.open[gone] < now {
			gone++
		}
		here, went := float64(t.Reached)-float64(i)-float64(gone), float64(j-i)
		stay *= (here - went) / here
		if went < here {
			t.greenwood += went / (here * (here - went))
		}
		t.times = append(t.times, now)
		t.within = append(t.within, 1-stay)
		i = j
	}
	return t
}

// Conversion is the share that goes on, with Wilson's interval for as many
// customers as its Greenwood variance says; the drop-off is 1 − Share.
type Conversion struct {
	Share      float64 `json:"share"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
}

// Conversion returns the share that goes on, as far as time was seen: if nobody
// is open, Continued of Reached. ok is false where nobody came here, and where
// all who did are still open, so that nothing is known.
func (t Transit) Conversion() (c Conversion, ok bool) {
	decided := float64(t.Reached - t.Open)
	if decided <= 0 {
		return Conversion{}, false
	}
	c.Confidence = t.confidence
	if n := len(t.within); n > 0 {
		c.Share = t.within[n-1]
	}
	size := decided
	if stay := 1 - c.Share; c.Share > 0 && stay > 0 && t.greenwood > 0 {
		size = c.Share / (stay * t.greenwood) // p(1−p)/se², se² = (1−p)²·greenwood
	}
	c.Low, c.High = wilson(c.Share, size, normal.Deviate(t.confidence))
	return c, true
}

// slack keeps a share that is a product of fractions from missing the one that
// it equals.
const slack = 1e-12

// Quantile returns the least time by which a share p in (0, 1] of all who reached
// the step have gone on. ok is false where so many have not, as far as seen, and
// for a p out of range. A time beyond 292 years is the longest Duration.
func (t Transit) Quantile(p float64) (d time.Duration, ok bool) {
	if !(p > 0 && p <= 1) {
		return 0, false
	}
	for i, w := range t.within {
		if w >= p-slack {
			return duration(t.times[i]), true
		}
	}
	return 0, false
}

// Median is Quantile(½): the time by which half of all have gone on.
func (t Transit) Median() (d time.Duration, ok bool) { return t.Quantile(0.5) }

// QuantileOfContinued returns the least time by which a share p in (0, 1] of
// those who go on at all have done so, as far as seen: how long it takes, not how
// many do. ok is false where nobody did, and for a p out of range.
func (t Transit) QuantileOfContinued(p float64) (d time.Duration, ok bool) {
	if len(t.within) == 0 || !(p > 0 && p <= 1) {
		return 0, false
	}
	return t.Quantile(p * t.within[len(t.within)-1])
}

func duration(us int64) time.Duration {
	if us > math.MaxInt64/1000 {
		return math.MaxInt64
	}
	return time.Duration(us) * time.Microsecond
}
