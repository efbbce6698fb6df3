package loyalty

import (
	"math"
	"slices"
	"time"
)

// Balance is what a customer has of a kind at an instant, t: a function of time, whether
// or not the entries that say so have been written.
type Balance struct {
	Kind      Kind
	Available Points // of lots in force: activate ≤ t < expire
	Pending   Points // of lots whose time has not come
	Held      Points // of holds whose end has not come
	Debt      Points // owed, as a positive number
}

// BalanceAt returns the balance of a kind at t, for the time after the last entry: a time
// before Account.Last is ErrBackdated; the package's BalanceAt asks the journal. It needs no
// lots loaded but those of holds, unless a hold has run out whose points pay a debt: it
// is then a *NeedError where lots are missing. Cost: O(keys), and a copy where a hold has
// run out.
func (a *Account) BalanceAt(k Kind, t time.Time) (Balance, error) {
	at := InstantOf(t)
	if at < a.Last {
		return Balance{}, ErrBackdated
	}
	b, err := a.settled(at)
	if err != nil {
		return Balance{}, err
	}
	return b.balance(k, at), nil
}

// settled returns the account with the holds ended that run out by an instant: itself if
// there are none. It is a *NeedError if lots are missing that a hold's points would pay a
// debt with.
func (a *Account) settled(at Instant) (*Account, error) {
	if a.nextRunOut(at) == nil {
		return a, nil
	}
	d := new(Decision)
	d.reset(a)
	w := &d.work
	w.r, w.at, w.seq, w.lot, w.recorded = &rules{version: a.Program}, at, a.Seq, a.opened, a.Recorded+1
	if err := w.settle(); err != nil {
		return nil, err
	}
	return w.a, nil
}

func (a *Account) balance(k Kind, at Instant) Balance {
	b := Balance{Kind: k}
	if p := a.purse(k); p != nil {
		b.Available = p.available(at)
		b.Pending = p.notYet(at)
		b.Debt = -p.books[Debt]
		b.Held = p.books[Held]
	}
	return b
}

// Expiring is points that expire at one instant.
type Expiring struct {
	Expire Instant
	Points Points
}

// Expiring returns what of a kind expires after t and up to until if nothing else
// happens, by instant; pending points are among it. t is not before Account.Last, or it
// is ErrBackdated; as BalanceAt, it may be a *NeedError. Cost: O(keys).
func (a *Account) Expiring(k Kind, t, until time.Time) ([]Expiring, error) {
	from, to := InstantOf(t), InstantOf(until)
	if from < a.Last {
		return nil, ErrBackdated
	}
	a, err := a.settled(from)
	if err != nil {
		return nil, err
	}
	p := a.purse(k)
	if p == nil {
		return nil, nil
	}
	var out []Expiring
	for c := p.keys.first(); c.ok(); c = p.keys.next(c) {
		if it := p.keys.get(c); it.key.Expire > from && it.key.Expire <= to && it.key.Expire != Never {
			out = append(out, Expiring{it.key.Expire, p.buckets[it.bucket].total})
		}
	}
	slices.SortStableFunc(out, func(x, y Expiring) int { // one instant may be of several priorities
		if x.Expire < y.Expire {
			return -1
		}
		if x.Expire > y.Expire {
			return 1
		}
		return 0
	})
	n := 0
	for i := range out {
		if n > 0 && out[n-1].Expire == out[i].Expire {
			out[n-1].Points += out[i].Points
			continue
		}
		out[n] = out[i]
		n++
	}
	return out[:n], nil
}

// allOpen reports whether all lots of which something remains are loaded.
func (a *Account) allOpen() bool {
	for i := range a.purses {
		if !a.purses[i].cover.All {
			return false
		}
	}
	return true
}

// Due returns when time next does something to the account that is not written yet: the
// instant from which a Sweep has something to do. Never: nothing. Of an account that is
// loaded in part it may be too early.
func (a *Account) Due() Instant {
	due := Never
	if a.part != nil && !a.allOpen() {
		due = a.part.due
	}
	if len(a.waiting) > 0 {
		due = min(due, a.waiting[0].activate)
	}
	for i := range a.holds {
		due = min(due, a.holds[i].Until)
	}
	for i := range a.purses {
		p := &a.purses[i]
		for c := p.keys.first(); c.ok(); {
			it := p.keys.get(c)
			due = min(due, it.key.Expire)
			if it.key.Priority == math.MaxInt32 {
				break
			}
			c = p.keys.seek(BurnKey{it.key.Priority + 1, math.MinInt64, math.MinInt64})
		}
	}
	return min(due, a.tierDue())
}
