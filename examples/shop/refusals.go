package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// refusal is a row that was not taken: the line it stands on, counted from 1
// with the header's, and why.
type refusal struct {
	line   int
	reason reason
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
	{rfm.ErrNoCustomer, "缺少客户"},
	{rfm.ErrNoTime, "缺少时间,或年份不在 1 至 9999 之间"},
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
	return reason{EN: field + " " + value + ": " + r.EN, ZH: name + " " + value + ":" + r.ZH}
}

// splitPointer takes the pointer of a batch's fault apart: "/17/amount".
func splitPointer(pointer string) (row int, field string) {
	number, field, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	row, _ = strconv.Atoi(number)
	return row, field
}
