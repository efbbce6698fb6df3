package lifecycle

import (
	"fmt"
	"slices"
)

// layout is a config resolved to numbers: stages and events count from 1, as in
// a Pos. What is at fault is left out of it.
type layout struct {
	configFaults
	c        *Config
	stages   map[string]int
	events   map[string]int
	parent   []int   // 0 is none
	children [][]int // in the order of the config
	entry    []int   // the leaf entered through a stage
	initial  int     // a leaf, 0 if there is none
	final    []bool
	decline  []bool

	rules    map[[2]int][]int // by leaf and event: rules that may apply, in order
	timeouts [][]int          // by leaf, in order
	after    []int64          // of timeouts, microseconds; -1 for one at fault
	carries  []bool           // timeouts on a clock that runs on over stages
	clock    []int            // of leaves, 0 is none
	clocks   []clockSpec      // the first is none
	classes  []int            // leaves
}

// clockSpec is a clock that runs on from stage to stage.
type clockSpec struct {
	scope   []bool // by leaf: here the clock is kept
	counts  []bool // by leaf: and here it runs
	working bool
}

func (a clockSpec) equal(b clockSpec) bool {
	return a.working == b.working && slices.Equal(a.scope, b.scope) && slices.Equal(a.counts, b.counts)
}

// newLayout resolves c and checks it.
func newLayout(c *Config) (*layout, error) {
	l := &layout{c: c, stages: make(map[string]int), events: make(map[string]int)}
	l.validateTop(c)
	if len(l.errs) > 0 && (len(c.Stages) > maxStages || len(c.Events) > maxEvents ||
		len(c.Rules) > maxRules || len(c.Timeouts) > maxTimeouts || len(c.Classes) > maxClasses) {
		return nil, l.err() // the rest would take long
	}
	l.names()
	l.nest()
	l.refer()
	l.flatten()
	l.clocksOf()
	l.graph()
	return l, l.err()
}

func (l *layout) names() {
	for i, s := range l.c.Stages {
		l.id(s.ID, "stages", i, "id")
		if _, ok := l.stages[s.ID]; ok {
			l.at(fmt.Errorf("%w: %q", ErrDuplicate, s.ID), "stages", i, "id")
			continue
		}
		l.stages[s.ID] = i + 1
	}
	for i, e := range l.c.Events {
		l.id(e.ID, "events", i, "id")
		if _, ok := l.events[e.ID]; ok {
			l.at(fmt.Errorf("%w: %q", ErrDuplicate, e.ID), "events", i, "id")
			continue
		}
		l.events[e.ID] = i + 1
	}
}

// stage resolves a name, 0 if there is none.
func (l *layout) stage(name string, at ...any) int {
	s, ok := l.stages[name]
	if !ok {
		l.at(fmt.Errorf("%w: %.64q", ErrNoStage, name), at...)
	}
	return s
}

// nest resolves super-stages. One that lies in itself is at fault, and taken to
// lie in none.
func (l *layout) nest() {
	n := len(l.c.Stages) + 1
	l.parent, l.children, l.entry = make([]int, n), make([][]int, n), make([]int, n)
	l.final, l.decline = make([]bool, n), make([]bool, n)
	for i, s := range l.c.Stages {
		if s.In != "" {
			l.parent[i+1] = l.stage(s.In, "stages", i, "in")
		}
	}
	var circular []int
	for i := range l.c.Stages {
		above := l.parent[i+1]
		for k := 0; k < n && above != i+1; k++ {
			above = l.parent[above]
		}
		if above == i+1 {
			l.at(fmt.Errorf("%w: %q lies in itself", ErrNesting, l.c.Stages[i].ID), "stages", i, "in")
			circular = append(circular, i+1)
		}
	}
	for _, s := range circular {
		l.parent[s] = 0
	}
	for i := range l.c.Stages {
		l.children[l.parent[i+1]] = append(l.children[l.parent[i+1]], i+1)
	}
	for i, s := range l.c.Stages {
		at := i + 1
		for up := at; up != 0; up = l.parent[up] {
			l.final[at] = l.final[at] || l.c.Stages[up-1].Final
			l.decline[at] = l.decline[at] || l.c.Stages[up-1].Decline
		}
		switch {
		case !l.leaf(at):
			l.entry[at] = l.children[at][0]
			if s.Initial != "" {
				if in := l.stage(s.Initial, "stages", i, "initial"); in != 0 && l.parent[in] != at {
					l.at(fmt.Errorf("%w: %q is not directly in %q", ErrNesting, s.Initial, s.ID), "stages", i, "initial")
				} else if in != 0 {
					l.entry[at] = in
				}
			}
		case s.Initial != "":
			l.at(fmt.Errorf("%w: no stage is in %q", ErrNesting, s.ID), "stages", i, "initial")
		case s.History:
			l.at(fmt.Errorf("%w: no stage is in %q", ErrNesting, s.ID), "stages", i, "history")
		}
	}
	for s := 1; s < n; s++ {
		leaf := s
		for !l.leaf(leaf) {
			leaf = l.entry[leaf]
		}
		l.entry[s] = leaf
	}
}

