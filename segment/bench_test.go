package segment

import (
	"fmt"
	"testing"
	"time"
)

// row is a customer as a host has it, with plain fields.
type row struct {
	Country  string
	Age      int64
	Tags     []string
	R        int64
	Spend    int64
	LastBuy  time.Time
	HasSpend bool
}

var (
	rowCountry = String("country", func(r *row) (string, bool) { return r.Country, r.Country != "" }, Meta{NoCommas: true})
	rowAge     = Int("age", func(r *row) (int64, bool) { return r.Age, r.Age > 0 }, Meta{})
	rowTags    = Tags("tags", func(r *row) ([]string, bool) { return r.Tags, len(r.Tags) > 0 }, Meta{})
	rowR       = Int("r", func(r *row) (int64, bool) { return r.R, r.R > 0 }, Meta{})
	rowSpend   = Decimal("spend", 2, func(r *row) (int64, bool) { return r.Spend, r.HasSpend }, Meta{})
	rowLastBuy = Instant("last_buy", func(r *row) (time.Time, bool) { return r.LastBuy, !r.LastBuy.IsZero() }, Meta{})
	rowSchema  = MustSchema[row](SchemaConfig{}, rowCountry, rowAge, rowTags, rowR, rowSpend, rowLastBuy)
)

// issueRule is: country in (CN, SG) and 25 ≤ age < 40 and tag vip and r ≥ 4 and
// total spend ≥ 2000.00 and days since last order ≤ 30.
const issueRule = `{"combinator":"and","rules":[
 {"id":"1","field":"country","operator":"in","value":"CN,SG","valueSource":"value"},
 {"id":"2","field":"age","operator":">=","value":"25","valueSource":"value"},
 {"id":"3","field":"age","operator":"<","value":"40","valueSource":"value"},
 {"id":"4","field":"tags","operator":"hasAny","value":["vip"]},
 {"id":"5","field":"r","operator":">=","value":4},
 {"id":"6","field":"spend","operator":">=","value":"2000.00"},
 {"id":"7","field":"last_buy","operator":"withinDays","value":31}]}`

func issueRow() *row {
	return &row{Country: "SG", Age: 31, Tags: []string{"new", "vip"}, R: 5, Spend: 2345678, HasSpend: true, LastBuy: now.Now.AddDate(0, 0, -3)}
}

func compileIssue(tb testing.TB) *Rule[row] {
	e, err := rowSchema.Parse([]byte(issueRule))
	if err != nil {
		tb.Fatal(err)
	}
	r, err := rowSchema.Compile(e, now, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func BenchmarkMatch(b *testing.B) {
	r := compileIssue(b)
	c := issueRow()
	fails := *c
	fails.Age = 60
	for name, c := range map[string]*row{"match": c, "fails-first": &fails} {
		if r.Match(c) != (name == "match") {
			b.Fatal(name)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Match(c)
			}
		})
	}
}

// BenchmarkMatchByHand is the same as an if, for the ratio on this machine.
func BenchmarkMatchByHand(b *testing.B) {
	c, from := issueRow(), now.Now.AddDate(0, 0, -30).UnixMicro()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		t := c.LastBuy.UnixMicro()
		if (c.Country == "CN" || c.Country == "SG") && c.Age >= 25 && c.Age < 40 && hasAny(c.Tags, []string{"vip"}) && c.R >= 4 && c.Spend >= 200000 && t >= from {
			n++
		}
	}
}

func BenchmarkCompileJSON(b *testing.B) {
	in := []byte(issueRule)
	b.ReportAllocs()
	for b.Loop() {
		e, err := rowSchema.Parse(in)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := rowSchema.Compile(e, now, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvents(b *testing.B) {
	e := All(orders.Where(category.Is("tea")).Window(LastDays(90)).Count().AtLeast(3), orders.Sum(amount).AtLeast(dec("100.00")),
		orders.Avg(amount).AtLeast(dec("3")), orders.Top(category, 2).Includes("tea"), orders.Where(paid.IsTrue()).Then(category.Is("tea"), 48*time.Hour))
	r, err := schema.Compile(e, now, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{10, 60} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			c := &customer{}
			for i := range n {
				c.Orders = append(c.Orders, order{At: new(now.Now.Add(-time.Duration(i) * 20 * time.Hour)), Amount: new(int64(2000)), Category: new("tea"), Paid: new(true)})
			}
			if !r.Match(c) {
				b.Fatal("no match")
			}
			b.ReportAllocs()
			for b.Loop() {
				r.Match(c)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n)/6, "ns/event/aggregate")
		})
	}
}

func BenchmarkID(b *testing.B) {
	r := compileIssue(b)
	b.ReportAllocs()
	for b.Loop() {
		r.ID()
	}
}

func BenchmarkExplain(b *testing.B) {
	r, c := compileIssue(b), issueRow()
	b.ReportAllocs()
	for b.Loop() {
		r.Explain(c)
	}
}

func BenchmarkNextChange(b *testing.B) {
	r, c := compileIssue(b), issueRow()
	if _, ok := r.NextChange(c); !ok {
		b.Fatal("never")
	}
	b.ReportAllocs()
	for b.Loop() {
		r.NextChange(c)
	}
}
