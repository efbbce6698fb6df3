package migration

import (
	"encoding/binary"
	"fmt"
	"maps"

	"github.com/guanxi-go/guanxi/internal/wire"
)

// A funnel is encoded as
//
//	"guanxi/migration/funnel" 0x01
//	config (JSON), by length
//	number of groups, and each in the order of bytes: its name by length, and of
//	  every step but the last, and then of the whole: the times of those who went
//	  on and of those who wait, each list by its length and as differences from
//	  the time before, ascending, and how many were dropped
const funnelMagic = "guanxi/migration/funnel"

// MarshalBinary encodes the funnel and its config: the same customers give the
// same bytes, in whatever order they were added and merged.
func (f *Funnel) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice. The error is always nil.
func (f *Funnel) AppendBinary(dst []byte) ([]byte, error) {
	dst = appendHeader(dst, funnelMagic, f.header)
	dst = binary.AppendUvarint(dst, uint64(len(f.groups)))
	for _, name := range f.Groups() {
		dst = binary.AppendUvarint(dst, uint64(len(name)))
		dst = append(dst, name...)
		g := *f.groups[name]
		for k := range g {
			g[k].sort()
			dst = appendTimes(dst, g[k].done)
			dst = appendTimes(dst, g[k].open)
			dst = binary.AppendUvarint(dst, uint64(g[k].dropped))
		}
	}
	return dst, nil
}

func appendTimes(dst []byte, times []int64) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(times)))
	before := int64(0)
	for _, v := range times {
		dst = binary.AppendUvarint(dst, uint64(v-before))
		before = v
	}
	return dst
}

// UnmarshalBinary replaces the customers of f. The bytes must come from a Funnel
// with the same config, else ErrMismatch; bytes that no Funnel ever wrote are
// ErrFormat. On an error f is unchanged. Memory stays in proportion to the input.
func (f *Funnel) UnmarshalBinary(data []byte) error {
	d := decoder{Reader: wire.Reader{Data: data}}
	if err := d.header(funnelMagic, f.header); err != nil {
		return err
	}
	groups := make(map[string]*passes)
	before := ""
	for i := range d.Length() {
		name := string(d.Bytes(d.Length()))
		g := make(passes, len(f.cfg.Steps))
		for k := range g {
			g[k] = pass{done: d.times(), open: d.times(), dropped: d.count()}
		}
		if d.Bad || i > 0 && name <= before || !g.consistent() {
			return fmt.Errorf("migration: %w: group %d", ErrFormat, i)
		}
		groups[name] = &g
		before = name
	}
	if d.Bad || len(d.Data) > 0 {
		return fmt.Errorf("migration: %w", ErrFormat)
	}
	f.Reset()
	maps.Copy(f.groups, groups)
	return nil
}

// times reads an ascending list.
func (d *decoder) times() []int64 {
	n := d.Length()
	if n == 0 {
		return nil
	}
	out := make([]int64, 0, n)
	now := int64(0)
	longest := maxMicro - minMicro
	for range n {
		now += int64(d.UpTo(uint64(longest - now)))
		if d.Bad {
			return nil
		}
		out = append(out, now)
	}
	return out
}

// consistent reports whether there is somebody, and who went on from a step is
// who reached the next.
func (g passes) consistent() bool {
	last := len(g) - 1
	open, dropped := 0, int64(0)
	for k := range last {
		if k > 0 && g[k].reached() != int64(len(g[k-1].done)) {
			return false
		}
		open += len(g[k].open)
		dropped += g[k].dropped
		if dropped > MaxCount {
			return false
		}
	}
	whole := &g[last]
	return g[0].reached() > 0 && len(whole.done) == len(g[last-1].done) && len(whole.open) == open && whole.dropped == dropped
}
