// Package lifecycle answers: where does each customer stand, and what happens
// next if nothing does?
//
// A [Config] is a model as data: stages, events, rules and timeouts, with
// super-stages and shallow history. [Compile] makes a [Model] of it, once for all
// customers. A customer is a [Pos]: 32 bytes that the host stores where it likes.
//
//	model, err := lifecycle.Compile(lifecycle.Journey(limits), lifecycle.JourneyGuards(limits), nil)
//	order, ok := model.Event("order")
//	pos, err := model.Begin(met)                   // 认知
//	pos, out := model.Step(pos, order, at, 1, who) // out says what became of it
//	pos, out = model.Advance(pos, now)             // the timeouts that were due until now
//	model.StageLabel(pos.Stage, guanxi.ZH)          // 体验, or 衰退 if it was long ago
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
// into its stage or since the last event (silence). [NewCalendar] makes a calendar
// of a [CalendarConfig]: a week, holidays and extra days in a time zone. On a
// super-stage its clock runs on from stage to stage, and can stand still in some. A
// position carries one such clock. What would need a second one, as nested
// super-stages with timeouts or two pauses do, is refused by Validate with
// [ErrClocks]; so is history that the one previous stage of a position cannot tell,
// with [ErrHistory].
//
// # Order
//
// Events come with the instant at which they happened and may come with a number,
// in the order in which the host received them. A number up to that of the
// position is a duplicate. An event older than the position is late, and the
// config says whether that is ignored, refused, or asks for [Model.Replay], which
// puts all events of a customer in order and begins anew.
//
// # The journal
//
// Outcomes are not stored here. [Model.AppendVisits] makes visits of them, one for
// each stay in a stage, for the host's own journal, and [Pos.OpenVisit] is the one
// that goes on. Package lifecycle/migration counts and forecasts from it.
//
// # Storage
//
// A host may keep positions wherever it likes. With a [Store], a table of positions
// with an indexed due, a [Keeper] begins, steps, classifies, replays and sweeps
// customers against other writers. [Memory] is a store for tests; package
// lifecycle/lifecycletest holds a host's store to the contract.
//
// # Without events
//
// A host that only knows at night how long ago and how often customers ordered
// uses [Model.Classify]: the first class that takes the facts, kept for a minimum
// dwell. The last order becomes the last event of the position, so that timeouts of
// silence agree with the classes, and a customer whom Classify put into a stage is
// not moved on by the next Advance. A model with rules or timeouts is checked for
// dead ends and ways back without its classes, which lead from every stage.
//
// # Ready models
//
// [Shop], [Journey], [Development] and [Relationship] are configs to use or to
// edit, with names in English and Chinese and with what merchants do in each stage.
// [Thresholds] adapt them, and [Thresholds.Validate] checks those.
//
// Stages go down and come back up here. Validate reports a decline without a way
// back, dead ends, stages that nothing leads to, rules that never apply and
// timeouts that go round in less than a second each, all at once.
//
// # Sharing
//
// A Model, a Calendar and a LevelTable are immutable; guards answer from the
// customer alone. Positions and outcomes are values. A Keeper is safe for
// concurrent use, and so is Memory. Nothing here reads a clock.
package lifecycle
