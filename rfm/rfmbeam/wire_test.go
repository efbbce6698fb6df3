package rfmbeam

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/shopspring/decimal"
)

func init() { Register(guanxi.IntKey[int32]()) }

// elements has one of each kind, with everything in it.
func elements() []element {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	return []element{
		Refusal{Source: "s", Row: -3, Field: "/amount", Reason: "why"},
		Lines{Source: "f", First: 1 << 40, Data: []byte("a\nb")},
		fileRange{File: "f", From: 3, To: 1 << 50},
		Chunk[int32]{Source: "s", First: 5, Numbers: []int64{5, 9},
			Rows: rfm.Batch[int32]{Customer: []int32{1, -2}, At: []int64{math.MinInt64, math.MaxInt64}, Amount: []int64{3, -4},
				Order: []string{"", "x"}, Cost: []int64{7, 8}},
			Summaries: []rfm.Summary[int32]{{Customer: 3, Last: at, Count: 2, Sum: decimal.New(123, -2), Cost: decimal.New(-1, 30)}, {Last: time.Time{}}},
			Members:   []int32{4}, Contacts: []Contact[int32]{{Customer: 5, At: at}}, Refused: []Refusal{{Row: 1}}},
		Chunk[int32]{Rows: rfm.Batch[int32]{Customer: []int32{}, Order: []string{}}},
		Scored[int32]{Shard: 3, Customers: []rfm.Customer[int32]{{Customer: 1, Values: rfm.Values{Recency: 2, Frequency: 3, Monetary: -4}, Score: rfm.Score{R: 1, F: 2, M: 10}, Segment: "x"},
			{Customer: 2, Values: rfm.Values{Prospect: true}, Segment: "prospects"}},
			Notes: rfm.Notes[int32]{After: 1, Zero: 2, Undone: 3, OverRefunded: 4, Duplicates: 5, Pending: []rfm.PendingRefund[int32]{{Customer: 6, Order: "o", At: at, Amount: decimal.New(-5, -2)}}}},
		Rows[int32]{Shard: 1, Customers: clv.Customers[int32]{Rows: clv.Rows{Unit: clv.Week, List: []clv.Row{{Frequency: 1, LastPurchaseAge: 2.5, Age: 3, Value: 0.1}}},
			Keys: []int32{9}, HoldOut: []clv.HoldOut{{Frequency: 2, Value: 1.5}}, HoldOutLength: 4.5, Notes: clv.RowNotes{Later: 1, Merged: 2, Loose: 3}}},
	}
}

// What is written is read again, and every shorter run of bytes is refused.
func TestElementsRoundTrip(t *testing.T) {
	for _, e := range elements() {
		data, err := encodeElement(e)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeElement(reflect.TypeOf(e), data)
		if err != nil {
			t.Fatalf("%T: %v", e, err)
		}
		if !same(e, back) {
			t.Errorf("%T\n got %+v\nwant %+v", e, back, e)
		}
		for n := range data {
			if _, err := decodeElement(reflect.TypeOf(e), data[:n]); !errors.Is(err, ErrFormat) {
				t.Errorf("%T: %d of %d bytes: %v", e, n, len(data), err)
			}
		}
		if _, err := decodeElement(reflect.TypeOf(e), append(data, 0)); !errors.Is(err, ErrFormat) {
			t.Errorf("%T: a byte too many: %v", e, err)
		}
	}
	type unknown struct{ element }
	if _, err := decodeElement(reflect.TypeFor[unknown](), nil); !errors.Is(err, ErrFormat) {
		t.Errorf("an element of no kind: %v", err)
	}
	if _, err := encodeElement(Chunk[int16]{}); !errors.Is(err, ErrKey) {
		t.Errorf("an unregistered key: %v", err)
	}
}

// same compares by value; decimals have several representations.
func same(a, b element) bool {
	x, errX := encodeElement(a)
	y, errY := encodeElement(b)
	if errX != nil || errY != nil || string(x) != string(y) {
		return false
	}
	if _, ok := a.(Chunk[int32]); ok {
		return true
	}
	return reflect.DeepEqual(a, b)
}

func FuzzElements(f *testing.F) {
	types := make([]reflect.Type, 0, 8)
	for i, e := range elements() {
		data, err := encodeElement(e)
		if err != nil {
			f.Fatal(err)
		}
		types = append(types, reflect.TypeOf(e))
		f.Add(uint8(i), data)
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		e, err := decodeElement(types[int(kind)%len(types)], data)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		again, err := encodeElement(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeElement(reflect.TypeOf(e), again); err != nil {
			t.Fatalf("encoded again it cannot be read: %v", err)
		}
	})
}
