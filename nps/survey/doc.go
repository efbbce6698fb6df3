// Package survey answers: what do we ask, whom may we ask now, and have we
// asked enough of them?
//
//	form, err := survey.New(survey.NPS())
//	policy, err := survey.NewPolicy(survey.PolicyConfig{Overall: survey.Gap{Shown: month}})
//	d, err := survey.Decide(policy, history, now)     // d.Allow, d.Reason, d.Earliest
//	id, err := form.Next(answers)                     // the question to show, or survey.End
//	response, err := form.Decode(body)                // every fault with its place
//
// # Questions, permission, quotas
//
// A [Questionnaire] is data: ratings, scenario questions with an open reason,
// choices and open text, with branches. [New] makes a [Form] of it, which walks
// a respondent through ([Form.Next]) and holds a response against it
// ([Form.Check], [Form.Decode]), every fault at once.
//
// [Decide] says whether one customer may be asked now, why not, and from which
// instant on: gaps, a yearly cap, quiet hours, opting out, and samples that
// stay the same.
//
// A [Quota] is how many answers each cell takes. [Keeper] reserves, confirms and
// releases places through the host's [QuotaStore], so that concurrent answers
// never overfill a cell; package surveytest holds such a store to its contract.
//
// What the answers come to is the business of package nps; this package knows
// nothing of scores beyond their range.
//
// # Sharing
//
// A Form, a Policy and a Quota are immutable; a History is the host's value. A
// Keeper is safe for concurrent use if its store is. Nothing here reads a clock or
// sends anything.
package survey
