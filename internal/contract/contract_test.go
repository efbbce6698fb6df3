package contract

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
)

func TestContract(t *testing.T) {
	a, b := errors.New("a"), errors.New("b")
	if err := Is(fmt.Errorf("wrapped: %w", a), a, "Save"); err != nil {
		t.Error(err)
	}
	if err := Is(nil, a, "Save"); err == nil || err.Error() != `Save: no error, want "a"` {
		t.Error(err)
	}
	if err := Is(b, a, "Save"); !errors.Is(err, b) || err.Error() != `Save: b, want "a"` {
		t.Error(err)
	}

	ran := 0
	step := func(err error) func() error { return func() error { ran++; return err } }
	if err := First(step(nil), step(a), step(b)); !errors.Is(err, a) || ran != 2 {
		t.Errorf("%v after %d steps", err, ran)
	}
	if err := First(); err != nil {
		t.Error(err)
	}

	var there atomic.Int32
	done := make(chan struct{})
	errs := Each(3, func(i int) error {
		if there.Add(1) == 3 {
			close(done)
		}
		<-done // never, unless all three run at once
		return []error{a, nil, b}[i]
	})
	if !slices.Equal(errs, []error{a, nil, b}) {
		t.Error(errs)
	}
	if err := Together(2, func(i int) error { return errs[i] }); !errors.Is(err, a) {
		t.Error(err)
	}
	if err := Together(2, func(int) error { return nil }); err != nil {
		t.Error(err)
	}
}
