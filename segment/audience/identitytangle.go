package audience

import (
	"maps"
	"slices"
)

// tangle is one chain of values and customers of which some are different. Its
// customers are numbered.
type tangle struct {
	edges   []edge
	ends    [][]int32 // by edge: the customers that have the value
	traits  [][]trait // by customer: what may tell it from others
	anchors []bool    // by customer: it is different from another one here
}

// trait is the value of a Single kind, or the side of a decision, that a customer
// has. dim is the place in resolution.single, or their number + the decision's.
type trait struct{ dim, value int32 }

func (w *resolution[K]) tangle(edges []edge) *tangle {
	t := &tangle{edges: edges, ends: make([][]int32, len(edges))}
	number := map[int32]int32{}
	for i, e := range edges {
		for _, a := range w.scratch.roots[e.from:e.to] {
			c, ok := number[a]
			if !ok {
				c = int32(len(number))
				number[a] = c
				t.traits = append(t.traits, w.traits(a))
			}
			t.ends[i] = append(t.ends[i], c)
		}
	}
	all := make([]int32, len(t.traits))
	for c := range all {
		all[c] = int32(c)
	}
	dims := t.differ(all)
	t.anchors = make([]bool, len(t.traits))
	for c, traits := range t.traits {
		t.anchors[c] = slices.ContainsFunc(traits, func(x trait) bool {
			_, ok := slices.BinarySearch(dims, x.dim)
			return ok
		})
	}
	return t
}

func (w *resolution[K]) traits(root int32) []trait {
	var out []trait
	for i, k := range w.single {
		if v := k.of[root]; v != 0 {
			out = append(out, trait{int32(i), v})
		}
	}
	for _, k := range w.marks[root] {
		out = append(out, trait{int32(len(w.single)) + k.decision, k.side + 1})
	}
	return out
}

// differ returns in which dims the customers differ, in order; none if they may be
// one.
func (t *tangle) differ(customers []int32) []int32 {
	first := map[int32]int32{}
	dims := map[int32]bool{}
	for _, c := range customers {
		for _, x := range t.traits[c] {
			if v, ok := first[x.dim]; !ok {
				first[x.dim] = x.value
			} else if v != x.value {
				dims[x.dim] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(dims))
}

// strand is edges that hang together through customers that are no anchors, and
// the anchors that they lead to.
type strand struct {
	edges   []edge
	anchors []int32
}

// strands are the edges of the tangle, cut at its anchors.
func (t *tangle) strands() []strand {
	n := int32(len(t.edges))
	parent := singles(int(n) + len(t.traits))
	for i, ends := range t.ends {
		for _, c := range ends {
			if !t.anchors[c] {
				union(parent, int32(i), n+c)
			}
		}
	}
	at := map[int32]int{}
	var out []strand
	for i, e := range t.edges {
		g := find(parent, int32(i))
		j, ok := at[g]
		if !ok {
			j = len(out)
			at[g] = j
			out = append(out, strand{})
		}
		out[j].edges = append(out[j].edges, e)
		for _, c := range t.ends[i] {
			if t.anchors[c] {
				out[j].anchors = append(out[j].anchors, c)
			}
		}
	}
	for j := range out {
		slices.Sort(out[j].anchors)
		out[j].anchors = slices.Compact(out[j].anchors)
	}
	return out
}

// refusal is edges that join nothing, and in which dims the customers that they
// lead to differ.
type refusal struct {
	edges []edge
	dims  []int32
}

// sort returns the edges that may join, and those that may not.
func (t *tangle) sort() (joins []edge, refused []refusal) {
	var undecided []strand
	parent := singles(len(t.traits))
	for _, s := range t.strands() {
		if dims := t.differ(s.anchors); len(dims) > 0 {
			refused = append(refused, refusal{s.edges, dims})
		} else if len(s.anchors) < 2 {
			joins = append(joins, s.edges...)
		} else {
			undecided = append(undecided, s)
			for _, c := range s.anchors[1:] {
				union(parent, s.anchors[0], c)
			}
		}
	}
	// Each of these leads to anchors that may be one, but together they may lead to
	// some that may not.
	at := map[int32]int{}
	var whole []strand
	for _, s := range undecided {
		g := find(parent, s.anchors[0])
		j, ok := at[g]
		if !ok {
			j = len(whole)
			at[g] = j
			whole = append(whole, strand{})
		}
		whole[j].edges = append(whole[j].edges, s.edges...)
		whole[j].anchors = append(whole[j].anchors, s.anchors...)
	}
	for _, s := range whole {
		if dims := t.differ(s.anchors); len(dims) > 0 {
			refused = append(refused, refusal{s.edges, dims})
		} else {
			joins = append(joins, s.edges...)
		}
	}
	return joins, refused
}

// singles is a union-find of n sets of one.
func singles(n int) []int32 {
	parent := make([]int32, n)
	for i := range parent {
		parent[i] = int32(i)
	}
	return parent
}

func union(parent []int32, a, b int32) {
	if a, b = find(parent, a), find(parent, b); a != b {
		parent[max(a, b)] = min(a, b)
	}
}
