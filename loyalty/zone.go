package loyalty

import (
	"sort"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

const dayMicros = 86400_000000

// zone is the changes of a zone's clock over the years in which most instants lie,
// so that days are found without the standard library's search. Immutable; safe for
// concurrent use.
type zone struct {
	loc    *time.Location
	from   []int64 // stretch i is [from[i], from[i+1]) in UTC microseconds
	offset []int64 // microseconds east of UTC
	end    int64   // of the last stretch
}

// The table holds the years from zoneFrom up to zoneTo.
const (
	zoneFrom = 2000
	zoneTo   = 2080
)

func newZone(loc *time.Location) *zone {
	if loc == nil {
		loc = time.UTC
	}
	z := &zone{loc: loc, end: time.Date(zoneTo, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()}
	for t := time.Date(zoneFrom, 1, 1, 0, 0, 0, 0, time.UTC).In(loc); t.UnixMicro() < z.end; {
		_, to, offset := civil.Stretch(t)
		if n := len(z.offset); n == 0 || z.offset[n-1] != int64(offset)*1e6 {
			z.from = append(z.from, t.UnixMicro())
			z.offset = append(z.offset, int64(offset)*1e6)
		}
		if to.IsZero() {
			break
		}
		t = to
	}
	return z
}

// stretch returns the index of the stretch that holds us, or −1 outside the table.
func (z *zone) stretch(us int64) int {
	if us < z.from[0] || us >= z.end {
		return -1
	}
	return sort.Search(len(z.from), func(i int) bool { return z.from[i] > us }) - 1
}

// day returns the civil day of an instant, counted from 1970-01-01.
func (z *zone) day(at Instant) int64 {
	i := z.stretch(int64(at))
	if i < 0 {
		c := civil.New(z.loc)
		return int64(c.Day(int64(at)))
	}
	return civil.FloorDiv(int64(at)+z.offset[i], dayMicros)
}

// start returns the first instant of a civil day, as civil.Start does.
func (z *zone) start(day int64) Instant {
	midnight := day * dayMicros
	for i := z.stretch(midnight - dayMicros); i >= 0; i++ {
		first := max(midnight-z.offset[i], z.from[i])
		switch {
		case i+1 < len(z.from):
			if first < z.from[i+1] {
				return Instant(first)
			}
		case first < z.end:
			return Instant(first)
		default:
			return Instant(civil.Start(day, z.loc).UnixMicro())
		}
	}
	return Instant(civil.Start(day, z.loc).UnixMicro())
}

// date is a civil date. It is turned to days and back as by time.Date, without the
// time of day: eras of 400 years, years that begin in March (Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", days_from_civil, civil_from_days).
type date struct{ year, month, day int }

const (
	eraDays  = 146097
	eraStart = 719468 // days from 1 March of the year 0 to 1970-01-01
)

func dateOf(day int64) date {
	z := day + eraStart
	era := civil.FloorDiv(z, eraDays)
	doe := z - era*eraDays
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153 // 0 is March
	d := date{int(yoe + era*400), int(mp) + 3, int(doy-(153*mp+2)/5) + 1}
	if d.month > 12 {
		d.month, d.year = d.month-12, d.year+1
	}
	return d
}

// days returns the civil day; months and days may be out of their range, as those
// of time.Date.
func (d date) days() int64 {
	march := int64(d.month) - 3 // months since the first March of d.year
	y := int64(d.year) + civil.FloorDiv(march, 12)
	mp := march - civil.FloorDiv(march, 12)*12
	era := civil.FloorDiv(y, 400)
	yoe := y - era*400
	return era*eraDays + yoe*365 + yoe/4 - yoe/100 + (153*mp+2)/5 + int64(d.day) - 1 - eraStart
}

// first returns the first day of the period that holds a day, and of the one n
// periods on. PerEver has none.
func (p Period) first(day int64, n int) int64 {
	if p == PerDay || p == PerEver {
		return day + int64(n)
	}
	if p == PerWeek {
		return day - (day + 3 - civil.FloorDiv(day+3, 7)*7) + 7*int64(n) // 1970-01-01 was a Thursday
	}
	d := dateOf(day)
	d.day = 1
	switch p {
	case PerMonth:
		d.month += n
	case PerQuarter:
		d.month += 3*n - (d.month-1)%3
	case PerYear:
		d.month, d.year = 1, d.year+n
	}
	return d.days()
}

// window returns the period [start, end) that holds an instant; that of PerEver
// begins at 0 and never ends.
func (z *zone) window(p Period, at Instant) (start, end Instant) {
	if p == PerEver || p == "" {
		return 0, Never
	}
	day := z.day(at)
	return z.start(p.first(day, 0)), z.start(p.first(day, 1))
}
