package coupon

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// faults gathers what is wrong.
type faults struct{ errs []error }

func (f *faults) err() error { return errors.Join(f.errs...) }

func (f *faults) at(pointer string, err error) {
	if err != nil {
		f.errs = append(f.errs, guanxi.At(pointer, err))
	}
}

func (f *faults) add(pointer string, err error, format string, args ...any) {
	f.at(pointer, fmt.Errorf("%w: "+format, append([]any{err}, args...)...))
}

func (f *faults) id(pointer, id string) {
	if !ident.ID(id) {
		f.add(pointer, ErrID, "%.64q", id)
	}
}

func (f *faults) ids(pointer string, list []string) {
	seen := make(map[string]bool, len(list))
	for i, id := range list {
		at := pointer + guanxi.Pointer(i)
		f.id(at, id)
		if seen[id] {
			f.add(at, ErrDuplicate, "%.64q", id)
		}
		seen[id] = true
	}
}

func (f *faults) name(pointer, s string) {
	if !ident.Name(s) {
		f.add(pointer, ErrName, "%.128q", s)
	}
}

func (f *faults) text(pointer string, t guanxi.Text) {
	if !utf8.ValidString(t.EN) || !utf8.ValidString(t.ZH) {
		f.add(pointer, ErrOption, "invalid UTF-8")
	}
}

// money converts an amount of at least 0.
func (f *faults) money(pointer string, d decimal.Decimal, decimals int) int64 {
	v, err := minor.From(d, decimals)
	switch {
	case err != nil:
		f.at(pointer, err)
	case v < 0:
		f.add(pointer, ErrMoney, "%s is negative", d)
		v = 0
	}
	return v
}

func (f *faults) count(pointer string, n, most int64) {
	if n < 0 || n > most {
		f.add(pointer, ErrOption, "%d is not in 0 to %d", n, most)
	}
}

// span refuses what is longer than days, and fractions of a microsecond.
func (f *faults) span(pointer string, s guanxi.Span, days int64) {
	if err := s.Validate(); err != nil {
		f.at(pointer, err)
	} else if int64(s.Months)*31+int64(s.Days)+int64(s.Time/(24*time.Hour)) > days {
		f.add(pointer, ErrOption, "%v is more than %d days", s, days)
	} else if s.Time%time.Microsecond != 0 {
		f.add(pointer, ErrOption, "%v has a fraction of a microsecond", s)
	}
}

// option checks an enum; "" is its default.
func option[T ~string](f *faults, pointer string, v T, of ...T) {
	if v != "" && !slices.Contains(of, v) {
		f.add(pointer, ErrOption, "%.32q is none of %q", string(v), of)
	}
}

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}
