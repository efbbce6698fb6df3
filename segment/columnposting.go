package segment

import (
	"math/bits"
	"slices"
)

// posting is the rows that have one tag: a sorted list while they are few, then
// one bit a row up to the last that has it. A list takes 4 bytes a row that has
// the tag, and turns into bits once it would take more than they.
type posting struct {
	list []uint32
	bits []uint64 // not nil: instead of list
}

// fewRows is the length up to which a list stays one whatever the number of rows.
const fewRows = 64

// add adds a row that is not before any other.
func (p *posting) add(row uint32) {
	if p.bits != nil {
		p.setBit(row)
		return
	}
	if n := len(p.list); n > 0 && p.list[n-1] == row {
		return // a tag twice
	}
	p.list = append(p.list, row)
	p.settle()
}

// addWord adds the rows from at on that m tells, which lie in one word and after
// all others.
func (p *posting) addWord(at uint32, m uint64) {
	if p.bits != nil {
		p.room(at)
		p.bits[at>>6] |= m << (at & 63)
		return
	}
	for ; m != 0; m &= m - 1 {
		p.list = append(p.list, at+uint32(bits.TrailingZeros64(m)))
	}
	p.settle()
}

// insert adds a row anywhere.
func (p *posting) insert(row uint32) {
	if p.bits != nil {
		p.setBit(row)
		return
	}
	if i, ok := slices.BinarySearch(p.list, row); !ok {
		p.list = slices.Insert(p.list, i, row)
		p.settle()
	}
}

func (p *posting) setBit(row uint32) {
	p.room(row)
	p.bits[row>>6] |= 1 << (row & 63)
}

// room makes room for the bit of row.
func (p *posting) room(row uint32) {
	w := int(row >> 6)
	if w >= cap(p.bits) {
		p.bits = append(make([]uint64, 0, 2*w), p.bits...)
	}
	if w >= len(p.bits) {
		p.bits = p.bits[:w+1]
	}
}

// settle turns a long list into bits.
func (p *posting) settle() {
	n := len(p.list)
	if n < fewRows || n < int(p.list[n-1]>>5) {
		return
	}
	p.bits = make([]uint64, p.list[n-1]>>6+1)
	for _, row := range p.list {
		p.bits[row>>6] |= 1 << (row & 63)
	}
	p.list = nil
}

// remove removes a row, if it is there.
func (p *posting) remove(row uint32) {
	if p.bits != nil {
		if w := int(row >> 6); w < len(p.bits) {
			p.bits[w] &^= 1 << (row & 63)
		}
		return
	}
	if i, ok := slices.BinarySearch(p.list, row); ok {
		p.list = slices.Delete(p.list, i, i+1)
	}
}

// truncate removes the rows from row on.
func (p *posting) truncate(row uint32) {
	if p.bits == nil {
		i, _ := slices.BinarySearch(p.list, row)
		p.list = p.list[:i]
		return
	}
	w := int(row >> 6)
	if w < len(p.bits) {
		p.bits[w] &= 1<<(row&63) - 1
		clear(p.bits[w+1:])
	}
}

// has reports whether row is there.
func (p *posting) has(row uint32) bool {
	if p.bits != nil {
		w := int(row >> 6)
		return w < len(p.bits) && p.bits[w]>>(row&63)&1 != 0
	}
	_, ok := slices.BinarySearch(p.list, row)
	return ok
}

// word returns the rows of word w.
func (p *posting) word(w int) uint64 {
	if p.bits != nil {
		if w < len(p.bits) {
			return p.bits[w]
		}
		return 0
	}
	var m uint64
	i, _ := slices.BinarySearch(p.list, uint32(w)<<6)
	for _, row := range p.list[i:] {
		if int(row>>6) != w {
			break
		}
		m |= 1 << (row & 63)
	}
	return m
}
