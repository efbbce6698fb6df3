// Package care answers: whom do we have to contact now, what have we promised,
// and are we keeping it?
//
//	planner, err := care.NewPlanner(plans, care.Policy{Quiet: nights})
//	keeper := care.BookKeeper{Planner: planner, Store: store, Since: opened}
//	planned, err := keeper.Plan(ctx, customer, now)   // planned.Tasks: what is new or changed
//	due, err := store.DueTasks(ctx, now, 100)         // today's list
//	done, err := keeper.Complete(ctx, customer, due[0].ID, "pleased", now)
//
// # Plans, cases, leads
//
// A [Plan] is data: steps counted from a stage entered, the last order, a
// birthday or a date, repeated or not, with branches and exits by outcome.
// [NewPlanner] makes a [Planner] of several plans and a [Policy] (quiet hours, a
// cap across plans). [Planner.Plan] brings a customer's [Book] up to now and says
// which [Task] is new or changed; a task has the same id however often it is
// planned, and a late run gives the same result as one on time.
//
// A [Watcher] counts what speaks (the same product looked at again and again,
// promotions missed in a row) in bounded memory, with the evidence.
//
// A [Desk] decides over a [Case]: a complaint, a crisis, a broken promise, each
// with deadlines in wall time, on the same civil day or in working time.
// [Desk.Assess] tells the share answered on time and the median time to an answer,
// open cases included as what they are.
//
// A [Pool] returns leads that were left untouched to the public pool (公海).
//
// # Storage
//
// All of these are pure functions over values that the host stores: by a
// [BookStore] and a [CaseStore], which package caretest holds to their contracts.
//
// # Sharing
//
// A Planner, a Watcher, a Desk and a Pool are immutable; books, cases and leads are
// values. A BookKeeper and a CaseKeeper are safe for concurrent use if their stores
// are. Nothing here reads a clock or sends anything.
package care
