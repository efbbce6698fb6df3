package nps

import (
	"encoding/binary"
	"fmt"
)

// encodingVersion begins every encoded tally.
const encodingVersion = 1

// AppendBinary appends the encoding of t: the version, kind, min, max, first
// passive and first promoter score (zigzag varints), the counts of the scale
// from its lowest score, and the dismissals (varints). What was once written is
// read for ever. The error is always nil.
func (t Tally) AppendBinary(dst []byte) ([]byte, error) {
	r := t.scale()
	dst = append(dst, encodingVersion, byte(t.kind))
	for _, v := range []int{r.Min, r.Max, r.Passive, r.Promoter} {
		dst = binary.AppendVarint(dst, int64(v))
	}
	for _, n := range t.counts[:r.Max-r.Min+1] {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	return binary.AppendUvarint(dst, uint64(t.dismissed)), nil
}

// MarshalBinary returns what AppendBinary appends.
func (t Tally) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat,
// and t is as before.
func (t *Tally) UnmarshalBinary(data []byte) error {
	bad := func(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }
	if len(data) < 2 || data[0] != encodingVersion {
		return bad("unknown version")
	}
	kind, data := Kind(data[1]), data[2:]
	var ends [4]int
	for i := range ends {
		v, n := binary.Varint(data)
		if n <= 0 || v < -bound || v > bound {
			return bad("scale")
		}
		ends[i], data = int(v), data[n:]
	}
	r, err := NewTally(kind, Range{ends[0], ends[1], ends[2], ends[3]})
	if err != nil || (Range{ends[0], ends[1], ends[2], ends[3]}).IsZero() {
		return bad("kind or scale")
	}
	for i := 0; i <= ends[1]-ends[0]+1; i++ {
		v, n := binary.Uvarint(data)
		if n <= 0 || v > MaxCount {
			return bad("count")
		}
		data = data[n:]
		if i <= ends[1]-ends[0] {
			r.counts[i] = int64(v)
		} else {
			r.dismissed = int64(v)
		}
	}
	if len(data) > 0 {
		return bad("more than a tally")
	}
	*t = r
	return nil
}
