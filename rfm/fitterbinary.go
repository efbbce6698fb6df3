package rfm

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/wire"
)

// Encoded fitters begin with magic and a version; a version that was once
// released decodes for ever.
//
//	"guanxi/fit" 0x01
//	config of scale and population (JSON), by length
//	rounds, round
//	each dimension: n, and if it is not 0 sum (16 bytes), sum of squares (24), then
//	  round 1: number of buckets; each: distance to the bucket before, count
//	  after it: number of ranks found; each: distance to the rank before, value;
//	            number of spans; each: lo, bits, shift, below, n, number of ranks,
//	            distances of the ranks, number of counts; each: distance, count
//
// Numbers are minimal varints, values zigzag.
const (
	fitterMagic   = "guanxi/fit"
	fitterVersion = 1
)

type fitterHeader struct {
	Scale     ScaleConfig `json:"scale"`
	Currency  string      `json:"currency,omitempty"`
	Decimals  int         `json:"decimals"`
	KeepCosts bool        `json:"keep_costs,omitempty"`
}

func (f *Fitter) header() ([]byte, error) {
	return json.Marshal(fitterHeader{Scale: f.scale.cfg, Currency: f.scale.currency, Decimals: f.scale.decimals, KeepCosts: f.costs})
}

// MarshalBinary encodes the search with what was counted in this round: the same
// content gives the same bytes, whatever the parts and the merges.
func (f *Fitter) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (f *Fitter) AppendBinary(dst []byte) ([]byte, error) {
	header, err := f.header()
	if err != nil {
		return dst, fmt.Errorf("rfm: fitter: %w", err)
	}
	dst = append(dst, fitterMagic...)
	dst = append(dst, fitterVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	dst = append(dst, header...)
	dst = append(dst, byte(f.rounds), byte(f.round))
	for dim := range f.dims {
		dst = f.dims[dim].append(dst, f.round)
	}
	return dst, nil
}

func (x *search) append(dst []byte, round int) []byte {
	dst = binary.AppendUvarint(dst, uint64(x.m.n))
	if x.m.n == 0 {
		return dst
	}
	for _, w := range [5]uint64{uint64(x.m.sum.hi), x.m.sum.lo, x.m.squares[2], x.m.squares[1], x.m.squares[0]} {
		dst = binary.BigEndian.AppendUint64(dst, w)
	}
	if round == 1 {
		n := 0
		for _, p := range x.pages {
			n += p.used()
		}
		dst = binary.AppendUvarint(dst, uint64(n))
		before := 0
		for i, p := range x.pages {
			if p == nil {
				continue
			}
			for j, n := range p {
				if n != 0 {
					b := i<<pageShift + j
					dst = binary.AppendUvarint(dst, uint64(b-before))
					dst = binary.AppendUvarint(dst, uint64(n))
					before = b
				}
			}
		}
		return dst
	}
	dst = binary.AppendUvarint(dst, uint64(len(x.found)))
	before := 0
	for _, rank := range slices.Sorted(maps.Keys(x.found)) {
		dst = binary.AppendUvarint(dst, uint64(rank-before))
		dst = binary.AppendVarint(dst, x.found[rank])
		before = rank
	}
	dst = binary.AppendUvarint(dst, uint64(len(x.spans)))
	for i := range x.spans {
		dst = x.spans[i].append(dst)
	}
	return dst
}

// used is how many buckets of a page have a count.
func (p *countPage) used() int {
	n := 0
	if p != nil {
		for _, c := range p {
			if c != 0 {
				n++
			}
		}
	}
	return n
}

func (s *span) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, s.lo)
	dst = append(dst, byte(s.bits), byte(s.shift))
	dst = binary.AppendUvarint(dst, uint64(s.below))
	dst = binary.AppendUvarint(dst, uint64(s.n))
	dst = binary.AppendUvarint(dst, uint64(len(s.ranks)))
	before := 0
	for _, r := range s.ranks {
		dst = binary.AppendUvarint(dst, uint64(r-before))
		before = r
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.counts)))
	last := uint64(0)
	for _, at := range slices.Sorted(maps.Keys(s.counts)) {
		dst = binary.AppendUvarint(dst, at-last)
		dst = binary.AppendUvarint(dst, uint64(s.counts[at]))
		last = at
	}
	return dst
}

// UnmarshalBinary replaces f by what was encoded. Bytes that no Fitter writes are
// ErrFormat; then f is unchanged. Memory stays in proportion to the input, but for
// 250 kB.
func (f *Fitter) UnmarshalBinary(data []byte) error {
	g, err := decodeFitter(data)
	if err != nil {
		return fmt.Errorf("rfm: fitter: decoding: %w", err)
	}
	*f = *g
	return nil
}

