package audience

import (
	"cmp"
	"slices"
)

// edge is a value that two or more customers have: roots[from:to] of the scratch.
type edge struct {
	value    uint32
	from, to int
}

// resolutionScratch is memory that the ranks share. group, seen and bad are
// written for the customers of a rank before they are read.
type resolutionScratch struct {
	group    []int32 // union-find of the customers that the values of a rank chain
	bad      []bool  // by root of group: it chains different customers
	seen     [][]int32
	edges    []edge
	roots    []int32
	involved []int32 // the customers of edges, a few times each
}

func (s *resolutionScratch) init(n int) { s.group, s.bad = make([]int32, n), make([]bool, n) }

// rank joins by the values of one kind.
func (w *resolution[K]) rank(r int) {
	s := &w.scratch
	s.edges, s.roots = s.edges[:0], s.roots[:0]
	rule := &w.m.rules[r]
	for _, v := range w.byRank[r] {
		records := w.out.recordsOf(v)
		if w.out.state[v] == valueIgnored || len(records) < 2 {
			continue
		}
		from := len(s.roots)
		for _, p := range records {
			s.roots = append(s.roots, find(w.parent, p))
		}
		slices.Sort(s.roots[from:])
		s.roots = s.roots[:from+len(slices.Compact(s.roots[from:]))]
		n := len(s.roots) - from
		if rule.MaxCustomers > 0 && n > rule.MaxCustomers {
			w.out.state[v] = valueShared
			n = 0
		}
		if n < 2 {
			s.roots = s.roots[:from]
			continue
		}
		s.edges = append(s.edges, edge{v, from, len(s.roots)})
	}
	w.chain()
	var bad []edge
	for _, e := range s.edges {
		if s.bad[find(s.group, s.roots[e.from])] {
			bad = append(bad, e)
			continue
		}
		w.accept(e)
	}
	w.untangle(bad)
	if rule.Single {
		w.anchor(r)
	}
}

// accept joins all customers that have a value.
func (w *resolution[K]) accept(e edge) {
	roots := w.scratch.roots[e.from:e.to]
	for _, b := range roots[1:] {
		w.join(roots[0], b)
	}
}

// chain finds what the edges connect, and marks as bad what connects different
// customers.
func (w *resolution[K]) chain() {
	s := &w.scratch
	s.involved = append(s.involved[:0], s.roots...)
	for _, a := range s.involved {
		s.group[a], s.bad[a] = a, false
	}
	for _, e := range s.edges {
		a := find(s.group, s.roots[e.from])
		for _, b := range s.roots[e.from+1 : e.to] {
			if b = find(s.group, b); b != a {
				s.group[b] = a
			}
		}
	}
	for len(s.seen) < len(w.single) {
		s.seen = append(s.seen, make([]int32, len(s.group)))
	}
	for i, k := range w.single {
		seen := s.seen[i]
		for _, a := range s.involved {
			seen[a] = 0
		}
		for _, a := range s.involved {
			v := k.of[a]
			if v == 0 {
				continue
			}
			switch g := find(s.group, a); {
			case seen[g] == 0:
				seen[g] = v
			case seen[g] != v:
				s.bad[g] = true
			}
		}
	}
	if len(w.marks) == 0 {
		return
	}
	type place struct{ group, decision int32 }
	sides := make(map[place]int32)
	for _, a := range s.involved {
		for _, k := range w.marks[a] {
			at := place{find(s.group, a), k.decision}
			if side, ok := sides[at]; ok && side != k.side {
				s.bad[at.group] = true
			}
			sides[at] = k.side
		}
	}
}

// anchor notes which value of a Single kind each customer has.
func (w *resolution[K]) anchor(r int) {
	of := make([]int32, len(w.parent))
	for _, v := range w.byRank[r] {
		if st := w.out.state[v]; st == valueIgnored || st == valueShared {
			continue
		}
		for _, p := range w.out.recordsOf(v) {
			switch a := find(w.parent, p); of[a] {
			case 0, int32(v) + 1:
				of[a] = int32(v) + 1
			default:
				of[a] = -(a + 1)
			}
		}
	}
	w.single = append(w.single, singleKind{r, of})
}

// untangle joins of the edges that chain different customers those that hang on
// one of them alone, and reports the others.
func (w *resolution[K]) untangle(bad []edge) {
	s := &w.scratch
	of := func(e edge) int32 { return find(s.group, s.roots[e.from]) }
	slices.SortFunc(bad, func(a, b edge) int { return cmp.Or(cmp.Compare(of(a), of(b)), cmp.Compare(a.value, b.value)) })
	var joins []edge
	for from := 0; from < len(bad); {
		to := from + 1
		for to < len(bad) && of(bad[to]) == of(bad[from]) {
			to++
		}
		accepted, refused := w.tangle(bad[from:to]).sort()
		joins = append(joins, accepted...)
		for _, x := range refused {
			w.apart(x)
		}
		from = to
	}
	for _, e := range joins {
		w.accept(e)
	}
}