func (l *layout) leaf(s int) bool { return len(l.children[s]) == 0 }

// within reports whether s lies in around, or is it.
func (l *layout) within(s, around int) bool {
	for ; s != 0; s = l.parent[s] {
		if s == around {
			return true
		}
	}
	return false
}

// refer resolves what rules, timeouts and classes name.
func (l *layout) refer() {
	c := l.c
	if s := l.stage(c.Initial, "initial"); s != 0 {
		l.initial = l.entry[s]
	}
	effects := make(map[string]struct{})
	for i, r := range c.Rules {
		l.stage(r.From, "rules", i, "from")
		if _, ok := l.events[r.Event]; !ok {
			l.at(fmt.Errorf("%w: %.64q", ErrNoEvent, r.Event), "rules", i, "event")
		}
		if r.Guard != "" {
			l.id(r.Guard, "rules", i, "guard")
		}
		if r.To != "" {
			l.stage(r.To, "rules", i, "to")
		}
		l.effects(r.Effects, &effects, "rules", i)
	}
	l.after = make([]int64, len(c.Timeouts))
	for i, t := range c.Timeouts {
		before := len(l.errs)
		l.stage(t.From, "timeouts", i, "from")
		l.stage(t.To, "timeouts", i, "to")
		switch t.Counts {
		case "", WallTime, WorkingTime:
		default:
			l.at(fmt.Errorf("%w: %.32q", ErrOption, string(t.Counts)), "timeouts", i, "counts")
		}
		switch t.Since {
		case "", SinceEntry:
		case SinceEvent:
			if len(t.PausedIn) > 0 {
				l.at(fmt.Errorf("%w: only a clock since %q can be paused", ErrOption, SinceEntry), "timeouts", i, "paused_in")
			}
		default:
			l.at(fmt.Errorf("%w: %.32q", ErrOption, string(t.Since)), "timeouts", i, "since")
		}
		l.pauses(i, t.PausedIn)
		l.effects(t.Effects, &effects, "timeouts", i)
		l.after[i] = l.span(t.After, t.Counts == WorkingTime, "timeouts", i, "after")
		if len(l.errs) > before {
			l.after[i] = -1
		}
	}
	for i := range c.Classes {
		k := &c.Classes[i]
		s := l.stage(k.Stage, "classes", i, "stage")
		l.classes = append(l.classes, l.entry[s])
		l.class(i, k)
	}
}

// pauses resolves the stages in which timeout i stands still.
func (l *layout) pauses(i int, names []string) {
	if len(names) > maxStages {
		l.at(fmt.Errorf("%w: %d are more than %d", ErrTooMany, len(names), maxStages), "timeouts", i, "paused_in")
		return
	}
	known := make(map[string]bool, len(names))
	for k, name := range names {
		l.stage(name, "timeouts", i, "paused_in", k)
		if known[name] {
			l.at(fmt.Errorf("%w: %.64q", ErrDuplicate, name), "timeouts", i, "paused_in", k)
		}
		known[name] = true
	}
}

