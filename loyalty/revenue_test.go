package loyalty

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

func cny(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// The example of IFRS 15 IE267 to IE270 as published with other figures: see
// testdata/PROVENANCE.md.
func TestRevenueGolden(t *testing.T) {
	c := Cohort{Kind: "points", Allocated: cny("9000"), VintageFlow: VintageFlow{Issued: 10000, Redeemed: 4500}}
	first, err := Recognise(c, 9700, Recognised{}, 0)
	if err != nil || !first.Now.Equal(cny("4175")) || !first.Deferred.Equal(cny("4825")) || !first.CatchUp.IsZero() {
		t.Fatalf("%+v %v", first, err)
	}
	c.Redeemed += 4000
	for _, g := range []struct {
		expected     Points
		now, catchUp string
	}{{9900, "3552", "-84"}, {9200, "4140", "227"}} {
		next, err := Recognise(c, g.expected, first.Total, 0)
		if err != nil || !next.Now.Equal(cny(g.now)) || !next.CatchUp.Equal(cny(g.catchUp)) {
			t.Errorf("%d expected: %+v %v", g.expected, next, err)
		}
		if !next.Total.Amount.Add(next.Deferred).Equal(c.Allocated) {
			t.Errorf("recognised and deferred are not what is allocated: %+v", next)
		}
	}
	// not rounded to 9 %: 100,000 × 9,700 ÷ 109,700
	alone, err := StandAlone(10000, PointValue{Kind: "points", Points: 1, Worth: cny("1")}, Rational{97, 100}, 2)
	if err != nil || !alone.Equal(cny("9700")) {
		t.Fatal(alone, err)
	}
	parts, err := AllocatePrice(cny("100000"), []decimal.Decimal{cny("100000"), alone}, 2)
	if err != nil || !parts[0].Equal(cny("91157.70")) || !parts[1].Equal(cny("8842.30")) {
		t.Error(parts, err)
	}
}

func TestAllocatePrice(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for range 2000 {
		price := decimal.New(r.Int64N(1<<uint(1+r.IntN(60))), -2)
		alone := make([]decimal.Decimal, 1+r.IntN(5))
		for i := range alone {
			alone[i] = decimal.New(r.Int64N(1<<uint(1+r.IntN(50))), -2)
		}
		alone[0] = alone[0].Add(cny("0.01"))
		parts, err := AllocatePrice(price, alone, 2)
		if err != nil {
			t.Fatal(err)
		}
		sum, whole := decimal.Decimal{}, decimal.Decimal{}
		for i := range parts {
			sum, whole = sum.Add(parts[i]), whole.Add(alone[i])
		}
		if !sum.Equal(price) {
			t.Fatalf("%v of %v by %v", parts, price, alone)
		}
		for i := range parts {
			exact := price.Mul(alone[i]).DivRound(whole, 30)
			if parts[i].Sub(exact).Abs().Cmp(cny("0.01")) >= 0 {
				t.Fatalf("%v of %v by %v", parts, price, alone)
			}
		}
	}
	same, err := AllocatePrice(cny("1.00"), []decimal.Decimal{cny("1"), cny("1"), cny("1")}, 2)
	if err != nil || !same[0].Equal(cny("0.34")) || !same[1].Equal(cny("0.33")) {
		t.Error(same, err)
	}
	for name, c := range map[string]struct {
		price string
		alone []decimal.Decimal
		want  error
	}{
		"negative":  {"-1", []decimal.Decimal{cny("1")}, ErrAmount},
		"none":      {"1", nil, ErrAmount},
		"all zero":  {"1", []decimal.Decimal{{}}, ErrAmount},
		"below 0":   {"1", []decimal.Decimal{cny("-1")}, ErrAmount},
		"decimals":  {"0.001", []decimal.Decimal{cny("1")}, ErrDecimals},
		"too large": {"1", []decimal.Decimal{cny("9e16"), cny("9e16")}, ErrOverflow},
	} {
		if _, err := AllocatePrice(cny(c.price), c.alone, 2); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	worth := PointValue{Kind: "points", Points: 1, Worth: cny("90000000000000000")}
	if _, err := StandAlone(math.MaxInt64, worth, Rational{1, 1}, 2); !errors.Is(err, ErrOverflow) {
		t.Error(err)
	}
	if _, err := StandAlone(1, worth, Rational{3, 2}, 2); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
	if _, err := StandAlone(-1, worth, Rational{1, 1}, 2); !errors.Is(err, ErrAmount) {
		t.Error(err)
	}
	if _, err := StandAlone(1, PointValue{}, Rational{1, 1}, 2); !errors.Is(err, ErrAmount) {
		t.Error(err)
	}
}

// Over a cohort's life, with any estimates: recognised + deferred = allocated, both never
// below 0, the sum of all periods is the total, and in the end nothing is deferred.
func TestRecogniseLife(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	for range 500 {
		c := Cohort{Kind: "points"}
		var state Recognised
		sum, breakage := decimal.Decimal{}, decimal.Decimal{}
		check := func(expected Points) {
			t.Helper()
			rec, err := Recognise(c, expected, state, 2)
			if err != nil {
				t.Fatalf("%+v %d: %v", c, expected, err)
			}
			sum, breakage = sum.Add(rec.Now), breakage.Add(rec.Breakage)
			if rec.Deferred.Sign() < 0 || rec.Total.Amount.Sign() < 0 || !rec.Total.Amount.Add(rec.Deferred).Equal(c.Allocated) ||
				!sum.Equal(rec.Total.Amount) || !breakage.Equal(rec.Total.Breakage) || breakage.Sign() < 0 || breakage.Cmp(rec.Total.Amount) > 0 {
				t.Fatalf("%+v %d: %+v", c, expected, rec)
			}
			p, err := ProposeRecognition(rec.Now, rec.Breakage, 2)
			if err != nil || !p.Balance().IsZero() {
				t.Fatalf("%+v %v", p, err)
			}
			state = rec.Total
		}
		for range 12 {
			switch left := c.Issued - c.Redeemed - c.Removed - c.Expired; r.IntN(4) {
			case 0:
				c.Issued += Points(r.IntN(1000))
				c.Allocated = c.Allocated.Add(decimal.New(r.Int64N(1000), -2))
			case 1:
				c.Redeemed += Points(r.Int64N(int64(left) + 1))
			case 2:
				c.Expired += Points(r.Int64N(int64(left) + 1))
			default:
				c.Redeemed -= Points(r.Int64N(int64(c.Redeemed) + 1))
			}
			check(1 + Points(r.Int64N(int64(c.Issued)+1)))
		}
		c.Expired = c.Issued - c.Redeemed - c.Removed
		check(0)
		if !sum.Equal(c.Allocated) {
			t.Fatalf("%+v: %v", c, sum)
		}
	}
}

func TestRecogniseRefuses(t *testing.T) {
	c := Cohort{Allocated: cny("10"), VintageFlow: VintageFlow{Issued: 10, Redeemed: 1}}
	for name, f := range map[string]struct {
		c    func(*Cohort)
		n    Points
		was  Recognised
		want error
	}{
		"no estimate":     {func(*Cohort) {}, 0, Recognised{}, ErrExpected},
		"allocated":       {func(c *Cohort) { c.Allocated = cny("-1") }, 5, Recognised{}, ErrAmount},
		"decimals":        {func(c *Cohort) { c.Allocated = cny("0.001") }, 5, Recognised{}, ErrDecimals},
		"huge":            {func(c *Cohort) { c.Allocated = decimal.New(1, 2000000) }, 5, Recognised{}, ErrOverflow},
		"too much":        {func(c *Cohort) { c.Redeemed = 11 }, 5, Recognised{}, ErrAmount},
		"below 0":         {func(c *Cohort) { c.Redeemed = -1 }, 5, Recognised{}, ErrAmount},
		"overflow":        {func(c *Cohort) { c.Removed = math.MinInt64 }, 5, Recognised{}, ErrOverflow},
		"before":          {func(*Cohort) {}, 5, Recognised{Amount: cny("-1")}, ErrAmount},
		"before decimals": {func(*Cohort) {}, 5, Recognised{Breakage: cny("0.001")}, ErrDecimals},
		"before amount":   {func(*Cohort) {}, 5, Recognised{Amount: cny("0.001")}, ErrDecimals},
	} {
		bad := c
		f.c(&bad)
		if _, err := Recognise(bad, f.n, f.was, 2); !errors.Is(err, f.want) {
			t.Errorf("%s: %v, want %v", name, err, f.want)
		}
	}
}

// closings is an Estimator of the tests.
type closings struct{ expected map[Month]Points }

func (c closings) Expected(_ Kind, m Month) (Points, bool) {
	p, ok := c.expected[m]
	return p, ok
}
func (c closings) Before(Kind, Month) Recognised { return Recognised{} }

func TestRevenueMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 6))
	parts := [3]*Revenue{}
	for i := range parts {
		var err error
		if parts[i], err = NewRevenue(2); err != nil {
			t.Fatal(err)
		}
	}
	whole, left, right := parts[0], parts[1], parts[2]
	est := closings{map[Month]Points{}}
	for i := range 300 {
		m := MonthOf(t0) + Month(r.IntN(24))
		c := Cohort{Kind: "points", Vintage: m, Allocated: decimal.New(r.Int64N(5000), -2), VintageFlow: VintageFlow{Issued: Points(10 + r.IntN(100)), Redeemed: Points(r.IntN(10))}}
		est.expected[m] += c.Issued * 9 / 10
		if err := errors.Join(whole.Add(c), parts[1+i%2].Add(c)); err != nil {
			t.Fatal(err)
		}
	}
	want := mustBytes(t, whole)
	var back Revenue
	if err := errors.Join(back.UnmarshalBinary(mustBytes(t, right)), back.Merge(left)); err != nil || !bytes.Equal(mustBytes(t, &back), want) {
		t.Fatal("the other way round:", err)
	}
	if err := left.Merge(right); err != nil || !bytes.Equal(mustBytes(t, left), want) {
		t.Fatal("merged:", err)
	}
	rep, err := whole.Report(est)
	if err != nil || len(rep.Cohorts) != 24 || !rep.Recognised.Add(rep.Deferred).Equal(rep.Allocated) || !rep.Now.Equal(rep.Recognised) || rep.Deferred.Sign() <= 0 {
		t.Errorf("%+v %v", rep, err)
	}
	delete(est.expected, rep.Cohorts[3].Vintage)
	delete(est.expected, rep.Cohorts[5].Vintage)
	_, err = whole.Report(est)
	var places strings.Builder
	for f := range guanxi.Faults(err) {
		places.WriteString(f.Pointer)
	}
	if !errors.Is(err, ErrExpected) || places.String() != "/3/5" {
		t.Error(places.String(), err)
	}
	before := mustBytes(t, whole)
	other, _ := NewRevenue(0)
	big, _ := NewRevenue(2)
	if err := errors.Join(big.Add(Cohort{Vintage: 24000, VintageFlow: VintageFlow{Issued: math.MaxInt64}}), big.Add(Cohort{Vintage: 24001, VintageFlow: VintageFlow{Issued: 1}})); err != nil {
		t.Fatal(err)
	}
	_, bad := NewRevenue(19)
	for name, c := range map[string]struct{ got, want error }{
		"places":   {bad, ErrOption},
		"merge":    {whole.Merge(other), ErrMerge},
		"overflow": {big.Merge(big), ErrOverflow},
		"add":      {big.Add(Cohort{Vintage: 24000, VintageFlow: VintageFlow{Issued: 1}}), ErrOverflow},
		"decimals": {whole.Add(Cohort{Vintage: 24000, Allocated: cny("0.001")}), ErrDecimals},
		"month":    {whole.Add(Cohort{Vintage: NoMonth}), ErrTime},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if !bytes.Equal(before, mustBytes(t, whole)) {
		t.Error("a refusal has changed it")
	}
	whole.Reset()
	if len(whole.Cohorts()) != 0 {
		t.Error("not empty")
	}
}

