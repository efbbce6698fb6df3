package loyalty

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi/internal/minor"
)

// SharedTotal is a counter that several accounts share. What is reserved lapses at its
// deadline: from then on it is free, though nobody has written so. The zero value has
// counted nothing. A value; its slice is shared with its copies and never changed in place.
type SharedTotal struct {
	Confirmed int64
	Held      []SharedHeld // what is reserved, by deadline, the earliest first, each once
	Lapsed    Instant      // the latest deadline that has passed; 0: none
}

// SharedHeld is how much is reserved until a deadline.
type SharedHeld struct {
	Until  Instant // Never: it has none
	Amount int64
}

// ReservedAt returns what is reserved at an instant.
func (t SharedTotal) ReservedAt(at Instant) (n int64) {
	for i := len(t.Held) - 1; i >= 0 && t.Held[i].Until > at; i-- {
		n += t.Held[i].Amount
	}
	return n
}

// UsedAt returns what cannot be reserved any more at an instant. What a limit leaves, less
// this, is what Account.SetShared is told.
func (t SharedTotal) UsedAt(at Instant) int64 { return t.Confirmed + t.ReservedAt(at) }

// Apply changes a shared counter by one step.
//
// First, reservations whose deadline is at or before ch.At lapse. Then Reserve adds to what
// is reserved until ch.Until; Confirm moves from there to what is confirmed; Release takes
// from there; Restore takes from what is confirmed. Where that deadline has passed for the
// counter, be it by the clock of another account, Reserve asks for room and keeps nothing,
// Confirm takes anew, and Release takes nothing.
//
// A SharedError refuses to take past a limit, and ErrCommit to take what is not there; t is
// unchanged then. Cost: the deadlines that stand.
func (t *SharedTotal) Apply(ch SharedChange) error {
	v := *t
	for len(v.Held) > 0 && v.Held[0].Until <= ch.At {
		v.Lapsed, v.Held = max(v.Lapsed, v.Held[0].Until), v.Held[1:]
	}
	until := cmp.Or(ch.Until, Never)
	lapsed := until <= max(v.Lapsed, ch.At)
	if ch.Step == Reserve || ch.Step == Confirm && lapsed {
		used, fits := minor.Add(v.UsedAt(ch.At), max(ch.Amount, 0))
		if !fits || ch.Limit > 0 && used > ch.Limit {
			return &SharedError{ch.Counter, max(ch.Limit-v.UsedAt(ch.At), 0)}
		}
	}
	held := ch.Amount // more, or fewer
	switch ch.Step {
	case Reserve:
	case Confirm:
		held = -ch.Amount
		v.Confirmed += ch.Amount
	case Release:
		held = -ch.Amount
	case Restore:
		held = 0
		v.Confirmed -= ch.Amount
	default:
		return fmt.Errorf("%w: step %q", ErrCommit, ch.Step)
	}
	there := v.Confirmed >= 0 && ch.Amount >= 0
	if there && held != 0 && !lapsed {
		v.Held, there = holding(v.Held, until, held)
	}
	if !there {
		return fmt.Errorf("%w: counter %q below nothing", ErrCommit, ch.Counter)
	}
	if len(v.Held) == 0 {
		v.Held = nil
	}
	*t = v
	return nil
}

// holding returns reservations with n more until a deadline, or fewer; false where there
// are not so many. The sum fits.
func holding(held []SharedHeld, until Instant, n int64) ([]SharedHeld, bool) {
	i, found := slices.BinarySearchFunc(held, until, func(h SharedHeld, u Instant) int { return cmp.Compare(h.Until, u) })
	out := make([]SharedHeld, 0, len(held)+1)
	out = append(out, held[:i]...)
	if found {
		n += held[i].Amount
		i++
	}
	switch {
	case n < 0:
		return nil, false
	case n > 0:
		out = append(out, SharedHeld{until, n})
	}
	return append(out, held[i:]...), true
}

// sharedVersion is the version of the encoding of a shared total.
const sharedVersion = 1

// AppendBinary appends the encoding, for stores that keep a counter in one column.
func (t SharedTotal) AppendBinary(b []byte) ([]byte, error) {
	if !t.sound() {
		return b, fmt.Errorf("%w: a counter", ErrCommit)
	}
	b = appendInt(appendInt(append(b, sharedVersion), t.Confirmed), t.Lapsed)
	b = appendLen(b, len(t.Held))
	for _, h := range t.Held {
		b = appendInt(appendInt(b, h.Until), h.Amount)
	}
	return b, nil
}

// MarshalBinary returns what AppendBinary appends.
func (t SharedTotal) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote; other bytes are ErrFormat, and t is
// unchanged.
func (t *SharedTotal) UnmarshalBinary(b []byte) error {
	r := reader{b: b}
	if v := r.byte(); v != sharedVersion {
		r.fail("version %d of a counter", v)
	}
	var v SharedTotal
	v.Confirmed, v.Lapsed = r.int(), r.instant()
	v.Held = list(&r, func(h *SharedHeld) { *h = SharedHeld{r.instant(), r.int()} })
	if err := r.end(); err != nil {
		return err
	}
	if !v.sound() {
		return fmt.Errorf("%w: a counter that Apply does not make", ErrFormat)
	}
	*t = v
	return nil
}

// sound reports whether t is what Apply makes.
func (t *SharedTotal) sound() bool {
	sum, last := t.Confirmed, t.Lapsed
	if sum < 0 {
		return false
	}
	for i, h := range t.Held {
		if h.Amount <= 0 || h.Until <= last && (i > 0 || t.Lapsed != 0) {
			return false
		}
		var fits bool
		if sum, fits = minor.Add(sum, h.Amount); !fits {
			return false
		}
		last = h.Until
	}
	return true
}
