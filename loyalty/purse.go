package loyalty

import (
	"cmp"
	"slices"
)

// purse is what an account has of one kind. Lots of which something remains stand in
// a bucket for each burn key, in the order in which they were opened.
type purse struct {
	kind    Kind
	books   [books]Points // sums of all postings
	keys    ordered       // of buckets that hold something
	buckets []bucket
	spare   []int32 // buckets not in use
	// pending are totals of lots that are not available at Account.Last, by
	// activation. Sorted.
	pending []pendingTotal
	windows []Instant // ends of the activity windows 1, 2, …
	cover   cover
}

// bucket is the lots of one burn key.
type bucket struct {
	key        BurnKey
	total      Points // remaining, of lots that are not loaded too
	head, tail int32  // slots of lots; −1 is none
}

// node is a lot with its neighbours in its bucket.
type node struct {
	prev, next int32
	bucket     int32 // −1: in none
	purse      int32
	Lot
	waits bool // in Account.waiting
}

// pendingTotal is what remains of lots that become available at once and expire at
// once.
type pendingTotal struct {
	activate Instant
	key      BurnKey // Expire is 0 of a window's
	points   Points
}

func (p *pendingTotal) compare(q *pendingTotal) int {
	if c := cmp.Compare(p.activate, q.activate); c != 0 {
		return c
	}
	return p.key.compare(q.key)
}

// purse returns that of a kind, or nil. There are a handful.
func (a *Account) purse(k Kind) *purse {
	for i := range a.purses {
		if a.purses[i].kind == k {
			return &a.purses[i]
		}
	}
	return nil
}

// purseAt returns the index of that of a kind, which is made if it is new.
func (a *Account) purseAt(k Kind) int {
	for i := range a.purses {
		if a.purses[i].kind == k {
			return i
		}
	}
	n := len(a.purses)
	if n < cap(a.purses) { // with the memory that an earlier one has left
		a.purses = a.purses[:n+1]
		a.purses[n].reset()
		a.purses[n].kind = k
	} else {
		a.purses = append(a.purses, purse{kind: k})
	}
	return n
}

// reset empties p and keeps its memory.
func (p *purse) reset() {
	p.keys.reset()
	*p = purse{keys: p.keys, buckets: p.buckets[:0], spare: p.spare[:0], pending: p.pending[:0], windows: p.windows[:0]}
}

// burnKey returns the key of a lot as it is now.
func (p *purse) burnKey(l *Lot) BurnKey {
	k := BurnKey{l.Priority, l.Expire, l.Window}
	if l.Window != 0 {
		k.Expire = p.windowEnd(l.Window)
	}
	return k
}

// bucketOf returns the bucket of a key, which is made if it is new.
func (p *purse) bucketOf(k BurnKey) int32 {
	if b, ok := p.keys.lookup(k); ok {
		return b
	}
	var b int32
	if n := len(p.spare); n > 0 {
		b = p.spare[n-1]
		p.spare = p.spare[:n-1]
	} else {
		b = int32(len(p.buckets))
		p.buckets = append(p.buckets, bucket{})
	}
	p.buckets[b] = bucket{key: k, head: -1, tail: -1}
	p.keys.insert(keyed{k, b})
	return b
}

// link puts a lot of which something remains into the bucket of its key. A new lot is
// the last one; others are sought from the front, where they were taken from.
func (a *Account) link(slot int32, n *node) {
	p := &a.purses[n.purse]
	n.bucket = p.bucketOf(p.burnKey(&n.Lot))
	b := &p.buckets[n.bucket]
	after, before := b.tail, int32(-1) // its neighbours
	if after > slot {
		for after, before = -1, b.head; before >= 0 && before < slot; {
			after, before = before, a.lots.at(int(before)).next
		}
	}
	n.prev, n.next = after, before
	if after < 0 {
		b.head = slot
	} else {
		a.lots.at(int(after)).next = slot
	}
	if before < 0 {
		b.tail = slot
	} else {
		a.lots.at(int(before)).prev = slot
	}
}

