// Package contract holds what the packages that test a host's store against a
// contract have in common. The errors are sentences for who wrote the store.
package contract

import (
	"errors"
	"fmt"
	"sync"
)

// Is returns nil if err is want, and otherwise what a call returned instead.
func Is(err, want error, call string) error {
	switch {
	case errors.Is(err, want):
		return nil
	case err == nil:
		return fmt.Errorf("%s: no error, want %q", call, want.Error())
	}
	return fmt.Errorf("%s: %w, want %q", call, err, want.Error())
}

// First runs the steps up to the first that fails, and returns its error.
func First(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Together is the join of what Each returns.
func Together(n int, run func(i int) error) error { return errors.Join(Each(n, run)...) }

// Each runs n goroutines that begin at once, waits for all, and returns the error
// of each.
func Each(n int, run func(i int) error) []error {
	var wg sync.WaitGroup
	errs := make([]error, n)
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = run(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}
