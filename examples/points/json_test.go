package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
	"github.com/guanxi-go/guanxi/loyalty"
)

// applied runs commands of a text and reads the lines that are printed.
func applied(t *testing.T, args ...string) ([]result, summary) {
	t.Helper()
	code, stdout, stderr := pointed(append([]string{"-json"}, args...)...)
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	read := func(line string, v any) {
		t.Helper()
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(v); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
	}
	results, end := make([]result, len(lines)-1), summary{}
	for i := range results {
		read(lines[i], &results[i])
	}
	read(lines[len(lines)-1], &end)
	return results, end
}

// names are the fields of an object.
func names(t *testing.T, raw []byte) string {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return strings.Join(slices.Sorted(maps.Keys(m)), " ")
}

// The fields of -json are these and no others.
func TestSchema(t *testing.T) {
	_, stdout, _ := pointed(with("-json")...)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	want := map[string]int{
		"account at balance balances key line ok op points results seq tier":                  0,
		"account at back balance balances key line ok op points results seq tier":             0,
		"account at balance balances key line ok op points seq tier":                          0,
		"account at balance balances key line ok op points repeated results seq tier":         0,
		"account at balance balances error key line ok op tier":                               0,
		"account at balance balances key line ok op points tier":                              0, // resume
		"account at balance balances coupons key line ok op points results seq tier":          0,
		"account at balance balances coupons key line ok op points tier":                      0,
		"account at balance balances coupons key line ok op points repeated results seq tier": 0,
	}
	for _, line := range lines[:len(lines)-1] {
		n := names(t, []byte(line))
		if _, ok := want[n]; !ok {
			t.Errorf("fields %s", n)
		}
		want[n]++
	}
	for n, seen := range want {
		if seen == 0 {
			t.Errorf("no line with %s", n)
		}
	}
	last := []byte(lines[len(lines)-1])
	if n := names(t, last); n != "accepted accounts at commands currency expired issued kind kinds liability outstanding redeemed rejected repeated" {
		t.Errorf("sums %s", n)
	}
	_, stdout, _ = pointed("-json", "-customers", "20")
	if n := names(t, []byte(stdout)); n != "accounts breakage commands currency expired from issued liability outstanding owed proposals redeemed revenue roll_forward statement tier_history tiers to" {
		t.Errorf("year %s", n)
	}
}

// Every op of the file is there once at least, and the sums are what the lines say.
func TestEveryOp(t *testing.T) {
	results, end := applied(t, fileArgs...)
	seen := map[string]bool{}
	for _, r := range results {
		seen[r.Op] = seen[r.Op] || r.OK
		if r.OK == (r.Error != nil) || r.OK == (r.Seq == 0) && r.Op != "resume" && r.Op != "coupon" {
			t.Errorf("%+v", r)
		}
	}
	for op := range ops {
		if !seen[op] {
			t.Errorf("no %s was carried out", op)
		}
	}
	if end.Commands != len(results) || end.Accepted+end.Repeated+end.Rejected != len(results) || end.Accounts != 8 {
		t.Errorf("%+v", end)
	}
	for _, k := range end.Kinds {
		if k.Opening+k.Issued-k.Redeemed-k.Expired-k.TakenBack-k.Donated+k.Transferred+k.Adjusted != k.Closing || k.Closing+k.ClosingDebt != k.Outstanding {
			t.Errorf("%+v", k)
		}
	}
}

