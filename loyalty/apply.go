package loyalty

import (
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi/internal/minor"
)

// Apply carries a decision out. It is the only way in which an account changes. A
// decision on another account, or another state of this one, is ErrStale and changes
// nothing; one that is Repeated changes nothing. A decision that Decide did not make
// may be ErrImpossible; the account is then to be thrown away.
func (a *Account) Apply(d *Decision) error {
	if d.Account != a.ID || d.Expected != a.Seq {
		if !d.Repeated || d.Account != a.ID {
			return ErrStale
		}
	}
	if d.Repeated {
		return nil
	}
	for i := range d.Entries {
		if err := a.applyHashed(&d.Entries[i], true, &d.work.key); err != nil {
			return err
		}
	}
	return nil
}

// impossible says what of an entry does not fit.
func impossible(e *Entry, format string, args ...any) error {
	return fmt.Errorf("%w: entry %d (%s): "+format, append([]any{ErrImpossible, e.Seq, e.Op}, args...)...)
}

// apply carries out one entry. Without keep its key and hash are not known yet.
func (a *Account) apply(e *Entry, keep bool) error {
	var unknown hashedKey
	return a.applyHashed(e, keep, &unknown)
}

// applyHashed is apply with a hash that is known already.
func (a *Account) applyHashed(e *Entry, keep bool, known *hashedKey) error {
	if e.Account != a.ID || e.Seq != a.Seq+1 {
		return fmt.Errorf("%w: entry %d of %q after %d", ErrGap, e.Seq, e.Account, a.Seq)
	}
	a.Seq, a.Recorded, a.Program = e.Seq, e.Recorded, max(a.Program, e.Program)
	if a.Seq == 1 {
		a.Last = e.Effective
	}
	a.advance(e.Effective)
	a.counters.advance(a.Last)
	for _, w := range e.Windows {
		if !a.purses[a.purseAt(w.Kind)].setWindow(w) {
			return impossible(e, "window %d", w.ID)
		}
	}
	if err := a.applyUses(e); err != nil {
		return err
	}
	for i := range e.Extended {
		if err := a.extend(e, &e.Extended[i]); err != nil {
			return err
		}
	}
	earned, err := a.applyOrder(e)
	if err != nil {
		return err
	}
	for i := range e.Opened {
		if err := a.openLot(e, &e.Opened[i], earned); err != nil {
			return err
		}
	}
	if err := a.post(e.Postings); err != nil {
		return impossible(e, "%w", err)
	}
	for _, c := range e.Counters {
		a.counters.add(c)
	}
	a.applyHold(e)
	if e.Tier != nil {
		a.ownTier().apply(e.Tier)
	}
	switch e.Op {
	case OpStatus, OpClose:
		a.Status = e.Status
	case OpMergeOut:
		a.Status, a.MergedTo = e.Status, e.Peer
	}
	if e.Parcel != nil && e.Parcel.Merge != nil {
		if err := a.mergeRedeemed(e, e.Parcel.Merge); err != nil {
			return err
		}
	}
	if keep {
		a.Head = e.Hash
		if e.Key != "" {
			a.keepKey(e, known.of(e.Key))
		}
	}
	a.tidy()
	return nil
}

// post adds postings to the books, which must stay in balance.
func (a *Account) post(postings []Posting) error {
	var p *purse
	sum := Points(0)
	for i := range postings {
		q := &postings[i]
		if q.Book == 0 || q.Book >= books {
			return ErrUnbalanced
		}
		if p == nil || p.kind != q.Kind {
			if p != nil && sum != 0 { // kinds may alternate: then look at each
				return a.postAll(postings[i:], p, sum)
			}
			p = &a.purses[a.purseAt(q.Kind)]
			sum = 0
		}
		v, ok := minor.Add(int64(p.books[q.Book]), int64(q.Points))
		if !ok {
			return ErrOverflow
		}
		p.books[q.Book] = Points(v)
		sum += q.Points
	}
	if sum != 0 {
		return ErrUnbalanced
	}
	return nil
}

// postAll is post where the postings of kinds do not stand together; sum is what is
// left over of p so far.
func (a *Account) postAll(postings []Posting, p *purse, sum Points) error {
	over := []KindPoints{{p.kind, sum}}
	for i := range postings {
		q := &postings[i]
		if q.Book == 0 || q.Book >= books {
			return ErrUnbalanced
		}
		p := &a.purses[a.purseAt(q.Kind)]
		v, ok := minor.Add(int64(p.books[q.Book]), int64(q.Points))
		if !ok {
			return ErrOverflow
		}
		p.books[q.Book] = Points(v)
		j := slices.IndexFunc(over, func(k KindPoints) bool { return k.Kind == q.Kind })
		if j < 0 {
			j, over = len(over), append(over, KindPoints{Kind: q.Kind})
		}
		over[j].Points += q.Points
	}
	for i := range over {
		if over[i].Points != 0 {
			return ErrUnbalanced
		}
	}
	return nil
}

