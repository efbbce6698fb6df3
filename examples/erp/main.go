// Command erp is a small shop's service over HTTP: customers, orders, points, coupons,
// life-cycle positions, care tasks and survey answers in one database. What belongs
// together is one transaction, and every command is done once, however often it is given.
//
//	go run ./examples/erp                                        # SQLite, erp.db
//	go run ./examples/erp -db postgres://user@host/shop -addr :8080
//	go run ./examples/erp -db erp.db -verify
//
// It has no sign-in: what stands before it says who may ask.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the flags, checked.
type options struct {
	db, addr     string
	sweep        time.Duration
	verify       bool
	acknowledged string // a file, or "" for none
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("erp", flag.ContinueOnError)
	f.StringVar(&o.db, "db", "erp.db", "a SQLite `file`, made if it is not there, or the URL of a PostgreSQL database")
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	f.DurationVar(&o.sweep, "sweep", time.Minute, "how `often` to look at what time has done")
	f.BoolVar(&o.verify, "verify", false, "check everything that is stored, print what was checked and end")
	f.StringVar(&o.acknowledged, "acknowledged", "", "with -verify, a `file` of acknowledged requests, one JSON object a line, of which each must be there exactly once")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	var faults command.Checks
	faults.Want(f.NArg() == 0, "%q is not a flag", f.Arg(0))
	faults.Want(o.db != "", "-db names no database")
	faults.Want(o.sweep >= time.Second, "-sweep %v is less than a second", o.sweep)
	faults.Want(o.verify || o.acknowledged == "", "-acknowledged is of -verify")
	return o, faults.Err()
}

// run is main without the process. Exit codes are 0, 1 for what went wrong and 2 for flags
// that make no sense.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		command.Complain(stderr, "erp", err)
		fmt.Fprintln(stderr, "erp -h lists the flags")
		return 2
	}
	if err := checkFile(o); err != nil {
		command.Complain(stderr, "erp", err)
		return 1
	}
	s, err := openShop(ctx, o.db, time.Now, slog.New(slog.NewTextHandler(stderr, nil)))
	if err == nil {
		if o.verify {
			err = verifyAndPrint(ctx, s, o, stdout)
		} else {
			err = serve(ctx, s, o, stdout)
		}
		err = errors.Join(err, s.close())
	}
	if err != nil {
		command.Complain(stderr, "erp", err)
		return 1
	}
	return 0
}

// checkFile says what is in the way of a SQLite file: a folder is none, and what is to be
// verified is there already.
func checkFile(o options) error {
	if isPostgreSQL(o.db) {
		return nil
	}
	info, err := os.Stat(o.db)
	switch {
	case err != nil && o.verify:
		return fmt.Errorf("-verify: there is no database: %w", err)
	case err != nil:
		return nil // it will be made
	case info.IsDir():
		return fmt.Errorf("-db %s is a folder", o.db)
	case info.Size() == 0 && o.verify:
		return fmt.Errorf("-verify: %s is empty, and no database", o.db)
	}
	return nil
}

// verifyAndPrint prints what was checked as one JSON object.
func verifyAndPrint(ctx context.Context, s *shop, o options, stdout io.Writer) error {
	acknowledged, err := readAcknowledged(o.acknowledged)
	if err != nil {
		return err
	}
	found, err := s.verify(ctx, acknowledged)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(found)
}
