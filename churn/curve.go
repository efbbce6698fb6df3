package churn

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Curve gathers how long a segment's customers took from their first order to
// their second, those included who have not come again so far. Counts are exact:
// the result depends neither on the order of the customers nor on how they were
// split. The zero value is empty. Not safe for concurrent use: use one per
// goroutine and Merge.
type Curve struct {
	days []dayCount // by whole day
}

type dayCount struct{ came, silent uint64 }

// Add counts a customer: after that many whole days in which silence counts
// (rounded down) the second order came, or has not come yet. ErrValue for a
// number of days below 0 or above 49,673. It allocates when the longest time grows.
func (v *Curve) Add(days int, came bool) error {
	if days < 0 || days > maxDays {
		return fmt.Errorf("%w: %d days", ErrValue, days)
	}
	if days >= len(v.days) {
		v.days = append(v.days, make([]dayCount, days+1-len(v.days))...)
	}
	if came {
		v.days[days].came++
	} else {
		v.days[days].silent++
	}
	return nil
}

// Merge counts the customers of o, which is not changed.
func (v *Curve) Merge(o *Curve) {
	if n := len(o.days) - len(v.days); n > 0 {
		v.days = append(v.days, make([]dayCount, n)...)
	}
	for i, d := range o.days {
		v.days[i].came += d.came
		v.days[i].silent += d.silent
	}
}

// Reset forgets all customers and keeps the memory.
func (v *Curve) Reset() {
	clear(v.days)
	v.days = v.days[:0]
}

// Customers returns how many customers there are, and how many came again.
func (v *Curve) Customers() (customers, came int64) {
	for _, d := range v.days {
		customers += int64(d.came + d.silent)
		came += int64(d.came)
	}
	return customers, came
}

// AppendSurvival appends to dst the share of customers who have not come again
// after day 0, 1, 2 … of silence, up to the longest time counted, and which never
// rises. Those whose silence was watched for d days count until day d, inclusive.
// Kaplan & Meier (1958), J. Am. Stat. Assoc. 53, eq. 2b. Cost: O(days).
func (v *Curve) AppendSurvival(dst []float64) []float64 {
	var risk uint64
	for _, d := range v.days {
		risk += d.came + d.silent
	}
	s := 1.
	dst = slices.Grow(dst, len(v.days))
	for _, d := range v.days {
		if d.came > 0 {
			s *= float64(risk-d.came) / float64(risk)
		}
		dst = append(dst, s)
		risk -= d.came + d.silent
	}
	return dst
}

// AppendBinary appends the encoding of v: the version, the number of days, and of
// every day with customers its distance from the last, those who came and those
// who were silent (varints). What was once written is read for ever. The error is
// always nil.
func (v *Curve) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, encodingVersion)
	n := 0
	for _, d := range v.days {
		if d != (dayCount{}) {
			n++
		}
	}
	dst = binary.AppendUvarint(dst, uint64(n))
	last := 0
	for i, d := range v.days {
		if d != (dayCount{}) {
			dst = binary.AppendUvarint(dst, uint64(i-last))
			dst = binary.AppendUvarint(dst, d.came)
			dst = binary.AppendUvarint(dst, d.silent)
			last = i
		}
	}
	return dst, nil
}

// MarshalBinary returns what AppendBinary appends.
func (v *Curve) MarshalBinary() ([]byte, error) { return v.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat, and
// v is as before.
func (v *Curve) UnmarshalBinary(data []byte) error {
	if len(data) < 2 || data[0] != encodingVersion {
		return fmt.Errorf("%w: unknown version", ErrFormat)
	}
	data = data[1:]
	fine := true
	next := func() uint64 {
		u, n := binary.Uvarint(data)
		if n <= 0 || n > 1 && data[n-1] == 0 || u > math.MaxInt64>>16 {
			fine = false
			return 0
		}
		data = data[n:]
		return u
	}
	var r Curve
	at := uint64(0)
	n := next()
	for i := range n {
		step, came, silent := next(), next(), next()
		at += step
		if !fine || at > uint64(maxDays) || i > 0 && step == 0 || came+silent == 0 {
			return fmt.Errorf("%w: impossible counts", ErrFormat)
		}
		r.days = append(r.days, make([]dayCount, int(at)+1-len(r.days))...)
		r.days[at] = dayCount{came, silent}
	}
	if !fine || len(data) > 0 {
		return fmt.Errorf("%w: more or less than a curve", ErrFormat)
	}
	*v = r
	return nil
}
