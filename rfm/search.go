package rfm

import (
	"maps"
	"slices"
)

// search finds the values of some ranks in one dimension, round by round.
type search struct {
	m     moments       // of the first round
	pages []*countPage  // of the first round: buckets of valueIndex, 256 to a page
	spans []span        // of the rounds after it, ascending and apart
	found map[int]int64 // rank → value
}

const (
	pageShift = 8
	pageSize  = 1 << pageShift
	stepBits  = 12 // a round before the last divides a span into so many parts
)

type countPage [pageSize]int64

// span is a run of 2^bits values that some of the ranks lie in.
type span struct {
	lo     int64
	bits   int
	shift  int              // values are counted by (v − lo) >> shift
	below  int64            // how many values are less than lo
	n      int64            // how many lie inside
	ranks  []int            // of those wanted
	counts map[uint64]int64 // of this round
}

// offset returns how far v lies above the beginning, and whether it is inside.
func (s *span) offset(v int64) (uint64, bool) {
	o := uint64(v) - uint64(s.lo)
	return o, v >= s.lo && o>>s.bits == 0
}

// count is the first round.
func (x *search) count(vals []int64) {
	if x.pages == nil {
		x.pages = make([]*countPage, (2*indexHalf)>>pageShift+1)
	}
	for _, v := range vals {
		x.m.add(v)
		x.bucket(bucketOf(v))[0]++
	}
}

// bucket returns the count of a bucket, as a slice that begins with it.
func (x *search) bucket(b int) []int64 {
	p := x.pages[b>>pageShift]
	if p == nil {
		p = new(countPage)
		x.pages[b>>pageShift] = p
	}
	return p[b&(pageSize-1):]
}

// countInside is a later round.
func (x *search) countInside(vals []int64) {
	for _, v := range vals {
		i, there := slices.BinarySearchFunc(x.spans, v, func(s span, v int64) int {
			switch {
			case s.lo < v:
				return -1
			case s.lo > v:
				return 1
			}
			return 0
		})
		if !there {
			i--
		}
		if i < 0 {
			continue
		}
		s := &x.spans[i]
		if o, ok := s.offset(v); ok {
			s.counts[o>>s.shift]++
		}
	}
}

func (x *search) merge(o *search, round int) {
	if round == 1 {
		x.m.plus(o.m)
	}
	for i, p := range o.pages {
		if p == nil {
			continue
		}
		if x.pages == nil {
			x.pages = make([]*countPage, len(o.pages))
		}
		mine := x.bucket(i << pageShift)
		for j, n := range p {
			mine[j] += n
		}
	}
	for i := range o.spans {
		for at, n := range o.spans[i].counts {
			x.spans[i].counts[at] += n
		}
	}
}

// sameSpans reports whether two searches look for the same ranks in the same
// places.
func (x *search) sameSpans(o *search, round int) bool {
	if round > 1 && (x.m != o.m || !maps.Equal(x.found, o.found)) {
		return false
	}
	return slices.EqualFunc(x.spans, o.spans, func(a, b span) bool {
		return a.lo == b.lo && a.bits == b.bits && a.shift == b.shift && a.below == b.below && a.n == b.n && slices.Equal(a.ranks, b.ranks)
	})
}

// narrow ends the first round: it finds the buckets that ranks, which ascend, lie in.
func (x *search) narrow(ranks []int) search {
	next := search{m: x.m, found: map[int]int64{}}
	below := int64(0)
	for i, p := range x.pages {
		if p == nil {
			continue
		}
		for j, n := range p {
			if n == 0 {
				continue
			}
			lo, bits := boundsOf(i<<pageShift + j)
			ranks = next.settle(ranks, span{lo: lo, bits: bits, below: below, n: n})
			below += n
		}
	}
	return next
}

// settle gives s those of the ranks that lie in it, keeps it if there are any, and
// returns the others. A span of one value needs no further search.
func (x *search) settle(ranks []int, s span) []int {
	n := 0
	for n < len(ranks) && int64(ranks[n]) < s.below+s.n {
		n++
	}
	switch {
	case n == 0:
	case s.bits == 0:
		for _, r := range ranks[:n] {
			x.found[r] = s.lo
		}
	default:
		s.ranks = ranks[:n:n]
		x.spans = append(x.spans, s)
	}
	return ranks[n:]
}

// refine ends a later round; false if what was counted is not what lay in the
// spans before.
func (x *search) refine() (search, bool) {
	next := search{m: x.m, found: maps.Clone(x.found)}
	for i := range x.spans {
		s := &x.spans[i]
		below, ranks := s.below, s.ranks
		for _, at := range slices.Sorted(maps.Keys(s.counts)) {
			n := s.counts[at]
			ranks = next.settle(ranks, span{lo: int64(uint64(s.lo) + at<<s.shift), bits: s.shift, below: below, n: n})
			below += n
		}
		if below != s.below+s.n {
			return search{}, false
		}
	}
	return next, true
}

// prepare makes the spans ready to be counted in.
func (x *search) prepare(last bool) {
	for i := range x.spans {
		s := &x.spans[i]
		s.counts = map[uint64]int64{}
		if s.shift = max(0, s.bits-stepBits); last {
			s.shift = 0
		}
	}
}

// boundsOf returns the least value of a bucket of valueIndex and, as a power of
// two, how many values it has.
func boundsOf(bucket int) (lo int64, bits int) {
	if v, ok := exact(bucket); ok {
		return v, 0
	}
	m := bucket - indexHalf
	negative := m < 0
	if negative {
		m = -m
	}
	bits = m>>indexBits - 1
	u := uint64(m-bits<<indexBits) << bits
	switch {
	case !negative:
		return int64(u), bits
	case u == 1<<63: // the least int64 alone
		return int64(-u), 0
	}
	return -int64(u) - 1<<bits + 1, bits
}
