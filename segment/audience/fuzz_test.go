package audience

import (
	"encoding/binary"
	"encoding/json"
	"testing"
)

// Whatever the bytes, they are refused or are the one encoding of their set, and
// the set obeys the laws.
func FuzzSet(f *testing.F) {
	for _, s := range []Set{{}, Of(1, 5, 7, 65538), First(100), First(3<<16 + 10), Of(1<<32 - 1), First(70_000).Xor(Of(5, 9))} {
		data, _ := s.MarshalBinary()
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkOneEncoding(t, data)
		var s Set
		if s.UnmarshalBinary(data) != nil {
			return
		}
		if s.bitmap().Validate() != nil || s.bits.GetSizeInBytes() > 64*uint64(len(data))+1024 {
			t.Fatalf("%d bytes became %d", len(data), s.bits.GetSizeInBytes())
		}
		u := First(1 << 20)
		if s.AndCount(u)+s.ComplementCount(u) != u.Count() || !s.Xor(u).Xor(u).Equal(s) {
			t.Fatal("laws")
		}
	})
}

// Two sets of any ordinals obey the laws.
func FuzzAlgebra(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 2, 0, 0, 0}, []byte{2, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, x, y []byte) {
		read := func(data []byte) Set {
			var b Builder
			for ; len(data) >= 4; data = data[4:] {
				v := binary.LittleEndian.Uint32(data)
				b.Add(v)
				if v%7 == 0 {
					b.AddSet(First(v % 200_000).Minus(First(v % 70_000)))
				}
			}
			return b.Set()
		}
		a, b := read(x), read(y)
		u := a.Or(b)
		if !a.And(b).Complement(u).Equal(a.Complement(u).Or(b.Complement(u))) || a.OrCount(b) != u.Count() ||
			a.AndCount(b)+a.XorCount(b) != u.Count() || !a.Minus(b).Or(a.And(b)).Equal(a) {
			t.Fatalf("%s and %s", a, b)
		}
		data, _ := u.MarshalBinary()
		checkOneEncoding(t, data)
	})
}

func FuzzMemory(f *testing.F) {
	f.Add([]byte("\x01\x03\x01\x04anna\x00\x01\x02bo"))
	f.Fuzz(checkMemory)
}

func FuzzOutcomes(f *testing.F) {
	o := outcomes(f, plainCampaign(), plainRoster(3, 3))
	if err := o.AddConverted(First(4)); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(encoded(f, o)))
	f.Fuzz(checkOutcomes)
}

// A campaign that is read is valid, and comes back as it was written.
func FuzzCampaign(f *testing.F) {
	data, err := json.Marshal(springCampaign())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var c, back Campaign
		if json.Unmarshal(data, &c) != nil {
			return
		}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		one, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(one, &back); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
		if two, _ := json.Marshal(back); string(one) != string(two) {
			t.Fatalf("%s\n%s", one, two)
		}
	})
}