func decodeFitter(data []byte) (*Fitter, error) {
	d := decoder{Reader: wire.Reader{Data: data}}
	if !bytes.Equal(d.Bytes(len(fitterMagic)), []byte(fitterMagic)) || d.byte() != fitterVersion {
		return nil, fmt.Errorf("%w: magic or version", ErrFormat)
	}
	var h fitterHeader
	text := d.Bytes(d.Length())
	if d.Bad {
		return nil, fmt.Errorf("%w: config", ErrFormat)
	}
	if err := guanxi.UnmarshalStrict(text, &h); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	rounds := int(d.byte())
	f, err := newFitter(h.Currency, h.Decimals, h.KeepCosts, h.Scale, rounds)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if own, err := f.header(); err != nil || !bytes.Equal(own, text) || rounds == 0 {
		return nil, fmt.Errorf("%w: config", ErrFormat)
	}
	f.round = int(d.byte())
	d.Bad = d.Bad || f.round < 1 || f.round > f.rounds+1
	open := false
	for dim := range f.dims {
		x := &f.dims[dim]
		x.decode(&d, f.round)
		d.Bad = d.Bad || x.m.n != f.dims[0].m.n || f.round > 1 && (x.m.n == 0 || !x.looksFor(f.wanted(dim)))
		open = open || len(x.spans) > 0
	}
	if d.Bad || len(d.Data) > 0 || f.round > 1 && open != (f.round <= f.rounds) {
		return nil, fmt.Errorf("%w: counts", ErrFormat)
	}
	return f, nil
}

// looksFor reports whether the ranks, which ascend, are those that were found or
// are looked for.
func (x *search) looksFor(ranks []int) bool {
	n := len(x.found)
	for i := range x.spans {
		n += len(x.spans[i].ranks)
	}
	if n != len(ranks) {
		return false
	}
	before, first := int64(0), true
	i := 0
	for _, r := range ranks {
		v, ok := x.found[r]
		if !ok {
			for i < len(x.spans) && !slices.Contains(x.spans[i].ranks, r) {
				i++
			}
			if i == len(x.spans) {
				return false
			}
			v = x.spans[i].lo
		}
		if !first && v < before {
			return false
		}
		before, first = v, false
	}
	return true
}

func (x *search) decode(d *decoder, round int) {
	x.m.n = d.size()
	if d.Bad || x.m.n == 0 {
		return
	}
	var w [5]uint64
	for i := range w {
		if b := d.Bytes(8); b != nil {
			w[i] = binary.BigEndian.Uint64(b)
		}
	}
	x.m.sum, x.m.squares = sum128{hi: int64(w[0]), lo: w[1]}, sum192{w[4], w[3], w[2]}
	if d.Bad = d.Bad || !fits(x.m.n) || !x.m.possible(); d.Bad {
		return
	}
	if round == 1 {
		x.decodeBuckets(d)
		return
	}
	x.found = map[int]int64{}
	rank := int64(0)
	for i := range d.Length() {
		rank = d.further(rank, i > 0)
		if d.Bad = d.Bad || rank >= x.m.n; d.Bad {
			return
		}
		x.found[int(rank)] = d.Varint()
	}
	for i := range d.Length() {
		s := d.span(x.m.n)
		if d.Bad = d.Bad || i > 0 && s.lo <= x.spans[i-1].lo; d.Bad {
			return
		}
		x.spans = append(x.spans, s)
	}
}

// possible reports whether mean and deviation can be taken: no sum of n values and
// their squares is otherwise.
func (m *moments) possible() bool {
	least, most := sumTimes(math.MinInt64, m.n), sumTimes(math.MaxInt64, m.n)
	if m.sum.less(least) || most.less(m.sum) {
		return false
	}
	d, s := m.squares.big(), m.sum.big()
	return m.squares[2]>>63 == 0 && d.Mul(d, sumTimes(1, m.n).big()).Cmp(s.Mul(s, s)) >= 0
}

// fits reports whether n customers can be ranked on this machine.
func fits(n int64) bool { return n >= 0 && n <= math.MaxInt/maxBins }

func (x *search) decodeBuckets(d *decoder) {
	x.pages = make([]*countPage, (2*indexHalf)>>pageShift+1)
	bucket, total := int64(0), int64(0)
	for i := range d.Length() {
		bucket = d.further(bucket, i > 0)
		n := d.size()
		if d.Bad = d.Bad || bucket > 2*indexHalf || n == 0 || n > x.m.n-total; d.Bad {
			return
		}
		x.bucket(int(bucket))[0] = n
		total += n
	}
	d.Bad = d.Bad || total != x.m.n
}

// further reads a distance from before, which is at least 1 where apart is set.
func (d *decoder) further(before int64, apart bool) int64 {
	step := d.size()
	if step > math.MaxInt64-before || apart && step == 0 {
		d.Bad = true
		return before
	}
	return before + step
}

// span reads a span of a search among n values.
func (d *decoder) span(n int64) span {
	s := span{lo: d.Varint(), bits: int(d.byte()), shift: int(d.byte()), below: d.size(), n: d.size(), counts: map[uint64]int64{}}
	const widest = 63 - indexBits
	if d.Bad = d.Bad || s.bits < 1 || s.bits > widest || s.shift >= s.bits || s.n < 1 || s.n > n || s.below > n-s.n ||
		s.lo > math.MaxInt64-(1<<s.bits-1); d.Bad {
		return s
	}
	rank := int64(0)
	for i := range d.Length() {
		rank = d.further(rank, i > 0)
		if d.Bad = d.Bad || rank < s.below || rank >= s.below+s.n; d.Bad {
			return s
		}
		s.ranks = append(s.ranks, int(rank))
	}
	at := int64(0)
	for i := range d.Length() {
		at = d.further(at, i > 0)
		count := d.size()
		if d.Bad = d.Bad || at > (1<<s.bits-1)>>s.shift || count == 0; d.Bad {
			return s
		}
		s.counts[uint64(at)] = count
	}
	d.Bad = d.Bad || len(s.ranks) == 0
	return s
}
