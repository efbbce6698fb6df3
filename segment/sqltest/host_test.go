package sqltest

import (
	"time"

	"github.com/guanxi-go/guanxi/segment"
)

// The host of these tests: its types, and where they lie in its database. The
// names are a host's worst: quotes, words of SQL, text that looks like it.

type customer struct {
	ID       int64
	Country  *string
	Note     *string // folded
	Age      *int64
	Points   *int64 // decimal of no places
	Spend    *int64 // decimal(2)
	Rate     *int64 // decimal(4), in minor units
	LastBuy  *time.Time
	Seen     *time.Time // in microseconds
	Birthday *segment.Date
	Vip      *bool
	Tags     []string
	Orders   []order
	Visits   []visit
}

type order struct {
	Customer *int64 // NULL, or nobody's, of an orphan
	At       *time.Time
	Amount   *int64 // decimal(2)
	Fee      *int64 // decimal(3), in minor units
	Qty      *int64
	Category *string
	Paid     *bool
	Due      *segment.Date
	Shipped  *time.Time // in microseconds
}

type visit struct {
	Customer *int64
	At       *time.Time // in microseconds
	Page     *string
	Secs     *int64
}

// Tables and columns.
const (
	customers = "cust`o\"mers; --"
	tagRows   = "tags' OR 1=1"
	orderRows = "order"
	visitRows = "visits \\"
	orderKey  = "customer \"id\""
	spendCol  = "spend`; DROP TABLE x"
	fromCol   = "from"
	dueCol    = "due "
)

// dueColumn differs by dialect: MySQL's names do not end in a space.
func dueColumn(d segment.Dialect) string {
	if d == segment.MySQL {
		return "due?"
	}
	return dueCol
}

func opt[T, V any](get func(*T) *V) func(*T) (V, bool) {
	return func(c *T) (V, bool) {
		if p := get(c); p != nil {
			return *p, true
		}
		var zero V
		return zero, false
	}
}

// newSchema is the schema for a dialect. SQLite has no types of its own for
// instants and decimals.
func newSchema(d segment.Dialect) *segment.Schema[customer] {
	column := func(name string) segment.Meta { return segment.Meta{Column: segment.Col(name)} }
	encoded := func(name string, enc segment.Encoding) segment.Meta {
		return segment.Meta{Column: segment.Column{Name: name, Encoding: enc}}
	}
	own := func(name string, enc segment.Encoding) segment.Meta {
		if d == segment.SQLite {
			return encoded(name, enc)
		}
		return column(name)
	}
	note := column("note")
	note.Folded = true
	orderAt := segment.Instant("at", opt(func(o *order) *time.Time { return o.At }), own("at", segment.Micros))
	visitAt := segment.Instant("at", opt(func(v *visit) *time.Time { return v.At }), encoded("at", segment.Micros))
	return segment.MustSchema[customer](segment.SchemaConfig{Table: segment.Table{Name: customers, Key: "id"}, Limits: segment.Limits{List: 5000, Nodes: 5000, JSON: 1 << 20}},
		segment.String("country", opt(func(c *customer) *string { return c.Country }), column("country")),
		segment.String("note", opt(func(c *customer) *string { return c.Note }), note),
		segment.Int("age", opt(func(c *customer) *int64 { return c.Age }), column("age")),
		segment.Decimal("points", 0, opt(func(c *customer) *int64 { return c.Points }), column("points")),
		segment.Decimal("spend", 2, opt(func(c *customer) *int64 { return c.Spend }), own(spendCol, segment.MinorUnits)),
		segment.Decimal("rate", 4, opt(func(c *customer) *int64 { return c.Rate }), encoded("rate", segment.MinorUnits)),
		segment.Instant("last_buy", opt(func(c *customer) *time.Time { return c.LastBuy }), own("last_buy", segment.Micros)),
		segment.Instant("seen", opt(func(c *customer) *time.Time { return c.Seen }), encoded("seen", segment.Micros)),
		segment.CivilDate("birthday", opt(func(c *customer) *segment.Date { return c.Birthday }), column("birthday")),
		segment.Bool("vip", opt(func(c *customer) *bool { return c.Vip }), column("vip")),
		segment.Tags("tags", func(c *customer) ([]string, bool) { return c.Tags, c.Tags != nil },
			segment.Meta{Column: segment.Col("tag"), Table: segment.Table{Name: tagRows, Key: "customer_id"}}),
		segment.Events("orders", func(c *customer) ([]order, bool) { return c.Orders, true }, orderAt, []segment.Field[order]{
			segment.Decimal("amount", 2, opt(func(o *order) *int64 { return o.Amount }), own("amount", segment.MinorUnits)),
			segment.Decimal("fee", 3, opt(func(o *order) *int64 { return o.Fee }), encoded("fee", segment.MinorUnits)),
			segment.Int("qty", opt(func(o *order) *int64 { return o.Qty }), column("qty")),
			segment.String("category", opt(func(o *order) *string { return o.Category }), column("category")),
			segment.Bool("paid", opt(func(o *order) *bool { return o.Paid }), column("paid")),
			segment.CivilDate("due", opt(func(o *order) *segment.Date { return o.Due }), column(dueColumn(d))),
			segment.Instant("shipped", opt(func(o *order) *time.Time { return o.Shipped }), encoded("shipped", segment.Micros)),
		}, segment.Meta{Table: segment.Table{Name: orderRows, Key: orderKey}}),
		segment.Events("visits", func(c *customer) ([]visit, bool) { return c.Visits, true }, visitAt, []segment.Field[visit]{
			segment.String("page", opt(func(v *visit) *string { return v.Page }), column("page")),
			segment.Int("secs", opt(func(v *visit) *int64 { return v.Secs }), column(fromCol)),
		}, segment.Meta{Table: segment.Table{Name: visitRows, Key: "customer_id"}}),
	)
}
