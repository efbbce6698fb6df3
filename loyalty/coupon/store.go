package coupon

import "context"

// Store is where the host keeps coupons, counters and receipts: three tables, by code,
// by (definition, customer) and by key. It is called from several goroutines at once.
// Package coupontest holds it to this contract:
//
//   - Load returns the coupon of a code and the receipt of a key as they were
//     committed last, each zero if there is none: both as of one moment, or the
//     receipt as of a later one than the coupon, so read after it.
//   - Counters appends to dst the counters of ids, in their order; one never written
//     is zero but for its id.
//   - Commit writes the coupon, all counters and the receipt of a change, or nothing.
//     It writes nothing and returns [ErrConflict], or an error wrapped around it, if
//     the coupon or one of the counters is not of the version that the change
//     replaces (0: there is none), or if the receipt's key is taken.
//   - If it cannot know whether it has written, as when a connection breaks during a
//     commit, it returns [ErrUnknownOutcome], or an error wrapped around it.
//   - Codes, ids, customers and keys are compared byte by byte: case, accents and
//     trailing spaces matter. Numbers keep all 64 bits.
//   - What was committed is what is loaded from then on, by whatever goroutine. The
//     store keeps no slice of the caller's, and gives none of its own away.
//   - If ctx is done before anything is written, nothing is, and the error is ctx's.
//
// A store that writes a coupon and its counters in a transaction of the database,
// each with "where version = ?", keeps this contract. [InLedger] is one over the store of
// package loyalty, in which coupons and points are committed together.
type Store interface {
	Load(ctx context.Context, code Code, key string) (Coupon, Receipt, error)
	Counters(ctx context.Context, dst []Counter, ids []CounterID) ([]Counter, error)
	Commit(ctx context.Context, change Change) error
}
