package care

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Finding is a line of the weekly review: the cases of one cause that one unit is
// responsible for.
type Finding struct {
	Cause, Unit string
	Cases       int
	Late        int // first answered late
	Reopened    int // at least once
	Escalated   int // at least to the first rung when settled
	Given       decimal.Decimal
}

// Review counts the cases settled in [from, to) by cause and responsible unit, the
// most frequent first and equal ones by cause and unit. [ErrBackwards] where to is
// before from, [ErrState] for cases that no desk made, [ErrAmount] where the sum of
// the compensation overflows.
func (d *Desk) Review(cases []Case, from, to time.Time) ([]Finding, error) {
	if to.Before(from) {
		return nil, ErrBackwards
	}
	type key struct{ cause, unit string }
	found := make(map[key]*Finding)
	given := make(map[key]int64)
	for i := range cases {
		c := &cases[i]
		if c.Status != CaseResolved || c.Resolved.Before(from) || !c.Resolved.Before(to) {
			continue
		}
		if err := c.Validate(); err != nil {
			return nil, err
		}
		k := key{c.Cause, c.Unit}
		f := found[k]
		if f == nil {
			f = &Finding{Cause: c.Cause, Unit: c.Unit}
			found[k] = f
		}
		f.Cases++
		f.Late += one(c.Late)
		f.Reopened += one(c.Reopened > 0)
		f.Escalated += one(c.Level > 0)
		sum, ok := minor.Add(given[k], c.Given)
		if !ok {
			return nil, fmt.Errorf("care: %w", ErrAmount)
		}
		given[k] = sum
	}
	out := make([]Finding, 0, len(found))
	for k, f := range found {
		f.Given = minor.To(given[k], d.cfg.Decimals)
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Cases, a.Cases), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Unit, b.Unit))
	})
	return out, nil
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
