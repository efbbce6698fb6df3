package guanxi

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// FieldError says which place of a document or a row is at fault. All faults of
// a config are joined into one error; [Faults] reads them back.
//
// The sentinels of this package carry no "guanxi: " before their text, because
// they end as the last words of another package's error.
type FieldError struct {
	// Pointer is an RFC 6901 JSON pointer, such as "/tiers/2/min_points";
	// "" is the whole document. See [Pointer] for making one.
	Pointer string
	// Err is what is wrong there.
	Err error
}

// Error returns the pointer, a colon and the text of Err, or the text of Err
// alone for the whole document.
func (e *FieldError) Error() string {
	text := "unspecified fault"
	if e.Err != nil {
		text = e.Err.Error()
	}
	if e.Pointer == "" {
		return text
	}
	return e.Pointer + ": " + text
}

// Unwrap returns Err.
func (e *FieldError) Unwrap() error { return e.Err }

// Faults returns every [FieldError] in err's tree (Unwrap() error and
// Unwrap() []error), depth first and in order. It does not look inside a
// FieldError for further ones. A nil err has no faults; neither has an error
// that names no place.
func Faults(err error) iter.Seq[*FieldError] {
	return func(yield func(*FieldError) bool) { walk(err, yield) }
}

// walk reports whether yield wants more.
func walk(err error, yield func(*FieldError) bool) bool {
	switch e := err.(type) {
	case nil:
		return true
	case *FieldError:
		return e == nil || yield(e)
	case interface{ Unwrap() error }:
		return walk(e.Unwrap(), yield)
	case interface{ Unwrap() []error }:
		for _, child := range e.Unwrap() {
			if !walk(child, yield) {
				return false
			}
		}
	}
	return true
}

// At places err below pointer: every [FieldError] in its tree is answered by a
// new one with pointer put before its own, in the same order, and what names no
// place is placed at pointer itself. err is not changed. The result is nil for
// nil, the *FieldError itself where there is one fault, and otherwise their
// join. errors.Is finds every leaf as before; an error wrapped around a
// FieldError is dropped with its text.
//
//	errs = append(errs, guanxi.At(guanxi.Pointer("tiers", i), tier.Validate()))
func At(pointer string, err error) error {
	var faults []error
	for fe := range places(err) {
		faults = append(faults, &FieldError{Pointer: pointer + fe.Pointer, Err: fe.Err})
	}
	return join(faults)
}

// places is [Faults] in which the parts of err without a place are faults of
// the whole document.
func places(err error) iter.Seq[FieldError] {
	return func(yield func(FieldError) bool) { place(err, yield) }
}

func place(err error, yield func(FieldError) bool) bool {
	switch e := err.(type) {
	case nil:
		return true
	case *FieldError:
		return e == nil || yield(FieldError{e.Pointer, e.Err})
	case interface{ Unwrap() error }:
		if placed(err) {
			return place(e.Unwrap(), yield)
		}
	case interface{ Unwrap() []error }:
		if children := e.Unwrap(); placed(err) || joined(err, children) {
			for _, child := range children {
				if !place(child, yield) {
					return false
				}
			}
			return true
		}
	}
	return yield(FieldError{"", err})
}

// placed reports whether err has a fault with a place.
func placed(err error) bool {
	for range Faults(err) {
		return true
	}
	return false
}

// joined reports whether err says no more than its children do, as the result
// of errors.Join; fmt.Errorf("%w: %w", …) is one fault, not two.
func joined(err error, children []error) bool {
	text := err.Error()
	for i, child := range children {
		if child == nil {
			return false
		}
		rest, ok := strings.CutPrefix(text, child.Error())
		if ok && i < len(children)-1 {
			rest, ok = strings.CutPrefix(rest, "\n")
		}
		if !ok {
			return false
		}
		text = rest
	}
	return text == "" && len(children) > 0
}

// BatchError says which rows of a batch were refused. All other rows are in.
type BatchError struct {
	Refused int           // how many rows
	Faults  []*FieldError // the first 1,000 of them, by row: "/17/amount"
	Rows    []int         // the rows of Faults: 17
}

// Error names the first three rows and counts the rest.
func (e *BatchError) Error() string {
	const shown = 3
	var b strings.Builder
	b.WriteString(strconv.Itoa(e.Refused))
	if e.Refused == 1 {
		b.WriteString(" row refused")
	} else {
		b.WriteString(" rows refused")
	}
	named := min(shown, len(e.Faults))
	for i, f := range e.Faults[:named] {
		b.WriteString([]string{": ", "; ", "; "}[i])
		b.WriteString(f.Error())
	}
	if more := e.Refused - named; more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	return b.String()
}

// Unwrap gives errors.Is and [Faults] the rows that are named.
func (e *BatchError) Unwrap() []error {
	errs := make([]error, len(e.Faults))
	for i, f := range e.Faults {
		errs[i] = f
	}
	return errs
}

// Pointer returns the RFC 6901 JSON pointer made of parts: names as strings
// ("~" and "/" in them escaped) and positions as ints. A part of another type
// stands for its text as fmt.Sprint gives it. No parts make "", the whole
// document.
//
//	guanxi.Pointer("tiers", 2, "min_points") // "/tiers/2/min_points"
func Pointer(parts ...any) string {
	var dst []byte
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			dst = appendToken(dst, p)
		case int:
			dst = strconv.AppendInt(append(dst, '/'), int64(p), 10)
		default:
			dst = appendToken(dst, fmt.Sprint(p))
		}
	}
	return string(dst)
}

// appendToken appends a slash and the escaped name.
func appendToken(dst []byte, name string) []byte {
	dst = append(dst, '/')
	for i := range len(name) {
		switch c := name[i]; c {
		case '~':
			dst = append(dst, '~', '0')
		case '/':
			dst = append(dst, '~', '1')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
