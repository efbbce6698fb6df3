package simulate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// partly decides on no more of an account than is needed: it must come to the same.
func (w *World) partly(a *loyalty.Account, s Step, left map[string]int64) error {
	a = a.Clone()
	for counter, n := range left {
		a.SetShared(counter, n)
	}
	want, refused := w.engine.Decide(a, s.Command, s.Recorded)
	need := w.engine.Need(s.Command)
	for range 10 {
		var part loyalty.Account
		a.LoadInto(&part, need)
		for counter, n := range left {
			part.SetShared(counter, n)
		}
		got, err := w.engine.Decide(&part, s.Command, s.Recorded)
		var more *loyalty.NeedError
		if errors.As(err, &more) {
			need = need.Join(more.Need)
			continue
		}
		if (err == nil) != (refused == nil) || err != nil && err.Error() != refused.Error() {
			return fmt.Errorf("in part: %w, in full: %w", err, refused)
		}
		if err != nil || got.Repeated {
			return nil
		}
		if len(got.Entries) != len(want.Entries) {
			return fmt.Errorf("in part: %+v, in full: %+v", got.Entries, want.Entries)
		}
		for i := range got.Entries {
			if got.Entries[i].Hash != want.Entries[i].Hash {
				return fmt.Errorf("in part: %+v, in full: %+v", got.Entries[i], want.Entries[i])
			}
		}
		return part.Apply(got)
	}
	return fmt.Errorf("never enough is loaded: %+v", need)
}

// Laws asks all that takes the whole journal, of every account.
func (w *World) Laws() error {
	ids := []loyalty.AccountID{}
	for id := range w.sides {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := w.laws(id, w.sides[id]); err != nil {
			return fmt.Errorf("after step %d: %s: %w", w.done, id, err)
		}
	}
	for _, law := range []func() error{w.owed, w.revenue} {
		if err := law(); err != nil {
			return fmt.Errorf("after step %d: %w", w.done, err)
		}
	}
	return nil
}

func (w *World) laws(id loyalty.AccountID, s *side) error {
	a, err := w.host.Account(id)
	if err != nil {
		return err
	}
	journal, err := w.host.Journal(id, 1)
	if err != nil || len(journal) == 0 {
		return err
	}
	if err := a.Check(); err != nil {
		return err
	}
	for _, law := range []func(*loyalty.Account, []loyalty.Entry, *side) error{w.replay, w.chain, w.orders, w.redemptions, w.past, w.sweeps, w.expiring, w.tier, w.backAndForth} {
		if err := law(a, journal, s); err != nil {
			return err
		}
	}
	return nil
}

func marshal(a *loyalty.Account) []byte {
	b, err := a.MarshalBinary()
	if err != nil {
		return []byte(err.Error())
	}
	return b
}

// replay: the journal makes the account, from the start and from any checkpoint.
func (w *World) replay(a *loyalty.Account, journal []loyalty.Entry, _ *side) error {
	b, err := loyalty.Replay(a.ID, loyalty.Entries(journal))
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	want := marshal(a)
	if !bytes.Equal(marshal(b), want) {
		return errors.New("replay makes another account")
	}
	cut := int(w.probe>>33) % (len(journal) + 1)
	w.once(1)
	half, err := loyalty.Replay(a.ID, loyalty.Entries(journal[:cut]))
	if err != nil {
		return err
	}
	var from loyalty.Account
	if err := from.UnmarshalBinary(marshal(half)); err != nil {
		return err
	}
	if err := from.Replay(loyalty.Entries(journal[cut:])); err != nil {
		return err
	}
	if !bytes.Equal(marshal(&from), want) {
		return fmt.Errorf("replay from the checkpoint after %d entries makes another account", cut)
	}
	return nil
}

