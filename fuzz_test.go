package guanxi_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// fuzzDoc is doc without what encoding/json reads otherwise.
type fuzzDoc struct {
	base
	*Inner
	B     bool           `json:"b"`
	I8    int8           `json:"i8"`
	U     uint16         `json:"u"`
	F32   float32        `json:"f32"`
	Q     int64          `json:"q,string"`
	P     **int          `json:"p"`
	S     []int          `json:"s"`
	Arr   [2]int         `json:"arr"`
	Bytes []byte         `json:"bytes"`
	MI    map[int8]*rule `json:"mi"`
	ME    map[even]int   `json:"me"`
	Any   any            `json:"any"`
	Even  even           `json:"even"`
	Span  guanxi.Span    `json:"span"`
	Num   json.Number    `json:"num"`
}

// What is read is what encoding/json reads; what is not read has a place and
// leaves the target as it was.
func FuzzUnmarshalStrict(f *testing.F) {
	for _, in := range []string{
		`{"id":"x","Deep":1,"b":true,"i8":-1,"u":2,"f32":1.5,"q":"7","p":1,"s":[1],"arr":[1,2],"bytes":"aGk="}`,
		`{"mi":{"1":{"op":"a","args":[{"op":""}]}},"me":{"2":1},"any":{"a":[null,1e3,"\ud83d\ude00"]},"even":"2","span":"P1D","num":1}`,
		`{"x":1,"s":["a",1.5,null],"s":[],"i8":300,"a/b~":{}}`, `[[[{"a":`, `"\u12`, "\"\xff\"", `null`, ` [1e999] `,
	} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		agree[fuzzDoc](t, in)
		agree[any](t, in)
		agree[map[string][]uint8](t, in)
		agree[rule](t, in)
	})
}

func agree[T any](t *testing.T, in []byte) {
	var got, want, zero T
	if err := guanxi.UnmarshalStrict(in, &got); err != nil {
		n := 0
		for fe := range guanxi.Faults(err) {
			n++
			if fe.Pointer != "" && fe.Pointer[0] != '/' {
				t.Errorf("pointer %q", fe.Pointer)
			}
		}
		if n == 0 || err.Error() == "" || !reflect.DeepEqual(got, zero) {
			t.Errorf("%v, %d faults, got %+v", err, n, got)
		}
		return
	}
	if err := json.Unmarshal(in, &want); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%T: got %+v; encoding/json: %+v, %v", got, got, want, err)
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"P0D", "P1Y2M3W4DT5H6M7.5S", "PT0.000000001S", "PT9223372036.854775807S", "P2147483647M", "PT", "P1.5D"} {
		f.Add(s, 1, 2, int64(3))
	}
	f.Fuzz(func(t *testing.T, s string, months, days int, clock int64) {
		if span, err := guanxi.ParseSpan(s); err == nil {
			again, err := guanxi.ParseSpan(span.String())
			if err != nil || again != span || span.Validate() != nil {
				t.Errorf("%q: %v, then %v, %v", s, span, again, err)
			}
		} else if !strings.Contains(err.Error(), "ISO 8601") {
			t.Error(err)
		}
		span := guanxi.Span{Months: months, Days: days, Time: time.Duration(clock)}
		again, err := guanxi.ParseSpan(span.String())
		if valid := span.Validate() == nil; valid != (err == nil) || valid && again != span {
			t.Errorf("%+v: %s, then %+v, %v", span, span, again, err)
		}
		at := time.Unix(clock%math.MaxInt32, 0)
		_ = span.AddTo(at, nil)
		_ = span.SubFrom(at, nil)
	})
}

func FuzzAt(f *testing.F) {
	f.Add("/p", "a\n", "b")
	f.Fuzz(func(t *testing.T, pointer, a, b string) {
		x, y := fmt.Errorf("%s", a), &guanxi.FieldError{Pointer: "/" + b, Err: errB}
		got := lines(guanxi.At(pointer, fmt.Errorf("w %w", fmt.Errorf("%w%w", x, y))))
		if len(got) != 2 || got[0] != at(pointer, x).Error() || got[1] != at(pointer+y.Pointer, errB).Error() {
			t.Errorf("%q", got)
		}
	})
}
