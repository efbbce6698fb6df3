package churn

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// MaxValue is the greatest value of an observation.
const MaxValue = 1e6

// Observation is that a signal was looked for in a customer, and how strongly it
// was found. What was not looked for, or cannot be known of a customer, has no
// observation: missing is not zero.
type Observation struct {
	// Signal is its place in the catalogue; see [Scorer.Index].
	Signal int
	// Value is 1 for something that happened, n for n times at once, a fraction
	// for a part of it, and 0 for "it is not so". 0 to MaxValue.
	//
	// A 0 ends what was observed of the signal before it, and lasts until it is
	// observed again. Otherwise occurrences of a signal with a half-life add up; one
	// without is a state, of which the newest observation alone counts. At one
	// instant an occurrence goes before a 0, and the larger state before the smaller.
	Value float64
	// At is when, in UTC microseconds.
	At int64
}

// Score is a customer's risk at an instant.
type Score struct {
	// LogOdds of leaving: the bias plus all reasons, exactly.
	LogOdds float64 `json:"log_odds"`
	Risk    float64 `json:"risk"` // 1/(1+e^−LogOdds), in 0 to 1
	// Rest is the sum of the reasons that found no room in the buffer: the bias,
	// the reasons in the buffer and Rest add up to LogOdds exactly.
	Rest float64 `json:"rest,omitempty"`
	// Band is the place of the risk's band, Reasons how many reasons there are in
	// the buffer, Known how many signals of the catalogue were observed: a score
	// of which nothing is Known is the bias alone. A faulty row has −1 in all three.
	Band    int16 `json:"band"`
	Reasons int16 `json:"reasons"`
	Known   int16 `json:"known"`
}

// Health returns 100·(1 − Risk): 0 is certain to leave, 100 certain to stay.
func (s Score) Health() float64 { return 100 * (1 - s.Risk) }

// Reason is a summand of a score's log-odds: what one signal adds after its
// half-life, cap and group. Signal is its place in the catalogue, −1 for none.
type Reason struct {
	Signal  int32   `json:"signal"`
	LogOdds float64 `json:"log_odds"`
}

// rule is a compiled signal.
type rule struct {
	weight, clear float64
	rate          float64 // −1/half-life, in 1/µs
	limit         float64
	group         uint8 // a signal without a group is one by itself
}

// Scorer turns observations into risk with reasons. Immutable; safe for concurrent use.
//
// The log-odds are bias + Σ weight·min(cap, Σ value·2^(−age/half-life)), one
// signal per group; Observation.Value says which observations count. Every decayed value and every summand is rounded to a multiple
// of 2^-37 (7e-12), so that sums are exact: they depend neither on the order of
// observations nor on the machine, and reasons add up to the last bit.
type Scorer struct {
	rules    []rule
	bias     int64 // in 2^-37
	signals  []Signal
	bands    []Band
	from     []float64 // of the bands
	fromBits []uint64
	index    map[string]int
	pow      powers
}

// NewScorer returns every fault of the catalogue, which is copied.
func NewScorer(c Catalogue) (*Scorer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Scorer{
		bias:    toGrid(c.Bias),
		signals: slices.Clone(c.Signals),
		bands:   slices.Clone(c.Bands),
		index:   make(map[string]int, len(c.Signals)),
		pow:     newPowers(),
	}
	if len(s.bands) == 0 {
		s.bands = DefaultBands()
	}
	for _, b := range s.bands {
		s.from = append(s.from, b.From)
		s.fromBits = append(s.fromBits, math.Float64bits(math.Abs(b.From))) // −0 is 0
	}
	groups := map[string]uint8{}
	for i, sig := range c.Signals {
		s.index[sig.ID] = i
		r := rule{weight: sig.Weight, clear: sig.Clear, limit: onGrid(orDefault(sig.Cap, 1)), group: uint8(i)}
		if half, err := length(sig.HalfLife); err != nil {
			return nil, err
		} else if half > 0 {
			r.rate = -1 / float64(half)
		}
		if sig.Group != "" {
			g, ok := groups[sig.Group]
			if !ok {
				g = uint8(i)
				groups[sig.Group] = g
			}
			r.group = g
		}
		s.rules = append(s.rules, r)
	}
	return s, nil
}

