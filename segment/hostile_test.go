package segment

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// NextChange stays quick with as many conditions as the limits allow.
func TestNextChangeCost(t *testing.T) {
	var c customer
	for i := range 200 {
		at := now.Now.Add(-time.Duration(i) * (7*time.Hour + time.Second))
		day := DateOf(at) + Date(i%365)
		c.Orders = append(c.Orders, order{At: &at, Due: &day})
	}
	far := time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC)
	born := NewDate(1992, 2, 29)
	c.LastBuy, c.Birthday = &far, &born
	var windows, days []Expr[customer]
	for i := range 240 {
		windows = append(windows, orders.Window(LastHours(10+13*i)).Count().AtLeast(1000))
		days = append(days, birthday.AnniversaryWithin(i+1))
	}
	for name, e := range map[string]Expr[customer]{
		"windows": Any(windows...), "anniversaries": All(append(days, birthday.IsMissing())...),
		"anniversaries of events": orders.Where(due.AnniversaryWithin(7)).Count().AtLeast(1000),
		"a far instant":           All(birthday.AnniversaryWithin(3), age.Is(1), lastBuy.Within(LastDays(1))),
	} {
		start := time.Now()
		if next, ok := mustCompile(t, e.e, now).NextChange(&c); ok {
			t.Errorf("%s: %v", name, next)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
	// After thousands of years in which only an anniversary comes and goes.
	r := mustCompile(t, All(birthday.AnniversaryWithin(366), lastBuy.Within(LastDays(1))).e, now)
	if next, ok := r.NextChange(&c); !ok || !next.Equal(far) {
		t.Error(next, ok)
	}
}

func TestExplainNearestCount(t *testing.T) {
	for _, tt := range []struct {
		e            Expr[customer]
		nearest, gap string
	}{
		{orders.Count().IsNot(0), "1", "+1"},
		{orders.DistinctDays().NotBetween(0, 3), "4", "+4"},
		{orders.Count().Less(0), "", ""},
		{orders.Count().AtLeast(2), "2", "+2"},
	} {
		x := mustCompile(t, tt.e.e, now).Explain(&customer{})
		if x.Match || x.Nearest != tt.nearest || x.Gap != tt.gap {
			t.Errorf("%+v, want %q %q", x, tt.nearest, tt.gap)
		}
	}
}

// The canonical form of a comparison with a sum at the ends of 64 bits is read.
func TestCanonicalSumEnds(t *testing.T) {
	for _, e := range []Expr[customer]{
		orders.SumInt(qty).More(math.MaxInt64 - 2), Not(orders.SumInt(qty).AtMost(math.MaxInt64 - 2)),
		orders.SumInt(qty).Less(math.MinInt64 + 2), Not(orders.SumInt(qty).AtLeast(math.MinInt64 + 2)),
	} {
		r := mustCompile(t, e.e, now)
		again, err := schema.Parse(r.Canonical())
		if err != nil {
			t.Errorf("%s: %v", r.Canonical(), err)
		} else if mustCompile(t, again.e, now).ID() != r.ID() {
			t.Errorf("%s", r.Canonical())
		}
	}
}

// Zero fields and absurd exponents are faults, and quick ones.
func TestBuilderHostile(t *testing.T) {
	start := time.Now()
	for _, e := range []Expr[customer]{
		spend.Is(decimal.New(1, -2000000000)), orders.Avg(amount).More(decimal.New(7, -2000000000)),
		DecimalField[customer]{}.Is(dec("1")), IntField[customer]{}.Is(1), orders.Avg(DecimalField[order]{}).More(dec("1")),
		orders.Sum(DecimalField[order]{}).More(dec("1")), orders.Top(category, 1).By(DecimalField[order]{}).Includes("tea"),
		orders.Top(category, 1).ByInt(IntField[order]{}).Excludes("tea"), EventsField[customer, order]{}.Avg(amount).More(dec("1")),
	} {
		if _, err := schema.Compile(e, now, nil); len(faults(err)) == 0 {
			t.Error("accepted")
		}
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Error(took)
	}
}

func TestParseInstantStrict(t *testing.T) {
	for in, want := range map[string]error{
		"2026-01-01T00:00:00.0000010009Z":         ErrDecimals,
		"2026-01-01T00:00:00.0000010000000+08:00": nil,
		"2026-01-01T00:00:00-08:00":               nil,
		"2026-01-01T0:00:00Z":                     ErrValue,
	} {
		if _, err := parseInstant(in); !errors.Is(err, want) {
			t.Errorf("%s: %v", in, err)
		}
	}
	_, err := schema.Parse([]byte(group0(`{"field":"$segment","operator":"inSegment","value":"a","match":{"mode":"none"}}`)))
	if got := faults(err); !slices.Equal(got, []string{"/rules/0/match operator"}) {
		t.Error(got)
	}
}

// A document with very many faults lists the first hundred.
func TestTooManyFaults(t *testing.T) {
	_, err := schema.Parse([]byte(group0(strings.TrimSuffix(strings.Repeat(rule0("agee", "=", `1`)+",", 300), ","))))
	if n := len(faults(err)); n != maxFaults+1 || !errors.Is(err, guanxi.ErrTooMany) {
		t.Error(n, err)
	}
}

// What Parse accepts as to the number of nodes, Compile does.
func TestNodesOfNegatedGroups(t *testing.T) {
	one := `{"combinator":"and","not":true,"rules":[` + rule0("age", "=", `1`) + `]}`
	e, err := schema.Parse([]byte(group0(strings.TrimSuffix(strings.Repeat(one+",", 249), ","))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := schema.Compile(e, now, nil); err != nil {
		t.Error(err)
	}
	if _, err := schema.Format(Any(e, e)); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

// A filter of events that is empty, or muted as a whole, is every event; it has
// the parts of any group.
func TestFilterOfNothing(t *testing.T) {
	count := func(filter string) string {
		return group0(`{"field":"orders","match":{"mode":"atLeast","threshold":1},"value":` + filter + `}`)
	}
	tea, muted := rule0("category", "=", `"tea"`), `{"field":"category","operator":"=","value":"tea","muted":true}`
	every, err := schema.Compile(orders.Count().AtLeast(1), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range []string{
		`{"combinator":"and","rules":[]}`, `{"combinator":"or","rules":[` + muted + `,` + muted + `]}`, `{"combinator":"or","muted":true,"rules":[` + tea + `]}`,
		`{"combinator":"and","rules":[{"combinator":"or","not":true,"rules":[` + muted + `]}]}`, `{"combinator":"and","not":true,"muted":true,"rules":[]}`, `null`, `""`,
	} {
		e, err := schema.Parse([]byte(count(filter)))
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		} else if mustCompile(t, e.e, now).ID() != every.ID() {
			t.Errorf("%s: not every event", filter)
		}
	}
	for filter, want := range map[string]string{
		`{"combinator":"xor","rules":[]}`:                         "/rules/0/value/combinator unsupported",
		`{"combinator":"nor","rules":[]}`:                         "/rules/0/value/combinator rule",
		`{"rules":[]}`:                                            "/rules/0/value rule",
		`{"combinator":"and","rules":[],"muted":1}`:               "/rules/0/value/muted rule",
		`{"combinator":"and","rules":[],"disabled":1}`:            "/rules/0/value/disabled rule",
		`{"combinator":"and","not":true,"rules":[]}`:              "/rules/0/value empty",
		`{"combinator":"and","not":true,"rules":[` + muted + `]}`: "/rules/0/value empty",
		`{"combinator":"and","rules":[],"x":1}`:                   "/rules/0/value/x key",
	} {
		if _, err := schema.Parse([]byte(count(filter))); !slices.Equal(faults(err), []string{want}) {
			t.Errorf("%s: %v, want %s", filter, faults(err), want)
		}
	}
	// A match of all events needs conditions that are not muted.
	_, err = schema.Parse([]byte(group0(`{"field":"orders","match":{"mode":"all"},"value":{"combinator":"and","rules":[` + muted + `]}}`)))
	if got := faults(err); !slices.Equal(got, []string{"/rules/0/value empty"}) {
		t.Error(got)
	}
}

// A count may be compared with a number below 0.
func TestNegativeThreshold(t *testing.T) {
	for mode, want := range map[string]bool{"atLeast": true, "atMost": false, "exactly": false} {
		e, err := schema.Parse([]byte(group0(`{"field":"orders","match":{"mode":"` + mode + `","threshold":-1}}`)))
		if err != nil {
			t.Fatal(err)
		}
		r := mustCompile(t, e.e, now)
		if r.Match(&customer{}) != want {
			t.Error(mode)
		}
		if again, err := schema.Parse(r.Canonical()); err != nil || mustCompile(t, again.e, now).ID() != r.ID() {
			t.Error(mode, err)
		}
	}
}
