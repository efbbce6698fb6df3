package simulate

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// answer is what the reference says of a command.
type answer struct {
	next     *account // as it is afterwards; nil if refused or repeated
	repeated bool
	err      error
}

// decide says what becomes of a command. tier is asked for the customer's tier where the
// reference does not know it; clock is the host's, or the last instant of recording.
func (r *rules) decide(a *account, cmd loyalty.Command, recorded, clock int64, shared map[string]*pool, peer *account, tier func(at int64) string) (out answer) {
	defer func() {
		if e := recover(); e != nil {
			no, ok := e.(refused)
			if !ok {
				panic(e)
			}
			out = answer{err: no.error}
		}
	}()
	h := cmd.Common()
	if old, seen := a.keys[h.Key]; seen {
		if !reflect.DeepEqual(intent(old), intent(cmd)) {
			refuse(loyalty.ErrKeyReused)
		}
		return answer{repeated: true}
	}
	if at := us(h.At); (!a.begun || at > a.last) && at > r.ahead(clock) {
		return answer{err: loyalty.ErrAhead}
	}
	_, sweep := cmd.(*loyalty.Sweep)
	if !sweep {
		allowed(a.status, cmd)
	}
	d := &deal{rules: r, a: a.clone(), at: us(h.At), member: h.Member, shared: shared, peer: peer, recorded: recorded}
	if sweep {
		return answer{next: d.a} // what it has written is for the caller to follow
	}
	if a.begun && d.at < a.last {
		d.backdate(cmd)
	}
	d.a.runOuts(d.now())
	d.a.clock = d.at
	if d.tier = ""; len(r.p.Tiers.Levels) > 0 {
		if r.knowsTier(d.a) {
			d.tier = r.tierAt(d.a, d.now())
			r.pass(&d.a.rolling, d.a, d.now())
		} else {
			d.tier = tier(d.now())
		}
	}
	grown := len(a.growth)
	d.run(cmd)
	d.qualifies(grown)
	d.fits(a)
	d.a.keys[h.Key] = cmd
	if !d.a.begun {
		d.a.begun, d.a.last = true, d.at
	}
	d.a.last = max(d.a.last, d.at)
	return answer{next: d.a}
}

// intent is a command without key, time and note.
func intent(cmd loyalty.Command) any {
	v := reflect.New(reflect.TypeOf(cmd).Elem()).Elem()
	v.Set(reflect.ValueOf(cmd).Elem())
	h := v.FieldByName("Header")
	h.Set(reflect.ValueOf(loyalty.Header{Member: cmd.Common().Member}))
	if note := v.FieldByName("Note"); note.IsValid() {
		note.SetZero()
	}
	if c, ok := v.Addr().Interface().(*loyalty.Refer); ok && c.Purchase != nil {
		c.Purchase = &loyalty.OrderRecord{ID: c.Purchase.ID}
	}
	return v.Interface()
}

func allowed(s loyalty.Status, cmd loyalty.Command) {
	_, thaw := cmd.(*loyalty.Thaw)
	switch {
	case s == loyalty.Closed:
		refuse(loyalty.ErrClosed)
	case s == loyalty.Frozen && !thaw:
		refuse(loyalty.ErrFrozen)
	case s == loyalty.Open && thaw:
		refuse(loyalty.ErrNotFrozen)
	}
}

// backdate follows the policy for what is dated before the latest instant.
func (d *deal) backdate(cmd loyalty.Command) {
	last := d.a.last
	switch p := &d.p.Policy; p.Backdate {
	case loyalty.BackdateRaise:
		d.at = last
	case loyalty.BackdateAccept:
		if us(p.BackdateWithin.AddTo(cmd.Common().At.UTC(), d.cal.loc)) < last {
			refuse(loyalty.ErrBackdated)
		}
		adjust, ok := cmd.(*loyalty.Adjust)
		switch cmd.(type) {
		case *loyalty.Earn, *loyalty.Act, *loyalty.Refer, *loyalty.Receive:
			d.late = true
		}
		if d.late = d.late || ok && adjust.Points > 0; !d.late {
			d.at = last
		}
	default:
		refuse(loyalty.ErrBackdated)
	}
}

