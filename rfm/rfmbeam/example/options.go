package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
)

// options are what the command line sets.
type options struct {
	orders, out, asOf, currency string
	decimals, shards            int
	noSideInputs, skipBad       bool
}

// flags are the flags of this program; those of the runners are Beam's.
func flags(f *flag.FlagSet) *options {
	o := &options{}
	f.StringVar(&o.orders, "orders", "", "glob of the text files to read")
	f.StringVar(&o.out, "out", "", "beginning of the names of the files to write")
	f.StringVar(&o.asOf, "as_of", "", "the day the customers are looked at, exclusive: 2026-01-01")
	f.StringVar(&o.currency, "currency", "CNY", "currency of the amounts")
	f.IntVar(&o.decimals, "decimals", 2, "decimal places of the currency, 0 to 18")
	f.IntVar(&o.shards, "shards", rfmbeam.DefaultShards, "tables the customers are divided into")
	f.BoolVar(&o.noSideInputs, "no_side_inputs", false, "group by key instead (Spark)")
	f.BoolVar(&o.skipBad, "skip_bad", false, "leave out lines that are refused (default: nothing is written and the exit code is 1)")
	return o
}

// day is that of -as_of.
func (o *options) day() (time.Time, error) {
	if o.asOf == "" {
		return time.Time{}, errors.New("-as_of is missing: the day the customers are looked at, such as 2026-01-01")
	}
	day, err := time.Parse(time.DateOnly, o.asOf)
	if err != nil {
		return time.Time{}, fmt.Errorf("-as_of %.40q is no day such as 2026-01-01", o.asOf)
	}
	return day, nil
}

// mostFiles is how many files are looked into before the pipeline is built.
const mostFiles = 100

// check says everything that is wrong with the flags, or else with the files that they
// name: a runner would tell of those with the stack of a worker.
func (o *options) check(ctx context.Context) error {
	var faults []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	want(o.orders != "", "-orders is missing: the text files to read, such as 'orders/*.csv'")
	want(o.out != "", "-out is missing: the beginning of the names of the files to write")
	_, err := o.day()
	want(err == nil, "%w", err)
	want(o.decimals >= 0 && o.decimals <= 18, "-decimals %d is not in 0 to 18", o.decimals)
	want(o.shards >= 1, "-shards %d is less than 1", o.shards)
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	return errors.Join(readable(ctx, o.orders), writable(ctx, o.out))
}

// readable reports whether files match a glob, and can be read.
func readable(ctx context.Context, glob string) error {
	fs, err := filesystem.New(ctx, glob)
	if err != nil {
		return fmt.Errorf("-orders %s: %w", glob, err)
	}
	defer func() { _ = fs.Close() }()
	files, err := fs.List(ctx, glob)
	if err != nil {
		return fmt.Errorf("-orders %s: %w", glob, err)
	}
	if len(files) == 0 {
		return fmt.Errorf("-orders %s: no such file", glob)
	}
	var faults []error
	for _, file := range files[:min(mostFiles, len(files))] {
		r, err := fs.OpenRead(ctx, file)
		if err == nil {
			if _, err = r.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
				err = nil
			}
			err = errors.Join(err, r.Close())
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("-orders %s: %w", file, err))
		}
	}
	return errors.Join(faults...)
}

// writable reports whether files can be written to where they will be, and given their names.
func writable(ctx context.Context, out string) error {
	fs, err := filesystem.New(ctx, out)
	if err != nil {
		return fmt.Errorf("-out %s: %w", out, err)
	}
	defer func() { _ = fs.Close() }()
	if _, ok := fs.(filesystem.Remover); !ok {
		return fmt.Errorf("-out %s: its file system cannot take files away", out)
	}
	name := out + table + unfinished
	if err := filesystem.Write(ctx, fs, name, nil); err != nil {
		return fmt.Errorf("-out %s: %w", out, err)
	}
	there, err := exists(ctx, fs, name)
	if err == nil && !there {
		err = errors.New("a name with characters of a glob")
	}
	if err := errors.Join(err, fs.(filesystem.Remover).Remove(ctx, name)); err != nil {
		return fmt.Errorf("-out %s: %w", out, err)
	}
	return nil
}
