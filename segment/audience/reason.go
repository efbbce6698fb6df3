package audience

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/segment"
)

// Cause is why a customer entered a segment or left it: segment's own.
type Cause = segment.Cause

// The causes.
const (
	ByAttribute = segment.ByAttribute
	ByTime      = segment.ByTime
	ByRule      = segment.ByRule
	ByArrival   = segment.ByArrival
	ByRemoval   = segment.ByRemoval
	// Unclear is not known: attribute or time, where the row as it was is not known,
	// or a set that is not what the rule says of the row as it is.
	Unclear = segment.Unclear
)

// Causes turns what a [segment.Live] told since the old version, all of it and in
// its order, into the function that [Difference.Events] asks, for one rule: it
// answers the last cause by which the customer went that way, [Unclear] where
// nothing was told. rule is the index in Live's batch. ordinals[i] is the customer of row i; nil is a Live whose rows
// are the ordinals. A row without one is ErrRow at /i/row, and NoOrdinal
// ErrOrdinal; the first 1,000 are named. changes is not kept.
func Causes(changes []segment.Change, rule int, ordinals []uint32) (func(ordinal uint32, entered bool) Cause, error) {
	type move struct {
		ordinal uint32
		entered bool
	}
	last := make(map[move]Cause)
	var errs []error
	for i, c := range changes {
		if c.Rule != rule {
			continue
		}
		ordinal, err := ordinalOf(c.Row, ordinals)
		if err != nil {
			if errs = append(errs, at(err, i, "row")); len(errs) == maxFaults {
				break
			}
			continue
		}
		last[move{ordinal, c.Entered}] = c.Cause
	}
	if errs != nil {
		return nil, wrap(strict.Join(errs...))
	}
	return func(ordinal uint32, entered bool) Cause {
		if c, ok := last[move{ordinal, entered}]; ok {
			return c
		}
		return Unclear
	}, nil
}

// Asked is a rule and the moment it is asked for.
type Asked[T any] struct {
	Rule *segment.Rule[T]
	At   segment.At
}

// Rows gives the rows of customers by ordinal.
type Rows[T any] struct {
	// Now returns the customer as they are; nil is one who was removed.
	Now func(ordinal uint32) *T
	// Before returns the customer as they were at the old moment: the row of then,
	// or the row of now for somebody about whom nothing has changed since. nil and
	// true is somebody who was no customer; false is that nobody knows. A nil
	// Before never knows.
	Before func(ordinal uint32) (row *T, known bool)
}

// Reasoner says why customers entered and left, by asking the rules again: the
// old rule of the row as it was at the old moment and at the new one, the old rule
// of the row as it is, and the new rule. The step at which the verdict turns is
// the cause. Where it turns at every kind of step, to and fro, it is the rule,
// which had the last word.
//
// Where the new rule does not say of the row as it is what the set says, as of a
// set that was made of other rows, it is [Unclear]. A removed customer is in
// nothing.
//
// Of a row whose past is not known, what the rule did is seen, and that its data
// changed where time cannot have had a part; the rest is [Unclear]. An order since
// the old moment, for instance, looks like the passage of time to a rule that is
// asked for the old moment and does not know it.
//
// Immutable; safe for concurrent use as far as the functions of Rows are.
type Reasoner[T any] struct {
	rows               Rows[T]
	then, later, newer *segment.Rule[T] // the old rule at the old moment, at the new one; the new rule
	same               bool             // the two rules are one
}

// NewReasoner makes a reasoner for the versions that old and new were asked for.
// old has no rule where the old version was the one before the first: nothing is
// its rule then, and everybody entered by rule. Faults: ErrOption at /new/rule
// without one and at /rows/now without that; those of segment.At below /old/at and
// /new/at.
func NewReasoner[T any](old, new Asked[T], rows Rows[T]) (*Reasoner[T], error) {
	r := &Reasoner[T]{rows: rows}
	var errs []error
	if rows.Now == nil {
		errs = append(errs, at(optionFault("no function"), "rows", "now"))
	}
	move := func(rule *segment.Rule[T], to segment.At, side string) *segment.Rule[T] {
		moved, err := rule.At(to)
		if err != nil {
			errs = append(errs, guanxi.At("/"+side, err))
		}
		return moved
	}
	if new.Rule == nil {
		errs = append(errs, at(optionFault("no rule"), "new", "rule"))
	} else {
		r.newer = move(new.Rule, new.At, "new")
	}
	if old.Rule != nil {
		r.then = move(old.Rule, old.At, "old")
		if new.Rule != nil && r.newer != nil {
			r.later = move(old.Rule, new.At, "new")
			r.same = old.Rule.ID() == new.Rule.ID()
		}
	}
	if len(errs) > 0 {
		return nil, wrap(strict.Join(errs...))
	}
	return r, nil
}

// Cause says why the customer entered, or left where entered is false. It fits
// [Difference.Events]. Cost: a few evaluations of the rules.
func (r *Reasoner[T]) Cause(ordinal uint32, entered bool) Cause {
	now := r.rows.Now(ordinal)
	switch {
	case (now != nil && r.newer.Match(now)) != entered:
		return Unclear
	case now == nil:
		return ByRemoval
	}
	var before *T
	known := false
	if r.rows.Before != nil {
		if before, known = r.rows.Before(ordinal); known && before == nil {
			return ByArrival
		}
	}
	if r.then == nil {
		return ByRule
	}
	later := r.later.Match(now)
	ruled := !r.same && later != entered
	if !known {
		switch {
		case ruled:
			return ByRule
		case !r.later.Timed(), r.then.Match(now) == entered:
			return ByAttribute // the old moment, with the row of now, gives the new verdict
		}
		return Unclear
	}
	timed := r.then.Match(before) != r.later.Match(before)
	// What neither turned, or both, the data turned: the verdict as a whole did.
	switch {
	case ruled:
		return ByRule
	case timed:
		return ByTime
	}
	return ByAttribute
}