// chain: the journal verifies, and does not with a field changed.
func (w *World) chain(a *loyalty.Account, journal []loyalty.Entry, _ *side) error {
	if err := loyalty.Verify(a.ID, loyalty.Entries(journal)); err != nil {
		return err
	}
	i := int(w.probe>>33) % len(journal)
	w.once(1)
	head, err := loyalty.Replay(a.ID, loyalty.Entries(journal[:i]))
	if err != nil {
		return err
	}
	for name, change := range changes {
		e := journal[i].Clone()
		if !change(&e) {
			continue
		}
		var broken *loyalty.BrokenError
		err := head.Verify(loyalty.Entries([]loyalty.Entry{e})) // which changes nothing, if it is refused
		if !errors.As(err, &broken) || broken.Seq != e.Seq && name != "seq" {
			return fmt.Errorf("entry %d verifies with another %s: %w", e.Seq, name, err)
		}
	}
	e := journal[i].Clone()
	e.Note = loyalty.Note{}
	if err := head.Verify(loyalty.Entries([]loyalty.Entry{e})); err != nil {
		return fmt.Errorf("entry %d without its note: %w", e.Seq, err)
	}
	return nil
}

// changes falsify a field of an entry; those that have nothing to change say false.
var changes = map[string]func(*loyalty.Entry) bool{
	"account":     func(e *loyalty.Entry) bool { e.Account += "x"; return true },
	"seq":         func(e *loyalty.Entry) bool { e.Seq++; return true },
	"op":          func(e *loyalty.Entry) bool { e.Op += "x"; return true },
	"key":         func(e *loyalty.Entry) bool { e.Key += "x"; return true },
	"intent":      func(e *loyalty.Entry) bool { e.Intent[7]++; return true },
	"effective":   func(e *loyalty.Entry) bool { e.Effective++; return true },
	"recorded":    func(e *loyalty.Entry) bool { e.Recorded++; return true },
	"program":     func(e *loyalty.Entry) bool { e.Program++; return true },
	"member":      func(e *loyalty.Entry) bool { e.Member += "x"; return true },
	"peer":        func(e *loyalty.Entry) bool { e.Peer += "x"; return true },
	"ref":         func(e *loyalty.Entry) bool { e.Ref += "x"; return true },
	"status":      func(e *loyalty.Entry) bool { e.Status += "x"; return true },
	"prev":        func(e *loyalty.Entry) bool { e.Prev[3]++; return true },
	"hash":        func(e *loyalty.Entry) bool { e.Hash[3]++; return true },
	"split":       func(e *loyalty.Entry) bool { e.Split.Principal += "x"; return true },
	"split order": func(e *loyalty.Entry) bool { e.Split.Order += "x"; return true },
	"results":     func(e *loyalty.Entry) bool { return at(e.Results, func(r *loyalty.Result) { r.Points++ }) },
	"cut":         func(e *loyalty.Entry) bool { return at(e.Results, func(r *loyalty.Result) { r.Cut++ }) },
	"debt":        func(e *loyalty.Entry) bool { return at(e.Results, func(r *loyalty.Result) { r.Debt++ }) },
	"postings":    func(e *loyalty.Entry) bool { return at(e.Postings, func(p *loyalty.Posting) { p.Points++ }) },
	"book":        func(e *loyalty.Entry) bool { return at(e.Postings, func(p *loyalty.Posting) { p.Book++ }) },
	"opened":      func(e *loyalty.Entry) bool { return at(e.Opened, func(l *loyalty.Lot) { l.Expire-- }) },
	"source":      func(e *loyalty.Entry) bool { return at(e.Opened, func(l *loyalty.Lot) { l.Source += "x" }) },
	"activate":    func(e *loyalty.Entry) bool { return at(e.Opened, func(l *loyalty.Lot) { l.Activate++ }) },
	"earned":      func(e *loyalty.Entry) bool { return at(e.Opened, func(l *loyalty.Lot) { l.Earned++ }) },
	"priority":    func(e *loyalty.Entry) bool { return at(e.Opened, func(l *loyalty.Lot) { l.Priority++ }) },
	"uses":        func(e *loyalty.Entry) bool { return at(e.Uses, func(u *loyalty.Use) { u.Points-- }) },
	"use lot":     func(e *loyalty.Entry) bool { return at(e.Uses, func(u *loyalty.Use) { u.Lot++ }) },
	"use book":    func(e *loyalty.Entry) bool { return at(e.Uses, func(u *loyalty.Use) { u.To++ }) },
	"ordinal":     func(e *loyalty.Entry) bool { return at(e.Uses, func(u *loyalty.Use) { u.Ordinal++ }) },
	"extended":    func(e *loyalty.Entry) bool { return at(e.Extended, func(x *loyalty.LotExpiry) { x.Expire++ }) },
	"windows":     func(e *loyalty.Entry) bool { return at(e.Windows, func(x *loyalty.Window) { x.Expire++ }) },
	"counters":    func(e *loyalty.Entry) bool { return at(e.Counters, func(x *loyalty.CounterChange) { x.Add++ }) },
	"shared":      func(e *loyalty.Entry) bool { return at(e.Shared, func(x *loyalty.SharedChange) { x.Amount++ }) },
	"order": func(e *loyalty.Entry) bool {
		return e.Order != nil && (at(e.Order.Lines, func(l *loyalty.LineReturn) { l.Amount++ }) || e.Order.Earned != nil && at(e.Order.Earned.Lines, func(l *loyalty.LineRecord) { l.Base++ }))
	},
	"payment": func(e *loyalty.Entry) bool {
		if e.Order != nil && e.Order.Paid != nil {
			e.Order.Paid.Money++
			return true
		}
		return false
	},
	"refund": func(e *loyalty.Entry) bool {
		if e.Order != nil && e.Order.Back != nil {
			e.Order.Back.Money++
			return true
		}
		return false
	},
	"redemptions": func(e *loyalty.Entry) bool {
		return e.Parcel != nil && e.Parcel.Merge != nil && at(e.Parcel.Merge.Redemptions, func(r *loyalty.Redemption) { r.Left[0]-- })
	},
	"terms": func(e *loyalty.Entry) bool {
		return e.Order != nil && e.Order.Earned != nil && at(e.Order.Earned.Terms, func(t *loyalty.Term) { t.Min++ })
	},
	"hold": func(e *loyalty.Entry) bool {
		if e.Hold != nil {
			e.Hold.Until++
		}
		return e.Hold != nil
	},
	"tier": func(e *loyalty.Entry) bool {
		if e.Tier != nil {
			e.Tier.Now.Growth[1]++
		}
		return e.Tier != nil
	},
	"parcel": func(e *loyalty.Entry) bool {
		return e.Parcel != nil && at(e.Parcel.Lots, func(l *loyalty.Lot) { l.Points++ })
	},
}

