// Package simulate plays random programmes and commands on accounts and compares what
// becomes of them with a slow reference that was written from the documentation alone:
// lots in a plain slice, every balance found by looking at all of them, what an order
// has earned worked out anew with math/big.
//
// It is for tests. A run is told by its seed; what fails is shortened to few steps. What
// carries the commands out is a Host, so that the same run goes over any store.
package simulate
