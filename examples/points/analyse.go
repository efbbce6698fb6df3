package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// analysis is everything that is reported of the year.
type analysis struct {
	*year
	customer  loyalty.AccountID
	statement *loyalty.Statement
	tiers     []loyalty.TierStep // of the customer
	view      loyalty.TierView
	levels    map[string]int // customers of each tier at the end
	quarters  []*loyalty.RollForward
	whole     *loyalty.RollForward
	owed      *loyalty.LiabilityReport
	*revenue
}

// analyse asks the journals and accounts what the year came to.
func analyse(y *year, o options) (*analysis, error) {
	a := &analysis{year: y, levels: map[string]int{}}
	if err := a.rolls(); err != nil {
		return nil, err
	}
	last := y.to.Add(-time.Microsecond)
	owed, err := loyalty.NewLiability(loyalty.LiabilityConfig{At: last, Location: y.location()})
	if err != nil {
		return nil, err
	}
	triangle, err := loyalty.NewTriangle(loyalty.TriangleConfig{Kind: y.kind(), Location: y.location()})
	if err != nil {
		return nil, err
	}
	richest := 0
	var chosen []loyalty.Entry
	for _, id := range y.ids {
		account, err := y.service.Store.Load(context.Background(), id, loyalty.Need{All: true})
		if err != nil {
			return nil, err
		}
		journal, err := y.entries(id)
		if err != nil {
			return nil, err
		}
		errs := []error{loyalty.Verify(id, loyalty.Entries(journal)), owed.AddAccount(account), triangle.AddJournal(loyalty.Entries(journal), y.to)}
		for _, r := range append(a.quarters, a.whole) {
			errs = append(errs, r.AddJournal(id, loyalty.Entries(journal)))
		}
		if err := errors.Join(errs...); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		if v, ok := y.service.Engine.Tier(account, last); ok && account.Seq > 0 {
			a.levels[v.Tier]++
		}
		if much := variety(journal); o.customer == id || o.customer == "" && much > richest {
			richest, chosen, a.customer = much, journal, id
			a.view, _ = y.service.Engine.Tier(account, last)
		}
	}
	if a.customer == "" {
		return nil, fmt.Errorf("-customer %.40q: there are c0001 to %s", string(o.customer), y.ids[len(y.ids)-1])
	}
	if err := a.check(owed); err != nil {
		return nil, err
	}
	if err := a.of(chosen); err != nil {
		return nil, err
	}
	if a.owed, err = owed.Report(loyalty.LiabilityView{Decimals: y.program.Decimals, Values: y.values(nil), Ages: []int{1, 3}}); err != nil {
		return nil, err
	}
	a.revenue, err = recognise(y, triangle)
	return a, err
}

// maxStatement is how long the journal of the customer may be that is chosen.
const maxStatement = 45

// variety is how many different things happened in a journal of not too many.
func variety(journal []loyalty.Entry) int {
	seen := map[loyalty.Op]bool{}
	for i := range journal {
		seen[journal[i].Op] = true
	}
	if len(journal) > maxStatement {
		return 1
	}
	return len(seen)
}

// rolls makes the periods: four quarters, and the year.
func (a *analysis) rolls() error {
	for q := range 5 {
		from, to := a.from.AddDate(0, 3*q, 0), a.from.AddDate(0, 3*q+3, 0)
		if q == 4 {
			from, to = a.from, a.to
		}
		r, err := loyalty.NewRollForward(loyalty.RollForwardConfig{From: from, To: to})
		if err != nil {
			return err
		}
		if q == 4 {
			a.whole = r
		} else {
			a.quarters = append(a.quarters, r)
		}
	}
	return nil
}

// check asks whether the periods add up, follow each other and come to what is owed.
func (a *analysis) check(owed *loyalty.Liability) error {
	errs := []error{a.whole.Check(owed), a.quarters[3].Check(owed)}
	for i, r := range a.quarters[1:] {
		errs = append(errs, a.quarters[i].Check(nil), r.Follows(a.quarters[i]))
	}
	return errors.Join(errs...)
}

// of makes the statement and the tiers of a customer.
func (a *analysis) of(journal []loyalty.Entry) (err error) {
	if a.statement, err = loyalty.NewStatement(loyalty.Entries(journal), a.kind(), a.from, a.to); err != nil {
		return err
	}
	a.tiers, err = a.service.Engine.TierHistory(loyalty.Entries(journal), a.to)
	return err
}

// row is the roll-forward of a kind; the zero row where it had none.
func row(r *loyalty.RollForward, k loyalty.Kind) loyalty.RollRow {
	rows := r.Rows()
	if i := slices.IndexFunc(rows, func(r loyalty.RollRow) bool { return r.Kind == k }); i >= 0 {
		return rows[i]
	}
	return loyalty.RollRow{Kind: k}
}
