package loyalty

// LotID numbers the lots of an account in the order in which they were opened,
// 1, 2, …, without gaps.
type LotID int64

// Lot is points that were given at one time and expire at one time. At every time
//
//	Points = Remaining + Held + Redeemed + Expired + TakenBack + Donated + Transferred + Adjusted
//
// and no part is negative.
type Lot struct {
	// What spending looks at comes first.

	ID        LotID
	Activate  Instant // available from here on: [Activate, Expire)
	Remaining Points
	Kind      Kind
	// Posted says that the entry that makes it available has been written. Whether
	// its points are to be spent does not hang on it, but on the time.
	Posted   bool
	Priority int32   // a lower one is spent first
	Expire   Instant // Never: does not expire
	// Window is, of a kind that expires n after the last activity, the account's
	// activity window that tells the expiry; 0 of all others. Expire is then what
	// it was when the lot was opened, and Account.Expiry tells what it is.
	Window int64

	Redeemed                                                 Points
	Held, Expired, TakenBack, Donated, Transferred, Adjusted Points

	Entry  int64   // sequence number of the entry that opened it
	Points Points  // as opened
	Earned Instant // the business instant of the earning
	Order  string  // the order that earned it, if any
	Source string  // what gave it: rule, campaign, adjustment, transfer
}

// part returns the part of the lot that a book's points stand in, or nil. Debt
// that a lot has paid counts as taken back.
func (l *Lot) part(b Book) *Points {
	switch b {
	case Pending, Available:
		return &l.Remaining
	case Held:
		return &l.Held
	case Redeemed:
		return &l.Redeemed
	case Expired:
		return &l.Expired
	case TakenBack, Debt:
		return &l.TakenBack
	case Donated:
		return &l.Donated
	case Transferred:
		return &l.Transferred
	case Adjusted:
		return &l.Adjusted
	}
	return nil
}

// book returns the book that what remains of the lot stands in.
func (l *Lot) book() Book {
	if l.Posted {
		return Available
	}
	return Pending
}

// Use says what an entry took from a lot, or gave back to it. The uses of an
// entry are numbered from 0 in the order in which they were taken; a return goes
// through them backwards.
type Use struct {
	Lot     LotID
	Ordinal int32
	From    Book // Pending or Available (what remains of the lot), Held, or where they had gone
	To      Book // where they are now; Debt: the lot paid what the customer owed
	Points  Points
}
