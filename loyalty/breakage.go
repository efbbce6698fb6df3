package loyalty

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"time"
)

// TriangleConfig says what a Triangle counts.
type TriangleConfig struct {
	Kind Kind
	// Location is the zone whose months are counted, the programme's; nil is UTC. To be
	// encoded it needs a name.
	Location *time.Location
	// Months of a vintage and of a step of age: 1 (the default), 2, 3, 4, 6 or 12. Those
	// of 3 begin in January, April, July and October, and so on.
	Months int
}

// Validate returns ErrOption for another number of months.
func (c TriangleConfig) Validate() error {
	if c.Months < 0 || c.Months > 12 || c.Months != 0 && 12%c.Months != 0 {
		var f faults
		f.add(ErrOption, "months")
		return f.err()
	}
	return nil
}

// Triangle sums what became of points by vintage, the period in which they were earned,
// and by age: how many periods later. It is an accumulator: journals and rows add in any
// order, and parts merge. Not safe for concurrent use; count parts apart and Merge.
type Triangle struct {
	kind   Kind
	per    int32
	months *monthTable
	cells  map[triangleKey]VintageFlow
}

// triangleKey is a vintage and an age, in periods.
type triangleKey struct{ vintage, age int32 }

// VintageFlow is what became of points in a period.
type VintageFlow struct {
	Issued   Points `json:"issued"`
	Redeemed Points `json:"redeemed"` // or donated, less what was given back
	Removed  Points `json:"removed"`  // taken back by refunds, or by hand
	Expired  Points `json:"expired"`
}

func (v *VintageFlow) parts() [4]*Points {
	return [4]*Points{&v.Issued, &v.Redeemed, &v.Removed, &v.Expired}
}

// plus returns the sum, and whether it fits.
func (v VintageFlow) plus(w VintageFlow) (VintageFlow, bool) {
	ok := true
	for i, p := range w.parts() {
		ok = addPoints(v.parts()[i], *p) && ok
	}
	return v, ok
}

// NewTriangle returns an empty triangle, or what is wrong with the configuration.
func NewTriangle(c TriangleConfig) (*Triangle, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	per := int32(cmp.Or(c.Months, 1))
	around := InstantOf(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)) // of a table; no result depends on it
	return &Triangle{kind: c.Kind, per: per, months: newMonthTable(c.Location, around), cells: map[triangleKey]VintageFlow{}}, nil
}

// Reset empties t and keeps what it counts.
func (t *Triangle) Reset() { clear(t.cells) }

func (t *Triangle) period(at Instant) int32 { return int32(t.months.of(at)) / t.per }

// Add counts what became at an instant of points that were earned at another one; what
// comes before the earning counts as of the same period. A sum that does not fit is
// ErrOverflow, an instant outside the years 1 to 9999 ErrTime; t is then unchanged.
func (t *Triangle) Add(earned, at Instant, f VintageFlow) error {
	if !inYears(earned) || !inYears(at) {
		return ErrTime
	}
	if f == (VintageFlow{}) {
		return nil
	}
	v := t.period(earned)
	key := triangleKey{v, max(t.period(at)-v, 0)}
	sum, ok := t.cells[key].plus(f)
	if !ok {
		return ErrOverflow
	}
	t.put(key, sum)
	return nil
}

func (t *Triangle) put(key triangleKey, v VintageFlow) {
	if v == (VintageFlow{}) {
		delete(t.cells, key)
		return
	}
	t.cells[key] = v
}

// AddJournal counts the whole journal of one account, with what expired before until and
// no entry says (the zero time: only what is written). Entries of other kinds are passed
// over, and so are points that came from another account, which their own vintage counts
// where they were issued: what is done with them counts here. What a debt has absorbed
// was never a lot, and is not counted.
//
// An error of the sequence is returned as it is; a use of a lot that no entry opened is
// ErrImpossible. t is then unchanged.
func (t *Triangle) AddJournal(journal iter.Seq2[*Entry, error], until time.Time) error {
	j := lotJournal{t: &Triangle{kind: t.kind, per: t.per, months: t.months, cells: map[triangleKey]VintageFlow{}}}
	for e, err := range journal {
		if err != nil {
			return err
		}
		if err := j.add(e); err != nil {
			return err
		}
	}
	for i := range j.lots {
		l := &j.lots[i]
		end := l.expire
		if l.window > 0 && l.window <= int64(len(j.windows)) {
			end = j.windows[l.window-1]
		}
		if !l.ours || l.remaining == 0 || until.IsZero() || end >= InstantOf(until) {
			continue
		}
		if err := j.t.Add(l.earned, end, VintageFlow{Expired: l.remaining}); err != nil {
			return err
		}
	}
	return t.Merge(j.t)
}

// lotJournal follows the lots of one account.
type lotJournal struct {
	t       *Triangle
	lots    []journalLot // by id, from 1
	windows []Instant    // ends of the activity windows of the kind
}

type journalLot struct {
	ours           bool // of the kind
	earned, expire Instant
	window         int64
	remaining      Points
}

