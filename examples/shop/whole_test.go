package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
)

// smallShop is what -json says of a small simulated shop.
func smallShop(t *testing.T, args ...string) whole {
	t.Helper()
	return commandtest.JSON[whole](t, shop, "", append([]string{"-customers", "2000"}, args...)...)
}

// same compares two figures that must be one.
func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Every customer is somewhere, and nowhere twice.
func TestCustomersAddUp(t *testing.T) {
	w := smallShop(t)
	buyers := lo.SumBy(w.HeatMap.Cells, func(c wholeHeatCell) int { return c.Customers })
	if len(w.Unknown) != 0 || buyers == 0 || buyers > w.Customers {
		t.Fatalf("%d buyers of %d customers; unknown: %v", buyers, w.Customers, w.Unknown)
	}
	same(t, "segments", lo.SumBy(w.Segments, func(s jsonSegment) int { return s.Customers }), w.Customers)
	same(t, "stages", lo.SumBy(w.LifeCycle.Stages, func(s wholeStage) int { return s.Customers }), buyers)
	same(t, "values", lo.SumBy(w.Value.Distribution, func(b wholeValueBin) int { return b.Customers }), buyers)
	same(t, "values by segment", lo.SumBy(w.Value.Segments, func(s wholeSegmentValue) int { return s.Customers }), buyers)
	same(t, "left and present", w.Churn.Left+w.Churn.Present, buyers)
	same(t, "risks", lo.SumBy(w.Churn.Bands, func(b wholeRiskBand) int { return b.Customers }), w.Churn.Present)
	same(t, "curves", lo.SumBy(w.Survival.Curves, func(c wholeCurve) int { return c.Customers }), buyers)
	same(t, "cohorts", w.Cohorts.Earlier+lo.SumBy(w.Cohorts.Rows, func(c wholeCohort) int64 { return c.Customers }), int64(buyers))
	same(t, "hold-out", lo.SumBy(w.Value.HoldOut.ByFrequency, func(c wholeHoldOutClass) int { return c.Customers }), w.Value.HoldOut.Customers)
	same(t, "moves", lo.SumBy(w.Migration.Flows, func(f wholeFlow) int { return f.Customers }), w.Customers)
	same(t, "the curve of the revenue", w.Pareto.Points[len(w.Pareto.Points)-1], wholeParetoPoint{buyers, 1, 1})
}

// Money is the same in every part.
func TestMoneyAddsUp(t *testing.T) {
	w := smallShop(t)
	sum := func(of func(yield func(string))) decimal.Decimal {
		total := decimal.Zero
		of(func(s string) { total = total.Add(decimal.RequireFromString(s)) })
		return total
	}
	revenue := decimal.RequireFromString(w.Revenue)
	for what, got := range map[string]decimal.Decimal{
		"heat map":  sum(func(y func(string)) { lo.ForEach(w.HeatMap.Cells, func(c wholeHeatCell, _ int) { y(c.Revenue) }) }),
		"migration": sum(func(y func(string)) { lo.ForEach(w.Migration.Flows, func(f wholeFlow, _ int) { y(f.After) }) }),
	} {
		if !got.Equal(revenue) {
			t.Errorf("%s: %v, want %v", what, got, revenue)
		}
	}
	value := lo.SumBy(w.Value.Segments, func(s wholeSegmentValue) float64 { return *s.Value })
	if math.Abs(value/(*w.Value.Total)-1) > 1e-12 || w.Value.Interval.Low >= value || w.Value.Interval.High <= value {
		t.Errorf("segments are worth %v, all %v in %v", value, *w.Value.Total, w.Value.Interval)
	}
}

// What was issued is redeemed, expired, taken back or outstanding.
func TestPointsAddUp(t *testing.T) {
	p := smallShop(t).Points
	same(t, "all", p.Issued-p.Redeemed-p.Expired-p.TakenBack, p.Outstanding-p.Debt)
	same(t, "kinds", p.Available+p.Pending, p.Outstanding)
	var sum flows
	for _, m := range p.Months {
		sum.add(flows{m.Issued, m.Redeemed, m.Expired, m.TakenBack})
		same(t, m.Month, m.Outstanding, sum.net())
	}
	same(t, "months", sum, flows{p.Issued, p.Redeemed, p.Expired, p.TakenBack})
	same(t, "ages", lo.SumBy(p.Ages, func(a wholePointsAge) int64 { return a.Points }), p.Outstanding)
	same(t, "expiring", lo.SumBy(p.Expiring, func(e wholePointsMonthEnd) int64 { return e.Points }), p.Outstanding)
	same(t, "tiers", int64(lo.SumBy(p.Tiers, func(x wholeTier) int { return x.Customers })), p.Accounts)
	same(t, "liability", p.Liability, decimal.New(p.Outstanding, -2).StringFixed(2))
	if p.Redeemed == 0 || p.Expired == 0 || p.TakenBack == 0 || !p.Redeeming {
		t.Errorf("nothing happened: %+v", sum)
	}
}

