package coupon

import "errors"

// What is wrong with a config, a command, a basket or a stored state. Each comes in
// a *guanxi.FieldError that names the place: errors.Is finds the sentinel,
// guanxi.Faults lists the places.
var (
	// ErrID refuses an id that is empty, too long, not UTF-8, or has white space or
	// control characters in it.
	ErrID = errors.New("not an id of 1 to 64 bytes without white space")
	// ErrName refuses a customer, an order or a key that is empty, longer than 128
	// bytes, not UTF-8, or has control characters in it.
	ErrName = errors.New("not a name of 1 to 128 bytes without control characters")
	// ErrDuplicate refuses a second thing of the same id.
	ErrDuplicate = errors.New("occurs twice")
	// ErrOption refuses an unknown or impossible value of a setting.
	ErrOption = errors.New("not a value of this option")
	// ErrMisplaced refuses a setting where it has no meaning.
	ErrMisplaced = errors.New("has no meaning here")
	// ErrMissing asks for what has no default.
	ErrMissing = errors.New("is missing")
	// ErrMoney refuses an amount that is negative, or zero where that means nothing.
	ErrMoney = errors.New("not an amount that is possible here")
	// ErrOverflow refuses amounts whose sum is beyond int64 minor units.
	ErrOverflow = errors.New("the sum is too large")
	// ErrTooMany refuses more lines, coupons or entries than are looked at.
	ErrTooMany = errors.New("too many")
	// ErrState refuses a stored coupon, counter or receipt that was not made here, or
	// does not belong to the command.
	ErrState = errors.New("not a state that was made here")
	// ErrSecret refuses a secret of less than 16 bytes.
	ErrSecret = errors.New("a secret has at least 16 bytes")
)

// What is wrong with a code that someone typed.
var (
	// ErrCodeCharacter: a character that no code has, such as 0, O, 1, I and L.
	ErrCodeCharacter = errors.New("coupon: a character that no code has")
	// ErrCodeLength: too few or too many characters.
	ErrCodeLength = errors.New("coupon: not as many characters as a code has")
	// ErrCodeCheck: the check character does not fit: mistyped, or of a series whose prefix
	// has another length.
	ErrCodeCheck = errors.New("coupon: mistyped code")
	// ErrCodePrefix: well typed, and a code of another series.
	ErrCodePrefix = errors.New("coupon: a code of another series")
	// ErrCodeUnknown: well typed, and never made with this secret.
	ErrCodeUnknown = errors.New("coupon: unknown code")
	// ErrSerial: a serial number beyond those the length of the code has room for.
	ErrSerial = errors.New("coupon: no code of this length has such a serial number")
)

// Why a command is refused.
var (
	// ErrTime refuses the zero time, and one outside the years 1970 to 2200.
	ErrTime = errors.New("coupon: zero time, or one outside the years 1970 to 2200")
	// ErrDefinition: the catalogue does not have the definition in this version.
	ErrDefinition = errors.New("coupon: no such definition in the catalogue")
	// ErrExists: a coupon of this code was issued before.
	ErrExists = errors.New("coupon: the code is taken")
	// ErrNotIssued: no coupon of this code was ever issued.
	ErrNotIssued = errors.New("coupon: never issued")
	// ErrNotBegun: the coupon is not valid yet.
	ErrNotBegun = errors.New("coupon: not valid yet")
	// ErrExpired: the coupon, or the window of what is to be issued, has ended.
	ErrExpired = errors.New("coupon: expired")
	// ErrVoid: the coupon was cancelled.
	ErrVoid = errors.New("coupon: cancelled")
	// ErrOtherCustomer: the coupon, or the reservation, is another customer's.
	ErrOtherCustomer = errors.New("coupon: belongs to another customer")
	// ErrNoCustomer: a limit per customer asks who the customer is.
	ErrNoCustomer = errors.New("coupon: a limit per customer asks for the customer")
	// ErrUsedUp: every use is redeemed.
	ErrUsedUp = errors.New("coupon: used up")
	// ErrAllReserved: no use is open, but one that is reserved may become so.
	ErrAllReserved = errors.New("coupon: reserved for other orders")
	// ErrReserved: this order has a reservation already.
	ErrReserved = errors.New("coupon: reserved for this order already")
	// ErrRedeemed: this order has redeemed the coupon already.
	ErrRedeemed = errors.New("coupon: redeemed by this order already")
	// ErrNotReserved: this order has no reservation.
	ErrNotReserved = errors.New("coupon: not reserved for this order")
	// ErrRunOut: the deadline of this order's reservation has passed.
	ErrRunOut = errors.New("coupon: the reservation has run out")
	// ErrNotRedeemed: there is nothing that this order could return.
	ErrNotRedeemed = errors.New("coupon: not redeemed by this order")
	// ErrNoReturn: the definition does not give uses back after a refund.
	ErrNoReturn = errors.New("coupon: not given back after a refund")
	// ErrIssueLimit: as many as there may be are issued.
	ErrIssueLimit = errors.New("coupon: all are given away")
	// ErrIssueCustomerLimit: the customer has had as many as one customer may.
	ErrIssueCustomerLimit = errors.New("coupon: the customer has had as many as allowed")
	// ErrRedeemLimit: as many as may be are redeemed or reserved.
	ErrRedeemLimit = errors.New("coupon: redeemed as often as allowed in all")
	// ErrRedeemCustomerLimit: the customer has redeemed or reserved as many as allowed.
	ErrRedeemCustomerLimit = errors.New("coupon: redeemed by the customer as often as allowed")
	// ErrKeyReused: the key belongs to another command.
	ErrKeyReused = errors.New("coupon: the key was used for another command")
	// ErrNeed: too little was loaded; a [NeedError] says what more.
	ErrNeed = errors.New("coupon: more counters are needed")
)

// What a store says.
var (
	// ErrApart: a [Checkout] finds that some of its commands were carried out before, and
	// others not.
	ErrApart = errors.New("coupon: not all of this was carried out together")
	// ErrConflict: something was changed since it was loaded. A [Store] returns it
	// from Commit; a [Service] after its last attempt.
	ErrConflict = errors.New("coupon: changed by someone else meanwhile")
	// ErrUnknownOutcome: whether the commit was written is not known. A Store returns
	// it, or wraps it; a Service then looks for the receipt.
	ErrUnknownOutcome = errors.New("coupon: whether it was written is not known")
)
