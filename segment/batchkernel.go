package segment

// The loops that a batch spends its time in: 64 answers as one word, the first
// row in the lowest bit. Eight to a step, so that no shift depends on the loop's
// counter; the comparisons become no branches.

// rangeWord tells which of v are at most width beyond lo.
func rangeWord(v *[64]int64, lo, width uint64) uint64 {
	var m uint64
	for i := 0; i < 64; i += 8 {
		var b uint64
		w := (*[8]int64)(v[i:])
		if uint64(w[0])-lo <= width {
			b |= 1
		}
		if uint64(w[1])-lo <= width {
			b |= 2
		}
		if uint64(w[2])-lo <= width {
			b |= 4
		}
		if uint64(w[3])-lo <= width {
			b |= 8
		}
		if uint64(w[4])-lo <= width {
			b |= 16
		}
		if uint64(w[5])-lo <= width {
			b |= 32
		}
		if uint64(w[6])-lo <= width {
			b |= 64
		}
		if uint64(w[7])-lo <= width {
			b |= 128
		}
		m |= b << i
	}
	return m
}

// codeWord tells which of v are code.
func codeWord(v *[64]uint32, code uint32) uint64 {
	var m uint64
	for i := 0; i < 64; i += 8 {
		var b uint64
		w := (*[8]uint32)(v[i:])
		if w[0] == code {
			b |= 1
		}
		if w[1] == code {
			b |= 2
		}
		if w[2] == code {
			b |= 4
		}
		if w[3] == code {
			b |= 8
		}
		if w[4] == code {
			b |= 16
		}
		if w[5] == code {
			b |= 32
		}
		if w[6] == code {
			b |= 64
		}
		if w[7] == code {
			b |= 128
		}
		m |= b << i
	}
	return m
}

// tableWord looks every one of v up; table holds 0 and 1.
func tableWord(v *[64]uint32, table []uint8) uint64 {
	var m uint64
	for i := 0; i < 64; i += 8 {
		w := (*[8]uint32)(v[i:])
		b := uint64(table[w[0]]) | uint64(table[w[1]])<<1 | uint64(table[w[2]])<<2 | uint64(table[w[3]])<<3
		b |= uint64(table[w[4]])<<4 | uint64(table[w[5]])<<5 | uint64(table[w[6]])<<6 | uint64(table[w[7]])<<7
		m |= b << i
	}
	return m
}
