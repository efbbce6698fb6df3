package voice

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// automaton finds all words in one pass over a text. It works on classes of
// characters: one class for all that fold to the same character of a word, and
// class 0 for what no word has. Immutable.
type automaton struct {
	ascii  [utf8.RuneSelf]uint16
	blocks [(utf8.MaxRune + 1) / blockSize]uint16 // which block of classes
	class  []uint16                               // blocks of blockSize; the first is all 0

	// The rows of the states lie over each other in cells: row s begins at
	// base[s], and a cell is of the row that it names. What has no cell is the
	// transition of the root.
	root  []int32 // by class
	base  []int32
	cells []cell

	// States from firstOut on end a word; output is the longest, and next the
	// longest but one that ends with a word.
	firstOut int32
	output   []int32 // by state − firstOut
	next     []int32 // by word, or −1
}

type cell struct{ row, to int32 }

const (
	free      = -1 // the row of a cell that no row has
	blockSize = 64
)

// classOf returns the class of a character that is not ASCII.
func (a *automaton) classOf(r rune) uint16 {
	return a.class[int(a.blocks[r/blockSize])*blockSize+int(r%blockSize)]
}

// newAutomaton compiles words of which no two have the same units, and none has
// no units. ok is false when they have more different characters than there are
// classes, or need more than maxCells transitions.
func newAutomaton(words []word) (a *automaton, ok bool) {
	a = &automaton{class: make([]uint16, blockSize)}
	classes := map[rune]uint16{}
	t := &trie{}
	t.state(0, 0)
	var buf []uint16
	for i, w := range words {
		buf = buf[:0]
		for _, f := range w.units {
			c, known := classes[f]
			if !known {
				if len(classes) == 1<<16-1 {
					return nil, false
				}
				c = uint16(len(classes) + 1)
				classes[f] = c
				for _, r := range sources(f) {
					a.setClass(r, c)
				}
			}
			buf = append(buf, c)
		}
		t.insert(buf, int32(i))
	}
	rows, ok := t.rows(classes[' '])
	if !ok {
		return nil, false
	}
	number := a.number(t, len(words))
	a.root = make([]int32, len(classes)+1)
	for _, e := range t.edges[0] {
		a.root[e.class] = number[e.to]
	}
	a.pack(rows, number)
	return a, true
}

func (a *automaton) setClass(r rune, c uint16) {
	if r < utf8.RuneSelf {
		a.ascii[r] = c
	}
	b := &a.blocks[r/blockSize]
	if *b == 0 {
		*b = uint16(len(a.class) / blockSize)
		a.class = append(a.class, make([]uint16, blockSize)...)
	}
	a.class[int(*b)*blockSize+int(r%blockSize)] = c
}

// number gives the states their numbers, those that end a word last, and fills
// the outputs.
func (a *automaton) number(t *trie, words int) []int32 {
	number := make([]int32, len(t.edges))
	n := int32(0)
	for s := range number {
		if t.output[s] < 0 {
			number[s] = n
			n++
		}
	}
	a.firstOut = n
	a.output = make([]int32, len(number)-int(n))
	a.next = make([]int32, words)
	for s, out := range t.output {
		if out < 0 {
			continue
		}
		number[s] = n
		a.output[n-a.firstOut] = t.word[out]
		n++
		if int(out) == s {
			a.next[t.word[s]] = -1
			if shorter := t.output[t.fail[s]]; shorter >= 0 {
				a.next[t.word[s]] = t.word[shorter]
			}
		}
	}
	return number
}

// pack lays the rows over each other, the fullest first, each at the first
// place where its cells are free. Row 0 is the root's, which has none.
func (a *automaton) pack(rows [][]edge, number []int32) {
	a.base = make([]int32, len(rows))
	order := make([]int, 0, len(rows))
	for s, row := range rows {
		if len(row) > 0 {
			order = append(order, s)
		}
	}
	slices.SortStableFunc(order, func(s, t int) int { return cmp.Compare(len(rows[t]), len(rows[s])) })
	width := len(a.root)
	a.grow(width)
	low := 0 // no cell before it is free
	for _, s := range order {
		row := rows[s]
		at := max(0, low-int(row[0].class))
		for !a.fits(row, at) {
			at++
		}
		a.grow(at + width)
		a.base[number[s]] = int32(at)
		for _, e := range row {
			a.cells[at+int(e.class)] = cell{number[s], number[e.to]}
		}
		for low < len(a.cells) && a.cells[low].row != free {
			low++
		}
	}
}

func (a *automaton) grow(cells int) {
	for len(a.cells) < cells {
		a.cells = append(a.cells, cell{row: free})
	}
}

func (a *automaton) fits(row []edge, at int) bool {
	for _, e := range row {
		if i := at + int(e.class); i < len(a.cells) && a.cells[i].row != free {
			return false
		}
	}
	return true
}
