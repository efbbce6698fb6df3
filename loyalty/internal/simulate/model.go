package simulate

import (
	"cmp"
	"maps"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// lot is points given at once. Nothing is posted here: whether they are pending,
// available or expired is seen by the time.
type lot struct {
	kind                                                               loyalty.Kind
	points                                                             int64
	remaining                                                          int64
	held, redeemed, expired, takenBack, donated, transferred, adjusted int64
	activate, expire                                                   int64
	window                                                             int // of the kind's activity windows, from 1; 0 is none
	priority                                                           int32
	order                                                              string
}

// part returns the part of a lot that points stand in that went into a book.
func (l *lot) part(b loyalty.Book) *int64 {
	switch b {
	case loyalty.Held:
		return &l.held
	case loyalty.Redeemed:
		return &l.redeemed
	case loyalty.Donated:
		return &l.donated
	case loyalty.Transferred:
		return &l.transferred
	case loyalty.Adjusted:
		return &l.adjusted
	}
	return &l.takenBack // by a refund, or for a debt
}

// use is points of a lot, by its place in account.lots.
type use struct {
	lot    int
	points int64
}

type tally struct {
	name   string
	window int64
}

// count is so much of a counter; shared is a counter of all accounts.
type count struct {
	tally
	n      int64
	shared bool
	until  int64 // of what a hold has reserved
}

type hold struct {
	id       string
	until    int64
	order    string // that the points will pay for
	amount   int64  // of it
	money    int64  // what they pay
	uses     []use
	to       loyalty.Book // of what is captured
	placed   int64
	captured int64
	late     map[loyalty.Kind]int64 // as at its end
	counts   []count
	split    loyalty.Split
}

type redemption struct {
	to     loyalty.Book
	uses   []use
	left   []int64
	counts []count
	split  loyalty.Split
}

// account is the reference for one account.
type account struct {
	id       loyalty.AccountID
	begun    bool
	last     int64 // the latest effective instant
	status   loyalty.Status
	into     loyalty.AccountID // it was merged into
	lots     []lot
	windows  map[loyalty.Kind][]int64
	debt     map[loyalty.Kind]int64
	holds    []hold
	ended    map[string]loyalty.HoldState
	orders   map[string]*order
	reds     map[loyalty.Key]*redemption
	keys     map[loyalty.Key]loyalty.Command
	counters map[tally]int64
	books    map[loyalty.Kind]*[4]int64 // net of what the lots do not tell: see the indices below
	growth   []growth
	rolling  rolling
	split    split                       // of the last refund
	left     map[loyalty.Key]*redemption // what a merge takes along
	moved    []move                      // of counters of all accounts, by the command at hand
	clock    int64                       // when what moves counts
	lost     bool                        // the reference does not know the tier any more
}

// The books that lots do not tell.
const (
	bookIssued = iota
	bookTakenBack
	bookTransferred
	bookAdjusted
)

func newAccount(id loyalty.AccountID) *account {
	return &account{
		id: id, windows: map[loyalty.Kind][]int64{}, debt: map[loyalty.Kind]int64{}, ended: map[string]loyalty.HoldState{},
		orders: map[string]*order{}, reds: map[loyalty.Key]*redemption{}, keys: map[loyalty.Key]loyalty.Command{},
		counters: map[tally]int64{}, books: map[loyalty.Kind]*[4]int64{},
	}
}

// clone copies everything that a command may change.
func (a *account) clone() *account {
	c := *a
	c.lots, c.windows, c.debt = slices.Clone(a.lots), maps.Clone(a.windows), maps.Clone(a.debt)
	for k, w := range c.windows {
		c.windows[k] = slices.Clone(w)
	}
	c.holds = slices.Clone(a.holds)
	for i := range c.holds {
		c.holds[i].uses = slices.Clone(c.holds[i].uses)
	}
	c.ended, c.orders, c.reds, c.keys = maps.Clone(a.ended), maps.Clone(a.orders), maps.Clone(a.reds), maps.Clone(a.keys)
	c.counters, c.books = maps.Clone(a.counters), maps.Clone(a.books)
	for k, b := range c.books {
		c.books[k] = new(*b)
	}
	c.growth, c.moved = slices.Clone(a.growth), nil
	c.rolling.reached = slices.Clone(a.rolling.reached)
	return &c
}

func (a *account) book(k loyalty.Kind) *[4]int64 {
	if a.books[k] == nil {
		a.books[k] = new([4]int64)
	}
	return a.books[k]
}

// end returns when a lot expires.
func (a *account) end(l *lot) int64 {
	if l.window > 0 {
		return a.windows[l.kind][l.window-1]
	}
	return l.expire
}

// live reports whether a lot is available at an instant: [activate, end).
func (a *account) live(l *lot, at int64) bool { return l.activate <= at && at < a.end(l) }

// waits reports whether a lot is pending at an instant.
func (a *account) waits(l *lot, at int64) bool { return at < l.activate && at < a.end(l) }

func (a *account) available(k loyalty.Kind, at int64) (sum int64) {
	for i := range a.lots {
		if l := &a.lots[i]; l.kind == k && a.live(l, at) {
			sum += l.remaining
		}
	}
	return sum
}

func (a *account) pending(k loyalty.Kind, at int64) (sum int64) {
	for i := range a.lots {
		if l := &a.lots[i]; l.kind == k && a.waits(l, at) {
			sum += l.remaining
		}
	}
	return sum
}

func (a *account) held(k loyalty.Kind) (sum int64) {
	for i := range a.holds {
		for _, u := range a.holds[i].uses {
			if a.lots[u.lot].kind == k {
				sum += u.points
			}
		}
	}
	return sum
}

// burnOrder returns the lots of a kind that match, in the order in which they are spent:
// priority, then the soonest expiry, then the oldest.
func (a *account) burnOrder(k loyalty.Kind, match func(l *lot) bool) (out []int) {
	for i := range a.lots {
		if l := &a.lots[i]; l.kind == k && l.remaining > 0 && match(l) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(i, j int) int {
		x, y := &a.lots[i], &a.lots[j]
		return cmp.Or(cmp.Compare(x.priority, y.priority), cmp.Compare(a.end(x), a.end(y)), cmp.Compare(x.window, y.window))
	})
	return out
}

// take moves points of lots in burn order into a book, and returns what is missing.
func (a *account) take(k loyalty.Kind, points int64, to loyalty.Book, uses *[]use, match func(l *lot) bool) int64 {
	for _, i := range a.burnOrder(k, match) {
		x := min(points, a.lots[i].remaining)
		if x == 0 {
			break
		}
		a.lots[i].remaining -= x
		*a.lots[i].part(to) += x
		*uses = append(*uses, use{i, x})
		points -= x
	}
	return points
}

// open opens a lot, and returns its place.
func (a *account) open(l lot) {
	if l.points > int64(loyalty.MaxPoints) {
		refuse(loyalty.ErrOverflow)
	}
	l.remaining = l.points
	a.lots = append(a.lots, l)
}

// repay lets lots pay debts at an instant: what is available first, then what is pending.
func (a *account) repay(at int64) {
	for k, owed := range a.debt {
		var uses []use
		left := a.take(k, owed, loyalty.Debt, &uses, func(l *lot) bool { return a.live(l, at) })
		left = a.take(k, left, loyalty.Debt, &uses, func(l *lot) bool { return a.waits(l, at) })
		a.debt[k] = left
	}
}

// giveBack returns points to their lot, or, if that has expired, to what late says.
func (a *account) giveBack(u use, from loyalty.Book, points, at, late int64) {
	l := &a.lots[u.lot]
	*l.part(from) -= points
	switch {
	case at < a.end(l):
		l.remaining += points
	case late > at:
		l.transferred += points
		a.open(lot{kind: l.kind, points: points, activate: at, expire: late, priority: l.priority, order: l.order})
	default:
		l.expired += points
	}
}

// runOuts ends the holds that nobody has ended until an instant, the soonest first.
func (a *account) runOuts(at int64) {
	for {
		first := -1
		for i := range a.holds {
			if h := &a.holds[i]; h.until <= at && (first < 0 || h.until < a.holds[first].until || h.until == a.holds[first].until && h.id < a.holds[first].id) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		a.runOut(first)
	}
}

// runOut ends a hold at its deadline.
func (a *account) runOut(i int) {
	h := a.holds[i]
	a.release(i, h.until, loyalty.HoldRunOut, h.late)
	a.last = max(a.last, h.until)
	a.repay(h.until)
}

// release gives all of a hold back.
func (a *account) release(i int, at int64, state loyalty.HoldState, late map[loyalty.Kind]int64) {
	h := a.holds[i]
	a.clock = at
	for j := len(h.uses) - 1; j >= 0; j-- {
		u := h.uses[j]
		a.giveBack(u, loyalty.Held, u.points, at, late[a.lots[u.lot].kind])
	}
	for _, c := range h.counts {
		c.n -= pieces(c.n, 0, h.captured, h.placed)
		a.count([]count{c}, -1)
	}
	a.holds = slices.Delete(a.holds, i, i+1)
	a.ended[h.id] = state
}

// pieces returns how many of n pieces are paid in full by after points of whole, and were
// not by before.
func pieces(n, before, after, whole int64) int64 {
	return floorDiv(n, after, whole) - floorDiv(n, before, whole)
}

// count adds counters, or with −1 takes them back.
func (a *account) count(counts []count, sign int64) {
	for _, c := range counts {
		if c.n *= sign; c.n == 0 {
			continue
		}
		if c.shared {
			a.moved = append(a.moved, move{c.name, c.n, c.until, a.clock, false})
			continue
		}
		a.counters[c.tally] += c.n
	}
}

// asOf returns the account as time has made it by an instant.
func (a *account) asOf(at int64) *account {
	for i := range a.holds {
		if a.holds[i].until <= at {
			c := a.clone()
			c.runOuts(at)
			return c
		}
	}
	return a
}

// balance returns the balance at an instant that is not before the last entry.
func (a *account) balance(k loyalty.Kind, at int64) loyalty.Balance {
	a = a.asOf(at)
	return loyalty.Balance{
		Kind: k, Available: loyalty.Points(a.available(k, at)), Pending: loyalty.Points(a.pending(k, at)),
		Held: loyalty.Points(a.held(k)), Debt: loyalty.Points(a.debt[k]),
	}
}
