package retention_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func movement(t testing.TB, accounts []retention.Account) retention.Movement {
	t.Helper()
	m, err := retention.NewMovement("CNY", 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if err := m.Add(a); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// A worked example: four opening customers of 100 each; one leaves, one pays 60,
// one 150, one the same; one is new with 80, one revived with 30.
func TestMovement(t *testing.T) {
	m := movement(t, []retention.Account{
		{Opening: dec("100"), Closing: dec("0"), Former: true},
		{Opening: dec("100"), Closing: dec("60")},
		{Opening: dec("100"), Closing: dec("150")},
		{Opening: dec("100"), Closing: dec("100")},
		{Closing: dec("80")},
		{Closing: dec("30"), Former: true},
		{},
	})
	r := m.Report()
	for _, c := range []struct {
		name string
		got  decimal.Decimal
		want string
	}{
		{"opening", r.Opening, "400"}, {"churned", r.Churned, "100"}, {"contraction", r.Contraction, "40"},
		{"expansion", r.Expansion, "50"}, {"new", r.New, "80"}, {"revived", r.Revived, "30"}, {"closing", r.Closing, "420"},
	} {
		if !c.got.Equal(dec(c.want)) {
			t.Errorf("%s is %s, want %s", c.name, c.got, c.want)
		}
	}
	for _, c := range []struct {
		name  string
		ratio retention.Ratio
		want  float64
	}{{"GRR", r.GRR(), 0.65}, {"NRR", r.NRR(), 0.775}, {"revenue churn", r.RevenueChurn(), 0.25}} {
		if got, ok := c.ratio.Rate(); !ok || got != c.want {
			t.Errorf("%s is %v, want %v", c.name, got, c.want)
		}
	}
	if want := (retention.Heads{Opening: 4, Churned: 1, Contracted: 1, Expanded: 1, New: 1, Revived: 1, Closing: 5}); r.Heads != want {
		t.Errorf("%+v", r.Heads)
	}
	if s := r.CustomerChurn(); s != (retention.Share{Hits: 1, Of: 4}) {
		t.Errorf("customer churn %+v", s)
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	r.Closing = r.Closing.Add(dec("0.01"))
	r.Heads.Closing++
	n := 0
	err := r.Check()
	for range guanxi.Faults(err) {
		n++
	}
	if !errors.Is(err, retention.ErrIdentity) || n != 2 {
		t.Errorf("Check: %v", err)
	}
	r.New = decimal.New(0, math.MaxInt32)
	if err := r.Check(); !errors.Is(err, retention.ErrAmount) {
		t.Error(err)
	}
	empty := movement(t, nil)
	rep := empty.Report()
	if _, ok := rep.NRR().Rate(); ok {
		t.Error("the NRR of nobody is known")
	}
	if _, ok := rep.GRR().Round(4); ok {
		t.Error("the GRR of nobody is known")
	}
}

func TestMovementLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		var rows []retention.Account
		for range r.IntN(40) {
			draw := func() decimal.Decimal {
				if r.IntN(3) == 0 {
					return decimal.Zero
				}
				return decimal.New(r.Int64N(100_000), -2)
			}
			rows = append(rows, retention.Account{Opening: draw(), Closing: draw(), Former: r.IntN(2) == 0})
		}
		m := movement(t, rows)
		rep := m.Report()
		if err := rep.Check(); err != nil {
			t.Fatal(err)
		}
		nrr, grr := rep.NRR(), rep.GRR()
		if !nrr.Part.Sub(grr.Part).Equal(rep.Expansion) || !nrr.Of.Equal(grr.Of) || !nrr.Of.Equal(rep.Opening) {
			t.Fatal("NRR − GRR is not expansion / opening")
		}
		if g, ok := grr.Rate(); ok && (g < 0 || g > 1) {
			t.Fatalf("GRR is %v", g)
		}
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		cut := r.IntN(len(rows) + 1)
		a, b := movement(t, rows[:cut]), movement(t, rows[cut:])
		if err := a.Merge(b); err != nil {
			t.Fatal(err)
		}
		if a != m {
			t.Fatal("shuffled parts differ from the whole")
		}
	}
}

func TestBadMoney(t *testing.T) {
	if _, err := retention.NewMovement("\xff", 19); !errors.Is(err, retention.ErrOption) {
		t.Error(err)
	}
	m := movement(t, []retention.Account{{Opening: dec("1")}})
	before := m
	for name, c := range map[string]struct {
		a    retention.Account
		want error
		at   string
	}{
		"decimals": {retention.Account{Opening: dec("0.001")}, retention.ErrAmount, "/opening"},
		"negative": {retention.Account{Opening: dec("-1"), Closing: dec("-1")}, retention.ErrAmount, "/opening"},
		"too much": {retention.Account{Closing: dec("1e30")}, retention.ErrOverflow, "/closing"},
		"hostile":  {retention.Account{Closing: decimal.New(1, math.MaxInt32)}, retention.ErrOverflow, "/closing"},
		"the sum":  {retention.Account{Opening: decimal.New(math.MaxInt64, -2)}, retention.ErrOverflow, ""},
	} {
		err := m.Add(c.a)
		if !errors.Is(err, c.want) || m != before {
			t.Errorf("%s: %v", name, err)
		}
		for f := range guanxi.Faults(err) {
			if f.Pointer != c.at {
				t.Errorf("%s at %s", name, f.Pointer)
			}
			break
		}
	}
	if err := m.Merge(retention.Movement{}); !errors.Is(err, retention.ErrMismatch) {
		t.Error(err)
	}
}

func TestBook(t *testing.T) {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 9, 0, 0, 0, time.UTC) }
	cfg := retention.BookConfig{Currency: "CNY", Decimals: 2, Opening: day(1, 1), Closing: day(4, 1), End: day(7, 1)}
	entries := []retention.Entry[string]{
		{"stays", day(1, 1), dec("100")}, {"stays", day(3, 31), dec("20")}, {"stays", day(4, 1), dec("150")},
		{"leaves", day(2, 1), dec("80")},
		{"new", day(5, 1), dec("40")},
		{"old", time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC), dec("5")}, {"old", day(6, 30), dec("60")},
		{"refunded", day(2, 1), dec("70")}, {"refunded", day(5, 1), dec("-30")},
		{"late", day(7, 1), dec("1")},
	}
	make := func(rows []retention.Entry[string]) *retention.Book[string] {
		b, err := retention.NewBook(guanxi.StringKey[string](), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range rows {
			if err := b.Add(e); err != nil {
				t.Fatal(err)
			}
		}
		return b
	}
	whole := make(entries)
	if whole.Later() != 1 || whole.Len() != 5 {
		t.Errorf("%d later, %d customers", whole.Later(), whole.Len())
	}
	m, err := whole.Movement()
	if err != nil {
		t.Fatal(err)
	}
	r := m.Report()
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	if !r.Opening.Equal(dec("270")) || !r.Churned.Equal(dec("150")) || !r.Expansion.Equal(dec("30")) || !r.New.Equal(dec("40")) ||
		!r.Revived.Equal(dec("60")) || !r.Closing.Equal(dec("250")) || !r.BelowClosing.Equal(dec("-30")) || !r.BelowOpening.IsZero() {
		t.Errorf("%+v", r)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		rnd.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		cut := rnd.IntN(len(entries) + 1)
		a := make(entries[:cut])
		if err := a.Merge(make(entries[cut:])); err != nil {
			t.Fatal(err)
		}
		if got, err := a.Movement(); err != nil || got != m || a.Later() != 1 {
			t.Fatalf("%+v, want %+v (%v)", got, m, err)
		}
	}
	for _, c := range []struct {
		e    retention.Entry[string]
		want error
	}{
		{retention.Entry[string]{"", day(1, 1), dec("1")}, retention.ErrCustomer},
		{retention.Entry[string]{"x", time.Time{}, dec("1")}, retention.ErrTime},
		{retention.Entry[string]{"x", day(1, 1), dec("0.001")}, retention.ErrAmount},
		{retention.Entry[string]{"stays", day(1, 2), decimal.New(math.MaxInt64, -2)}, retention.ErrOverflow},
	} {
		if err := whole.Add(c.e); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.e, err)
		}
	}
	if got, _ := whole.Movement(); got != m {
		t.Error("a refused entry changed the book")
	}
	big := make([]retention.Entry[string]{{"stays", day(1, 2), decimal.New(math.MaxInt64, -2)}})
	if err := whole.Merge(big); !errors.Is(err, retention.ErrOverflow) {
		t.Error(err)
	}
	big = make([]retention.Entry[string]{{"b", day(1, 2), decimal.New(math.MaxInt64, -2)}, {"c", day(1, 2), decimal.New(1, -2)}})
	if _, err := big.Movement(); !errors.Is(err, retention.ErrOverflow) {
		t.Error(err)
	}
	if err := whole.Merge(whole); !errors.Is(err, retention.ErrMismatch) {
		t.Error(err)
	}
	whole.Reset()
	if got, _ := whole.Movement(); got != movement(t, nil) || whole.Len() != 0 {
		t.Error("Reset leaves something")
	}
	_, err = retention.NewBook(guanxi.StringKey[string](), retention.BookConfig{Decimals: -1, Opening: day(2, 1), Closing: day(1, 1), End: day(1, 1)})
	var places []string
	for f := range guanxi.Faults(err) {
		places = append(places, f.Pointer)
	}
	if !reflect.DeepEqual(places, []string{"/decimals", "/closing", "/end"}) {
		t.Errorf("%v", err)
	}
}
