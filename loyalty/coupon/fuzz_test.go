package coupon

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// FuzzParse: what parses is a code of the series that formats back to itself; one
// character else, it does not.
func FuzzParse(f *testing.F) {
	c, err := NewCodes(CodeConfig{Prefix: "QX", Length: 10}, secret)
	if err != nil {
		f.Fatal(err)
	}
	for n := range uint64(5) {
		code, _ := c.Code(n)
		f.Add(c.Format(code), n)
	}
	f.Add("ＱＸ－２３４５", uint64(1))
	f.Add("\xff0oO", uint64(99))
	f.Fuzz(func(t *testing.T, typed string, n uint64) {
		once := Normalise(typed)
		if twice := Normalise(once); twice != once {
			t.Errorf("%q: %q, then %q", typed, once, twice)
		}
		if len(once) > maxTyped {
			t.Errorf("%d bytes", len(once))
		}
		if code, serial, err := c.Parse(typed); err == nil {
			again, err := c.Code(serial)
			if err != nil || again != code || string(code) != once {
				t.Errorf("%q: %q, %d, back %q, %v", typed, code, serial, again, err)
			}
		}
		code, err := c.Code(n % c.Serials())
		if err != nil {
			t.Fatal(err)
		}
		if got, m, err := c.Parse(c.Format(code)); got != code || m != n%c.Serials() || err != nil {
			t.Errorf("%q: %q, %d, %v", code, got, m, err)
		}
	})
}

// FuzzDefinition: what is read is valid, makes a catalogue, and reads back the same.
func FuzzDefinition(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"id":"g","version":1,"benefit":{"kind":"gift","item":"cup"}}`))
	f.Add([]byte(`{"id":"a","version":1,"currency":"CNY","benefit":{"kind":"amount","amount":1e2000000000}}`))
	f.Add([]byte(`{"id":"a","version":1,"benefit":{"kind":"percent","percent":"1e-2000000000"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d, again Definition
		if json.Unmarshal(data, &d) != nil {
			if !reflect.DeepEqual(d, Definition{}) {
				t.Error("changed by an error")
			}
			return
		}
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		if _, err := New(d); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if err = json.Unmarshal(text, &again); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if second, _ := json.Marshal(again); string(second) != string(text) {
			t.Errorf("%s, then %s", text, second)
		}
	})
}

// FuzzState: what is read of a stored state is valid, and no command makes it panic or
// turns it into one that is not.
func FuzzState(f *testing.F) {
	d := off("x", "5")
	d.Uses, d.Limits = 3, Limits{Redeemed: 3, RedeemedPerCustomer: 1}
	c, err := New(d)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(text(issued(d, "A"))), []byte(`{"definition":"x","redeemed":1,"held":[{"until_us":1772971200000000,"n":2}],"updated_us":5,"version":3}`), uint8(1))
	f.Fuzz(func(t *testing.T, coupon, counter []byte, action uint8) {
		var s State
		var n Counter
		if json.Unmarshal(coupon, &s.Coupon) != nil || json.Unmarshal(counter, &n) != nil {
			return
		}
		own := n
		own.Customer = "li"
		s.Counters = []Counter{n, own}
		cmd := Command{Key: "k", Action: Actions()[int(action)%len(Actions())], Code: s.Coupon.Code}
		switch cmd.Action {
		case Issue:
			cmd.Definition = "x"
		case Cancel:
		default:
			cmd.Order, cmd.Customer = "o", "li"
		}
		before := text(s)
		dec, err := c.Decide(s, cmd, noon)
		if text(s) != before {
			t.Fatal("changed by Decide")
		}
		if err != nil {
			return
		}
		if err = s.Apply(dec); err != nil {
			t.Fatal(err)
		}
		if err = s.Coupon.Validate(); err != nil {
			t.Errorf("%v\n%s\n%s", err, before, text(s))
		}
	})
}

// FuzzLife plays commands chosen by the bytes against the reference.
func FuzzLife(f *testing.F) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 1))
		b := make([]byte, 300)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		simulate(t, func(n int) int {
			if len(b) == 0 {
				return 0
			}
			v := int(b[0]) % n
			b = b[1:]
			return v
		}, min(len(b)/5, 200))
	})
}

// FuzzBest compares the best combination with all of them.
func FuzzBest(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		b, defs, byID, coupons := randomCase(rand.New(rand.NewPCG(seed, 12)), 7)
		c, err := New(defs...)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Best(b, coupons, noon)
		if err != nil || !r.Exact {
			t.Fatal(fmt.Sprint(seed), err)
		}
		same(t, r, brute(b, byID, coupons), b)
	})
}