// Shares sum to 1, and curves fall.
func TestRatesAddUp(t *testing.T) {
	w := smallShop(t)
	n := len(w.LifeCycle.Stages)
	for from := range n {
		row := w.LifeCycle.Flows[from*n : (from+1)*n]
		same(t, row[0].From, lo.SumBy(row, func(f wholeStageFlow) int64 { return f.N }), row[0].Of)
		if total := lo.SumBy(row, func(f wholeStageFlow) float64 { return *f.Share }); math.Abs(total-1) > 1e-12 {
			t.Errorf("from %s: shares sum to %v", row[0].From, total)
		}
	}
	for _, c := range w.Survival.Curves {
		falls := slices.IsSortedFunc(c.Points, func(a, b wholeCurvePoint) int {
			return lo.Ternary(a.Share < b.Share || a.Day >= b.Day, 1, -1)
		})
		if len(c.Points) > mostPoints || c.Points[0].Share != 1 || !falls {
			t.Errorf("%s: %d points, in order: %v", c.Group, len(c.Points), falls)
		}
	}
	for _, row := range w.Cohorts.Rows {
		same(t, row.Month, row.Cells[0].N, row.Customers)
	}
	for _, v := range w.NPS.Waves {
		same(t, v.Name, v.Promoters+v.Passives+v.Detractors, v.Answers)
		if v.Score != nil && math.Abs(*v.Score-float64(v.Promoters-v.Detractors)/float64(v.Answers)) > 1e-12 {
			t.Errorf("%s: score %v", v.Name, *v.Score)
		}
	}
	actual := 0.0
	for _, k := range w.Value.HoldOut.Periods {
		if k.HeldOut {
			actual += k.Actual
		}
	}
	// Orders refunded since the calibration make them differ a little.
	if math.Abs(actual/w.Value.HoldOut.Actual-1) > 0.01 {
		t.Errorf("repeat purchases of the hold-out: %v, want %v", actual, w.Value.HoldOut.Actual)
	}
}

// One action a customer, as many of each kind as asked for, and held out by the hash.
func TestActions(t *testing.T) {
	w := smallShop(t, "-actions", "40", "-holdout", "0.5", "-salt", "autumn")
	kinds := lo.CountValuesBy(w.Actions.List, func(a wholeAction) string { return a.Do })
	if kinds[doCall] != 40 || kinds[doThank] != 40 || kinds[doWinBack] != 40 || len(kinds) != 3 {
		t.Errorf("kinds %v", kinds)
	}
	seen, held := map[string]bool{}, 0
	for _, a := range w.Actions.List {
		arm := winback.ArmOf(winback.Holdout{Salt: "autumn", Share: 0.5}, guanxi.StringKey[string](), a.Customer)
		if seen[a.Customer] || a.Reason == "" || a.Stake <= 0 || a.HeldOut != (arm == winback.Held) {
			t.Errorf("%+v", a)
		}
		seen[a.Customer] = true
		held += int(one(a.HeldOut))
	}
	if held < 40 || held > 80 {
		t.Errorf("%d of 120 held out by a half", held)
	}
	w = smallShop(t, "-actions", "0", "-holdout", "0")
	if len(w.Actions.List) != 0 {
		t.Errorf("%+v", w.Actions)
	}
}

// The report does not depend on how many workers there are.
func TestWorkers(t *testing.T) {
	run := func(workers string) string {
		code, stdout, stderr := shop("-customers", "5000", "-json", "-workers", workers)
		if code != 0 || stderr != "" {
			t.Fatal(code, stderr)
		}
		return stdout
	}
	if alone := run("1"); alone != run("2") || alone != run("7") {
		t.Error("the workers decide")
	}
}

// The README says what every part of -json is.
func TestDocumented(t *testing.T) {
	_, stdout, _ := shop("-customers", "500", "-json", "-scores")
	var parts map[string]json.RawMessage
	if err := json.Unmarshal([]byte(stdout), &parts); err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range parts {
		if !bytes.Contains(readme, []byte("`"+name)) {
			t.Errorf("the README says nothing of %s", name)
		}
	}
}

// A small shop has the same figures as ever, to six digits, each at its place in -json.
func TestFigures(t *testing.T) {
	list := func(args ...string) (int, string, string) {
		code, stdout, stderr := shop(args...)
		var v any
		dec := json.NewDecoder(strings.NewReader(stdout))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err, stderr)
		}
		return code, strings.Join(figures(nil, "", v), "\n") + "\n", stderr
	}
	commandtest.Golden(t, list, "small.figures", "-customers", "120", "-json", "-scores", "-top", "2", "-actions", "2")
}

