package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
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
		Back     *back             `json:"back,omitempty"` // of a refund of an order that points had paid for
		Coupons  []usedCoupon      `json:"coupons,omitempty"`
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
	back struct {
		Money  decimal.Decimal `json:"money"` // to be paid out
		Points []gaveBack      `json:"points"`
	}
	gaveBack struct {
		Redemption loyalty.Key    `json:"redemption"`
		Kind       loyalty.Kind   `json:"kind"`
		Points     loyalty.Points `json:"points"`
		Lost       loyalty.Points `json:"lost,omitempty"` // of points: expired, and gone
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

// told is what the record keeps of a command: its result, and why it was refused.
type told struct {
	result
	Reason guanxi.Text `json:"reason"`
}

// carryOut carries the commands out in their order. A refusal is a result; an error is
// what nobody foresaw. A line is known again by itself and all lines before it, so that the
// same file, or one with more lines at its end, goes on where it was left.
func (d *desk) carryOut(list []line, r *record) ([]result, error) {
	defer r.end()
	out := make([]result, 0, len(list))
	var chain [sha256.Size]byte
	for i, l := range list {
		chain = sha256.Sum256(append(chain[:], l.text...))
		var one *result
		before, done, err := r.step(hex.EncodeToString(chain[:]), func() (any, error) {
			var err error
			if one, err = d.carryOutOne(l); err != nil {
				return nil, err
			}
			return told{*one, one.reason}, nil
		})
		if err == nil && done {
			t := told{}
			err = json.Unmarshal([]byte(before), &t)
			t.result.reason, t.Line, t.At = t.Reason, l.number, l.common().At
			one = &t.result
		}
		if errors.Is(err, errStopped) {
			return nil, stopped(i, len(list), fmt.Sprintf("before line %d", l.number))
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", l.number, err)
		}
		out = append(out, *one)
	}
	return out, r.commit()
}

// carryOutOne carries a command out.
func (d *desk) carryOutOne(l line) (*result, error) {
	h := l.common()
	d.clock, d.coupons = h.At, nil
	answer, err := l.do(context.Background(), d)
	r := &result{Line: l.number, Op: h.Op, Account: h.Account, Key: h.Key, At: h.At, OK: err == nil}
	if err != nil {
		c, ok := codeOf(err)
		if !ok {
			return nil, err
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
		r.Back, r.Coupons = d.back(&answer.Why.Back), d.coupons
	}
	return r, d.balances(r)
}

// points returns how many points came back.
func (b *back) points() (sum loyalty.Points) {
	for _, p := range b.Points {
		sum += p.Points - p.Lost
	}
	return sum
}

// back says how a refund splits back; nil of one that is all money.
func (d *desk) back(b *loyalty.RefundBack) *back {
	if len(b.Payments) == 0 {
		return nil
	}
	out := &back{Money: decimal.New(b.Money, -int32(d.program.Decimals))}
	for _, p := range b.Payments {
		out.Points = append(out.Points, gaveBack(p))
	}
	return out
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
