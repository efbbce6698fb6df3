// Package rfmbeam runs package rfm past one machine: on Apache Beam, and so on
// Flink, Spark or Dataflow. It gives the same answer as rfm in memory, to the last
// unit and the last bit, whatever the runner, the shards and the bundles.
//
//	func init() { rfmbeam.Register(guanxi.IntKey[int64]()) }
//
//	lines, err := rfmbeam.ReadLines(s, 0, "orders/*.csv")
//	chunks := beam.ParDo(s, &parseFn{…}, lines)              // the host's: lines → Chunk
//	r, err := rfmbeam.Segment[int64](s, cfg, chunks)         // orders → scores → table
//	rows, err := rfmbeam.CLVRows[int64](s, cfg, rowsCfg, r.Shards)
//
// # Coarse grains
//
// Passing an element costs a runner microseconds; folding an order costs
// nanoseconds. So an element is a [Chunk] of many orders, a table of many
// customers, or the counts of many values. Workers fold what they are given and
// emit when a bundle ends:
//
//   - [Aggregate]: chunks → tables of customers, divided into shards by the hash of
//     the customer, merged shard by shard.
//   - [Populations]: tables → ten bytes a customer, as of an instant.
//   - [Fit]: populations → cut points, exact, by histograms that merge: the first round
//     finds the buckets the wanted ranks lie in, the second counts inside those
//     (rfm.Fitter).
//   - [Score]: populations and cut points → scored customers and the segment table,
//     which merges as well.
//   - [CLVRows]: tables → rows for the models of package clv.
//
// # What is not supported
//
// rfm.NTile and nested scales rank all customers at once: rfm.ErrBatchOnly when the
// pipeline is built. Input must be bounded and in the global window. Sliding
// windows of frequency and money (PopulationSince) are not offered. The fit of a
// lifetime-value model is not distributed: its rows are 40 bytes a customer, see
// [JoinRows].
//
// # Faults
//
// A row that cannot be taken goes to a second output as a [Refusal] and never fails
// the run. A fault that concerns the whole (a customer's sum out of range, nobody
// who ever bought, an asOf before rows that were folded away) fails the pipeline
// with the error that rfm gives in memory; a runner reports it as text.
package rfmbeam
