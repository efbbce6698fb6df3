package loyalty

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: other bytes are
// ErrFormat, and e is unchanged. It does not ask whether the hash is right.
func (e *Entry) UnmarshalBinary(data []byte) error {
	r := &reader{b: data}
	var v Entry
	v.read(r)
	if err := r.end(); err != nil {
		return err
	}
	*e = v
	return nil
}

func (e *Entry) read(r *reader) {
	if v := r.byte(); v != entryEncoding {
		r.fail("version %d of entries", v)
		return
	}
	has := uint16(r.byte()) | uint16(r.byte())<<8
	if has&^hasAny != 0 {
		r.fail("parts %x", has)
	}
	e.Prev, e.Intent = r.hash(), r.hash()
	e.Account, e.Seq, e.Op, e.Key = AccountID(r.text()), r.int(), word(r, opWords), Key(r.text())
	e.Effective, e.Recorded, e.Program = r.instant(), r.instant(), r.int()
	e.Ref = r.text()
	e.Results = r.results()
	e.Postings = list(r, func(v *Posting) { *v = Posting{r.kind(), r.book(), r.points()} })
	if has&hasOpened != 0 {
		e.Opened = list(r, func(v *Lot) { v.read(r) })
	}
	if has&hasUses != 0 {
		e.Uses = r.uses()
	}
	if has&hasOrder != 0 {
		e.Order = new(OrderChange)
		e.Order.read(r)
	}
	e.readRest(r, has)
	if r.err == nil && e.parts() != has {
		r.fail("an empty part")
	}
	e.Note = Note{r.text(), r.text()}
	e.Hash = r.hash()
}

// readRest reads what appendRest wrote.
func (e *Entry) readRest(r *reader, has uint16) {
	if has&hasMember != 0 {
		e.Member = AccountID(r.text())
	}
	if has&hasPeer != 0 {
		e.Peer = AccountID(r.text())
	}
	if has&hasStatus != 0 {
		e.Status = word(r, statusWords)
	}
	if has&hasExtended != 0 {
		e.Extended = list(r, func(v *LotExpiry) { *v = LotExpiry{LotID(r.int()), r.instant()} })
	}
	if has&hasWindows != 0 {
		e.Windows = list(r, func(v *Window) { *v = Window{r.kind(), r.int(), r.instant()} })
	}
	if has&hasCounters != 0 {
		e.Counters = r.counters()
	}
	if has&hasShared != 0 {
		e.Shared = r.shared()
	}
	if has&hasSplit != 0 {
		e.Split = r.split()
	}
	if has&hasHold != 0 {
		e.Hold = new(Hold)
		e.Hold.read(r)
	}
	if has&hasTier != 0 {
		e.Tier = new(TierState)
		e.Tier.read(r)
	}
	if has&hasParcel != 0 {
		e.Parcel = new(Parcel)
		e.Parcel.read(r)
	}
}

func (r *reader) results() []Result {
	return list(r, func(v *Result) { *v = Result{r.kind(), r.points(), r.points(), r.points()} })
}

func (r *reader) split() Split { return Split{word(r, splitWords), r.kind()} }

func (r *reader) book() Book {
	b := Book(r.byte())
	if b == 0 || b >= books {
		r.fail("book %d", b)
	}
	return b
}

func (l *Lot) read(r *reader) {
	*l = Lot{
		ID: LotID(r.int()), Kind: r.kind(), Entry: r.int(), Points: r.points(), Earned: r.instant(), Activate: r.instant(),
		Expire: r.instant(), Window: r.int(), Priority: r.int32(), Order: r.text(), Source: r.text(),
		Remaining: r.points(), Held: r.points(), Redeemed: r.points(), Expired: r.points(), TakenBack: r.points(),
		Donated: r.points(), Transferred: r.points(), Adjusted: r.points(), Posted: r.bool(),
	}
}

func (r *reader) uses() []Use {
	return list(r, func(v *Use) { *v = Use{LotID(r.int()), r.int32(), r.book(), r.book(), r.points()} })
}

func (r *reader) counters() []CounterChange {
	return list(r, func(v *CounterChange) {
		*v = CounterChange{Counter{r.text(), r.instant(), r.instant()}, r.int()}
	})
}

