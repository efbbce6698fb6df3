package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// twoBad is a log of which two rows are refused.
const twoBad = `customer,date,amount,order
A,2024-01-05,10.00,1
B,2024-01-06,0,2
C,9998-01-01,10.00,3
A,2024-01-07,-10.00,1
D,2024-01-08,5.00,4
B,2024-01-09,ten,5
D,2024-01-10,-6.00,4
E,2024-01-11,-1.00,none
`

// Where rows are refused the answers are printed, the report is not written, and the exit
// code is 1; with -skip-bad all is done. Either way stderr names the rows.
func TestBadRows(t *testing.T) {
	log := csvLog(t, twoBad)
	report := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(report, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	named := []string{
		log + `: row 3 (line 4): "9998-01-01" is not in the years 1970 to 2199` + "\n",
		log + `: row 6 (line 7): "ten" is no amount` + "\n",
	}
	for _, tt := range []struct {
		name      string
		args      []string
		code      int
		says, not []string // on stderr
	}{
		{"text", nil, 1, []string{"rows refused: 2; -skip-bad leaves them out"}, []string{report}},
		{"json", []string{"-json"}, 1, []string{"rows refused: 2"}, nil},
		{"report", []string{"-report", report}, 1, []string{report + " is not written; with -skip-bad it is"}, nil},
		{"skipped", []string{"-skip-bad"}, 0, nil, []string{"-skip-bad"}},
		{"skipped, with a report", []string{"-json", "-skip-bad", "-report", report}, 0, nil, []string{"not written"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := shop(append([]string{"-orders", log}, tt.args...)...)
			if code != tt.code {
				t.Errorf("exit %d, want %d", code, tt.code)
			}
			for _, want := range append(tt.says, named...) {
				if strings.Count(stderr, want) != 1 {
					t.Errorf("%q is not once in stderr: %s", want, stderr)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(stderr, not) {
					t.Errorf("%q is in stderr: %s", not, stderr)
				}
			}
			if tt.args != nil && tt.args[0] == "-json" {
				var r whole
				if err := json.Unmarshal([]byte(stdout), &r); err != nil || len(r.Refused) != 2 || r.Rows != 8 {
					t.Errorf("%v, %d of %d refused", err, len(r.Refused), r.Rows)
				}
			} else if !strings.Contains(stdout, "Refused    2 of 8 rows\n    row 3 (line 4): ") || !strings.Contains(stdout, "TODAY") {
				t.Errorf("not whole:\n%s", stdout)
			}
			page, err := os.ReadFile(report)
			if written := err == nil && string(page) != "before"; written != (tt.name == "skipped, with a report") {
				t.Errorf("the report is %.20q, %v", page, err)
			}
		})
	}
}

// The page says at its top what was refused, and what is odd about the log.
func TestHTMLSaysWhatWasRefused(t *testing.T) {
	log := csvLog(t, twoBad)
	for lang, want := range map[string][]string{
		"en": {"Refused: 2 of 8 rows", `row 3 (line 4): "9998-01-01" is not in the years 1970 to 2199`, `row 6 (line 7): "ten" is no amount`, "Notes",
			"2 orders refunded in full", "1 order refunded by more than was paid", "1 order of amount 0", "1 refund for orders that are not in the log"},
		"zh": {"拒收：2 / 8 行", "第 6 行（文件第 7 行）：\"ten\" 不是金额", "附注", "1 笔订单金额为 0，计为购买", "1 笔退款对应的订单不在文件中"},
	} {
		_, page := htmlReport(t, "-orders", log, "-skip-bad", "-lang", lang)
		var header *html.Node
		for _, n := range elements(t, page) {
			if n.Data == "header" {
				header = n
			}
		}
		text := textOf(header)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in %s", lang, w, text)
			}
		}
	}
	_, page := htmlReport(t, "-customers", "300")
	if !strings.Contains(string(page), "Refused: 0 of ") || strings.Contains(string(page), "row 1 (") {
		t.Error("a simulated shop has no refused rows, and says so")
	}
}

// One mistyped year is one refused row, and stretches nothing.
func TestMistypedYear(t *testing.T) {
	text, err := os.ReadFile(shared(t, "cdnow_transactions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(text), "\n")
	t.Log(header)
	log := csvLog(t, strings.TrimRight(string(text), "\n")+"\n"+strings.Join(mistyped(header), ",")+"\n")
	_, page := htmlReport(t, "-orders", log, "-skip-bad")
	if len(page) > 2<<20 || !strings.Contains(string(page), "not in the years 1970 to 2199") {
		t.Errorf("a page of %d bytes", len(page))
	}
}

// mistyped is a row of a log with that header, of the year 9998.
func mistyped(header string) (fields []string) {
	for name := range strings.SplitSeq(header, ",") {
		switch {
		case strings.Contains(name, "date"):
			fields = append(fields, "9998-01-01")
		case strings.Contains(name, "customer"):
			fields = append(fields, "5")
		default:
			fields = append(fields, "10.00")
		}
	}
	return fields
}
