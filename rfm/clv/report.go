package clv

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi"
)

// Label returns the unit's name.
func (u Unit) Label(lang guanxi.Lang) string {
	return map[Unit]guanxi.Text{
		Day: {EN: "day", ZH: "天"}, Week: {EN: "week", ZH: "周"}, Month: {EN: "month", ZH: "月"},
		Opportunity: {EN: "opportunity", ZH: "次机会"},
	}[u].In(lang)
}

// Label returns the process's name.
func (p Process) Label(lang guanxi.Lang) string {
	return map[Process]guanxi.Text{
		Buying: {EN: "buying", ZH: "购买"}, Leaving: {EN: "leaving", ZH: "流失"}, Both: {EN: "buying and leaving", ZH: "购买与流失"},
	}[p].In(lang)
}

// Report says in plain words what the fit found and how far it can be trusted: a
// few lines, for people who have not read the papers.
func (f *Fit) Report(lang guanxi.Lang) string {
	var b report
	b.lang = lang
	unit := f.unit.Label(lang)
	b.line("%s, %d customers, times in the unit “%s”.", "%s 模型，%d 位客户，时间单位为“%s”。", f.kind.Label(lang), f.Customers, unit)
	b.status(&f.Outcome)
	if f.Predictor == nil {
		return b.String()
	}
	switch m := f.model.(type) {
	case MBGNBD:
		b.buying(m.R, m.Alpha, unit)
		b.line("After each purchase, the first included, %s of customers leave on average.", "每次购买（含首购）之后，平均有 %s 的客户离开。", percent(m.A/(m.A+m.B)))
	case BGNBD:
		b.buying(m.R, m.Alpha, unit)
		b.line("After each repeat purchase %s of customers leave on average. Who never came back counts as active for certain: prefer MBG/NBD if that matters.",
			"每次复购之后，平均有 %s 的客户离开。从未复购者在此模型中必为活跃；若有影响，请改用 MBG/NBD。", percent(m.A/(m.A+m.B)))
	case ParetoNBD:
		b.buying(m.R, m.Alpha, unit)
		b.leaving(m.S, m.Beta, unit)
	case Sarmanov:
		b.buying(m.R, m.Alpha, unit)
		b.leaving(m.S, m.Beta, unit)
		switch {
		case m.M > 0:
			b.line("Those who buy often tend to leave sooner.", "购买频繁的客户往往更早离开。")
		case m.M < 0:
			b.line("Those who buy often tend to stay longer.", "购买频繁的客户往往留得更久。")
		}
	case BGBB:
		b.line("At an opportunity an active customer buys with probability %s on average, and before it %s leave.", "每次机会中，活跃客户平均以 %s 的概率购买；每次机会之前平均有 %s 离开。",
			percent(m.Alpha/(m.Alpha+m.Beta)), percent(m.Gamma/(m.Gamma+m.Delta)))
	}
	for _, e := range f.effects {
		what := e.On.Label(lang)
		b.line("One more of “%s” multiplies %s by %s.", "“%s”每增加 1，%s的强度乘以 %s。", e.Covariate, what, number(math.Exp(e.Coefficient)))
	}
	if slices.ContainsFunc(f.effects, func(e Effect) bool { return e.Centre != 0 }) {
		b.line("The parameters are those of customers with average covariates.", "参数对应协变量取平均值的客户。")
	}
	b.estimates(&f.Outcome)
	return b.String()
}

// Report says in plain words what the fit found and how far it can be trusted.
func (f *SpendFit) Report(lang guanxi.Lang) string {
	var b report
	b.lang = lang
	b.line("Gamma-Gamma, %d customers with repeat purchases; %d others left out.", "Gamma-Gamma 模型，使用 %d 位有复购的客户；另有 %d 位未使用。", f.Customers, f.LeftOut)
	b.status(&f.Outcome)
	if f.Status == Failed {
		return b.String()
	}
	if mean, err := f.Population(); err == nil {
		b.line("A purchase is worth %s on average; that is what a customer without repeat purchases is expected to spend.", "平均每次购买 %s；尚无复购的客户按此估计。", number(mean))
	} else {
		b.line("q is not above 1: a few customers spend so much that there is no mean. Values of customers cannot be computed; look for single huge orders.", "q 不大于 1：少数客户消费过高，均值不存在，无法计算客户价值；请检查个别巨额订单。")
	}
	switch i := f.Independence; {
	case !i.Known:
		b.line("Too few customers to see whether spend goes with frequency.", "客户太少，无法判断消费额与频率是否相关。")
	case i.Holds():
		b.line("Spend and frequency hardly go together (correlation %s, limits %s to %s), as the model assumes.", "消费额与频率几乎无关（相关系数 %s，区间 %s 至 %s），符合模型假设。", number(i.Correlation), number(i.Low), number(i.High))
	default:
		b.line("Spend goes with frequency (correlation %s, limits %s to %s), which the model assumes it does not: take values with care.", "消费额与频率相关（相关系数 %s，区间 %s 至 %s），与模型假设不符：价值估计须谨慎使用。", number(i.Correlation), number(i.Low), number(i.High))
	}
	b.estimates(&f.Outcome)
	return b.String()
}

