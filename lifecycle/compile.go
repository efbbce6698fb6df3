package lifecycle

import (
	"fmt"
	"slices"
)

// Compile makes a model of c, which it copies, with the functions behind its
// guards and the calendar in which working time is counted; nil where there is
// none. The error holds every fault: those of [Config.Validate], [ErrGuard] for
// a guard without a function and [ErrNoCalendar] for working time without a
// calendar. Functions that no rule names are no fault.
func Compile[C any](c Config, guards Guards[C], calendar *Calendar) (*Model[C], error) {
	c = c.Clone()
	l, err := newLayout(&c)
	var f configFaults
	f.at(err)
	for i, r := range c.Rules {
		if r.Guard != "" && guards[r.Guard] == nil {
			f.at(fmt.Errorf("%w: %.64q", ErrGuard, r.Guard), "rules", i, "guard")
		}
	}
	for i, t := range c.Timeouts {
		if t.Counts == WorkingTime && calendar == nil {
			f.at(ErrNoCalendar, "timeouts", i, "counts")
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	m := &Model[C]{
		config: c, version: uint16(c.Version), initial: Stage(l.initial), late: LateRefused,
		events: uint(len(c.Events)), width: uint(len(c.Events)) + 1, calendar: calendar,
		stageNo: make(map[string]Stage), eventNo: make(map[string]Event),
	}
	switch c.Late {
	case LateIgnore:
		m.late = LateIgnored
	case LateReplay:
		m.late = LateNeedsReplay
	}
	for id, s := range l.stages {
		m.stageNo[id] = Stage(s)
	}
	for id, e := range l.events {
		m.eventNo[id] = Event(e)
	}
	m.dwell, _ = spanMicros(c.MinDwell)
	b := builder[C]{m: m, l: l, guards: guards, histories: make(map[int]uint8)}
	b.stages()
	b.classes()
	return m, nil
}

// MustCompile is [Compile] for tests and examples; it panics on an error.
func MustCompile[C any](c Config, guards Guards[C], calendar *Calendar) *Model[C] {
	m, err := Compile(c, guards, calendar)
	if err != nil {
		panic(err)
	}
	return m
}

// builder fills the tables of a model.
type builder[C any] struct {
	m         *Model[C]
	l         *layout
	guards    Guards[C]
	histories map[int]uint8 // by super-stage
}

func (b *builder[C]) stages() {
	m, l := b.m, b.l
	n := len(l.c.Stages) + 1
	m.cells = make([]cell, uint(n)*m.width)
	ranges := b.effects()
	m.knownPre[0] = true
	for s := 1; s < n; s++ {
		if !l.leaf(s) {
			continue
		}
		m.knownPre[s] = true
		for e := 1; e < int(m.width); e++ {
			lo := int32(len(m.moves))
			for _, i := range l.rules[[2]int{s, e}] {
				r := l.c.Rules[i]
				mv := move[C]{guard: b.guards[r.Guard], rule: int32(i), stays: r.To == ""}
				if r.Guard == "" {
					mv.guard = nil
				}
				if !mv.stays {
					mv.target = b.target(s, l.stages[r.To])
				}
				mv.lo, mv.hi = ranges[i].lo, ranges[i].hi
				m.moves = append(m.moves, mv)
			}
			at := cell{lo: lo, n: uint16(len(m.moves) - int(lo))}
			if at.n > 0 {
				first := m.moves[lo]
				alone := first.stays || first.history == 0 && (l.clock[s] == 0 || l.clock[s] != l.clock[first.to])
				at.to, at.quick = first.to, first.guard == nil && alone
			}
			m.cells[uint(s)*m.width+uint(e)] = at
		}
		m.stages[s] = b.stage(s, ranges)
	}
}

// stage fills in the timeouts of a leaf.
func (b *builder[C]) stage(s int, ranges []slice) stage {
	m, l := b.m, b.l
	clock := l.clocks[l.clock[s]]
	st := stage{entry: absent, last: absent, carried: absent, known: true, lo: int32(len(m.timeouts)), clock: uint8(l.clock[s]), working: clock.working}
	st.counts = l.clock[s] != 0 && clock.counts[s]
	for _, i := range l.timeouts[s] {
		t := l.c.Timeouts[i]
		out := timeout{target: b.target(s, l.stages[t.To]), after: l.after[i], rule: int32(i), working: t.Counts == WorkingTime}
		r := ranges[len(l.c.Rules)+i]
		out.lo, out.hi = r.lo, r.hi
		switch {
		case t.Since == SinceEvent:
			out.from = fromLast
			st.last = min(st.last, out.after)
		case l.carries[i]:
			out.from = fromCarried
			st.carried = min(st.carried, out.after)
		default:
			st.entry = min(st.entry, out.after)
		}
		m.timeouts = append(m.timeouts, out)
		m.timeouts[len(m.timeouts)-1].transit = -int32(len(m.timeouts))
	}
	st.hi = int32(len(m.timeouts))
	return st
}

// effects numbers the effects and returns those of the rules, then of the
// timeouts.
func (b *builder[C]) effects() []slice {
	m := b.m
	var ranges []slice
	number := make(map[string]Effect)
	add := func(ids []string) {
		lo := int32(len(m.effects))
		for _, id := range ids {
			if number[id] == 0 {
				m.effectIDs = append(m.effectIDs, id)
				number[id] = Effect(len(m.effectIDs))
			}
			m.effects = append(m.effects, number[id])
		}
		ranges = append(ranges, slice{lo, int32(len(m.effects))})
	}
	for _, r := range b.l.c.Rules {
		add(r.Effects)
	}
	for _, t := range b.l.c.Timeouts {
		add(t.Effects)
	}
	return ranges
}

// target resolves where someone comes to who enters stage `to` from a leaf.
func (b *builder[C]) target(from, to int) target {
	l := b.l
	t := target{to: Stage(l.targets(from, to)[0])}
	if !l.c.Stages[to-1].History || l.within(from, to) {
		return t
	}
	if h, ok := b.histories[to]; ok {
		t.history = h
		return t
	}
	row := make([]Stage, 256)
	for prev := range row {
		row[prev] = t.to
		if prev < len(l.parent) && prev != 0 && l.leaf(prev) {
			if child := l.childOn(prev, to); child != 0 {
				row[prev] = Stage(l.entry[child])
			}
		}
	}
	b.m.history = append(b.m.history, row)
	t.history = uint8(len(b.m.history))
	b.histories[to] = t.history
	return t
}

func (b *builder[C]) classes() {
	for i, k := range b.l.c.Classes {
		out := class{stage: Stage(b.l.classes[i]), ClassConfig: k}
		if k.MinSilence != nil {
			out.minSilence, _ = spanMicros(*k.MinSilence)
		}
		if k.MaxSilence != nil {
			out.maxSilence, _ = spanMicros(*k.MaxSilence)
		}
		b.m.classes = append(b.m.classes, out)
	}
	b.m.classes = slices.Clip(b.m.classes)
}
