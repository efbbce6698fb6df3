package lifecycle

import (
	"slices"
	"time"
)

const (
	minuteNanos = int64(time.Minute)
	hourNanos   = int64(time.Hour)
	dayNanos    = 24 * hourNanos
	weekNanos   = 7 * dayNanos

	// The pattern counts from a Monday, 22 December 1969, before what the clock of
	// any zone shows in the range.
	patternStart = -10 * dayNanos
)

// weekPattern is the ordinary week on the clock, repeated for ever. Civil times
// are nanoseconds since 1970-01-01 on the clock on the wall.
type weekPattern struct {
	stretches []stretch
	total     int64       // of a week
	byHour    [168]uint16 // for each hour of the week, the first stretch that ends after its beginning
}

// stretch is working time in the week, in nanoseconds from Monday 00:00.
type stretch struct{ from, to, before int64 }

func newWeekPattern(days [7][]Hours) weekPattern {
	var w weekPattern
	for i, list := range days {
		for _, h := range list {
			from, to := i*dayMinutes+int(h.From), i*dayMinutes+h.end()
			if over := to - 7*dayMinutes; over > 0 {
				w.stretches = append(w.stretches, stretch{from: 0, to: int64(over) * minuteNanos})
				to = 7 * dayMinutes
			}
			w.stretches = append(w.stretches, stretch{from: int64(from) * minuteNanos, to: int64(to) * minuteNanos})
		}
	}
	w.stretches = merge(w.stretches)
	for i := range w.stretches {
		s := &w.stretches[i]
		s.before = w.total
		w.total += s.to - s.from
	}
	for hour := range w.byHour {
		k := 0
		for k < len(w.stretches) && w.stretches[k].to <= int64(hour)*hourNanos {
			k++
		}
		w.byHour[hour] = uint16(k)
	}
	return w
}

// merge sorts stretches and joins those that touch.
func merge(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int { return int(min(max(a.from-b.from, -1), 1)) })
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// workedAt returns the working time between the pattern's start and a civil
// time, not before the start.
func (w *weekPattern) workedAt(civil int64) int64 {
	// Unsigned, so that the divisions by constants are multiplications.
	at := uint64(civil - patternStart)
	week := at / uint64(weekNanos)
	in := int64(at % uint64(weekNanos))
	done := int64(week) * w.total
	for k := int(w.byHour[uint64(in)/uint64(hourNanos)]); k < len(w.stretches); k++ {
		s := &w.stretches[k]
		if in < s.to {
			return done + s.before + max(in-s.from, 0)
		}
	}
	return done + w.total
}

// instantOf returns the civil time of the nanosecond of working time that has
// that much before it.
func (w *weekPattern) instantOf(worked int64) int64 {
	week := uint64(worked) / uint64(w.total)
	in := int64(uint64(worked) % uint64(w.total))
	lo, hi := 0, len(w.stretches)-1
	for lo < hi {
		mid := int(uint(lo+hi+1) >> 1)
		if w.stretches[mid].before <= in {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	s := &w.stretches[lo]
	return patternStart + int64(week)*weekNanos + s.from + in - s.before
}
