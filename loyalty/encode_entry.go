package loyalty

import "crypto/sha256"

// entryEncoding is the first byte of an encoded entry.
const entryEncoding = 1

// AppendBinary appends the canonical encoding of e: what is hashed, the note and the
// hash. What was once written is read for ever.
func (e *Entry) AppendBinary(b []byte) ([]byte, error) {
	b = e.appendHashed(b)
	b = appendText(b, e.Note.Reason)
	b = appendText(b, e.Note.Actor)
	return append(b, e.Hash[:]...), nil
}

// MarshalBinary is AppendBinary to nothing.
func (e *Entry) MarshalBinary() ([]byte, error) { return e.AppendBinary(nil) }

// Sum returns the hash that e should have: SHA-256 of its canonical encoding without
// note and hash.
func (e *Entry) Sum() [32]byte { return hashOf(e.appendHashed(nil)) }

func hashOf(b []byte) [32]byte { return sha256.Sum256(b) }

// What an entry has besides what every entry has.
const (
	hasMember = 1 << iota
	hasPeer
	hasStatus
	hasOpened
	hasUses
	hasExtended
	hasWindows
	hasCounters
	hasShared
	hasSplit
	hasOrder
	hasHold
	hasTier
	hasParcel

	hasAny = 1<<iota - 1
)

// parts returns which of them e has.
func (e *Entry) parts() (has uint16) {
	if e.Member != "" {
		has |= hasMember
	}
	if e.Peer != "" {
		has |= hasPeer
	}
	if e.Status != "" {
		has |= hasStatus
	}
	if len(e.Opened) > 0 {
		has |= hasOpened
	}
	if len(e.Uses) > 0 {
		has |= hasUses
	}
	if len(e.Extended) > 0 {
		has |= hasExtended
	}
	if len(e.Windows) > 0 {
		has |= hasWindows
	}
	if len(e.Counters) > 0 {
		has |= hasCounters
	}
	if len(e.Shared) > 0 {
		has |= hasShared
	}
	if e.Split != (Split{}) {
		has |= hasSplit
	}
	if e.Order != nil {
		has |= hasOrder
	}
	if e.Hold != nil {
		has |= hasHold
	}
	if e.Tier != nil {
		has |= hasTier
	}
	if e.Parcel != nil {
		has |= hasParcel
	}
	return has
}

func (e *Entry) appendHashed(b []byte) []byte {
	has := e.parts()
	b = append(b, entryEncoding, byte(has), byte(has>>8))
	b = append(b, e.Prev[:]...)
	b = append(b, e.Intent[:]...)
	b = appendText(b, e.Account)
	b = appendInt(b, e.Seq)
	b = appendWord(b, e.Op, opWords)
	b = appendText(b, e.Key)
	b = appendInt(b, e.Effective)
	b = appendInt(b, e.Recorded)
	b = appendInt(b, e.Program)
	b = appendText(b, e.Ref)
	b = appendResults(b, e.Results)
	b = appendLen(b, len(e.Postings))
	for i := range e.Postings {
		p := &e.Postings[i]
		b = appendInt(append(appendText(b, p.Kind), byte(p.Book)), p.Points)
	}
	if has&hasOpened != 0 {
		b = appendLots(b, e.Opened)
	}
	if has&hasUses != 0 {
		b = appendUses(b, e.Uses)
	}
	if has&hasOrder != 0 {
		b = e.Order.append(b)
	}
	if has&^(hasOpened|hasUses|hasOrder) != 0 {
		b = e.appendRest(b, has)
	}
	return b
}

// appendRest appends what few entries have.
func (e *Entry) appendRest(b []byte, has uint16) []byte {
	if has&hasMember != 0 {
		b = appendText(b, e.Member)
	}
	if has&hasPeer != 0 {
		b = appendText(b, e.Peer)
	}
	if has&hasStatus != 0 {
		b = appendWord(b, e.Status, statusWords)
	}
	if has&hasExtended != 0 {
		b = appendLen(b, len(e.Extended))
		for _, x := range e.Extended {
			b = appendInt(appendInt(b, x.Lot), x.Expire)
		}
	}
	if has&hasWindows != 0 {
		b = appendLen(b, len(e.Windows))
		for _, w := range e.Windows {
			b = appendInt(appendInt(appendText(b, w.Kind), w.ID), w.Expire)
		}
	}
	if has&hasCounters != 0 {
		b = appendCounters(b, e.Counters)
	}
	if has&hasShared != 0 {
		b = appendShared(b, e.Shared)
	}
	if has&hasSplit != 0 {
		b = e.Split.append(b)
	}
	if has&hasHold != 0 {
		b = e.Hold.append(b)
	}
	if has&hasTier != 0 {
		b = e.Tier.append(b)
	}
	if has&hasParcel != 0 {
		b = e.Parcel.append(b)
	}
	return b
}

