// Command example reads an order log from text files and writes the segment table,
// the refused rows and the scored customers, on any runner of Apache Beam:
//
//	go run ./example -orders 'orders/*.csv' -as_of 2026-01-01 -out result
//
// A line is customer,time,amount,order: the time as 2026-01-31 or RFC 3339, the
// order reference or nothing. The README beside this folder says what to add for
// Flink, Spark and Dataflow.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
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

// options are what the command line sets.
type options struct {
	orders, out, asOf, currency string
	decimals, shards            int
	noSideInputs                bool
}

func main() {
	var o options
	flag.StringVar(&o.orders, "orders", "", "glob of the text files to read")
	flag.StringVar(&o.out, "out", "", "beginning of the names of the files to write")
	flag.StringVar(&o.asOf, "as_of", "", "the day the customers are looked at, exclusive: 2026-01-01")
	flag.StringVar(&o.currency, "currency", "CNY", "currency of the amounts")
	flag.IntVar(&o.decimals, "decimals", 2, "decimal places of the currency")
	flag.IntVar(&o.shards, "shards", rfmbeam.DefaultShards, "tables the customers are divided into")
	flag.BoolVar(&o.noSideInputs, "no_side_inputs", false, "group by key instead (Spark)")
	flag.Parse()
	beam.Init()
	p, err := build(o)
	if err == nil {
		err = beamx.Run(context.Background(), p)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// build makes the pipeline.
func build(o options) (*beam.Pipeline, error) {
	asOf, err := time.Parse(time.DateOnly, o.asOf)
	if err != nil {
		return nil, fmt.Errorf("-as_of: %w", err)
	}
	if o.orders == "" || o.out == "" {
		return nil, fmt.Errorf("-orders and -out: %w: both are needed", rfm.ErrOption)
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
	textio.Write(s, o.out+"-table.tsv", beam.ParDo(s, tableLines, r.Table))
	textio.Write(s, o.out+"-refused.txt", beam.ParDo(s, refusedLines, r.Refused))
	textio.Write(s, o.out+"-customers.jsonl", beam.ParDo(s, customerLines, r.Customers))
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
			return p, "/at", fmt.Errorf("%q is no time", f[1])
		}
	}
	if p.Amount, err = decimal.NewFromString(f[2]); err != nil {
		return p, "/amount", fmt.Errorf("%q is no amount", f[2])
	}
	return p, "", nil
}

// tableLines emits a segment a line: id, customers, revenue.
func tableLines(t *rfm.Table, emit func(string)) {
	for _, r := range t.Rows {
		emit(fmt.Sprintf("%s\t%d\t%s", r.Segment.ID, r.Customers, r.Revenue))
	}
}

// refusedLines emits a refused row a line.
func refusedLines(r rfmbeam.Refusal, emit func(string)) {
	emit(fmt.Sprintf("%s: byte %d: %v", r.Source, r.Row, r.Err()))
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
