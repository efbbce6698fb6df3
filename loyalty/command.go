package loyalty

import "time"

// Command is what a host asks of an account: a pointer to one of the types of this
// file, such as *Earn. Each has a Key, unique over the store, and At, the business
// instant. The package only reads it, and keeps its texts.
type Command interface {
	// Common returns key and business instant.
	Common() Header
	intent(b []byte) []byte // what is asked, without key, time and note
	need(r *rules, n *Need) // what of the account must be loaded
	decide(w *work) error
}

// Header is what every command has.
type Header struct {
	Key Key
	// At is when it counts; the zero time is ErrTime. It may be after the recording by
	// PolicyConfig.Ahead at most.
	At time.Time
	// Member is on whose behalf, where the account is the pool of a household; caps
	// and limits are then counted for the member.
	Member AccountID
}

// Common returns h.
func (h Header) Common() Header { return h }

type (
	// Earn gives the points of an order, by the programme's rules.
	Earn struct {
		Header
		Order Order
	}
	// Act gives the points of an activity: a visit, a check-in, sign-up, a review,
	// an answered survey, a birthday, a community event. The host says that it happened.
	Act struct {
		Header
		Activity string // id of the programme's activity rule
		Ref      string // what it was about; an activity rule may pay once for each
	}
	// Refer gives the referrer's or the friend's points after the friend's first kept purchase:
	// the first order of the friend's account that has not come back whole, see
	// OrderRecord.First. Kept means that the return window of the rule is over with enough of
	// the order left, so a later refund takes nothing of it back. The friend has them once, the
	// referrer once for each friend.
	Refer struct {
		Header
		Side   Side // Referrer or Friend
		Friend AccountID
		// Purchase is the friend's first order as the friend's account has it, see
		// Account.Order. It must be kept by now. On the friend's side the account is asked
		// itself, and its ID alone counts.
		Purchase *OrderRecord
	}
	// Activate makes the points of an order available before their time, as when
	// the return window is waived.
	Activate struct {
		Header
		Order string
	}
	// Redeem spends: a reward of the catalogue, points as part payment, or points as they are.
	Redeem struct {
		Header
		Spend Spend
	}
	// Place sets points aside until a deadline.
	Place struct {
		Header
		Hold  string // the hold's id, the host's
		Spend Spend
		Until time.Time // zero: the programme's span
	}
	// Capture spends of a hold; Points 0 captures all. What is left stays held if
	// Keep is set, and is released otherwise. Of a hold for an order (Spend.Order) no more
	// can be captured than what is left of the order: ErrOrderAmount.
	Capture struct {
		Header
		Hold   string
		Points Points
		Keep   bool
	}
	// Void releases what is left of a hold.
	Void struct {
		Header
		Hold string
	}
	// Refund takes back what the returned part of an order had earned, and gives the points
	// back that paid for it (Spend.Payment with Spend.Order): of each payment, when so much
	// of the order has come back in all, as many as SplitRefund says, less what has come back
	// before by refunds or by a Return. All of the order gives back all that is still used.
	// They come back as by a Return, and before the order's own points are taken;
	// Explanation.Back says how many, and how much is left to be paid out in money.
	//
	// An order that is known by its payments alone, since it has earned nothing, comes back
	// by amount: its one line has no id. A refund makes no room again under caps, nor in a
	// campaign's limit or budget: what was counted when the order earned stays counted.
	Refund struct {
		Header
		Order  string
		Refund string       // the refund's id
		Lines  []RefundLine // empty: all that is left of the order
	}
	// Return gives a redemption back; Points 0 gives back all that is left.
	Return struct {
		Header
		Redemption Key // the key of the Redeem or Capture
		Points     Points
	}
	// Sweep writes what time has done until At: activations, expiries, holds run out, and
	// what became of the tier. It changes no balance. Max limits the lots and holds that
	// it writes about, 0: DefaultSweep; it is to be repeated with another key while
	// Account.Due is not after At.
	Sweep struct {
		Header
		Max int
	}
	// Extend gives lots that have not expired a later expiry. Lots of a kind that expires
	// after the last activity leave the activity window then: their end is Until, and no
	// later activity moves it.
	Extend struct {
		Header
		Lots  []LotID // empty: all lots of Kind of which something remains
		Kind  Kind
		Until time.Time
		Note  Note
	}
	// Adjust gives (positive) or takes (negative) by hand.
	Adjust struct {
		Header
		Kind   Kind
		Points Points
		// Expire is when points that are given expire; zero: by the programme. Points that
		// are taken, and kinds that are not spendable, have none: ErrOption.
		Expire time.Time
		Note   Note
	}
	// Send takes points out for another account; what was taken comes back as the
	// decision's Parcel.
	Send struct {
		Header
		To     AccountID
		Kind   Kind
		Points Points
	}
	// Receive puts a parcel of another account in, its lots with the expiry they had.
	Receive struct {
		Header
		Parcel Parcel
	}
	// Donate gives points to a cause of the programme.
	Donate struct {
		Header
		Cause  string
		Kind   Kind
		Points Points
	}
	// MergeOut empties the account for another and closes it. Points, debts, orders,
	// counters and the tier go along, and redemptions of which something may still be given
	// back, with the orders that they paid for: a Return or a Refund of what was before is
	// ErrMerged here, and works at the account that remains, by the same key or order. Of two
	// tiers the higher one stays as it was held; what is left of a paid term begins where
	// that of the same tier ends, and of two locks the one that ends later holds.
	MergeOut struct {
		Header
		Into AccountID
	}
	// Close ends the account. What it has of points, holds and debt is given up if Forfeit is
	// set, points as expired; otherwise an account that is not empty is ErrNotEmpty.
	Close struct {
		Header
		Forfeit bool
		Note    Note
	}
	// Freeze stops everything but sweeps and reads; Thaw ends it. Refunds are refused too
	// (ErrFrozen), and are to be given again after it, with their key.
	Freeze struct {
		Header
		Note Note
	}
	// Thaw ends Freeze.
	Thaw struct {
		Header
		Note Note
	}
	// SetTier grants, locks or sells a tier by hand. See TierGrant.
	SetTier struct {
		Header
		Grant TierGrant
		Note  Note
	}
)

// Side is a side of a referral.
type Side string

// The sides of a referral.
const (
	Referrer Side = "referrer"
	Friend   Side = "friend"
)

// MergedState is what moves with a merge besides lots and debt.
type MergedState struct {
	// Orders are by id. An order that one account knows by its payments alone becomes one with
	// that of the other account: what has come back at either has come back, and of points
	// that paid for it no more comes back than what refunds paid out before leaves to pay.
	// What the order had earned on what came back at the other account is taken back with
	// its next refund; if all has come back, nothing takes it. Where both know it by payments
	// alone and name different amounts, the smaller one counts until the order earns.
	Orders []OrderRecord
	// Redemptions are those of which something may still be given back, by key, and of them
	// no more than that. Lots are what it was taken from, with the ids that they had: each
	// is opened anew, as already redeemed or donated.
	Redemptions []Redemption
	Lots        []Lot
	Earned      int64 // how many orders have earned and have not come back whole
	Counters    []CounterChange
	Tier        TierState
}

// Parcel is what travels between two accounts. It is a value of the decision that
// sent it; not to be changed.
type Parcel struct {
	From, To AccountID
	Seq      int64        // of the entry that sent it
	Lots     []Lot        // the parts that were sent: Points is what of each
	Debt     []KindPoints // what was owed, above 0
	Merge    *MergedState // of a merge: what else moves
}
