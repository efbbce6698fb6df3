package loyalty

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"
)

// The encoding: whole numbers as (zigzag) varints, texts and lists after their length.
// There is one encoding of a value; readers refuse any other.

func appendInt[T ~int64 | ~int32](b []byte, v T) []byte {
	return appendVarint(b, int64(v))
}

func appendVarint(b []byte, v int64) []byte {
	x := uint64(v)<<1 ^ uint64(v>>63)
	if x < 0x80 {
		return append(b, byte(x))
	}
	return appendLong(b, x)
}

func appendLen(b []byte, n int) []byte { return appendUvarint(b, uint64(n)) }

func appendText[T ~string](b []byte, s T) []byte {
	return append(appendUvarint(b, uint64(len(s))), s...)
}

// appendTwo writes two numbers that are most often small.
func appendTwo[T, U ~int64 | ~int32](b []byte, v T, w U) []byte {
	return appendSmall(b, int64(v), int64(w))
}

func appendSmall(b []byte, v, w int64) []byte {
	x, y := uint64(v)<<1^uint64(v>>63), uint64(w)<<1^uint64(w>>63)
	if x|y < 0x80 {
		return append(b, byte(x), byte(y))
	}
	return appendUvarint(appendUvarint(b, x), y)
}

// appendUvarint is that of encoding/binary, for numbers most of which are small.
func appendUvarint(b []byte, v uint64) []byte {
	if v < 0x80 {
		return append(b, byte(v))
	}
	return appendLong(b, v)
}

// appendLong writes what takes several bytes at once where there is room.
func appendLong(b []byte, v uint64) []byte {
	n := len(b)
	if cap(b)-n < binary.MaxVarintLen64 {
		return binary.AppendUvarint(b, v)
	}
	room := (*[binary.MaxVarintLen64]byte)(b[n : n+binary.MaxVarintLen64])
	i := 0
	for ; v >= 0x80 && i < binary.MaxVarintLen64-1; i++ {
		room[i] = byte(v) | 0x80
		v >>= 7
	}
	room[i] = byte(v)
	return b[:n+i+1]
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendTexts(b []byte, s []string) []byte {
	b = appendLen(b, len(s))
	for _, t := range s {
		b = appendText(b, t)
	}
	return b
}

// appendWord writes one of a list of known texts as a byte, and any other as it is. Lists
// only ever grow at their ends.
func appendWord[T ~string](b []byte, v T, known []T) []byte {
	for i := range known {
		if known[i] == v {
			return append(b, byte(i+1))
		}
	}
	return appendText(append(b, 0), v)
}

// word reads what appendWord wrote.
func word[T ~string](r *reader, known []T) T {
	i := int(r.byte())
	switch {
	case i > len(known):
		r.fail("word %d", i)
		return ""
	case i > 0:
		return known[i-1]
	}
	v := T(r.text())
	if slices.Contains(known, v) {
		r.fail("%q is written out", v)
	}
	return v
}

// The known texts.
var (
	opWords = []Op{
		OpEarn, OpRedeem, OpActivate, OpExpire, OpHold, OpCapture, OpVoid, OpRunOut, OpRefund, OpReturn, OpRepay, OpExtend,
		OpAdjust, OpTransferOut, OpTransferIn, OpDonate, OpMergeOut, OpMergeIn, OpTier, OpStatus, OpClose, OpActivity,
	}
	modeWords     = []RoundMode{"", Floor, HalfUp, HalfEven, Ceil}
	scopeWords    = []RoundScope{"", ScopeOrder, ScopeLine, ScopeSplit}
	stackingWords = []Stacking{"", BestOf, Add, Multiply}
	termWords     = []TermType{TermRate, TermFixed, TermMultiplier, TermBonus}
	stepWords     = []SharedStep{Reserve, Confirm, Release, Restore}
	splitWords    = []SplitOrder{"", BonusFirst, PrincipalFirst, Proportional}
	holdWords     = []HoldState{HoldOpen, HoldCaptured, HoldVoided, HoldRunOut}
	statusWords   = []Status{Open, Frozen, Closed}
)

// appendDecimal writes a number by its value: 1.5 and 1.50 are the same.
func appendDecimal(b []byte, d decimal.Decimal) []byte {
	c, exp := int64(0), int64(d.Exponent())
	if d.NumDigits() <= 18 {
		c = d.CoefficientInt64()
	} else {
		text := d.Coefficient().String()
		for text[len(text)-1] == '0' {
			text, exp = text[:len(text)-1], exp+1
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return appendInt(appendText(append(b, 1), text), exp)
		}
		c = n
	}
	if c == 0 {
		exp = 0
	}
	for c != 0 && c%10 == 0 {
		c, exp = c/10, exp+1
	}
	return appendInt(appendInt(append(b, 0), c), exp)
}

// reader takes an encoding apart. After the first fault everything read is zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: "+format, append([]any{ErrFormat}, args...)...)
	}
	r.b = nil
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 {
		r.fail("a number")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int32() int32 {
	v := r.int()
	if v < math.MinInt32 || v > math.MaxInt32 {
		r.fail("%d is too large", v)
		return 0
	}
	return int32(v)
}

// len reads the number of things of which each takes a byte or more.
func (r *reader) len() int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 {
		r.fail("a length")
		return 0
	}
	r.b = r.b[n:]
	if v > uint64(len(r.b)) {
		r.fail("%d things in %d bytes", v, len(r.b))
		return 0
	}
	return int(v)
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail("the end is missing")
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) text() string { return string(r.bytes(r.len())) }

func (r *reader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) bool() bool {
	switch r.byte() {
	case 0:
		return false
	case 1:
		return true
	}
	r.fail("a truth value")
	return false
}

func (r *reader) hash() (h [32]byte) {
	copy(h[:], r.bytes(len(h)))
	return h
}

// list reads a list with a reader of its things.
func list[T any](r *reader, read func(*T)) []T {
	n := r.len()
	if n == 0 {
		return nil
	}
	out := make([]T, 0, min(n, 1024))
	for range n {
		if r.err != nil {
			return nil
		}
		var v T
		read(&v)
		out = append(out, v)
	}
	return out
}

func (r *reader) end() error {
	if r.err == nil && len(r.b) > 0 {
		r.fail("%d bytes too many", len(r.b))
	}
	return r.err
}

func (r *reader) instant() Instant { return Instant(r.int()) }
func (r *reader) points() Points   { return Points(r.int()) }
func (r *reader) kind() Kind       { return Kind(r.text()) }
