// Package ident says what is an id and what is a name of the host's own, so that
// packages which hand them to each other agree.
package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxID and MaxName are how many bytes an id and a name may have.
const (
	MaxID   = 64
	MaxName = 128
)

// ID reports whether s is 1 to 64 bytes of UTF-8 without white space or control
// characters: what somebody writes into a config to refer to later.
func ID(s string) bool {
	return Name(s) && len(s) <= MaxID && !strings.ContainsFunc(s, unicode.IsSpace)
}

// Name reports whether s is 1 to 128 bytes of UTF-8 without control characters: a
// key of the host's own, such as a customer's or an order's.
func Name(s string) bool {
	return s != "" && len(s) <= MaxName && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
