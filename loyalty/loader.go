package loyalty

import (
	"cmp"
	"slices"
)

// Redemption is a Redeem, a Capture or a Donate of an account, which may be given back.
type Redemption struct {
	Key      Key
	Ref      string
	Uses     []Use    // by ordinal
	Left     []Points // what of each use has not come back
	Split    Split
	Counters []CounterChange
	Shared   []SharedChange
}

// A store that keeps an account in rows builds the part of it that a command needs
// with NewPart and the Add methods. All of them copy what they are given. Adding what
// does not fit the header is ErrImpossible.

// NewPart returns an account of which only what a header holds is loaded: totals,
// counters, open holds, the tier, windows and debt. See Account.AppendHeader. The lots
// of its open holds (HeldLots) are to be added before it is decided on.
func NewPart(header []byte) (*Account, error) {
	a := new(Account)
	if err := a.readHeader(header); err != nil {
		return nil, err
	}
	return a, nil
}

// HeldLots returns the lots of the open holds.
func (a *Account) HeldLots() (ids []LotID) {
	for i := range a.holds {
		for j := range a.holds[i].Uses {
			ids = append(ids, a.holds[i].Uses[j].Lot)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// AddLots loads lots, in any order; those that are loaded are left alone. It does not
// say that there are no more: see SetCover.
func (a *Account) AddLots(lots []Lot) error {
	lots = slices.Clone(lots)
	slices.SortFunc(lots, func(x, y Lot) int { return cmp.Compare(x.ID, y.ID) })
	lots = slices.CompactFunc(lots, func(x, y Lot) bool { return x.ID == y.ID })
	lots = slices.DeleteFunc(lots, func(l Lot) bool { return a.slot(l.ID) >= 0 })
	if len(lots) == 0 {
		return nil
	}
	for i := range lots {
		l := &lots[i]
		if p := a.purse(l.Kind); p == nil || l.ID < 1 || l.ID > a.opened || l.Window < 0 || l.Window > int64(len(p.windows)) {
			return ErrImpossible
		}
	}
	if a.lots.n > 0 && a.lots.at(a.lots.n-1).ID > lots[0].ID { // lots stand by id
		return a.mergeLots(lots)
	}
	for i := range lots {
		if err := a.loadLot(&lots[i]); err != nil {
			return err
		}
	}
	return nil
}

// loadLot adds a lot after all others. Totals know it already.
func (a *Account) loadLot(l *Lot) error {
	purse := a.purseAt(l.Kind)
	slot := a.lots.n
	n := a.addLot()
	*n = node{Lot: *l, prev: -1, next: -1, bucket: -1, purse: int32(purse)}
	if l.Remaining <= 0 {
		return nil
	}
	if _, ok := a.purses[purse].keys.lookup(a.purses[purse].burnKey(l)); !ok {
		return ErrImpossible
	}
	a.link(int32(slot), n)
	if !n.Posted {
		n.waits = true
		a.waiting.push(waiting{n.Activate, n.ID})
	}
	return nil
}

// mergeLots lays all lots out anew.
func (a *Account) mergeLots(lots []Lot) error {
	for i := range a.lots.n {
		lots = append(lots, a.lots.at(i).Lot)
	}
	slices.SortFunc(lots, func(x, y Lot) int { return cmp.Compare(x.ID, y.ID) })
	a.lots.reset()
	a.waiting = a.waiting[:0]
	for i := range a.purses {
		for j := range a.purses[i].buckets {
			a.purses[i].buckets[j].head, a.purses[i].buckets[j].tail = -1, -1
		}
	}
	for i := range lots {
		if err := a.loadLot(&lots[i]); err != nil {
			return err
		}
	}
	return nil
}

// SetCover says which open lots of a kind are loaded now.
func (a *Account) SetCover(k Kind, c Cover) {
	if p := a.purse(k); p != nil {
		p.cover = c
	}
}

// AddOrder loads an order, with the ids of all lots that carry its id, or (nil) that
// there is none of this id. The redemptions of its Payments are best added with it: else
// they are asked for.
func (a *Account) AddOrder(id string, rec *OrderRecord, lots []LotID) {
	row, _ := a.addOrder(id)
	*row = orderRow{missing: rec == nil}
	if rec != nil {
		row.keep(rec, a.memory())
		row.lots = slices.Clone(lots)
	}
}

// OrderLots returns the lots that carry the id of an order.
func (a *Account) OrderLots(id string) []LotID {
	if row, _ := a.orders.find(id); row != nil {
		return slices.Clone(row.lots)
	}
	return nil
}

// AllOrders says that all orders of which something can be refunded are loaded.
func (a *Account) AllOrders() {
	if a.part != nil {
		a.part.orders = true
	}
}

// AddReceipt loads the receipt of a key; one without a sequence number says that there
// is none in this account.
func (a *Account) AddReceipt(r Receipt) {
	row, fresh := a.addKey(r.Key)
	red := int32(-1)
	if !fresh {
		red = row.red
	}
	*row = keyRow{intent: r.Intent, seq: r.Seq, recorded: r.Recorded, op: r.Op, results: a.memory().results.keep(r.Results), red: red, missing: r.Seq == 0 && red < 0}
}

// AddRedemption loads a redemption. Its lots are to be added too.
func (a *Account) AddRedemption(r *Redemption) {
	row, fresh := a.addKey(r.Key)
	if fresh {
		row.red = -1
	}
	if row.missing = false; row.red < 0 {
		row.red = int32(a.redeemed.n)
		a.addRedemption()
	}
	*a.redeemed.at(int(row.red)) = redemption{
		key: r.Key, ref: r.Ref, uses: a.memory().uses.keep(r.Uses), left: a.memory().points.keep(r.Left), split: r.Split,
		counters: slices.Clone(r.Counters), shared: slices.Clone(r.Shared),
	}
}

// AddEnded loads what became of a hold that is open no more; HoldOpen says that there
// was none of this id.
func (a *Account) AddEnded(hold string, state HoldState) {
	if a.ended == nil {
		a.ended = make(map[string]HoldState)
	}
	a.ended[hold] = state
}

// Ended returns what became of a hold that is open no more; ok is false if it is not
// known, or not loaded.
func (a *Account) Ended(hold string) (state HoldState, ok bool) {
	state, ok = a.ended[hold]
	return state, ok && state != HoldOpen
}

// Redemption returns a copy of what is known of a redemption; ok is false if it is not
// known, or not loaded.
func (a *Account) Redemption(k Key) (r Redemption, ok bool) {
	row, _ := a.keys.find(string(k))
	if row == nil || row.missing || row.red < 0 {
		return Redemption{}, false
	}
	red := a.redeemed.at(int(row.red))
	return Redemption{
		Key: k, Ref: red.ref, Uses: slices.Clone(red.uses), Left: slices.Clone(red.left), Split: red.split,
		Counters: slices.Clone(red.counters), Shared: slices.Clone(red.shared),
	}, true
}

// Touched says which records entries have changed: what a store that keeps rows writes,
// besides the header.
type Touched struct {
	Lots        []LotID // new ones too
	Orders      []string
	Redemptions []Key
	Ended       []string // holds
}

// Touch adds what e has changed.
func (t *Touched) Touch(e *Entry) {
	for i := range e.Opened {
		t.Lots = append(t.Lots, e.Opened[i].ID)
	}
	for i := range e.Uses {
		t.Lots = append(t.Lots, e.Uses[i].Lot)
	}
	for i := range e.Extended {
		t.Lots = append(t.Lots, e.Extended[i].Lot)
	}
	slices.Sort(t.Lots)
	t.Lots = slices.Compact(t.Lots)
	if e.Order != nil {
		t.Orders = append(t.Orders, e.Order.ID)
	}
	if e.Parcel != nil && e.Parcel.Merge != nil {
		m := e.Parcel.Merge
		for i := range m.Orders {
			if e.Op == OpMergeIn {
				t.Orders = append(t.Orders, m.Orders[i].ID)
			}
		}
		for i := range m.Redemptions {
			t.Redemptions = append(t.Redemptions, m.Redemptions[i].Key)
		}
	}
	for i := range e.Opened { // an order's list of lots
		if id := e.Opened[i].Order; id != "" && !slices.Contains(t.Orders, id) {
			t.Orders = append(t.Orders, id)
		}
	}
	switch e.Op {
	case OpRedeem, OpCapture, OpDonate:
		t.Redemptions = append(t.Redemptions, e.Key)
	case OpReturn:
		t.Redemptions = append(t.Redemptions, Key(e.Ref))
	}
	if e.Hold != nil && e.Hold.State != HoldOpen {
		t.Ended = append(t.Ended, e.Hold.ID)
	}
}
