package worth_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/worth"
	"github.com/shopspring/decimal"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func decs(s ...string) (out []decimal.Decimal) {
	for _, v := range s {
		out = append(out, dec(v))
	}
	return out
}

// wantFaults holds err to "pointer: sentinel" in order.
func wantFaults(t *testing.T, err error, want ...any) {
	t.Helper()
	var got []*guanxi.FieldError
	for f := range guanxi.Faults(err) {
		got = append(got, f)
	}
	if len(got) != len(want)/2 {
		t.Fatalf("%d faults, want %d: %v", len(got), len(want)/2, err)
	}
	for i, f := range got {
		if f.Pointer != want[2*i] || !errors.Is(f.Err, want[2*i+1].(error)) {
			t.Errorf("fault %d: %v, want %v: %v", i, f, want[2*i], want[2*i+1])
		}
	}
	if err != nil && !strings.HasPrefix(err.Error(), "worth: ") {
		t.Errorf("error %q does not name the package", err)
	}
}

func TestClosedForm(t *testing.T) {
	for _, c := range []struct {
		m, r, d  string
		decimals int
		want     string
	}{
		{"100", "0.8", "0.1", 2, "266.67"}, // 80/0.3
		{"-100", "0.8", "0.1", 2, "-266.67"},
		{"100", "0", "0.1", 2, "0"},
		{"100", "1", "0.05", 0, "2000"},
		{"100", "0.5", "0", 2, "100"}, // undiscounted: geometric
		{"1", "0.5", "0", 0, "1"},
		{"1", "0.5", "0.5", 0, "0"}, // ½ rounds to even
		{"3", "0.5", "0.5", 0, "2"}, // 1½
		{"-3", "0.5", "0.5", 0, "-2"},
		{"12.3", "0.123456789012", "9000000", 3, "0"},
		{"1", "1", "0.000000000001", 0, "1000000000000"},
	} {
		got, err := worth.ClosedForm(dec(c.m), dec(c.r), dec(c.d), c.decimals)
		if err != nil || !got.Equal(dec(c.want)) {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	ask := func(m, r, d decimal.Decimal, decimals int, want ...any) {
		t.Helper()
		got, err := worth.ClosedForm(m, r, d, decimals)
		wantFaults(t, err, want...)
		if !got.IsZero() {
			t.Errorf("a value with an error: %v", got)
		}
	}
	ask(dec("1.234"), dec("-0.1"), dec("-0.1"), 2, "/margin", worth.ErrDecimals, "/retention", worth.ErrRate, "/discount", worth.ErrRate)
	ask(dec("1"), dec("1.1"), dec("0.0000000000001"), 19, "/decimals", worth.ErrOption, "/retention", worth.ErrRate, "/discount", worth.ErrDecimals)
	ask(dec("1"), dec("1"), dec("0"), 2, "/discount", worth.ErrDiverges)
	ask(decimal.New(1, 2e9), decimal.New(1, -2e9), decimal.New(1, 2e9), 2, "/margin", worth.ErrOverflow, "/retention", worth.ErrDecimals, "/discount", worth.ErrOverflow)
	ask(dec("1"), decimal.New(1, 2e9), decimal.New(-1, 2e9), 2, "/retention", worth.ErrRate, "/discount", worth.ErrRate)
	ask(decimal.New(9e18, 0), dec("1"), dec("0.001"), 0, "/margin", worth.ErrOverflow)
}

type referral = worth.Referral[int]

func appraise(t *testing.T, cfg worth.Config, customers []worth.Customer[int], referrals []referral) *worth.Appraisal[int] {
	t.Helper()
	a, err := worth.Appraise(guanxi.IntKey[int](), customers, referrals, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mouth(t *testing.T, a *worth.Appraisal[int], k int, want string) {
	t.Helper()
	v, ok := a.Find(k)
	if !ok || !v.WordOfMouth.Equal(dec(want)) {
		t.Errorf("customer %d: word of mouth %v (%v), want %s", k, v.WordOfMouth, ok, want)
	}
}

func TestHops(t *testing.T) {
	cfg := worth.Config{Decimals: 2, Decay: decs("0.5", "0.25"), Point: dec("2.5"), MaxScore: dec("10")}
	// 1 → 2 → 3 → 4, and 1 → 5; 9 brought 1 and has no row, nor has 5.
	a := appraise(t, cfg, []worth.Customer[int]{
		{Customer: 1, Consumption: dec("10"), Score: dec("10")},
		{Customer: 2, Consumption: dec("100.01")},
		{Customer: 3, Consumption: dec("-40"), Score: dec("0.5")},
		{Customer: 4, Consumption: dec("7")},
	}, []referral{{Referrer: 1, Referred: 2}, {Referrer: 2, Referred: 3}, {Referrer: 3, Referred: 4}, {Referrer: 1, Referred: 5}, {Referrer: 9, Referred: 1}, {Referrer: 1, Referred: 2}})
	mouth(t, a, 1, "40")     // 0.5·100.01 − 0.25·40 = 40.005 → 40.00, half to even
	mouth(t, a, 2, "-18.25") // −20 + 1.75
	mouth(t, a, 3, "3.5")
	mouth(t, a, 4, "0")
	mouth(t, a, 5, "0")
	mouth(t, a, 9, "30") // 5 + 25.0025 = 30.0025
	v, _ := a.Find(1)
	if !v.Cooperation.Equal(dec("25")) || !v.Total.Equal(dec("75")) {
		t.Errorf("customer 1: %+v", v)
	}
	if a.Len() != 6 || a.Key(4) != 5 || a.Key(5) != 9 {
		t.Error("order of customers")
	}
	sum := a.Sum()
	var total decimal.Decimal
	for _, v := range a.All() {
		if !v.Consumption.Add(v.WordOfMouth).Add(v.Cooperation).Equal(v.Total) {
			t.Errorf("%+v does not add up", v)
		}
		total = total.Add(v.Total)
	}
	for range a.All() {
		break
	}
	if !sum.Total.Equal(total) || !sum.Consumption.Equal(dec("77.01")) {
		t.Errorf("sum %+v, want total %v", sum, total)
	}
	if _, ok := a.Find(77); ok {
		t.Error("an unknown customer")
	}
	for _, p := range worth.Parts() {
		if _, ok := v.Of(p); !ok || p.Label(guanxi.ZH) == p.Label(guanxi.EN) {
			t.Errorf("part %s", p)
		}
	}
	if _, ok := v.Of("luck"); ok || worth.Part("luck").Label(guanxi.ZH) != "luck" {
		t.Error("an unknown part")
	}
	if _, err := a.Tiers(worth.MustTiers(worth.TiersConfig{}), "luck"); !errors.Is(err, worth.ErrOption) {
		t.Errorf("tiers of an unknown part: %v", err)
	}
}

func TestReferrers(t *testing.T) {
	at := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	customers := []worth.Customer[int]{{Customer: 1, Consumption: dec("1.00")}, {Customer: 8, Consumption: dec("-0.10")}}
	rows := []referral{{4, 1, at(3)}, {3, 1, at(2)}, {2, 1, at(2)}, {4, 1, at(9)}, {3, 8, at(1)}, {2, 8, at(1)}, {4, 8, at(1)}}
	cfg := worth.Config{Decimals: 2, Decay: decs("1"), Referrers: worth.ReferrersSplit}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		cfg.Referrers = worth.ReferrersSplit
		a := appraise(t, cfg, customers, rows)
		mouth(t, a, 2, "0.31") // 0.34 − 0.03
		mouth(t, a, 3, "0.30") // 0.33 − 0.03
		mouth(t, a, 4, "0.29") // 0.33 − 0.04
		cfg.Referrers = worth.ReferrersFirst
		a = appraise(t, cfg, customers, rows)
		mouth(t, a, 2, "0.90") // earliest, then the smaller key
		mouth(t, a, 3, "0")
		mouth(t, a, 4, "0")
	}
	_, err := worth.Appraise(guanxi.IntKey[int](), nil, []referral{{Referrer: 4, Referred: 1}, {Referrer: 3, Referred: 1}, {Referrer: 4, Referred: 1}, {Referrer: 2, Referred: 1}}, worth.Config{})
	wantFaults(t, err, "/referrals/1/referrer", worth.ErrReferrers, "/referrals/3/referrer", worth.ErrReferrers)
	_, err = worth.Appraise(guanxi.IntKey[int](), nil, []referral{{Referrer: 4, Referred: 1}}, worth.Config{Referrers: worth.ReferrersFirst})
	wantFaults(t, err, "/referrals/0/at", worth.ErrTime)
}

func TestCircles(t *testing.T) {
	split := worth.Config{Referrers: worth.ReferrersSplit}
	// 1 → 2 → 3 → 1 is a circle, 3 → 4 hangs on it, 5 → 1 leads to it; 6 ⇄ 7.
	rows := []referral{{Referrer: 5, Referred: 1}, {Referrer: 1, Referred: 2}, {Referrer: 2, Referred: 3}, {Referrer: 3, Referred: 4}, {Referrer: 3, Referred: 1}, {Referrer: 6, Referred: 7}, {Referrer: 7, Referred: 6}}
	_, err := worth.Appraise(guanxi.IntKey[int](), nil, rows, split)
	wantFaults(t, err, "/referrals/1", worth.ErrCycle, "/referrals/2", worth.ErrCycle, "/referrals/4", worth.ErrCycle, "/referrals/5", worth.ErrCycle, "/referrals/6", worth.ErrCycle)
	// Two ways to one ancestor are no circle.
	appraise(t, split, nil, []referral{{Referrer: 1, Referred: 2}, {Referrer: 1, Referred: 3}, {Referrer: 2, Referred: 4}, {Referrer: 3, Referred: 4}})
	// A chain as deep as it is long.
	var chain []referral
	for i := 1; i < 200_000; i++ {
		chain = append(chain, referral{Referrer: i, Referred: i + 1})
	}
	appraise(t, worth.Config{Decay: decs("1", "1")}, nil, chain)
	_, err = worth.Appraise(guanxi.IntKey[int](), nil, append(chain, referral{Referrer: 200_000, Referred: 1}), worth.Config{})
	if !errors.Is(err, worth.ErrCycle) || !errors.Is(err, guanxi.ErrTooMany) {
		t.Error("a long circle passes")
	}
}

func TestBadRows(t *testing.T) {
	huge := decimal.New(9e18, 0)
	cfg := worth.Config{Decay: decs("1", "1"), Point: dec("2"), MaxScore: dec("10")}
	_, err := worth.Appraise(guanxi.IntKey[int](), []worth.Customer[int]{
		{Customer: 1, Consumption: dec("0.5"), Score: dec("11")},
		{Customer: 1, Score: dec("-1")},
		{Consumption: decimal.New(1, 2e9), Score: dec("0.0000001")},
		{Customer: 4, Score: decimal.New(1, 30)},
	}, []referral{{Referrer: 0, Referred: 0}, {Referrer: 2, Referred: 2}}, cfg)
	wantFaults(t, err,
		"/customers/0/consumption", worth.ErrDecimals, "/customers/0/score", worth.ErrScore,
		"/customers/1/customer", worth.ErrDuplicate, "/customers/1/score", worth.ErrScore,
		"/customers/2/customer", worth.ErrCustomer, "/customers/2/consumption", worth.ErrOverflow, "/customers/2/score", worth.ErrDecimals,
		"/customers/3/score", worth.ErrOverflow,
		"/referrals/0/referrer", worth.ErrCustomer, "/referrals/0/referred", worth.ErrCustomer, "/referrals/1/referrer", worth.ErrSelfReferral)
	big := worth.Config{Decimals: 18, Point: dec("9000000")}
	_, err = worth.Appraise(guanxi.IntKey[int](), []worth.Customer[int]{{Customer: 1, Score: dec("9000000")}}, nil, big)
	wantFaults(t, err, "/customers/0/score", worth.ErrOverflow)
	_, err = worth.Appraise(guanxi.IntKey[int](), []worth.Customer[int]{{Customer: 1, Consumption: huge}, {Customer: 2, Consumption: huge}, {Customer: 3}}, []referral{{Referrer: 3, Referred: 1}, {Referrer: 3, Referred: 2}}, cfg)
	wantFaults(t, err, "/customers/2", worth.ErrOverflow)
	_, err = worth.Appraise(guanxi.IntKey[int](), []worth.Customer[int]{{Customer: 1, Consumption: huge}, {Customer: 2, Consumption: huge}}, []referral{{Referrer: 2, Referred: 1}, {Referrer: 7, Referred: 2}}, cfg)
	wantFaults(t, err, "/customers/1", worth.ErrOverflow, "", worth.ErrOverflow)
}

func TestConfig(t *testing.T) {
	bad := worth.Config{Currency: "\xff", Decimals: 19, Referrers: "all", Point: dec("-1"), MaxScore: dec("0.0000001"),
		Decay: decs("0.5", "0.6", "2", "0.0000000000001", "-1")}
	want := []any{"/currency", worth.ErrOption, "/decimals", worth.ErrOption, "/decay/1", worth.ErrOption, "/decay/2", worth.ErrOption,
		"/decay/3", worth.ErrDecimals, "/decay/4", worth.ErrOption, "/referrers", worth.ErrOption, "/point", worth.ErrOption, "/max_score", worth.ErrDecimals}
	_, err := worth.Appraise[int](guanxi.IntKey[int](), nil, nil, bad)
	wantFaults(t, err, want...)
	bad = worth.Config{Decay: make([]decimal.Decimal, 17), Point: dec("0.0000000000001"), MaxScore: dec("-1")}
	_, err = worth.Appraise[int](guanxi.IntKey[int](), nil, nil, bad)
	wantFaults(t, err, "/decay", worth.ErrOption, "/point", worth.ErrDecimals, "/max_score", worth.ErrOption)

	good := worth.Config{Currency: "CNY", Decimals: 2, Decay: decs("0.5"), Referrers: worth.ReferrersSplit, Point: dec("1.5"), MaxScore: dec("10")}
	data, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	var back worth.Config
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); string(again) != string(data) {
		t.Errorf("%s became %s", data, again)
	}
	err = guanxi.UnmarshalStrict([]byte(`{"decimals":2,"decay":["1.5"],"points":3}`), &back)
	n := 0
	for range guanxi.Faults(err) {
		n++
	}
	if n != 1 || back.Currency != "CNY" { // what cannot be read is not checked
		t.Errorf("%v", err)
	}
	if err = guanxi.UnmarshalStrict([]byte(`{"decimals":2,"decay":["1.5"]}`), &back); !errors.Is(err, worth.ErrOption) {
		t.Errorf("%v", err)
	}
}

// The appraisal agrees with the definition in rationals: random trees.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	cfg := worth.Config{Decimals: 2, Decay: decs("0.7", "0.33", "0.125", "0.01")}
	for range 50 {
		n := 2 + rng.IntN(60)
		var customers []worth.Customer[int]
		var referrals []referral
		parent := make([]int, n+1)
		for i := 1; i <= n; i++ {
			customers = append(customers, worth.Customer[int]{Customer: i, Consumption: decimal.New(rng.Int64N(200000)-50000, -2)})
			if p := rng.IntN(i); p > 0 {
				parent[i] = p
				referrals = append(referrals, referral{Referrer: p, Referred: i})
			}
		}
		want := make([]*big.Rat, n+1)
		for i := range want {
			want[i] = new(big.Rat)
		}
		for i := 1; i <= n; i++ {
			p := parent[i]
			for h := 0; h < len(cfg.Decay) && p > 0; h++ {
				want[p].Add(want[p], new(big.Rat).Mul(cfg.Decay[h].Rat(), customers[i-1].Consumption.Rat()))
				p = parent[p]
			}
		}
		rng.Shuffle(len(referrals), func(i, j int) { referrals[i], referrals[j] = referrals[j], referrals[i] })
		a := appraise(t, cfg, customers, referrals)
		for i := 1; i <= n; i++ {
			v, _ := a.Find(i)
			exact := decimal.NewFromBigRat(want[i], 20).RoundBank(2)
			if !v.WordOfMouth.Equal(exact) {
				t.Fatalf("customer %d: %v, want %v", i, v.WordOfMouth, exact)
			}
		}
	}
}

func TestTiers(t *testing.T) {
	abc := worth.MustTiers(worth.TiersConfig{})
	for _, c := range []struct {
		values string
		want   []int
	}{
		{"", nil},
		{"100", []int{0}},
		{"80 15 5", []int{0, 1, 2}},
		{"5 80 15", []int{2, 0, 1}},
		{"79 16 5", []int{0, 0, 2}}, // 79 % is short of 80 %, the next one reaches it
		{"10 10 10 10 10 10 10 10 10 10", []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}, // ties together
		{"0 -5 10", []int{2, 2, 0}},
		{"0 -5 0", []int{2, 2, 2}},
		{"80.00 15.0 5 -1000", []int{0, 1, 2, 2}},
	} {
		var values []decimal.Decimal
		var floats []float64
		for s := range strings.FieldsSeq(c.values) {
			values = append(values, dec(s))
			floats = append(floats, dec(s).InexactFloat64())
		}
		got, err := abc.Append(nil, values)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.values, got, err, c.want)
		}
		if strings.Contains(c.values, "80") {
			continue // 0.8 is no double
		}
		if got, err = abc.AppendEstimates([]int{7}, floats); err != nil || !slices.Equal(got[1:], c.want) {
			t.Errorf("%s as estimates: %v, %v; want %v", c.values, got, err, c.want)
		}
	}
	dst, err := abc.Append([]int{1}, decs("1", "2"))
	if err != nil || len(dst) != 3 {
		t.Errorf("%v %v", dst, err)
	}
	_, err = abc.Append(nil, []decimal.Decimal{decimal.New(1, -19), dec("1"), decimal.New(1, -2e9)})
	wantFaults(t, err, "/0", worth.ErrDecimals, "/2", worth.ErrDecimals)
	_, err = abc.Append(nil, []decimal.Decimal{decimal.New(1, 2e9)})
	wantFaults(t, err, "/0", worth.ErrOverflow)
	if _, err = abc.Append(nil, []decimal.Decimal{decimal.New(9e18, 0), decimal.New(9e18, 0)}); !errors.Is(err, worth.ErrOverflow) {
		t.Errorf("sum: %v", err)
	}
	if _, err = abc.Report([]decimal.Decimal{decimal.New(9e18, 0), decimal.New(9e18, 0)}); !errors.Is(err, worth.ErrOverflow) {
		t.Errorf("sum: %v", err)
	}
	_, err = abc.AppendEstimates(nil, []float64{1, math.NaN(), math.Inf(1)})
	wantFaults(t, err, "/1", worth.ErrValue, "/2", worth.ErrValue)
	if got, err := abc.AppendEstimates(nil, []float64{math.MaxFloat64, math.MaxFloat64, 1}); err != nil || !slices.Equal(got, []int{0, 0, 2}) {
		t.Errorf("%v %v", got, err)
	}
	if s := abc.String(); s != "A 0.8, B 0.95, C 1" {
		t.Error(s)
	}
	rows, err := abc.Report(decs("81.5", "14.5", "5", "-1"))
	if err != nil || rows[0].Customers != 1 || !rows[2].Value.Equal(dec("4")) || rows[2].Customers != 2 || !rows[0].OK || math.Abs(rows[0].Share-81.5/101) > 1e-15 {
		t.Errorf("%+v %v", rows, err)
	}
	if rows, err = abc.Report(decs("-1")); err != nil || rows[2].OK {
		t.Errorf("%+v %v", rows, err)
	}
	if _, err = abc.Report([]decimal.Decimal{decimal.New(1, 2e9)}); !errors.Is(err, worth.ErrOverflow) {
		t.Error(err)
	}
}

