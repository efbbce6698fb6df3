package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Every bad row is refused with the line it stands on, and the rest is taken.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, row, en, zh string
	}{
		{"no customer", ",2024-01-05,1.00,X", "no customer", "缺少客户"},
		{"blank customer", "  ,2024-01-05,1.00,X", "no customer", "缺少客户"},
		{"no date", "C,,1.00,X", "no date", "缺少日期"},
		{"no amount", "C,2024-01-05,,X", "no amount", "缺少金额"},
		{"not a date", "C,soon,1.00,X", `"soon" is no date`, `"soon" 不是日期`},
		{"not a day", "C,2023-02-29,1.00,X", `"2023-02-29" is no date`, `"2023-02-29" 不是日期`},
		{"never", "C,9999-12-31,1.00,X", `"9999-12-31" is not in the years 1970 to 2199`, `"9999-12-31" 不在 1970 至 2199 年之间`},
		{"a mistyped year", "C,9998-01-01,1.00,X", `"9998-01-01" is not in the years 1970 to 2199`, `"9998-01-01" 不在 1970 至 2199 年之间`},
		{"before all shops", "C,1969-12-31,1.00,X", `"1969-12-31" is not in the years 1970 to 2199`, `"1969-12-31" 不在 1970 至 2199 年之间`},
		{"not a time", "C,2024-01-05 25:00,1.00,X", `"2024-01-05 25:00" is no date`, `"2024-01-05 25:00" 不是日期`},
		{"not an amount", "C,2024-01-05,ten,X", `"ten" is no amount`, `"ten" 不是金额`},
		{"a currency", "C,2024-01-05,$1.00,X", `"$1.00" is no amount`, `"$1.00" 不是金额`},
		{"an exponent", "C,2024-01-05,1e9,X", `"1e9" is no amount`, `"1e9" 不是金额`},
		{"not a number", "C,2024-01-05,NaN,X", `"NaN" is no amount`, `"NaN" 不是金额`},
		{"a decimal comma", `C,2024-01-05,"1,5",X`, `"1,5" is no amount`, `"1,5" 不是金额`},
		{"decimals", "C,2024-01-05,1.005,X", "amount 1.005: more decimal places than the currency keeps", "金额 1.005：小数位数超过币种允许的位数"},
		{"too large", "C,2024-01-05,99999999999999999999,X", "amount 99999999999999999999: out of range", "金额 99999999999999999999：数值超出范围"},
		{"order again", "B,2024-01-05,1.00,O1", `order "O1": order reference seen before`, `订单 "O1"：订单号重复`},
		{"fields too few", "C,2024-01-05,1.00", "3 fields where the header has 4", "有 3 个字段，表头为 4 个"},
		{"fields too many", "C,2024-01-05,1,50,X", "5 fields where the header has 4", "有 5 个字段，表头为 4 个"},
		{"blank", "   ", "1 fields where the header has 4", "有 1 个字段，表头为 4 个"},
		{"bare quote", `C"c,2024-01-05,1.00,X`, `a " inside a field that does not begin with one`, "字段未以引号开头，中间却出现引号"},
		{"open quote", `"C,2024-01-05,1.00,X`, "a quoted field that does not end, or goes on behind its quote", "引号字段未正确结束"},
		{"bytes", "C\xff,2024-01-05,1.00,X", "not UTF-8 text", "不是 UTF-8 文本"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := csvLog(t, "customer,date,amount,order\nA,2024-01-01,10.00,O1\n\n"+tt.row+"\nB,2024-01-02,20.00,O2\n")
			for lang, want := range map[string]string{"en": tt.en, "zh": tt.zh} {
				r := shopJSON(t, log, "-decimals", "2", "-lang", lang)
				if len(r.Refused) != 1 || r.Refused[0] != (jsonRefusal{Row: 2, Line: 4, Reason: want}) || r.Rows != 3 {
					t.Errorf("refused %+v, want row 2, line 4: %s", r.Refused, want)
				}
				if r.Orders != 2 || r.Customers != 2 || r.Revenue != "30.00" || r.AsOf != "2024-01-03" {
					t.Errorf("%d orders, %d customers, revenue %s, as of %s", r.Orders, r.Customers, r.Revenue, r.AsOf)
				}
			}
		})
	}
}

