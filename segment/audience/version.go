package audience

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi/internal/strict"
)

// Version is who was in a segment at one time, and by which rule: what the host
// keeps of a segment, one row a version. The zero Version of a segment is before
// the first: nobody is in it. A value; its set may be shared.
type Version struct {
	Segment string    `json:"segment"` // id; not empty
	Number  uint64    `json:"number"`  // 1, 2, 3, …; 0 is before the first
	Rule    string    `json:"rule"`    // id of the rule, as segment.Rule.ID gives it
	At      time.Time `json:"at"`      // the moment for which the rule was asked
	Seq     uint64    `json:"seq"`     // events of the segment up to now, those of this version included
	Set     Set       `json:"set"`
}

// Next returns the version after v. The host writes it if the version kept is
// still v.Number, and so no event is told twice nor left out. Faults: ErrID at
// /segment and /rule, ErrTime at /at for the zero time, one outside the years 1 to 9999, or
// before v's.
func (v Version) Next(rule string, members Set, now time.Time) (Version, error) {
	n := Version{v.Segment, v.Number + 1, rule, time.UnixMicro(now.UnixMicro()).UTC(), v.Seq + uint64(v.Set.XorCount(members)), members}
	if err := n.after(v); err != nil {
		return Version{}, wrap(err)
	}
	return n, nil
}

// after returns what keeps v from being a version after old, whether next or not.
func (v Version) after(old Version) error {
	var errs []error
	if v.Segment == "" {
		errs = append(errs, at(fmt.Errorf("%w: a segment has one", ErrID), "segment"))
	}
	if v.Rule == "" {
		errs = append(errs, at(fmt.Errorf("%w: a rule has one", ErrID), "rule"))
	}
	if !inTime(v.At) || v.At.Before(old.At) {
		errs = append(errs, at(fmt.Errorf("%w: %s", ErrTime, v.At.Format(time.RFC3339Nano)), "at"))
	}
	if v.Segment != old.Segment || v.Number <= old.Number {
		errs = append(errs, fmt.Errorf("%w: %q number %d after %q number %d", ErrVersion, v.Segment, v.Number, old.Segment, old.Number))
	} else if events, least := v.Seq-old.Seq, uint64(old.Set.XorCount(v.Set)); v.Seq < old.Seq || events < least ||
		(events-least)%2 != 0 || events > least && v.Number == old.Number+1 {
		// Over several versions somebody may have come and gone again: two events more.
		errs = append(errs, at(fmt.Errorf("%w: %d events after %d do not make the difference of the sets", ErrVersion, v.Seq, old.Seq), "seq"))
	}
	return strict.Join(errs...)
}

// inTime reports whether t may be kept.
func inTime(t time.Time) bool {
	u := t.UTC()
	return !t.IsZero() && u.Year() >= 1 && u.Year() <= 9999
}

// Difference is who entered a segment and who left it between two versions, one
// next to the other or far from it. A value; its sets may be shared.
type Difference struct {
	Old, New      Version
	Entered, Left Set
}

// Diff returns the difference of two versions of one segment, such as of this
// month and the last: new is what old.Next returned, or what came of it by Next
// again. Who came and went in between is in neither set. Otherwise ErrVersion, and
// ErrID and ErrTime as of Next.
func Diff(old, new Version) (Difference, error) {
	if err := new.after(old); err != nil {
		return Difference{}, wrap(err)
	}
	return Difference{old, new, new.Set.Minus(old.Set), old.Set.Minus(new.Set)}, nil
}

// Apply returns s with those who entered and without those who left: of the old
// set the new one.
func (d Difference) Apply(s Set) Set { return s.Or(d.Entered).Minus(d.Left) }

// Event is one customer entering a segment or leaving it. A plain value.
type Event struct {
	Segment string    `json:"segment"`
	Version uint64    `json:"version"` // number of the version that brought it
	Seq     uint64    `json:"seq"`     // 1, 2, 3, … within the segment, without gaps; 0 of a span of versions
	Key     string    `json:"key"`     // idempotency key: the same for the same event for ever, unlike any other
	Ordinal uint32    `json:"ordinal"`
	Entered bool      `json:"entered"` // false is left
	Cause   Cause     `json:"cause,omitempty"`
	Rule    string    `json:"rule"` // id of the new version's rule
	At      time.Time `json:"at"`   // the new version's moment
}

// Events returns the events of d by ascending ordinal. cause says why, such as
// [Reasoner.Cause]; nil leaves it out. The same difference gives the same events
// with the same keys: told again after a crash, they are recognised. It may be
// ranged over more than once.
//
// The segment's own events are those from each version to the next. Those of a
// span of versions sum them up and are other events: they have no Seq, and keys
// with both numbers, as unlike those of the versions as of any other span.
func (d Difference) Events(cause func(ordinal uint32, entered bool) Cause) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		e := Event{Segment: d.New.Segment, Version: d.New.Number, Seq: d.Old.Seq, Rule: d.New.Rule, At: d.New.At}
		span := d.New.Number != d.Old.Number+1
		prefix := d.New.Segment + "/"
		if span {
			prefix += strconv.FormatUint(d.Old.Number, 10) + "-"
			e.Seq = 0
		}
		prefix += strconv.FormatUint(d.New.Number, 10) + "/"
		for ordinal := range d.Entered.Or(d.Left).All() {
			if !span {
				e.Seq++
			}
			e.Key = prefix + strconv.FormatUint(uint64(ordinal), 10)
			e.Ordinal, e.Entered = ordinal, d.Entered.Has(ordinal)
			if cause != nil {
				e.Cause = cause(ordinal, e.Entered)
			}
			if !yield(e) {
				return
			}
		}
	}
}
