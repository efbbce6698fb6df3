package loyalty

import (
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// liabilityEncoding begins every encoded Liability.
const liabilityEncoding = 1

// AppendBinary appends the encoding of l; equal sums have equal bytes. A zone without a
// name is ErrOption. What was once written is read for ever.
func (l *Liability) AppendBinary(b []byte) ([]byte, error) {
	b, err := appendZone(append(b, liabilityEncoding), l.months.loc)
	if err != nil {
		return nil, err
	}
	b = appendInt(appendInt(b, l.at), Points(l.accounts))
	var kinds []*liabilityKind
	for i := range l.kinds {
		if !l.kinds[i].empty() {
			kinds = append(kinds, &l.kinds[i])
		}
	}
	slices.SortFunc(kinds, func(x, y *liabilityKind) int { return strings.Compare(string(x.kind), string(y.kind)) })
	b = appendLen(b, len(kinds))
	for _, k := range kinds {
		b = appendInt(appendText(b, k.kind), k.debt)
		b = appendInt(appendInt(b, Points(k.holders)), Points(k.debtors))
		b = appendMonths(appendMonths(b, &k.earned), &k.expires)
	}
	return b, nil
}

func appendZone(b []byte, loc *time.Location) ([]byte, error) {
	name, err := civil.MarshalZone(loc, ErrOption)
	return appendText(b, string(name)), err
}

// MarshalBinary returns what AppendBinary appends.
func (l *Liability) MarshalBinary() ([]byte, error) { return l.AppendBinary(nil) }

func appendMonths(b []byte, s *series[Standing]) []byte {
	n := 0
	for range s.all {
		n++
	}
	b = appendLen(b, n)
	for m, v := range s.all {
		b = appendInt(appendInt(appendInt(appendInt(b, m), v.Available), v.Pending), v.Held)
	}
	return b
}

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: other bytes are
// ErrFormat, and l is unchanged.
func (l *Liability) UnmarshalBinary(data []byte) error {
	r := &reader{b: data}
	if v := r.byte(); v != liabilityEncoding {
		r.fail("version %d of liabilities", v)
	}
	loc := r.zone()
	out := Liability{at: r.instant(), accounts: r.count()}
	if r.err == nil && !inYears(out.at) {
		r.fail("an instant")
	}
	if r.err != nil {
		return r.err
	}
	out.months = newMonthTable(loc, out.at)
	kinds := r.len()
	for i := 0; i < kinds && r.err == nil; i++ {
		name := r.kind()
		if i > 0 && name <= out.kinds[i-1].kind {
			r.fail("kinds out of order")
			break
		}
		k := &out.kinds[out.kind(name)]
		k.debt = Points(r.count())
		k.holders, k.debtors = r.count(), r.count()
		var other Standing
		r.months(&k.earned, &k.sum)
		r.months(&k.expires, &other)
		if r.err == nil && (other != k.sum || k.empty()) {
			r.fail("the months of %q", name)
		}
	}
	if err := r.end(); err != nil {
		return err
	}
	*l = out
	return nil
}

// count reads a number that is not negative.
func (r *reader) count() int64 {
	v := r.int()
	if v < 0 {
		r.fail("a number below 0")
		return 0
	}
	return v
}

// zone reads the name of a zone as it is written.
func (r *reader) zone() *time.Location {
	name := r.text()
	loc, err := civil.UnmarshalZone([]byte(name), ErrFormat)
	if r.err == nil && (err != nil || loc == nil) {
		r.fail("a zone")
		return nil
	}
	if back, ok := "", false; r.err == nil {
		if back, ok = civil.ZoneName(loc); !ok || back != name {
			r.fail("a zone")
		}
	}
	return loc
}

// month reads a month that comes after another one.
func (r *reader) month(after Month) Month {
	m := Month(r.int32())
	if r.err == nil && (m <= after || m < firstMonth || m > lastMonth && m != NoMonth) {
		r.fail("month %d", int32(m))
	}
	return m
}

func (r *reader) months(s *series[Standing], sum *Standing) {
	n := r.len()
	last := Month(0)
	total := Points(0)
	for i := 0; i < n && r.err == nil; i++ {
		last = r.month(last)
		v := Standing{Points(r.count()), Points(r.count()), Points(r.count())}
		ok := addPoints(&total, v.Available) && addPoints(&total, v.Pending) && addPoints(&total, v.Held)
		if r.err == nil && (!ok || v == Standing{}) {
			r.fail("points of a month")
		}
		if r.err == nil {
			*s.at(last) = v
			sum.add(v)
		}
	}
}
