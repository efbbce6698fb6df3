// Package nps answers: what do customers say, how sure are we, and did it
// really change?
//
// A [Tally] counts the answers to one question, by score. It knows its scale
// and its [Kind], so that a satisfaction score is never merged into a Net
// Promoter Score, and it keeps dismissals apart from answers. From it come the
// score and its interval, differences between teams and months, and the verdict
// on a target:
//
//	var t nps.Tally // NPS, 0–10
//	err := t.Add(9)
//	score, ok := t.Score()         // ok is false without answers
//	e, err := t.Estimate("", 0.95) // with its interval
//	d, err := nps.Diff(before, now, 0.95)
//	j, err := nps.KPI{Target: 0.3}.Judge(t) // met, missed, undecided, too few answers
//
// Scores lie on [-1, 1] (a share of top boxes on [0, 1]) and are never rounded;
// multiply by 100 to show points.
//
// # Which interval
//
// Nothing to decide: "" is Tango for a net score and Wilson for a share.
//
//   - [Tango]: whenever you do not know better. Over a lattice of 171 mixes its
//     95 % interval covered at least 92.2 % of the time with 5 answers and 93.9 %
//     with 10; it stays in [-1, 1] and is never of zero width.
//   - [MOVERWilson]: narrower, closed form; as low as 83.5 % with 5 answers,
//     good from 50 on.
//   - [AdjustedWald]: a formula for a spreadsheet; 89.6 % with 5 answers, and
//     near ±1 it may miss the score itself.
//   - [Wald]: only to reproduce another tool. With 5 answers it covered 40 % of
//     the time at worst, and when all agree it is of zero width.
//   - For a share: [Wilson]; [ClopperPearson] where the level must never be
//     undercut, as in a contract; [Jeffreys] between them.
//   - For the mean of a CES: [Tally.MeanInterval].
//
// # Which comparison
//
//   - Two independent samples (teams, months, variants): [Diff]. Its p-value
//     inverts its interval, so that the two never disagree.
//   - Several groups: [Compare], which ranks those with answers enough and
//     compares all pairs, p-values corrected by Holm. Use [BH] where you look
//     for candidates and may be wrong about some.
//   - Are they all alike? [EqualScores] for the score, [EqualMix] for the three
//     classes: two teams may have one score and very different customers.
//     [EqualShares] for shares.
//   - The same people twice: [Movement], not Diff.
//   - A target: [KPI]. A process that is watched every week: [Monitor], not a
//     row of tests.
//   - Before a target is set: [Plan]. A lift of five points needs about 3,900
//     answers a group; ask yourself first whether a team has them.
//
// # Weights
//
// If some answer more readily than others, weight the answers to the population:
// [Rake] with one [Margin] is post-stratification, with several it is raking.
// [Weighted] takes weights that the host already has. The intervals of weighted
// scores are those above for a sample as large as the standard error says.
//
// # Time
//
// A [Window] is the score of the last days, [Trend] a table by month or week.
// Both say with a [Repeat] what counts when somebody answers twice.
//
// # Dependencies
//
// gonum/mathext gives the incomplete beta and gamma functions, which tails of
// Student's t, F and chi-square and exact intervals are made of; the standard
// library has none.
//
// # Sharing
//
// Tallies and the other accumulators belong to one goroutine and merge; a
// [Monitor] and a [Raked] are immutable. Nothing here reads a clock.
package nps
