package loyalty

import (
	"errors"
	"fmt"
)

// Why a store or a service has not done what it was asked.
var (
	// ErrConflict: somebody else has written since the account was loaded. A Service
	// decides again, and returns it after its last attempt.
	ErrConflict = errors.New("loyalty: somebody else has written")
	// ErrDuplicateKey: the key of a commit was used before.
	ErrDuplicateKey = errors.New("loyalty: this key was used before")
	// ErrUnknownOutcome: a commit was written, or not. Giving the command again with its
	// key tells.
	ErrUnknownOutcome = errors.New("loyalty: it is not known whether this was written")
	// ErrShared refuses a change that takes a shared counter past its limit, or below
	// nothing. See SharedError.
	ErrShared = errors.New("loyalty: not so much left of what accounts share")
	// ErrRowConflict: a row that is to be written with a commit has another version than was
	// expected. Whoever decided it decides again.
	ErrRowConflict = errors.New("loyalty: a row was changed by somebody else")
	// ErrTransit: what one account has sent the other one has not received. See
	// TransitError.
	ErrTransit = errors.New("loyalty: sent and not received")
	// ErrCommit: a commit that Decide did not make.
	ErrCommit = errors.New("loyalty: not a commit of decisions")
)

// SharedError says what is left of a shared counter. It is an ErrShared.
type SharedError struct {
	Counter string
	Left    int64 // that may be reserved
}

// Error says what is left.
func (e *SharedError) Error() string {
	return fmt.Sprintf("%v: %d left of %q", ErrShared, e.Left, e.Counter)
}

// Is reports whether target is ErrShared.
func (e *SharedError) Is(target error) bool { return target == ErrShared }

// TransitError says what is on its way, and why it has not arrived. Nothing is lost:
// Service.Settle and Service.Resume go on. It is an ErrTransit.
type TransitError struct {
	Sent Receipt // of the account that sent
	To   AccountID
	Err  error
}

// Error says between whom.
func (e *TransitError) Error() string {
	return fmt.Sprintf("%v: entry %d of %q to %q: %v", ErrTransit, e.Sent.Seq, e.Sent.Account, e.To, e.Err)
}

// Is reports whether target is ErrTransit.
func (e *TransitError) Is(target error) bool { return target == ErrTransit }

// Unwrap returns Err.
func (e *TransitError) Unwrap() error { return e.Err }
