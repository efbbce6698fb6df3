package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// DefaultSweep is how many lots a Sweep writes about that names no number.
const DefaultSweep = 1000

// dueItem is something that time has done and no entry says yet.
type dueItem struct {
	at   Instant
	op   Op // activations before ends of holds before expiries
	rank int8
	lot  LotID
	hold string
	nth  int // in which it was placed
}

func (c *Sweep) need(_ *rules, n *Need) { n.All = true }

// decide writes what time has done until the command's time, each entry with the
// instant at which it happened.
func (c *Sweep) decide(w *work) error {
	if c.Max < 0 {
		return guanxi.At("/max", ErrAmount)
	}
	if err := w.needAll(); err != nil {
		return err
	}
	limit := cmp.Or(c.Max, DefaultSweep)
	for again := true; again && limit > 0; {
		again = false
		w.collect(w.at)
		for i := 0; i < len(w.due) && limit > 0 && !again; {
			j := i + 1
			for j < len(w.due) && w.due[j].at == w.due[i].at && w.due[j].op == w.due[i].op && w.due[i].hold == "" && j-i < limit {
				j++
			}
			again = w.due[i].hold != "" // its points may fall due in turn
			if err := w.post(w.due[i:j]); err != nil {
				return err
			}
			limit -= j - i
			i = j
		}
	}
	if limit > 0 {
		return w.tierSweep()
	}
	return nil
}

// collect fills w.due, in the order of time.
func (w *work) collect(at Instant) {
	a := w.a
	w.due = w.due[:0]
	a.waiting.due(at, func(x waiting) {
		if n := a.lot(x.lot); n != nil && !n.Posted && n.Remaining > 0 && n.Activate == x.activate && n.Activate < a.Expiry(&n.Lot) {
			w.due = append(w.due, dueItem{at: n.Activate, op: OpActivate, lot: n.ID})
		}
	})
	for i := range a.holds {
		if h := &a.holds[i]; h.Until <= at {
			w.due = append(w.due, dueItem{at: h.Until, op: OpRunOut, rank: 1, hold: h.ID, nth: i})
		}
	}
	for i := range a.purses {
		p := &a.purses[i]
		for c := p.keys.first(); c.ok(); {
			it := p.keys.get(c)
			if it.key.Expire > at { // on to the next priority
				if it.key.Priority == 1<<31-1 {
					break
				}
				c = p.keys.seek(BurnKey{it.key.Priority + 1, -1 << 63, 0})
				continue
			}
			for slot := p.buckets[it.bucket].head; slot >= 0; {
				n := a.lots.at(int(slot))
				w.due = append(w.due, dueItem{at: it.key.Expire, op: OpExpire, rank: 2, lot: n.ID})
				slot = n.next
			}
			c = p.keys.next(c)
		}
	}
	slices.SortFunc(w.due, func(x, y dueItem) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.rank, y.rank), cmp.Compare(x.nth, y.nth), cmp.Compare(x.lot, y.lot))
	})
}

// post writes items of one kind and instant. Those before them are staged where they
// may have changed what these are about.
func (w *work) post(items []dueItem) error {
	if items[0].op == OpRunOut {
		if err := w.stage(); err != nil {
			return err
		}
		h := w.a.openHold(items[0].hold)
		until := h.Until
		w.runOut(h)
		if err := w.stage(); err != nil {
			return err
		}
		return w.repay(until)
	}
	if w.staged > 0 {
		if err := w.stage(); err != nil {
			return err
		}
	}
	op := items[0].op
	e := w.entry(op, items[0].at)
	for _, it := range items {
		n := w.a.lot(it.lot)
		switch {
		case n.Remaining == 0: // it has paid a debt
		case op == OpActivate && !n.Posted:
			e.use(&n.Lot, Pending, Available, n.Remaining)
		case op == OpExpire:
			from := n.book()
			if n.Activate < it.at { // posted before, in this decision
				from = Available
			}
			e.use(&n.Lot, from, Expired, n.Remaining)
			e.result(n.Kind).Points -= n.Remaining
		}
	}
	if len(e.Uses) == 0 {
		w.d.Entries = w.d.Entries[:len(w.d.Entries)-1]
		w.seq--
		w.recorded--
	}
	return nil
}
