package loyalty

import (
	"iter"
	"slices"
)

// Status says what an account may do.
type Status string

// The states of an account. The zero Status is Open.
const (
	Open   Status = ""
	Frozen Status = "frozen"
	Closed Status = "closed"
)

// Account is the state of one customer's account, or the part of it that was
// loaded. It is changed by Apply alone. Not safe for concurrent use; deciding and
// all methods but Apply, SetShared and Forget only read it.
type Account struct {
	ID       AccountID
	Seq      int64    // of the last entry, 0 before the first
	Head     [32]byte // hash of the last entry
	Recorded Instant  // of the last entry
	Last     Instant  // the latest effective instant
	Program  int64    // the latest version of the programme that decided an entry
	Status   Status
	MergedTo AccountID // where a merge has moved everything

	purses     []purse // one for each kind, in the order of their first entries
	lots       chunks[node]
	opened     LotID // the last lot
	earned     int64 // orders that have earned and of which something is left, those of merged accounts too
	waiting    waitHeap
	orders     index[orderRow]
	keys       index[keyRow]
	redeemed   chunks[redemption]
	returnable int64  // redemptions of which something may be given back
	holds      []Hold // open ones, in the order of their places
	ended      map[string]HoldState
	counters   counters
	tier       *TierState       // nil: no entry concerned tiers
	shared     map[string]int64 // what is left of shared counters, as the host says; no part of the state
	part       *part            // nil: everything is loaded
	mem        *accountMemory   // nil: not used yet
}

// accountMemory hands out the slices that records of an account hold, or those of several
// that are changed one at a time.
type accountMemory struct {
	results  slab[Result]
	lots     slab[LotID]
	uses     slab[Use]
	points   slab[Points]
	lines    slab[LineRecord]
	terms    slab[Term]
	hits     slab[int32]
	kinds    slab[OrderKind]
	counters slab[CounterChange]
	shared   slab[SharedChange]
	pools    *accountPools // nil: the records themselves are the account's own

	lastTerms []Term // of the order that was kept last
}

// keepTerms keeps the terms of an order. Most orders have those of the order before, and
// share them: nobody changes the terms of a row.
func (m *accountMemory) keepTerms(terms []Term) []Term {
	if !slices.Equal(m.lastTerms, terms) {
		m.lastTerms = m.terms.keep(terms)
	}
	return m.lastTerms
}

// accountPools hands out the memory of records of accounts that are never reset.
type accountPools struct {
	lots     slab[node]
	orders   slab[named[orderRow]]
	keys     slab[named[keyRow]]
	redeemed slab[redemption]
}

// memory returns where the account has its memory from.
func (a *Account) memory() *accountMemory {
	if a.mem == nil {
		a.mem = new(accountMemory)
	}
	return a.mem
}

// addOrder returns the row of an order, which is a zero one if it is new.
func (a *Account) addOrder(id string) (row *orderRow, fresh bool) {
	if m := a.mem; m != nil && m.pools != nil {
		return a.orders.add(id, &m.pools.orders)
	}
	return a.orders.add(id, nil)
}

// addKey returns the row of a key, which is a zero one if it is new.
func (a *Account) addKey(k Key) (row *keyRow, fresh bool) { return a.addHashedKey(hashText(k), k) }

func (a *Account) addHashedKey(h uint64, k Key) (row *keyRow, fresh bool) {
	if m := a.mem; m != nil && m.pools != nil {
		return a.keys.addHashed(h, string(k), &m.pools.keys)
	}
	return a.keys.addHashed(h, string(k), nil)
}

// addLot returns a zero lot after all others.
func (a *Account) addLot() *node {
	if m := a.mem; m != nil && m.pools != nil {
		return a.lots.pushIn(&m.pools.lots)
	}
	return a.lots.push()
}

// addRedemption returns a zero redemption after all others.
func (a *Account) addRedemption() *redemption {
	if m := a.mem; m != nil && m.pools != nil {
		return a.redeemed.pushIn(&m.pools.redeemed)
	}
	return a.redeemed.push()
}

// keyRow is what is known of a key.
type keyRow struct {
	intent   [32]byte
	seq      int64
	recorded Instant
	op       Op
	results  []Result
	red      int32 // of Account.redeemed; −1 is none
	missing  bool  // known not to be there
}

// orderRow is what is known of an order, with the lots that carry its id.
type orderRow struct {
	OrderRecord
	lots    []LotID
	missing bool // known not to be there
}

// redemption is a Redeem, a Capture or a Donate that may be given back.
type redemption struct {
	key      Key
	ref      string
	uses     []Use    // by ordinal
	left     []Points // what of each use has not come back
	split    Split
	counters []CounterChange
	shared   []SharedChange
}

// NewAccount returns the empty account of an id.
func NewAccount(id AccountID) *Account { return &Account{ID: id} }

