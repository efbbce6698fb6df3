package audience

import "context"

// Customer is a key of the host's with its ordinal.
type Customer[K comparable] struct {
	Ordinal uint32 `json:"ordinal"`
	Key     K      `json:"key"`
}

// Index tells ordinals and keys from each other.
type Index[K comparable] interface {
	// Find appends to dst the ordinal of each key, in their order, and NoOrdinal
	// for a key that has none.
	Find(ctx context.Context, dst []uint32, keys []K) ([]uint32, error)
	// Keys appends to dst the customers who have these ordinals, in their order.
	// Ordinals that nobody has, or whose customer was removed, are left out.
	Keys(ctx context.Context, dst []Customer[K], ordinals []uint32) ([]Customer[K], error)
}

// Directory gives the host's customers their ordinals: a table by key with a
// number that counts up, kept where the sets are kept, because a set says nothing
// without it. It is called from several goroutines at once. Package audiencetest
// holds it to this contract:
//
//   - A key has one ordinal, and keeps it until it is removed. Assign gives the
//     same one to the same key in every call, twice in one call and from every
//     goroutine.
//   - Two keys never have the same ordinal. Keys are compared as they are: case,
//     accents and trailing spaces matter.
//   - Ordinals are dense: the n-th customer has one of 0 to n − 1, as long as no
//     call has failed. Find gives none.
//   - The ordinal of a removed customer is never given again, so that an old set
//     never names somebody else. A key that comes back is a new customer with a
//     new ordinal. To remove a key that is not there is no error.
//   - Live is the set of the ordinals that a customer has now.
//   - dst is appended to, and is returned as it was with an error. The directory
//     keeps no slice of the caller's, and gives none of its own away.
//   - If ctx is done before anything is written, nothing is, and the error is ctx's.
//   - Where no ordinal is left the error is ErrFull, or one wrapped around it.
type Directory[K comparable] interface {
	Index[K]
	// Assign appends to dst the ordinal of each key, in their order, and gives new
	// ones to those that have none. A call that fails may have given some.
	Assign(ctx context.Context, dst []uint32, keys []K) ([]uint32, error)
	// Remove takes the ordinals from their keys: the customers are deleted.
	Remove(ctx context.Context, keys []K) error
	// Live returns the ordinals of all customers: the universe of [Set.Complement].
	Live(ctx context.Context) (Set, error)
}
