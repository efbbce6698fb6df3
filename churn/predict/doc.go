// Package predict answers: do the scores know who leaves, could they know it
// better, and how far may their chances be believed?
//
// Weights that were set by feeling are checked against who left, beside weights
// that are learned from the same signals:
//
//	train, err := predict.NewSignalFrame(scorer, lastYear) // scorer is a churn.Scorer
//	err = train.Add(seen, predict.Left, on)                // a customer before the cut, and after it
//	…
//	result, err := predict.BackTest(predict.Frames{Train: train.Frame(), Test: test.Frame()},
//		predict.BackTestConfig{Fit: predict.FitConfig{Lambda: 1}},
//		test.HandSet("by hand"))
//	result.Rivals[0].Difference // AUC learned less AUC by hand, with its interval
//	catalogue, err := result.Fit.Model.Catalogue(byHand) // package churn now scores with what was learned
//
// Whoever does not use package churn brings a [Matrix] of named columns, or a
// [Frame] of dated examples, and gets all the rest alike.
//
// # No leaks
//
// A model that has seen the future is very good in a test and worthless after it. A
// [Window] has a cut: every feature of a [Frame] is dated, and one dated at the cut
// or later is [ErrLeak]; a label counts if it is from the cut or later and from
// before the end. [BackTest] further refuses training labels that were not known
// yet at the cut of the test. A customer of whom nothing can be known yet is left
// out and counted, never called "stayed". Nor is anybody called "left" as long as
// the data ends within the window: those who leave are known at once, those who
// stay only at its end, so that rows of the first alone would tell of too many who
// leave. What no code can see is a value recomputed later, such as today's address
// of a customer at last year's cut: date a value by when it became known.
//
// # Learning
//
// [Learn] is logistic regression by maximum likelihood, with a ridge penalty on
// all weights but the intercept if Lambda is set. By default the penalty is per
// standard deviation of a column, so that units do not matter ([ByDeviation]).
// Without a penalty there are standard errors, z and p; with one, the covariance
// is that of a deliberately biased estimate, and there is no p.
//
// A fit that cannot be meant is refused, and the columns at fault are named:
// constant ones, those that others determine, and those that alone separate leavers
// from stayers and would get an infinite weight, all of them at once and each by
// its first fault; and where there are none of these, columns that separate
// together. A separating column is either a leak (the account was closed) or too
// rare to learn from. A penalty makes its weight finite; whoever wants that says
// so with AllowSeparation.
//
// # Missing is not zero
//
// Package churn tells "not looked for" from "looked, and it was not so". A plain
// [SignalFrame] has 0 for both, and a learned catalogue no Clear; [SignalFrame.Missing]
// counts how often that blurs them. [NewSignalFrameWithClears] adds a column
// "id:clear" for each signal, what its Clear is multiplied with, and
// [Model.Catalogue] writes the weight back as Clear. Where a signal is looked for in
// everybody and does not fade, the two columns determine each other, and the fit
// says so: leave one out with [Frame.Without].
//
// # Which figure
//
//   - Does the order of the scores help? [AUC], with DeLong's interval; one half
//     is chance. Two scores of the same customers: [CompareAUC], not two intervals.
//   - Whom do we call, if we can call two hundred? [Ranking.Top]: precision,
//     recall and lift. [Ranking.AveragePrecision] sums up all such cuts; its
//     chance level is the base rate, so it does not compare between shops.
//   - Are the chances true? [Line]: a slope below 1 is overconfidence, an
//     intercept in the large off 0 is the wrong level. [Bin] shows where.
//     [HosmerLemeshow] finds fault with every model if there are rows enough.
//   - One number for both: [Ranking.Brier] or [Ranking.LogLoss], beside that of
//     giving everyone the base rate.
//
// [Evaluate] gives all of them in one [Report]. What the rows cannot tell (one
// class, a tie of all scores, an interval of no width) is absent with its
// reason, neither 0 nor an error.
//
// Ties are exact: one half in an AUC, one step in average precision and KS, and
// where a tie reaches across the k-th place or the edge of a decile, its leavers
// are shared out in proportion.
//
// # Calibration
//
// [Platt] for a few dozen leavers or more, [Isotonic] for a thousand rows or
// more; always on customers the weights were not learned from. Weights by hand
// often order customers well and are wrong about the level: [Calibrate] mends
// that without touching them.
//
// # The same result
//
// Nothing depends on the order of rows, to the last bit: a fit pools equal rows
// and sums in the order of a fixed hash, rankings sum by score, and AUC and its
// standard error come from whole numbers of 128 bits.
//
// # Dependencies
//
// gonum/mathext gives the incomplete gamma function, for the tail of chi-square.
//
// # Sharing
//
// A [Frame], a [SignalFrame] and a [Ranking] being reset belong to one
// goroutine; a [Model] and a [Calibration] may be used by many as long as nobody
// writes to them. There are no goroutines and no clocks here.
package predict
