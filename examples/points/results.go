package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
)

// The shape of a line of -json: what became of a command. Numbers without a kind are
// of the first kind that is spent.
type (
	result struct {
		Line     int               `json:"line"` // of the file, from 1
		Op       string            `json:"op"`
		Account  loyalty.AccountID `json:"account"`
		Key      loyalty.Key       `json:"key"`
		At       time.Time         `json:"at"`
		OK       bool              `json:"ok"`
		Repeated bool              `json:"repeated,omitempty"`
		Seq      int64             `json:"seq,omitempty"` // of the receipt; none of what was refused
		Points   *loyalty.Points   `json:"points,omitempty"`
		Balance  loyalty.Points    `json:"balance"` // available after it
		Results  []change          `json:"results,omitempty"`
		Balances []balance         `json:"balances"`       // of each kind that the account has had
		Tier     string            `json:"tier,omitempty"` // after it, where the programme has tiers
		Error    *refusal          `json:"error,omitempty"`

		reason guanxi.Text
	}
	change struct {
		Kind   loyalty.Kind   `json:"kind"`
		Points loyalty.Points `json:"points"`
		Cut    loyalty.Points `json:"cut,omitempty"`
		Debt   loyalty.Points `json:"debt,omitempty"`
	}
	balance struct {
		Kind      loyalty.Kind   `json:"kind"`
		Available loyalty.Points `json:"available"`
		Pending   loyalty.Points `json:"pending"`
		Held      loyalty.Points `json:"held"`
		Debt      loyalty.Points `json:"debt"`
	}
	refusal struct {
		Code    string         `json:"code"`
		Pointer string         `json:"pointer,omitempty"`
		Message string         `json:"message"`
		Missing loyalty.Points `json:"missing,omitempty"` // points
	}
)

// carryOut carries the commands out in their order. A refusal is a result; an error is
// what nobody foresaw.
func (d *desk) carryOut(list []line) ([]result, error) {
	out := make([]result, 0, len(list))
	for _, l := range list {
		h := l.common()
		d.clock = h.At
		answer, err := l.do(context.Background(), d)
		r := result{Line: l.number, Op: h.Op, Account: h.Account, Key: h.Key, At: h.At, OK: err == nil}
		if err != nil {
			c, ok := codeOf(err)
			if !ok {
				return nil, fmt.Errorf("line %d: %w", l.number, err)
			}
			r.Error, r.reason = refused(c, err), c.label
		} else {
			r.Repeated, r.Seq, r.Points = answer.Repeated, answer.Seq, new(loyalty.Points)
			for _, x := range answer.Results {
				r.Results = append(r.Results, change(x))
				if x.Kind == d.kind() {
					*r.Points += x.Points
				}
			}
		}
		if err := d.balances(&r); err != nil {
			return nil, fmt.Errorf("line %d: %w", l.number, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// refused says why.
func refused(c code, err error) *refusal {
	r := &refusal{Code: c.id, Message: err.Error()}
	for f := range guanxi.Faults(err) {
		r.Pointer = f.Pointer
		break
	}
	if short, ok := errors.AsType[*loyalty.ShortError](err); ok {
		r.Missing = short.Missing
	}
	return r
}

// balances says what the account has, and its tier, at the time of the command, or at its latest
// instant if that is later.
func (d *desk) balances(r *result) error {
	a, err := d.load(r.Account)
	if err != nil {
		return err
	}
	at := max(loyalty.InstantOf(r.At), a.Last)
	if v, ok := d.service.Engine.Tier(a, at.Time()); ok {
		r.Tier = v.Tier
	}
	r.Balances = make([]balance, 0, 1)
	for _, k := range a.Kinds() {
		b, err := a.BalanceAt(k, at.Time())
		if err != nil {
			return err
		}
		r.Balances = append(r.Balances, balance(b))
		if k == d.kind() {
			r.Balance = b.Available
		}
	}
	return nil
}
