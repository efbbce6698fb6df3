package main

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
)

// The invented survey: half a year of a shop that designs and furnishes rooms.
const (
	people   = 640
	openRate = 0.1 // who leaves the score open
)

// team is who looked after a customer.
type team struct {
	name    string
	share   float64 // of the customers
	level   float64 // of the scores, without any of the experiences
	chinese float64 // share of the reasons in Chinese
	redraws float64 // how often plans are changed, to the usual
}

var teams = []team{
	{"上海 Shanghai", 0.30, 8.6, 0.7, 1},
	{"杭州 Hangzhou", 0.28, 8.1, 0.9, 2.2},
	{"成都 Chengdu", 0.22, 9.4, 0.9, 0.4},
	{"线上 Online", 0.175, 8.4, 0.5, 1},
	{"西安 Xi'an", 0.025, 8.6, 0.9, 1},
}

// experience is something that happens to customers, and that they speak of.
type experience struct {
	rate   float64 // how often
	effect float64 // on the score
	zh, en []string
}

// The first two depend on the month and on the team.
var experiences = []experience{
	{0.22, -3.2, []string{"物流太慢", "送货晚了两周", "配送一拖再拖"}, []string{"delivery took three weeks", "the parcel arrived late", "shipping was far too slow"}},
	{0.10, -2.6, []string{"设计师总改方案", "方案改了四次还没定"}, []string{"the designer kept changing the plan", "four drafts and still no floor plan"}},
	{0.14, -2.8, []string{"报价不透明", "合同外又有增项"}, []string{"hidden fees in the quote", "the quotation was not transparent"}},
	{0.12, 0.6, []string{"包装太精美", "礼盒很用心"}, []string{"lovely packaging", "so well wrapped"}},
	{0.20, 0.9, []string{"导购很耐心", "服务热情"}, []string{"friendly staff", "very helpful service"}},
	{0.16, 0.7, []string{"质量好，做工细", "用料扎实"}, []string{"solid quality", "beautiful workmanship"}},
	{0.06, -1.5, []string{"价格偏贵"}, []string{"a bit expensive"}},
	{0.04, -1.0, []string{"小程序卡顿"}, []string{"the app crashed at the checkout"}},
}

// invent returns the same survey every time. From October on a new warehouse
// delivers sooner.
func invent(loc *time.Location) *survey {
	rng := rand.New(rand.NewPCG(9, 2025))
	s := &survey{
		title: guanxi.Text{EN: "An invented survey: a shop that furnishes rooms, July to December 2025", ZH: "模拟调查：某家居定制商家，2025 年 7 月至 12 月"},
		rows:  make([]response, people), grouped: true, timed: true, worded: true,
	}
	for i := range s.rows {
		at := time.Date(2025, time.July, 1, 9, 0, 0, 0, loc).AddDate(0, 0, i*184/people).Add(time.Duration(rng.IntN(12*60)) * time.Minute)
		s.rows[i] = person(rng, at)
	}
	return s
}

// person answers one questionnaire.
func person(rng *rand.Rand, at time.Time) response {
	t := teams[len(teams)-1]
	for u, i := rng.Float64(), 0; i < len(teams); i++ {
		if u -= teams[i].share; u < 0 {
			t = teams[i]
			break
		}
	}
	r := response{group: t.name, at: at, answered: rng.Float64() >= openRate}
	chinese := rng.Float64() < t.chinese
	score := t.level + 1.1*rng.NormFloat64()
	var reasons []string
	for i, e := range experiences {
		rate := e.rate
		switch {
		case i == 0 && at.Month() >= time.October:
			rate /= 4
		case i == 1:
			rate *= t.redraws
		}
		if rng.Float64() >= rate {
			continue
		}
		score += e.effect
		words := e.en
		if chinese {
			words = e.zh
		}
		reasons = append(reasons, words[rng.IntN(len(words))])
	}
	if !r.answered {
		return r
	}
	r.score = int(min(10, max(0, math.Round(score))))
	separator := ", "
	if chinese {
		separator = "，"
	}
	r.reason = strings.Join(reasons, separator)
	return r
}
