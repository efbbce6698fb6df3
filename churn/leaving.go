package churn

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// LeavingKind says what it means to leave.
type LeavingKind string

const (
	// Silence: no order for K times the quantile of the customer's own gaps, but
	// not less than Floor nor more than Ceiling. The default.
	Silence LeavingKind = "silence"
	// FixedSpan: no order for Span, the same for everybody.
	FixedSpan LeavingKind = "fixed"
	// ContractEnd: the contract has ended, and Grace after it no new one began.
	ContractEnd LeavingKind = "contract"
)

// LeavingConfig defines when a customer has left. Zero fields are the defaults;
// a field that the kind does not use is a fault. As JSON it is read strictly.
//
// Spans of silence are made of days in which silence counts, have no months, and
// are positive; Grace is added on the calendar of the rhythm's zone.
type LeavingConfig struct {
	Kind     LeavingKind `json:"kind,omitempty"`
	K        float64     `json:"k,omitempty"`        // silence: 0.1 to 100; 0 is 2
	Quantile float64     `json:"quantile,omitempty"` // silence: between 0 and 1; 0 is 0.9
	Floor    guanxi.Span `json:"floor,omitzero"`     // silence: zero is P30D
	Ceiling  guanxi.Span `json:"ceiling,omitzero"`   // silence: zero is P365D, or Floor if that is longer
	Span     guanxi.Span `json:"span,omitzero"`      // fixed: zero is P182D
	Grace    guanxi.Span `json:"grace,omitzero"`     // contract: zero is none
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c LeavingConfig) Validate() error {
	_, err := newLeaving(c)
	return err
}

// UnmarshalJSON reads strictly, as that of RhythmConfig does.
func (c *LeavingConfig) UnmarshalJSON(data []byte) error {
	type plain LeavingConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, LeavingConfig(v), err)
}

// Leaving decides when a customer has left. Immutable; safe for concurrent use.
type Leaving struct {
	rhythm         *Rhythm
	kind           LeavingKind
	k, quantile, z float64
	floor, ceiling int64 // fixed: both are the span
	grace          guanxi.Span
}

// NewLeaving returns every fault of cfg at once. rhythm reads the orders and
// knows the seasons; nil is that of the zero config.
func NewLeaving(cfg LeavingConfig, rhythm *Rhythm) (*Leaving, error) {
	l, err := newLeaving(cfg)
	if err != nil {
		return nil, err
	}
	if l.rhythm = rhythm; rhythm == nil {
		if l.rhythm, err = NewRhythm(RhythmConfig{}); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func newLeaving(c LeavingConfig) (*Leaving, error) {
	var f faults
	l := &Leaving{kind: orDefault(c.Kind, Silence)}
	unused := func(name string, given bool) {
		if given {
			f.add(ErrOption, "/"+name, "%s has no %s", l.kind, name)
		}
	}
	switch l.kind {
	case Silence:
		l.k, l.quantile = orDefault(c.K, 2), orDefault(c.Quantile, 0.9)
		f.number("/k", l.k, 0.1, 100)
		f.between("/quantile", l.quantile, 0, 1)
		l.floor = f.lengthIn("/floor", orDefault(c.Floor, guanxi.Span{Days: 30}), 1, endOfTime)
		if c.Ceiling.IsZero() {
			l.ceiling = max(365*day, l.floor)
		} else if l.ceiling = f.lengthIn("/ceiling", c.Ceiling, 1, endOfTime); len(f) == 0 && l.ceiling < l.floor {
			f.add(ErrOption, "/ceiling", "%s is below the floor", c.Ceiling)
		}
	case FixedSpan:
		l.floor = f.lengthIn("/span", orDefault(c.Span, guanxi.Span{Days: 182}), 1, endOfTime)
		l.ceiling = l.floor
	case ContractEnd:
		if err := c.Grace.Validate(); err != nil {
			f = append(f, at(err, "grace"))
		}
		l.grace = c.Grace
	default:
		f.add(ErrOption, "/kind", "%q", c.Kind)
	}
	if l.kind != Silence {
		unused("k", c.K != 0)
		unused("quantile", c.Quantile != 0)
		unused("floor", !c.Floor.IsZero())
		unused("ceiling", !c.Ceiling.IsZero())
	}
	if l.kind != FixedSpan {
		unused("span", !c.Span.IsZero())
	}
	if l.kind != ContractEnd {
		unused("grace", !c.Grace.IsZero())
	}
	if len(f) > 0 {
		return nil, f.err()
	}
	if l.kind == Silence {
		l.z = normal.Quantile(l.quantile)
	}
	return l, nil
}

// Deadline returns the instant from which a customer who stays silent has left.
// An order at that very instant comes too late. ok is false if the instant is not
// before 2106, or no season follows in which silence would count that long.
//
// Errors: ErrNoOrders; ErrSegment, where the kind is Silence and seg nil;
// ErrOption, where the kind is ContractEnd. No allocation.
func (l *Leaving) Deadline(c Cycle, seg *Segment) (t time.Time, ok bool, err error) {
	switch {
	case l.kind == ContractEnd:
		return t, false, fmt.Errorf("%w: orders do not end a contract", ErrOption)
	case c.orders == 0:
		return t, false, ErrNoOrders
	case l.kind == Silence && seg == nil:
		return t, false, ErrSegment
	}
	m, ok := l.deadline(c, seg)
	if !ok {
		return time.Time{}, false, nil
	}
	return time.UnixMicro(m).UTC(), true, nil
}

func (l *Leaving) deadline(c Cycle, seg *Segment) (int64, bool) {
	allowed := l.floor
	if l.kind == Silence {
		var gap float64
		if c.orders == 1 {
			gap = seg.ReturnBy(l.quantile)
		} else {
			mean, sd := seg.predict(c, l.rhythm.spreadWeight)
			gap = expDays(mean + l.z*sd)
		}
		allowed = min(max(wait(l.k*gap), l.floor), l.ceiling)
	}
	return l.rhythm.counted.after(c.last, allowed)
}

// Ended returns the instant from which a customer has left whose contract ended
// at end and was not renewed: the grace after it, on the calendar. Errors:
// ErrTime; ErrOption unless the kind is ContractEnd.
func (l *Leaving) Ended(end time.Time) (time.Time, error) {
	if l.kind != ContractEnd {
		return time.Time{}, fmt.Errorf("%w: %s knows no contract", ErrOption, l.kind)
	}
	m, err := micro(end)
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMicro(l.ended(m)).UTC(), nil
}

// ended is capped at never.
func (l *Leaving) ended(end int64) int64 {
	t := l.grace.AddTo(time.UnixMicro(end), l.rhythm.loc)
	if m, err := micro(t); err == nil {
		return m
	}
	return never
}
