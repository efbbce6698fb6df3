package care

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/shopspring/decimal"
)

// deadline returns when a limit is used up, if the clock stood still for paused.
func (d *Desk) deadline(clock Clock, start time.Time, within guanxi.Span, paused time.Duration) (time.Time, error) {
	var end time.Time
	switch clock {
	case Working:
		if within.Time > math.MaxInt64-paused {
			return time.Time{}, ErrTime
		}
		at, err := d.calendar.Deadline(start, within.Time+paused)
		if err != nil {
			return time.Time{}, fmt.Errorf("%w: %w", ErrTime, err)
		}
		end = at
	case SameDay:
		end = nextDay(start, d.loc)
	default:
		end = within.AddTo(start, d.loc).Add(paused)
	}
	end, ok := stamp(end)
	if !ok {
		return time.Time{}, ErrTime
	}
	return end, nil
}

// elapsed returns the time in [from, to) on a clock.
func (d *Desk) elapsed(clock Clock, from, to time.Time) time.Duration {
	if clock == Working {
		e, _ := d.calendar.Elapsed(from, to) // both are in its years
		return e
	}
	return to.Sub(from)
}

// Deadline returns the first instant that is too late for a limit that begins at
// start: for a promise such as delivery within 48 hours. A limit of working time
// needs the desk's calendar.
func (d *Desk) Deadline(l Limit, start time.Time) (time.Time, error) {
	var f faults
	option(&f, "/clock", l.Clock, Wall, Working, SameDay)
	f.limit("/within", l.Clock, l.Within, l.Clock == SameDay)
	if l.Clock == Working && d.calendar == nil {
		f.at("/clock", ErrNoCalendar)
	}
	if err := f.err(); err != nil {
		return time.Time{}, err
	}
	at, ok := stamp(start)
	if !ok {
		return time.Time{}, ErrTime
	}
	return d.deadline(l.Clock, at, l.Within, 0)
}

// Open opens a case. [ErrSeverity], [ErrTime], and *guanxi.FieldErrors for the
// ids and the kind.
func (d *Desk) Open(id CaseID, customer lifecycle.CustomerID, kind CaseKind, severity string, at time.Time) (Case, error) {
	s, err := d.severity(severity)
	if err != nil {
		return Case{}, err
	}
	now, ok := stamp(at)
	if !ok {
		return Case{}, ErrTime
	}
	c := Case{ID: id, Customer: customer, Kind: kind, Severity: severity, Status: CaseOpen, Opened: now, Updated: now, Start: now}
	if c.Due, err = d.deadline(s.Answer.Clock, now, s.Answer.Within, 0); err != nil {
		return Case{}, err
	}
	c.Allowed = d.elapsed(s.Answer.Clock, now, c.Due)
	return c, c.Validate()
}

// Next returns when [Desk.Advance] has something to do: the deadline, or the next
// rung of the ladder. The zero time if nothing comes by itself.
func (d *Desk) Next(c Case) (time.Time, error) {
	s, err := d.severity(c.Severity)
	if err != nil {
		return time.Time{}, err
	}
	if err := c.Validate(); err != nil {
		return time.Time{}, err
	}
	if !c.waiting() {
		return time.Time{}, nil
	}
	var next time.Time
	if !c.Overdue {
		next = c.Due
	}
	return earliest(next, d.rung(s, c)), nil
}

// rung returns when the next rung is reached, the zero time for none.
func (d *Desk) rung(s *Severity, c Case) time.Time {
	if c.Level >= len(s.Ladder) {
		return time.Time{}
	}
	at, err := d.deadline(s.ladderClock(), c.Start, s.Ladder[c.Level].After, c.Paused)
	if err != nil {
		return time.Time{} // beyond the years
	}
	if at.Before(c.Updated) {
		return c.Updated // a ladder that was shortened since
	}
	return at
}

// Advance brings a case up to now: the deadline missed and the rungs reached, each
// at its own instant, so that a sweep that runs late gives the same as one on time.
// Where there is nothing the case stays as it is, and need not be written.
func (d *Desk) Advance(c Case, now time.Time) (Case, []Effect, error) {
	return d.decide(c, now, nil)
}