func (r *reader) shared() []SharedChange {
	return list(r, func(v *SharedChange) {
		*v = SharedChange{r.text(), word(r, stepWords), r.int(), r.int(), r.instant(), r.instant()}
	})
}

func (r *reader) kinds() []KindPoints {
	return list(r, func(v *KindPoints) { *v = KindPoints{r.kind(), r.points()} })
}

func (c *OrderChange) read(r *reader) {
	c.ID = r.text()
	has := r.byte()
	if has&^changeAny != 0 {
		r.fail("order change %x", has)
	}
	if has&changeEarned != 0 {
		c.Earned = new(OrderRecord)
		c.Earned.read(r)
	}
	if has&changePaid != 0 {
		c.Paid = new(OrderPayment)
		c.Paid.read(r)
	}
	if has&changeBack != 0 {
		c.Back = new(RefundBack)
		c.Back.Amount, c.Back.Money = r.int(), r.int()
		c.Back.Payments = list(r, func(v *PaymentReturn) { *v = PaymentReturn{Key(r.text()), r.kind(), r.points(), r.points()} })
	}
	c.Refund = r.text()
	c.Lines = list(r, func(v *LineReturn) { *v = LineReturn{r.int32(), r.int(), r.int()} })
	c.Taken, c.Expired = r.kinds(), r.kinds()
}

func (p *OrderPayment) read(r *reader) {
	*p = OrderPayment{Key(r.text()), r.int(), r.int(), r.points(), r.int(), r.int()}
}

func (h *Hold) read(r *reader) {
	*h = Hold{
		ID: r.text(), Key: Key(r.text()), Until: r.instant(), State: word(r, holdWords),
		Points: r.points(), Captured: r.points(), Released: r.points(), Uses: r.uses(), Ref: r.text(), Donation: r.bool(),
		Coupon: r.text(), Coupons: r.int(),
		Order: r.text(), Amount: r.int(), Money: r.int(),
		Split: r.split(), Shared: r.shared(), Counters: r.counters(),
		Late: list(r, func(v *LateLot) { *v = LateLot{r.kind(), r.instant()} }),
	}
}

func (p *Parcel) read(r *reader) {
	p.From, p.To, p.Seq = AccountID(r.text()), AccountID(r.text()), r.int()
	p.Lots, p.Debt = list(r, func(v *Lot) { v.read(r) }), r.kinds()
	if r.bool() {
		p.Merge = &MergedState{
			Orders:      list(r, func(v *OrderRecord) { v.read(r) }),
			Redemptions: list(r, func(v *Redemption) { v.Key = Key(r.text()); v.read(r) }),
			Lots:        list(r, func(v *Lot) { v.read(r) }), Earned: r.int(), Counters: r.counters(),
		}
		p.Merge.Tier.read(r)
	}
}

func (r *OrderRecord) read(in *reader) {
	r.ID, r.At, r.First = in.text(), in.instant(), in.bool()
	has := in.byte()
	if has&^orderAny != 0 {
		in.fail("order %x", has)
	}
	if r.Unearned = has&orderUnearned != 0; has&orderCounted != 0 {
		if r.Counted = in.instant(); r.Counted == 0 {
			in.fail("an order that counts as of no time")
		}
	}
	r.Payments = list(in, func(v *OrderPayment) { v.read(in) })
	r.Lines = list(in, func(v *LineRecord) { *v = LineRecord{in.text(), in.int(), in.int(), in.int(), in.int(), in.int()} })
	r.Terms = list(in, func(v *Term) {
		*v = Term{word(in, termWords), in.text(), in.int(), in.int(), in.points(), in.int(), in.bool(), in.int32(), in.int32()}
	})
	r.Hits = list(in, func(v *int32) { *v = in.int32() })
	r.Kinds = list(in, func(v *OrderKind) {
		*v = OrderKind{
			in.kind(), Rounding{word(in, modeWords), word(in, scopeWords)}, word(in, stackingWords), word(in, stackingWords),
			in.int32(), in.int32(), in.points(), in.points(), in.points(), in.points(), in.points(),
		}
	})
}
