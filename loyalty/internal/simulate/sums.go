package simulate

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// standing is what customers have of a kind, and what has become of the rest.
type standing struct {
	available, pending, held, debt                              int64
	issued, redeemed, donated, takenBack, transferred, adjusted int64
	expired                                                     int64
	byMonth                                                     map[loyalty.Month]int64 // outstanding, by the month of their end
	holders, debtors                                            int64
}

// stand sums over all references at an instant that is not before the last of any.
func (w *World) stand(k loyalty.Kind, at int64) standing {
	s := standing{byMonth: map[loyalty.Month]int64{}}
	for _, side := range w.sides {
		if !side.ref.begun {
			continue
		}
		a := side.ref.asOf(at)
		has := int64(0)
		month := func(l *lot, n int64) {
			if m := loyalty.NoMonth; n > 0 {
				if x := a.end(l); x != never {
					m = loyalty.MonthOf(loyalty.Instant(x).Time().In(w.rules.cal.loc))
				}
				s.byMonth[m] += n
				has += n
			}
		}
		for i := range a.lots {
			l := &a.lots[i]
			if l.kind != k {
				continue
			}
			switch {
			case at >= a.end(l):
				s.expired += l.remaining
			case at < l.activate:
				s.pending += l.remaining
				month(l, l.remaining)
			default:
				s.available += l.remaining
				month(l, l.remaining)
			}
			s.held += l.held
			month(l, l.held)
			s.expired += l.expired
			s.redeemed += l.redeemed
			s.donated += l.donated
		}
		net := a.book(k)
		s.issued -= net[bookIssued]
		s.takenBack += net[bookTakenBack]
		s.transferred -= net[bookTransferred]
		s.adjusted -= net[bookAdjusted]
		if s.debt += a.debt[k]; a.debt[k] > 0 {
			s.debtors++
		}
		if has > 0 {
			s.holders++
		}
	}
	return s
}

// begun returns the accounts that have a journal, in order, and the latest of their instants.
func (w *World) begun() (ids []loyalty.AccountID, last int64) {
	for id, s := range w.sides {
		if s.seq > 0 {
			ids, last = append(ids, id), max(last, s.ref.last)
		}
	}
	slices.Sort(ids)
	return ids, last
}

// nextEnd returns the first instant from one on at which points expire, or else that one.
func (w *World) nextEnd(ids []loyalty.AccountID, at int64) int64 {
	first := never
	for _, id := range ids {
		a := w.sides[id].ref
		for i := range a.lots {
			if end := a.end(&a.lots[i]); a.lots[i].remaining > 0 && end >= at {
				first = min(first, end)
			}
		}
	}
	if first == never {
		return at
	}
	return first
}

// owed: what the package counts as owed to customers, over all accounts, is what the lots of
// the references are worth, and what came and went explains it.
func (w *World) owed() error {
	ids, last := w.begun()
	if len(ids) == 0 {
		return nil
	}
	w.probe = w.probe*6364136223846793005 + 1442695040888963407
	at := last + int64(w.probe>>33)%(200*86400_000000)
	if w.once(2) {
		at = w.nextEnd(ids, at)
	}
	c := loyalty.LiabilityConfig{At: loyalty.Instant(at).Time(), Location: w.program.Location}
	from := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	whole := w.once(2)
	if !whole { // a part of the life of the accounts
		from = loyalty.Instant(last - int64(w.probe>>35)%(400*86400_000000)).Time()
	}
	period := loyalty.RollForwardConfig{From: from, To: c.At.Add(time.Microsecond)}
	var owed [2]*loyalty.Liability
	var roll [2]*loyalty.RollForward
	for i := range owed { // counted in two parts
		var err error
		if owed[i], err = loyalty.NewLiability(c); err != nil {
			return err
		}
		if roll[i], err = loyalty.NewRollForward(period); err != nil {
			return err
		}
	}
	for i, id := range ids {
		a, err := w.host.Account(id)
		if err != nil {
			return err
		}
		journal, err := w.host.Journal(id, 1)
		if err != nil {
			return err
		}
		if err := owed[i%2].AddAccount(a); err != nil {
			return fmt.Errorf("liability of %s: %w", id, err)
		}
		if err := roll[i%2].AddJournal(id, loyalty.Entries(journal)); err != nil {
			return fmt.Errorf("roll-forward of %s: %w", id, err)
		}
	}
	if err := errors.Join(owed[0].Merge(owed[1]), roll[0].Merge(roll[1])); err != nil {
		return fmt.Errorf("two parts: %w", err)
	}
	if err := roll[0].Check(owed[0]); err != nil {
		return fmt.Errorf("roll-forward at %s: %w", c.At, err)
	}
	return w.owes(owed[0], roll[0], at, whole)
}

// owes compares what was counted with the references.
func (w *World) owes(owed *loyalty.Liability, roll *loyalty.RollForward, at int64, whole bool) error {
	view := loyalty.LiabilityView{Decimals: 2}
	for _, k := range spendables {
		view.Values = append(view.Values, loyalty.PointValue{Kind: k, Points: 3, Worth: money(2), Rounding: loyalty.Ceil})
	}
	report, err := owed.Report(view)
	if err != nil {
		return fmt.Errorf("report of what is owed: %w", err)
	}
	rows := map[loyalty.Kind]loyalty.RollRow{}
	for _, r := range roll.Rows() {
		rows[r.Kind] = r
	}
	seen := map[loyalty.Kind]loyalty.KindLiability{}
	for _, k := range report.Kinds {
		seen[k.Kind] = k
	}
	for _, k := range spendables {
		s, got := w.stand(k, at), seen[k]
		total := s.available + s.pending + s.held
		if int64(got.Available) != s.available || int64(got.Pending) != s.pending || int64(got.Held) != s.held || int64(got.Debt) != s.debt ||
			int64(got.Total) != total || got.Holders != s.holders || got.Debtors != s.debtors {
			return fmt.Errorf("owed of %q at %d: %+v, the reference has %+v", k, at, got, s)
		}
		if want := money(total/3*2 + (total%3*2+2)/3); got.Kind != "" && !got.Value.Decimal.Equal(want) || got.Value.Decimal.IsNegative() {
			return fmt.Errorf("%d of %q are worth %s, not %s", total, k, got.Value.Decimal, want)
		}
		ages, ends := loyalty.Points(0), decimal.Zero
		for _, b := range got.Ages {
			ages += b.Total
		}
		for _, m := range got.Expires {
			if int64(m.Total) != s.byMonth[m.Month] {
				return fmt.Errorf("%d of %q expire in %s, of the reference %d", m.Total, k, m.Month, s.byMonth[m.Month])
			}
			ends = ends.Add(m.Value.Decimal)
		}
		if int64(ages) != total || len(got.Expires) != len(s.byMonth) || !ends.Equal(got.Value.Decimal) {
			return fmt.Errorf("%q does not sum: %+v", k, got)
		}
		row := rows[k]
		if int64(row.ClosingDebt) != s.debt || int64(row.Closing) != total-s.debt {
			return fmt.Errorf("%q closes at %+v, the reference has %+v", k, row, s)
		}
		if !whole {
			continue
		}
		if row.Opening != 0 || int64(row.Issued) != s.issued || int64(row.Redeemed) != s.redeemed || int64(row.Donated) != s.donated || int64(row.TakenBack) != s.takenBack ||
			int64(row.Transferred) != s.transferred || int64(row.Adjusted) != s.adjusted || int64(row.Expired) != s.expired {
			return fmt.Errorf("%q comes to %+v, the reference has %+v", k, row, s)
		}
	}
	return nil
}