func (j *lotJournal) add(e *Entry) error {
	for _, w := range e.Windows {
		switch {
		case w.Kind != j.t.kind:
		case w.ID == int64(len(j.windows))+1:
			j.windows = append(j.windows, w.Expire)
		case w.ID < 1 || w.ID > int64(len(j.windows)):
			return impossible(e, "window %d", w.ID)
		default:
			j.windows[w.ID-1] = w.Expire
		}
	}
	for i := range e.Uses {
		u := &e.Uses[i]
		if u.Lot < 1 || int64(u.Lot) > int64(len(j.lots)) {
			return impossible(e, "lot %d", u.Lot)
		}
		l := &j.lots[u.Lot-1]
		if !l.ours {
			continue
		}
		if u.From == Pending || u.From == Available {
			l.remaining -= u.Points
		}
		if u.To == Pending || u.To == Available {
			l.remaining += u.Points
		}
		if err := j.t.Add(l.earned, e.Effective, flowOf(u)); err != nil {
			return err
		}
	}
	for _, x := range e.Extended {
		if x.Lot < 1 || int64(x.Lot) > int64(len(j.lots)) {
			return impossible(e, "lot %d", x.Lot)
		}
		j.lots[x.Lot-1].expire, j.lots[x.Lot-1].window = x.Expire, 0
	}
	for i := range e.Opened {
		l := &e.Opened[i]
		if l.ID != LotID(len(j.lots)+1) {
			return impossible(e, "lot %d", l.ID)
		}
		j.lots = append(j.lots, journalLot{l.Kind == j.t.kind, l.Earned, l.Expire, l.Window, l.Remaining})
		if used := l.Redeemed + l.Donated; used > 0 && l.Kind == j.t.kind { // redeemed before a merge
			if err := j.t.Add(l.Earned, e.Effective, VintageFlow{Redeemed: used}); err != nil {
				return err
			}
		}
		if l.Kind == j.t.kind && (e.Op == OpEarn || e.Op == OpAdjust) {
			if err := j.t.Add(l.Earned, l.Earned, VintageFlow{Issued: l.Points}); err != nil {
				return err
			}
		}
	}
	return nil
}

// flowOf returns what a use has done with points.
func flowOf(u *Use) (f VintageFlow) {
	move := func(b Book, points Points) {
		switch b {
		case Redeemed, Donated:
			f.Redeemed += points
		case TakenBack, Debt, Adjusted:
			f.Removed += points
		case Expired:
			f.Expired += points
		}
	}
	move(u.From, -u.Points)
	move(u.To, u.Points)
	return f
}

// Merge adds what s has counted, which is only read. Another kind, zone or length of
// periods is ErrMerge, a sum that does not fit ErrOverflow; t is then unchanged.
func (t *Triangle) Merge(s *Triangle) error {
	if t.kind != s.kind || t.per != s.per || !sameZone(t.months.loc, s.months.loc) {
		return ErrMerge
	}
	for key, v := range s.cells {
		if _, ok := t.cells[key].plus(v); !ok {
			return ErrOverflow
		}
	}
	for key, v := range maps.Clone(s.cells) {
		sum, _ := t.cells[key].plus(v)
		t.put(key, sum)
	}
	return nil
}

// keys returns the cells by vintage and age.
func (t *Triangle) keys() []triangleKey {
	return slices.SortedFunc(maps.Keys(t.cells), func(a, b triangleKey) int {
		return cmp.Or(cmp.Compare(a.vintage, b.vintage), cmp.Compare(a.age, b.age))
	})
}

// All yields the first month of each vintage, the age in periods and what became of the
// vintage's points then, in this order.
func (t *Triangle) All() iter.Seq2[VintageAge, VintageFlow] {
	return func(yield func(VintageAge, VintageFlow) bool) {
		for _, k := range t.keys() {
			if !yield(VintageAge{Month(k.vintage * t.per), int(k.age)}, t.cells[k]) {
				return
			}
		}
	}
}

// VintageAge is a place in a triangle.
type VintageAge struct {
	Vintage Month // the first of its period
	Age     int   // in periods
}

// triangleEncoding begins every encoded Triangle.
const triangleEncoding = 1

// AppendBinary appends the encoding of t; equal sums have equal bytes. A zone without a
// name is ErrOption.
func (t *Triangle) AppendBinary(b []byte) ([]byte, error) {
	b, err := appendZone(append(b, triangleEncoding), t.months.loc)
	if err != nil {
		return nil, err
	}
	b = appendLen(appendInt(appendText(b, t.kind), t.per), len(t.cells))
	for _, k := range t.keys() {
		v := t.cells[k]
		b = appendInt(appendInt(b, k.vintage), k.age)
		for _, p := range v.parts() {
			b = appendInt(b, *p)
		}
	}
	return b, nil
}

// MarshalBinary returns what AppendBinary appends.
func (t *Triangle) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: other bytes are
// ErrFormat, and t is unchanged.
func (t *Triangle) UnmarshalBinary(data []byte) error {
	r := &reader{b: data}
	if v := r.byte(); v != triangleEncoding {
		r.fail("version %d of triangles", v)
	}
	c := TriangleConfig{Location: r.zone(), Kind: r.kind(), Months: int(r.int32())}
	if r.err == nil && (c.Validate() != nil || c.Months == 0) {
		r.fail("%d months", c.Months)
	}
	if r.err != nil {
		return r.err
	}
	out, err := NewTriangle(c)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	n, last := r.len(), triangleKey{math.MinInt32, 0}
	for i := 0; i < n && r.err == nil; i++ {
		k := triangleKey{r.int32(), r.int32()}
		var v VintageFlow
		for _, p := range v.parts() {
			*p = r.points()
		}
		low, high := int32(firstMonth)/out.per, int32(lastMonth)/out.per
		if k.vintage < low || k.vintage > high || k.age < 0 || k.age > high-k.vintage ||
			k.vintage < last.vintage || k.vintage == last.vintage && k.age <= last.age || v == (VintageFlow{}) {
			r.fail("cell %+v", k)
		}
		out.cells[k], last = v, k
	}
	if err := r.end(); err != nil {
		return err
	}
	*t = *out
	return nil
}
