// Package winback answers: what do we do for a customer who left, and did it
// bring anybody back who would not have come anyway?
//
// An [Engine] is built once from a [Config]: the reasons for leaving, a [Plan]
// for some reasons and a situation, and what it may cost. It is asked about one
// customer at a time, and changes nothing:
//
//	e, err := winback.New(guanxi.IntKey[int64](), cfg)
//	d, err := e.Decide(id, customer, state, campaign, at)
//	state = state.Apply(d)                                     // store, with compare-and-swap
//	campaign, err = campaign.Reserve(d.CostMinor, e.CampaignLimit())
//	send(d.Step, d.Explain(guanxi.ZH))                         // if d.Outcome is winback.Act
//
// # Deciding
//
// A plan is a ladder of steps: a contact that asks or tells, a service fix that
// mends what drove the customer away, an offer that fits. Each step comes after
// the one before and its cool-down; offers rise. The state keeps the place in
// each plan: who is asked first begins the plan for the recorded reason with
// its first step. The first plan that fits the recorded reason and the
// situation, and whose next step can be afforded, is carried out.
//
// There is no discount for all. A config that gives one offer or gift for every
// reason, in one plan or in pieces, is [ErrBlanket]; so is one to customers
// whose reason nobody has asked about. Such a discount goes for the most part
// to those who would have come back, and teaches the others to wait for it.
//
// What holds an offer or a gift back: a complaint that is not settled, a margin
// floor, the customer's lifetime budget, the campaign's. A decision says which,
// and for the plans it passed over as well.
//
// # Money
//
// A step's cost is the most it may take: its part of the expected order rounded
// up, its gift, its own cost. It is reserved in two purses, the customer's (in
// the [State]) and the campaign's (a counter of its own that the host keeps), and
// settled in both when the customer has taken it, or let it lapse:
//
//	state, err = state.Settle(d.CostMinor, took)
//	campaign, err = campaign.Settle(d.CostMinor, took)
//
// # The holdout
//
// Before anything is offered, a salted hash of the customer says whether they are
// left alone ([Holdout]). The same salt gives the same split on every machine and
// in any order; the state keeps the arm, and who is assigned stays assigned, even
// if the share is changed in a running campaign. A campaign without a holdout
// cannot be measured, however many come back.
//
// # Measuring
//
// [Evaluate] compares the arms of any trial whose holdout was fixed before it, a
// win-back or another promotion, by intent to treat: everybody counts in the arm
// they were assigned to, contacted or not. The shares who came back are compared by
// Newcombe's interval; money, and money less cost, by Welch's. A [Verdict] is
// [Worked] or [Harmed] where the whole interval is on one side of zero, and
// otherwise [Undecided], or [TooFew] where an arm has too few customers.
//
// Those who were contacted although held, or stand in another arm than the
// holdout gives, are counted and named in [Taint], and stay in.
//
// A segment whose interval lies below zero is not contacted any more:
//
//	cfg.Stops = append(cfg.Stops, report.Stops()...)
//
// Choose the segments before the trial. Of twenty without any effect one will
// look as if it had one, in either direction.
//
// # Who is worth a contact
//
// [NewCurve] says whether a score finds those whom a contact brings back, which
// is not the same as those who come back: [Curve.At] is uplift@k, [Curve.Qini]
// the area between the Qini curve and chance, [Curve.AUUC] that under the uplift
// curve. Several quantities go by the name of Qini; the comments state which
// these are.
//
// # Dependencies
//
// gonum/stat/distuv gives the quantiles of Student's t for Welch's interval.
//
// # Sharing
//
// Engines and curves are immutable; configs, states, purses, decisions and
// reports are values. Nothing here reads a clock or draws a random number.
package winback
