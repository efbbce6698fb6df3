// Package survey answers: what do we ask, whom may we ask now, and have we
// asked enough of them?
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
package survey
