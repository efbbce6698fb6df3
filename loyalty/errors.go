package loyalty

import (
	"errors"
	"fmt"
)

// Why a command is refused, or a journal is not believed. A refused command leaves
// state and journal as they were, and its key may be used again. What names a place
// comes wrapped in a *guanxi.FieldError whose pointer leads into the command.
var (
	// ErrKey refuses a command without a key, or with one of more than MaxText bytes.
	ErrKey = errors.New("loyalty: no idempotency key, or too long a one")
	// ErrKeyReused refuses a command whose key was used with another intent.
	ErrKeyReused = errors.New("loyalty: this key was used for something else")
	// ErrText refuses an id of no or more than MaxText bytes.
	ErrText = errors.New("loyalty: no text, or too long a one")
	// ErrBackdated refuses a command whose time is before the latest of the account,
	// where the programme does not accept that.
	ErrBackdated = errors.New("loyalty: dated before what the account has seen")
	// ErrAhead refuses a command that is dated after its recording by more than
	// PolicyConfig.Ahead.
	ErrAhead = errors.New("loyalty: dated too far after its recording")
	// ErrCommand refuses nil for a command.
	ErrCommand = errors.New("loyalty: no command")
	// ErrVersion refuses an account on which a newer version of the programme has decided.
	ErrVersion = errors.New("loyalty: the account was decided on by a newer version of the programme")
	// ErrFrozen refuses a command for a frozen account.
	ErrFrozen = errors.New("loyalty: the account is frozen")
	// ErrNotFrozen refuses to thaw what is not frozen.
	ErrNotFrozen = errors.New("loyalty: the account is not frozen")
	// ErrClosed refuses a command for a closed account.
	ErrClosed = errors.New("loyalty: the account is closed")
	// ErrMerged is the ErrClosed of an account that a merge has closed: Account.MergedTo
	// names the one to go on with, also with what was redeemed before.
	ErrMerged = fmt.Errorf("%w: it was merged into another", ErrClosed)
	// ErrNotEmpty refuses to close an account that has points, debt or holds.
	ErrNotEmpty = errors.New("loyalty: the account has points, debt or holds")
	// ErrHoldUnknown refuses a hold that was never placed.
	ErrHoldUnknown = errors.New("loyalty: unknown hold")
	// ErrHoldExists refuses to place a hold with the id of another one.
	ErrHoldExists = errors.New("loyalty: there is a hold of this id")
	// ErrHoldRunOut refuses a hold that is past its end.
	ErrHoldRunOut = errors.New("loyalty: the hold has run out")
	// ErrHoldEnded refuses a hold that was captured or voided.
	ErrHoldEnded = errors.New("loyalty: the hold was captured or voided")
	// ErrHoldTooMuch refuses to capture more than what is held.
	ErrHoldTooMuch = errors.New("loyalty: more than what is held")
	// ErrHeld refuses what cannot be done while points are held.
	ErrHeld = errors.New("loyalty: points are held")
	// ErrOrderExists refuses an order that has earned before.
	ErrOrderExists = errors.New("loyalty: the order has earned before")
	// ErrOrderUnknown refuses an order that the account does not have.
	ErrOrderUnknown = errors.New("loyalty: unknown order")
	// ErrOrderAmount refuses points that would pay, with all that points pay of it already,
	// more than there is of an order, and an order that is less than what its payments say.
	ErrOrderAmount = errors.New("loyalty: more than the amount of the order")
	// ErrOrderRefunded refuses to earn with an order of which something came back while it
	// was known by its payments alone.
	ErrOrderRefunded = errors.New("loyalty: something of the order has come back")
	// ErrRedemptionUnknown refuses a redemption that the account does not have.
	ErrRedemptionUnknown = errors.New("loyalty: unknown redemption")
	// ErrReturnTooMuch refuses to return more than what is left of a redemption.
	ErrReturnTooMuch = errors.New("loyalty: more than what is left of the redemption")
	// ErrLotUnknown refuses a lot that the account does not have.
	ErrLotUnknown = errors.New("loyalty: unknown lot")
	// ErrNotLater refuses a time that is not later than what it must follow.
	ErrNotLater = errors.New("loyalty: not later than what it must follow")
	// ErrPeer refuses an account that cannot be the other side of a transfer or merge.
	ErrPeer = errors.New("loyalty: not the other account of this")
	// ErrNeed refuses to decide on an account of which too little is loaded. See NeedError.
	ErrNeed = errors.New("loyalty: more of the account must be loaded")
	// ErrStale refuses to apply a decision to another account, or another state of it,
	// than it was made on.
	ErrStale = errors.New("loyalty: decided on another state of the account")
)

// Why a journal, or an encoded entry or account, is not believed.
var (
	// ErrGap: a sequence number is not the next one, or an entry is another account's.
	ErrGap = errors.New("loyalty: not the next entry of the account")
	// ErrRecorded: an entry was not recorded after the one before.
	ErrRecorded = errors.New("loyalty: not recorded after the entry before")
	// ErrHash: an entry is not what was hashed, or does not follow the one before.
	ErrHash = errors.New("loyalty: hash does not fit")
	// ErrUnbalanced: the postings of a kind do not sum to zero.
	ErrUnbalanced = errors.New("loyalty: postings do not sum to zero")
	// ErrImpossible: an entry takes more of a lot or hold than there is, or what is not there.
	ErrImpossible = errors.New("loyalty: not possible in this state of the account")
	// ErrFormat: bytes that are not what this package writes.
	ErrFormat = errors.New("loyalty: not an encoding of this type")
	// ErrInvariant: a state that no journal makes. See Account.Check.
	ErrInvariant = errors.New("loyalty: broken state")
)

// NeedError says what more of an account must be loaded. It is an ErrNeed.
type NeedError struct{ Need Need }

// Error says what is needed.
func (e *NeedError) Error() string { return fmt.Sprintf("%v: %+v", ErrNeed, e.Need) }

// Is reports whether target is ErrNeed.
func (e *NeedError) Is(target error) bool { return target == ErrNeed }

// MaxText is how many bytes an id or key may have.
const MaxText = 255
