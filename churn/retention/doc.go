// Package retention answers: how many stay, how much of the revenue stays, and
// what made the difference?
//
// [Cohorts] folds activities (orders, visits, lessons) into a table: a row for
// everybody born in one calendar period, a column for the time since.
//
//	c, err := retention.NewCohorts(guanxi.IntKey[int64](), retention.Config{
//		Unit: retention.Month, From: start, Periods: 24, Location: shanghai,
//	})
//	err = c.AddBatch(retention.Batch[int64]{Customer: ids, At: micros})
//	table, err := c.Table(asOf)
//
// # Cohorts
//
// Four questions, each with a setting and a default:
//
//   - When does a period begin? With the [Calendar], at midnight of the zone:
//     who comes at 23:45 and again at 00:01 came back on day 1. With [Rolling]
//     windows, at the customer's own birth instant, every n × 24 hours.
//   - Who is retained? [Exact]: active in that very period. [Bracket]: in any
//     period between two edges of the host's own. [Unbounded]: in it or later.
//   - When is a customer born? [FirstEver]: with the first activity of all, so
//     that an old customer who returns is no new one; give the accumulator one
//     old activity of everybody who had any. [InWindow]: with the first activity
//     from the table's beginning on.
//   - As of when? A month in progress has fewer returns because it is not over.
//     Such a cell is marked [InProgress] and has no rate yet, rather than a low
//     one; SoFar says how many there are. In rolling windows the rate is that of
//     the customers whose own window is over. An unbounded cell whose period is
//     over is [Growing] while anybody may still return.
//
// A calendar period runs from the first instant at which the zone's clocks show
// its first day (or a later one, where a day is left out) to that of the next;
// daylight saving makes days of 23 and 25 hours, and weeks do not break at the
// end of a year.
//
// Every rate is a [Share]: its Rate is absent where nobody is asked about, and
// its Estimate carries Wilson's interval.
//
// # Revenue
//
// [Movement] takes the revenue of each customer at an opening and at a closing.
// Churn, GRR and NRR are taken of the opening customers alone; the new and the
// revived stand apart. It always is
//
//	opening + new + revived − churned + expansion − contraction = closing
//	NRR − GRR = expansion / opening
//
// in exact minor units ([Report.Check] says so of a stored report too). Revenue
// churn is the opening revenue of those who left; 1 − GRR has contraction in it.
// Shops that sell without contracts make accounts of orders with a [Book]: what
// was bought in one period is the opening, in the next the closing.
//
// These rates are counts of everybody, not samples; the interval of
// [Report.CustomerChurn] is for comparing periods, as chance has its part in who
// leaves in which.
//
// # Repurchase, and why it changed
//
// [Repeats] counts who bought again, by region, store or channel. [Decompose]
// splits the change of the overall rate between two periods into what each
// group's own rate did and what the mix of groups did; the parts add up without
// a remainder, and [Decomposition.Causes] names the groups behind it. A fall
// that is all mix asks for other customers, one that is all rate in a single
// region for a look at that region: a rival's promotion, slower delivery.
//
// # Targets
//
// [Target] judges whether a rate fell or rose, and whether it changed as much as
// was asked: or says that a period has too few customers, that more of them would
// tell, or that no number of them would.
//
// # Sharing
//
// Accumulators belong to one goroutine, do not depend on the order of rows, and
// merge; configs, tables, reports and judgements are values. Nothing here reads
// a clock.
package retention
