package segment

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// faults returns pointer and code of every fault.
func faults(err error) []string {
	var out []string
	for fe := range guanxi.Faults(err) {
		code := "?"
		if f := (*Fault)(nil); errors.As(fe.Err, &f) {
			code = string(f.Code())
		}
		out = append(out, fe.Pointer+" "+code)
	}
	return out
}

func group0(rules ...string) string {
	return `{"combinator":"and","rules":[` + strings.Join(rules, ",") + `]}`
}

func rule0(field, op, value string) string {
	return fmt.Sprintf(`{"field":%q,"operator":%q,"value":%s}`, field, op, value)
}

func TestParseFaults(t *testing.T) {
	meta := func(op, value, meta string) string {
		return group0(fmt.Sprintf(`{"field":"orders","operator":%q,"value":%s,"meta":%s}`, op, value, meta))
	}
	many := strings.Repeat(`1,`, 1000) + "1"
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{"unknown field", group0(rule0("contry", "=", `"CN"`)), []string{"/rules/0/field field"}},
		{"operator of another type", group0(rule0("country", "<", `"CN"`)), []string{"/rules/0/operator operator"}},
		{"unknown operator", group0(rule0("age", "≥", `1`)), []string{"/rules/0/operator operator"}},
		{"text for a number", group0(rule0("age", "=", `"x"`)), []string{"/rules/0/value value"}},
		{"fraction for an int", group0(rule0("age", "=", `2.5`)), []string{"/rules/0/value value"}},
		{"number for a text", group0(rule0("country", "=", `1`)), []string{"/rules/0/value value"}},
		{"NaN", group0(rule0("spend", "=", `"NaN"`)), []string{"/rules/0/value value"}},
		{"infinity", group0(rule0("spend", "=", `"Infinity"`)), []string{"/rules/0/value value"}},
		{"hexadecimal", group0(rule0("age", "=", `"0x10"`)), []string{"/rules/0/value value"}},
		{"scale", group0(rule0("spend", ">=", `2000.005`)), []string{"/rules/0/value decimals"}},
		{"huge", group0(rule0("spend", ">=", `1e30`), rule0("age", "=", `9223372036854775808`)), []string{"/rules/0/value range", "/rules/1/value range"}},
		{"huge exponent", group0(rule0("spend", ">=", `"1e99999999999999999999"`)), []string{"/rules/0/value range"}},
		{"sum beyond", meta("<=", `"92233720368547758.07"`, `{"aggregate":"sum","of":"amount"}`), []string{"/rules/0/value range"}},
		{"empty list", group0(rule0("age", "in", `[]`), rule0("country", "in", `", ,"`)), []string{"/rules/0/value empty", "/rules/1/value empty"}},
		{"empty text", group0(rule0("country", "contains", `""`)), []string{"/rules/0/value empty"}},
		{"reversed", group0(rule0("age", "between", `[40,25]`), rule0("birthday", "between", `"2026-02-01,2026-01-01"`)), []string{"/rules/0/value reversed", "/rules/1/value reversed"}},
		{"three bounds", group0(rule0("age", "between", `[1,2,3]`), rule0("age", "between", `"1,2,3"`)), []string{"/rules/0/value value", "/rules/1/value value"}},
		{"list with commas", group0(rule0("note", "in", `"a,b"`)), []string{"/rules/0/value value"}},
		{"scalar for a list", group0(rule0("age", "in", `5`)), []string{"/rules/0/value value"}},
		{"element", group0(rule0("age", "in", `[1,"x",3,null]`)), []string{"/rules/0/value/1 value", "/rules/0/value/3 value"}},
		{"long list", group0(rule0("age", "in", "["+many+"]"), rule0("age", "in", `"`+many+`"`)), []string{"/rules/0/value limit", "/rules/1/value limit"}},
		{"long text", group0(rule0("country", "=", `"`+strings.Repeat("x", 1025)+`"`)), []string{"/rules/0/value limit"}},
		{"zero byte", group0(rule0("country", "in", `["a","b\u0000"]`)), []string{"/rules/0/value/1 value"}},
		{"date for an instant", group0(rule0("last_buy", "=", `"2026-01-01"`)), []string{"/rules/0/value value"}},
		{"instant without zone", group0(rule0("last_buy", "<", `"2026-01-01T10:00:00"`)), []string{"/rules/0/value value"}},
		{"nanoseconds", group0(rule0("last_buy", "<", `"2026-01-01T10:00:00.000000001Z"`)), []string{"/rules/0/value decimals"}},
		{"year 0", group0(rule0("last_buy", "<", `"0000-01-01T10:00:00Z"`), rule0("birthday", "<", `"0000-01-01"`)), []string{"/rules/0/value time", "/rules/1/value value"}},
		{"instant for a date", group0(rule0("birthday", "=", `"2026-01-01T10:00:00Z"`)), []string{"/rules/0/value value"}},
		{"bool", group0(rule0("vip", "=", `1`)), []string{"/rules/0/value value"}},
		{"windows", group0(rule0("last_buy", "withinDays", `0`), rule0("last_buy", "withinMonths", `121`), rule0("last_buy", "withinDays", `"x"`), rule0("birthday", "anniversaryWithin", `367`), rule0("birthday", "withinHours", `3`), rule0("last_buy", "withinDays", `1e20`)),
			[]string{"/rules/0/value window", "/rules/1/value window", "/rules/2/value window", "/rules/3/value window", "/rules/4/operator operator", "/rules/5/value window"}},
		{"empty group", `{"combinator":"and","rules":[]}`, []string{"/rules empty"}},
		{"all muted", group0(`{"field":"age","operator":"=","value":1,"muted":true}`), []string{" empty"}},
		{"xor", `{"combinator":"xor","rules":[` + rule0("age", "=", `1`) + `]}`, []string{"/combinator unsupported"}},
		{"independent combinators", `{"combinator":"and","rules":[` + rule0("age", "=", `1`) + `,"and",` + rule0("age", "=", `1`) + `]}`, []string{"/rules/1 unsupported"}},
		{"value source", group0(`{"field":"age","operator":"=","value":"r","valueSource":"field"}`), []string{"/rules/0/valueSource unsupported", "/rules/0/value value"}},
		{"unknown keys", `{"combinator":"and","rulez":1,"rules":[{"field":"age","operator":"=","value":1,"vlaue":2}]}`, []string{"/rulez key", "/rules/0/vlaue key"}},
		{"duplicate keys", `{"combinator":"and","combinator":"or","rules":[{"field":"age","field":"r","operator":"=","value":1}]}`, []string{"/combinator duplicate", "/rules/0/field duplicate"}},
		{"duplicate in ignored meta", group0(`{"field":"age","operator":"=","value":1,"meta":{"x":{"a":1,"a":2}}}`), []string{"/rules/0/meta/x/a duplicate"}},
		{"no combinator", `{"rules":[` + rule0("age", "=", `1`) + `]}`, []string{" rule"}},
		{"shapes", `{"combinator":1,"not":"yes","rules":[1,{"operator":"="},{"field":"age"},{"field":"age","operator":"="}]}`,
			[]string{"/not rule", "/combinator rule", "/rules/0 rule", "/rules/1/field rule", "/rules/2/operator rule", "/rules/3/value value"}},
		{"rules", `{"combinator":"and","rules":{}}`, []string{"/rules rule"}},
		{"not an object", `[]`, []string{" rule"}},
		{"syntax", `{"combinator":"and","rules":[}`, []string{"/rules/0 syntax"}},
		{"half", `{"combinator":"and"`, []string{" syntax"}},
		{"data after", group0(rule0("age", "=", `1`)) + "x", []string{" syntax"}},
		{"invalid UTF-8", group0(rule0("country", "=", "\"\xff\"")), []string{"/rules/0/value syntax"}},
		{"surrogate", group0(rule0("country", "=", `"\ud800"`)), []string{"/rules/0/value syntax"}},
		{"nothing", ``, []string{" syntax"}},
		{"size", `"` + strings.Repeat("x", 64<<10) + `"`, []string{" limit"}},
		{"deep", strings.Repeat(`{"combinator":"and","rules":[`, 9) + rule0("age", "=", `1`) + strings.Repeat(`]}`, 9), []string{strings.Repeat("/rules/0", 8) + " limit"}},
		{"very deep", strings.Repeat(`[`, 10000), []string{strings.Repeat("/0", 64) + " limit"}},
		{"nodes", group0(strings.TrimSuffix(strings.Repeat(rule0("age", "=", `1`)+",", 501), ",")), []string{"/rules/499 limit"}},
		{"match of an attribute", group0(`{"field":"age","operator":"=","match":{"mode":"some"},"value":null}`), []string{"/rules/0/match operator"}},
		{"events bare", group0(rule0("orders", "=", `1`)), []string{"/rules/0/meta rule"}},
		{"match", group0(`{"field":"orders","operator":"~","match":{"mode":"atleast","treshold":1},"value":3,"meta":{"windw":1}}`),
			[]string{"/rules/0/match/treshold key", "/rules/0/meta/windw key", "/rules/0/operator operator", "/rules/0/value rule", "/rules/0/match/mode operator"}},
		{"threshold", group0(`{"field":"orders","match":{"mode":"atLeast","threshold":"x"},"value":{"combinator":"and","rules":[{"field":"amuont","operator":"=","value":1}]}}`, `{"field":"orders","match":{"mode":"atMost"},"value":""}`, `{"field":"orders","match":{"mode":"all"}}`),
			[]string{"/rules/0/value/rules/0/field field", "/rules/0/match/threshold value", "/rules/1/match/threshold value", "/rules/2/value empty"}},
		{"aggregates", meta("=", `1`, `{"aggregate":"median","of":"amount"}`), []string{"/rules/0/meta/aggregate rule"}},
		{"of", meta("=", `1`, `{"aggregate":"sum","of":"category"}`), []string{"/rules/0/meta/of field"}},
		{"of nothing", meta("=", `1`, `{"aggregate":"avg"}`), []string{"/rules/0/meta/of field"}},
		{"of unknown", meta("=", `1`, `{"aggregate":"avg","of":"amunt","n":3,"foo":1}`), []string{"/rules/0/meta/foo key", "/rules/0/meta/of field", "/rules/0/meta/n key"}},
		{"in of avg", meta("in", `[1]`, `{"aggregate":"avg","of":"amount"}`), []string{"/rules/0/operator operator"}},
		{"null of count", meta("null", `1`, `{"aggregate":"count"}`), []string{"/rules/0/operator operator"}},
		{"top", meta("in", `["a"]`, `{"aggregate":"top","of":"category","n":0,"by":"category"}`), []string{"/rules/0/meta/n value", "/rules/0/meta/by field"}},
		{"window", meta("=", `1`, `{"aggregate":"distinctDays","window":{"last":30,"unit":"days"}}`), []string{"/rules/0/meta/window/unit window"}},
		{"window too long", meta("=", `1`, `{"aggregate":"distinctDays","window":{"last":4000,"unit":"day"}}`), []string{"/rules/0/meta/window window"}},
		{"sequence", meta("isTrue", `null`, `{"aggregate":"sequence","within":"P1M","then":{"combinator":"and","rules":[`+rule0("qty", "=", `"x"`)+`]}}`), []string{"/rules/0/meta/within window", "/rules/0/meta/then/rules/0/value value"}},
		{"no gap", meta("isTrue", `null`, `{"aggregate":"sequence"}`), []string{"/rules/0/meta/within window"}},
		{"segment in a filter", meta("=", `1`, `{"aggregate":"distinctDays","filter":{"combinator":"and","rules":[`+rule0("$segment", "inSegment", `"x"`)+`]}}`), []string{"/rules/0/meta/filter/rules/0/field field"}},
		{"segment", group0(rule0("$segment", "=", `"x"`), rule0("$segment", "inSegment", `1`), rule0("$segment", "inSegment", `""`)), []string{"/rules/0/operator operator", "/rules/1/value reference", "/rules/2/value reference"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := schema.Parse([]byte(tt.in))
			if got := faults(err); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q\n%v", got, tt.want, err)
			}
			if e.e != nil {
				t.Error("an expression with an error")
			}
		})
	}
}

