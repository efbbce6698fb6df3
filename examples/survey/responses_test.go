package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/nps"
)

// A row that cannot be read is named with its reason, and nothing is printed.
func TestBadRows(t *testing.T) {
	const header = "score,team,at,why\n"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"off the scale", header + "9,A,,\n11,A,,\n-1,B,,\n", []string{`row 2 (line 3): score "11": ` + nps.ErrScore.Error(), `row 3 (line 4): score "-1"`}},
		{"header alone", header, []string{"there are no rows below the header"}},
		{"a mistyped year", header + "9,A,9998-01-01,\n9,A,2025-01-01,\n9,A,1969-12-31,\n", []string{`row 1 (line 2): time "9998-01-01": not a time of the years 1970 to 2199`, "row 3 (line 4)"}},
		{"not whole", header + "7.5,A,,\n", []string{`row 1 (line 2): score "7.5"`}},
		{"barely not whole", header + "9.00000000000000000001,A,,\n", []string{"row 1"}},
		{"no number", header + "ten,A,,\nNaN,A,,\nInf,A,,\nNA,A,,\n1e1,A,,\n", []string{"row 1", "row 2", "row 3", "row 4", "row 5"}},
		{"huge", header + "99999999999999999999,A,,\n", []string{"row 1"}},
		{"time", header + "9,A,31/12/2025,\n9,A,2025-02-30,\n9,A,0025-02-03,\n", []string{`row 1 (line 2): time "31/12/2025"`, "row 2 (line 3)", "row 3 (line 4)"}},
		{"two faults of one row", header + "12,A,soon,\n", []string{`row 1 (line 2): score "12"`, `row 1 (line 2): time "soon"`}},
		{"short row", header + "9,A\n11,A,,\n", []string{"row 1 (line 2): 2 fields where the header has 4", "row 2 (line 3)"}},
		{"long row", header + "9,A,,x,y\n", []string{"row 1 (line 2): 5 fields"}},
		{"line breaks", header + "9,A,,\"two\nlines\"\n11,A,,\n", []string{"row 2 (line 4)"}},
		{"stray quote", header + "9,A,,a\"b\n11,A,,\n", []string{"row 1 (line 2)", "nothing below it was read"}},
		{"open quote", header + "9,A,,\"b\n10,A,,\n", []string{"row 1 (line 2)"}},
		{"empty", "", []string{"the file is empty"}},
		{"two of a name", "score,team,at,why,score\n9,A,,,10\n", []string{`two columns are called "score"`}},
		{"UTF-16", "\xff\xfes\x00", []string{"UTF-16"}},
		{"GBK", header + "9,A,,\n9,\xba\xc3,,\n", []string{"line 3 is not UTF-8"}},
	} {
		for _, format := range []string{"-json", "-lang=en"} {
			t.Run(tt.name+" "+format, func(t *testing.T) {
				name := csvAnswers(t, tt.text)
				code, stdout, stderr := surveyed(format, "-responses", name, "-score", "score", "-group", "team", "-time", "at", "-text", "why")
				if code != 1 || stdout != "" || !strings.Contains(stderr, name) {
					t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
				}
				for _, want := range tt.want {
					if !strings.Contains(stderr, want) {
						t.Errorf("stderr %q, want %q in it", stderr, want)
					}
				}
			})
		}
	}
}

// Of many bad rows the first are named and the others counted.
func TestManyBadRows(t *testing.T) {
	_, _, stderr := surveyed("-responses", csvAnswers(t, "score\n"+strings.Repeat("11\n", 50)), "-score", "score")
	if n := strings.Count(stderr, "\n"); n != maxFaults+1 || !strings.Contains(stderr, "and 30 more") {
		t.Errorf("%d lines: %s", n, stderr)
	}
}

// The library's sentinel goes through the row's error.
func TestRowError(t *testing.T) {
	_, err := readResponses(options{responses: csvAnswers(t, "score\n11\n"), score: "score"})
	if row, ok := errors.AsType[*csvfile.RowError](err); !ok || row.Row != 1 || row.Line != 2 || !errors.Is(err, nps.ErrScore) {
		t.Errorf("%v", err)
	}
}

