package audience

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// IdentityDecision is what a person has decided about records: those of one side
// are of one customer, whatever their identifiers say, and those of different
// sides never are. One side alone joins. Keys without a record do not matter.
type IdentityDecision[K comparable] struct {
	Sides [][]K `json:"sides"`
}

// Resolve tells which records are of one customer. The result depends on the set
// of records and on the set of decisions, not on their order.
//
// Decisions come first. Then every kind of identifier, the strongest first, joins
// the customers found so far that have a value of it in common. A value of more
// customers than MaxCustomers is shared and joins nobody. Two customers are
// different if a stronger Single kind has different values for them, or a decision
// says so. All values of a kind are looked at together: where they chain different
// customers to each other, customers between two different ones could be either's,
// and so the values that lead to both join nothing and are a conflict. What hangs
// on one of them alone joins it.
//
// A key that occurs twice is ErrDuplicate at /records/i/key, and decisions that
// join what another, or the same, keeps apart are ErrDecision at /decisions/i. An
// identifier that cannot be used is no error; see [Identities.Unusable].
//
// Cost: O(n log n) in the records for their order by key, and nearly O(n) beyond;
// the memory of a few machine words for each record and identifier, and the texts
// that normalising makes.
func (m *IdentityRules[K]) Resolve(records []IdentityRecord[K], decisions []IdentityDecision[K]) (*Identities[K], error) {
	if uint64(len(records)) > math.MaxInt32 {
		return nil, wrap(fmt.Errorf("%w: %d records", ErrOverflow, len(records)))
	}
	w := &resolution[K]{m: m, out: &Identities[K]{m: m, decisions: cloneDecisions(decisions)}}
	order, err := w.sort(records)
	if err != nil {
		return nil, wrap(err)
	}
	w.intern(records, order)
	w.parent = singles(len(records))
	if err := w.decide(w.out.decisions); err != nil {
		return nil, wrap(err)
	}
	w.scratch.init(len(records))
	for r := range m.rules {
		w.rank(r)
	}
	w.several()
	w.finish()
	return w.out, nil
}

func cloneDecisions[K comparable](decisions []IdentityDecision[K]) []IdentityDecision[K] {
	out := make([]IdentityDecision[K], len(decisions))
	for i, d := range decisions {
		out[i].Sides = make([][]K, len(d.Sides))
		for j, side := range d.Sides {
			out[i].Sides[j] = slices.Clone(side)
		}
	}
	return out
}

// identityValue is a normalised identifier by the rank of its kind.
type identityValue struct {
	rank  uint8
	value string
}

// What became of an identifier.
const (
	valueJoins   = iota // whoever has it is one customer
	valueShared         // of too many customers
	valueIgnored        // by the config
	valueRefused        // by a conflict
)

// resolution is a Resolve under way. A record is its place in the order of keys,
// a customer its smallest record.
type resolution[K comparable] struct {
	m   *IdentityRules[K]
	out *Identities[K]

	parent  []int32          // union-find; a root is the smallest of its set
	single  []singleKind     // of the ranks so far
	marks   map[int32][]mark // of roots: on which sides of decisions they are
	byRank  [][]uint32       // values of each rank
	scratch resolutionScratch
}

// singleKind is the value that each customer has of a kind of which people have
// one: 0 none, the value + 1, or −(root + 1) for several.
type singleKind struct {
	rank int
	of   []int32
}

// mark is a side of a decision.
type mark struct{ decision, side int32 }

// sort fills out.keys and returns the place in records of each.
func (w *resolution[K]) sort(records []IdentityRecord[K]) ([]int32, error) {
	type ref struct {
		prefix uint64
		i      int32
	}
	key := w.m.key
	refs := make([]ref, len(records))
	for i := range records {
		refs[i] = ref{key.Prefix(records[i].Key), int32(i)}
	}
	slices.SortFunc(refs, func(a, b ref) int {
		if c := cmp.Compare(a.prefix, b.prefix); c != 0 {
			return c
		}
		if c := key.Compare(records[a.i].Key, records[b.i].Key); c != 0 {
			return c
		}
		return cmp.Compare(a.i, b.i)
	})
	order := make([]int32, len(refs))
	keys := make([]K, len(refs))
	var twice []int32
	for p, r := range refs {
		order[p], keys[p] = r.i, records[r.i].Key
		if p > 0 && key.Compare(keys[p-1], keys[p]) == 0 {
			twice = append(twice, r.i)
		}
	}
	w.out.keys = keys
	if len(twice) == 0 {
		return order, nil
	}
	slices.Sort(twice)
	errs := make([]error, 0, len(twice))
	for _, i := range twice[:min(len(twice), maxFaults)] {
		errs = append(errs, guanxi.At(guanxi.Pointer("records", int(i), "key"), ErrDuplicate))
	}
	return nil, errors.Join(errs...)
}