// flatten gives every leaf the rules and timeouts of the stages around it.
func (l *layout) flatten() {
	n := len(l.c.Stages) + 1
	own := make(map[[2]int][]int) // by stage and event
	for i, r := range l.c.Rules {
		from, event := l.stages[r.From], l.events[r.Event]
		if from == 0 || event == 0 || r.To != "" && l.stages[r.To] == 0 {
			continue
		}
		key := [2]int{from, event}
		own[key] = append(own[key], i)
	}
	used := make([]bool, len(l.c.Rules))
	refused := make([]bool, len(l.c.Rules))
	for _, list := range own {
		l.ambiguous(list, refused)
	}
	l.rules = make(map[[2]int][]int)
	l.timeouts = make([][]int, n)
	for s := 1; s < n; s++ {
		if !l.leaf(s) {
			continue
		}
		for e := 1; e <= len(l.c.Events); e++ {
			var list []int
			for up := s; up != 0; up = l.parent[up] {
				list = append(list, own[[2]int{up, e}]...)
			}
			if list = l.effective(list); len(list) > 0 {
				l.rules[[2]int{s, e}] = list
			}
			for _, i := range list {
				used[i] = true
			}
		}
		for up := s; up != 0; up = l.parent[up] {
			for i, t := range l.c.Timeouts {
				if l.after[i] >= 0 && l.stages[t.From] == up && !l.paused(i, s) {
					l.timeouts[s] = append(l.timeouts[s], i)
				}
			}
		}
	}
	for i, r := range l.c.Rules {
		known := l.stages[r.From] != 0 && l.events[r.Event] != 0 && (r.To == "" || l.stages[r.To] != 0)
		switch {
		case refused[i]:
			l.at(fmt.Errorf("%w: %q in %q", ErrAmbiguous, r.Event, r.From), "rules", i)
		case known && !used[i]:
			l.at(fmt.Errorf("%w: %q in %q", ErrShadowed, r.Event, r.From), "rules", i)
		}
	}
}

// ambiguous marks the rules without a guard after the first such one.
func (l *layout) ambiguous(list []int, refused []bool) {
	found := false
	for _, i := range list {
		if l.c.Rules[i].Guard == "" {
			refused[i] = found
			found = true
		}
	}
}

// effective cuts list after the first rule without a guard, and takes out those
// whose guard has said no already.
func (l *layout) effective(list []int) []int {
	var out []int
	seen := make(map[string]bool)
	for _, i := range list {
		guard := l.c.Rules[i].Guard
		if seen[guard] {
			continue
		}
		seen[guard] = true
		out = append(out, i)
		if guard == "" {
			break
		}
	}
	return out
}

// paused reports whether timeout i stands still in s.
func (l *layout) paused(i, s int) bool {
	for _, name := range l.c.Timeouts[i].PausedIn {
		if p := l.stages[name]; p != 0 && l.within(s, p) {
			return true
		}
	}
	return false
}

// clocksOf finds the clocks that run on from stage to stage: at most one a leaf.
func (l *layout) clocksOf() {
	n := len(l.c.Stages) + 1
	l.clock, l.clocks = make([]int, n), make([]clockSpec, 1)
	l.carries = make([]bool, len(l.c.Timeouts))
	for i, t := range l.c.Timeouts {
		if l.after[i] < 0 || t.Since == SinceEvent || l.leaf(l.stages[t.From]) && len(t.PausedIn) == 0 {
			continue
		}
		spec := clockSpec{scope: make([]bool, n), counts: make([]bool, n), working: t.Counts == WorkingTime}
		running := 0
		for s := 1; s < n; s++ {
			if !l.leaf(s) {
				continue
			}
			in, paused := l.within(s, l.stages[t.From]), l.paused(i, s)
			spec.scope[s], spec.counts[s] = in || paused, in && !paused
			if spec.counts[s] {
				running++
			}
		}
		if running == 0 {
			l.at(fmt.Errorf("%w: the clock is paused everywhere", ErrOption), "timeouts", i, "paused_in")
			continue
		}
		l.carries[i] = true
		at := slices.IndexFunc(l.clocks, spec.equal)
		if at < 0 {
			at = len(l.clocks)
			l.clocks = append(l.clocks, spec)
		}
		for s := 1; s < n; s++ {
			if !spec.scope[s] {
				continue
			}
			if l.clock[s] != 0 && l.clock[s] != at {
				l.at(fmt.Errorf("%w: %q has one already", ErrClocks, l.c.Stages[s-1].ID), "timeouts", i)
				break
			}
			l.clock[s] = at
		}
	}
}
