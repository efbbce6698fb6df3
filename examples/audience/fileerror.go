package main

import (
	"errors"
	"fmt"
)

// fileError says of each of several errors which file it is about.
func fileError(name string, err error) error {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, e := range several.Unwrap() {
			errs = append(errs, fileError(name, e))
		}
		return errors.Join(errs...)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// maxFaults is how many faults of a file are named.
const maxFaults = 20

// faultList gathers the faults of a file.
type faultList struct {
	errs []error
	n    int
}

func (l *faultList) add(err error) {
	if l.n++; l.n <= maxFaults {
		l.errs = append(l.errs, err)
	}
}

func (l *faultList) err() error {
	if l.n > maxFaults {
		return errors.Join(append(l.errs, fmt.Errorf("and %d more", l.n-maxFaults))...)
	}
	return errors.Join(l.errs...)
}
