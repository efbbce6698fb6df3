package audience

import (
	"bytes"
	"database/sql/driver"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/RoaringBitmap/roaring/v2"
)

// setVersion begins every encoding of a set.
const setVersion = 1

// Roaring's portable format.
const (
	cookieNoRuns = 12346
	cookieRuns   = 12347
	offsetsFrom  = 4 // blocks, with runs
	maxArray     = 4096
	bitmapBytes  = 8192
)

var little = binary.LittleEndian

// block is the ordinals of one set that have the upper 16 bits in common. Its
// runs are those of the lower ones: first, last.
type block struct {
	key  uint16
	card int
	runs [][2]uint16
}

// form is how a block is written: the smallest, of equal ones not the runs, and
// the list where there are at most 4,096.
func (b *block) form() (asRuns, asArray bool, size int) {
	size = min(2*b.card, bitmapBytes)
	if n := 2 + 4*len(b.runs); n < size {
		return true, false, n
	}
	return false, b.card <= maxArray, size
}

func (b *block) append(dst []byte) []byte {
	asRuns, asArray, _ := b.form()
	switch {
	case asRuns:
		dst = little.AppendUint16(dst, uint16(len(b.runs)))
		for _, r := range b.runs {
			dst = little.AppendUint16(dst, r[0])
			dst = little.AppendUint16(dst, r[1]-r[0])
		}
	case asArray:
		for _, r := range b.runs {
			for v := uint32(r[0]); v <= uint32(r[1]); v++ {
				dst = little.AppendUint16(dst, uint16(v))
			}
		}
	default:
		var words [bitmapBytes / 8]uint64
		for _, r := range b.runs {
			from, to := ^uint64(0)<<(r[0]%64), ^uint64(0)>>(63-r[1]%64)
			if i, last := r[0]/64, r[1]/64; i == last {
				words[i] |= from & to
			} else {
				words[i] |= from
				for i++; i < last; i++ {
					words[i] = ^uint64(0)
				}
				words[last] |= to
			}
		}
		for _, w := range words {
			dst = little.AppendUint64(dst, w)
		}
	}
	return dst
}

// AppendBinary appends the one encoding of s: a byte of version and then the
// portable format of Roaring bitmaps, in which every block of 65,536 ordinals
// has the smallest of its three forms. What was once written is read for ever,
// and other programs that know the format read it from the second byte. The
// error is always nil.
//
// github.com/RoaringBitmap/RoaringFormatSpec.
func (s Set) AppendBinary(dst []byte) ([]byte, error) {
	// The library nearly always finds these forms too, and sooner.
	b := s.bitmap().Clone()
	b.RunOptimize()
	if data, err := b.ToBytes(); err == nil && checkSet(data) == nil {
		return append(append(dst, setVersion), data...), nil
	}
	return s.appendBlocks(dst), nil
}

// appendBlocks is AppendBinary, form by form.
func (s Set) appendBlocks(dst []byte) []byte {
	var header []byte
	body := make([]byte, 0, s.bitmap().GetSerializedSizeInBytes()) // about
	type head struct {
		key, card uint16
		size      int
		runs      bool
	}
	var heads []head
	hasRuns := false
	write := func(b *block) {
		if b.card == 0 {
			return
		}
		asRuns, _, size := b.form()
		heads = append(heads, head{b.key, uint16(b.card - 1), size, asRuns})
		hasRuns = hasRuns || asRuns
		body = b.append(body)
		*b = block{runs: b.runs[:0]}
	}
	var b block
	for first, end := range s.bitmap().Ranges() {
		for low := uint64(first); low < end; {
			if key := uint16(low >> 16); b.card == 0 || key != b.key {
				write(&b)
				b.key = key
			}
			until := min(end, (low|0xffff)+1)
			b.runs = append(b.runs, [2]uint16{uint16(low), uint16(until - 1)})
			b.card += int(until - low)
			low = until
		}
	}
	write(&b)

	if hasRuns {
		header = little.AppendUint32(header, cookieRuns|uint32(len(heads)-1)<<16)
		flags := make([]byte, (len(heads)+7)/8)
		for i, h := range heads {
			if h.runs {
				flags[i/8] |= 1 << (i % 8)
			}
		}
		header = append(header, flags...)
	} else {
		header = little.AppendUint32(header, cookieNoRuns)
		header = little.AppendUint32(header, uint32(len(heads)))
	}
	for _, h := range heads {
		header = little.AppendUint16(header, h.key)
		header = little.AppendUint16(header, h.card)
	}
	if !hasRuns || len(heads) >= offsetsFrom {
		offset := len(header) + 4*len(heads)
		for _, h := range heads {
			header = little.AppendUint32(header, uint32(offset))
			offset += h.size
		}
	}
	return append(append(append(dst, setVersion), header...), body...)
}

