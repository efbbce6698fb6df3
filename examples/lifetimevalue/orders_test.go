package main

import (
	"fmt"
	"strings"
	"testing"
)

// shopLog is a small log whose customers come back at different paces.
func shopLog() string {
	var b strings.Builder
	b.WriteString("customer,date,amount\n")
	for i := range 30 {
		for k := range 1 + i%5 {
			d := 1 + i%28
			fmt.Fprintf(&b, "K%02d,2025-%02d-%02d,%d.50\n", i, 1+k*(1+i%2), d, 20+7*(i%11)+3*k)
		}
	}
	return b.String()
}

func rowOf(t *testing.T, r jsonReport, customer string) jsonValue {
	t.Helper()
	for _, v := range r.Value {
		if v.Customer == customer {
			return v
		}
	}
	t.Fatalf("no customer %s", customer)
	return jsonValue{}
}

// The last days count; purchases of a day count once; ages are days divided by
// the unit; the hold-out holds days up to the end of customers seen before it.
func TestDays(t *testing.T) {
	log := csvFile(t, shopLog()+strings.Join([]string{
		"X,2025-01-10,5", "X,2025-01-31,10", "X,2025-01-31 18:30,20", "X,2025-02-28T23:59:59+08:00,30", // the last day of calibration
		"X,2025-03-01,40", "X,2025-03-31,50", "X,2025-03-31,1", // the first and the last held out
		"X,2025-04-01,60", "Y,2025-03-01,9", "",
	}, "\n"))
	args := []string{"-orders", log, "-calibrate-until", "2025-02-28", "-end", "2025-03-31"}
	for unit, days := range map[string]float64{"day": 1, "week": 7, "month": 365.25 / 12} {
		r := runJSON(t, "", append(args, "-unit", unit)...)
		x := rowOf(t, r, "X")
		if x.Frequency != 2 || x.Recency != 49/days || x.Age != 49/days || r.HoldOut.Periods != 31/days || string(r.Unit) != unit {
			t.Errorf("%s: %+v, %+v", unit, x, r.HoldOut)
		}
		for _, v := range r.Value {
			if v.Customer == "Y" {
				t.Error("Y came after the calibration")
			}
		}
	}
	table, err := readOrders(options{orders: log, unit: "day", until: mustDay(t, "2025-02-28"), end: mustDay(t, "2025-03-31")})
	if err != nil {
		t.Fatal(err)
	}
	i := len(table.names) - 1
	if table.names[i] != "X" || table.actual[i] != 2 || table.rows.List[i].Value != 30 {
		t.Errorf("%s: %v, %+v", table.names[i], table.actual[i], table.rows.List[i])
	}
	// Without flags everything is calibration, to the last day of the log.
	r := runJSON(t, "", "-orders", log, "-unit", "day")
	if x := rowOf(t, r, "X"); r.HoldOut != nil || x.Frequency != 5 || x.Recency != 81 {
		t.Errorf("%+v, %+v", x, r.HoldOut)
	}
	// An end after the last row is the end of observation all the same.
	r = runJSON(t, "", "-orders", log, "-unit", "day", "-end", "2026-01-10")
	if x := rowOf(t, r, "X"); x.Age != 365 || x.Recency != 81 {
		t.Errorf("%+v", x)
	}
	code, stdout, stderr := valued(args[0], args[1], args[2], args[3], args[4], args[5])
	for _, want := range []string{"had bought already: one purchase, amounts added: 2", "came after the calibration, left out: 1", "hold-out to 2025-03-31"} {
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("exit %d, no %q in %s%s", code, want, stderr, stdout)
		}
	}
}

// Free orders count; a refund is no purchase, and is taken from the one before it.
func TestAmounts(t *testing.T) {
	log := csvFile(t, shopLog()+"X,2025-01-10,5\nX,2025-02-01,0\nX,2025-03-01,40\nX,2025-03-05,-10\nX,2025-04-01,\"12\"\nZ,2025-01-02,-3\n")
	table, err := readOrders(options{orders: log, unit: "day"})
	if err != nil {
		t.Fatal(err)
	}
	i := len(table.names) - 1
	if row := table.rows.List[i]; table.names[i] != "X" || row.Frequency != 3 || row.Value != 14 {
		t.Errorf("%s: %+v, want 0, 30 and 12", table.names[i], row)
	}
	_, stdout, _ := valued("-orders", log, "-unit", "day")
	for _, want := range []string{"amount 0, which count as purchases: 1", "they undo none: 2", "without a purchase by the end, left out: 1"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in %s", want, stdout)
		}
	}
}

// The order of rows, and what separates them, change nothing.
func TestLogForms(t *testing.T) {
	_, want, _ := valued("-json", "-orders", csvFile(t, shopLog()))
	lines := strings.Split(strings.TrimSpace(shopLog()), "\n")
	for i, j := 1, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	for _, text := range []string{
		strings.Join(lines, "\n"),
		"\ufeff" + strings.ReplaceAll(strings.ReplaceAll(shopLog(), ",", ";"), "\n", "\r\n"),
	} {
		if _, got, stderr := valued("-json", "-orders", csvFile(t, text)); got != want {
			t.Errorf("%s%s", stderr, got)
		}
	}
}

// Bad rows are named with their reason, and nothing is printed.
func TestBadOrders(t *testing.T) {
	const header = "customer,date,amount\n"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nobody", header + "A,2025-01-01,1\n ,2025-01-01,1\n", []string{`row 2 (line 3): customer "": must not be empty`}},
		{"date", header + "A,01/02/2025,1\nA,2025-02-30,1\nA,,1\nA,0025-01-01,1\n", []string{
			`row 1 (line 2): date "01/02/2025": not a day`, "row 2 (line 3)", "row 3 (line 4)", "row 4 (line 5)",
		}},
		{"amount", header + "A,2025-01-01,1e3\nA,2025-01-01,\"1,234\"\nA,2025-01-01,¥5\nA,2025-01-01,\nA,2025-01-01,NaN\n", []string{
			`row 1 (line 2): amount "1e3": not a plain number`, "row 2", "row 3", "row 4", "row 5",
		}},
		{"places", header + "A,2025-01-01,1.2345678\n", []string{"more than 6 decimal places"}},
		{"large", header + "A,2025-01-01,1000000000001\n", []string{"above a million million"}},
		{"two faults of a row", header + ",soon,1\n", []string{"customer", `date "soon"`}},
		{"short row", header + "A,2025-01-01\n", []string{"row 1 (line 2): 2 fields where the header has 3"}},
		{"stray quote", header + "A,2025-01-01,1\"\n", []string{"row 1 (line 2)", "nothing below it was read"}},
		{"no rows", header, []string{"no rows below the header"}},
		{"empty", "", []string{"the file is empty"}},
		{"many", header + strings.Repeat("A,x,1\n", 50), []string{"row 20 (", "and 30 more"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, tt.want, "-orders", csvFile(t, tt.text))
		})
	}
}

// refused runs the command on a file that it must not take.
func refused(t *testing.T, want []string, args ...string) {
	t.Helper()
	for _, format := range []string{"-json", "-lang=en"} {
		code, stdout, stderr := valued(append([]string{format}, args...)...)
		if code != 1 || stdout != "" || !strings.Contains(stderr, args[1]) {
			t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
		}
		for _, want := range want {
			if !strings.Contains(stderr, want) {
				t.Errorf("stderr %q, want %q in it", stderr, want)
			}
		}
	}
}