// Index returns the place of a signal in the catalogue.
func (s *Scorer) Index(id string) (i int, ok bool) {
	i, ok = s.index[id]
	return i, ok
}

// NumSignals returns the number of signals; Signal(i) is one of them.
func (s *Scorer) NumSignals() int { return len(s.signals) }

// Signal returns the signal at a place of the catalogue, or a zero Signal where
// there is none.
func (s *Scorer) Signal(i int) Signal {
	if uint(i) >= uint(len(s.signals)) {
		return Signal{}
	}
	return s.signals[i]
}

// Bands returns a copy of the bands.
func (s *Scorer) Bands() []Band { return slices.Clone(s.bands) }

// BandOf returns the place of the band of a risk; −1 for a NaN.
func (s *Scorer) BandOf(risk float64) int {
	band := -1
	for _, from := range s.from {
		if risk >= from {
			band++
		}
	}
	return band
}

// Bias returns the bias as it is summed: the catalogue's to the nearest 2^-37.
func (s *Scorer) Bias() float64 { return fromGrid(s.bias) }

// Observe returns the observation of a signal by its id, for hosts that do not
// keep places: ErrSignal, ErrTime, ErrValue.
func (s *Scorer) Observe(id string, value float64, at time.Time) (Observation, error) {
	i, ok := s.index[id]
	if !ok {
		return Observation{}, fmt.Errorf("%w: %.64q", ErrSignal, id)
	}
	m, err := micro(at)
	if err != nil {
		return Observation{}, err
	}
	o := Observation{i, value, m}
	return o, s.fault(i, value, m, m)
}

// fault returns what is wrong with an observation.
func (s *Scorer) fault(signal int, value float64, when, now int64) error {
	switch {
	case uint(signal) >= uint(len(s.rules)):
		return at(fmt.Errorf("%w: place %d of %d", ErrSignal, signal, len(s.rules)), "signal")
	case !(value >= 0 && value <= MaxValue):
		return at(fmt.Errorf("%w: %v is not in 0 to %v", ErrValue, value, MaxValue), "value")
	case !inTime(when):
		return at(timeFault(when), "at")
	case when > now:
		return at(fmt.Errorf("%w: seen at %s, asked at %s", ErrFuture, clock(when), clock(now)), "at")
	}
	return nil
}

// Score returns a customer's risk at now and puts the reasons into top, those that
// add or take the most first and, where equal, in the order of the catalogue;
// top[:score.Reasons] are filled. Reasons of 0 are none. Observations may stand in
// any order.
//
// All faults at once, up to 100, as *guanxi.FieldError at /i/signal, /i/value and
// /i/at: ErrSignal, ErrValue, ErrTime, ErrFuture. No allocation without fault.
func (s *Scorer) Score(top []Reason, seen []Observation, now time.Time) (Score, error) {
	m, err := micro(now)
	if err != nil {
		return Score{}, err
	}
	var f faults
	var w work
	for i, o := range seen {
		if !s.sound(o.Signal, o.Value, o.At, m) {
			if len(f) == maxFaults {
				return Score{}, append(f, at(fmt.Errorf("%w: observations from %d on", guanxi.ErrTooMany, i))).err()
			}
			f = append(f, guanxi.At(guanxi.Pointer(i), s.fault(o.Signal, o.Value, o.At, m)))
			continue
		}
		w.date(&s.rules[o.Signal], o.Signal, o.Value, m-o.At)
	}
	if len(f) > 0 {
		return Score{}, f.err()
	}
	for _, o := range seen {
		s.see(&w, o.Signal, o.Value, m-o.At)
	}
	var sc [1]Score
	s.sum(&w, &sc[0], top[:min(len(top), maxSignals)])
	s.risks(sc[:])
	return sc[0], nil
}

// sound says whether fault would return nil.
func (s *Scorer) sound(signal int, value float64, when, now int64) bool {
	return uint(signal) < uint(len(s.rules)) && value >= 0 && value <= MaxValue && uint64(when) <= uint64(now)
}
