package audience

import (
	"time"

	"github.com/guanxi-go/guanxi/segment"
)

// maxSteps is how many moments NextChange looks at that turn out to change
// nothing.
const maxSteps = 1000

// NextChange returns the earliest instant after the moment at which time alone
// makes AppendChanges ask for a change, once those of now have
// been made; false where it never does before the year 10000. Should rules turn
// a thousand times and more without an effect on the tags, it returns the next
// turn, at which to ask again. Errors are those of
// AppendChanges. Cost: that of
// [segment.Rule.NextChange] for each rule that counts, and of At for each moment
// looked at.
func (t *Tagger[T]) NextChange(current []HeldTag, c *T) (time.Time, bool, error) {
	changes, err := t.AppendChanges(nil, current, c)
	if err != nil {
		return time.Time{}, false, err
	}
	settled := ApplyTags(nil, current, changes)
	for step := 0; ; step++ {
		next := t.nextMoment(settled, c)
		if next.IsZero() {
			return next, false, nil
		}
		moved, err := t.At(segment.At{Now: next, Location: t.now.Location, WeekStart: t.now.WeekStart})
		if err != nil {
			return time.Time{}, false, nil //nolint:nilerr // beyond the year 9999
		}
		if changes, err = moved.AppendChanges(changes[:0], settled, c); err != nil {
			return time.Time{}, false, err
		}
		if len(changes) > 0 || step == maxSteps {
			if loc := t.now.Location; loc != nil {
				return next.In(loc), true, nil
			}
			return next.UTC(), true, nil
		}
		t = moved
	}
}

// nextMoment returns the first instant after the moment at which a tag ends or
// may be taken, or a rule turns that has a say; zero where there is none. Nothing
// changes before it.
func (t *Tagger[T]) nextMoment(current []HeldTag, c *T) time.Time {
	var next time.Time
	add := func(at time.Time) {
		if at.After(t.now.Now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for g := range t.groups {
		group := &t.groups[g]
		last, locked := len(group.Tags), false // rules behind last have no say
		if group.Exclusive {
			win, byRule := t.winner(group, current, c)
			if byRule {
				last = win
			}
			locked = win >= 0 && group.Manual != ManualYields && t.inForce(held(current, group.Tags[win].Tag), TagByHand)
		}
		for i := range group.Tags {
			h := held(current, group.Tags[i].Tag)
			if h != nil && !h.Until.IsZero() {
				add(h.Until)
			}
			byHand := t.inForce(h, TagByHand)
			switch {
			case group.rules[i] == nil || locked || t.inForce(h, TagBarred):
			case byHand && !group.Exclusive:
			case i > last && !byHand:
			case h != nil && h.By == TagByRule && t.now.Now.Before(t.kept(&group.Tags[i], h)):
				add(t.kept(&group.Tags[i], h))
			default:
				if at, ok := group.rules[i].NextChange(c); ok {
					add(at)
				}
			}
		}
	}
	return next
}
