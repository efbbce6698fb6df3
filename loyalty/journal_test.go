package loyalty

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// played returns a desk with a journal of many kinds of entries.
func played(t testing.TB, seed uint64, n int) *play {
	r := rand.New(rand.NewPCG(seed, 5))
	p := &play{desk: newDesk(t, policies(r)), r: r, now: t0}
	for len(p.journal) < n {
		_, _ = p.try(p.command())
	}
	return p
}

func TestVerify(t *testing.T) {
	p := played(t, 1, 120)
	journal := p.journal
	if err := Verify("a", Entries(journal)); err != nil {
		t.Fatal(err)
	}
	check := func(name string, at int, want error, change func(j []Entry) []Entry) {
		t.Helper()
		j := make([]Entry, len(journal))
		for i := range journal {
			j[i] = journal[i].Clone()
		}
		err := Verify("a", Entries(change(j)))
		var broken *BrokenError
		if !errors.As(err, &broken) || broken.Index != at || !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	seal := func(e *Entry) { e.Hash = e.Sum() }
	check("one is missing", 50, ErrGap, func(j []Entry) []Entry { return append(j[:50], j[51:]...) })
	check("two are exchanged", 50, ErrGap, func(j []Entry) []Entry { j[50], j[51] = j[51], j[50]; return j })
	check("one is there twice", 51, ErrGap, func(j []Entry) []Entry { return append(j[:51], j[50:]...) })
	check("another account's", 7, ErrGap, func(j []Entry) []Entry { j[7].Account = "b"; return j })
	check("recorded before", 50, ErrRecorded, func(j []Entry) []Entry { j[50].Recorded = j[49].Recorded; seal(&j[50]); return j })
	check("sealed anew", 51, ErrHash, func(j []Entry) []Entry { j[50].Recorded++; seal(&j[50]); return j })
	check("follows another", 50, ErrHash, func(j []Entry) []Entry { j[50].Prev[3]++; seal(&j[50]); return j })
	check("out of balance", 60, ErrUnbalanced, func(j []Entry) []Entry {
		j[60].Postings = append(j[60].Postings, Posting{"points", Issued, 1})
		seal(&j[60])
		return j
	})
	check("no such book", 60, ErrUnbalanced, func(j []Entry) []Entry {
		j[60].Postings = []Posting{{"points", books, 1}}
		seal(&j[60])
		return j
	})
	check("a use of too much", 60, ErrImpossible, func(j []Entry) []Entry {
		j[60].Uses = []Use{{Lot: 1, From: Available, To: Redeemed, Points: 1 << 40}}
		seal(&j[60])
		return j
	})
	check("a lot that is not there", 60, ErrImpossible, func(j []Entry) []Entry {
		j[60].Uses = []Use{{Lot: 1 << 40, From: Available, To: Redeemed, Points: 1}}
		seal(&j[60])
		return j
	})
	check("a lot out of turn", 60, ErrImpossible, func(j []Entry) []Entry {
		j[60].Opened = []Lot{{ID: 1 << 40, Kind: "points", Points: 1, Remaining: 1}}
		seal(&j[60])
		return j
	})
	check("a lot to come", 60, ErrImpossible, func(j []Entry) []Entry {
		j[60].Extended = []LotExpiry{{1 << 40, 1}}
		seal(&j[60])
		return j
	})
	check("a window to come", 60, ErrImpossible, func(j []Entry) []Entry {
		j[60].Windows = []Window{{"stars", 99, 1}}
		seal(&j[60])
		return j
	})
	check("an order to come", 60, ErrImpossible, func(j []Entry) []Entry {
		j[60].Order = &OrderChange{ID: "never"}
		seal(&j[60])
		return j
	})
	for i, e := range journal { // notes are not hashed
		if e.Note != (Note{}) {
			e := e.Clone()
			e.Note = Note{}
			if e.Sum() != journal[i].Hash {
				t.Error("the note is hashed")
			}
		}
	}
	lost := errors.New("lost")
	var failing iter.Seq2[*Entry, error] = func(yield func(*Entry, error) bool) { yield(nil, lost) }
	_, replayed := Replay("a", failing)
	_, balance := BalanceAt(failing, "points", day(1))
	_, statement := NewStatement(failing, "points", day(1), day(2))
	for _, err := range []error{Verify("a", failing), replayed, balance, statement} {
		if !errors.Is(err, lost) {
			t.Error(err)
		}
	}
	if _, err := NewStatement(Entries(journal), "points", day(2), day(1)); !errors.Is(err, ErrNotLater) {
		t.Error(err)
	}
}

// Changing any field of any entry, but the note, changes its hash.
func TestEveryFieldIsHashed(t *testing.T) {
	p := played(t, 2, 150)
	for i := range p.journal {
		e := p.journal[i].Clone()
		if e.Sum() != e.Hash {
			t.Fatal("a clone hashes to something else")
		}
		sealed := e.Hash
		changeAll(t, reflect.ValueOf(&e).Elem(), "", func(path string) {
			if path == ".Hash" || path == ".Note.Reason" || path == ".Note.Actor" || len(path) > 5 && path[:5] == ".Hash" {
				return
			}
			if e.Tier != nil && e.Tier.Part && strings.HasPrefix(path, ".Tier.") && !strings.HasPrefix(path, ".Tier.Days") && path != ".Tier.Gone" {
				return // it says nothing of the rest
			}
			if e.Sum() == sealed {
				t.Fatalf("entry %d (%s): %s is not hashed", e.Seq, e.Op, path)
			}
		})
	}
}

// changeAll changes each leaf of v for a moment.
func changeAll(t *testing.T, v reflect.Value, path string, changed func(path string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			changeAll(t, v.Elem(), path, changed)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			changeAll(t, v.Field(i), path+"."+v.Type().Field(i).Name, changed)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			changeAll(t, v.Index(i), path+fmt.Sprint("[", i, "]"), changed)
		}
	case reflect.String:
		old := v.String()
		v.SetString(old + "x")
		changed(path)
		v.SetString(old)
	case reflect.Bool:
		v.SetBool(!v.Bool())
		changed(path)
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		old := v.Int()
		v.SetInt(old ^ 1)
		changed(path)
		v.SetInt(old)
	case reflect.Uint8:
		old := v.Uint()
		v.SetUint(old ^ 1)
		changed(path)
		v.SetUint(old)
	default:
		t.Fatal(path, v.Kind())
	}
}

