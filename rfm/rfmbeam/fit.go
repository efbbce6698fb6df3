package rfmbeam

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/guanxi-go/guanxi/rfm"
)

func init() {
	beam.RegisterType(reflect.TypeFor[beginFn]())
	beam.RegisterType(reflect.TypeFor[nextFn]())
	beam.RegisterType(reflect.TypeFor[lastFn]())
	beam.RegisterType(reflect.TypeFor[frozenFn]())
	beam.RegisterType(reflect.TypeFor[spreadFitterFn]())
	beam.RegisterType(reflect.TypeFor[spreadScaleFn]())
	register.Emitter1[*rfm.Fitter]()
	register.Emitter1[*rfm.Scale]()
	register.Emitter2[int64, *rfm.Fitter]()
	register.Emitter2[int64, *rfm.Scale]()
	register.Iter1[*rfm.Fitter]()
	register.Iter1[*rfm.Scale]()
}

// Fit finds the cut points of the customers in shards, which Populations took, and
// returns a PCollection<*rfm.Scale> of one: the very scale that rfm.Fit makes of
// them in memory. Each round of cfg.Rounds counts every shard once (see
// rfm.Fitter). A pipeline whose shards have no customer who ever bought fails with
// rfm.ErrEmpty. With cfg.Frozen it is that scale.
func Fit[K comparable](s beam.Scope, cfg Config, shards beam.PCollection) (beam.PCollection, error) {
	cfg, err := ready[K](cfg)
	if err != nil {
		return beam.PCollection{}, err
	}
	s = s.Scope("rfmbeam.Fit")
	if cfg.Frozen != nil {
		return beam.ParDo(s, &frozenFn{Scale: cfg.Frozen}, beam.Impulse(s)), nil
	}
	work := fitWork{Orders: cfg.Orders, Scale: cfg.Scale, Rounds: cfg.Rounds}
	// An empty fitter goes along, so that an empty input is an error and no silence.
	empty := beam.ParDo(s, &beginFn{work}, beam.Impulse(s))
	counts := beam.Flatten(s, empty, beam.ParDo(s, &countFn[K]{fitWork: work}, shards))
	for range cfg.Rounds - 1 {
		next := beam.ParDo(s, &nextFn{}, beam.GroupByKey(s, counts))
		if cfg.NoSideInputs {
			keyed := beam.ParDo(s, &spreadFitterFn{Shards: cfg.Shards}, next)
			counts = beam.ParDo(s, &recountKeyedFn[K]{}, beam.CoGroupByKey(s, shards, keyed))
		} else {
			counts = beam.ParDo(s, &recountFn[K]{}, shards, beam.SideInput{Input: next})
		}
	}
	return beam.ParDo(s, &lastFn{}, beam.GroupByKey(s, counts)), nil
}

// fitWork is what the counting transforms share.
type fitWork struct {
	Orders rfm.Config
	Scale  rfm.ScaleConfig
	Rounds int
}

// beginFn emits the fitter before its first round.
type beginFn struct{ fitWork }

// ProcessElement emits it.
func (fn *beginFn) ProcessElement(_ []byte, emit func(int64, *rfm.Fitter)) error {
	f, err := rfm.NewFitter(fn.Orders, fn.Scale, fn.Rounds)
	if err != nil {
		return err
	}
	emit(0, f)
	return nil
}

// counter counts the shards of a bundle.
type counter struct {
	sum *rfm.Fitter
}

// begin makes a copy of the search that a later round goes on with: a runner may
// hand the same side input to every bundle.
func (c *counter) begin(search func(**rfm.Fitter) bool) error {
	if c.sum != nil {
		return nil
	}
	var f *rfm.Fitter
	if !search(&f) {
		return fmt.Errorf("rfmbeam: %w: no search to go on with", ErrShard)
	}
	var err error
	c.sum, err = cloned(f)
	return err
}

// cloned copies a search with what it counted.
func cloned(f *rfm.Fitter) (*rfm.Fitter, error) {
	data, err := f.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return decodeFitter(data)
}

func (c *counter) finish(emit func(int64, *rfm.Fitter)) {
	if c.sum != nil {
		emit(0, c.sum)
	}
	c.sum = nil
}

func addShard[K comparable](c *counter, table []byte) error {
	if round, of := c.sum.Round(); round > of {
		return nil // all found
	}
	pop, err := decodePopulation[K](table)
	if err != nil {
		return err
	}
	return rfm.AddPopulation(c.sum, pop)
}

// countFn is the first round.
type countFn[K comparable] struct {
	fitWork
	c counter
}

// StartBundle forgets what a failed bundle left.
func (fn *countFn[K]) StartBundle(_ func(int64, *rfm.Fitter)) { fn.c.sum = nil }