func TestParseScore(t *testing.T) {
	for in, want := range map[string]int{"0": 0, "10": 10, "9.0": 9, "9.": 9, "07": 7} {
		if got, err := parseScore(in); err != nil || got != want {
			t.Errorf("%q: %d, %v", in, got, err)
		}
	}
}

// The header decides what separates the columns; quotes, a byte order mark,
// spaces and line ends of any system are no part of a value.
func TestForms(t *testing.T) {
	for _, text := range []string{
		"score,team\n9,A\n,A\n3,B\n",
		"\ufeffscore;team\r\n9;A\r\n;A\r\n3;B\r\n",
		"team\tscore\nA\t9\nA\t\nB\t3",
		"id|score | team\n1|9.0| A \n2| |A\n3|3|\"B\"\n",
	} {
		r := runJSON(t, "-responses", csvAnswers(t, text), "-score", "score", "-group", "team")
		if got := fmt.Sprintf("%d %d %d %d %d %s %d", r.Answers, r.Promoters, r.Detractors, r.Skipped, len(r.Groups), r.Groups[0].Name, r.Groups[0].Answers); got != "2 1 1 1 2 A 1" {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// A column of names is no column of groups.
func TestTooManyGroups(t *testing.T) {
	var b strings.Builder
	b.WriteString("score,name\n")
	for i := range maxGroups + 1 {
		fmt.Fprintf(&b, "9,%d\n", i)
	}
	code, stdout, stderr := surveyed("-json", "-responses", csvAnswers(t, b.String()), "-score", "score", "-group", "name")
	if code != 1 || stdout != "" || !strings.Contains(stderr, "2001 different groups") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// In a file of one column a blank line is a person without a score; the line
// end of the last row is none.
func TestBlankLines(t *testing.T) {
	for text, want := range map[string]string{
		"score\n9\n\n10\n":            "2 1",
		"score\r\n9\r\n\r\n10":        "2 1",
		"score\n\n\n9\n\n\n":          "1 4",
		"score\n\n":                   "0 1",
		"\ufeff\n\nscore\n9\n \n\"\"": "1 2",
		"score,team\n9,A\n\n10,A\n":   "2 0",
	} {
		r := runJSON(t, "-responses", csvAnswers(t, text), "-score", "score")
		if got := fmt.Sprintf("%d %d", r.Answers, r.Skipped); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	// Blank lines count where rows are named, whichever rows have line breaks.
	_, _, stderr := surveyed("-responses", csvAnswers(t, "\nscore\n\n\"\n9\"\n\n11\n\nx\n"), "-score", "score")
	for _, want := range []string{`row 4 (line 7): score "11"`, `row 6 (line 9): score "x"`} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr %q, want %q in it", stderr, want)
		}
	}
}

// What stands for a missing value is asked for, and is then missing in every
// column.
func TestMissing(t *testing.T) {
	name := csvAnswers(t, "score,team,at,why\n9,NA,NA,NA\n NA ,A,2025-01-02,x\n,A,,\n3,A,2025-01-02,na\n")
	args := []string{"-responses", name, "-score", "score", "-group", "team", "-time", "at", "-text", "why"}
	r := runJSON(t, append(args, "-missing", "NA ")...)
	if r.Answers != 2 || r.Skipped != 2 || len(r.Groups) != 2 || r.Groups[0].Name != "" || r.Groups[0].Answers != 1 {
		t.Errorf("%+v", r)
	}
	if code, _, stderr := surveyed(args...); code != 1 || !strings.Contains(stderr, `score "NA"`) || !strings.Contains(stderr, `time "NA"`) {
		t.Errorf("without -missing: exit %d: %s", code, stderr)
	}
	// A group is a value like another where nothing stands for a missing one.
	if r := runJSON(t, "-responses", csvAnswers(t, "score,team\n9,NA\n"), "-score", "score", "-group", "team"); r.Groups[0].Name != "NA" {
		t.Errorf("%+v", r.Groups)
	}
}
