package retention

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// Unit is a calendar period.
type Unit string

// The units. Weeks are those of ISO 8601, from Monday.
const (
	Day     Unit = "day"
	Week    Unit = "week"
	Month   Unit = "month"
	Quarter Unit = "quarter"
	Year    Unit = "year"
)

// Label returns the name of u that is shown to people.
func (u Unit) Label(lang guanxi.Lang) string {
	switch u {
	case Day:
		return guanxi.Text{EN: "Day", ZH: "日"}.In(lang)
	case Week:
		return guanxi.Text{EN: "Week", ZH: "周"}.In(lang)
	case Month:
		return guanxi.Text{EN: "Month", ZH: "月"}.In(lang)
	case Quarter:
		return guanxi.Text{EN: "Quarter", ZH: "季度"}.In(lang)
	case Year:
		return guanxi.Text{EN: "Year", ZH: "年"}.In(lang)
	}
	return string(u)
}

const dayMicros = 86400_000000

// The instants that are accepted, in UTC microseconds: [minMicro, maxMicro).
var (
	minMicro = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	maxMicro = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
)

// micro returns t in UTC microseconds.
func micro(t time.Time) (int64, error) {
	if t.IsZero() || t.Year() < -1 || t.Year() > 10001 {
		return 0, ErrTime
	}
	us := t.UnixMicro()
	if us < minMicro || us >= maxMicro {
		return 0, ErrTime
	}
	return us, nil
}

// number counts the periods of a zone's calendar; neighbours differ by 1.
func (u Unit) number(t time.Time, loc *time.Location) int64 {
	cal := civil.New(loc)
	day := cal.Day(t.UnixMicro())
	month := int64(civil.Month(day))
	switch u {
	case Year:
		return civil.FloorDiv(month, 12)
	case Quarter:
		return civil.FloorDiv(month, 3)
	case Month:
		return month
	case Week:
		return int64(civil.Week(day))
	}
	return int64(day)
}

// start is the first instant of period n: the first at which the clocks of the
// zone show its first day or a later one.
func (u Unit) start(n int64, loc *time.Location) time.Time {
	day := n
	switch u {
	case Year:
		day = firstOfMonth(12 * n)
	case Quarter:
		day = firstOfMonth(3 * n)
	case Month:
		day = firstOfMonth(n)
	case Week:
		day = 7*n - 3 // 1970-01-01 was a Thursday
	}
	return civil.Start(day, loc)
}

// firstOfMonth is the first day of a month as civil.Month numbers it.
func firstOfMonth(month int64) int64 {
	return time.Date(0, time.Month(1+month), 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// grid is a run of calendar periods as instants.
type grid struct {
	bounds []int64 // bounds[p] begins period p; the last one ends the run
	origin int64   // a UTC midnight at or before bounds[0]
	first  []int32 // by UTC days since origin: the period at their beginning
}

// newGrid makes the grid of n periods, the first of which contains from.
func newGrid(u Unit, from time.Time, n int, loc *time.Location) grid {
	g := grid{bounds: make([]int64, n+1)}
	begin := u.number(from, loc)
	if !u.start(begin+1, loc).After(from) {
		begin++ // the clock was set back over midnight
	}
	for p := range g.bounds {
		g.bounds[p] = u.start(begin+int64(p), loc).UnixMicro()
	}
	g.origin = civil.FloorDiv(g.bounds[0], dayMicros) * dayMicros
	end := g.bounds[n]
	p := int32(0)
	for day := g.origin; day < end; day += dayMicros {
		for int(p) < n-1 && g.bounds[p+1] <= day {
			p++
		}
		g.first = append(g.first, p)
	}
	return g
}

// slot returns where us lies: 0 before the run, p+1 in period p, and one more
// than the number of periods after it.
func (g *grid) slot(us int64) int {
	n := len(g.bounds) - 1
	if us < g.bounds[0] {
		return 0
	}
	if us >= g.bounds[n] {
		return n + 1
	}
	p := int(g.first[uint64(us-g.origin)/dayMicros])
	for us >= g.bounds[p+1] {
		p++
	}
	return p + 1
}

// over is how many periods have ended by us.
func (g *grid) over(us int64) int {
	n := 0
	for n < len(g.bounds)-1 && g.bounds[n+1] <= us {
		n++
	}
	return n
}

func (g *grid) start(p int, loc *time.Location) time.Time {
	return time.UnixMicro(g.bounds[p]).In(loc)
}