// MarshalBinary returns what AppendBinary appends.
func (s Set) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else, since
// a set has one encoding. Anything else is ErrFormat, and s is as
// before. Memory is bounded by the length of data.
func (s *Set) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != setVersion {
		return wrap(formatFault("unknown version"))
	}
	if err := checkSet(data[1:]); err != nil {
		return wrap(err)
	}
	b := roaring.New()
	if _, err := b.ReadFrom(bytes.NewReader(data[1:])); err != nil {
		return wrap(formatFault(err.Error()))
	}
	if b.Contains(NoOrdinal) {
		return wrap(formatFault("the ordinal that nobody has"))
	}
	*s = Set{b}
	return nil
}

// MarshalText returns the binary encoding in base64 (RFC 4648, padded), so that a
// set may stand in JSON.
func (s Set) MarshalText() ([]byte, error) {
	data, err := s.AppendBinary(nil)
	return base64.StdEncoding.AppendEncode(nil, data), err
}

// UnmarshalText reads what MarshalText writes, and nothing else: ErrFormat, and s
// is as before.
func (s *Set) UnmarshalText(text []byte) error {
	data, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil || bytes.ContainsAny(text, "\r\n") {
		return wrap(formatFault("not base64"))
	}
	return s.UnmarshalBinary(data)
}

// Value implements driver.Valuer for binary columns.
func (s Set) Value() (driver.Value, error) { return s.AppendBinary(nil) }

// Scan implements sql.Scanner for binary columns. NULL is ErrFormat.
func (s *Set) Scan(src any) error {
	if data, ok := src.([]byte); ok {
		return s.UnmarshalBinary(data)
	}
	return wrap(formatFault(fmt.Sprintf("a set is not read from a %T", src)))
}

// checkSet reports what keeps data from being the portable format as AppendBinary
// writes it, so that the library below is given nothing else.
func checkSet(data []byte) error {
	if len(data) < 8 {
		return formatFault("too short")
	}
	rest, n := data[4:], 0
	var flags []byte
	switch cookie := little.Uint32(data); {
	case cookie&0xffff == cookieRuns:
		n = int(cookie>>16) + 1
		if len(rest) < (n+7)/8 {
			return formatFault("too short")
		}
		flags, rest = rest[:(n+7)/8], rest[(n+7)/8:]
		if n%8 != 0 && flags[n/8]>>(n%8) != 0 {
			return formatFault("flags of no block")
		}
		if len(bytes.Trim(flags, "\x00")) == 0 {
			return formatFault("runs without any")
		}
	case cookie == cookieNoRuns && little.Uint32(rest) <= 1<<16:
		n, rest = int(little.Uint32(rest)), rest[4:]
	default:
		return formatFault("no such set")
	}
	offsets := flags == nil || n >= offsetsFrom
	need := 4 * n
	if offsets {
		need *= 2
	}
	if len(rest) < need {
		return formatFault("too short")
	}
	heads, body := rest[:4*n], rest[need:]
	for i := range n {
		h := heads[4*i:]
		key, card := little.Uint16(h), int(little.Uint16(h[2:]))+1
		if i > 0 && key <= little.Uint16(heads[4*i-4:]) {
			return formatFault("blocks out of order")
		}
		if offsets && little.Uint32(rest[4*n+4*i:]) != uint32(len(data)-len(body)) {
			return formatFault("offset")
		}
		asRuns := flags != nil && flags[i/8]>>(i%8)&1 == 1
		size, err := checkBlock(body, card, asRuns)
		if err != nil {
			return err
		}
		body = body[size:]
	}
	if len(body) > 0 {
		return formatFault("more than a set")
	}
	return nil
}

// checkBlock checks the block that data begins with and returns its size.
func checkBlock(data []byte, card int, asRuns bool) (int, error) {
	seen, runs, size := 0, 0, min(2*card, bitmapBytes)
	switch {
	case asRuns:
		if len(data) < 2 {
			return 0, formatFault("too short")
		}
		runs = int(little.Uint16(data))
		size = 2 + 4*runs
		if len(data) < size {
			return 0, formatFault("too short")
		}
		for i, next := 0, 0; i < runs; i++ {
			first, more := int(little.Uint16(data[2+4*i:])), int(little.Uint16(data[4+4*i:]))
			if first < next || first+more > 0xffff {
				return 0, formatFault("runs out of order")
			}
			seen, next = seen+more+1, first+more+2 // runs that touch are one
		}
		if size >= min(2*card, bitmapBytes) {
			return 0, formatFault("not the smallest form")
		}
	case len(data) < size:
		return 0, formatFault("too short")
	case card <= maxArray:
		for i, before := 0, -2; i < card; i++ {
			v := int(little.Uint16(data[2*i:]))
			if v <= before {
				return 0, formatFault("ordinals out of order")
			}
			if v != before+1 {
				runs++
			}
			before, seen = v, seen+1
		}
	default:
		last := uint64(0) // the top bit of the word before
		for i := 0; i < bitmapBytes; i += 8 {
			w := little.Uint64(data[i:])
			seen += bits.OnesCount64(w)
			runs += bits.OnesCount64(w &^ (w<<1 | last))
			last = w >> 63
		}
	}
	if seen != card {
		return 0, formatFault("another number of ordinals")
	}
	if !asRuns && 2+4*runs < size {
		return 0, formatFault("not the smallest form")
	}
	return size, nil
}
