package loyalty

// Decision is what Decide made of a command. Nothing is changed until it is
// applied. It can be thrown away: that is a simulation. DecideInto reuses all that
// it holds; what is kept longer is to be cloned. Not safe for concurrent use.
type Decision struct {
	Account  AccountID
	Expected int64 // the sequence number that it was decided on
	// Entries is what is written: what time had done and the command needs (a hold run
	// out), the command's own, which has its key, and what that let debt be paid with.
	// Empty if Repeated, or if a Sweep has nothing to write.
	Entries []Entry
	// Repeated says that the key was seen with this intent: Receipt is the answer
	// of then.
	Repeated bool
	Receipt  Receipt
	Why      Explanation
	Shared   []SharedChange // counters that several accounts share: stock, budgets
	Parcel   *Parcel        // of Send and MergeOut

	work work // memory of deciding
}

// Next returns what the next tier needs, and what this one needs to be kept, after the
// decision; ok is false where the programme has no tiers, or nothing was decided.
func (d *Decision) Next() (n TierNeed, ok bool) {
	w := &d.work
	if d.Repeated || len(d.Entries) == 0 || w.r.loyal == nil || w.move.s.Tier == "" {
		return TierNeed{}, false
	}
	return w.move.needs(), true
}

// next is Next as an Answer has it.
func (d *Decision) next() *TierNeed {
	n, ok := d.Next()
	if !ok {
		return nil
	}
	next := n // no allocation where there is none
	return &next
}

// Receipt is the answer to a command, kept as long as the journal.
type Receipt struct {
	Key      Key
	Intent   [32]byte
	Account  AccountID
	Seq      int64 // of the command's own entry
	Recorded Instant
	Op       Op
	Results  []Result
}

// Explanation says why. What the tier needs is told by Decision.Next.
type Explanation struct {
	Awards []Award // which rules gave what, and which caps cut it
	Uses   []Use   // which lots were used
	Money  int64   // minor units: of a reward, to be paid besides; of part payment and stored value, paid by points
	// Back is, of a Refund, how it splits back into money and points: the money is for the
	// host to pay out, the points have come back. Of a command that is Repeated it stands in
	// the journal, as Entry.Order.Back of the entry Receipt.Seq; nil there is all money.
	Back RefundBack
	// Coupon is the definition of which a voucher that was redeemed is to be issued, and
	// Coupons how many: in the same commit by the Checkout of package coupon, or afterwards
	// by the host, with the command's key as the source of the coupons' ids, so that none is
	// issued twice. Of a Place they are what is to be issued when all of it is captured, of
	// a Capture what is paid in full by now and was not before.
	Coupon  string
	Coupons int64
}

// SharedChange is a change of a counter that several accounts share. It goes through
// reserve → confirm → release; what is reserved for a hold lapses at its deadline by itself.
type SharedChange struct {
	Counter string // "stock:mug", "budget:double-11"
	Step    SharedStep
	Amount  int64
	Limit   int64 // the most that may be reserved and confirmed; 0: no limit
	// Until is when a reservation lapses, exclusive; 0: not by itself. What is confirmed
	// or released says until when it was reserved.
	Until Instant
	// At is when the change counts, at the latest when it is recorded, so that one
	// account's wrong date does not end what others have reserved.
	At Instant
}

// SharedStep is a step of a shared counter.
type SharedStep string

// The steps of a shared counter.
const (
	Reserve SharedStep = "reserve"
	Confirm SharedStep = "confirm"
	Release SharedStep = "release"
	Restore SharedStep = "restore" // gives back what was confirmed: a reward came back
)
