package retention

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// Window says how the time since a customer's birth is cut into columns.
type Window string

const (
	// Calendar columns are the calendar periods of Config.Unit: a customer born
	// at 23:45 who comes back at 00:01 came back on day 1. The default.
	Calendar Window = "calendar"
	// Rolling columns are stretches of Config.Days × 24 hours that begin at the
	// customer's own birth instant: 16 minutes later is window 0, whatever the
	// calendar says. Every activity is kept, in 12 bytes.
	Rolling Window = "rolling"
)

// Label returns the name of w that is shown to people.
func (w Window) Label(lang guanxi.Lang) string {
	switch w {
	case Calendar, "":
		return guanxi.Text{EN: "Calendar periods", ZH: "自然周期"}.In(lang)
	case Rolling:
		return guanxi.Text{EN: "Rolling windows", ZH: "滚动窗口"}.In(lang)
	}
	return string(w)
}

// Rule says when a customer counts as retained in a column.
type Rule string

const (
	Exact     Rule = "exact"     // active in that very period; the default
	Bracket   Rule = "bracket"   // active in any of the periods between two of Config.Edges
	Unbounded Rule = "unbounded" // active in that period or in any later one
)

// Label returns the name of r that is shown to people.
func (r Rule) Label(lang guanxi.Lang) string {
	switch r {
	case Exact, "":
		return guanxi.Text{EN: "In the period", ZH: "当期留存"}.In(lang)
	case Bracket:
		return guanxi.Text{EN: "Within the bracket", ZH: "区间留存"}.In(lang)
	case Unbounded:
		return guanxi.Text{EN: "In the period or later", ZH: "当期及以后留存"}.In(lang)
	}
	return string(r)
}

// Birth says which activity puts a customer into a cohort.
type Birth string

const (
	// FirstEver is the first activity there is: whoever was active before the
	// first cohort is in none. One older activity is enough to make an old
	// customer known as such. The default.
	FirstEver Birth = "first_ever"
	// InWindow is the first activity from the first cohort on, whatever came
	// before it.
	InWindow Birth = "in_window"
)

// Label returns the name of b that is shown to people.
func (b Birth) Label(lang guanxi.Lang) string {
	switch b {
	case FirstEver, "":
		return guanxi.Text{EN: "First activity ever", ZH: "历史首次"}.In(lang)
	case InWindow:
		return guanxi.Text{EN: "First activity in the window", ZH: "窗口内首次"}.In(lang)
	}
	return string(b)
}

const (
	maxPeriods = 4000      // cohorts, and columns
	maxCells   = 4_000_000 // of one table
	maxDays    = 3660      // of a rolling window
)