// decide advances a case and then lets do, if there is one, change it.
func (d *Desk) decide(c Case, at time.Time, do func(c *Case, s *Severity, at time.Time) ([]Effect, error)) (Case, []Effect, error) {
	now, ok := stamp(at)
	if !ok {
		return c, nil, ErrTime
	}
	if err := c.Validate(); err != nil {
		return c, nil, err
	}
	s, err := d.severity(c.Severity)
	switch {
	case err != nil:
		return c, nil, err
	case s.Answer.Clock == SameDay && (c.Paused != 0 || !c.PausedAt.IsZero()):
		return c, nil, fmt.Errorf("%w: the same day is never paused", ErrState)
	case now.Before(c.Updated):
		return c, nil, ErrBackwards
	}
	next, effects := c.clone(), []Effect(nil)
	changed := c.Updated
	for next.waiting() {
		rung := d.rung(s, next)
		if !next.Overdue && !next.Due.After(now) && (rung.IsZero() || !rung.Before(next.Due)) {
			next.Overdue = true
			next.Late = next.Late || next.Answered.IsZero()
			effects = append(effects, Effect{Kind: Missed, At: next.Due})
			continue
		}
		if rung.IsZero() || rung.After(now) {
			break
		}
		effects = append(effects, Effect{Kind: Escalate, At: rung, To: s.Ladder[next.Level].To})
		next.Level++
	}
	if n := len(effects); n > 0 {
		changed = later(changed, effects[n-1].At)
	}
	if do != nil {
		more, err := do(&next, s, now)
		if err != nil {
			return c, nil, err
		}
		changed, effects = now, append(effects, more...)
	}
	next.Updated = changed
	return next, effects, nil
}

func illegal(c *Case, command string) error {
	return fmt.Errorf("%w: %s a case that is %s", ErrIllegal, command, c.Status)
}

// Answer records an answer with what was delivered, together with what was
// delivered before. [ErrDeliverable] names what is missing; [ErrIllegal] unless
// the case waits for an answer.
func (d *Desk) Answer(c Case, delivered []string, at time.Time) (Case, []Effect, error) {
	return d.decide(c, at, func(c *Case, s *Severity, at time.Time) ([]Effect, error) {
		if !c.waiting() {
			return nil, illegal(c, "answering")
		}
		for _, id := range delivered {
			if !slices.Contains(s.Requires, id) {
				return nil, fmt.Errorf("%w: %.64q is none that is required", ErrDeliverable, id)
			}
			if !slices.Contains(c.Delivered, id) {
				c.Delivered = append(c.Delivered, id)
			}
		}
		var missing []error
		for _, id := range s.Requires {
			if !slices.Contains(c.Delivered, id) {
				missing = append(missing, fmt.Errorf("%w: %q", ErrDeliverable, id))
			}
		}
		if len(missing) > 0 {
			return nil, errors.Join(missing...)
		}
		if c.Status, c.Answered = CaseAnswered, firstOf(c.Answered, at); c.Reopened == 0 {
			c.Waited = d.elapsed(s.Answer.Clock, c.Start, at) - c.Paused
		}
		return nil, nil
	})
}

