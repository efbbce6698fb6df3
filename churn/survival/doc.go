// Package survival answers: how long do customers stay, what makes them leave
// earlier, and how sure are we?
//
// The rows are customers: for how long each was seen, and whether they left then
// or were still there ([Data]). Customers who are still there are not missing
// and did not "stay": they stayed so long at least, and every method here counts
// them as that.
//
//	d := survival.Data{Time: days, Event: left, Group: segment}
//	curves, err := survival.KaplanMeier(d, survival.CurveConfig{})
//	half, ok := curves.Curves[0].Median()             // with limits
//	next, err := curves.Curves[0].Conditional(90, 30) // stay 30 days more after 90
//	test, err := survival.LogRank(d, survival.RankConfig{})
//	fit, err := survival.Cox(d, []survival.Covariate{{Name: "age", Values: age}}, survival.CoxConfig{})
//
// # Which method
//
//   - How many are still there after a year? [KaplanMeier], and its questions:
//     [Curve.At], [Curve.Quantile], [Curve.RestrictedMean], [Curve.Conditional].
//     The mean stay is unknown while anybody stays; the restricted mean is not.
//   - The same from a stream, or from many machines: [Days] counts and merges.
//   - How many leave for this reason, and how many for that? [Incidence]. One
//     minus the Kaplan-Meier curve of one reason, the others censored, says too
//     much: it takes those who left for another as still able to leave for it.
//   - Do groups leave alike? [LogRank]; with Strata, alike within each stratum.
//     Rho 1 looks more at the early leavers.
//   - What makes them leave earlier, and by what factor? [Cox]. It assumes that
//     the factor is the same early and late: ask [CoxFit.ProportionalHazards],
//     and make a column that fails a stratum.
//   - What beyond the observed time? [Parametric] alone goes there, and is as
//     good as its law.
//   - Does this score order customers rightly? [Harrell].
//
// # Who is seen when
//
// A customer is at risk on (Entry, Time]. Give Entry where customers were seen only
// from some day on, say because the shop's records begin there: who left before
// that day is not in the data, and leaving Entry out would make everybody look
// loyal. A customer last seen at t is at risk of what happens at t.
//
// # Missing and refused
//
// Each analysis leaves out the rows that miss (NaN, code -1) one of its own
// columns, and returns how many as Skipped, of a regression that fails in a
// *SkippedError; Refuse makes a missing value an error. Anything else that is wrong is an error that names row and column, and
// nothing is computed: infinite values, negative times, an entry that is not
// before the end, nobody who left, one group only. A regression refuses a column
// that does not vary, that others make up, or that separates the leavers from
// the others, by its name: with such a column its coefficients mean nothing,
// though many programs print them.
//
// # Conventions
//
// Those of R's package survival 3.5, to whose numbers the tests hold every
// method: limits on the log scale unless asked otherwise, none where the curve
// is 0; a quantile on a flat of the curve is the middle of the flat; ties by
// Efron; the concordance with its infinitesimal-jackknife error. What cannot be
// known, such as an upper limit that the curve does not reach, is NaN and said
// to be so where it occurs; a question beyond the observed time is [ErrBeyond].
//
// # Order, sharing, cost
//
// The order of rows changes no digit: rows that tie are put in an order of their
// own before anything is summed. Functions read the columns they are given and
// keep none; only a [CoxFit] keeps a sorted copy, for residuals and tests.
// Results are values, or immutable; a [Days] belongs to one goroutine and
// merges. Nothing here reads a clock or starts a goroutine. Everything is linear
// in the rows but for [Harrell], which is n log n.
//
// # Dependencies
//
// gonum/mathext gives the normal quantile and the tail of chi-square. Sorting,
// likelihoods and their maximisation are the package's own.
package survival
