package rfmbeam

import (
	"fmt"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

func init() {
	register.Emitter1[Refusal]()
	register.Emitter2[int64, []byte]()
	register.Iter1[[]byte]()
}

// Aggregate folds a PCollection<[Chunk][K]> into at most cfg.Shards tables of
// customers, a PCollection<KV<int64, []byte>>: the number of the shard, and the
// bytes of an rfm.Aggregator with config cfg.Orders. Merged they are, to the byte,
// what one aggregator makes of all rows. The second output is a
// PCollection<[Refusal]> of the rows that are not in it.
//
// Workers fold whole bundles before anything crosses the runner. Where orders are
// kept, rows are first brought together by order reference, so that a reference
// that occurs under two customers counts once, as in memory (and is refused for
// the same rows if there is one source); cfg.OwnReferences saves that.
func Aggregate[K comparable](s beam.Scope, cfg Config, chunks beam.PCollection) (shards, refused beam.PCollection, err error) {
	cfg, err = ready[K](cfg)
	if err != nil {
		return beam.PCollection{}, beam.PCollection{}, err
	}
	s = s.Scope("rfmbeam.Aggregate")
	tables, refused := fold[K](s, cfg, chunks)
	return beam.ParDo(s, &mergeFn[K]{Orders: cfg.Orders}, tables), refused, nil
}

// fold is Aggregate up to the tables of each shard, grouped.
func fold[K comparable](s beam.Scope, cfg Config, chunks beam.PCollection) (tables, refused beam.PCollection) {
	work := shardWork{Orders: cfg.Orders, Shards: cfg.Shards, FlushRows: cfg.FlushRows}
	if cfg.OwnReferences || cfg.Orders.Keep == rfm.Totals {
		tables, refused = beam.ParDo2(s, &foldFn[K]{shardWork: work}, chunks)
		return beam.GroupByKey(s, tables), refused
	}
	parts, unread := beam.ParDo2(s, &routeFn[K]{Shards: cfg.Shards}, chunks)
	tables, doubles := beam.ParDo2(s, &dedupeFn[K]{shardWork: work}, beam.GroupByKey(s, parts))
	return beam.GroupByKey(s, tables), beam.Flatten(s, unread, doubles)
}

// Populations takes the customers in shards, which Aggregate made, as of cfg.AsOf:
// a PCollection<KV<int64, []byte>> of what rfm.Population.MarshalBinary writes,
// some ten bytes a customer. Fit and Score want it and not the orders.
func Populations[K comparable](s beam.Scope, cfg Config, shards beam.PCollection) (beam.PCollection, error) {
	cfg, err := ready[K](cfg)
	if err != nil {
		return beam.PCollection{}, err
	}
	s = s.Scope("rfmbeam.Populations")
	return beam.ParDo(s, &populationFn[K]{Orders: cfg.Orders, AsOf: cfg.AsOf}, shards), nil
}

// populationFn takes the population of a shard.
type populationFn[K comparable] struct {
	Orders rfm.Config
	AsOf   time.Time
}

// ProcessElement takes it.
func (fn *populationFn[K]) ProcessElement(shard int64, table []byte, emit func(int64, []byte)) error {
	agg, err := decodeShard[K](fn.Orders, table)
	if err != nil {
		return err
	}
	return emitPopulation(shard, agg, fn.AsOf, emit)
}

func emitPopulation[K comparable](shard int64, agg *rfm.Aggregator[K], asOf time.Time, emit func(int64, []byte)) error {
	pop, err := agg.Population(asOf)
	if err != nil {
		return err
	}
	data, err := pop.MarshalBinary()
	if err == nil {
		emit(shard, data)
	}
	return err
}

// ready checks a config and that K is registered.
func ready[K comparable](cfg Config) (Config, error) {
	if err := cfg.Validate(); err != nil {
		return cfg, err
	}
	if _, err := keyOf[K](); err != nil {
		return cfg, err
	}
	return cfg.withDefaults(), nil
}

// Seeds of the two hashes that spread customers and order references: part of no
// result.
const (
	customerSeed  = 0x67756e676b65686b
	referenceSeed = 0x64696e6764616e68
)

// shardOf is the shard of a customer.
func shardOf[K comparable](key guanxi.Key[K], k K, shards int) int {
	return int(key.Hash(customerSeed, k) % uint64(shards))
}

// shardWork is what the folding transforms share.
type shardWork struct {
	Orders    rfm.Config
	Shards    int
	FlushRows int
}

func newAggregator[K comparable](cfg rfm.Config) (*rfm.Aggregator[K], guanxi.Key[K], error) {
	key, err := keyOf[K]()
	if err != nil {
		return nil, nil, err
	}
	agg, err := rfm.NewAggregator(key, cfg)
	return agg, key, err
}

func decodeShard[K comparable](cfg rfm.Config, table []byte) (*rfm.Aggregator[K], error) {
	agg, _, err := newAggregator[K](cfg)
	if err != nil {
		return nil, err
	}
	return agg, agg.UnmarshalBinary(table)
}

func decodePopulation[K comparable](table []byte) (*rfm.Population[K], error) {
	key, err := keyOf[K]()
	if err != nil {
		return nil, err
	}
	return rfm.DecodePopulation(key, table)
}

// emitShards splits agg and emits the table of each shard that has a customer.
func emitShards[K comparable](agg *rfm.Aggregator[K], key guanxi.Key[K], shards int, emit func(int64, []byte)) error {
	if agg.Len() == 0 {
		return nil
	}
	parts, err := agg.Split(shards, func(k K) int { return shardOf(key, k, shards) })
	if err != nil {
		return err
	}
	for i, p := range parts {
		if p.Len() == 0 {
			continue
		}
		if err := emitShard(int64(i), p, emit); err != nil {
			return err
		}
	}
	return nil
}

// foldFn folds the chunks of a bundle and emits tables at its end.
type foldFn[K comparable] struct {
	shardWork
	agg  *rfm.Aggregator[K]
	key  guanxi.Key[K]
	rows int
}

// Setup makes the aggregator.
func (fn *foldFn[K]) Setup() (err error) {
	fn.agg, fn.key, err = newAggregator[K](fn.Orders)
	return err
}

// StartBundle forgets what a failed bundle left.
func (fn *foldFn[K]) StartBundle(_ func(int64, []byte), _ func(Refusal)) {
	fn.agg.Reset()
	fn.rows = 0
}

// ProcessElement folds one chunk.
func (fn *foldFn[K]) ProcessElement(c Chunk[K], emit func(int64, []byte), refuse func(Refusal)) error {
	c.fold(fn.agg, refuse)
	if fn.rows += c.size(); fn.rows < fn.FlushRows {
		return nil
	}
	return fn.FinishBundle(emit, refuse)
}

// FinishBundle emits what was folded.
func (fn *foldFn[K]) FinishBundle(emit func(int64, []byte), _ func(Refusal)) error {
	err := emitShards(fn.agg, fn.key, fn.Shards, emit)
	fn.agg.Reset()
	fn.rows = 0
	return err
}

// mergeFn merges the tables of a shard into one.
type mergeFn[K comparable] struct {
	Orders rfm.Config
}

// ProcessElement merges one shard.
func (fn *mergeFn[K]) ProcessElement(shard int64, tables func(*[]byte) bool, emit func(int64, []byte)) error {
	var first, table []byte
	if !tables(&first) {
		return nil
	}
	if !tables(&table) {
		emit(shard, first) // as it came
		return nil
	}
	sum, err := mergedShard[K](fn.Orders, first, table, tables)
	if err != nil {
		return err
	}
	return emitShard(shard, sum, emit)
}

// takeFn merges the tables of a shard and takes its population at once, which
// saves decoding the table.
type takeFn[K comparable] struct {
	Orders rfm.Config
	AsOf   time.Time
}

// ProcessElement merges one shard.
func (fn *takeFn[K]) ProcessElement(shard int64, tables func(*[]byte) bool, emit, people func(int64, []byte)) error {
	var first, table []byte
	if !tables(&first) {
		return nil
	}
	tables(&table)
	sum, err := mergedShard[K](fn.Orders, first, table, tables)
	if err != nil {
		return err
	}
	if table == nil {
		emit(shard, first)
	} else if err := emitShard(shard, sum, emit); err != nil {
		return err
	}
	return emitPopulation(shard, sum, fn.AsOf, people)
}

// mergedShard merges the tables of a shard, of which two were read; the second is
// nil if there is but one.
func mergedShard[K comparable](orders rfm.Config, first, table []byte, more func(*[]byte) bool) (*rfm.Aggregator[K], error) {
	sum, err := decodeShard[K](orders, first)
	if err != nil || table == nil {
		return sum, err
	}
	for {
		part, err := decodeShard[K](orders, table)
		if err != nil {
			return nil, err
		}
		if err := sum.Merge(part); err != nil {
			return nil, err
		}
		if table = nil; !more(&table) {
			return sum, nil
		}
	}
}

func emitShard[K comparable](shard int64, agg *rfm.Aggregator[K], emit func(int64, []byte)) error {
	table, err := agg.MarshalBinary()
	if err == nil {
		emit(shard, table)
	}
	return err
}

// only returns the single table of a shard.
func only(shard int64, tables func(*[]byte) bool) ([]byte, error) {
	var table, more []byte
	if !tables(&table) {
		return nil, nil
	}
	if tables(&more) {
		return nil, fmt.Errorf("rfmbeam: shard %d: %w", shard, ErrShard)
	}
	return table, nil
}
