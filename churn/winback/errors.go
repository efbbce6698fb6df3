package winback

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Why a config, a row or a question is refused. What has a place comes wrapped in
// a *guanxi.FieldError: errors.Is finds the sentinel, guanxi.Faults the places.
var (
	// ErrOption refuses an unknown or impossible value of a setting.
	ErrOption = errors.New("not a value of this option")
	// ErrID refuses an id that is missing or used twice.
	ErrID = errors.New("an id that is missing or not unique")
	// ErrReason refuses a reason for leaving that the config does not name.
	ErrReason = errors.New("not a reason of this config")
	// ErrBlanket refuses one offer or gift for every reason, and one to customers
	// whose reason is not asked about: it buys back who would have come anyway
	// and teaches the others to wait.
	ErrBlanket = errors.New("one offer whatever the reason")
	// ErrRising refuses a ladder on which a later offer is no better than an
	// earlier one.
	ErrRising = errors.New("offers do not rise")
	// ErrAmount refuses an amount below zero, or with more decimal places than
	// the currency keeps.
	ErrAmount = errors.New("not an amount of this currency")
	// ErrOverflow refuses what does not fit into int64 minor units, and an amount
	// with an exponent beyond ±1000, be it zero.
	ErrOverflow = errors.New("out of range")
	// ErrTime refuses the zero time.Time, times outside the years 1970 to 9999, and
	// an instant before one that the state has reached.
	ErrTime = errors.New("zero time, one outside the years 1970 to 9999, or one out of order")
	// ErrState refuses a state that no decision leads to.
	ErrState = errors.New("not a state")
	// ErrBudget refuses to reserve more than is left.
	ErrBudget = errors.New("more than the budget has left")
	// ErrCustomer refuses a row whose customer is the zero value of its key type.
	ErrCustomer = errors.New("no customer")
	// ErrDuplicate refuses a customer who is listed twice.
	ErrDuplicate = errors.New("occurs twice")
	// ErrArm refuses a row that is neither Treated nor Held.
	ErrArm = errors.New("not an arm")
	// ErrValue refuses a score that is NaN or infinite.
	ErrValue = errors.New("not a finite number")
	// ErrEmpty says that an arm has nobody to compare with.
	ErrEmpty = errors.New("an arm without customers")
	// ErrConfidence refuses a confidence level outside (0, 1).
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
)

// maxFaults is how many faults of rows are named at once.
const maxFaults = 1000

// at places err.
func at(err error, parts ...any) error { return guanxi.At(guanxi.Pointer(parts...), err) }

// wrap puts the name of the package before an error, once.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("winback: %w", err)
}
