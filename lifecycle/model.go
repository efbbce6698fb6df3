package lifecycle

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Guards are functions over the host's customer by the names that rules have for
// them. They must answer from *C alone, and be safe for concurrent use if the
// model is shared. A guard is never called with nil: where Step is given no
// customer, no guard holds.
type Guards[C any] map[string]func(*C) bool

// Model is a compiled [Config] over the host's customer type C. It is immutable
// and safe for concurrent use: one model serves all customers.
type Model[C any] struct {
	config  Config
	version uint16
	initial Stage
	late    Code
	events  uint
	width   uint // events + 1

	// By stage, 0 to 255, so that what a position says is an index.
	stages   [256]stage
	knownPre [256]bool // stages that a position may be in, and 0

	cells    []cell // by stage × width + event
	moves    []move[C]
	timeouts []timeout
	history  [][]Stage // by history, then by previous stage

	calendar  *Calendar
	effects   []Effect
	effectIDs []string
	stageNo   map[string]Stage
	eventNo   map[string]Event
	classes   []class
	dwell     int64
}

// stage is what is known of a stage that a position may be in.
type stage struct {
	// The shortest of its timeouts in microseconds, by what they are counted from;
	// absent where there is none. Working time never runs faster than the clock on
	// the wall, so these are bounds for it too.
	entry, last, carried int64

	lo, hi  int32 // of its timeouts
	known   bool
	clock   uint8 // that runs on, 0 if none
	counts  bool  // it runs here
	working bool  // in working time
}

const absent = 1 << 61

// cell is the rules of a stage for an event.
type cell struct {
	lo    int32 // in Model.moves
	n     uint16
	to    Stage // where the first leads, 0 if it stays; if quick
	quick bool  // the first has no guard, and stays or leads to one stage where no clock runs on
}

// slice is a part of Model.effects.
type slice struct{ lo, hi int32 }

// move is a rule as seen from one leaf.
type move[C any] struct {
	guard func(*C) bool // nil always holds
	target
	rule  int32
	stays bool
}

// target is where a rule or timeout leads and what it tells the host to do.
type target struct {
	to      Stage
	history uint8 // in Model.history, counted from 1; 0 if to is all there is
	lo, hi  int32 // in Model.effects
}

type timeout struct {
	target
	transit int32 // -1 less its place in Model.timeouts
	after   int64
	rule    int32
	from    anchorKind
	working bool
}

type anchorKind uint8

const (
	fromEntry anchorKind = iota
	fromLast
	fromCarried
)

// Config returns a copy of what the model was made of.
func (m *Model[C]) Config() Config { return m.config.Clone() }

// Version is that of the config.
func (m *Model[C]) Version() uint16 { return m.version }

// Stage returns the number of the stage with this id. It reports false where
// there is none, and for a super-stage, in which no position ever is.
func (m *Model[C]) Stage(id string) (Stage, bool) {
	s := m.stageNo[id]
	return s, m.stages[s].known
}

// StageID returns the id of s, "" where the model has no such stage.
func (m *Model[C]) StageID(s Stage) string {
	if s == 0 || int(s) > len(m.config.Stages) {
		return ""
	}
	return m.config.Stages[s-1].ID
}

// StageLabel returns the name of s for people, and its id where it has none.
func (m *Model[C]) StageLabel(s Stage, lang guanxi.Lang) string {
	if s == 0 || int(s) > len(m.config.Stages) {
		return ""
	}
	if name := m.config.Stages[s-1].Name.In(lang); name != "" {
		return name
	}
	return m.config.Stages[s-1].ID
}

// Response returns what the merchant does for customers in s, for people.
func (m *Model[C]) Response(s Stage) guanxi.Text {
	if s == 0 || int(s) > len(m.config.Stages) {
		return guanxi.Text{}
	}
	return m.config.Stages[s-1].Response
}

// Stages yields the stages that a position may be in, in order.
func (m *Model[C]) Stages() iter.Seq[Stage] {
	return func(yield func(Stage) bool) {
		for s := range m.stages {
			if m.stages[s].known && !yield(Stage(s)) {
				return
			}
		}
	}
}

