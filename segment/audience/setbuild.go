package audience

import (
	"fmt"
	"iter"
	"strconv"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/guanxi-go/guanxi/internal/strict"
)

// NoOrdinal is the ordinal that no customer has. The greatest is one below.
const NoOrdinal = 1<<32 - 1

// maxWords is how many words of 64 rows there are below 2³².
const maxWords = 1 << 26

// FromSorted returns the set of ordinals that ascend, such as an ORDER BY gives
// them. One that does not ascend, and NoOrdinal, are ErrOrder and ErrOrdinal at
// /i; the first 1,000 are named.
func FromSorted(ordinals []uint32) (Set, error) {
	var errs []error
	for i, v := range ordinals {
		if len(errs) >= maxFaults {
			break
		}
		if i > 0 && v <= ordinals[i-1] {
			errs = append(errs, at(fmt.Errorf("%w: %d after %d", ErrOrder, v, ordinals[i-1]), i))
		}
		if v == NoOrdinal {
			errs = append(errs, at(fmt.Errorf("%w: %d", ErrOrdinal, v), i))
		}
	}
	if errs != nil {
		return Set{}, wrap(strict.Join(errs...))
	}
	return Of(ordinals...), nil
}

// FromRows returns the set of the customers of rows, in any order, such as
// segment's Selection.All: row i is the customer ordinals[i]. Rows that lie in the
// order of their ordinals, row 7 ordinal 7, need no list: FromWords is quicker. A
// row that is not there is ErrRow at /i, i counting the rows given, and one of
// NoOrdinal ErrOrdinal; the first 1,000 are named. Customers who were removed
// since the rows were read are in the set: And it with [Directory.Live].
func FromRows(rows iter.Seq[int], ordinals []uint32) (Set, error) {
	if ordinals == nil {
		ordinals = []uint32{}
	}
	var b Builder
	var errs []error
	i := 0
	for row := range rows {
		ordinal, err := ordinalOf(row, ordinals)
		if err != nil {
			if errs = append(errs, at(err, i)); len(errs) == maxFaults {
				break
			}
		}
		b.Add(ordinal)
		i++
	}
	if errs != nil {
		return Set{}, wrap(strict.Join(errs...))
	}
	return b.Set(), nil
}

// ordinalOf returns the ordinal of a row, NoOrdinal with an error. Where ordinals
// is nil the row is the ordinal.
func ordinalOf(row int, ordinals []uint32) (uint32, error) {
	ordinal := uint32(NoOrdinal)
	switch {
	case ordinals != nil && (row < 0 || row >= len(ordinals)):
		return NoOrdinal, fmt.Errorf("%w: %d of %d", ErrRow, row, len(ordinals))
	case ordinals != nil:
		ordinal = ordinals[row]
	case row < 0:
		return NoOrdinal, fmt.Errorf("%w: %d", ErrRow, row)
	case int64(row) < NoOrdinal:
		ordinal = uint32(row)
	}
	if ordinal == NoOrdinal {
		return NoOrdinal, fmt.Errorf("%w: of row %d", ErrOrdinal, row)
	}
	return ordinal, nil
}

// FromWords returns the set of the bits that are 1: bit j of words[i] is ordinal
// 64 i + j. It is how segment's batch answers for rows that lie in the order of
// their ordinals; FromRows takes others. Bits past the last row must be 0, and so
// must those of removed customers, or the set is intersected with [Directory.Live].
// More words than there are ordinals, and NoOrdinal, are ErrOrdinal. words is not
// kept. Cost: O(words).
func FromWords(words []uint64) (Set, error) {
	var b Builder
	if err := b.AddWords(0, words); err != nil {
		return Set{}, err
	}
	return b.Set(), nil
}

// AppendWords appends s as words of 64 rows, as FromWords reads them, for the
// ordinals below n: (n + 63) / 64 of them. Who has a greater ordinal is left out.
func (s Set) AppendWords(dst []uint64, n uint32) []uint64 {
	from := len(dst)
	dst = append(dst, make([]uint64, (uint64(n)+63)/64)...)
	words := dst[from:]
	var buf [256]uint32
	it := s.bitmap().ManyIterator()
	for k := it.NextMany(buf[:]); k > 0; k = it.NextMany(buf[:]) {
		for _, v := range buf[:k] {
			if v >= n {
				return dst
			}
			words[v/64] |= 1 << (v % 64)
		}
	}
	return dst
}

// Builder makes a [Set] from what arrives in any order. The zero value is empty
// and ready. Not safe for concurrent use: use one per goroutine, and Or the sets.
type Builder struct{ bits *roaring.Bitmap }

// Add adds a customer and reports whether they were not there yet. NoOrdinal is
// nobody: it is not added, and the answer is false.
func (b *Builder) Add(ordinal uint32) bool {
	return ordinal != NoOrdinal && b.bitmap().CheckedAdd(ordinal)
}

// AddSet adds everybody in s.
func (b *Builder) AddSet(s Set) {
	b.bitmap().Or(s.bitmap())
}

// AddWords adds 64 rows a word, of which the first is the ordinal given, a
// multiple of 64: bit j of words[i] is ordinal first + 64 i + j. ErrOrdinal, and
// nothing is added, where first is no multiple or a word or bit lies beyond the
// ordinals. words is not kept. Cost: O(words), least where first is a multiple of
// 65,536.
func (b *Builder) AddWords(first uint32, words []uint64) error {
	if first%64 != 0 {
		return wrap(fmt.Errorf("%w: words from %d, which is no multiple of 64", ErrOrdinal, first))
	}
	if len(words) > maxWords-int(first/64) {
		return wrap(fmt.Errorf("%w: %d words from %d", ErrOrdinal, len(words), first))
	}
	if n := len(words); n > 0 && n == maxWords-int(first/64) && words[n-1]>>63 != 0 {
		return wrap(fmt.Errorf("%w: %d", ErrOrdinal, uint32(NoOrdinal)))
	}
	part := roaring.FromDense(words, true)
	if first > 0 {
		part = roaring.AddOffset64(part, int64(first))
	}
	b.bitmap().Or(part)
	return nil
}

// Set returns what was added since the last Set, and leaves b empty.
func (b *Builder) Set() Set {
	s := Set{b.bits}
	b.bits = nil
	return s
}

func (b *Builder) bitmap() *roaring.Bitmap {
	if b.bits == nil {
		b.bits = roaring.New()
	}
	return b.bits
}

func (s Set) describe(most int) string {
	text := strconv.AppendInt(nil, s.Count(), 10)
	text = append(text, " {"...)
	i := 0
	for v := range s.All() {
		if i == most {
			text = append(text, " …"...)
			break
		}
		if i > 0 {
			text = append(text, ' ')
		}
		text = strconv.AppendUint(text, uint64(v), 10)
		i++
	}
	return string(append(text, '}'))
}
