package loyalty

import (
	"github.com/guanxi-go/guanxi/internal/minor"
)

// work is the memory of deciding one command.
type work struct {
	r    *rules
	a    *Account // what is decided on: the account, or copy
	copy *Account // with the entries that were staged
	d    *Decision
	head Header
	at   Instant // when it counts
	late bool    // before Account.Last: it may open lots, and no more

	key      hashedKey // the command's
	intent   [32]byte
	recorded Instant // of the next entry
	seq      int64   // of the last entry
	lot      LotID   // the last lot
	staged   int     // entries that copy has
	own      int     // the entry that is the command's own

	sit    situation
	earn   earning
	quote  quote
	change OrderChange
	pay    OrderPayment
	back   RefundBack
	given  []Points
	hold   Hold
	move   tierMove
	moved  bool
	buf    []byte
	sums   []Posting // of all entries
	note   Note
	due    []dueItem
}

func (d *Decision) reset(a *Account) {
	w := &d.work
	d.Account, d.Expected = a.ID, a.Seq
	d.Entries, d.Shared = d.Entries[:0], d.Shared[:0]
	d.Repeated, d.Receipt, d.Why, d.Parcel = false, Receipt{}, Explanation{}, nil
	w.d, w.a, w.staged, w.note = d, a, 0, Note{}
}

// begin finds out when the command counts.
func (w *work) begin(r *rules, a *Account, cmd Command, h Header, recorded Instant) error {
	w.r, w.a, w.head = r, a, h
	w.at, w.late = InstantOf(h.At), false
	w.recorded = max(recorded, a.Recorded+1)
	w.seq, w.lot, w.own = a.Seq, a.opened, -1
	if w.at < a.Last && a.Seq > 0 {
		if err := w.backdate(cmd); err != nil {
			return err
		}
	}
	if _, ok := cmd.(*Sweep); !ok {
		if err := w.settle(); err != nil {
			return err
		}
	}
	w.sit = situation{at: w.at, tallies: w}
	return w.tierNow()
}

// entry appends an entry to the decision. Earlier ones are not to be changed after it.
func (w *work) entry(op Op, at Instant) *Entry {
	d := w.d
	if len(d.Entries) < cap(d.Entries) {
		d.Entries = d.Entries[:len(d.Entries)+1]
	} else {
		d.Entries = append(d.Entries, Entry{})
	}
	e := &d.Entries[len(d.Entries)-1]
	e.reset()
	w.seq++
	e.Account, e.Seq, e.Op, e.Effective, e.Recorded, e.Program = d.Account, w.seq, op, at, w.recorded, w.r.version
	w.recorded++
	return e
}

// stage applies the entries so far to a copy of the account, on which the rest is
// decided. Only what is decided in several steps needs it.
func (w *work) stage() error {
	if w.a != w.copy {
		if w.copy == nil {
			w.copy = new(Account)
		}
		w.a.CopyTo(w.copy)
		w.a = w.copy
	}
	for ; w.staged < len(w.d.Entries); w.staged++ {
		e := &w.d.Entries[w.staged]
		e.settle()
		if err := w.fits(e); err != nil {
			return err
		}
		if err := w.copy.apply(e, false); err != nil {
			return err
		}
	}
	return nil
}

// finish gives the command's own entry its key, and seals all.
func (w *work) finish(a *Account) error {
	d := w.d
	if len(d.Entries) == 0 {
		return nil
	}
	if w.recorded > endInstant {
		return ErrTime
	}
	if w.own < 0 {
		w.own = len(d.Entries) - 1
	}
	own := &d.Entries[w.own]
	own.Key, own.Intent, own.Member, own.Note = w.head.Key, w.intent, w.head.Member, w.note
	w.sums = w.sums[:0]
	one := len(d.Entries) == 1
	prev := a.Head
	for i := range d.Entries {
		e := &d.Entries[i]
		e.settle()
		if err := opens(e); err != nil {
			return err
		}
		if err := w.sum(a, e, one); err != nil {
			return err
		}
		for j := range e.Shared { // all at one moment: entries are recorded a microsecond apart
			e.Shared[j].At = min(e.Effective, d.Entries[0].Recorded)
		}
		if len(e.Shared) > 0 {
			d.Shared = append(d.Shared, e.Shared...)
		}
		e.Prev = prev
		w.buf = e.appendHashed(w.buf[:0])
		e.Hash = hashOf(w.buf)
		prev = e.Hash
	}
	d.Receipt = Receipt{Key: own.Key, Intent: own.Intent, Account: own.Account, Seq: own.Seq, Recorded: own.Recorded, Op: own.Op, Results: own.Results}
	d.Why.Uses = own.Uses
	d.Parcel = own.Parcel
	return nil
}

