package coupon

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// Definition is one kind of coupon in one version: a plain value that the host
// stores as JSON. A version that coupons were issued under is never changed and
// stays in the catalogue as long as they live; what is to be otherwise gets the
// next version. A zero field means the default that its comment states.
type Definition struct {
	ID      string      `json:"id"`      // 1 to 64 bytes without white space
	Version int         `json:"version"` // from 1
	Name    guanxi.Text `json:"name,omitzero"`
	Benefit Benefit     `json:"benefit"`
	// Currency of all amounts, such as "CNY", and its decimal places, 0 to 18. A
	// definition without any amount needs neither and fits every basket.
	Currency string  `json:"currency,omitempty"`
	Decimals int     `json:"decimals,omitempty"`
	Minimum  Minimum `json:"minimum,omitzero"`
	Scope    Scope   `json:"scope,omitzero"`
	Window   Window  `json:"window,omitzero"`
	// Uses of one coupon: 1 to 1,000; 0 is 1. One order has one of them at most. A
	// public code for thousands is a definition that each customer is issued a
	// coupon of, with Limits.
	Uses   int    `json:"uses,omitempty"`
	Limits Limits `json:"limits,omitzero"`
	// Hold is how long a reservation lasts, at most 31 days; P0D is PT15M. Deadlines
	// are rounded up to whole seconds, from PT1H on to whole minutes, so that a
	// counter knows few of them.
	Hold guanxi.Span `json:"hold,omitzero"`
	// HoldEnds says what becomes of a reservation at the end of the coupon.
	HoldEnds HoldEnds `json:"hold_ends,omitempty"`
	Returns  Returns  `json:"returns,omitzero"`
	Stacking Stacking `json:"stacking,omitzero"`
}

// Kind is what a coupon gives.
type Kind string

// The kinds of benefit.
const (
	Amount       Kind = "amount"        // an amount off the lines in scope
	Percent      Kind = "percent"       // a share of the lines in scope
	Gift         Kind = "gift"          // an item for nothing, beside the basket
	FreeDelivery Kind = "free_delivery" // the delivery, or a part of it
)

// Kinds returns all kinds in the order in which they apply where Stacking.Order is
// equal.
func Kinds() []Kind { return []Kind{Amount, Percent, Gift, FreeDelivery} }

// Label returns the name in lang, or the id of an unknown kind.
func (k Kind) Label(lang guanxi.Lang) string {
	switch k {
	case Amount:
		return guanxi.Text{EN: "amount off", ZH: "满减券"}.In(lang)
	case Percent:
		return guanxi.Text{EN: "percentage off", ZH: "折扣券"}.In(lang)
	case Gift:
		return guanxi.Text{EN: "gift", ZH: "赠品券"}.In(lang)
	case FreeDelivery:
		return guanxi.Text{EN: "free delivery", ZH: "免邮券"}.In(lang)
	}
	return string(k)
}

// Base says what a share or a minimum is measured on.
type Base string

// The bases.
const (
	Remaining Base = "remaining" // what the coupons applied before have left; the default
	Original  Base = "original"  // the prices before any coupon
)

// Benefit is what one use of a coupon gives. A discount never takes a line below
// zero; what an amount has left over is lost.
type Benefit struct {
	Kind   Kind            `json:"kind"`
	Amount decimal.Decimal `json:"amount,omitzero"` // of Amount; above 0
	// Percent off, above 0 up to 100, with at most four decimals: "12.5".
	Percent decimal.Decimal `json:"percent,omitzero"`
	// Of is what Percent is a share of. A share of the Original takes no more than
	// what remains.
	Of Base `json:"of,omitempty"`
	// Cap is the most that Percent or FreeDelivery takes off; 0 is no cap.
	Cap decimal.Decimal `json:"cap,omitzero"`
	// Rounding of Percent, once for the whole coupon; the lines then share the
	// result by largest remainder.
	Rounding Rounding `json:"rounding,omitempty"`
	// Item is what Gift gives.
	Item string `json:"item,omitempty"`
	// Value is what Gift is worth when combinations are compared, and nowhere else.
	Value decimal.Decimal `json:"value,omitzero"`
}

// Rounding says where a share of an amount goes that is no whole minor unit: the modes
// that points are rounded by, with another default.
type Rounding = loyalty.RoundMode

// The ways of rounding.
const (
	HalfUp   = loyalty.HalfUp // the default
	HalfEven = loyalty.HalfEven
	Floor    = loyalty.Floor // never more than the share
	Ceil     = loyalty.Ceil
)

// Minimum is what must be spent for the coupon to apply.
type Minimum struct {
	Amount decimal.Decimal `json:"amount,omitzero"` // 0 is none
	// On is whether coupons applied before count against it.
	On Base `json:"on,omitempty"`
	// Of is what is added up.
	Of MinimumOf `json:"of,omitempty"`
}

