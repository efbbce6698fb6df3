package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// Bad rows are named with their column and reason, and nothing is printed.
func TestBadSummary(t *testing.T) {
	const header = "customer,frequency,recency,T,monetary\n"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"bought after the end", header + "A,1,2,9,5\nB,1,10,9,5\n", []string{`row 2 (line 3): recency "10": impossible history: bought last at 10, seen until 9`}},
		{"one-time buyer bought later", header + "A,0,2,9,0\n", []string{`recency "2": impossible history`}},
		{"all at once", header + "A,2,0,9,5\n", []string{`recency "0": impossible history`}},
		{"negative", header + "A,-5,0,9,0\nB,1,-2,9,5\nC,0,0,-9,0\n", []string{`row 1 (line 2): frequency "-5": negative: -5`, `row 2 (line 3): recency "-2": negative`, `row 3 (line 4): T "-9": negative`}},
		{"not a number", header + "A,NaN,1,9,5\nB,1,NaN,9,5\nC,1,1,Inf,5\nD,1,1,9,NaN\nE,1,x,y,5\n", []string{
			`row 1 (line 2): frequency "NaN": not a whole number`, `row 2 (line 3): recency "NaN": not a finite number`,
			`row 3 (line 4): T "Inf": not a finite number`, `row 4 (line 5): monetary "NaN": not a finite number`,
			`row 5 (line 6): recency "x": not a number`, `row 5 (line 6): T "y": not a number`,
		}},
		{"half a purchase", header + "A,1.5,1,9,5\n", []string{`frequency "1.5": not a whole number`}},
		{"too many purchases", header + "A,1e300,1,9,5\n", []string{`frequency "1e300": out of range`}},
		{"empty", header + "A,,1,9,5\nB,1,1,9,\n,1,1,9,5\n", []string{`row 1 (line 2): frequency "": must not be empty`, `row 2 (line 3): monetary ""`, `row 3 (line 4): customer ""`}},
		{"twice", header + "A,1,1,9,5\nB,1,1,9,5\nA,1,1,9,5\n", []string{`row 3 (line 4): customer "A": is there already in row 1`}},
		{"two columns of a name", "customer,frequency,recency,T,monetary,monetary\nA,1,1,9,5,6\n", []string{`two columns are called "monetary"`}},
		{"no rows", header, []string{"no rows below the header"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, tt.want, "-summary", csvFile(t, tt.text))
		})
	}
	refused(t, []string{`holdout_frequency "x": not a number`, `row 2 (line 3): holdout_frequency "-1": not a whole number`, `row 3 (line 4): holdout_frequency "1e9"`},
		"-summary", csvFile(t, "customer,frequency,recency,T,holdout_frequency\nA,1,1,9,x\nB,1,1,9,-1\nC,1,1,9,1e9\n"), "-holdout", "3")
}

// The library's sentinel goes through the row's error.
func TestRowError(t *testing.T) {
	_, err := readSummary(options{summary: csvFile(t, "customer,frequency,recency,T\nA,1,10,9\n"), unit: clv.Week})
	if row, ok := errors.AsType[*csvfile.RowError](err); !ok || row.Row != 1 || row.Line != 2 || !errors.Is(err, clv.ErrOrder) {
		t.Errorf("%v", err)
	}
}

// The order of rows, the unit's name, other columns and how numbers are written
// change nothing of the fit.
func TestSummaryForms(t *testing.T) {
	const text = "customer,frequency,recency,T,monetary\nA,1,2,9,10\nB,0,0,8,0\nC,3,5,9,30\nD,2,6,7,12\nE,0,0,3,0\nF,1,4,8,25\nG,4,8,9,18\n"
	want := runJSON(t, "", "-summary", csvFile(t, text), "-unit", "week")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, j := 1, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	for _, other := range []string{
		strings.Join(lines, "\r\n"),
		"\ufeff\n" + strings.ReplaceAll(text, ",", "\t"),
		"x;\"customer\"; T ;monetary;recency;frequency\n1;G;9;18;8;4.0\n2;A;9;10;2.0;1\n3;B;8;;0;0\n4;C;9;3e1;5;3\n5;D;7;12;6;2\n6;E;3;;0;0\n7;F;8;25;4;1\n",
	} {
		got := runJSON(t, "", "-summary", csvFile(t, other))
		if got.LogLik != want.LogLik || *got.Spend != *want.Spend || len(got.Value) != 7 || got.Value[6].PAlive != want.Value[6].PAlive ||
			got.Value[6].Customer != "G" || *got.Value[6].CLV != *want.Value[6].CLV {
			t.Errorf("%q:\n%+v\nwant\n%+v", other, got, want)
		}
	}
	for name, want := range map[string]bool{"monetary": true, "monetary_value": false, "T": true, "t": false} {
		if inHeader([]byte("\ufeff\na;\"monetary\";T\nmonetary_value"), name) != want {
			t.Error(name)
		}
	}
}

// Rows may bring their own hold-out.
func TestSummaryHoldOut(t *testing.T) {
	r := runJSON(t, "null", "-summary", csvFile(t, "customer,frequency,recency,T,holdout_frequency\nA,1,2,9,1\nB,0,0,8,0\nC,3,5,9,4\nD,2,6,7,0\nE,0,0,3,0\nF,1,4,8,2\n"), "-holdout", "8.5")
	if r.HoldOut == nil || r.HoldOut.Actual != 7 || r.HoldOut.Periods != 8.5 || r.HoldOut.Predicted <= 0 {
		t.Errorf("%+v", r.HoldOut)
	}
}
