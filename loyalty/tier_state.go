package loyalty

import (
	"cmp"
	"slices"
)

// TierState is where a customer stands: a small value that entries carry, but for the
// days of a rolling span. The zero state is that of a customer of whom no entry
// concerned tiers. What time does is worked out from it, see Engine.Tier; it is
// not to be changed by others. As JSON and in bytes it is stable.
type TierState struct {
	Tier   string     `json:"tier,omitempty"`  // in force as the last change left it
	Since  Instant    `json:"since,omitempty"` // of Tier
	Reason TierReason `json:"reason,omitempty"`
	Joined Instant    `json:"joined,omitempty"` // the first entry that concerned tiers
	Mode   TierMode   `json:"mode,omitempty"`   // over which Now counts
	// Kinds are the kinds of points of all TierSums.
	Kinds [MaxTierKinds]Kind `json:"kinds,omitzero"`

	Now    TierCycle `json:"now"`
	Review Instant   `json:"review,omitempty"` // the next one of which something may come; 0: none
	Due    Instant   `json:"due,omitempty"`    // when time next may change the tier; 0: never
	// Verdict is what the last review said of Now.Base, Grace when grace ends and Rest
	// until when a soft landing is held; 0: none.
	Verdict TierVerdict `json:"verdict,omitempty"`
	Grace   Instant     `json:"grace,omitempty"`
	Rest    Instant     `json:"rest,omitempty"`
	// Spared is, of a rolling span, the tier that was kept when its grace ended, when, and
	// by what.
	Spared TierReach `json:"spared,omitzero"`
	Past   TierCycle `json:"past,omitzero"` // the cycle before, of years

	Lock    string     `json:"lock,omitempty"`     // the tier that is held whatever happens
	LockEnd Instant    `json:"lock_end,omitempty"` // Never: not
	Terms   []TierTerm `json:"terms,omitempty"`    // in force: given and bought

	// Days is the growth of a rolling span; what is before Gone has left it. In an entry
	// these are the days that it changed, with what they are now. A day on which more was
	// taken by hand than there was is below 0, and takes the rest from the newest before it
	// that have some. No day from Low on is below 0.
	Days []TierDay `json:"days,omitempty"`
	Gone int32     `json:"gone,omitempty"`
	Low  int32     `json:"low,omitempty"`
	// Steps are, in an entry, the changes since the entry before that had a tier.
	Steps []TierStep `json:"steps,omitempty"`
	// Part says, in an entry, that nothing but Now.Growth, Days and Gone has changed, and
	// the rest is left out.
	Part bool `json:"part,omitempty"`
}

// TierCycle is what counts in a cycle, or in a rolling span.
type TierCycle struct {
	From Instant `json:"from"`
	Base string  `json:"base"` // the tier that is held without any growth of the cycle
	// Reached are the tiers above Base that growth has reached, the lowest first.
	Reached []TierReach `json:"reached,omitempty"`
	// Growth is with what was carried in, and what upgrades took. It is below 0 where more
	// was taken by hand than there was.
	Growth TierSums `json:"growth"`
	// Taken is what upgrades of merged accounts took, and counts for no other.
	Taken TierSums `json:"taken,omitzero"`
	// Land is where Base falls to, at once, if what spared it in grace comes back.
	Land string `json:"land,omitempty"`
}

// TierReach is a tier that was reached.
type TierReach struct {
	Tier string   `json:"tier"`
	At   Instant  `json:"at"`
	Had  TierSums `json:"had"` // growth then, less what came back since
	// Of a rolling span: the grace and the rest of the tier below that reaching it has ended.
	// They are in force again if it turns out that it was not reached.
	Grace Instant `json:"grace,omitempty"`
	Rest  Instant `json:"rest,omitempty"`
}

// TierVerdict is what became of a tier at the last review.
type TierVerdict string

// What became of a tier at the last review. The zero verdict is kept.
const (
	VerdictKept   TierVerdict = ""
	VerdictGrace  TierVerdict = "grace"  // not kept, and held until grace ends
	VerdictFell   TierVerdict = "fell"   // not kept
	VerdictSpared TierVerdict = "spared" // kept by growth of the days of grace
	VerdictHeld   TierVerdict = "held"   // of an account that was merged into this one: Grace is its own review
)

// TierTerm is a tier that was given or bought: a customer is not below it until its end.
type TierTerm struct {
	Tier  string  `json:"tier"`
	Paid  bool    `json:"paid,omitempty"`
	From  Instant `json:"from"`
	Until Instant `json:"until"` // exclusive; Never: no end
	// Of what is bought: the sum of its terms, from which Until is counted.
	Months int   `json:"months,omitempty"`
	Days   int   `json:"days,omitempty"`
	Clock  int64 `json:"clock,omitempty"` // microseconds
}

// TierDay is the growth of a civil day, counted from 1970-01-01.
type TierDay struct {
	Day    int32    `json:"day"`
	Growth TierSums `json:"growth"`
}

// clone returns a copy that shares no memory but the texts.
func (s *TierState) clone() TierState {
	var c TierState
	s.copyTo(&c)
	return c
}

// copyTo makes dst a copy of s that shares no memory but the texts, and reuses what
// dst has.
func (s *TierState) copyTo(dst *TierState) {
	old := *dst
	*dst = *s
	dst.Now.Reached = append(old.Now.Reached[:0], s.Now.Reached...)
	dst.Past.Reached = append(old.Past.Reached[:0], s.Past.Reached...)
	dst.Terms = append(old.Terms[:0], s.Terms...)
	dst.Days = append(old.Days[:0], s.Days...)
	dst.Steps = append(old.Steps[:0], s.Steps...)
}

// apply makes s what an entry says. Cost: O(days that left and changed), and of the
// others where one is put between them.
func (s *TierState) apply(entry *TierState) {
	days := s.Days
	if entry.Part {
		s.Now.Growth, s.Gone = entry.Now.Growth, entry.Gone
	} else {
		old := *s
		*s = *entry
		s.Now.Reached = append(old.Now.Reached[:0], entry.Now.Reached...)
		s.Past.Reached = append(old.Past.Reached[:0], entry.Past.Reached...)
		s.Terms = append(old.Terms[:0], entry.Terms...)
		s.Steps = nil
	}
	gone := 0
	for gone < len(days) && days[gone].Day < s.Gone {
		gone++
	}
	s.Days = slices.Delete(days, 0, gone)
	for _, d := range entry.Days {
		i, found := slices.BinarySearchFunc(s.Days, d.Day, func(e TierDay, day int32) int { return cmp.Compare(e.Day, day) })
		switch empty := d.Growth == (TierSums{}); {
		case found && empty:
			s.Days = slices.Delete(s.Days, i, i+1)
		case found:
			s.Days[i] = d
		case !empty:
			s.Days = slices.Insert(s.Days, i, d)
		}
	}
}
