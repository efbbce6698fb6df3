package segment

import (
	"strconv"
	"time"
)

// appendValue appends v as text, in the form that JSON has it in: a number, a
// date, an instant in UTC, or the string itself.
func appendValue(dst []byte, v value, typ Type, scale, keep int) []byte {
	switch typ {
	case IntType:
		return strconv.AppendInt(dst, v.i, 10)
	case DecimalType:
		return appendDecimal(dst, v.i, scale, keep)
	case BoolType:
		return strconv.AppendBool(dst, v.i != 0)
	case InstantType:
		return appendInstant(dst, v.i)
	case DateType:
		return append(dst, Date(v.i).String()...)
	}
	return append(dst, v.s...)
}

func appendInstant(dst []byte, micros int64) []byte {
	return time.UnixMicro(micros).UTC().AppendFormat(dst, "2006-01-02T15:04:05.999999Z07:00")
}

// keep is how many decimals are written even if they are zero.
func (l *leaf) keep() int { return l.source().scale }

// text is constant i as text.
func (l *leaf) text(i int) string {
	typ, scale := l.value()
	return string(appendValue(nil, l.vals[i], typ, scale, l.keep()))
}
