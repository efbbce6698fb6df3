package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/shopspring/decimal"
)

// newOrder is what a customer buys, with the points and coupons that pay for a part of it.
type newOrder struct {
	ID        string         `json:"id"`
	Channel   string         `json:"channel,omitempty"`
	Lines     []orderLine    `json:"lines"`
	PayPoints loyalty.Points `json:"pay_points,omitempty"`
	Coupons   []coupon.Code  `json:"coupons,omitempty"`
}

type orderLine struct {
	ID       string          `json:"id"` // unique in the order
	Item     string          `json:"item,omitempty"`
	Groups   []string        `json:"groups,omitempty"`
	Quantity int64           `json:"quantity,omitempty"` // 0 is 1
	Amount   decimal.Decimal `json:"amount"`             // of the whole line
	Discount decimal.Decimal `json:"-"`                  // of coupons
}

// order is what is stored of it, and what is answered.
type order struct {
	ID           string         `json:"id"`
	Customer     string         `json:"customer"`
	At           time.Time      `json:"at"`
	Lines        []soldLine     `json:"lines"`
	Total        money          `json:"total"` // discounts taken off
	ByPoints     money          `json:"paid_by_points"`
	PointsUsed   loyalty.Points `json:"points_used"`
	PointsEarned loyalty.Points `json:"points_earned"`
	Coupons      []coupon.Code  `json:"coupons,omitempty"`
	Stage        string         `json:"stage"`
	Effects      []string       `json:"effects,omitempty"` // of the stage that it brought the customer to
}

type soldLine struct {
	ID       string `json:"id"`
	Item     string `json:"item,omitempty"`
	Quantity int64  `json:"quantity,omitempty"`
	Amount   money  `json:"amount"` // discounts taken off
	Discount money  `json:"discount"`
}

// money is an amount in minor units, written as a decimal.
type money int64

func (m money) decimal() decimal.Decimal { return decimal.New(int64(m), -decimals) }
func (m money) MarshalJSON() ([]byte, error) {
	return []byte(`"` + m.decimal().StringFixed(decimals) + `"`), nil
}

func (m *money) UnmarshalJSON(data []byte) error {
	var d decimal.Decimal
	if err := json.Unmarshal(data, &d); err != nil {
		return err
	}
	*m = minor(d)
	return nil
}

// minor is an amount, which the library has found to be one, in minor units.
func minor(d decimal.Decimal) money { return money(d.Shift(decimals).IntPart()) }

const (
	maxLines   = 200
	maxCoupons = 8
)

func (o *newOrder) validate() error {
	var faults []error
	check := func(ok bool, pointer, text string) {
		if !ok {
			faults = append(faults, guanxi.At(pointer, errors.New(text)))
		}
	}
	check(lifecycle.CustomerID(o.ID).Validate() == nil, "/id", "not an id of 1 to 128 bytes without control characters")
	check(len(o.Lines) >= 1 && len(o.Lines) <= maxLines, "/lines", fmt.Sprintf("not 1 to %d lines", maxLines))
	check(len(o.Coupons) <= maxCoupons, "/coupons", fmt.Sprintf("more than %d", maxCoupons))
	check(o.PayPoints >= 0, "/pay_points", "below zero")
	for i, l := range o.Lines {
		check(l.Quantity >= 0, guanxi.Pointer("lines", i, "quantity"), "below zero")
	}
	return errors.Join(faults...)
}

// placeOrder writes an order, takes the points and the coupons that pay for it, gives the
// points that it earns, moves the customer's position and plans what is to be done for them:
// in one transaction, so that there is never one without the others.
func placeOrder(ctx context.Context, w *work, r *http.Request, in newOrder) (result, error) {
	if err := in.validate(); err != nil {
		return result{}, err
	}
	c, err := w.load(ctx, r)
	if err != nil {
		return result{}, err
	}
	// A number that is taken is told before anything is priced or spent.
	if taken, err := w.tx.row(ctx, "SELECT 1 FROM orders WHERE id = ?", []any{in.ID}, new(int)); err != nil || taken {
		if err == nil {
			err = clientErrorf(http.StatusConflict, "exists", "there is an order of this id")
		}
		return result{}, err
	}
	o := order{ID: in.ID, Customer: c.ID, At: w.at.UTC().Truncate(time.Microsecond), Coupons: in.Coupons}
	if err := w.price(ctx, &in, &o); err != nil {
		return result{}, err
	}
	if err := w.pay(ctx, &c, &in, &o); err != nil {
		return result{}, err
	}
	if err := w.earn(ctx, &c, &in, &o); err != nil {
		return result{}, err
	}
	c.Orders, c.LastOrder = c.Orders+1, o.At
	if err := w.move(ctx, &c, &o); err != nil {
		return result{}, err
	}
	if err := w.record(ctx, &c, &o); err != nil {
		return result{}, err
	}
	return result{http.StatusCreated, o}, w.plan(ctx, c)
}

