package loyalty

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// The first byte of an encoded account says what it is.
const (
	headerEncoding  = 1
	accountEncoding = 2
)

// AppendHeader appends what is always loaded of an account: all but lots, orders,
// receipts, redemptions and ended holds. NewPart reads it.
func (a *Account) AppendHeader(b []byte) []byte { return a.appendHeader(append(b, headerEncoding)) }

func (a *Account) appendHeader(b []byte) []byte {
	b = appendInt(appendText(b, a.ID), a.Seq)
	b = append(b, a.Head[:]...)
	b = appendInt(appendInt(appendInt(b, a.Recorded), a.Last), a.Program)
	b = appendInt(appendText(appendWord(b, a.Status, statusWords), a.MergedTo), a.opened)
	b = appendInt(appendInt(b, a.earned), a.returnable)
	b = appendLen(b, len(a.purses))
	for i := range a.purses {
		p := &a.purses[i]
		b = appendText(b, p.kind)
		for _, v := range p.books[1:] {
			b = appendInt(b, v)
		}
		b = appendLen(b, p.keys.n)
		for c := p.keys.first(); c.ok(); c = p.keys.next(c) {
			it := p.keys.get(c)
			b = appendInt(it.key.append(b), p.buckets[it.bucket].total)
		}
		b = appendLen(b, len(p.pending))
		for j := range p.pending {
			t := &p.pending[j]
			b = appendInt(t.key.append(appendInt(b, t.activate)), t.points)
		}
		b = appendLen(b, len(p.windows))
		for _, w := range p.windows {
			b = appendInt(b, w)
		}
	}
	b = appendLen(b, len(a.holds))
	for i := range a.holds {
		b = a.holds[i].append(b)
	}
	b = appendCounters(b, a.counters.all)
	b = appendInt(b, a.counters.forget)
	b = appendInt(b, a.Due())
	return a.tierState().append(b)
}

func (k BurnKey) append(b []byte) []byte {
	return appendInt(appendInt(appendInt(b, k.Priority), k.Expire), k.Window)
}

func (r *reader) burnKey() BurnKey { return BurnKey{r.int32(), r.instant(), r.int()} }

// AppendBinary appends the encoding of an account with all of it that is loaded: of a
// complete account a checkpoint, from which Replay goes on. Accounts with the same
// state have the same encoding.
func (a *Account) AppendBinary(b []byte) ([]byte, error) {
	b = a.appendHeader(append(b, accountEncoding))
	b = appendLen(b, a.lots.n)
	for i := range a.lots.n {
		b = a.lots.at(i).append(b)
	}
	b = appendLen(b, a.orders.len())
	for _, i := range a.orders.sorted() {
		row := a.orders.rows.at(i)
		b = appendBool(appendText(b, a.orders.rows.name(i)), row.missing)
		if !row.missing {
			b = row.OrderRecord.append(b)
			b = appendLen(b, len(row.lots))
			for _, id := range row.lots {
				b = appendInt(b, id)
			}
		}
	}
	b = appendLen(b, a.keys.len())
	for _, i := range a.keys.sorted() {
		b = a.appendKey(b, a.keys.rows.name(i), a.keys.rows.at(i))
	}
	b = appendLen(b, len(a.ended))
	for _, id := range slices.Sorted(maps.Keys(a.ended)) {
		b = appendWord(appendText(b, id), a.ended[id], holdWords)
	}
	if b = appendBool(b, a.part != nil); a.part != nil {
		b = appendInt(appendBool(b, a.part.orders), a.part.due)
		for i := range a.purses {
			c := &a.purses[i].cover
			b = appendInt(appendBool(b, c.All), c.At)
			b = appendInt(c.Key.append(b), c.Upto)
		}
	}
	return b, nil
}

// MarshalBinary is AppendBinary to nothing.
func (a *Account) MarshalBinary() ([]byte, error) { return a.AppendBinary(nil) }

// sorted returns the ordinals by text.
func (x *index[T]) sorted() []int {
	out := make([]int, x.len())
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(i, j int) int { return cmp.Compare(x.rows.name(i), x.rows.name(j)) })
	return out
}

func (a *Account) appendKey(b []byte, k string, row *keyRow) []byte {
	b = appendBool(appendText(b, k), row.missing)
	b = append(b, row.intent[:]...)
	b = appendWord(appendInt(appendInt(b, row.seq), row.recorded), row.op, opWords)
	b = appendResults(b, row.results)
	if b = appendBool(b, row.red >= 0); row.red < 0 {
		return b
	}
	red := a.redeemed.at(int(row.red))
	r := Redemption{red.key, red.ref, red.uses, red.left, red.split, red.counters, red.shared}
	return r.append(b)
}

// append writes all but the key.
func (r *Redemption) append(b []byte) []byte {
	b = appendUses(appendText(b, r.Ref), r.Uses)
	for _, left := range r.Left {
		b = appendInt(b, left)
	}
	b = r.Split.append(b)
	return appendShared(appendCounters(b, r.Counters), r.Shared)
}

