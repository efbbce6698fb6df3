// Package migration answers: where do customers go from here, when are they lost,
// what are they worth on the way, and where does it no longer pay to invest?
//
// It looks at the population. Where one customer stands is the question of the
// package lifecycle; what this package reads is what stages customers were in and
// when, one [Stay] each, from whatever journal the host keeps; of one that
// lifecycle.Model.AppendVisits wrote, [StagesOf] and [AppendStays] make the config
// and the stays.
//
// # From a journal to a matrix
//
// [Counts] counts who moved from which stage to which, by week, month or quarter
// of a time zone:
//
//	c, err := migration.NewCounts(migration.Config{
//		Stages: []string{"new", "active", "at_risk", "lost"},
//		Since:  january, Until: today,
//	})
//	err = c.Add(staysOfOneCustomer) // each customer once
//	e, err := c.Table().Estimate(migration.EstimateConfig{PerCell: 0.5})
//
// A customer is in a period's counts only if seen through all of it: in a stage
// at its beginning, at its end, and at every instant between. Somebody who signed
// up on the 20th did not "stay new" in that month, and somebody whose record ends
// on the 10th did not stay in anything. Such customers are in no cell;
// [Counts.Arrived] and [Counts.Vanished] show how many there are, and
//
//	stock at the beginning − vanished + arrived = stock at the end
//
// holds when the customers are added up over the stages. If many vanish, ask why
// before believing the matrix: it is right for the others only as long as those
// who went out of sight would have moved as they do.
//
// [Table.Estimate] makes probabilities of counts. With a prior (a Dirichlet
// distribution on each row) every cell is the mean of its posterior, and rows with
// few customers are drawn to it: PerCell 0.5 is Jeffreys' prior, and
// [Matrix.Prior] draws a short time to a longer one, or a branch to the whole
// chain. A stage that nobody was in has no row, prior or not, and what would need
// that row has no answer.
//
// # What follows from a matrix
//
//   - [Matrix.Forecast]: how many customers will be in each stage, with a standard
//     error that holds both chance and the counts behind the matrix.
//   - [Matrix.Passage]: the probability of ever reaching a stage, and in how many
//     periods; with "lost" as the target, the time to loss.
//   - [Matrix.ValueWithin] and [Matrix.ValueForever]: what a customer in each
//     stage is worth, discounted, the reward of now included.
//   - [Matrix.StopRule]: the stages in which it pays to stop.
//   - [Matrix.Power]: the matrix of several periods.
//
// All of this assumes that the next stage depends on the present one alone, and
// that the chain goes on as it was counted. Compare the tables of two halves of the
// time ([Counts.Between]) before looking far ahead. Where it matters how long a
// customer has been in a stage, split the stage: Pfeifer and Carraway's own stages
// are one, two, three and four periods since the last order.
//
// # Funnels
//
// A [Funnel] follows customers through ordered steps: how many reached each, how
// many dropped off, how long it took, by touchpoint or channel. Those whose
// window is still open are censored, so that last week's visitors do not look
// like failures.
//
// # Dependencies
//
// gonum/mat solves the linear equations, gonum/mathext gives the incomplete beta
// function; the standard library has neither.
//
// # Sharing
//
// [Counts] and [Funnel] belong to one goroutine and merge. A [Table], [Estimate],
// [Matrix], [Passage], [Values] or [Policy] is immutable. Nothing reads a clock.
//
// # Sources
//
// Pfeifer & Carraway (2000), Modeling Customer Relationships as Markov Chains,
// Journal of Interactive Marketing 14(2):43–55. Kemeny & Snell (1960), Finite
// Markov Chains. Howard (1960), Dynamic Programming and Markov Processes.
package migration
