// Command example reads an order log from text files and writes the segment table,
// the refused rows and the scored customers, on any runner of Apache Beam:
//
//	GOWORK=off go run ./example -orders 'orders/*.csv' -as_of 2026-01-01 -out result
//
// A line is customer,time,amount,order: the time as 2026-01-31 or RFC 3339, the
// order reference or nothing. Where lines are refused they are named, nothing is
// written, and the exit code is 1; with -skip_bad they are left out. The README beside this folder says what to add for
// Flink, Spark and Dataflow.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
	"github.com/shopspring/decimal"
)

func init() {
	rfmbeam.Register(guanxi.StringKey[string]())
	beam.RegisterType(reflect.TypeFor[parseFn]())
	register.Function2x0(customerLines)
	register.Function2x0(tableLines)
	register.Function2x0(refusedLines)
	register.Emitter1[string]()
}

func main() {
	o := flags(flag.CommandLine)
	flag.Parse()
	beam.Init()
	ctx := context.Background()
	err := run(ctx, o, func(p *beam.Pipeline) error { return beamx.Run(ctx, p) }, os.Stderr)
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintln(os.Stderr, "example:", line)
		}
		os.Exit(1)
	}
}

// run checks what it is given, runs the pipeline, and gives the files that it wrote their
// names if all is well.
func run(ctx context.Context, o *options, execute func(*beam.Pipeline) error, stderr io.Writer) error {
	if err := o.check(ctx); err != nil {
		return err
	}
	p, err := build(o)
	if err != nil {
		return err
	}
	if err := execute(p); err != nil {
		return errors.Join(fmt.Errorf("nothing is written: %w", err), discard(ctx, o.out))
	}
	return finish(ctx, o, stderr)
}

// build makes the pipeline.
func build(o *options) (*beam.Pipeline, error) {
	asOf, err := o.day()
	if err != nil {
		return nil, err
	}
	cfg := rfmbeam.Config{Orders: rfm.Config{Currency: o.currency, Decimals: o.decimals}, AsOf: asOf,
		Shards: o.shards, NoSideInputs: o.noSideInputs}
	p, s := beam.NewPipelineWithRoot()
	lines, err := rfmbeam.ReadLines(s, 0, o.orders)
	if err != nil {
		return nil, err
	}
	r, err := rfmbeam.Segment[string](s, cfg, beam.ParDo(s, &parseFn{Orders: cfg.Orders}, lines))
	if err != nil {
		return nil, err
	}
	textio.Write(s, o.out+table+unfinished, beam.ParDo(s, tableLines, r.Table))
	textio.Write(s, o.out+refused+unfinished, beam.ParDo(s, refusedLines, r.Refused))
	textio.Write(s, o.out+customers+unfinished, beam.ParDo(s, customerLines, r.Customers))
	return p, nil
}

// parseFn makes chunks of lines.
type parseFn struct{ Orders rfm.Config }

// ProcessElement makes one chunk.
func (fn *parseFn) ProcessElement(l rfmbeam.Lines, emit func(rfmbeam.Chunk[string])) {
	c := rfmbeam.Chunk[string]{Source: l.Source}
	for at, line := range l.All() {
		p, field, err := parse(string(line))
		if err != nil {
			c.Refuse(at, field, fmt.Errorf("%w: %w", rfmbeam.ErrRow, err))
			continue
		}
		c.Add(fn.Orders, at, p)
	}
	emit(c)
}

func parse(line string) (p rfm.Purchase[string], field string, err error) {
	f := strings.Split(line, ",")
	if len(f) != 4 {
		return p, "", fmt.Errorf("%d fields, want customer,time,amount,order", len(f))
	}
	p.Customer, p.Order = f[0], f[3]
	if p.At, err = time.Parse(time.DateOnly, f[1]); err != nil {
		if p.At, err = time.Parse(time.RFC3339, f[1]); err != nil {
			return p, "/at", fmt.Errorf("%.40q is no time", f[1])
		}
	}
	if p.Amount, err = decimal.NewFromString(f[2]); err != nil {
		return p, "/amount", fmt.Errorf("%.40q is no amount", f[2])
	}
	return p, "", nil
}

// tableLines emits a segment a line: id, customers, revenue.
func tableLines(t *rfm.Table, emit func(string)) {
	for _, r := range t.Rows {
		emit(fmt.Sprintf("%s\t%d\t%s", r.Segment.ID, r.Customers, r.Revenue))
	}
}

// atByte stands before the place of a refused line.
const atByte = ": line at byte "

// refusedLines emits a refused row a line.
func refusedLines(r rfmbeam.Refusal, emit func(string)) {
	emit(fmt.Sprintf("%s%s%d: %v", r.Source, atByte, r.Row, r.Err()))
}

// customerLines emits a customer a line.
func customerLines(c rfmbeam.Scored[string], emit func(string)) {
	for _, c := range c.Customers {
		line, err := json.Marshal(c)
		if err != nil { // of numbers and texts: never
			continue
		}
		emit(string(line))
	}
}
