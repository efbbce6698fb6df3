// Command survey says what a survey's answers come to: the Net Promoter Score
// and how sure it is, groups and their differences, the trend, and what people
// give as their reasons. It reads any CSV file, or data of its own.
//
//	go run ./examples/survey
//	go run ./examples/survey -responses answers.csv -score recommend -group team -json
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // -tz works where the system has no time zones
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: it returns the exit code, 2 for flags that
// make no sense and 1 for whatever else went wrong. Nothing is written to
// stdout unless all of it can be.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		complain(stderr, err)
		fmt.Fprintln(stderr, "survey -h lists the flags")
		return 2
	}
	var out bytes.Buffer
	if err := analyse(o, &out); err != nil {
		complain(stderr, err)
		return 1
	}
	if _, err := out.WriteTo(stdout); err != nil {
		complain(stderr, err)
		return 1
	}
	return 0
}

// analyse is the whole job: read, count, report.
func analyse(o options, out io.Writer) error {
	s, err := readSurvey(o)
	if err != nil {
		return err
	}
	c, err := count(s)
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(out, c, o)
	}
	return writeReport(out, s, c, o)
}

// readSurvey reads a file, or invents the answers of a shop.
func readSurvey(o options) (*survey, error) {
	if o.responses == "" {
		return invent(o.loc), nil
	}
	return readResponses(o)
}

// complain writes every fault of err on a line of its own.
func complain(stderr io.Writer, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			complain(stderr, e)
		}
		return
	}
	fmt.Fprintln(stderr, "survey:", err)
}
