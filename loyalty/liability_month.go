package loyalty

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// Month is a calendar month: year × 12 + month − 1. In which zone its days begin is
// for what holds it to say.
type Month int32

// NoMonth is the month in which points expire that never do.
const NoMonth Month = 1<<31 - 1

// MonthOf returns the month of t in its own zone.
func MonthOf(t time.Time) Month { return Month(t.Year()*12 + int(t.Month()) - 1) }

// Date returns year and month.
func (m Month) Date() (year int, month time.Month) {
	y := civil.FloorDiv(int64(m), 12)
	return int(y), time.Month(int64(m)-y*12) + 1
}

// Start returns the first instant of the month in a zone; nil is UTC.
func (m Month) Start(loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	y, month := m.Date()
	return civil.Start(date{y, int(month), 1}.days(), loc)
}

// String returns "2025-03", and "never" of NoMonth.
func (m Month) String() string {
	if m == NoMonth {
		return "never"
	}
	y, month := m.Date()
	return fmt.Sprintf("%04d-%02d", y, int(month))
}

// MarshalText returns String.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText writes; else it is ErrTime, and m is unchanged.
func (m *Month) UnmarshalText(text []byte) error {
	if string(text) == "never" {
		*m = NoMonth
		return nil
	}
	t, err := time.Parse("2006-01", string(text))
	if err != nil || t.Year() < 1 {
		return fmt.Errorf("%w: %.20q is no month", ErrTime, text)
	}
	*m = MonthOf(t)
	return nil
}

// The months from year 1 to year 9999.
const (
	firstMonth Month = 12
	lastMonth  Month = 9999*12 + 11
)

// monthTable finds months of a zone: those around a year by a table, others slowly.
// Immutable; safe for concurrent use.
type monthTable struct {
	loc    *time.Location
	base   Month
	starts []Instant // of base, base+1, …
}

// newMonthTable returns the months of a zone from 30 years before an instant to 30
// years after.
func newMonthTable(loc *time.Location, around Instant) *monthTable {
	if loc == nil {
		loc = time.UTC
	}
	t := &monthTable{loc: loc}
	mid := MonthOf(time.UnixMicro(int64(around)).In(loc))
	t.base = max(firstMonth, mid-360)
	for m := t.base; m <= min(lastMonth, mid+360); m++ {
		t.starts = append(t.starts, InstantOf(m.Start(loc)))
	}
	return t
}

// microsPerMonth is a little less than the mean, so that a guess is not too far.
const microsPerMonth = 2_629_746_000000

// of returns the month of an instant; NoMonth of Never. Instants outside the years
// that are stored count as the nearest one.
func (t *monthTable) of(at Instant) Month {
	n := len(t.starts)
	if n == 0 || at < t.starts[0] || at >= t.starts[n-1] {
		return t.far(at)
	}
	i := min(int((at-t.starts[0])/microsPerMonth), n-2)
	for at < t.starts[i] {
		i--
	}
	for at >= t.starts[i+1] {
		i++
	}
	return t.base + Month(i)
}

func (t *monthTable) far(at Instant) Month {
	if at == Never {
		return NoMonth
	}
	return min(max(MonthOf(time.UnixMicro(int64(at)).In(t.loc)), firstMonth), lastMonth)
}

// series is one T for each month: those within fifty years of its middle stand in a
// list, others in order beside it.
type series[T comparable] struct {
	base  Month
	dense []T
	far   []farMonth[T]
}

type farMonth[T comparable] struct {
	month Month
	v     T
}

func newSeries[T comparable](middle Month) series[T] {
	return series[T]{base: middle - 600, dense: make([]T, 1200)}
}

// at returns the place of a month. The pointer is good until the next call.
func (s *series[T]) at(m Month) *T {
	if i := int64(m) - int64(s.base); i >= 0 && i < int64(len(s.dense)) {
		return &s.dense[i]
	}
	i := sort.Search(len(s.far), func(i int) bool { return s.far[i].month >= m })
	if i == len(s.far) || s.far[i].month != m {
		s.far = slices.Insert(s.far, i, farMonth[T]{month: m})
	}
	return &s.far[i].v
}

// all yields every month whose T is not zero, in order.
func (s *series[T]) all(yield func(Month, *T) bool) {
	var zero T
	i := 0
	for ; i < len(s.far) && s.far[i].month < s.base; i++ {
		if s.far[i].v != zero && !yield(s.far[i].month, &s.far[i].v) {
			return
		}
	}
	for j := range s.dense {
		if s.dense[j] != zero && !yield(s.base+Month(j), &s.dense[j]) {
			return
		}
	}
	for ; i < len(s.far); i++ {
		if s.far[i].v != zero && !yield(s.far[i].month, &s.far[i].v) {
			return
		}
	}
}

func (s *series[T]) reset() {
	clear(s.dense)
	s.far = s.far[:0]
}

func addPoints(sum *Points, p Points) bool {
	v, ok := minor.Add(int64(*sum), int64(p))
	if ok {
		*sum = Points(v)
	}
	return ok
}
