package loyalty

// memoryRoom is what most accounts of a [Memory] need besides their records: it lies
// beside the account, so that looking at one of many touches little memory.
type memoryRoom struct {
	purses   [1]purse
	blocks   [1]block
	keyed    [4]keyed
	buckets  [4]bucket
	spare    [4]int32
	keyAt    [fewPlaces]uint64
	orderAt  [fewPlaces]uint64
	keys     [4][]named[keyRow]
	orders   [4][]named[orderRow]
	lots     [4][]node
	redeemed [4][]redemption
	refs     [4][]journalRef
}

// furnish gives an empty account its room.
func (acc *memoryAccount) furnish() {
	r, a := &acc.room, &acc.a
	r.blocks[0].items = r.keyed[:0]
	r.purses[0] = purse{keys: ordered{blocks: r.blocks[:0]}, buckets: r.buckets[:0], spare: r.spare[:0]}
	a.purses = r.purses[:0]
	a.keys.at, a.orders.at = r.keyAt[:], r.orderAt[:]
	a.keys.rows.list, a.orders.rows.list = r.keys[:0], r.orders[:0]
	a.lots.list, a.redeemed.list, acc.journal.list = r.lots[:0], r.redeemed[:0], r.refs[:0]
}
