package loyalty

import "errors"

// Why a tier is not set.
var (
	// ErrTierUnknown refuses a tier that the programme does not have, or any where it
	// has none.
	ErrTierUnknown = errors.New("loyalty: the programme has no such tier")
	// ErrTierNotSold refuses to buy a tier that has no term.
	ErrTierNotSold = errors.New("loyalty: this tier is not sold")
	// ErrTierNotHeld refuses to end a grant, a paid term or a lock that is not there.
	ErrTierNotHeld = errors.New("loyalty: there is no such grant, paid term or lock")
)
