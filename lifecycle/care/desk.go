package care

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/shopspring/decimal"
)

// Clock says how the time to a deadline is counted.
type Clock string

// The clocks.
const (
	Wall    Clock = "wall"     // days on the calendar, hours as they pass
	Working Clock = "working"  // hours of the desk's calendar
	SameDay Clock = "same_day" // by the end of the civil day on which it began
)

// Label returns the name in lang, or the id of an unknown clock.
func (c Clock) Label(lang guanxi.Lang) string {
	switch c {
	case Wall:
		return guanxi.Text{EN: "calendar time", ZH: "自然时间"}.In(lang)
	case Working:
		return guanxi.Text{EN: "working time", ZH: "工作时间"}.In(lang)
	case SameDay:
		return guanxi.Text{EN: "the same day", ZH: "当日"}.In(lang)
	}
	return string(c)
}

// Limit is how long something may take. The deadline is the first instant that is
// too late.
type Limit struct {
	Clock Clock `json:"clock"`
	// Within is the time; working time has hours and minutes alone, and SameDay
	// has none.
	Within guanxi.Span `json:"within,omitzero"`
}

// Rung is a step of the escalation ladder: who is told when a case has waited for
// an answer for so long, in the clock of the answer.
type Rung struct {
	After guanxi.Span `json:"after"`
	To    string      `json:"to"`
}

// Compensation is what a tier of customers, or of damage, may be given.
type Compensation struct {
	ID   string          `json:"id"`
	Name guanxi.Text     `json:"name,omitzero"`
	Max  decimal.Decimal `json:"max"` // at once
}

// Severity is a class of cases.
type Severity struct {
	ID     string      `json:"id"`
	Name   guanxi.Text `json:"name,omitzero"`
	Answer Limit       `json:"answer"`
	// Requires are the deliverables without which there is no answer, such as an
	// apology with measures, or the list of responsibilities.
	Requires []string `json:"requires,omitempty"`
	// Ladder rises: a rung is reached later than the one before.
	Ladder []Rung `json:"ladder,omitempty"`
	// NoPause refuses to stop the clock; SameDay is never stopped.
	NoPause bool `json:"no_pause,omitempty"`
	// Tiers of compensation, and how much a case may be given altogether: no less
	// than any tier gives at once.
	Tiers []Compensation  `json:"tiers,omitempty"`
	Cap   decimal.Decimal `json:"cap,omitzero"`
}

// DeskConfig says how cases are dealt with. As JSON it is read strictly.
type DeskConfig struct {
	Zone       string     `json:"zone,omitempty"` // for civil days; "" is UTC. Working time has its calendar's
	Decimals   int        `json:"decimals"`       // of the currency, 0 to 18
	Severities []Severity `json:"severities"`
	Causes     []string   `json:"causes"` // codes for the weekly review
	Units      []string   `json:"units"`  // that may be responsible
}

const (
	maxSeverities = 64
	maxLadder     = 16
)

// Validate returns every fault of c, each a *guanxi.FieldError. That working time
// has a calendar is seen to by [NewDesk].
func (c DeskConfig) Validate() error {
	var f faults
	if _, err := location(c.Zone); err != nil {
		f.at("/zone", err)
	}
	if c.Decimals < 0 || c.Decimals > minor.MaxScale {
		f.add("/decimals", ErrOption, "%d is not in 0 to %d", c.Decimals, minor.MaxScale)
	}
	if n := len(c.Severities); n == 0 {
		f.at("/severities", ErrEmpty)
	} else if n > maxSeverities {
		f.add("/severities", ErrOption, "%d are more than %d", n, maxSeverities)
		return f.err()
	}
	seen := make(map[string]bool)
	for i := range c.Severities {
		f.under(guanxi.Pointer("severities", i), func() {
			f.unique("/id", c.Severities[i].ID, seen)
			f.severity(&c.Severities[i], c.Decimals)
		})
	}
	for _, l := range []struct {
		at   string
		list []string
	}{{"/causes", c.Causes}, {"/units", c.Units}} {
		if len(l.list) == 0 {
			f.at(l.at, ErrEmpty)
		}
		f.ids(l.at, l.list)
	}
	return f.err()
}

