package rfmbeam

import "github.com/apache/beam/sdks/v2/go/pkg/beam"

// Result is what Segment makes. Its collections may be used any number of times.
type Result struct {
	Shards    beam.PCollection // KV<int64, []byte>: the customers with their orders, see Aggregate
	Refused   beam.PCollection // Refusal: the rows that are not in it
	Scale     beam.PCollection // *rfm.Scale, one
	Customers beam.PCollection // Scored[K], one a shard
	Table     beam.PCollection // *rfm.Table, one
}

// Segment is the way from orders to the segment table: Aggregate, Populations, Fit
// and Score over a PCollection<[Chunk][K]>. Every fault of cfg, and a key type that is not
// registered, is an error here, before anything runs.
func Segment[K comparable](s beam.Scope, cfg Config, chunks beam.PCollection) (Result, error) {
	cfg, err := ready[K](cfg)
	if err != nil {
		return Result{}, err
	}
	s = s.Scope("rfmbeam.Segment")
	var r Result
	tables, refused := fold[K](s, cfg, chunks)
	r.Refused = refused
	var people beam.PCollection
	r.Shards, people = beam.ParDo2(s, &takeFn[K]{Orders: cfg.Orders, AsOf: cfg.AsOf}, tables)
	if r.Scale, err = Fit[K](s, cfg, people); err != nil {
		return Result{}, err
	}
	if r.Customers, r.Table, err = Score[K](s, cfg, people, r.Scale); err != nil {
		return Result{}, err
	}
	return r, nil
}
