// Package worth answers without a model: what is a customer worth to us, in
// money that adds up, and which few are key accounts?
//
// The handbooks put three things together: what is spent, word of mouth, and the
// chance of long cooperation. Here each is a part that is shown, in exact money:
//
//   - Consumption is whatever the host takes for it. A [Ledger] gives what has
//     been earned, the profit contribution of every period (revenue − goods −
//     service − acquisition) and their sum, the historic value; [ClosedForm] gives
//     m·r/(1+d−r) for a margin that keeps coming; a model of package clv gives a
//     forecast.
//   - Word of mouth is a share of the consumption of those the customer brought,
//     less by every hop: referrals are rows, [Config].Decay is the share at one
//     hop, two, ….
//   - Cooperation is a score that the host gives (0 to 10, say), times what a
//     point is worth.
//
// [Appraise] adds the three. [Tiers] cut customers into A, B and C by their share
// of any of these numbers, or of an estimate.
//
//	book, err := worth.NewLedger(guanxi.StringKey[string](), worth.LedgerConfig{Currency: "CNY", Decimals: 2})
//	err = book.AddAll(entries)
//	var rows []worth.Customer[string]
//	for who, sum := range book.All() {
//		rows = append(rows, worth.Customer[string]{Customer: who, Consumption: sum.Profit()})
//	}
//	worths, err := worth.Appraise(guanxi.StringKey[string](), rows, referrals, cfg)
//	tiers, err := worths.Tiers(worth.MustTiers(worth.TiersConfig{}), worth.Total)
//
// # What adds up, and what does not
//
// For one customer consumption + word of mouth + cooperation is the total, to the
// last minor unit. Over customers the totals are no sum of money in the bank: the
// consumption of somebody who was brought counts for that customer and, in part,
// for those who brought them. It says whom to look after, not what to book.
//
// # Rounding
//
// Amounts are exact minor units. What must be rounded is rounded once per
// customer and part, half to even: all hops of word of mouth together, the
// cooperation score's money, the closed formula. A consumption divided among
// several referrers ([ReferrersSplit]) is divided in whole minor units, the
// remainder one unit each to the first referrers in the order of keys, so that
// nothing is lost.
//
// # Sharing
//
// A Ledger belongs to one goroutine and merges. An Appraisal and Tiers are
// immutable, configs and values are plain. Nothing here reads a clock.
package worth