func TestEntryEncoding(t *testing.T) {
	p := played(t, 3, 200)
	seen := map[Op]bool{}
	for i := range p.journal {
		e := &p.journal[i]
		seen[e.Op] = true
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back Entry
		if err := back.UnmarshalBinary(b); err != nil {
			t.Fatal(e.Op, err)
		}
		again, _ := back.MarshalBinary()
		if !bytes.Equal(b, again) || back.Sum() != e.Hash {
			t.Fatalf("%+v\n%+v", *e, back)
		}
		for n := range b {
			var v Entry
			if err := v.UnmarshalBinary(b[:n]); !errors.Is(err, ErrFormat) {
				t.Fatal(n, err)
			}
			if i > 20 {
				break
			}
		}
		if err := back.UnmarshalBinary(append(b, 0)); !errors.Is(err, ErrFormat) {
			t.Fatal(err)
		}
	}
	if len(seen) < 12 {
		t.Error(seen)
	}
}

// Entries as they were once written; they are read for ever.
func TestGoldenEntries(t *testing.T) {
	d := newDesk(t)
	d.do(&Earn{Header{Key: "k1", At: day(0), Member: "m"}, order("o1", 12)})
	d.do(&Adjust{Header: Header{Key: "k2", At: day(1)}, Kind: "points", Points: 9, Expire: day(9), Note: Note{"gift", "ann"}})
	d.do(&Place{Header{Key: "k3", At: day(2)}, "h", Spend{Kind: "points", Points: 5}, day(3)})
	d.do(&Send{Header{Key: "k4", At: day(3)}, "b", "points", 6})
	all := sha256.New()
	for i := range d.journal {
		b, _ := d.journal[i].MarshalBinary()
		all.Write(b)
	}
	const want = "b14e597eec2e40c22c51f6b644b8257301c0276a369b06261d4bd071b50f53e0"
	if got := hex.EncodeToString(all.Sum(nil)); got != want {
		t.Errorf("entries are written as %s", got)
	}
	b, _ := d.journal[1].MarshalBinary()
	const golden = "01080058ec8e65e1f169c14b02738758e1c9be5f5fb49a49a0aff3d8164744e67e3719419d935ff06b3cac5bdcaee6464301" +
		"fe9a784e20f5da9839c2433de1ce75165f0161040d026b328090a4b1acad95068090a4b1acad950602000106706f696e7473" +
		"1200000206706f696e74730b1106706f696e74730312010406706f696e747304128090a4b1acad95068090a4b1acad950680" +
		"90fc9ccad595060000000661646a757374120000000000000001046769667403616e6e2c9d68a44d54f8ba9afd88cb6acb0a" +
		"20719a8d07eeb4d12de89acae3ef2fd25b"
	if got := hex.EncodeToString(b); got != golden {
		t.Errorf("an entry is written as %s", got)
	}
	raw, _ := hex.DecodeString(golden)
	var e Entry
	if err := e.UnmarshalBinary(raw); err != nil || e.Note.Actor != "ann" || e.Opened[0].Points != 9 || e.Sum() != e.Hash {
		t.Errorf("%+v %v", e, err)
	}
}

func FuzzEntry(f *testing.F) {
	p := played(f, 4, 60)
	for i := range p.journal {
		b, _ := p.journal[i].MarshalBinary()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var e Entry
		if err := e.UnmarshalBinary(b); err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		again, _ := e.MarshalBinary()
		if !bytes.Equal(b, again) {
			t.Fatal("read what is not written so")
		}
		a := NewAccount(e.Account) // no entry makes it panic
		_ = a.Replay(Entries([]Entry{e}))
	})
}

func FuzzAccount(f *testing.F) {
	for seed := range uint64(3) {
		p := played(f, seed, 40)
		f.Add(state(f, p.a))
		f.Add(p.a.AppendHeader(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := NewPart(b); err == nil {
			if !bytes.Equal(a.AppendHeader(nil), b) {
				t.Fatal("read a header that is not written so")
			}
			_ = a.Check()
		}
		var a Account
		if err := a.UnmarshalBinary(b); err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(state(t, &a), b) {
			t.Fatal("read what is not written so")
		}
		_ = a.Check()
	})
}

// FuzzCommands plays random commands, and asks after each all that must hold.
func FuzzCommands(f *testing.F) {
	f.Add(uint64(1), uint64(2), 60)
	f.Add(uint64(3), uint64(9), 30)
	f.Fuzz(func(t *testing.T, one, two uint64, n int) {
		r := rand.New(rand.NewPCG(one, two))
		p := &play{desk: newDesk(t, policies(r)), r: r, now: t0}
		for range min(max(n, 1), 200) {
			_ = p.step(p.command())
		}
		p.finish()
	})
}
