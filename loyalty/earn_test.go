package loyalty

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// program is a small programme in UTC: one point per 10.00.
func program(change func(p *Program)) Program {
	p := Program{
		Version: 1, Decimals: 2, Currency: "CNY",
		Kinds:   []KindConfig{{ID: "points", Spendable: true}, {ID: "growth", Tiers: true}},
		Earning: []EarnRule{{ID: "base", Kind: "points", Points: Rational{1, 1}, Per: yuan("10")}},
	}
	if change != nil {
		change(&p)
	}
	return p
}

func orderOf(amounts ...string) *Order {
	o := &Order{ID: "o"}
	for i, a := range amounts {
		o.Lines = append(o.Lines, OrderLine{ID: string(rune('a' + i)), Amount: yuan(a)})
	}
	return o
}

// book is a set of counters, as an account has them.
type book struct {
	counts map[Counter]int64
	shared map[string]int64 // what is left
	have   map[Kind]Points
}

func newBook() *book {
	return &book{map[Counter]int64{}, map[string]int64{}, map[Kind]Points{}}
}

func (b *book) tally(name string, start Instant) (sum int64) {
	for c, n := range b.counts {
		if c.Name == name && c.Window == start {
			sum += n
		}
	}
	return sum
}

func (b *book) left(name string) (int64, bool) { n, ok := b.shared[name]; return n, ok }

func (b *book) available(k Kind) Points { return b.have[k] }

func (b *book) book(changes []CounterChange, shared []SharedChange) {
	for _, c := range changes {
		b.counts[c.Counter] += c.Add
	}
	for _, s := range shared {
		if _, ok := b.shared[s.Counter]; !ok {
			b.shared[s.Counter] = s.Limit
		}
		b.shared[s.Counter] -= s.Amount
	}
}

func sum(awards []Award) (points, cut Points) {
	for _, a := range awards {
		points += a.Points
		cut += a.Cut
	}
	return points, cut
}

func TestRounding(t *testing.T) {
	// Lines of 5.00, 15.00, 25.00 and 4.90 at 1 per 10: 0.5, 1.5, 2.5, 0.49; together 4.99.
	for _, tc := range []struct {
		mode  RoundMode
		scope RoundScope
		want  Points
		// what is left when the first and the last line have come back: 1.5 and 2.5
		left Points
	}{
		{Floor, ScopeLine, 0 + 1 + 2 + 0, 3}, {HalfUp, ScopeLine, 1 + 2 + 3 + 0, 5},
		{HalfEven, ScopeLine, 0 + 2 + 2 + 0, 4}, {Ceil, ScopeLine, 1 + 2 + 3 + 1, 5},
		{Floor, ScopeOrder, 4, 4}, {HalfUp, ScopeOrder, 5, 4}, {HalfEven, ScopeOrder, 5, 4}, {Ceil, ScopeOrder, 5, 4},
		// Floor: 4 points; floors 0, 1, 2, 0, and one more for the first of the
		// remainders 0.5, 0.5, 0.5, 0.49. Up: 5 points, for the first two.
		{Floor, ScopeSplit, 4, 3}, {HalfUp, ScopeSplit, 5, 4}, {HalfEven, ScopeSplit, 5, 4}, {Ceil, ScopeSplit, 5, 4},
	} {
		t.Run(string(tc.mode)+" "+string(tc.scope), func(t *testing.T) {
			r := mustCompile(t, program(func(p *Program) { p.Kinds[0].Rounding = Rounding{tc.mode, tc.scope} }))
			var e earning
			if err := r.order(&e, orderOf("5.00", "15.00", "25.00", "4.90"), &situation{at: noon()}); err != nil {
				t.Fatal(err)
			}
			if got, _ := sum(e.awards); got != tc.want || e.record.Kinds[0].Granted != tc.want || e.lots[0].points != tc.want {
				t.Errorf("%d points, want %d", got, tc.want)
			}
			back, err := e.record.back(nil, []RefundLine{{Line: "a"}, {Line: "d"}}, 2)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := e.record.owed(&e.owing, back, 0); got != tc.left || err != nil {
				t.Errorf("%d left, want %d (%v)", got, tc.left, err)
			}
		})
	}
}

