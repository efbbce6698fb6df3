// Package coupon decides about coupons: what one is worth at a basket, which of
// several go together best, and what becomes of each from issue to redemption.
//
//   - [Definition] is the config: benefit, minimum spend, scope, window, limits and
//     what stacks with what. [New] makes a [Catalogue] of definitions, the engine.
//   - [Codes] makes and reads codes: unique without a look-up, unguessable without
//     the host's secret, with a check character.
//   - [Coupon] and [Counter] are the states the host stores. [Catalogue.Decide] only
//     reads them and answers a [Decision]; [State.Apply] carries it out in memory, a
//     [Store] writes it. [Service] does load, decide and commit in a row.
//   - [Catalogue.Best] finds the combination that saves most at a [Basket],
//     [Catalogue.Price] prices a given one; both say of each coupon that is not used
//     why, in a [Refusal] that a shop can show.
//
// # Life
//
// A coupon has one use or several. Each is at any time exactly one of open, reserved,
// redeemed, expired and void:
//
//	uses issued = open + reserved + redeemed + expired + void    ([Coupon.TallyAt])
//
//	issue ──▶ open ──reserve──▶ reserved ──redeem──▶ redeemed
//	           ▲ │ └──────────────use───────────────────▲  │
//	           │ │                  │                      │
//	           │ └─▶ expired, void  │ release, run out     │ return
//	           └────────────────────┴──────────────────────┘
//
// Time decides: an expiry and the end of a reservation need no sweeper, and no
// command makes them happen. A reservation that was made in time may be redeemed
// until its deadline, even when the coupon or its window ends in between (see
// [Definition].HoldEnds). What comes back from a reservation or a refund is open
// again, or expired or void where the coupon is.
//
// A command carries a key. Given again with the same key it gets the same answer,
// at any later time, and changes nothing; another command under that key is
// [ErrKeyReused]. After an error nothing has changed.
//
// # Limits
//
// How many are issued and redeemed, in all and per customer, is counted in counters
// of their own, each with a version. A counter reserves when a use is reserved,
// confirms when it is redeemed and releases when it is released or runs out. A
// commit writes coupon, counters and receipt at once and only if none of them was
// changed since it was loaded, so that limits hold however commands interleave.
//
// # With points
//
// [InLedger] keeps coupons as rows of the store of package loyalty, and [Checkout] commits
// them with a command for points: a basket is paid with both, or with neither.
//
// Instants are whole microseconds of UTC; intervals are half-open. Money is decimal
// outside and whole minor units inside. Nothing here reads a clock.
package coupon
