// Command shop scores a shop's customers by recency, frequency and money, and
// says who they are, who pays, who moved and what to do about it. It reads an
// order log, or invents one.
//
//	go run ./examples/shop
//	go run ./examples/shop -orders log.csv -json
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // -tz works where the system has no time zones

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/rfm"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("shop", args, stdout, stderr, parseOptions, scoreShop, complain)
}

// scoreShop is the whole job: read, score, report.
func scoreShop(o options, out, stderr io.Writer) error {
	segments, err := loadSegments(o.segments)
	if err != nil {
		return err
	}
	log, err := readLog(o, stderr)
	if err != nil {
		return err
	}
	res, err := score(log, o, segments)
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(out, res, o)
	}
	before, err := scoreBefore(log, res, o)
	if err != nil {
		return err
	}
	return writeReport(out, res, before, o)
}

// readLog fills an aggregate with the orders of a file, or of an invented shop.
func readLog(o options, stderr io.Writer) (*orderLog, error) {
	if o.orders == "" {
		return simulate(o, stderr)
	}
	return readOrders(o, stderr)
}

// orderLog is an order log once it is read.
type orderLog struct {
	agg     *rfm.Aggregator[string]
	title   guanxi.Text // where it comes from
	reading guanxi.Text // how it was read
	extent
	refused []refusal
}

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
		fmt.Fprintln(stderr, "shop:", err)
	}
}

// fileError says which file an error is about.
type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }
