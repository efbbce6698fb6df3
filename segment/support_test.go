package segment

import (
	"time"

	"github.com/shopspring/decimal"
)

// The customer of the tests.
type customer struct {
	Country  *string
	Age      *int64
	Tags     []string
	R        *int64
	Spend    *int64 // fen
	LastBuy  *time.Time
	Birthday *Date
	Vip      *bool
	Note     *string
	Orders   []order
}

type order struct {
	At       *time.Time
	Amount   *int64
	Qty      *int64
	Category *string
	Paid     *bool
	Due      *Date
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

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

var (
	country  = String("country", opt(func(c *customer) *string { return c.Country }), Meta{Column: Col("country"), Kind: Geographic, NoCommas: true})
	age      = Int("age", opt(func(c *customer) *int64 { return c.Age }), Meta{Column: Col("age"), Kind: Demographic})
	tags     = Tags("tags", func(c *customer) ([]string, bool) { return c.Tags, c.Tags != nil }, Meta{Column: Col("tag"), Table: Table{"customer_tags", "customer_id"}, NoCommas: true})
	recency  = Int("r", opt(func(c *customer) *int64 { return c.R }), Meta{Column: Col("r")})
	spend    = Decimal("spend", 2, opt(func(c *customer) *int64 { return c.Spend }), Meta{Column: Col("spend"), Kind: Behavioural})
	lastBuy  = Instant("last_buy", opt(func(c *customer) *time.Time { return c.LastBuy }), Meta{Column: Col("last_buy")})
	birthday = CivilDate("birthday", opt(func(c *customer) *Date { return c.Birthday }), Meta{Column: Col("birthday")})
	vip      = Bool("vip", opt(func(c *customer) *bool { return c.Vip }), Meta{Column: Col("vip")})
	note     = String("note", opt(func(c *customer) *string { return c.Note }), Meta{Column: Col("note"), Folded: true, Redact: true, Trait: Inferred})

	orderAt  = Instant("at", opt(func(o *order) *time.Time { return o.At }), Meta{Column: Col("at")})
	amount   = Decimal("amount", 2, opt(func(o *order) *int64 { return o.Amount }), Meta{Column: Col("amount")})
	qty      = Int("qty", opt(func(o *order) *int64 { return o.Qty }), Meta{Column: Col("qty")})
	category = String("category", opt(func(o *order) *string { return o.Category }), Meta{Column: Col("category")})
	paid     = Bool("paid", opt(func(o *order) *bool { return o.Paid }), Meta{Column: Col("paid")})
	due      = CivilDate("due", opt(func(o *order) *Date { return o.Due }), Meta{Column: Col("due")})
	orders   = Events("orders", func(c *customer) ([]order, bool) { return c.Orders, c.Orders != nil }, orderAt,
		[]Field[order]{amount, qty, category, paid, due}, Meta{Table: Table{"orders", "customer_id"}})

	schema = MustSchema[customer](SchemaConfig{Table: Table{"customers", "id"}},
		country, age, tags, recency, spend, lastBuy, birthday, vip, note, orders)
)

var now = At{Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)}
