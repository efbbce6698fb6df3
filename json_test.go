package guanxi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guanxi-go/guanxi"
)

type base struct {
	ID     string `json:"id"`
	Hidden int    `json:"-"`
	Dash   int    `json:"-,"` //nolint:staticcheck // meant: a field named "-"
	Shadow string
}

type Inner struct {
	Deep   int
	Shadow int
}

type tier struct {
	Name      string `json:"name"`
	MinPoints int64  `json:"min_points,omitempty"`
}

// even reads even numbers alone.
type even int

func (e *even) UnmarshalText(text []byte) error {
	var n int
	if _, err := fmt.Sscan(string(text), &n); err != nil || n%2 != 0 {
		return errors.New("odd")
	}
	*e = even(n)
	return nil
}

// rule validates itself.
type rule struct {
	Op   string `json:"op"`
	Args []rule `json:"args,omitempty"`
}

func (r *rule) UnmarshalJSON(data []byte) error {
	type plain rule
	if err := guanxi.UnmarshalStrict(data, (*plain)(r)); err != nil {
		return err
	}
	if r.Op == "" {
		return &guanxi.FieldError{Pointer: "/op", Err: errors.New("empty")}
	}
	return nil
}

type doc struct {
	base
	*Inner
	B      bool            `json:"b"`
	I8     int8            `json:"i8"`
	U      uint16          `json:"u"`
	F32    float32         `json:"f32"`
	F      float64         `json:"f"`
	Q      int64           `json:"q,string"`
	QP     *bool           `json:"qp,string"`
	P      **int           `json:"p"`
	S      []int           `json:"s"`
	Arr    [2]int          `json:"arr"`
	Bytes  []byte          `json:"bytes"`
	M      map[string]int  `json:"m"`
	MI     map[int8]string `json:"mi"`
	ME     map[even]int    `json:"me"`
	Any    any             `json:"any"`
	Tiers  []tier          `json:"tiers"`
	Even   even            `json:"even"`
	Rule   *rule           `json:"rule"`
	Rules  map[string]rule `json:"rules"`
	Raw    json.RawMessage `json:"raw"`
	Num    json.Number     `json:"num"`
	Span   guanxi.Span     `json:"span"`
	Lang   guanxi.Lang     `json:"lang"`
	Text   guanxi.Text     `json:"text"`
	At     time.Time       `json:"at"`
	Ch     chan int        `json:"ch"`
	Err    error           `json:"err"`
	MC     map[float64]int `json:"mc"`
	hidden int             //nolint:unused // that it is never read is the test
}

func TestUnmarshalStrict(t *testing.T) {
	for _, in := range []string{
		`{}`, " \t\r\n{ } \n",
		`{"id":"x","-":3,"Deep":4}`,
		`{"b":true,"i8":-128,"u":65535,"f32":1.5,"f":-1.25e-3,"q":"-7","qp":"true","p":7}`,
		`{"p":null,"s":null,"m":null,"any":null,"raw":null,"qp":null,"err":null}`,
		`{"s":[],"arr":[1,2],"bytes":"aGk=","m":{"a":1,"":2},"mi":{"-3":"x"},"me":{"2":1,"4":2}}`,
		`{"any":{"a":[1,"x",null,true,false,{"b":{}}],"c":1e3}}`,
		`{"tiers":[{"name":"金","min_points":1},{"name":"\u91d1 \ud83d\ude00 \"\\\/\b\f\n\r\t"}]}`,
		`{"even":"12","rule":{"op":"and","args":[{"op":"x"}]},"rules":{"k":{"op":"y"}}}`,
		`{"raw":{"a":[1, 2]},"num":12.50,"span":"P1M","lang":"zh-CN","text":{"zh":"金"},"at":"2025-01-02T03:04:05Z"}`,
		`{"f":1e-400,"i8":-0}`,
	} {
		got, want := doc{F: 99, Tiers: []tier{{Name: "old"}}}, doc{}
		assert.NoError(t, guanxi.UnmarshalStrict([]byte(in), &got), in)
		assert.NoError(t, json.Unmarshal([]byte(in), &want), in)
		assert.Equal(t, want, got, in)
	}
	var s []int
	assert.NoError(t, guanxi.UnmarshalStrict([]byte("[1,2]"), &s))
	assert.Equal(t, []int{1, 2}, s)
	n := 5
	p := &n
	assert.NoError(t, guanxi.UnmarshalStrict([]byte("null"), &p))
	assert.Nil(t, p)
}

