package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// action is what Act can name: an activity, a streak, a top-up or a card.
type action struct {
	id     string
	gives  []give
	once   bool
	limit  *counted
	tiers  []uint64
	during during
	streak *StreakRule // of a streak
	valid  guanxi.Span // of a card
}

// give is what an action gives of a kind.
type give struct {
	source    source
	campaigns []source
}

func (r *rules) compileActs(p *Program) {
	for i := range p.Activities {
		a := &p.Activities[i]
		act := action{id: a.ID, once: a.OncePer, limit: a.Limit.compile(a.ID), tiers: r.tiers.set(a.Tiers), during: a.During.compile()}
		for _, g := range a.Give {
			act.gives = append(act.gives, r.give(p, a.ID, a.Name, g, true))
		}
		r.acts = append(r.acts, act)
	}
	for i := range p.Streaks {
		s := p.Streaks[i]
		s.Pays = slices.Clone(s.Pays)
		r.acts = append(r.acts, action{
			id: s.ID, during: s.During.compile(), streak: &s,
			gives: []give{r.give(p, s.ID, s.Name, KindPoints{Kind: s.Kind}, true)},
		})
	}
	for i := range p.TopUps {
		t := &p.TopUps[i]
		act := action{id: t.ID, limit: t.Limit.compile(t.ID), during: t.During.compile()}
		stored := p.Stored[slices.IndexFunc(p.Stored, func(s StoredRule) bool { return s.ID == t.Stored })]
		pay, _ := minor.From(t.Pay, p.Decimals)
		act.gives = append(act.gives, r.give(p, t.ID, t.Name, KindPoints{stored.Principal, Points(pay)}, false))
		if bonus, _ := minor.From(t.Bonus, p.Decimals); bonus > 0 {
			act.gives = append(act.gives, r.give(p, t.ID, t.Name, KindPoints{stored.Bonus, Points(bonus)}, false))
		}
		r.acts = append(r.acts, act)
	}
	for i := range p.Cards {
		c := &p.Cards[i]
		r.acts = append(r.acts, action{
			id: c.ID, during: c.During.compile(), valid: c.Valid,
			gives: []give{r.give(p, c.ID, c.Name, KindPoints{c.Kind, c.Visits}, false)},
		})
	}
	slices.SortFunc(r.acts, func(a, b action) int { return cmp.Compare(a.id, b.id) })
	if p.Referral != nil {
		r.compileReferral(p)
	}
}

// give compiles what an id gives of a kind. The caps on everything and campaigns are
// for what is given, not for what is bought.
func (r *rules) give(p *Program, id string, label guanxi.Text, g KindPoints, given bool) give {
	kind := r.kind(g.Kind)
	out := give{source: source{
		id: id, label: label, kind: int32(kind.ordinal), caps: r.capsOf(id, g.Kind, given),
		term: Term{Type: TermFixed, ID: id, Points: g.Points, All: true},
	}}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		if !given || c.Kind != g.Kind || !slices.Contains(c.Activities, id) {
			continue
		}
		s := r.source(c.ID, c.Name, c.Kind, &c.Match, c.During)
		s.campaign, s.limit, s.term = true, c.Limit.compile(c.ID), c.term(0, true)
		out.campaigns = append(out.campaigns, s)
	}
	return out
}

// find returns the action of an id, or nil.
func (r *rules) find(id string) *action {
	i, ok := slices.BinarySearchFunc(r.acts, id, func(a action, id string) int { return cmp.Compare(a.id, id) })
	if !ok {
		return nil
	}
	return &r.acts[i]
}

// act works out what an activity gives: one of the programme, a streak, a top-up or a
// card. e then holds the awards, the lots and what counters change. An id that the
// programme does not have is ErrUnknown; outside its time it is ErrNotNow, for
// another tier ErrCondition, and ErrLimit when it has been had often enough.
func (r *rules) act(e *earning, id, ref string, s *situation) error {
	e.reset()
	a := r.find(id)
	switch {
	case !inYears(s.at):
		return ErrTime
	case a == nil:
		return guanxi.At("/activity", ErrUnknown)
	case !a.during.holds(s.at):
		return ErrNotNow
	case !r.ofTier(a.tiers, s):
		return ErrCondition
	case a.once && ref == "":
		return guanxi.At("/ref", ErrUnknown)
	}
	if a.limit != nil {
		c, reached := a.limit.reached(r, s, 1)
		if reached {
			return ErrLimit
		}
		e.counters = append(e.counters, CounterChange{c, 1})
	}
	if a.once {
		c := Counter{Name: "once:" + a.id + ":" + ref, End: Never}
		if s.tally(c.Name, c.Window) > 0 {
			return ErrLimit
		}
		e.counters = append(e.counters, CounterChange{c, 1})
	}
	pays := Points(0)
	if a.streak != nil {
		c, ok := r.checkIn(a.streak, s)
		if !ok {
			return ErrLimit
		}
		e.counters = append(e.counters, c)
		pays = a.streak.pays(c.Add)
	}
	if err := r.giveAll(e, a.gives, pays, s); err != nil {
		return err
	}
	if !a.valid.IsZero() {
		for i := range e.lots {
			e.lots[i].expire, e.lots[i].window = r.zone.after(s.at, a.valid), false
		}
	}
	return nil
}

// ofTier reports whether the customer's tier is in a set; nil is all.
func (r *rules) ofTier(set []uint64, s *situation) bool {
	return set == nil || has(set, r.tiers.number(s.tier))
}

// giveAll gives fixed numbers of points, with the campaigns on them; pays, if above 0,
// stands for what the source says.
func (r *rules) giveAll(e *earning, gives []give, pays Points, s *situation) error {
	rec := &e.record
	for i := range gives {
		g, from := &gives[i], len(rec.Terms)
		t := g.source.term
		if pays > 0 {
			t.Points = pays
		}
		rec.Terms = append(rec.Terms, t)
		e.scratch.sources = append(e.scratch.sources, &g.source)
		for j := range g.campaigns {
			c := &g.campaigns[j]
			if !c.during.holds(s.at) || !r.ofTier(c.tiers, s) {
				continue
			}
			if c.limit != nil {
				if _, reached := c.limit.reached(r, s, 1); reached {
					continue
				}
			}
			e.addTerm(r, c)
		}
		k := &r.kinds[g.source.kind]
		rec.Kinds = append(rec.Kinds, OrderKind{
			Kind: k.ID, Rounding: k.Rounding, Rules: r.rating, Stacking: r.stacking,
			From: int32(from), To: int32(len(rec.Terms)),
		})
	}
	if err := r.award(e, s, 1); err != nil {
		return err
	}
	rec.reset() // an activity has no record
	return r.lots(e, s.at, "", false)
}