// A line that came back takes its share with it, and a threshold that is lost all
// that it gave.
func TestSplitThreshold(t *testing.T) {
	r := mustCompile(t, program(func(p *Program) {
		p.Kinds[0].Rounding.Scope = ScopeSplit
		p.Campaigns = []Campaign{{ID: "big", Kind: "points", Multiplier: Rational{2, 1}, Match: Match{MinOrder: yuan("500")}}}
		p.Stacking = Add
	}))
	var e earning
	if err := r.order(&e, orderOf("300", "200", "55"), &situation{at: noon()}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		back []RefundLine
		want Points
	}{
		{nil, 0}, {[]RefundLine{{Line: "c"}}, 100}, {[]RefundLine{{Line: "b"}}, 35}, // 30 and 5 of 55.00's 5.5, largest remainder
		{[]RefundLine{{Line: "c"}, {Line: "a", Amount: yuan("0.01")}}, 49},
	} {
		back, err := e.record.back(nil, tc.back, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.record.owed(&e.owing, back, 0); got != tc.want || err != nil {
			t.Errorf("%+v: %d left, want %d (%v)", tc.back, got, tc.want, err)
		}
	}
}

func TestStacking(t *testing.T) {
	for _, tc := range []struct {
		stacking Stacking
		want     map[string]Points
	}{
		// 100.00: 10 points. Tier ×1.5, then double, +7, triple.
		{BestOf, map[string]Points{"base": 10, "tier:gold": 0, "double": 0, "seven": 0, "triple": 20}},
		{Add, map[string]Points{"base": 10, "tier:gold": 5, "double": 10, "seven": 7, "triple": 20}},
		{Multiply, map[string]Points{"base": 10, "tier:gold": 5, "double": 15, "seven": 7, "triple": 74}},
	} {
		t.Run(string(tc.stacking), func(t *testing.T) {
			r := mustCompile(t, program(func(p *Program) {
				p.Stacking = tc.stacking
				p.Campaigns = []Campaign{
					{ID: "double", Kind: "points", Multiplier: Rational{2, 1}}, {ID: "seven", Kind: "points", Bonus: 7},
					{ID: "triple", Kind: "points", Multiplier: Rational{3, 1}, Name: guanxi.Text{EN: "Triple", ZH: "三倍"}},
				}
			}))
			s := situation{at: noon(), tier: "gold", tierRule: "tier:gold", factors: []KindFactor{{"points", Rational{3, 2}}}}
			var e earning
			if err := r.order(&e, orderOf("100"), &s); err != nil {
				t.Fatal(err)
			}
			got := map[string]Points{}
			for _, a := range e.awards {
				got[a.Rule] = a.Points
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
			if last := e.awards[4]; last.Name.ZH != "三倍" || last.Rate != (Rational{3, 1}) || last.Basis != 10000 {
				t.Errorf("%+v", last)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	from := time.Date(2025, 11, 11, 0, 0, 0, 0, time.UTC)
	p := program(func(p *Program) {
		p.Exclude = Exclusions{Groups: []string{"gift card"}, Discounted: true, ByPoints: true}
		p.Earning = append(p.Earning,
			EarnRule{ID: "wine", Kind: "points", Points: Rational{3, 1}, Per: yuan("10"), Match: Match{Groups: []string{"wine", "beer"}, Except: []string{"sale"}}},
			EarnRule{ID: "app", Kind: "growth", Fixed: 5, Match: Match{Channels: []string{"app"}}})
		p.Stacking = Add
		p.Campaigns = []Campaign{
			{ID: "1111", Kind: "points", Bonus: 11, During: During{From: from, To: from.AddDate(0, 0, 1)}},
			{ID: "vip", Kind: "points", Bonus: 100, Match: Match{Tiers: []string{"gold"}, Segments: []string{"loyal", "new"}}},
			{ID: "big", Kind: "points", Bonus: 1000, Match: Match{MinOrder: yuan("1000")}},
			{ID: "first", Kind: "points", Bonus: 3, Limit: &Limit{Times: 1}},
		}
	})
	r := mustCompile(t, p)
	double := func(o *Order) {
		o.Lines[0].Groups, o.Lines[1].Groups = []string{"food", "wine"}, []string{"beer", "sale"}
	}
	for _, tc := range []struct {
		name   string
		at     Instant
		tier   string
		change func(o *Order)
		want   map[string]Points
	}{
		{"plain", noon(), "", nil, map[string]Points{"base": 20, "first": 3}},
		{"groups", noon(), "", double, map[string]Points{"base": 10, "wine": 30, "first": 3}},
		{"channel", noon(), "", func(o *Order) { o.Channel = "app" }, map[string]Points{"base": 20, "first": 3, "app": 5}},
		{"tier alone", noon(), "gold", nil, map[string]Points{"base": 20, "first": 3}},
		{"segment alone", noon(), "", func(o *Order) { o.Segments = []string{"new"} }, map[string]Points{"base": 20, "first": 3}},
		{"tier and segment", noon(), "gold", func(o *Order) { o.Segments = []string{"x", "new"} }, map[string]Points{"base": 20, "first": 3, "vip": 100}},
		{"discounted", noon(), "", func(o *Order) { o.Lines[0].Discounted = true }, map[string]Points{"base": 10, "first": 3}},
		{"excluded", noon(), "", func(o *Order) { o.Lines[0].Groups = []string{"gift card"} }, map[string]Points{"base": 10, "first": 3}},
		{"by points", noon(), "", func(o *Order) { o.ByPoints = yuan("50.01") }, map[string]Points{"base": 14, "first": 3}},
		{"a moment before", InstantOf(from) - 1, "", nil, map[string]Points{"base": 20, "first": 3}},
		{"begins", InstantOf(from), "", nil, map[string]Points{"base": 20, "first": 3, "1111": 11}},
		{"last moment", InstantOf(from.AddDate(0, 0, 1)) - 1, "", nil, map[string]Points{"base": 20, "first": 3, "1111": 11}},
		{"over", InstantOf(from.AddDate(0, 0, 1)), "", nil, map[string]Points{"base": 20, "first": 3}},
		{"large", noon(), "", func(o *Order) { o.Lines[0].Amount = yuan("900") }, map[string]Points{"base": 100, "first": 3, "big": 1000}},
		{"a cent short", noon(), "", func(o *Order) { o.Lines[0].Amount = yuan("899.99") }, map[string]Points{"base": 99, "first": 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := orderOf("100", "100")
			if tc.change != nil {
				tc.change(o)
			}
			var e earning
			s := situation{at: tc.at, tier: tc.tier}
			if err := r.order(&e, o, &s); err != nil {
				t.Fatal(err)
			}
			got := map[string]Points{}
			for _, a := range e.awards {
				if a.Points > 0 {
					got[a.Rule] = a.Points
				}
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
			for _, skip := range r.skips(nil, &e, o, &s) {
				if got[skip.Rule] != 0 || skip.Reason.Label(guanxi.ZH) == string(skip.Reason) {
					t.Errorf("%+v", skip)
				}
			}
		})
	}
}

func TestCampaignLimit(t *testing.T) {
	r := mustCompile(t, program(func(p *Program) {
		p.Stacking = Add
		p.Campaigns = []Campaign{{ID: "first", Kind: "points", Bonus: 3, Limit: &Limit{Times: 2, Per: PerMonth}}}
	}))
	b := newBook()
	var e earning
	for i, want := range []Points{13, 13, 10} {
		if err := r.order(&e, orderOf("100"), &situation{at: noon(), tallies: b}); err != nil {
			t.Fatal(err)
		}
		if got, _ := sum(e.awards); got != want {
			t.Errorf("order %d: %d, want %d", i, got, want)
		}
		b.book(e.counters, e.shared)
	}
	july := InstantOf(time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC))
	if err := r.order(&e, orderOf("100"), &situation{at: july, tallies: b}); err != nil {
		t.Fatal(err)
	}
	if got, _ := sum(e.awards); got != 13 {
		t.Errorf("next month: %d", got)
	}
}

func TestCaps(t *testing.T) {
	r := mustCompile(t, program(func(p *Program) {
		p.Stacking = Add
		p.Campaigns = []Campaign{{ID: "plus", Kind: "points", Bonus: 50}}
		p.Caps = []CapRule{
			{ID: "order", Kind: "points", Per: CapOrder, Points: 70},
			{ID: "day", Kind: "points", Per: CapDay, Points: 100},
			{ID: "month", Kind: "points", Per: CapMonth, Points: 130},
			{ID: "budget", Kind: "points", Of: []string{"plus"}, Per: CapBudget, Points: 60},
			{ID: "life", Kind: "points", Per: CapCustomer, Points: 1000},
		}
	}))
	b := newBook()
	day := InstantOf(time.Date(2025, 6, 18, 0, 0, 0, 0, time.UTC))
	for i, tc := range []struct {
		at         Instant
		amount     string
		base, plus Points
		baseBy     string
		plusBy     string
	}{
		{day, "100", 10, 50, "", ""},
		{day + 1, "400", 40, 0, "", "day"}, // 60 of the day's 100 had been given
		{day + dayMicros - 1, "10", 0, 0, "day", "day"},
		{day + dayMicros, "150", 15, 10, "", "budget"},
		{day + 2*dayMicros, "990", 5, 0, "month", "month"},
		{InstantOf(time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)), "990", 70, 0, "order", "order"},
	} {
		var e earning
		if err := r.order(&e, orderOf(tc.amount), &situation{at: tc.at, tallies: b}); err != nil {
			t.Fatal(err)
		}
		base, plus := e.awards[0], e.awards[1]
		if base.Points != tc.base || plus.Points != tc.plus || base.Cap != tc.baseBy || plus.Cap != tc.plusBy || plus.Cut != 50-tc.plus {
			t.Errorf("order %d: %+v", i, e.awards)
		}
		if k := e.record.Kinds[0]; k.Granted != tc.base+tc.plus || k.Cut != base.Cut+plus.Cut {
			t.Errorf("order %d: %+v", i, k)
		}
		b.book(e.counters, e.shared)
	}
	for c, n := range b.counts {
		if limit := map[string]int64{"cap:day": 100, "cap:month": 130, "cap:life": 1000}[c.Name]; n > limit {
			t.Errorf("%v: %d", c, n)
		}
	}
}

func TestOrderRefused(t *testing.T) {
	r := mustCompile(t, program(nil))
	for _, tc := range []struct {
		name   string
		change func(o *Order)
		want   map[string]error
	}{
		{"no id", func(o *Order) { o.ID = "" }, map[string]error{"/id": ErrText}},
		{"long ids", func(o *Order) {
			o.ID = strings.Repeat("x", MaxText+1)
			o.Lines[1].ID = o.ID
		}, map[string]error{"/id": ErrText, "/lines/1/id": ErrText}},
		{"currency", func(o *Order) { o.Currency = "USD" }, map[string]error{"/currency": ErrCurrency}},
		{"no lines", func(o *Order) { o.Lines = nil }, map[string]error{"/lines": ErrAmount}},
		{"too many", func(o *Order) { o.Lines = make([]OrderLine, MaxOrderLines+1) }, map[string]error{"/lines": ErrAmount}},
		{"all at once", func(o *Order) {
			o.Lines[0].Amount, o.Lines[1].ID, o.Lines[1].Quantity = yuan("-1"), "a", -1
		}, map[string]error{"/lines/0/amount": ErrAmount, "/lines/1/id": ErrDuplicate, "/lines/1/quantity": ErrAmount}},
		{"decimals", func(o *Order) { o.Lines[0].Amount = yuan("1.001") }, map[string]error{"/lines/0/amount": ErrDecimals}},
		{"huge", func(o *Order) { o.Lines[0].Amount = decimal.New(1, 2000000000) }, map[string]error{"/lines/0/amount": ErrOverflow}},
		{"sum", func(o *Order) {
			o.Lines[0].Amount, o.Lines[1].Amount = yuan("90000000000000000"), yuan("90000000000000000")
		}, map[string]error{"/lines/1/amount": ErrOverflow}},
		{"by points", func(o *Order) { o.ByPoints = yuan("200.01") }, map[string]error{"/by_points": ErrAmount}},
		{"by points decimals", func(o *Order) { o.ByPoints = yuan("0.001") }, map[string]error{"/by_points": ErrDecimals}},
	} {
		o := orderOf("100", "100")
		tc.change(o)
		var e earning
		err := r.order(&e, o, &situation{at: noon()})
		got := map[string]error{}
		for f := range guanxi.Faults(err) {
			got[f.Pointer] = f.Err
		}
		if len(got) != len(tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
		for at, want := range tc.want {
			if !errors.Is(got[at], want) {
				t.Errorf("%s: %s: %v, want %v", tc.name, at, got[at], want)
			}
		}
	}
	var e earning
	if err := r.order(&e, orderOf("1"), &situation{at: Never}); !errors.Is(err, ErrTime) {
		t.Error(err)
	}
	// Points beyond int64 are refused, not wrapped.
	big := mustCompile(t, program(func(p *Program) {
		p.Earning[0].Points, p.Earning[0].Per = Rational{maxRational, 1}, yuan("0.01")
	}))
	if err := big.order(&e, orderOf("900000000000"), &situation{at: noon()}); !errors.Is(err, ErrOverflow) {
		t.Error(err)
	}
}

func TestRefundLines(t *testing.T) {
	r := mustCompile(t, program(nil))
	var e earning
	o := orderOf("100", "9.99", "0")
	o.Lines[1].Quantity = 3
	if err := r.order(&e, o, &situation{at: noon()}); err != nil {
		t.Fatal(err)
	}
	rec := &e.record
	for _, tc := range []struct {
		name  string
		lines []RefundLine
		want  error
		at    string
	}{
		{"unknown line", []RefundLine{{Line: "z"}}, ErrUnknown, "/lines/0/line"},
		{"too much", []RefundLine{{Line: "a", Amount: yuan("100.01")}}, ErrRefundTooMuch, "/lines/0/amount"},
		{"twice too much", []RefundLine{{Line: "a", Amount: yuan("60")}, {Line: "a", Amount: yuan("60")}}, ErrRefundTooMuch, "/lines/1/amount"},
		{"too many", []RefundLine{{Line: "b", Quantity: 4}}, ErrRefundTooMuch, "/lines/0/quantity"},
		{"amount and the rest by quantity", []RefundLine{{Line: "b", Amount: yuan("0.01")}, {Line: "b", Quantity: 3}}, ErrRefundTooMuch, "/lines/1/quantity"},
		{"both", []RefundLine{{Line: "b", Quantity: 1, Amount: yuan("1")}}, ErrAmount, "/lines/0/amount"},
		{"negative", []RefundLine{{Line: "b", Amount: yuan("-1")}}, ErrAmount, "/lines/0/amount"},
		{"negative number", []RefundLine{{Line: "b", Quantity: -1}}, ErrAmount, "/lines/0/quantity"},
		{"decimals", []RefundLine{{Line: "b", Amount: yuan("0.001")}}, ErrDecimals, "/lines/0/amount"},
		{"again", []RefundLine{{Line: "a"}, {Line: "a"}}, ErrRefundTooMuch, "/lines/1"},
	} {
		back, err := rec.back(nil, tc.lines, 2)
		var fe *guanxi.FieldError
		if !errors.Is(err, tc.want) || !errors.As(err, &fe) || fe.Pointer != tc.at || len(back) != 0 {
			t.Errorf("%s: %v at %v, %v", tc.name, err, fe, back)
		}
	}
	back, err := rec.back(nil, []RefundLine{{Line: "b", Quantity: 1}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	rec.apply(&OrderChange{Lines: back})
	if rec.Kept() != 10000+666 {
		t.Error(rec.Kept())
	}
	rest, err := rec.back(nil, nil, 2)
	if err != nil || !slices.Equal(rest, []LineReturn{{0, 10000, 0}, {1, 666, 0}, {2, 0, 1}}) {
		t.Error(rest, err)
	}
	rec.apply(&OrderChange{Lines: rest, Taken: []KindPoints{{"points", 10}}})
	if _, err := rec.back(nil, nil, 2); !errors.Is(err, ErrRefundTooMuch) || rec.Kept() != 0 || rec.Kinds[0].Taken != 10 {
		t.Error(err, rec.Kept(), rec.Kinds)
	}
}

// Where commands may be dated back, a counter is kept for so long after its window, and
// for as long as an account may be ahead of the clock.
func TestCountersOutlastBackdating(t *testing.T) {
	p := program(func(p *Program) { p.Caps = []CapRule{{ID: "day", Kind: "points", Per: CapDay, Points: 100}} })
	for _, within := range []guanxi.Span{{}, span("P7D")} {
		if !within.IsZero() {
			p.Policy = PolicyConfig{Backdate: BackdateAccept, BackdateWithin: within}
		}
		r := mustCompile(t, p)
		var e earning
		if err := r.order(&e, orderOf("100"), &situation{at: noon()}); err != nil {
			t.Fatal(err)
		}
		_, end := r.zone.window(PerDay, noon())
		if want := end + Instant(within.Days+1)*dayMicros; e.counters[0].End != want {
			t.Errorf("%v: until %v, want %v", within, e.counters[0].End.Time(), want.Time())
		}
	}
}
