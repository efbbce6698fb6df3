package column

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestColumn(t *testing.T) {
	refused := errors.New("refused")
	in := json.RawMessage(`{"a":1}`)
	v, err := Value(in)
	if v != `{"a":1}` || err != nil {
		t.Fatalf("%v, %v", v, err)
	}
	for _, src := range []any{v, []byte(in)} {
		var out json.RawMessage
		if err := Scan(src, &out, refused); err != nil || string(out) != string(in) {
			t.Errorf("%T: %s, %v", src, out, err)
		}
	}
	out := json.RawMessage(`1`)
	for _, src := range []any{nil, 1, true} {
		if err := Scan(src, &out, refused); !errors.Is(err, refused) || string(out) != `1` {
			t.Errorf("%v: %s, %v", src, out, err)
		}
	}
	if _, err := Value(func() {}); err == nil {
		t.Error("a function was written")
	}
}
