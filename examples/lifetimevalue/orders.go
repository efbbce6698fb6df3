package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// orderLog is a log once it is read.
type orderLog struct {
	rows          []rfm.Purchase[string]
	decimals      int // that its amounts have
	last          time.Time
	refunds, free int // negative amounts, and 0
}

// readOrders reads a log and makes rows of it.
func readOrders(o options) (*table, error) {
	log, err := loadOrders(o.orders)
	if err != nil {
		return nil, err
	}
	end := log.last
	if !o.end.IsZero() {
		end = o.end
	}
	if !o.until.IsZero() && !o.until.Before(end) {
		return nil, fmt.Errorf("-calibrate-until %s is not before %s, the last day of the log: nothing is held out", day(o.until), day(end))
	}
	// The literature counts free orders as purchases, and so do its reference data.
	agg, err := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: log.decimals, Zero: rfm.ZeroCounts})
	if err != nil {
		return nil, err
	}
	if err := agg.AddAll(log.rows); err != nil {
		return nil, err
	}
	// Flags name the last day that counts; the library's times are exclusive.
	after := func(last time.Time) time.Time { return last.AddDate(0, 0, 1) }
	cfg := clv.RowConfig{Unit: o.unit}
	var c *clv.Customers[string]
	if o.until.IsZero() {
		c, err = clv.FromPurchases(agg, after(end), cfg)
	} else {
		c, err = clv.Split(agg, after(o.until), after(end), cfg)
	}
	if err != nil {
		return nil, err
	}
	t := newTable(c, func(k string) string { return k })
	if len(t.names) == 0 {
		return nil, fmt.Errorf("%s: nobody bought by %s", o.orders, day(observed(o.until, end)))
	}
	t.title = text("Order log %s, calibration to %s", "订单文件 %s，校准期至 %s", filepath.Base(o.orders), day(observed(o.until, end)))
	if t.actual != nil {
		t.title = text("Order log %s, calibration to %s, hold-out to %s", "订单文件 %s，校准期至 %s，留出期至 %s",
			filepath.Base(o.orders), day(o.until), day(end))
	}
	log.describe(t, c.Notes, after(end), agg.Len()-c.Len()-c.Notes.Later)
	return t, nil
}

// describe counts what a person should know of.
func (l *orderLog) describe(t *table, n clv.RowNotes, asOf time.Time, strangers int) {
	later := 0
	for i := range l.rows {
		if !l.rows[i].At.Before(asOf) {
			later++
		}
	}
	t.note(n.Merged, "orders on a day on which the customer had bought already: one purchase, amounts added: %s", "同一客户同日的其他订单（合并为一次购买，金额相加）：%s")
	t.note(l.free, "orders of amount 0, which count as purchases: %s", "金额为 0 的订单（计为购买）：%s")
	t.note(l.refunds, "refunds, taken from the customer's latest purchase before them; they undo none: %s", "退款（从该客户此前最近一次购买中扣除，不取消购买）：%s")
	t.note(n.Loose, "refunds with no purchase before them, in no value: %s", "此前没有购买的退款（不计入金额）：%s")
	t.note(n.Later, "customers who came after the calibration, left out: %s", "校准期之后才首购的客户（未计入）：%s")
	t.note(later, "rows after the end, not looked at: %s", "观察期之后的行（未使用）：%s")
	t.note(strangers, "customers without a purchase by the end, left out: %s", "观察期内没有购买的客户（未计入）：%s")
}

// observed is the day at which rows are taken.
func observed(until, end time.Time) time.Time {
	if until.IsZero() {
		return end
	}
	return until
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// loadOrders reads every row, or says which cannot be.
func loadOrders(name string) (*orderLog, error) {
	f, err := csvfile.Open(name, "", "customer", "date", "amount")
	if err != nil {
		return nil, err
	}
	l := &orderLog{}
	err = eachRow(name, f, func(fields []string, no refuse) {
		p := rfm.Purchase[string]{Customer: strings.Clone(fields[0])}
		if p.Customer == "" {
			no("customer", "", errNone)
		}
		var err error
		if p.At, err = parseDate(fields[1]); err != nil {
			no("date", fields[1], err)
		}
		if p.Amount, err = parseAmount(fields[2]); err != nil {
			no("amount", fields[2], err)
		}
		l.add(p)
	})
	if err == nil && len(l.rows) == 0 {
		err = fmt.Errorf("%s: there are no rows below the header", name)
	}
	return l, err
}

func (l *orderLog) add(p rfm.Purchase[string]) {
	l.rows = append(l.rows, p)
	l.decimals = max(l.decimals, -int(p.Amount.Exponent()))
	if p.At.After(l.last) {
		l.last = p.At
	}
	switch p.Amount.Sign() {
	case -1:
		l.refunds++
	case 0:
		l.free++
	}
}
