package guanxi

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

type customerID int64

var (
	_ Key[customerID] = IntKey[customerID]()
	_ Key[string]     = StringKey[string]()
	_ Key[[16]byte]   = UUIDKey[[16]byte]()
)

// The test vectors of wyhash final version 4.2 (test_vector.cpp in
// wangyi-fudan/wyhash, Unlicense), under seeds 0 … 6.
func TestWyhashVectors(t *testing.T) {
	for seed, tt := range []struct {
		in   string
		want uint64
	}{
		{"", 0x93228a4de0eec5a2},
		{"a", 0xc5bac3db178713c4},
		{"abc", 0xa97f2f7b1d9b3314},
		{"message digest", 0x786d1f1df3801df4},
		{"abcdefghijklmnopqrstuvwxyz", 0xdca5a8138ad37c87},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xb9e734f117cfaf70},
		{strings.Repeat("1234567890", 8), 0x6cc5eab49a92d617},
	} {
		assert.Equal(t, tt.want, StringKey[string]().Hash(uint64(seed), tt.in), tt.in)
	}
	// Golden, at the edges of the loops: the bytes 0, 1, 2, … under seed 0.
	for n, want := range map[int]uint64{
		3: 0x78c4aa0c972a522d, 16: 0x305fdea0ed4a2619, 17: 0xd29ffdd201a46f9a, 32: 0x5b00c06ef7540f8f,
		47: 0xe2cb58f6ab8e4419, 48: 0xecbfb7ff9e3d9a97, 49: 0x0691f11bac523a91, 96: 0x948137d69794b570,
	} {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i)
		}
		assert.Equal(t, want, StringKey[string]().Hash(0, string(b)), "%d bytes", n)
	}
}

// Every position and the length matter, at every length up to two rounds of the loop.
func TestStringHashPositions(t *testing.T) {
	k := StringKey[string]()
	seen := map[uint64]string{}
	add := func(s string) {
		h := k.Hash(7, s)
		if old, ok := seen[h]; ok {
			t.Fatalf("%q and %q have the same hash", old, s)
		}
		seen[h] = s
	}
	for n := range 130 {
		b := make([]byte, n)
		add(string(b))
		for i := range b {
			b[i] = 1
			add(string(b))
			b[i] = 0x80
			add(string(b))
			b[i] = 0
		}
	}
}

func TestUUIDHashIsThatOfItsBytes(t *testing.T) {
	u := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}
	assert.Equal(t, StringKey[string]().Hash(3, string(u[:])), UUIDKey[[16]byte]().Hash(3, u))
}

// Flipping any bit of the key or the seed flips each bit of the hash about half the time.
func TestAvalanche(t *testing.T) {
	const n = 2000
	ints, uuids := IntKey[uint64](), UUIDKey[[16]byte]()
	hashes := map[string]func(seed, k uint64) uint64{
		"int":    ints.Hash,
		"string": func(seed, k uint64) uint64 { return wyhash(seed, fmt.Sprintf("%016x", k)) },
		"uuid": func(seed, k uint64) uint64 {
			var u [16]byte
			for i := range 8 {
				u[i], u[15-i] = byte(k>>(8*i)), byte(k>>(8*i))
			}
			return uuids.Hash(seed, u)
		},
	}
	for name, hash := range hashes {
		for _, flipSeed := range []bool{false, true} {
			worst := 0.0
			for in := range 64 {
				var flips [64]int
				for k := range uint64(n) {
					a, b := hash(0, k), hash(0, k^1<<in)
					if flipSeed {
						b = hash(1<<in, k)
					}
					for d := a ^ b; d != 0; d &= d - 1 {
						flips[bits.TrailingZeros64(d)]++
					}
				}
				for _, f := range flips {
					worst = max(worst, math.Abs(float64(f)/n-0.5))
				}
			}
			// 4096 proportions of 2000 tosses: the largest is some 0.042 from a half.
			if worst > 0.06 {
				t.Errorf("%s (seed %v): a bit flips with probability 0.5 ± %.3f", name, flipSeed, worst)
			}
		}
	}
}

