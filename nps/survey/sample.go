package survey

import "math"

// Sampled reports whether a customer belongs to the sample of a wave that takes
// this share of everybody, from 0 (nobody) to 1 (all). The answer is always the
// same for the same customer and wave, on any machine and in any version of this
// package; another wave draws another sample, independent of it. A larger share
// takes those of a smaller one and more. A share outside 0 to 1 is taken for the
// nearest, and NaN for 0. No allocation.
//
// The customer belongs to it when the upper 53 bits of the hash are below
// share × 2⁵³. The hash is FNV-1a of 64 bits over the bytes of the wave, a zero
// byte and the bytes of the customer, and then the finisher of MurmurHash3:
//
//	h ^= h >> 33; h *= 0xff51afd7ed558ccd
//	h ^= h >> 33; h *= 0xc4ceb9fe1a85ec53
//	h ^= h >> 33
func Sampled(customer, wave string, share float64) bool {
	return sampleHash(customer, wave)>>11 < threshold(share)
}

const everybody = 1 << 53

func threshold(share float64) uint64 {
	switch {
	case share >= 1:
		return everybody
	case share > 0:
		return uint64(math.Ceil(share * (1 << 53))) // below a fraction is below the next whole number
	}
	return 0
}

func sampleHash(customer, wave string) uint64 {
	const prime = 0x100000001b3
	h := uint64(0xcbf29ce484222325)
	for i := range len(wave) {
		h = (h ^ uint64(wave[i])) * prime
	}
	h *= prime // the zero byte
	for i := range len(customer) {
		h = (h ^ uint64(customer[i])) * prime
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return h
}
