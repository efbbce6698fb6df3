package rfm

import "math/bits"

// spot is what Live keeps of a customer, in one cache line: the indexed values,
// and where in the three indices they lie.
type spot struct {
	vals  [3]int64
	pos   [3]uint32 // place in the bucket, + 1; 0 is not in the index
	score Score
	flags spotFlags
}

type spotFlags uint8

const (
	spotDirty spotFlags = 1 << iota // to be scored
	spotThere                       // seen before asOf
	spotKnown                       // reported
)

func (s *spot) has(f spotFlags) bool { return s.flags&f != 0 }

func (s *spot) set(f spotFlags, on bool) {
	s.flags &^= f
	if on {
		s.flags |= f
	}
}

// valueIndex keeps the customers of one dimension by value, so that the value of
// a rank is found and the customers between two values are listed without
// looking at the others. Values fall into buckets: one each up to ±2,047, above
// that 1,024 to an octave (a tenth of a percent wide).
type valueIndex struct {
	dim     int
	buckets [][]uint32 // ordinals
	groups  []int      // customers in each 256 buckets
	n       int
	sum     sum128
}

const (
	indexBits  = 10
	indexHalf  = (64 - indexBits) << indexBits // buckets of positive values
	groupShift = 8
)

func newValueIndex(dim int) valueIndex {
	n := 2*indexHalf + 1
	return valueIndex{dim: dim, buckets: make([][]uint32, n), groups: make([]int, n>>groupShift+1)}
}

// bucketOf is monotone in v.
func bucketOf(v int64) int {
	if v < 0 {
		return indexHalf - magnitude(-uint64(v))
	}
	return indexHalf + magnitude(uint64(v))
}

func magnitude(u uint64) int {
	e := bits.Len64(u) - 1 - indexBits
	if e <= 0 {
		return int(u)
	}
	return e<<indexBits + int(u>>e)
}

// exact returns the one value of a bucket, if it has but one.
func exact(bucket int) (int64, bool) {
	v := int64(bucket - indexHalf)
	return v, v > -2<<indexBits && v < 2<<indexBits
}

// set moves a customer to v, and puts them in if they are new.
func (x *valueIndex) set(spots []spot, ord uint32, v int64) {
	s := &spots[ord]
	b := bucketOf(v)
	if s.pos[x.dim] != 0 {
		old := s.vals[x.dim]
		if old == v {
			return
		}
		if bucketOf(old) == b {
			s.vals[x.dim] = v
			x.sum.sub(old)
			x.sum.add(v)
			return
		}
		x.remove(spots, ord)
	}
	s.vals[x.dim] = v
	x.buckets[b] = append(x.buckets[b], ord)
	s.pos[x.dim] = uint32(len(x.buckets[b]))
	x.groups[b>>groupShift]++
	x.n++
	x.sum.add(v)
}

// remove takes a customer out; the last of their bucket takes their place.
func (x *valueIndex) remove(spots []spot, ord uint32) {
	s := &spots[ord]
	if s.pos[x.dim] == 0 {
		return
	}
	b := bucketOf(s.vals[x.dim])
	list := x.buckets[b]
	last := list[len(list)-1]
	list[s.pos[x.dim]-1] = last
	spots[last].pos[x.dim] = s.pos[x.dim]
	s.pos[x.dim] = 0
	x.buckets[b] = list[:len(list)-1]
	x.groups[b>>groupShift]--
	x.n--
	x.sum.sub(s.vals[x.dim])
}

// at returns the value of a rank, 0 being the smallest.
func (x *valueIndex) at(spots []spot, rank int) int64 {
	g := 0
	for rank >= x.groups[g] {
		rank -= x.groups[g]
		g++
	}
	b := g << groupShift
	for rank >= len(x.buckets[b]) {
		rank -= len(x.buckets[b])
		b++
	}
	if v, ok := exact(b); ok {
		return v
	}
	vals := make([]int64, len(x.buckets[b]))
	for i, ord := range x.buckets[b] {
		vals[i] = spots[ord].vals[x.dim]
	}
	var out [1]int64
	orderStatistics(out[:], vals, []int{rank})
	return out[0]
}

// between calls do for every customer with a value in (lo, hi].
func (x *valueIndex) between(spots []spot, lo, hi int64, do func(ord uint32)) {
	if lo == hi {
		return
	}
	for b := bucketOf(lo); b <= bucketOf(hi); b++ {
		for _, ord := range x.buckets[b] {
			if v := spots[ord].vals[x.dim]; v > lo && v <= hi {
				do(ord)
			}
		}
	}
}