func (d *deal) run(cmd loyalty.Command) {
	switch c := cmd.(type) {
	case *loyalty.Earn:
		d.earn(c)
	case *loyalty.Act:
		d.act(c)
	case *loyalty.Refer:
		d.refer(c)
	case *loyalty.Activate:
		d.activate(c)
	case *loyalty.Redeem:
		d.redeem(c)
	case *loyalty.Donate:
		d.donate(c)
	case *loyalty.Return:
		d.giveUp(c)
	case *loyalty.Place:
		d.place(c)
	case *loyalty.Capture:
		d.capture(c)
	case *loyalty.Void:
		d.void(c)
	case *loyalty.Refund:
		d.refund(c)
	case *loyalty.Extend:
		d.extend(c)
	case *loyalty.Adjust:
		d.adjust(c)
	case *loyalty.Send:
		d.send(c)
	case *loyalty.Receive:
		d.receive(&c.Parcel)
	case *loyalty.MergeOut:
		d.mergeOut(c)
	case *loyalty.Close:
		d.close(c)
	case *loyalty.Freeze:
		d.a.status = loyalty.Frozen
	case *loyalty.Thaw:
		d.a.status = loyalty.Open
	case *loyalty.SetTier:
		d.setTier()
	}
}

func (d *deal) earn(c *loyalty.Earn) {
	o := &c.Order
	was := d.a.orders[o.ID]
	if was != nil && !was.unearned {
		refuse(loyalty.ErrOrderExists)
	}
	rec := &order{id: o.ID, at: d.at}
	total, paid := int64(0), cents(o.ByPoints)
	for _, l := range o.Lines {
		if l.Amount.IsNegative() || l.Quantity < 0 {
			refuse(loyalty.ErrAmount)
		}
		rec.lines = append(rec.lines, line{id: l.ID, amount: cents(l.Amount), base: cents(l.Amount), quantity: cmp.Or(l.Quantity, 1)})
		total += cents(l.Amount)
	}
	if len(o.Lines) == 0 || paid > total {
		refuse(loyalty.ErrAmount)
	}
	if d.p.Exclude.ByPoints && paid > 0 {
		shareOut(rec.lines, paid, total)
	}
	var bases []int64
	for i, l := range o.Lines {
		if d.p.Exclude.Discounted && l.Discounted || slices.ContainsFunc(l.Groups, func(g string) bool { return slices.Contains(d.p.Exclude.Groups, g) }) {
			rec.lines[i].base = 0
		}
		bases = append(bases, rec.lines[i].base)
	}
	rec.becomes(was)
	rec.first = d.a.keeps() == 0
	d.match(o, rec)
	d.award(rec.kinds, bases, false)
	d.touch(loyalty.TouchEarn)
	d.granted(rec.kinds, o.ID, nil)
	d.a.orders[o.ID] = rec
	if rec.counted = d.at; rolls(d.p) && d.p.Tiers.Late == loyalty.LatePresent && d.now() >= d.leaves(d.at) {
		rec.counted = d.now()
	}
	d.a.growth = append(d.a.growth, growth{at: d.at, entered: d.now(), spend: rec.kept(), visits: 1})
	d.settleLate()
}

// shareOut takes what points paid off the bases, the largest remainders first.
func shareOut(lines []line, paid, total int64) {
	left, by := paid, make([]int, len(lines))
	for i := range lines {
		x := floorDiv(lines[i].amount, paid, total)
		lines[i].base -= x
		left -= x
		by[i] = i
	}
	rest := func(i int) int64 { return lines[i].amount * paid % total }
	slices.SortStableFunc(by, func(i, j int) int { return cmp.Compare(rest(j), rest(i)) })
	for _, i := range by[:left] {
		lines[i].base--
	}
}

// fixed is what an activity gives of a kind, with the campaigns on it.
func (d *deal) fixed(id string, k loyalty.Kind, points int64, bought bool) orderKind {
	out := orderKind{kind: k, rounding: d.kind(k).Rounding, stacking: d.p.Stacking, terms: []term{{id: id, typ: loyalty.TermFixed, points: points}}}
	for i := range d.p.Campaigns {
		c := &d.p.Campaigns[i]
		if bought || c.Kind != k || !slices.Contains(c.Activities, id) || !during(c.During, d.at) || len(c.Tiers) > 0 && !slices.Contains(c.Tiers, d.tier) {
			continue
		}
		if t, ok := d.campaign(c, 0, nil); ok {
			out.terms = append(out.terms, t)
		}
	}
	return out
}