func firstOf(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

// Pause stops the clock while the customer has to do something. [ErrNoPause]
// where the severity does not allow it, [ErrIllegal] unless the case waits for an
// answer.
func (d *Desk) Pause(c Case, at time.Time) (Case, []Effect, error) {
	return d.decide(c, at, func(c *Case, s *Severity, at time.Time) ([]Effect, error) {
		switch {
		case !c.waiting():
			return nil, illegal(c, "pausing")
		case s.NoPause || s.Answer.Clock == SameDay:
			return nil, ErrNoPause
		}
		c.Status, c.PausedAt = CasePaused, at
		return nil, nil
	})
}

// Resume lets the clock of a paused case run again; deadlines move by as much.
func (d *Desk) Resume(c Case, at time.Time) (Case, []Effect, error) {
	return d.decide(c, at, func(c *Case, s *Severity, at time.Time) ([]Effect, error) {
		if c.Status != CasePaused {
			return nil, illegal(c, "resuming")
		}
		c.Paused += d.elapsed(s.Answer.Clock, c.PausedAt, at)
		c.Status, c.PausedAt = CaseOpen, time.Time{}
		if c.Reopened > 0 {
			c.Status = CaseReopened
		}
		if c.Overdue {
			return nil, nil
		}
		due, err := d.deadline(s.Answer.Clock, c.Start, s.Answer.Within, c.Paused)
		c.Due = due
		return nil, err
	})
}

// Resolve settles an answered case with its cause and the unit responsible.
// [ErrCause] refuses those that the desk does not have.
func (d *Desk) Resolve(c Case, cause, unit string, at time.Time) (Case, []Effect, error) {
	return d.decide(c, at, func(c *Case, _ *Severity, at time.Time) ([]Effect, error) {
		switch {
		case c.Status != CaseAnswered:
			return nil, illegal(c, "resolving")
		case !slices.Contains(d.cfg.Causes, cause) || !slices.Contains(d.cfg.Units, unit):
			return nil, fmt.Errorf("%w: %.64q, %.64q", ErrCause, cause, unit)
		}
		c.Status, c.Resolved, c.Cause, c.Unit = CaseResolved, at, cause, unit
		return nil, nil
	})
}

// Reopen opens an answered or resolved case again: it waits for another answer,
// with a new deadline, the ladder from its foot and deliverables anew.
func (d *Desk) Reopen(c Case, at time.Time) (Case, []Effect, error) {
	return d.decide(c, at, func(c *Case, s *Severity, at time.Time) ([]Effect, error) {
		if c.Status != CaseAnswered && c.Status != CaseResolved {
			return nil, illegal(c, "reopening")
		}
		due, err := d.deadline(s.Answer.Clock, at, s.Answer.Within, 0)
		c.Status, c.Start, c.Due, c.Paused = CaseReopened, at, due, 0
		c.Overdue, c.Level, c.Delivered = false, 0, nil
		c.Reopened++
		return nil, err
	})
}

// Escalate climbs the next rung of the ladder by hand. [ErrIllegal] where there
// is none left, and for a case that is answered or resolved.
func (d *Desk) Escalate(c Case, at time.Time) (Case, []Effect, error) {
	return d.decide(c, at, func(c *Case, s *Severity, at time.Time) ([]Effect, error) {
		if !c.waiting() && c.Status != CasePaused || c.Level >= len(s.Ladder) {
			return nil, illegal(c, "escalating")
		}
		c.Level++
		return []Effect{{Kind: Escalate, At: at, To: s.Ladder[c.Level-1].To}}, nil
	})
}

// Compensate gives an amount under a tier. [ErrCompensation] refuses more than
// the tier gives at once or the case altogether, [ErrAmount] what is no amount
// above 0, and [ErrIllegal] a resolved case.
func (d *Desk) Compensate(c Case, tier string, amount decimal.Decimal, at time.Time) (Case, []Effect, error) {
	return d.decide(c, at, func(c *Case, s *Severity, _ time.Time) ([]Effect, error) {
		if c.Status == CaseResolved {
			return nil, illegal(c, "compensating")
		}
		i := slices.IndexFunc(s.Tiers, func(t Compensation) bool { return t.ID == tier })
		if i < 0 {
			return nil, fmt.Errorf("%w: no tier %.64q", ErrCompensation, tier)
		}
		units, err := minor.From(amount, d.cfg.Decimals)
		if err != nil || units <= 0 {
			return nil, fmt.Errorf("care: %w", ErrAmount)
		}
		most, _ := minor.From(s.Tiers[i].Max, d.cfg.Decimals) // validated
		limit, _ := minor.From(s.Cap, d.cfg.Decimals)
		sum, ok := minor.Add(c.Given, units)
		if !ok || units > most || sum > limit {
			return nil, fmt.Errorf("%w: %v", ErrCompensation, amount)
		}
		c.Given = sum
		return nil, nil
	})
}
