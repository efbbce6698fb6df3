// Package rfm answers: who are our best customers, who is slipping, and what
// changed since last month?
//
// It folds an order log into one row a customer (an [Aggregator], which takes
// new orders without the old log and merges with others), takes a [Population]
// as of an instant, fits a [Scale] of recency, frequency and monetary scores,
// names every score cell by [Segments], and reports: [Scored.Table], the R×F
// [Scored.Grid], [Scored.Pareto], [Scored.Gini], and the [Migration] between two
// dates. A [Live] keeps the scores up to date order by order.
//
//	agg, err := rfm.NewAggregator(guanxi.IntKey[CustomerID](), rfm.Config{Currency: "CNY", Decimals: 2})
//	err = agg.AddAll(orders)
//	pop, err := agg.Population(asOf)
//	scale, err := rfm.Fit(pop, rfm.ScaleConfig{})
//	scored, err := rfm.ScoreAll(pop, scale, rfm.MustSegments(rfm.Eleven()))
//	for _, row := range scored.Table().Rows { … }
//
// # Two recencies
//
// Here recency is what a shop means: whole calendar days from the last purchase
// to asOf, counted in Config.Location, and fewer is better. The literature of
// lifetime value calls another number recency: the time from a customer's first
// purchase to their last, where more is better. That one is never called recency
// in this package.
//
// asOf is exclusive and is given only when a population is taken: rows at or
// after it are left out and counted. Monday 00:00 is the state after Sunday.
//
// # Ties
//
// Customers with equal values have equal scores. Half of a shop's customers may
// have bought once; with [Quantile] they all share the score 1, the next scores
// are skipped, and nobody is better for standing earlier in a table. The price is
// that the groups are not of equal size. [NTile] makes them equal and splits
// ties; it is there to reproduce what SQL computes.
//
// # Refunds
//
// A negative amount is a refund: never a purchase, it does not renew recency.
// One that names its order is taken back from that order, wherever in the log it
// stands: under [RefundUndo] an order refunded wholly stops counting for recency
// and frequency, under [RefundSubtract] only money is less. A refund whose order
// has not come yet waits for it, and is listed in [Notes] as long as it has not.
// One that names no order is taken from the customer's money at its own date.
//
// # What is kept
//
// [Orders] keeps every order in 24 bytes, so that refunds can undo, a window
// can slide and any earlier date can be scored. [Totals] keeps 24 bytes a
// customer; what would need orders (a refund that names one, an order reference
// at all, an earlier date) is [ErrNeedsOrders], never a wrong answer.
//
// # Members
//
// Who is known but never bought ([Aggregator.AddMember]) has a cell of their own:
// the zero [Score], and in every set of segments a name, 潜在客户 unless the
// config says otherwise. They move no cut point.
//
// # In parts
//
// What lies in several processes is put together exactly, in any order: aggregates
// Split by customer and Merge, a Population encodes to about ten bytes a customer,
// a Fitter finds in two rounds over such populations the Scale that Fit makes of
// the whole, and Tables Merge. The module rfm/rfmbeam does this on Apache Beam.
//
// # Sharing
//
// An Aggregator, a Live and a Fitter belong to one goroutine; aggregators and
// fitters merge, exactly and in any order. Population, Scale, Segments, Scored and
// Migration are immutable and read by as many goroutines as there are. None is
// started unless Config.Workers asks for it, and no result depends on how many.
//
// # Limits
//
// One currency an aggregate, amounts in whole minor units of 64 bits, 2 to 10
// scores a dimension. What would not fit is refused with the row. Nothing here reads a clock.
package rfm
