package audience

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/segment"
)

// Cause is why a customer entered a segment or left it.
type Cause string

// The causes.
const (
	ByAttribute Cause = "attribute" // something about the customer changed, events included
	ByTime      Cause = "time"      // nothing changed but the moment
	ByRule      Cause = "rule"      // the rule has another version
	ByArrival   Cause = "arrival"   // entered: was no customer before
	ByRemoval   Cause = "removal"   // left: is no customer any more
	Unclear     Cause = "unclear"   // attribute or time: the row as it was is not known
)

// Label returns the name of c that is shown to people.
func (c Cause) Label(lang guanxi.Lang) string {
	switch c {
	case ByAttribute:
		return guanxi.Text{EN: "Changed data", ZH: "客户资料变化"}.In(lang)
	case ByTime:
		return guanxi.Text{EN: "Passage of time", ZH: "时间推移"}.In(lang)
	case ByRule:
		return guanxi.Text{EN: "Changed rule", ZH: "规则变更"}.In(lang)
	case ByArrival:
		return guanxi.Text{EN: "New customer", ZH: "新客户"}.In(lang)
	case ByRemoval:
		return guanxi.Text{EN: "Customer deleted", ZH: "客户已删除"}.In(lang)
	case Unclear:
		return guanxi.Text{EN: "Data or time", ZH: "资料或时间"}.In(lang)
	}
	return string(c)
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
	if now == nil {
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
	ruled := !r.same && later != r.newer.Match(now)
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
