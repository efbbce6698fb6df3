package loyalty

import (
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// LiabilityConfig says when and where points are counted.
type LiabilityConfig struct {
	// At is the instant: time decides what is expired, pending or held then, whether or
	// not an entry says so.
	At time.Time
	// Location is the zone whose months are counted, the programme's; nil is UTC. To be
	// encoded it needs a name.
	Location *time.Location
}

// Validate returns ErrTime for an instant outside the years 1 to 9999.
func (c LiabilityConfig) Validate() error {
	if c.At.IsZero() || !inYears(InstantOf(c.At)) {
		return ErrTime
	}
	return nil
}

// Liability sums the points that customers can still use at an instant, by kind, by the
// month in which they were earned and by the month in which they expire. It is an
// accumulator: counts add in any order, and parts that were counted apart merge. Not safe
// for concurrent use; count parts apart and Merge.
//
// It is the gross liability, points times what a point is worth. What revenue accounting
// defers is another figure, after breakage: see Revenue.
type Liability struct {
	at       Instant
	months   *monthTable
	accounts int64
	kinds    []liabilityKind // in order of appearance
	scratch  []int
}

type liabilityKind struct {
	kind    Kind
	sum     Standing
	debt    Points
	holders int64 // accounts with some
	debtors int64 // accounts that owe
	earned  series[Standing]
	expires series[Standing]
}

// Standing is points that are outstanding, by what can be done with them.
type Standing struct {
	Available Points `json:"available"`
	Pending   Points `json:"pending"`
	Held      Points `json:"held"`
}

// Total returns all of them. Liability never holds more than fit.
func (s Standing) Total() Points { return s.Available + s.Pending + s.Held }

func (s *Standing) add(t Standing) {
	s.Available += t.Available
	s.Pending += t.Pending
	s.Held += t.Held
}

// NewLiability returns an empty sum, or what is wrong with the configuration.
func NewLiability(c LiabilityConfig) (*Liability, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	at := InstantOf(c.At)
	return &Liability{at: at, months: newMonthTable(c.Location, at)}, nil
}

// At returns the instant that is counted.
func (l *Liability) At() Instant { return l.at }

// Reset empties l and keeps its memory, instant and zone.
func (l *Liability) Reset() {
	l.accounts, l.kinds = 0, l.kinds[:0]
}

// listedKinds is how many kinds have their months in lists; a programme has a handful.
// More cost no memory but for what they hold.
const listedKinds = 16

func (l *Liability) kind(k Kind) int {
	for i := range l.kinds {
		if l.kinds[i].kind == k {
			return i
		}
	}
	n := len(l.kinds)
	if n < cap(l.kinds) {
		l.kinds = l.kinds[:n+1]
		old := &l.kinds[n]
		if old.earned.dense != nil {
			old.earned.reset()
			old.expires.reset()
			*old = liabilityKind{kind: k, earned: old.earned, expires: old.expires}
			return n
		}
	} else {
		l.kinds = append(l.kinds, liabilityKind{})
	}
	l.kinds[n] = liabilityKind{kind: k}
	if n < listedKinds {
		mid := l.months.of(l.at)
		l.kinds[n].earned, l.kinds[n].expires = newSeries[Standing](mid), newSeries[Standing](mid)
	}
	return n
}

// LotRow is what of a lot is counted, for hosts that sum rows of their own.
type LotRow struct {
	Kind      Kind
	Remaining Points
	Held      Points // of holds whose end has not come
	Earned    Instant
	Activate  Instant
	Expire    Instant // Account.Expiry; Never: does not expire
}

// AddLot counts a lot, or several of the same times at once. What has expired by the
// instant is not counted, but what is held still is. Negative points are ErrAmount, more
// than fit ErrOverflow; l is then unchanged. LiabilityReport.Accounts does not grow.
func (l *Liability) AddLot(r *LotRow) error {
	if r.Remaining < 0 || r.Held < 0 {
		return ErrAmount
	}
	s := l.standing(r.Remaining, r.Activate, r.Expire)
	total, ok := minor.Add(int64(s.Total()), int64(r.Held))
	s.Held = r.Held
	k := &l.kinds[l.kind(r.Kind)]
	if _, fits := minor.Add(int64(k.sum.Total()), total); !ok || !fits {
		return overflow(r.Kind, owedSum)
	}
	l.put(k, s, r.Earned, r.Expire)
	return nil
}

// AddDebt counts points that a customer owes; they are shown apart. Negative points are
// ErrAmount.
func (l *Liability) AddDebt(k Kind, points Points) error {
	if points < 0 {
		return ErrAmount
	}
	if points > 0 && !addPoints(&l.kinds[l.kind(k)].debt, points) {
		return overflow(k, owingSum)
	}
	return nil
}

// standing says where what remains of a lot stands at the instant.
func (l *Liability) standing(remaining Points, activate, expire Instant) (s Standing) {
	switch {
	case expire <= l.at:
	case activate > l.at:
		s.Pending = remaining
	default:
		s.Available = remaining
	}
	return s
}

// put counts what fits.
func (l *Liability) put(k *liabilityKind, s Standing, earned, expire Instant) {
	if s == (Standing{}) {
		return
	}
	k.sum.add(s)
	k.earned.at(l.months.of(earned)).add(s)
	k.expires.at(l.months.of(expire)).add(s)
}

// AddAccount counts an account as it is at the instant, which must not be before
// Account.Last (ErrBackdated). All its open lots must be loaded, as by Need{All: true}
// (*NeedError). More points than fit are ErrOverflow. l is unchanged on error, and a is
// only read.
//
// Cost: O(open lots + burn keys), or O(all lots) where there are few; a copy of the
// account where a hold has run out and no entry says so.
func (l *Liability) AddAccount(a *Account) error {
	if l.at < a.Last {
		return ErrBackdated
	}
	if a.part != nil {
		for i := range a.purses {
			if !a.purses[i].cover.All {
				return &NeedError{Need{All: true}}
			}
		}
	}
	if len(a.holds) > 0 {
		var err error
		if a, err = a.settled(l.at); err != nil {
			return err
		}
	}
	l.scratch = l.scratch[:0]
	for i := range a.purses {
		p := &a.purses[i]
		if p.books == ([books]Points{}) { // it may be of a kind that the host has dropped
			l.scratch = append(l.scratch, -1)
			continue
		}
		j := l.kind(p.kind)
		k := &l.kinds[j]
		// an upper bound: what has expired is still in the books
		sum, ok := minor.Add(int64(p.books[Pending]), int64(p.books[Available]))
		sum, ok2 := minor.Add(sum, int64(p.books[Held]))
		_, ok3 := minor.Add(int64(k.sum.Total()), sum)
		_, ok4 := minor.Sub(int64(k.debt), int64(p.books[Debt]))
		if !ok || !ok2 || !ok3 {
			return overflow(p.kind, owedSum)
		}
		if !ok4 {
			return overflow(p.kind, owingSum)
		}
		l.scratch = append(l.scratch, j)
	}
	for i := range a.purses {
		if l.scratch[i] >= 0 {
			l.addPurse(a, i)
		}
	}
	l.accounts++
	return nil
}

// fewLots is how many lots an account may have for all of them to be looked at.
const fewLots = 32

func (l *Liability) addPurse(a *Account, i int) {
	p, k := &a.purses[i], &l.kinds[l.scratch[i]]
	before := k.sum.Total()
	if a.lots.n <= fewLots {
		for j := range a.lots.n {
			if n := a.lots.at(j); n.Remaining > 0 && n.purse == int32(i) {
				end := p.burnKey(&n.Lot).Expire
				l.put(k, l.standing(n.Remaining, n.Activate, end), n.Earned, end)
			}
		}
	} else {
		for c := p.keys.first(); c.ok(); c = p.keys.next(c) {
			it := p.keys.get(c)
			if it.key.Expire <= l.at {
				continue
			}
			for slot := p.buckets[it.bucket].head; slot >= 0; {
				n := a.lots.at(int(slot))
				l.put(k, l.standing(n.Remaining, n.Activate, it.key.Expire), n.Earned, it.key.Expire)
				slot = n.next
			}
		}
	}
	if p.books[Held] > 0 {
		for j := range a.holds {
			for _, u := range a.holds[j].Uses {
				if n := a.lot(u.Lot); n != nil && n.purse == int32(i) {
					l.put(k, Standing{Held: u.Points}, n.Earned, p.burnKey(&n.Lot).Expire)
				}
			}
		}
	}
	if k.sum.Total() != before {
		k.holders++
	}
	if debt := -p.books[Debt]; debt > 0 {
		k.debt += debt
		k.debtors++
	}
}

// Merge adds what m has counted, which is only read. Another instant or zone is ErrMerge,
// more than fits ErrOverflow; l is then unchanged.
func (l *Liability) Merge(m *Liability) error {
	if l.at != m.at || !sameZone(l.months.loc, m.months.loc) {
		return ErrMerge
	}
	if !fits(l.accounts, m.accounts) {
		return ErrOverflow
	}
	for i := range m.kinds {
		from := &m.kinds[i]
		to := &l.kinds[l.kind(from.kind)]
		if !fits(int64(to.sum.Total()), int64(from.sum.Total())) {
			return overflow(from.kind, owedSum)
		}
		if !fits(int64(to.debt), int64(from.debt)) {
			return overflow(from.kind, owingSum)
		}
	}
	l.accounts += m.accounts
	for i := range m.kinds {
		from := &m.kinds[i]
		to := &l.kinds[l.kind(from.kind)]
		to.sum.add(from.sum)
		to.debt += from.debt
		to.holders += from.holders
		to.debtors += from.debtors
		for month, s := range from.earned.all {
			to.earned.at(month).add(*s)
		}
		for month, s := range from.expires.all {
			to.expires.at(month).add(*s)
		}
	}
	return nil
}

func fits(a, b int64) bool {
	_, ok := minor.Add(a, b)
	return ok
}

// sameZone reports whether two zones have one name; such without a name are the same
// only if they are one.
func sameZone(a, b *time.Location) bool {
	if a == b {
		return true
	}
	x, ok := civil.ZoneName(a)
	y, ok2 := civil.ZoneName(b)
	return ok && ok2 && x == y
}