func appendResults(b []byte, results []Result) []byte {
	b = appendLen(b, len(results))
	for i := range results {
		r := &results[i]
		b = appendTwo(appendInt(appendText(b, r.Kind), r.Points), r.Cut, r.Debt)
	}
	return b
}

func (s Split) append(b []byte) []byte {
	return appendText(appendWord(b, s.Order, splitWords), s.Principal)
}

func appendLots(b []byte, lots []Lot) []byte {
	b = appendLen(b, len(lots))
	for i := range lots {
		b = lots[i].append(b)
	}
	return b
}

// append writes all of a lot.
func (l *Lot) append(b []byte) []byte {
	b = appendInt(b, l.ID)
	b = appendText(b, l.Kind)
	b = appendInt(b, l.Entry)
	b = appendInt(b, l.Points)
	b = appendInt(b, l.Earned)
	b = appendInt(b, l.Activate)
	b = appendInt(b, l.Expire)
	b = appendInt(b, l.Window)
	b = appendInt(b, l.Priority)
	b = appendText(b, l.Order)
	b = appendText(b, l.Source)
	b = appendInt(b, l.Remaining)
	if l.Held|l.Redeemed|l.Expired|l.TakenBack|l.Donated|l.Transferred|l.Adjusted == 0 { // a new one
		b = append(b, 0, 0, 0, 0, 0, 0, 0)
	} else {
		b = appendInt(appendInt(appendInt(appendInt(b, l.Held), l.Redeemed), l.Expired), l.TakenBack)
		b = appendInt(appendInt(appendInt(b, l.Donated), l.Transferred), l.Adjusted)
	}
	return appendBool(b, l.Posted)
}

func appendUses(b []byte, uses []Use) []byte {
	b = appendLen(b, len(uses))
	for i := range uses {
		u := &uses[i]
		b = appendInt(appendInt(b, u.Lot), u.Ordinal)
		b = appendInt(append(b, byte(u.From), byte(u.To)), u.Points)
	}
	return b
}

func appendCounters(b []byte, changes []CounterChange) []byte {
	b = appendLen(b, len(changes))
	for i := range changes {
		c := &changes[i]
		b = appendInt(appendInt(appendInt(appendText(b, c.Name), c.Window), c.End), c.Add)
	}
	return b
}

func appendShared(b []byte, changes []SharedChange) []byte {
	b = appendLen(b, len(changes))
	for i := range changes {
		s := &changes[i]
		b = appendInt(appendInt(appendWord(appendText(b, s.Counter), s.Step, stepWords), s.Amount), s.Limit)
		b = appendInt(appendInt(b, s.Until), s.At)
	}
	return b
}

func appendKinds(b []byte, kinds []KindPoints) []byte {
	b = appendLen(b, len(kinds))
	for _, k := range kinds {
		b = appendInt(appendText(b, k.Kind), k.Points)
	}
	return b
}

func (c *OrderChange) append(b []byte) []byte {
	b = append(appendText(b, c.ID), c.parts())
	if c.Earned != nil {
		b = c.Earned.append(b)
	}
	if c.Paid != nil {
		b = c.Paid.append(b)
	}
	if c.Back != nil {
		b = c.Back.append(b)
	}
	b = appendText(b, c.Refund)
	b = appendLen(b, len(c.Lines))
	for _, l := range c.Lines {
		b = appendInt(appendInt(appendInt(b, l.Line), l.Amount), l.Quantity)
	}
	return appendKinds(appendKinds(b, c.Taken), c.Expired)
}

// What an order change has.
const (
	changeEarned = 1 << iota
	changePaid
	changeBack

	changeAny = 1<<iota - 1
)

func (c *OrderChange) parts() (has byte) {
	if c.Earned != nil {
		has |= changeEarned
	}
	if c.Paid != nil {
		has |= changePaid
	}
	if c.Back != nil {
		has |= changeBack
	}
	return has
}

