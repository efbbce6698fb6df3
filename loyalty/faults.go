package loyalty

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// faults gathers what is wrong, each with its place.
type faults struct{ all []error }

// add places err, if there is one, at a pointer made of parts.
func (f *faults) add(err error, parts ...any) {
	if err != nil {
		f.all = append(f.all, guanxi.At(guanxi.Pointer(parts...), err))
	}
}

// addf adds ErrOption with a text.
func (f *faults) addf(pointer, format string, args ...any) {
	f.all = append(f.all, guanxi.At(pointer, fmt.Errorf("%w: "+format, append([]any{ErrOption}, args...)...)))
}

func (f *faults) err() error { return strict.Join(f.all...) }

// moneyError names what minor.From refuses in the words of this package.
func moneyError(err error) error {
	if errors.Is(err, minor.ErrScale) {
		return ErrDecimals
	}
	return ErrOverflow
}
