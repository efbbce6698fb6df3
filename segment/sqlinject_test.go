package segment

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// sqlWords is every word and number that a text may have outside quotes: what
// the emitter's own source writes. Nothing of a rule is among them.
var sqlWords = strings.Fields(`SELECT FROM WHERE AS IN NOT IS NULL AND OR BETWEEN GROUP BY HAVING JOIN ON DISTINCT COUNT SUM MIN MAX COALESCE
	CAST BIGINT NUMERIC DECIMAL TEXT VARCHAR BINARY BLOB DATE DATETIME TIMESTAMPTZ INTEGER HUGEINT TRUE FALSE COLLATE CONVERT USING utf8mb4
	CASE WHEN THEN ELSE END OVER PARTITION ORDER DESC ROW_NUMBER RANK INTERVAL SECOND MICROSECOND TIMESTAMPDIFF DIV AT TIME ZONE
	EXTRACT MONTH DAY DAYOFMONTH month day substr instr strpos left right length INSTR LEFT RIGHT contains starts_with suffix
	position startsWith endsWith toInt64 toInt128 toDecimal128 toDate32 toMonth toDayOfMonth toDateTime64 toUnixTimestamp64Micro
	fromUnixTimestamp64Micro uniqExact intDiv epoch_us
	0 1 2 4 6 9 18 22 38 100 86400 4194303 86400000000`)

// sqlLiterals is every text in single quotes.
var sqlLiterals = []string{"'UTC'", "'1 microsecond'", "'1 second'", "'0001-01-01'"}

var sqlToken = regexp.MustCompile("'[^']*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|[$]?[\\pL_0-9]+|[(),.?*/+&<>=-]|\\s+")