// Released hashes and encodings stay for ever.
func TestGoldenInts(t *testing.T) {
	for _, tt := range []struct {
		k     int64
		bytes string
		hash0 uint64 // under seed 0
		hash1 uint64 // under seed 1
	}{
		{0, "\x00", 0xd70019f7d58a1f64, 0xfeab56b606a8dfe8},
		{-1, "\x01", 0x1254b2833cf40fae, 0xa2601d4e70e24870},
		{1, "\x02", 0x79585cd87dac7fc1, 0x5c5313d16c4ebe4f},
		{63, "\x7e", 0xeb18c50c9530978f, 0x31ecd3dbde38bac7},
		{64, "\x80\x01", 0xbd5dd3a0139f8350, 0x17c86437c3ca0a2a},
		{-65, "\x81\x01", 0x023310a265bd4ca9, 0xbe4070aa5ace013b},
		{math.MaxInt64, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 0x17c573b232e7ecf6, 0x5790184b3129d966},
		{math.MinInt64, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 0x93de81c61df5d47f, 0x74d2cec9ee579929},
	} {
		k := IntKey[int64]()
		assert.Equal(t, tt.bytes, string(k.Append(nil, tt.k)))
		assert.Equal(t, fmt.Sprintf("%#016x", tt.hash0), fmt.Sprintf("%#016x", k.Hash(0, tt.k)), "%d", tt.k)
		assert.Equal(t, fmt.Sprintf("%#016x", tt.hash1), fmt.Sprintf("%#016x", k.Hash(1, tt.k)), "%d", tt.k)
		got, n, err := k.Decode([]byte(tt.bytes + "more"))
		assert.NoError(t, err)
		assert.Equal(t, tt.k, got)
		assert.Equal(t, len(tt.bytes), n)
	}
	assert.Equal(t, "\xff\xff\x03", string(IntKey[uint16]().Append(nil, 65535)))
	assert.Equal(t, IntKey[int64]().Hash(9, -5), IntKey[int8]().Hash(9, -5))
	assert.Equal(t, IntKey[int64]().Hash(9, 200), IntKey[uint8]().Hash(9, 200))
}

func TestGoldenOthers(t *testing.T) {
	s := StringKey[string]()
	assert.Equal(t, "\x00", string(s.Append(nil, "")))
	assert.Equal(t, "x\x05C-001", string(s.Append([]byte("x"), "C-001")))
	assert.Equal(t, "\xc8\x01", string(s.Append(nil, strings.Repeat("a", 200))[:2]))
	u := [16]byte{0: 0xAB, 7: 7, 8: 8, 15: 0xCD}
	assert.Equal(t, string(u[:]), string(UUIDKey[[16]byte]().Append(nil, u)))
	assert.Equal(t, uint64(0xAB00000000000007), UUIDKey[[16]byte]().Prefix(u))
	assert.Equal(t, uint64(0x6162630000000000), s.Prefix("abc"))
	assert.Equal(t, uint64(0x6162636465666768), s.Prefix("abcdefghi"))
	assert.Equal(t, uint64(1)<<63-1, IntKey[int]().Prefix(-1))
}

func TestDecodeErrors(t *testing.T) {
	bad := func(name string, k any, n int, err error) {
		t.Helper()
		assert.ErrorIs(t, err, ErrKey, name)
		assert.Zero(t, k, name)
		assert.Zero(t, n, name)
	}
	for name, src := range map[string]string{
		"empty": "", "truncated": "\x80", "padded": "\x80\x00", "padded 1": "\x81\x80\x00",
		"eleven bytes": strings.Repeat("\x80", 10) + "\x01", "65 bits": strings.Repeat("\xff", 9) + "\x02",
	} {
		i, n, err := IntKey[int64]().Decode([]byte(src))
		bad(name, i, n, err)
		u, n, err := IntKey[uint64]().Decode([]byte(src))
		bad(name, u, n, err)
		s, n, err := StringKey[string]().Decode([]byte(src))
		bad(name, s, n, err)
	}
	for _, v := range []int64{128, -129, math.MaxInt64, math.MinInt64} {
		i, n, err := IntKey[int8]().Decode(IntKey[int64]().Append(nil, v))
		bad("int8", i, n, err)
	}
	u, n, err := IntKey[uint8]().Decode(IntKey[uint64]().Append(nil, 256))
	bad("uint8", u, n, err)
	s, n, err := StringKey[string]().Decode([]byte("\x03ab"))
	bad("short string", s, n, err)
	s, n, err = StringKey[string]().Decode(IntKey[uint64]().Append(nil, math.MaxUint64))
	bad("enormous string", s, n, err)
	id, n, err := UUIDKey[[16]byte]().Decode(make([]byte, 15))
	bad("short uuid", id, n, err)
}

