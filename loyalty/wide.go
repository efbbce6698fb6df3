package loyalty

import (
	"math"
	"math/bits"
)

// wide is an unsigned number of 128 bits. Its methods say whether the result fits.
type wide struct{ hi, lo uint64 }

func product(a, b uint64) wide {
	hi, lo := bits.Mul64(a, b)
	return wide{hi, lo}
}

func (w wide) add(v wide) (wide, bool) {
	lo, c := bits.Add64(w.lo, v.lo, 0)
	hi, c := bits.Add64(w.hi, v.hi, c)
	return wide{hi, lo}, c == 0
}

func (w wide) mul(m uint64) (wide, bool) {
	if m == 1 {
		return w, true
	}
	over, mid := bits.Mul64(w.hi, m)
	hi, lo := bits.Mul64(w.lo, m)
	hi, c := bits.Add64(hi, mid, 0)
	return wide{hi, lo}, over == 0 && c == 0
}

// round returns w/den rounded; den is above 0. ok is false where the result is no int64.
func (w wide) round(den uint64, mode RoundMode) (q int64, ok bool) {
	if w.hi >= den {
		return 0, false
	}
	quo, rem := w.lo, uint64(0)
	if den != 1 {
		quo, rem = bits.Div64(w.hi, w.lo, den)
	}
	if quo > math.MaxInt64 {
		return 0, false
	}
	if rem != 0 {
		switch mode {
		case Ceil:
			quo++
		case HalfUp:
			if rem >= den-rem {
				quo++
			}
		case HalfEven:
			if rem > den-rem || rem == den-rem && quo&1 == 1 {
				quo++
			}
		}
	}
	return int64(quo), quo <= math.MaxInt64
}

// remainder returns w mod den, where w/den fits 64 bits.
func (w wide) remainder(den uint64) uint64 {
	_, rem := bits.Div64(w.hi%den, w.lo, den)
	return rem
}

// share returns a × part / whole rounded; a and part are not negative, whole is above 0.
func share(a, part, whole int64, mode RoundMode) (int64, bool) {
	if part == whole {
		return a, true
	}
	return product(uint64(a), uint64(part)).round(uint64(whole), mode)
}

// divided returns w/den, which is whole.
func (w wide) divided(den uint64) wide {
	rem := w.hi % den
	lo, _ := bits.Div64(rem, w.lo, den)
	return wide{w.hi / den, lo}
}
