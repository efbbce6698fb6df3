package rfmbeam_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
	"github.com/shopspring/decimal"
)

// parseFn makes chunks of lines such as "anna,2026-01-31,12.50".
type parseFn struct{ Orders rfm.Config }

func (fn *parseFn) ProcessElement(l rfmbeam.Lines, emit func(rfmbeam.Chunk[name])) {
	c := rfmbeam.Chunk[name]{Source: filepath.Base(l.Source)}
	for at, line := range l.All() {
		field := strings.Split(string(line), ",")
		if len(field) != 3 {
			c.Refuse(at, "", fmt.Errorf("%w: %d fields, want 3", rfmbeam.ErrRow, len(field)))
			continue
		}
		when, err := time.Parse(time.DateOnly, field[1])
		if err != nil {
			c.Refuse(at, "/at", fmt.Errorf("%w: %q is no date", rfmbeam.ErrRow, field[1]))
			continue
		}
		amount, err := decimal.NewFromString(field[2])
		if err != nil {
			c.Refuse(at, "/amount", fmt.Errorf("%w: %q is no amount", rfmbeam.ErrRow, field[2]))
			continue
		}
		c.Add(fn.Orders, at, rfm.Purchase[name]{Customer: name(field[0]), At: when, Amount: amount})
	}
	emit(c)
}

// From lines of text to the segment table. The init function of the program says
// rfmbeam.Register(guanxi.StringKey[name]()) and beam.RegisterType for parseFn.
func ExampleSegment() {
	dir, err := os.MkdirTemp("", "orders")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	orders := "anna,2026-01-31,12.50\nanna,2026-02-28,80.00\nben,2025-03-01,9.99\ncleo,2026-02-01,40.00\nben,yesterday,1.00\ncleo,2026-02-02,40.001\n"
	if err := os.WriteFile(filepath.Join(dir, "orders.csv"), []byte(orders), 0o600); err != nil {
		panic(err)
	}

	cfg := rfmbeam.Config{
		Orders: rfm.Config{Currency: "EUR", Decimals: 2},
		AsOf:   time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		Shards: 2,
	}
	p, s := beam.NewPipelineWithRoot()
	lines, err := rfmbeam.ReadLines(s, 0, filepath.Join(dir, "*.csv"))
	if err != nil {
		panic(err)
	}
	r, err := rfmbeam.Segment[name](s, cfg, beam.ParDo(s, &parseFn{Orders: cfg.Orders}, lines))
	if err != nil {
		panic(err)
	}
	beam.ParDo0(s, &sink[*rfm.Table]{ID: "example/table"}, r.Table) // a program writes a file here
	beam.ParDo0(s, &sink[rfmbeam.Refusal]{ID: "example/refused"}, r.Refused)
	if _, err := prism.Execute(context.Background(), p); err != nil {
		panic(err)
	}

	mu.Lock()
	defer mu.Unlock()
	for _, v := range taken["example/table"] {
		for _, row := range v.(*rfm.Table).Rows {
			if row.Customers > 0 {
				fmt.Println(row.Segment.Label(guanxi.EN), row.Customers, row.Revenue)
			}
		}
	}
	for _, v := range taken["example/refused"] {
		refused := v.(rfmbeam.Refusal)
		fmt.Println(refused.Source, refused.Row, refused.Err())
	}
	// Unordered output:
	// Loyal 1 92.5
	// Hibernating 1 40
	// Lost 1 9.99
	// orders.csv 86 /at: not a row: "yesterday" is no date
	// orders.csv 105 /amount: more decimal places than the currency keeps
}
