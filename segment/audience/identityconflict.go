package audience

import (
	"cmp"
	"maps"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// IdentityConflictKind says what is at odds.
type IdentityConflictKind string

// The conflicts.
const (
	// ConflictApart: identifiers would join customers that a stronger Single kind, or
	// a decision, tells apart. They joined nothing.
	ConflictApart IdentityConflictKind = "apart"
	// ConflictSeveral: one customer has several values of a Single kind, because a
	// stronger identifier or a decision joined them, or a record has them all.
	ConflictSeveral IdentityConflictKind = "several"
)

var identityConflictLabels = map[IdentityConflictKind]guanxi.Text{
	ConflictApart:   {EN: "identifiers of different customers: not merged", ZH: "标识指向不同客户：未合并"},
	ConflictSeveral: {EN: "one customer with several: merged", ZH: "同一客户有多个标识：已合并"},
}

// Label returns the conflict's name for people.
func (k IdentityConflictKind) Label(lang guanxi.Lang) string {
	return identityConflictLabels[k].In(lang)
}

// IdentityConflict is identifiers that contradict each other, for a person to look
// at.
type IdentityConflict[K comparable] struct {
	Kind IdentityConflictKind `json:"kind"`
	// Identifiers are, of ConflictApart, those that joined nothing, and of
	// ConflictSeveral the different values; normalised and in order.
	Identifiers []Identifier `json:"identifiers"`
	// Against is, of ConflictApart, the kinds that tell the customers apart, the
	// strongest first.
	Against []IdentifierKind `json:"against,omitempty"`
	// ByHand: a decision keeps them apart.
	ByHand bool `json:"by_hand,omitempty"`
	// Keys are the records that have the identifiers, of ConflictSeveral those of
	// the one customer; in order.
	Keys []K `json:"keys"`
}

// apart reports edges that join nothing.
func (w *resolution[K]) apart(x refusal) {
	c := IdentityConflict[K]{Kind: ConflictApart}
	values := make([]uint32, len(x.edges))
	for i, e := range x.edges {
		values[i] = e.value
		w.out.state[e.value] = valueRefused
	}
	for _, d := range x.dims {
		if int(d) < len(w.single) {
			c.Against = append(c.Against, w.m.rules[w.single[d].rank].Kind)
		} else {
			c.ByHand = true
		}
	}
	w.report(c, values, -1)
}

// several reports the customers with more than one value of a Single kind.
func (w *resolution[K]) several() {
	for r := range w.m.rules {
		if !w.m.rules[r].Single {
			continue
		}
		first := make(map[int32]uint32, len(w.byRank[r]))
		more := map[int32][]uint32{}
		for _, v := range w.byRank[r] {
			if st := w.out.state[v]; st == valueIgnored || st == valueShared {
				continue
			}
			for _, p := range w.out.recordsOf(v) {
				a := find(w.parent, p)
				if f, ok := first[a]; !ok {
					first[a] = v
				} else if n := len(more[a]); f != v && (n == 0 || more[a][n-1] != v) {
					more[a] = append(more[a], v)
				}
			}
		}
		for a, values := range more {
			w.report(IdentityConflict[K]{Kind: ConflictSeveral}, append(values, first[a]), a)
		}
	}
	slices.SortFunc(w.out.conflicts, func(a, b IdentityConflict[K]) int {
		return cmp.Or(
			cmp.Compare(w.m.rank[a.Identifiers[0].Kind], w.m.rank[b.Identifiers[0].Kind]), cmp.Compare(a.Kind, b.Kind),
			slices.CompareFunc(a.Identifiers, b.Identifiers, func(x, y Identifier) int { return cmp.Compare(x.Value, y.Value) }),
			slices.CompareFunc(a.Keys, b.Keys, w.m.key.Compare))
	})
}

// report adds a conflict about values of one kind, and the records that have them:
// those of one customer, or of all where that is -1.
func (w *resolution[K]) report(c IdentityConflict[K], values []uint32, customer int32) {
	o := w.out
	keys := map[int32]bool{}
	for _, v := range values {
		c.Identifiers = append(c.Identifiers, o.identifier(v))
		for _, p := range o.recordsOf(v) {
			if customer < 0 || find(w.parent, p) == customer {
				keys[p] = true
			}
		}
	}
	slices.SortFunc(c.Identifiers, func(a, b Identifier) int { return cmp.Compare(a.Value, b.Value) })
	for _, p := range slices.Sorted(maps.Keys(keys)) {
		c.Keys = append(c.Keys, o.keys[p])
	}
	o.conflicts = append(o.conflicts, c)
}
