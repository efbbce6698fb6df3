package rfmbeam

import (
	"fmt"
	"reflect"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

func init() {
	beam.RegisterType(reflect.TypeFor[tableFn]())
	beam.RegisterType(reflect.TypeFor[emptyTableFn]())
	register.Emitter2[int64, *rfm.Table]()
	register.Emitter1[*rfm.Table]()
	register.Iter1[*rfm.Table]()
}

// Scored are the customers of one shard, in the order of their keys, with values,
// score and segment: what rfm.Scored.All yields of them. Notes are those of the
// shard; their numbers add up to those of the whole.
type Scored[K comparable] struct {
	Shard     int
	Customers []rfm.Customer[K]
	Notes     rfm.Notes[K]
}

// Score scores the customers in shards, which Populations took, by a scale, which
// Fit made: a PCollection<[Scored][K]>, one for each shard that has a customer, and
// a PCollection<*rfm.Table> of one, equal to rfm.Scored.Table of all customers
// together.
func Score[K comparable](s beam.Scope, cfg Config, shards, scale beam.PCollection) (customers, table beam.PCollection, err error) {
	cfg, err = ready[K](cfg)
	if err != nil {
		return beam.PCollection{}, beam.PCollection{}, err
	}
	s = s.Scope("rfmbeam.Score")
	work := scoreWork{Orders: cfg.Orders, Segments: cfg.Segments, AsOf: cfg.AsOf}
	var tables beam.PCollection
	if cfg.NoSideInputs {
		keyed := beam.ParDo(s, &spreadScaleFn{Shards: cfg.Shards}, scale)
		customers, tables = beam.ParDo2(s, &scoreKeyedFn[K]{scoreWork: work}, beam.CoGroupByKey(s, shards, keyed))
	} else {
		customers, tables = beam.ParDo2(s, &scoreFn[K]{scoreWork: work}, shards, beam.SideInput{Input: scale})
	}
	// A table of nobody goes along: there is a table even if there is nobody.
	nobody := beam.ParDo(s, &emptyTableFn{scoreWork: work}, scale)
	tables = beam.Flatten(s, nobody, tables)
	return customers, beam.ParDo(s, &tableFn{}, beam.GroupByKey(s, tables)), nil
}

// scoreWork is what the scoring transforms share.
type scoreWork struct {
	Orders   rfm.Config
	Segments rfm.SegmentsConfig
	AsOf     time.Time
}

// scorer scores the shards of a bundle and sums up their tables.
type scorer struct {
	segments *rfm.Segments
	sum      *rfm.Table
}

func (s *scorer) start(w *scoreWork) (err error) {
	s.sum = nil
	if s.segments == nil {
		s.segments, err = rfm.NewSegments(w.Segments)
	}
	return err
}

func (s *scorer) finish(emit func(int64, *rfm.Table)) {
	if s.sum != nil {
		emit(0, s.sum)
	}
	s.sum = nil
}

func scoreShard[K comparable](s *scorer, shard int64, table []byte, scale *rfm.Scale, emit func(Scored[K])) error {
	pop, err := decodePopulation[K](table)
	if err != nil {
		return err
	}
	scored, err := rfm.ScoreAll(pop, scale, s.segments)
	if err != nil {
		return err
	}
	out := Scored[K]{Shard: int(shard), Notes: pop.Notes(), Customers: make([]rfm.Customer[K], 0, scored.Len())}
	for c := range scored.All() {
		out.Customers = append(out.Customers, c)
	}
	emit(out)
	if s.sum == nil {
		s.sum = scored.Table()
		return nil
	}
	return s.sum.Merge(scored.Table())
}

// scoreFn scores with the scale as a side input.
type scoreFn[K comparable] struct {
	scoreWork
	s scorer
}

// StartBundle forgets what a failed bundle left.
func (fn *scoreFn[K]) StartBundle(_ func(**rfm.Scale) bool, _ func(Scored[K]), _ func(int64, *rfm.Table)) error {
	return fn.s.start(&fn.scoreWork)
}

// ProcessElement scores one shard.
func (fn *scoreFn[K]) ProcessElement(shard int64, table []byte, scales func(**rfm.Scale) bool, emit func(Scored[K]), _ func(int64, *rfm.Table)) error {
	var scale *rfm.Scale
	if !scales(&scale) {
		return fmt.Errorf("rfmbeam: shard %d: %w: no scale", shard, ErrShard)
	}
	return scoreShard(&fn.s, shard, table, scale, emit)
}

// FinishBundle emits the table of the bundle.
func (fn *scoreFn[K]) FinishBundle(_ func(**rfm.Scale) bool, _ func(Scored[K]), emit func(int64, *rfm.Table)) {
	fn.s.finish(emit)
}

// scoreKeyedFn scores with the scale coming by key.
type scoreKeyedFn[K comparable] struct {
	scoreWork
	s scorer
}

// StartBundle forgets what a failed bundle left.
func (fn *scoreKeyedFn[K]) StartBundle(_ func(Scored[K]), _ func(int64, *rfm.Table)) error {
	return fn.s.start(&fn.scoreWork)
}

// ProcessElement scores one shard; a number without a shard has no customers.
func (fn *scoreKeyedFn[K]) ProcessElement(shard int64, tables func(*[]byte) bool, scales func(**rfm.Scale) bool, emit func(Scored[K]), _ func(int64, *rfm.Table)) error {
	table, err := only(shard, tables)
	if err != nil || table == nil {
		return err
	}
	var scale *rfm.Scale
	if !scales(&scale) {
		return fmt.Errorf("rfmbeam: shard %d: %w: no scale", shard, ErrShard)
	}
	return scoreShard(&fn.s, shard, table, scale, emit)
}

// FinishBundle emits the table of the bundle.
func (fn *scoreKeyedFn[K]) FinishBundle(_ func(Scored[K]), emit func(int64, *rfm.Table)) {
	fn.s.finish(emit)
}

// emptyTableFn emits the table of nobody.
type emptyTableFn struct{ scoreWork }

// ProcessElement emits it.
func (fn *emptyTableFn) ProcessElement(scale *rfm.Scale, emit func(int64, *rfm.Table)) error {
	segments, err := rfm.NewSegments(fn.Segments)
	if err != nil {
		return err
	}
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), fn.Orders)
	if err != nil {
		return err
	}
	pop, err := agg.Population(fn.AsOf)
	if err != nil {
		return err
	}
	scored, err := rfm.ScoreAll(pop, scale, segments)
	if err == nil {
		emit(0, scored.Table())
	}
	return err
}

// tableFn merges tables.
type tableFn struct{}

// ProcessElement emits their sum.
func (*tableFn) ProcessElement(_ int64, tables func(**rfm.Table) bool, emit func(*rfm.Table)) error {
	sum := new(rfm.Table)
	var t *rfm.Table
	for tables(&t) {
		if err := sum.Merge(t); err != nil {
			return err
		}
		t = nil
	}
	emit(sum)
	return nil
}
