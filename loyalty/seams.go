package loyalty

// The seams between the programme and the account. A programme is compiled once:
//
//	r, err := compile(p)                      *rules, immutable, for all goroutines
//	k := r.kind("points")                     *kindRules or nil: priority, spendable, expiry, pending
//	k.activate(r, at), k.expire(r, at)        instants, computed at earning
//
// What gives points writes into an earning, whose memory is reused:
//
//	r.order(e, &order, &s)                    Earn
//	r.act(e, activity, ref, &s)               Act: activities, streaks, top-ups, cards
//	r.refer(e, side, friend, &s)              Refer; r.kept(record, at) looks at the friend's order before
//
// A refund asks the record:
//
//	back, err := rec.back(back[:0], refund.Lines, r.decimals)
//	owed, err := rec.owed(&e.owing, back, i)  of rec.Kinds[i], after caps: what the order has earned by now
//	take := rec.Kinds[i].Granted − owed − rec.Kinds[i].Taken, if above 0
//	rec.apply(change)                         the only thing that changes a record
//	rec.check()                               before anything of a record that came from outside
//
// What a rule gave nothing for, when someone asks (simulation):
//
//	dst = r.skips(dst, e, &order, &s)        right after r.order with the same arguments
//
// What spends writes into a quote:
//
//	r.price(q, &spend, &s)

// situation is what rules ask of an account at a time.
type situation struct {
	at   Instant
	tier string // "" is none
	// factors are the tier's on what an order earns, by kind; a factor not above 1 is
	// left out. tierRule is the id that they have in awards, "tier:gold".
	factors  []KindFactor
	tierRule string
	tallies  tallies // nil: all counters are 0
}

// tallies are the counters of an account, and of what accounts share.
type tallies interface {
	// tally returns a counter's total in the window that begins at start.
	tally(name string, start Instant) int64
	// left returns what is left of a shared counter, and false where it is not known:
	// then nothing is cut, and the store refuses what is too much.
	left(name string) (int64, bool)
	// available returns what of a kind can be spent.
	available(k Kind) Points
}

// newLot is a lot to be opened.
type newLot struct {
	kind             Kind
	points           Points
	activate, expire Instant
	window           bool // expires by the kind's activity window; expire is what it would be now
	priority         int32
	order            string
	source           string // the rule, campaign, activity, … that gave most of it first
}

// earning is what an order or an activity gives, with the memory to work it out.
// The zero value is ready; it is emptied by each call.
type earning struct {
	awards   []Award
	lots     []newLot
	counters []CounterChange
	shared   []SharedChange
	record   OrderRecord // of an order
	owing    owing
	scratch  earnScratch
}

// quote is what a spend takes and gives. The zero value is ready; it is emptied by
// each call.
type quote struct {
	charges  []KindPoints // in the order in which they are taken
	split    SplitOrder   // of stored value: how what is returned is split, see splitReturn
	money    int64        // minor units: of a reward, what is paid besides; of the others, what the points pay
	counters []CounterChange
	shared   []SharedChange
	reward   *Reward // nil of others
	ref      string  // id of the reward, payment rule or stored value
	order    int64   // minor units: of part payment, the order
}
