package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
)

// maxFaults is how many bad rows are named.
const maxFaults = 20

// refuse says that a column of a row cannot be taken as it stands.
type refuse func(column, text string, err error)

// eachRow gives take every row of a file. Rows that cannot be read, and those
// that take refuses, are one error that names each with its reason: a forecast
// from the rest would be one of other customers.
func eachRow(name string, f *csvfile.File, take func(fields []string, no refuse)) error {
	var errs []error
	faults := 0
	add := func(err error) {
		if faults++; faults <= maxFaults {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	no := func(column, text string, err error) {
		add(f.Fault(fmt.Errorf("%s %.40q: %w", column, text, err)))
	}
	for more := true; more; {
		var fields []string
		var err error
		fields, more, err = f.Next()
		switch {
		case errors.Is(err, io.EOF):
		case err != nil:
			add(err)
		default:
			take(fields, no)
		}
	}
	if faults > maxFaults {
		errs = append(errs, fmt.Errorf("%s: and %d more", name, faults-maxFaults))
	}
	return errors.Join(errs...)
}

// errNone refuses an empty field.
var errNone = errors.New("must not be empty")
