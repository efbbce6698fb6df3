package sqltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/segment"
)

// field is what the generator of rules knows of a field.
type field struct {
	name, typ string
	scale     int
	events    []field
}

var (
	orderFields = []field{{name: "at", typ: "time"}, {name: "amount", typ: "decimal", scale: 2}, {name: "fee", typ: "decimal", scale: 3}, {name: "qty", typ: "int"},
		{name: "category", typ: "string"}, {name: "paid", typ: "bool"}, {name: "due", typ: "date"}, {name: "shipped", typ: "time"}}
	visitFields = []field{{name: "at", typ: "time"}, {name: "page", typ: "string"}, {name: "secs", typ: "int"}}
	orders      = field{name: "orders", typ: "events", events: orderFields}
	fields      = []field{{name: "country", typ: "string"}, {name: "note", typ: "string"}, {name: "age", typ: "int"}, {name: "points", typ: "decimal"},
		{name: "spend", typ: "decimal", scale: 2}, {name: "rate", typ: "decimal", scale: 4}, {name: "last_buy", typ: "time"}, {name: "seen", typ: "time"},
		{name: "birthday", typ: "date"}, {name: "vip", typ: "bool"}, {name: "tags", typ: "tags"},
		orders, orders, orders, orders, orders, orders, orders, {name: "visits", typ: "events", events: visitFields}}
)

var (
	ordering = []string{"=", "!=", "<", "<=", ">", ">=", "between", "notBetween"}
	numeric  = append(ordering[:len(ordering):len(ordering)], "in", "notIn")
	missing  = []string{"null", "notNull"}
	windows  = []string{"withinDays", "notWithinDays", "withinWeeks", "notWithinWeeks", "withinMonths", "notWithinMonths"}
	byType   = map[string][]string{
		"string":  {"=", "!=", "in", "notIn", "contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith", "doesNotEndWith"},
		"int":     numeric,
		"decimal": numeric,
		"bool":    {"=", "!=", "isTrue", "isFalse"},
		"time":    join(numeric, windows, []string{"withinHours", "notWithinHours"}),
		"date":    join(numeric, windows, []string{"anniversaryWithin", "notAnniversaryWithin"}),
		"tags":    {"hasAny", "hasNone", "hasAll", "doesNotHaveAll"},
	}
	aggregates = []string{"count", "distinctDays", "sum", "avg", "min", "max", "first", "last", "top", "sequence"}
	// Those of many types come up more often.
	weighted   = join(aggregates, []string{"sum", "min", "min", "min", "max", "max", "max", "first", "first", "first", "first", "first", "last", "last", "last", "last", "last"})
	aggregated = map[string]string{"sum": "int decimal", "avg": "int decimal", "min": "int decimal time date", "max": "int decimal time date",
		"first": "string int decimal bool time date", "last": "string int decimal bool time date", "top": "string"}
)

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

type object = map[string]any

// rule is a document for Schema.Parse.
func (g *generator) rule(depth int) []byte {
	doc := g.group(depth, fields)
	out, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return out
}

func (g *generator) group(depth int, fields []field) object {
	n := 1
	if depth > 0 {
		n += g.IntN(3)
	}
	var list []any
	for range n {
		if depth > 0 && g.IntN(3) > 0 {
			list = append(list, g.group(depth-1, fields))
		} else {
			list = append(list, g.leaf(pick(g, fields), depth))
		}
	}
	return object{"combinator": pick(g, []string{"and", "or"}), "not": g.IntN(3) == 0, "rules": list}
}

func (g *generator) leaf(f field, depth int) object {
	out := object{"field": f.name}
	typ, scale, agg := f.typ, f.scale, ""
	if typ == "events" {
		var meta object
		meta, typ, scale = g.aggregate(f, depth)
		out["meta"], agg = meta, meta["aggregate"].(string)
	}
	op := pick(g, operators(typ, agg))
	g.seen[typ+" "+agg+" "+op]++
	out["operator"] = op
	one := func() any { return g.value(typ, scale, agg, f.name) }
	switch {
	case op == "null" || op == "notNull" || op == "isTrue" || op == "isFalse":
		out["value"] = nil
	case strings.HasSuffix(strings.ToLower(op), "between"):
		a, b := one(), one()
		if less(typ, b, a) {
			a, b = b, a
		}
		out["value"] = []any{a, b}
	case op == "in" || op == "notIn" || typ == "tags":
		n := 1 + g.IntN(3)
		if g.IntN(8) == 0 {
			n = 12
		}
		var list []any
		for range n {
			list = append(list, one())
		}
		out["value"] = list
	case strings.HasSuffix(op, "nniversaryWithin"):
		out["value"] = 1 + g.IntN(35)
		if g.IntN(4) == 0 {
			out["value"] = 360 + g.IntN(7)
		}
	case strings.Contains(op, "ithin"):
		out["value"] = 1 + g.IntN(35)
	default:
		v := one()
		for v == "" && typ == "string" && op != "=" && op != "!=" {
			v = one()
		}
		out["value"] = v
	}
	return out
}

