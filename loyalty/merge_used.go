package loyalty

import (
	"cmp"
	"errors"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// A redemption of which something may still be given back goes along with a merge. What is
// left of it is transferred out of its lots, and at the other account redeemed again, of
// lots that are opened as already redeemed with the expiry, the priority and the order that
// they had. So both accounts balance, and nobody has points more or less.

// needReturnable asks for the redemptions of which something may be given back, if some are
// not loaded.
func (w *work) needReturnable() error {
	if w.a.part == nil {
		return nil
	}
	n := int64(0)
	for i := range w.a.redeemed.n {
		red := w.a.redeemed.at(i)
		if red.rest() == 0 {
			continue
		}
		n++
		for j := range red.uses {
			if red.left[j] > 0 && w.a.lot(red.uses[j].Lot) == nil {
				return w.need(Need{All: true, Returnable: true})
			}
		}
	}
	if n < w.a.returnable {
		return w.need(Need{All: true, Returnable: true})
	}
	return nil
}

// sendUsed takes what of redemptions has not come back out of their lots, for a merge.
func (w *work) sendUsed(e *Entry, m *MergedState) {
	lots := map[LotID]*Lot{}
	for i := range w.a.redeemed.n {
		red := w.a.redeemed.at(i)
		if red.rest() == 0 {
			continue
		}
		sent := red.remainder()
		for j := range sent.Uses {
			u := &sent.Uses[j]
			l := &w.a.lot(u.Lot).Lot
			e.use(l, u.To, Transferred, u.Points)
			to := lots[l.ID]
			if to == nil {
				to = &Lot{ID: l.ID, Kind: l.Kind, Earned: l.Earned, Activate: l.Activate, Expire: w.a.Expiry(l), Priority: l.Priority, Order: l.Order, Source: l.Source}
				lots[l.ID] = to
			}
			to.Points += u.Points
			*to.part(u.To) += u.Points
		}
		m.Redemptions = append(m.Redemptions, sent)
	}
	slices.SortFunc(m.Redemptions, func(a, b Redemption) int { return cmp.Compare(a.Key, b.Key) })
	for _, l := range lots {
		m.Lots = append(m.Lots, *l)
	}
	slices.SortFunc(m.Lots, func(a, b Lot) int { return cmp.Compare(a.ID, b.ID) })
}

// belong takes the order off lots of whose order nothing can be refunded.
func (m *MergedState) belong(lots []Lot) {
	for i := range lots {
		l := &lots[i]
		at, ok := slices.BinarySearchFunc(m.Orders, l.Order, func(r OrderRecord, id string) int { return cmp.Compare(r.ID, id) })
		if !ok || m.Orders[at].Kept() <= 0 {
			l.Order = ""
		}
	}
}

// remainder returns what is left of a redemption, as one of its own.
func (red *redemption) remainder() Redemption {
	out := Redemption{Key: red.key, Ref: red.ref, Split: red.split}
	total, left := Points(0), red.rest()
	for i, u := range red.uses {
		total += u.Points
		if red.left[i] > 0 {
			u.Ordinal, u.Points = int32(len(out.Uses)), red.left[i]
			out.Uses, out.Left = append(out.Uses, u), append(out.Left, u.Points)
		}
	}
	for _, c := range red.counters {
		if c.Add = partOf(c.Add, total-left, total, total); c.Add > 0 {
			out.Counters = append(out.Counters, c)
		}
	}
	for _, s := range red.shared {
		if s.Amount = partOf(s.Amount, total-left, total, total); s.Amount > 0 {
			out.Shared = append(out.Shared, s)
		}
	}
	return out
}

func (r *Redemption) clone() Redemption {
	c := *r
	c.Uses, c.Left = slices.Clone(r.Uses), slices.Clone(r.Left)
	c.Counters, c.Shared = slices.Clone(r.Counters), slices.Clone(r.Shared)
	return c
}

// mergeKnown refuses orders that have earned in both accounts, unless nothing is left of them
// there, and redemptions whose key this account has.
func (w *work) mergeKnown(m *MergedState) error {
	var need Need
	ask := func(err error) error {
		var n *NeedError
		if errors.As(err, &n) {
			need, err = need.Join(n.Need), nil
		}
		return err
	}
	for i := range m.Orders {
		row, err := w.order(m.Orders[i].ID)
		if err := ask(err); err != nil {
			return err
		}
		if row == nil {
			continue
		}
		if !row.Unearned && !m.Orders[i].Unearned {
			if m.Orders[i].Kept() <= 0 {
				continue
			}
			return guanxi.At(guanxi.Pointer("parcel", "merge", "orders", i), ErrOrderExists)
		}
		if err := ask(w.payments(row)); err != nil {
			return err
		}
	}
	for i := range m.Redemptions {
		row, _ := w.a.keys.find(string(m.Redemptions[i].Key))
		switch {
		case row == nil && w.a.part != nil:
			need.Redemptions = append(need.Redemptions, m.Redemptions[i].Key)
		case row != nil && !row.missing:
			return guanxi.At(guanxi.Pointer("parcel", "merge", "redemptions", i, "key"), ErrKeyReused)
		}
	}
	if len(need.Orders)+len(need.Redemptions) > 0 || need.Redemption != "" {
		return w.need(need)
	}
	return nil
}

// openUsed opens the lots of redemptions that a merge brings.
func (w *work) openUsed(e *Entry, lots []Lot) {
	for i := range lots {
		l := lots[i]
		w.lot++
		l.ID, l.Entry, l.Posted = w.lot, e.Seq, l.Activate <= e.Effective
		e.Opened = append(e.Opened, l)
		e.post(l.Kind, Transferred, -l.Points)
		e.post(l.Kind, Redeemed, l.Redeemed)
		e.post(l.Kind, Donated, l.Donated)
	}
}

// checkUsed asks of redemptions that a parcel brings whether an account can have left them.
func (m *MergedState) checkUsed(r *rules, own Key, f *faults) {
	used := make([]Lot, len(m.Lots))
	for i := range m.Lots {
		l := &m.Lots[i]
		k := r.kind(l.Kind)
		switch {
		case k == nil:
			f.add(ErrUnknown, "parcel", "merge", "lots", i, "kind")
		case !k.Spendable:
			f.add(ErrCondition, "parcel", "merge", "lots", i, "kind")
		case !inYears(l.Earned) || !sentTime(l.Activate) || !sentTime(l.Expire):
			f.add(ErrTime, "parcel", "merge", "lots", i)
		case len(l.Order) > MaxText || len(l.Source) > MaxText:
			f.add(ErrText, "parcel", "merge", "lots", i)
		case i > 0 && m.Lots[i-1].ID >= l.ID || l.Points <= 0 || !l.used(OpMergeIn) || l.Window != 0 || l.Points != l.Redeemed+l.Donated ||
			l.Held|l.Expired|l.TakenBack|l.Transferred|l.Adjusted != 0:
			f.add(ErrImpossible, "parcel", "merge", "lots", i)
		}
	}
	for i := range m.Redemptions {
		red := &m.Redemptions[i]
		switch {
		case red.Key == "" || len(red.Key) > MaxText || len(red.Ref) > MaxText || len(red.Split.Principal) > MaxText:
			f.add(ErrText, "parcel", "merge", "redemptions", i)
		case red.Key == own || i > 0 && m.Redemptions[i-1].Key >= red.Key || len(red.Uses) == 0 || len(red.Left) != len(red.Uses) ||
			!slices.Contains(splitWords, red.Split.Order) || !red.counts() || !m.uses(red, used):
			f.add(ErrImpossible, "parcel", "merge", "redemptions", i)
		}
	}
	for i := range used { // every lot is what was redeemed of it
		if l := &m.Lots[i]; used[i].Redeemed != l.Redeemed || used[i].Donated != l.Donated {
			f.add(ErrImpossible, "parcel", "merge", "lots", i)
		}
	}
}

// uses counts what a redemption has used of lots.
func (m *MergedState) uses(red *Redemption, used []Lot) bool {
	for j := range red.Uses {
		u := &red.Uses[j]
		at := m.lot(u.Lot)
		if at < 0 || u.Points <= 0 || u.Points > MaxPoints || red.Left[j] != u.Points || u.To != Redeemed && u.To != Donated ||
			u.From == 0 || u.From >= books {
			return false
		}
		if *used[at].part(u.To) += u.Points; *used[at].part(u.To) > MaxPoints {
			return false
		}
	}
	return true
}

// counts reports whether what a redemption has counted can be taken back.
func (r *Redemption) counts() bool {
	for i := range r.Counters {
		if c := &r.Counters[i]; c.Name == "" || len(c.Name) > 4*MaxText || c.Add <= 0 {
			return false
		}
	}
	for i := range r.Shared {
		if s := &r.Shared[i]; s.Counter == "" || len(s.Counter) > 4*MaxText || s.Amount <= 0 || s.Step != Confirm {
			return false
		}
	}
	return true
}
