// Package command is what the commands of the examples have in common.
package command

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
)

// Run is a main function without the process: it reads the flags, does the job,
// and returns the exit code, 2 for flags that make no sense and 1 for whatever
// else went wrong. Nothing is written to stdout unless all of it can be, or the error
// is [ErrPrinted]. Complain tells of an error; nil is [Complain].
func Run[Options any](name string, args []string, stdout, stderr io.Writer,
	parse func(args []string, stderr io.Writer) (Options, error),
	do func(o Options, out, stderr io.Writer) error,
	complain func(stderr io.Writer, err error),
) int {
	if complain == nil {
		complain = func(stderr io.Writer, err error) { Complain(stderr, name, err) }
	}
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		complain(stderr, err)
		fmt.Fprintln(stderr, name, "-h lists the flags")
		return 2
	}
	var out bytes.Buffer
	err = do(o, &out, stderr)
	if err == nil || errors.Is(err, ErrPrinted) {
		if _, failed := out.WriteTo(stdout); failed != nil {
			err = failed
		}
	}
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, ErrPrinted):
		complain(stderr, err)
	}
	return 1
}

// ErrPrinted ends a command with exit code 1 although what it has written is whole, and is
// printed. Of what went wrong it has told stderr itself.
var ErrPrinted = errors.New("printed, but not all is well")

// Complain writes every error that err joins on a line of its own.
func Complain(stderr io.Writer, name string, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			Complain(stderr, name, e)
		}
		return
	}
	fmt.Fprintln(stderr, name+":", err)
}

// Parse reads flags without printing anything but the help that was asked for.
func Parse(f *flag.FlagSet, args []string, stderr io.Writer) error {
	f.SetOutput(io.Discard)
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		f.SetOutput(stderr)
		f.Usage()
	}
	return err
}

// Checks gathers what is wrong with the flags.
type Checks struct{ errs []error }

// Want notes a fault unless ok.
func (c *Checks) Want(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

// Add notes a fault.
func (c *Checks) Add(err error) { c.errs = append(c.errs, err) }

// Err returns the faults, joined, or nil.
func (c *Checks) Err() error { return errors.Join(c.errs...) }
