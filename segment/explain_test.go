package segment

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func explain(t *testing.T, e Expr[customer], c *customer) Explanation {
	t.Helper()
	r, err := schema.Compile(e, now, func(string) (Expr[customer], error) { return Any(vip.IsTrue(), age.AtLeast(60)), nil })
	if err != nil {
		t.Fatal(err)
	}
	x := r.Explain(c)
	if x.Match != r.Match(c) {
		t.Fatal("verdict")
	}
	return x
}

// What each condition says of the value it found.
func TestExplainCondition(t *testing.T) {
	c := &customer{
		Country: new("CM"), Age: new(int64(22)), Tags: []string{"b"}, Spend: new(int64(185000)), LastBuy: new(now.Now.AddDate(0, -2, 0)),
		Birthday: new(NewDate(2000, 2, 29)), Note: new("secret"),
		Orders: []order{
			{At: new(now.Now.AddDate(0, 0, -1)), Amount: new(int64(1000)), Category: new("tea"), Qty: new(int64(1))},
			{At: new(now.Now.AddDate(0, 0, -2)), Amount: new(int64(505)), Category: new("cup"), Qty: new(int64(1))},
			{At: new(now.Now.AddDate(0, 0, -3)), Amount: new(int64(505)), Category: new("tea"), Qty: new(int64(2))},
			{At: new(now.Now.AddDate(0, 0, 1)), Amount: new(int64(1e9)), Category: new("car")},
		},
	}
	for _, tt := range []struct {
		e                            Expr[customer]
		field, wanted, actual, close string
	}{
		{age.AtLeast(25), "age", "25", "22", "25 +3"},
		{age.NotBetween(20, 23), "age", "20, 23", "22", "24 +2"},
		{age.In(1, 20, 30), "age", "1, 20, 30", "22", "20 -2"},
		{age.IsNot(22), "age", "22", "22", "21 -1"},
		{spend.More(dec("1850")), "spend", "1850.00", "1850.00", "1850.01 +0.01"},
		{country.In("CN", "SG"), "country", "CN, SG", "CM", " "},
		{birthday.After(NewDate(2000, 3, 1)), "birthday", "2000-03-01", "2000-02-29", "2000-03-02 +2d"},
		{lastBuy.Within(LastDays(30)), "last_buy", "2026-02-14T00:00:00Z ≤ … < 2026-03-15T12:00:00.000001Z", "2026-01-15T12:00:00Z", "2026-02-14T00:00:00Z +708h0m0s"},
		{tags.HasAll("a", "b", "c"), "tags", "a, b, c", "b", "a, c "},
		{vip.IsTrue(), "vip", "", "", " "},
		{orders.Count().AtLeast(5), "orders", "5", "3", "5 +2"},
		{orders.DistinctDays().Is(1), "orders", "1", "3", "1 -2"},
		{orders.Sum(amount).AtLeast(dec("30")), "orders.amount", "30.00", "20.10", "30.00 +9.90"},
		{orders.Avg(amount).More(dec("6.7")), "orders.amount", "6.70", "6.700000", " "},
		{orders.AvgInt(qty).Less(dec("1.25")), "orders.qty", "1.25", "1.3333", " "},
		{orders.Max(amount).AtLeast(dec("11")), "orders.amount", "11.00", "10.00", "11.00 +1.00"},
		{orders.LastString(category).Is("cup"), "orders.category", "cup", "tea", " "},
		{orders.MaxInstant(orderAt).Before(now.Now.AddDate(-1, 0, 0)), "orders.at", "2025-03-15T12:00:00Z", "2026-03-14T12:00:00Z", "2025-03-15T11:59:59.999999Z -8736h0m0.000001s"},
		{orders.Top(category, 1).Includes("cup"), "orders.category", "cup", "tea", " "},
		{orders.Where(category.Is("tea")).Then(category.Is("tea"), time.Hour), "orders", "", "false", " "},
		{note.Is("x"), "note", "x", "", " "},
	} {
		x := explain(t, tt.e, c)
		if x.Match || x.Pointer != "/rules/0" || x.Field != tt.field || x.Wanted != tt.wanted || x.Actual != tt.actual || x.Nearest+" "+x.Gap != tt.close {
			t.Errorf("%+v", x)
		}
		if _, err := json.Marshal(x); err != nil {
			t.Error(err)
		}
	}
	x := explain(t, All(note.Is("x"), vip.IsTrue(), age.Is(22)), c)
	if k := x.Kids[0]; !k.Redacted || k.Missing || k.Actual != "" {
		t.Errorf("%+v", k)
	}
	if k := x.Kids[1]; !k.Missing || k.Name.In(guanxi.ZH) != "vip" {
		t.Errorf("%+v", k)
	}
}

// The nearest miss is the fewest conditions that turn the verdict.
func TestExplainFlips(t *testing.T) {
	c := &customer{Age: new(int64(30))}
	for _, tt := range []struct {
		e    Expr[customer]
		want []string
	}{
		{All(age.Is(30), age.Is(1), vip.IsTrue()), []string{"/rules/1", "/rules/2"}},
		{All(age.Is(30), age.More(1)), []string{"/rules/0"}},
		{Any(All(age.Is(1), age.Is(2)), Not(age.Is(30)), vip.IsTrue()), []string{"/rules/1/rules/0"}},
		{Any(age.Is(30), Not(vip.IsTrue())), []string{"/rules/0", "/rules/1/rules/0"}},
		{Not(Any(age.Is(30), age.More(3), vip.IsTrue())), []string{"/rules/0", "/rules/1"}},
		{Not(Not(age.Is(30))), []string{"/rules/0/rules/0"}},
		{All(InSegment[customer]("x"), age.Is(1)), []string{"/rules/0", "/rules/1"}},
	} {
		if x := explain(t, tt.e, c); !slices.Equal(x.Change, tt.want) || x.Flips != len(tt.want) {
			t.Errorf("%v, want %v: %+v", x.Change, tt.want, x)
		}
	}
}

// Where a trait came from and when.
func TestExplainOrigin(t *testing.T) {
	seen := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	motive := String("motive", func(c *customer) (string, bool) { return "thrift", true }, Meta{Trait: Inferred, Source: "model 3"})
	each := motive.From(func(c *customer) (Origin, bool) { return Origin{"survey 7", seen}, c.Age != nil })
	s := MustSchema[customer](SchemaConfig{}, each)
	r, err := s.Compile(each.Is("thrift"), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if x := r.Explain(&customer{Age: new(int64(1))}); x.Origin == nil || x.Origin.Source != "survey 7" || !x.Origin.At.Equal(seen) {
		t.Errorf("%+v", x)
	}
	if _, err := s.Compile(motive.Is("thrift"), now, nil); err == nil {
		t.Error("a field of another origin is another field")
	}
	r2, err := MustSchema[customer](SchemaConfig{}, motive).Compile(motive.Is("thrift"), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if x := r2.Explain(&customer{}); x.Origin == nil || x.Origin.Source != "model 3" {
		t.Errorf("%+v", x)
	}
	if r.ID() != r2.ID() {
		t.Error("the origin is no part of a rule's id")
	}
}