func (a *Account) applyUses(e *Entry) error {
	for i := range e.Uses {
		u := &e.Uses[i]
		slot := a.slot(u.Lot)
		if slot < 0 {
			if a.part != nil && u.Lot > 0 && u.Lot <= a.opened {
				return &NeedError{Need{Lots: []LotID{u.Lot}}}
			}
			return impossible(e, "lot %d", u.Lot)
		}
		n := a.lots.at(slot)
		from, to := n.part(u.From), n.part(u.To)
		if from == nil || to == nil || u.Points < 0 || *from < u.Points || u.From == Debt ||
			(u.From == Pending || u.From == Available) && u.From != n.book() {
			return impossible(e, "use %d: %d points of lot %d from %s", i, u.Points, u.Lot, u.From)
		}
		if u.From == Pending && u.To == Available { // its activation
			if n.Activate > a.Last {
				a.purses[n.purse].addPending(&n.Lot, -n.Remaining)
			}
			n.Activate, n.Posted = min(n.Activate, e.Effective), true
			continue
		}
		a.shift(slot, n, u.From, -u.Points)
		a.shift(slot, n, u.To, u.Points)
		if e.Op == OpReturn {
			continue
		}
	}
	if e.Op == OpReturn {
		return a.applyReturn(e)
	}
	return nil
}

// shift changes one part of a lot.
func (a *Account) shift(slot int, n *node, b Book, points Points) {
	if b == Pending || b == Available {
		a.addRemaining(slot, n, points)
		return
	}
	*n.part(b) += points
}

// applyReturn notes what has come back of a redemption.
func (a *Account) applyReturn(e *Entry) error {
	row, _ := a.keys.find(e.Ref)
	if row == nil || row.missing || row.red < 0 {
		if a.part != nil {
			return &NeedError{Need{Redemption: Key(e.Ref)}}
		}
		return impossible(e, "redemption %q", e.Ref)
	}
	red := a.redeemed.at(int(row.red))
	had := red.rest()
	for i := range e.Uses {
		u, left := &e.Uses[i], e.Uses[i].Points
		for j := len(red.uses) - 1; j >= 0 && left > 0; j-- {
			if red.uses[j].Lot == u.Lot && red.uses[j].To == u.From {
				x := min(left, red.left[j])
				red.left[j] -= x
				left -= x
			}
		}
		if left > 0 {
			return impossible(e, "%d points more than were redeemed of lot %d", left, u.Lot)
		}
	}
	if had > 0 && red.rest() == 0 {
		a.returnable--
	}
	return nil
}

// rest returns what of a redemption has not come back.
func (red *redemption) rest() (sum Points) {
	for _, p := range red.left {
		sum += p
	}
	return sum
}

// extend gives a lot another end of its own.
func (a *Account) extend(e *Entry, x *LotExpiry) error {
	slot := a.slot(x.Lot)
	if slot < 0 {
		if a.part != nil {
			return &NeedError{Need{Lots: []LotID{x.Lot}}}
		}
		return impossible(e, "lot %d", x.Lot)
	}
	n := a.lots.at(slot)
	p := &a.purses[n.purse]
	left := n.Remaining
	if left > 0 {
		if n.Activate > a.Last {
			p.addPending(&n.Lot, -left)
		}
		b := n.bucket
		p.buckets[b].total -= left
		a.unlink(n)
		p.drop(b)
	}
	n.Expire, n.Window = x.Expire, 0
	if left > 0 {
		a.link(int32(slot), n)
		p.buckets[n.bucket].total += left
		if n.Activate > a.Last {
			p.addPending(&n.Lot, left)
		}
	}
	return nil
}

// applyOrder notes what an entry says of orders. It returns the one that has earned, if it
// is the entry's.
func (a *Account) applyOrder(e *Entry) (earned *orderRow, err error) {
	c := e.Order
	if c != nil && c.Earned != nil {
		a.earned += c.Earned.kept()
		return a.keepOrder(e, c.Earned)
	}
	if c != nil && c.Paid != nil {
		return nil, a.keepPayment(e, c)
	}
	if c != nil {
		row, _ := a.orders.find(c.ID)
		if row == nil || row.missing {
			if a.part != nil {
				return nil, &NeedError{Need{Orders: []string{c.ID}}}
			}
			return nil, impossible(e, "order %q", c.ID)
		}
		for _, l := range c.Lines {
			if l.Line < 0 || int(l.Line) >= len(row.Lines) {
				return nil, impossible(e, "line %d of order %q", l.Line, c.ID)
			}
		}
		was := row.kept()
		row.apply(c)
		a.earned -= was - row.kept()
	}
	if e.Op == OpMergeIn && e.Parcel != nil && e.Parcel.Merge != nil {
		return nil, a.mergeOrders(e, e.Parcel.Merge)
	}
	return nil, nil
}

