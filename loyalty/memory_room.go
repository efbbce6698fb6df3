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

// warm reads a word of every part of an account that most commands look at. The memory of
// one of many accounts lies cold: asked for at once it comes at once, and not one part after
// another. The sum keeps the reads from being left out.
//
//go:noinline
func (acc *memoryAccount) warm() (sum int64) {
	a, r := &acc.a, &acc.room
	p := &r.purses[0]
	sum = int64(a.Last) + int64(a.lots.n) + int64(a.opened) + int64(len(a.orders.at)) + int64(len(a.keys.at))
	sum += int64(a.keys.rows.n) + a.returnable + int64(acc.journal.n) + int64(acc.due)
	sum += int64(p.books[Issued]) + int64(p.books[Redeemed]) + int64(p.keys.n) + int64(len(p.pending))
	sum += int64(len(r.blocks[0].items)) + int64(r.keyed[0].bucket) + int64(r.buckets[0].head) + int64(r.spare[0])
	sum += int64(r.keyAt[0]) + int64(r.orderAt[0])
	sum += int64(len(r.keys[1]) + len(r.orders[1]) + len(r.lots[1]) + len(r.redeemed[1]) + len(r.refs[1]))
	return sum
}
