package nps

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// Repeat says what counts when one customer answers more than once.
type Repeat string

const (
	// EveryAnswer counts them all: the default, for questions about an event.
	EveryAnswer Repeat = "every"
	// LatestAnswer counts a customer's last answer in the window or period, for
	// questions about the relationship. Of two at one instant the lower counts.
	LatestAnswer Repeat = "latest"
)

func (r Repeat) validate() error {
	switch r {
	case "", EveryAnswer, LatestAnswer:
		return nil
	}
	return at(fmt.Errorf("%w: %q is no rule for repeated answers", ErrOption, string(r)), "repeat")
}

// WindowConfig says what a rolling window holds.
type WindowConfig struct {
	Kind     Kind
	Range    Range          // the zero Range is the preset of the kind
	Days     int            // length in calendar days, 1 to 3,660; no default
	Location *time.Location // where a day begins; nil is UTC
	Repeat   Repeat         // "" is EveryAnswer
}

const maxDays = 3660

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c WindowConfig) Validate() error {
	_, err := NewTally(c.Kind, c.Range)
	var days error
	if c.Days < 1 || c.Days > maxDays {
		days = at(fmt.Errorf("%w: %d is not in 1 to %d", ErrOption, c.Days, maxDays), "days")
	}
	return join(err, days, checkLocation(c.Location), c.Repeat.validate())
}

// Window is a tally of the last days, which slides forward day by day. K is the
// host's own key of a customer; its zero value is a customer who is not known, whose
// answers are all counted. What is counted does not depend on the order of
// adding, apart from what fell out of the window before it came.
//
// An accumulator: not safe for concurrent use. It keeps a tally a day, and with
// LatestAnswer one entry a customer in it.
type Window[K comparable] struct {
	cfg   WindowConfig
	empty Tally
	asOf  time.Time
	last  int64   // the civil day that asOf ends in
	ring  []Tally // day d is ring[d mod len(ring)]
	total Tally
	seen  map[K]answered
}

// answered is the answer of a customer that is counted.
type answered struct {
	at    time.Time
	day   int64
	score int
}

// NewWindow returns an empty window that ends at asOf, exclusive: its days are
// the one that asOf falls in, or the one before it if asOf is midnight, and the
// Days − 1 before that. Errors: those of the config, and ErrTime at /as_of.
func NewWindow[K comparable](asOf time.Time, cfg WindowConfig) (*Window[K], error) {
	if err := join(cfg.Validate(), place("/as_of", checkTime(asOf))); err != nil {
		return nil, err
	}
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	w := &Window[K]{cfg: cfg, asOf: asOf, ring: make([]Tally, cfg.Days)}
	w.empty, _ = NewTally(cfg.Kind, cfg.Range)
	w.total = w.empty
	for i := range w.ring {
		w.ring[i] = w.empty
	}
	w.last = lastDay(asOf, cfg.Location)
	if cfg.Repeat == LatestAnswer {
		w.seen = make(map[K]answered)
	}
	return w, nil
}

// Advance moves the end of the window to asOf; days that fall out are taken
// from the tally. ErrBackwards if asOf is before the end of now, ErrTime.
// Cost: O(days passed), and now and then O(customers).
func (w *Window[K]) Advance(asOf time.Time) error {
	if err := checkTime(asOf); err != nil {
		return err
	}
	if asOf.Before(w.asOf) {
		return fmt.Errorf("%w: %v is before %v", ErrBackwards, asOf, w.asOf)
	}
	w.asOf = asOf
	last := lastDay(asOf, w.cfg.Location)
	for d := max(w.last, last-int64(len(w.ring))) + 1; d <= last; d++ {
		day := w.slot(d)
		if err := w.total.Sub(*day); err != nil { // a day is part of the total
			return err
		}
		*day = w.empty
	}
	w.last = last
	if int64(len(w.seen)) > 2*w.total.Answers()+1024 {
		for k, a := range w.seen {
			if a.day <= w.last-int64(len(w.ring)) {
				delete(w.seen, k)
			}
		}
	}
	return nil
}

// Add counts one answer of a customer. Errors, and then nothing is counted:
// ErrScore at /score; at /at ErrTime, ErrFuture at or after the end of the
// window, and ErrStale before its first day.
func (w *Window[K]) Add(customer K, score int, at time.Time) error {
	day, err := w.day(at)
	if err != nil {
		return err
	}
	if _, err := w.total.scale().Class(score); err != nil {
		return guanxi.At("/score", err)
	}
	var nobody K
	if w.seen == nil || customer == nobody {
		return w.count(day, score, 1)
	}
	before, ok := w.seen[customer]
	if ok && before.day > w.last-int64(len(w.ring)) {
		if at.Before(before.at) || at.Equal(before.at) && score >= before.score {
			return nil
		}
		if err := w.count(before.day, before.score, -1); err != nil {
			return err
		}
	}
	w.seen[customer] = answered{at, day, score}
	return w.count(day, score, 1)
}

// Dismiss counts somebody who closed the question. Errors as for Add.
func (w *Window[K]) Dismiss(at time.Time) error {
	day, err := w.day(at)
	if err != nil {
		return err
	}
	if err := w.slot(day).Dismiss(1); err != nil {
		return err
	}
	return w.total.Dismiss(1)
}

// Tally returns what is in the window now. Cost: O(1).
func (w *Window[K]) Tally() Tally { return w.total }

// Bounds returns the window: from the first instant, in its zone, of its first
// day, which is midnight unless the clock skips it, to the instant it ends at, exclusive.
func (w *Window[K]) Bounds() (from, to time.Time) {
	return civil.Start(w.last-int64(len(w.ring))+1, w.cfg.Location), w.asOf
}

func (w *Window[K]) day(when time.Time) (int64, error) {
	if err := checkTime(when); err != nil {
		return 0, at(err, "at")
	}
	if !when.Before(w.asOf) {
		return 0, at(fmt.Errorf("%w: %v is not before %v", ErrFuture, when, w.asOf), "at")
	}
	day := civilDay(when, w.cfg.Location)
	if day <= w.last-int64(len(w.ring)) {
		return 0, at(fmt.Errorf("%w: %v", ErrStale, when), "at")
	}
	// A clock set back over midnight repeats a day; it is in the window.
	return min(day, w.last), nil
}

func (w *Window[K]) count(day int64, score int, n int64) error {
	if err := w.total.AddN(score, n); err != nil {
		return err
	}
	return w.slot(day).AddN(score, n)
}

func (w *Window[K]) slot(day int64) *Tally {
	n := int64(len(w.ring))
	return &w.ring[(day%n+n)%n]
}

// civilDay numbers the calendar days of a zone, 1970-01-01 being 0.
func civilDay(t time.Time, loc *time.Location) int64 {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// lastDay is the day of the last instant before asOf.
func lastDay(asOf time.Time, loc *time.Location) int64 { return civilDay(asOf.Add(-1), loc) }

// checkTime returns ErrTime unless t is set and in the years 1 to 9999.
func checkTime(t time.Time) error {
	if y := t.UTC().Year(); t.IsZero() || y < 1 || y > 9999 {
		return ErrTime
	}
	return nil
}
