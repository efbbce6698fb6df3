// Command bench measures the store of loyaltysql beside a floor: the same rows and round
// trips written by hand with prepared statements, without the library (floor.go), on the
// same driver and with the same settings.
//
//	go run ./bench -db sqlite
//	GUANXI_POSTGRES_DSN=… GUANXI_MYSQL_DSN=… go run ./bench
//
// Both take short turns, so that what else the machine does meets both; what counts is the
// median of the ratios of turns that follow one another. CPU is what this process has used
// for a command. After every cell the
// accounts are checked, and at the end the journal of each account against all its rows: a
// program that loses points is ended, exit code 1.
//
// The rows of the table:
//
//	wide        10,000 accounts, Service.Do beside one commit by hand
//	hot alone   one account, Service.Do with Store.Locking beside a row lock by hand
//	hot group   one account, Group.Do beside the same row lock by hand
//	wide group  10,000 accounts, Group.Do beside one commit by hand
//	batch 100   Service.Batch of 100 accounts beside 100 accounts in a commit by hand (SQLite)
//
// SQLite runs with its write-ahead log and full sync. Servers run as they are set up: the
// table says how durable that is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	db       []string
	cells    []string
	workers  []int
	accounts int
	turn     time.Duration
	rounds   int
	dir      string
	profile  string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); _ = f.Close() }()
	}
	printMachine(os.Stdout, o)
	for _, name := range o.db {
		if err := measure(ctx, os.Stdout, name, o); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// parse reads the flags.
func parse(args []string) (*options, error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	db := f.String("db", "", "sqlite, postgres, mysql, separated by commas (default: all that are there)")
	cells := f.String("cells", "wide,hot alone,hot group,wide group,batch 100", "what is measured")
	workers := f.String("workers", "1,8,32", "how many work at once")
	o := &options{}
	f.IntVar(&o.accounts, "accounts", 10_000, "how many accounts are wide")
	f.DurationVar(&o.turn, "turn", 500*time.Millisecond, "how long a turn is")
	f.IntVar(&o.rounds, "rounds", 10, "how many turns each has")
	f.StringVar(&o.dir, "dir", "", "folder for the files of SQLite (default: a temporary one)")
	f.StringVar(&o.profile, "cpuprofile", "", "file for a profile of both")
	short := f.Bool("short", false, "a few cells and short turns: about ten seconds a database")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	set := make(map[string]bool)
	f.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if *short {
		if !set["accounts"] {
			o.accounts = 2_000
		}
		if !set["turn"] {
			o.turn = 200 * time.Millisecond
		}
		if !set["rounds"] {
			o.rounds = 5
		}
		if !set["workers"] {
			*workers = "1,8"
		}
		if !set["cells"] {
			*cells = "wide,hot group,batch 100"
		}
	}
	if o.accounts < batchSize || o.turn <= 0 || o.rounds < 1 {
		return nil, errors.New("-accounts is at least 100, -turn and -rounds are positive")
	}
	for w := range strings.SplitSeq(*workers, ",") {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-workers: %q", w)
		}
		o.workers = append(o.workers, n)
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag", f.Arg(0))
	}
	o.cells = strings.Split(*cells, ",")
	if *db != "" {
		o.db = strings.Split(*db, ",")
	}
	if err := errors.Join(among("-cells", o.cells, "wide", "hot alone", "hot group", "wide group", "batch 100"), among("-db", o.db, "sqlite", "postgres", "mysql")); err != nil {
		return nil, err
	}
	if len(o.db) > 0 {
		return o, nil
	}
	o.db = []string{"sqlite"}
	if os.Getenv("GUANXI_POSTGRES_DSN") != "" {
		o.db = append(o.db, "postgres")
	}
	if os.Getenv("GUANXI_MYSQL_DSN") != "" {
		o.db = append(o.db, "mysql")
	}
	return o, nil
}

// among refuses names that are not known.
func among(flag string, names []string, known ...string) error {
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%s: %q is none of %s", flag, name, strings.Join(known, ", "))
		}
	}
	return nil
}
