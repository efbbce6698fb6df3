// Package audience answers: which customers are these, who came in and who went
// out, and did it help to write to them?
//
// A [Directory] gives each of the host's keys a small number, its ordinal, for
// ever. A [Set] is a set of ordinals: a Roaring bitmap underneath, a value that
// never changes on top.
//
//	members, err := audience.Select(rule, population)        // by segment.Rule.Match
//	members, err := audience.FromWords(words)                // by segment's batch, rows being ordinals
//	members, err := audience.FromRows(found.All(0), ordinals) // otherwise
//	vip.And(active).Minus(complained).Count()
//	vip.AndCount(active)                                     // without making the set
//	audience.OverlapOf(vip, active, new).Jaccard(0, 1)
//	others := vip.Complement(everybody)                      // everybody is dir.Live(ctx)
//
// # Ordinals and sets
//
// [Memory] is a directory in memory; package audiencetest holds a host's own to
// the contract. The ordinal of a removed customer is never given again, so that an
// old set never names somebody else. The batch's columns may still have a row of
// them, and then a rule may have them: And a set with Directory.Live.
//
// # Who entered and who left
//
// The host keeps a [Version] of every segment: who was in it, by which rule, at
// what time. [Version.Next] makes the next one, [Diff] says who entered and who
// left, and [Difference.Events] gives each an event with its number, its
// idempotency key and, by a [Reasoner], its [Cause]: the customer's data, time, the
// rule, or that they came or were removed.
//
//	next, err := last.Next(rule.ID(), members, now)          // store, if last is still the last
//	diff, err := audience.Diff(last, next)
//	for e := range diff.Events(reasoner.Cause) { … }
//
// A host that keeps a segment.Live is told the causes with the changes, and needs
// no Reasoner: [Causes] hands them on. Diff takes versions that are far apart as
// well.
//
// [PreviewChange] shows what a new rule would change before it is published.
//
// # Campaigns
//
// A [Campaign] is a goal, a target, channels and a window. A [Split] sends every
// customer to an [Arm] by a salted hash of their key, of each stratum its own share
// held out; the [Roster] keeps who was enrolled where, and nobody moves. [Outcomes]
// accumulates what they did in the window, in parts if need be, and its [Report]
// compares the arms by intent to treat: everybody counts in the arm they were
// assigned to. The [Verdict] is [Reached] where the whole interval of the uplift is
// at or above the goal, [NotReached] where it is below, [TooFew] where an arm has too
// few customers to judge at all, and otherwise [Undecided], with how many more
// customers it takes. Of money nothing is said unless
// [MinBuyers] in each arm brought some.
//
//	split, err := audience.NewSplit(key, campaign)
//	roster, err = split.Enrol(ctx, dir, roster, segments)    // store
//	outcomes, err := audience.NewOutcomes(campaign, roster)
//	err = outcomes.AddConverted(buyers)                      // or Add, with money
//	report := outcomes.Report()
//
// # How customers are treated
//
// [Treatments] is a table of rules: the first row that matches gives a customer's
// price list, offer, service level and channel. A [Tagger] keeps exclusive groups
// of tags by rules, as far as people have not set them by hand.
//
// # One customer, several records
//
// [IdentityRules] join the records that share a phone, a WeChat union id, a member
// card or an e-mail into one customer, by rank; conflicts are reported, and what
// was joined can be taken apart. Sets know nothing of it: where they are of
// records, [Set.Map] makes of the ordinals of records those of the customers, by
// what [IdentityLog] says of each, and campaigns and versions are of these.
//
// # Dependencies
//
// github.com/RoaringBitmap/roaring/v2 holds the sets. Hosts need not import it.
//
// # Sharing
//
// Sets, versions, differences, rosters and reports are values; splits, reasoners,
// treatments, taggers and identity rules are immutable: all are safe for concurrent
// use. A Memory is too. An IdentityLog is, but not while Apply runs: whoever applies
// keeps the others out. Builders and Outcomes are for one goroutine. Nothing here
// reads a clock or draws a random number.
package audience
