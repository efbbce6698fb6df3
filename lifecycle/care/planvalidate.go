package care

import (
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// Validate returns every fault of p, each a *guanxi.FieldError: ids that are no
// ids or occur twice, settings that do not fit the kind of their anchor, branches
// from steps or outcomes that do not exist or that lead back.
func (p Plan) Validate() error {
	var f faults
	f.id("/id", p.ID)
	f.text("/name", p.Name)
	f.under("/entry", func() {
		option(&f, "/kind", p.Entry.Kind, Joined, Stage, Order, Segment, Tier, Alert)
		f.anchor(p.Entry)
	})
	option(&f, "/reentry", p.Reentry, Never, Ended, Restart)
	f.span("/rest", p.Rest)
	switch n := len(p.Steps); {
	case n == 0:
		f.at("/steps", ErrEmpty)
	case n > maxSteps:
		f.add("/steps", ErrOption, "%d are more than %d", n, maxSteps)
		return f.err()
	}
	seen := make(map[string]bool)
	for i := range p.Steps {
		f.under(guanxi.Pointer("steps", i), func() {
			f.unique("/id", p.Steps[i].ID, seen)
			f.step(&p.Steps[i])
		})
	}
	f.branches(p)
	for i, exit := range p.Exits {
		known := exit == OutcomeExpired
		for _, s := range p.Steps {
			known = known || slices.Contains(s.Outcomes, exit)
		}
		if !known {
			f.add(guanxi.Pointer("exits", i), ErrNoOutcome, "%.64q", exit)
		}
	}
	return f.err()
}

// anchor checks that the settings fit the kind.
func (f *faults) anchor(a Anchor) {
	switch a.Kind {
	case Stage, Segment, Tier, Alert, AfterStep:
		f.id("/name", a.Name)
	default:
		if a.Name != "" {
			f.add("/name", ErrMisplaced, "%.64q", a.Name)
		}
	}
	if a.Kind == OnDate {
		f.at("/date", a.Date.Validate())
	} else if a.Date != (lifecycle.Date{}) {
		f.at("/date", ErrMisplaced)
	}
	if a.Kind != AfterStep && len(a.Outcomes) > 0 {
		f.at("/outcomes", ErrMisplaced)
	}
}

func (f *faults) step(s *Step) {
	f.text("/name", s.Name)
	option(f, "/channel", s.Channel, Channels()...)
	civil := s.Anchor.Kind == Birthday || s.Anchor.Kind == OnDate
	f.under("/anchor", func() {
		if s.Anchor.Kind != "" {
			option(f, "/kind", s.Anchor.Kind, Joined, Stage, Order, Segment, Tier, Alert, Entry, Birthday, OnDate, AfterStep)
		}
		f.anchor(s.Anchor)
	})
	f.span("/after", s.After)
	f.span("/before", s.Before)
	if !s.Before.IsZero() && (!civil || !s.After.IsZero()) {
		f.add("/before", ErrMisplaced, "for birthdays and dates, and not beside after")
	}
	f.at("/at", s.At.Validate())
	if s.At != 0 && !civil {
		f.add("/at", ErrMisplaced, "for birthdays and dates")
	}
	f.span("/every", s.Every)
	switch {
	case s.Every.IsZero():
		if s.Times > 1 || s.Times != 0 && s.Anchor.Kind == Birthday {
			f.add("/times", ErrMisplaced, "without every a step occurs once, and a birthday every year")
		}
	case s.Anchor.Kind == Birthday:
		f.add("/every", ErrMisplaced, "a birthday comes every year")
	case s.Every.Months == 0 && s.Every.Days == 0 && s.Every.Time < time.Hour:
		f.add("/every", ErrOption, "%v is less than an hour", s.Every)
	}
	if s.Times < 0 || s.Times > maxTimes {
		f.add("/times", ErrOption, "%d is not in 0 to %d", s.Times, maxTimes)
	}
	f.span("/expires", s.Expires)
	if s.CatchUp != "" {
		option(f, "/catch_up", s.CatchUp, All, One, Skip)
	}
	f.ids("/outcomes", s.Outcomes)
	for i, o := range s.Outcomes {
		if o == OutcomeExpired {
			f.add(guanxi.Pointer("outcomes", i), ErrDuplicate, "%q is every step's", o)
		}
	}
}

// branches checks the steps that follow others.
func (f *faults) branches(p Plan) {
	index := make(map[string]int)
	for i, s := range p.Steps {
		index[s.ID] = i
	}
	for i, s := range p.Steps {
		if s.Anchor.Kind != AfterStep {
			continue
		}
		at := guanxi.Pointer("steps", i, "anchor")
		k, ok := index[s.Anchor.Name]
		if !ok {
			f.add(at+"/name", ErrNoStep, "%.64q", s.Anchor.Name)
			continue
		}
		parent := p.Steps[k]
		if !parent.Every.IsZero() || parent.Anchor.Kind == Birthday {
			f.add(at+"/name", ErrMisplaced, "%q occurs again and again", parent.ID)
		}
		if len(s.Anchor.Outcomes) == 0 {
			f.at(at+"/outcomes", ErrEmpty)
		}
		for n, o := range s.Anchor.Outcomes {
			if o != OutcomeExpired && !slices.Contains(parent.Outcomes, o) {
				f.add(at+guanxi.Pointer("outcomes", n), ErrNoOutcome, "%.64q", o)
			}
		}
		for steps := 0; p.Steps[k].Anchor.Kind == AfterStep; steps++ {
			if k == i || steps > len(p.Steps) {
				f.at(at+"/name", ErrLoop)
				break
			}
			if k, ok = index[p.Steps[k].Anchor.Name]; !ok {
				break
			}
		}
	}
}
