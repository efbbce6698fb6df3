package loyalty

import (
	"bytes"
	"encoding"
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

type sums interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// fuzzSums asks that a decoder takes what is written, and nothing else, and that what it
// refuses changes nothing.
func fuzzSums[T any, P interface {
	*T
	sums
}](f *testing.F, seeds ...P) {
	for _, s := range seeds {
		f.Add(mustBytes(f, s))
	}
	f.Add([]byte{})
	f.Add([]byte{1, 3, 'U', 'T', 'C', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		v := P(new(T))
		if err := v.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		if got := mustBytes(t, v); !bytes.Equal(got, data) {
			t.Fatalf("%x is written as %x", data, got)
		}
		if len(data) > 0 {
			if err := v.UnmarshalBinary(data[:len(data)-1]); err == nil || !bytes.Equal(mustBytes(t, v), data) {
				t.Fatalf("%x without its end: %v", data, err)
			}
		}
	})
}

func FuzzLiabilityDecode(f *testing.F) {
	l := mustLiability(f, t0.AddDate(5, 0, 0), time.FixedZone("", 8*3600))
	if err := l.AddAccount(randomDesk(f, 1, 60).a); err != nil {
		f.Fatal(err)
	}
	fuzzSums(f, mustLiability(f, t0, nil), l)
}

func FuzzRollForwardDecode(f *testing.F) {
	r, err := NewRollForward(RollForwardConfig{From: t0, To: t0.AddDate(0, 6, 0)})
	if err != nil {
		f.Fatal(err)
	}
	if err := r.AddJournal("a", Entries(randomDesk(f, 1, 60).journal)); err != nil {
		f.Fatal(err)
	}
	if err := r.Add(&Entry{Account: "b", Effective: InstantOf(t0), Postings: []Posting{{"points", Issued, -1}}}); err != nil {
		f.Fatal(err)
	}
	fuzzSums(f, r)
}

func FuzzTriangleDecode(f *testing.F) {
	t := mustTriangle(f, TriangleConfig{Kind: "points", Months: 3})
	if err := t.AddJournal(Entries(randomDesk(f, 1, 100).journal), t0.AddDate(1, 0, 0)); err != nil {
		f.Fatal(err)
	}
	fuzzSums(f, t)
}

func FuzzRevenueDecode(f *testing.F) {
	r, err := NewRevenue(2)
	if err != nil {
		f.Fatal(err)
	}
	for i := range Month(3) {
		if err := r.Add(Cohort{Kind: "points", Vintage: 24300 - i, Allocated: decimal.NewFromInt(9), VintageFlow: VintageFlow{Issued: 10, Redeemed: 3}}); err != nil {
			f.Fatal(err)
		}
	}
	fuzzSums(f, r)
}
