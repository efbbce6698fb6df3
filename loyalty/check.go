package loyalty

import (
	"errors"
	"fmt"
)

// Check asks whether the state of an account is one that a journal can have made, for a
// job that looks over stored accounts: lots whose parts do not sum, totals and books that
// say something else than the lots, holds that do not add up, points to be spent beside
// debt. All that is wrong is returned, each an ErrInvariant. Of an account that is loaded
// in part, what needs the rest is not asked. It takes no part in deciding.
func (a *Account) Check() error {
	c := &auditor{a: a}
	c.lots()
	c.purses()
	c.holds()
	if a.part == nil {
		c.redeemed()
		c.debt()
	}
	return errors.Join(c.errs...)
}

type auditor struct {
	a    *Account
	errs []error
}

func (c *auditor) fail(ok bool, format string, args ...any) {
	if !ok && len(c.errs) < 20 {
		c.errs = append(c.errs, fmt.Errorf("%w: account %q after entry %d: "+format, append([]any{ErrInvariant, c.a.ID, c.a.Seq}, args...)...))
	}
}

func (c *auditor) lots() {
	a := c.a
	for i := range a.lots.n {
		n := a.lots.at(i)
		l := &n.Lot
		sum, negative := Points(0), false
		for _, p := range [...]Points{l.Remaining, l.Held, l.Redeemed, l.Expired, l.TakenBack, l.Donated, l.Transferred, l.Adjusted} {
			sum += p
			negative = negative || p < 0
		}
		c.fail(!negative && sum == l.Points && l.Points > 0, "the parts of lot %d: %+v", l.ID, *l)
		c.fail(l.ID <= a.opened && (i == 0 || a.lots.at(i-1).ID < l.ID), "lot %d out of order", l.ID)
		c.fail(a.part != nil || l.ID == LotID(i+1), "lot %d at place %d", l.ID, i)
		c.fail((n.bucket >= 0) == (l.Remaining > 0), "lot %d and its bucket", l.ID)
		c.fail(l.Posted || l.Remaining == 0 || n.waits, "nothing waits for lot %d", l.ID)
	}
	c.fail(a.part != nil || a.opened == LotID(a.lots.n), "%d lots of %d", a.lots.n, a.opened)
}

func (c *auditor) purses() {
	for i := range c.a.purses {
		p := &c.a.purses[i]
		sum := Points(0)
		for _, v := range p.books {
			sum += v
		}
		c.fail(sum == 0, "the books of %q sum to %d", p.kind, sum)
		c.fail(p.books[Debt] <= 0, "debt of %q is %d", p.kind, p.books[Debt])
		total := Points(0)
		var last *BurnKey
		for k := p.keys.first(); k.ok(); k = p.keys.next(k) {
			it := p.keys.get(k)
			b := &p.buckets[it.bucket]
			c.fail(b.key == it.key && b.total > 0 && (last == nil || last.less(it.key)), "a bucket of %q: %+v", p.kind, *b)
			c.bucket(p, b)
			last, total = &it.key, total+b.total
		}
		c.fail(total == p.books[Pending]+p.books[Available], "totals of %q are %d, books %d and %d", p.kind, total, p.books[Pending], p.books[Available])
		if c.a.part == nil {
			c.books(p)
		}
	}
}

// bucket looks at the lots of a bucket.
func (c *auditor) bucket(p *purse, b *bucket) {
	sum, prev := Points(0), int32(-1)
	for slot := b.head; slot >= 0; {
		n := c.a.lots.at(int(slot))
		c.fail(n.prev == prev && slot > prev && p.burnKey(&n.Lot) == b.key && n.Kind == p.kind, "lot %d in its bucket", n.ID)
		sum += n.Remaining
		prev, slot = slot, n.next
	}
	c.fail(b.tail == prev, "the end of a bucket of %q", p.kind)
	c.fail(sum == b.total || c.a.part != nil && sum < b.total, "lots of %q that expire at %d hold %d of %d", p.kind, b.key.Expire, sum, b.total)
}

// books compares the books of a kind with its lots.
func (c *auditor) books(p *purse) {
	var sum [books]Points
	pending := map[pendingTotal]Points{}
	for i := range c.a.lots.n {
		l := &c.a.lots.at(i).Lot
		if l.Kind != p.kind {
			continue
		}
		sum[l.book()] += l.Remaining
		sum[Held] += l.Held
		sum[Redeemed] += l.Redeemed
		sum[Expired] += l.Expired
		sum[Donated] += l.Donated
		if l.Activate > c.a.Last && l.Remaining > 0 {
			t := pendingTotal{activate: l.Activate, key: BurnKey{l.Priority, l.Expire, l.Window}}
			if l.Window != 0 {
				t.key.Expire = 0
			}
			pending[t] += l.Remaining
		}
	}
	for _, b := range [...]Book{Pending, Available, Held, Redeemed, Expired, Donated} {
		c.fail(sum[b] == p.books[b], "%s of %q: lots %d, books %d", b, p.kind, sum[b], p.books[b])
	}
	c.fail(len(pending) == len(p.pending), "%d pending totals of %q for %d", len(p.pending), p.kind, len(pending))
	for i := range p.pending {
		t := p.pending[i]
		points := t.points
		t.points = 0
		c.fail(pending[t] == points, "pending total of %q for %d", p.kind, t.activate)
	}
}

func (c *auditor) holds() {
	held := map[Kind]Points{}
	for i := range c.a.holds {
		h := &c.a.holds[i]
		c.fail(h.State == HoldOpen && h.Captured >= 0 && h.Released >= 0 && h.held() > 0 && h.held()+h.Captured+h.Released == h.Points, "hold %q: %+v", h.ID, *h)
		for j := range h.Uses {
			l := c.a.lot(h.Uses[j].Lot)
			if c.fail(l != nil, "lot of hold %q", h.ID); l == nil {
				continue
			}
			held[l.Kind] += h.Uses[j].Points
		}
	}
	for i := range c.a.purses {
		p := &c.a.purses[i]
		c.fail(held[p.kind] == p.books[Held], "holds of %q: %d, books %d", p.kind, held[p.kind], p.books[Held])
	}
}

// redeemed compares what was redeemed, and has not come back, with the lots.
func (c *auditor) redeemed() {
	type part struct {
		lot  LotID
		book Book
	}
	sum, returnable := map[part]Points{}, int64(0)
	for i := range c.a.redeemed.n {
		red := c.a.redeemed.at(i)
		if red.rest() > 0 {
			returnable++
		}
		for j := range red.uses {
			u := &red.uses[j]
			c.fail(red.left[j] >= 0 && red.left[j] <= u.Points, "redemption %q", red.key)
			sum[part{u.Lot, u.To}] += red.left[j]
		}
	}
	c.fail(returnable == c.a.returnable, "%d redemptions may come back, it says %d", returnable, c.a.returnable)
	for i := range c.a.lots.n {
		l := &c.a.lots.at(i).Lot
		c.fail(sum[part{l.ID, Redeemed}] == l.Redeemed && sum[part{l.ID, Donated}] == l.Donated, "what was redeemed of lot %d", l.ID)
	}
}

// debt asks that nobody owes who has something to spend.
func (c *auditor) debt() {
	for i := range c.a.purses {
		p := &c.a.purses[i]
		c.fail(p.books[Debt] == 0 || p.available(c.a.Last) == 0, "%d to be spent of %q beside debt of %d", p.available(c.a.Last), p.kind, -p.books[Debt])
	}
}
