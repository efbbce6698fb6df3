package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

const (
	week     = 7 * day
	settling = 3 * week // until somebody has dealt with a crisis
)

// told is what people were told of a customer.
type told struct {
	at     time.Time
	risk   float64 // that of the reading; below 0 where somebody ended the alert
	effect churn.Effect
	crisis bool
	left   bool // ended because the customer had left
	reason churn.Reason
}

// followed is a customer and all that was told of them.
type followed struct {
	*customer
	alert churn.Alert
	told  []told
	left  bool
	known bool // was there to be followed
}

// followUp reads every customer's risk each week since the weights were known, and
// moves the alerts on.
func (s *shop) followUp() ([]followed, error) {
	alerts, err := churn.NewAlerts(churn.AlertConfig{
		Rule: "leaving", Enter: 0.6, Leave: 0.4,
		Closes: churn.Confirm{N: 2, M: 2}, Dwell: guanxi.Span{Days: 14}, CoolDown: guanxi.Span{Days: 21},
	})
	if err != nil {
		return nil, err
	}
	out := make([]followed, len(s.customers))
	crisis, _ := s.scorer.Index(churn.ComplaintEscalated)
	var memory []churn.Observation
	_, _, at := cuts()
	for ; !at.After(now); at = at.Add(week) {
		segments, err := s.learnSegments(at)
		if err != nil {
			return nil, err
		}
		for i, c := range s.customers {
			f := &out[i]
			f.customer = c
			v, err := s.watch.look(c, segments[c.channel], at, memory[:0])
			if err != nil {
				return nil, err
			}
			if v.Orders == 0 {
				continue
			}
			memory = v.seen
			if f.left = v.gone; f.left && !f.known {
				continue // had left before anybody looked
			}
			f.known = true
			if err := s.step(alerts, f, v, crisis, at); err != nil {
				return nil, fmt.Errorf("%s: %w", c.id, err)
			}
		}
	}
	return out, nil
}

// step is one customer's week.
func (s *shop) step(alerts *churn.Alerts, f *followed, v view, crisis int, at time.Time) error {
	since, _ := f.alert.Since()
	dealtWith := f.alert.Crisis() && at.Sub(since) >= settling
	if f.alert.IsOpen() && (v.gone || dealtWith) {
		alert, effect, err := alerts.Resolve(f.alert, at)
		if err != nil {
			return err
		}
		if f.alert = alert; effect != churn.NoEffect {
			f.told = append(f.told, told{at: at, risk: -1, effect: effect, left: v.gone})
		}
		return nil
	}
	if v.gone {
		return nil
	}
	var top [1]churn.Reason
	score, err := s.learned.Score(top[:], v.seen, at)
	if err != nil {
		return err
	}
	r := churn.Reading{Risk: score.Risk, Band: int(score.Band)}
	r.Crisis = slices.ContainsFunc(v.seen, func(o churn.Observation) bool {
		return o.Signal == crisis && o.At >= at.Add(-week).UnixMicro()
	})
	alert, effect, err := alerts.Step(f.alert, r, at)
	if err != nil {
		return err
	}
	if f.alert = alert; effect != churn.NoEffect {
		f.told = append(f.told, told{at, score.Risk, effect, r.Crisis, false, top[0]})
	}
	return nil
}

// alerts shows what was told of two customers, and what came of all of them.
func (p *report) alerts(s *shop) error {
	all, err := s.followUp()
	if err != nil {
		return err
	}
	_, _, from := cuts()
	p.section("Alerts over time", "预警过程")
	p.say("Every customer's risk was read each week since %s. An alert opens when 2 of 3 readings are 60%% or more,",
		"自 %s 起每周读取每位客户的风险。三次读数中有两次达到 60%% 即预警，", from.Format(time.DateOnly))
	p.say("closes when two in a row are below 40%%, and stays open, and then shut, for a while; a crisis opens at once.",
		"连续两次低于 40%% 才解除；开启与解除后均保持一段时间；危机立即预警。")
	t := &layout.Table{Align: "l"}
	t.Add("", p.in("customers", "客户"), p.in("have left since", "其后流失"), p.in("share", "占比"))
	for _, alerted := range []bool{true, false} {
		n, left := 0, 0
		for _, f := range all {
			if f.known && len(f.told) > 0 == alerted {
				n++
				left += int(truth(f.left))
			}
		}
		t.Add(map[bool]string{true: p.in("with an alert", "曾预警"), false: p.in("without", "未预警")}[alerted],
			layout.Thousands(n), layout.Thousands(left), percent(float64(left)/float64(max(1, n))))
	}
	p.print(t)
	for _, f := range stories(all) {
		fmt.Fprintf(p, p.in("  %s (%s)\n", "  %s（%s）\n"), f.id, channels[f.channel].name.In(p.lang))
		for _, e := range f.told {
			p.WriteString("    " + e.at.Format(time.DateOnly) + "  " + p.told(s, e) + "\n")
		}
	}
	return nil
}

// stories picks two customers: the one of whom there is most to tell without a
// crisis, and with one.
func stories(all []followed) (out []followed) {
	for _, crisis := range []bool{false, true} {
		i := -1
		for j, f := range all {
			has := slices.ContainsFunc(f.told, func(t told) bool { return t.crisis })
			if has == crisis && len(f.told) > 0 && (i < 0 || cmp.Compare(len(f.told), len(all[i].told)) > 0) {
				i = j
			}
		}
		if i >= 0 {
			out = append(out, all[i])
		}
	}
	return out
}

var effects = map[churn.Effect]guanxi.Text{
	churn.Opened:    {EN: "alert opened", ZH: "预警"},
	churn.Escalated: {EN: "alert escalated", ZH: "预警升级"},
	churn.Closed:    {EN: "alert closed", ZH: "解除"},
}

func (p *report) told(s *shop, e told) string {
	line := effects[e.effect].In(p.lang)
	switch {
	case e.left:
		return line + p.in(": has left; a matter for the win-back", "：已流失，转入挽回")
	case e.risk < 0:
		return line + p.in(": somebody has dealt with it", "：已有人处理")
	}
	line += p.in(", risk ", "，风险 ") + percent(e.risk)
	if e.crisis {
		line += p.in(", a crisis", "，危机")
	}
	if e.effect != churn.Closed && e.reason.LogOdds > 0 {
		line += p.in(", above all: ", "，主要原因：") + s.learned.Signal(int(e.reason.Signal)).Label(p.lang)
	}
	return line
}
