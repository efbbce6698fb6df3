package audience

import (
	"iter"
	"math/bits"

	"github.com/RoaringBitmap/roaring/v2"
)

// Set is a set of customers, by the ordinals that a [Directory] gave them. It is
// a value that never changes: what is made of sets is a new set. The zero Set is
// empty. Safe for concurrent use; copies share their memory.
//
// Underneath is a Roaring bitmap: at most two bytes a customer, and two bits a
// customer where every second one of those known is in the set. Ordinals are
// dense for that reason: sparse ones cost about a hundred times as much.
//
// Chambi, Lemire, Kaser & Godin (2016), Software: Practice and Experience
// 46(5):709–719.
type Set struct {
	bits *roaring.Bitmap // nil is empty; never changed once it is here
}

var none = roaring.New() // read only

func (s Set) bitmap() *roaring.Bitmap {
	if s.bits == nil {
		return none
	}
	return s.bits
}

// Of returns the set of the ordinals given, in any order. NoOrdinal is nobody and
// left out.
func Of(ordinals ...uint32) Set {
	if len(ordinals) == 0 {
		return Set{}
	}
	b := roaring.BitmapOf(ordinals...)
	b.Remove(NoOrdinal)
	return Set{b}
}

// First returns the set of the first n ordinals, 0 to n − 1: everybody, where
// nobody was ever removed.
func First(n uint32) Set {
	b := roaring.New()
	b.AddRange(0, uint64(n))
	return Set{b}
}

// And returns those in both.
func (s Set) And(t Set) Set { return Set{roaring.And(s.bitmap(), t.bitmap())} }

// Or returns those in one or both.
func (s Set) Or(t Set) Set { return Set{roaring.Or(s.bitmap(), t.bitmap())} }

// Minus returns those in s and not in t.
func (s Set) Minus(t Set) Set { return Set{roaring.AndNot(s.bitmap(), t.bitmap())} }

// Xor returns those in one and not in the other.
func (s Set) Xor(t Set) Set { return Set{roaring.Xor(s.bitmap(), t.bitmap())} }

// Complement returns those of the universe who are not in s. Who is in s and not
// in the universe is in neither. [Directory.Live] is the universe of a directory.
func (s Set) Complement(universe Set) Set { return universe.Minus(s) }

// Count returns how many are in s. Cost: as many steps as there are blocks of
// 65,536 ordinals, no allocation.
func (s Set) Count() int64 { return int64(s.bitmap().GetCardinality()) }

// AndCount is And(t).Count() without making the set. Like the other counts it does
// not allocate.
func (s Set) AndCount(t Set) int64 { return int64(s.bitmap().AndCardinality(t.bitmap())) }

// OrCount is Or(t).Count() without making the set.
func (s Set) OrCount(t Set) int64 { return s.Count() + t.Count() - s.AndCount(t) }

// MinusCount is Minus(t).Count() without making the set.
func (s Set) MinusCount(t Set) int64 { return s.Count() - s.AndCount(t) }

// XorCount is Xor(t).Count() without making the set.
func (s Set) XorCount(t Set) int64 { return s.Count() + t.Count() - 2*s.AndCount(t) }

// ComplementCount is Complement(universe).Count() without making the set.
func (s Set) ComplementCount(universe Set) int64 { return universe.MinusCount(s) }

// Has reports whether the customer is in s.
func (s Set) Has(ordinal uint32) bool { return s.bitmap().Contains(ordinal) }

// IsEmpty reports whether nobody is in s.
func (s Set) IsEmpty() bool { return s.bitmap().IsEmpty() }

// Meets reports whether somebody is in both. No allocation.
func (s Set) Meets(t Set) bool { return s.AndCount(t) > 0 }

// Within reports whether everybody in s is in t. No allocation.
func (s Set) Within(t Set) bool { return s.AndCount(t) == s.Count() }

// Equal reports whether the same customers are in both. No allocation.
func (s Set) Equal(t Set) bool {
	n := s.Count()
	return n == t.Count() && n == s.AndCount(t)
}

// All returns the ordinals in ascending order. It may be ranged over more than
// once.
func (s Set) All() iter.Seq[uint32] { return roaring.Values(s.bitmap()) }

// Append appends the ordinals in ascending order.
func (s Set) Append(dst []uint32) []uint32 {
	var buf [256]uint32
	it := s.bitmap().ManyIterator()
	for n := it.NextMany(buf[:]); n > 0; n = it.NextMany(buf[:]) {
		dst = append(dst, buf[:n]...)
	}
	return dst
}

// Map returns the set of f of everybody in s: of the ordinals of records, for
// instance, those of the customers they were joined into. Several may become one,
// and who becomes NoOrdinal is left out.
func (s Set) Map(f func(ordinal uint32) uint32) Set {
	var b Builder
	for v := range s.All() {
		b.Add(f(v))
	}
	return b.Set()
}

// Sample returns at most n of s, in ascending order and spread evenly over it:
// the same ones for the same set and n, so that a preview shown twice shows the
// same customers. It is no random sample.
func (s Set) Sample(n int) []uint32 {
	size := s.Count()
	k := min(int64(max(n, 0)), size)
	if k == 0 {
		return nil
	}
	picked := make([]uint32, k)
	for i := range picked {
		hi, lo := bits.Mul64(2*uint64(i)+1, uint64(size))
		middle, _ := bits.Div64(hi, lo, 2*uint64(k)) // of the i-th of k parts
		picked[i], _ = s.bitmap().Select(uint32(middle))
	}
	return picked
}

// String returns the size and the first ordinals.
func (s Set) String() string { return s.describe(8) }