// A file that is no log is an error on stderr, and exit code 1.
func TestNoLog(t *testing.T) {
	const header = "customer,date,amount\n"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "empty"},
		{"blank", "\ufeff\r\n\n", "empty"},
		{"header alone", header, "no rows"},
		{"no customer", "date,amount\n2024-01-05,1\n", "no customer column"},
		{"no date", "customer;amount\nA;1\n", "no date column"},
		{"no amount", "customer\tdate\nA\t2024-01-05\n", "no amount column"},
		{"no columns", "A,2024-01-05,1\n", "no customer, no date, no amount column"},
		{"two of one", "customer,date,amount,Amount\nA,2024-01-05,1,2\n", `two columns are called "amount"`},
		{"UTF-16", "\xff\xfec\x00u\x00", "UTF-16"},
		{"GBK", "\xbf\xcd\xbb\xa7,\xc8\xd5\xc6\xda,\xbd\xf0\xb6\xee\nA,2024-01-05,1\n", "not UTF-8"},
		{"no row", header + "A,2024-01-05,x\n", "row 1 (line 2): \"x\" is no amount"},
		{"no dates", header + "A,03/04/24,1\n", `no date could be read, for example "03/04/24" on line 2`},
		{"ambiguous", header + "A,03/04/2024,1\nB,05/06/2024,1\n", "-date-format 2/1/2006 or -date-format 1/2/2006"},
		{"both orders", header + "A,13/04/2024,1\nB,04/13/2024,1\n", "on line 3 the month"},
		{"ambiguous comma", "customer;date;amount\nA;2024-01-05;1,234\n", "-decimal-mark"},
		{"ambiguous point", "customer;date;amount\nA;2024-01-05;1.234\n", "-decimal-mark"},
		{"both marks", "customer;date;amount\nA;2024-01-05;1,25\nB;2024-01-05;1.25\n", "-decimal-mark"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, args := range [][]string{{}, {"-json", "-scores"}} {
				name := csvLog(t, tt.text)
				code, stdout, stderr := shop(append(args, "-orders", name)...)
				if code != 1 || stdout != "" || !strings.Contains(stderr, tt.want) || !strings.Contains(stderr, name) {
					t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
				}
			}
		})
	}
}

// What a log looks like does not matter: all of these are the same.
func TestDialects(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		args       []string
	}{
		{"plain", "customer,date,amount,order\nA,2024-01-31,1234.50,1\nB,2024-02-01,20.00,2\nA,2024-02-02,-4.50,1\n", nil},
		{"BOM and CRLF", "\ufeffcustomer,date,amount,order\r\nA,2024-01-31,1234.50,1\r\nB,2024-02-01,20.00,2\r\nA,2024-02-02,-4.50,1\r\n", nil},
		{"no last newline", "customer,date,amount,order\nA,2024-01-31,1234.50,1\nB,2024-02-01,20.00,2\nA,2024-02-02,-4.50,1", nil},
		{"semicolons", "CUST;Created At;TOTAL;Invoice No.\nA;31.01.2024;1.234,50;1\nB;01.02.2024;20,00;2\nA;02.02.2024;-4,50;1\n", nil},
		{"tabs", "order_no\tcust_id\tTime\tPrice\n1\tA\t31/01/2024 23:59:59\t1234.50\n2\tB\t01/02/2024 0:00\t20.00\n1\tA\t2/2/2024 12:00\t-4.50\n", nil},
		{"bars", "Customer ID|Order Date|Revenue|Order|Note\nA|01/31/2024|1234.50|1|x\nB|02/01/2024|20.00|2|\nA|02/02/2024|-4.50|1|\n", nil},
		{"Chinese", "客户,日期,金额,订单号\nA,2024年1月31日,1234.50,1\nB,2024年2月1日,20.00,2\nA,2024年2月2日 10:00,-4.50,1\n", nil},
		{"Chinese times", "订单号,时间,客户,金额\n1,2024/1/31 8:05,A,1234.50\n2,2024/2/1 8:05,B,20.00\n1,2024/2/2 8:05,A,-4.50\n", nil},
		{"quotes", "\"customer\",\"note\",\"date\",\"amount\",\"order\"\n\"A\",\"two\nlines, \"\"quoted\"\"\",\"2024-01-31\",\"1,234.50\",\"1\"\nB,,2024-02-01,20.00,2\nA,,2024-02-02,-4.50,1\n", nil},
		{"months by name", "customer,date,amount,order\nA,31 Jan 2024,1234.50,1\nB,\"February 1, 2024\",20.00,2\nA,02-Feb-2024,-4.50,1\n", nil},
		{"digits", "customer,date,amount,order\nA,20240131,1234.50,1\nB,20240201,20.00,2\nA,20240202,-4.50,1\n", nil},
		{"offsets", "customer,timestamp,amount,order\nA,2024-01-31T10:00:00Z,1234.50,1\nB,2024-02-01T10:00:00.5+02:00,20.00,2\nA,2024-02-02 10:00:00 UTC,-4.50,1\n", nil},
		{"layout", "customer,date,amount,order\nA,240131,1234.50,1\nB,240201,20.00,2\nA,240202,-4.50,1\n", []string{"-date-format", "060102"}},
		{"given", "customer;date;amount;order\nA;1/2/2024;1.000;1\nB;2/2/2024;20;2\nA;2/2/2024;234;\nA;31/1/2024;-4;\n",
			[]string{"-date-format", "2/1/2006", "-decimal-mark", ",", "-delimiter", ";", "-decimals", "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := shopJSON(t, csvLog(t, tt.text), append(tt.args, "-scores")...)
			if r.Customers != 2 || r.Revenue != "1250.00" || r.AsOf != "2024-02-03" || len(r.Refused) != 0 || r.Notes.Undone+len(r.Notes.Pending) != 0 {
				t.Errorf("%+v", r)
			}
			if len(*r.Scores) != 2 || (*r.Scores)[0].Customer != "A" {
				t.Errorf("scores %+v", *r.Scores)
			}
		})
	}
}

