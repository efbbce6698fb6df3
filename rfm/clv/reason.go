package clv

import (
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

// kink is the reason of a fit of Sarmanov's model on the crease of its bound.
var kink = guanxi.Text{EN: "m at its upper bound, where the bound has its kink", ZH: "m 位于其上界的折点"}

// limits are the limits of the models in Chinese, by what mle.Edge calls them.
var limits = map[string]string{
	"nobody leaves: a/(a+b) → 0":                                   "无人离开：a/(a+b) → 0",
	"everybody has the same dropout probability: a+b → ∞":          "所有客户的流失概率相同：a+b → ∞",
	"nobody leaves: s/β → 0":                                       "无人离开：s/β → 0",
	"everybody has the same dropout rate: s → ∞":                   "所有客户的流失率相同：s → ∞",
	"m at its lower bound":                                         "m 位于下界",
	"m at its upper bound":                                         "m 位于上界",
	"everybody buys with the same probability: α+β → ∞":            "所有客户的购买概率相同：α+β → ∞",
	"everybody has the same dropout probability: γ+δ → ∞":          "所有客户的流失概率相同：γ+δ → ∞",
	"everybody gives up with the same probability: alpha+beta → ∞": "所有客户的放弃概率相同：alpha+beta → ∞",
}

// because sets the reason.
func (o *Outcome) because(t guanxi.Text) { o.Reason, o.why = t.EN, t }

// explain takes the reason from what the optimiser says, after others.
func (o *Outcome) explain(p mle.Problem, r mle.Result, first ...guanxi.Text) {
	var en, zh []string
	for _, t := range first {
		en, zh = append(en, t.EN), append(zh, t.ZH)
	}
	if r.Reason != "" {
		en = append(en, r.Reason)
	}
	names := func(of []int) string {
		var out []string
		for _, i := range of {
			out = append(out, p.Names[i])
		}
		return strings.Join(out, "、")
	}
	for _, a := range r.AtEdge {
		if t, ok := limits[a.Name]; a.Legal {
			if !ok {
				t = a.Name
			}
			zh = append(zh, t)
		} else {
			zh = append(zh, names([]int{a.Parameter})+map[bool]string{true: " 无限增大", false: " 无限减小"}[a.Sign > 0])
		}
	}
	switch r.Cause {
	case mle.Ordinary:
	case mle.Unsound:
		zh = append(zh, "似然无法计算")
	case mle.Lost:
		zh = append(zh, "没有起点通向最大值")
	case mle.GivenUp:
		zh = append(zh, "计算次数用尽，未找到最大值")
	case mle.Silent:
		zh = append(zh, "数据不含关于 "+names(r.About)+" 的信息")
	case mle.Flat:
		zh = append(zh, "似然没有唯一的最大值，沿 "+names(r.About)+" 方向平坦")
	case mle.Worse:
		zh = append(zh, "对数似然低于其所包含的模型")
	case mle.Contained:
		zh = append(zh, "不优于其所包含的模型，此处给出后者的最优解")
	}
	o.because(guanxi.Text{EN: strings.Join(en, "; "), ZH: strings.Join(zh, "；")})
}
