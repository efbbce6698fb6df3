// Command points runs a loyalty programme: it plays a year of a sample programme
// and shows what customers have and what the shop owes them, or it applies the
// commands of a file to a programme of a file. With a database it can be stopped at any
// time and goes on where it was.
//
//	go run ./examples/points
//	go run ./examples/points -lang zh -seed 7 -customer c0012
//	go run ./examples/points -program program.json -commands commands.ndjson -json
//	go run ./examples/points -db points.db
//	go run ./examples/points -db points.db -verify
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// exitStopped is the exit code after Ctrl-C, as shells have it.
const exitStopped = 130

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	var err error
	code := command.Run("points", args, stdout, stderr, parseOptions, func(o options, out, errs io.Writer) error {
		if err = show(o, out); errors.Is(err, errNoSums) {
			command.Complain(errs, "points", err)
			return command.ErrPrinted
		}
		return err
	}, nil)
	if errors.Is(err, errStopped) {
		return exitStopped
	}
	return code
}

// show is the whole job: commands of a file, or a year, or asking whether all that a
// database keeps is right.
func show(o options, out io.Writer) error {
	ctx := context.Background()
	if o.db == "" {
		return showIn(ctx, o, nil, out)
	}
	db, err := openDatabase(ctx, o.db, o.verify)
	if err != nil {
		return err
	}
	defer func() { _ = db.close() }()
	if o.verify {
		return showVerified(ctx, db, o, out)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second one ends the process
	return showIn(ctx, o, db, out)
}

// showIn carries commands or a year out, in a database or, without one, in memory.
func showIn(ctx context.Context, o options, db *database, out io.Writer) error {
	if o.commands != "" {
		return showCommands(ctx, o, db, out)
	}
	return showYear(ctx, o, db, out)
}

// showCommands reads both files to their ends before anything is carried out.
func showCommands(ctx context.Context, o options, db *database, out io.Writer) error {
	p, err := readProgram(o.program)
	if err != nil {
		return err
	}
	list, err := readCommands(o.commands)
	if err != nil {
		return err
	}
	defs, err := readCoupons(o.coupons)
	if err != nil {
		return err
	}
	d, r, err := begin(ctx, p, defs, db, "commands")
	if err != nil {
		return err
	}
	results, err := d.carryOut(list, r)
	if err != nil {
		return err
	}
	end, err := d.finish(list, results, o)
	if err != nil {
		return err
	}
	if o.json {
		err = writeResults(out, results, end)
	} else {
		err = writeResultsReport(out, d, results, end, o)
	}
	if err == nil && end.Error != nil {
		err = fmt.Errorf("%w: %s", errNoSums, end.Error.Message)
	}
	return err
}

// errNoSums is of commands that were all carried out, and are told, and whose sums over all
// accounts are too large to be told.
var errNoSums = errors.New("the sums of all accounts cannot be told")

// showYear plays the sample programme and reports on it.
func showYear(ctx context.Context, o options, db *database, out io.Writer) error {
	p, err := sampleProgram()
	if err != nil {
		return err
	}
	d, r, err := begin(ctx, p, nil, db, fmt.Sprintf("%s of seed %d with %d customers", aYear, o.seed, o.customers))
	if err != nil {
		return err
	}
	y, err := playYear(d, o, r)
	if err != nil {
		return err
	}
	a, err := analyse(y, o)
	if err != nil {
		return err
	}
	if o.json {
		return writeYearJSON(out, a)
	}
	return writeYearReport(out, a, o)
}

// aYear is what a database says that it keeps of a year.
const aYear = "a year"

// begin opens the desk of a programme, and, in a database, the record of what was carried
// out there.
func begin(ctx context.Context, p loyalty.Program, defs []coupon.Definition, db *database, what string) (*desk, *record, error) {
	d, err := openDesk(p, defs, openStore(db))
	if err != nil || db == nil {
		return d, nil, err
	}
	r, err := openRecord(ctx, db, d, what)
	return d, r, err
}
