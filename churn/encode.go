package churn

import (
	"encoding/binary"
	"fmt"
	"math"
)

// encodingVersion begins every encoding; of an alert it is half a byte.
const encodingVersion = 1

// maxFaults is how many faults of rows are listed.
const maxFaults = 100

var big = binary.BigEndian

func formatFault(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }

func float32At(data []byte, i int) float32 { return math.Float32frombits(big.Uint32(data[i:])) }

// AppendBinary appends the encoding of c, 25 bytes: the version, the last occasion
// in µs, the mean, the sum of squares and the orders, big-endian. What was once
// written is read for ever. The error is always nil.
func (c Cycle) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, encodingVersion)
	dst = big.AppendUint64(dst, uint64(c.last))
	dst = big.AppendUint64(dst, math.Float64bits(c.mean))
	dst = big.AppendUint32(dst, math.Float32bits(c.m2))
	return big.AppendUint32(dst, c.orders), nil
}

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat, and
// c is as before.
func (c *Cycle) UnmarshalBinary(data []byte) error {
	if len(data) != 25 || data[0] != encodingVersion {
		return formatFault("unknown version or length")
	}
	r := Cycle{
		last:   int64(big.Uint64(data[1:])),
		mean:   math.Float64frombits(big.Uint64(data[9:])),
		m2:     float32At(data, 17),
		orders: big.Uint32(data[21:]),
	}
	switch {
	case r.orders == 0 && r != Cycle{}, r.orders == 1 && (r.mean != 0 || r.m2 != 0):
		return formatFault("gaps without orders")
	case r.orders > maxGaps+1, !inTime(r.last):
		return formatFault("orders or time")
	case !(math.Abs(r.mean) <= maxLog), !squares(r.m2, r.Gaps(), r.mean, maxLog):
		return formatFault("gaps")
	}
	*c = r
	return nil
}

// squares says whether m2 can be the sum of squares about their mean of n numbers
// smaller than most: of one it is exactly 0. Where it can, it still can after a
// further number.
func squares(m2 float32, n int, mean, most float64) bool {
	return m2 >= 0 && (m2 == 0 || n > 1 && float64(m2) <= float64(n)*(most*most-mean*mean))
}

// maxLog is more than the logarithm of any gap, a minute to 136 years in days.
const maxLog = 12

// AppendBinary appends the encoding of s, 21 bytes: the version, the number of
// values, the mean, the sum of squares, the EWMA and the CUSUM, big-endian. What
// was once written is read for ever. The error is always nil.
func (s Series) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, encodingVersion)
	dst = big.AppendUint32(dst, s.n)
	for _, v := range []float32{s.mean, s.m2, s.ewma, s.cusum} {
		dst = big.AppendUint32(dst, math.Float32bits(v))
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat, and
// s is as before.
func (s *Series) UnmarshalBinary(data []byte) error {
	if len(data) != 21 || data[0] != encodingVersion {
		return formatFault("unknown version or length")
	}
	r := Series{
		n:    big.Uint32(data[1:]),
		mean: float32At(data, 5), m2: float32At(data, 9), ewma: float32At(data, 13), cusum: float32At(data, 17),
	}
	const most = 746 // −ln of the least float64
	switch {
	case r.n == 0 && r != Series{}, r.n > maxGaps:
		return formatFault("values")
	case !(math.Abs(float64(r.mean)) <= most), !(math.Abs(float64(r.ewma)) <= most),
		!squares(r.m2, int(r.n), float64(r.mean), 1000), !(r.cusum >= 0 && r.cusum <= 1000):
		return formatFault("statistics")
	}
	*s = r
	return nil
}

// AppendBinary appends the encoding of m, 69 bytes: the version, the number of
// purchases, the recent and the usual shares, big-endian. What was once written is
// read for ever. The error is always nil.
func (m Mix) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, encodingVersion)
	dst = big.AppendUint32(dst, m.n)
	for _, shares := range [][MixSlots]float32{m.recent, m.usual} {
		for _, v := range shares {
			dst = big.AppendUint32(dst, math.Float32bits(v))
		}
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat, and
// m is as before.
func (m *Mix) UnmarshalBinary(data []byte) error {
	if len(data) != 5+2*4*MixSlots || data[0] != encodingVersion {
		return formatFault("unknown version or length")
	}
	r := Mix{n: big.Uint32(data[1:])}
	for k, shares := range []*[MixSlots]float32{&r.recent, &r.usual} {
		sum := 0.
		for i := range shares {
			v := float32At(data, 5+4*(k*MixSlots+i))
			if !(v >= 0 && v <= 1.001) {
				return formatFault("share")
			}
			shares[i] = v
			sum += float64(v)
		}
		if r.n > 0 && math.Abs(sum-1) > 0.001 {
			return formatFault("shares that are not a whole")
		}
	}
	if r.n == 0 && r != (Mix{}) || r.n > maxGaps {
		return formatFault("purchases")
	}
	*m = r
	return nil
}

// AppendBinary appends the encoding of s, 16 bytes: since, last and snooze in Unix
// seconds, the readings over and under, the band told, and the version and flags,
// big-endian. What was once written is read for ever. The error is always nil.
func (s Alert) AppendBinary(dst []byte) ([]byte, error) {
	dst = big.AppendUint32(dst, s.since)
	dst = big.AppendUint32(dst, s.last)
	dst = big.AppendUint32(dst, s.snooze)
	return append(dst, s.over, s.under, s.told, encodingVersion<<4|s.bits), nil
}

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat, and
// s is as before.
func (s *Alert) UnmarshalBinary(data []byte) error {
	if len(data) != 16 || data[15]>>4 != encodingVersion {
		return formatFault("unknown version or length")
	}
	r := Alert{
		since: big.Uint32(data), last: big.Uint32(data[4:]), snooze: big.Uint32(data[8:]),
		over: data[12], under: data[13], told: data[14], bits: data[15] & 0x0f,
	}
	const most = uint32(endOfTime / second)
	switch {
	case r.since > r.last, r.last >= most, r.snooze > most:
		return formatFault("time")
	case r.phase() >= phases, r.over&r.under != 0, r.told > maxBands:
		return formatFault("phase")
	case r.phase() == quiet && (r.since != 0 || r.told != 0), r.phase() != open && r.bits&^phaseMask != 0,
		r.bits&crisisTold != 0 && (r.bits&crisisBit == 0 || r.told == 0):
		return formatFault("phase")
	}
	*s = r
	return nil
}