// unlink takes a lot out of its bucket. The bucket's total is for the caller.
func (a *Account) unlink(n *node) {
	b := &a.purses[n.purse].buckets[n.bucket]
	if n.prev < 0 {
		b.head = n.next
	} else {
		a.lots.at(int(n.prev)).next = n.next
	}
	if n.next < 0 {
		b.tail = n.prev
	} else {
		a.lots.at(int(n.next)).prev = n.prev
	}
	n.bucket, n.prev, n.next = -1, -1, -1
}

// drop gives up a bucket that holds nothing.
func (p *purse) drop(b int32) {
	if p.buckets[b].total == 0 {
		p.keys.remove(p.buckets[b].key)
		p.spare = append(p.spare, b)
	}
}

// addRemaining changes what remains of a lot, with all totals. The lot has so much.
func (a *Account) addRemaining(slot int, n *node, points Points) {
	if points == 0 {
		return
	}
	p := &a.purses[n.purse]
	n.Remaining += points
	if n.bucket < 0 {
		a.link(int32(slot), n)
	}
	b := n.bucket
	p.buckets[b].total += points
	if n.Remaining == 0 {
		a.unlink(n)
		p.drop(b)
	}
	if n.Activate > a.Last {
		p.addPending(&n.Lot, points)
	}
	if !n.Posted && !n.waits && n.Remaining > 0 {
		n.waits = true
		a.waiting.push(waiting{n.Activate, n.ID})
	}
}

// addPending changes the total of lots that become available with l.
func (p *purse) addPending(l *Lot, points Points) {
	t := pendingTotal{l.Activate, BurnKey{l.Priority, l.Expire, l.Window}, points}
	if l.Window != 0 {
		t.key.Expire = 0
	}
	i := len(p.pending)
	if i > 0 && p.pending[i-1].compare(&t) >= 0 {
		i, _ = slices.BinarySearchFunc(p.pending, &t, func(q pendingTotal, t *pendingTotal) int { return q.compare(t) })
	}
	if i < len(p.pending) && p.pending[i].compare(&t) == 0 {
		if p.pending[i].points += points; p.pending[i].points == 0 {
			p.pending = slices.Delete(p.pending, i, i+1)
		}
		return
	}
	p.pending = slices.Insert(p.pending, i, t)
}

// advance notes that time has come to t: what is available by then is pending no more.
func (a *Account) advance(t Instant) {
	if t <= a.Last {
		return
	}
	a.Last = t
	for i := range a.purses {
		p := &a.purses[i]
		n := 0
		for n < len(p.pending) && p.pending[n].activate <= t {
			n++
		}
		if n > 0 && n == len(p.pending) {
			p.pending = p.pending[:0]
		} else {
			p.pending = p.pending[n:]
		}
	}
}

// pendingEnd returns when the lots of a total expire.
func (p *purse) pendingEnd(t *pendingTotal) Instant {
	if t.key.Window != 0 {
		return p.windowEnd(t.key.Window)
	}
	return t.key.Expire
}

// available returns what of the kind can be spent at t, which is not before
// Account.Last, but for holds that have run out. Cost: O(keys).
func (p *purse) available(t Instant) Points {
	sum := Points(0)
	for c := p.keys.first(); c.ok(); c = p.keys.next(c) {
		if it := p.keys.get(c); it.key.Expire > t {
			sum += p.buckets[it.bucket].total
		}
	}
	return sum - p.notYet(t)
}

// notYet returns what becomes available after t.
func (p *purse) notYet(t Instant) Points {
	sum := Points(0)
	for i := len(p.pending) - 1; i >= 0 && p.pending[i].activate > t; i-- {
		if p.pendingEnd(&p.pending[i]) > t {
			sum += p.pending[i].points
		}
	}
	return sum
}
