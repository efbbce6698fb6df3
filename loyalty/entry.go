package loyalty

import "slices"

// Op is what an entry did.
type Op string

// The operations of the journal.
const (
	OpEarn        Op = "earn"         // points of an order or an activity
	OpActivate    Op = "activate"     // pending points became available
	OpRedeem      Op = "redeem"       // points were spent
	OpReturn      Op = "return"       // a redemption was given back, all or part
	OpHold        Op = "hold"         // points were set aside
	OpCapture     Op = "capture"      // of a hold, all or part
	OpVoid        Op = "void"         // of a hold, the rest
	OpRunOut      Op = "run_out"      // of a hold past its deadline
	OpRefund      Op = "refund"       // part of an order came back
	OpRepay       Op = "repay"        // lots paid what the customer owed
	OpExpire      Op = "expire"       // lots past their end
	OpExtend      Op = "extend"       // a later end for lots
	OpAdjust      Op = "adjust"       // by hand, with reason and actor
	OpTransferOut Op = "transfer_out" // to another account
	OpTransferIn  Op = "transfer_in"  // from another account
	OpDonate      Op = "donate"       // to a cause
	OpMergeOut    Op = "merge_out"    // everything, to another account
	OpMergeIn     Op = "merge_in"     // everything of another account
	OpTier        Op = "tier"         // grant, lock or paid term of a tier, or what time did to it
	OpStatus      Op = "status"       // frozen, opened again
	OpClose       Op = "close"
	OpActivity    Op = "activity" // something without points, such as a visit or a check-in
)

// spends reports whether an operation is a redemption.
func (o Op) spends() bool { return o == OpRedeem || o == OpCapture || o == OpDonate }

// Posting moves points of one kind into a book; negative: out of it.
type Posting struct {
	Kind   Kind
	Book   Book
	Points Points
}

// Result is what an entry came to for one kind.
type Result struct {
	Kind Kind
	// Points is how much more (negative: less) the customer has of the kind, pending and
	// available, less what is owed; of a hold and its end, how much more is not held. Debt
	// is subtracted already, and not to be subtracted again: of 100 points of which 30 pay
	// a debt Points is 100 and Debt -30, and 20 taken back that are spent are -20 and 20.
	Points Points
	Cut    Points // not given because of caps
	Debt   Points // how much more (negative: less) the customer owes; a part of Points
}

// Entry is one line of an account's journal, complete: the account is what its
// entries make of it, without any rule being asked again. Sequence numbers have
// no gaps. It is a value; Clone makes one that shares no memory but the texts.
type Entry struct {
	Account AccountID
	Seq     int64
	Op      Op
	// Key is the key of the command; the entries that a command needed before its
	// own, such as the end of a hold, have none.
	Key    Key
	Intent [32]byte // SHA-256 of what the command asked for
	// Effective is the business instant, Recorded when it was written: strictly
	// increasing in an account.
	Effective Instant
	Recorded  Instant
	Program   int64     // version of the programme that decided it
	Member    AccountID // on whose behalf, in a pool
	Peer      AccountID // the other account of a transfer or a merge
	Ref       string    // the order, activity, hold, reward or cause; of a return the key of the redemption

	Results  []Result
	Postings []Posting
	Opened   []Lot // new lots as they were then
	Uses     []Use
	Extended []LotExpiry
	Windows  []Window // activity windows as they are from now on
	Counters []CounterChange
	Shared   []SharedChange // counters that several accounts share
	Split    Split          // of a redemption of stored value
	Order    *OrderChange
	Hold     *Hold      // the hold as it is from now on
	Tier     *TierState // the tier as it is from now on, or what of it has changed, see TierState.Part
	Status   Status     // of OpStatus, OpClose and OpMergeOut: from now on
	Parcel   *Parcel    // what was sent, or came

	// Note is for people: reason and actor of an adjustment. It is not part of the
	// hash, so that it can be erased.
	Note Note

	Prev [32]byte // Hash of the entry before, zero of the first
	Hash [32]byte // of all of the above without Note
}

