package audience

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
)

func TestNormalize(t *testing.T) {
	preset := IdentityPreset()
	preset.Rules = append(preset.Rules, IdentityRule{Kind: "hash"})
	china := identityRules(t, preset)
	us, italy, russia := preset, preset, preset
	us.PhoneCode, us.PhoneTrunk = "1", "1"
	italy.PhoneCode, italy.PhoneTrunk = "39", "none"
	russia.PhoneCode, russia.PhoneTrunk = "7", "8"
	cases := []struct {
		m        *IdentityRules[int]
		kind     IdentifierKind
		in, want string // "" is ErrIdentifier
	}{
		{china, PhoneID, "13800138001", "+8613800138001"},
		{china, PhoneID, " +86 138-0013.8001", "+8613800138001"},
		{china, PhoneID, "（＋８６）１３８００１３８００１", "+8613800138001"},
		{china, PhoneID, "008613800138001", "+8613800138001"},
		{china, PhoneID, "8613800138001", "+8613800138001"},
		{china, PhoneID, "\u202a13800138001\u202c", "+8613800138001"},
		{china, PhoneID, "138−0013–8001", "+8613800138001"},
		{china, PhoneID, "010-12345678", "+861012345678"},
		{china, PhoneID, "+86 (0)10 1234 5678", "+861012345678"},
		{china, PhoneID, "0755 2345678", "+867552345678"},
		{china, PhoneID, "+65 6123 4567", "+6561234567"},
		{china, PhoneID, "00852 2345 6789", "+85223456789"},
		{china, PhoneID, "1380013800", ""},
		{china, PhoneID, "12012345678", ""},
		{china, PhoneID, "138001380011", ""},
		{china, PhoneID, "13800138001转8", ""},
		{china, PhoneID, "13800138001/13900139001", ""},
		{china, PhoneID, "13800138001 13900139001", ""},
		{china, PhoneID, "++8613800138001", ""},
		{china, PhoneID, "138+00138001", ""},
		{china, PhoneID, "00000000000", ""},
		{china, PhoneID, "+1234567", ""},
		{china, PhoneID, "无", ""},
		{china, PhoneID, "+", ""},
		{china, PhoneID, "1" + strings.Repeat("2", 40), ""},
		{china, PhoneID, "18888888888", ""},
		{china, PhoneID, "13888888888", "+8613888888888"},
		{identityRules(t, us), PhoneID, "(212) 555-0123", "+12125550123"},
		{identityRules(t, us), PhoneID, "1 212 555 0123", "+12125550123"},
		{identityRules(t, italy), PhoneID, "06 698 12345", "+390669812345"},
		{identityRules(t, russia), PhoneID, "8 912 345-67-89", "+79123456789"},
		{identityRules(t, russia), PhoneID, "+7 800 234-56-79", "+78002345679"},
		{china, EmailID, " Lin.Wei+Tea@Example.COM ", "lin.wei+tea@example.com"},
		{china, EmailID, "lin＠example.com", "lin@example.com"},
		{china, EmailID, "lin@公司.中国", "lin@公司.中国"},
		{china, EmailID, "lin@example", ""},
		{china, EmailID, "@example.com", ""},
		{china, EmailID, "lin@a@example.com", ""},
		{china, EmailID, "lin@.com", ""},
		{china, EmailID, "lin wei@example.com", ""},
		{china, EmailID, "Lin <lin@example.com>", ""},
		{china, EmailID, strings.Repeat("a", 250) + "@b.cn", ""},
		{china, WeChatUnionID, " o6_bmasdasdsad6_2sgVt7hMZOPfL ", "o6_bmasdasdsad6_2sgVt7hMZOPfL"},
		{china, WeChatUnionID, "o6 bm", ""},
		{china, MemberCardID, "vip-0012 34", "VIP001234"},
		{china, MemberCardID, "００１２", "0012"},
		{china, MemberCardID, "金卡88", "金卡88"},
		{china, MemberCardID, "--", ""},
		{china, MemberCardID, "a*b", ""},
		{china, "hash", " 9F-a b ", "9F-a b"},
		{china, "hash", "a\x00", ""},
		{china, "hash", "\xff", ""},
		{china, "hash", "", ""},
		{china, "hash", strings.Repeat("x", 257), ""},
	}
	for _, c := range cases {
		got, err := c.m.Normalise(Identifier{c.kind, c.in})
		if c.want == "" {
			if !errors.Is(err, ErrIdentifier) || !slices.Equal(faultsAt(err), []string{"/value"}) {
				t.Errorf("%s %q: %q, %v", c.kind, c.in, got.Value, err)
			}
		} else if err != nil || got != (Identifier{c.kind, c.want}) {
			t.Errorf("%s %q: %q, %v, want %q", c.kind, c.in, got.Value, err, c.want)
		}
	}
	if _, err := china.Normalise(Identifier{"passport", "x"}); !errors.Is(err, ErrIdentifierKind) || !slices.Equal(faultsAt(err), []string{"/kind"}) {
		t.Error(err)
	}
}

// Normalizing is idempotent, and nothing panics.
func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"13800138001", "+86 (0)10 1234 5678", "０086 138", "Lin@Example.com", "VIP-1", "İ@Ⱥ.cn", "ŉ1", "\xff", "+860010", "8 8 8"} {
		for i := range 6 {
			f.Add(s, uint8(i))
		}
	}
	codes := []string{"", "1", "7", "39", "861"}
	trunks := []string{"", "1", "8", "none", "00"}
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		cfg := IdentityPreset()
		cfg.Rules = append(cfg.Rules, IdentityRule{Kind: "hash"})
		cfg.PhoneCode, cfg.PhoneTrunk = codes[int(n)%5], trunks[int(n)/5%5]
		m, err := NewIdentityRules(guanxi.IntKey[int](), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range cfg.Rules {
			one, err := m.Normalise(Identifier{r.Kind, s})
			if err != nil {
				continue
			}
			if len(one.Value) > maxIdentifier || one.Value == "" {
				t.Fatalf("%s %q is %q", r.Kind, s, one.Value)
			}
			two, err := m.Normalise(one)
			if err != nil || one != two {
				t.Fatalf("%s %q is %q, and that %q: %v", r.Kind, s, one.Value, two.Value, err)
			}
		}
	})
}

