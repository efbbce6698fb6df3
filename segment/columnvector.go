package segment

import (
	"math/bits"
	"strings"
)

// A vector holds one value a customer for all customers: an attribute, or what
// is computed of events at one moment. It knows no host type. Its slices are as
// long as its rows rounded up to whole words of 64, so that the loops over them
// need no tail; which rows exist is said by Columns.
type vector struct {
	kind vectorKind
	ints []int64  // vecInts, vecMeans
	code []uint32 // vecText: place in dict, 0 where missing
	bits []uint64 // vecBools: true; vecMeans: there is a fraction; vecMask: the answer
	set  []uint64 // present; not of vecText
	dict *dictionary
	tags []posting // vecTags: by code in dict
	// Of vecTags while rows of one word are added: the rows of each code, and which
	// codes there are.
	word    []uint64
	touched []uint32
}

type vectorKind uint8

const (
	vecInts  vectorKind = iota // compared as int64. A sum beyond it is at the end of the range, which no constant is
	vecMeans                   // the largest whole number of units not above the mean, and whether more is left
	vecText
	vecBools
	vecTags
	vecMask // the answer itself
)

// cell is one value on its way into a vector.
type cell struct {
	ok   bool
	yes  bool // vecBools, vecMask; vecMeans: there is a fraction
	i    int64
	s    string
	tags []string // some where ok, none otherwise
}

// grow makes room for words of 64 rows.
func (v *vector) grow(words int) {
	switch v.kind {
	case vecInts:
		v.ints = extend(v.ints, 64*words)
	case vecMeans:
		v.ints, v.bits = extend(v.ints, 64*words), extend(v.bits, words)
	case vecText:
		v.code = extend(v.code, 64*words)
		return
	case vecBools, vecMask:
		v.bits = extend(v.bits, words)
	}
	v.set = extend(v.set, words)
}

// extend returns s with at least n elements. New ones are zero, or what s held
// there when it was longer.
func extend[E any](s []E, n int) []E {
	if n <= cap(s) {
		return s[:max(len(s), n)]
	}
	out := make([]E, n, max(n, len(s)+len(s)/4+64))
	copy(out, s)
	return out
}

// reset empties v and keeps its memory.
func (v *vector) reset() {
	clear(v.ints)
	clear(v.code)
	clear(v.bits)
	clear(v.set)
	v.ints, v.code, v.bits, v.set = v.ints[:0], v.code[:0], v.bits[:0], v.set[:0]
	if v.dict != nil {
		v.dict.reset()
		v.tags, v.word, v.touched = nil, nil, v.touched[:0]
	}
}

// put writes a cell at row. Of tags the row is later than all others; see
// vector.replace.
func (v *vector) put(row int, c cell) {
	switch v.kind {
	case vecText:
		code := uint32(0)
		if c.ok {
			code = v.dict.add(c.s)
		}
		v.code[row] = code
		return
	case vecInts:
		v.ints[row] = c.i
	case vecMeans:
		v.ints[row] = c.i
		putBit(v.bits, row, c.yes)
	case vecTags:
		for _, t := range c.tags {
			v.posting(t).add(uint32(row))
		}
	default:
		putBit(v.bits, row, c.yes && c.ok)
	}
	putBit(v.set, row, c.ok)
}

// replace writes a cell over the one at row. Cost: of tags some nanoseconds for
// each distinct tag of all customers.
func (v *vector) replace(row int, c cell) {
	if v.kind == vecTags {
		for i := range v.tags {
			v.tags[i].remove(uint32(row))
		}
		for _, t := range c.tags {
			v.posting(t).insert(uint32(row))
		}
		putBit(v.set, row, c.ok)
		return
	}
	v.put(row, c)
}

// truncate takes back what was added at rows and beyond by a call that did not
// come to its end. Everything else is written over.
func (v *vector) truncate(rows int) {
	for i := range v.tags {
		v.tags[i].truncate(uint32(rows))
	}
	clear(v.word)
	v.touched = v.touched[:0]
}

func (v *vector) posting(tag string) *posting {
	code := v.dict.add(tag)
	if int(code) >= len(v.tags) {
		v.tags = append(v.tags, make([]posting, int(code)+1-len(v.tags))...)
	}
	return &v.tags[code]
}

// gather notes that row i from where settle will say has the tag.
func (v *vector) gather(tag string, i int) {
	code := v.dict.add(tag)
	if n := int(code) + 1; n > len(v.word) {
		v.word = append(v.word, make([]uint64, n-len(v.word))...)
		if n > len(v.tags) { // with the dictionary: a getter may panic before settle
			v.tags = append(v.tags, make([]posting, n-len(v.tags))...)
		}
	}
	if v.word[code] == 0 {
		v.touched = append(v.touched, code)
	}
	v.word[code] |= 1 << i
}

// settle adds what was gathered of the rows from at on.
func (v *vector) settle(at int) {
	for _, code := range v.touched {
		v.tags[code].addWord(uint32(at), v.word[code])
		v.word[code] = 0
	}
	v.touched = v.touched[:0]
}

func putBit(words []uint64, row int, v bool) {
	mask := uint64(1) << (row & 63)
	if v {
		words[row>>6] |= mask
	} else {
		words[row>>6] &^= mask
	}
}

func hasBit(words []uint64, row int) bool { return words[row>>6]>>(row&63)&1 != 0 }

// dictionary numbers texts from 1 on, by first arrival.
type dictionary struct {
	codes  map[string]uint32
	texts  []string // by code; "" at 0
	recent [256]recentText
}

// recentText is the text last seen of those that look alike, which spares most
// look-ups of columns with few values. Up to 16 bytes its head and tail are all
// of it.
type recentText struct {
	head, tail uint64
	s          string
	code       uint32
}

func newDictionary() *dictionary {
	return &dictionary{codes: map[string]uint32{}, texts: make([]string, 1)}
}

// reset forgets all texts.
func (d *dictionary) reset() {
	clear(d.codes)
	clear(d.texts)
	d.texts = d.texts[:1]
	clear(d.recent[:])
}

// add returns the code of s, a new one for a new text, of which a copy is kept.
func (d *dictionary) add(s string) uint32 {
	head, tail := ends(s)
	r := &d.recent[(head^bits.RotateLeft64(tail, 32)+uint64(len(s)))*0x9e3779b97f4a7c15>>56]
	if r.head == head && r.tail == tail && r.code != 0 && len(r.s) == len(s) && (len(s) <= 16 || r.s == s) {
		return r.code
	}
	code, ok := d.codes[s]
	if !ok {
		code = uint32(len(d.texts))
		s = strings.Clone(s) // do not hold on to what it was cut from
		d.codes[s] = code
		d.texts = append(d.texts, s)
	}
	*r = recentText{head, tail, d.texts[code], code}
	return code
}

// ends returns the first and the last eight bytes of s, which are all of up to 16.
func ends(s string) (head, tail uint64) {
	switch n := len(s); {
	case n >= 8:
		return eight(s), eight(s[n-8:])
	case n >= 4:
		return four(s), four(s[n-4:])
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16, 0
	}
	return 0, 0
}

func four(s string) uint64 {
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

func eight(s string) uint64 { return four(s[:4]) | four(s[4:8])<<32 }

// find returns the code of s, 0 where it has none.
func (d *dictionary) find(s string) uint32 { return d.codes[s] }
