package audience

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Join returns the event by which a person says that records are of one customer,
// whatever their identifiers say: their customers become one at once. A key that
// is unknown is ErrUnknownKey at /keys/i, one that is listed twice ErrDuplicate;
// ErrDecision where a decision in force keeps two of them apart.
func (l *IdentityLog[K]) Join(keys []K, by string, now time.Time) (IdentityEvent[K], error) {
	e := IdentityEvent[K]{Seq: l.last + 1, Kind: IdentityJoined, Keys: slices.Clone(keys), By: by}
	var err error
	if e.At, err = stamp(now); err != nil {
		return IdentityEvent[K]{}, wrap(err)
	}
	ords, err := l.ordinals(keys, "keys")
	if err != nil {
		return IdentityEvent[K]{}, wrap(err)
	}
	if len(keys) < 2 {
		return IdentityEvent[K]{}, wrap(guanxi.At("/keys", eventFault("one record alone")))
	}
	if err := l.consistent([][]K{keys}); err != nil {
		return IdentityEvent[K]{}, wrap(err)
	}
	for i, o := range ords {
		ords[i] = l.rows.Rows[o].Row.lead
	}
	slices.Sort(ords)
	ords = slices.Compact(ords)
	for _, lead := range ords {
		e.Parts = append(e.Parts, l.part(l.members(lead)))
	}
	e.Customer = e.Parts[0].Customer
	return e, nil
}

// part is a customer of ords, the oldest first.
func (l *IdentityLog[K]) part(ords []uint32) IdentityPart[K] {
	return IdentityPart[K]{l.rows.Rows[ords[0]].Key, l.keysOf(ords)}
}

// Separate returns the event by which a person tells records of one customer
// apart: those of different sides are never of one customer again, and those of
// one side are, whatever identifiers say. What is on no side stays with the oldest
// record until the next Advance. Keys that are unknown or on two sides are
// ErrUnknownKey and ErrDuplicate; records of different customers, fewer than two
// sides and sides that a decision in force joins are ErrDecision.
func (l *IdentityLog[K]) Separate(sides [][]K, by string, now time.Time) (IdentityEvent[K], error) {
	return l.separate(sides, now, by, 0)
}

func (l *IdentityLog[K]) separate(sides [][]K, now time.Time, by string, of int64) (IdentityEvent[K], error) {
	e := IdentityEvent[K]{Seq: l.last + 1, Kind: IdentitySeparated, By: by, Of: of}
	fail := func(err error) (IdentityEvent[K], error) { return IdentityEvent[K]{}, wrap(err) }
	var err error
	if e.At, err = stamp(now); err != nil {
		return fail(err)
	}
	if len(sides) < 2 {
		return fail(guanxi.At("/sides", fmt.Errorf("%w: there are two sides or more", ErrDecision)))
	}
	seen := map[uint32]bool{}
	var lead uint32
	for i, side := range sides {
		ords, err := l.ordinals(side, "sides", i)
		if err != nil {
			return fail(err)
		}
		for j, o := range ords {
			if len(seen) == 0 {
				lead = l.rows.Rows[o].Row.lead
			}
			switch {
			case seen[o]:
				return fail(guanxi.At(guanxi.Pointer("sides", i, j), ErrDuplicate))
			case l.rows.Rows[o].Row.lead != lead:
				return fail(guanxi.At(guanxi.Pointer("sides", i, j), fmt.Errorf("%w: a record of another customer already", ErrDecision)))
			}
			seen[o] = true
		}
		slices.Sort(ords)
		e.Parts = append(e.Parts, l.part(ords))
	}
	e.Customer = l.rows.Rows[lead].Key
	if err := l.consistent(sides); err != nil {
		return fail(err)
	}
	return e, nil
}