// read reads what append wrote.
func (r *Redemption) read(in *reader) {
	r.Ref, r.Uses = in.text(), in.uses()
	for range r.Uses {
		r.Left = append(r.Left, in.points())
	}
	r.Split = in.split()
	r.Counters, r.Shared = in.counters(), in.shared()
}

func (a *Account) readHeader(data []byte) error {
	r := &reader{b: data}
	var v Account
	if x := r.byte(); x != headerEncoding {
		r.fail("not a header")
	}
	due := v.readAll(r)
	v.part = &part{due: due}
	if r.err == nil && v.Due() != due {
		r.fail("due at %d", due)
	}
	if err := r.end(); err != nil {
		return err
	}
	*a = v
	return nil
}

// readAll reads what appendHeader wrote.
func (a *Account) readAll(r *reader) (due Instant) {
	a.ID, a.Seq, a.Head = AccountID(r.text()), r.int(), r.hash()
	a.Recorded, a.Last, a.Program = r.instant(), r.instant(), r.int()
	a.Status, a.MergedTo, a.opened = word(r, statusWords), AccountID(r.text()), LotID(r.int())
	a.earned, a.returnable = r.int(), r.int()
	a.purses = list(r, func(p *purse) { p.read(r) })
	for i := range a.purses {
		for j := range i {
			if a.purses[i].kind == a.purses[j].kind {
				r.fail("kind %q again", a.purses[i].kind)
			}
		}
	}
	a.holds = list(r, func(h *Hold) { h.read(r) })
	a.counters.all = r.counters()
	a.counters.forget = r.instant()
	for i := 1; i < len(a.counters.all); i++ {
		if a.counters.all[i-1].compare(&a.counters.all[i]) >= 0 {
			r.fail("counters out of order")
		}
	}
	due = r.instant()
	a.ownTier().read(r)
	return due
}

func (p *purse) read(r *reader) {
	p.kind = r.kind()
	for i := range p.books[1:] {
		p.books[1+i] = r.points()
	}
	last := BurnKey{math.MinInt32, math.MinInt64, math.MinInt64}
	for range r.len() {
		k, total := r.burnKey(), r.points()
		if r.err != nil {
			return
		}
		if !last.less(k) || total <= 0 {
			r.fail("totals out of order")
			return
		}
		last = k
		b := p.bucketOf(k)
		p.buckets[b].total = total
	}
	p.pending = list(r, func(t *pendingTotal) { t.activate, t.key, t.points = r.instant(), r.burnKey(), r.points() })
	for i := 1; i < len(p.pending); i++ {
		if p.pending[i-1].compare(&p.pending[i]) >= 0 {
			r.fail("pending totals out of order")
		}
	}
	p.windows = list(r, func(w *Instant) { *w = r.instant() })
}

// UnmarshalBinary reads what AppendBinary wrote; other bytes are ErrFormat, and a is
// unchanged.
func (a *Account) UnmarshalBinary(data []byte) error {
	r := &reader{b: data}
	var v Account
	if x := r.byte(); x != accountEncoding {
		r.fail("not an account")
	}
	v.readAll(r)
	for _, l := range list(r, func(l *Lot) { l.read(r) }) {
		p := v.purse(l.Kind)
		if p == nil || l.Window < 0 || l.Window > int64(len(p.windows)) || v.loadLot(&l) != nil || v.lots.n > 1 && v.lots.at(v.lots.n-2).ID >= l.ID {
			r.fail("lot %d", l.ID)
		}
	}
	v.readRows(r)
	if err := r.end(); err != nil {
		return err
	}
	// What was read is only taken if it would be written so.
	if again, err := v.AppendBinary(nil); err != nil || string(again) != string(data) {
		r.fail("not as it would be written")
		return r.err
	}
	*a = v
	return nil
}

func (a *Account) readRows(r *reader) {
	for range r.len() {
		if r.err != nil {
			return
		}
		id, missing := r.text(), r.bool()
		var rec *OrderRecord
		var lots []LotID
		if !missing {
			rec = new(OrderRecord)
			rec.read(r)
			lots = list(r, func(id *LotID) { *id = LotID(r.int()) })
		}
		a.AddOrder(id, rec, lots)
	}
	for range r.len() {
		if r.err != nil {
			return
		}
		a.readKey(r)
	}
	for range r.len() {
		if r.err != nil {
			return
		}
		id := r.text()
		a.AddEnded(id, word(r, holdWords))
	}
	if r.bool() {
		a.part = &part{orders: r.bool(), due: r.instant()}
		for i := range a.purses {
			a.purses[i].cover = Cover{All: r.bool(), At: r.instant(), Key: r.burnKey(), Upto: LotID(r.int())}
		}
	}
}

func (a *Account) readKey(r *reader) {
	k, missing := r.text(), r.bool()
	row := keyRow{missing: missing, intent: r.hash(), seq: r.int(), recorded: r.instant(), op: word(r, opWords), red: -1}
	row.results = r.results()
	if r.bool() {
		var red Redemption
		red.read(r)
		row.red = int32(a.redeemed.n)
		*a.addRedemption() = redemption{Key(k), red.Ref, red.Uses, red.Left, red.Split, red.Counters, red.Shared}
	}
	to, _ := a.addKey(Key(k))
	*to = row
}
