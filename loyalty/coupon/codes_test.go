package coupon

import (
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

func mustCodes(t testing.TB, cfg CodeConfig) *Codes {
	t.Helper()
	c, err := NewCodes(cfg, secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCodeRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for length := 8; length <= 20; length++ {
		for _, prefix := range []string{"", "SPRNG", "ABCDEFGH"} {
			c := mustCodes(t, CodeConfig{Prefix: prefix, Length: length})
			serials := []uint64{0, 1, 2, c.Serials() - 2, c.Serials() - 1}
			for range 200 {
				serials = append(serials, rng.Uint64N(c.Serials()))
			}
			for _, n := range serials {
				code, err := c.Code(n)
				if err != nil || len(code) != len(prefix)+length || !strings.HasPrefix(string(code), prefix) {
					t.Fatalf("%d: %q, %v", n, code, err)
				}
				for _, typed := range []string{string(code), c.Format(code), strings.ToLower(string(code)), " " + c.Format(code) + "\n"} {
					if got, m, err := c.Parse(typed); got != code || m != n || err != nil {
						t.Fatalf("%q: %q, %d, %v; want %d", typed, got, m, err, n)
					}
				}
			}
			if _, err := c.Code(c.Serials()); !errors.Is(err, ErrSerial) {
				t.Error(err)
			}
		}
	}
}

// slowCode is the code by its description, with big numbers.
func slowCode(cfg CodeConfig, secret []byte, serial int64) string {
	extract := hmac.New(sha256.New, make([]byte, 32)) // RFC 5869 without salt
	extract.Write(secret)
	expand := hmac.New(sha256.New, extract.Sum(nil))
	fmt.Fprintf(expand, "guanxi coupon codes v1/%d/%s\x01", cfg.Length, cfg.Prefix)
	keys := expand.Sum(nil)
	head := min((cfg.Length-1)/2, 7)
	mod := [2]*big.Int{
		new(big.Int).Exp(big.NewInt(31), big.NewInt(int64(head)), nil),
		new(big.Int).Exp(big.NewInt(31), big.NewInt(int64(cfg.Length-1-head)), nil),
	}
	f := func(key []byte, label int, v, m *big.Int) *big.Int {
		block, _ := aes.NewCipher(key)
		in := make([]byte, 16)
		in[0] = byte(label)
		v.FillBytes(in[8:])
		out := make([]byte, 16)
		block.Encrypt(out, in)
		return new(big.Int).Mod(new(big.Int).SetBytes(out), m)
	}
	half := [2]*big.Int{big.NewInt(serial), nil}
	half[1] = f(keys[:16], 0, half[0], mod[1])
	for r := range 10 {
		i := r % 2
		half[i] = half[i].Add(half[i], f(keys[16:], r, half[1-i], mod[i]))
		half[i].Mod(half[i], mod[i])
	}
	var code strings.Builder
	code.WriteString(cfg.Prefix)
	for i, n := range []int{head, cfg.Length - 1 - head} {
		digits := ""
		for range n {
			d := new(big.Int)
			half[i].DivMod(half[i], big.NewInt(31), d)
			digits = Alphabet[d.Int64():d.Int64()+1] + digits
		}
		code.WriteString(digits)
	}
	for _, c := range Alphabet { // the one that fits
		sum, w := big.NewInt(0), big.NewInt(1)
		s := code.String() + string(c)
		for i := len(s) - 1; i >= 0; i-- {
			sum.Add(sum, new(big.Int).Mul(w, big.NewInt(int64(strings.IndexByte(Alphabet, s[i])))))
			w.Mul(w, big.NewInt(3))
		}
		if sum.Mod(sum, big.NewInt(31)).Int64() == int64(len(cfg.Prefix)) {
			return s
		}
	}
	return "none"
}

func TestCodeReference(t *testing.T) {
	for _, cfg := range []CodeConfig{{Length: 8}, {Length: 9, Prefix: "A"}, {Length: 12}, {Length: 16, Prefix: "SPRNG"}, {Length: 20, Prefix: "ZZZZZZZZ"}} {
		c := mustCodes(t, cfg)
		for _, n := range []int64{0, 1, 2, 1000, int64(c.Serials()) - 1} {
			got, _ := c.Code(uint64(n))
			if want := slowCode(cfg, secret, n); string(got) != want {
				t.Errorf("%+v, %d: %s, want %s", cfg, n, got, want)
			}
		}
	}
}

// Codes are printed: these never change.
func TestCodeGolden(t *testing.T) {
	for _, tt := range []struct {
		cfg  CodeConfig
		n    uint64
		want string
	}{
		{CodeConfig{}, 0, "SNQP-98DC-ZSE9"},
		{CodeConfig{}, 1, "GGMC-EAG6-5SG2"},
		{CodeConfig{}, 999_999, "ZJEY-YA3F-QYJH"},
		{CodeConfig{Prefix: "SPRNG", Length: 16}, 0, "SPRNG-C4Z3-3Y3G-NYPS-5VSJ"},
		{CodeConfig{Length: 8}, 29790, "ZYJA-J8G9"},
	} {
		c := mustCodes(t, tt.cfg)
		code, err := c.Code(tt.n)
		if err != nil || c.Format(code) != tt.want {
			t.Errorf("%+v, %d: %s, want %s", tt.cfg, tt.n, c.Format(code), tt.want)
		}
	}
}

// Two series share no code. AB2RW7D6ES was of both of these, before the check knew the
// length of the prefix.
func TestSeriesShareNoCode(t *testing.T) {
	one := []byte("secret-secret-000007")
	a, err := NewCodes(CodeConfig{Prefix: "A", Length: 9}, one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewCodes(CodeConfig{Prefix: "AB", Length: 8}, one)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Code]bool{}
	codes, err := b.AppendCodes(nil, 0, b.Serials())
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range codes {
		seen[code] = true
	}
	if codes, err = a.AppendCodes(codes[:0], 0, a.Serials()); err != nil {
		t.Fatal(err)
	}
	for _, code := range codes {
		if seen[code] {
			t.Errorf("%s is of both series", code)
		}
	}
	// Of thousands of secrets, all pairs of forms that make codes of one length and begin
	// alike: no series reads a code of another.
	for i := range 3000 {
		sec := fmt.Appendf(nil, "secret-secret-%06d", i)
		var series [9]*Codes
		for p := range series {
			if series[p], err = NewCodes(CodeConfig{Prefix: "AAAAAAAA"[:p], Length: 16 - p}, sec); err != nil {
				t.Fatal(err)
			}
		}
		for p, from := range series {
			code, err := from.Code(uint64(i))
			if err != nil {
				t.Fatal(err)
			}
			for q, to := range series {
				if _, _, err := to.Parse(string(code)); p == q != (err == nil) || p != q && !errors.Is(err, ErrCodeCheck) {
					t.Fatalf("%s of prefix length %d, read by %d: %v", code, p, q, err)
				}
			}
		}
	}
}

// Every substitution of one character and every exchange of two, at every length
// there is, in the check alone.
func TestCheckCharacterExhaustive(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for size := 8; size <= 28; size++ {
		for range 40 {
			s := make([]byte, size-1, size)
			for i := range s {
				s[i] = Alphabet[rng.IntN(31)]
			}
			s = append(s, checkChar(s, 0))
			if checkSum(string(s)) != 0 {
				t.Fatalf("%s: the check character does not fit", s)
			}
			for i := range s {
				was := s[i]
				for k := range 31 {
					if s[i] = Alphabet[k]; s[i] != was && checkSum(string(s)) == 0 {
						t.Fatalf("%s passes with another character at %d", s, i)
					}
				}
				s[i] = was
				for j := i + 1; j < size; j++ {
					if s[i] == s[j] {
						continue
					}
					if s[i], s[j] = s[j], s[i]; checkSum(string(s)) == 0 {
						t.Fatalf("%s passes with %d and %d exchanged", s, i, j)
					}
					s[i], s[j] = s[j], s[i]
				}
			}
		}
	}
	// And for all pairs of characters at all pairs of positions, by the weights alone.
	weights, w := []int{}, 1
	for range 28 {
		weights = append(weights, w)
		w = w * 3 % 31
	}
	for i, v := range weights {
		for _, u := range weights[:i] {
			for d := 1; d < 31; d++ {
				if v*d%31 == 0 || (v-u)*d%31 == 0 || i > 0 && (v+weights[i-1])*d%31 == 0 || i > 1 && (v+weights[i-2])*d%31 == 0 {
					t.Fatalf("weights %d and %d let a difference of %d pass", u, v, d)
				}
			}
		}
	}
}

// Through Parse, each fault of one code of every length has its own error.
func TestParseFindsMistakes(t *testing.T) {
	for length := 8; length <= 20; length++ {
		c := mustCodes(t, CodeConfig{Prefix: "QX", Length: length})
		code, _ := c.Code(7)
		for i := range code {
			for k := range 31 {
				s := []byte(code)
				if s[i] = Alphabet[k]; s[i] == code[i] {
					continue
				}
				if _, _, err := c.Parse(string(s)); !errors.Is(err, ErrCodeCheck) {
					t.Fatalf("%s for %s: %v", s, code, err)
				}
			}
			if s := []byte(code); i > 0 && s[i] != s[i-1] {
				s[i], s[i-1] = s[i-1], s[i]
				if _, _, err := c.Parse(string(s)); !errors.Is(err, ErrCodeCheck) {
					t.Fatalf("%s for %s: %v", s, code, err)
				}
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	c := mustCodes(t, CodeConfig{Prefix: "QX"})
	code, _ := c.Code(7)
	other, _ := mustCodes(t, CodeConfig{Prefix: "QY"}).Code(7)
	foreign, _ := NewCodes(CodeConfig{Prefix: "QX"}, []byte("another secret of the host's own"))
	made, _ := foreign.Code(7)
	for _, tt := range []struct {
		typed string
		err   error
	}{
		{"", ErrCodeLength}, {"QX", ErrCodeLength}, {string(code) + "2", ErrCodeLength}, {string(code[1:]), ErrCodeLength},
		{strings.Repeat("A", 1000), ErrCodeLength}, {strings.Repeat(" ", 1000), ErrCodeLength},
		{"0" + string(code[1:]), ErrCodeCharacter}, {"o" + string(code[1:]), ErrCodeCharacter}, {"I", ErrCodeCharacter},
		{"优惠" + string(code), ErrCodeCharacter}, {"\xff" + string(code), ErrCodeCharacter}, {"A\x00", ErrCodeCharacter},
		{string(other), ErrCodePrefix}, {string(made), ErrCodeUnknown},
	} {
		if got, n, err := c.Parse(tt.typed); !errors.Is(err, tt.err) || got != "" || n != 0 {
			t.Errorf("%q: %q, %d, %v; want %v", tt.typed, got, n, err, tt.err)
		}
	}
}

func TestNormalize(t *testing.T) {
	for typed, want := range map[string]string{
		"abcd-2345":                "ABCD2345",
		"ＡＢｃｄ－２３４５":                "ABCD2345",
		"\u3000AB CD\t23":          "ABCD23",
		"AB–CD—23−45_6.7":          "ABCD234567",
		"AB\u200bCD\ufeff\u00ad23": "ABCD23",
		"":                         "",
		"O0":                       "O0",
	} {
		if got := Normalise(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// A million codes without one twice, each character at each place as often as any.
func TestAppendCodesUnique(t *testing.T) {
	n := uint64(1_000_000)
	c := mustCodes(t, CodeConfig{})
	codes, err := c.AppendCodes(nil, 5, n)
	if err != nil || uint64(len(codes)) != n {
		t.Fatal(len(codes), err)
	}
	seen := make(map[Code]struct{}, n)
	var count [12][256]int
	for _, code := range codes {
		seen[code] = struct{}{}
		for i := range 12 {
			count[i][code[i]]++
		}
	}
	if uint64(len(seen)) != n {
		t.Errorf("%d different codes of %d", len(seen), n)
	}
	for i := range count {
		chi, e := 0.0, float64(n)/31
		for k := range Alphabet {
			d := float64(count[i][Alphabet[k]]) - e
			chi += d * d / e
		}
		if chi > 30+6*math.Sqrt(60) { // 30 degrees of freedom
			t.Errorf("place %d: χ² %.1f", i, chi)
		}
	}
	for i, code := range codes[:100] {
		if one, _ := c.Code(5 + uint64(i)); one != code {
			t.Errorf("%d: %s, alone %s", i, code, one)
		}
		if b, err := c.AppendCode([]byte("x"), 5+uint64(i)); string(b) != "x"+string(code) || err != nil {
			t.Error(string(b), err)
		}
	}
}

// The smallest domain has every pair of halves at most once, and back.
func TestPermutation(t *testing.T) {
	c := mustCodes(t, CodeConfig{Length: 8})
	b, seen := new(blocks), make(map[[2]uint64]bool)
	for l := uint64(0); l < c.serials; l += 7 {
		for r := uint64(0); r < c.tags; r += c.tags / 5 {
			x, y := c.encrypt(l, r, b)
			if x >= c.serials || y >= c.tags || seen[[2]uint64{x, y}] {
				t.Fatalf("%d, %d: %d, %d", l, r, x, y)
			}
			seen[[2]uint64{x, y}] = true
			if i, k := c.decrypt(x, y, b); i != l || k != r {
				t.Fatalf("%d, %d: back %d, %d", l, r, i, k)
			}
		}
	}
}

// Guesses that are well typed pass as made as rarely as the tag is long.
func TestGuessing(t *testing.T) {
	c := mustCodes(t, CodeConfig{Length: 8})
	rng, passed, tries := rand.New(rand.NewPCG(5, 6)), 0, 3_000_000*long()
	b := new(blocks)
	for range tries {
		serial, tag := c.decrypt(rng.Uint64N(c.serials), rng.Uint64N(c.tags), b)
		if tag == c.tag(serial, b) {
			passed++
		}
	}
	want := float64(tries) / float64(c.tags) // 3.2
	if math.Abs(float64(passed)-want) > 5*math.Sqrt(want)+1 {
		t.Errorf("%d of %d guesses pass, want about %.1f", passed, tries, want)
	}
	if got := mustCodes(t, CodeConfig{}).GuessBits(1_000_000); math.Abs(got-34.5646) > 0.001 {
		t.Error(got)
	}
	if got := c.GuessBits(math.MaxUint64); math.Abs(got-4*math.Log2(31)) > 1e-9 {
		t.Error(got)
	}
	if got := c.GuessBits(0); !math.IsInf(got, 1) {
		t.Error(got)
	}
}

func TestCodeConfig(t *testing.T) {
	_, err := NewCodes(CodeConfig{Prefix: "ABCDEFGH0", Length: 21}, []byte("short"))
	wants(t, err, "/prefix", ErrOption, "/prefix", ErrOption, "/length", ErrOption, "/secret", ErrSecret)
	if _, err = NewCodes(CodeConfig{Prefix: "a", Length: 7}, secret); err == nil {
		t.Error("no fault")
	}
	var cfg CodeConfig
	if err := cfg.UnmarshalJSON([]byte(`{"prefix":"AB","length":10}`)); err != nil || cfg != (CodeConfig{"AB", 10}) {
		t.Error(cfg, err)
	}
	wants(t, cfg.UnmarshalJSON([]byte(`{"length":3}`)), "/length", ErrOption)
	c := mustCodes(t, cfg)
	if c.Config() != cfg {
		t.Error(c.Config())
	}
	for _, tt := range [][2]uint64{{c.Serials(), 1}, {c.Serials() + 1, 0}, {0, c.Serials() + 1}, {5, math.MaxUint64}, {math.MaxUint64, 2}} {
		if dst, err := c.AppendCodes([]Code{"x"}, tt[0], tt[1]); !errors.Is(err, ErrSerial) || len(dst) != 1 {
			t.Error(tt, len(dst), err)
		}
	}
	if dst, err := mustCodes(t, CodeConfig{Length: 16}).AppendCodes([]Code{"x"}, 0, 0); err != nil || len(dst) != 1 {
		t.Error(dst, err)
	}
	if dst, err := mustCodes(t, CodeConfig{Length: 16}).AppendCodes([]Code{"x"}, 0, maxBatch+1); !errors.Is(err, ErrTooMany) || len(dst) != 1 {
		t.Error(dst, err)
	}
	if _, err := c.AppendCode(nil, c.Serials()); !errors.Is(err, ErrSerial) {
		t.Error(err)
	}
	if c.Format("short") != "short" {
		t.Error(c.Format("short"))
	}
}