// Event returns the number of the event with this id.
func (m *Model[C]) Event(id string) (Event, bool) {
	e, ok := m.eventNo[id]
	return e, ok
}

// EventID returns the id of e, "" where the model has no such event.
func (m *Model[C]) EventID(e Event) string {
	if e == 0 || uint(e) >= m.width {
		return ""
	}
	return m.config.Events[e-1].ID
}

// Effect is an effect of a model, counted from 1 in the order in which rules and
// then timeouts first name them. Hosts that store effects store [Model.EffectID].
type Effect uint16

// Effect returns the number of the effect with this id.
func (m *Model[C]) Effect(id string) (Effect, bool) {
	i := slices.Index(m.effectIDs, id)
	return Effect(i + 1), i >= 0
}

// EffectID returns the id of e, "" where the model has no such effect.
func (m *Model[C]) EffectID(e Effect) string {
	if e == 0 || int(e) > len(m.effectIDs) {
		return ""
	}
	return m.effectIDs[e-1]
}

// Effects yields what the host is to do after o, in the order of the rule. After
// an advance, and for the timeouts before a step, see [Model.Timeouts]. No
// allocation.
func (m *Model[C]) Effects(o Outcome) iter.Seq[Effect] {
	// So short that it is inlined, and the loop's body stays on the stack.
	return func(yield func(Effect) bool) { m.eachEffect(o, yield) }
}

func (m *Model[C]) eachEffect(o Outcome, yield func(Effect) bool) {
	for _, e := range m.effectsOf(o) {
		if !yield(e) {
			return
		}
	}
}

func (m *Model[C]) effectsOf(o Outcome) []Effect {
	switch i := int(o.transit); {
	case i > 0 && i <= len(m.moves):
		return m.effects[m.moves[i-1].lo:m.moves[i-1].hi]
	case i < 0 && -i <= len(m.timeouts):
		return m.effects[m.timeouts[-i-1].lo:m.timeouts[-i-1].hi]
	}
	return nil
}

// Begin returns the position of a customer who enters the initial stage at this
// instant, which also counts as the last event. The error is [ErrTime].
func (m *Model[C]) Begin(at time.Time) (Pos, error) { return m.Place(m.initial, at) }

// Place is [Model.Begin] in any stage, for customers taken over from elsewhere.
// An unknown stage, or a super-stage, is [ErrStage].
func (m *Model[C]) Place(s Stage, at time.Time) (Pos, error) {
	now, ok := InstantOf(at)
	switch {
	case !ok:
		return Pos{}, ErrTime
	case !m.stages[s].known:
		return Pos{}, fmt.Errorf("%w: %d", ErrStage, s)
	}
	return Pos{Since: now, Last: now, Standing: Standing{Version: m.version, Stage: s}}, nil
}

// Check returns every fault of a stored position, each a *guanxi.FieldError:
// [ErrVersion], [ErrStage] and [ErrPosition]. Step, Advance and the others make
// the same checks and answer with a code.
func (m *Model[C]) Check(p Pos) error {
	var f configFaults
	if p.Version != m.version {
		f.at(fmt.Errorf("%w: %d, and this is %d", ErrVersion, p.Version, m.version), "version")
	}
	if !m.stages[p.Stage].known {
		f.at(fmt.Errorf("%w: %d", ErrStage, p.Stage), "stage")
	}
	if !m.knownPre[p.Prev] {
		f.at(fmt.Errorf("%w: %d", ErrStage, p.Prev), "prev")
	}
	if !p.Since.sound() {
		f.at(fmt.Errorf("%w: %d", ErrPosition, p.Since), "since")
	}
	if !p.Last.sound() {
		f.at(fmt.Errorf("%w: %d", ErrPosition, p.Last), "last")
	}
	if uint64(p.Counted) > maxCounted {
		f.at(fmt.Errorf("%w: %d", ErrPosition, p.Counted), "counted")
	}
	return f.err()
}

// fault is Check as a code, Idle for none.
func (m *Model[C]) fault(p Pos) Code {
	switch {
	case p.Version != m.version:
		return OtherVersion
	case !m.stages[p.Stage].known || !m.knownPre[p.Prev]:
		return UnknownStage
	case !p.sound():
		return BadPosition
	}
	return Idle
}