func TestTiersConfig(t *testing.T) {
	one := dec("1")
	_, err := worth.NewTiers(worth.TiersConfig{Tiers: []worth.Tier{{ID: "a", Share: dec("0.5")}, {ID: "a", Share: dec("0.5")}, {Share: dec("0.0000000000001")}, {ID: "d", Share: dec("0.9")}}})
	wantFaults(t, err, "/tiers/1/id", worth.ErrOption, "/tiers/1/share", worth.ErrOption, "/tiers/2/id", worth.ErrOption, "/tiers/2/share", worth.ErrDecimals, "/tiers/3/share", worth.ErrOption)
	_, err = worth.NewTiers(worth.TiersConfig{Tiers: make([]worth.Tier, 101)})
	wantFaults(t, err, "/tiers", worth.ErrOption)
	var c worth.TiersConfig
	data, _ := json.Marshal(worth.ABC())
	if err := json.Unmarshal(data, &c); err != nil || len(c.Tiers) != 3 || c.Tiers[0].Label(guanxi.ZH) != "关键客户" {
		t.Errorf("%v %v", c, err)
	}
	if err := json.Unmarshal([]byte(`{"tiers":[{"id":"x","share":"0.5"}]}`), &c); !errors.Is(err, worth.ErrOption) || len(c.Tiers) != 3 {
		t.Error(err)
	}
	vip := worth.Tier{ID: "vip", Share: one}
	if vip.Label(guanxi.EN) != "vip" {
		t.Error("a tier without a name")
	}
	defer func() {
		if recover() == nil {
			t.Error("MustTiers does not panic")
		}
	}()
	worth.MustTiers(worth.TiersConfig{Tiers: []worth.Tier{{}}})
}

// Tiers are monotone, whole, and do not depend on the order of values.
func TestTiersLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	tiers := worth.MustTiers(worth.TiersConfig{})
	for range 200 {
		n := 1 + rng.IntN(50)
		values := make([]decimal.Decimal, n)
		for i := range values {
			values[i] = decimal.New(rng.Int64N(40)-10, 0)
		}
		got, err := tiers.Append(nil, values)
		if err != nil {
			t.Fatal(err)
		}
		for i := range values {
			for j := range values {
				if c := values[i].Cmp(values[j]); c > 0 && got[i] > got[j] || c == 0 && got[i] != got[j] {
					t.Fatalf("%v in %d, %v in %d", values[i], got[i], values[j], got[j])
				}
			}
		}
		order := rng.Perm(n)
		moved := make([]decimal.Decimal, n)
		for i, j := range order {
			moved[i] = values[j]
		}
		again, _ := tiers.Append(nil, moved)
		for i, j := range order {
			if again[i] != got[j] {
				t.Fatal("the order of values matters")
			}
		}
	}
}
