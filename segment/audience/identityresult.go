package audience

import (
	"cmp"
	"iter"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// Identities says which records are of one customer, and why. Immutable; safe for
// concurrent use.
type Identities[K comparable] struct {
	m         *IdentityRules[K]
	decisions []IdentityDecision[K]
	keys      []K     // the records, in order
	root      []int32 // by record: the smallest of its customer
	members   []K     // by customer, both in order
	from      []int32 // by customer: where its members begin; one more at the end
	place     []int32 // by record that is a root: its customer's number

	values    []identityValue
	state     []uint8
	start     []int   // by value: where its records begin
	records   []int32 // by value, in order
	conflicts []IdentityConflict[K]
	faults    []*guanxi.FieldError
	nFaults   int
}

// finish tells the customers' members.
func (w *resolution[K]) finish() {
	o := w.out
	n := len(w.parent)
	o.root, o.place = make([]int32, n), make([]int32, n)
	sizes := make([]int32, 0, n)
	for p := range n {
		a := find(w.parent, int32(p))
		o.root[p] = a
		if int(a) == p {
			o.place[p] = int32(len(sizes))
			sizes = append(sizes, 0)
		}
		sizes[o.place[a]]++
	}
	o.from = make([]int32, len(sizes)+1)
	for c, size := range sizes {
		o.from[c+1] = o.from[c] + size
	}
	next := slices.Clone(o.from)
	o.members = make([]K, n)
	for p, a := range o.root {
		c := o.place[a]
		o.members[next[c]] = o.keys[p]
		next[c]++
	}
}

func (o *Identities[K]) recordsOf(v uint32) []int32 { return o.records[o.start[v]:o.start[v+1]] }

func (o *Identities[K]) identifier(v uint32) Identifier {
	return Identifier{o.m.rules[o.values[v].rank].Kind, o.values[v].value}
}

// find returns the place of a record.
func (o *Identities[K]) find(k K) (int32, bool) {
	p, ok := slices.BinarySearchFunc(o.keys, k, o.m.key.Compare)
	return int32(p), ok
}

// unusable notes an identifier of record i.
func (o *Identities[K]) unusable(part string, i, j int, err error) {
	if o.nFaults++; len(o.faults) < maxFaults {
		o.faults = append(o.faults, &guanxi.FieldError{Pointer: guanxi.Pointer("records", i, "identifiers", j) + part, Err: err})
	}
}

// Len returns the number of customers.
func (o *Identities[K]) Len() int { return len(o.from) - 1 }

// Records returns the number of records.
func (o *Identities[K]) Records() int { return len(o.keys) }

// All returns the customers, by their smallest key, in the order of keys, each
// with the keys of its records in order. The slices are not to be changed.
func (o *Identities[K]) All() iter.Seq2[K, []K] {
	return func(yield func(K, []K) bool) {
		for c := range o.Len() {
			if m := o.customer(int32(c)); !yield(m[0], m) {
				return
			}
		}
	}
}

func (o *Identities[K]) customer(c int32) []K { return slices.Clip(o.members[o.from[c]:o.from[c+1]]) }

// Members returns the records of the customer that record k is of, in order, nil
// where there is no such record. The slice is not to be changed.
func (o *Identities[K]) Members(k K) []K {
	p, ok := o.find(k)
	if !ok {
		return nil
	}
	return o.customer(o.place[o.root[p]])
}

// Same reports whether two records are of one customer.
func (o *Identities[K]) Same(a, b K) bool {
	p, ok := o.find(a)
	q, found := o.find(b)
	return ok && found && o.root[p] == o.root[q]
}

// IdentityLink is what joins records: an identifier that all of them have, or the
// zero Identifier for a decision by hand.
type IdentityLink[K comparable] struct {
	Identifier Identifier `json:"identifier"`
	ByHand     bool       `json:"by_hand,omitempty"`
	Keys       []K        `json:"keys"` // in order; two or more
}

// Why returns what joins the records of the customer that record k is of:
// decisions first, then identifiers, the strongest first and by value. Cost: a
// look at every value; it is meant for a screen.
func (o *Identities[K]) Why(k K) []IdentityLink[K] {
	p, ok := o.find(k)
	if !ok {
		return nil
	}
	var out []IdentityLink[K]
	for _, d := range o.decisions {
		for _, side := range d.Sides {
			link := IdentityLink[K]{ByHand: true}
			for _, k := range side {
				if q, ok := o.find(k); ok && o.root[q] == o.root[p] {
					link.Keys = append(link.Keys, o.keys[q])
				}
			}
			slices.SortFunc(link.Keys, o.m.key.Compare)
			if link.Keys = slices.Compact(link.Keys); len(link.Keys) > 1 {
				out = append(out, link)
			}
		}
	}
	var values []uint32
	for v := range o.values {
		if records := o.recordsOf(uint32(v)); o.state[v] == valueJoins && len(records) > 1 && o.root[records[0]] == o.root[p] {
			values = append(values, uint32(v))
		}
	}
	o.sortValues(values)
	for _, v := range values {
		out = append(out, IdentityLink[K]{Identifier: o.identifier(v), Keys: o.keysOf(v)})
	}
	return out
}

func (o *Identities[K]) keysOf(v uint32) []K {
	records := o.recordsOf(v)
	keys := make([]K, len(records))
	for i, p := range records {
		keys[i] = o.keys[p]
	}
	return keys
}

func (o *Identities[K]) sortValues(values []uint32) {
	slices.SortFunc(values, func(a, b uint32) int {
		x, y := &o.values[a], &o.values[b]
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.value, y.value))
	})
}

// Conflicts returns the identifiers that contradict each other, by kind, the
// strongest first, and by value. The result is not to be changed.
func (o *Identities[K]) Conflicts() []IdentityConflict[K] { return o.conflicts }

// SharedIdentifier is a value of more customers than its rule allows.
type SharedIdentifier[K comparable] struct {
	Identifier Identifier `json:"identifier"`
	Keys       []K        `json:"keys"` // the records that have it, in order
}

// Shared returns the identifiers of too many customers, which identify nobody, by
// kind, the strongest first, and by value.
func (o *Identities[K]) Shared() []SharedIdentifier[K] {
	var values []uint32
	for v, st := range o.state {
		if st == valueShared {
			values = append(values, uint32(v))
		}
	}
	o.sortValues(values)
	var out []SharedIdentifier[K]
	for _, v := range values {
		out = append(out, SharedIdentifier[K]{o.identifier(v), o.keysOf(v)})
	}
	return out
}

// Unusable returns the identifiers that are not valid, at /records/i/identifiers/j of
// what Resolve was given, the first 1,000 of them, and how many there are: ErrIdentifier
// and ErrIdentifierKind. Their records stand without them. The faults do not
// repeat the values, which are personal.
func (o *Identities[K]) Unusable() ([]*guanxi.FieldError, int) { return o.faults, o.nFaults }
