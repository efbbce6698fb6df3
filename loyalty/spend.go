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
	// Order is the order that is paid, if any. With Payment the redemption is linked with it,
	// be it before or after the order earns: a Refund of the order gives the points back.
	// Amount is then that of the order, as Order.Lines sum to, and no more than that; what
	// all payments of it pay together, less what came back, is no more than what is left of
	// it, and no more than the rule's share of Amount. Of other spends it is only a part of
	// what was asked for. The order of another account, as of a pool, is not seen: what of it
	// comes back is to be refunded at both.
	Order string
}
