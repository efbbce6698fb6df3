package lifecycle

import (
	"math"
	"time"

	"github.com/shopspring/decimal"
)

// Facts are what a host that records no events knows of a customer at night.
type Facts struct {
	Orders    int64     // so far
	LastOrder time.Time // zero without orders
	Money     decimal.Decimal
	// Cycle is the customer's own usual time between orders; 0 where it is not
	// known, as after one order.
	Cycle time.Duration
}

// class is a ClassConfig with its spans in microseconds.
type class struct {
	ClassConfig
	stage                  Stage
	minSilence, maxSilence int64
}

// Classify puts a customer into the stage of the first class that takes the
// facts as they are at now. It needs no rule from stage to stage and applies no
// timeout.
//
//   - The zero Pos is placed there at now: Moved, from stage 0.
//   - The stage it is in: Idle.
//   - Another stage within Config.MinDwell after Since: Dwelling. So a near a
//     threshold does not change stage every night.
//   - Another stage: Moved at now, with Since now and the other stage as Prev.
//   - No class: Unclassified. An order after now, orders without a last order or
//     the reverse, a negative number, and money beyond 10^±64: BadFacts.
//
// With the first four, Last becomes the last order if that is later, and is it in
// a position placed here, so that timeouts of silence count what the classes
// count. With the others the position is as it was.
//
// Cost: O(classes).
func (m *Model[C]) Classify(p Pos, f Facts, now time.Time) (Pos, Outcome) {
	at, ok := InstantOf(now)
	if !ok {
		return p, refusal(p, BadTime, 0)
	}
	fresh := p.IsZero()
	code := Idle
	if !fresh {
		if code = m.fault(p); code == Idle && at < p.newest() {
			code = Backwards
		}
	}
	silence, sane := f.silence(at)
	if code == Idle && !sane {
		code = BadFacts
	}
	if code != Idle {
		return p, refusal(p, code, at)
	}
	for i := range m.classes {
		k := &m.classes[i]
		if !k.takes(&f, silence) {
			continue
		}
		out := refusal(p, Idle, at)
		switch {
		case k.stage == p.Stage:
			return p.ordered(at, silence), out
		case fresh:
			p = Pos{Since: at, Last: at, Standing: Standing{Version: m.version, Stage: k.stage}}
			if silence >= 0 {
				p.Last -= Instant(silence)
			}
		case int64(at-p.Since) < m.dwell:
			out.Code = Dwelling
			return p.ordered(at, silence), out
		default:
			p = m.enter(p, &target{to: k.stage}, at).ordered(at, silence)
		}
		out.Code, out.To, out.Rule = Moved, p.Stage, int32(i)
		return p, out
	}
	return p, refusal(p, Unclassified, at)
}

// ordered returns p with the last order as Last, if it is later.
func (p Pos) ordered(now Instant, silence int64) Pos {
	if silence >= 0 {
		p.Last = max(p.Last, now-Instant(silence))
	}
	return p
}

// silence returns the microseconds since the last order, -1 without one, and
// whether the facts agree with each other.
func (f *Facts) silence(now Instant) (int64, bool) {
	if f.Orders < 0 || f.Cycle < 0 || !tame(f.Money) || (f.Orders == 0) != f.LastOrder.IsZero() {
		return 0, false
	}
	if f.Orders == 0 {
		return -1, true
	}
	last, ok := InstantOf(f.LastOrder)
	return int64(now - last), ok && last <= now
}

func (k *class) takes(f *Facts, silence int64) bool {
	switch {
	case k.MinOrders != nil && f.Orders < *k.MinOrders, k.MaxOrders != nil && f.Orders >= *k.MaxOrders:
		return false
	case k.MinSilence != nil && (silence < 0 || silence < k.minSilence):
		return false
	case k.MaxSilence != nil && (silence < 0 || silence >= k.maxSilence):
		return false
	}
	if k.MinCycles != nil || k.MaxCycles != nil {
		cycles := math.NaN()
		if silence >= 0 && f.Cycle > 0 {
			cycles = float64(silence) * 1000 / float64(f.Cycle)
		}
		if k.MinCycles != nil && !(cycles >= *k.MinCycles) || k.MaxCycles != nil && !(cycles < *k.MaxCycles) {
			return false
		}
	}
	return (k.MinMoney == nil || f.Money.Cmp(*k.MinMoney) >= 0) && (k.MaxMoney == nil || f.Money.Cmp(*k.MaxMoney) < 0)
}
