package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// pointsView is the balance of a customer, and what has changed it.
type pointsView struct {
	Kind      loyalty.Kind   `json:"kind"`
	Available loyalty.Points `json:"available"`
	Pending   loyalty.Points `json:"pending"`
	Held      loyalty.Points `json:"held"`
	Owed      loyalty.Points `json:"owed"`
	From      time.Time      `json:"from"`
	To        time.Time      `json:"to"`
	Opening   loyalty.Points `json:"opening"` // available at From
	Lines     []pointsLine   `json:"lines"`
}

type pointsLine struct {
	At     time.Time      `json:"at"`
	What   loyalty.Op     `json:"what"`
	Ref    string         `json:"ref,omitempty"` // the order, refund or survey
	Points loyalty.Points `json:"points"`        // available, more or less
}

// showPoints answers with the balance and a statement of [from, to), by default of the last
// 90 days.
func showPoints(s *shop) func(context.Context, *http.Request) (any, error) {
	return func(ctx context.Context, r *http.Request) (any, error) {
		c, err := loadCustomer(ctx, s.d, r.PathValue("customer"))
		if err != nil {
			return nil, err
		}
		to := s.now().UTC().Truncate(time.Microsecond).Add(time.Microsecond) // what was written just now is in it
		from := to.AddDate(0, 0, -90)
		for name, at := range map[string]*time.Time{"from": &from, "to": &to} {
			if v := r.URL.Query().Get(name); v != "" {
				if *at, err = time.Parse(time.RFC3339Nano, v); err != nil {
					return nil, clientErrorf(http.StatusBadRequest, "bad_request", "%s is no time as 2026-01-02T15:04:05Z", name)
				}
			}
		}
		if !from.Before(to) {
			return nil, clientErrorf(http.StatusBadRequest, "bad_request", "from is not before to")
		}
		b, err := s.service.Balance(ctx, c.account(), kind)
		if err != nil {
			return nil, err
		}
		st, err := s.service.Statement(ctx, c.account(), kind, from, to)
		if err != nil {
			return nil, fmt.Errorf("the statement: %w", err)
		}
		v := pointsView{Kind: kind, Available: b.Available, Pending: b.Pending, Held: b.Held, Owed: b.Debt, From: from, To: to, Opening: st.Opening.Available, Lines: []pointsLine{}}
		for _, l := range st.Lines {
			v.Lines = append(v.Lines, pointsLine{l.At.Time(), l.Op, l.Ref, l.Available})
		}
		return v, nil
	}
}
