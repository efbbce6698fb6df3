package segment

// Live is a population whose rules are kept up to date: a change of a customer
// asks again only the conditions on the fields that changed, and only the rules
// that have one whose answer turned; a new moment, or new rules, ask again only
// the conditions that differ. It is always as [Batch.Eval] would have it, and
// every change is reported with its cause.
//
// Besides the columns it takes one bit a customer for each different condition
// and each rule. Not safe for concurrent use.
type Live[T any] struct {
	selected
	batch  *Batch[T]
	cols   Columns[T]
	vecs   []*vector
	probes []probe
	masks  [][]uint64 // by atom
	atoms  [][]int32  // by column: those that it answers
	users  [][]int32  // by atom: the rules that ask it
	fields map[string][]int
	// Scratch memory.
	marked []bool // by column
	cells  []cell // by column
	rules  []bool // by rule: to be asked again
}

// NewLive takes the columns over, which are empty after it, and answers b for
// everybody in them. What they lack is [ErrColumns], and they are then as before.
func NewLive[T any](b *Batch[T], c *Columns[T]) (*Live[T], error) {
	if err := c.Err(); err != nil {
		return nil, err
	}
	if _, err := b.vectors(nil, c); err != nil {
		return nil, err
	}
	l := &Live[T]{cols: *c}
	*c = Columns[T]{Workers: c.Workers, schema: c.schema, byKey: map[string]int{}}
	for _, col := range l.cols.cols {
		c.install(col.empty())
	}
	l.adopt(l.answer(b, nil))
	return l, nil
}

// empty returns an empty column of the same.
func (c *column[T]) empty() *column[T] {
	out := *c
	out.vector = vector{kind: c.kind}
	if c.dict != nil {
		out.dict = newDictionary()
	}
	return &out
}

// answers is a batch answered for all rows.
type answers[T any] struct {
	batch  *Batch[T]
	vecs   []*vector
	probes []probe
	masks  [][]uint64
	words  [][]uint64
}

// answer answers b over the columns that l has, or is about to have. Conditions
// and rules that old has answered too are taken from there; its rules must stand
// at the same places.
func (l *Live[T]) answer(b *Batch[T], old *Live[T]) *answers[T] {
	a := &answers[T]{batch: b, masks: make([][]uint64, len(b.atoms)), words: make([][]uint64, len(b.trees))}
	a.vecs, _ = b.vectors(nil, &l.cols) // they are there
	a.probes = make([]probe, len(b.atoms))
	known := map[string]int{}
	if old != nil {
		for i := range old.batch.atoms {
			known[old.batch.atoms[i].key] = i
		}
	}
	words := (l.cols.rows + 63) >> 6
	for i := range a.probes {
		a.probes[i].bind(b.atoms[i].atom, a.vecs[i])
		if k, ok := known[b.atoms[i].key]; ok {
			a.masks[i] = old.masks[k]
			continue
		}
		m := make([]uint64, words)
		for w := range m {
			m[w] = a.probes[i].word(w)
		}
		a.masks[i] = m
	}
	var x exec
	x.stack = make([][stretch]uint64, b.depth)
	for i, tree := range b.trees {
		if old != nil && i < len(old.words) && b.rules[i].bound == old.batch.rules[i].bound {
			a.words[i] = old.words[i]
			continue
		}
		out := make([]uint64, words)
		copy(out, l.cols.alive)
		for at := 0; at < words; at += stretch {
			x.andMasks(a.masks, tree, out[at:min(at+stretch, words)], at, false, 0)
		}
		a.words[i] = out
	}
	return a
}

// andMasks is exec.and where every atom has been answered.
func (x *exec) andMasks(masks [][]uint64, n *planNode, acc []uint64, at int, neg bool, depth int) bool {
	if n.kind == nodeLeaf {
		return andWords(acc, masks[n.atom][at:], n.neg != neg)
	}
	if (n.kind == nodeAll) != neg {
		for _, k := range n.kids {
			if !x.andMasks(masks, k, acc, at, neg, depth) {
				return false
			}
		}
		return true
	}
	out := x.stack[depth][:len(acc)]
	copy(out, acc)
	for _, k := range n.kids {
		if !x.andMasks(masks, k, out, at, !neg, depth+1) {
			return true
		}
	}
	return andWords(acc, out, true)
}

// adopt makes the answers l's own.
func (l *Live[T]) adopt(a *answers[T]) {
	l.batch, l.vecs, l.probes, l.masks, l.words, l.rows = a.batch, a.vecs, a.probes, a.masks, a.words, l.cols.rows
	n := len(l.cols.cols)
	l.atoms, l.users, l.fields = make([][]int32, n), make([][]int32, len(l.probes)), map[string][]int{}
	for i, col := range l.cols.cols {
		l.fields[col.field.name] = append(l.fields[col.field.name], i)
	}
	for i := range l.batch.atoms {
		at := l.cols.byKey[l.batch.atoms[i].source]
		l.atoms[at] = append(l.atoms[at], int32(i))
	}
	for i, tree := range l.batch.trees {
		tree.leaves(func(n *planNode) {
			if u := l.users[n.atom]; len(u) == 0 || u[len(u)-1] != int32(i) {
				l.users[n.atom] = append(u, int32(i))
			}
		})
	}
	l.marked, l.cells, l.rules = make([]bool, n), make([]cell, n), make([]bool, len(l.words))
}

func (n *planNode) leaves(f func(*planNode)) {
	if n.kind == nodeLeaf {
		f(n)
		return
	}
	for _, k := range n.kids {
		k.leaves(f)
	}
}