// Undo returns the event that undoes another, by its Seq:
//
//   - a merge by identifiers: each part is again the customer it was, and no
//     identifier, whenever it comes, ever joins two of the parts. What came to the
//     customer later stays with the oldest part until the next Advance;
//   - Join: its parts are the customers they were, if they still are together, and
//     identifiers decide about them again;
//   - Separate, and the undoing of a merge: identifiers decide again, at the next
//     Advance.
//
// ErrEvent where there is no such event that can be undone or it was undone
// already, ErrDecision where the parts are no longer of one customer (a later
// event is to be undone first) or a decision in force joins them.
func (l *IdentityLog[K]) Undo(seq int64, by string, now time.Time) (IdentityEvent[K], error) {
	e, ok := l.undo[seq]
	inForce := slices.ContainsFunc(l.active, func(d identityDecision[K]) bool { return d.seq == seq })
	if !ok || e.Kind != IdentityMerged && !inForce {
		return IdentityEvent[K]{}, wrap(guanxi.At("/of", eventFault("%d cannot be undone, or is undone", seq)))
	}
	// Of the parts, what is still here.
	var sides [][]K
	for _, p := range e.Parts {
		if here := slices.DeleteFunc(slices.Clone(p.Keys), func(k K) bool { _, ok := l.find(k); return !ok }); len(here) > 0 {
			sides = append(sides, here)
		}
	}
	if e.Kind == IdentityMerged {
		return l.separate(sides, now, by, seq)
	}
	back := IdentityEvent[K]{Seq: l.last + 1, Kind: IdentityWithdrawn, Of: seq, By: by}
	var err error
	if back.At, err = stamp(now); err != nil {
		return IdentityEvent[K]{}, wrap(err)
	}
	if lead, ok := l.together(sides); e.Kind == IdentityJoined && ok && len(sides) > 1 {
		back.Customer = l.rows.Rows[lead].Key
		for _, side := range sides {
			ords, err := l.ordinals(side)
			if err != nil {
				return IdentityEvent[K]{}, wrap(err)
			}
			slices.Sort(ords)
			back.Parts = append(back.Parts, l.part(ords))
		}
	}
	return back, nil
}

// together returns the customer that all records of the sides are of.
func (l *IdentityLog[K]) together(sides [][]K) (lead uint32, ok bool) {
	first := true
	for _, side := range sides {
		for _, k := range side {
			o, _ := l.find(k)
			if at := l.rows.Rows[o].Row.lead; first {
				lead, first = at, false
			} else if at != lead {
				return 0, false
			}
		}
	}
	return lead, !first
}

// Remove returns the event by which records go. A customer whose oldest record
// goes is named by the next. To forget a person for good, the host also replaces
// the key in the events it stored, everywhere by the same.
func (l *IdentityLog[K]) Remove(keys []K, now time.Time) (IdentityEvent[K], error) {
	e := IdentityEvent[K]{Seq: l.last + 1, Kind: IdentityRemoved, Keys: slices.Clone(keys)}
	var err error
	if e.At, err = stamp(now); err != nil {
		return IdentityEvent[K]{}, wrap(err)
	}
	if _, err := l.ordinals(keys, "keys"); err != nil {
		return IdentityEvent[K]{}, wrap(err)
	}
	return e, nil
}

// consistent returns ErrDecision if a decision with these sides and those in force
// contradict each other.
func (l *IdentityLog[K]) consistent(sides [][]K) error {
	one := identityDecision[K]{l.last + 1, sides}
	all := append(slices.Clone(l.active), one)
	customer := joined(all)
	for _, d := range l.active {
		if torn(d, customer) {
			return fmt.Errorf("%w: event %d keeps them apart; undo it first", ErrDecision, d.seq)
		}
	}
	if !torn(one, customer) {
		return nil
	}
	// Name those that it takes: of the ones that have to do with it, whatever else
	// joins the sides as well is left out.
	here := map[int32]bool{}
	for _, side := range sides {
		for _, k := range side {
			here[customer(k)] = true
		}
	}
	needed := slices.DeleteFunc(slices.Clone(l.active), func(d identityDecision[K]) bool {
		return !slices.ContainsFunc(d.sides, func(side []K) bool { return len(side) > 1 && here[customer(side[0])] })
	})
	for i := len(needed) - 1; i >= 0; i-- {
		if rest := slices.Delete(slices.Clone(needed), i, i+1); torn(one, joined(append(slices.Clone(rest), one))) {
			needed = rest
		}
	}
	var events []int64
	for _, d := range needed {
		events = append(events, d.seq)
	}
	return fmt.Errorf("%w: the decisions of events %v join two of the sides; undo them first", ErrDecision, events)
}

// joined returns to whom a record belongs if the sides of decisions are each one.
func joined[K comparable](all []identityDecision[K]) func(K) int32 {
	number := map[K]int32{}
	var parent []int32
	node := func(k K) int32 {
		n, ok := number[k]
		if !ok {
			n = int32(len(parent))
			number[k], parent = n, append(parent, n)
		}
		return n
	}
	for _, d := range all {
		for _, side := range d.sides {
			for _, k := range side {
				a, b := node(side[0]), node(k)
				union(parent, a, b)
			}
		}
	}
	return func(k K) int32 {
		n := node(k)
		return find(parent, n)
	}
}

// torn reports whether two sides of d belong to one customer all the same.
func torn[K comparable](d identityDecision[K], customer func(K) int32) bool {
	on := map[int32]int{}
	for i, side := range d.sides {
		for _, k := range side {
			root := customer(k)
			if j, ok := on[root]; ok && j != i {
				return true
			}
			on[root] = i
		}
	}
	return false
}