// MinimumOf says which lines count towards a minimum. Delivery never does.
type MinimumOf string

// The lines that count.
const (
	OfScope  MinimumOf = "scope"  // those the coupon applies to; the default
	OfBasket MinimumOf = "basket" // all
)

// Scope is where the coupon applies: a line that is excluded by its item or one of
// its groups is out; where items or groups are included, a line must be one of the
// items or in one of the groups. Channels are the basket's.
type Scope struct {
	Items    Filter `json:"items,omitzero"`
	Groups   Filter `json:"groups,omitzero"`
	Channels Filter `json:"channels,omitzero"`
}

// Filter lists what is in and what is out. Nothing included is everything.
type Filter struct {
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
}

// IsZero reports whether the filter takes everything.
func (f Filter) IsZero() bool { return len(f.Include) == 0 && len(f.Exclude) == 0 }

// IsZero reports whether the scope is everything.
func (s Scope) IsZero() bool { return s.Items.IsZero() && s.Groups.IsZero() && s.Channels.IsZero() }

// Window is when coupons are valid: within [From, To), and within Validity of their
// issue, whichever ends first. All of it is turned into two instants when the
// coupon is issued, and a later version never moves them.
type Window struct {
	From time.Time `json:"from,omitzero"` // none: from issue
	To   time.Time `json:"to,omitzero"`   // none: no end of its own
	// Validity counts from issue, or from From where that is later, by the calendar
	// of Zone; at most 100 years. P0D is none.
	Validity guanxi.Span `json:"validity,omitzero"`
	Ends     Ends        `json:"ends,omitempty"`
	// Zone is an IANA name such as "Asia/Shanghai" or an offset such as "+08:00"; ""
	// is UTC.
	Zone string `json:"zone,omitempty"`
}

// Ends says when within its last day a validity ends.
type Ends string

// The ends.
const (
	AtInstant Ends = "instant" // at the very time of day; the default
	AtDayEnd  Ends = "day"     // when the next day begins in the zone
)

// Limits are counted per definition, over the versions that state them. 0 is no
// limit, and what is not limited is not counted.
type Limits struct {
	Issued              int64 `json:"issued,omitempty"`
	IssuedPerCustomer   int64 `json:"issued_per_customer,omitempty"`
	Redeemed            int64 `json:"redeemed,omitempty"` // uses, those reserved included
	RedeemedPerCustomer int64 `json:"redeemed_per_customer,omitempty"`
}

// HoldEnds says how long a reservation made in time lasts.
type HoldEnds string

// The ends of a reservation.
const (
	AtDeadline HoldEnds = "deadline" // to its deadline, the coupon's end or not; the default
	AtExpiry   HoldEnds = "expiry"   // to its deadline, or to the coupon's end if that is before
)

// Returns says what a refund does to a redeemed use.
type Returns struct {
	Policy ReturnPolicy `json:"policy,omitempty"`
	// Grace is how long from the return the coupon is valid at least, even when it
	// has expired meanwhile, by the zone and the Ends of its window; at most 366
	// days. Uses that had expired before stay so.
	Grace guanxi.Span `json:"grace,omitzero"`
}

// ReturnPolicy says whether a use that is given back is open again.
type ReturnPolicy string

// The policies.
const (
	Reopen ReturnPolicy = "reopen" // the use is open again, or expired where the coupon is; the default
	Keep   ReturnPolicy = "keep"   // redeemed is redeemed
)

// Stacking says what may be used together at one basket. Two coupons go together if
// neither is exclusive and each allows the group of the other.
type Stacking struct {
	Exclusive bool `json:"exclusive,omitempty"` // alone
	// Group is a name of the host's; "" is a group too.
	Group string `json:"group,omitempty"`
	// Max coupons of the group together; 0 is 1. Where definitions of a group
	// differ, the least holds that is among those used.
	Max int `json:"max,omitempty"`
	// Repeat is how many coupons of this very definition go together, within Max; 0
	// is 1.
	Repeat int `json:"repeat,omitempty"`
	// With lists the other groups that may be beside it, "" for coupons without a
	// group; none given is any.
	With []string `json:"with,omitempty"`
	// Order of application, the lowest first; equal ones by kind, as [Kinds] has
	// them, then by id of the definition, version, end and code.
	Order int `json:"order,omitempty"`
}

// IsZero reports whether everything is as by default.
func (s Stacking) IsZero() bool {
	return !s.Exclusive && s.Group == "" && s.Max == 0 && s.Repeat == 0 && len(s.With) == 0 && s.Order == 0
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and d is left alone if there is one.
func (d *Definition) UnmarshalJSON(data []byte) error {
	type plain Definition
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(d, Definition(v), err)
}
