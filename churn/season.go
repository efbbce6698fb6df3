package churn

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Season is a part of the year in which customers are expected, or not: an exam
// season, a school term, the holidays. It is half-open: To is the first day that
// is no longer in it.
//
// A day is a date, "2026-09-01", or the same day every year, "--09-01", and both
// ends are of one kind. A yearly season whose To is not after its From runs over
// the new year. 29 February is 1 March in other years. What moves from year to
// year (the Spring Festival) is given by dates.
type Season struct {
	Name guanxi.Text `json:"name,omitzero"`
	From string      `json:"from"`
	To   string      `json:"to"`
}

// date is a day of a season; year is 0 for every year.
type date struct {
	year, day int
	month     time.Month
}

func parseDate(s string) (date, error) {
	layout, text := time.DateOnly, s
	yearly := strings.HasPrefix(s, "--")
	if yearly {
		text = "2000-" + s[2:] // a leap year
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return date{}, fmt.Errorf("%w: %.32q is neither a date as 2026-09-01 nor a day of every year as --09-01", ErrOption, s)
	}
	d := date{t.Year(), t.Day(), t.Month()}
	if yearly {
		d.year = 0
	} else if d.year < 1970 || d.year > 2105 {
		return date{}, fmt.Errorf("%w: %s", ErrTime, s)
	}
	return d, nil
}

// in returns midnight of d in loc, within [0, endOfTime].
func (d date) in(year int, loc *time.Location) int64 {
	return min(max(time.Date(year, d.month, d.day, 0, 0, 0, 0, loc).UnixMicro(), 0), endOfTime)
}

// stretch is a half-open interval of time.
type stretch struct{ from, to int64 }

// stretches returns the season in every year it occurs in.
func (s Season) stretches(loc *time.Location) ([]stretch, error) {
	from, err := parseDate(s.From)
	var f faults
	if err != nil {
		f = append(f, at(err, "from"))
	}
	to, err := parseDate(s.To)
	if err != nil {
		f = append(f, at(err, "to"))
	}
	if len(f) > 0 {
		return nil, f.err()
	}
	if (from.year == 0) != (to.year == 0) {
		return nil, at(fmt.Errorf("%w: one end is a date and the other a day of every year", ErrOption), "to")
	}
	if from.year != 0 {
		one := stretch{from.in(from.year, loc), to.in(to.year, loc)}
		if one.from >= one.to {
			return nil, at(fmt.Errorf("%w: the season ends before it begins", ErrOption), "to")
		}
		return []stretch{one}, nil
	}
	over := 0
	if to.month < from.month || to.month == from.month && to.day <= from.day {
		over = 1
	}
	var out []stretch
	for year := 1969; year <= 2106; year++ {
		if one := (stretch{from.in(year, loc), to.in(year+over, loc)}); one.from < one.to {
			out = append(out, one)
		}
	}
	return out, nil
}

// union sorts and joins what overlaps or touches.
func union(in []stretch) []stretch {
	slices.SortFunc(in, func(a, b stretch) int {
		if a.from != b.from {
			return int(min(max(a.from-b.from, -1), 1))
		}
		return int(min(max(a.to-b.to, -1), 1))
	})
	var out []stretch
	for _, s := range in {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// without returns a less b; both are unions.
func without(a, b []stretch) []stretch {
	var out []stretch
	for _, s := range a {
		for _, cut := range b {
			if cut.to <= s.from || cut.from >= s.to {
				continue
			}
			if cut.from > s.from {
				out = append(out, stretch{s.from, cut.from})
			}
			s.from = min(cut.to, s.to)
		}
		if s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}

// bucket is 2^bucketBits µs, some hundred days.
const bucketBits = 43

// counting is the time in which silence counts, as stretches in order; nil is
// all of it. Immutable.
type counting struct {
	stretches []stretch
	before    []int64 // counted time before each stretch
	total     int64
	// begun is how many stretches have begun where each bucket of time begins.
	begun []int32
}

func newCounting(seasons, breaks []stretch) (*counting, error) {
	if len(seasons) == 0 && len(breaks) == 0 {
		return nil, nil
	}
	open := []stretch{{0, endOfTime}}
	if len(seasons) > 0 {
		open = union(seasons)
	}
	c := &counting{stretches: without(open, union(breaks))}
	for _, s := range c.stretches {
		c.before = append(c.before, c.total)
		c.total += s.to - s.from
	}
	if c.total == 0 {
		return nil, fmt.Errorf("%w: the breaks leave no time in which silence counts", ErrOption)
	}
	n := 0
	for b := range endOfTime>>bucketBits + 1 {
		for n < len(c.stretches) && c.stretches[n].from <= b<<bucketBits {
			n++
		}
		c.begun = append(c.begun, int32(n))
	}
	return c, nil
}

// until returns the counted time in [1970, m), for an m in time.
func (c *counting) until(m int64) int64 {
	lo := int(c.begun[m>>bucketBits])
	for lo < len(c.stretches) && c.stretches[lo].from <= m {
		lo++
	}
	if lo == 0 {
		return 0
	}
	s := c.stretches[lo-1]
	return c.before[lo-1] + min(m, s.to) - s.from
}

// between returns the counted time in [from, to).
func (c *counting) between(from, to int64) int64 {
	if c == nil {
		return to - from
	}
	return c.until(to) - c.until(from)
}

// after returns the first instant t with between(from, t) ≥ wait, for a wait of
// at least 0. ok is false where no such instant lies before the year 2106.
func (c *counting) after(from, wait int64) (t int64, ok bool) {
	if c == nil || wait == 0 {
		t = from + wait
		return t, t < endOfTime && wait < endOfTime
	}
	if wait > c.total {
		return 0, false
	}
	target := c.until(from) + wait
	i, _ := slices.BinarySearch(c.before, target) // the first stretch that begins at target or later
	if i == 0 {
		return 0, false // unreachable: target > 0
	}
	s := c.stretches[i-1]
	t = s.from + target - c.before[i-1]
	return t, t <= s.to && t < endOfTime
}
