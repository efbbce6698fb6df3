package affinity_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// golden compares bytes with testdata/name, a hex dump.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		check(t, os.WriteFile(path, []byte(hex.Dump(got)), 0o644))
	}
	want, err := os.ReadFile(path)
	check(t, err)
	if hex.Dump(got) != string(want) {
		t.Errorf("%s: got\n%s", path, hex.Dump(got))
	}
}

func smallCounts(t testing.TB) *affinity.Counts[string] {
	t.Helper()
	c, err := affinity.NewCounts(guanxi.StringKey[string](), affinity.CountConfig{MaxBasket: 5, MaxItems: 8, MaxPairs: 12})
	check(t, err)
	for _, b := range [][]string{{"tea", "pot"}, {"tea", "pot", "cup"}, {"茶"}, {"a", "b", "c", "d", "e", "f"}, {"tea"},
		{"a", "b"}, {"c", "d", "e", "tea"}, {"f", "g", "h", "pot", "tea"}, {"a", "b", "tea"}} {
		check(t, c.AddBasket(b))
	}
	return c
}

func smallPortrait(t testing.TB) *affinity.Portrait {
	t.Helper()
	p := newPortrait(t, shopDimensions)
	for _, m := range members(20, 4) {
		check(t, p.Add(m.in, m.traits...))
	}
	return p
}

func TestGoldenEncodings(t *testing.T) {
	golden(t, "counts_v1.hex", encoded(t, smallCounts(t)))
	golden(t, "portrait_v1.hex", encoded(t, smallPortrait(t)))
}

// Every byte changed, cut or added is an error or other counts, never a panic.
func TestBrokenEncodings(t *testing.T) {
	for name, whole := range map[string][]byte{"counts": encoded(t, smallCounts(t)), "portrait": encoded(t, smallPortrait(t))} {
		refused := 0
		for i := range whole {
			for _, in := range [][]byte{whole[:i], append(bytes.Clone(whole[:i]), whole[i+1:]...), append(append(bytes.Clone(whole[:i]), 0x80), whole[i:]...),
				append(append(bytes.Clone(whole[:i]), whole[i]+1), whole[i+1:]...), append(append(bytes.Clone(whole[:i]), 255), whole[i+1:]...)} {
				if decodes(t, name, in) {
					continue
				}
				refused++
			}
			if decodes(t, name, whole[:i]) {
				t.Errorf("%s: the first %d bytes were read", name, i)
			}
		}
		if refused < 2*len(whole) {
			t.Errorf("%s: only %d refused", name, refused)
		}
		if decodes(t, name, append(bytes.Clone(whole), 0)) {
			t.Errorf("%s: a byte too many was read", name)
		}
	}
}

// decodes reads bytes; what is read is written as the same bytes.
func decodes(t testing.TB, name string, in []byte) bool {
	t.Helper()
	var m interface {
		MarshalBinary() ([]byte, error)
		UnmarshalBinary([]byte) error
	}
	m = newPortrait(t, shopDimensions)
	if name == "counts" {
		m = smallCounts(t)
	}
	before := encoded(t, m)
	if err := m.UnmarshalBinary(in); err != nil {
		if !bytes.Equal(before, encoded(t, m)) {
			t.Errorf("%s: changed by what was refused", name)
		}
		return false
	}
	if !bytes.Equal(in, encoded(t, m)) {
		t.Errorf("%s: %x was read, and %x written", name, in, encoded(t, m))
	}
	return true
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, smallCounts(f)))
	f.Add(encoded(f, smallPortrait(f)))
	f.Fuzz(func(t *testing.T, in []byte) {
		decodes(t, "counts", in)
		decodes(t, "portrait", in)
	})
}

// linesFrom makes lines out of bytes: two a line.
func linesFrom(in []byte) (lines []line) {
	ref := 0
	for ; len(in) >= 2; in = in[2:] {
		ref += int(in[0] >> 6)
		lines = append(lines, line{Basket: string(rune('A' + ref)), Item: int32(in[0]&31) + 1, Quantity: int64(int8(in[1])) | 1})
	}
	return lines
}

// Merge(a, b) is one pass over a and b, and both are what a naive count says;
// with caps the bounds hold.
func FuzzMerge(f *testing.F) {
	f.Add([]byte("tea and a pot and a cup, tea and a pot"), uint8(7), false)
	f.Add([]byte{1, 1, 2, 1, 0x41, 1, 3, 0x80, 0xc1, 1, 2, 1, 2, 1}, uint8(2), true)
	f.Fuzz(func(t *testing.T, in []byte, cut uint8, small bool) {
		lines := linesFrom(in[:min(len(in), 4000)])
		baskets := inBaskets(lines)
		at := min(len(baskets), int(cut))
		cfg := affinity.CountConfig{}
		if small {
			cfg = affinity.CountConfig{MaxBasket: 6, MaxItems: 9, MaxPairs: 10}
		}
		var halves [2]*counts
		for i, part := range [][][]line{baskets[:at], baskets[at:]} {
			halves[i] = newCounts(t, cfg)
			for _, b := range part {
				check(t, halves[i].AddAll(b))
			}
		}
		check(t, halves[0].Merge(halves[1]))
		if !small {
			whole := newCounts(t, cfg)
			check(t, whole.AddAll(lines))
			if !bytes.Equal(encoded(t, whole), encoded(t, halves[0])) {
				t.Fatal("merge is not one pass")
			}
			want := newNaive(lines)
			want.agrees(t, whole)
			return
		}
		// A count on paper of the baskets that are not too large.
		want := naive{items: map[int32]int64{}, pairs: map[[2]int32]int64{}}
		for _, b := range baskets {
			if one := newNaive(b); len(one.items) <= 6 {
				for i, n := range one.items {
					want.items[i] += n
				}
				for p, n := range one.pairs {
					want.pairs[p] += n
				}
			}
		}
		s := halves[0].Stats()
		for p, n := range want.pairs {
			r, ok := halves[0].Rule(p[0], p[1])
			if ok && (r.Together > n || r.Together+r.Short < n) || !ok && n > max(s.ItemShort, s.PairShort) {
				t.Fatalf("pair %v in %d: %+v, %v, %+v", p, n, r, ok, s)
			}
		}
		for i, n := range want.items {
			if got, short, ok := halves[0].Item(i); ok && (got > n || got+short < n) || !ok && n > s.ItemShort {
				t.Fatalf("item %d in %d: %d + %d, %+v", i, n, got, short, s)
			}
		}
	})
}
