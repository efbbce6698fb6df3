package loyalty

// OrderRecord is what an account knows of an order: enough to say after any
// refund what the order has earned, by the rules that held when it was bought.
// All slices are flat, so that a record is copied with four appends. It is a value
// of the account; not to be changed by others.
type OrderRecord struct {
	ID string
	At Instant // when it was bought; of one that is Unearned, when points first paid for it
	// Counted is as of when its growth counts for the tier, if that is not At: it was entered
	// late, or counted in the cycle of another account before a merge. 0: as of At.
	Counted Instant
	// First says that it is the first order that the customer has kept: when it earned, nothing
	// was left of any order that was written before, whatever the dates; or nothing is left now
	// of any other that has earned, as Account.Order tells. Of two accounts that are merged it
	// is the one of the account that is left, if something is left of an order there.
	First bool
	// Unearned says that it is known by its payments alone: it has one line, without an id,
	// of the amount that they name. An Earn puts the order in its place.
	Unearned bool
	Lines    []LineRecord
	Terms    []Term  // the rules that matched, those of a kind in one run, in order
	Hits     []int32 // lines that terms apply to, see Term
	Kinds    []OrderKind
	// Payments are the points that paid for it, in the order in which they were written.
	Payments []OrderPayment
}

// LineRecord is a line in minor units.
type LineRecord struct {
	ID       string
	Amount   int64 // of the line
	Base     int64 // what of it earns points
	Quantity int64
	// What has come back so far, by amount and by quantity.
	ReturnedAmount, ReturnedQuantity int64
}

// OrderKind is what an order earned of a kind.
type OrderKind struct {
	Kind     Kind
	Rounding Rounding
	Rules    Stacking // of earning rules
	Stacking Stacking // of campaigns
	From, To int32    // Terms[From:To] are its terms
	Granted  Points   // after caps
	Cut      Points   // not granted because of caps
	Taken    Points   // taken back by refunds so far, or given up
	Expired  Points   // of Taken, what had expired in the order's lots
	Gone     Points   // what had expired in lots that a merge has left behind
}

// TermType says how a term works.
type TermType string

// The types of terms.
const (
	TermRate       TermType = "rate"       // points per money, on lines
	TermFixed      TermType = "fixed"      // points per order, by an earning rule
	TermMultiplier TermType = "multiplier" // on what earning rules give
	TermBonus      TermType = "bonus"      // points per order, by a campaign
)

// Term is a rule that matched an order, with the numbers it had then.
type Term struct {
	Type TermType
	ID   string // of the rule, the campaign, or "tier:" and the tier
	// Num/Den is points per minor unit of TermRate, and the factor of
	// TermMultiplier.
	Num, Den int64
	Points   Points // of TermFixed and TermBonus
	Min      int64  // the least base of the order in minor units
	// All says that it applies to every line; else it applies to the lines
	// Hits[From:To] of the record.
	All      bool
	From, To int32
}

// OrderChange is what an entry says of an order.
type OrderChange struct {
	ID     string
	Earned *OrderRecord // the order as it was when it earned; nil of a refund and a payment
	Refund string       // id of the refund
	Lines  []LineReturn // what came back now
	Taken  []KindPoints // taken back now, or given up
	// Expired is what of Taken had expired in the order's lots: it is taken from nowhere.
	Expired []KindPoints
	Paid    *OrderPayment // of an OpRedeem or OpCapture: points pay for it
	Back    *RefundBack   // of a refund of an order that points paid for: how it splits back
}

// LineReturn is what came back of a line in one refund: an amount or a quantity.
type LineReturn struct {
	Line     int32 // index into OrderRecord.Lines
	Amount   int64 // minor units
	Quantity int64
}

// KindPoints is a number of points of a kind.
type KindPoints struct {
	Kind   Kind   `json:"kind"`
	Points Points `json:"points"`
}
