package main

import (
	"errors"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// stageModel is the ready model of shops with one stage more: between the warning
// and the loss a customer sleeps.
func stageModel() (*lifecycle.Model[struct{}], error) {
	c := lifecycle.Shop(lifecycle.Thresholds{})
	lost := slices.IndexFunc(c.Stages, func(s lifecycle.StageConfig) bool { return s.ID == "lost" })
	c.Stages = slices.Insert(c.Stages, lost, lifecycle.StageConfig{
		ID: "sleeping", Decline: true, Name: guanxi.Text{EN: "Sleeping", ZH: "沉睡"},
		Response: guanxi.Text{EN: "A reason to come back: what is new, and an offer of its own.", ZH: "给出回来的理由：新品与专属优惠。"},
	})
	c.Rules = append(c.Rules, lifecycle.RuleConfig{From: "sleeping", Event: "order", To: "active", Effects: []string{"welcome_back"}})
	for i := range c.Timeouts {
		if c.Timeouts[i].From == "at_risk" {
			c.Timeouts[i].From = "sleeping"
		}
	}
	c.Timeouts = append(c.Timeouts, lifecycle.TimeoutConfig{
		From: "at_risk", After: guanxi.Span{Days: 182}, Since: lifecycle.SinceEvent, To: "sleeping", Effects: []string{"win_back"},
	})
	return lifecycle.Compile[struct{}](c, nil, nil)
}

// stages is where the buyers stand.
type stages struct {
	model  *lifecycle.Model[struct{}]
	of     []lifecycle.Stage // by buyer
	report *wholeLifeCycle
}

// maxMonths is how many months are looked back at.
const maxMonths = 36

// findStages runs every buyer through the model.
func findStages(b *book, o options, c *crew) (*stages, error) {
	model, err := stageModel()
	if err != nil {
		return nil, err
	}
	s := &stages{model: model, of: make([]lifecycle.Stage, len(b.buyers))}
	since := startOfMonth(b.log.first, o.loc)
	if far := startOfMonth(b.asOf, o.loc).AddDate(0, -maxMonths, 0); since.Before(far) {
		since = far
	}
	cfg := migration.Config{Stages: migration.StagesOf(model), Since: since, Until: b.asOf, Location: o.loc}
	sums, err := migration.NewCounts(cfg)
	if errors.Is(err, migration.ErrNoPeriod) {
		sums = nil
	} else if err != nil {
		return nil, err
	}
	parts, err := inChunks(c, "stages", len(b.buyers), func(from, to int) (*migration.Counts, error) {
		if sums == nil {
			return nil, s.follow(b, from, to, nil)
		}
		part, err := migration.NewCounts(cfg)
		if err != nil {
			return nil, err
		}
		return part, s.follow(b, from, to, part)
	})
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if sums != nil {
			if err := sums.Merge(p); err != nil {
				return nil, err
			}
		}
	}
	return s, s.sum(sums, o)
}

// follow runs the buyers [from, to) through the model.
func (s *stages) follow(b *book, from, to int, counts *migration.Counts) error {
	order, _ := s.model.Event("order")
	var visits []lifecycle.Visit
	var spans []migration.Stay
	for i := from; i < to; i++ {
		var pos lifecycle.Pos
		visits = visits[:0]
		for o := range b.shoppers[b.buyers[i]].counting {
			at := time.UnixMicro(o.at).UTC()
			if pos.IsZero() {
				var err error
				if pos, err = s.model.Begin(at); err != nil {
					return err
				}
				continue
			}
			before := pos
			var out lifecycle.Outcome
			if pos, out = s.model.Step(before, order, at, 0, nil); out.Err() != nil {
				return out.Err()
			}
			visits = s.model.AppendVisits(visits, before, out)
		}
		before := pos
		var out lifecycle.Outcome
		if pos, out = s.model.Advance(before, b.asOf); out.Err() != nil {
			return out.Err()
		}
		s.of[i] = pos.Stage
		if counts == nil {
			continue
		}
		visits = s.model.AppendVisits(visits, before, out)
		var err error
		if spans, err = migration.AppendStays(spans[:0], s.model, visits, pos); err == nil {
			err = counts.Add(spans)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sum makes the report; counts is nil without a whole month.
func (s *stages) sum(counts *migration.Counts, o options) error {
	ids := migration.StagesOf(s.model)
	now := make([]int64, len(ids))
	r := &wholeLifeCycle{Months: []wholeStageMonth{}, Flows: []wholeStageFlow{}, Forecast: []wholeStageForecast{}}
	s.report = r
	for _, stage := range s.of {
		now[slices.Index(ids, s.model.StageID(stage))]++
	}
	for i, id := range ids {
		stage, _ := s.model.Stage(id)
		r.Stages = append(r.Stages, wholeStage{
			wholeName: wholeName{id, s.model.StageLabel(stage, o.lang)}, Customers: int(now[i]),
			Share: float64(now[i]) / float64(len(s.of)), Response: s.model.Response(stage).In(o.lang),
		})
	}
	if counts == nil {
		return nil
	}
	for k := range counts.Len() {
		from, _, _ := counts.Bounds(k)
		m := wholeStageMonth{Month: from.In(o.loc).Format("2006-01"), Customers: counts.Stock(k + 1)}
		for _, n := range counts.Arrived(k) {
			m.Arrived += n
		}
		r.Months = append(r.Months, m)
	}
	e, err := counts.Table().Estimate(migration.EstimateConfig{})
	if err != nil {
		return err
	}
	for _, from := range ids {
		for _, to := range ids {
			f := wholeStageFlow{From: from, To: to}
			if c, ok := e.Cell(from, to); ok && c.Of > 0 {
				f.N, f.Of, f.Share, f.Low, f.High = c.N, c.Of, &c.P, &c.Low, &c.High
			}
			r.Flows = append(r.Flows, f)
		}
	}
	return s.forecast(counts, e, now)
}

// forecast is the next three months, if as many newcomers arrive as in the last.
func (s *stages) forecast(counts *migration.Counts, e *migration.Estimate, now []int64) error {
	const ahead = 3
	recent := min(ahead, counts.Len())
	arrivals := make([]float64, len(now))
	for k := counts.Len() - recent; k < counts.Len(); k++ {
		for i, n := range counts.Arrived(k) {
			arrivals[i] += float64(n) / float64(recent)
		}
	}
	list, err := e.Matrix().Forecast(migration.ForecastConfig{Start: now, Periods: ahead, Arrivals: arrivals})
	if errors.Is(err, migration.ErrNoRow) {
		return nil // nobody was in one of the stages at the beginning of a month
	}
	for _, x := range list {
		s.report.Forecast = append(s.report.Forecast, wholeStageForecast{x.Period, x.Stage, x.Mean, wholeInterval{x.Low, x.High}})
	}
	return err
}

// startOfMonth is the first instant of the month that t lies in.
func startOfMonth(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	return midnight(t.Year(), t.Month(), 1, loc)
}
