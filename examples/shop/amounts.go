package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

var errAmount = errors.New("no amount")

// amountReader reads amounts: digits with a sign, a decimal mark and, in groups
// of three, thousands separators. Anything else, a currency sign or an exponent
// too, is no amount.
type amountReader struct{ mark byte }

func (a amountReader) parse(s string) (decimal.Decimal, error) {
	clean, _, ok := cleanAmount(s, a.mark)
	if !ok {
		return decimal.Decimal{}, errAmount
	}
	return decimal.NewFromString(clean)
}

const longestAmount = 64

// cleanAmount rewrites s as decimal.NewFromString reads it, and counts its
// decimal places.
func cleanAmount(s string, mark byte) (clean string, places int, ok bool) {
	sign := ""
	for _, minus := range []string{"-", "−"} {
		if rest, found := strings.CutPrefix(s, minus); found {
			s, sign = rest, "-"
			break
		}
	}
	if sign == "" {
		s = strings.TrimPrefix(s, "+")
	}
	whole, fraction := s, ""
	if i := strings.LastIndexByte(s, mark); i >= 0 {
		whole, fraction = s[:i], s[i+1:]
	}
	for _, group := range []string{",", ".", " ", "\u00a0", "\u202f", "'"} {
		if group[0] == mark || !strings.Contains(whole, group) {
			continue
		}
		parts := strings.Split(whole, group)
		for i, p := range parts {
			if len(p) > 3 || len(p) == 0 || i > 0 && len(p) != 3 {
				return "", 0, false
			}
		}
		whole = strings.Join(parts, "")
		break
	}
	digits := whole + fraction
	if digits == "" || len(digits) > longestAmount || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", 0, false
	}
	if fraction == "" {
		return sign + whole, 0, true
	}
	return sign + whole + "." + fraction, len(fraction), true
}

// maxDetected is the most decimal places that are taken from the amounts.
const maxDetected = 6

// amountSniffer finds out by all the amounts of a log what their decimal mark is
// and how many decimal places they have.
type amountSniffer struct {
	point, comma             markUse
	pointPlaces, commaPlaces int
}

// markUse counts the amounts that prove a mark to be the decimal one, and those
// where it can as well separate thousands: 1,234.
type markUse struct {
	proof   int
	unclear sighting
}

func (s *amountSniffer) see(line int, text string) {
	point, comma := strings.LastIndexByte(text, '.'), strings.LastIndexByte(text, ',')
	if _, places, ok := cleanAmount(text, '.'); ok {
		s.pointPlaces = max(s.pointPlaces, places)
	}
	if _, places, ok := cleanAmount(text, ','); ok {
		s.commaPlaces = max(s.commaPlaces, places)
	}
	if point < 0 && comma < 0 {
		return
	}
	use, other, mark, not := &s.point, &s.comma, ".", byte(',')
	if comma > point {
		use, other, mark, not = &s.comma, &s.point, ",", '.'
	}
	if _, _, ok := cleanAmount(text, mark[0]); !ok {
		if _, _, ok := cleanAmount(text, not); ok { // 1,234,567
			other.proof++
		}
		return
	}
	before, after, _ := strings.Cut(strings.TrimLeft(text, "+-−"), mark)
	if len(after) == 3 && len(before) >= 1 && len(before) <= 3 && before[0] != '0' {
		use.unclear.see(line, text)
		return
	}
	use.proof++
}

// mark answers which decimal mark the amounts have, or says why that cannot be
// known. Between commas, an amount with a comma had to be quoted: there it
// separates thousands.
func (s *amountSniffer) mark(delimiter rune) (byte, error) {
	const ask = "say which with -decimal-mark . or -decimal-mark ,"
	p, c := s.point, s.comma
	switch {
	case p.proof > 0 && c.proof > 0 && delimiter != ',':
		return 0, errors.New("some amounts have a decimal point and others a decimal comma: " + ask)
	case p.proof > 0:
		return '.', nil
	case c.proof > 0:
		return ',', nil
	case c.unclear.n > 0 && delimiter != ',':
		return 0, fmt.Errorf("in amounts such as %q on line %d the comma can be decimal or separate thousands: "+ask, c.unclear.text, c.unclear.line)
	case p.unclear.n > 0 && delimiter == ';':
		return 0, fmt.Errorf("in amounts such as %q on line %d the point can be decimal or separate thousands: "+ask, p.unclear.text, p.unclear.line)
	}
	return '.', nil
}

// places is how many decimal places the amounts have, read with mark.
func (s *amountSniffer) places(mark byte) int {
	if mark == ',' {
		return min(s.commaPlaces, maxDetected)
	}
	return min(s.pointPlaces, maxDetected)
}
