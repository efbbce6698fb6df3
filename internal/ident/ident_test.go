package ident

import (
	"strings"
	"testing"
)

func TestIdent(t *testing.T) {
	for _, c := range []struct {
		s        string
		id, name bool
	}{
		{"", false, false},
		{"a", true, true},
		{"订单-1", true, true},
		{"a b", false, true},
		{" ", false, true},
		{"a\u3000b", false, true},
		{"a\tb", false, false},
		{"a\x00", false, false},
		{"a\u0085", false, false},
		{"a\xff", false, false},
		{strings.Repeat("x", 64), true, true},
		{strings.Repeat("x", 65), false, true},
		{strings.Repeat("长", 21) + "x", true, true},
		{strings.Repeat("长", 22), false, true},
		{strings.Repeat("x", 128), false, true},
		{strings.Repeat("x", 129), false, false},
	} {
		if ID(c.s) != c.id || Name(c.s) != c.name {
			t.Errorf("%.20q of %d bytes: id %v, name %v", c.s, len(c.s), ID(c.s), Name(c.s))
		}
	}
}
