package voice

import "slices"

// trie is the tree of folded words under construction. State 0 is the root, and
// a state's number is greater than its parent's.
type trie struct {
	edges  [][]edge // sorted by class; to children
	last   []uint16 // the class that leads into the state
	depth  []int32
	word   []int32 // the word that ends here, or −1
	fail   []int32 // the longest proper suffix that is a state
	output []int32 // the state, this one or a suffix, of the longest word that ends here, or −1
}

// maxCells is the most transitions an automaton may have: 32 MB of them.
const maxCells = 1 << 22

type edge struct {
	class uint16
	to    int32
}

func (t *trie) state(class uint16, depth int32) int32 {
	t.edges = append(t.edges, nil)
	t.last = append(t.last, class)
	t.depth = append(t.depth, depth)
	t.word = append(t.word, -1)
	return int32(len(t.edges) - 1)
}

func find(edges []edge, class uint16) (int, bool) {
	return slices.BinarySearchFunc(edges, class, func(e edge, c uint16) int { return int(e.class) - int(c) })
}

// insert adds a word, given as classes.
func (t *trie) insert(classes []uint16, word int32) {
	at := int32(0)
	for _, c := range classes {
		i, ok := find(t.edges[at], c)
		if !ok {
			to := t.state(c, t.depth[at]+1)
			t.edges[at] = slices.Insert(t.edges[at], i, edge{c, to})
		}
		at = t.edges[at][i].to
	}
	t.word[at] = word
}

// rows completes the tree to the automaton of Aho & Corasick (1975),
// Communications of the ACM 18(6):333–340: the transitions of each state that
// are not those of the root. space is the class of a space, 0 if there is none:
// a further space leaves a state that one led into as it is, so that a run of
// them counts as one. ok is false when they come to more than maxCells.
func (t *trie) rows(space uint16) (rows [][]edge, ok bool) {
	rows, total := make([][]edge, len(t.edges)), 0
	t.fail = make([]int32, len(t.edges))
	t.output = make([]int32, len(t.edges))
	t.output[0] = -1
	queue := []int32{0}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for _, e := range t.edges[s] {
			if s != 0 {
				t.fail[e.to] = t.step(rows, t.fail[s], e.class)
			}
			if t.output[e.to] = t.output[t.fail[e.to]]; t.word[e.to] >= 0 {
				t.output[e.to] = e.to
			}
			queue = append(queue, e.to)
		}
		if s == 0 {
			continue
		}
		row := slices.Clone(rows[t.fail[s]])
		for _, e := range t.edges[s] {
			row = set(row, e)
		}
		if space != 0 && t.last[s] == space {
			row = set(row, edge{space, s})
		}
		rows[s] = row
		if total += len(row); total > maxCells {
			return nil, false
		}
	}
	return rows, true
}

// step is the transition of a state whose row is complete.
func (t *trie) step(rows [][]edge, s int32, class uint16) int32 {
	if i, ok := find(rows[s], class); ok {
		return rows[s][i].to
	}
	if i, ok := find(t.edges[0], class); ok {
		return t.edges[0][i].to
	}
	return 0
}

func set(row []edge, e edge) []edge {
	i, ok := find(row, e.class)
	if ok {
		row[i] = e
		return row
	}
	return slices.Insert(row, i, e)
}
