package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
	"github.com/samber/lo"
)

func askJSON(t *testing.T, args ...string) jsonAnswer {
	t.Helper()
	return commandtest.JSON[jsonAnswer](t, asked, "", args...)
}

// The fields of -json are these, and no others.
func TestAnswerSchema(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{fileArgs("-json"), "ids matched sql total"},
		{fileArgs("-json", "-explain", "bo"), "explanation ids matched sql total"},
	} {
		code, stdout, stderr := asked(tt.args...)
		if code != 0 || stderr != "" {
			t.Fatal(code, stderr)
		}
		var m, sql map[string]json.RawMessage
		if err := json.Unmarshal([]byte(stdout), &m); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(m["sql"], &sql); err != nil {
			t.Fatal(err)
		}
		for want, got := range map[string]map[string]json.RawMessage{tt.want: m, "args text": sql} {
			names := lo.Keys(got)
			slices.Sort(names)
			if strings.Join(names, " ") != want {
				t.Errorf("%q, want %q", names, want)
			}
		}
	}
}

// Columns that the schema does not have are left alone, however many there are of
// a name.
func TestOtherColumns(t *testing.T) {
	customers := commandtest.File(t, "customers.csv", "id,last order,age,note,note\na,x,30,,\nb,,20,y,z\n")
	schema := commandtest.File(t, "schema.json", `{"fields":[{"name":"age","type":"int"}]}`)
	rule := commandtest.File(t, "rule.json", `{"combinator":"and","rules":[{"field":"age","operator":">=","value":25}]}`)
	got := askJSON(t, "-customers", customers, "-schema", schema, "-rule", rule)
	if got.Matched != 1 || got.Total != 2 || !slices.Equal(got.IDs, []string{"a"}) {
		t.Errorf("%d of %d: %q", got.Matched, got.Total, got.IDs)
	}
}

// Who matches is whom a few lines of arithmetic find, and a rule and its
// complement are everybody.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 4))
	const schema = `{"fields":[{"name":"age","type":"int"},{"name":"city","type":"string"},{"name":"tags","type":"tags"},{"name":"spend","type":"decimal"}]}`
	var b strings.Builder
	b.WriteString("who,age,tags,city,spend\n") // the id's name does not matter
	var want, rest []string
	for i := range 3000 {
		id, age, city, tags, fen := fmt.Sprintf("u%d", i), 15+rng.IntN(40), []string{"CN", "SG", "cn", "CN ", ""}[rng.IntN(5)], []string{"", "vip", "new|vip", "vips", "new"}[rng.IntN(5)], rng.IntN(4000)
		cell := strconv.Itoa(age)
		if i%7 == 0 {
			cell = ""
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%d.%02d\n", id, cell, tags, city, fen/100, fen%100)
		in := city != "CN" && cell != "" && age >= 20 && age <= 35 && slices.Contains(strings.Split(tags, "|"), "vip") && fen >= 1050
		if in {
			want = append(want, id)
		} else {
			rest = append(rest, id)
		}
	}
	rule := func(not bool) string {
		return fmt.Sprintf(`{"combinator":"and","not":%t,"rules":[{"field":"city","operator":"!=","value":"CN"},{"field":"age","operator":"between","value":["20","35"]},
			{"field":"tags","operator":"hasAny","value":["vip"]},{"field":"spend","operator":">=","value":10.5}]}`, not)
	}
	r := askJSON(t, files(t, b.String(), schema, rule(false))...)
	if !slices.Equal(r.IDs, want) || r.Matched != len(want) || r.Total != 3000 || len(want) < 100 {
		t.Errorf("%d of %d, want %d", r.Matched, r.Total, len(want))
	}
	if r := askJSON(t, files(t, b.String(), schema, rule(true))...); !slices.Equal(r.IDs, rest) {
		t.Errorf("the complement has %d, want %d", len(r.IDs), len(rest))
	}
}

