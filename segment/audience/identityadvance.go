package audience

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// maxAdded is how many records one event adds.
const maxAdded = 10_000

// Advance returns the events by which the log comes to what Resolve found: first
// the records that are new, then the customers that fall apart, then those that
// become one; none where nothing changed. found need not hold everybody: with a
// record come all the records of its customer, or it is ErrPartial, which names
// one that is missing. To find the same as with everybody, found must hold what is
// linked to its records through identifiers in common, near and far. Records that
// the log has and found has not are left alone. See Remove.
//
// found is to be made with the log's Decisions. Cost: about a microsecond a
// record.
func (l *IdentityLog[K]) Advance(found *Identities[K], now time.Time) ([]IdentityEvent[K], error) {
	at, err := stamp(now)
	if err != nil {
		return nil, wrap(err)
	}
	a := advance[K]{l: l, found: found, age: make([]uint32, len(found.keys)), lead: make([]uint32, len(found.keys))}
	added := a.locate()
	if err := a.complete(); err != nil {
		return nil, wrap(err)
	}
	var events []IdentityEvent[K]
	add := func(e IdentityEvent[K]) {
		e.Seq, e.At = l.last+1+int64(len(events)), at
		events = append(events, e)
	}
	for keys := range slices.Chunk(added, maxAdded) {
		add(IdentityEvent[K]{Kind: IdentityAdded, Keys: keys})
	}
	a.pieces()
	for _, e := range a.splits() {
		add(e)
	}
	for _, e := range a.merges() {
		add(e)
	}
	return events, nil
}

// advance is an Advance under way. Records are those found, by their place there.
type advance[K comparable] struct {
	l     *IdentityLog[K]
	found *Identities[K]
	age   []uint32 // ordinals; of those that are new, which they will have
	lead  []uint32 // the oldest of the customer they are of now
	// whole and apart are the pieces of customers found and of customers now, where
	// there are two or more: the former become one, the latter fall apart.
	whole, apart map[uint32][]piece
}

// piece is the records that are of one customer now and of one that was found, the
// oldest first.
type piece struct{ records []int32 }

// locate finds the records in the log, and returns the keys of those that are not
// there, in order.
func (a *advance[K]) locate() []K {
	var added []K
	next := uint32(len(a.l.rows.Rows))
	for p, k := range a.found.keys {
		o, ok := a.l.rows.Find(a.l.key.Hash(identitySeed, k), k)
		switch {
		case ok && a.l.rows.Rows[o].Row.here:
			a.age[p], a.lead[p] = o, a.l.rows.Rows[o].Row.lead
			continue
		case !ok:
			o = next
			next++
		}
		a.age[p], a.lead[p] = o, o
		added = append(added, k)
	}
	return added
}

// complete reports customers of which not all records were found.
func (a *advance[K]) complete() error {
	seen := map[uint32]int{} // of customers with two records and more
	for _, lead := range a.lead {
		if _, ok := a.l.groups[lead]; ok {
			seen[lead]++
		}
	}
	for _, lead := range slices.Sorted(maps.Keys(seen)) {
		members := a.l.groups[lead]
		if seen[lead] == len(members) {
			continue
		}
		for _, o := range members {
			if k := a.l.rows.Rows[o].Key; !a.found.has(k) {
				return fmt.Errorf("%w: %v, of the customer %v", ErrPartial, k, a.l.rows.Rows[lead].Key)
			}
		}
	}
	return nil
}

func (o *Identities[K]) has(k K) bool {
	_, ok := o.find(k)
	return ok
}

