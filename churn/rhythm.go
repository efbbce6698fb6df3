package churn

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// RhythmConfig says how orders become purchase cycles. Zero fields are the
// defaults. As JSON it is read strictly.
type RhythmConfig struct {
	// Occasion is how long after its first order an occasion to buy goes on:
	// orders within it are one, so that two baskets of a day are no cycle of
	// minutes. A minute to 31 days, without months; zero is P1D.
	Occasion guanxi.Span `json:"occasion,omitzero"`
	// Quantile is the one at which the next order is expected: by then that share
	// of gaps has ended. Between 0 and 1; 0 is 0.8.
	Quantile float64 `json:"quantile,omitempty"`
	// SpreadWeight says how many gaps of their own it takes until a customer's
	// spread counts as much as the segment's. Up to 1,000; 0 is 5.
	SpreadWeight float64 `json:"spread_weight,omitempty"`
	// Seasons are those in which customers are expected; silence outside them
	// does not count. None: silence always counts.
	Seasons []Season `json:"seasons,omitempty"`
	// Breaks are times in which silence does not count, within seasons too.
	Breaks []Season `json:"breaks,omitempty"`
	// Zone is the time zone whose midnights bound the seasons, and in which
	// calendar spans are added: its IANA name, or "+08:00" for a fixed offset; ""
	// is UTC.
	Zone string `json:"zone,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c RhythmConfig) Validate() error {
	_, err := NewRhythm(c)
	return err
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *RhythmConfig) UnmarshalJSON(data []byte) error {
	type plain RhythmConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, RhythmConfig(v), err)
}

// Rhythm reads orders as cycles: it moves a [Cycle] on by an order and says where
// a customer stands. Immutable; safe for concurrent use.
type Rhythm struct {
	occasion     int64
	occasionDays float64
	quantile     float64
	z            float64 // of quantile
	spreadWeight float64
	counted      *counting
	loc          *time.Location
	logs         *logs
}

// NewRhythm returns every fault of cfg at once: ErrOption, ErrTime.
func NewRhythm(cfg RhythmConfig) (*Rhythm, error) {
	var f faults
	r := &Rhythm{
		quantile:     orDefault(cfg.Quantile, 0.8),
		spreadWeight: orDefault(cfg.SpreadWeight, 5),
		loc:          time.UTC,
		logs:         newLogs(),
	}
	r.occasion = f.lengthIn("/occasion", orDefault(cfg.Occasion, guanxi.Span{Days: 1}), 60*second, 31*day)
	r.occasionDays = days(r.occasion)
	f.between("/quantile", r.quantile, 0, 1)
	f.number("/spread_weight", r.spreadWeight, 0, 1000)
	if cfg.Zone != "" {
		if loc, ok := civil.ParseZone(cfg.Zone); ok {
			r.loc = loc
		} else {
			f.add(ErrOption, "/zone", "%.64q is no time zone known here", cfg.Zone)
		}
	}
	var lists [2][]stretch
	for k, l := range []struct {
		name string
		all  []Season
	}{{"seasons", cfg.Seasons}, {"breaks", cfg.Breaks}} {
		for i, s := range l.all {
			stretches, err := s.stretches(r.loc)
			if err != nil {
				f = append(f, guanxi.At(guanxi.Pointer(l.name, i), err))
			}
			lists[k] = append(lists[k], stretches...)
		}
	}
	if len(f) == 0 {
		var err error
		if r.counted, err = newCounting(lists[0], lists[1]); err != nil {
			f = append(f, at(err, "breaks"))
		}
	}
	if len(f) > 0 {
		return nil, f.err()
	}
	r.z = normal.Quantile(r.quantile)
	return r, nil
}

// Counted returns the days between two instants in which silence counts, as a
// number of 24 hours; from ≤ to. Errors: ErrTime, ErrFuture.
func (r *Rhythm) Counted(from, to time.Time) (float64, error) {
	a, err := micro(from)
	if err != nil {
		return 0, err
	}
	b, err := micro(to)
	if err != nil {
		return 0, err
	}
	if a > b {
		return 0, fmt.Errorf("%w: from %s to %s", ErrFuture, clock(a), clock(b))
	}
	return days(r.counted.between(a, b)), nil
}
