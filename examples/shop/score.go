package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// presets are the segments that -segments knows by name.
var presets = map[string]func() rfm.SegmentsConfig{
	"eleven": rfm.Eleven, "eight": rfm.Eight, "four": rfm.Four, "three": rfm.Three,
}

var presetNames = []string{"eleven", "eight", "four", "three"}

// loadSegments returns a preset, or the segments of a JSON file.
func loadSegments(name string) (*rfm.Segments, error) {
	if preset, ok := presets[name]; ok {
		return rfm.NewSegments(preset())
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var cfg rfm.SegmentsConfig
	if err := guanxi.UnmarshalStrict(data, &cfg); err != nil {
		return nil, &fileError{name, err}
	}
	segments, err := rfm.NewSegments(cfg)
	if err != nil {
		return nil, &fileError{name, err}
	}
	return segments, nil
}

// scaleConfig says how scores are cut. Two bins on every dimension are the
// eight types' high and low, which the mean tells apart; more are quantiles.
func scaleConfig(o options, segments *rfm.Segments) rfm.ScaleConfig {
	cfg := rfm.ScaleConfig{Method: rfm.Quantile, Bins: o.bins}
	need := segments.Bins()
	if cfg.Bins == 0 {
		cfg.Bins = max(need.R, need.F, need.M)
	}
	switch {
	case o.split:
		cfg.Method = rfm.NTile
	case cfg.Bins == 2 && need == rfm.EvenBins(2):
		cfg.Method = rfm.Mean
	}
	return cfg
}

// result is a log as of one day, scored.
type result struct {
	log    *orderLog
	asOf   time.Time
	orders int64 // purchases before asOf, those refunded wholly included
	notes  rfm.Notes[string]
	pop    *rfm.Population[string]
	scored *rfm.Scored[string]
}

func score(log *orderLog, o options, segments *rfm.Segments) (*result, error) {
	r := &result{log: log, asOf: o.asOf}
	if r.asOf.IsZero() {
		r.asOf = log.dayAfter(o.loc)
	}
	var err error
	if r.pop, err = log.agg.Population(r.asOf); err != nil {
		return nil, err
	}
	scale, err := rfm.Fit(r.pop, scaleConfig(o, segments))
	if errors.Is(err, rfm.ErrEmpty) {
		return nil, fmt.Errorf("no customer has a purchase before %s", dateText(r.asOf, o.loc))
	}
	if err != nil {
		return nil, err
	}
	if r.scored, err = rfm.ScoreAll(r.pop, scale, segments); err != nil {
		return nil, err
	}
	r.notes = r.pop.Notes()
	r.orders = int64(r.notes.Undone)
	for _, v := range r.pop.All() {
		r.orders += v.Frequency
	}
	return r, nil
}

// past is where the customers of a result stood some time before.
type past struct {
	asOf      time.Time
	migration *rfm.Migration[string]
	scored    *rfm.Scored[string]
	now       *rfm.Scored[string]
}

// lookBack is how long before the report the customers are looked at again.
var lookBack = guanxi.MustParseSpan("P3M")

// scoreBefore scores the same log as it was three months earlier. The scale is
// that of today, so that a customer moves by what they do themselves and not by
// what the others do (groups of equal size are ranked afresh on either day, so
// there they may). It returns nil where the log does not reach back so far.
func scoreBefore(log *orderLog, now *result, o options) (*past, error) {
	p := &past{asOf: lookBack.SubFrom(now.asOf, o.loc)}
	if !log.first.Before(p.asOf) {
		return nil, nil
	}
	pop, err := log.agg.Population(p.asOf)
	if err != nil {
		return nil, err
	}
	before, err := rfm.ScoreAll(pop, now.scored.Scale(), now.scored.Segments())
	if err != nil {
		return nil, err
	}
	p.scored, p.now = before, now.scored
	p.migration, err = rfm.Migrate(before, now.scored)
	return p, err
}

// stayed is, by segment, who did not leave it.
func (p *past) stayed() map[string]rfm.Flow {
	out := map[string]rfm.Flow{}
	for then := range p.scored.All() {
		now, ok := p.now.Find(then.Customer)
		if !ok || now.Segment != then.Segment {
			continue
		}
		f := out[now.Segment]
		f.Customers++
		f.Before = f.Before.Add(p.scored.Population().Money(then.Values.Monetary))
		f.After = f.After.Add(p.now.Population().Money(now.Values.Monetary))
		out[now.Segment] = f
	}
	return out
}
