package churn

import (
	"fmt"
	"math/bits"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Effect is what the host is to tell people after a step. Effects of one alert
// are Opened, any number of Escalated, and Closed, in this order.
type Effect string

const (
	NoEffect  Effect = ""          // nothing to tell
	Opened    Effect = "opened"    // an alert is open
	Escalated Effect = "escalated" // the open alert is more serious than was told
	Closed    Effect = "closed"    // the alert that was told is over
)

// Reading is a risk measured, which an alert is fed with.
type Reading struct {
	// Risk is 0 to 1. A risk that is not known is no reading; NaN is ErrValue.
	Risk float64
	// Band is the place of the risk's band, as in Score: 0 to 14.
	Band int
	// Crisis says that something happened that cannot wait (a foreign object in
	// food): the alert opens whatever the risk, without confirmation, in a
	// cool-down, and is told in spite of a snooze.
	Crisis bool
}

// Label returns the name of e in lang.
func (e Effect) Label(lang guanxi.Lang) string {
	switch e {
	case NoEffect:
		return guanxi.Text{EN: "Nothing to tell", ZH: "无需通知"}.In(lang)
	case Opened:
		return guanxi.Text{EN: "Alert opened", ZH: "预警触发"}.In(lang)
	case Escalated:
		return guanxi.Text{EN: "Alert escalated", ZH: "预警升级"}.In(lang)
	case Closed:
		return guanxi.Text{EN: "Alert closed", ZH: "预警解除"}.In(lang)
	}
	return string(e)
}

type phase uint8

const (
	quiet phase = iota
	open
	cooling
	phases
)

// Alert is the state of one alert: of one customer and one rule, which
// [Alerts.Key] names. The zero value is one that was never open. It is 16 bytes,
// comparable, stored by the host under its key, and changed by the methods of
// [Alerts] alone; a value may be shared. Instants in it are whole seconds.
type Alert struct {
	since  uint32 // of the phase, in Unix seconds
	last   uint32 // reading
	snooze uint32 // until
	over   uint8  // the last readings, the newest lowest: risk ≥ enter
	under  uint8  // and risk < leave
	told   uint8  // 1 + the highest band told of the open alert, 0 if untold
	bits   uint8  // phase, crisis, a crisis was told
}

const (
	phaseMask  = 0x03
	crisisBit  = 0x04
	crisisTold = 0x08
)

func (s Alert) phase() phase { return phase(s.bits & phaseMask) }

// IsOpen reports whether the alert is open.
func (s Alert) IsOpen() bool { return s.phase() == open }

// Crisis reports whether the alert is open on account of a crisis.
func (s Alert) Crisis() bool { return s.IsOpen() && s.bits&crisisBit != 0 }

// Since returns when the alert opened, or, where it is not open, when it closed.
// ok is false if it was never open.
func (s Alert) Since() (t time.Time, ok bool) {
	if s.phase() == quiet {
		return time.Time{}, false
	}
	return time.Unix(int64(s.since), 0).UTC(), true
}

// Told returns the highest band of which people were told while the alert is open.
// ok is false if they were told nothing.
func (s Alert) Told() (band int, ok bool) { return int(s.told) - 1, s.told > 0 }

// Snoozed reports whether the alert is silent at an instant.
func (s Alert) Snoozed(at time.Time) bool {
	return s.snooze > 0 && at.Unix() < int64(s.snooze)
}

// Key returns the name under which the state of a customer's alert is stored: the
// rule and the customer as a JSON pointer. As there is one state for a key, there
// is at most one open alert for it.
func (a *Alerts) Key(customer string) string { return guanxi.Pointer(a.rule, customer) }

// Episode returns the name of what is to be told, for a channel that must not tell
// it twice: the key, the second in which the alert opened or closed, the effect,
// the band told and whether a crisis was. An effect that is delivered again has the
// same name. s is the state after the step.
func (a *Alerts) Episode(customer string, s Alert, e Effect) string {
	return guanxi.Pointer(a.rule, customer, strconv.FormatUint(uint64(s.since), 10), string(e), int(s.told), int(s.bits&crisisTold/crisisTold))
}

// Step returns the alert after a reading, and what is to be told:
//
//   - A quiet alert opens when Opens.N of the last Opens.M readings were at Enter
//     or above, this one included. After its end it does not open before the
//     cool-down is over.
//   - An open one closes when Closes.N of the last Closes.M were below Leave, this
//     one included, and it has been open for Dwell. A crisis closes by Resolve alone:
//     no reading says that it is over.
//   - A rise by Jump bands above the highest told is told once, as is a crisis in
//     an alert that is open already. A fall is not told, so that a risk that moves
//     about a boundary is told of once.
//   - While it is snoozed an alert moves on and tells nothing but crises. What is
//     still so at the first reading after it is told then; what opened and closed
//     meanwhile is never told.
//
// A reading in the same second as the last is a repeat: it confirms nothing, but
// its crisis or band counts, so that a step done twice tells nothing twice. One
// before it is ErrLate. ErrTime, ErrValue. On error the alert is as it was. No
// allocation.
func (a *Alerts) Step(s Alert, r Reading, at time.Time) (Alert, Effect, error) {
	now, err := s.instant(at)
	if err != nil {
		return s, NoEffect, err
	}
	if !(r.Risk >= 0 && r.Risk <= 1) {
		return s, NoEffect, fmt.Errorf("%w: a risk of %v", ErrValue, r.Risk)
	}
	if r.Band < 0 || r.Band >= maxBands {
		return s, NoEffect, fmt.Errorf("%w: band %d", ErrValue, r.Band)
	}
	over, under := r.Risk >= a.enter, r.Risk < a.leave
	if now != s.last || s == (Alert{}) {
		s.over, s.under = s.over<<1|bit(over), s.under<<1|bit(under)
		s.last = now
	}
	in := int64(now) - int64(s.since) // the phase so far
	switch s.phase() {
	case quiet, cooling:
		free := s.phase() == quiet || in >= a.coolDown
		if r.Crisis || free && over && agree(s.over, a.opens) {
			s.enter(open, now)
		}
	case open:
		if s.bits&crisisBit == 0 && !r.Crisis && under && in >= a.dwell && agree(s.under, a.closes) {
			s.enter(cooling, now)
		}
	}
	if r.Crisis {
		s.bits |= crisisBit
	}
	s, e := a.tell(s, r, now)
	return s, e, nil
}

// tell compares what is so with what people were told.
func (a *Alerts) tell(s Alert, r Reading, now uint32) (Alert, Effect) {
	news := s.bits&crisisBit != 0 && s.bits&crisisTold == 0
	if now < s.snooze && !news {
		return s, NoEffect
	}
	e := NoEffect
	switch {
	case s.phase() != open:
		if s.told > 0 {
			e = Closed
		}
		s.told = 0
		s.bits &^= crisisBit | crisisTold
		return s, e
	case s.told == 0:
		e = Opened
	case news || r.Band+1 >= int(s.told)+a.jump:
		e = Escalated
	default:
		return s, NoEffect
	}
	s.told = max(s.told, uint8(r.Band+1))
	if news {
		s.bits |= crisisTold
	}
	return s, e
}

// Snooze returns the alert silent in [at, until): Step moves it on, and tells
// nothing but crises. A crisis that was told is not told again. An until that is
// not after at ends a snooze. Errors: ErrTime, ErrLate for an at before the last
// reading. Seconds of until are rounded up.
func (a *Alerts) Snooze(s Alert, at, until time.Time) (Alert, error) {
	if _, err := s.instant(at); err != nil {
		return s, err
	}
	m, err := micro(until)
	if err != nil {
		return s, err
	}
	s.snooze = 0
	if until.After(at) {
		s.snooze = uint32((m + second - 1) / second)
	}
	return s, nil
}

// Resolve returns the alert closed because somebody has dealt with it, whatever
// the risk and the dwell: Closed, at once and in spite of a snooze, if people were
// told that it was open. The readings so far are forgotten, the snooze ends, and
// the cool-down begins. An alert that is not open stays as it is. Errors: ErrTime,
// ErrLate.
func (a *Alerts) Resolve(s Alert, at time.Time) (Alert, Effect, error) {
	now, err := s.instant(at)
	if err != nil || !s.IsOpen() {
		return s, NoEffect, err
	}
	e := NoEffect
	if s.told > 0 {
		e = Closed
	}
	return Alert{since: now, last: now, bits: uint8(cooling)}, e, nil
}

// enter begins a phase. The readings that led to it do not count for the next.
func (s *Alert) enter(p phase, now uint32) {
	s.bits = s.bits&^phaseMask | uint8(p)
	s.since, s.over, s.under = now, 0, 0
}

// instant returns at in Unix seconds.
func (s Alert) instant(at time.Time) (uint32, error) {
	m, err := micro(at)
	if err != nil {
		return 0, err
	}
	now := uint32(m / second)
	if now < s.last {
		return 0, fmt.Errorf("%w: a reading of %s after one of %s", ErrLate, clock(m), clock(int64(s.last)*second))
	}
	return now, nil
}

func agree(history uint8, c Confirm) bool {
	return bits.OnesCount8(history&uint8(1<<c.M-1)) >= c.N
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
