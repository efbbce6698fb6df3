package retention

import (
	"encoding/binary"
	"slices"

	"github.com/guanxi-go/guanxi/internal/wire"
)

// Encoded cohorts; what every encoding has is in encode_table.go.
//
//	"guanxi/cohorts" 0x01, config
//	last activity + 1, since the year 1; number of customers
//	each customer in the order of the keys: the key as its Key appends it, then
//	  Calendar: the words of bits
//	  Rolling: how many activities; the first since the year 1, then what is between them
const magic = "guanxi/cohorts"

// MarshalBinary encodes what the accumulator holds: the same rows give the same
// bytes, whatever their order and the merges.
func (c *Cohorts[K]) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (c *Cohorts[K]) AppendBinary(dst []byte) ([]byte, error) {
	dst, err := appendHeader(dst, magic, c.header())
	if err != nil {
		return dst, err
	}
	dst = binary.AppendUvarint(dst, uint64(c.latest-minMicro+1))
	dst = binary.AppendUvarint(dst, uint64(len(c.tab.Rows)))
	begin, times := c.byCustomer()
	for _, ord := range keyOrder(&c.tab, c.key) {
		row := &c.tab.Rows[ord]
		dst = c.key.Append(dst, row.Key)
		if c.cfg.Window == Calendar {
			dst = binary.AppendUvarint(dst, row.Row)
			for _, w := range c.more[int(ord)*c.extra : (int(ord)+1)*c.extra] {
				dst = binary.AppendUvarint(dst, w)
			}
			continue
		}
		own := times[begin[ord]:begin[ord+1]]
		slices.Sort(own)
		own = slices.Compact(own)
		dst = binary.AppendUvarint(dst, uint64(len(own)))
		before := minMicro
		for _, us := range own {
			dst = binary.AppendUvarint(dst, uint64(us-before))
			before = us
		}
	}
	return dst, nil
}

// byCustomer returns the kept activities grouped by ordinal: those of ord are
// times[begin[ord]:begin[ord+1]].
func (c *Cohorts[K]) byCustomer() (begin []int, times []int64) {
	begin = make([]int, len(c.tab.Rows)+1)
	for _, ord := range c.ord {
		begin[ord+1]++
	}
	for i := 1; i < len(begin); i++ {
		begin[i] += begin[i-1]
	}
	next := slices.Clone(begin)
	times = make([]int64, len(c.times))
	for i, ord := range c.ord {
		times[next[ord]] = c.times[i]
		next[ord]++
	}
	return begin, times
}

func (c *Cohorts[K]) header() Config {
	cfg := c.cfg
	cfg.From = utc(cfg.From.UnixMicro())
	return cfg
}

// UnmarshalBinary replaces what the accumulator holds by what MarshalBinary
// wrote. Bytes of another config are ErrMismatch, any others ErrFormat; the
// accumulator is unchanged then. It allocates in proportion to len(data).
func (c *Cohorts[K]) UnmarshalBinary(data []byte) error {
	d := decoder{wire.Reader{Data: data}}
	if err := d.header(magic, c.header()); err != nil {
		return wrap(err)
	}
	fresh := &Cohorts[K]{cfg: c.cfg, cal: c.cal, seed: c.seed, extra: c.extra, key: c.key}
	if err := fresh.decode(&d); err != nil {
		return wrap(err)
	}
	*c = *fresh
	return nil
}

func (c *Cohorts[K]) decode(d *decoder) error {
	latest, n := d.Uvarint(), d.Uvarint()
	if d.Bad || latest > uint64(maxMicro-minMicro) || n > uint64(len(d.Data)) || (n == 0) != (latest == 0) {
		return ErrFormat
	}
	c.latest = minMicro + int64(latest) - 1
	return keys(d, c.key, n, func(k K) bool {
		c.reserve(1)
		rows := len(c.tab.Rows)
		ord := c.tab.Ordinal(c.key.Hash(c.seed, k), k)
		c.grown(rows)
		if c.cfg.Window == Calendar {
			return c.decodeBits(d, ord)
		}
		return c.decodeTimes(d, ord)
	})
}

func (c *Cohorts[K]) decodeBits(d *decoder, ord uint32) bool {
	all := uint64(0)
	for w := range c.extra + 1 {
		v := d.Uvarint()
		if top := c.cfg.Periods + 2 - w*64; top < 64 && v>>uint(top) != 0 {
			return false
		}
		all |= v
		if w == 0 {
			c.tab.Rows[ord].Row = v
		} else {
			c.more[int(ord)*c.extra+w-1] = v
		}
	}
	return all != 0 && !d.Bad
}

func (c *Cohorts[K]) decodeTimes(d *decoder, ord uint32) bool {
	n := d.Uvarint()
	if d.Bad || n == 0 || n > uint64(len(d.Data)) {
		return false
	}
	us := minMicro
	for i := range n {
		v := d.Uvarint()
		if d.Bad || v > uint64(c.latest-us) || i > 0 && v == 0 {
			return false
		}
		us += int64(v)
		c.ord, c.times = append(c.ord, ord), append(c.times, us)
	}
	return true
}
