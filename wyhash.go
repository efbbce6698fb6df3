package guanxi

import "math/bits"

// wyhash by Wang Yi, final version 4.2 (public domain),
// https://github.com/wangyi-fudan/wyhash, with its default secret.

const (
	wy0 = 0x2d358dccaa6c78a5
	wy1 = 0x8bb84b93962eacc9
	wy2 = 0x4b33a62ed433d4a3
	wy3 = 0x4d5a2da51de1aa47
)

func wymix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func wyseed(seed uint64) uint64 { return seed ^ wymix(seed^wy0, wy1) }

func wyfinish(seed, a, b uint64, n int) uint64 {
	hi, lo := bits.Mul64(a^wy1, b^seed)
	return wymix(lo^wy0^uint64(n), hi^wy1)
}

func wyhash(seed uint64, s string) uint64 {
	seed = wyseed(seed)
	n := len(s)
	var a, b uint64
	switch {
	case n > 16:
		i := 0
		if n >= 48 {
			see1, see2 := seed, seed
			for ; n-i >= 48; i += 48 {
				seed = wymix(load64(s, i)^wy1, load64(s, i+8)^seed)
				see1 = wymix(load64(s, i+16)^wy2, load64(s, i+24)^see1)
				see2 = wymix(load64(s, i+32)^wy3, load64(s, i+40)^see2)
			}
			seed ^= see1 ^ see2
		}
		for ; n-i > 16; i += 16 {
			seed = wymix(load64(s, i)^wy1, load64(s, i+8)^seed)
		}
		a, b = load64(s, n-16), load64(s, n-8)
	case n >= 4:
		mid := n >> 3 << 2
		a = load32(s, 0)<<32 | load32(s, mid)
		b = load32(s, n-4)<<32 | load32(s, n-4-mid)
	case n > 0:
		a = uint64(s[0])<<16 | uint64(s[n>>1])<<8 | uint64(s[n-1])
	}
	return wyfinish(seed, a, b, n)
}

// load64 and load32 read little-endian words; the compiler makes each one load.

func load64(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load32(s string, i int) uint64 {
	s = s[i : i+4]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