// Names come back with what is allowed and what is nearest.
func TestFaultNearest(t *testing.T) {
	for in, want := range map[string]string{
		group0(rule0("contry", "=", `"CN"`)):            "country",
		group0(rule0("Age", "=", `1`)):                  "age",
		group0(rule0("country", "contrains", `"x"`)):    "contains",
		`{"combinator":"and","rulse":[]}`:               "rules",
		group0(rule0("zzzzzzzzzzzzzzzzz", "=", `"CN"`)): "",
	} {
		_, err := schema.Parse([]byte(in))
		var f *Fault
		if !errors.As(err, &f) || f.Nearest != want || len(f.Allowed) == 0 {
			t.Errorf("%s: %v", in, err)
		}
		if want != "" && !strings.Contains(err.Error(), want) {
			t.Error(err)
		}
	}
}

// What the editors send is read.
func TestParseHabits(t *testing.T) {
	want := mustCompile(t, All(age.Is(25), spend.AtLeast(dec("2000")), country.In("CN", "SG"), age.Between(1, 9), vip.IsTrue(), lastBuy.Within(LastDays(30)),
		note.IsMissing(), birthday.In(NewDate(2026, 1, 1), NewDate(2026, 1, 2)), tags.HasAny("a", "b")).e, now)
	in := `{"id":"g","path":[],"combinator":"and","not":false,"disabled":true,"meta":{"x":[1,{"y":2}]},"rules":[
		{"id":"1","path":[0],"field":"age","operator":"=","value":" 25 ","valueSource":"value","meta":{"collapsed":true}},
		{"field":"spend","operator":">=","value":2.0e3,"disabled":true},
		{"field":"country","operator":"in","value":" CN , SG,"},
		{"field":"age","operator":"between","value":"1,9"},
		{"field":"vip","operator":"=","value":"true"},
		{"field":"last_buy","operator":"withinDays","value":"30"},
		{"field":"note","operator":"null","value":"stale"},
		{"field":"birthday","operator":"in","value":"2026-01-01,2026-01-02"},
		{"field":"tags","operator":"hasAny","value":"b,a"},
		{"field":"nonsense","operator":"?","value":1,"muted":true},
		{"combinator":"or","rules":[{"field":"age","muted":true}]}
	]}`
	e, err := schema.Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if got := mustCompile(t, e.e, now); string(got.Canonical()) != string(want.Canonical()) {
		t.Errorf("%s\n%s", got.Canonical(), want.Canonical())
	}
	// A match of nested rows is a count.
	for mode, want := range map[string]Expr[customer]{
		`{"mode":"some"}`:                    orders.Where(qty.Is(1)).Count().AtLeast(1),
		`{"mode":"none"}`:                    orders.Where(qty.Is(1)).Count().AtMost(0),
		`{"mode":"all"}`:                     orders.Where(Not(qty.Is(1))).Count().AtMost(0),
		`{"mode":"exactly","threshold":"2"}`: orders.Where(qty.Is(1)).Count().Is(2),
		`{"mode":"atLeast","threshold":2}`:   orders.Where(qty.Is(1)).Count().AtLeast(2),
		`{"mode":"atMost","threshold":2}`:    orders.Where(qty.Is(1)).Count().AtMost(2),
	} {
		e, err := schema.Parse([]byte(group0(`{"field":"orders","operator":"=","match":` + mode + `,"value":` + group0(rule0("qty", "=", `1`)) + `}`)))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := mustCompile(t, e.e, now), mustCompile(t, want.e, now); a.ID() != b.ID() {
			t.Errorf("%s: %s\n%s", mode, a.Canonical(), b.Canonical())
		}
	}
}