// operators returns those of a type, or of an aggregate whose value has the type.
func operators(typ, agg string) []string {
	ops := byType[typ]
	switch agg {
	case "top":
		ops = []string{"=", "!=", "in", "notIn"}
	case "avg":
		ops = ordering
	}
	if agg != "count" && agg != "distinctDays" && agg != "sum" && agg != "sequence" {
		ops = join(ops, missing)
	}
	return ops
}

// TestGeneratorCovers: every operator of every type and aggregate occurs often
// enough in the rules of the differential test.
func TestGeneratorCovers(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(full) {
		g := newGenerator(seed, segment.SQLite)
		g.rows(population)
		for range perSeed {
			g.rule(g.IntN(4))
		}
		for k, n := range g.seen {
			seen[k] += n
		}
	}
	kinds, fewest := 0, 1<<30
	check := func(typ, agg string) {
		for _, op := range operators(typ, agg) {
			n := seen[typ+" "+agg+" "+op]
			kinds, fewest = kinds+1, min(fewest, n)
			if n < 5 {
				t.Errorf("%s %s %s: %d conditions", agg, typ, op, n)
			}
		}
	}
	for typ := range byType {
		check(typ, "")
	}
	for _, agg := range aggregates {
		switch of, ok := aggregated[agg]; {
		case agg == "sequence":
			check("bool", agg)
		case agg == "avg":
			check("decimal", agg)
		case !ok:
			check("int", agg)
		default:
			for typ := range strings.FieldsSeq(of) {
				check(typ, agg)
			}
		}
	}
	t.Logf("%d kinds of conditions, each at least %d times", kinds, fewest)
}

// less compares two constants of one type.
func less(typ string, a, b any) bool {
	switch typ {
	case "int":
		return a.(int64) < b.(int64)
	case "decimal":
		return number(a.(string)) < number(b.(string))
	}
	return a.(string) < b.(string) // of one width
}

// number is a decimal text in units of its last place; both have as many.
func number(s string) int64 {
	v, err := strconv.ParseInt(strings.Replace(s, ".", "", 1), 10, 64)
	if err != nil {
		panic(err)
	}
	return v
}

func (g *generator) value(typ string, scale int, agg, name string) any {
	n := g.number()
	if agg != "" {
		n = g.Int64N(9) - 2
		switch {
		case agg == "avg":
			n *= pick(g, []int64{5000, 2500, 1, 10000, 3333})
		case g.IntN(6) == 0:
			n = pick(g, numbers[:len(numbers)-4])
		}
	}
	switch typ {
	case "string":
		if agg != "" || name == "category" {
			return pick(g, words[:8])
		}
		return pick(g, words)
	case "tags":
		return pick(g, words[:8])
	case "int":
		return n
	case "decimal":
		return decimalText(n, scale)
	case "bool":
		return g.IntN(2) == 0
	case "time":
		return g.instant().UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	return g.date().String()
}

// decimalText writes n units of the last of scale places.
func decimalText(n int64, scale int) string {
	s := strconv.FormatInt(n, 10)
	if scale == 0 {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	if len(s) <= scale {
		s = strings.Repeat("0", scale+1-len(s)) + s
	}
	return sign + s[:len(s)-scale] + "." + s[len(s)-scale:]
}

// present is the types of which there is a field.
func present(types []string, of map[string][]field) []string {
	return slices.DeleteFunc(types, func(t string) bool { return of[t] == nil })
}

func (g *generator) aggregate(f field, depth int) (meta object, typ string, scale int) {
	fn := pick(g, weighted)
	meta = object{"aggregate": fn}
	typ = "int"
	if want, ok := aggregated[fn]; ok {
		of := map[string][]field{}
		for _, e := range f.events {
			of[e.typ] = append(of[e.typ], e)
		}
		types := strings.Fields(want)
		e := pick(g, of[pick(g, present(types, of))])
		meta["of"], typ, scale = e.name, e.typ, e.scale
		if fn == "avg" {
			typ, scale = "decimal", e.scale+4
		}
	}
	if g.IntN(2) == 0 {
		meta["window"] = object{"last": 1 + g.IntN(40), "unit": pick(g, []string{"hour", "day", "week", "month"})}
	}
	if g.IntN(2) == 0 {
		meta["filter"] = g.group(min(depth, 1), f.events)
	}
	switch fn {
	case "top":
		meta["n"] = 1 + g.IntN(3)
		if by := pick(g, []string{"", "amount", "fee", "qty"}); by != "" && f.name == "orders" {
			meta["by"] = by
		} else if by != "" {
			meta["by"] = "secs"
		}
	case "sequence":
		typ = "bool"
		meta["within"] = pick(g, []string{"PT1H", "PT2H", "PT0.000001S", "P1D", "P20D", "PT36H", "P400D", fmt.Sprintf("PT%dM", 1+g.IntN(5000))})
		if g.IntN(2) == 0 {
			meta["then"] = g.group(min(depth, 1), f.events)
		}
	}
	return meta, typ, scale
}
