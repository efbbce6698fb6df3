package loyalty

import (
	"context"
	"iter"
)

// Store is where the host keeps the accounts of one programme. It is called from
// several goroutines at once. Package loyaltytest holds it to this contract:
//
//  1. Load of an account that was never written returns an empty one of that id.
//  2. Load returns the account as it was committed last, with all that the Need asks for.
//  3. Load may return more than the Need asks for, never less, and says of what is not
//     there that it is not.
//  4. Load returns open lots in burn order until those available at Need.At hold the
//     points asked for, or all of them; SetCover says how far that is.
//  5. Commit writes all of a commit (entries, header, lots, orders, redemptions, holds,
//     receipts, shared counters, rows, due, outbox) or nothing.
//  6. Commit writes nothing and returns ErrConflict if the account's sequence number is
//     not Commit.Expected; 0 is that of an account that was never written.
//  7. Of commits that expect the same sequence number one is written.
//  8. Commit writes nothing and returns ErrDuplicateKey if a key of it is taken, by
//     whatever account. Where ErrConflict fits too, either is returned.
//  9. A commit that cannot be known to be written or not returns ErrUnknownOutcome.
//  10. Commit writes nothing and returns a SharedError if a shared counter would pass
//     its limit. Changes are applied in their order, as SharedTotal.Apply does.
//  11. Commit writes nothing and returns ErrRowConflict if a row is not of the version
//     expected; it is of the next one then. 0 is that of one never written. Rows are
//     written in their order, one of them perhaps twice. Where ErrConflict fits too, either
//     is returned. Rows returns them in the order asked for, all as of one moment.
//  12. Receipt returns the receipt of a key, by whatever account, for as long as the
//     journal is kept.
//  13. Journal yields the entries of an account as they were committed, by sequence
//     number, from JournalQuery.After on.
//  14. Journal of all accounts yields entries by (Recorded, Account, Seq), of
//     Since ≤ Recorded < Until, each once however the reading is cut into pages.
//  15. Due returns accounts whose due is at or before an instant, by (Due, Account), each
//     once however the reading is cut into pages. The due in the index is not after
//     Account.Due of the account.
//  16. A commit without entries writes the due and its rows, if the sequence number is the
//     expected one. One without an account (Account "") has rows alone.
//  17. Ids, keys and names are compared byte by byte: case, accents and trailing spaces
//     matter. Numbers keep all 64 bits, texts all their bytes.
//  18. What was committed is there from then on, for whatever goroutine, and after the
//     store was opened again.
//  19. The store keeps no memory of the caller's, and gives none of its own away.
//  20. If ctx is done before anything is written, nothing is, and the error is ctx's.
//  21. Stores of two programmes in one place do not see each other.
//
// What a store can do besides is said by [Outbox], [Locker], [MultiCommit], [TxStore]
// and [Aggregator].
type Store interface {
	Accounts
	Journal
	DueIndex
	Sides
}

// Accounts loads and commits accounts.
type Accounts interface {
	Load(ctx context.Context, id AccountID, n Need) (*Account, error)
	Commit(ctx context.Context, c *Commit) error
	Receipt(ctx context.Context, k Key) (r Receipt, ok bool, err error)
}

// Journal reads what was committed. The entries are the caller's. The sequence ends with
// the first error.
type Journal interface {
	Journal(ctx context.Context, q JournalQuery) iter.Seq2[Entry, error]
}

// DueIndex finds accounts that time has done something to. For a limit ≤ 0 it
// returns none; after is the last one of the page before, zero at first.
type DueIndex interface {
	Due(ctx context.Context, at Instant, after DueAccount, limit int) ([]DueAccount, error)
}

// Sides reads what commits write besides accounts: shared counters and rows, each zero if
// it was never written.
type Sides interface {
	Shared(ctx context.Context, counter string) (SharedTotal, error)
	Rows(ctx context.Context, ids []RowID) ([]Row, error)
}

// Outbox is a store that keeps an [Event] for each committed entry until it was
// delivered:
//
//  22. Events returns events that were not delivered, at most limit, those of an account
//     by sequence number: exactly one for each committed entry.
//  23. Delivered takes events out; those that are out already are no error.
type Outbox interface {
	Events(ctx context.Context, limit int) ([]Event, error)
	Delivered(ctx context.Context, events []Event) error
}

// Locker is a store that can keep others away from an account:
//
//  24. Lock calls f while nobody else commits to the account. What f loads may be the
//     store's own: it is only read, and not after f.
//  25. What f commits, once at most and to that account, is written when Lock returns nil.
//     If f returns an error, Lock returns it and nothing is written.
type Locker interface {
	Lock(ctx context.Context, id AccountID, f func(ctx context.Context, s Accounts) error) error
}

// MultiCommit is a store that commits several accounts at once:
//
//  26. CommitAll writes all commits, each of another account, or none. Its errors are
//     those of Commit.
type MultiCommit interface {
	CommitAll(ctx context.Context, commits []*Commit) error
}

// TxStore is a store that writes in the host's own transaction, of whatever type that is:
//
//  27. What is committed in a transaction is there for others once the host has committed
//     it, and never if it is rolled back.
//
// Use it with [Service.In].
type TxStore[T any] interface {
	In(tx T) Store
}

// Aggregator is a store that sums over all accounts by itself:
//
//  28. Outstanding yields what remains of lots that have not expired at an instant, by
//     kind and expiry, in this order; rows of nothing are left out.
type Aggregator interface {
	Outstanding(ctx context.Context, at Instant) iter.Seq2[OutstandingRow, error]
}

// JournalQuery says which entries are read.
type JournalQuery struct {
	Account AccountID // "": all
	After   int64     // of one account: sequence numbers above
	// Since and Until are instants of recording: Since ≤ Recorded < Until. Until 0 is
	// no end.
	Since, Until Instant
	// Page is, of all accounts, the last entry of the page before: reading goes on after.
	Page  JournalPage
	Limit int // at most so many; 0: all
}

// JournalPage is a place in the journal of all accounts.
type JournalPage struct {
	Recorded Instant
	Account  AccountID
	Seq      int64
}

// PageOf returns the place of an entry.
func PageOf(e *Entry) JournalPage { return JournalPage{e.Recorded, e.Account, e.Seq} }

// less orders places.
func (p JournalPage) less(q JournalPage) bool {
	switch {
	case p.Recorded != q.Recorded:
		return p.Recorded < q.Recorded
	case p.Account != q.Account:
		return p.Account < q.Account
	}
	return p.Seq < q.Seq
}

// DueAccount is an account that time has done something to since Due, or will.
type DueAccount struct {
	Due     Instant
	Account AccountID
}

func (d DueAccount) less(e DueAccount) bool {
	if d.Due != e.Due {
		return d.Due < e.Due
	}
	return d.Account < e.Account
}

// OutstandingRow is what remains of lots of a kind that expire at one instant.
type OutstandingRow struct {
	Kind   Kind
	Expire Instant // Never: does not expire
	Points Points
}

// Event tells the host that an entry was committed. It is a row of the host's outbox, in
// the commit of the entry: an entry without its note, uses and postings.
type Event struct {
	Account   AccountID
	Seq       int64
	Op        Op
	Key       Key
	Effective Instant
	Recorded  Instant
	Member    AccountID
	Peer      AccountID
	Ref       string
	Results   []Result
}

// EachEntry yields the entries of a journal for Replay, Verify and the rest.
func EachEntry(journal iter.Seq2[Entry, error]) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for e, err := range journal {
			if !yield(&e, err) || err != nil {
				return
			}
		}
	}
}