func TestBuilderFaults(t *testing.T) {
	other := Int("age", func(c *customer) (int64, bool) { return 0, true }, Meta{})
	deep := age.Is(1)
	for range 9 {
		deep = All(deep, Any(deep))
	}
	for _, tt := range []struct {
		name string
		e    Expr[customer]
		want []string
	}{
		{"zero", Expr[customer]{}, []string{" empty"}},
		{"empty group", All[customer](), []string{"/rules empty"}},
		{"zero inside", Any(age.Is(1), Expr[customer]{}, Not(Expr[customer]{})), []string{"/rules/1 empty", "/rules/2 empty"}},
		{"empty list", country.In(), []string{"/rules/0/value empty"}},
		{"reversed", age.Between(2, 1), []string{"/rules/0/value reversed"}},
		{"scale", All(spend.Is(dec("1.001")), Not(spend.In(dec("1"), dec("2.005")))), []string{"/rules/0 decimals", "/rules/1/rules/0 decimals"}},
		{"range", spend.Is(decimal.New(1, 2000000000)), []string{"/rules/0 range"}},
		{"nanoseconds", lastBuy.Before(time.Unix(0, 1)), []string{"/rules/0 decimals"}},
		{"year", lastBuy.Before(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), []string{"/rules/0 time"}},
		{"day", birthday.Is(math.MaxInt32), []string{"/rules/0 time"}},
		{"foreign field", All(age.Is(1), other.Is(1)), []string{"/rules/1/field field"}},
		{"invalid UTF-8", country.In("a", "\xff"), []string{"/rules/0/value/1 value"}},
		{"zero byte", country.Is("\x00"), []string{"/rules/0/value value"}},
		{"window", All(lastBuy.Within(Window{}), lastBuy.NotWithin(LastDays(-1)), birthday.Within(LastHours(3)), birthday.AnniversaryWithin(0)),
			[]string{"/rules/0/value window", "/rules/1/value window", "/rules/2/operator operator", "/rules/3/value window"}},
		{"count missing", orders.Count().IsMissing(), []string{"/rules/0/operator operator"}},
		{"in of avg", orders.Avg(amount).In(dec("1")), []string{"/rules/0/operator operator"}},
		{"filter", orders.Where(Expr[order]{}).Count().AtLeast(1), []string{"/rules/0/value/rules empty"}},
		{"filter of sum", orders.Where(category.Contains("")).Sum(amount).AtLeast(dec("1")), []string{"/rules/0/meta/filter/rules/0/value empty"}},
		{"then", orders.Then(qty.Between(2, 1), 0), []string{"/rules/0/meta/within window", "/rules/0/meta/then/rules/0/value reversed"}},
		{"gap", orders.Then(qty.Is(1), 1<<62), []string{"/rules/0/meta/within window"}},
		{"top", orders.Top(category, 0).Includes("a"), []string{"/rules/0/meta/n value"}},
		{"event window", orders.Window(LastMonths(1000)).Count().AtLeast(1), []string{"/rules/0/meta/window window"}},
		{"reference", InSegment[customer](""), []string{"/rules/0/value reference"}},
		{"deep", deep, []string{strings.Repeat("/rules/1/rules/0", 4) + " limit"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := schema.Compile(tt.e, now, nil)
			got := faults(err)
			if tt.name == "deep" && len(got) > 0 {
				got = []string{"" + got[len(got)-1][strings.LastIndex(got[len(got)-1], " "):]}
				tt.want = []string{" limit"}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q\n%v", got, tt.want, err)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	segments := map[string]Expr[customer]{
		"vip": vip.IsTrue(), "a": All(InSegment[customer]("b"), age.Is(1)), "b": Not(InSegment[customer]("a")), "self": InSegment[customer]("self"),
		"bad": All(age.Between(2, 1)), "far": InSegment[customer]("nowhere"), "down": errorSegment,
	}
	for i := range 8 {
		next := InSegment[customer](fmt.Sprint("c", i+1))
		segments[fmt.Sprint("c", i)] = All(next, next)
	}
	segments["c8"] = age.Is(1)
	broken := errors.New("disk")
	resolve := func(id string) (Expr[customer], error) {
		if id == "down" {
			return Expr[customer]{}, broken
		}
		if e, ok := segments[id]; ok {
			return e, nil
		}
		return Expr[customer]{}, ErrReference
	}
	compile := func(e Expr[customer]) error { _, err := schema.Compile(e, now, resolve); return err }
	if err := compile(All(InSegment[customer]("vip"), Not(InSegment[customer]("vip")), InSegment[customer]("c4"))); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct {
		e    Expr[customer]
		want string
		err  error
	}{
		{InSegment[customer]("a"), "/rules/0/value cycle", ErrCycle},
		{Any(age.Is(1), Not(InSegment[customer]("self"))), "/rules/1/value cycle", ErrCycle},
		{Any(age.Is(1), InSegment[customer]("nowhere")), "/rules/1/value reference", ErrReference},
		{InSegment[customer]("far"), "/rules/0/value reference", ErrReference},
		{InSegment[customer]("bad"), "/rules/0/value reference", ErrReversed},
		{InSegment[customer]("down"), "/rules/0/value reference", broken},
		{InSegment[customer]("c3"), "/rules/0/value limit", ErrLimit},
		{All(InSegment[customer]("c4"), InSegment[customer]("c3")), "/rules/1/value limit", ErrLimit},
	} {
		err := compile(tt.e)
		if got := faults(err); len(got) == 0 || got[0] != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%q, want %q: %v", got, tt.want, err)
		}
	}
	if _, err := schema.Compile(InSegment[customer]("vip"), now, nil); !errors.Is(err, ErrReference) {
		t.Error(err)
	}
	// References that double at every step are counted as if written out.
	small := MustSchema[customer](SchemaConfig{Limits: Limits{References: 20, Depth: 32}}, age, vip)
	for i := range 18 {
		next := InSegment[customer](fmt.Sprint("d", i+1))
		segments[fmt.Sprint("d", i)] = All(next, next)
	}
	segments["d18"] = age.Is(1)
	if _, err := small.Compile(InSegment[customer]("d0"), now, resolve); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

var errorSegment = Expr[customer]{}

func TestSchemaFaults(t *testing.T) {
	get := func(*customer) (int64, bool) { return 0, false }
	_, err := NewSchema[customer](SchemaConfig{Limits: Limits{Depth: 33, Nodes: -1}},
		Int("age", get, Meta{}), Int("age", get, Meta{Kind: "astral", Trait: "guess"}), Int[customer]("", nil, Meta{Folded: true}), nil, Decimal("x y", 19, get, Meta{}),
		Instant("t", func(*customer) (time.Time, bool) { return time.Time{}, false }, Meta{Column: Column{"t", MinorUnits}}), IntField[customer]{},
		Events("e", func(*customer) ([]order, bool) { return nil, false }, InstantField[order]{}, []Field[order]{qty, qty, Tags("tags", func(*order) ([]string, bool) { return nil, false }, Meta{}), nil}, Meta{}),
		TagsField[customer]{}, EventsField[customer, order]{})
	if !errors.Is(err, ErrSchema) || !errors.Is(err, ErrLimits) {
		t.Fatal(err)
	}
	var got []string
	for fe := range guanxi.Faults(err) {
		got = append(got, fe.Pointer)
	}
	for _, want := range []string{"/limits/depth", "/limits/nodes", "/fields/1/name", "/fields/1/kind", "/fields/1/trait", "/fields/2/name", "/fields/2/folded", "/fields/2", "/fields/3", "/fields/4/decimals"} {
		if !slices.Contains(got, want) {
			t.Errorf("no fault at %s: %v", want, got)
		}
	}
	if _, err := NewSchema[customer](SchemaConfig{}); !errors.Is(err, ErrSchema) {
		t.Error(err)
	}
	var l Limits
	if err := json.Unmarshal([]byte(`{"depth":40}`), &l); !errors.Is(err, ErrLimits) {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{"depth":4,"nodes":7}`), &l); err != nil || l.Depth != 4 || l.withDefaults().List != DefaultList {
		t.Error(err, l)
	}
}

func TestAtFaults(t *testing.T) {
	for _, at := range []At{{}, {Now: now.Now, WeekStart: 7}, {Now: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}, {Now: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)}, {Now: time.Unix(1<<55, 0)}} {
		r, err := schema.Compile(age.Between(2, 1), at, nil)
		if r != nil || !errors.Is(err, ErrTime) || !errors.Is(err, ErrReversed) {
			t.Error(at, err)
		}
		if _, err := mustCompile(t, age.Is(1).e, now).At(at); !errors.Is(err, ErrTime) {
			t.Error(err)
		}
	}
	if _, err := schema.Format(age.Between(2, 1)); !errors.Is(err, ErrReversed) {
		t.Error(err)
	}
	for _, s := range []string{"2026-02-30", "0000-01-01", "2026-1-1", ""} {
		if _, err := ParseDate(s); !errors.Is(err, ErrDate) {
			t.Error(s, err)
		}
	}
	var d Date
	if err := json.Unmarshal([]byte(`"2028-02-29"`), &d); err != nil || d.String() != "2028-02-29" {
		t.Error(d, err)
	}
	if _, err := json.Marshal(Date(math.MaxInt32)); !errors.Is(err, ErrDate) {
		t.Error(err)
	}
}

// A getter that panics is not hidden.
func TestGetterPanics(t *testing.T) {
	bad := Int("bad", func(*customer) (int64, bool) { panic("getter") }, Meta{})
	r, err := MustSchema[customer](SchemaConfig{}, bad).Compile(bad.Is(1), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []func(){func() { r.Match(&customer{}) }, func() { r.Explain(&customer{}) }} {
		func() {
			defer func() {
				if recover() != "getter" {
					t.Error("hidden")
				}
			}()
			f()
		}()
	}
}