// sum refuses what would not fit the books. Only of several entries are sums kept: one has
// a posting for each book.
func (w *work) sum(a *Account, e *Entry, one bool) error {
	var of *purse
	for _, p := range e.Postings {
		if one {
			if of == nil || of.kind != p.Kind {
				of = a.purse(p.Kind)
			}
			had := Points(0)
			if of != nil {
				had = of.books[p.Book]
			}
			if _, err := booked(p, had); err != nil {
				return err
			}
			continue
		}
		i := 0
		for i < len(w.sums) && (w.sums[i].Kind != p.Kind || w.sums[i].Book != p.Book) {
			i++
		}
		if i == len(w.sums) {
			s := Posting{p.Kind, p.Book, 0}
			if purse := a.purse(p.Kind); purse != nil {
				s.Points = purse.books[p.Book]
			}
			w.sums = append(w.sums, s)
		}
		v, err := booked(p, w.sums[i].Points)
		if err != nil {
			return err
		}
		w.sums[i].Points = v
	}
	return nil
}

// booked returns what stands in a book after a posting, or ErrOverflow. Points come from
// four books, which may be short of so much each; no other book can then hold more than
// 4 × MaxPoints, which fits, and what only moves points, as the end of a hold, is never refused.
func booked(p Posting, had Points) (Points, error) {
	v, ok := minor.Add(int64(had), int64(p.Points))
	if !ok {
		return 0, ErrOverflow
	}
	switch p.Book {
	case Issued, Transferred, Adjusted, Debt:
		if p.Points < 0 && v < -int64(MaxPoints) {
			return 0, ErrOverflow
		}
	}
	return Points(v), nil
}

// opens refuses lots that are too large, alone or together, before sums of them overflow.
func opens(e *Entry) error {
	sum := Points(0)
	for i := range e.Opened {
		l := &e.Opened[i]
		if l.Points > MaxPoints || sum > 2*MaxPoints {
			return ErrOverflow
		}
		sum += l.Points
	}
	return nil
}

// fits refuses an entry that is to be staged and would not fit the books.
func (w *work) fits(e *Entry) error {
	if err := opens(e); err != nil {
		return err
	}
	for _, p := range e.Postings {
		had := Points(0)
		if purse := w.copy.purse(p.Kind); purse != nil {
			had = purse.books[p.Book]
		}
		if _, err := booked(p, had); err != nil {
			return err
		}
	}
	return nil
}

// backdate treats a command that is dated before the account's latest instant.
func (w *work) backdate(cmd Command) error {
	last := w.a.Last
	if _, ok := cmd.(*Sweep); ok {
		return nil
	}
	switch p := &w.r.policy; p.Backdate {
	case BackdateRaise:
	case BackdateAccept:
		if w.at < last && InstantOf(p.BackdateWithin.AddTo(w.at.Time(), w.r.zone.loc)) < last {
			return ErrBackdated
		}
		if gives(cmd) {
			w.late = true
			return nil
		}
	default:
		return ErrBackdated
	}
	w.at = last
	return nil
}

// gives reports whether a command only gives: it then may count from its own time.
func gives(cmd Command) bool {
	switch c := cmd.(type) {
	case *Earn, *Act, *Refer, *Receive:
		return true
	case *Adjust:
		return c.Points > 0
	}
	return false
}

// now is when the account is looked at: when the command counts, or its last instant.
func (w *work) now() Instant { return max(w.at, w.a.Last) }

// tally, left and available are what rules ask of the account. Counters are those of
// the member on whose behalf it is.
func (w *work) tally(name string, start Instant) int64 {
	if w.head.Member != "" {
		name = memberCounter(name, w.head.Member)
	}
	return w.a.counters.total(name, start)
}

func (w *work) left(name string) (int64, bool) {
	v, ok := w.a.shared[name]
	return v, ok
}

func (w *work) available(k Kind) Points {
	p := w.a.purse(k)
	if p == nil {
		return 0
	}
	return p.available(w.now())
}

func memberCounter(name string, m AccountID) string { return name + "@" + string(m) }

// count copies counter changes into an entry.
func (w *work) count(e *Entry, changes []CounterChange) {
	if len(changes) == 0 {
		return
	}
	from := len(e.Counters)
	e.Counters = append(e.Counters, changes...)
	if w.head.Member != "" {
		for i := range e.Counters[from:] {
			c := &e.Counters[from+i]
			c.Name = memberCounter(c.Name, w.head.Member)
		}
	}
}