// price takes the discounts of the coupons off the lines.
func (w *work) price(ctx context.Context, in *newOrder, o *order) error {
	b := coupon.Basket{Currency: currency, Decimals: decimals, Channel: in.Channel, Customer: o.Customer, Order: in.ID}
	for _, l := range in.Lines {
		b.Lines = append(b.Lines, coupon.Line{ID: l.ID, Item: l.Item, Groups: l.Groups, Amount: l.Amount})
	}
	var mine []coupon.Coupon
	store := w.coupons().Store
	for i, code := range in.Coupons {
		state, _, err := store.Load(ctx, code, "")
		if err == nil && state.Version == 0 {
			err = guanxi.At(guanxi.Pointer("coupons", i), coupon.ErrNotIssued)
		}
		if err != nil {
			return err
		}
		mine = append(mine, state)
	}
	priced, err := w.catalogue.Price(b, mine, w.at)
	if err != nil {
		return err
	}
	for i, code := range in.Coupons {
		for _, refused := range priced.Refused {
			if refused.Code == code {
				return guanxi.At(guanxi.Pointer("coupons", i), &notApplied{refused})
			}
		}
	}
	for i, l := range priced.Lines {
		in.Lines[i].Amount, in.Lines[i].Discount = l.Amount.Sub(l.Discount), l.Discount
		o.Lines = append(o.Lines, soldLine{in.Lines[i].ID, in.Lines[i].Item, in.Lines[i].Quantity, minor(in.Lines[i].Amount), minor(l.Discount)})
		o.Total += minor(in.Lines[i].Amount)
	}
	return nil
}

// pay takes the points that pay for a part of the order.
func (w *work) pay(ctx context.Context, c *customer, in *newOrder, o *order) error {
	if in.PayPoints == 0 {
		return nil
	}
	answer, err := w.points().Do(ctx, c.account(), &loyalty.Redeem{Header: w.header("pay"),
		Spend: loyalty.Spend{Payment: "cash", Points: in.PayPoints, Amount: o.Total.decimal(), Order: in.ID}})
	if err != nil {
		return relocate(err, "/spend/points", "/pay_points", "/spend/amount", "/lines", "/spend", "")
	}
	o.PointsUsed, o.ByPoints = in.PayPoints, money(answer.Why.Money)
	return nil
}

// earn gives the points of the order, and uses the coupons in the same commit.
func (w *work) earn(ctx context.Context, c *customer, in *newOrder, o *order) error {
	bought := loyalty.Order{ID: in.ID, Channel: in.Channel, ByPoints: o.ByPoints.decimal()}
	for _, l := range in.Lines {
		bought.Lines = append(bought.Lines, loyalty.OrderLine{ID: l.ID, Groups: l.Groups, Quantity: l.Quantity, Amount: l.Amount, Discounted: l.Discount.Sign() > 0})
	}
	var uses []coupon.Command
	for i, code := range in.Coupons {
		uses = append(uses, coupon.Command{Key: fmt.Sprintf("use %s %d", w.key, i), Action: coupon.UseNow, Code: code, Customer: c.ID, Order: in.ID})
	}
	till := coupon.Checkout{Catalogue: w.catalogue, Points: w.points()}
	paid, err := till.Do(ctx, c.account(), &loyalty.Earn{Header: w.header("earn"), Order: bought}, uses...)
	if err != nil {
		return relocate(err, "/order", "")
	}
	for _, r := range paid.Points.Results {
		if r.Kind == kind {
			o.PointsEarned = r.Points
		}
	}
	return nil
}

// move steps the customer's position: the first order begins it. The store's version keeps
// two who move it apart.
func (w *work) move(ctx context.Context, c *customer, o *order) error {
	id := lifecycle.CustomerID(c.ID)
	var kept lifecycle.Kept
	var err error
	if c.Orders == 1 {
		kept, err = w.positions().Begin(ctx, id, o.At)
	} else {
		kept, err = w.positions().Step(ctx, id, w.ordered, o.At, uint32(min(c.Orders, 1<<32-1)), nil)
	}
	if err != nil {
		return err
	}
	o.Stage = w.model.StageID(kept.After.Stage)
	for e := range w.model.Effects(kept.Outcome) {
		o.Effects = append(o.Effects, w.model.EffectID(e))
	}
	return nil
}

// record writes the host's own rows.
func (w *work) record(ctx context.Context, c *customer, o *order) error {
	n, err := w.tx.exec(ctx, "INSERT INTO orders (id, customer, n, at, total, points_used, points_earned, refunded, rkey, document) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT (id) DO NOTHING",
		o.ID, c.ID, c.Orders, o.At.UnixMicro(), int64(o.Total), int64(o.PointsUsed), int64(o.PointsEarned), w.key, mustJSON(o))
	if err == nil && n == 0 {
		return clientErrorf(http.StatusConflict, "exists", "there is an order of this id")
	}
	if err == nil {
		_, err = w.tx.exec(ctx, "UPDATE customers SET orders = ?, last_order = ? WHERE id = ?", c.Orders, o.At.UnixMicro(), c.ID)
	}
	return err
}

// loadOrder reads an order of a customer, and how much of it has come back.
func loadOrder(ctx context.Context, d *database, customer, id string) (o order, refunded money, err error) {
	var document []byte
	ok, err := d.row(ctx, "SELECT document, refunded FROM orders WHERE id = ? AND customer = ?", []any{id, customer}, &document, &refunded)
	if err != nil {
		return o, 0, err
	}
	if !ok {
		return o, 0, clientErrorf(http.StatusNotFound, "unknown_order", "the customer has no such order")
	}
	return o, refunded, json.Unmarshal(document, &o)
}

func showOrder(s *shop) func(context.Context, *http.Request) (any, error) {
	return func(ctx context.Context, r *http.Request) (any, error) {
		o, refunded, err := loadOrder(ctx, s.d, r.PathValue("customer"), r.PathValue("order"))
		return struct {
			order
			Refunded money `json:"refunded"`
		}{o, refunded}, err
	}
}