// pieces finds which customers fall apart and which become one.
func (a *advance[K]) pieces() {
	a.whole, a.apart = map[uint32][]piece{}, map[uint32][]piece{}
	type pair struct{ root, lead uint32 }
	at := map[pair][]int32{} // where it is not plain
	alone := func(p int, root int32) bool {
		c := a.found.place[root]
		_, grouped := a.l.groups[a.lead[p]]
		return !grouped && a.found.from[c+1]-a.found.from[c] == 1
	}
	for p, root := range a.found.root {
		if !alone(p, root) {
			k := pair{uint32(root), a.lead[p]}
			at[k] = append(at[k], int32(p))
		}
	}
	for k, records := range at {
		slices.SortFunc(records, func(x, y int32) int { return cmp.Compare(a.age[x], a.age[y]) })
		a.whole[k.root] = append(a.whole[k.root], piece{records})
		a.apart[k.lead] = append(a.apart[k.lead], piece{records})
	}
	for _, m := range []map[uint32][]piece{a.whole, a.apart} {
		for k, pieces := range m {
			if len(pieces) < 2 {
				delete(m, k)
				continue
			}
			slices.SortFunc(pieces, func(x, y piece) int { return cmp.Compare(a.age[x.records[0]], a.age[y.records[0]]) })
		}
	}
}

func (a *advance[K]) parts(pieces []piece) []IdentityPart[K] {
	out := make([]IdentityPart[K], len(pieces))
	for i, p := range pieces {
		keys := make([]K, len(p.records))
		for j, r := range p.records {
			keys[j] = a.found.keys[r]
		}
		out[i] = IdentityPart[K]{keys[0], keys}
	}
	return out
}

func (a *advance[K]) splits() []IdentityEvent[K] {
	var out []IdentityEvent[K]
	for _, lead := range slices.Sorted(maps.Keys(a.apart)) {
		parts := a.parts(a.apart[lead])
		out = append(out, IdentityEvent[K]{Kind: IdentitySplit, Customer: parts[0].Customer, Parts: parts})
	}
	return out
}

func (a *advance[K]) merges() []IdentityEvent[K] {
	causes := a.causes()
	roots := slices.SortedFunc(maps.Keys(a.whole), func(x, y uint32) int {
		return cmp.Compare(a.age[a.whole[x][0].records[0]], a.age[a.whole[y][0].records[0]])
	})
	var out []IdentityEvent[K]
	for _, root := range roots {
		parts := a.parts(a.whole[root])
		out = append(out, IdentityEvent[K]{Kind: IdentityMerged, Customer: parts[0].Customer, Parts: parts, Causes: causes[root]})
	}
	return out
}

// causes finds what joins the pieces of each customer that becomes one: decisions,
// then kinds of identifiers, the strongest first.
func (a *advance[K]) causes() map[uint32][]IdentityCause[K] {
	o := a.found
	out := map[uint32][]IdentityCause[K]{}
	crosses := func(records []int32) bool {
		return slices.ContainsFunc(records, func(p int32) bool { return a.lead[p] != a.lead[records[0]] })
	}
	for _, d := range o.decisions {
		for _, side := range d.Sides {
			var records []int32
			for _, k := range side {
				if p, ok := o.find(k); ok {
					records = append(records, p)
				}
			}
			if len(records) == 0 || !crosses(records) {
				continue
			}
			root := uint32(o.root[records[0]])
			if _, ok := a.whole[root]; ok {
				slices.Sort(records)
				c := IdentityCause[K]{ByHand: true}
				for _, p := range slices.Compact(records) {
					c.Keys = append(c.Keys, o.keys[p])
				}
				out[root] = append(out[root], c)
			}
		}
	}
	var values []uint32
	for v, st := range o.state {
		if st != valueJoins {
			continue
		}
		records := o.recordsOf(uint32(v))
		if len(records) < 2 {
			continue
		}
		if _, ok := a.whole[uint32(o.root[records[0]])]; ok && crosses(records) {
			values = append(values, uint32(v))
		}
	}
	o.sortValues(values)
	for _, v := range values {
		root := uint32(o.root[o.recordsOf(v)[0]])
		out[root] = append(out[root], IdentityCause[K]{Kind: o.identifier(v).Kind, Keys: o.keysOf(v)})
	}
	return out
}
