package segment

import (
	"math/bits"
	"sync"
)

// stretch is how many words are answered for all rules before the next: few
// enough that the answers and what they are read from stay in the cache.
const stretch = 32

// exec is the scratch memory of one goroutine going over stretches of rows.
type exec struct {
	masks [][stretch]uint64 // of shared atoms, for the stretch
	done  []bool            // by atom: masks is of this stretch
	stack [][stretch]uint64 // of any-groups within each other
	acc   [stretch]uint64
}

// Eval finds who is in each of b's rules and leaves it in sel. workers is how
// many goroutines may share the work; 0 and 1 start none. The answer does not
// depend on it. What c lacks is [ErrColumns], every field that it lacks at
// /fields/name; of more customers than c may hold it is c's Err. sel is then as
// before. Cost: for 64 customers some 25 ns a
// different condition on a number or text, a few on a tag, and a few for each
// time a rule asks one; once a call, each different text of a column that is
// searched. No allocation but of sel's memory, and of goroutines.
func (b *Batch[T]) Eval(sel *Selection, c *Columns[T], workers int) error {
	if err := c.Err(); err != nil {
		return err
	}
	vecs, err := b.vectors(sel.vecs[:0], c)
	if err != nil {
		return err
	}
	sel.vecs, sel.probes = vecs, extend(sel.probes[:0], len(vecs))
	for i := range sel.probes {
		sel.probes[i].bind(b.atoms[i].atom, vecs[i])
	}
	words := (c.rows + 63) >> 6
	sel.rows = c.rows
	sel.resize(len(b.trees), words)
	workers = max(1, min(workers, (words+stretch-1)/stretch))
	sel.execs = extend(sel.execs, workers)
	if workers == 1 {
		sel.execs[0].run(&b.plan, sel.probes, sel.words, c.alive, 0, words)
	} else {
		var wg sync.WaitGroup
		for i := range workers {
			from, to := words*i/workers, words*(i+1)/workers
			wg.Go(func() { sel.execs[i].run(&b.plan, sel.probes, sel.words, c.alive, from, to) })
		}
		wg.Wait()
	}
	for i := range sel.probes {
		sel.probes[i].vec, sel.probes[i].atom = nil, nil
	}
	clear(sel.vecs)
	return nil
}

// run answers the words from to to.
func (x *exec) run(p *plan, probes []probe, out [][]uint64, alive []uint64, from, to int) {
	x.masks, x.done, x.stack = extend(x.masks, len(p.atoms)), extend(x.done, len(p.atoms)), extend(x.stack, p.depth)
	for at := from; at < to; at += stretch {
		n := min(stretch, to-at)
		clear(x.done)
		for i, tree := range p.trees {
			acc := x.acc[:n]
			copy(acc, alive[at:])
			x.and(p, probes, tree, acc, at, false, 0)
			copy(out[i][at:], acc)
		}
	}
}

// and leaves in acc the rows that are in n too, or that are not where neg; acc is
// of the words from at on. It reports whether any is left. depth is how much of
// the stack is in use.
func (x *exec) and(p *plan, probes []probe, n *planNode, acc []uint64, at int, neg bool, depth int) bool {
	if n.kind == nodeLeaf {
		neg = n.neg != neg
		if !p.atoms[n.atom].shared {
			return probes[n.atom].and(acc, at, neg)
		}
		m := x.masks[n.atom][:len(acc)]
		if !x.done[n.atom] {
			x.done[n.atom] = true
			for i := range m {
				m[i] = probes[n.atom].word(at + i)
			}
		}
		return andWords(acc, m, neg)
	}
	if (n.kind == nodeAll) != neg {
		for _, k := range n.kids {
			if !x.and(p, probes, k, acc, at, neg, depth) {
				return false
			}
		}
		return true
	}
	// Who is in none of them is taken away.
	out := x.stack[depth][:len(acc)]
	copy(out, acc)
	for _, k := range n.kids {
		if !x.and(p, probes, k, out, at, !neg, depth+1) {
			return true
		}
	}
	return andWords(acc, out, true)
}

// andWords leaves in acc what is in m too, or what is not where neg.
func andWords(acc, m []uint64, neg bool) bool {
	var flip, left uint64
	if neg {
		flip = ^uint64(0)
	}
	m = m[:len(acc)]
	for i := range acc {
		acc[i] &= m[i] ^ flip
		left |= acc[i]
	}
	return left != 0
}

// and is exec.and of an atom: it asks only about the rows in acc.
func (p *probe) and(acc []uint64, at int, neg bool) bool {
	var flip, left uint64
	if neg {
		flip = ^uint64(0)
	}
	for i, a := range acc {
		if a == 0 {
			continue
		}
		if bits.OnesCount64(a) <= p.few {
			a &= p.those(at+i, a) ^ flip
		} else {
			a &= p.word(at+i) ^ flip
		}
		acc[i] = a
		left |= a
	}
	return left != 0
}
