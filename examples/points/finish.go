package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// The shape of the last line of -json: what all commands came to. Figures without a
// kind are of the first kind that is spent, but liability, which is of all of them.
type (
	summary struct {
		At       time.Time `json:"at"`
		Commands int       `json:"commands"`
		Accepted int       `json:"accepted"`
		Repeated int       `json:"repeated"`
		Rejected int       `json:"rejected"`
		Error    *refusal  `json:"error,omitempty"` // why there are no sums
		sums
	}
	sums struct {
		Accounts    int                 `json:"accounts"`
		Kind        loyalty.Kind        `json:"kind"`
		Issued      loyalty.Points      `json:"issued"`
		Redeemed    loyalty.Points      `json:"redeemed"`
		Expired     loyalty.Points      `json:"expired"`
		Outstanding loyalty.Points      `json:"outstanding"`
		Liability   decimal.NullDecimal `json:"liability"`
		Currency    string              `json:"currency,omitempty"`
		Kinds       []kindSummary       `json:"kinds"`
	}
	kindSummary struct {
		loyalty.RollRow
		Outstanding loyalty.Points      `json:"outstanding"` // closing and what is owed
		Liability   decimal.NullDecimal `json:"liability"`
	}
)

// accounts returns the accounts that the store has, in the order of their ids.
func (d *desk) accounts() ([]loyalty.AccountID, error) {
	seen := map[loyalty.AccountID]bool{}
	var out []loyalty.AccountID
	for e, err := range d.service.Store.Journal(context.Background(), loyalty.JournalQuery{}) {
		if err != nil {
			return nil, err
		}
		if !seen[e.Account] {
			seen[e.Account] = true
			out = append(out, e.Account)
		}
	}
	slices.Sort(out)
	return out, nil
}

// finish sums all accounts as of -at, or of the last command's time.
func (d *desk) finish(list []line, results []result, o options) (*summary, error) {
	s := &summary{At: o.at, Commands: len(results)}
	s.Kind, s.Currency = d.kind(), d.program.Currency
	var last time.Time
	for i, r := range results {
		switch {
		case r.Repeated:
			s.Repeated++
		case r.OK:
			s.Accepted++
		default:
			s.Rejected++
		}
		if at := list[i].common().At; r.OK && !r.Repeated && at.After(last) || i == 0 {
			last = at
		}
	}
	ids, err := d.accounts()
	if err != nil {
		return nil, err
	}
	s.Accounts = len(ids)
	var whole []*loyalty.Account
	for _, id := range ids {
		a, err := d.service.Store.Load(context.Background(), id, loyalty.Need{All: true})
		if err != nil {
			return nil, err
		}
		if t := a.Last.Time(); t.After(last) {
			last = t
		}
		whole = append(whole, a)
	}
	if o.at.IsZero() {
		s.At = last
	} else if o.at.Before(last) {
		return nil, fmt.Errorf("-at %s is before the last command that was carried out, %s", o.at.Format(time.RFC3339Nano), last.Format(time.RFC3339Nano))
	}
	s.At = within(s.At)
	if local := s.At.In(d.location()); local.Year() <= 9999 { // as far as times are written
		s.At = local
	}
	s.Kinds = []kindSummary{}
	err = d.sum(s, whole, o)
	if c, ok := codeOf(err); ok && errors.Is(err, loyalty.ErrOverflow) {
		s.Error = refused(c, err)
		return s, nil
	}
	return s, err
}

// sum counts what came in and went out, and what is owed, and checks that one is the
// other.
func (d *desk) sum(s *summary, accounts []*loyalty.Account, o options) error {
	owed, err := loyalty.NewLiability(loyalty.LiabilityConfig{At: s.At, Location: d.location()})
	if err != nil {
		return err
	}
	roll, err := loyalty.NewRollForward(loyalty.RollForwardConfig{From: dawn, To: s.At.Add(time.Microsecond)})
	if err != nil {
		return err
	}
	for _, a := range accounts {
		journal, err := d.entries(a.ID)
		if err != nil {
			return err
		}
		if err = roll.AddJournal(a.ID, loyalty.Entries(journal)); err == nil {
			err = owed.AddAccount(a)
		}
		if err != nil {
			return fmt.Errorf("%.40q: %w", string(a.ID), err)
		}
	}
	if err := roll.Check(owed); err != nil {
		return err
	}
	report, err := owed.Report(loyalty.LiabilityView{Decimals: d.program.Decimals, Values: d.values(o.worth)})
	if err != nil {
		return err
	}
	s.fill(roll, report, d.values(o.worth))
	return nil
}

// dawn and end are those of what can be counted: the years 1 to 9999.
var (
	dawn = time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC)
	end  = time.Date(9999, 12, 31, 23, 59, 59, 999998000, time.UTC)
)

// within keeps a time between them, and to the microsecond: nothing may be there to
// count but a command that was refused for its time.
func within(t time.Time) time.Time {
	switch {
	case t.Before(dawn):
		return dawn
	case t.After(end):
		return end
	}
	return loyalty.InstantOf(t).Time()
}

// fill takes the figures over; values says what points are worth.
func (s *summary) fill(roll *loyalty.RollForward, report *loyalty.LiabilityReport, values []loyalty.PointValue) {
	s.Liability.Valid = len(values) > 0
	s.Kinds = make([]kindSummary, 0, 1)
	for _, row := range roll.Rows() {
		k := kindSummary{RollRow: row}
		k.Liability.Valid = slices.ContainsFunc(values, func(v loyalty.PointValue) bool { return v.Kind == row.Kind })
		for _, owed := range report.Kinds {
			if owed.Kind == row.Kind {
				k.Outstanding, k.Liability = owed.Total, owed.Value
			}
		}
		if k.Liability.Valid {
			s.Liability.Decimal = s.Liability.Decimal.Add(k.Liability.Decimal)
		}
		if row.Kind == s.Kind {
			s.Issued, s.Redeemed, s.Expired, s.Outstanding = row.Issued, row.Redeemed, row.Expired, k.Outstanding
		}
		s.Kinds = append(s.Kinds, k)
	}
}

// values says what points are worth: a kind's first payment rule says it, or -worth of
// the first kind, and money is money.
func (d *desk) values(worth *decimal.Decimal) []loyalty.PointValue {
	var out []loyalty.PointValue
	for _, k := range d.program.Kinds {
		v := loyalty.PointValue{Kind: k.ID, Points: 1}
		rule := slices.IndexFunc(d.program.Payments, func(r loyalty.PaymentRule) bool { return r.Kind == k.ID })
		switch {
		case worth != nil && k.ID == d.kind():
			v.Points, v.Worth = exact(*worth, d.program.Decimals)
		case k.Unit == loyalty.UnitMoney:
			v.Worth = decimal.New(1, -int32(d.program.Decimals))
		case rule >= 0:
			v.Points, v.Worth = d.program.Payments[rule].Points, d.program.Payments[rule].Money
		default:
			continue
		}
		out = append(out, v)
	}
	return out
}

// exact says what a point is worth in the currency's decimal places: 0.015 is 0.15 for 10.
func exact(worth decimal.Decimal, decimals int) (points loyalty.Points, money decimal.Decimal) {
	points = 1
	for more := -worth.Exponent() - int32(decimals); more > 0; more-- {
		points, worth = points*10, worth.Shift(1)
	}
	return points, worth
}
