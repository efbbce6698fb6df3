package segment_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
	"github.com/shopspring/decimal"
)

// Customer and Order are the host's own types.
type Customer struct {
	Country string
	Born    string // 2006-01-02
	Tags    []string
	Fen     int64 // spent, in hundredths
	Orders  []Order
}

type Order struct {
	At       time.Time
	Fen      int64
	Category string
}

var (
	country = segment.String("country", func(c *Customer) (string, bool) { return c.Country, c.Country != "" },
		segment.Meta{Name: guanxi.Text{EN: "Country", ZH: "国家"}, Kind: segment.Geographic, NoCommas: true,
			Options: []segment.Option{{Value: "CN", Name: guanxi.Text{EN: "China", ZH: "中国"}}, {Value: "SG", Name: guanxi.Text{EN: "Singapore", ZH: "新加坡"}}}})
	born = segment.CivilDate("born", func(c *Customer) (segment.Date, bool) {
		d, err := segment.ParseDate(c.Born)
		return d, err == nil
	}, segment.Meta{Name: guanxi.Text{EN: "Birthday", ZH: "生日"}, Kind: segment.Demographic, Redact: true})
	tags  = segment.Tags("tags", func(c *Customer) ([]string, bool) { return c.Tags, true }, segment.Meta{Name: guanxi.Text{EN: "Tags", ZH: "标签"}})
	spend = segment.Decimal("spend", 2, func(c *Customer) (int64, bool) { return c.Fen, true },
		segment.Meta{Name: guanxi.Text{EN: "Spent", ZH: "累计消费"}, Kind: segment.Behavioural})

	orderAt  = segment.Instant("at", func(o *Order) (time.Time, bool) { return o.At, true }, segment.Meta{})
	amount   = segment.Decimal("amount", 2, func(o *Order) (int64, bool) { return o.Fen, true }, segment.Meta{})
	category = segment.String("category", func(o *Order) (string, bool) { return o.Category, o.Category != "" }, segment.Meta{})
	orders   = segment.Events("orders", func(c *Customer) ([]Order, bool) { return c.Orders, true }, orderAt,
		[]segment.Field[Order]{amount, category}, segment.Meta{Name: guanxi.Text{EN: "Orders", ZH: "订单"}, Kind: segment.Behavioural})

	schema = segment.MustSchema[Customer](segment.SchemaConfig{}, country, born, tags, spend, orders)

	at = segment.At{Now: time.Date(2026, 3, 15, 4, 0, 0, 0, time.UTC), Location: time.FixedZone("CST", 8*3600)}
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

var lin = &Customer{Country: "SG", Born: "1990-03-20", Tags: []string{"new"}, Fen: 185000, Orders: []Order{
	{day("2026-01-02"), 100000, "tea"}, {day("2026-02-20"), 60000, "tea"}, {day("2026-03-01"), 25000, "cups"},
}}

// The fields of a rule are typed getters over the host's own type, with what an
// editor and a database need to know of them.
func ExampleNewSchema() {
	vip := segment.Bool("vip", func(c *Customer) (bool, bool) { return c.Fen > 1e6, true }, segment.Meta{Trait: segment.Inferred, Source: "yearly review"})
	s, err := segment.NewSchema[Customer](segment.SchemaConfig{Limits: segment.Limits{Nodes: 50}}, country, spend, vip, orders)
	fmt.Println(s.Names(), err)

	_, err = segment.NewSchema[Customer](segment.SchemaConfig{}, country, country)
	fmt.Println(err)
	// Output:
	// [country spend vip orders] <nil>
	// /fields/1/name: not a schema: "country": a second field of this name
}

// A rule is built from the fields; a wrong type does not compile.
func ExampleSchema_Compile() {
	rule, err := schema.Compile(segment.All(
		country.In("CN", "SG"),
		spend.AtLeast(decimal.RequireFromString("1500.00")),
		orders.Where(category.Is("tea")).Window(segment.LastDays(90)).Count().AtLeast(2),
		segment.Not(tags.HasAny("blocked")),
	), at, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(rule.Match(lin))
	fmt.Println(rule.Fields())
	// Output:
	// true
	// [country orders orders.at orders.category spend tags]
}

// A rule editor's JSON is read strictly, and everything wrong is said at once.
func ExampleSchema_Parse() {
	e, err := schema.Parse([]byte(`{"id":"root","combinator":"and","not":false,"rules":[
		{"id":"1","field":"country","operator":"in","value":"CN,SG","valueSource":"value"},
		{"id":"2","field":"spend","operator":">=","value":"1500"},
		{"id":"3","field":"orders","operator":"=","match":{"mode":"atLeast","threshold":2},
		 "value":{"combinator":"and","rules":[{"field":"category","operator":"=","value":"tea"}]},
		 "meta":{"window":{"last":90,"unit":"day"}}}]}`))
	if err != nil {
		panic(err)
	}
	rule, err := schema.Compile(e, at, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(rule.Match(lin), rule.ID()[:12])

	_, err = schema.Parse([]byte(`{"combinator":"and","rules":[
		{"field":"contry","operator":"=","value":"CN"},
		{"field":"spend","operator":">=","value":"1500.005"},
		{"field":"country","operator":"in","value":[]}]}`))
	for fault := range guanxi.Faults(err) {
		fmt.Println(fault)
	}
	// Output:
	// true cb6ff68509e8
	// /rules/0/field: unknown field: "contry" (did you mean country?)
	// /rules/1/value: more decimal places than the field has: a number of at most 2 decimal places, not the text "1500.005"
	// /rules/2/value: empty: an empty list
}

// Why is Lin not in the segment, and what is missing?
func ExampleRule_Explain() {
	rule, err := schema.Compile(segment.All(
		country.In("CN", "SG"),
		spend.AtLeast(decimal.RequireFromString("2000.00")),
		born.AnniversaryWithin(7),
	), at, nil)
	if err != nil {
		panic(err)
	}
	x := rule.Explain(lin)
	fmt.Printf("%v: change %d, at %v\n", x.Match, x.Flips, x.Change)
	for _, k := range x.Kids {
		fmt.Printf("%v %s %s %q, is %q", k.Match, k.Name.EN, k.Operator.Label(guanxi.EN), k.Wanted, k.Actual)
		if k.Gap != "" {
			fmt.Printf(": nearest %s, %s", k.Nearest, k.Gap)
		}
		fmt.Println()
	}
	// Output:
	// false: change 1, at [/rules/1]
	// true Country is one of "CN, SG", is "SG"
	// false Spent at least "2000.00", is "1850.00": nearest 2000.00, +150.00
	// true Birthday anniversary in the next days "7 day", is ""
}

// When will time alone turn the verdict? Lin bought tea twice in the last 90
// days; the first of them falls out of the window on 2 April.
func ExampleRule_NextChange() {
	tea := orders.Where(category.Is("tea")).Window(segment.LastDays(90)).Count().AtLeast(2)
	rule, err := schema.Compile(tea, at, nil)
	if err != nil {
		panic(err)
	}
	next, ok := rule.NextChange(lin)
	fmt.Println(rule.Match(lin), next, ok)

	moved, err := rule.At(segment.At{Now: next, Location: at.Location})
	fmt.Println(moved.Match(lin), err)
	// Output:
	// true 2026-04-02 00:00:00 +0800 CST true
	// false <nil>
}

// A segment may refer to others.
func ExampleInSegment() {
	segments := map[string]segment.Expr[Customer]{
		"tea":   orders.Top(category, 1).Includes("tea"),
		"asian": country.In("CN", "SG", "JP"),
	}
	rule, err := schema.Compile(segment.All(segment.InSegment[Customer]("tea"), segment.Not(segment.InSegment[Customer]("asian"))), at,
		func(id string) (segment.Expr[Customer], error) {
			if e, ok := segments[id]; ok {
				return e, nil
			}
			return segment.Expr[Customer]{}, segment.ErrReference
		})
	if err != nil {
		panic(err)
	}
	fmt.Println(rule.Match(lin))
	// Output: false
}

// "Is not" is an exact complement: it takes in those of whom nothing is known.
func ExampleExpr_RequireSet() {
	nobody := &Customer{}
	e := country.IsNot("CN")
	all, err := schema.Compile(e, at, nil)
	if err != nil {
		panic(err)
	}
	known, err := schema.Compile(e.RequireSet(), at, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(all.Match(nobody), known.Match(nobody))
	// Output: true false
}

// The schema tells a rule editor its fields and operators, in Chinese or English.
func ExampleSchema_Editor() {
	e := schema.Editor(guanxi.ZH)
	f := e.Fields[0]
	f.Operators = f.Operators[:3]
	out, err := json.Marshal(f)
	fmt.Println(string(out), err)
	// Output: {"name":"country","label":"国家","valueEditorType":"select","operators":[{"name":"=","label":"等于"},{"name":"!=","label":"不等于"},{"name":"in","label":"属于"}],"values":[{"name":"CN","label":"中国"},{"name":"SG","label":"新加坡"}],"type":"string","kind":"geographic","group":"地理","trait":"explicit"} <nil>
}
