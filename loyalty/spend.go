package loyalty

import "github.com/shopspring/decimal"

// Spend is what points are spent on. One of Reward, Payment, Stored or Kind is given.
type Spend struct {
	// Reward is one of the catalogue; Quantity of it, 0 is 1.
	Reward   string
	Quantity int64
	// Payment is a rule of part payment: Points of its kind pay for a part of an
	// order of Amount.
	Payment string
	// Stored is stored value: Amount is paid with it.
	Stored string
	// Kind with Points alone: points as they are, such as a visit of a card.
	Kind   Kind
	Points Points

	Amount   decimal.Decimal
	Segments []string // the segments that the customer is in, for rewards that ask
	// Order is the order that is paid, if any. It is written down, and no more: a Refund of
	// that order takes back what it earned, and gives no points back that paid for it. How
	// many those are SplitRefund says; a Return of the redemption gives them.
	Order string
}
