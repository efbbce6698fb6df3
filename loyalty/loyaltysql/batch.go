package loyaltysql

import (
	"database/sql/driver"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// batch is the rows of commits, by table. Its memory is used again.
type batch struct {
	program []byte
	dialect Dialect
	puts    [tableCount]rows // inserted, or changed if they are there
	gone    [tableCount]rows // deleted, by their keys
	fresh   rows             // accounts that were never written
	moved   rows             // accounts that were: expected seq and head before the columns
	arena   []byte
	args    []driver.Value
	ids     []string
	opened  []loyalty.LotID
	writes  loyalty.Touched
}

// rows are rows of a table, one after the other.
type rows struct {
	vals []driver.Value
	n    int
}

func (r *rows) add(vals ...driver.Value) {
	r.vals = append(r.vals, vals...)
	r.n++
}

func (r *rows) reset() {
	clear(r.vals)
	r.vals, r.n = r.vals[:0], 0
}

func (b *batch) reset() {
	for i := range b.puts {
		b.puts[i].reset()
		b.gone[i].reset()
	}
	b.fresh.reset()
	b.moved.reset()
	clear(b.args)
	if cap(b.arena) > 1<<20 {
		b.arena = nil
	}
	b.arena = b.arena[:0]
}

// keep returns what was appended to the arena since from.
func (b *batch) keep(from int) []byte { return b.arena[from:len(b.arena):len(b.arena)] }

// add adds the rows that a commit of an account writes. It has entries.
func (b *batch) add(c *loyalty.Commit) error {
	a, err := c.State()
	if err != nil {
		return err
	}
	account := blob(c.Account)
	from := len(b.arena)
	b.arena = a.AppendHeader(b.arena)
	header := b.keep(from)
	head := a.Head[:]
	if c.Expected == 0 {
		b.fresh.add(b.program, account, bucketOf(c.Account), a.Seq, head, int64(a.Recorded), int64(a.Due()), header)
	} else {
		b.moved.add(b.program, account, c.Expected, c.Entries[0].Prev[:], a.Seq, head, int64(a.Recorded), int64(a.Due()), header)
	}
	for i := range c.Entries {
		if err := b.entry(account, &c.Entries[i]); err != nil {
			return err
		}
	}
	b.lots(account, a, c)
	b.records(account, a, c)
	return nil
}

// entry adds an entry with its receipt, its event and its uses.
func (b *batch) entry(account []byte, e *loyalty.Entry) (err error) {
	from := len(b.arena)
	if b.arena, err = e.AppendBinary(b.arena); err != nil {
		return err
	}
	data := b.keep(from)
	b.puts[tEntries].add(b.program, account, e.Seq, int64(e.Recorded), int64(e.Effective), blob(e.Op), data)
	b.puts[tOutbox].add(b.program, bucketOf(e.Account), int64(e.Recorded), account, e.Seq)
	if e.Key != "" {
		r := e.Receipt()
		from = len(b.arena)
		if b.arena, err = r.AppendBinary(b.arena); err != nil {
			return err
		}
		b.puts[tReceipts].add(b.program, blob(e.Key), account, e.Seq, b.keep(from))
	}
	for i := range e.Uses {
		u := &e.Uses[i]
		b.puts[tUses].add(b.program, account, e.Seq, int64(i), int64(u.Lot), int64(u.Ordinal), int64(u.From), int64(u.To), int64(u.Points))
	}
	return nil
}

// open reports whether a book is one of an open lot.
func open(b loyalty.Book) bool {
	return b == loyalty.Available || b == loyalty.Pending || b == loyalty.Held
}

// lots adds the lots that were opened or changed.
func (b *batch) lots(account []byte, a *loyalty.Account, c *loyalty.Commit) {
	t := &b.writes
	t.Lots = t.Lots[:0]
	var back, moved []loyalty.LotID // that may have been finished, and whose expiry has changed
	b.opened = b.opened[:0]
	for i := range c.Entries {
		e := &c.Entries[i]
		for j := range e.Opened {
			t.Lots = append(t.Lots, e.Opened[j].ID)
			b.opened = append(b.opened, e.Opened[j].ID)
		}
		for j := range e.Uses {
			u := &e.Uses[j]
			t.Lots = append(t.Lots, u.Lot)
			if open(u.To) && !open(u.From) {
				back = append(back, u.Lot)
			}
		}
		for j := range e.Extended {
			t.Lots = append(t.Lots, e.Extended[j].Lot)
			moved = append(moved, e.Extended[j].Lot)
		}
	}
	slices.Sort(t.Lots)
	slices.Sort(b.opened)
	for _, id := range slices.Compact(t.Lots) {
		_, fresh := slices.BinarySearch(b.opened, id)
		l, ok := a.Lot(id)
		if !ok {
			continue // of a forged entry; its state says so
		}
		from := len(b.arena)
		b.arena, _ = l.AppendBinary(b.arena)
		data := b.keep(from)
		if l.Remaining <= 0 && l.Held <= 0 {
			b.puts[tDone].add(b.program, account, int64(id), data)
			if !fresh {
				b.gone[tOpen].add(b.program, account, int64(id))
			}
			continue
		}
		expire := int64(l.Expire)
		if l.Window != 0 {
			expire = 0
		}
		to := &b.puts[tOpen]
		if fresh {
			to = &b.puts[tOpened]
		}
		to.add(b.program, account, int64(id), blob(l.Kind), l.Window, int64(l.Priority), expire, int64(l.Activate), int64(l.Remaining), data)
		if fresh {
			continue // it stands nowhere else
		}
		if slices.Contains(back, id) {
			b.gone[tDone].add(b.program, account, int64(id))
		}
		if slices.Contains(moved, id) && b.dialect == SQLite { // else it is changed in its place
			b.gone[tOpen].add(b.program, account, int64(id))
		}
	}
}

// records adds the orders, redemptions, holds and windows that were changed.
func (b *batch) records(account []byte, a *loyalty.Account, c *loyalty.Commit) {
	t := &b.writes
	*t = loyalty.Touched{Lots: t.Lots, Orders: t.Orders[:0], Redemptions: t.Redemptions[:0], Ended: t.Ended[:0]}
	for i := range c.Entries {
		t.Touch(&c.Entries[i])
	}
	slices.Sort(t.Orders)
	for _, id := range slices.Compact(t.Orders) {
		from, ok := len(b.arena), false
		if b.arena, ok = a.AppendOrder(b.arena, id); ok {
			b.puts[tOrders].add(b.program, account, blob(id), b.keep(from))
		}
	}
	slices.Sort(t.Redemptions)
	for _, k := range slices.Compact(t.Redemptions) {
		from, ok := len(b.arena), false
		if b.arena, ok = a.AppendRedemption(b.arena, k); ok {
			b.puts[tRedemptions].add(b.program, account, blob(k), b.keep(from))
		}
	}
	b.ids = b.ids[:0]
	for i := len(c.Entries) - 1; i >= 0; i-- { // the last of each
		e := &c.Entries[i]
		if h := e.Hold; h != nil && !slices.Contains(b.ids, h.ID) {
			b.ids = append(b.ids, h.ID)
			b.puts[tHolds].add(b.program, account, blob(h.ID), blob(h.State), int64(h.Until), int64(h.Points))
		}
	}
	first := b.puts[tWindows].n
	for i := len(c.Entries) - 1; i >= 0; i-- {
		for j := range slices.Backward(c.Entries[i].Windows) {
			w := &c.Entries[i].Windows[j]
			if !b.hasWindow(first, w) {
				b.puts[tWindows].add(b.program, account, blob(w.Kind), w.ID, int64(w.Expire))
			}
		}
	}
}

// hasWindow reports whether a window is among the rows from first on.
func (b *batch) hasWindow(first int, w *loyalty.Window) bool {
	const columns = 5
	vals := b.puts[tWindows].vals[first*columns:]
	for i := 0; i < len(vals); i += columns {
		if string(octets(vals[i+2])) == string(w.Kind) && vals[i+3] == w.ID {
			return true
		}
	}
	return false
}
