package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi"
)

// dateSniffer finds out in which order day and month stand, by all the dates of
// a log together.
type dateSniffer struct {
	read               int // dates that some order can read
	day, month, either sighting
	bad                sighting // dates that none can
}

// sighting counts rows of one kind, and keeps the first.
type sighting struct {
	n, line int
	text    string
}

func (s *sighting) see(line int, text string) {
	if s.n == 0 {
		s.line, s.text = line, strings.Clone(text)
	}
	s.n++
}

func (s *dateSniffer) see(line int, text string) {
	if text == "" {
		return
	}
	date, _ := splitClock(text)
	p, ok := splitDate(date)
	monthFirst, dayFirst := ok && isDate(p.year, p.a, p.b), ok && p.open && isDate(p.year, p.b, p.a)
	switch {
	case !monthFirst && !dayFirst:
		s.bad.see(line, text)
	case !p.open || p.a == p.b:
	case monthFirst && dayFirst:
		s.either.see(line, text)
	case dayFirst:
		s.day.see(line, text)
	default:
		s.month.see(line, text)
	}
	if monthFirst || dayFirst {
		s.read++
	}
}

// enough is how many dates that could be either one that says is believed for:
// a single mistyped day must not turn a whole file round.
const enough = 100

// dayFirst answers in which order day and month stand, or says why that cannot
// be known.
func (s *dateSniffer) dayFirst() (bool, error) {
	const ask = "say which with -date-format %s or -date-format %s"
	day, month := layoutFor(s.either.text, "2", "1"), layoutFor(s.either.text, "1", "2")
	switch {
	case s.read == 0 && s.bad.n > 0:
		return false, fmt.Errorf("no date could be read, for example %q on line %d: give its layout with -date-format", s.bad.text, s.bad.line)
	case s.day.n > 0 && s.month.n > 0:
		return false, fmt.Errorf("%q on line %d has the day first and %q on line %d the month: "+ask,
			s.day.text, s.day.line, s.month.text, s.month.line, layoutFor(s.day.text, "2", "1"), layoutFor(s.month.text, "1", "2"))
	case s.either.n > 0 && s.day.n+s.month.n == 0:
		return false, fmt.Errorf("dates such as %q on line %d can be day/month or month/day, and no row tells: "+ask,
			s.either.text, s.either.line, day, month)
	case (s.day.n+s.month.n)*enough < s.either.n:
		return false, fmt.Errorf("%d dates such as %q on line %d can be day/month or month/day, and only %d tell: "+ask,
			s.either.n, s.either.text, s.either.line, s.day.n+s.month.n, day, month)
	}
	return s.day.n > 0, nil
}

// order names the order of day and month that was found; nothing if no date
// needed it.
func (s *dateSniffer) order() guanxi.Text {
	switch {
	case s.day.n > 0:
		return guanxi.Text{EN: "day before month", ZH: "日期先日后月"}
	case s.month.n > 0:
		return guanxi.Text{EN: "month before day", ZH: "日期先月后日"}
	}
	return guanxi.Text{}
}

// layoutFor suggests a layout for a date such as text, with its own separators.
func layoutFor(text, first, second string) string {
	date, clock := splitClock(text)
	sep := "/"
	if i := strings.IndexAny(date, "-/. "); i >= 0 {
		sep = date[i : i+1]
	}
	layout := first + sep + second + sep + "2006"
	var d dateReader
	if _, _, ok := d.parseClock(clock); ok {
		layout += text[len(date):len(text)-len(clock)] + clocks[d.clock]
	}
	if strings.Contains(layout, " ") {
		layout = strconv.Quote(layout)
	}
	return layout
}