// Report says in plain words how a forecast compares with what came.
func (r *HoldOutReport) Report(lang guanxi.Lang) string {
	var b report
	b.lang = lang
	b.line("Hold-out of length %s (in the unit “%s”): %s purchases came, %s were forecast.", "留出期长度为 %s（单位“%s”）：实际购买 %s 次，预测 %s 次。",
		number(r.Periods), r.Unit.Label(lang), number(r.Actual), number(r.Predicted))
	if r.Actual > 0 {
		b.line("That is %s of what came; the mean absolute error a customer is %s purchases.", "预测为实际的 %s；平均每位客户的绝对误差为 %s 次。", percent(r.Predicted/r.Actual), number(r.MAE))
	}
	if r.CorrelationKnown {
		b.line("Forecast and purchases have a correlation of %s over the customers.", "各客户的预测与实际的相关系数为 %s。", number(r.Correlation))
	}
	return b.String()
}

type report struct {
	strings.Builder
	lang guanxi.Lang
}

func (b *report) line(en, zh string, args ...any) {
	_, _ = fmt.Fprintf(b, guanxi.Text{EN: en, ZH: zh}.In(b.lang)+"\n", args...) // a Builder does not fail
}

func (b *report) status(o *Outcome) {
	switch o.Status {
	case Converged:
		b.line("The fit converged: log-likelihood %s.", "拟合收敛：对数似然 %s。", strconv.FormatFloat(o.LogLik, 'f', 4, 64))
	case Boundary:
		b.line("The best fit lies at the edge of the model: log-likelihood %s (%s). Forecasts hold; the parameters that ran off mean nothing by themselves.",
			"最优解位于模型边界：对数似然 %s（%s）。预测有效，但趋于无穷的参数本身没有意义。", strconv.FormatFloat(o.LogLik, 'f', 4, 64), o.ReasonIn(b.lang))
	case Failed:
		b.line("No fit was found: %s.", "未找到拟合：%s。", o.ReasonIn(b.lang))
	}
}

func (b *report) buying(r, alpha float64, unit string) {
	b.line("While active, a customer comes back %s times a %s on average; customers differ %s (shape %s).",
		"活跃客户平均每%[2]s复购 %[1]s 次；客户间差异%[3]s（形状参数 %[4]s）。", number(r/alpha), unit, b.spread(r), number(r))
}

func (b *report) leaving(s, beta float64, unit string) {
	b.line("In their first %s, %s of new customers leave on average; among those who stay it is fewer.", "新客户在最初一%s内平均有 %s 离开；留下的客户流失更少。", unit, percent(-math.Expm1(s*math.Log1p(-1/(1+beta)))))
}

// spread says how much rates with a gamma distribution of this shape differ.
func (b *report) spread(shape float64) string {
	t := guanxi.Text{EN: "little", ZH: "较小"}
	switch {
	case shape < 0.5:
		t = guanxi.Text{EN: "very much", ZH: "很大"}
	case shape < 2:
		t = guanxi.Text{EN: "much", ZH: "较大"}
	case shape > 1000:
		t = guanxi.Text{EN: "hardly", ZH: "极小"}
	}
	return t.In(b.lang)
}

func (b *report) estimates(o *Outcome) {
	for _, e := range o.Estimates {
		if e.Known {
			b.line("  %-8s %s, standard error %s, %s limits %s to %s", "  %-8s %s，标准误 %s，%s 区间 %s 至 %s",
				e.Name, number(e.Value), number(e.SE), percent(o.Confidence), number(e.Low), number(e.High))
		} else {
			b.line("  %-8s %s, no standard error", "  %-8s %s，无标准误", e.Name, number(e.Value))
		}
	}
}

// number writes four significant digits without an exponent where that is short.
func number(v float64) string {
	if a := math.Abs(v); a >= 1e4 && a < 1e15 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func percent(v float64) string { return strconv.FormatFloat(math.Round(1000*v)/10, 'f', -1, 64) + " %" }
