package coupon

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

var secret = []byte("0123456789abcdef0123456789abcdef")

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func mustCatalogue(t testing.TB, defs ...Definition) *Catalogue {
	t.Helper()
	c, err := New(defs...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// off is an amount off everything, without a limit.
func off(id, amount string) Definition {
	return Definition{ID: id, Version: 1, Currency: "CNY", Decimals: 2, Benefit: Benefit{Kind: Amount, Amount: dec(amount)}}
}

// issued is a coupon of a definition's only use at noon, for anyone.
func issued(d Definition, code Code) Coupon {
	at, _ := InstantOf(noon)
	return Coupon{Code: code, Definition: d.ID, Under: d.Version, Issued: at, Begins: at, Updated: at, Uses: 1, Version: 1}
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// long is how many times as much is tried when there is time.
func long() int {
	if v := os.Getenv("GUANXI_LONG"); v == "" || v == "0" {
		return 1
	}
	return 10
}

// world is a store of the tests' own that applies decisions at once.
type world struct {
	t        testing.TB
	c        *Catalogue
	coupons  map[Code]Coupon
	counters map[CounterID]Counter
	receipts map[string]Receipt
	n        int
}

func newWorld(t testing.TB, defs ...Definition) *world {
	return &world{t, mustCatalogue(t, defs...), make(map[Code]Coupon), make(map[CounterID]Counter), make(map[string]Receipt), 0}
}

func (w *world) state(cmd Command) State {
	s := State{Coupon: w.coupons[cmd.Code], Receipt: w.receipts[cmd.Key]}
	for _, id := range w.c.AppendNeed(nil, s.Coupon, cmd) {
		c := w.counters[id]
		c.CounterID = id
		s.Counters = append(s.Counters, c)
	}
	return s
}

func (w *world) do(cmd Command, at time.Time) (Receipt, error) {
	w.t.Helper()
	s := w.state(cmd)
	before := text(s)
	d, err := w.c.Decide(s, cmd, at)
	if text(s) != before {
		w.t.Fatalf("Decide changed the state\n%s\n%s", before, text(s))
	}
	if err != nil {
		if text(d) != text(Decision{}) {
			w.t.Fatalf("a decision beside an error: %s", text(d))
		}
		return Receipt{}, err
	}
	if err := s.Apply(d); err != nil {
		w.t.Fatal(err)
	}
	if d.Repeated {
		return d.Receipt, nil
	}
	if err := s.Coupon.Validate(); err != nil {
		w.t.Fatalf("%v: %s", err, text(s.Coupon))
	}
	w.coupons[cmd.Code], w.receipts[cmd.Key] = s.Coupon, d.Receipt
	for _, c := range s.Counters {
		if err := c.Validate(); err != nil {
			w.t.Fatalf("%v: %s", err, text(c))
		}
		w.counters[c.CounterID] = c
	}
	return d.Receipt, nil
}

// run carries out with a key of its own.
func (w *world) run(cmd Command, at time.Time) (Receipt, error) {
	w.t.Helper()
	w.n++
	cmd.Key = "key " + string(rune('a'+w.n%26)) + time.Duration(w.n).String()
	return w.do(cmd, at)
}

func (w *world) ok(cmd Command, at time.Time) Receipt {
	w.t.Helper()
	r, err := w.run(cmd, at)
	if err != nil {
		w.t.Fatalf("%s: %v", text(cmd), err)
	}
	return r
}

func (w *world) refused(want error, cmd Command, at time.Time) {
	w.t.Helper()
	if _, err := w.run(cmd, at); !errors.Is(err, want) {
		w.t.Fatalf("%s: %v, want %v", text(cmd), err, want)
	}
}

func (w *world) tally(code Code, at time.Time, want Tally) {
	w.t.Helper()
	i, _ := InstantOf(at)
	got := w.coupons[code].TallyAt(i)
	if got != want {
		w.t.Fatalf("%s: %+v, want %+v", code, got, want)
	}
}

// wants checks that the faults are exactly those, as pointer and sentinel in turns.
func wants(t *testing.T, err error, want ...any) {
	t.Helper()
	var got []*guanxi.FieldError
	for fe := range guanxi.Faults(err) {
		got = append(got, fe)
	}
	if len(got) != len(want)/2 {
		t.Fatalf("%d faults, want %d: %v", len(got), len(want)/2, err)
	}
	for i, fe := range got {
		if fe.Pointer != want[2*i].(string) || !errors.Is(fe.Err, want[2*i+1].(error)) {
			t.Errorf("%v, want %v: %v", fe, want[2*i], want[2*i+1])
		}
	}
}