func TestUnmarshalStrictFaults(t *testing.T) {
	tests := []struct {
		name, in string
		err      error
		want     []string
	}{
		{"unknown", `{"zzzzz":{"a":[1,"}"]},"tiers":[{"nam":1},{"Name":"x"}]}`, guanxi.ErrUnknownField, []string{
			"/zzzzz: unknown field", `/tiers/0/nam: unknown field; did you mean "name"?`, `/tiers/1/Name: unknown field; did you mean "name"?`}},
		{"one edit", `{"tiers":[{"min_point":1,"min_pionts":2,"minpoints":3}]}`, guanxi.ErrUnknownField, []string{
			`/tiers/0/min_point: unknown field; did you mean "min_points"?`,
			`/tiers/0/min_pionts: unknown field; did you mean "min_points"?`,
			`/tiers/0/minpoints: unknown field; did you mean "min_points"?`}},
		{"not fields", `{"hidden":1,"Hidden":1,"base":{},"Inner":{},"ID":"x"}`, guanxi.ErrUnknownField, []string{
			"/hidden: unknown field", "/Hidden: unknown field", "/base: unknown field", "/Inner: unknown field",
			`/ID: unknown field; did you mean "id"?`}},
		{"escaped pointer", `{"a/b~c":1,"\u91d1":2,"\u00AB":3}`, guanxi.ErrUnknownField, []string{
			"/a~1b~0c: unknown field", "/金: unknown field", "/«: unknown field"}},
		{"long name", `{"` + strings.Repeat("i", 65) + `":1}`, guanxi.ErrUnknownField, []string{"/" + strings.Repeat("i", 65) + ": unknown field"}},
		{"duplicates", `{"b":true,"b":1,"tiers":[{"name":"x","n\u0061me":"y"}],"any":{"k":1,"k":2},"m":{"k":1,"k":"x"},"mi":{"1":"a","01":"b"}}`,
			guanxi.ErrDuplicateKey, []string{"/b: duplicate key", "/tiers/0/name: duplicate key", "/any/k: duplicate key", "/m/k: duplicate key", "/mi/01: duplicate key"}},
		{"types", `{"b":1,"i8":"x","u":true,"f":"1","id":1,"q":7,"p":{},"s":{},"arr":1,"m":[],"tiers":{},"even":2,"span":{},"text":"x","num":"1","qp":"x"}`,
			guanxi.ErrType, []string{
				"/b: wrong type: want boolean, got number", "/i8: wrong type: want integer, got string", "/u: wrong type: want integer, got boolean",
				"/f: wrong type: want number, got string", "/id: wrong type: want string, got number",
				"/q: wrong type: want string with the value in it, got number", "/p: wrong type: want integer, got object",
				"/s: wrong type: want array, got object", "/arr: wrong type: want array, got number", "/m: wrong type: want object, got array",
				"/tiers: wrong type: want array, got object", "/even: wrong type: want string, got number", "/span: wrong type: want string, got object",
				"/text: wrong type: want object, got string", "/num: wrong type: want number, got string",
				"/qp: wrong type: want string with the value in it, got string"}},
		{"nulls", `{"b":null,"i8":null,"id":null,"arr":null,"text":null,"even":null,"at":null,"rules":{"k":null},"tiers":[null]}`,
			guanxi.ErrType, []string{
				"/b: wrong type: want boolean, got null", "/i8: wrong type: want integer, got null", "/id: wrong type: want string, got null",
				"/arr: wrong type: want array, got null", "/text: wrong type: want object, got null", "/even: wrong type: want string, got null",
				"/at: wrong type: want value, got null", "/rules/k: wrong type: want value, got null", "/tiers/0: wrong type: want object, got null"}},
		{"fractions", `{"i8":1.0,"s":[1,2.5,1e2]}`, guanxi.ErrType, []string{
			"/i8: wrong type: want integer, got 1.0", "/s/1: wrong type: want integer, got 2.5", "/s/2: wrong type: want integer, got 1e2"}},
		{"arrays", `{"arr":[1]}`, guanxi.ErrType, []string{"/arr: wrong type: want an array of 2, got 1"}},
		{"longer array", `{"arr":[1,2,"x"]}`, guanxi.ErrType, []string{"/arr: wrong type: want an array of 2, got 3"}},
		{"base64", `{"bytes":"?"}`, guanxi.ErrType, []string{"/bytes: wrong type: want bytes in base64"}},
		{"go types", `{"ch":1,"err":{"a":1},"mc":{"1":1}}`, guanxi.ErrType, []string{
			"/ch: wrong type: Go type chan int cannot be read from JSON", "/err: wrong type: Go type error cannot be read from JSON",
			"/mc: wrong type: Go type map[float64]int cannot be read from JSON"}},
		{"keys", `{"mi":{"x":"a"},"me":{"3":1}}`, nil, []string{"/mi/x: wrong type: want an integer as the key", "/me/3: odd"}},
		{"ranges", `{"i8":128,"u":-1,"f32":1e39,"f":1e999,"mi":{"128":"x"},"q":"9223372036854775808","any":[1e999]}`, guanxi.ErrRange, []string{
			"/i8: number out of range: 128 is not a int8", "/u: number out of range: -1 is not a uint16",
			"/f32: number out of range: 1e39 is not a float32", "/f: number out of range: 1e999 is not a float64",
			"/mi/128: number out of range: the key is not a int8", "/q: number out of range: 9223372036854775808 is not a int64",
			"/any/0: number out of range: 1e999 is not a float64"}},
		{"own methods", `{"even":"3","rule":{"op":"and","args":[{"op":"x"},{},{"nop":1,"op":2}]},"rules":{"a/b":{"op":""}},"lang":"fr","span":"1D"}`, guanxi.ErrLang, []string{
			"/even: odd", "/rule/args/1/op: empty", `/rule/args/2/nop: unknown field; did you mean "op"?`, "/rule/args/2/op: wrong type: want string, got number",
			"/rules/a~1b/op: empty", `/lang: not a known language ("en", "zh"): "fr"`,
			`/span: not an ISO 8601 duration such as P1Y6M, P30D or PT12H: "1D": it begins with P`}},
		{"whole document", `[]`, guanxi.ErrType, []string{"wrong type: want object, got array"}},
		{"null document", `null`, guanxi.ErrType, []string{"wrong type: want object, got null"}},
		{"ambiguous", `{"Shadow":"x"}`, guanxi.ErrUnknownField, []string{"/Shadow: unknown field"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := doc{F: 99}
			err := guanxi.UnmarshalStrict([]byte(tt.in), &v)
			if tt.err != nil {
				assert.ErrorIs(t, err, tt.err)
			}
			assert.Equal(t, tt.want, lines(err))
			assert.Equal(t, doc{F: 99}, v, "untouched")
		})
	}
}

