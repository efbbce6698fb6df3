package rfm

import (
	"math/bits"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// place says where a customer's row is: the order of an aggregate's customers
// is a list of places.
type place struct {
	prefix uint64 // the first 64 bits of the key, in the order of keys
	ord    uint32
	part   uint32
}

// placesOf lists the customers of a table, which is part number part, in the
// order of their keys, without those that there leaves out; nil is all.
func placesOf[K comparable, R any](t *table.Table[K, R], key guanxi.Key[K], part int, there func(*R) bool) []place {
	p := make([]place, 0, len(t.Rows))
	for i := range t.Rows {
		if there == nil || there(&t.Rows[i].Row) {
			p = append(p, place{prefix: key.Prefix(t.Rows[i].Key), ord: uint32(i), part: uint32(part)})
		}
	}
	return sortPlaces(key, p, func(p place) K { return t.Rows[p.ord].Key })
}

// sortPlaces sorts p by key: by prefix, and where prefixes are equal by the keys
// themselves. It uses p as scratch.
func sortPlaces[K comparable](key guanxi.Key[K], p []place, keyOf func(place) K) []place {
	p = radixSort(p, make([]place, len(p)))
	for i := 0; i < len(p); {
		j := i + 1
		for j < len(p) && p[j].prefix == p[i].prefix {
			j++
		}
		if j-i > 1 {
			slices.SortFunc(p[i:j], func(a, b place) int { return key.Compare(keyOf(a), keyOf(b)) })
		}
		i = j
	}
	return p
}

// radixSort sorts a by prefix, least significant digit first; digits in which
// all agree cost nothing. It uses tmp, and returns whichever of the two holds
// the result.
func radixSort(a, tmp []place) []place {
	if len(a) < 2 {
		return a
	}
	var vary uint64
	for i := range a {
		vary |= a[i].prefix ^ a[0].prefix
	}
	const digit = 8
	for vary != 0 {
		shift := bits.TrailingZeros64(vary)
		var at [1 << digit]uint32
		for i := range a {
			at[a[i].prefix>>shift&(1<<digit-1)]++
		}
		sum := uint32(0)
		for d, n := range at {
			at[d] = sum
			sum += n
		}
		for i := range a {
			d := a[i].prefix >> shift & (1<<digit - 1)
			tmp[at[d]] = a[i]
			at[d]++
		}
		a, tmp = tmp, a
		vary &^= (1<<digit - 1) << shift
	}
	return a
}

// mergePlaces merges two sorted lists of places of different customers.
func mergePlaces[K comparable](key guanxi.Key[K], keyOf func(place) K, a, b []place) []place {
	out := make([]place, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		less := a[0].prefix < b[0].prefix
		if a[0].prefix == b[0].prefix {
			less = key.Compare(keyOf(a[0]), keyOf(b[0])) < 0
		}
		if less {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// places lists all customers in the order of their keys.
func (a *Aggregator[K]) places() []place {
	if a.log != nil {
		return placesOf(&a.log.Table, a.key, 0, (*run).there)
	}
	lists := make([][]place, len(a.parts))
	together(len(lists), func(i int) { lists[i] = placesOf(&a.parts[i].Table, a.key, i, nil) })
	keyOf := func(p place) K { return a.parts[p.part].Rows[p.ord].Key }
	for len(lists) > 1 {
		half := (len(lists) + 1) / 2
		together(len(lists)/2, func(i int) { lists[i] = mergePlaces(a.key, keyOf, lists[i], lists[half+i]) })
		lists = lists[:half]
	}
	return lists[0]
}
