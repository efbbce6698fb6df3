// Package simulate plays random programmes and commands on accounts and compares what
// becomes of them with a slow reference that was written from the documentation alone:
// lots in a plain slice, every balance found by looking at all of them, what an order
// has earned worked out anew with math/big.
//
// After every command the account is the reference's. Now and then, and at the end, all
// laws are asked: those of each account, and those of sums over all of them, what is owed,
// rolled forward, recognised and deferred. Over a store the service also sends, pools and
// merges, and goes on after a failure; events are delivered; coupons go with points.
//
// It is for tests. A run is told by its seed; what fails is shortened to few steps. What
// carries the commands out is a Host, so that the same run goes over any store.
package simulate
