// Command lifetimevalue says what customers will still be worth: who is likely
// to be active, how often they will buy, what they spend, and how right such a
// forecast was. It reads an order log or ready rows, or invents a shop whose
// truth is known.
//
//	go run ./examples/lifetimevalue
//	go run ./examples/lifetimevalue -orders log.csv -calibrate-until 2025-06-30 -json
//	go run ./examples/lifetimevalue -summary rows.csv -unit week
package main

import (
	"io"
	"os"

	"github.com/guanxi-go/guanxi/examples/internal/command"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("lifetimevalue", args, stdout, stderr, parseOptions, analyse, nil)
}

// analyse is the whole job: read, fit, check, value, report.
func analyse(o options, out, stderr io.Writer) error {
	t, err := readTable(o)
	if err != nil {
		return err
	}
	f, err := predict(t, o)
	if err != nil {
		return err
	}
	if o.json {
		f.warn(stderr)
		return writeJSON(out, f)
	}
	return writeReport(out, f, o)
}

// readTable reads a file, or invents a shop.
func readTable(o options) (*table, error) {
	switch {
	case o.orders != "":
		return readOrders(o)
	case o.summary != "":
		return readSummary(o)
	}
	return simulate(o)
}
