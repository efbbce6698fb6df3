package segment_test

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/segment"
	"github.com/shopspring/decimal"
)

// ExampleRule_SQL selects an audience in the host's database.
func ExampleRule_SQL() {
	country := segment.String("country", func(c *Customer) (string, bool) { return c.Country, c.Country != "" }, segment.Meta{Column: segment.Col("country")})
	tags := segment.Tags("tags", func(c *Customer) ([]string, bool) { return c.Tags, true },
		segment.Meta{Column: segment.Col("tag"), Table: segment.Table{Name: "customer_tags", Key: "customer_id"}})
	orderAt := segment.Instant("at", func(o *Order) (time.Time, bool) { return o.At, true },
		segment.Meta{Column: segment.Column{Name: "at", Encoding: segment.Micros}})
	amount := segment.Decimal("amount", 2, func(o *Order) (int64, bool) { return o.Fen, true }, segment.Meta{Column: segment.Col("amount")})
	orders := segment.Events("orders", func(c *Customer) ([]Order, bool) { return c.Orders, true }, orderAt,
		[]segment.Field[Order]{amount}, segment.Meta{Table: segment.Table{Name: "shop.orders", Key: "customer_id"}})
	schema := segment.MustSchema[Customer](segment.SchemaConfig{Table: segment.Table{Name: "shop.customers", Key: "id"}}, country, tags, orders)

	rule, err := schema.Compile(segment.All(
		country.IsNot("CN"), // those without a country too
		tags.HasAny("vip"),
		orders.Window(segment.LastDays(90)).Sum(amount).AtLeast(decimal.RequireFromString("2000.00")),
	), at, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := rule.SQL(segment.PostgreSQL, segment.SQLConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	// rows, err := db.Query(q.Text, q.Args...)
	fmt.Println(q.Text)
	fmt.Println(q.Args)
	fmt.Println(q.Extent, q.Warnings, len(q.Columns), "columns")

	// Within a query of the host's, which has one parameter before.
	q, err = rule.SQL(segment.MySQL, segment.SQLConfig{Alias: "buyer", Offset: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("SELECT COUNT(*) FROM shop.customers AS buyer WHERE branch = ? AND", q.Text[:60]+"…", q.Warnings)

	// SQLite has no decimals: what cannot be said exactly is not said.
	_, err = rule.SQL(segment.SQLite, segment.SQLConfig{})
	fmt.Println(err)
	// Output:
	// SELECT "c"."id" FROM "shop"."customers" AS "c" WHERE (("c"."country" IS NULL OR NOT (("c"."country" = CAST($1 AS TEXT) AND "c"."country" COLLATE "C" = CAST($1 AS TEXT)))) AND "c"."id" IN (SELECT "t"."customer_id" FROM "customer_tags" AS "t" WHERE "t"."customer_id" IS NOT NULL AND ("t"."tag" = CAST($2 AS TEXT) AND "t"."tag" COLLATE "C" = CAST($2 AS TEXT))) AND "c"."id" IN (SELECT "e"."customer_id" FROM "shop"."orders" AS "e" WHERE "e"."customer_id" IS NOT NULL AND "e"."at" BETWEEN CAST($3 AS BIGINT) AND CAST($4 AS BIGINT) GROUP BY "e"."customer_id" HAVING COALESCE(SUM(CAST("e"."amount" AS NUMERIC)), 0) >= CAST($5 AS NUMERIC)))
	// [CN vip 1765814400000000 1773547200000000 2000.00]
	// some [] 7 columns
	// SELECT COUNT(*) FROM shop.customers AS buyer WHERE branch = ? AND ((`buyer`.`country` IS NULL OR NOT ((`buyer`.`country` = ? A… [utf8mb4_connection]
	// /fields/2/fields/1/column/encoding: the dialect cannot say this exactly: SQLite has no decimals: hold amount in units of its last place (allowed: minor)
}