// Config says how activities become a cohort table. As JSON its fields are in
// lower_snake, the location is an IANA name or "+08:00", and From is RFC 3339.
type Config struct {
	Unit     Unit           // a cohort is everybody born in one of these; no default
	From     time.Time      // the first cohort is that of the period From lies in; no default
	Periods  int            // how many cohorts, 1–4,000; no default
	Location *time.Location // where days begin; nil is UTC
	Window   Window         // "" is Calendar
	Days     int            // Rolling: the length of a window in days of 24 hours, 1–3,660
	Columns  int            // Rolling: how many windows, 1–4,000; 0 is Periods
	Rule     Rule           // "" is Exact
	// Edges are the ends of the brackets of Rule Bracket, in periods since birth
	// and ascending: 0, 1, 4, 8 makes 0, 1–3 and 4–7. Calendar edges do not go
	// beyond Periods, rolling ones not beyond Columns.
	Edges []int
	Birth Birth // "" is FirstEver
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c Config) Validate() error {
	var errs []error
	fault := func(name, format string, args ...any) {
		errs = append(errs, at(fmt.Errorf("%w: "+format, append([]any{ErrOption}, args...)...), name))
	}
	known := true
	switch c.Unit {
	case Day, Week, Month, Quarter, Year:
	default:
		known = false
		fault("unit", "%.32q is no unit", string(c.Unit))
	}
	if _, err := micro(c.From); err != nil {
		known = false
		errs = append(errs, at(err, "from"))
	}
	if c.Periods < 1 || c.Periods > maxPeriods {
		known = false
		fault("periods", "%d is not in 1 to %d", c.Periods, maxPeriods)
	}
	if err := civil.CheckZone(c.Location, ErrOption); err != nil {
		errs = append(errs, at(err, "location"))
	}
	switch c.Window {
	case "", Calendar:
		if c.Days != 0 {
			fault("days", "calendar windows are as long as their unit")
		}
		if c.Columns != 0 {
			fault("columns", "calendar windows have as many columns as periods")
		}
	case Rolling:
		if c.Days < 1 || c.Days > maxDays {
			fault("days", "%d is not in 1 to %d", c.Days, maxDays)
		}
		if c.Columns < 0 || c.Columns > maxPeriods {
			fault("columns", "%d is not in 0 to %d", c.Columns, maxPeriods)
		}
	default:
		fault("window", "%.32q is no window", string(c.Window))
	}
	switch c.Birth {
	case "", FirstEver, InWindow:
	default:
		fault("birth", "%.32q is no birth", string(c.Birth))
	}
	if known && c.Periods*c.width() > maxCells {
		fault("periods", "%d × %d cells are more than %d", c.Periods, c.width(), maxCells)
	}
	if known && c.beyond() {
		fault("periods", "the table ends after the year 9999")
	}
	return errors.Join(append(errs, c.rule()...)...)
}

// rule returns the faults of Rule and Edges.
func (c Config) rule() (errs []error) {
	switch c.Rule {
	case "", Exact, Unbounded:
		if len(c.Edges) > 0 {
			errs = append(errs, at(fmt.Errorf("%w: only brackets have edges", ErrOption), "edges"))
		}
		return errs
	case Bracket:
	default:
		return append(errs, at(fmt.Errorf("%w: %.32q is no rule", ErrOption, string(c.Rule)), "rule"))
	}
	if len(c.Edges) < 2 {
		return append(errs, at(fmt.Errorf("%w: a bracket has two edges", ErrOption), "edges"))
	}
	for i, e := range c.Edges {
		switch {
		case e < 0 || e > c.width():
			errs = append(errs, at(fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, e, c.width()), "edges", i))
		case i > 0 && e <= c.Edges[i-1]:
			errs = append(errs, at(fmt.Errorf("%w: %d is not above %d", ErrOption, e, c.Edges[i-1]), "edges", i))
		}
	}
	return errs
}

// beyond reports whether the last period ends after the year 9999, or the first
// begins before the year 1.
func (c Config) beyond() bool {
	loc := c.zone()
	n := c.Unit.number(c.From, loc)
	return c.Unit.start(n, loc).UnixMicro() < minMicro || c.Unit.start(n+int64(c.Periods)+1, loc).UnixMicro() >= maxMicro
}

func (c Config) zone() *time.Location {
	if c.Location == nil {
		return time.UTC
	}
	return c.Location
}

// width is how many periods after birth are told apart.
func (c Config) width() int {
	if c.Window == Rolling && c.Columns > 0 {
		return c.Columns
	}
	return c.Periods
}

// withDefaults spells out every option that was left at its zero value.
func (c Config) withDefaults() Config {
	c.Location = c.zone()
	if c.Window == "" {
		c.Window = Calendar
	}
	if c.Window == Rolling {
		c.Columns = c.width()
	}
	if c.Rule == "" {
		c.Rule = Exact
	}
	if c.Birth == "" {
		c.Birth = FirstEver
	}
	c.Edges = append([]int(nil), c.Edges...)
	return c
}

// columns are the columns of a table.
func (c Config) columns() []Column {
	var cols []Column
	if c.Rule == Bracket {
		for i := 1; i < len(c.Edges); i++ {
			cols = append(cols, Column{From: c.Edges[i-1], To: c.Edges[i]})
		}
		return cols
	}
	for k := range c.width() {
		cols = append(cols, Column{From: k, To: k + 1, Open: c.Rule == Unbounded})
	}
	return cols
}
