package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/churn/predict"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/samber/lo"
)

// Who leaves within a third of a year is asked at three cuts: one to learn from,
// one to calibrate on, and the newest to be judged on.
const (
	horizonDays = 120
	calls       = 100 // customers the shop can call
)

func cuts() (train, calibration, test time.Time) {
	train = time.Date(2024, time.December, 23, 0, 0, 0, 0, time.UTC)
	return train, train.AddDate(0, 0, horizonDays), train.AddDate(0, 0, 2*horizonDays)
}

// frame gathers what was known of every customer at a cut, and what became of them.
func (s *shop) frame(cut time.Time) (*predict.SignalFrame, error) {
	w, err := predict.NewWindow(cut, guanxi.Span{Days: horizonDays}, time.UTC)
	if err != nil {
		return nil, err
	}
	f, err := predict.NewSignalFrame(s.scorer, w)
	if err != nil {
		return nil, err
	}
	segments, err := s.learnSegments(cut)
	if err != nil {
		return nil, err
	}
	var memory []churn.Observation
	for _, c := range s.customers {
		v, err := s.watch.look(c, segments[c.channel], cut, memory[:0])
		if err != nil {
			return nil, err
		}
		memory = v.seen
		err = f.AddHistory(v.seen, s.watch.leaving, churn.History{Orders: c.micros(), Until: now, Segment: segments[c.channel]})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.id, err)
		}
	}
	return f, nil
}

// learn back-tests weights learned from the signals beside those set by hand.
// Columns that mean nothing in a fit are left out, and named.
func (s *shop) learn(name string) (out predict.BackTestResult, refused []string, err error) {
	var frames [3]*predict.SignalFrame
	train, calibration, test := cuts()
	for i, cut := range []time.Time{train, calibration, test} {
		if frames[i], err = s.frame(cut); err != nil {
			return out, nil, err
		}
	}
	f := predict.Frames{Train: frames[0].Frame(), Calibration: frames[1].Frame(), Test: frames[2].Frame()}
	cfg := predict.BackTestConfig{
		Fit:         predict.FitConfig{Lambda: 1},
		Calibration: predict.Platt,
		Report:      predict.ReportConfig{Places: []int64{calls}},
	}
	for {
		out, err = predict.BackTest(f, cfg, frames[2].HandSet(name))
		names := refusedColumns(err)
		if len(names) == 0 {
			return out, refused, err
		}
		refused = append(refused, names...)
		for _, each := range []**predict.Frame{&f.Train, &f.Calibration, &f.Test} {
			if *each, err = (*each).Without(names...); err != nil {
				return out, nil, err
			}
		}
	}
}

// refusedColumns names the columns that a fit refused.
func refusedColumns(err error) (names []string) {
	for fault := range guanxi.Faults(err) {
		for _, why := range []error{predict.ErrConstant, predict.ErrCollinear, predict.ErrSeparation} {
			if name, ok := strings.CutPrefix(fault.Pointer, "/train/columns/"); ok && errors.Is(fault, why) {
				names = append(names, name)
			}
		}
	}
	return names
}

// backTest judges the weights, and goes on with the learned ones.
func (p *report) backTest(s *shop) error {
	r, refused, err := s.learn(p.in("by hand", "人工设定"))
	if err != nil {
		return err
	}
	p.section("Do the scores know who leaves? A back-test", "评分能否预知流失？回测")
	_, _, test := cuts()
	p.say("Asked on %s of %s customers: who leaves within %d days? %s did. Not asked: %s who had left by then or not come yet; not known yet: %s.",
		"在 %s 对 %s 位客户提问：谁会在 %d 天内流失？结果 %s 位流失。未纳入：当时已流失或尚未到来的 %s 位；尚不可知：%s 位。",
		test.Format(time.DateOnly), layout.Thousands(r.Test.Rows()), horizonDays, layout.Thousands(r.Test.Left), layout.Thousands(r.Test.Outside), layout.Thousands(r.Test.Unknown))
	t := &layout.Table{Align: "l"}
	label := func(figure string) string { return predict.FigureLabel(figure, p.lang) }
	t.Add(p.in("weights", "权重"), "AUC", p.in("95% interval", "95% 区间"), label("average_precision"), label("brier"),
		p.in("calibration slope", "校准斜率"), fmt.Sprintf(p.in("left of the first %d", "前 %d 位中流失"), calls), p.in("lift", "提升"))
	names := map[string]string{predict.NameLearned: p.in("learned", "学习所得"), predict.NameCalibrated: p.in("learned, calibrated", "学习并校准")}
	for _, each := range r.Reports {
		name, ours := names[each.Name]
		if !ours {
			name = each.Name
		}
		row := []string{name, unknown, unknown, unknown, decimals(each.Brier, 3), unknown, unknown, unknown}
		if each.AUC != nil {
			row[1], row[2] = decimals(each.AUC.Value, 3), p.span(decimals(each.AUC.Interval.Low, 3), decimals(each.AUC.Interval.High, 3))
		}
		if each.AveragePrecision != nil {
			row[3] = decimals(*each.AveragePrecision, 3)
		}
		if each.Line != nil {
			row[5] = decimals(each.Line.Slope, 2)
		}
		if len(each.Top) > 0 {
			row[6], row[7] = decimals(each.Top[0].Left, 0), decimals(each.Top[0].Lift, 1)+"×"
		}
		t.Add(row...)
	}
	p.print(t)
	if d := r.Rivals[0].AUCDifference; d != nil && d.Test != nil {
		p.say("AUC learned less by hand: %s (%s), p %s", "AUC 之差（学习减人工）：%s（%s），p %s", signed(d.Difference, 3),
			p.span(signed(d.Interval.Low, 3), signed(d.Interval.High, 3)), probability(d.Test.P))
	}
	if len(refused) > 0 {
		names := lo.Map(refused, func(id string, _ int) string { return s.label(id, p.lang) })
		p.say("Refused by the fit (constant, made up of others, or separating): %s", "被拟合拒绝（恒定、由其他列构成或完全区分）：%s",
			strings.Join(names, p.in(", ", "、")))
	}
	if err := s.adopt(r.Fit.Model); err != nil {
		return err
	}
	p.weights(s)
	return nil
}

// adopt puts learned weights in place of those set by hand.
func (s *shop) adopt(m predict.Model) error {
	c, err := m.Catalogue(byHand())
	if err != nil {
		return err
	}
	s.learned, err = churn.NewScorer(c)
	return err
}

func (s *shop) label(id string, lang guanxi.Lang) string {
	i, _ := s.scorer.Index(id)
	return s.scorer.Signal(i).Label(lang)
}

// weights shows both sets.
func (p *report) weights(s *shop) {
	p.section("What the signals weigh, in log-odds of leaving", "各信号的权重（流失对数几率）")
	t := &layout.Table{Align: "l"}
	t.Add(p.in("signal", "信号"), p.in("by hand", "人工"), p.in("learned", "学习"))
	t.Add(p.in("(where nothing is seen)", "（无任何信号时）"), signed(s.scorer.Bias(), 2), signed(s.learned.Bias(), 2))
	for i := range s.scorer.NumSignals() {
		t.Add(s.scorer.Signal(i).Label(p.lang), signed(s.scorer.Signal(i).Weight, 2), signed(s.learned.Signal(i).Weight, 2))
	}
	p.print(t)
	p.say("Learned together: what another signal says already weighs little, or the other way. The list and the alerts below use the learned ones.",
		"权重共同学习：其他信号已表明的，权重会变小甚至反号。下文名单与预警均用学习所得的权重。")
}