func at[T any](s []T, change func(*T)) bool {
	if len(s) == 0 {
		return false
	}
	change(&s[len(s)-1])
	return true
}

func (w *World) orders(a *loyalty.Account, _ []loyalty.Entry, side *side) error {
	for id := range side.ref.orders {
		if err := w.order(a, side.ref, id); err != nil {
			return err
		}
	}
	return nil
}

// past: a balance does not change when more is written, but what is dated before it.
func (w *World) past(a *loyalty.Account, journal []loyalty.Entry, side *side) error {
	if w.program.Policy.Backdate == loyalty.BackdateAccept {
		side.samples = nil
	}
	for len(side.samples) > 12 { // some of the old ones
		side.samples = slices.Delete(side.samples, int(w.probe>>40)%4, int(w.probe>>40)%4+1)
	}
	for _, s := range side.samples {
		b, err := loyalty.BalanceAt(loyalty.Entries(journal), s.kind, s.at)
		if err != nil || b != s.bal {
			return fmt.Errorf("the balance at %s was %+v, is %+v: %w", s.at, s.bal, b, err)
		}
	}
	w.once(1)
	for _, k := range spendables[int(w.probe>>45)%len(spendables):][:1] {
		t := a.Last.Time()
		b, err := a.BalanceAt(k, t)
		if err != nil {
			return err
		}
		if x, err := loyalty.BalanceAt(loyalty.Entries(journal), k, t); err != nil || x != b {
			return fmt.Errorf("the balance at %s is %+v, by the journal %+v: %w", t, b, x, err)
		}
		// What happens at the same instant from now on may change it.
		if t := t.Add(-time.Microsecond); t.Year() > 2000 {
			b, err := loyalty.BalanceAt(loyalty.Entries(journal), k, t)
			if err != nil {
				return err
			}
			side.samples = append(side.samples, sample{k, t, b})
		}
		from := t.AddDate(0, 0, -int(w.probe>>40)%200)
		st, err := loyalty.NewStatement(loyalty.Entries(journal), k, from, t)
		if err != nil {
			return err
		}
		sum := st.Opening
		for _, l := range st.Lines {
			sum.Available, sum.Pending, sum.Held, sum.Debt = sum.Available+l.Available, sum.Pending+l.Pending, sum.Held+l.Held, sum.Debt+l.Debt
		}
		if sum != st.Closing {
			return fmt.Errorf("a statement does not sum: %+v", st)
		}
	}
	return nil
}

