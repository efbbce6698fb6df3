package simulate

import (
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// refund takes back what the order was granted and has not earned any more.
func (d *deal) refund(c *loyalty.Refund) {
	old := d.a.orders[c.Order]
	if old == nil {
		refuse(loyalty.ErrOrderUnknown)
	}
	o := old.clone()
	d.a.orders[c.Order] = o
	kept, open := o.kept(), slices.ContainsFunc(o.lines, func(l line) bool { return l.open() })
	if !open && len(c.Lines) == 0 {
		refuse(loyalty.ErrRefundTooMuch)
	}
	lines := c.Lines
	if len(lines) == 0 {
		for _, l := range o.lines {
			if l.open() {
				lines = append(lines, loyalty.RefundLine{Line: l.id})
			}
		}
	}
	for _, back := range lines {
		o.back(back)
	}
	gave := d.givePaid(o, o.total()-kept, o.total()-o.kept())
	if gave {
		defer func() { d.a.repay(d.now()) }()
	}
	if o.unearned {
		return
	}
	g := growth{at: o.counted, entered: d.now(), spend: o.kept() - kept}
	if !slices.ContainsFunc(o.lines, func(l line) bool { return l.open() }) && o.kept() == 0 {
		g.visits = -1
	}
	for i := range o.kinds {
		k := &o.kinds[i]
		due := k.granted - o.owed(k) - k.taken
		if due <= 0 {
			continue
		}
		k.taken += due
		d.grow(o.counted, d.kind(k.kind), -due)
		if d.kind(k.kind).Spendable {
			d.takeBack(o, k, due)
		}
	}
	d.a.growth = append(d.a.growth, g)
}

// back books what comes back of a line.
func (o *order) back(r loyalty.RefundLine) {
	i := slices.IndexFunc(o.lines, func(l line) bool { return l.id == r.Line })
	if i < 0 {
		refuse(loyalty.ErrUnknown)
	}
	l, amount := &o.lines[i], cents(r.Amount)
	switch {
	case amount < 0 || r.Quantity < 0 || amount > 0 && r.Quantity > 0:
		refuse(loyalty.ErrAmount)
	case !l.open():
		refuse(loyalty.ErrRefundTooMuch)
	case amount == 0 && r.Quantity == 0 && l.amount > 0:
		amount = l.left()
	case amount == 0 && r.Quantity == 0:
		r.Quantity = l.quantity - l.backed
	}
	l.backAmount += amount
	l.backed += r.Quantity
	if l.left() < 0 || l.backed > l.quantity {
		refuse(loyalty.ErrRefundTooMuch)
	}
}

// takeBack takes from the order's own lots; less what of those has expired, from other
// lots and as debt, as the policy says.
func (d *deal) takeBack(o *order, k *orderKind, due int64) {
	at, gone := d.now(), k.gone
	for i := range d.a.lots {
		l := &d.a.lots[i]
		if l.kind != k.kind || l.order != o.id {
			continue
		}
		gone += l.expired
		if d.a.end(l) <= at {
			gone += l.remaining
			continue
		}
		x := min(due, l.remaining)
		l.remaining -= x
		l.takenBack += x
		d.a.book(k.kind)[bookTakenBack] += x
		due -= x
	}
	if x := min(due, gone-k.expired); x > 0 {
		k.expired += x
		due -= x
	}
	p := d.p.Policy.Takeback
	if p == loyalty.TakeLots || p == loyalty.TakeDebt {
		other := func(l *lot) bool { return l.order != o.id }
		before := due
		var uses []use
		due = d.a.take(k.kind, due, loyalty.TakenBack, &uses, func(l *lot) bool { return other(l) && d.a.live(l, at) })
		due = d.a.take(k.kind, due, loyalty.TakenBack, &uses, func(l *lot) bool { return other(l) && d.a.waits(l, at) })
		d.a.book(k.kind)[bookTakenBack] += before - due
	}
	if p == loyalty.TakeDebt {
		d.a.debt[k.kind] += due
		d.a.book(k.kind)[bookTakenBack] += due
	}
}

func (d *deal) extend(c *loyalty.Extend) {
	until := us(c.Until)
	if len(c.Lots) == 0 {
		if d.kind(c.Kind) == nil {
			refuse(loyalty.ErrUnknown)
		}
		some := false
		for i := range d.a.lots {
			l := &d.a.lots[i]
			if x := d.a.end(l); l.kind == c.Kind && l.remaining+l.held > 0 && x > d.at && x < until {
				l.expire, l.window, some = until, 0, true
			}
		}
		if !some {
			refuse(loyalty.ErrNotLater)
		}
		return
	}
	for _, id := range c.Lots {
		if id < 1 || int(id) > len(d.a.lots) {
			refuse(loyalty.ErrLotUnknown)
		}
		l := &d.a.lots[id-1]
		if x := d.a.end(l); x <= d.at || x >= until {
			refuse(loyalty.ErrNotLater)
		}
		l.expire, l.window = until, 0
	}
}

func (d *deal) adjust(c *loyalty.Adjust) {
	k, grown := d.kind(c.Kind), len(d.a.growth)
	switch {
	case k == nil:
		refuse(loyalty.ErrUnknown)
	case c.Points == 0:
		refuse(loyalty.ErrAmount)
	case !c.Expire.IsZero() && (!k.Spendable || c.Points < 0):
		refuse(loyalty.ErrOption)
	case !k.Spendable:
		d.grow(d.at, k, int64(c.Points))
		for i := grown; i < len(d.a.growth); i++ {
			d.a.growth[i].hand = c.Points < 0
		}
	case c.Points < 0:
		d.take([]charge{{c.Kind, -int64(c.Points)}}, loyalty.Adjusted)
		d.a.book(c.Kind)[bookAdjusted] -= int64(c.Points)
	default:
		l := lot{kind: c.Kind, points: int64(c.Points), activate: d.at, priority: k.Priority, expire: d.expire(c.Kind, d.at, d.at)}
		moving := k.Expiry.Mode == loyalty.ExpireActivity
		if !c.Expire.IsZero() {
			l.expire, moving = us(c.Expire), false
			if l.expire <= d.at {
				refuse(loyalty.ErrNotLater)
			}
		}
		d.give(l, moving, bookAdjusted)
	}
	d.settleLate()
}

func (d *deal) send(c *loyalty.Send) {
	k := d.kind(c.Kind)
	switch {
	case c.To == "" || c.To == d.a.id:
		refuse(loyalty.ErrPeer)
	case k == nil:
		refuse(loyalty.ErrUnknown)
	case !k.Spendable:
		refuse(loyalty.ErrCondition)
	case c.Points <= 0:
		refuse(loyalty.ErrAmount)
	}
	d.take([]charge{{c.Kind, int64(c.Points)}}, loyalty.Transferred)
	d.a.book(c.Kind)[bookTransferred] += int64(c.Points)
}

func (d *deal) receive(p *loyalty.Parcel) {
	if p.To != d.a.id {
		refuse(loyalty.ErrPeer)
	}
	if p.Merge != nil {
		for i := range p.Merge.Orders {
			if d.a.orders[p.Merge.Orders[i].ID] != nil {
				refuse(loyalty.ErrOrderExists)
			}
		}
	}
	for _, l := range p.Lots {
		in := lot{kind: l.Kind, points: int64(l.Points), activate: int64(l.Activate), expire: int64(l.Expire), priority: l.Priority}
		if p.Merge != nil {
			in.order = l.Order
		}
		d.give(in, false, bookTransferred)
	}
	for _, x := range p.Debt {
		d.a.debt[x.Kind] += int64(x.Points)
		d.a.book(x.Kind)[bookTransferred] += int64(x.Points)
	}
	if p.Merge == nil {
		d.settleLate()
		return
	}
	d.a.lost = true
	none := d.a.keeps() == 0
	for i := range p.Merge.Orders {
		id := p.Merge.Orders[i].ID
		o := d.peer.orders[id].clone()
		for _, l := range d.peer.lots { // what stayed there had expired
			for i := range o.kinds {
				if l.order == id && l.kind == o.kinds[i].kind {
					o.kinds[i].gone += l.expired + l.remaining
				}
			}
		}
		o.first = o.first && none
		d.a.orders[id] = o
	}
	d.a.arrive(d.peer)
	for t, n := range d.peer.counters {
		if strings.HasPrefix(t.name, "streak:") {
			d.a.counters[t] = max(d.a.counters[t], n)
			continue
		}
		d.a.counters[t] += n
	}
	d.a.repay(d.now())
}

func (d *deal) mergeOut(c *loyalty.MergeOut) {
	switch {
	case c.Into == "" || c.Into == d.a.id:
		refuse(loyalty.ErrPeer)
	case len(d.a.holds) > 0:
		refuse(loyalty.ErrHeld)
	}
	for i := range d.a.lots {
		if l := &d.a.lots[i]; d.a.end(l) > d.at {
			d.a.book(l.kind)[bookTransferred] += l.remaining
			l.transferred += l.remaining
			l.remaining = 0
		}
	}
	d.a.leave()
	for k, owed := range d.a.debt {
		d.a.book(k)[bookTransferred] -= owed
		d.a.debt[k] = 0
	}
	d.a.status, d.a.into = loyalty.Closed, c.Into
}

func (d *deal) close(c *loyalty.Close) {
	empty := len(d.a.holds) == 0
	for _, k := range kinds {
		empty = empty && d.a.available(k, d.now())+d.a.pending(k, d.now())+d.a.debt[k] == 0
	}
	if !empty && !c.Forfeit {
		refuse(loyalty.ErrNotEmpty)
	}
	for len(d.a.holds) > 0 {
		d.a.release(0, d.at, loyalty.HoldVoided, d.lateNow())
		d.a.repay(d.at)
	}
	for k, owed := range d.a.debt { // written off
		d.a.book(k)[bookAdjusted] -= owed
		d.a.debt[k] = 0
	}
	for i := range d.a.lots {
		if l := &d.a.lots[i]; d.a.end(l) > d.at {
			l.expired += l.remaining
			l.remaining = 0
		}
	}
	d.a.status = loyalty.Closed
}

func (d *deal) setTier() {
	if len(d.p.Tiers.Levels) == 0 {
		refuse(loyalty.ErrTierUnknown)
	}
	d.a.lost = true
}

// growth is what counts for tiers, as of an instant, and when it was entered.
type growth struct {
	at, entered           int64
	points, spend, visits int64
	back                  bool // something of it came back
	hand                  bool // it is taken by hand
	first                 int  // of its command, among all
}

// grow counts growth value.
func (d *deal) grow(at int64, k *loyalty.KindConfig, points int64) {
	if k.ID == kindGrowth {
		d.a.growth = append(d.a.growth, growth{at: at, entered: d.now(), points: points})
	}
}

// plainTier works the tier out from all growth: over calendar years, upgrades at once,
// a review at the end of each year at which the tier is kept, or falls to the highest
// that is. What is entered when its year is over asks the last review again, and no
// older one.
func (r *rules) plainTier(a *account, at int64) string {
	levels := r.p.Tiers.Levels
	year := func(at int64) int { return dateOf(r.cal.day(at)).Year() }
	years := map[int]growth{}
	first, now := year(at), year(at)
	for _, g := range a.growth {
		y := year(g.at)
		if year(g.entered)-y > 1 {
			continue
		}
		s := years[y]
		years[y] = growth{points: s.points + g.points, spend: s.spend + g.spend, visits: s.visits + g.visits}
		first = min(first, y)
	}
	level := 0
	for y := first; ; y++ {
		g := years[y]
		for i := range levels {
			if meets(g, &levels[i].Entry) {
				level = max(level, i)
			}
		}
		if y == now {
			return levels[level].ID
		}
		for level > 0 && !meets(g, &levels[level].Entry) && !meets(g, &levels[level].Keep) {
			level--
		}
	}
}