// checkText holds a text to its words: names in quotes are the schema's (or of
// the emitter's subqueries), and there are as many placeholders as parameters.
func checkText(t testing.TB, d Dialect, q Query, names map[string]bool) {
	t.Helper()
	marks := 0
	rest := q.Text
	for rest != "" {
		at := sqlToken.FindStringIndex(rest)
		if at == nil || at[0] != 0 {
			t.Fatalf("%s: what is this: %.60q in %s", d, rest, q.Text)
		}
		tok := rest[:at[1]]
		rest = rest[at[1]:]
		switch c := tok[0]; {
		case c == '"' || c == '`':
			name := strings.ReplaceAll(tok[1:len(tok)-1], string(c)+string(c), string(c))
			if d == ClickHouse {
				name = strings.ReplaceAll(name, `\\`, `\`)
			}
			// The collation "C" and the aliases are the emitter's own.
			if !names[name] && !strings.HasPrefix(name, "gx_") && !slices.Contains([]string{"c", "e", "t", "r", "a", "b", "C"}, name) {
				t.Fatalf("%s: the name %s in %s", d, tok, q.Text)
			}
		case c == '\'':
			if !slices.Contains(sqlLiterals, tok) {
				t.Fatalf("%s: the literal %s in %s", d, tok, q.Text)
			}
		case c == '?':
			marks++
		case c == '$':
			var n int
			if _, err := fmt.Sscanf(tok, "$%d", &n); err != nil || n < 1 || n > len(q.Args) {
				t.Fatalf("%s: the placeholder %s in %s", d, tok, q.Text)
			}
			marks = max(marks, n)
		case strings.ContainsAny(tok[:1], "(),.*/+&<>=- \n\t"):
		case !slices.Contains(sqlWords, tok):
			t.Fatalf("%s: the word %s in %s", d, tok, q.Text)
		}
	}
	if marks != len(q.Args) {
		t.Fatalf("%s: %d placeholders, %d parameters: %s", d, marks, len(q.Args), q.Text)
	}
	for _, a := range q.Args {
		switch a := a.(type) {
		case int64, string:
		case time.Time:
			if a.Location() != time.UTC {
				t.Fatalf("%s: %v is not UTC", d, a)
			}
		default:
			t.Fatalf("%s: a parameter of type %T", d, a)
		}
	}
}

// TestSQLInjection: hostile values, names of fields, labels, tables and columns;
// the text is fixed words and the schema's names in quotes.
func TestSQLInjection(t *testing.T) {
	hostile := []string{`'; DROP TABLE x; --`, `" OR 1=1`, "` OR 1=1", `\`, `\'`, `a"b`, "a`b", `*/ x`, "$1", "?", "{p:String}", "\n;", "%", "😀", `''`, `""`}
	for i, h := range hostile {
		col := func(d Dialect, s string) string { // what ClickHouse's drivers would take for parameters
			if d == ClickHouse {
				s = strings.NewReplacer("?", "", "$", "", "{", "", "}", "").Replace(s) + "x"
			}
			return s
		}
		for _, d := range Dialects() {
			m := func(name string, enc Encoding) Meta {
				return Meta{Column: Column{col(d, h+name), enc}, Name: guanxi.Text{EN: h, ZH: h}, Source: h, Options: []Option{{Value: h}}}
			}
			text := String("text", opt(func(c *customer) *string { return c.Country }), m("text", Native))
			many := Tags("many", func(c *customer) ([]string, bool) { return c.Tags, true }, Meta{Column: Col(col(d, h+"many")), Table: Table{col(d, h+"m"), col(d, h+"mk")}})
			at := Instant("at", opt(func(o *order) *time.Time { return o.At }), m("at", Micros))
			what := String("what", opt(func(o *order) *string { return o.Category }), m("what", Native))
			sum := Decimal("sum", 2, opt(func(o *order) *int64 { return o.Amount }), m("sum", MinorUnits))
			ev := Events("ev", func(c *customer) ([]order, bool) { return c.Orders, true }, at, []Field[order]{what, sum}, Meta{Table: Table{col(d, h+"ev"), col(d, h+"ek")}})
			s := MustSchema[customer](SchemaConfig{Table: Table{col(d, h+"c"), col(d, h+"id")}}, text, many, ev)
			names := map[string]bool{}
			for _, n := range []string{"text", "many", "m", "mk", "at", "what", "sum", "ev", "ek", "c", "id"} {
				names[col(d, h+n)] = true
			}
			e := Any(text.Is(h), text.NotIn(h, "x"), text.Contains(h), text.Begins(h), text.NotEnds(h), many.HasAll(h, "y"), many.HasNone(h),
				ev.Where(what.Is(h)).Count().AtLeast(2), ev.FirstString(what).Contains(h), ev.Top(what, 2).Includes(h), ev.Sum(sum).More(dec("1.25")), ev.Avg(sum).Less(dec("1.2345")),
				ev.DistinctDays().Is(3), ev.Where(what.Begins(h)).Then(what.Is(h), time.Hour))
			q, err := mustRule(t, s, e).SQL(d, SQLConfig{})
			if err != nil {
				t.Fatalf("%d %s: %v", i, d, err)
			}
			checkText(t, d, q, names)
			found := slices.ContainsFunc(q.Args, func(a any) bool { return a == h })
			if !found {
				t.Errorf("%s: %q is no parameter", d, h)
			}
		}
	}
}

// schemaNames is the names that the tests' schema gives to SQL.
var schemaNames = func() map[string]bool {
	m := map[string]bool{}
	for n := range strings.FieldsSeq("customers id country age r spend last_buy birthday vip note customer_tags customer_id tag orders at amount qty category paid due") {
		m[n] = true
	}
	return m
}()

// TestSQLText: the text of random rules has none of their values, and the same
// rule gives the same query.
func TestSQLText(t *testing.T) {
	for seed := range uint64(20) {
		g := newGenerator(seed)
		for range 100 {
			r, err := schema.Compile(Expr[customer]{g.expr(3)}, g.at, nil)
			if err != nil {
				continue
			}
			for _, d := range Dialects() {
				q, err := r.SQL(d, SQLConfig{})
				if d == SQLite && err != nil {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				checkText(t, d, q, schemaNames)
				if again, _ := r.SQL(d, SQLConfig{}); again.Text != q.Text {
					t.Fatalf("%s: %s, then %s", d, q.Text, again.Text)
				}
			}
		}
	}
}

// FuzzSQL: no document reaches the text of any dialect.
func FuzzSQL(f *testing.F) {
	for _, c := range goldenRules {
		f.Add([]byte(group0(c.doc)))
	}
	f.Add([]byte(group0(rule0("country", "=", `"'; DROP TABLE x; --"`))))
	f.Fuzz(func(t *testing.T, doc []byte) {
		for _, d := range Dialects() {
			s := sqlSchema(d)
			e, err := s.Parse(doc)
			if err != nil {
				return
			}
			r, err := s.Compile(e, now, nil)
			if err != nil {
				return
			}
			if q, err := r.SQL(d, SQLConfig{}); err == nil {
				checkText(t, d, q, schemaNames)
			}
		}
	})
}
