package segment

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Whatever is read is written back to the same, matches without a panic, and
// does not depend on the form; whatever is not read has faults with places.
func FuzzParse(f *testing.F) {
	f.Add([]byte(issueRule), int64(0))
	f.Add([]byte(`{"combinator":"or","not":true,"rules":[{"field":"orders","operator":">","value":"10.5","meta":{"aggregate":"avg","of":"amount","window":{"last":3,"unit":"month"}}},{"field":"note","operator":"in","value":["\u00e9\ud83d\ude00","a,b"]}]}`), int64(1))
	f.Add([]byte(`{"combinator":"and","rules":[{"field":"orders","match":{"mode":"all"},"value":{"combinator":"and","rules":[{"field":"qty","operator":"between","value":"1,2"}]}},{"field":"birthday","operator":"anniversaryWithin","value":"7","muted":false}]}`), int64(2))
	f.Add([]byte(`{"combinator":"and","rules":[{"field":"orders","operator":"isTrue","meta":{"aggregate":"sequence","within":"P7D","then":{"combinator":"and","rules":[]}}},{"field":"last_buy","operator":"<","value":"2026-01-01T00:00:00+08:00"}]}`), int64(3))
	f.Add([]byte(`{"combinator":"and","combinator":"or","rules":[1,"and",{"field":"$segment","operator":"inSegment","value":"x"}]}`), int64(4))
	f.Add([]byte("{\"a\":[1e999,-0,\"\\ud800\",\"\xff\"]}"), int64(5))
	f.Fuzz(func(t *testing.T, in []byte, seed int64) {
		e, err := schema.Parse(in)
		if err != nil {
			n := 0
			for fe := range guanxi.Faults(err) {
				n++
				if fe.Pointer != "" && fe.Pointer[0] != '/' {
					t.Errorf("pointer %q", fe.Pointer)
				}
			}
			if n == 0 || e.e != nil {
				t.Errorf("%d faults: %v", n, err)
			}
			return
		}
		if !json.Valid(in) {
			t.Fatal("read what is no JSON")
		}
		g := newGenerator(uint64(seed))
		r, err := schema.Compile(e, g.at, func(string) (Expr[customer], error) { return vip.IsTrue(), nil })
		if err != nil {
			if len(faults(err)) == 0 {
				t.Error(err)
			}
			return // beyond a limit with its references
		}
		out, err := schema.Format(e)
		if err != nil || !json.Valid(out) {
			t.Fatalf("%v: %s", err, out)
		}
		again, err := schema.Parse(out)
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, in, out)
		}
		r2, err := schema.Compile(again, g.at, func(string) (Expr[customer], error) { return vip.IsTrue(), nil })
		if err != nil || !bytes.Equal(r.Canonical(), r2.Canonical()) {
			t.Fatalf("%v\n%s\n%s", err, r.Canonical(), r2.Canonical())
		}
		o := newOracle(g.at)
		for range 3 {
			c := g.customer()
			if r.Match(c) != o.match(r.src, c.read, c) {
				t.Fatalf("%s\n%+v", out, c)
			}
			if r.Explain(c).Match != r.Match(c) {
				t.Fatal("Explain")
			}
			if next, ok := r.NextChange(c); ok && !next.After(g.at.Now.Truncate(time.Microsecond)) {
				t.Fatal(next)
			}
		}
	})
}

// A number is read exactly, or not at all.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"0", "-0.00", "1e2", "12.340", "92233720368547758.07", "-9223372036854775808", "1E-2", "0e999999999999", "01", "1.", ".5"} {
		f.Add(s, uint8(2))
	}
	f.Fuzz(func(t *testing.T, s string, scale uint8) {
		scale %= 19
		v, err := parseNumber(s, int(scale))
		if err != nil {
			return
		}
		if !json.Valid([]byte(s)) {
			t.Fatalf("%q is no number", s)
		}
		text := appendDecimal(nil, v, int(scale), 0)
		if w, err := parseNumber(string(text), int(scale)); err != nil || w != v {
			t.Errorf("%q: %d, then %s, %d, %v", s, v, text, w, err)
		}
		if len(s) < 300 {
			want, ok := rat(s)
			got, ok2 := rat(string(text))
			if ok && ok2 && want.Cmp(got) != 0 {
				t.Errorf("%q: %s", s, text)
			}
		}
	})
}
