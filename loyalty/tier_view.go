package loyalty

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// TierView is a tier at a time, and why it is so. It is a value.
type TierView struct {
	Tier   string
	Name   guanxi.Text
	At     Instant
	Since  Instant // in force since; 0 of a customer of whom no entry concerned tiers
	Reason TierReason
	By     TierBasis
	Until  Instant // of a grant, a paid term or a lock; Never: no end
	// Earned is the tier that growth has, whatever is given, bought or locked.
	Earned string
	Growth []TierWay // what counts now: only Metric, Kind and Have
	Review Instant   // when the cycle ends; Never of a rolling span
	Grace  Instant   // until when Earned is held although it was not kept, or was merged in; 0: it is not so
	Need   TierNeed
}

// Tier returns the tier of an account at a time, with what is needed for the next one
// and to keep it. What lies before the account's latest instant is answered as of that;
// see TierHistory for what was. ok is false where the programme has no tiers.
func (e *Engine) Tier(a *Account, at time.Time) (v TierView, ok bool) {
	return e.tierView(a.tierState(), max(InstantOf(at), a.Last))
}

func (e *Engine) tierView(s *TierState, at Instant) (v TierView, ok bool) {
	r := e.r.loyal
	if r == nil {
		return TierView{}, false
	}
	var m tierMove
	m.begin(r, s, at)
	m.advance(at)
	since := m.s.Since
	m.join(at) // someone new: as if from now on
	level, by, until := m.inForce()
	l := &r.levels[level]
	v = TierView{
		Tier: l.id, Name: l.label, At: at, Since: since, Reason: m.s.Reason, By: by, Until: until,
		Earned: r.levels[m.top(&m.s.Now)].id, Review: Never, Grace: m.s.Grace,
	}
	if r.mode != Rolling {
		v.Review = m.s.Review
	}
	left := m.s.Now.Growth.minus(m.taken(&m.s.Now))
	var all TierSums
	for i := range all {
		if slices.ContainsFunc(r.levels, func(l tierLevel) bool { return l.entry[i]+l.keep[i] > 0 }) {
			all[i] = 1
		}
	}
	v.Growth, _ = m.ways(left, &all)
	for i := range v.Growth {
		v.Growth[i].Need, v.Growth[i].Missing = 0, 0
	}
	v.Need = m.needs()
	return v, true
}

// Why explains the tier in a sentence, in the programme's zone.
func (e *Engine) Why(v *TierView, lang guanxi.Lang) string {
	var b strings.Builder
	say := func(en, zh string, args ...any) {
		if lang == guanxi.ZH {
			en = zh
		}
		fmt.Fprintf(&b, en, args...)
	}
	day := func(at Instant) string { return at.Time().In(e.r.zone.loc).Format(time.DateOnly) }
	name := func(id string, label guanxi.Text) string {
		if s := label.In(lang); s != "" {
			return s
		}
		return id
	}
	say("%s", "%s", name(v.Tier, v.Name))
	if v.Since != 0 {
		say(" since %s (%s)", "，自%s起（%s）", day(v.Since), v.Reason.Label(lang))
	}
	if v.By != ByGrowth {
		say("; %s", "；%s", v.By.Label(lang))
		if v.Until != Never {
			say(" until %s", "，至%s", day(v.Until))
		}
	}
	if v.Grace != 0 {
		say("; not kept, held until %s", "；保级未达标，保留至%s", day(v.Grace))
	}
	missing := func(g *TierGoal, en, zh string) {
		if g == nil || g.Met || len(g.Ways) == 0 {
			return
		}
		say(en, zh, name(g.Tier, g.Name))
		for i, w := range g.Ways {
			if i > 0 {
				say(" or ", "或")
			}
			amount := fmt.Sprint(w.Missing)
			if w.Metric == BySpend {
				amount = minor.To(w.Missing, e.r.decimals).String()
			}
			what := w.Metric.Label(lang)
			if w.Metric == ByPoints {
				what = name(string(w.Kind), e.r.kind(w.Kind).Name)
			}
			say("%[2]s %[1]s", "%s%s", what, amount)
		}
		if g.By != Never {
			say(" by %s", "（%s前）", day(g.By))
		}
	}
	missing(v.Need.Keep, "; to keep %s: ", "；保级%s还需")
	missing(v.Need.Next, "; to reach %s: ", "；升级%s还需")
	return b.String()
}

// TierHistory returns the changes of a tier until a time, the oldest first, from the
// journal of an account: those that entries say and, after the last of them, what time
// has done since by this programme. It ends with the first error of the journal.
func (e *Engine) TierHistory(journal iter.Seq2[*Entry, error], until time.Time) ([]TierStep, error) {
	var steps []TierStep
	var state TierState
	end := InstantOf(until)
	for entry, err := range journal {
		if err != nil {
			return nil, fmt.Errorf("loyalty: reading the journal: %w", err)
		}
		if entry.Tier == nil {
			continue
		}
		for _, s := range entry.Tier.Steps {
			if s.At <= end {
				steps = append(steps, s)
			}
		}
		state.apply(entry.Tier)
	}
	if e.r.loyal == nil {
		return steps, nil
	}
	var m tierMove
	m.begin(e.r.loyal, &state, end)
	m.advance(end)
	return append(steps, m.s.Steps...), nil
}

// TierAt returns the tier that a history has at a time, "" before its first step.
func TierAt(history []TierStep, at time.Time) string {
	tier, t := "", InstantOf(at)
	for _, s := range history {
		if s.At > t {
			break
		}
		tier = s.To
	}
	return tier
}
