package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/rfm"
)

// readOrders reads a file twice: first to find out how its dates and amounts
// are written, then to add its rows.
func readOrders(o options, stderr io.Writer) (*orderLog, error) {
	f, err := openCSV(o.orders, o.delimiter)
	if err != nil {
		return nil, err
	}
	if f.warning != "" {
		fmt.Fprintf(stderr, "shop: %s: %s\n", o.orders, f.warning)
	}
	size := int64(len(f.data))
	bar := newProgress(stderr, "reading "+filepath.Base(o.orders), 2*size, 2*longFile)
	defer bar.finish()
	dates, amounts, order, decimals, err := f.sniff(o, bar)
	if err != nil {
		return nil, &fileError{o.orders, err}
	}
	if o.decimals >= 0 {
		decimals = o.decimals
	}
	agg, err := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{
		Currency: o.currency, Decimals: decimals, Location: o.loc,
	})
	if err != nil {
		return nil, err
	}
	in := &intake{orderLog: &orderLog{agg: agg}, decimals: int32(decimals)}
	for at, r := range f.rows {
		bar.set(size + int64(at))
		in.read++
		here := place{r.row, r.line}
		switch p, bad := read(r, dates, amounts); {
		case bad != nil:
			in.refuse(here, *bad)
		default:
			err = in.add(here, p)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := in.flush(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(in.refused, func(a, b refusal) int { return cmp.Compare(a.line, b.line) })
	bar.finish()
	nameRefused(stderr, o.orders, in.refused)
	if in.last.IsZero() {
		return nil, &fileError{o.orders, errors.New("no row could be taken")}
	}
	base := filepath.Base(o.orders)
	in.title = guanxi.Text{EN: "Order log " + base, ZH: "订单文件 " + base}
	in.reading = f.howRead(order, amounts.mark, decimals)
	return in.orderLog, nil
}

// longFile is the size from which on reading shows its progress.
const longFile = 8 << 20

// sniff looks at every row once.
func (f *csvFile) sniff(o options, bar *progress) (dates *dateReader, amounts amountReader, order guanxi.Text, decimals int, err error) {
	var ds dateSniffer
	var as amountSniffer
	for at, r := range f.rows {
		bar.set(int64(at))
		if r.bad == nil {
			ds.see(r.line, r.date)
			as.see(r.line, r.amount)
		}
	}
	if dates, err = newDateReader(o.loc, o.dateFormat, &ds); err != nil {
		return
	}
	if order = ds.order(); o.dateFormat != "" {
		order = guanxi.Text{EN: "dates " + o.dateFormat, ZH: "日期格式 " + o.dateFormat}
	}
	if amounts.mark = o.decimalMark; amounts.mark == 0 {
		amounts.mark, err = as.mark(f.delimiter)
	}
	return dates, amounts, order, as.places(amounts.mark), err
}

// howRead says in words what was detected.
func (f *csvFile) howRead(order guanxi.Text, mark byte, decimals int) guanxi.Text {
	en := []string{map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "bars"}[f.delimiter] + " between columns"}
	zh := []string{map[rune]string{',': "逗号", ';': "分号", '\t': "制表符", '|': "竖线"}[f.delimiter] + "分隔"}
	if !order.IsZero() {
		en, zh = append(en, order.EN), append(zh, order.ZH)
	}
	if mark == ',' {
		en, zh = append(en, "decimal commas"), append(zh, "小数逗号")
	}
	en, zh = append(en, fmt.Sprintf("%d decimals", decimals)), append(zh, fmt.Sprintf("%d 位小数", decimals))
	if f.order < 0 {
		en, zh = append(en, "every row an order"), append(zh, "每行一笔订单")
	}
	return guanxi.Text{EN: strings.Join(en, ", "), ZH: strings.Join(zh, "，")}
}

// read turns a row into a purchase, or says why it is none.
func read(r record, dates *dateReader, amounts amountReader) (p rfm.Purchase[string], bad *reason) {
	refuse := func(b reason) (rfm.Purchase[string], *reason) { return p, &b }
	if r.bad != nil {
		return p, r.bad
	}
	var err error
	switch {
	case r.customer == "":
		return refuse(because("no customer", "缺少客户"))
	case r.date == "":
		return refuse(because("no date", "缺少日期"))
	case r.amount == "":
		return refuse(because("no amount", "缺少金额"))
	}
	if p.At, err = dates.parse(r.date); err != nil {
		return refuse(because("%q is no date", "%q 不是日期", r.date))
	}
	if !csvfile.InYears(p.At) {
		return refuse(because("%q is not in the years %d to %d", "%q 不在 %d 至 %d 年之间", r.date, csvfile.FirstYear, csvfile.LastYear))
	}
	if p.Amount, err = amounts.parse(r.amount); err != nil {
		return refuse(because("%q is no amount", "%q 不是金额", r.amount))
	}
	p.Customer, p.Order = strings.Clone(r.customer), strings.Clone(r.order)
	return p, nil
}

// intake feeds an order log in chunks.
type intake struct {
	*orderLog
	chunk    []rfm.Purchase[string]
	places   []place // by row of chunk; the zero place of one that was refused
	decimals int32
}

// chunkRows is how many rows are added at once: AddAll names up to 1,000
// refused rows, and here every one is to be named.
const chunkRows = 1000

func (in *intake) refuse(at place, why reason) {
	in.refused = append(in.refused, refusal{at, why})
}

func (in *intake) add(at place, p rfm.Purchase[string]) error {
	in.chunk, in.places = append(in.chunk, p), append(in.places, at)
	if len(in.chunk) < chunkRows {
		return nil
	}
	return in.flush()
}

// flush adds the chunk. Refused rows are noted; every other error is returned.
func (in *intake) flush() error {
	err := in.agg.AddAll(in.chunk)
	twice := map[int]bool{}
	var batch *guanxi.BatchError
	switch {
	case errors.As(err, &batch):
		for _, f := range batch.Faults {
			row, field := splitPointer(f.Pointer)
			in.refuse(in.places[row], reasonOf(&in.chunk[row], field, f.Err))
			in.places[row] = place{}
			twice[row] = errors.Is(f.Err, rfm.ErrDuplicateOrder)
		}
	case err != nil:
		return err
	}
	for i, at := range in.places {
		p := &in.chunk[i]
		taken := at != place{}
		if taken {
			in.extent.add(p.At)
		}
		if taken || twice[i] { // of those the aggregate keeps the earlier one, whichever that is
			units := p.Amount.Shift(in.decimals).IntPart()
			in.rows = append(in.rows, logRow{p.Customer, p.Order, p.At.UnixMicro(), units})
		}
	}
	in.chunk, in.places = in.chunk[:0], in.places[:0]
	return nil
}