func (p *OrderPayment) append(b []byte) []byte {
	b = appendInt(appendInt(appendText(b, p.Redemption), p.Amount), p.Money)
	return appendInt(appendInt(appendInt(b, p.Points), p.From), p.Whole)
}

func (k *RefundBack) append(b []byte) []byte {
	b = appendLen(appendInt(appendInt(b, k.Amount), k.Money), len(k.Payments))
	for i := range k.Payments {
		p := &k.Payments[i]
		b = appendInt(appendInt(appendText(appendText(b, p.Redemption), p.Kind), p.Points), p.Lost)
	}
	return b
}

func (h *Hold) append(b []byte) []byte {
	b = appendText(appendText(b, h.ID), h.Key)
	b = appendWord(appendInt(b, h.Until), h.State, holdWords)
	b = appendInt(appendInt(appendInt(b, h.Points), h.Captured), h.Released)
	b = appendUses(b, h.Uses)
	b = appendBool(appendText(b, h.Ref), h.Donation)
	b = appendInt(appendText(b, h.Coupon), h.Coupons)
	b = appendInt(appendInt(appendText(b, h.Order), h.Amount), h.Money)
	b = h.Split.append(b)
	b = appendCounters(appendShared(b, h.Shared), h.Counters)
	b = appendLen(b, len(h.Late))
	for _, l := range h.Late {
		b = appendInt(appendText(b, l.Kind), l.Expire)
	}
	return b
}

func (p *Parcel) append(b []byte) []byte {
	b = appendInt(appendText(appendText(b, p.From), p.To), p.Seq)
	b = appendKinds(appendLots(b, p.Lots), p.Debt)
	if b = appendBool(b, p.Merge != nil); p.Merge != nil {
		b = appendLen(b, len(p.Merge.Orders))
		for i := range p.Merge.Orders {
			b = p.Merge.Orders[i].append(b)
		}
		b = appendLen(b, len(p.Merge.Redemptions))
		for i := range p.Merge.Redemptions {
			r := &p.Merge.Redemptions[i]
			b = r.append(appendText(b, r.Key))
		}
		b = appendInt(appendLots(b, p.Merge.Lots), p.Merge.Earned)
		b = p.Merge.Tier.append(appendCounters(b, p.Merge.Counters))
	}
	return b
}

// What an order has.
const (
	orderUnearned = 1 << iota
	orderCounted

	orderAny = 1<<iota - 1
)

func (r *OrderRecord) append(b []byte) []byte {
	has := byte(0)
	if r.Unearned {
		has |= orderUnearned
	}
	if r.Counted != 0 {
		has |= orderCounted
	}
	b = append(appendBool(appendInt(appendText(b, r.ID), r.At), r.First), has)
	if r.Counted != 0 {
		b = appendInt(b, r.Counted)
	}
	b = appendLen(b, len(r.Payments))
	for i := range r.Payments {
		b = r.Payments[i].append(b)
	}
	b = appendLen(b, len(r.Lines))
	for i := range r.Lines {
		l := &r.Lines[i]
		b = appendInt(appendInt(appendInt(appendText(b, l.ID), l.Amount), l.Base), l.Quantity)
		b = appendTwo(b, l.ReturnedAmount, l.ReturnedQuantity)
	}
	b = appendLen(b, len(r.Terms))
	for i := range r.Terms {
		t := &r.Terms[i]
		b = appendInt(appendInt(appendText(appendWord(b, t.Type, termWords), t.ID), t.Num), t.Den)
		b = appendTwo(appendBool(appendTwo(b, t.Points, t.Min), t.All), t.From, t.To)
	}
	b = appendLen(b, len(r.Hits))
	for _, h := range r.Hits {
		b = appendInt(b, h)
	}
	b = appendLen(b, len(r.Kinds))
	for i := range r.Kinds {
		k := &r.Kinds[i]
		b = appendWord(appendWord(appendText(b, k.Kind), k.Rounding.Mode, modeWords), k.Rounding.Scope, scopeWords)
		b = appendWord(appendWord(b, k.Rules, stackingWords), k.Stacking, stackingWords)
		b = appendInt(appendTwo(b, k.From, k.To), k.Granted)
		b = appendTwo(appendTwo(b, k.Cut, k.Taken), k.Expired, k.Gone)
	}
	return b
}
