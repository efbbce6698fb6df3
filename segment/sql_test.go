package segment

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func sortedFaults(err error) []string {
	out := faults(err)
	slices.Sort(out)
	return out
}

func mustRule[T any](t testing.TB, s *Schema[T], e Expr[T]) *Rule[T] {
	t.Helper()
	r, err := s.Compile(e, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSQLOptionFaults(t *testing.T) {
	r := mustRule(t, schema, age.AtLeast(18))
	for _, c := range []struct {
		d    Dialect
		o    SQLConfig
		want []string
	}{
		{"postgre", SQLConfig{}, []string{"/dialect dialect"}},
		{"", SQLConfig{Offset: -1}, []string{"/dialect dialect"}},
		{PostgreSQL, SQLConfig{Placeholder: ":1", Offset: -1, MaxText: -1, MaxArgs: 1 << 17}, []string{"/max_args dialect", "/max_text dialect", "/offset dialect", "/placeholder dialect"}},
		{MySQL, SQLConfig{Placeholder: Dollar}, []string{"/placeholder dialect"}},
		{SQLite, SQLConfig{Placeholder: Dollar}, []string{"/placeholder dialect"}},
		{ClickHouse, SQLConfig{Placeholder: Dollar}, []string{"/placeholder dialect"}},
		{ClickHouse, SQLConfig{Alias: "who?"}, []string{"/alias identifier"}},
		{SQLite, SQLConfig{Alias: "a\x00"}, []string{"/alias identifier"}},
		{SQLite, SQLConfig{MaxArgs: 1, Offset: 1}, []string{"/args limit"}},
		{SQLite, SQLConfig{MaxText: 10}, []string{"/text limit"}},
	} {
		q, err := r.SQL(c.d, c.o)
		if got := sortedFaults(err); !slices.Equal(got, c.want) {
			t.Errorf("%s %+v: %v, want %v", c.d, c.o, got, c.want)
		}
		if !reflect.DeepEqual(q, Query{}) {
			t.Errorf("%s %+v: a query beside an error: %+v", c.d, c.o, q)
		}
	}
	var f *Fault
	if _, err := r.SQL("postgress", SQLConfig{}); !errors.As(err, &f) || f.Nearest != string(PostgreSQL) || !errors.Is(err, ErrDialect) {
		t.Error(err)
	}
}

// What lies nowhere, or cannot be compared exactly: every fault at once, each at
// its place in the schema.
func TestSQLSchemaFaults(t *testing.T) {
	name := String("name", opt(func(c *customer) *string { return c.Country }), Meta{})
	odd := Int("odd", opt(func(c *customer) *int64 { return c.Age }), Meta{Column: Col("a\x00b")})
	bad := Int("bad", opt(func(c *customer) *int64 { return c.R }), Meta{Column: Col("\xff")})
	label := Tags("label", func(c *customer) ([]string, bool) { return c.Tags, true }, Meta{})
	none := Events("none", func(c *customer) ([]order, bool) { return c.Orders, true }, orderAt, []Field[order]{amount, String("x", opt(func(o *order) *string { return o.Category }), Meta{})}, Meta{Table: Table{Name: "a..b", Key: "k"}})
	s := MustSchema[customer](SchemaConfig{}, name, odd, bad, label, none, spend, lastBuy)
	e, err := s.Parse([]byte(group0(
		rule0("name", "=", `"x"`), rule0("odd", "=", `1`), rule0("bad", "=", `1`), rule0("label", "hasAny", `["x"]`), rule0("spend", "=", `1`), rule0("last_buy", "null", `null`),
		`{"field":"none","operator":">=","value":1,"meta":{"aggregate":"sum","of":"amount","filter":{"combinator":"and","rules":[`+rule0("x", "=", `"1"`)+`]}}}`)))
	if err != nil {
		t.Fatal(err)
	}
	r := mustRule(t, s, e)
	_, err = r.SQL(SQLite, SQLConfig{})
	want := []string{
		"/fields/0/column/name no_column", "/fields/1/column/name identifier", "/fields/2/column/name identifier", "/fields/3/column/name no_column", "/fields/3/table no_column",
		"/fields/3/table/key no_column", "/fields/3/table/name identifier", "/fields/4/fields/0/column/encoding inexact", "/fields/4/fields/1/column/encoding inexact",
		"/fields/4/fields/2/column/name no_column", "/fields/4/table/name identifier", "/fields/5/column/encoding inexact", "/fields/6/column/encoding inexact",
		"/table no_column", "/table/key no_column", "/table/name identifier",
	}
	if got := sortedFaults(err); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, sentinel := range []error{ErrNoColumn, ErrIdentifier, ErrInexact} {
		if !errors.Is(err, sentinel) {
			t.Errorf("no %v", sentinel)
		}
	}
}

// A decimal without places is a whole number on SQLite too.
func TestSQLiteDecimalWithoutPlaces(t *testing.T) {
	points := Decimal("points", 0, opt(func(c *customer) *int64 { return c.R }), Meta{Column: Col("points")})
	s := MustSchema[customer](SchemaConfig{Table: Table{"customers", "id"}}, points)
	q, err := mustRule(t, s, points.AtLeast(dec("7"))).SQL(SQLite, SQLConfig{})
	if err != nil || !reflect.DeepEqual(q.Args, []any{int64(7)}) {
		t.Error(q, err)
	}
}

func TestSQLForms(t *testing.T) {
	r := mustRule(t, schema, All(age.Between(18, 30), Any(age.Is(18), country.Is("CN")), tags.HasAny("a")))
	for _, c := range []struct {
		d    Dialect
		o    SQLConfig
		text string
		args []any
	}{
		{PostgreSQL, SQLConfig{Alias: `my "c"`, Offset: 3},
			`("my ""c"""."age" BETWEEN CAST($4 AS BIGINT) AND CAST($5 AS BIGINT) AND ("my ""c"""."age" = CAST($4 AS BIGINT) OR ("my ""c"""."country" = CAST($6 AS TEXT) AND "my ""c"""."country" COLLATE "C" = CAST($6 AS TEXT))) AND "my ""c"""."id" IN (SELECT "t"."customer_id" FROM "customer_tags" AS "t" WHERE "t"."customer_id" IS NOT NULL AND ("t"."tag" = CAST($7 AS TEXT) AND "t"."tag" COLLATE "C" = CAST($7 AS TEXT))))`,
			[]any{int64(18), int64(30), "CN", "a"}},
		{PostgreSQL, SQLConfig{Placeholder: Question},
			`SELECT "c"."id" FROM "customers" AS "c" WHERE ("c"."age" BETWEEN CAST(? AS BIGINT) AND CAST(? AS BIGINT) AND ("c"."age" = CAST(? AS BIGINT) OR ("c"."country" = CAST(? AS TEXT) AND "c"."country" COLLATE "C" = CAST(? AS TEXT))) AND "c"."id" IN (SELECT "t"."customer_id" FROM "customer_tags" AS "t" WHERE "t"."customer_id" IS NOT NULL AND ("t"."tag" = CAST(? AS TEXT) AND "t"."tag" COLLATE "C" = CAST(? AS TEXT))))`,
			[]any{int64(18), int64(30), int64(18), "CN", "CN", "a", "a"}},
		{MySQL, SQLConfig{Alias: "k`"},
			"(`k```.`age` BETWEEN ? AND ? AND (`k```.`age` = ? OR (`k```.`country` = ? AND CAST(CONVERT(`k```.`country` USING utf8mb4) AS BINARY) = CAST(? AS BINARY))) AND `k```.`id` IN (SELECT `t`.`customer_id` FROM `customer_tags` AS `t` WHERE `t`.`customer_id` IS NOT NULL AND (`t`.`tag` = ? AND CAST(CONVERT(`t`.`tag` USING utf8mb4) AS BINARY) = CAST(? AS BINARY))))",
			[]any{int64(18), int64(30), int64(18), "CN", "CN", "a", "a"}},
	} {
		q, err := r.SQL(c.d, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if q.Text != c.text || !reflect.DeepEqual(q.Args, c.args) {
			t.Errorf("%s\n%v\nwant\n%s\n%v", q.Text, q.Args, c.text, c.args)
		}
		if want := []ColumnRef{{"customer_tags", "customer_id"}, {"customer_tags", "tag"}, {"customers", "age"}, {"customers", "country"}, {"customers", "id"}}; !slices.Equal(q.Columns, want) {
			t.Error(q.Columns)
		}
	}
	if q, err := r.SQL(DuckDB, SQLConfig{Placeholder: Dollar}); err != nil || !strings.Contains(q.Text, "CAST($4 AS VARCHAR)") || len(q.Args) != 4 {
		t.Error(q, err)
	}
}

// Names are quoted, and a dot in a table's name parts schema and table.
func TestSQLNames(t *testing.T) {
	f := Int("f", opt(func(c *customer) *int64 { return c.Age }), Meta{Column: Col("a\"b`c\\d.e; --")})
	s := MustSchema[customer](SchemaConfig{Table: Table{"shop\".d`b.cust", "i d"}}, f)
	r := mustRule(t, s, f.IsSet())
	for d, want := range map[Dialect]string{
		PostgreSQL: `SELECT "c"."i d" FROM "shop"""."d` + "`" + `b"."cust" AS "c" WHERE "c"."a""b` + "`" + `c\d.e; --" IS NOT NULL`,
		SQLite:     `SELECT "c"."i d" FROM "shop"""."d` + "`" + `b"."cust" AS "c" WHERE "c"."a""b` + "`" + `c\d.e; --" IS NOT NULL`,
		MySQL:      "SELECT `c`.`i d` FROM `shop\"`.`d``b`.`cust` AS `c` WHERE `c`.`a\"b``c\\d.e; --` IS NOT NULL",
		ClickHouse: "SELECT `c`.`i d` FROM `shop\"`.`d``b`.`cust` AS `c` WHERE `c`.`a\"b``c\\\\d.e; --` IS NOT NULL",
	} {
		if q, err := r.SQL(d, SQLConfig{}); err != nil || q.Text != want {
			t.Errorf("%s: %s, want %s (%v)", d, q.Text, want, err)
		}
	}
}

func TestSQLExtent(t *testing.T) {
	none, every := orders.Count().Less(0), orders.Count().AtLeast(0)
	some := age.Is(1)
	for i, c := range []struct {
		e    Expr[customer]
		want Extent
	}{
		{some, SelectsSome}, {none, SelectsNone}, {every, SelectsAll}, {Not(none), SelectsAll}, {Not(every), SelectsNone},
		{All(some, none), SelectsNone}, {All(some, every), SelectsSome}, {All(every, every), SelectsAll}, {Any(some, every), SelectsAll}, {Any(some, none), SelectsSome},
		{Any(none, none), SelectsNone}, {orders.Count().In(-1, -2), SelectsNone}, {orders.DistinctDays().NotBetween(-5, -1), SelectsAll},
		{All(age.Less(1), age.More(1)), SelectsSome}, // each may be true, both not: not said
		{age.Less(-1 << 63), SelectsNone}, {Not(age.Less(-1 << 63)), SelectsAll},
		{orders.Where(Not(Any(qty.IsSet(), qty.IsMissing()))).Count().Is(0), SelectsSome},
		{orders.Where(qty.Less(-1 << 63)).Count().Is(0), SelectsAll}, {orders.Where(qty.Less(-1 << 63)).Max(amount).IsMissing(), SelectsAll},
		{orders.Where(qty.Less(-1 << 63)).Sum(amount).More(dec("0")), SelectsNone},
		{orders.Then(paid.IsTrue(), time.Hour), SelectsSome},
	} {
		q, err := mustRule(t, schema, c.e).SQL(PostgreSQL, SQLConfig{})
		if err != nil || q.Extent != c.want {
			t.Errorf("%d: %s, want %s: %s %v", i, q.Extent, c.want, q.Text, err)
		}
	}
}

// Many conditions beside each other stand in a tree that is not deep, and a list
// too long is an error.
func TestSQLWide(t *testing.T) {
	s := MustSchema[customer](SchemaConfig{Table: Table{"customers", "id"}, Limits: Limits{Nodes: 1 << 16, List: 1 << 17}}, age, country)
	var many []Expr[customer]
	for i := range int64(5000) {
		many = append(many, Any(age.Is(2*i), country.Is(fmt.Sprint(i))))
	}
	q, err := mustRule(t, s, Any(many...)).SQL(SQLite, SQLConfig{})
	if err != nil {
		t.Fatal(err)
	}
	depth, most := 0, 0
	for _, b := range []byte(q.Text) {
		if b == '(' {
			depth++
			most = max(most, depth)
		} else if b == ')' {
			depth--
		}
	}
	if depth != 0 || most > 20 || !slices.Contains(q.Warnings, WarnParameters) {
		t.Errorf("nested %d deep, %v", most, q.Warnings)
	}
	xs := make([]int64, 70000)
	for i := range xs {
		xs[i] = int64(i)
	}
	long := mustRule(t, s, age.In(xs...))
	for _, d := range Dialects() {
		if _, err := long.SQL(d, SQLConfig{}); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", d, err)
		}
	}
	if _, err := mustRule(t, s, age.In(xs[:32766]...)).SQL(SQLite, SQLConfig{}); err != nil {
		t.Error(err)
	}
	if _, err := mustRule(t, s, age.In(xs[:32766]...)).SQL(SQLite, SQLConfig{Offset: 1}); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

// What lies outside the years of a column's type is not bound, and said.
func TestSQLYears(t *testing.T) {
	before := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		e    Expr[customer]
		d    Dialect
		want Extent
		args int
		warn bool
	}{
		{lastBuy.Before(before), ClickHouse, SelectsNone, 0, true},
		{lastBuy.NotBefore(before), ClickHouse, SelectsSome, 0, true},
		{lastBuy.In(before, now.Now), ClickHouse, SelectsSome, 2, true},
		{birthday.In(NewDate(1850, 1, 1), NewDate(2400, 1, 1)), ClickHouse, SelectsNone, 0, true},
		{lastBuy.NotBefore(before), PostgreSQL, SelectsSome, 1, false},
		{birthday.Before(NewDate(1, 1, 1)), MySQL, SelectsNone, 0, true},
		{birthday.NotAfter(NewDate(9999, 12, 31)), MySQL, SelectsSome, 1, false},
	} {
		q, err := mustRule(t, schema, c.e).SQL(c.d, SQLConfig{})
		if err != nil || q.Extent != c.want || len(q.Args) != c.args || slices.Contains(q.Warnings, WarnYears) != c.warn {
			t.Errorf("%d: %s %v %s %v %v", i, q.Text, q.Args, q.Extent, q.Warnings, err)
		}
	}
}

// A window, and the changes of a zone's clock, outside the years of the column.
func TestSQLWindowOutsideYears(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	late := At{Now: time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC), Location: newYork}
	for i, c := range []struct {
		e    Expr[customer]
		d    Dialect
		want Extent
	}{
		{orders.Window(LastDays(30)).Count().AtLeast(1), ClickHouse, SelectsNone},
		{orders.Window(LastDays(30)).Count().Is(0), ClickHouse, SelectsAll},
		{orders.Window(LastDays(30)).Count().AtLeast(1), DuckDB, SelectsSome},
	} {
		r, err := mustRule(t, schema, c.e).At(late)
		if err != nil {
			t.Fatal(err)
		}
		if q, err := r.SQL(c.d, SQLConfig{}); err != nil || q.Extent != c.want || c.want != SelectsSome && len(q.Args) != 0 {
			t.Errorf("%d: %s %v %s %v", i, q.Text, q.Args, q.Extent, err)
		}
	}
	r, err := mustRule(t, schema, orders.DistinctDays().AtLeast(2)).At(late)
	if err != nil {
		t.Fatal(err)
	}
	q, err := r.SQL(ClickHouse, SQLConfig{})
	if err != nil {
		t.Fatal(err)
	}
	first, last := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	for _, a := range q.Args { // instants; moved offsets are larger, counts smaller
		if v := a.(int64); v != 2 && v < shiftMicros-dayMicros && (v < first || v >= last) {
			t.Errorf("%v is no instant of ClickHouse", time.UnixMicro(v).UTC())
		}
	}
}

func TestSQLLabels(t *testing.T) {
	for _, lang := range []guanxi.Lang{guanxi.EN, guanxi.ZH} {
		for w := range warnings {
			if w.Label(lang) == "" {
				t.Errorf("%s has no label", w)
			}
		}
		for _, d := range Dialects() {
			if d.Label(lang) == "" {
				t.Errorf("%s has no label", d)
			}
		}
	}
	if Warning("x").Label(guanxi.EN) != "" || Dialect("x").Label(guanxi.EN) != "" {
		t.Error("a label of what there is not")
	}
}
