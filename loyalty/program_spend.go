package loyalty

import (
	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// RewardType is what a reward is.
type RewardType string

// The types of rewards.
const (
	RewardGift     RewardType = "gift"     // goods, or a service; the default
	RewardVoucher  RewardType = "voucher"  // a coupon of a definition
	RewardDonation RewardType = "donation" // to a cause
)

// Reward is an item of the catalogue. A voucher costs points, has stock and limits like
// any other; the coupon itself is the host's to issue: Explanation.Coupon says of which
// definition. One that is given back ([Return]) the host takes out of use as well.
//
// Stock counts what is redeemed and what open holds have set aside; what a hold has set
// aside is free at its deadline, without a Sweep.
type Reward struct {
	ID     string          `json:"id"`
	Name   guanxi.Text     `json:"name,omitzero"`
	Type   RewardType      `json:"type,omitempty"`
	Kind   Kind            `json:"kind"`
	Points Points          `json:"points"`
	Money  decimal.Decimal `json:"money,omitzero"`   // to be paid besides
	Coupon string          `json:"coupon,omitempty"` // definition of a voucher
	Cause  string          `json:"cause,omitempty"`  // of a donation
	// Stock is how many there are for all customers together; nil: no end.
	Stock    *int64   `json:"stock,omitempty"`
	Limit    *Limit   `json:"limit,omitempty"` // for one customer
	Tiers    []string `json:"tiers,omitempty"`
	Segments []string `json:"segments,omitempty"`
	During
}

// PaymentRule lets points pay for part of an order (积分抵现).
type PaymentRule struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	Kind Kind        `json:"kind"`
	// Points are worth Money: {"points": 100, "money": "1.00"}.
	Points   Points          `json:"points"`
	Money    decimal.Decimal `json:"money"`
	Step     Points          `json:"step,omitempty"`     // a multiple of it; 0 is 1
	Min      Points          `json:"min,omitempty"`      // the least at once
	MaxShare Rational        `json:"max_share,omitzero"` // of the order's amount; zero is 1
	Max      decimal.Decimal `json:"max_money,omitzero"` // the most money at once; zero: no limit
	MinOrder decimal.Decimal `json:"min_order,omitzero"` // the least order
	Rounding RoundMode       `json:"rounding,omitempty"` // of the money that points are worth; Floor is the default
	Tiers    []string        `json:"tiers,omitempty"`
}

// SplitOrder is the order in which two kinds are used.
type SplitOrder string

// The orders of principal and bonus.
const (
	BonusFirst     SplitOrder = "bonus_first" // the default of spending
	PrincipalFirst SplitOrder = "principal_first"
	Proportional   SplitOrder = "proportional" // to what is available, or to what was charged; the default of returning
)

// StoredRule is stored value (储值): principal, which was paid for, and bonus, which
// was given, in two kinds of unit money.
type StoredRule struct {
	ID        string      `json:"id"`
	Name      guanxi.Text `json:"name,omitzero"`
	Principal Kind        `json:"principal"`
	Bonus     Kind        `json:"bonus"`
	Spend     SplitOrder  `json:"spend,omitempty"`
	Return    SplitOrder  `json:"return,omitempty"`
}

// TopUp is a plan for adding stored value: pay 500, get 50 more. It is given by Act
// with its id.
type TopUp struct {
	ID     string          `json:"id"`
	Name   guanxi.Text     `json:"name,omitzero"`
	Stored string          `json:"stored"`
	Pay    decimal.Decimal `json:"pay"`
	Bonus  decimal.Decimal `json:"bonus,omitzero"`
	Limit  *Limit          `json:"limit,omitempty"`
	During
}

// Card is a card of visits (计次卡): it is given by Act with its id, and a visit is
// spent as points of its kind.
type Card struct {
	ID     string      `json:"id"`
	Name   guanxi.Text `json:"name,omitzero"`
	Kind   Kind        `json:"kind"`
	Visits Points      `json:"visits"`
	Valid  guanxi.Span `json:"valid,omitzero"` // as ExpireSpan; zero: the kind's expiry
	During
}
