package main

import (
	"context"
	"net/http"
	"time"

	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

type newCoupon struct {
	Definition string `json:"definition"`
}

type couponView struct {
	Code       coupon.Code   `json:"code"`
	Formatted  string        `json:"formatted"` // as people read it
	Definition string        `json:"definition"`
	Status     coupon.Status `json:"status"`
	Expires    time.Time     `json:"expires,omitzero"`
}

// issueCoupon gives a customer a coupon, under a code that nobody guesses.
func issueCoupon(ctx context.Context, w *work, r *http.Request, in newCoupon) (result, error) {
	c, err := w.load(ctx, r)
	if err != nil {
		return result{}, err
	}
	var serial int64
	if _, err := w.tx.row(ctx, "INSERT INTO coupon_codes (customer) VALUES (?) RETURNING serial", []any{c.ID}, &serial); err != nil {
		return result{}, err
	}
	code, err := w.codes.Code(uint64(serial))
	if err != nil {
		return result{}, err
	}
	if _, err := w.coupons().Do(ctx, coupon.Command{Key: "issue " + w.key, Action: coupon.Issue, Code: code, Definition: in.Definition, Customer: c.ID}, w.at); err != nil {
		return result{}, err
	}
	if _, err := w.tx.exec(ctx, "UPDATE coupon_codes SET code = ? WHERE serial = ?", string(code), serial); err != nil {
		return result{}, err
	}
	state, _, err := w.coupons().Store.Load(ctx, code, "")
	return result{http.StatusCreated, w.showCoupon(state, w.at)}, err
}

func (s *shop) showCoupon(c coupon.Coupon, at time.Time) couponView {
	v := couponView{Code: c.Code, Formatted: s.codes.Format(c.Code), Definition: c.Definition, Status: c.StatusAt(coupon.Instant(at.UnixMicro()))}
	if c.Expires != 0 {
		v.Expires = time.UnixMicro(int64(c.Expires)).UTC()
	}
	return v
}

// couponsOf reads the coupons of a customer, the oldest first.
func (s *shop) couponsOf(ctx context.Context, d *database, customer string) (all []coupon.Coupon, err error) {
	var codes []coupon.Code
	err = d.each(ctx, "SELECT code FROM coupon_codes WHERE customer = ? AND code IS NOT NULL ORDER BY serial LIMIT 1000", []any{customer}, func(scan func(...any) error) error {
		var code string
		err := scan(&code)
		codes = append(codes, coupon.Code(code))
		return err
	})
	store := coupon.InLedger(s.store)
	for _, code := range codes {
		c, _, loadErr := store.Load(ctx, code, "")
		if loadErr != nil {
			return nil, loadErr
		}
		all = append(all, c)
	}
	return all, err
}

func showCoupons(s *shop) func(context.Context, *http.Request) (any, error) {
	return func(ctx context.Context, r *http.Request) (any, error) {
		c, err := loadCustomer(ctx, s.d, r.PathValue("customer"))
		if err != nil {
			return nil, err
		}
		all, err := s.couponsOf(ctx, s.d, c.ID)
		views := []couponView{}
		for _, state := range all {
			views = append(views, s.showCoupon(state, s.now()))
		}
		return views, err
	}
}
