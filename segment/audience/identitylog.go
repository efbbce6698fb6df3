package audience

import (
	"fmt"
	"iter"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// IdentityLog is who is whom, as a chain of events made it: the state beside
// [IdentityRules.Resolve], which remembers what was merged and what a person
// decided. A customer is named by its oldest record, so that a merge leaves the
// older customer's name and undoing it gives each its own back. Every method but
// Apply leaves the log alone and returns the events that would follow: the host
// stores them and then applies them.
//
//	found, err := rules.Resolve(records, log.Decisions())
//	events, err := log.Advance(found, now)
//	… store them …
//	for _, e := range events { err = log.Apply(e) }
//
// Not safe while Apply runs; otherwise safe for concurrent use. Memory: a row of
// the key and two words for each record, and the events that can be undone.
type IdentityLog[K comparable] struct {
	key    guanxi.Key[K]
	rows   table.Table[K, identityRow] // by ordinal: records in the order in which they came
	groups map[uint32][]uint32         // members of customers of two records and more, by their oldest
	last   int64
	undo   map[int64]IdentityEvent[K] // merged, joined and separated
	active []identityDecision[K]      // in order of seq
	count  int                        // records
}

// identityRow is where a record is: lead is the oldest of its customer.
type identityRow struct {
	lead uint32
	here bool
}

type identityDecision[K comparable] struct {
	seq   int64
	sides [][]K
}

// NewIdentityLog makes the log of events stored before, in order; none begin a
// new one. The first event that does not follow is an error at /i.
func NewIdentityLog[K comparable](key guanxi.Key[K], events iter.Seq[IdentityEvent[K]]) (*IdentityLog[K], error) {
	l := &IdentityLog[K]{key: key, groups: map[uint32][]uint32{}, undo: map[int64]IdentityEvent[K]{}}
	if events == nil {
		return l, nil
	}
	i := 0
	for e := range events {
		if err := l.Apply(e); err != nil {
			return nil, wrap(guanxi.At(guanxi.Pointer(i), err))
		}
		i++
	}
	return l, nil
}

// Last returns the Seq of the last event, 0 where there is none.
func (l *IdentityLog[K]) Last() int64 { return l.last }

// Len returns the number of records.
func (l *IdentityLog[K]) Len() int { return l.count }

// Customer returns the oldest record of the customer that record k is of. It
// reports false where there is no such record.
func (l *IdentityLog[K]) Customer(k K) (K, bool) {
	o, ok := l.find(k)
	if !ok {
		var zero K
		return zero, false
	}
	return l.rows.Rows[l.rows.Rows[o].Row.lead].Key, true
}

// Members returns the records of the customer that record k is of, the oldest
// first, nil where there is no such record.
func (l *IdentityLog[K]) Members(k K) []K {
	o, ok := l.find(k)
	if !ok {
		return nil
	}
	return l.keysOf(l.members(l.rows.Rows[o].Row.lead))
}

// All returns the customers, the oldest first, each with its records.
func (l *IdentityLog[K]) All() iter.Seq2[K, []K] {
	return func(yield func(K, []K) bool) {
		for o := range l.rows.Rows {
			row := &l.rows.Rows[o]
			if row.Row.here && row.Row.lead == uint32(o) && !yield(row.Key, l.keysOf(l.members(uint32(o)))) {
				return
			}
		}
	}
}

// Decisions returns the decisions by hand that are in force, for Resolve.
func (l *IdentityLog[K]) Decisions() []IdentityDecision[K] {
	out := make([]IdentityDecision[K], len(l.active))
	for i, d := range l.active {
		out[i].Sides = d.sides
	}
	return cloneDecisions(out)
}

const identitySeed = 0x6964656e74697479

func (l *IdentityLog[K]) find(k K) (uint32, bool) {
	o, ok := l.rows.Find(l.key.Hash(identitySeed, k), k)
	return o, ok && l.rows.Rows[o].Row.here
}

// members returns a customer's records, the oldest first.
func (l *IdentityLog[K]) members(lead uint32) []uint32 {
	if m, ok := l.groups[lead]; ok {
		return m
	}
	return []uint32{lead}
}

func (l *IdentityLog[K]) keysOf(ords []uint32) []K {
	keys := make([]K, len(ords))
	for i, o := range ords {
		keys[i] = l.rows.Rows[o].Key
	}
	return keys
}

// set makes one customer of ords, which may be in any order.
func (l *IdentityLog[K]) set(ords []uint32) {
	slices.Sort(ords)
	for _, o := range ords {
		l.rows.Rows[o].Row.lead = ords[0]
		delete(l.groups, o)
	}
	if len(ords) > 1 {
		l.groups[ords[0]] = ords
	}
}

// Apply takes an event into the log. One that does not follow is ErrEvent, or
// ErrUnknownKey or ErrDuplicate where a key is at fault, at its place in the
// event, and changes nothing. Cost: proportional to the event and the customers
// in it.
func (l *IdentityLog[K]) Apply(e IdentityEvent[K]) error {
	if err := l.apply(e); err != nil {
		return wrap(err)
	}
	l.last = e.Seq
	switch e.Kind {
	case IdentityMerged, IdentityJoined, IdentitySeparated:
		l.undo[e.Seq] = e.clone()
	}
	switch e.Kind {
	case IdentityJoined:
		l.active = append(l.active, identityDecision[K]{e.Seq, [][]K{slices.Clone(e.Keys)}})
	case IdentitySeparated:
		l.active = append(l.active, identityDecision[K]{e.Seq, sidesOf(e.Parts)})
	case IdentityWithdrawn:
		l.active = slices.DeleteFunc(l.active, func(d identityDecision[K]) bool { return d.seq == e.Of })
	}
	return nil
}

func sidesOf[K comparable](parts []IdentityPart[K]) [][]K {
	sides := make([][]K, len(parts))
	for i, p := range parts {
		sides[i] = slices.Clone(p.Keys)
	}
	return sides
}

func (e IdentityEvent[K]) clone() IdentityEvent[K] {
	e.Keys, e.Parts = slices.Clone(e.Keys), slices.Clone(e.Parts)
	for i := range e.Parts {
		e.Parts[i].Keys = slices.Clone(e.Parts[i].Keys)
	}
	e.Causes = nil // not needed to undo
	return e
}

func (l *IdentityLog[K]) apply(e IdentityEvent[K]) error {
	if e.Seq != l.last+1 {
		return guanxi.At("/seq", eventFault("%d, after %d", e.Seq, l.last))
	}
	if !soundTime(e.At) {
		return guanxi.At("/at", fmt.Errorf("%w: %v", ErrTime, e.At))
	}
	switch e.Kind {
	case IdentityAdded:
		return l.add(e.Keys)
	case IdentityRemoved:
		return l.remove(e.Keys)
	case IdentityMerged, IdentityJoined:
		return l.merge(e)
	case IdentitySplit, IdentitySeparated:
		return l.split(e, e.Kind == IdentitySplit)
	case IdentityWithdrawn:
		if !slices.ContainsFunc(l.active, func(d identityDecision[K]) bool { return d.seq == e.Of }) {
			return guanxi.At("/of", eventFault("%d is no decision in force", e.Of))
		}
		if len(e.Parts) == 0 {
			return nil
		}
		return l.split(e, false)
	}
	return guanxi.At("/kind", eventFault("%.32q", e.Kind))
}

func (l *IdentityLog[K]) add(keys []K) error {
	if len(keys) == 0 {
		return guanxi.At("/keys", eventFault("no records"))
	}
	seen := make(map[K]bool, len(keys))
	for i, k := range keys {
		if _, ok := l.find(k); ok || seen[k] {
			return guanxi.At(guanxi.Pointer("keys", i), ErrDuplicate)
		}
		seen[k] = true
	}
	l.rows.Reserve(len(keys))
	for _, k := range keys {
		o := l.rows.Ordinal(l.key.Hash(identitySeed, k), k)
		l.rows.Rows[o].Row = identityRow{o, true}
	}
	l.count += len(keys)
	return nil
}

func (l *IdentityLog[K]) remove(keys []K) error {
	gone, err := l.ordinals(keys, "keys")
	if err != nil {
		return err
	}
	for _, o := range gone {
		rest := slices.Clone(l.members(l.rows.Rows[o].Row.lead))
		if rest = slices.DeleteFunc(rest, func(m uint32) bool { return m == o }); len(rest) > 0 {
			l.set(rest)
		}
		delete(l.groups, o)
		l.rows.Rows[o].Row = identityRow{o, false}
	}
	l.count -= len(gone)
	return nil
}

// ordinals finds keys, each once.
func (l *IdentityLog[K]) ordinals(keys []K, path ...any) ([]uint32, error) {
	if len(keys) == 0 {
		return nil, guanxi.At(guanxi.Pointer(path...), eventFault("no records"))
	}
	ords := make([]uint32, len(keys))
	seen := make(map[uint32]bool, len(keys))
	for i, k := range keys {
		o, ok := l.find(k)
		switch {
		case !ok:
			return nil, guanxi.At(guanxi.Pointer(append(path, i)...), ErrUnknownKey)
		case seen[o]:
			return nil, guanxi.At(guanxi.Pointer(append(path, i)...), ErrDuplicate)
		}
		ords[i], seen[o] = o, true
	}
	return ords, nil
}

// parts finds the records of parts, each once in all, and checks that a part is
// named by its oldest.
func (l *IdentityLog[K]) parts(e IdentityEvent[K]) ([][]uint32, error) {
	out := make([][]uint32, len(e.Parts))
	seen := map[uint32]bool{}
	for i, p := range e.Parts {
		ords, err := l.ordinals(p.Keys, "parts", i, "keys")
		if err != nil {
			return nil, err
		}
		for j, o := range ords {
			if seen[o] {
				return nil, guanxi.At(guanxi.Pointer("parts", i, "keys", j), ErrDuplicate)
			}
			seen[o] = true
		}
		if l.rows.Rows[slices.Min(ords)].Key != p.Customer {
			return nil, guanxi.At(guanxi.Pointer("parts", i, "customer"), eventFault("not the oldest record"))
		}
		out[i] = ords
	}
	return out, nil
}

func (l *IdentityLog[K]) merge(e IdentityEvent[K]) error {
	parts, err := l.parts(e)
	if err != nil {
		return err
	}
	if len(parts) < 2 && e.Kind == IdentityMerged || len(parts) == 0 {
		return guanxi.At("/parts", eventFault("%d parts", len(parts)))
	}
	var all []uint32
	in := map[uint32]bool{}
	for i, p := range parts {
		lead := slices.Min(p)
		if m := l.members(lead); l.rows.Rows[lead].Row.lead != lead || len(m) != len(p) ||
			slices.ContainsFunc(p, func(o uint32) bool { return l.rows.Rows[o].Row.lead != lead }) {
			return guanxi.At(guanxi.Pointer("parts", i), eventFault("not a whole customer"))
		}
		for _, o := range p {
			in[o] = true
		}
		all = append(all, p...)
	}
	if l.rows.Rows[slices.Min(all)].Key != e.Customer {
		return guanxi.At("/customer", eventFault("not the oldest record"))
	}
	if e.Kind == IdentityJoined {
		joined, err := l.ordinals(e.Keys, "keys")
		if err != nil {
			return err
		}
		for i, o := range joined {
			if !in[o] {
				return guanxi.At(guanxi.Pointer("keys", i), eventFault("in none of the parts"))
			}
		}
		if err := l.consistent([][]K{e.Keys}); err != nil {
			return err
		}
	}
	l.set(all)
	return nil
}

// split makes the parts customers of their own. What is in no part stays with the
// oldest record; whole says that there must be nothing of that.
func (l *IdentityLog[K]) split(e IdentityEvent[K], whole bool) error {
	parts, err := l.parts(e)
	if err != nil {
		return err
	}
	lead, ok := l.find(e.Customer)
	switch {
	case !ok:
		return guanxi.At("/customer", ErrUnknownKey)
	case l.rows.Rows[lead].Row.lead != lead:
		return guanxi.At("/customer", eventFault("not the oldest record"))
	case len(parts) < 2:
		return guanxi.At("/parts", eventFault("%d parts", len(parts)))
	}
	of := map[uint32]int{}
	for i, p := range parts {
		for j, o := range p {
			if l.rows.Rows[o].Row.lead != lead {
				return guanxi.At(guanxi.Pointer("parts", i, "keys", j), eventFault("a record of another customer"))
			}
			of[o] = i
		}
	}
	members := l.members(lead)
	if whole && len(of) != len(members) {
		return guanxi.At("/parts", eventFault("%d of %d records", len(of), len(members)))
	}
	if e.Kind == IdentitySeparated {
		if err := l.consistent(sidesOf(e.Parts)); err != nil {
			return err
		}
	}
	var rest []uint32
	for _, o := range members {
		if _, ok := of[o]; !ok {
			rest = append(rest, o)
		}
	}
	if i, ok := of[lead]; ok {
		parts[i] = append(parts[i], rest...)
		rest = nil
	}
	delete(l.groups, lead)
	for _, p := range append(parts, rest) {
		if len(p) > 0 {
			l.set(p)
		}
	}
	return nil
}
