package audience

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// What was once written is read for ever.
var goldenSets = []struct {
	name, hex string
	set       func() Set
}{
	{"empty", "013a30000000000000", func() Set { return Set{} }},
	{"list", "013a300000020000000000020001000000180000001e0000000100050007000200", func() Set { return Of(1, 5, 7, 65538) }},
	{"run", "013b300000010000630001000000" + "6300", func() Set { return First(100) }},
	{"runs of four blocks", "013b3003000f" + "0000ffff0100ffff0200ffff03000900" + "25000000" + "2b000000" + "31000000" + "37000000" +
		"01000000ffff" + "01000000ffff" + "01000000ffff" + "010000000900", func() Set { return First(3<<16 + 10) }},
}

func TestGoldenSets(t *testing.T) {
	for _, g := range goldenSets {
		data, err := g.set().MarshalBinary()
		if err != nil || hex.EncodeToString(data) != g.hex {
			t.Errorf("%s: %x, want %s", g.name, data, g.hex)
		}
		want, err := hex.DecodeString(g.hex)
		if err != nil {
			t.Fatal(err)
		}
		var s Set
		if err := s.UnmarshalBinary(want); err != nil || !s.Equal(g.set()) {
			t.Errorf("%s: read as %s, %v", g.name, s, err)
		}
	}
}

func TestSetRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 60 {
		s := Of(randomOrdinals(r)...).Or(Of(randomOrdinals(r)...))
		data, err := s.AppendBinary(nil)
		if string(s.appendBlocks(nil)) != string(data) {
			t.Fatal("two encodings of", s)
		}
		if err != nil {
			t.Fatal(err)
		}
		var back Set
		if err := back.UnmarshalBinary(data); err != nil || !back.Equal(s) {
			t.Fatalf("%s came back as %s, %v", s, back, err)
		}
		// One set has one encoding, however it came about.
		for _, other := range []Set{back, s.Xor(First(3000)).Xor(First(3000)), Of(s.Append(nil)...), optimised(s)} {
			if again, _ := other.AppendBinary(nil); string(again) != string(data) {
				t.Fatalf("%s has two encodings", s)
			}
		}
		// Another program reads it from the second byte.
		portable := roaring.New()
		if err := portable.UnmarshalBinary(data[1:]); err != nil || portable.Validate() != nil || !(Set{portable}).Equal(s) {
			t.Fatalf("not the portable format: %v", err)
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &back); err != nil || !back.Equal(s) {
			t.Fatalf("JSON: %v", err)
		}
	}
}

func TestSetColumn(t *testing.T) {
	v, err := Of(1, 70_000).Value()
	if err != nil {
		t.Fatal(err)
	}
	var s Set
	if err := s.Scan(v); err != nil || !s.Equal(Of(1, 70_000)) {
		t.Error(s, err)
	}
	for _, v := range []any{nil, "text", []byte{}} {
		if err := s.Scan(v); !errors.Is(err, ErrFormat) || s.IsEmpty() {
			t.Error(v, err)
		}
	}
}

func optimised(s Set) Set {
	b := s.bitmap().Clone()
	b.RunOptimize()
	return Set{b}
}

// No change of one byte is taken for another set's encoding unless it is one.
func TestSetDecodesNothingElse(t *testing.T) {
	sets := []Set{{}, Of(1, 5, 7, 65538), First(100), First(3<<16 + 10), Of(1<<32 - 1), First(70_000).Xor(Of(5, 9))}
	half, _ := FromWords([]uint64{0x5555_5555_5555_5555, 1})
	for _, s := range append(sets, half) {
		data, _ := s.MarshalBinary()
		for i := range min(len(data), 80) {
			for _, v := range []byte{0, 1, 0x3a, 0x3b, 0x7f, 0xff, data[i] ^ 1, data[i] + 1} {
				checkOneEncoding(t, append(append(append([]byte(nil), data[:i]...), v), data[i+1:]...))
			}
			checkOneEncoding(t, data[:i])
		}
		checkOneEncoding(t, append(append([]byte(nil), data...), 0))
	}
}

// checkOneEncoding checks that data is refused, or is what its set is written as.
func checkOneEncoding(t *testing.T, data []byte) {
	t.Helper()
	s := Of(99)
	err := s.UnmarshalBinary(data)
	if err != nil {
		if !errors.Is(err, ErrFormat) || !s.Equal(Of(99)) {
			t.Fatalf("%x: %v, %s", data, err, s)
		}
		return
	}
	if again, _ := s.MarshalBinary(); string(again) != string(data) {
		t.Fatalf("%x is read as %s, which is written as %x", data, s, again)
	}
}

// Encodings that break one rule each.
func TestSetRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                       "",
		"another version":               "023a30000000000000",
		"too short":                     "013a3000000000",
		"another cookie":                "013c30000000000000",
		"too many blocks":               "013a300000ffffff7f",
		"more than a set":               "013a3000000000000000",
		"list that does not ascend":     "013a30000001000000000002001000000005000100" + "0700",
		"list with one twice":           "013a3000000100000000000100" + "10000000" + "05000500",
		"wrong offset":                  "013a3000000100000000000000" + "11000000" + "0500",
		"list where a run is less":      "013a3000000100000000000300" + "10000000" + "0000010002000300",
		"run where a list is less":      "013b3000000100000000" + "0100" + "05000000",
		"runs flagged without runs":     "013b3000000000000000" + "0500",
		"flag of no block":              "013b30000003" + "00006300" + "0100" + "00006300",
		"run beyond the block":          "013b30000001" + "00006300" + "0100" + "ffff6300",
		"runs that touch":               "013b30000001" + "00006300" + "0200" + "00003100" + "32003100",
		"runs of another number":        "013b30000001" + "00006400" + "0100" + "00006300",
		"runs cut off":                  "013b30000001" + "00006300" + "0200" + "00006300",
		"run count cut off":             "013b30000001" + "00006300" + "01",
		"blocks out of order":           "013a30000002000000" + "01000000" + "00000000" + "18000000" + "1a000000" + "0500" + "0500",
		"one block twice":               "013a30000002000000" + "01000000" + "01000000" + "18000000" + "1a000000" + "0500" + "0600",
		"header cut off":                "013a30000002000000" + "01000000",
		"flags cut off":                 "013b30ff0101010101",
		"no base64 in the binary":       "ffff",
		"bits of a block cut off":       "013a30000001000000" + "0000ffff" + "10000000" + "0000",
		"an empty block cannot be said": "013b30000001" + "00000000" + "0000",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(name, err)
		}
		s := Of(4)
		if err := s.UnmarshalBinary(data); !errors.Is(err, ErrFormat) || !s.Equal(Of(4)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"?", "AQ==", "ATowAAAAAAAA=", "ATow\nAAAAAAAA", "ATowAAAAAAAB"} {
		s := Of(4)
		if err := s.UnmarshalText([]byte(text)); !errors.Is(err, ErrFormat) || !s.Equal(Of(4)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