func (d *deal) act(c *loyalty.Act) {
	var kinds []orderKind
	var counts []count
	var valid func(int64) (int64, bool)
	known, bought := false, false
	for i := range d.p.Activities {
		a := &d.p.Activities[i]
		if a.ID != c.Activity {
			continue
		}
		known = true
		switch {
		case !during(a.During, d.at):
			refuse(loyalty.ErrNotNow)
		case len(a.Tiers) > 0 && !slices.Contains(a.Tiers, d.tier):
			refuse(loyalty.ErrCondition)
		case a.OncePer && c.Ref == "":
			refuse(loyalty.ErrUnknown)
		}
		if a.Limit != nil {
			n, reached := d.limit(a.ID, a.Limit, 1)
			if reached {
				refuse(loyalty.ErrLimit)
			}
			counts = append(counts, n)
		}
		if a.OncePer {
			n := count{tally: d.tally("once:"+a.ID+":"+c.Ref, 0), n: 1}
			if d.a.counters[n.tally] > 0 {
				refuse(loyalty.ErrLimit)
			}
			counts = append(counts, n)
		}
		for _, g := range a.Give {
			kinds = append(kinds, d.fixed(a.ID, g.Kind, int64(g.Points), false))
		}
	}
	for i := range d.p.Streaks {
		s := &d.p.Streaks[i]
		if s.ID != c.Activity {
			continue
		}
		known = true
		if !during(s.During, d.at) {
			refuse(loyalty.ErrNotNow)
		}
		today := d.cal.day(d.at)
		name := "streak:" + s.ID
		if d.a.counters[d.tally(name, today)] > 0 {
			refuse(loyalty.ErrLimit)
		}
		row := d.a.counters[d.tally(name, today-1)] + 1
		counts = append(counts, count{tally: d.tally(name, today), n: row})
		pays := s.Pays[(row-1)%int64(len(s.Pays))]
		if s.Stay {
			pays = s.Pays[min(row, int64(len(s.Pays)))-1]
		}
		kinds = append(kinds, d.fixed(s.ID, s.Kind, int64(pays), false))
	}
	for i := range d.p.TopUps {
		if t := &d.p.TopUps[i]; t.ID == c.Activity {
			known, bought = true, true
			kinds = append(kinds, d.fixed(t.ID, kindCash, cents(t.Pay), true))
			if b := cents(t.Bonus); b > 0 {
				kinds = append(kinds, d.fixed(t.ID, kindBonus, b, true))
			}
		}
	}
	for i := range d.p.Cards {
		if t := &d.p.Cards[i]; t.ID == c.Activity {
			known, bought = true, true
			kinds = append(kinds, d.fixed(t.ID, t.Kind, int64(t.Visits), true))
			valid = func(at int64) (int64, bool) { return d.cal.after(at, t.Valid), !t.Valid.IsZero() }
		}
	}
	if !known {
		refuse(loyalty.ErrUnknown)
	}
	d.award(kinds, []int64{1}, bought)
	d.a.count(counts, 1)
	d.touch(loyalty.TouchAct)
	d.granted(kinds, "", valid)
	d.settleLate()
}

func (d *deal) refer(c *loyalty.Refer) {
	r := d.p.Referral
	if c.Side == loyalty.Friend && c.Friend != d.a.id || c.Side == loyalty.Referrer && c.Friend == d.a.id {
		refuse(loyalty.ErrPeer)
	}
	kept := int64(0)
	for _, l := range c.Purchase.Lines {
		x := line{amount: l.Amount, quantity: l.Quantity, backAmount: l.ReturnedAmount, backed: l.ReturnedQuantity}
		kept += x.left()
	}
	from, first := int64(c.Purchase.At), c.Purchase.First
	if c.Side == loyalty.Friend { // whose account knows
		o := d.a.orders[c.Purchase.ID]
		if o == nil {
			refuse(loyalty.ErrOrderUnknown)
		}
		kept, from, first = o.kept(), o.at, d.a.first(o)
	}
	if !r.Kept.IsZero() {
		from = d.cal.after(from, r.Kept)
	}
	if d.at < from || kept <= 0 || kept < cents(r.MinOrder) {
		refuse(loyalty.ErrNotKept)
	}
	if !first {
		refuse(loyalty.ErrNotFirst)
	}
	gives, once := r.Referrer, count{tally: d.tally("refer:"+r.ID+":"+string(c.Friend), 0), n: 1}
	if c.Side == loyalty.Friend {
		gives, once.tally = r.Friend, d.tally("referred:"+r.ID, 0)
	}
	if d.a.counters[once.tally] > 0 {
		refuse(loyalty.ErrLimit)
	}
	counts := []count{once}
	if c.Side == loyalty.Referrer && r.Limit != nil {
		n, reached := d.limit(r.ID, r.Limit, 1)
		if reached {
			refuse(loyalty.ErrLimit)
		}
		counts = append(counts, n)
	}
	var kinds []orderKind
	for _, g := range gives {
		kinds = append(kinds, d.fixed(r.ID, g.Kind, int64(g.Points), false))
	}
	d.award(kinds, []int64{1}, false)
	d.a.count(counts, 1)
	d.granted(kinds, "", nil)
	d.settleLate()
}