// A byte order mark, the ends of lines, what separates the columns, their order
// and quotes are no part of a value; spaces are one of text alone.
func TestForms(t *testing.T) {
	const schema = "\ufeff" + `{"fields":[{"name":"age","type":"int"},{"name":"city","type":"string"},{"name":"at","type":"time"}]}`
	for _, csv := range []string{
		"id,age,city,at\na,30,X,2026-03-01\nb,,,\n",
		"\ufeffid,city,at,age\r\na,X,2026-03-01,30\r\nb,,,\r\n",
		"id;at;age;city\na;2026-03-01T00:00:00Z; 30 ;X\n\nb;;;",
		"\tage\tcity\tat\na\t30.0\t\"X\"\t2026-03-01 01:00:00+01:00\nb\t \t\t\n",
	} {
		r := askJSON(t, files(t, csv, schema, "\ufeff"+`{"combinator":"and","rules":[{"field":"age","operator":"=","value":30},
			{"field":"city","operator":"in","value":"X,Y"},{"field":"at","operator":"=","value":"2026-03-01T00:00:00Z"}]}`)...)
		if r.Total != 2 || !slices.Equal(r.IDs, []string{"a"}) {
			t.Errorf("%q: %+v", csv, r)
		}
		r = askJSON(t, files(t, csv, schema, `{"combinator":"or","rules":[{"field":"age","operator":"null","value":null},{"field":"city","operator":"=","value":"X "}]}`)...)
		if !slices.Equal(r.IDs, []string{"b"}) {
			t.Errorf("%q: %+v", csv, r)
		}
	}
	// A list as text is none where a value may have a comma in it.
	commas := files(t, "id,city\na,\"X,Y\"\n", `{"fields":[{"name":"city","type":"string"}]}`, `{"combinator":"and","rules":[{"field":"city","operator":"in","value":"X,Y"}]}`)
	commandtest.Fails(t, asked, 1, "rule.json: /rules/0/value", commas...)
	// The id may be a field.
	r := askJSON(t, files(t, "id\nA1\nB2\n", `{"fields":[{"name":"id","type":"string"}]}`, `{"combinator":"and","rules":[{"field":"id","operator":"beginsWith","value":"A"}]}`)...)
	if !slices.Equal(r.IDs, []string{"A1"}) {
		t.Errorf("%+v", r)
	}
}

// The moment is that of -at, or the latest time or day in the file; days begin in
// the zone of -tz, and times without an offset are read in it.
func TestMoment(t *testing.T) {
	const schema = `{"fields":[{"name":"seen","type":"time"},{"name":"born","type":"date"}]}`
	const csv = "id,seen,born\na,2026-03-10 00:30:00,\nb,2026-03-09T16:10:00Z,\nc,2026-03-09 23:00:00,\nd,,2026-03-09\n"
	today := `{"combinator":"and","rules":[{"field":"seen","operator":"withinDays","value":1}]}`
	for _, tt := range []struct{ at, tz, want string }{
		{"", "UTC", "a"},
		{"", "Asia/Shanghai", "a b"},
		{"2026-03-09T23:30:00Z", "UTC", "b c"},
		{"2026-03-09", "UTC", ""},
		{"2026-03-10T00:20:00+08:00", "Asia/Shanghai", "b"},
	} {
		args := append(files(t, csv, schema, today), "-tz", tt.tz)
		if tt.at != "" {
			args = append(args, "-at", tt.at)
		}
		if r := askJSON(t, args...); strings.Join(r.IDs, " ") != tt.want {
			t.Errorf("%+v: %v", tt, r.IDs)
		}
	}
	// Weeks begin on Monday, and 15 March is a Sunday.
	week := `{"combinator":"and","rules":[{"field":"seen","operator":"withinWeeks","value":1}]}`
	if r := askJSON(t, append(files(t, csv, schema, week), "-at", "2026-03-15")...); len(r.IDs) != 3 {
		t.Errorf("%v", r.IDs)
	}
	// A day may be the latest.
	r := askJSON(t, files(t, "id,seen,born\na,2026-03-01,\nb,,2026-03-09\n", schema, today)...)
	if len(r.IDs) != 0 {
		t.Errorf("%v", r.IDs)
	}
}

// Each dialect says the rule with its own text; constants are arguments.
func TestDialects(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range []string{"postgres", "mysql", "sqlite", "clickhouse", "duckdb"} {
		r := askJSON(t, fileArgs("-sql", d)...)
		if strings.Contains(r.SQL.Text, "vip") || strings.Contains(r.SQL.Text, "200000") || len(r.SQL.Args) < 6 {
			t.Errorf("%s: %+v", d, r.SQL)
		}
		seen[r.SQL.Text] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d different texts", len(seen))
	}
	if a, b := askJSON(t, fileArgs()...), askJSON(t, fileArgs("-sql", "postgres")...); a.SQL.Text != b.SQL.Text {
		t.Error("the default is not postgres")
	}
}
