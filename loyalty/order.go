package loyalty

import "github.com/shopspring/decimal"

// Order is a purchase as the host counts it: without what earns nothing by its
// nature, such as shipping and tax. Money is in the programme's currency.
type Order struct {
	ID       string
	Channel  string   // where it was bought, by the host's names
	Currency string   // "": the programme's; another one is ErrCurrency
	Segments []string // the segments that the customer is in, for rules that ask
	Lines    []OrderLine
	// ByPoints is how much of the order was paid by points, for a programme that gives none
	// for it: shared out over the lines in proportion to their amounts, the largest remainders
	// first. The host says it; payments that are linked with the order are not asked, for
	// they may come later.
	ByPoints decimal.Decimal
}

// OrderLine is one line of an order.
type OrderLine struct {
	ID         string          // unique in the order
	Groups     []string        // the product groups that it is in
	Quantity   int64           // 0 is 1
	Amount     decimal.Decimal // of the whole line, discounts taken off; not negative
	Discounted bool            // a programme may give no points for it
}

// RefundLine is what came back of a line: an amount or a quantity; if neither is
// given, all that is left of the line.
type RefundLine struct {
	Line     string
	Amount   decimal.Decimal
	Quantity int64
}
