package guanxi

import "testing"

func FuzzStringKey(f *testing.F) {
	f.Add("", "a")
	f.Add("a", "a\x00")
	f.Add("abcdefgh", "abcdefghi")
	f.Add("\x80\x00", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, a, b string) {
		law(t, StringKey[string](), a, b)
		law(t, StringKey[string](), a, a)
		hostile(t, StringKey[string](), []byte(a))
		var u, v [16]byte
		copy(u[:], a)
		copy(v[:], b)
		law(t, UUIDKey[[16]byte](), u, v)
		hostile(t, UUIDKey[[16]byte](), []byte(a))
		if StringKey[string]().Hash(5, string(u[:])) != UUIDKey[[16]byte]().Hash(5, u) {
			t.Errorf("hash of %x", u)
		}
	})
}

func FuzzIntKey(f *testing.F) {
	f.Add(int64(0), int64(-1), []byte{0x80, 0})
	f.Add(int64(1<<62), int64(-1<<63), []byte{0xff, 0xff, 3})
	f.Fuzz(func(t *testing.T, a, b int64, src []byte) {
		law(t, IntKey[int64](), a, b)
		law(t, IntKey[int16](), int16(a), int16(b))
		law(t, IntKey[uint32](), uint32(a), uint32(b))
		law(t, IntKey[uint64](), uint64(a), uint64(b))
		hostile(t, IntKey[int64](), src)
		hostile(t, IntKey[int8](), src)
		hostile(t, IntKey[uint16](), src)
		hostile(t, IntKey[uint64](), src)
		if a != b && IntKey[int64]().Hash(uint64(a), a) == IntKey[int64]().Hash(uint64(a), b) {
			t.Errorf("%d and %d collide", a, b)
		}
	})
}
