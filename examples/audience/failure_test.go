package main

import (
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

const (
	goodCSV    = "id,age,spend,city,at\na,30,1.50,X,2026-03-01\nb,,,,\n"
	goodSchema = `{"fields":[{"name":"age","type":"int"},{"name":"spend","type":"decimal","decimals":2},{"name":"city","type":"string"},{"name":"at","type":"time"}]}`
	goodRule   = `{"combinator":"and","rules":[{"field":"age","operator":">=","value":18}]}`
)

// files writes the three files, "" being one that is right.
func files(t *testing.T, csv, schema, rule string) []string {
	t.Helper()
	if csv == "" {
		csv = goodCSV
	}
	if schema == "" {
		schema = goodSchema
	}
	if rule == "" {
		rule = goodRule
	}
	return []string{
		"-customers", commandtest.File(t, "customers.csv", csv),
		"-schema", commandtest.File(t, "schema.json", schema), "-rule", commandtest.File(t, "rule.json", rule),
	}
}

// Flags that make no sense, or do not go together, are refused with code 2.
func TestFlags(t *testing.T) {
	ok := files(t, "", "", "")
	with := func(more ...string) []string { return append(append([]string{}, ok...), more...) }
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown", []string{"-bogus"}, "-bogus"},
		{"argument", []string{"customers.csv"}, "-customers"},
		{"language", []string{"-lang", "fr"}, "-lang"},
		{"seed", []string{"-seed", "-1"}, "-seed"},
		{"no schema and no rule", ok[:2], "-customers needs -schema, a file\naudience: -customers needs -rule, a file"},
		{"no rule", ok[:4], "-customers needs -rule"},
		{"no customers", ok[2:], "-schema is of -customers, and there is none\naudience: -rule"},
		{"of nothing", []string{"-explain", "a", "-sql", "sqlite", "-at", "2026-01-01", "-tz", "UTC"},
			"-explain is of -customers, and there is none\naudience: -sql is of -customers, and there is none\naudience: -at is of -customers, and there is none\naudience: -tz"},
		{"empty name", with("-rule", ""), "-rule names no file"},
		{"explain nobody", with("-explain", ""), "-explain names nobody"},
		{"seed of a file", with("-seed", "3"), "-seed is of the made-up shop"},
		{"dialect", with("-sql", "oracle"), `-sql "oracle" is none of ["postgres" "mysql" "sqlite" "clickhouse" "duckdb"]`},
		{"no dialect", with("-sql", ""), `-sql "" is none of`},
		{"zone", with("-tz", "Mars/Base"), `-tz "Mars/Base" is not a time zone`},
		{"moment", with("-at", "soon"), `-at "soon" is not a time`},
		{"moment of no year", with("-at", "0000-12-31"), "-at"},
	} {
		for _, format := range []string{"-json=false", "-json"} {
			t.Run(tt.name+" "+format, func(t *testing.T) {
				commandtest.Fails(t, asked, 2, tt.want, append([]string{format}, tt.args...)...)
			})
		}
	}
}

