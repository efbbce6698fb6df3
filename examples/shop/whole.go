package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// confidence is that of every interval: the default of all packages.
const confidence = 0.95

// findAll asks the whole library about one log.
func findAll(r *result, before *past, o options, stderr io.Writer) (*whole, error) {
	c := newCrew(o.workers, stderr)
	b := newBook(r, o.lang)
	w := &whole{
		jsonReport: jsonOf(r, o), Title: r.log.title.In(o.lang), Currency: o.currency, Decimals: r.pop.Config().Decimals,
		Simulated: o.orders == "", Since: r.log.first.In(o.loc).Format("2006-01-02"), Confidence: confidence,
		HeatMap: heatMap(r, o), Pareto: pareto(r), Migration: migrationOf(r, before, o), Unknown: map[string]string{},
	}
	for part, missing := range map[string]struct {
		is  bool
		why guanxi.Text
	}{
		"pareto":    {w.Pareto == nil, guanxi.Text{EN: "there is no revenue", ZH: "没有营业额"}},
		"migration": {w.Migration == nil, guanxi.Text{EN: "the log does not reach back three months", ZH: "订单记录不足三个月"}},
	} {
		if missing.is {
			w.Unknown[part] = missing.why.In(o.lang)
		}
	}
	return w, w.ask(b, o, c)
}

// ask fills the parts that need customers one by one.
func (w *whole) ask(b *book, o options, c *crew) (err error) {
	t := &today{book: b, options: o}
	if t.waves, err = findWaves(b, o); err != nil {
		return err // of a file of answers: it names itself
	}
	if t.waves != nil {
		w.NPS = t.waves.report
	} else {
		w.Unknown["nps"] = o.noAnswers().In(o.lang)
	}
	if t.stages, err = findStages(b, o, c); err != nil {
		return w.fault("life_cycle", err)
	}
	w.LifeCycle = t.stages.report
	if t.values, err = findValues(b, o, c); w.cannot("value", err, o, clv.ErrFit, clv.ErrTooFew) {
		t.values, err = nil, nil
	}
	if err != nil {
		return w.fault("value", err)
	}
	if t.values != nil {
		w.Value = t.values.report
	}
	if t.views, err = findViews(b, t.waves, c); w.cannot("churn", err, o, errShort, churn.ErrTime) {
		t.views, err = nil, nil
	}
	if err != nil {
		return w.fault("churn", err)
	}
	if t.views != nil {
		w.Churn = churnReport(b, t.views, t.stages, o)
	}
	if w.Survival, err = findSurvival(b, o); err != nil && !w.cannot("survival", err, o, survival.ErrNoEvents) {
		return w.fault("survival", err)
	}
	if w.Cohorts, err = findCohorts(b, o); err != nil {
		return w.fault("cohorts", err)
	}
	if t.desk, w.Points, err = findPoints(b, o, c); err != nil {
		return w.fault("points", err)
	}
	w.Actions = t.actions()
	return nil
}

// fault says which part of the job went wrong.
func (w *whole) fault(part string, err error) error { return fmt.Errorf("%s: %w", part, err) }

// cannot notes why a part is not known, if err is one of those that say so.
func (w *whole) cannot(part string, err error, o options, reasons ...error) bool {
	for _, r := range reasons {
		if errors.Is(err, r) {
			w.Unknown[part] = inLang(err, o.lang)
			return true
		}
	}
	return false
}

// inLang says in a language what a part lacks.
func inLang(err error, lang guanxi.Lang) string {
	for _, c := range []struct {
		err  error
		text guanxi.Text
	}{
		{errShort, guanxi.Text{EN: errShort.Error(), ZH: "复购客户太少"}},
		{clv.ErrTooFew, guanxi.Text{EN: "too few customers", ZH: "客户太少"}},
		{clv.ErrFit, guanxi.Text{EN: "no model of buying fits", ZH: "购买模型无法拟合"}},
		{churn.ErrTime, guanxi.Text{EN: "orders outside the years 1970 to 2105", ZH: "订单不在 1970 至 2105 年之间"}},
		{survival.ErrNoEvents, guanxi.Text{EN: "nobody has ordered again", ZH: "尚无客户复购"}},
	} {
		if errors.Is(err, c.err) {
			return c.text.In(lang)
		}
	}
	return err.Error()
}

// heatMap is recency by frequency.
func heatMap(r *result, o options) wholeHeatMap {
	p := &report{result: r, options: o}
	grid := r.scored.Grid()
	all := r.pop.Revenue().InexactFloat64()
	h := wholeHeatMap{Cells: []wholeHeatCell{}}
	decimals := int32(r.pop.Config().Decimals)
	for i, row := range grid.Cells {
		h.R = append(h.R, wholeScoreName{i + 1, p.recencyRange(i + 1)})
		for k, cell := range row {
			if i == 0 {
				h.F = append(h.F, wholeScoreName{k + 1, p.frequencyRange(k + 1)})
			}
			h.Cells = append(h.Cells, wholeHeatCell{
				R: i + 1, F: k + 1, Customers: cell.Customers, Revenue: cell.Revenue.StringFixed(decimals),
				RevenueShare: known(cell.Revenue.InexactFloat64()/all, all > 0),
			})
		}
	}
	return h
}

// pareto is the curve of the revenue; nil without any.
func pareto(r *result) *wholePareto {
	gini, ok := r.scored.Gini()
	if !ok {
		return nil
	}
	p := &wholePareto{Gini: &gini, Points: []wholeParetoPoint{}}
	for _, at := range r.scored.Pareto(100) {
		p.Points = append(p.Points, wholeParetoPoint{at.Customers, at.CustomerShare, at.RevenueShare})
	}
	return p
}

// migrationOf is who went where; nil where the log does not reach back so far.
func migrationOf(r *result, before *past, o options) *wholeMigration {
	if before == nil {
		return nil
	}
	decimals := int32(r.pop.Config().Decimals)
	m := &wholeMigration{Since: dateText(before.asOf, o.loc), Flows: []wholeFlow{}}
	names := labels(r.scored.Segments(), o.lang)
	names[rfm.Absent] = guanxi.Text{EN: "Not yet a customer", ZH: "尚非客户"}.In(o.lang)
	ids, counts := before.migration.Segments(), before.migration.Matrix()
	moved := map[[2]string]rfm.Flow{}
	for _, f := range before.migration.Flows() {
		moved[[2]string{f.From, f.To}] = f
	}
	stayed := before.stayed()
	for i, from := range ids {
		m.Segments = append(m.Segments, wholeName{from, names[from]})
		for k, to := range ids {
			if counts[i][k] == 0 {
				continue
			}
			f, ok := moved[[2]string{from, to}]
			if !ok {
				f = stayed[from]
			}
			m.Flows = append(m.Flows, wholeFlow{from, to, counts[i][k], f.Before.StringFixed(decimals), f.After.StringFixed(decimals)})
		}
	}
	return m
}
