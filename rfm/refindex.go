package rfm

import "github.com/guanxi-go/guanxi"

// refIndex finds the number of an order reference. Open addressing: a slot has 32
// bits of the hash above the number, 0 being empty, so that growing touches no text.
type refIndex struct {
	slots []uint64 // a power of two of them
	n     int
}

// find returns the number of ref, or 0, with 32 bits of its hash for put.
func (x *refIndex) find(seed uint64, ref string, text []string) (number, hash uint32) {
	hash = uint32(guanxi.StringKey[string]().Hash(seed, ref))
	if len(x.slots) == 0 {
		return 0, hash
	}
	mask := uint32(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := x.slots[i]
		if s == 0 {
			return 0, hash
		}
		if number = uint32(s); uint32(s>>32) == hash && text[number] == ref {
			return number, hash
		}
	}
}

// put adds a number that is not there.
func (x *refIndex) put(number, hash uint32) {
	if 4*(x.n+1) > 3*len(x.slots) {
		x.room(2*x.n + 8)
	}
	x.n++
	x.set(uint64(hash)<<32 | uint64(number))
}

func (x *refIndex) set(s uint64) {
	mask := uint32(len(x.slots) - 1)
	i := uint32(s>>32) & mask
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

// room makes room for n numbers in all.
func (x *refIndex) room(n int) {
	size := max(16, len(x.slots))
	for 3*size < 4*n {
		size *= 2
	}
	if size == len(x.slots) {
		return
	}
	old := x.slots
	x.slots = make([]uint64, size)
	for _, s := range old {
		if s != 0 {
			x.set(s)
		}
	}
}