func (f *faults) severity(s *Severity, decimals int) {
	f.text("/name", s.Name)
	option(f, "/answer/clock", s.Answer.Clock, Wall, Working, SameDay)
	f.limit("/answer/within", s.Answer.Clock, s.Answer.Within, s.Answer.Clock == SameDay)
	f.ids("/requires", s.Requires)
	if len(s.Ladder) > maxLadder {
		f.add("/ladder", ErrOption, "%d rungs are more than %d", len(s.Ladder), maxLadder)
	}
	clock := s.ladderClock()
	var before time.Time
	for i, r := range s.Ladder {
		at := guanxi.Pointer("ladder", i)
		f.id(at+"/to", r.To)
		f.limit(at+"/after", clock, r.After, false)
		if when := r.After.AddTo(time.Unix(0, 0), nil); i > 0 && !when.After(before) {
			f.add(at+"/after", ErrOption, "%v is no later than the rung before", r.After)
		} else {
			before = when
		}
	}
	seen := make(map[string]bool)
	for i, t := range s.Tiers {
		at := guanxi.Pointer("tiers", i)
		f.unique(at+"/id", t.ID, seen)
		f.text(at+"/name", t.Name)
		f.money(at+"/max", t.Max, decimals)
		if s.Cap.Sign() > 0 && t.Max.GreaterThan(s.Cap) {
			f.add(at+"/max", ErrOption, "%.64s is above the cap", t.Max.String())
		}
	}
	f.money("/cap", s.Cap, decimals)
	if len(s.Tiers) > 0 && s.Cap.Sign() == 0 {
		f.add("/cap", ErrEmpty, "compensation has a cap")
	}
}

// limit checks the time of a clock.
func (f *faults) limit(at string, clock Clock, s guanxi.Span, none bool) {
	f.span(at, s)
	switch {
	case none && !s.IsZero():
		f.add(at, ErrMisplaced, "the same day has no length")
	case !none && s.IsZero():
		f.at(at, ErrEmpty)
	case clock == Working && (s.Months != 0 || s.Days != 0):
		f.add(at, ErrOption, "%v: working time is hours and minutes", s)
	}
}

func (f *faults) money(at string, d decimal.Decimal, decimals int) {
	if _, err := minor.From(d, decimals); d.Sign() < 0 {
		f.at(at, ErrAmount)
	} else if err != nil && !errors.Is(err, minor.ErrBadScale) {
		f.add(at, ErrAmount, "%w", err)
	}
}

// ladderClock is the clock of the answer; that of the same day rises by the hour.
func (s *Severity) ladderClock() Clock {
	if s.Answer.Clock == Working {
		return Working
	}
	return Wall
}

// UnmarshalJSON reads strictly, as that of [Plan] does.
func (c *DeskConfig) UnmarshalJSON(data []byte) error {
	type plain DeskConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, DeskConfig(v), err)
}

// Desk decides over cases; [NewDesk] makes it. It is immutable and safe for
// concurrent use.
type Desk struct {
	cfg      DeskConfig
	loc      *time.Location
	calendar *lifecycle.Calendar
}

// NewDesk makes a desk of c, which it copies. calendar may be nil where no
// severity counts working time; otherwise that is [ErrNoCalendar]. The error holds
// every fault.
func NewDesk(c DeskConfig, calendar *lifecycle.Calendar) (*Desk, error) {
	var f faults
	f.at("", c.Validate())
	loc, _ := location(c.Zone)
	c.Severities, c.Causes, c.Units = slices.Clone(c.Severities), slices.Clone(c.Causes), slices.Clone(c.Units)
	for i := range c.Severities {
		s := &c.Severities[i]
		s.Requires, s.Ladder, s.Tiers = slices.Clone(s.Requires), slices.Clone(s.Ladder), slices.Clone(s.Tiers)
		if s.Answer.Clock == Working && calendar == nil {
			f.at(guanxi.Pointer("severities", i, "answer", "clock"), ErrNoCalendar)
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return &Desk{cfg: c, loc: loc, calendar: calendar}, nil
}

// MustDesk is [NewDesk] for tests and examples; it panics on an error.
func MustDesk(c DeskConfig, calendar *lifecycle.Calendar) *Desk {
	d, err := NewDesk(c, calendar)
	if err != nil {
		panic(err)
	}
	return d
}

func (d *Desk) severity(id string) (*Severity, error) {
	for i := range d.cfg.Severities {
		if d.cfg.Severities[i].ID == id {
			return &d.cfg.Severities[i], nil
		}
	}
	return nil, fmt.Errorf("%w: %.64q", ErrSeverity, id)
}

// location reads a zone: an IANA name or a fixed offset such as "+08:00".
func location(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	loc, ok := civil.ParseZone(name)
	if !ok {
		return time.UTC, fmt.Errorf("%w: %.64q", lifecycle.ErrCalendarZone, name)
	}
	return loc, nil
}
