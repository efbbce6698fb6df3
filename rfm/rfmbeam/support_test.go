package rfmbeam_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamlog "github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
	"github.com/shopspring/decimal"
)

// name is a key type of the host's own.
type name string

func init() {
	rfmbeam.Register(guanxi.IntKey[int64]())
	rfmbeam.Register(guanxi.StringKey[name]())
	for _, t := range []reflect.Type{
		reflect.TypeFor[source[int64]](), reflect.TypeFor[source[name]](), reflect.TypeFor[shardSink](),
		reflect.TypeFor[sink[rfmbeam.Refusal]](), reflect.TypeFor[sink[*rfm.Scale]](), reflect.TypeFor[sink[*rfm.Table]](),
		reflect.TypeFor[sink[rfmbeam.Scored[int64]]](), reflect.TypeFor[sink[rfmbeam.Rows[int64]]](),
		reflect.TypeFor[sink[rfmbeam.Scored[name]]](),
		reflect.TypeFor[sink[rfmbeam.Lines]](), reflect.TypeFor[parseFn](),
	} {
		beam.RegisterType(t)
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	beamlog.LogLevel = "error"
	beam.Init()
	os.Exit(m.Run())
}

// The runner calls DoFns in this process, so a test gives and takes through here.
var (
	mu    sync.Mutex
	given = map[string]any{}
	taken = map[string][]any{}
	runs  int
)

// source emits the chunks that a test gave.
type source[K comparable] struct{ ID string }

func (fn *source[K]) ProcessElement(_ []byte, emit func(rfmbeam.Chunk[K])) {
	mu.Lock()
	chunks := given[fn.ID].([]rfmbeam.Chunk[K])
	mu.Unlock()
	for _, c := range chunks {
		emit(c)
	}
}

// sink hands elements to the test.
type sink[T any] struct{ ID string }

func (fn *sink[T]) ProcessElement(v T) {
	mu.Lock()
	defer mu.Unlock()
	taken[fn.ID] = append(taken[fn.ID], v)
}

// shardSink is a sink of tables.
type shardSink struct{ ID string }

func (fn *shardSink) ProcessElement(_ int64, table []byte) {
	mu.Lock()
	defer mu.Unlock()
	taken[fn.ID] = append(taken[fn.ID], slices.Clone(table))
}

// run is one pipeline of a test.
type run struct {
	p  *beam.Pipeline
	s  beam.Scope
	id string
}

func newRun() *run {
	mu.Lock()
	defer mu.Unlock()
	runs++
	p, s := beam.NewPipelineWithRoot()
	return &run{p: p, s: s, id: fmt.Sprint(runs)}
}

// chunks is a collection of chunks; shuffled ones cross the runner as bytes.
func chunks[K comparable](r *run, list []rfmbeam.Chunk[K], shuffled bool) beam.PCollection {
	mu.Lock()
	given[r.id] = list
	mu.Unlock()
	c := beam.ParDo(r.s, &source[K]{ID: r.id}, beam.Impulse(r.s))
	if shuffled {
		c = beam.Reshuffle(r.s, c)
	}
	return c
}

// take returns what a sink with a name gets, once the pipeline has run.
func take[T any](r *run, what string, c beam.PCollection) func() []T {
	id := r.id + "/" + what
	beam.ParDo0(r.s, &sink[T]{ID: id}, c)
	return func() (out []T) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range taken[id] {
			out = append(out, v.(T))
		}
		delete(taken, id)
		return out
	}
}

func takeShards(r *run, c beam.PCollection) func() [][]byte {
	id := r.id + "/shards"
	beam.ParDo0(r.s, &shardSink{ID: id}, c)
	return func() (out [][]byte) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range taken[id] {
			out = append(out, v.([]byte))
		}
		return out
	}
}

func (r *run) run() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := prism.Execute(ctx, r.p)
	return err
}

func (r *run) must(t testing.TB) {
	t.Helper()
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
}

// simulated is a log rich in ties, refunds that name an order or none, references
// that come twice, also under another customer, and rows that cannot be taken.
func simulated(rng *rand.Rand, rows, customers int, refs bool) []rfm.Purchase[int64] {
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	log := make([]rfm.Purchase[int64], 0, rows)
	for i := range rows {
		p := rfm.Purchase[int64]{
			Customer: 1 + int64(float64(customers)*rng.Float64()*rng.Float64()),
			At:       start.Add(time.Duration(rng.IntN(400*24*60)) * time.Minute),
			Amount:   decimal.New(int64(rng.IntN(40)+1)*2500+int64(rng.IntN(3)), -2),
			Cost:     decimal.New(int64(rng.IntN(2000)), -2),
		}
		if rng.IntN(50) == 0 {
			p.Amount = p.Amount.Mul(decimal.New(int64(rng.IntN(90000)), 0))
		}
		if refs && rng.IntN(10) > 0 {
			p.Order = fmt.Sprintf("A%d", i)
		}
		switch rng.IntN(25) {
		case 0: // a refund of an order, or of none
			p.Amount = p.Amount.Neg()
			if refs && i > 0 {
				old := log[rng.IntN(i)]
				p.Order = old.Order
				if rng.IntN(3) > 0 {
					p.Customer, p.Amount = old.Customer, old.Amount.Neg()
				}
			}
		case 1: // a row that came twice
			if refs && i > 0 {
				p = log[rng.IntN(i)]
			}
		case 2: // a reference under another customer
			if refs && i > 0 {
				p.Order = log[rng.IntN(i)].Order
			}
		case 3: // what nobody can take
			switch rng.IntN(4) {
			case 0:
				p.Customer = 0
			case 1:
				p.At = time.Time{}
			case 2:
				p.Amount = decimal.RequireFromString("1.234")
			case 3:
				p.Amount = decimal.New(1, 30)
			}
		case 4:
			p.Amount = decimal.Zero
		}
		log = append(log, p)
	}
	return log
}

// chunked cuts a log into chunks of a source.
func chunked[K comparable](c rfm.Config, log []rfm.Purchase[K], size int) (out []rfmbeam.Chunk[K]) {
	row := int64(0)
	for part := range slices.Chunk(log, size) {
		k := rfmbeam.Chunk[K]{Source: "orders"}
		for _, p := range part {
			k.Add(c, row, p)
			row++
		}
		out = append(out, k)
	}
	return out
}

func byRow(list []rfmbeam.Refusal) []rfmbeam.Refusal {
	slices.SortFunc(list, func(a, b rfmbeam.Refusal) int { return int(a.Row - b.Row) })
	return list
}
