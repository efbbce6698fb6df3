package retention_test

import (
	"bytes"
	"encoding"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

var (
	bookCfg   = retention.BookConfig{Currency: "CNY", Decimals: 2, Opening: time.Unix(1e9, 0), Closing: time.Unix(2e9, 0), End: time.Unix(3e9, 0)}
	repeatCfg = retention.RepeatConfig{From: time.Unix(1e9, 0), To: time.Unix(1e9+86400*40, 0)}
)

func randomBook(t testing.TB, r *rand.Rand, n int) *retention.Book[string] {
	b, err := retention.NewBook(guanxi.StringKey[string](), bookCfg)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		e := retention.Entry[string]{Customer: string(rune('a' + r.IntN(20))), At: time.Unix(r.Int64N(4e9), 0), Amount: decimal.New(r.Int64N(9999)-2000, -2)}
		if err := b.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func randomRepeats(t testing.TB, r *rand.Rand, n int) *retention.Repeats[string] {
	b, err := retention.NewRepeats(guanxi.StringKey[string](), repeatCfg)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		o := retention.Order[string]{Customer: string(rune('a' + r.IntN(20))), At: time.Unix(1e9+r.Int64N(86400*50), 0), Group: []string{"", "x", "y"}[r.IntN(3)]}
		if err := b.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

type binaries interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
	encoding.BinaryAppender
}

func TestBooksAndRepeatsEncode(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, n := range []int{0, 1, 200} {
		book, repeats := randomBook(t, r, n), randomRepeats(t, r, n)
		for _, x := range []struct{ full, empty binaries }{{book, randomBook(t, r, 5)}, {repeats, randomRepeats(t, r, 5)}} {
			data, err := x.full.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			for cut := range data {
				if err := x.empty.UnmarshalBinary(data[:cut]); !errors.Is(err, retention.ErrFormat) {
					t.Fatalf("%d of %d bytes: %v", cut, len(data), err)
				}
			}
			if err := x.empty.UnmarshalBinary(append(bytes.Clone(data), 0)); !errors.Is(err, retention.ErrFormat) {
				t.Error(err)
			}
			if err := x.empty.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
			again, err := x.empty.AppendBinary([]byte("x"))
			if err != nil || !bytes.Equal(again[1:], data) {
				t.Fatal("another encoding", err)
			}
		}
		copied := randomBook(t, r, 0)
		data, _ := book.MarshalBinary()
		if err := copied.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		x, err1 := book.Movement()
		y, err2 := copied.Movement()
		if err1 != nil || err2 != nil || x != y || copied.Later() != book.Later() {
			t.Errorf("%+v, %+v", x, y)
		}
		again := randomRepeats(t, r, 0)
		data, _ = repeats.MarshalBinary()
		if err := again.UnmarshalBinary(data); err != nil || !reflect.DeepEqual(again.Groups(), repeats.Groups()) || again.Outside() != repeats.Outside() {
			t.Error(err)
		}
	}
	other := bookCfg
	other.Decimals = 3
	b, err := retention.NewBook(guanxi.StringKey[string](), other)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := randomBook(t, r, 3).MarshalBinary()
	if err := b.UnmarshalBinary(data); !errors.Is(err, retention.ErrMismatch) {
		t.Error(err)
	}
}

func FuzzUnmarshalTables(f *testing.F) {
	r := rand.New(rand.NewPCG(31, 32))
	for _, x := range []binaries{randomBook(f, r, 30), randomRepeats(f, r, 30), randomBook(f, r, 0), randomRepeats(f, r, 0)} {
		data, err := x.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, x := range []binaries{randomBook(t, r, 0), randomRepeats(t, r, 0)} {
			if x.UnmarshalBinary(data) != nil {
				continue
			}
			if again, err := x.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
				t.Fatalf("%x decodes and encodes as %x (%v)", data, again, err)
			}
		}
	})
}

// What a hostile encoding may cost is in proportion to its length.
func TestHostileCounts(t *testing.T) {
	for _, x := range []binaries{randomBook(t, rand.New(rand.NewPCG(1, 1)), 0), randomRepeats(t, rand.New(rand.NewPCG(1, 1)), 0),
		fill(t, retention.Config{Unit: retention.Day, From: time.Unix(1e9, 0), Periods: 3}, nil)} {
		data, err := x.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		bad := append(data[:len(data)-1:len(data)-1], 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 1, 2, 3)
		if err := x.UnmarshalBinary(bad); !errors.Is(err, retention.ErrFormat) {
			t.Error(err)
		}
	}
}
