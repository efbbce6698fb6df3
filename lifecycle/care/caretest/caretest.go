package caretest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// Books is a store of books together with the tasks that it writes.
type Books interface {
	care.BookStore
	care.TaskStore
}

// TestBooks runs every check of the contract of [care.BookStore] and
// [care.TaskStore], each on an empty store that open makes.
func TestBooks(t *testing.T, open func(t *testing.T) Books) {
	for _, c := range bookChecks {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(open(t)); err != nil {
				t.Errorf("%s\nbroken: %v", c.contract, err)
			}
		})
	}
}

// TestCases runs every check of the contract of [care.CaseStore], each on an empty
// store that open makes.
func TestCases(t *testing.T, open func(t *testing.T) care.CaseStore) {
	for _, c := range caseChecks {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(open(t)); err != nil {
				t.Errorf("%s\nbroken: %v", c.contract, err)
			}
		})
	}
}

// check is one sentence of a contract.
type check[S any] struct {
	name, contract string
	run            func(S) error
}

var ctx = context.Background()

var noon = time.Date(2025, 6, 1, 12, 0, 0, 123000, time.UTC) // 123 µs

// first runs steps up to the first that fails.
func first(steps ...func() error) error {
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

// is checks that err is want.
func is(err, want error) error {
	switch {
	case errors.Is(err, want):
		return nil
	case err == nil:
		return fmt.Errorf("no error, want %q", want.Error())
	}
	return fmt.Errorf("%w, want %q", err, want.Error())
}

func same[T comparable](what string, got, want []T) error {
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s: %v, want %v", what, got, want)
	}
	return nil
}

// raced counts who wins when n writers expect the same version.
func raced(n int, save func(i int) error) error {
	var mu sync.Mutex
	wins := 0
	err := contract.Together(n, func(i int) error {
		err := save(i)
		if err == nil {
			mu.Lock()
			wins++
			mu.Unlock()
			return nil
		}
		return is(err, care.ErrConflict)
	})
	if err == nil && wins != 1 {
		err = fmt.Errorf("%d of %d writes that expect the same version are written", wins, n)
	}
	return err
}

// awkward are ids that a careless comparison takes for one another.
var awkward = []string{"a", "A", "á", "a\u0301", "ａ", "ä", "a%", "a_", "ß", "ss", "'", `\`, "😀", "1", "01"}

func done() context.Context {
	c, cancel := context.WithCancel(ctx)
	cancel()
	return c
}
