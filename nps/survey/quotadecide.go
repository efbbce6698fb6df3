package survey

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// CellState is what is loaded of a cell for one decision.
type CellState struct {
	Version   int64 // 0 for a cell never written; one more with every write
	Held      int   // reservations whose stored status is Held, expired ones included
	Confirmed int
	// Reservation is the one under the key of the command, if there is one.
	Reservation *Reservation
	// Overdue is some of the Held reservations that have expired: at least one if
	// there are any.
	Overdue []Reservation
}

// CellChange is what is to be written: the new counters, and the reservations
// that are new or have another status.
type CellChange struct {
	Held      int
	Confirmed int
	Put       []Reservation
}

// Ruling is what a quota decides.
type Ruling struct {
	Reservation Reservation // as it is from now on
	Write       bool        // false: everything is so already
	Change      CellChange  // what is to be written
}

// Reserve holds a place of the cell for key until Hold from now. The same key
// again is given the same answer, and nothing is written: the reservation that
// is held or confirmed, or the refusal of one that is spent ([ErrExpired],
// [ErrReleased]). [ErrFull] says that there is no place; it is not remembered, so
// that the key may try again. [ErrCell], [ErrKey] and [ErrTime] refuse the
// command, [ErrState] the state.
//
// A ruling beside ErrFull that is to be written only marks what is overdue: more
// may be so than was loaded, after the limit was lowered. Write it, load and
// decide again; a [Keeper] does.
func (q *Quota) Reserve(cell string, s CellState, key string, now time.Time) (Ruling, error) {
	limit, err := q.Limit(cell)
	if err != nil {
		return Ruling{}, err
	}
	r, now, err := s.find(key, now)
	switch {
	case err != nil:
		return Ruling{}, err
	case r != nil:
		if r.Status == Confirmed || r.live(now) {
			return Ruling{Reservation: *r}, nil
		}
		return Ruling{}, spent(*r)
	}
	change := s.sweep()
	if change.Held+change.Confirmed >= limit {
		err := fmt.Errorf("%w: %q takes %d", ErrFull, cell, limit)
		if len(s.Overdue) == 0 {
			return Ruling{}, err
		}
		return Ruling{Write: true, Change: change}, err
	}
	until, ok := micros(q.hold.AddTo(now, nil))
	if !ok {
		return Ruling{}, ErrTime
	}
	place := Reservation{Key: key, Status: Held, Until: time.UnixMicro(until).UTC()}
	change.Held++
	change.Put = append(change.Put, place)
	return Ruling{place, true, change}, nil
}

// Confirm turns the place held for key into an answer that counts for good. The
// same key again is given the same answer. [ErrNoReservation], [ErrExpired] (the
// place may be gone: reserve under a new key) and [ErrReleased] refuse it.
func (q *Quota) Confirm(s CellState, key string, now time.Time) (Ruling, error) {
	r, now, err := s.find(key, now)
	switch {
	case err != nil:
		return Ruling{}, err
	case r == nil:
		return Ruling{}, fmt.Errorf("%w: %q", ErrNoReservation, key)
	case r.Status == Confirmed:
		return Ruling{Reservation: *r}, nil
	case !r.live(now):
		return Ruling{}, spent(*r)
	}
	return s.turn(*r, Confirmed), nil
}

// Release gives the place held for key back. One that is released or expired
// stays as it is, without an error. [ErrNoReservation] and [ErrConfirmed] refuse it.
func (q *Quota) Release(s CellState, key string, now time.Time) (Ruling, error) {
	r, now, err := s.find(key, now)
	switch {
	case err != nil:
		return Ruling{}, err
	case r == nil:
		return Ruling{}, fmt.Errorf("%w: %q", ErrNoReservation, key)
	case r.Status == Confirmed:
		return Ruling{}, fmt.Errorf("%w: %q", ErrConfirmed, key)
	case r.Status == Held && !r.live(now):
		return s.turn(*r, Expired), nil
	case r.Status != Held:
		return Ruling{Reservation: *r}, nil
	}
	return s.turn(*r, Released), nil
}

// Expire marks the overdue reservations of s. It need not be called for the
// places to be free: every decision frees what is overdue.
func (q *Quota) Expire(s CellState, now time.Time) (Ruling, error) {
	_, err := s.check("", now)
	if err != nil || len(s.Overdue) == 0 {
		return Ruling{}, err
	}
	return Ruling{Write: true, Change: s.sweep()}, nil
}

func spent(r Reservation) error {
	if r.Status == Released {
		return fmt.Errorf("%w: %q", ErrReleased, r.Key)
	}
	return fmt.Errorf("%w: %q, at %s", ErrExpired, r.Key, r.Until.Format(time.RFC3339Nano))
}

// find checks the key and the state, and returns the reservation under the key.
func (s CellState) find(key string, now time.Time) (*Reservation, time.Time, error) {
	if err := CheckKey(key); err != nil {
		return nil, now, err
	}
	now, err := s.check(key, now)
	return s.Reservation, now, err
}

// CheckKey returns [ErrKey] unless key may be the key of a reservation: 1 to 128
// bytes of UTF-8 without control characters.
func CheckKey(key string) error {
	if key == "" || len(key) > 128 || !utf8.ValidString(key) {
		return fmt.Errorf("%w: %.128q", ErrKey, key)
	}
	for _, r := range key {
		if unicode.IsControl(r) {
			return fmt.Errorf("%w: %q", ErrKey, key)
		}
	}
	return nil
}

// check returns now in whole microseconds of UTC.
func (s CellState) check(key string, now time.Time) (time.Time, error) {
	at, ok := micros(now)
	if !ok {
		return now, ErrTime
	}
	now = time.UnixMicro(at).UTC()
	var what string
	switch r := s.Reservation; {
	case s.Version < 0 || s.Held < 0 || s.Confirmed < 0:
		what = "a negative count"
	case s.Version == 0 && (s.Held > 0 || s.Confirmed > 0 || r != nil):
		what = "reservations in a cell never written"
	case len(s.Overdue) > s.Held:
		what = "more overdue than held"
	case r == nil:
	case r.Key != key:
		what = "a reservation of another key"
	case r.Status == Held && s.Held == 0, r.Status == Confirmed && s.Confirmed == 0:
		what = "a reservation that is not counted"
	default:
		switch r.Status {
		case Held, Confirmed, Released, Expired:
		default:
			what = fmt.Sprintf("status %.32q", string(r.Status))
		}
	}
	for i, r := range s.Overdue {
		if r.Status != Held || r.live(now) {
			what = fmt.Sprintf("overdue reservation %d is not overdue", i)
		}
	}
	if what != "" {
		return now, fmt.Errorf("%w: %s", ErrState, what)
	}
	return now, nil
}

// sweep is the change that marks what is overdue.
func (s CellState) sweep() CellChange {
	c := CellChange{Held: s.Held, Confirmed: s.Confirmed}
	for _, r := range s.Overdue {
		r.Status = Expired
		c.Held--
		c.Put = append(c.Put, r)
	}
	return c
}

// turn gives a held reservation another status, and marks what else is overdue.
func (s CellState) turn(r Reservation, to Status) Ruling {
	var others []Reservation
	for _, o := range s.Overdue {
		if o.Key != r.Key {
			others = append(others, o)
		}
	}
	s.Overdue = others
	change := s.sweep()
	r.Status = to
	change.Held--
	if to == Confirmed {
		change.Confirmed++
	}
	change.Put = append(change.Put, r)
	return Ruling{r, true, change}
}
