package care

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
)

// faults gathers what is wrong, below prefix.
type faults struct {
	prefix string
	errs   []error
}

func (f *faults) err() error { return errors.Join(f.errs...) }

func (f *faults) at(pointer string, err error) {
	if err != nil {
		f.errs = append(f.errs, guanxi.At(f.prefix+pointer, err))
	}
}

func (f *faults) add(pointer string, err error, format string, args ...any) {
	f.at(pointer, fmt.Errorf("%w: "+format, append([]any{err}, args...)...))
}

func (f *faults) under(pointer string, check func()) {
	before := f.prefix
	f.prefix += pointer
	check()
	f.prefix = before
}

func (f *faults) id(pointer, id string) {
	if !ident.ID(id) {
		f.add(pointer, ErrID, "%.64q", id)
	}
}

// unique is id for one that is not among those seen, to which it is added.
func (f *faults) unique(pointer, id string, seen map[string]bool) {
	f.id(pointer, id)
	if seen[id] {
		f.add(pointer, ErrDuplicate, "%.64q", id)
	}
	seen[id] = true
}

func (f *faults) ids(pointer string, list []string) {
	seen := make(map[string]bool, len(list))
	for i, id := range list {
		f.unique(pointer+guanxi.Pointer(i), id, seen)
	}
}

// option checks an enum.
func option[T ~string](f *faults, pointer string, v T, of ...T) {
	if !slices.Contains(of, v) {
		f.add(pointer, ErrOption, "%.32q is none of %q", string(v), of)
	}
}

// maxYears bounds every span: what is longer is a mistake.
const maxYears = 100

func (f *faults) span(pointer string, s guanxi.Span) {
	if err := s.Validate(); err != nil {
		f.at(pointer, err)
	} else if int64(s.Months)/12+int64(s.Days)/366+int64(s.Time/(366*24*time.Hour)) >= maxYears {
		f.add(pointer, ErrOption, "%v is %d years or more", s, maxYears)
	} else if s.Time%time.Microsecond != 0 {
		f.add(pointer, ErrOption, "%v has a fraction of a microsecond", s)
	}
}

func (f *faults) text(pointer string, t guanxi.Text) {
	if !utf8.ValidString(t.EN) || !utf8.ValidString(t.ZH) {
		f.add(pointer, ErrOption, "invalid UTF-8")
	}
}
