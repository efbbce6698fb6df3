package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/rfm"
)

// place is where a row stands: its number below the header, and the line of the file
// that it begins on, the header's included; both from 1.
type place struct{ row, line int }

// refusal is a row that was not taken, and why.
type refusal struct {
	place
	reason reason
}

// namedRefusals is how many refused rows stderr names.
const namedRefusals = 20

// nameRefused names refused rows as the other examples do, the first of them.
func nameRefused(stderr io.Writer, file string, refused []refusal) {
	for _, f := range refused[:min(namedRefusals, len(refused))] {
		fmt.Fprintf(stderr, "shop: %s: row %d (line %d): %s\n", file, f.row, f.line, layout.Tame(f.reason.EN))
	}
	if more := len(refused) - namedRefusals; more > 0 {
		fmt.Fprintf(stderr, "shop: %s: and %d more\n", file, more)
	}
}

// refusedHere says on stderr what comes of refused rows, unless -skip-bad allows them.
func refusedHere(o options, refused int, stderr io.Writer) error {
	if refused == 0 || o.skipBad {
		return nil
	}
	fmt.Fprintf(stderr, "shop: %s: rows refused: %d; -skip-bad leaves them out\n", o.orders, refused)
	if o.report != "" {
		fmt.Fprintf(stderr, "shop: %s is not written; with -skip-bad it is, without those rows\n", o.report)
	}
	return command.ErrPrinted
}

type reason = guanxi.Text

// because writes a reason in both languages; both take the same args.
func because(en, zh string, args ...any) reason {
	if len(args) == 0 {
		return reason{EN: en, ZH: zh}
	}
	return reason{EN: fmt.Sprintf(en, args...), ZH: fmt.Sprintf(zh, args...)}
}

// inChinese says what the library's sentinels say.
var inChinese = []struct {
	err error
	zh  string
}{
	{rfm.ErrCustomer, "缺少客户"},
	{rfm.ErrTime, "缺少时间，或年份不在 1 至 9999 之间"},
	{rfm.ErrDecimals, "小数位数超过币种允许的位数"},
	{rfm.ErrOverflow, "数值超出范围"},
	{rfm.ErrDuplicateOrder, "订单号重复"},
}

// reasonOf translates why the library refuses a row.
func reasonOf(p *rfm.Purchase[string], field string, err error) reason {
	r := reason{EN: err.Error(), ZH: err.Error()}
	for _, c := range inChinese {
		if errors.Is(err, c.err) {
			r.ZH = c.zh
		}
	}
	value := ""
	switch field {
	case "amount":
		value = p.Amount.String()
	case "order":
		value = strconv.Quote(p.Order)
	default:
		return r
	}
	name := map[string]string{"amount": "金额", "order": "订单"}[field]
	return reason{EN: field + " " + value + ": " + r.EN, ZH: name + " " + value + "：" + r.ZH}
}

// splitPointer takes the pointer of a batch's fault apart: "/17/amount".
func splitPointer(pointer string) (row int, field string) {
	number, field, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	row, _ = strconv.Atoi(number)
	return row, field
}
