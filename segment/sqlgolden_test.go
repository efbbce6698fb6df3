package segment

import (
	"bytes"
	"encoding/json"
	cmd "flag" // flag is a function of these tests
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var updateSQL = cmd.Bool("update-sql", false, "write testdata/sql_*.golden anew")

// sqlSchema is the schema of the tests for a dialect: SQLite has no instants and
// no decimals of its own.
func sqlSchema(d Dialect) *Schema[customer] {
	if d != SQLite {
		return schema
	}
	in := func(name string, enc Encoding) Meta { return Meta{Column: Column{name, enc}} }
	spend := Decimal("spend", 2, opt(func(c *customer) *int64 { return c.Spend }), in("spend", MinorUnits))
	lastBuy := Instant("last_buy", opt(func(c *customer) *time.Time { return c.LastBuy }), in("last_buy", Micros))
	at := Instant("at", opt(func(o *order) *time.Time { return o.At }), in("at", Micros))
	amount := Decimal("amount", 2, opt(func(o *order) *int64 { return o.Amount }), in("amount", MinorUnits))
	return MustSchema[customer](SchemaConfig{Table: Table{"customers", "id"}},
		country, age, tags, recency, spend, lastBuy, birthday, vip, note,
		Events("orders", func(c *customer) ([]order, bool) { return c.Orders, true }, at, []Field[order]{amount, qty, category, paid, due}, orders.Meta()))
}

// goldenRules is a rule of each form.
var goldenRules = []struct{ name, doc string }{
	{"equality", rule0("country", "=", `"CN"`)},
	{"list", rule0("country", "in", `["CN","SG"]`)},
	{"complement", rule0("country", "notIn", `["CN","SG"]`)},
	{"part of a text", rule0("country", "contains", `"100%"`) + "," + rule0("country", "beginsWith", `"é"`) + "," + rule0("country", "doesNotEndWith", `"_"`)},
	{"numbers", rule0("age", "between", `[25,39]`) + "," + rule0("r", "in", `[4,5]`)},
	{"decimal", rule0("spend", ">=", `"2000.00"`)},
	{"bool", rule0("vip", "isTrue", `null`) + "," + rule0("note", "null", `null`)},
	{"window", rule0("last_buy", "withinDays", `30`)},
	{"dates", rule0("birthday", "<", `"2000-01-01"`) + "," + rule0("birthday", "anniversaryWithin", `7`)},
	{"tags", rule0("tags", "hasAny", `["vip","gold"]`) + "," + rule0("tags", "hasNone", `["blocked"]`) + "," + rule0("tags", "hasAll", `["a","b"]`)},
	{"ever", `{"field":"orders","operator":"=","match":{"mode":"some"},"value":null}`},
	{"never", `{"field":"orders","operator":"=","match":{"mode":"none"},"value":{"combinator":"and","rules":[` + rule0("category", "=", `"tea"`) + `]},"meta":{"window":{"last":90,"unit":"day"}}}`},
	{"at most", `{"field":"orders","operator":"<=","value":2,"meta":{"aggregate":"count"}}`},
	{"distinct days", `{"field":"orders","operator":">=","value":3,"meta":{"aggregate":"distinctDays","window":{"last":2,"unit":"month"}}}`},
	{"sum", `{"field":"orders","operator":">=","value":"2000.00","meta":{"aggregate":"sum","of":"amount"}}`},
	{"average", `{"field":"orders","operator":">","value":"12.3456","meta":{"aggregate":"avg","of":"amount"}}`},
	{"latest", `{"field":"orders","operator":"notWithinMonths","value":6,"meta":{"aggregate":"max","of":"at"}}`},
	{"first", `{"field":"orders","operator":"=","value":"tea","meta":{"aggregate":"first","of":"category"}}`},
	{"preference", `{"field":"orders","operator":"in","value":["tea","cup"],"meta":{"aggregate":"top","of":"category","n":2,"by":"amount"}}`},
	{"sequence", `{"field":"orders","operator":"isTrue","value":null,"meta":{"aggregate":"sequence","within":"PT48H","filter":{"combinator":"and","rules":[` + rule0("paid", "isFalse", `null`) + `]},"then":{"combinator":"and","rules":[` + rule0("paid", "isTrue", `null`) + `]}}}`},
	{"nobody", `{"field":"orders","operator":"<","value":0,"meta":{"aggregate":"count"}}`},
}

// TestGoldenSQL: the text for each dialect is what it was.
func TestGoldenSQL(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := At{Now: time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC), Location: newYork}
	for _, d := range Dialects() {
		var out bytes.Buffer
		for _, c := range goldenRules {
			s := sqlSchema(d)
			e, err := s.Parse([]byte(group0(c.doc)))
			if err != nil {
				t.Fatal(c.name, err)
			}
			r, err := s.Compile(e, at, nil)
			if err != nil {
				t.Fatal(c.name, err)
			}
			q, err := r.SQL(d, SQLConfig{})
			if err != nil {
				t.Fatal(d, c.name, err)
			}
			args, err := json.Marshal(q.Args)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s: %s %v\n%s\n%s\n\n", c.name, q.Extent, q.Warnings, q.Text, args)
		}
		path := filepath.Join("testdata", "sql_"+string(d)+".golden")
		if *updateSQL {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v: run go test ./segment -run GoldenSQL -update-sql, and look at the difference", err)
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s: got\n%s", path, out.Bytes())
		}
	}
}
