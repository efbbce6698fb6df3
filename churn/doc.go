// Package churn answers: who is leaving, why, and whom must we tell?
//
// It begins with a definition of leaving, follows every customer's own cycle of
// purchases, weighs the signals that speak for leaving, notices when orders
// change, and raises alerts that hold still. States are small values that the host
// stores, and are moved on by pure functions:
//
//	cycle, gap, err := rhythm.Step(cycle, order)       // 24 bytes a customer
//	where, err := rhythm.Standing(cycle, segment, now) // expected, overdue, how surprising
//	score, err := scorer.Score(reasons, seen, now)     // risk, and why
//	alert, effect, err := alerts.Step(alert, reading, now)
//
// # What leaving means
//
// Where there is a contract, it says so: it ended, and no new one began within a
// grace period. A shop without contracts has only silence, and one span for
// everybody is wrong for most: a month is long for someone who buys bread and
// nothing for someone who buys tyres. [Leaving] takes a multiple of a quantile of
// the customer's own gaps, between a floor and a ceiling, or a fixed span where
// that is what people are used to. [Leaving.Outcome] says for a back-test who left
// after a cut, who stayed, and of whom that cannot be known yet.
//
// # The customer's own cycle
//
// A [Cycle] is the running mean and variance of the logarithm of the gaps between
// orders. Two or three gaps say little, so that they are shrunk to those of the
// segment ([Gaps]), as much as the customers of the segment are alike. The result
// is a log-normal next gap with the uncertainty of its mean: [Rhythm.Standing] gives
// its quantile, the days overdue, and the probability of a silence this long.
//
// One order has no gap. Neither "certainly still a customer" nor a blank would be
// true: the customer stands on the segment's curve from first to second order
// ([Curve], Kaplan-Meier), which counts those too who have not come again.
//
// Silence in the holidays is no silence. A [RhythmConfig] names seasons outside
// which it does not count, and breaks within them.
//
// # Signals and reasons
//
// A [Catalogue] lists [Signal] by signal what an occurrence adds to the log-odds of
// leaving, how fast it fades, and how much it can add at most. Signals that tell
// the same story are a group, of which the strongest counts. What was not looked
// for has no [Observation] and adds nothing; what was looked for and not found is
// an observation of 0: it ends what was found before, may speak for staying, and
// counts as known. [Handbook] is a ready catalogue in English and Chinese. Its
// weights are an opinion; churn/predict learns others from the same features and
// shows which are better, and [Catalogue.Learned] puts them in.
//
// The risk is σ(bias + Σ reasons), and nothing else: every reason is a summand, after
// fading, cap and group, and they add up to the log-odds to the last bit, since all
// of them are multiples of 2^-37.
//
// # Change
//
// [Shift] watches order values, or gaps, on the log scale: an EWMA notices a level
// that slides, a CUSUM one that jumps. It learns what is normal for the customer
// from the values themselves, after a short warm-up. [Drift] watches the mix of
// categories, or of price bands. Both end in observations that the host makes: a
// shift of the values down is [OrderValuePlunged], a shift of the gaps up
// [OrderFrequencyFell]. An alarm that is observed is an event, which fades. To
// observe 0 at a later order says that it is over: a host that does not mean this
// observes nothing where there was no alarm.
//
// # Alerts
//
// A risk that wavers about a limit must not wake people every night. [Alerts] has one
// level to open and a lower one to close, asks for n of m readings, keeps an alert
// open and afterwards shut for a while, can be snoozed, and tells of a rise by a
// band once. A crisis passes all of that. There is one state of 16 bytes for a key,
// and so at most one open alert.
//
// # Time and order
//
// Instants lie in the years 1970 to 2105 and are kept in UTC microseconds (in
// alerts, seconds). Orders and readings come in the order of time, and what is late
// is refused, the state left as it was. Observations may come in any order. Nothing
// here reads a clock.
//
// # Sharing
//
// [Rhythm], [Segment], [Leaving], [Scorer], [Shift], [Drift] and [Alerts] are
// immutable. [Gaps] and [Curve] belong to one goroutine and merge, exactly. [Cycle],
// [Series], [Mix] and [Alert] are values.
package churn
