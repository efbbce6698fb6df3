package segment

import (
	"errors"
	"strings"

	"github.com/guanxi-go/guanxi"
)

// Why a schema or a rule is refused. Each comes wrapped in a [*Fault] that says
// more, and that in a *guanxi.FieldError that names the place: errors.Is finds
// the sentinel, guanxi.Faults lists the places.
var (
	// ErrSchema refuses fields that make no schema.
	ErrSchema = errors.New("not a schema")
	// ErrLimits refuses limits that are negative or above the hard bounds.
	ErrLimits = errors.New("not a limit")
	// ErrTime refuses an At without Now, or outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrRule refuses an expression that is empty, was made for another schema, or
	// whose JSON has another shape than a rule's.
	ErrRule = errors.New("not a rule")
	// ErrSyntax refuses text that is not JSON: also invalid UTF-8, and data after
	// the document. It is the sentinel of the root.
	ErrSyntax = guanxi.ErrSyntax
	// ErrField refuses a name that the schema does not have.
	ErrField = errors.New("unknown field")
	// ErrOperator refuses an operator that is unknown, or does not fit the field's
	// type.
	ErrOperator = errors.New("not an operator of this field")
	// ErrValue refuses a constant of the wrong type or form.
	ErrValue = errors.New("not a value of this field")
	// ErrDecimals refuses a decimal with more places than its field has, and an
	// instant finer than microseconds.
	ErrDecimals = errors.New("more decimal places than the field has")
	// ErrRange refuses a number that does not fit 64 bits. It is the sentinel of the
	// root.
	ErrRange = guanxi.ErrRange
	// ErrEmpty refuses an empty list, an empty group and an empty text where one
	// is searched for.
	ErrEmpty = errors.New("empty")
	// ErrReversed refuses bounds of which the lower is above the upper.
	ErrReversed = errors.New("bounds reversed")
	// ErrWindow refuses a window that is not positive or too long.
	ErrWindow = errors.New("not a window")
	// ErrDuplicate refuses an object with a key twice: guanxi.ErrDuplicateKey.
	ErrDuplicate = guanxi.ErrDuplicateKey
	// ErrKey refuses a key that a rule does not have. It is a
	// guanxi.ErrUnknownField: errors.Is finds both.
	ErrKey error = kindOf{"unknown key", guanxi.ErrUnknownField}
	// ErrLimit refuses what exceeds the limits: size, depth, nodes, list, string.
	ErrLimit = errors.New("beyond the limit")
	// ErrReference refuses a segment that the resolver does not know.
	ErrReference = errors.New("unknown segment")
	// ErrCycle refuses segments that refer to themselves.
	ErrCycle = errors.New("segments refer to each other in a circle")
	// ErrUnsupported refuses a form of react-querybuilder that a rule has not, such
	// as valueSource "field" and the combinator xor.
	ErrUnsupported = errors.New("not supported")
	// ErrBatch refuses rules that are not of one schema, or not of one moment.
	ErrBatch = errors.New("rules that do not go together")
	// ErrColumns refuses columns that lack what a rule asks about.
	ErrColumns = errors.New("not in the columns")
	// ErrRow refuses a row that is not there.
	ErrRow = errors.New("no such row")
	// ErrDate refuses text that is no civil date.
	ErrDate = errors.New("not a date as 2006-01-02 in the years 1 to 9999")
)

// kindOf is a sentinel that is a kind of another one.
type kindOf struct {
	text string
	of   error
}

func (k kindOf) Error() string { return k.text }
func (k kindOf) Unwrap() error { return k.of }

// Code names a sentinel in JSON and to an editor. Codes do not change.
type Code string

// codes lists every sentinel that a rule's fault may have.
var codes = []struct {
	err  error
	code Code
}{
	{ErrReference, "reference"}, // before what is wrong with the segment referred to
	{ErrTime, "time"}, {ErrRule, "rule"}, {ErrSyntax, "syntax"}, {ErrField, "field"},
	{ErrOperator, "operator"}, {ErrValue, "value"}, {ErrDecimals, "decimals"}, {ErrRange, "range"},
	{ErrEmpty, "empty"}, {ErrReversed, "reversed"}, {ErrWindow, "window"},
	{ErrDuplicate, "duplicate"}, {ErrKey, "key"}, {ErrLimit, "limit"},
	{ErrCycle, "cycle"}, {ErrUnsupported, "unsupported"}, {ErrBatch, "batch"}, {ErrColumns, "columns"}, {ErrRow, "row"},
	{ErrDialect, "dialect"}, {ErrNoColumn, "no_column"}, {ErrIdentifier, "identifier"}, {ErrInexact, "inexact"},
}

// Fault is what is wrong at one place of a rule. errors.As finds the first of an
// error; guanxi.Faults walks over all.
type Fault struct {
	Err     error    // one of the sentinels
	Detail  string   // what was found
	Allowed []string // what may stand there, where that is a list
	Nearest string   // the allowed value that comes closest, where one is close
}

// Error returns the sentinel's text, the detail and what is allowed.
func (f *Fault) Error() string {
	var b strings.Builder
	if f.Err != nil {
		b.WriteString(f.Err.Error())
	}
	if f.Detail != "" {
		b.WriteString(": " + f.Detail)
	}
	if f.Nearest != "" {
		b.WriteString(" (did you mean " + f.Nearest + "?)")
	} else if n := len(f.Allowed); n > 0 {
		b.WriteString(" (allowed: " + strings.Join(f.Allowed[:min(n, 16)], ", "))
		if n > 16 {
			b.WriteString(", …")
		}
		b.WriteString(")")
	}
	return b.String()
}

// Unwrap returns Err.
func (f *Fault) Unwrap() error { return f.Err }

// Code returns the code of Err, "" for an error that is none of the sentinels.
func (f *Fault) Code() Code {
	for _, c := range codes {
		if errors.Is(f.Err, c.err) {
			return c.code
		}
	}
	return ""
}

// nearest returns the allowed value with the smallest edit distance to s, if
// that is small against their lengths; the first of several.
func nearest(s string, allowed []string) string {
	if len(s) > 2*maxName {
		return ""
	}
	best, at := 1+len(s)/3, ""
	for _, a := range allowed {
		if d := distance(s, a, best); d < best {
			best, at = d, a
		}
	}
	return at
}

// distance is the number of bytes to insert, delete, replace or exchange with
// the next one (optimal string alignment), ASCII case ignored; at least limit
// where it is so by the lengths alone.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit || len(b) > 2*maxName {
		return limit
	}
	lower := func(c byte) byte {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := range len(a) {
		before, last, row := rows[i%3], rows[(i+1)%3], rows[(i+2)%3]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if lower(a[i]) == lower(b[j]) {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && lower(a[i]) == lower(b[j-1]) && lower(a[i-1]) == lower(b[j]) {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return rows[(len(a)+1)%3][len(b)]
}