// A file that cannot be read whole is named with the place and the reason, and
// nothing is printed.
func TestBadFiles(t *testing.T) {
	rule := func(field, operator, value string) string {
		return `{"combinator":"and","rules":[{"field":"` + field + `","operator":"` + operator + `","value":` + value + `}]}`
	}
	row := func(cells string) string { return "id,age,spend,city,at\na,30,1.50,X,2026-03-01\n" + cells + "\n" }
	for _, tt := range []struct {
		name, csv, schema, rule string
		want                    []string
	}{
		{"empty customers", " \n", "", "", []string{"customers.csv: the file is empty"}},
		{"empty schema", "", "\ufeff", "", []string{"schema.json: the file is empty"}},
		{"empty rule", "", "", " ", []string{"rule.json: the file is empty"}},

		{"missing column", "id,age,city\n", "", "", []string{`line 1: no column "spend", which is field 1 of the schema`, `no column "at", which is field 3`}},
		{"column twice", "id,age,age,spend,city,at\n", "", "", []string{`line 1, column 3: a second column "age"`}},
		{"duplicate id", row("b,1,,,\na,2,,,"), "", "", []string{`row 3 (line 4): column "id": "a" is the id of row 1 too`}},
		{"no id", row(",1,,,"), "", "", []string{`row 2 (line 3): column "id": no id`}},
		{"header alone", "id,age,spend,city,at\n", "", "", []string{"customers.csv: there are no rows below the header"}},
		{"short row", row("b,1,,"), "", "", []string{"row 2 (line 3): 4 fields where the header has 5"}},
		{"long row", row("b,1,,,,"), "", "", []string{"row 2 (line 3): 6 fields"}},
		{"line breaks", row("b,1,,\"x\ny\",\nc,z,,,"), "", "", []string{`row 3 (line 5): column "age": "z"`}},
		{"quote", row("b,1,,x\"y,\nc,z,,,"), "", "", []string{"row 2 (line 3)", "nothing below it was read"}},
		{"open quote", row("b,1,,\"x,\nc,z,,,"), "", "", []string{"row 2 (line 3)"}},
		{"whole number", row("b,1.5,,,"), "", "", []string{`row 2 (line 3): column "age": "1.5": not a whole number`}},
		{"huge", row("b,9223372036854775808,,,\nc,1e3,,,\nd,NaN,,,"), "", "", []string{"row 2", "row 3", "row 4"}},
		{"scale", row("b,,1.505,,"), "", "", []string{`row 2 (line 3): column "spend": "1.505": more than the 2 decimal places of the field`}},
		{"decimal", row("b,,ten,,\nc,,.,,\nd,,1.,,\ne,,1e2,,\nf,,99999999999999999999,,\ng,,--1,,\nh,,1.5x,,\ni,,Inf,,"), "", "",
			[]string{`row 2 (line 3): column "spend": "ten": not a decimal number`, "row 3", "row 4", "row 5", "row 6", "row 7", `row 8 (line 9): column "spend": "1.5x": not a decimal`, "row 9"}},
		{"time", row("b,,,,2026-02-30\nc,,,,03/04/2026\nd,,,,0000-01-01"), "", "", []string{`row 2 (line 3): column "at": "2026-02-30": not a time`, "row 3", "row 4"}},
		{"bool and date", "id,vip,born\na,yes,1990-13-01\n", `{"fields":[{"name":"vip","type":"bool"},{"name":"born","type":"date"}]}`, rule("vip", "isTrue", "null"),
			[]string{`row 1 (line 2): column "vip": "yes": neither true nor false`, `row 1 (line 2): column "born": "1990-13-01"`}},
		{"all faults", row("b,x,y,,z"), "", "", []string{`column "age"`, `column "spend"`, `column "at"`}},
		{"many faults", row(strings.Repeat("b,x,,,\n", 40)), "", "", []string{"customers.csv: and 59 more"}},
		{"UTF-8", row("b,1,,\xba\xc3,"), "", "", []string{"customers.csv: line 3 is not UTF-8"}},
		{"UTF-16", "\xff\xfei\x00", "", "", []string{"customers.csv: the text is UTF-16"}},

		{"no JSON", "", "{", "", []string{"schema.json: "}},
		{"schema type", "", `{"fields":[{"name":"age","type":"integer"},{"name":"x"}]}`, "", []string{`schema.json: /fields/0/type: "integer" is none of string, int,`, "schema.json: /fields/1/type: no type"}},
		{"events", "", `{"fields":[{"name":"age","type":"events"}]}`, "", []string{`/fields/0/type: "events"`}},
		{"field twice", "", `{"fields":[{"name":"age","type":"int"},{"name":"age","type":"int"}]}`, "", []string{`schema.json: /fields/1/name: a second field "age"`}},
		{"no name", "", `{"fields":[{"type":"int"}]}`, "", []string{"schema.json: /fields/0/name: no name"}},
		{"bad name", "", `{"fields":[{"name":"last order","type":"int"}]}`, "", []string{"schema.json: /fields/0/name: "}},
		{"unknown key", "", `{"fields":[{"name":"age","type":"int","sclae":2}],"x":1}`, "", []string{"schema.json: /fields/0/sclae", "schema.json: /x"}},
		{"key twice", "", `{"fields":[{"name":"age","name":"spend","type":"int"}]}`, "", []string{"schema.json: /fields/0/name"}},
		{"scale of an int", "", `{"fields":[{"name":"age","type":"int","decimals":2}]}`, "", []string{"schema.json: /fields/0/decimals: of a int"}},
		{"scale out of range", "", `{"fields":[{"name":"age","type":"decimal","decimals":19},{"name":"x","type":"decimal","decimals":-1}]}`, "", []string{"/fields/0/decimals: 19", "/fields/1/decimals: -1"}},
		{"label", "", `{"fields":[{"name":"age","type":"int","label":{"en":"a","fr":"b"}},{"name":"x","type":"int","label":3}]}`, "", []string{"/fields/0/label/fr", "/fields/1/label"}},
		{"no fields", "", `{}`, "", []string{"schema.json: /fields: no fields"}},
		{"schema UTF-8", "", "{\"fields\":[{\"name\":\"\xff\"}]}", "", []string{"schema.json: line 1 is not UTF-8"}},

		{"rule field", "", "", rule("agee", ">=", "1"), []string{`rule.json: /rules/0/field: unknown field: "agee" (did you mean age?)`}},
		{"rule operator", "", "", rule("age", "~", "1"), []string{"rule.json: /rules/0/operator"}},
		{"rule value", "", "", rule("age", ">=", `"old"`), []string{"rule.json: /rules/0/value"}},
		{"rule scale", "", "", rule("spend", ">=", `"1.505"`), []string{"rule.json: /rules/0/value: more decimal places"}},
		{"rule key", "", "", `{"combinator":"and","rules":[{"field":"age","operator":"=","value":1,"vlaue":2}]}`, []string{"rule.json: /rules/0/vlaue"}},
		{"rule faults", "", "", `{"combinator":"and","rules":[{"field":"x","operator":"=","value":1},{"field":"city","operator":"in","value":[]}]}`, []string{"rule.json: /rules/0/field", "rule.json: /rules/1/value"}},
		{"rule shape", "", "", "[]", []string{"rule.json: "}},
		{"no such segment", "", "", rule("$segment", "inSegment", `"vip"`), []string{"rule.json: /rules/0"}},
		{"no moment", "id,age,spend,city,at\na,1,,,\n", "", rule("at", "withinDays", "30"), []string{"rule.json: the rule depends on the time, and the file has none: give it with -at"}},
	} {
		for _, format := range []string{"-json=false", "-json"} {
			t.Run(tt.name+" "+format, func(t *testing.T) {
				args := append([]string{format}, files(t, tt.csv, tt.schema, tt.rule)...)
				for _, want := range tt.want {
					commandtest.Fails(t, asked, 1, want, args...)
				}
			})
		}
	}
}

func TestBadQuestions(t *testing.T) {
	ok := files(t, "", "", "")
	commandtest.Fails(t, asked, 1, `customers.csv: -explain "z" is the id of nobody`, append([]string{"-explain", "z"}, ok...)...)
	for _, name := range []string{"-customers", "-schema", "-rule"} {
		commandtest.Fails(t, asked, 1, "missing.x", append(append([]string{}, ok...), name, "missing.x")...)
		commandtest.Fails(t, asked, 1, "directory", append(append([]string{}, ok...), name, t.TempDir())...)
	}
	// What takes ? for parameters cannot have one in a name.
	asks := files(t, strings.Replace(goodCSV, "id", "who?", 1), "", "")
	commandtest.Fails(t, asked, 1, "-sql clickhouse: ", append([]string{"-json", "-sql", "clickhouse"}, asks...)...)
	if r := askJSON(t, asks...); r.Matched != 1 {
		t.Errorf("%+v", r)
	}
}
