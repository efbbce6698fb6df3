package survival

import (
	"encoding/binary"
	"fmt"
	"math"
)

const (
	// MaxDay is the last day that Days counts, over 2,800 years.
	MaxDay = 1<<20 - 1
	// MaxCount is the most that one count of Days may come to.
	MaxCount = 1<<53 - 1
)

// Days counts customers by the whole days they stayed, and makes their survival
// curve from the counts alone: what a stream or many machines gather, merged in
// any order, gives the curve of all rows. The zero value is empty. Memory is 24
// bytes a day up to the longest stay seen.
//
// A Days is not safe for concurrent use: count with one a goroutine and Merge.
type Days struct {
	counts []dayCount
	table  []tally
}

type dayCount struct{ events, censored, entered int64 }

// Add counts one customer who was seen from the start and left (event) or was
// last seen after day days. A day below 0 or above MaxDay is ErrTime, and
// nothing is counted.
func (d *Days) Add(day int, event bool) error { return d.AddN(day, event, 1) }

// AddN counts n customers as Add does. ErrCount refuses a negative n.
func (d *Days) AddN(day int, event bool, n int64) error {
	if err := checkDay(day); err != nil {
		return err
	}
	if n < 0 || n > MaxCount {
		return fmt.Errorf("%w: %d", ErrCount, n)
	}
	d.reach(day)
	c := &d.counts[day].censored
	if event {
		c = &d.counts[day].events
	}
	if *c > MaxCount-n {
		return fmt.Errorf("%w: %d and %d more", ErrCount, *c, n)
	}
	*c += n
	return nil
}

// AddEntered counts one customer who was seen only after day entry, at risk on
// (entry, day]. ErrEntry where entry is not before day.
func (d *Days) AddEntered(entry, day int, event bool) error {
	if err := checkDay(day); err != nil {
		return err
	}
	if err := checkDay(entry); err != nil {
		return err
	}
	if entry >= day {
		return fmt.Errorf("%w: %d ≥ %d", ErrEntry, entry, day)
	}
	if err := d.AddN(day, event, 1); err != nil {
		return err
	}
	d.counts[entry].entered++
	return nil
}

func checkDay(day int) error {
	if day < 0 || day > MaxDay {
		return fmt.Errorf("%w: day %d is not in 0 to %d", ErrTime, day, MaxDay)
	}
	return nil
}

func (d *Days) reach(day int) {
	for len(d.counts) <= day {
		d.counts = append(d.counts, dayCount{})
	}
}

// AddAll counts customers in bulk: row i stayed days[i] and left if events[i].
// Where a day is out of range or the columns differ in length nothing is
// counted. Cost: a nanosecond or two a row, no allocation once the longest stay
// was seen.
func (d *Days) AddAll(days []int32, events []bool) error {
	if len(days) != len(events) {
		return at(fmt.Errorf("%w: %d, days has %d", ErrLength, len(events), len(days)), "events")
	}
	last := int32(-1)
	var fs faults
	for i, day := range days {
		if uint32(day) > MaxDay {
			fs.add(checkDay(int(day)), "days", i)
		}
		last = max(last, day)
	}
	if err := fs.err(); err != nil {
		return err
	}
	d.reach(int(last))
	counts := d.counts
	for i, day := range days {
		c := &counts[day]
		e := int64(one(events[i]))
		c.events += e
		c.censored += 1 - e
	}
	return nil
}

// Merge adds the counts of o. ErrCount where one would exceed MaxCount; then
// nothing is added.
func (d *Days) Merge(o *Days) error {
	d.reach(len(o.counts) - 1)
	for i, c := range o.counts {
		t := d.counts[i]
		if c.events > MaxCount-t.events || c.censored > MaxCount-t.censored || c.entered > MaxCount-t.entered {
			return fmt.Errorf("%w: on day %d", ErrCount, i)
		}
	}
	for i, c := range o.counts {
		t := &d.counts[i]
		t.events += c.events
		t.censored += c.censored
		t.entered += c.entered
	}
	return nil
}

