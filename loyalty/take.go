package loyalty

import "math"

// take uses so many points of a kind: by priority, then the soonest expiry, then the
// lot that was opened first, of what is available. Fewer are a *ShortError, or, if
// less is allowed, what there is; the number taken is returned.
//
// Cost: O(priorities × log keys + lots taken from + pending lots between them).
func (w *work) take(e *Entry, kind Kind, points Points, to Book, less bool) (taken Points, err error) {
	p := w.a.purse(kind)
	left := points
	if p != nil {
		if left, err = w.walk(e, p, points, to, w.now(), false, ""); err != nil {
			return 0, err
		}
	}
	if left > 0 && !less {
		return 0, &ShortError{Kind: kind, Missing: left}
	}
	return points - left, nil
}

// walk takes from the open lots of a purse that are available at an instant, or (pending)
// that are not, and returns what is missing. Lots of the order except are left out.
func (w *work) walk(e *Entry, p *purse, left Points, to Book, at Instant, pending bool, except string) (Points, error) {
	want := left
	for c := p.keys.first(); c.ok() && left > 0; {
		it := p.keys.get(c)
		if it.key.Expire <= at { // on to what has not expired
			c = p.keys.seek(BurnKey{it.key.Priority, at + 1, math.MinInt64})
			continue
		}
		b := &p.buckets[it.bucket]
		seen := Points(0)
		for slot := b.head; slot >= 0 && left > 0; {
			n := w.a.lots.at(int(slot))
			slot = n.next
			if w.a.part != nil && !p.cover.holds(it.key, n.ID, at) {
				break
			}
			seen += n.Remaining
			if n.Activate > at != pending || except != "" && n.Order == except {
				continue
			}
			x := min(left, n.Remaining)
			e.use(&n.Lot, n.book(), to, x)
			left -= x
		}
		if left > 0 && seen < b.total {
			if pending || except != "" {
				want = everything
			}
			if at < w.now() { // lots that have expired since are not among those of now
				return 0, w.need(Need{All: true})
			}
			return 0, w.needOpen(p.kind, want)
		}
		c = p.keys.next(c)
	}
	return left, nil
}

// needOpen is the error that asks for more open lots.
func (w *work) needOpen(kind Kind, points Points) error {
	n := Need{Key: w.head.Key, At: w.now()}
	n.open(kind, points)
	return w.need(n)
}

// need is the error that asks for n besides what the command said.
func (w *work) need(n Need) error {
	n.Key, n.At = w.head.Key, w.now()
	return &NeedError{n}
}

// needAll asks for every open lot, if some are not loaded.
func (w *work) needAll() error {
	if w.a.part != nil && !w.a.allOpen() {
		return w.need(Need{All: true})
	}
	return nil
}

// open opens a lot. What the customer owes of its kind is paid first; what is left is
// the lot, which comes from a book.
func (w *work) open(e *Entry, l newLot, from Book, earned Instant) {
	absorbed := Points(0)
	if p := w.a.purse(l.kind); p != nil && !w.late && l.expire > w.at { // what has expired on its way pays nothing
		absorbed = w.owed(e, p)
		absorbed = min(absorbed, l.points)
	}
	r := e.result(l.kind)
	r.Points += l.points
	r.Debt -= absorbed
	e.post(l.kind, from, -l.points)
	e.post(l.kind, Debt, absorbed)
	if l.points > absorbed {
		w.openLot(e, &l, l.points-absorbed, earned)
	}
}

// owed returns what the customer owes of a kind after what e has paid.
func (w *work) owed(e *Entry, p *purse) Points {
	owed := -p.books[Debt]
	for i := range e.Postings {
		if q := &e.Postings[i]; q.Book == Debt && q.Kind == p.kind {
			owed -= q.Points
		}
	}
	return owed
}

// openLot opens a lot without looking at debt, and posts where its points are.
func (w *work) openLot(e *Entry, l *newLot, points Points, earned Instant) {
	w.lot++
	lot := Lot{
		ID: w.lot, Kind: l.kind, Entry: e.Seq, Points: points, Earned: earned, Activate: l.activate, Expire: l.expire,
		Priority: l.priority, Order: l.order, Source: l.source, Remaining: points, Posted: l.activate <= e.Effective,
	}
	if l.window {
		lot.Window, lot.Expire = w.window(e, l.kind, l.expire)
	}
	e.Opened = append(e.Opened, lot)
	e.post(l.kind, lot.book(), points)
}

// window returns the activity window that is open when the command counts; the next
// one is begun if there is none, to end at expire.
func (w *work) window(e *Entry, kind Kind, expire Instant) (id int64, end Instant) {
	for i := range e.Windows {
		if e.Windows[i].Kind == kind {
			return e.Windows[i].ID, e.Windows[i].Expire
		}
	}
	n := int64(0)
	if p := w.a.purse(kind); p != nil {
		if n = int64(len(p.windows)); n > 0 && p.windows[n-1] > w.at {
			return n, p.windows[n-1]
		}
	}
	e.Windows = append(e.Windows, Window{kind, n + 1, expire})
	return n + 1, expire
}

// touch moves the ends of the activity windows that an activity keeps alive. A window
// that has passed stays passed.
func (w *work) touch(e *Entry, t Touch) {
	for i := range w.r.kinds {
		k := &w.r.kinds[i]
		if !k.touched(t) {
			continue
		}
		p := w.a.purse(k.ID)
		if p == nil || len(p.windows) == 0 {
			continue
		}
		end := p.windows[len(p.windows)-1]
		if next := k.expire(w.at, w.at); end > w.now() && next > end {
			e.Windows = append(e.Windows, Window{k.ID, int64(len(p.windows)), next})
		}
	}
}

// lateExpiry returns when points expire that come back at an instant to a lot which has
// expired; 0: they are gone.
func (r *rules) lateExpiry(kind Kind, at Instant) Instant {
	switch r.policy.Return {
	case ReturnGrace:
		return r.zone.after(at, r.policy.Grace)
	case ReturnNewLot:
		if k := r.kind(kind); k != nil {
			return k.expire(at, at)
		}
	}
	return 0
}

// giveBack puts points that were used back into their lot; if it has expired by at, they
// go into a new lot until late, or (late 0) expire. It returns what the customer has of them.
func (w *work) giveBack(e *Entry, n *node, from Book, points Points, at, late Instant) Points {
	switch {
	case w.a.Expiry(&n.Lot) > at:
		e.use(&n.Lot, from, n.book(), points)
	case late <= at:
		e.use(&n.Lot, from, Expired, points)
		return 0
	default:
		e.use(&n.Lot, from, Transferred, points)
		e.post(n.Kind, Transferred, -points)
		w.openLot(e, &newLot{kind: n.Kind, activate: at, expire: late, priority: n.Priority, order: n.Order, source: "return"}, points, n.Earned)
	}
	return points
}