// intern normalises the identifiers and fills out.values, out.state and, by value,
// the records that have it, in their order.
func (w *resolution[K]) intern(records []IdentityRecord[K], order []int32) {
	var t table.Table[identityValue, uint8]
	t.Reserve(len(records))
	var hash guanxi.Strings[string]
	total := 0
	for i := range records {
		total += len(records[i].Identifiers)
	}
	ofRecord := make([]uint32, 0, total) // values, record by record as they came
	start := make([]int, len(records)+1)
	for i := range records {
		t.Reserve(len(records[i].Identifiers))
		for j, id := range records[i].Identifiers {
			if id.Value == "" {
				continue
			}
			rank, ok := w.m.rank[id.Kind]
			if !ok {
				w.out.unusable("/kind", i, j, unknownKind(id.Kind))
				continue
			}
			rule := &w.m.rules[rank]
			v, err := w.m.phones.normalize(rule.Form, id.Value)
			if err != nil {
				w.out.unusable("/value", i, j, err)
				continue
			}
			k := identityValue{uint8(rank), v}
			n := len(t.Rows)
			ord := t.Ordinal(hash.Hash(uint64(rank)+1, v), k)
			if int(ord) == n && rule.ignore[v] {
				t.Rows[ord].Row = valueIgnored
			}
			ofRecord = append(ofRecord, ord)
		}
		start[i+1] = len(ofRecord)
	}
	o := w.out
	o.values, o.state = make([]identityValue, len(t.Rows)), make([]uint8, len(t.Rows))
	w.byRank = make([][]uint32, len(w.m.rules))
	for v, row := range t.Rows {
		o.values[v], o.state[v] = row.Key, row.Row
		w.byRank[row.Key.rank] = append(w.byRank[row.Key.rank], uint32(v))
	}
	// By value, a record that has it twice counted once.
	o.start = make([]int, len(t.Rows)+1)
	last := make([]int32, len(t.Rows))
	total = 0
	for p, i := range order {
		for _, v := range ofRecord[start[i]:start[i+1]] {
			if last[v] != int32(p)+1 {
				last[v] = int32(p) + 1
				o.start[v+1]++
				total++
			}
		}
	}
	for v := range t.Rows {
		o.start[v+1] += o.start[v]
	}
	o.records = make([]int32, total)
	next := slices.Clone(o.start)
	for p, i := range order {
		for _, v := range ofRecord[start[i]:start[i+1]] {
			if n := next[v]; n == o.start[v] || o.records[n-1] != int32(p) {
				o.records[n] = int32(p)
				next[v]++
			}
		}
	}
}

// find returns the root of a record.
func find(parent []int32, x int32) int32 {
	for parent[x] != x {
		parent[x] = parent[parent[x]]
		x = parent[x]
	}
	return x
}

// join makes one customer of two.
func (w *resolution[K]) join(a, b int32) {
	a, b = find(w.parent, a), find(w.parent, b)
	if a == b {
		return
	}
	if a > b {
		a, b = b, a
	}
	w.parent[b] = a
	for _, s := range w.single {
		switch va, vb := s.of[a], s.of[b]; {
		case va == 0:
			s.of[a] = vb
		case vb != 0 && va != vb:
			s.of[a] = -(a + 1)
		}
	}
	if marks, ok := w.marks[b]; ok {
		for _, k := range marks {
			if !slices.Contains(w.marks[a], k) {
				w.marks[a] = append(w.marks[a], k)
			}
		}
		delete(w.marks, b)
	}
}

// decide joins the sides of decisions, and marks those that stay apart.
func (w *resolution[K]) decide(decisions []IdentityDecision[K]) error {
	for _, d := range decisions {
		for _, side := range d.Sides {
			first := int32(-1)
			for _, k := range side {
				if p, ok := w.out.find(k); !ok {
					continue
				} else if first < 0 {
					first = p
				} else {
					w.join(first, p)
				}
			}
		}
	}
	w.marks = make(map[int32][]mark)
	var errs []error
	for i, d := range decisions {
		if len(d.Sides) < 2 {
			continue
		}
		on := make(map[int32]int32) // sides by customer
		bad := false
		for j, side := range d.Sides {
			for _, k := range side {
				p, ok := w.out.find(k)
				if !ok {
					continue
				}
				root := find(w.parent, p)
				if s, ok := on[root]; ok && s != int32(j) {
					bad = true
				}
				on[root] = int32(j)
			}
		}
		if bad {
			errs = append(errs, guanxi.At(guanxi.Pointer("decisions", i), fmt.Errorf("%w: two of its sides are joined by hand", ErrDecision)))
			continue
		}
		for root, j := range on {
			w.marks[root] = append(w.marks[root], mark{int32(i), j})
		}
	}
	return errors.Join(errs...)
}
