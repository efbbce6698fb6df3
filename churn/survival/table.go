package survival

import "math"

// tally is one time at which somebody left or was last seen.
type tally struct {
	time             float64
	risk             int // at risk just before
	events, censored int
}

// whole is the longest day the counting path takes for n rows.
func whole(n int) float64 { return float64(16*n + 256) }

// tables makes the life table of each group, in the order of the levels; groups
// without rows have an empty one. Whole days are counted, other times sorted.
func (d *Data) tables(keep []int32) [][]tally {
	n := len(d.Time)
	size := make([]int, max(1, len(d.Group.Levels)))
	if d.Group.Codes == nil {
		size[0] = count(keep, n)
		return [][]tally{d.table(keep, nil, size[0])}
	}
	if out, ok := d.countGroups(keep, len(size)); ok {
		return out
	}
	for i := range each(keep, n) {
		size[d.Group.Codes[i]]++
	}
	// The rows of each group, one after another.
	rows, from := make([]int32, count(keep, n)), make([]int, len(size)+1)
	for g, s := range size {
		from[g+1] = from[g] + s
	}
	next := append([]int(nil), from...)
	for i := range each(keep, n) {
		g := d.Group.Codes[i]
		rows[next[g]] = int32(i)
		next[g]++
	}
	out := make([][]tally, len(size))
	scratch := &scratch{}
	for g := range out {
		out[g] = d.table(rows[from[g]:from[g+1]:from[g+1]], scratch, size[g])
	}
	return out
}

// scratch is memory that one table leaves to the next.
type scratch struct {
	counts []int32
	keys   []uint64
	other  []uint64
}

func grow[T any](s *[]T, n int) []T {
	if cap(*s) < n {
		*s = make([]T, n)
	}
	return (*s)[:n]
}

// table makes the life table of the rows kept; m is their number.
func (d *Data) table(keep []int32, s *scratch, m int) []tally {
	if m == 0 {
		return nil
	}
	if s == nil {
		s = &scratch{}
	}
	if d.Entry == nil {
		if t, ok := d.countDays(keep, s, m); ok {
			return t
		}
	}
	keys, other := grow(&s.keys, m), grow(&s.other, m)
	k := 0
	for i := range each(keep, len(d.Time)) {
		keys[k] = bits(d.Time[i]) << 1
		if d.Event[i] {
			keys[k] |= 1
		}
		k++
	}
	sorted := radixSortKeys(keys, other)
	distinct := 1
	for i := 1; i < m; i++ {
		if sorted[i]>>1 != sorted[i-1]>>1 {
			distinct++
		}
	}
	out := make([]tally, 0, distinct)
	for i := 0; i < m; {
		t := tally{time: math.Float64frombits(sorted[i] >> 1), risk: m - i}
		for key := sorted[i] >> 1; i < m && sorted[i]>>1 == key; i++ {
			t.events += int(sorted[i] & 1)
			t.censored += int(^sorted[i] & 1)
		}
		out = append(out, t)
	}
	if d.Entry != nil {
		d.notEntered(out, keep, keys, other)
	}
	return out
}

// notEntered takes those who enter at a time or later off its risk set.
func (d *Data) notEntered(table []tally, keep []int32, keys, other []uint64) {
	k := 0
	for i := range each(keep, len(d.Time)) {
		keys[k] = bits(d.Entry[i])
		k++
	}
	entries := radixSortKeys(keys, other)
	late := len(entries)
	for i := range table {
		key := bits(table[i].time)
		for late > 0 && entries[len(entries)-late] < key {
			late--
		}
		table[i].risk -= late
	}
}

// lastDay returns the latest of the times kept, if all are whole and none is
// above limit.
func (d *Data) lastDay(keep []int32, limit float64) (last int, ok bool) {
	if keep == nil {
		for _, t := range d.Time {
			if !(t <= limit) || float64(int(t)) != t {
				return 0, false
			}
			last = max(last, int(t))
		}
		return last, true
	}
	for _, i := range keep {
		t := d.Time[i]
		if !(t <= limit) || float64(int(t)) != t {
			return 0, false
		}
		last = max(last, int(t))
	}
	return last, true
}

// countDays makes the life table by counting, where all times are whole and not
// too long.
func (d *Data) countDays(keep []int32, s *scratch, m int) ([]tally, bool) {
	last, ok := d.lastDay(keep, whole(m))
	if !ok {
		return nil, false
	}
	// Each day has two counts: [2·day] who were last seen, [2·day+1] who left.
	counts := grow(&s.counts, 2*(last+1))
	clear(counts)
	if keep == nil {
		event := d.Event[:len(d.Time)]
		for i, t := range d.Time {
			counts[2*int(t)+one(event[i])]++
		}
	} else {
		for _, i := range keep {
			counts[2*int(d.Time[i])+one(d.Event[i])]++
		}
	}
	return tallies(counts), true
}

// countGroups is countDays for k groups in one pass.
func (d *Data) countGroups(keep []int32, k int) ([][]tally, bool) {
	if d.Entry != nil {
		return nil, false
	}
	last, ok := d.lastDay(keep, whole(count(keep, len(d.Time)))/float64(k)-1)
	if !ok {
		return nil, false
	}
	width := 2 * (last + 1)
	counts := make([]int32, k*width)
	if keep == nil {
		event, code := d.Event[:len(d.Time)], d.Group.Codes[:len(d.Time)]
		for i, t := range d.Time {
			counts[int(code[i])*width+2*int(t)+one(event[i])]++
		}
	} else {
		for _, i := range keep {
			counts[int(d.Group.Codes[i])*width+2*int(d.Time[i])+one(d.Event[i])]++
		}
	}
	out := make([][]tally, k)
	for g := range out {
		out[g] = tallies(counts[g*width : (g+1)*width])
	}
	return out, true
}

// tallies makes a life table of counts by day.
func tallies(counts []int32) []tally {
	distinct, risk := 0, 0
	for i := 0; i < len(counts); i += 2 {
		n := int(counts[i]) + int(counts[i+1])
		risk += n
		distinct += one(n != 0)
	}
	out := make([]tally, 0, distinct)
	for i := 0; i < len(counts); i += 2 {
		if c, e := int(counts[i]), int(counts[i+1]); c|e != 0 {
			out = append(out, tally{float64(i / 2), risk, e, c})
			risk -= c + e
		}
	}
	return out
}

// one is 1 for true; the compiler makes no branch of it.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
