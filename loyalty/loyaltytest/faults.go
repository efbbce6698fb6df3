package loyaltytest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/guanxi-go/guanxi/loyalty"
)

// ErrInjected is the error of a fault that a plan has asked for.
var ErrInjected = errors.New("loyaltytest: injected fault")

// Fault is what goes wrong with one call of a store.
type Fault uint8

// The faults. Of a call that writes nothing, Lost and Unknown are as FailBefore, and
// Conflict is no fault.
const (
	None       Fault = iota
	FailBefore       // ErrInjected, nothing is done
	Unknown          // it is done; ErrUnknownOutcome is returned
	Lost             // nothing is done; ErrUnknownOutcome is returned
	Conflict         // nothing is done; ErrConflict is returned
	DieBefore        // nothing is done, and no further call does anything
	DieAfter         // it is done, and no further call does anything
)

// Faults is a store whose calls go wrong by a plan, for hosts that test what they have
// built on a service. It hides what the store can do besides. It is safe for concurrent
// use if the plan is.
type Faults struct {
	Store loyalty.Store
	// Plan is asked at each call, the n-th from 1 on; call is the method, as "Commit".
	Plan func(n int, call string) Fault

	mu   sync.Mutex
	n    int
	dead bool
}

// next asks the plan.
func (f *Faults) next(call string) (Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return None, fmt.Errorf("%w: the process has died", ErrInjected)
	}
	f.n++
	fault := f.Plan(f.n, call)
	f.dead = fault == DieBefore || fault == DieAfter
	return fault, nil
}

// read carries a call out that writes nothing.
func (f *Faults) read(call string, do func() error) error {
	fault, err := f.next(call)
	if err != nil {
		return err
	}
	switch fault {
	case None, Conflict:
		return do()
	}
	return fmt.Errorf("%w: %s", ErrInjected, call)
}

// write carries a call out that commits.
func (f *Faults) write(call string, do func() error) error {
	fault, err := f.next(call)
	if err != nil {
		return err
	}
	switch fault {
	case None:
		return do()
	case Lost:
		return fmt.Errorf("%w: %w", loyalty.ErrUnknownOutcome, ErrInjected)
	case Conflict:
		return fmt.Errorf("%w: %w", loyalty.ErrConflict, ErrInjected)
	case Unknown:
		if err := do(); err != nil {
			return err
		}
		return fmt.Errorf("%w: %w", loyalty.ErrUnknownOutcome, ErrInjected)
	case DieAfter:
		if err := do(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %s", ErrInjected, call)
}

// Load implements loyalty.Accounts.
func (f *Faults) Load(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (a *loyalty.Account, err error) {
	err = f.read("Load", func() error { a, err = f.Store.Load(ctx, id, n); return err })
	return a, err
}

// Commit implements loyalty.Accounts.
func (f *Faults) Commit(ctx context.Context, c *loyalty.Commit) error {
	return f.write("Commit", func() error { return f.Store.Commit(ctx, c) })
}

// Receipt implements loyalty.Accounts.
func (f *Faults) Receipt(ctx context.Context, k loyalty.Key) (r loyalty.Receipt, ok bool, err error) {
	err = f.read("Receipt", func() error { r, ok, err = f.Store.Receipt(ctx, k); return err })
	return r, ok && err == nil, err
}

// Journal implements the interface loyalty.Journal.
func (f *Faults) Journal(ctx context.Context, q loyalty.JournalQuery) iter.Seq2[loyalty.Entry, error] {
	return func(yield func(loyalty.Entry, error) bool) {
		if err := f.read("Journal", func() error { return nil }); err != nil {
			yield(loyalty.Entry{}, err)
			return
		}
		f.Store.Journal(ctx, q)(yield)
	}
}

// Due implements loyalty.DueIndex.
func (f *Faults) Due(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) (due []loyalty.DueAccount, err error) {
	err = f.read("Due", func() error { due, err = f.Store.Due(ctx, at, after, limit); return err })
	return due, err
}

// Shared implements loyalty.Sides.
func (f *Faults) Shared(ctx context.Context, counter string) (t loyalty.SharedTotal, err error) {
	err = f.read("Shared", func() error { t, err = f.Store.Shared(ctx, counter); return err })
	return t, err
}

// Rows implements loyalty.Sides.
func (f *Faults) Rows(ctx context.Context, ids []loyalty.RowID) (rows []loyalty.Row, err error) {
	err = f.read("Rows", func() error { rows, err = f.Store.Rows(ctx, ids); return err })
	return rows, err
}

// FaultsMulti is Faults of a store that is a loyalty.MultiCommit.
type FaultsMulti struct{ *Faults }

// CommitAll implements loyalty.MultiCommit.
func (f FaultsMulti) CommitAll(ctx context.Context, commits []*loyalty.Commit) error {
	multi, ok := f.Store.(loyalty.MultiCommit)
	if !ok {
		return errors.New("loyaltytest: the store is no loyalty.MultiCommit")
	}
	return f.write("CommitAll", func() error { return multi.CommitAll(ctx, commits) })
}
