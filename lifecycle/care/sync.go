package care

import (
	"slices"
	"time"
)

// known is what is known of a fact.
type known uint8

const (
	gone    known = iota // no longer true
	future               // will be true
	present              // true
)

// fact returns since when a fact is true.
func (w *work) fact(a Anchor) (at time.Time, k known) {
	for _, f := range w.c.Facts {
		switch {
		case f.Kind != a.Kind || f.Name != a.Name:
		case f.At.After(w.at):
			k = max(k, future)
		case k != present || f.At.After(at):
			at, k = f.At, present
		}
	}
	return at, k
}

// sync brings runs and lines in line with the facts.
func (w *work) sync() {
	for i := range w.p.plans {
		plan := &w.p.plans[i]
		r := w.runOf(plan.ID)
		at, k := w.fact(plan.Entry)
		running := r != nil && r.Ended.IsZero()
		var since time.Time // of steps that an earlier run may have counted from the same
		switch {
		case running && k == gone:
			w.end(r)
		case running && k == present && plan.Reentry == Restart && w.enters(plan, r, at):
			w.restart(r, at)
		case running && k == present && at.After(r.Entered) && leaves(plan.Entry.Kind):
			w.end(r)
			r.Ended = at // or before
		}
		if k == present && w.enters(plan, r, at) {
			if r == nil {
				w.b.Runs = append(w.b.Runs, Run{})
				r = &w.b.Runs[len(w.b.Runs)-1]
			} else {
				since = w.at
			}
			*r = Run{Plan: plan.ID, Entered: at}
		}
		if r == nil || !r.Ended.IsZero() {
			continue
		}
		for n := range plan.Steps {
			w.syncStep(r, &plan.Steps[n], since)
		}
	}
}

// leaves reports whether a fact of the kind that is true since later was left in
// between; one may order twice, but a stage is entered again only after it was left.
func leaves(k Kind) bool { return k == Stage || k == Segment || k == Tier || k == Alert }

// restart begins a run that is going on anew. Steps that are not counted from the
// entry go on where they are.
func (w *work) restart(r *Run, at time.Time) {
	anew := func(step string) bool {
		_, s, ok := w.p.find(r.Plan, step)
		return !ok || s.Anchor.Kind == Entry || s.Anchor.Kind == AfterStep
	}
	r.Entered = at
	r.Lines = slices.DeleteFunc(r.Lines, func(l Line) bool { return anew(l.Step) })
	w.drop(func(t *Task) bool { return t.Plan == r.Plan && anew(t.Step) })
}

// enters reports whether an entry begins a run.
func (w *work) enters(plan *Plan, last *Run, at time.Time) bool {
	if last == nil {
		return true
	}
	if !at.After(last.Entered) || !last.Ended.IsZero() && at.Before(last.Ended) || at.Before(plan.Rest.AddTo(last.Entered, w.c.Location)) {
		return false
	}
	switch plan.Reentry {
	case Ended:
		return !last.Ended.IsZero()
	case Restart:
		return true
	}
	return false
}

func (w *work) syncStep(r *Run, s *Step, since time.Time) {
	var at time.Time
	switch s.Anchor.Kind {
	case AfterStep:
		return
	case Entry:
		at, since = r.Entered, time.Time{}
	case OnDate:
		d := s.Anchor.Date
		at = time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	case Birthday:
		if b := w.c.Birthday; b != (MonthDay{}) {
			at = time.Date(1972, b.Month, b.Day, 0, 0, 0, 0, time.UTC)
		}
	default:
		var k known
		if at, k = w.fact(s.Anchor); k == future {
			return
		}
	}
	if i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Step == s.ID }); i >= 0 {
		l := &r.Lines[i]
		if !l.Gone && l.Anchor.Equal(at) || l.Gone && at.IsZero() {
			return
		}
		if s.Anchor.Kind == Birthday || !at.After(l.Anchor) {
			since = w.at // nothing is planned a second time
		}
		l.Gone = true
		w.drop(func(t *Task) bool { return t.Plan == r.Plan && t.Step == s.ID })
	}
	if !at.IsZero() {
		w.setLine(r, s, at, since)
	}
}

// setLine begins a step at an anchor. What was due before since, the run or the
// book is left out.
func (w *work) setLine(r *Run, s *Step, anchor, since time.Time) {
	from := r.Entered
	for _, t := range []time.Time{w.b.Since, since} {
		if t.After(from) {
			from = t
		}
	}
	l := Line{Step: s.ID, Anchor: anchor, N: s.first(anchor, from, w.c.Location)}
	for i := range r.Lines {
		if r.Lines[i].Step == s.ID {
			r.Lines[i] = l
			return
		}
	}
	r.Lines = append(r.Lines, l)
}