// ProcessElement counts one shard.
func (fn *countFn[K]) ProcessElement(_ int64, table []byte, _ func(int64, *rfm.Fitter)) error {
	if fn.c.sum == nil {
		var err error
		if fn.c.sum, err = rfm.NewFitter(fn.Orders, fn.Scale, fn.Rounds); err != nil {
			return err
		}
	}
	return addShard[K](&fn.c, table)
}

// FinishBundle emits the counts.
func (fn *countFn[K]) FinishBundle(emit func(int64, *rfm.Fitter)) { fn.c.finish(emit) }

// recountFn is a later round, what is looked for being a side input.
type recountFn[K comparable] struct{ c counter }

// StartBundle forgets what a failed bundle left.
func (fn *recountFn[K]) StartBundle(_ func(**rfm.Fitter) bool, _ func(int64, *rfm.Fitter)) {
	fn.c.sum = nil
}

// ProcessElement counts one shard.
func (fn *recountFn[K]) ProcessElement(_ int64, table []byte, search func(**rfm.Fitter) bool, _ func(int64, *rfm.Fitter)) error {
	if err := fn.c.begin(search); err != nil {
		return err
	}
	return addShard[K](&fn.c, table)
}

// FinishBundle emits the counts.
func (fn *recountFn[K]) FinishBundle(_ func(**rfm.Fitter) bool, emit func(int64, *rfm.Fitter)) {
	fn.c.finish(emit)
}

// recountKeyedFn is a later round, what is looked for coming by key.
type recountKeyedFn[K comparable] struct{ c counter }

// StartBundle forgets what a failed bundle left.
func (fn *recountKeyedFn[K]) StartBundle(_ func(int64, *rfm.Fitter)) { fn.c.sum = nil }

// ProcessElement counts one shard; a number without a shard counts nothing.
func (fn *recountKeyedFn[K]) ProcessElement(shard int64, tables func(*[]byte) bool, search func(**rfm.Fitter) bool, _ func(int64, *rfm.Fitter)) error {
	table, err := only(shard, tables)
	if err != nil || table == nil {
		return err
	}
	if err := fn.c.begin(search); err != nil {
		return err
	}
	return addShard[K](&fn.c, table)
}

// FinishBundle emits the counts.
func (fn *recountKeyedFn[K]) FinishBundle(emit func(int64, *rfm.Fitter)) { fn.c.finish(emit) }

// merged merges the counts of a round and ends it.
func merged(counts func(**rfm.Fitter) bool) (*rfm.Fitter, error) {
	var sum, f *rfm.Fitter
	for counts(&f) {
		var err error
		if sum == nil {
			sum, err = cloned(f) // what a runner gave stays as it is
		} else {
			err = sum.Merge(f)
		}
		if err != nil {
			return nil, err
		}
		f = nil
	}
	if sum == nil {
		return nil, fmt.Errorf("rfmbeam: %w", rfm.ErrEmpty)
	}
	_, err := sum.Next()
	return sum, err
}

// nextFn ends a round that another one follows.
type nextFn struct{}

// ProcessElement emits what the next round looks for.
func (*nextFn) ProcessElement(_ int64, counts func(**rfm.Fitter) bool, emit func(*rfm.Fitter)) error {
	f, err := merged(counts)
	if err == nil {
		emit(f)
	}
	return err
}

// lastFn ends the last round.
type lastFn struct{}

// ProcessElement emits the scale.
func (*lastFn) ProcessElement(_ int64, counts func(**rfm.Fitter) bool, emit func(*rfm.Scale)) error {
	f, err := merged(counts)
	if err != nil {
		return err
	}
	scale, err := f.Scale()
	if err == nil {
		emit(scale)
	}
	return err
}

// spreadFitterFn sends what is looked for to every shard.
type spreadFitterFn struct{ Shards int }

// ProcessElement sends it.
func (fn *spreadFitterFn) ProcessElement(f *rfm.Fitter, emit func(int64, *rfm.Fitter)) {
	for i := range fn.Shards {
		emit(int64(i), f)
	}
}

// spreadScaleFn sends the scale to every shard.
type spreadScaleFn struct{ Shards int }

// ProcessElement sends it.
func (fn *spreadScaleFn) ProcessElement(s *rfm.Scale, emit func(int64, *rfm.Scale)) {
	for i := range fn.Shards {
		emit(int64(i), s)
	}
}

// frozenFn emits a scale that was fitted before.
type frozenFn struct{ Scale *rfm.Scale }

// ProcessElement emits it.
func (fn *frozenFn) ProcessElement(_ []byte, emit func(*rfm.Scale)) { emit(fn.Scale) }
