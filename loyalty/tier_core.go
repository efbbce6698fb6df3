package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// What the core asks of tiers. w.move goes from the tier of the account to that of the
// command's time; moved says that time, or the command, has changed it.

// tierNow brings the tier to the present, and tells the rules about it. A backdated
// command finds the tier of today: what it was is not kept.
func (w *work) tierNow() error {
	w.moved = false
	r := w.r.loyal
	if r == nil {
		return nil
	}
	m, at := &w.move, w.now()
	if w.a == w.copy { // what is staged changes it in its place
		w.copy.ownTier()
	}
	m.begin(r, w.a.tierState(), at)
	w.moved = m.advance(at)
	level := r.known(m.s.Tier)
	w.sit.tier, w.sit.factors, w.sit.tierRule = r.levels[level].id, r.levels[level].factors, r.levels[level].rule
	return nil
}

// qualify counts growth that was earned at an instant.
func (w *work) qualify(e *Entry, d TierSums, earned Instant, reason TierReason) {
	if d != (TierSums{}) || w.move.s.Tier == "" {
		w.move.qualify(d, earned, w.now(), reason)
		w.moved = true
	}
	w.tierWrite(e)
}

// tierWrite makes the tier part of an entry, if it has changed.
func (w *work) tierWrite(e *Entry) {
	if w.moved {
		e.Tier = w.move.finish()
	}
}

// tierEarn counts an order and its points.
func (w *work) tierEarn(e *Entry) {
	r := w.r.loyal
	if r == nil {
		return
	}
	var d TierSums
	d[tierSpend] = w.earn.record.Kept()
	if len(r.visits) == 0 {
		d[tierVisits] = 1
	}
	w.tierAwards(&d)
	w.qualify(e, d, w.at, TierReached)
	w.earn.record.Counted = w.move.counts(w.at, w.now())
}

func (w *work) tierAwards(d *TierSums) {
	for i := range w.earn.awards {
		w.tierPoints(d, w.earn.awards[i].Kind, w.earn.awards[i].Points)
	}
}

func (w *work) tierPoints(d *TierSums, k Kind, points Points) {
	if i := w.r.loyal.slot(k); i >= 0 {
		d[i] += int64(points)
	}
}

// tierAct counts an activity and its points.
func (w *work) tierAct(e *Entry, activity string) {
	r := w.r.loyal
	if r == nil {
		return
	}
	var d TierSums
	if slices.Contains(r.visits, activity) {
		d[tierVisits] = 1
	}
	w.tierAwards(&d)
	w.qualify(e, d, w.at, TierReached)
}

// tierRefund takes back what the refund of e takes from the order's growth, as of the
// time of the order. The visit is gone when all of the order is.
func (w *work) tierRefund(e *Entry, row *orderRow) {
	r := w.r.loyal
	if r == nil || row.Unearned { // nothing of it was counted
		return
	}
	var d TierSums
	for i := range e.Order.Lines {
		l := &e.Order.Lines[i]
		line := row.OrderRecord.Lines[l.Line]
		for _, before := range e.Order.Lines[:i] {
			if before.Line == l.Line {
				line.ReturnedAmount += before.Amount
				line.ReturnedQuantity += before.Quantity
			}
		}
		d[tierSpend] -= line.left(0, 0) - line.left(l.Amount, l.Quantity)
	}
	if len(r.visits) == 0 && row.Kept()+d[tierSpend] == 0 && !row.open(e.Order.Lines) {
		d[tierVisits] = -1
	}
	for _, k := range e.Order.Taken {
		w.tierPoints(&d, k.Kind, -k.Points)
	}
	w.qualify(e, d, cmp.Or(row.Counted, row.At), TierRefunded)
}

// open reports whether something of the order may still come back after more has.
func (row *orderRow) open(more []LineReturn) bool {
	for i := range row.OrderRecord.Lines {
		l := row.OrderRecord.Lines[i]
		for _, m := range more {
			if int(m.Line) == i {
				l.ReturnedAmount += m.Amount
				l.ReturnedQuantity += m.Quantity
			}
		}
		if l.open() {
			return true
		}
	}
	return false
}

// tierAdjust counts points that are given or taken by hand, of kinds that are for tiers.
func (w *work) tierAdjust(e *Entry) {
	if w.r.loyal == nil {
		return
	}
	var d TierSums
	for i := range e.Results {
		w.tierPoints(&d, e.Results[i].Kind, e.Results[i].Points)
	}
	w.qualify(e, d, w.at, TierAdjusted)
}

// tierMerge adds the tier of another account, and notes as of when the growth of its orders
// counts here.
func (w *work) tierMerge(e *Entry, from *MergedState) {
	r := w.r.loyal
	if r == nil || from.Tier.Tier == "" {
		return
	}
	var o tierMove
	o.begin(r, &from.Tier, w.now())
	o.advance(w.now())
	w.move.merge(&o, w.now())
	w.moved = true
	for i := range e.Parcel.Merge.Orders {
		rec := &e.Parcel.Merge.Orders[i]
		earned := cmp.Or(rec.Counted, rec.At)
		if at := w.move.place(&o, earned); !rec.Unearned && at != earned {
			rec.Counted = at
		}
	}
	w.tierWrite(e)
}

// tierWhole returns the whole tier as it is at the command's time.
func (w *work) tierWhole() TierState {
	s := w.a.tierState().clone()
	if w.r.loyal != nil {
		s.apply(w.move.finish())
	}
	return s
}

// tierGrant carries out what SetTier asks.
func (w *work) tierGrant(e *Entry, g *TierGrant) error {
	if w.r.loyal == nil {
		return guanxi.At("/grant/tier", ErrTierUnknown)
	}
	if err := w.move.grant(g, w.now()); err != nil {
		return err
	}
	w.moved = true
	w.tierWrite(e)
	return nil
}

// tierSweep writes what time has done to the tier, where it may have changed it.
func (w *work) tierSweep() error {
	if w.r.loyal != nil && w.a.tierDue() <= w.now() {
		w.tierWrite(w.entry(OpTier, w.at))
	}
	return nil
}

// tierDue returns when time may next change the tier: not after that.
func (a *Account) tierDue() Instant {
	if a.Status == Closed {
		return Never
	}
	return none(a.tierState().Due)
}
