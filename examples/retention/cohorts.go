package main

import (
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/shopspring/decimal"
)

// months is how many cohorts the table has.
const months = 12

// cohorts is who came back in which month, and what that came to in money.
func (p *report) cohorts(s *shop) error {
	c, err := retention.NewCohorts(guanxi.StringKey[string](), retention.Config{
		Unit: retention.Month, From: now.AddDate(0, 1-months, 0), Periods: months,
	})
	if err != nil {
		return err
	}
	for _, each := range s.customers {
		for _, o := range each.orders {
			if err := c.Add(each.id, o.at); err != nil {
				return err
			}
		}
	}
	table, err := c.Table(now)
	if err != nil {
		return err
	}
	p.section("Cohorts: who ordered again in which month", "同期群：首单后各月的复购")
	t := &layout.Table{Align: "l"}
	head := []string{p.in("first order", "首单月份"), p.in("customers", "客户")}
	for _, col := range table.Columns {
		head = append(head, strconv.Itoa(col.From))
	}
	t.Add(head...)
	for _, row := range append(table.Rows, retention.Cohort{Customers: table.Customers, Cells: table.Overall}) {
		name := p.in("all", "合计")
		if !row.From.IsZero() {
			name = row.From.Format("2006-01")
		} else {
			t.Rule()
		}
		cells := []string{name, layout.Thousands(row.Customers)}
		for _, cell := range row.Cells {
			cells = append(cells, cohortCell(cell))
		}
		t.Add(cells...)
	}
	p.print(t)
	p.say("%s so far: the month is not over, and its rate not known. Not in the table: %s customers who came before.",
		"带 … 者为至今人数：当月未完，比率尚不可知。更早到来的 %[2]s 位客户不在表中。", "12…", layout.Thousands(table.Earlier))
	return p.money(s)
}

func cohortCell(c retention.Cell) string {
	if rate, ok := c.Rate(); ok {
		return decimals(100*rate, 0) + "%"
	}
	if c.State == retention.InProgress && c.Customers > 0 {
		return strconv.FormatInt(c.SoFar, 10) + "…"
	}
	return unknown
}

// money says what the customers of one quarter of a year brought in the next.
func (p *report) money(s *shop) error {
	cfg := retention.BookConfig{
		Currency: "CNY", Decimals: decimalsOfMoney,
		Opening: now.AddDate(0, -6, 0), Closing: now.AddDate(0, -3, 0), End: now,
	}
	book, err := retention.NewBook(guanxi.StringKey[string](), cfg)
	if err != nil {
		return err
	}
	for _, c := range s.customers {
		for _, o := range c.orders {
			if err := book.Add(retention.Entry[string]{Customer: c.id, At: o.at, Amount: decimal.New(o.cents, -decimalsOfMoney)}); err != nil {
				return err
			}
		}
	}
	m, err := book.Movement()
	if err != nil {
		return err
	}
	r := m.Report()
	churned, err := r.CustomerChurn().Estimate(0)
	if err != nil {
		return err
	}
	share := func(ratio retention.Ratio) string { x, _ := ratio.Rate(); return percent(x) }
	whole := func(d decimal.Decimal) string { return layout.Grouped(d.StringFixed(0)) }
	p.say("Who bought %s CNY in the three months from %s brought %s of it again in the next three (NRR; GRR %s),",
		"自 %[2]s 起三个月内消费 %[1]s CNY 的客户，其后三个月带来其中的 %[3]s（NRR；GRR %[4]s），",
		whole(r.Opening), cfg.Opening.Format(time.DateOnly), share(r.NRR()), share(r.GRR()))
	p.say("%s of them bought nothing (%s); new customers %s, revived ones %s.", "%s 未再购买（%s）；新客 %s，回流 %s。",
		percent(churned.Rate), p.span(percent(churned.Low), percent(churned.High)), whole(r.New), whole(r.Revived))
	return nil
}