// Note is who did something by hand, and why.
type Note struct {
	Reason string
	Actor  string
}

// LotExpiry gives a lot another expiry.
type LotExpiry struct {
	Lot    LotID
	Expire Instant
}

// Split says how what is returned of a redemption of stored value is split. The
// zero Split is none.
type Split struct {
	Order     SplitOrder
	Principal Kind
}

// Clone returns a copy that shares no memory with e but the texts.
func (e *Entry) Clone() Entry {
	var c Entry
	e.copyTo(&c)
	return c
}

// copyTo makes dst a copy of e and reuses what dst has.
func (e *Entry) copyTo(dst *Entry) {
	old := *dst
	*dst = *e
	dst.Results = append(old.Results[:0], e.Results...)
	dst.Postings = append(old.Postings[:0], e.Postings...)
	dst.Opened = append(old.Opened[:0], e.Opened...)
	dst.Uses = append(old.Uses[:0], e.Uses...)
	dst.Extended = append(old.Extended[:0], e.Extended...)
	dst.Windows = append(old.Windows[:0], e.Windows...)
	dst.Counters = append(old.Counters[:0], e.Counters...)
	dst.Shared = append(old.Shared[:0], e.Shared...)
	if e.Order != nil {
		dst.Order = e.Order.clone()
	}
	if e.Hold != nil {
		h := e.Hold.clone()
		dst.Hold = &h
	}
	if e.Tier != nil {
		t := e.Tier.clone()
		dst.Tier = &t
	}
	dst.Parcel = e.Parcel.clone()
}

func (c *OrderChange) clone() *OrderChange {
	out := &OrderChange{ID: c.ID, Refund: c.Refund, Lines: slices.Clone(c.Lines), Taken: slices.Clone(c.Taken), Expired: slices.Clone(c.Expired), Back: c.Back.clone()}
	if c.Paid != nil {
		out.Paid = new(*c.Paid)
	}
	if c.Earned != nil {
		out.Earned = new(OrderRecord)
		c.Earned.copyTo(out.Earned)
	}
	return out
}

// reset empties e and keeps its memory.
func (e *Entry) reset() {
	results, postings, opened, uses := e.Results[:0], e.Postings[:0], e.Opened[:0], e.Uses[:0]
	extended, windows, counters, shared := e.Extended[:0], e.Windows[:0], e.Counters[:0], e.Shared[:0]
	*e = Entry{} // in place: it is large
	e.Results, e.Postings, e.Opened, e.Uses = results, postings, opened, uses
	e.Extended, e.Windows, e.Counters, e.Shared = extended, windows, counters, shared
}

// post adds points to a book of a kind.
func (e *Entry) post(kind Kind, book Book, points Points) {
	for i := range e.Postings {
		if p := &e.Postings[i]; p.Book == book && p.Kind == kind {
			p.Points += points
			return
		}
	}
	e.Postings = append(e.Postings, Posting{kind, book, points})
}

// use appends a use of a lot with its postings.
func (e *Entry) use(l *Lot, from, to Book, points Points) {
	e.Uses = append(e.Uses, Use{Lot: l.ID, Ordinal: int32(len(e.Uses)), From: from, To: to, Points: points})
	e.post(l.Kind, from, -points)
	e.post(l.Kind, to, points)
}

// result adds to what the entry came to for a kind.
func (e *Entry) result(kind Kind) *Result {
	for i := range e.Results {
		if e.Results[i].Kind == kind {
			return &e.Results[i]
		}
	}
	e.Results = append(e.Results, Result{Kind: kind})
	return &e.Results[len(e.Results)-1]
}

// settle drops postings of nothing.
func (e *Entry) settle() {
	n := 0
	for i := range e.Postings {
		if e.Postings[i].Points == 0 {
			continue
		}
		if n < i {
			e.Postings[n] = e.Postings[i]
		}
		n++
	}
	clear(e.Postings[n:])
	e.Postings = e.Postings[:n]
}
