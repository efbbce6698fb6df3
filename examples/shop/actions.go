package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// The kinds of actions.
const (
	doCall    = "call"
	doThank   = "thank"
	doWinBack = "win_back"
)

var doNames = map[string]guanxi.Text{
	doCall:    {EN: "Call", ZH: "致电"},
	doThank:   {EN: "Thank", ZH: "致谢"},
	doWinBack: {EN: "Win back", ZH: "挽回"},
}

const (
	lateness    = 30  // days for which a tier, a round number of orders is news
	answerDays  = 92  // and an answer
	winBackDays = 182 // after which who has left is no longer called back
)

// today chooses what to do on the day of as_of.
type today struct {
	*book
	options
	stages *stages
	values *values // nil where not known
	views  *views  // nil where not known
	waves  *waves  // nil without answers
	desk   *desk
}

// candidate is a buyer for whom there is something to do.
type candidate struct {
	buyer  int
	do     string
	reason guanxi.Text
	stake  float64
}

// actions lists whom to call, to thank and to win back: one action a customer, and of
// each kind those with whom most is at stake.
func (t *today) actions() wholeActions {
	r := wholeActions{HeldOut: t.holdout, Salt: t.salt, List: []wholeAction{}}
	byKind := map[string][]candidate{}
	for i := range t.buyers {
		if c, ok := t.choose(i); ok {
			byKind[c.do] = append(byKind[c.do], c)
		}
	}
	for _, do := range []string{doCall, doThank, doWinBack} {
		list := byKind[do]
		slices.SortStableFunc(list, func(x, y candidate) int { return cmp.Compare(y.stake, x.stake) })
		for _, c := range list[:min(t.options.actions, len(list))] {
			r.List = append(r.List, t.action(c))
		}
	}
	return r
}

func (t *today) action(c candidate) wholeAction {
	id := t.buyer(c.buyer).id
	arm := winback.ArmOf(winback.Holdout{Salt: t.salt, Share: t.holdout}, guanxi.StringKey[string](), id)
	return wholeAction{
		Do: c.do, Name: doNames[c.do].In(t.lang), Customer: id, Segment: t.segmentName(c.buyer), Stage: t.stages.name(c.buyer, t.options),
		Reason: c.reason.In(t.lang), Stake: c.stake, Points: t.desk.has[t.buyers[c.buyer]], HeldOut: arm == winback.Held,
	}
}

// choose says what there is to do for a buyer, if anything.
func (t *today) choose(i int) (candidate, bool) {
	if t.views == nil {
		return candidate{}, false
	}
	v := &t.views.of[i]
	a, answered := t.waves.last(i)
	answered = answered && a.at >= t.book.asOf.AddDate(0, 0, -answerDays).UnixMicro()
	unhappy := answered && a.score <= 6
	switch {
	case v.gone:
		return t.winBack(i, v)
	case v.stake > 0 && (unhappy || v.Overdue > 0 && v.Risk >= 0.3):
		return candidate{i, doCall, t.whyCall(v, a, unhappy), v.stake}, true
	case v.Overdue == 0 && !unhappy:
		return t.thank(i, v, a, answered)
	}
	return candidate{}, false
}

// whyCall says why a customer is to be called.
func (t *today) whyCall(v *view, a answer, unhappy bool) guanxi.Text {
	why := because("silent for %.0f days, expected after %.0f", "沉默 %.0f 天，预期 %.0f 天内复购", v.Silent, v.Standing.Expected)
	if unhappy {
		why = because("answered %d of 10 on %s", "%d 分（满分 10），%s", a.score, t.day(time.UnixMicro(a.at)))
	}
	why = join(why, because("risk %.0f%%", "流失风险 %.0f%%", 100*v.Risk))
	for _, r := range v.reasons {
		signal := t.views.scorer.Signal(int(r.Signal))
		if r.LogOdds > 0 && signal.ID != overdueSignal && !(unhappy && int(r.Signal) == t.views.signal.score) {
			return join(why, guanxi.Text{EN: lower(signal.Name.EN), ZH: signal.Name.ZH})
		}
	}
	return why
}

// winBack is for who left lately: what they bought in the year before their last order
// may be won again.
func (t *today) winBack(i int, v *view) (candidate, bool) {
	if v.left.Before(t.book.asOf.AddDate(0, 0, -winBackDays)) {
		return candidate{}, false
	}
	s := t.buyer(i)
	last := s.last().at
	units := s.spent(time.UnixMicro(last).AddDate(0, 0, -365).UnixMicro() + 1)
	why := because("last order on %s, gone by their own cycle since %s; bought for %s in the year before",
		"末次下单 %s，按自身周期自 %s 起视为流失；此前一年消费 %s",
		t.day(time.UnixMicro(last)), t.day(v.left), money(t.pop.Money(units), t.pop.Config().Decimals))
	return candidate{i, doWinBack, why, float64(units) * perUnit(t.book)}, units > 0
}

// thank is for who is there and has just given a reason: a tier, a round number of
// orders, or a high score.
func (t *today) thank(i int, v *view, a answer, answered bool) (candidate, bool) {
	since := t.book.asOf.AddDate(0, 0, -lateness)
	place := t.buyers[i]
	var why guanxi.Text
	if at := t.desk.since[place]; t.desk.tier[place] != t.desk.program.Tiers.Levels[0].ID && !at.Before(since) && t.risen(place) {
		why = join(why, because("reached %s on %s", "升级为%s（%s）", t.desk.tierName(t.desk.tier[place]), t.day(at)))
	}
	if n := t.buyer(i).counts; n%10 == 0 && t.buyer(i).last().at >= since.UnixMicro() {
		why = join(why, because("%s orders", "累计 %s 笔订单", layout.Thousands(n)))
	}
	if answered && a.score >= 9 {
		why = join(why, because("answered %d of 10 on %s", "%d 分（满分 10），%s", a.score, t.day(time.UnixMicro(a.at))))
	}
	stake := float64(v.year) * perUnit(t.book)
	if t.values != nil && t.values.priced {
		stake = t.values.of[i].Value
	}
	return candidate{i, doThank, why, stake}, !why.IsZero()
}

// risen reports whether the tier was reached, and not fallen to.
func (t *today) risen(place int) bool { return t.desk.rose[place] }

// day writes the day of an instant.
func (t *today) day(at time.Time) string { return at.In(t.loc).Format(time.DateOnly) }

// join puts two reasons together; either may be empty.
func join(x, y guanxi.Text) guanxi.Text {
	if x.IsZero() {
		return y
	}
	return guanxi.Text{EN: fmt.Sprintf("%s; %s", x.EN, y.EN), ZH: fmt.Sprintf("%s；%s", x.ZH, y.ZH)}
}

// lower begins with a small letter.
func lower(s string) string {
	if s != "" && s[0] >= 'A' && s[0] <= 'Z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}
