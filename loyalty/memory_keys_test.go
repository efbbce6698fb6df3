package loyalty

import (
	"fmt"
	"strings"
	"testing"
)

// Keys are found by all their bytes, and not any more when they were given back.
func TestMemoryKeys(t *testing.T) {
	var x memoryKeys
	key := func(i int) Key { return Key(fmt.Sprint("k", i, strings.Repeat("x", i%300))) }
	const n = 3000
	for i := range n {
		k := key(i)
		if _, ok := x.find(hashText(k), k); ok {
			t.Fatal(k, "is there")
		}
		if x.add(hashText(k), k, accountRef(i)); i%3 == 0 {
			x.drop(hashText(k), k)
		}
	}
	for i := range n {
		k := key(i)
		ord, ok := x.find(hashText(k), k)
		if ok != (i%3 != 0) || ok && x.rows.at(ord).account != accountRef(i) {
			t.Error(i, ord, ok)
		}
	}
	x.drop(hashText("none"), "none")
}

// Entries of all sizes come out as they were put in.
func TestMemoryBlocks(t *testing.T) {
	var b memoryBlocks
	var spots []journalSpot
	entry := func(i int) *Entry {
		return &Entry{Account: "a", Seq: int64(i), Op: OpAdjust, Note: Note{Reason: strings.Repeat("x", i*i*i%50_000)}}
	}
	for i := range 400 {
		spots = append(spots, b.keep(entry(i)))
	}
	for i, s := range spots {
		want, _ := entry(i).MarshalBinary()
		if string(b.at(s)) != string(want) {
			t.Fatal(i)
		}
	}
	if n := len(b.blocks); n > 400 {
		t.Errorf("%d blocks", n)
	}
}