func TestUnmarshalStrictSyntax(t *testing.T) {
	for in, want := range map[string]string{
		``:                        "malformed JSON: unexpected end at byte 0",
		`{`:                       "malformed JSON: unexpected end at byte 1",
		`{"a":[1,`:                "/a/1: malformed JSON: unexpected end at byte 8",
		`{"a":1}x`:                "malformed JSON: data after the document at byte 7",
		`{"a":1} {}`:              "malformed JSON: data after the document at byte 8",
		`{"a":1,}`:                "malformed JSON: a key in quotes is missing at byte 7",
		`[1,]`:                    "/1: malformed JSON: a value is missing at byte 3",
		`[1 2]`:                   `malformed JSON: "," or "]" is missing at byte 3`,
		`{"a" 1}`:                 `/a: malformed JSON: ":" is missing at byte 5`,
		`{a:1}`:                   "malformed JSON: a key in quotes is missing at byte 1",
		`tru`:                     "malformed JSON: unexpected end at byte 3",
		`trux`:                    "malformed JSON: a value is missing at byte 3",
		`nul `:                    "malformed JSON: a value is missing at byte 3",
		`NaN`:                     "malformed JSON: a value is missing at byte 0",
		`01`:                      "malformed JSON: data after the document at byte 1",
		`-`:                       "malformed JSON: unexpected end at byte 1",
		`-x`:                      "malformed JSON: a digit is missing at byte 1",
		`1.`:                      "malformed JSON: unexpected end at byte 2",
		`1.e`:                     "malformed JSON: a digit is missing at byte 2",
		`1e+`:                     "malformed JSON: unexpected end at byte 3",
		`"a`:                      "malformed JSON: unexpected end at byte 2",
		`"\`:                      "malformed JSON: unexpected end at byte 2",
		`{"\x":1}`:                "malformed JSON: an unknown escape at byte 2",
		`"\x"`:                    "malformed JSON: an unknown escape at byte 1",
		`"\u12g4"`:                "malformed JSON: an escape without four hexadecimal digits at byte 1",
		`"\u12`:                   "malformed JSON: an escape without four hexadecimal digits at byte 1",
		`"\ud800"`:                "malformed JSON: an unpaired surrogate at byte 1",
		`"\udc00\ud800"`:          "malformed JSON: an unpaired surrogate at byte 1",
		`"\ud800\u0041"`:          "malformed JSON: an unpaired surrogate at byte 1",
		"\"a\nb\"":                "malformed JSON: a control character in a string at byte 2",
		"{\"a\":\"\xff\"}":        "/a: malformed JSON: invalid UTF-8 at byte 6",
		"\"\xed\xa0\x80\"":        "malformed JSON: invalid UTF-8 at byte 1",
		"\ufeff{}":                "malformed JSON: a value is missing at byte 0",
		`{"k":{"x":[0,{"y":!}]}}`: "/k/x/1/y: malformed JSON: a value is missing at byte 18",
	} {
		var v any
		err := guanxi.UnmarshalStrict([]byte(in), &v)
		assert.ErrorIs(t, err, guanxi.ErrSyntax, in)
		assert.Equal(t, []string{want}, lines(err), in)
		assert.False(t, json.Valid([]byte(in)) && !strings.Contains(in, `\u`) && !strings.Contains(want, "UTF-8"), in)
	}
}

