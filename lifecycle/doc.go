// Package lifecycle answers: where does each customer stand, and what happens
// next if nothing does?
//
// A [Config] is a model as data: stages, events, rules and timeouts, with
// super-stages and shallow history. [Compile] makes a [Model] of it, once for all
// customers. A customer is a [Pos]: 32 bytes that the host stores where it likes.
//
//	config ──Compile──▶ Model ──Step(pos, event, at)──▶ pos, outcome
//	                          ──Advance(pos, now)─────▶ pos, outcome
//
// [Model.Step] applies an event, [Model.Advance] the timeouts that are due. There
// is no machine per customer, no timer, no goroutine and no callback: a guard is a
// function over the host's customer, and what there is to do comes back as
// effects, ids that the host carries out.
//
// # Time
//
// A timeout has no guard and is applied at its own deadline, not when somebody
// looks. So a nightly sweep, an hourly one and none at all lead to the same
// positions and the same journal: an event finds what it would have found.
// [Model.NextDue] is the instant that the host indexes. A stage is held on
// [Since, deadline): an event at the deadline comes after it.
//
// A timeout counts wall time or the working time of a [Calendar], since the entry
// into its stage or since the last event (silence). On a super-stage its clock
// runs on from stage to stage, and can stand still in some. A position carries one
// such clock. What would need a second one, as nested super-stages with timeouts
// or two pauses do, is refused by Validate with [ErrClocks]; so is history that
// the one previous stage of a position cannot tell, with [ErrHistory].
//
// # Order
//
// Events come with the instant at which they happened and may come with a number,
// in the order in which the host received them. A number up to that of the
// position is a duplicate. An event older than the position is late, and the
// config says whether that is ignored, refused, or asks for [Model.Replay], which
// puts all events of a customer in order and begins anew.
//
// # Without events
//
// A host that only knows at night how long ago and how often customers ordered
// uses [Model.Classify]: the first class that takes the facts, kept for a minimum
// dwell.
//
// # Ready models
//
// [Shop], [Journey], [Development] and [Relationship] are configs to use or to
// edit, with names in English and Chinese and with what merchants do in each stage.
//
// Stages go down and come back up here. Validate reports a decline without a way
// back, dead ends, stages that nothing leads to, rules that never apply and
// timeouts that go round in no time, all at once.
package lifecycle
