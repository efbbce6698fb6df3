package loyalty

import (
	"strings"

	"github.com/guanxi-go/guanxi"
)

// check refuses a parcel that no account sent, or not to this one. Parcels travel through
// the host's hands: nothing of them is believed that would do harm later.
func (c *Receive) check(w *work) error {
	p := &c.Parcel
	var f faults
	if p.To != w.a.ID || p.From == "" || p.From == p.To || len(p.From) > MaxText {
		f.add(ErrPeer, "parcel", "to")
	}
	for i := range p.Lots {
		l := &p.Lots[i]
		k := w.r.kind(l.Kind)
		switch {
		case k == nil:
			f.add(ErrUnknown, "parcel", "lots", i, "kind")
		case !k.Spendable:
			f.add(ErrCondition, "parcel", "lots", i, "kind")
		case l.Points <= 0:
			f.add(ErrAmount, "parcel", "lots", i, "points")
		case !inYears(l.Earned):
			f.add(ErrTime, "parcel", "lots", i, "earned")
		case !sentTime(l.Activate):
			f.add(ErrTime, "parcel", "lots", i, "activate")
		case !sentTime(l.Expire):
			f.add(ErrTime, "parcel", "lots", i, "expire")
		case len(l.Order) > MaxText || len(l.Source) > MaxText:
			f.add(ErrText, "parcel", "lots", i)
		}
	}
	for i := range p.Debt {
		k := w.r.kind(p.Debt[i].Kind)
		switch {
		case k == nil || p.Debt[i].Points <= 0:
			f.add(ErrAmount, "parcel", "debt", i)
		case !k.Spendable:
			f.add(ErrCondition, "parcel", "debt", i)
		}
	}
	if len(p.Lots)+len(p.Debt) == 0 && p.Merge == nil {
		f.add(ErrAmount, "parcel")
	}
	if p.Merge != nil {
		p.Merge.check(&f)
		p.Merge.checkUsed(w.r, c.Key, &f)
	}
	return f.err()
}

// sentTime reports whether a lot may begin or end at an instant.
func sentTime(at Instant) bool { return at == Never || at >= firstInstant && at <= farInstant }

// check asks whether an account can have left this.
func (m *MergedState) check(f *faults) {
	for i := range m.Orders {
		r := &m.Orders[i]
		switch {
		case r.ID == "" || !r.texts():
			f.add(ErrText, "parcel", "merge", "orders", i)
		case !inYears(r.At) || r.Counted != 0 && !inYears(r.Counted):
			f.add(ErrTime, "parcel", "merge", "orders", i)
		case i > 0 && m.Orders[i-1].ID >= r.ID: // by id, each once
			f.add(ErrImpossible, "parcel", "merge", "orders", i)
		default:
			if err := r.check(); err != nil {
				f.add(err, "parcel", "merge", "orders", i)
			}
		}
	}
	if m.Earned < 0 || m.Earned > maxCounter {
		f.add(ErrImpossible, "parcel", "merge", "earned")
	}
	for i := range m.Counters {
		c := &m.Counters[i]
		switch {
		case c.Name == "" || len(c.Name) > 4*MaxText: // rule, reference and member
			f.add(ErrText, "parcel", "merge", "counters", i)
		case c.Add <= 0 || i > 0 && m.Counters[i-1].compare(c) >= 0:
			f.add(ErrImpossible, "parcel", "merge", "counters", i)
		}
	}
	r := &reader{b: m.Tier.append(nil)}
	var t TierState
	if t.read(r); r.end() != nil || t.Part {
		f.add(ErrImpossible, "parcel", "merge", "tier")
	}
}

// texts reports whether no text of a record is too long.
func (r *OrderRecord) texts() bool {
	longest := len(r.ID)
	for i := range r.Lines {
		longest = max(longest, len(r.Lines[i].ID))
	}
	for i := range r.Terms {
		longest = max(longest, len(r.Terms[i].ID), len(r.Terms[i].Type))
	}
	for i := range r.Payments {
		longest = max(longest, len(r.Payments[i].Redemption))
	}
	for i := range r.Kinds {
		k := &r.Kinds[i]
		longest = max(longest, len(k.Kind), len(k.Rounding.Mode), len(k.Rounding.Scope), len(k.Rules), len(k.Stacking))
	}
	return longest <= MaxText
}

// maxCounter is how far the counters of two accounts together may have counted.
const maxCounter = 1 << 61

// mergeCounters adds the counters of another account. Of a streak, which says how many
// days in a row it is, the longer one stays.
func (w *work) mergeCounters(e *Entry, counters []CounterChange) error {
	for i, c := range counters {
		have := w.a.counters.total(c.Name, c.Window)
		switch {
		case c.Add > maxCounter || have > maxCounter-c.Add:
			return guanxi.At(guanxi.Pointer("parcel", "merge", "counters", i), ErrOverflow)
		case strings.HasPrefix(c.Name, streakPrefix):
			c.Add = max(c.Add-have, 0)
		}
		if c.Add > 0 {
			e.Counters = append(e.Counters, c)
		}
	}
	return nil
}