func TestUnmarshalStrictLimits(t *testing.T) {
	var v any
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	assert.NoError(t, guanxi.UnmarshalStrict(nested(64), &v))
	err := guanxi.UnmarshalStrict(nested(65), &v)
	assert.ErrorIs(t, err, guanxi.ErrDepth)
	assert.Equal(t, []string{strings.Repeat("/0", 64) + ": nested more than 64 deep"}, lines(err))
	assert.ErrorIs(t, guanxi.UnmarshalStrict([]byte(strings.Repeat("[", 1<<20)), &v), guanxi.ErrDepth)
	assert.ErrorIs(t, guanxi.UnmarshalStrict([]byte(strings.Repeat(`{"args":[`, 100)), new(rule)), guanxi.ErrDepth)

	// A long key shared by many faults: the list ends, and says so.
	in := `{"` + strings.Repeat("k", 1<<18) + `":[` + strings.Repeat(`"",`, 1<<16) + `""]}`
	faults := lines(guanxi.UnmarshalStrict([]byte(in), new(map[string][]int)))
	assert.Less(t, len(faults), 100)
	assert.Equal(t, guanxi.ErrTooMany.Error(), faults[len(faults)-1])
	err = guanxi.UnmarshalStrict([]byte(in), new(map[string][]int))
	assert.ErrorIs(t, err, guanxi.ErrTooMany)

	// An ordinary list is complete.
	in = `[` + strings.Repeat(`"",`, 4999) + `""]`
	assert.Len(t, lines(guanxi.UnmarshalStrict([]byte(in), new([]int))), 5000)
}