func (d *deal) activate(c *loyalty.Activate) {
	if o := d.a.orders[c.Order]; o == nil || o.unearned {
		refuse(loyalty.ErrOrderUnknown)
	}
	for i := range d.a.lots {
		if l := &d.a.lots[i]; l.order == c.Order && l.remaining > 0 && d.a.end(l) > d.at {
			l.activate = min(l.activate, d.at)
		}
	}
}

func (d *deal) redeem(c *loyalty.Redeem) {
	charges, counts, split, to := d.price(&c.Spend)
	if money := d.spendsOn(&c.Spend); money > 0 {
		d.pays(c.Key, c.Spend.Order, cents(c.Spend.Amount), money, int64(c.Spend.Points))
	}
	d.spent(c.Key, d.take(charges, to), counts, split, to) // by the expiries before this activity
	d.touch(loyalty.TouchRedeem)
	d.a.count(counts, 1)
}

// spent keeps what a redemption took, so that it can come back.
func (d *deal) spent(key loyalty.Key, uses []use, counts []count, split loyalty.Split, to loyalty.Book) {
	red := &redemption{to: to, uses: uses, counts: counts, split: split}
	for _, u := range uses {
		red.left = append(red.left, u.points)
	}
	d.a.reds[key] = red
}

func (d *deal) donate(c *loyalty.Donate) {
	i := slices.IndexFunc(d.p.Causes, func(x loyalty.Cause) bool { return x.ID == c.Cause })
	if i < 0 {
		refuse(loyalty.ErrUnknown)
	}
	cause, k := &d.p.Causes[i], d.kind(c.Kind)
	switch {
	case k == nil:
		refuse(loyalty.ErrUnknown)
	case !k.Spendable || len(cause.Kinds) > 0 && !slices.Contains(cause.Kinds, c.Kind):
		refuse(loyalty.ErrCondition)
	case c.Points <= 0:
		refuse(loyalty.ErrAmount)
	case c.Points < cause.Min:
		refuse(loyalty.ErrPoints)
	}
	uses := d.take([]charge{{c.Kind, int64(c.Points)}}, loyalty.Donated)
	d.spent(c.Key, uses, nil, loyalty.Split{}, loyalty.Donated)
}

// giveUp gives a redemption back: the last use first, of stored value each kind its share.
func (d *deal) giveUp(c *loyalty.Return) {
	red := d.a.reds[c.Redemption]
	if red == nil {
		refuse(loyalty.ErrRedemptionUnknown)
	}
	left := sum(red.left)
	points := cmp.Or(int64(c.Points), left)
	switch {
	case points < 0:
		refuse(loyalty.ErrAmount)
	case points > left || left == 0:
		refuse(loyalty.ErrReturnTooMuch)
	}
	d.unspend(c.Redemption, points)
	d.a.repay(d.now())
}

// unspend gives points of a redemption back.
func (d *deal) unspend(key loyalty.Key, points int64) {
	old := d.a.reds[key]
	red := *old
	red.left = slices.Clone(old.left)
	d.a.reds[key] = &red
	total, left := int64(0), sum(red.left)
	charged := map[bool]int64{} // of the principal, of others
	for _, u := range red.uses {
		total += u.points
		charged[d.a.lots[u.lot].kind == red.split.Principal] += u.points
	}
	back := func(points int64, of func(k loyalty.Kind) bool) {
		for i := len(red.uses) - 1; i >= 0; i-- {
			k := d.a.lots[red.uses[i].lot].kind
			if x := min(points, red.left[i]); x > 0 && of(k) {
				d.a.giveBack(red.uses[i], red.to, x, d.at, d.rules.late(k, d.at))
				red.left[i] -= x
				points -= x
			}
		}
	}
	if red.split.Principal == "" {
		back(points, func(loyalty.Kind) bool { return true })
	} else {
		share := func(n int64) int64 { // of the principal, when n have come back in all
			return divide(red.split.Order, loyalty.Proportional, charged[true], charged[false], n)
		}
		p := share(total-left+points) - share(total-left)
		paid := func(k loyalty.Kind) bool { return k == red.split.Principal }
		gift := func(k loyalty.Kind) bool { return !paid(k) }
		if paid(d.a.lots[red.uses[0].lot].kind) { // what was taken first comes first
			back(p, paid)
			back(points-p, gift)
		} else {
			back(points-p, gift)
			back(p, paid)
		}
	}
	for _, n := range red.counts {
		n.n = pieces(n.n, total-left, total-left+points, total)
		d.a.count([]count{n}, -1)
	}
}