// What is refused changes nothing, and says why.
func TestRefusals(t *testing.T) {
	const first = `{"op": "earn", "account": "a", "key": "k1", "at": "2025-01-01T00:00:00Z", "order": {"id": "o1", "lines": [{"id": "1", "amount": "100"}]}}` + "\n"
	program := commandtest.File(t, "program.json", `{"version": 1, "decimals": 2, "currency": "CNY", "kinds": [{"id": "points", "spendable": true}],
		"earning": [{"id": "base", "kind": "points", "points": "1", "per": "1"}], "rewards": [{"id": "mug", "kind": "points", "points": 500}]}`)
	for _, tt := range []struct{ line, code, pointer string }{
		{`"op": "earn", "order": {"id": "o1", "lines": [{"id": "1", "amount": "5"}]}`, "order_exists", "/order/id"},
		{`"op": "earn", "order": {"id": "o2", "lines": [{"id": "1", "amount": -5}]}`, "amount", "/order/lines/0/amount"},
		{`"op": "earn", "order": {"id": "o2", "lines": [{"id": "1", "amount": "0.001"}]}`, "decimals", "/order/lines/0/amount"},
		{`"op": "earn", "order": {"id": "o2", "lines": [{"id": "1", "amount": "1e300"}]}`, "overflow", "/order/lines/0/amount"},
		{`"op": "earn", "order": {"id": "o2", "lines": [{"id": "1", "amount": 1e-300}]}`, "decimals", "/order/lines/0/amount"},
		{`"op": "earn", "order": {"id": "o2", "currency": "USD", "lines": [{"id": "1", "amount": 5}]}`, "currency", "/order/currency"},
		{`"op": "redeem", "spend": {"reward": "mug"}`, "not_enough", ""},
		{`"op": "redeem", "spend": {"reward": "cup"}`, "unknown", "/spend/reward"},
		{`"op": "redeem", "spend": {"kind": "points", "points": -3}`, "amount", "/spend/points"},
		{`"op": "adjust", "kind": "points", "points": 0`, "amount", "/points"},
		{`"op": "adjust", "kind": "stars", "points": 5`, "unknown", "/kind"},
		{`"op": "adjust", "kind": "points", "points": 9223372036854775807`, "overflow", ""},
		{`"op": "capture", "hold": "h"`, "hold_unknown", "/hold"},
		{`"op": "refund", "order": "o1", "refund": "r1", "lines": [{"line": "1", "amount": "100.01"}]`, "refund_too_much", "/lines/0"},
		{`"op": "refund", "order": "o9", "refund": "r1"`, "order_unknown", "/order"},
		{`"op": "return", "redemption": "k9"`, "redemption_unknown", "/redemption"},
		{`"op": "transfer", "to": "a", "kind": "points", "points": 5`, "peer", "/to"},
		{`"op": "transfer", "to": "b", "kind": "points", "points": 101`, "not_enough", ""},
		{`"op": "receive"`, "unknown", "/key"},
		{`"op": "refer", "side": "friend", "friend": "a", "purchase": "o7"`, "order_unknown", "/purchase"},
		{`"op": "tier", "grant": {"action": "buy", "tier": "gold"}`, "tier_unknown", ""},
		{`"op": "thaw"`, "not_frozen", ""},
		{`"op": "close"`, "not_empty", ""},
		{`"op": "merge", "into": "a"`, "peer", "/into"},
		{`"op": "act", "activity": "dance"`, "unknown", "/activity"},
	} {
		lines := first + `{"account": "a", "key": "k2", "at": "2025-01-02T00:00:00Z", ` + tt.line + "}\n"
		results, end := applied(t, "-program", program, "-commands", commandtest.File(t, "commands.ndjson", lines))
		r := results[1]
		if r.OK || r.Error.Code != tt.code || !strings.HasPrefix(r.Error.Pointer, tt.pointer) || r.Error.Message == "" || r.Balance != 100 || end.Issued != 100 || end.Outstanding != 100 || end.Rejected != 1 {
			t.Errorf("%s: %+v %+v, %d issued", tt.line, r, r.Error, end.Issued)
		}
	}
	for _, at := range []string{"0000-01-01T00:00:00Z", "2024-12-31T00:00:00Z"} {
		results, end := applied(t, "-program", program, "-commands", commandtest.File(t, "commands.ndjson", first+`{"op": "thaw", "account": "a", "key": "k2", "at": "`+at+`"}`))
		if results[1].OK || end.Accounts != 1 {
			t.Errorf("%s: %+v", at, results[1])
		}
	}
	alone := commandtest.File(t, "commands.ndjson", `{"op": "thaw", "account": "a", "key": "k2", "at": "0000-01-01T00:00:00Z"}`)
	if _, end := applied(t, "-program", program, "-commands", alone); end.Accounts != 0 || end.Liability.Valid || len(end.Kinds) != 0 {
		t.Errorf("%+v", end)
	}
	if _, end := applied(t, "-program", program, "-commands", commandtest.File(t, "commands.ndjson", first), "-worth", "0.015"); !end.Liability.Valid || end.Liability.Decimal.String() != "1.5" {
		t.Errorf("%+v", end.Liability)
	}
}

// The year's figures fit together, whatever the seed.
func TestYearLaws(t *testing.T) {
	for _, args := range [][]string{{"-customers", "50"}, {"-customers", "50", "-seed", "5"}} {
		y := commandtest.JSON[jsonYear](t, pointed, "", args...)
		sums := loyalty.Points(0)
		for _, k := range y.Owed.Kinds {
			for _, b := range k.Ages {
				sums += b.Total
			}
		}
		r := y.RollForward.Year
		if y.Accounts == 0 || y.Issued == 0 || y.Redeemed == 0 || sums != y.Outstanding || r.Closing+r.ClosingDebt != y.Outstanding || len(y.RollForward.Quarters) != 4 {
			t.Errorf("%q: %+v", args, r)
		}
		if !y.Revenue.Recognised.Add(y.Revenue.Deferred).Equal(y.Revenue.Allocated) {
			t.Errorf("%q: %v", args, y.Revenue)
		}
		for _, p := range y.Proposals {
			if !p.Balance().IsZero() {
				t.Errorf("%q: %v", args, p)
			}
		}
		available := y.Statement.Opening.Available
		for _, l := range y.Statement.Lines {
			available += l.Available
		}
		if available != y.Statement.Closing.Available || len(y.TierHistory) == 0 {
			t.Errorf("%q: %d, %d", args, available, y.Statement.Closing.Available)
		}
	}
}