func TestUnmarshalStrictTarget(t *testing.T) {
	type loop *loop
	var nilDoc *doc
	for _, v := range []any{nil, doc{}, nilDoc, 1, new(loop), new(func()), new(struct{ *base })} {
		err := guanxi.UnmarshalStrict([]byte(`{"id":"x"}`), v)
		assert.ErrorIs(t, err, guanxi.ErrType, "%T", v)
	}
}

// The rules for embedded structs are those of encoding/json.
type (
	L1 struct {
		A, B, C int
		L2
	}
	L2 struct {
		A, D int
		E    int
	}
	R1 struct {
		C int `json:"C"`
		D int
	}
	R2     struct{ L2 }
	Int    int
	hidden int //nolint:unused // that it is never read is the test
)

func TestUnmarshalStrictEmbedded(t *testing.T) {
	type both struct {
		L1
		R1
	}
	type twice struct {
		L1
		R2
	}
	type named struct {
		L1 `json:"l1"`
		Int
		hidden //nolint:unused // that it is never read is the test
		*R1    `json:",omitempty"`
	}
	type private struct {
		base `json:"b"`
		Odd  int `json:"a\"b"` //nolint:staticcheck // meant: such a tag is no name
	}
	for _, in := range []string{
		`{"A":1}`, `{"B":1}`, `{"C":1}`, `{"D":1}`, `{"E":1}`, `{"F":1}`, `{"l1":{"A":1}}`, `{"L1":{}}`, `{"Int":1}`, `{"hidden":1}`,
		`{"b":{"id":"x"}}`, `{"id":"x"}`, `{"Odd":1}`, `{"R1":{}}`, `{"R2":{}}`,
	} {
		same[both](t, in)
		same[twice](t, in)
		same[named](t, in)
		same[private](t, in)
		same[L1](t, in)
	}
}

// same checks that fields which encoding/json knows are known, and to the same effect.
func same[T any](t *testing.T, in string) {
	t.Helper()
	var got, want T
	dec := json.NewDecoder(strings.NewReader(in))
	dec.DisallowUnknownFields()
	wantErr, err := dec.Decode(&want), guanxi.UnmarshalStrict([]byte(in), &got)
	if wantErr != nil {
		// encoding/json may know the field in another case.
		assert.ErrorIs(t, err, guanxi.ErrUnknownField, "%T %s", got, in)
		return
	}
	if err == nil {
		assert.Equal(t, want, got, "%T %s", got, in)
	} else {
		assert.Contains(t, err.Error(), "did you mean", "%T %s", got, in)
	}
}

func ExampleUnmarshalStrict() {
	type Tier struct {
		Name      string `json:"name"`
		MinPoints int64  `json:"min_points"`
	}
	type Program struct {
		Tiers  []Tier      `json:"tiers"`
		Expiry guanxi.Span `json:"expiry"`
	}
	in := `{
		"tiers": [
			{"name": "Silver", "min_points": "1000"},
			{"name": "Gold", "min_point": 5000}
		],
		"expiry": "1 year"
	}`
	var p Program
	for fe := range guanxi.Faults(guanxi.UnmarshalStrict([]byte(in), &p)) {
		fmt.Println(fe)
	}
	// Output:
	// /tiers/0/min_points: wrong type: want integer, got string
	// /tiers/1/min_point: unknown field; did you mean "min_points"?
	// /expiry: not an ISO 8601 duration such as P1Y6M, P30D or PT12H: "1 year": it begins with P
}
