package loyalty

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// WhyNot decides an Earn as Decide does, and returns the rules for orders that give
// nothing for it, each with the first reason that was found: by kind, and of a kind in
// the order of the programme. What the others give stands in the decision's
// Why.Awards. Nothing is recorded. A command whose key was used has no answer here:
// nil.
func (e *Engine) WhyNot(a *Account, c *Earn, recordedAt time.Time) ([]Skip, error) {
	var d Decision
	if err := e.DecideInto(&d, a, c, recordedAt); err != nil || d.Repeated {
		return nil, err
	}
	return e.r.skips(nil, &d.work.earn, &c.Order, &d.work.sit), nil
}

// MostPayment returns how many of the available points may pay part of an order of
// that amount by a payment rule, and how much money they pay; 0 if none may. The
// rule's tiers are asked by Decide alone.
func (e *Engine) MostPayment(payment string, amount decimal.Decimal, available Points) (Points, decimal.Decimal, error) {
	p := e.r.payment(payment)
	if p == nil {
		return 0, decimal.Decimal{}, guanxi.At("/payment", ErrUnknown)
	}
	order, err := minor.From(amount, e.r.decimals)
	switch {
	case err != nil:
		return 0, decimal.Decimal{}, guanxi.At("/amount", moneyError(err))
	case order < 0:
		return 0, decimal.Decimal{}, guanxi.At("/amount", ErrAmount)
	}
	points := p.mostPoints(order, max(available, 0))
	money, _ := p.money(points) // within the limit of the order
	return points, minor.To(money, e.r.decimals), nil
}
