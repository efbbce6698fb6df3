// Command killtest kills the service of examples/erp with -9 in the middle of a load, again
// and again, and proves that nothing that was acknowledged is lost or done twice: no order,
// no coupon, no point.
//
//	go run ./examples/erp/killtest                     # ten passes on SQLite
//	go run ./examples/erp/killtest -db postgres://user@host/empty
//
// Clients give requests with idempotency keys, and give each again until it is answered.
// Afterwards `erp -verify` compares journal, accounts, orders and coupons, and what customers
// have is compared with what the answers told of. A pass on PostgreSQL makes a schema of its
// own, and drops it.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/guanxi-go/guanxi/examples/erp/internal/kill"
	"github.com/guanxi-go/guanxi/examples/internal/command"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type options struct {
	db                      string
	passes, rounds, clients int
	load                    time.Duration
	seed                    uint64
}

func parseOptions(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("killtest", flag.ContinueOnError)
	f.StringVar(&o.db, "db", "", "the URL of a PostgreSQL database (default: a SQLite file for each pass)")
	f.IntVar(&o.passes, "passes", 10, "how `often` to do it all")
	f.IntVar(&o.rounds, "rounds", 5, "how often the service is killed in a pass")
	f.IntVar(&o.clients, "clients", 8, "clients at once")
	f.DurationVar(&o.load, "load", 400*time.Millisecond, "the longest time until it is killed")
	f.Uint64Var(&o.seed, "seed", 1, "of the first pass")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	var faults command.Checks
	faults.Want(f.NArg() == 0, "%q is not a flag", f.Arg(0))
	faults.Want(o.passes >= 1 && o.rounds >= 1 && o.clients >= 1, "-passes, -rounds and -clients are at least 1")
	faults.Want(o.load >= 10*time.Millisecond, "-load is at least 10ms")
	return o, faults.Err()
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		command.Complain(stderr, "killtest", err)
		return 2
	}
	if err := passes(ctx, o, stdout, stderr); err != nil {
		command.Complain(stderr, "killtest", err)
		return 1
	}
	return 0
}

// passes builds the service once and does all passes.
func passes(ctx context.Context, o options, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "killtest")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	erp := filepath.Join(dir, "erp")
	build := exec.CommandContext(ctx, "go", "build", "-o", erp, "github.com/guanxi-go/guanxi/examples/erp")
	build.Stderr = stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building the service: %w", err)
	}
	for i := range o.passes {
		r, err := pass(ctx, o, erp, filepath.Join(dir, fmt.Sprint(i)), o.seed+uint64(i), stderr)
		if err != nil {
			return fmt.Errorf("pass %d, -seed %d: %w", i+1, o.seed+uint64(i), err)
		}
		fmt.Fprintf(stdout, "pass %d: %s\n", i+1, r)
	}
	return nil
}

// pass is one pass on a database of its own.
func pass(ctx context.Context, o options, erp, dir string, seed uint64, stderr io.Writer) (r kill.Report, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return r, err
	}
	db := filepath.Join(dir, "shop.db")
	if o.db != "" {
		var drop func() error
		if db, drop, err = schema(ctx, o.db, fmt.Sprintf("killtest_%d_%d", os.Getpid(), seed)); err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, drop()) }()
	}
	return kill.Run(ctx, kill.Config{
		Command: []string{erp, "-db", db, "-addr", "127.0.0.1:0"},
		Verify:  []string{erp, "-db", db, "-verify", "-acknowledged"},
		Dir:     dir, Rounds: o.rounds, Clients: o.clients, Customers: 6, Load: o.load, Seed: seed, Output: stderr,
	})
}

// schema makes a schema, and returns the URL of a database that has its tables there.
func schema(ctx context.Context, dsn, name string) (db string, drop func() error, err error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", nil, err
	}
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return "", nil, err
	}
	if _, err := pool.ExecContext(ctx, "CREATE SCHEMA "+name); err != nil {
		return "", nil, errors.Join(err, pool.Close())
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), func() error {
		_, err := pool.ExecContext(context.WithoutCancel(ctx), "DROP SCHEMA "+name+" CASCADE")
		return errors.Join(err, pool.Close())
	}, nil
}
