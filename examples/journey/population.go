package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

const quarter = 3 // months

// population is the customers counted: now, month by month, and to come.
type population struct {
	now      []int64 // by stage
	months   []month
	estimate *migration.Estimate // nil where there is no whole month
	arrivals []float64           // a month, by stage
	forecast []migration.Expected
	why      guanxi.Text // why there is no forecast; zero if there is
}

// month is how many were in each stage at its end.
type month struct {
	begins time.Time
	stock  []int64
}

// count counts the journal by calendar month.
func count(j *journal) (*population, error) {
	p := &population{now: make([]int64, len(j.stages))}
	c, err := migration.NewCounts(migration.Config{Stages: j.stages, Since: j.since, Until: j.asOf, Location: j.loc})
	if errors.Is(err, migration.ErrNoPeriod) {
		c, p.why = nil, guanxi.Text{EN: "there is no whole month yet", ZH: "尚无完整的月份"}
	} else if err != nil {
		return nil, err
	}
	for i := range j.paths {
		p.now[j.index[j.paths[i].pos.Stage]]++
		if c == nil {
			continue
		}
		if err := c.Add(j.spans(&j.paths[i])); err != nil {
			return nil, fmt.Errorf("%s: %w", j.customers[i].id, err)
		}
	}
	if c == nil {
		return p, nil
	}
	for k := range c.Len() {
		from, _, _ := c.Bounds(k)
		p.months = append(p.months, month{from, c.Stock(k + 1)})
	}
	// Shares as counted: a cell that nobody went is 0, with an interval.
	if p.estimate, err = c.Table().Estimate(migration.EstimateConfig{}); err != nil {
		return nil, err
	}
	return p, p.look(j.model, c)
}

// spans turns the visits of a customer into those that migration counts.
func (j *journal) spans(p *path) []migration.Stay {
	out := make([]migration.Stay, 0, len(p.visits)+1)
	add := func(v lifecycle.Visit, to int64) {
		out = append(out, migration.Stay{Stage: j.index[v.Stage], From: int64(v.From), To: to})
	}
	for _, v := range p.visits {
		add(v, int64(v.To))
	}
	if v, ok := p.pos.OpenVisit(j.asOf); ok {
		add(v, migration.Open)
	}
	return out
}

// look forecasts the next quarter, if as many newcomers arrive in a month as in
// the last one.
func (p *population) look(m *model, c *migration.Counts) error {
	recent := min(quarter, c.Len())
	p.arrivals = make([]float64, len(m.stages))
	for k := c.Len() - recent; k < c.Len(); k++ {
		for s, n := range c.Arrived(k) {
			p.arrivals[s] += float64(n) / float64(recent)
		}
	}
	var err error
	p.forecast, err = p.estimate.Matrix().Forecast(migration.ForecastConfig{Start: p.now, Periods: quarter, Arrivals: p.arrivals})
	if !errors.Is(err, migration.ErrNoRow) {
		return err
	}
	p.why = guanxi.Text{
		EN: "nobody was in one of the stages at the beginning of a whole month: how they go on from there is not known",
		ZH: "有阶段在任何完整月份的月初都没有客户：无从得知之后的去向",
	}
	return nil
}