// What is read is valid, and is written and read again as it was; the configs that
// are valid compile.
func FuzzIdentityJSON(f *testing.F) {
	for _, v := range []any{IdentityPreset(), houseTable, memberTags, byHand("a", 1)} {
		b, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"seq":1,"at":"2026-03-01T00:00:00Z","kind":"added","keys":[1,2]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var identity IdentityConfig
		if json.Unmarshal(data, &identity) == nil {
			again(t, identity)
			if _, err := NewIdentityRules(guanxi.IntKey[int](), identity); err != nil {
				t.Fatal(err)
			}
		}
		var table TreatmentConfig
		if json.Unmarshal(data, &table) == nil {
			again(t, table)
			if e, err := NewTreatments(table, memberAll, memberNow, memberSegment); err == nil {
				e.Decide(&member{Spend: 6000})
			}
		}
		var tags TagConfig
		if json.Unmarshal(data, &tags) == nil {
			again(t, tags)
			if e, err := NewTagger(tags, memberAll, memberNow, memberSegment); err == nil {
				if _, err := e.AppendChanges(nil, nil, &member{Spend: 6000}); err != nil {
					t.Fatal(err)
				}
			}
		}
		var e IdentityEvent[int8]
		if json.Unmarshal(data, &e) == nil && e.At.Year() < 9000 {
			again(t, e)
			if l, err := NewIdentityLog(guanxi.IntKey[int8](), slices.Values([]IdentityEvent[int8]{e})); err == nil && l.Last() != 1 {
				t.Fatal(l.Last())
			}
		}
		var h HeldTag
		if json.Unmarshal(data, &h) == nil {
			again(t, h)
		}
	})
}

func again[V any](t *testing.T, v V) {
	t.Helper()
	one, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back V
	if err := json.Unmarshal(one, &back); err != nil {
		t.Fatalf("%s: %v", one, err)
	}
	if two, err := json.Marshal(back); err != nil || string(one) != string(two) {
		t.Fatalf("%s\n%s", one, two)
	}
}

// Any event at all is taken or refused, and what the methods return is taken; the
// log is a partition at every step, and the same events make it again.
func FuzzIdentityLog(f *testing.F) {
	f.Add([]byte{0, 0b111111, 1, 0b11, 4, 0b110000, 3, 0b10, 5, 0b1, 2, 2, 2, 3, 6, 1})
	f.Add([]byte{0, 0xff, 1, 0xff, 3, 0x0f, 3, 0x03, 2, 2, 2, 3, 1, 0xf0})
	f.Fuzz(func(t *testing.T, data []byte) {
		key := guanxi.IntKey[int8]()
		l, err := NewIdentityLog(key, nil)
		if err != nil {
			t.Fatal(err)
		}
		var taken []IdentityEvent[int8]
		for i := 0; i+1 < min(len(data), 200); i += 2 {
			var keys, others []int8 // those of the mask, and those of the same customer beyond it
			for k := range int8(8) {
				if data[i+1]>>k&1 == 1 {
					keys = append(keys, k)
				} else if len(keys) > 0 && slices.Contains(l.Members(keys[0]), k) {
					others = append(others, k)
				}
			}
			var e IdentityEvent[int8]
			sure := true // what a method returned is taken
			switch data[i] % 8 {
			case 0:
				e, sure = IdentityEvent[int8]{Kind: IdentityAdded, Keys: keys}, false
			case 1:
				e, err = l.Join(keys, "", day1)
			case 2:
				e, err = l.Undo(int64(data[i+1]), "", day1)
			case 3:
				e, err = l.Separate([][]int8{keys, others}, "", day1)
			case 4:
				e, err = l.Remove(keys, day1)
			default: // of parts that may not fit
				e, sure = IdentityEvent[int8]{Kind: []IdentityEventKind{IdentityMerged, IdentitySplit, IdentityWithdrawn}[data[i]%8-5], Of: int64(data[i] >> 3)}, false
				for _, k := range keys {
					if m := l.Members(k); e.Kind != IdentityMerged {
						e.Parts = append(e.Parts, IdentityPart[int8]{k, []int8{k}})
					} else if len(m) > 0 && m[0] == k {
						e.Parts = append(e.Parts, IdentityPart[int8]{k, m})
					}
				}
				if len(e.Parts) > 0 {
					e.Customer = e.Parts[0].Customer
				}
			}
			if err != nil {
				err = nil
				continue
			}
			e.Seq, e.At = l.Last()+1, day1
			if err := l.Apply(e); err == nil {
				taken = append(taken, e)
			} else if sure {
				t.Fatalf("%+v: %v", e, err)
			}
		}
		again, err := NewIdentityLog(key, slices.Values(taken))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for k, keys := range l.All() {
			n += len(keys)
			if keys[0] != k || !slices.Equal(again.Members(k), keys) {
				t.Fatal(k, keys, again.Members(k))
			}
			for _, m := range keys {
				if c, ok := l.Customer(m); !ok || c != k {
					t.Fatal(m, c, ok)
				}
			}
		}
		if n != l.Len() || n != again.Len() {
			t.Fatal(n, l.Len(), again.Len())
		}
		if err := l.consistent(nil); err != nil {
			t.Fatal(err)
		}
	})
}