// Reset empties d and keeps its memory.
func (d *Days) Reset() { d.counts = d.counts[:0] }

// KaplanMeier puts the curve of the customers counted into c, whose Points it
// reuses. It is that of the function KaplanMeier on the same rows, to the last
// digit. ErrNoRows or ErrNoEvents where there is nothing to estimate. Cost:
// O(days); no allocation where c and d were used before.
func (d *Days) KaplanMeier(c *Curve, cfg CurveConfig) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	var all, events, total int64
	for day, k := range d.counts {
		if k.events+k.censored > MaxCount-total {
			return fmt.Errorf("%w: up to day %d", ErrCount, day)
		}
		total += k.events + k.censored
		events += k.events
		all += k.events + k.censored - k.entered
	}
	if total == 0 {
		return ErrNoRows
	}
	if events == 0 {
		return ErrNoEvents
	}
	if total > math.MaxInt {
		return fmt.Errorf("%w: %d customers", ErrCount, total)
	}
	d.table = d.table[:0]
	risk := all
	for day, k := range d.counts {
		if k.events|k.censored != 0 {
			d.table = append(d.table, tally{float64(day), int(risk), int(k.events), int(k.censored)})
		}
		risk += k.entered - k.events - k.censored
	}
	c.Group, c.Config = "", cfg.withDefaults()
	c.fill(d.table)
	return nil
}

// daysVersion stands before encoded counts.
const daysVersion = 1

// AppendBinary appends the counts in a form that later versions read: a version
// byte, the number of days, and three varints a day. The error is always nil.
func (d *Days) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, daysVersion)
	counts := d.counts
	for len(counts) > 0 && counts[len(counts)-1] == (dayCount{}) {
		counts = counts[:len(counts)-1]
	}
	dst = binary.AppendUvarint(dst, uint64(len(counts)))
	for _, c := range counts {
		dst = binary.AppendUvarint(dst, uint64(c.events))
		dst = binary.AppendUvarint(dst, uint64(c.censored))
		dst = binary.AppendUvarint(dst, uint64(c.entered))
	}
	return dst, nil
}

// MarshalBinary returns what AppendBinary appends.
func (d *Days) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary writes, and nothing else: other bytes
// are ErrFormat, and d is left alone.
func (d *Days) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != daysVersion {
		return fmt.Errorf("%w: no version %d", ErrFormat, daysVersion)
	}
	data = data[1:]
	next := func(most uint64) (uint64, bool) {
		x, n := binary.Uvarint(data)
		if n <= 0 || x > most || n > 1 && data[n-1] == 0 { // the shortest form only
			return 0, false
		}
		data = data[n:]
		return x, true
	}
	n, ok := next(MaxDay + 1)
	if !ok || n > uint64(len(data))/3 {
		return fmt.Errorf("%w: number of days", ErrFormat)
	}
	counts := make([]dayCount, n)
	risk := int64(0) // those who entered late are at risk on some later day
	for i := range counts {
		e, ok1 := next(MaxCount)
		c, ok2 := next(MaxCount)
		in, ok3 := next(MaxCount)
		if !ok1 || !ok2 || !ok3 {
			return fmt.Errorf("%w: day %d", ErrFormat, i)
		}
		counts[i] = dayCount{int64(e), int64(c), int64(in)}
	}
	for i := len(counts) - 1; i >= 0; i-- {
		if risk -= counts[i].entered; risk < 0 {
			return fmt.Errorf("%w: more enter on day %d than leave later", ErrFormat, i)
		}
		if risk > MaxCount-counts[i].events-counts[i].censored {
			return fmt.Errorf("%w: too many customers", ErrFormat)
		}
		risk += counts[i].events + counts[i].censored
	}
	if len(data) > 0 || n > 0 && counts[n-1] == (dayCount{}) {
		return fmt.Errorf("%w: data after the last day", ErrFormat)
	}
	d.counts = counts
	return nil
}