// keepOrder keeps a copy of a record. One that is known by its payments becomes that of
// the order itself.
func (a *Account) keepOrder(e *Entry, rec *OrderRecord) (*orderRow, error) {
	row, fresh := a.addOrder(rec.ID)
	var payments []OrderPayment
	if !fresh && !row.missing {
		if !row.Unearned || rec.Unearned {
			return nil, impossible(e, "order %q is there", rec.ID)
		}
		payments = row.OrderRecord.Payments
	}
	row.missing = false
	row.keep(rec, a.memory())
	row.OrderRecord.Payments = append(row.OrderRecord.Payments, payments...)
	return row, nil
}

// keepPayment links a payment with its order, which may be known by it alone.
func (a *Account) keepPayment(e *Entry, c *OrderChange) error {
	row, fresh := a.addOrder(c.ID)
	if fresh && a.part != nil {
		row.missing = true // as far as is known
		return &NeedError{Need{Orders: []string{c.ID}}}
	}
	if fresh || row.missing {
		row.missing = false
		rec := unearned(c.ID, e.Effective, c.Paid.Amount)
		row.keep(&rec, a.memory())
	}
	row.OrderRecord.Payments = append(row.OrderRecord.Payments, *c.Paid)
	return nil
}

// keep makes row a copy of rec in the account's memory.
func (row *orderRow) keep(rec *OrderRecord, m *accountMemory) {
	row.ID, row.At, row.Counted, row.First, row.Unearned = rec.ID, rec.At, rec.Counted, rec.First, rec.Unearned
	row.OrderRecord.Payments = slices.Clone(rec.Payments)
	row.OrderRecord.Lines = m.lines.keep(rec.Lines)
	row.Terms = m.keepTerms(rec.Terms)
	row.Hits = m.hits.keep(rec.Hits)
	row.OrderRecord.Kinds = m.kinds.keep(rec.Kinds)
}

// openLot adds a lot, of an order that has earned now or of any.
func (a *Account) openLot(e *Entry, l *Lot, earned *orderRow) error {
	if l.ID != a.opened+1 || l.Points <= 0 || l.Remaining != l.Points && !l.used(e.Op) {
		return impossible(e, "lot %d", l.ID)
	}
	a.opened = l.ID
	purse := a.purseAt(l.Kind)
	if l.Window > int64(len(a.purses[purse].windows)) || l.Window < 0 {
		return impossible(e, "window %d of lot %d", l.Window, l.ID)
	}
	slot := a.lots.n
	n := a.addLot()
	*n = node{Lot: *l, prev: -1, next: -1, bucket: -1, purse: int32(purse)}
	n.Remaining = 0
	a.addRemaining(slot, n, l.Remaining)
	if l.Order != "" {
		row := earned
		if row == nil || row.ID != l.Order {
			row, _ = a.orders.find(l.Order)
		}
		if row != nil && !row.missing {
			if cap(row.lots) == 0 {
				row.lots = a.memory().lots.take(1)[:0]
			}
			row.lots = append(row.lots, l.ID)
		}
	}
	return nil
}

func (a *Account) applyHold(e *Entry) {
	if e.Hold == nil {
		return
	}
	i := slices.IndexFunc(a.holds, func(h Hold) bool { return h.ID == e.Hold.ID })
	switch {
	case e.Hold.State != HoldOpen:
		if i >= 0 {
			a.holds = slices.Delete(a.holds, i, i+1)
		}
		if a.ended == nil {
			a.ended = make(map[string]HoldState)
		}
		a.ended[e.Hold.ID] = e.Hold.State
	case i >= 0:
		a.holds[i] = e.Hold.clone()
	default:
		a.holds = append(a.holds, e.Hold.clone())
	}
}

// keepKey keeps the receipt of the entry's key, and what it spent.
func (a *Account) keepKey(e *Entry, hash uint64) {
	row, _ := a.addHashedKey(hash, e.Key)
	*row = keyRow{intent: e.Intent, seq: e.Seq, recorded: e.Recorded, op: e.Op, results: a.memory().results.keep(e.Results), red: -1}
	if e.Op.spends() {
		row.red = int32(a.redeemed.n)
		red := a.addRedemption()
		if red.keep(e, a.memory()); red.rest() > 0 {
			a.returnable++
		}
	}
}

// keep makes red what e spent.
func (red *redemption) keep(e *Entry, m *accountMemory) {
	n, points := 0, Points(0)
	for i := range e.Uses {
		if to := e.Uses[i].To; to == Redeemed || to == Donated {
			n++
			points += e.Uses[i].Points
		}
	}
	*red = redemption{key: e.Key, ref: e.Ref, split: e.Split, uses: m.uses.take(n)[:0], left: m.points.take(n)[:0]}
	if e.Op == OpCapture {
		red.counters = e.Hold.captured(points)
	} else {
		red.counters = m.counters.keep(e.Counters)
	}
	for _, u := range e.Uses {
		if u.To == Redeemed || u.To == Donated {
			red.uses = append(red.uses, u)
			red.left = append(red.left, u.Points)
		}
	}
	for _, s := range e.Shared {
		if s.Step == Confirm {
			red.shared = append(red.shared, s)
		}
	}
}
