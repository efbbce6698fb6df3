package sqltest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/segment"
)

// same holds a rule's SQL to its Match.
func (e *engine) same(t *testing.T, what string, doc any, at segment.At) {
	t.Helper()
	data, err := json.Marshal(doc)
	fatal(t, err)
	expr, err := e.schema.Parse(data)
	fatal(t, err)
	r, err := e.schema.Compile(expr, at, nil)
	fatal(t, err)
	q, err := r.SQL(e.dialect, segment.SQLConfig{})
	fatal(t, err)
	got, err := e.ids(q.Text, q.Args)
	if err != nil {
		t.Fatalf("%s: %.500s: %v", what, q.Text, err)
	}
	if d := differ(e.want(r), got); d != "" {
		t.Errorf("%s: %.2000s %.500v: customers%s", what, q.Text, fmt.Sprint(q.Args), d)
	}
}

func group(combinator string, rules ...any) object {
	return object{"combinator": combinator, "rules": rules}
}

// TestLongLists: lists of thousands, which engines turn into other plans, and
// conditions by the thousand.
func TestLongLists(t *testing.T) {
	each(t, func(t *testing.T, e *engine) {
		g := newGenerator(7, e.dialect)
		e.load(t, g.rows(population))
		texts, ints, decimals, instants := []any{"CN", "%", "é", "a,b"}, []any{}, []any{}, []any{}
		for i := range int64(3000) {
			texts = append(texts, fmt.Sprintf("cn %d", i))
			ints = append(ints, 1<<53+1+2*i, 25)
			decimals = append(decimals, decimalText(2*i+1, 2))
			instants = append(instants, g.at.Now.Add(time.Duration(i)*time.Hour).UTC().Format(time.RFC3339Nano))
		}
		for _, op := range []string{"in", "notIn"} {
			for _, r := range []object{
				{"field": "country", "operator": op, "value": texts},
				{"field": "age", "operator": op, "value": ints[:3000]},
				{"field": "spend", "operator": op, "value": decimals},
				{"field": "last_buy", "operator": op, "value": instants},
				{"field": "seen", "operator": op, "value": instants},
				{"field": "orders", "operator": op, "value": texts, "meta": object{"aggregate": "first", "of": "category"}},
				{"field": "orders", "operator": op, "value": ints[:1000], "meta": object{"aggregate": "sum", "of": "qty"}},
			} {
				e.same(t, op+" "+r["field"].(string), group("and", r), g.at)
			}
		}
		e.same(t, "hasAll", group("and", object{"field": "tags", "operator": "hasNone", "value": texts}), g.at)
		var wide []any
		for i := range 2000 {
			wide = append(wide, object{"field": "age", "operator": "=", "value": i}, object{"field": "note", "operator": "endsWith", "value": fmt.Sprint(i)})
		}
		e.same(t, "wide", group("or", wide...), g.at)
	})
}

// TestEndsOfTime: rules asked at the first and the last moment that there is,
// where columns can hold no bound beyond.
func TestEndsOfTime(t *testing.T) {
	each(t, func(t *testing.T, e *engine) {
		newYork, err := time.LoadLocation("America/New_York")
		fatal(t, err)
		for seed := range uint64(3) {
			e.load(t, newGenerator(seed, e.dialect).rows(population))
			for _, now := range []time.Time{
				time.Date(1, 1, 1, 5, 0, 0, 0, time.UTC), time.Date(1, 1, 20, 0, 0, 0, 0, time.UTC),
				time.Date(1883, 11, 18, 17, 0, 0, 0, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
				time.Date(9999, 12, 31, 12, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
			} {
				for _, loc := range []*time.Location{time.UTC, newYork} {
					at := segment.At{Now: now, Location: loc}
					for _, unit := range []string{"hour", "day", "week", "month"} {
						window := object{"last": 30, "unit": unit}
						for _, events := range []string{"orders", "visits"} {
							e.same(t, "count", group("and", object{"field": events, "operator": ">=", "value": 1, "meta": object{"aggregate": "count", "window": window}}), at)
							e.same(t, "distinctDays", group("and", object{"field": events, "operator": "<=", "value": 1, "meta": object{"aggregate": "distinctDays", "window": window}}), at)
							e.same(t, "sequence", group("and", object{"field": events, "operator": "isTrue", "value": nil, "meta": object{"aggregate": "sequence", "window": window, "within": "P90D"}}), at)
							e.same(t, "max", group("and", object{"field": events, "operator": "withinDays", "value": 30, "meta": object{"aggregate": "max", "of": "at"}}), at)
						}
					}
					for _, op := range []string{"withinDays", "notWithinMonths", "withinWeeks"} {
						for _, f := range []string{"last_buy", "seen", "birthday"} {
							e.same(t, op, group("and", object{"field": f, "operator": op, "value": 3}), at)
						}
					}
					e.same(t, "anniversary", group("and", object{"field": "birthday", "operator": "anniversaryWithin", "value": 30}), at)
				}
			}
			for _, op := range []string{"<", "<=", ">", ">=", "=", "!="} {
				for _, v := range []string{"0001-01-01", "9999-12-31"} {
					at := segment.At{Now: time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)}
					e.same(t, op, group("and", object{"field": "birthday", "operator": op, "value": v}), at)
					clock := "T00:00:00Z"
					if v[0] == '9' {
						clock = "T23:59:59.999999Z"
					}
					e.same(t, op, group("and", object{"field": "last_buy", "operator": op, "value": v + clock}), at)
					e.same(t, op, group("and", object{"field": "seen", "operator": op, "value": v + clock}), at)
				}
			}
		}
	})
}
