// Package mle finds the parameters that make grouped rows most likely under any
// [kernel.Evaluator], says how sure that is, and never passes off a bad end as a
// fit.
//
// The search: every start climbs on a thinned table; the ends that differ climb
// again on denser ones and at last on all rows. Few rows are all there is, have
// several maxima more often, and get more starts. A climb is Newton's method in a
// trust region with the analytic Hessian; where that does not reach its region,
// gonum's BFGS leads there, and Nelder-Mead where BFGS does not. A coordinate that
// runs off is put on its limit exactly, the others are maximised there, and the
// one-sided slope (Karush, Kuhn and Tucker) says whether the limit holds. Every
// legal limit is also compared with an interior end, so an end that a simpler
// model beats is not returned. Parameters that run off together along a ridge are
// found by its flatness, and one of them is held.
//
// No search proves that a likelihood of several maxima has no higher one: what is
// promised is a maximum, at least as high as the legal limits and the nested
// models that were given.
//
// Sums run over fixed chunks in a fixed order: the result is the same to the last
// bit for any number of workers and any order of the rows. The only goroutines
// are those of Workers and, inside one call, of gonum's optimizer.
package mle