func TestRevenueTriangle(t *testing.T) {
	tr := mustTriangle(t, TriangleConfig{Kind: "points"})
	if err := errors.Join(tr.Add(monthAt(0), monthAt(0), VintageFlow{Issued: 10}), tr.Add(monthAt(0), monthAt(3), VintageFlow{Redeemed: 4}), tr.Add(monthAt(0), monthAt(4), VintageFlow{Redeemed: 6})); err != nil {
		t.Fatal(err)
	}
	r, _ := NewRevenue(2)
	if err := r.AddTriangle(tr, MonthOf(monthAt(4).Time())); err != nil {
		t.Fatal(err)
	}
	if c := r.Cohorts(); len(c) != 1 || c[0].Vintage.String() != "2024-01" || c[0].VintageFlow != (VintageFlow{Issued: 10, Redeemed: 4}) {
		t.Errorf("%+v", c)
	}
}

func TestLedger(t *testing.T) {
	sale, err := ProposeSale(cny("100000"), cny("9000"), 2)
	refund, err2 := ProposeRefund(cny("100000"), cny("9000"), 2)
	rec, err3 := ProposeRecognition(cny("-84"), cny("-3"), 2)
	for _, p := range []LedgerProposal{sale, refund, rec} {
		if len(p.Lines) != 3 || !p.Balance().IsZero() || p.Event.Label(guanxi.EN) == "" || p.Event.Label(guanxi.ZH) == string(p.Event) {
			t.Errorf("%+v", p)
		}
		for _, l := range p.Lines {
			if l.Debit.Sign() < 0 || l.Credit.Sign() < 0 || l.Debit.IsZero() == l.Credit.IsZero() || l.Role.Label(guanxi.EN) == "" || l.Role.Label(guanxi.ZH) == string(l.Role) {
				t.Errorf("%+v", l)
			}
		}
	}
	if err != nil || err2 != nil || err3 != nil || !sale.Lines[2].Credit.Equal(cny("9000")) || !refund.Lines[1].Debit.Equal(cny("9000")) || !rec.Lines[0].Credit.Equal(cny("84")) {
		t.Errorf("%+v %+v %+v", sale, refund, rec)
	}
	for name, f := range map[string]func(a, b decimal.Decimal, n int) (LedgerProposal, error){"sale": ProposeSale, "refund": ProposeRefund} {
		if _, err := f(cny("1"), cny("2"), 2); !errors.Is(err, ErrAmount) {
			t.Error(name, err)
		}
		if _, err := f(cny("1"), cny("-2"), 2); !errors.Is(err, ErrAmount) {
			t.Error(name, err)
		}
		if _, err := f(decimal.New(1, 2000000), cny("0"), 2); !errors.Is(err, ErrOverflow) {
			t.Error(name, err)
		}
	}
	if _, err := ProposeRecognition(cny("0.001"), cny("0"), 2); !errors.Is(err, ErrDecimals) {
		t.Error(err)
	}
}
