package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/samber/lo"
)

// columns are the places of what is read in a row; order is -1 if there is none.
type columns struct {
	customer, date, amount, order int
	warning                       string // what a person should know about the choice
}

// synonyms are the headers a column may have, the best first: where a header
// has several of them, the first is taken. Case, spaces and punctuation do not
// matter.
var synonyms = struct{ customer, date, amount, order []string }{
	customer: []string{"customer", "customerid", "customerno", "customernumber", "custid", "cust", "clientid", "client",
		"userid", "user", "memberid", "member", "buyerid", "buyer",
		"客户", "客户编号", "客户号", "客户id", "顾客", "顾客编号", "顾客id", "会员", "会员号", "会员编号", "会员id", "用户", "用户id", "买家"},
	date: []string{"orderdate", "purchasedate", "invoicedate", "transactiondate", "date", "datetime", "orderdatetime", "ordertime", "createdat", "orderedat", "at", "timestamp", "time",
		"日期", "时间", "订单日期", "订单时间", "下单日期", "下单时间", "购买日期", "购买时间", "消费日期", "消费时间", "交易日期", "交易时间", "付款时间", "支付时间", "创建时间"},
	amount: []string{"amount", "totalamount", "orderamount", "ordertotal", "total", "totalprice", "revenue", "sales", "value", "price",
		"金额", "订单金额", "实付金额", "支付金额", "消费金额", "交易金额", "总金额", "总额", "总价", "销售额", "价格"},
	order: []string{"orderid", "orderno", "ordernumber", "orderref", "order", "invoiceno", "invoiceid", "invoicenumber", "invoice", "transactionid",
		"订单号", "订单编号", "订单id", "订单", "单号", "发票号"},
}

// A price beside a quantity may be that of one piece.
var (
	unitPrices = []string{"price", "价格"}
	quantities = []string{"quantity", "qty", "units", "数量", "件数"}
)

// delimiters are tried in this order.
var delimiters = []rune{',', ';', '\t', '|'}

// findDelimiter returns the one delimiter with which the first line is the
// header of a log.
func findDelimiter(line string, given rune) (rune, columns, int, error) {
	candidates := delimiters
	if given != 0 {
		candidates = []rune{given}
	}
	best, found, width, bestErr := rune(0), columns{}, 0, error(nil)
	fewest := 4
	for _, d := range candidates {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma = d
		header, err := r.Read()
		if err != nil {
			continue
		}
		cols, missing, err := findColumns(header)
		if missing < fewest || missing == fewest && len(header) > width {
			best, found, width, bestErr, fewest = d, cols, len(header), err, missing
		}
	}
	if best == 0 {
		return 0, columns{}, 0, errors.New("the first line is no header")
	}
	return best, found, width, bestErr
}

// findColumns finds the columns of a log by their header, and says how many are
// missing.
func findColumns(header []string) (c columns, missing int, err error) {
	names := lo.Map(header, func(h string, _ int) string { return plain(h) })
	var errs, lacking []string
	find := func(role string, known []string, needed bool) int {
		for _, k := range known {
			i := slices.Index(names, k)
			if i < 0 {
				continue
			}
			if slices.Contains(names[i+1:], k) {
				errs = append(errs, fmt.Sprintf("two columns are called %q", header[i]))
			}
			return i
		}
		if needed {
			missing++
			lacking = append(lacking, role)
		}
		return -1
	}
	c.customer = find("customer", synonyms.customer, true)
	c.date = find("date", synonyms.date, true)
	c.amount = find("amount", synonyms.amount, true)
	c.order = find("order", synonyms.order, false)
	if c.amount >= 0 && lo.Contains(unitPrices, names[c.amount]) && lo.Some(names, quantities) {
		c.warning = fmt.Sprintf("%q stands beside a quantity and is taken for the amount of the whole row, not of one piece", header[c.amount])
	}
	if len(lacking) > 0 {
		errs = append(errs, fmt.Sprintf("no %s column among %q", strings.Join(lacking, ", no "), header))
	}
	if len(errs) > 0 {
		err = errors.New(strings.Join(errs, "; "))
	}
	return c, missing, err
}

// plain is a header without case, spaces and punctuation.
func plain(header string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, header)
}