// sweeps: run never, once or seven times, they change no balance, in the past or ahead.
func (w *World) sweeps(a *loyalty.Account, journal []loyalty.Entry, side *side) error {
	ahead := a.Last.Time().AddDate(0, 0, int(w.probe>>33)%200)
	w.once(1)
	for _, times := range []int{1, 7}[w.probe>>37&1:][:1] {
		b, j := a.Clone(), slices.Clone(journal)
		for i := range times {
			at := ahead.Add(-time.Duration(times-1-i) * 20 * 24 * time.Hour)
			d, err := w.engine.Decide(b, &loyalty.Sweep{Header: loyalty.Header{Key: loyalty.Key(fmt.Sprint("law", i)), At: at}, Max: i % 3 * 2}, at)
			if err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
			if err := b.Apply(d); err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
			for k := range d.Entries {
				j = append(j, d.Entries[k].Clone())
			}
		}
		if err := b.Check(); err != nil {
			return fmt.Errorf("after sweeps: %w", err)
		}
		for _, k := range spendables {
			t := ahead.AddDate(0, 0, int(w.probe>>40)%90)
			x, err := b.BalanceAt(k, t)
			if y := side.ref.balance(k, t.UnixMicro()); err != nil || x != y {
				return fmt.Errorf("after %d sweeps until %s the balance at %s is %+v, else %+v: %w", times, ahead, t, x, y, err)
			}
			if w.once(2) {
				continue
			}
			then := a.Last.Time().AddDate(0, 0, -int(w.probe>>41)%90)
			p, err := loyalty.BalanceAt(loyalty.Entries(journal), k, then)
			q, err2 := loyalty.BalanceAt(loyalty.Entries(j), k, then)
			if err != nil || err2 != nil || p != q {
				return fmt.Errorf("after %d sweeps the balance at %s is %+v, was %+v", times, then, q, p)
			}
		}
		v, _ := w.engine.Tier(a, ahead)
		if u, _ := w.engine.Tier(b, ahead); u.Tier != v.Tier || u.Since != v.Since {
			return fmt.Errorf("after %d sweeps the tier at %s is %+v, else %+v", times, ahead, u, v)
		}
	}
	return nil
}

// expiring: what is said to expire does, if nothing else happens.
func (w *World) expiring(a *loyalty.Account, _ []loyalty.Entry, side *side) error {
	from := a.Last.Time()
	until := from.AddDate(0, 0, int(w.probe>>33)%500)
	ref := side.ref.asOf(int64(a.Last))
	for _, k := range spendables {
		got, err := a.Expiring(k, from, until)
		if err != nil {
			return err
		}
		want := map[loyalty.Instant]loyalty.Points{}
		for i := range ref.lots {
			l := &ref.lots[i]
			if x := ref.end(l); l.kind == k && l.remaining > 0 && x > int64(a.Last) && x <= until.UnixMicro() {
				want[loyalty.Instant(x)] += loyalty.Points(l.remaining)
			}
		}
		for i, x := range got {
			if want[x.Expire] != x.Points || i > 0 && got[i-1].Expire >= x.Expire {
				return fmt.Errorf("%+v are to expire, in fact %+v", got, want)
			}
		}
		if len(got) != len(want) {
			return fmt.Errorf("%+v are to expire, in fact %+v", got, want)
		}
	}
	return nil
}

