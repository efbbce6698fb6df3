package segment

import (
	"iter"
	"math/bits"
	"slices"
)

// selected is who is in, by rule: what a Selection and a Live have to show.
type selected struct {
	rows  int
	words [][]uint64 // by rule
}

// Rules returns the number of rules.
func (s *selected) Rules() int { return len(s.words) }

// Len returns the number of customers gone over, in or not.
func (s *selected) Len() int { return s.rows }

// Count returns how many customers are in rule, an index into the batch's rules.
// Cost: one step for 64 customers.
func (s *selected) Count(rule int) int {
	n := 0
	for _, w := range s.words[rule] {
		n += bits.OnesCount64(w)
	}
	return n
}

// Has reports whether the customer of row is in rule; false of a row that is not
// there.
func (s *selected) Has(rule, row int) bool {
	return row >= 0 && row < s.rows && hasBit(s.words[rule], row)
}

// All returns the rows in rule, ascending.
func (s *selected) All(rule int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s.words[rule] {
			for ; w != 0; w &= w - 1 {
				if !yield(64*i + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// AppendWords appends to dst one bit a row: bit i of word w is row 64w + i, and 1
// where it is in rule. The last word ends with zeros. It is the form that sets of
// dense ordinals are made of.
func (s *selected) AppendWords(dst []uint64, rule int) []uint64 {
	return append(dst, s.words[rule]...)
}

// resize makes room for rules over words of 64 rows, zero where grown.
func (s *selected) resize(rules, words int) {
	s.words = slices.Grow(s.words[:0], rules)[:rules]
	for i := range s.words {
		s.words[i] = extend(s.words[i][:0], words)
	}
}

// Selection is what [Batch.Eval] found, and its scratch memory: one bit a
// customer and rule. The zero Selection is ready. It may be used again, for
// another batch and other columns too; nothing of them is kept. Not safe for
// concurrent use, but what was found may be read from anywhere until the next
// Eval. A rule that is not there is a panic of the index.
type Selection struct {
	selected
	vecs   []*vector
	probes []probe
	execs  []exec
}
