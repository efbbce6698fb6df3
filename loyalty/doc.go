// Package loyalty answers: what do we owe our customers in points, who has which tier,
// and what happens to both when somebody buys, spends, returns or waits?
//
// It decides; the host stores. A [Program] says what gives points, how long they live,
// what they are spent on and which tiers there are. An [Engine] made of it decides a
// [Command] on an [Account], and the account changes when the [Decision] is applied:
//
//	engine, err := loyalty.New(program)
//	d, err := engine.Decide(account, &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Reward: "mug"}}, now)
//	err = account.Apply(d)        // after the host has written d.Entries
//
// A decision that is thrown away was a simulation. It says why it is so: which rules gave
// what and which caps cut it, which lots were used, what the next tier needs.
//
// # Lots, and what an account is
//
// Points that are given at once are a [Lot]. It is available over [Activate, Expire), two
// instants that are computed when it is earned, in the programme's zone, and that no
// later change of the programme moves. Spending takes by priority, then the soonest
// expiry, then the lot that was opened first, and every [Use] is written down. So a
// return goes back to the lots that were used, the last first, and a refund takes from
// the lots of its order, and only then where the programme's policy says.
//
// An account is its lots, holds, debts, counters, tier, orders, redemptions and
// receipts: nothing else than what its journal of [Entry] makes of it. [Replay] makes
// the account of a journal without asking any rule. [Account.MarshalBinary] is a
// checkpoint to go on from. [Account.Check] looks whether an account adds up.
//
// # Time
//
// What a customer has is a function of time. At its expiry a lot is gone, and at its end
// a hold, whether or not anything was written: [Account.BalanceAt] says so. [Sweep]
// writes the entries of what time has done, for reports and ledgers; running it never,
// once or seven times changes no balance and no [Statement].
//
// An entry has two times. Effective is the business instant, Recorded when it was
// written: given by the caller and raised to be after the entry before, so that a clock
// that goes backwards does no harm. A command dated before the account's latest instant
// is refused, raised to it, or accepted within a span: the programme says which. Accepted
// ones open lots, and do no more: what was spent stays spent as it was, and the tier
// that counts is that of the present.
//
// Points that are held when their lot expires can still be captured. What comes back
// after the expiry, of a hold or a redemption, is forfeit, or lives on in a new lot for
// a grace of days or as if newly earned; a hold carries what its end will do with it.
//
// # Double entry
//
// Every entry has postings over the books [Issued], [Pending], [Available], [Held],
// [Debt], [Redeemed], [Expired], [TakenBack], [Donated], [Transferred] and [Adjusted],
// which sum to zero for each kind. Books are what was written: between an expiry and the
// sweep that writes it they differ from the balance. A kind that is not spent, such as
// growth value (成长值), has no lots and no postings: it counts for the tier, and its
// results stand in the entries.
//
// A refund that finds too little makes debt, if the programme says so. Debt is paid by
// what comes in next, before a lot opens, and by points that come back to their lots;
// nobody has points to spend and owes.
//
// # Trust
//
// Entries are numbered without gaps and chained by SHA-256 over a canonical encoding;
// [Verify] names the first one that cannot be believed. Notes (reason, actor) are not
// hashed, so that they can be erased; ids should say nothing about people.
//
// # Once, and only once
//
// Every command has a [Key]. Its [Receipt] is kept with the hash of what was asked
// for: the same key with the same intent gives the same answer at any later time, also
// when the points that it spent have expired since; with another intent it is
// [ErrKeyReused]. The time and the note of a command are no part of the intent. What is
// refused leaves no trace, and its key may be used again.
//
// # A part of an account
//
// An account may have ten thousand lots, and a command needs two. [Engine.Need] says what
// a command needs; a store loads that and what is always there (totals for each burn
// key, counters, open holds, the tier). If it turns out to be too little, the answer
// is a [NeedError] that says what more, never a wrong answer.
//
// # For hosts, and for stores
//
// A host needs [Program], [New], the commands and a [Service] with a [Store]: Do, Batch,
// Balance, Statement, Transfer, Merge, Pool and Sweep. [Memory] is a store; package
// loyaltysql is another, on a database. All else of the kind that follows is for who writes a
// store, and is held to its contract by package loyaltytest:
//
//   - what a store is asked: [Accounts], [Journal], [DueIndex], [Sides], and if it can,
//     [Outbox], [Locker], [MultiCommit], [TxStore], [Aggregator]; with [JournalQuery],
//     [JournalPage], [PageOf], [DueAccount], [OutstandingRow], [RowID], [Row];
//   - what it writes: [Commit] and its State, Touched, Receipts and Check, [DueCommit],
//     [SharedTotal] with [SharedHeld], [RowChange] and [RowCommit], [Event], [Account.Due];
//   - how it loads a part of an account: [Need], [NewPart], [Account.AppendHeader],
//     [Account.HeldLots], [Account.AddLots], [Account.SetCover] with [Cover] and [BurnKey],
//     [Account.AddOrder], [Account.OrderLots], [Account.AllOrders], [Account.AddReceipt],
//     [Account.AddRedemption] with [Redemption], [Account.AddEnded], [Account.Ended];
//   - how it keeps whole accounts and entries: [Account.LoadInto], [Account.CopyTo],
//     [Account.Reset], the AppendBinary and UnmarshalBinary of [Account] and [Entry].
//
// # What it leaves to the host
//
// A refund takes back what an order has earned, and gives the points back that paid for it;
// the money that is left of it ([RefundBack]) is for the host to pay out. A coupon that a
// voucher was redeemed for ([Explanation]) is issued by the host, with package coupon in the
// same commit, and taken out of use by the host if the voucher comes back. A refund
// makes no room again under caps, nor in budgets. A frozen account refuses refunds too.
// What a hold has reserved of stock is free at its deadline, without a sweep.
//
// # Errors
//
// A refusal is a typed error that a shop can show: [ShortError] says how many points are
// missing, a *guanxi.FieldError names the field of the command. State and journal are
// then byte for byte what they were.
//
// # Concurrency
//
// An Engine is immutable and safe for concurrent use. An account belongs to one goroutine
// while it is applied to; deciding only reads it. Two who decide on the same state both
// get an answer, and one of them [ErrStale] when it is applied: a store does the same with
// the sequence number.
package loyalty