// tier: a function of journal, rules and time; what is needed for the next, earned, makes it.
func (w *World) tier(a *loyalty.Account, journal []loyalty.Entry, side *side) error {
	if len(w.program.Tiers.Levels) == 0 {
		return nil
	}
	at := a.Last.Time().AddDate(0, 0, int(w.probe>>33)%700)
	v, _ := w.engine.Tier(a, at)
	b, err := loyalty.Replay(a.ID, loyalty.Entries(journal))
	if err != nil {
		return err
	}
	if u, _ := w.engine.Tier(b, at); u.Tier != v.Tier || u.Since != v.Since || u.Until != v.Until {
		return fmt.Errorf("the tier at %s is %+v, by the journal %+v", at, v, u)
	}
	if w.rules.knowsTier(side.ref) {
		if want := w.rules.tierAt(side.ref, at.UnixMicro()); v.Tier != want {
			return fmt.Errorf("the tier at %s is %+v, the reference has %s", at, v, want)
		}
	}
	if a.Status != loyalty.Open || w.program.Tiers.Upgrade == loyalty.TierAtReview {
		return nil
	}
	now := max(a.Last, loyalty.InstantOf(at))
	goal := v.Need.Next
	if goal == nil || goal.Met || len(goal.Ways) == 0 || goal.Ways[0].Kind != kindGrowth {
		return nil
	}
	for _, short := range []loyalty.Points{1, 0} {
		missing := loyalty.Points(goal.Ways[0].Missing) - short
		if missing == 0 {
			continue
		}
		c := a.Clone()
		d, err := w.engine.Decide(c, &loyalty.Adjust{Header: loyalty.Header{Key: "law", At: now.Time()}, Kind: kindGrowth, Points: missing}, at)
		if err != nil {
			return fmt.Errorf("growth: %w", err)
		}
		if err := c.Apply(d); err != nil {
			return err
		}
		rank := func(id string) int {
			return slices.IndexFunc(w.program.Tiers.Levels, func(l loyalty.Tier) bool { return l.ID == id })
		}
		u, _ := w.engine.Tier(c, now.Time())
		if reached := rank(u.Earned) >= rank(goal.Tier); reached != (short == 0) || rank(u.Tier) < rank(v.Tier) {
			return fmt.Errorf("%d of growth at %s: %s needs %+v, and it is %+v after %+v", missing, now.Time(), goal.Tier, goal.Ways, u, v)
		}
	}
	return nil
}

// backAndForth: to redeem and to give it back at once leaves the lots as they were.
func (w *World) backAndForth(a *loyalty.Account, _ []loyalty.Entry, side *side) error {
	if a.Status != loyalty.Open {
		return nil
	}
	b := a.Clone()
	at := a.Last.Time()
	for _, k := range spendables {
		n := side.ref.balance(k, int64(a.Last)).Available
		if n == 0 || w.rules.kind(k).Expiry.Mode == loyalty.ExpireActivity {
			continue
		}
		lots := func() (out []loyalty.Lot) {
			for l := range b.Lots() {
				out = append(out, l)
			}
			return out
		}
		before := lots()
		for i, c := range []loyalty.Command{
			&loyalty.Redeem{Header: loyalty.Header{Key: loyalty.Key("law" + k), At: at}, Spend: loyalty.Spend{Kind: k, Points: (n + 1) / 2}},
			&loyalty.Return{Header: loyalty.Header{Key: loyalty.Key("law back" + k), At: at}, Redemption: loyalty.Key("law" + k)},
		} {
			d, err := w.engine.Decide(b, c, at)
			if err != nil {
				return fmt.Errorf("back and forth: %w", err)
			}
			if err := b.Apply(d); err != nil {
				return err
			}
			if i == 0 && b.Seq != a.Seq+1 { // a hold has run out
				before = nil
			}
		}
		if after := lots(); before != nil && !slices.Equal(before, after) {
			return fmt.Errorf("%d redeemed and given back: %+v, was %+v", n, after, before)
		}
		return nil
	}
	return nil
}