// Complete reports whether everything of the account is loaded.
func (a *Account) Complete() bool { return a.part == nil }

// Tier returns the tier as the last entry left it. What time has done to it since
// is for Engine.Tier to say.
func (a *Account) Tier() TierState { return a.tierState().clone() }

// noTier is the tier of an account that has none. Nobody writes it.
var noTier TierState

// tierState returns the tier to be read.
func (a *Account) tierState() *TierState {
	if a.tier == nil {
		return &noTier
	}
	return a.tier
}

// ownTier returns the tier to be written.
func (a *Account) ownTier() *TierState {
	if a.tier == nil {
		a.tier = new(TierState)
	}
	return a.tier
}

// Lot returns a lot, if it is loaded.
func (a *Account) Lot(id LotID) (Lot, bool) {
	if n := a.lot(id); n != nil {
		return n.Lot, true
	}
	return Lot{}, false
}

// Lots returns the loaded lots in the order in which they were opened.
func (a *Account) Lots() iter.Seq[Lot] {
	return func(yield func(Lot) bool) {
		for i := range a.lots.n {
			if !yield(a.lots.at(i).Lot) {
				return
			}
		}
	}
}

// Expiry returns when a lot expires: Lot.Expire, or the end of its activity window.
func (a *Account) Expiry(l *Lot) Instant {
	if l.Window == 0 {
		return l.Expire
	}
	if p := a.purse(l.Kind); p != nil {
		return p.windowEnd(l.Window)
	}
	return l.Expire
}

// Order returns a copy of what is known of an order, also of one that is known by its
// payments alone (Unearned); ok is false if it is not known, or not loaded.
func (a *Account) Order(id string) (rec OrderRecord, ok bool) {
	r, _ := a.orders.find(id)
	if r == nil || r.missing {
		return OrderRecord{}, false
	}
	r.copyTo(&rec)
	rec.First = a.first(r)
	return rec, true
}

// first reports whether an order is the first that the customer has kept: whether nothing
// was left of any other when it earned, or nothing is now.
func (a *Account) first(row *orderRow) bool {
	return row.First || a.earned == 1 && row.kept() == 1
}

// kept is how many kept orders that have earned a row is: one or none.
func (r *OrderRecord) kept() int64 {
	if r.Unearned || r.Kept() <= 0 {
		return 0
	}
	return 1
}

// Receipt returns the answer that a key had; ok is false if it is not known, or not
// loaded.
func (a *Account) Receipt(k Key) (r Receipt, ok bool) {
	row, _ := a.keys.find(string(k))
	if row == nil || row.missing || row.seq == 0 {
		return Receipt{}, false
	}
	return a.receipt(k, row), true
}

func (a *Account) receipt(k Key, row *keyRow) Receipt {
	return Receipt{Key: k, Intent: row.intent, Account: a.ID, Seq: row.seq, Recorded: row.recorded, Op: row.op, Results: slices.Clone(row.results)}
}

// Holds returns copies of the open holds in the order in which they were placed. A
// hold past its end stands here until an entry says so; its points are available.
func (a *Account) Holds() []Hold {
	out := make([]Hold, len(a.holds))
	for i := range a.holds {
		out[i] = a.holds[i].clone()
	}
	return out
}

// Books returns the sums of all postings of a kind.
func (a *Account) Books(k Kind) (sums map[Book]Points) {
	sums = make(map[Book]Points)
	if p := a.purse(k); p != nil {
		for b := Issued; b < books; b++ {
			sums[b] = p.books[b]
		}
	}
	return sums
}

// Kinds returns the kinds of which the account has had points, in the order of their
// first entries.
func (a *Account) Kinds() []Kind {
	out := make([]Kind, len(a.purses))
	for i := range a.purses {
		out[i] = a.purses[i].kind
	}
	return out
}

// SetShared says what is left of a counter that several accounts share, such as
// "budget:double-11", so that a decision can cut by it. It is no part of the state;
// the store is the one that refuses too much.
func (a *Account) SetShared(counter string, left int64) {
	if a.shared == nil {
		a.shared = make(map[string]int64)
	}
	a.shared[counter] = left
}

// lot returns the node of a lot, or nil.
func (a *Account) lot(id LotID) *node {
	if i := a.slot(id); i >= 0 {
		return a.lots.at(i)
	}
	return nil
}

// slot returns where a lot is in lots, or −1. Lots stand by id; of a complete
// account without gaps.
func (a *Account) slot(id LotID) int {
	n := a.lots.n
	if n == 0 {
		return -1
	}
	if i := int64(id - a.lots.at(0).ID); i >= 0 && i < int64(n) && a.lots.at(int(i)).ID == id {
		return int(i)
	}
	low, high := 0, n
	for low < high {
		mid := int(uint(low+high) >> 1)
		if a.lots.at(mid).ID < id {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < n && a.lots.at(low).ID == id {
		return low
	}
	return -1
}