// Without an order column equal rows are different orders; with one the second
// is refused, and refunds find what they refund.
func TestOrderColumn(t *testing.T) {
	r := shopJSON(t, csvLog(t, "customer,date,amount\nA,2024-01-05,5\nA,2024-01-05,5\nA,2024-01-06,-5\n"))
	if r.Orders != 2 || r.Revenue != "5" || r.Notes.Duplicates != 0 {
		t.Errorf("without: %+v", r)
	}
	r = shopJSON(t, csvLog(t, `customer,date,amount,order
A,2024-01-05,5.00,1
A,2024-01-05,5.00,1
A,2024-01-06,-5.00,1
B,2024-01-06,7.00,2
B,2024-01-07,-9.00,2
B,2024-01-08,0,3
B,2024-01-09,-1.00,none
C,2024-01-08,1.00,
C,2024-01-08,1.00,
C,2024-02-01,1.00,4
`), "-as-of", "2024-02-01")
	want := jsonNotes{After: 1, Zero: 1, Undone: 2, OverRefunded: 1, Duplicates: 1,
		Pending: []jsonPending{{Customer: "B", Order: "none", At: "2024-01-09T00:00:00Z", Amount: "-1.00"}}}
	if fmt.Sprint(r.Notes) != fmt.Sprint(want) {
		t.Errorf("notes %+v, want %+v", r.Notes, want)
	}
	if r.Orders != 5 || r.Revenue != "0.00" || r.Customers != 3 || len(r.Refused) != 1 || r.Refused[0].Line != 3 {
		t.Errorf("with: %+v", r)
	}
}

// A stray quote costs its own line and no other, wherever it stands; a field of
// several lines is counted with all of them.
func TestStrayQuotes(t *testing.T) {
	var b strings.Builder
	b.WriteString("customer,date,amount,note\n")
	for i := range 2500 {
		switch i % 500 {
		case 7:
			fmt.Fprintf(&b, "\"C%d,2024-01-05,1,\n", i)
		case 8:
			fmt.Fprintf(&b, "C%d,2024-01-05,1,\"two\n\nlines\"\n", i)
		case 9:
			fmt.Fprintf(&b, "C%d,2024-01-05,?,\"two\nlines\"\n", i)
		default:
			fmt.Fprintf(&b, "C%d,2024-01-05,1,\n", i)
		}
	}
	b.WriteString("\"C,2024-01-05,1,\n")
	r := shopJSON(t, csvLog(t, b.String()))
	if r.Orders != 2490 {
		t.Errorf("%d orders, want 2490", r.Orders)
	}
	var lines []int
	for _, f := range r.Refused {
		lines = append(lines, f.Line)
	}
	var want []int
	for i := range 5 {
		first := 2 + 7 + i*(500+3)
		want = append(want, first, first+1+3)
	}
	want = append(want, 2+2500+5*3)
	if !slices.Equal(lines, want) {
		t.Errorf("refused lines %v, want %v", lines, want)
	}
}

// More refused rows in one chunk than a batch error names are all named.
func TestEveryRefusalIsNamed(t *testing.T) {
	text := "customer,date,amount,order\n" + strings.Repeat("A,2024-01-05,1.00,1\n", 5001)
	r := shopJSON(t, csvLog(t, text))
	if len(r.Refused) != 5000 || r.Notes.Duplicates != 5000 || r.Refused[4999] != (jsonRefusal{Row: 5001, Line: 5002, Reason: r.Refused[0].Reason}) {
		t.Errorf("%d refused, %d duplicates", len(r.Refused), r.Notes.Duplicates)
	}
	code, stdout, stderr := shop("-orders", csvLog(t, text))
	if code != 1 || !strings.Contains(stdout, "5,000 of 5,001 rows") || !strings.Contains(stdout, "and 4,995 more") || strings.Contains(stdout, "line 9)") {
		t.Errorf("exit %d:\n%s", code, stdout)
	}
	if !strings.Contains(stderr, "row 21 (line 22): ") || strings.Contains(stderr, "row 22 (") || !strings.Contains(stderr, "and 4980 more\n") {
		t.Errorf("%s", stderr)
	}
}

// Days begin in -tz.
func TestZone(t *testing.T) {
	log := csvLog(t, "customer,date,amount\nA,2024-01-05T17:00:00Z,1\nB,2024-01-05 23:00,1\n")
	if r := shopJSON(t, log); r.AsOf != "2024-01-06" {
		t.Errorf("UTC: %s", r.AsOf)
	}
	if r := shopJSON(t, log, "-tz", "Asia/Shanghai"); r.AsOf != "2024-01-07" {
		t.Errorf("Shanghai: %s", r.AsOf)
	}
	r := shopJSON(t, log, "-tz", "Asia/Shanghai", "-as-of", "2024-01-06T00:30:00")
	if r.AsOf != "2024-01-06T00:30:00+08:00" || r.Orders != 1 || r.Notes.After != 1 {
		t.Errorf("%+v", r)
	}
}
