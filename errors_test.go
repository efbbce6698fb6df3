package guanxi_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/guanxi-go/guanxi"
)

// lines are the texts of err's faults.
func lines(err error) []string {
	var out []string
	for fe := range guanxi.Faults(err) {
		out = append(out, fe.Error())
	}
	return out
}

func at(pointer string, err error) error { return &guanxi.FieldError{Pointer: pointer, Err: err} }

var errA, errB = errors.New("a"), errors.New("b")

func TestFieldError(t *testing.T) {
	assert.Equal(t, "/x: a", at("/x", errA).Error())
	assert.Equal(t, "a", at("", errA).Error())
	assert.Equal(t, "/x: unspecified fault", at("/x", nil).Error())
	assert.ErrorIs(t, at("/x", errA), errA)
}

func TestFaults(t *testing.T) {
	var none *guanxi.FieldError
	tests := []struct {
		name string
		err  error
		want []string
	}{
		{"nil", nil, nil},
		{"no place", errA, nil},
		{"nil pointer", none, nil},
		{"one", at("/x", errA), []string{"/x: a"}},
		{"wrapped", fmt.Errorf("p: %w", at("/x", errA)), []string{"/x: a"}},
		{"order", errors.Join(at("/x", errA), errB, fmt.Errorf("%w, %w", at("/y", errB), at("/z", errA)), at("/w", errA)),
			[]string{"/x: a", "/y: b", "/z: a", "/w: a"}},
		{"not below", at("/x", at("/y", errA)), []string{"/x: /y: a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, lines(tt.err)) })
	}
	t.Run("break", func(t *testing.T) {
		n := 0
		for range guanxi.Faults(errors.Join(errors.Join(at("/x", errA), at("/y", errA)), at("/z", errA))) {
			n++
			break
		}
		assert.Equal(t, 1, n)
	})
}

func TestAt(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want []string
	}{
		{"no place", errA, []string{"/p: a"}},
		{"one", at("/x", errA), []string{"/p/x: a"}},
		{"whole document", at("", errA), []string{"/p: a"}},
		{"wrapper is dropped", fmt.Errorf("w: %w", at("/x", errA)), []string{"/p/x: a"}},
		{"wrapper without place stays", fmt.Errorf("w: %w", errA), []string{"/p: w: a"}},
		{"join of leaves", errors.Join(errA, errB), []string{"/p: a", "/p: b"}},
		{"two causes of one fault", fmt.Errorf("%w: %w", errA, errB), []string{"/p: a: b"}},
		{"mixture", errors.Join(at("/x", errA), errB, errors.Join(errA, at("/y", errB))),
			[]string{"/p/x: a", "/p: b", "/p: a", "/p/y: b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := lines(tt.err)
			got := guanxi.At("/p", tt.err)
			assert.Equal(t, tt.want, lines(got))
			assert.Equal(t, before, lines(tt.err), "unchanged")
			assert.Equal(t, errors.Is(tt.err, errA), errors.Is(got, errA))
			assert.Equal(t, errors.Is(tt.err, errB), errors.Is(got, errB))
			if len(tt.want) == 1 {
				assert.IsType(t, &guanxi.FieldError{}, got)
			}
		})
	}
	var none *guanxi.FieldError
	assert.NoError(t, guanxi.At("/p", nil))
	assert.NoError(t, guanxi.At("/p", none))
}

func TestPointer(t *testing.T) {
	type tier string
	assert.Equal(t, "", guanxi.Pointer())
	assert.Equal(t, "/", guanxi.Pointer(""))
	assert.Equal(t, "/tiers/2/min_points", guanxi.Pointer("tiers", 2, "min_points"))
	assert.Equal(t, "/a~1b/m~0n/金/-1", guanxi.Pointer("a/b", tier("m~n"), "金", int64(-1)))
}

func ExampleFaults() {
	validate := func() error {
		return errors.Join(
			guanxi.At(guanxi.Pointer("tiers", 2, "min_points"), errors.New("below the tier before")),
			guanxi.At("/currency", io.ErrUnexpectedEOF),
		)
	}
	for fe := range guanxi.Faults(validate()) {
		fmt.Println(fe.Pointer, "→", fe.Err)
	}
	// Output:
	// /tiers/2/min_points → below the tier before
	// /currency → unexpected EOF
}

func ExampleAt() {
	err := guanxi.At("/tiers/0", errors.Join(
		&guanxi.FieldError{Pointer: "/id", Err: errors.New("empty")},
		errors.New("no name"),
	))
	fmt.Println(err)
	// Output:
	// /tiers/0/id: empty
	// /tiers/0: no name
}

func ExamplePointer() {
	fmt.Println(guanxi.Pointer("tiers", 2, "a/b"))
	// Output: /tiers/2/a~1b
}

func TestSentinelsAreDistinct(t *testing.T) {
	all := []error{
		guanxi.ErrSyntax, guanxi.ErrDepth, guanxi.ErrUnknownField, guanxi.ErrDuplicateKey, guanxi.ErrType,
		guanxi.ErrRange, guanxi.ErrTooMany, guanxi.ErrSpan, guanxi.ErrLang, guanxi.ErrKey,
	}
	assert.Len(t, lo.UniqBy(all, error.Error), len(all))
}

func TestBatchError(t *testing.T) {
	e := &guanxi.BatchError{Refused: 1}
	if got := e.Error(); got != "1 row refused; and 1 more" {
		t.Error(got)
	}
	e.Faults, e.Rows = []*guanxi.FieldError{{"/4/at", errA}}, []int{4}
	if got := e.Error(); got != "1 row refused: /4/at: a" {
		t.Error(got)
	}
	for _, row := range []int{6, 7, 9} {
		e.Refused++
		e.Faults, e.Rows = append(e.Faults, &guanxi.FieldError{guanxi.Pointer("", row), errB}), append(e.Rows, row)
	}
	e.Refused += 10
	if got := e.Error(); got != "14 rows refused: /4/at: a; //6: b; //7: b; and 11 more" {
		t.Error(got)
	}
	err := fmt.Errorf("pkg: %w", e)
	n := 0
	for range guanxi.Faults(err) {
		n++
	}
	var back *guanxi.BatchError
	if n != 4 || !errors.Is(err, errA) || !errors.Is(err, errB) || !errors.As(err, &back) || back != e {
		t.Error(n, err)
	}
}
