package voice

import (
	"encoding/binary"
	"fmt"

	"github.com/guanxi-go/guanxi/nps"
)

// An encoded Impact; a version that was once released decodes for ever:
//
//	"guanxi/voice" 0x01
//	kind; min, max, passive, promoter of the scale
//	number of themes; each: id by length, 1 + place of its parent or 0
//	number of answers by score, from the lowest: all, then of each theme
//
// Numbers are minimal varints, those of the scale zigzag.
const (
	magic         = "guanxi/voice"
	formatVersion = 1
)

// MarshalBinary encodes what a holds, names apart: the same content gives the
// same bytes.
func (a *Impact) MarshalBinary() ([]byte, error) { return a.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (a *Impact) AppendBinary(dst []byte) ([]byte, error) {
	dst = a.appendHeader(dst)
	for i := -1; i < len(a.with); i++ {
		for _, n := range a.tally(i).All() {
			dst = binary.AppendUvarint(dst, uint64(n))
		}
	}
	return dst, nil
}

// tally returns that of a theme, or of all answers for −1.
func (a *Impact) tally(i int) *nps.Tally {
	if i < 0 {
		return &a.all
	}
	return &a.with[i]
}

func (a *Impact) appendHeader(dst []byte) []byte {
	dst = append(dst, magic...)
	dst = append(dst, formatVersion)
	dst = binary.AppendUvarint(dst, uint64(a.all.Kind()))
	r := a.all.Range()
	for _, v := range [...]int{r.Min, r.Max, r.Passive, r.Promoter} {
		dst = binary.AppendVarint(dst, int64(v))
	}
	dst = binary.AppendUvarint(dst, uint64(len(a.themes)))
	for i, theme := range a.themes {
		dst = binary.AppendUvarint(dst, uint64(len(theme.ID)))
		dst = append(dst, theme.ID...)
		dst = binary.AppendUvarint(dst, uint64(a.parent[i]+1))
	}
	return dst
}

// UnmarshalBinary replaces the counts of a, which [NewImpact] made for the same
// themes, kind and scale; bytes of another one are [ErrMismatch]. Anything that
// MarshalBinary did not write is [ErrFormat]. a is left alone on an error.
func (a *Impact) UnmarshalBinary(data []byte) error {
	if len(data) <= len(magic) || string(data[:len(magic)]) != magic || data[len(magic)] != formatVersion {
		return fmt.Errorf("voice: %w", ErrFormat)
	}
	header := a.appendHeader(nil)
	if len(data) < len(header) || string(data[:len(header)]) != string(header) {
		return fmt.Errorf("voice: %w", ErrMismatch)
	}
	data = data[len(header):]
	fresh := &Impact{all: a.all, with: make([]nps.Tally, len(a.with))}
	fresh.all.Reset()
	for i := range fresh.with {
		fresh.with[i] = fresh.all
	}
	for i := -1; i < len(fresh.with); i++ {
		t := fresh.tally(i)
		for score := range t.All() {
			n, size := binary.Uvarint(data)
			if size <= 0 || size > 1 && data[size-1] == 0 || n > nps.MaxCount || i >= 0 && n > uint64(fresh.all.Count(score)) {
				return fmt.Errorf("voice: %w", ErrFormat)
			}
			data = data[size:]
			if err := t.AddN(score, int64(n)); err != nil {
				return fmt.Errorf("voice: %w", err)
			}
		}
	}
	if len(data) > 0 {
		return fmt.Errorf("voice: %w", ErrFormat)
	}
	a.all = fresh.all
	copy(a.with, fresh.with)
	return nil
}
