package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// report writes the text that people read.
type report struct {
	strings.Builder
	*forecast
	lang guanxi.Lang
	top  int
}

// writeReport writes the whole report.
func writeReport(w io.Writer, f *forecast, o options) error {
	p := &report{forecast: f, lang: o.lang, top: o.top}
	p.header()
	p.buying()
	p.recovery()
	p.holdOut()
	p.spending()
	if err := p.best(); err != nil {
		return err
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// in picks one of two languages.
func (p *report) in(en, zh string) string { return guanxi.Text{EN: en, ZH: zh}.In(p.lang) }

// section begins a part of the report.
func (p *report) section(en, zh string) {
	fmt.Fprintf(p, "\n%s\n", p.in(strings.ToUpper(en), zh))
}

// say writes a line; see text.
func (p *report) say(en, zh string, args ...any) {
	p.WriteString(layout.Indent + text(en, zh, args...).In(p.lang) + "\n")
}

// quote writes what the library says in plain words.
func (p *report) quote(lines string) {
	for line := range strings.Lines(lines) {
		p.WriteString(layout.Indent + line)
	}
}

func (p *report) print(t *layout.Table) { p.WriteString(t.String()) }

// limits writes a confidence interval.
func (p *report) limits(low, high float64, write func(float64) string) string {
	return write(low) + p.in(" to ", " 至 ") + write(high)
}

// level heads a column of limits.
func (p *report) level() string {
	return fmt.Sprintf(p.in("%.10g%% interval", "%.10g%% 区间"), 100*p.fit.Confidence)
}

// header is who the customers are.
func (p *report) header() {
	fmt.Fprintf(p, "%s\n", layout.Tame(p.title.In(p.lang)))
	back := 0
	for _, r := range p.rows.List {
		if r.Frequency > 0 {
			back++
		}
	}
	p.say("%s customers, of whom %s came back", "%s 位客户，其中 %s 位有复购", layout.Thousands(len(p.names)), layout.Thousands(back))
	for _, n := range p.notes {
		p.say("%s", "%s", n.In(p.lang))
	}
}

// buying is the model of when customers buy and leave.
func (p *report) buying() {
	p.section("Buying and leaving", "购买与流失")
	p.quote(p.fit.Report(p.lang))
}

// recovery compares the fits with the truth of an invented shop.
func (p *report) recovery() {
	if p.truth == nil {
		return
	}
	p.section("Truth and estimate", "真值与估计")
	t := &layout.Table{Align: "l"}
	t.Add(p.in("parameter", "参数"), p.in("truth", "真值"), p.in("estimate", "估计"), p.in("standard error", "标准误"), p.level(), p.in("off by", "偏差"))
	add := func(o *clv.Outcome, params []clv.Param) {
		for _, param := range params {
			e, ok := o.Estimate(param.Name)
			switch {
			case !ok:
			case !e.Known:
				t.Add(param.Name, digits(param.Value), digits(e.Value), unknown, unknown, unknown)
			default:
				t.Add(param.Name, digits(param.Value), digits(e.Value), digits(e.SE), p.limits(e.Low, e.High, digits),
					fmt.Sprintf(p.in("%+.1f s.e.", "%+.1f 倍标准误"), (e.Value-param.Value)/e.SE))
			}
		}
	}
	add(&p.fit.Outcome, p.truth.model.Params())
	if p.spend != nil {
		add(&p.spend.Outcome, p.truth.spend.Params())
	}
	p.print(t)
}

// holdOut is how right the forecast was.
func (p *report) holdOut() {
	if p.check == nil {
		return
	}
	p.section("Forecast and hold-out", "预测与留出期")
	p.quote(p.check.Report(p.lang))
	p.classes(p.in("repeat purchases before", "此前复购次数"), p.check.ByFrequency, func(c clv.HoldOutClass) string {
		if c.Class == clv.MaxFrequencyClass {
			return fmt.Sprintf(p.in("%d or more", "%d 次及以上"), c.Class)
		}
		return fmt.Sprint(c.Class)
	})
	p.classes(p.in("by forecast, least first", "按预测值由低到高"), p.check.Calibration, func(c clv.HoldOutClass) string { return fmt.Sprint(c.Class) })
}

func (p *report) classes(title string, classes []clv.HoldOutClass, name func(clv.HoldOutClass) string) {
	t := &layout.Table{Align: "l"}
	t.Add(title, p.in("customers", "客户"), p.in("came", "实际"), p.in("forecast", "预测"), p.in("mean error", "平均误差"))
	for _, c := range classes {
		t.Add(name(c), layout.Thousands(c.Customers), fixed(c.Actual, 3), fixed(c.Predicted, 3), fixed(c.MAE, 3))
	}
	p.WriteString("\n")
	p.print(t)
}

// spending is the model of what a purchase is worth.
func (p *report) spending() {
	p.section("Spend", "消费额")
	if p.spend != nil {
		p.quote(p.spend.Report(p.lang))
	}
	if !p.priced() {
		p.say("Spend and values are not known: %s.", "消费额与客户价值未知：%s。", p.why.In(p.lang))
	}
}

// best lists the customers of most value, with what is not known of them.
func (p *report) best() error {
	p.section("Value", "客户价值")
	worth := func(i int) float64 {
		if p.priced() {
			return p.values[i].Value
		}
		return p.values[i].Expected
	}
	order := make([]int, len(p.names))
	sum, alive := 0.0, 0.0
	for i := range order {
		order[i], sum, alive = i, sum+worth(i), alive+p.values[i].PAlive
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(worth(b), worth(a)) })
	p.say("About %s customers are still active. In the next %s months all together are expected to bring %s.", "约 %s 位客户仍活跃。未来 %s 个月全体预计带来 %s。",
		fixed(alive, 0), layout.Thousands(p.config.Horizon), p.total(sum))
	tenth, part := (len(order)+9)/10, 0.0
	for _, i := range order[:tenth] {
		part += worth(i)
	}
	if sum > 0 {
		p.say("The tenth of most value brings %s of it.", "其中价值最高的十分之一客户占 %s。", percent(part/sum))
	}
	if p.top == 0 {
		return nil
	}
	p.WriteString("\n")
	return p.list(order[:min(p.top, len(order))])
}

// total writes money, or purchases where no money is known.
func (p *report) total(sum float64) string {
	if !p.priced() {
		return fixed(sum, 0) + p.in(" purchases", " 次购买")
	}
	v := p.config
	s := fixed(sum, 2)
	if v.Discount > 0 {
		s += fmt.Sprintf(p.in(" (discounted at %.4g%% a month)", "（每月贴现 %.4g%%）"), 100*v.Discount)
	}
	return s
}

// list is a table of customers. Limits hold what the fits do not know of the
// parameters, not what chance will do to one customer.
func (p *report) list(who []int) error {
	rows := clv.Rows{Unit: p.rows.Unit, List: inOrder(p.rows.List, who)}
	alive, err := p.fit.AppendPAliveIntervals(nil, rows, 0, 0)
	if err != nil && !errors.Is(err, clv.ErrNoUncertainty) {
		return err
	}
	var value []clv.Forecast
	if p.priced() {
		value, err = p.fit.AppendValueIntervals(nil, rows, p.spend, p.config, 0)
		if err != nil && !errors.Is(err, clv.ErrNoUncertainty) {
			return err
		}
	}
	limits := func(of []clv.Forecast, k int, write func(float64) string) string {
		if k >= len(of) || math.IsNaN(of[k].Low) {
			return unknown
		}
		return p.limits(of[k].Low, of[k].High, write)
	}
	money := func(v float64) string { return fixed(v, 2) }
	t := &layout.Table{Align: "l"}
	t.Add(p.in("customer", "客户"), p.in("repeats", "复购"), p.in("last at", "末次购买"), p.in("age", "客龄"), p.in("active", "活跃概率"), p.level(),
		p.in("expected", "预期购买"), p.in("spend", "单次消费"), p.in("value", "价值"), p.level())
	for k, i := range who {
		r, v := p.rows.List[i], p.values[i]
		cells := []string{layout.Tame(p.names[i]), layout.Thousands(r.Frequency), fixed(r.LastPurchaseAge, 1), fixed(r.Age, 1),
			percent(v.PAlive), limits(alive, k, percent), fixed(v.Expected, 2), unknown, unknown, unknown}
		if p.priced() {
			cells[7], cells[8], cells[9] = money(v.Spend), money(v.Value), limits(value, k, money)
		}
		t.Add(cells...)
	}
	p.print(t)
	p.say("last at, age: in the unit “%s” since the first purchase; intervals: what the fit does not know of the parameters, not chance",
		"末次购买、客龄：自首购起的时间，单位“%s”；区间只反映参数的不确定性，不含个体的偶然波动", p.rows.Unit.Label(p.lang))
	return nil
}
