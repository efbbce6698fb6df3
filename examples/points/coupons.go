package main

import (
	"context"
	"fmt"
	"os"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/samber/lo"
)

// usedCoupon is what became of a coupon.
type usedCoupon struct {
	Key    string        `json:"key"`
	Action coupon.Action `json:"action"`
	Code   coupon.Code   `json:"code"`
	Left   int64         `json:"left"` // uses open after it
}

// readCoupons reads definitions of coupons; "" are none.
func readCoupons(name string) ([]coupon.Definition, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var defs []coupon.Definition
	if err := guanxi.UnmarshalStrict(data, &defs); err != nil {
		return nil, placed(name, err)
	}
	if _, err := coupon.New(defs...); err != nil {
		return nil, placed(name, err)
	}
	return defs, nil
}

// errNoCoupons: a command has coupons, and there is no -coupons.
var errNoCoupons = fmt.Errorf("%w: -coupons gives none", coupon.ErrDefinition)

func (c couponFields) command(key string) coupon.Command {
	return coupon.Command{Key: key, Action: c.Action, Code: c.Code, Definition: c.Definition, Version: c.Version, Customer: c.Customer, Order: c.Order}
}

// payWithCoupons carries a command and its coupons out in one commit, or nothing. The key of
// the first coupon is the command's with "/1".
func (d *desk) payWithCoupons(ctx context.Context, h head, cmd loyalty.Command, coupons []couponFields) (loyalty.Answer, error) {
	if d.catalogue == nil {
		return loyalty.Answer{}, guanxi.At("/coupons", errNoCoupons)
	}
	till := coupon.Checkout{Catalogue: d.catalogue, Points: d.service}
	paid, err := till.Do(ctx, h.Account, cmd, lo.Map(coupons, func(c couponFields, i int) coupon.Command {
		return c.command(fmt.Sprintf("%s/%d", h.Key, i+1))
	})...)
	d.used(paid.Coupons...)
	return paid.Points, err
}

// do carries a coupon out by itself, such as its issue. It has no receipt of points.
func (c *byItself) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	if d.catalogue == nil {
		return loyalty.Answer{}, guanxi.At("/coupon", errNoCoupons)
	}
	service := coupon.Service{Catalogue: d.catalogue, Store: coupon.InLedger(d.service.Store)}
	r, err := service.Do(ctx, c.Coupon.command(string(c.Key)), c.At)
	if err != nil {
		return loyalty.Answer{}, guanxi.At("/coupon", err)
	}
	d.used(r)
	return loyalty.Answer{}, nil
}

func (d *desk) used(receipts ...coupon.Receipt) {
	for _, r := range receipts {
		d.coupons = append(d.coupons, usedCoupon{r.Key, r.Action, r.Code, r.Left})
	}
}

// couponCode is the code of a coupon's refusal.
func couponCode(err error) (code, bool) {
	r, ok := coupon.ReasonOf(err)
	if !ok {
		return code{}, false
	}
	return code{err, "coupon_" + string(r), guanxi.Text{EN: r.Label(guanxi.EN), ZH: r.Label(guanxi.ZH)}}, true
}

// checkCoupons compares the receipts of coupons with what was answered, and each coupon with
// how often it was changed. Coupons are not hashed: the record is.
func (c *check) checkCoupons() error {
	rows, err := column[[]byte](c, "SELECT rkey FROM loyalty_rows WHERE program = ? AND tbl = ? ORDER BY rkey", []byte{}, []byte("coupon_receipt"))
	if err != nil {
		return err
	}
	for _, key := range rows {
		if _, ok := c.answered[string(key)]; !ok {
			return fmt.Errorf("%w: receipt %q of a coupon, which nobody was given", errWrong, key)
		}
	}
	if len(rows) != len(c.answered) {
		return fmt.Errorf("%w: %d receipts of coupons, and %d were given", errWrong, len(rows), len(c.answered))
	}
	store := coupon.InLedger(c.db.store)
	changes := map[coupon.Code]int64{}
	for key, want := range c.answered {
		_, r, err := store.Load(c.ctx, want.Code, key)
		if err != nil {
			return fmt.Errorf("coupon %q: %w", want.Code, err)
		}
		if (usedCoupon{r.Key, r.Action, r.Code, r.Left}) != want {
			return fmt.Errorf("coupon %q: %w: receipt %q", want.Code, errWrong, key)
		}
		changes[want.Code]++
	}
	for id, n := range changes {
		cp, _, err := store.Load(c.ctx, id, "")
		if err != nil {
			return fmt.Errorf("coupon %q: %w", id, err)
		}
		row, err := c.count("SELECT version FROM loyalty_rows WHERE program = ? AND tbl = ? AND rkey = ?", []byte{}, []byte("coupon"), []byte(id))
		if err != nil {
			return fmt.Errorf("coupon %q: %w", id, err)
		}
		if cp.Version != n || int64(row) != n {
			return fmt.Errorf("coupon %q: %w: it was changed %d times, and is of version %d", id, errWrong, n, cp.Version)
		}
	}
	n, err := c.count("SELECT COUNT(*) FROM loyalty_rows WHERE program = ? AND tbl = ?", []byte{}, []byte("coupon"))
	if err == nil && n != len(changes) {
		err = fmt.Errorf("%w: %d coupons, and %d were issued", errWrong, n, len(changes))
	}
	c.done.Coupons = len(changes)
	return err
}
