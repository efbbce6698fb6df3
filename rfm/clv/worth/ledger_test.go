package worth_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/worth"
	"github.com/shopspring/decimal"
)

type entry = worth.Entry[int]

func ledger(t testing.TB, cfg worth.LedgerConfig) *worth.Ledger[int] {
	t.Helper()
	l, err := worth.NewLedger(guanxi.IntKey[int](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLedger(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Skip(err)
	}
	l := ledger(t, worth.LedgerConfig{Currency: "CNY", Decimals: 2, Location: shanghai})
	at := func(s string) time.Time { v, _ := time.Parse(time.RFC3339, s); return v }
	err = l.AddAll([]entry{
		{Customer: 7, At: at("2026-02-01T00:00:00Z"), Revenue: dec("100"), Goods: dec("60.10"), Service: dec("5")},
		{Customer: 7, At: at("2026-01-31T16:00:00Z"), Revenue: dec("20"), Goods: dec("10")}, // already February there
		{Customer: 7, At: at("2026-01-31T15:59:59Z"), Acquisition: dec("30")},
		{Customer: -3, At: at("2026-01-05T00:00:00Z"), Revenue: dec("-5")},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := l.Periods(7)
	if len(p) != 2 || !p[0].Profit().Equal(dec("-30")) || !p[1].Profit().Equal(dec("44.90")) || p[1].From.Format(time.DateTime) != "2026-02-01 00:00:00" {
		t.Errorf("%+v", p)
	}
	h, ok := l.Historic(7)
	if !ok || !h.Profit().Equal(dec("14.90")) || !h.From.Equal(p[0].From) || !h.Revenue.Equal(dec("120")) {
		t.Errorf("%+v", h)
	}
	if _, ok := l.Historic(1); ok || l.Periods(1) != nil {
		t.Error("an unknown customer")
	}
	var order []int
	for k := range l.All() {
		order = append(order, k)
	}
	for range l.All() {
		break
	}
	if len(order) != 2 || order[0] != -3 || l.Len() != 2 || l.String() != "2 customers by month" {
		t.Errorf("%v %s", order, l)
	}
	l.Reset()
	if l.Len() != 0 || l.Periods(7) != nil {
		t.Error("not empty")
	}
	if err := l.Add(entry{Customer: 7, At: at("2026-02-01T00:00:00Z"), Revenue: dec("1")}); err != nil {
		t.Fatal(err)
	}
	if h, _ := l.Historic(7); !h.Profit().Equal(dec("1")) {
		t.Errorf("after Reset: %+v", h)
	}
}

func TestPeriods(t *testing.T) {
	at := time.Date(2026, 5, 17, 13, 0, 0, 0, time.UTC) // a Sunday
	for p, want := range map[worth.Period]string{
		worth.PerDay: "2026-05-17", worth.PerWeek: "2026-05-11", worth.PerMonth: "2026-05-01", worth.PerQuarter: "2026-04-01", worth.PerYear: "2026-01-01", "": "2026-05-01",
	} {
		l := ledger(t, worth.LedgerConfig{Period: p})
		_ = l.Add(entry{Customer: 1, At: at})
		if got := l.Periods(1)[0].From.Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
}

func TestLedgerBad(t *testing.T) {
	l := ledger(t, worth.LedgerConfig{Decimals: 2})
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	wantFaults(t, l.Add(entry{Revenue: dec("0.001"), Goods: decimal.New(1, 40)}), "/customer", worth.ErrCustomer, "/at", worth.ErrTime, "/revenue", worth.ErrDecimals, "/goods", worth.ErrOverflow)
	huge := decimal.New(9e18, -2)
	wantFaults(t, l.AddAll([]entry{{Customer: 1, At: now, Service: huge}, {Customer: 1, At: now, Service: huge}, {Customer: 1, At: now.AddDate(0, 2, 0), Service: huge}, {Customer: 2, At: now}}),
		"/1/service", worth.ErrOverflow, "/2/service", worth.ErrOverflow)
	if l.Len() != 2 || len(l.Periods(1)) != 1 {
		t.Error("a refused entry left something")
	}
	o := ledger(t, worth.LedgerConfig{Decimals: 2})
	_ = o.Add(entry{Customer: 1, At: now, Service: huge})
	_ = o.Add(entry{Customer: 9, At: now})
	if err := l.Merge(o); !errors.Is(err, worth.ErrOverflow) || l.Len() != 2 {
		t.Errorf("%v", err)
	}
	if err := l.Merge(ledger(t, worth.LedgerConfig{})); !errors.Is(err, worth.ErrMismatch) {
		t.Errorf("%v", err)
	}
	// A period too large though the sum is not.
	p := ledger(t, worth.LedgerConfig{})
	q := ledger(t, worth.LedgerConfig{})
	big := decimal.New(9e18, 0)
	for _, e := range []entry{{Customer: 1, At: now, Revenue: big.Neg()}, {Customer: 1, At: now.AddDate(1, 0, 0), Revenue: big}} {
		_, _ = p.Add(e), q.Add(e)
	}
	if err := p.Merge(q); !errors.Is(err, worth.ErrOverflow) {
		t.Errorf("%v", err)
	}
	wantFaults(t, p.Add(entry{Customer: 1, At: now, Revenue: big.Neg()}), "/revenue", worth.ErrOverflow)

	_, err := worth.NewLedger(guanxi.IntKey[int](), worth.LedgerConfig{Decimals: -1, Period: "moon"})
	wantFaults(t, err, "/decimals", worth.ErrOption, "/period", worth.ErrOption)
	var many []entry
	for range 1200 {
		many = append(many, entry{At: now})
	}
	if err := l.AddAll(many); !errors.Is(err, guanxi.ErrTooMany) {
		t.Error("faults without end")
	}
}

// A zone without a name that others know is refused.
func TestLedgerZone(t *testing.T) {
	data, err := os.ReadFile("/usr/share/zoneinfo/Asia/Shanghai")
	if err != nil {
		t.Skip(err)
	}
	loc, err := time.LoadLocationFromTZData("", data)
	if err != nil {
		t.Fatal(err)
	}
	cfg := worth.LedgerConfig{Location: loc}
	_, err = worth.NewLedger(guanxi.IntKey[int](), cfg)
	wantFaults(t, err, "/location", worth.ErrOption)
	if _, err := json.Marshal(cfg); !errors.Is(err, worth.ErrOption) {
		t.Errorf("%v", err)
	}
}

func TestLedgerJSON(t *testing.T) {
	for _, cfg := range []worth.LedgerConfig{{Decimals: 2, Location: time.FixedZone("home", 8*3600)}, {Location: time.FixedZone("", 0)}, {Currency: "EUR"}} {
		data, err := json.Marshal(cfg)
		var back worth.LedgerConfig
		if err := errors.Join(err, json.Unmarshal(data, &back)); err != nil {
			t.Fatal(err)
		}
		if err := ledger(t, cfg).Merge(ledger(t, back)); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
	var c worth.LedgerConfig
	if err := json.Unmarshal([]byte(`{"currency":"CNY","decimals":2,"period":"quarter","location":"UTC"}`), &c); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil || string(data) != `{"currency":"CNY","decimals":2,"period":"quarter","location":"UTC"}` {
		t.Errorf("%s %v", data, err)
	}
	err = json.Unmarshal([]byte(`{"decimals":99,"location":"Local"}`), &c)
	n := 0
	for range guanxi.Faults(err) {
		n++
	}
	if n != 2 || c.Decimals != 2 {
		t.Errorf("%v", err)
	}
	if err := json.Unmarshal([]byte(`{"zone":"UTC"}`), &c); !errors.Is(err, guanxi.ErrUnknownField) {
		t.Errorf("%v", err)
	}
}

func entries(rng *rand.Rand, n int) (out []entry) {
	amount := func() decimal.Decimal { return decimal.New(rng.Int64N(2000)-500, -2) }
	for range n {
		out = append(out, entry{Customer: 1 + rng.IntN(9), At: time.Unix(rng.Int64N(2e9), 0), Revenue: amount(), Goods: amount(), Service: amount(), Acquisition: amount()})
	}
	return out
}

func encoded(t testing.TB, l *worth.Ledger[int]) []byte {
	t.Helper()
	data, err := l.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// However entries are ordered, divided, merged and stored, the bytes are the same.
func TestLedgerLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	cfg := worth.LedgerConfig{Decimals: 2, Period: worth.PerYear}
	for range 100 {
		all := entries(rng, rng.IntN(60))
		whole, a, b := ledger(t, cfg), ledger(t, cfg), ledger(t, cfg)
		if err := whole.AddAll(all); err != nil {
			t.Fatal(err)
		}
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		cut := rng.IntN(len(all) + 1)
		_, _ = a.AddAll(all[:cut]), b.AddAll(all[cut:])
		c := ledger(t, cfg)
		if err := c.UnmarshalBinary(encoded(t, b)); err != nil {
			t.Fatal(err)
		}
		if err := c.Merge(a); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encoded(t, c), encoded(t, whole)) {
			t.Fatal("merge ≠ one pass")
		}
	}
}

var update = flag.Bool("update", false, "write the golden file")

// Golden bytes: written once, decoded for ever.
func TestLedgerGolden(t *testing.T) {
	l := ledger(t, worth.LedgerConfig{Currency: "CNY", Decimals: 2})
	if err := l.AddAll(entries(rand.New(rand.NewPCG(1, 1)), 5)); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/ledger_v1.hex")
	if *update {
		want = []byte(hex.Dump(encoded(t, l)))
		err = os.WriteFile("testdata/ledger_v1.hex", want, 0o644)
	}
	if got := hex.Dump(encoded(t, l)); err != nil || got != string(want) {
		t.Errorf("%v, encoded:\n%s", err, got)
	}
}

func TestLedgerFormat(t *testing.T) {
	cfg := worth.LedgerConfig{Decimals: 2}
	l := ledger(t, cfg)
	_ = l.AddAll(entries(rand.New(rand.NewPCG(1, 2)), 10))
	data := encoded(t, l)
	for i := range data {
		if err := l.UnmarshalBinary(data[:i]); !errors.Is(err, worth.ErrFormat) {
			t.Fatalf("%d bytes: %v", i, err)
		}
	}
	if err := l.UnmarshalBinary(append(data, 0)); !errors.Is(err, worth.ErrFormat) {
		t.Errorf("%v", err)
	}
	if err := ledger(t, worth.LedgerConfig{Currency: "EUR"}).UnmarshalBinary(data); !errors.Is(err, worth.ErrMismatch) {
		t.Errorf("%v", err)
	}
	if !bytes.Equal(encoded(t, l), data) {
		t.Error("a failed decoding changed the ledger")
	}
}

func FuzzLedger(f *testing.F) {
	cfg := worth.LedgerConfig{Decimals: 2}
	l := ledger(f, cfg)
	_ = l.AddAll(entries(rand.New(rand.NewPCG(1, 3)), 4))
	f.Add(encoded(f, l))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := ledger(t, cfg)
		if err := l.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, worth.ErrFormat) && !errors.Is(err, worth.ErrMismatch) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(encoded(t, l), data) {
			t.Fatal("another encoding of the same")
		}
	})
}

// FuzzReferrals: no rows panic, and what one hop gives at full share is what was
// brought.
func FuzzReferrals(f *testing.F) {
	f.Add([]byte{1, 2, 2, 3, 1, 4, 3, 4}, uint8(0))
	f.Add([]byte{1, 2, 2, 1}, uint8(2))
	f.Fuzz(func(t *testing.T, pairs []byte, rule uint8) {
		cfg := worth.Config{Decimals: 2, Decay: []decimal.Decimal{decimal.New(1, 0)},
			Referrers: []worth.Referrers{worth.ReferrersRefuse, worth.ReferrersFirst, worth.ReferrersSplit}[rule%3]}
		var customers []worth.Customer[int]
		for i := 1; i < 256; i++ {
			customers = append(customers, worth.Customer[int]{Customer: i, Consumption: decimal.New(int64(i*i)-9000, -2)})
		}
		var rows []referral
		var brought [256]bool
		for i := 0; i+1 < len(pairs); i += 2 {
			rows = append(rows, referral{Referrer: int(pairs[i]), Referred: int(pairs[i+1]), At: time.Unix(int64(i), 0)})
			brought[pairs[i+1]] = true
		}
		a, err := worth.Appraise(guanxi.IntKey[int](), customers, rows, cfg)
		if err != nil {
			return
		}
		var want decimal.Decimal
		for _, c := range customers {
			if brought[c.Customer] {
				want = want.Add(c.Consumption)
			}
		}
		if got := a.Sum().WordOfMouth; !got.Equal(want) {
			t.Fatalf("word of mouth %v, brought %v", got, want)
		}
	})
}
