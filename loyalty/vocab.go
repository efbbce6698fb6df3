package loyalty

import "slices"

// vocab numbers the names that a programme's rules ask for. Immutable once sorted.
type vocab []string

func (v *vocab) add(names ...[]string) {
	for _, n := range names {
		*v = append(*v, n...)
	}
}

func (v *vocab) sort() {
	slices.Sort(*v)
	*v = slices.Compact(*v)
}

// words is how many words a set of v has.
func (v vocab) words() int { return (len(v) + 63) / 64 }

// put adds a name to a set, if v has it.
func (v vocab) put(set []uint64, name string) {
	if i, ok := slices.BinarySearch(v, name); ok {
		set[i/64] |= 1 << (i % 64)
	}
}

// set returns the set of names; nil of none.
func (v vocab) set(names []string) []uint64 {
	if len(names) == 0 {
		return nil
	}
	set := make([]uint64, v.words())
	for _, n := range names {
		v.put(set, n)
	}
	return set
}

// meet reports whether two sets of one vocab share a name.
func meet(a, b []uint64) bool {
	for i, w := range a {
		if w&b[i] != 0 {
			return true
		}
	}
	return false
}
