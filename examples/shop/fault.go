package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
)

// complain writes every fault of err on a line of its own.
func complain(stderr io.Writer, err error) {
	var file *fileError
	n := 0
	for f := range guanxi.Faults(err) {
		if errors.As(err, &file) {
			fmt.Fprintf(stderr, "shop: %s: %v\n", file.name, f)
		} else {
			fmt.Fprintln(stderr, "shop:", f)
		}
		n++
	}
	if n == 0 {
		command.Complain(stderr, "shop", err)
	}
}

// fileError says which file an error is about.
type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }
