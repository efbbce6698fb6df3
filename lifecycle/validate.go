package lifecycle

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/shopspring/decimal"
)

// The limits of a model.
const (
	maxStages   = 255
	maxEvents   = 255
	maxRules    = 4096
	maxTimeouts = 1024
	maxClasses  = 1024
	maxEffects  = 64 // of one rule
	// maxEffectIDs is how many an Effect numbers.
	maxEffectIDs = math.MaxUint16
)

// maxAfter is a thousand years of 365 days, in microseconds.
const maxAfter = 1000 * 365 * 86400 * 1_000_000

// Validate returns every fault of c, each a *guanxi.FieldError. Besides names
// that nothing answers to and settings out of range these are faults of the
// model as a whole: [ErrUnreachable], [ErrDeadEnd], [ErrShadowed],
// [ErrAmbiguous], [ErrZeroCycle], [ErrNoWayBack], and what a 32-byte position
// cannot hold: [ErrClocks], [ErrHistory]. What is at fault in itself is left out
// of the rest, so that a misspelt stage may show as unreachable too.
//
// A guard is taken to hold at some times and not at others. What is reachable
// through guards no customer ever meets is not known here.
func (c Config) Validate() error {
	_, err := newLayout(&c)
	return err
}

// configFaults gathers what is wrong.
type configFaults struct{ errs []error }

func (f *configFaults) err() error { return errors.Join(f.errs...) }

func (f *configFaults) at(err error, at ...any) {
	if err != nil {
		f.errs = append(f.errs, guanxi.At(guanxi.Pointer(at...), err))
	}
}

func (f *configFaults) id(id string, at ...any) {
	if !ident.ID(id) {
		f.at(fmt.Errorf("%w: %.64q", ErrID, id), at...)
	}
}

func (f *configFaults) count(n, most int, at string) {
	if n > most {
		f.at(fmt.Errorf("%w: %d are more than %d", ErrTooMany, n, most), at)
	}
}

// effects checks the effects of a rule or timeout. ids gathers them; it is nil
// once there are too many.
func (f *configFaults) effects(list []string, ids *map[string]struct{}, at ...any) {
	if len(list) > maxEffects {
		f.at(fmt.Errorf("%w: %d effects are more than %d", ErrTooMany, len(list), maxEffects), append(at, "effects")...)
		return
	}
	for k, id := range list {
		f.id(id, append(at[:len(at):len(at)], "effects", k)...)
		if *ids == nil {
			continue
		}
		if (*ids)[id] = struct{}{}; len(*ids) > maxEffectIDs {
			f.at(fmt.Errorf("%w: more than %d different effects", ErrTooMany, maxEffectIDs), append(at[:len(at):len(at)], "effects", k)...)
			*ids = nil
		}
	}
}

// span returns s in microseconds.
func (f *configFaults) span(s guanxi.Span, working bool, at ...any) int64 {
	us, err := spanMicros(s)
	if err == nil && working && s.Days != 0 {
		err = fmt.Errorf("%w: %v: working time is stated in hours", ErrAfter, s)
	}
	f.at(err, at...)
	return us
}

// spanMicros is [ErrAfter] for what has no fixed length.
func spanMicros(s guanxi.Span) (int64, error) {
	switch {
	case s.Validate() != nil, s.Time%time.Microsecond != 0, s.Days > maxAfter/86400e6:
	case s.Months != 0:
		return 0, fmt.Errorf("%w: %v: months and years have no fixed length: state days", ErrAfter, s)
	default:
		if us := int64(s.Days)*86400e6 + s.Time.Microseconds(); us <= maxAfter {
			return us, nil
		}
	}
	return 0, fmt.Errorf("%w: %v", ErrAfter, s)
}

// validateTop checks what stands alone.
func (f *configFaults) validateTop(c *Config) {
	if c.Version < 1 || c.Version > math.MaxUint16 {
		f.at(fmt.Errorf("%w: %d is not in 1 to %d", ErrOption, c.Version, math.MaxUint16), "version")
	}
	f.count(len(c.Stages), maxStages, "stages")
	f.count(len(c.Events), maxEvents, "events")
	f.count(len(c.Rules), maxRules, "rules")
	f.count(len(c.Timeouts), maxTimeouts, "timeouts")
	f.count(len(c.Classes), maxClasses, "classes")
	switch c.Late {
	case "", LateIgnore, LateRefuse, LateReplay:
	default:
		f.at(fmt.Errorf("%w: %.32q", ErrOption, string(c.Late)), "late")
	}
	f.span(c.MinDwell, false, "min_dwell")
}

// class checks the bounds of a class.
func (f *configFaults) class(i int, k *ClassConfig) {
	bound := func(name string, bad bool) {
		if bad {
			f.at(fmt.Errorf("%w: negative, not a number, or not above the minimum", ErrOption), "classes", i, name)
		}
	}
	bound("min_orders", k.MinOrders != nil && *k.MinOrders < 0)
	bound("max_orders", k.MaxOrders != nil && (*k.MaxOrders < 0 || k.MinOrders != nil && *k.MaxOrders <= *k.MinOrders))
	bound("min_cycles", k.MinCycles != nil && !(*k.MinCycles >= 0 && *k.MinCycles <= math.MaxFloat64))
	bound("max_cycles", k.MaxCycles != nil &&
		!(*k.MaxCycles > 0 && *k.MaxCycles <= math.MaxFloat64 && (k.MinCycles == nil || *k.MaxCycles > *k.MinCycles)))
	low, high := k.MinMoney == nil || tame(*k.MinMoney), k.MaxMoney == nil || tame(*k.MaxMoney)
	bound("min_money", !low)
	bound("max_money", !high || low && k.MaxMoney != nil && k.MinMoney != nil && k.MaxMoney.Cmp(*k.MinMoney) <= 0)
	var least int64
	if k.MinSilence != nil {
		least = f.span(*k.MinSilence, false, "classes", i, "min_silence")
	}
	if k.MaxSilence != nil {
		before := len(f.errs)
		most := f.span(*k.MaxSilence, false, "classes", i, "max_silence")
		bound("max_silence", len(f.errs) == before && most <= least)
	}
}

// tame reports whether comparing d is cheap, whoever made it up.
func tame(d decimal.Decimal) bool { return d.Exponent() >= -64 && d.Exponent() <= 64 }
