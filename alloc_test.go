//go:build !race

package guanxi

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestAllocs(t *testing.T) {
	zero := func(name string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
	var sum uint64
	dst := make([]byte, 0, 256)
	long := strings.Repeat("x", 100)
	u := [16]byte{1}
	var ints Key[int64] = IntKey[int64]() // as containers hold it
	var strs Key[string] = StringKey[string]()
	var uuids Key[[16]byte] = UUIDKey[[16]byte]()
	zero("Ints", func() {
		sum += ints.Hash(1, 2) + ints.Prefix(3) + uint64(ints.Compare(4, 5))
		k, _, _ := ints.Decode(ints.Append(dst, 1<<40))
		sum += uint64(k)
	})
	zero("Strings", func() {
		sum += strs.Hash(1, long) + strs.Prefix(long) + uint64(strs.Compare(long, "y"))
		_, n, _ := strs.Decode(strs.Append(dst, long)[:50])
		sum += uint64(n)
	})
	zero("UUIDs", func() {
		sum += uuids.Hash(1, u) + uuids.Prefix(u) + uint64(uuids.Compare(u, u))
		k, _, _ := uuids.Decode(uuids.Append(dst, u))
		sum += uint64(k[0])
	})
	if n := testing.AllocsPerRun(100, func() {
		k, _, _ := strs.Decode(strs.Append(dst, long))
		sum += uint64(len(k))
	}); n != 1 {
		t.Errorf("Strings.Decode: %v allocs, want 1", n)
	}
	loc := time.FixedZone("CST", 8*3600)
	at := time.Date(2025, 1, 31, 0, 0, 0, 0, loc)
	s := MustParseSpan("P1Y1M1DT1H")
	zero("Span", func() { at = s.SubFrom(s.AddTo(at, loc), nil) })
	zero("ParseSpan", func() { s, _ = ParseSpan("P1Y1M1DT1.5S") })
	zero("ParseLang", func() { _, _ = ParseLang("zh-Hans-CN") })
}

// Reading takes memory in proportion to the document, also a hostile one.
func TestUnmarshalStrictMemory(t *testing.T) {
	key := `{"` + strings.Repeat("k", 1<<16) + `":[` + strings.Repeat(`"",`, 1<<14) + `""]}`
	for name, in := range map[string]string{
		"faults": "[" + strings.Repeat(`"",`, 1<<15) + `""]`, "long key": key, "keys": "{" + strings.Repeat(`"a":1,`, 1<<14) + `"b":[]}`,
		"deep": strings.Repeat("[", 1<<17), "digits": strings.Repeat("9", 1<<17),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = UnmarshalStrict([]byte(in), new(map[string][]int))
		_ = UnmarshalStrict([]byte(in), new([]int))
		_ = UnmarshalStrict([]byte(in), new(any))
		runtime.ReadMemStats(&after)
		// The list of faults has room for 1 MiB and 16 bytes a byte, each time.
		if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(6<<20+300*len(in)); got > limit {
			t.Errorf("%s: %d bytes of JSON take %d bytes", name, len(in), got)
		}
	}
}