// law checks everything that Key promises of two keys.
func law[K comparable](t *testing.T, key Key[K], a, b K) {
	t.Helper()
	c, p, q := key.Compare(a, b), key.Prefix(a), key.Prefix(b)
	if (c == 0) != (a == b) || c != -key.Compare(b, a) {
		t.Errorf("Compare(%v, %v) = %d", a, b, c)
	}
	if p < q && c >= 0 || p > q && c <= 0 {
		t.Errorf("Prefix(%v) = %#x, Prefix(%v) = %#x, Compare %d", a, p, b, q, c)
	}
	if a == b && (p != q || key.Hash(1, a) != key.Hash(1, b)) {
		t.Errorf("%v is not %v", a, b)
	}
	enc := key.Append(key.Append([]byte("!"), a), b)[1:]
	x, n, err := key.Decode(enc)
	if err != nil || x != a {
		t.Fatalf("Decode(%x) = %v, %d, %v; want %v", enc, x, n, err, a)
	}
	if y, m, err := key.Decode(enc[n:]); err != nil || y != b || n+m != len(enc) {
		t.Errorf("Decode(%x) = %v, %d, %v; want %v", enc[n:], y, m, err, b)
	}
	for cut := range n {
		if _, m, err := key.Decode(enc[:cut]); err == nil || m != 0 {
			t.Errorf("Decode(%x) succeeds", enc[:cut])
		}
	}
}

// hostile checks that what decodes is the canonical encoding.
func hostile[K comparable](t *testing.T, key Key[K], src []byte) {
	t.Helper()
	k, n, err := key.Decode(src)
	if err == nil && string(key.Append(nil, k)) != string(src[:n]) {
		t.Errorf("Decode(%x) = %v, whose encoding is %x", src, k, key.Append(nil, k))
	}
	if zero := *new(K); err != nil && (n != 0 || k != zero) {
		t.Errorf("Decode(%x) = %v, %d, %v", src, k, n, err)
	}
}

func TestIntLaws(t *testing.T) {
	all := []int64{math.MinInt64, math.MinInt32, -129, -128, -65, -64, -1, 0, 1, 63, 64, 127, 128, 255, 256, 1 << 31, math.MaxInt64}
	for _, a := range all {
		for _, b := range all {
			law(t, IntKey[customerID](), customerID(a), customerID(b))
			law(t, IntKey[int](), int(a), int(b))
			law(t, IntKey[int8](), int8(a), int8(b))
			law(t, IntKey[int16](), int16(a), int16(b))
			law(t, IntKey[int32](), int32(a), int32(b))
			law(t, IntKey[uint](), uint(a), uint(b))
			law(t, IntKey[uint8](), uint8(a), uint8(b))
			law(t, IntKey[uint16](), uint16(a), uint16(b))
			law(t, IntKey[uint32](), uint32(a), uint32(b))
			law(t, IntKey[uint64](), uint64(a), uint64(b))
		}
	}
}

func ExampleIntKey() {
	type CustomerID int64
	key := IntKey[CustomerID]()
	data := key.Append(nil, 42)
	id, n, err := key.Decode(data)
	fmt.Printf("%v %v %v %v\n", data, id, n, err)
	fmt.Println(key.Compare(-1, 1), key.Prefix(-1) < key.Prefix(1))
	// Output:
	// [84] 42 1 <nil>
	// -1 true
}

func ExampleStringKey() {
	key := StringKey[string]()
	fmt.Printf("%q\n", key.Append(nil, "C-001"))
	// Output: "\x05C-001"
}

func ExampleUUIDKey() {
	type ID [16]byte
	ids := []ID{{2}, {1}}
	slices.SortFunc(ids, UUIDKey[ID]().Compare)
	fmt.Println(ids[0][0], ids[1][0])
	// Output: 1 2
}
