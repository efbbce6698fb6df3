package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/shopspring/decimal"
)

// newRefund is what came back of an order.
type newRefund struct {
	ID    string       `json:"id"`
	Lines []refundLine `json:"lines,omitempty"` // none: all that is left
}

type refundLine struct {
	Line     string          `json:"line"`
	Quantity int64           `json:"quantity,omitempty"`
	Amount   decimal.Decimal `json:"amount,omitzero"`
}

// refund is what is answered.
type refund struct {
	ID     string         `json:"id"`
	Order  string         `json:"order"`
	Amount money          `json:"amount"`      // of the order that came back
	Money  money          `json:"pay_out"`     // of it in money: the rest was paid by points
	Back   loyalty.Points `json:"points_back"` // that had paid for it
	Change loyalty.Points `json:"points"`      // how many more (negative: less) the customer has
}

// refundOrder takes back what the returned part of an order has earned, gives back the
// points that paid for it, and the coupons when all of it came back.
func refundOrder(ctx context.Context, w *work, r *http.Request, in newRefund) (result, error) {
	if err := lifecycle.CustomerID(in.ID).Validate(); err != nil {
		return result{}, guanxi.At("/id", err)
	}
	c, err := w.load(ctx, r)
	if err != nil {
		return result{}, err
	}
	o, before, err := loadOrder(ctx, w.tx, c.ID, r.PathValue("order"))
	if err != nil {
		return result{}, err
	}
	cmd := &loyalty.Refund{Header: w.header("refund"), Order: o.ID, Refund: in.ID}
	for _, l := range in.Lines {
		cmd.Lines = append(cmd.Lines, loyalty.RefundLine{Line: l.Line, Quantity: l.Quantity, Amount: l.Amount})
	}
	answer, err := w.points().Do(ctx, c.account(), cmd)
	if err != nil {
		return result{}, relocate(err, "/refund", "/id")
	}
	out := refund{ID: in.ID, Order: o.ID, Amount: money(answer.Why.Back.Amount), Money: money(answer.Why.Back.Money)}
	for _, p := range answer.Why.Back.Payments {
		out.Back += p.Points
	}
	for _, k := range answer.Results {
		if k.Kind == kind {
			out.Change = k.Points
		}
	}
	n, err := w.tx.exec(ctx, "INSERT INTO refunds (order_id, id, customer, at, amount, money, rkey) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id, id) DO NOTHING",
		o.ID, in.ID, c.ID, w.at.UnixMicro(), int64(out.Amount), int64(out.Money), w.key)
	if err == nil && n == 0 {
		err = clientErrorf(http.StatusConflict, "exists", "the order has a refund of this id")
	}
	if err == nil {
		_, err = w.tx.exec(ctx, "UPDATE orders SET refunded = ? WHERE id = ?", int64(before+out.Amount), o.ID)
	}
	if err == nil && before+out.Amount == o.Total {
		err = w.returnCoupons(ctx, &o)
	}
	return result{http.StatusCreated, out}, err
}

// returnCoupons gives back the coupons of an order that has come back as a whole.
func (w *work) returnCoupons(ctx context.Context, o *order) error {
	for i, code := range o.Coupons {
		_, err := w.coupons().Do(ctx, coupon.Command{Key: fmt.Sprintf("return %s %d", w.key, i), Action: coupon.Return, Code: code, Order: o.ID}, w.at)
		if err != nil {
			return err
		}
	}
	return nil
}