// figures lists the leaves of v by their pointers, the first few of a list.
func figures(lines []string, at string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			lines = figures(lines, at+"/"+k, v[k])
		}
	case []any:
		for i, x := range v[:min(5, len(v))] {
			lines = figures(lines, fmt.Sprintf("%s/%d", at, i), x)
		}
	case json.Number:
		x, _ := v.Float64()
		if text := v.String(); strings.ContainsAny(text, ".eE") {
			return append(lines, fmt.Sprintf("%s %.6g", at, x))
		}
		return append(lines, at+" "+v.String())
	default:
		return append(lines, fmt.Sprintf("%s %v", at, v))
	}
	return lines
}

// Answers of a file are counted; what is wrong with a file is said row by row.
func TestAnswers(t *testing.T) {
	log := csvLog(t, "customer,date,amount\nA,2024-01-05,10.00\nB,2024-02-06,10.00\nA,2024-03-05,10.00\n")
	file := func(text string) string { return commandtest.File(t, "answers.csv", text) }
	w := shopJSON(t, log)
	if w.NPS != nil || w.Unknown["nps"] == "" || w.Points.Redeeming || w.Simulated {
		t.Errorf("a log without answers: %+v, %+v", w.NPS, w.Unknown)
	}
	w = shopJSON(t, log, "-answers", file("customer,score,date\nA,3,2024-02-01\nA,10,2024-02-02\nB,9,2024-02-07\nX,0,2024-02-08\nB,0,2024-03-06\n"))
	if n := w.NPS; n == nil || n.Answers != 3 || n.Unknown != 1 || n.Source != "answers.csv" || math.Abs(n.Score-1.0/3) > 1e-12 || len(n.Waves) != 1 {
		t.Errorf("%+v", n)
	}
	for _, tt := range []struct{ text, want string }{
		{"customer,score,date\nA,11,2024-02-01\n", `row 1 (line 2): score "11"`},
		{"customer,score,date\nA,,2024-02-01\n", `row 1 (line 2): score ""`},
		{"customer,score,date\nA,1,2024-02-01\n,1.5,soon\n", `row 2 (line 3): no customer; score "1.5": not a whole number from 0 to 10; date "soon"`},
		{"customer,score,date\nA,1\n", "row 1 (line 2): 2 fields where the header has 3"},
		{"customer,score\nA,1\n", `no column "date"`},
		{"customer,score,date\nA,1,9998-01-01\n", `row 1 (line 2): date "9998-01-01": not in the years 1970 to 2199`},
		{"customer,score,date\n", "answers.csv: there are no rows below the header"},
		{"", "the file is empty"},
		{"customer,score,date\n" + strings.Repeat("A,x,2024-02-01\n", 25), "and 5 more"},
	} {
		commandtest.Fails(t, shop, 1, tt.want, "-orders", log, "-answers", file(tt.text))
	}
}

// The order of the rows decides nothing.
func TestRowOrder(t *testing.T) {
	rows := []string{}
	for i := range 120 {
		rows = append(rows, fmt.Sprintf("C%d,2024-%02d-%02d,%d.50,%d", i%17, 1+i*7%12, 1+i*13%28, 10+i*31%90, i*97%111)) // some references twice
		if i%9 == 0 {
			rows = append(rows, fmt.Sprintf("C%d,2024-12-30,-%d.00,%d", i%17, 5+i, i*97%111))
		}
	}
	ask := func(rows []string) whole {
		w := shopJSON(t, csvLog(t, "customer,date,amount,order\n"+strings.Join(rows, "\n")+"\n"), "-scores")
		w.Refused = nil // has the lines
		return w
	}
	want, err := json.Marshal(ask(rows))
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(rows)
	if got, _ := json.Marshal(ask(rows)); !bytes.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Refunds take back what was earned, from the order that they name, whichever row
// comes first, and of two orders with one reference the earlier counts.
func TestPointsOfALog(t *testing.T) {
	log := csvLog(t, `customer,date,amount,order
A,2024-01-05,100.00,1
A,2024-01-09,-40.00,1
B,2024-01-20,-10.00,2
B,2024-01-20,30.00,2
B,2024-02-03,70.00,3
B,2024-02-01,50.00,3
B,2024-02-04,-5.00,
B,2024-02-09,-60.00,3
`)
	p := shopJSON(t, log).Points
	got := fmt.Sprint(p.Issued, p.TakenBack, p.Outstanding, p.Loose)
	if got != "180 100 80 1" {
		t.Errorf("issued, taken back, outstanding, loose: %s", got)
	}
}
