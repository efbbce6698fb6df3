package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// rewardRules is a compiled reward.
type rewardRules struct {
	Reward
	money    int64
	stock    string // of the shared counter
	limit    *counted
	tiers    []uint64
	segments []uint64
	during   during
}

func (r *rules) compileSpends(p *Program) {
	for _, w := range p.Rewards {
		c := rewardRules{
			Reward: w, stock: "stock:" + w.ID, limit: w.Limit.compile("reward:" + w.ID),
			tiers: r.tiers.set(w.Tiers), segments: r.segments.set(w.Segments), during: w.During.compile(),
		}
		c.money, _ = minor.From(w.Money, p.Decimals)
		c.Type = cmp.Or(c.Type, RewardGift)
		if w.Stock != nil {
			stock := *w.Stock
			c.Stock = &stock
		}
		c.Tiers, c.Segments, c.Limit = slices.Clone(w.Tiers), slices.Clone(w.Segments), nil
		r.rewards = append(r.rewards, c)
	}
	slices.SortFunc(r.rewards, func(a, b rewardRules) int { return cmp.Compare(a.ID, b.ID) })
	for i := range p.Payments {
		r.payments = append(r.payments, r.compilePayment(&p.Payments[i]))
	}
	slices.SortFunc(r.payments, func(a, b paymentRules) int { return cmp.Compare(a.ID, b.ID) })
	r.stored = slices.Clone(p.Stored)
	for i := range r.stored {
		r.stored[i].Spend = cmp.Or(r.stored[i].Spend, BonusFirst)
		r.stored[i].Return = cmp.Or(r.stored[i].Return, Proportional)
	}
	r.causes = slices.Clone(p.Causes)
	for i := range r.causes {
		r.causes[i].Kinds = slices.Clone(r.causes[i].Kinds)
	}
}

func (q *quote) reset() {
	q.charges, q.counters, q.shared = q.charges[:0], q.counters[:0], q.shared[:0]
	q.split, q.money, q.reward, q.ref, q.order = "", 0, nil, "", 0
}

// price works out what a spend takes and gives. Whether there are so many points is
// for the account to say, except of stored value, which is split by what there is.
//
// Exactly one of Reward, Payment, Stored and Kind is given, or it is ErrOption. A
// name that the programme does not have is ErrUnknown.
func (r *rules) price(q *quote, sp *Spend, s *situation) error {
	q.reset()
	ways := 0
	for _, given := range []bool{sp.Reward != "", sp.Payment != "", sp.Stored != "", sp.Kind != ""} {
		if given {
			ways++
		}
	}
	switch {
	case !inYears(s.at):
		return ErrTime
	case ways != 1:
		return ErrOption
	case len(sp.Order) > MaxText:
		return guanxi.At("/order", ErrText)
	case sp.Reward != "":
		return r.priceReward(q, sp, s)
	case sp.Payment != "":
		return r.pricePayment(q, sp, s)
	case sp.Stored != "":
		return r.priceStored(q, sp, s)
	}
	if err := r.plain(sp); err != nil {
		return err
	}
	q.charges = append(q.charges, KindPoints{sp.Kind, sp.Points})
	q.ref = string(sp.Kind)
	return nil
}

// plain asks whether points of a kind may be spent as such.
func (r *rules) plain(sp *Spend) error {
	k := r.kind(sp.Kind)
	switch {
	case k == nil:
		return guanxi.At("/kind", ErrUnknown)
	case !k.Spendable:
		return guanxi.At("/kind", ErrCondition)
	case sp.Points <= 0:
		return guanxi.At("/points", ErrAmount)
	}
	return nil
}

func (r *rules) priceReward(q *quote, sp *Spend, s *situation) error {
	i, ok := slices.BinarySearchFunc(r.rewards, sp.Reward, func(w rewardRules, id string) int { return cmp.Compare(w.ID, id) })
	if !ok {
		return guanxi.At("/reward", ErrUnknown)
	}
	w := &r.rewards[i]
	n := cmp.Or(sp.Quantity, 1)
	switch {
	case n < 0:
		return guanxi.At("/quantity", ErrAmount)
	case !w.during.holds(s.at):
		return ErrNotNow
	case !r.ofTier(w.tiers, s) || w.segments != nil && !slices.ContainsFunc(sp.Segments, func(id string) bool {
		return slices.Contains(w.Segments, id)
	}):
		return ErrCondition
	}
	points, ok := minor.Mul(int64(w.Points), n)
	money, ok2 := minor.Mul(w.money, n)
	if !ok || !ok2 {
		return guanxi.At("/quantity", ErrOverflow)
	}
	if w.limit != nil {
		c, reached := w.limit.reached(r, s, n)
		if reached {
			return ErrLimit
		}
		q.counters = append(q.counters, CounterChange{c, n})
	}
	if w.Stock != nil {
		left, known := int64(0), false
		if s.tallies != nil {
			left, known = s.tallies.left(w.stock)
		}
		if n > *w.Stock || known && n > left {
			return ErrStock
		}
		q.shared = append(q.shared, SharedChange{Counter: w.stock, Step: Reserve, Amount: n, Limit: *w.Stock})
	}
	q.charges = append(q.charges, KindPoints{w.Kind, Points(points)})
	q.money, q.reward, q.ref = money, &w.Reward, w.ID
	return nil
}

// cause returns the cause of an id, if it takes so many points of a kind.
func (r *rules) cause(id string, k Kind, points Points) (*Cause, error) {
	for i := range r.causes {
		c := &r.causes[i]
		if c.ID != id {
			continue
		}
		kind := r.kind(k)
		switch {
		case kind == nil:
			return nil, guanxi.At("/kind", ErrUnknown)
		case !kind.Spendable || len(c.Kinds) > 0 && !slices.Contains(c.Kinds, k):
			return nil, guanxi.At("/kind", ErrCondition)
		case points <= 0:
			return nil, guanxi.At("/points", ErrAmount)
		case points < c.Min:
			return nil, guanxi.At("/points", ErrPoints)
		}
		return c, nil
	}
	return nil, guanxi.At("/cause", ErrUnknown)
}
