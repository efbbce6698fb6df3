package lifecycle

import (
	"fmt"
	"slices"
	"strings"
)

// edge is a way from one leaf to another.
type edge struct {
	to      int
	timeout int // -1 for a rule or a class
	zero    bool
}

// targets returns the leaves that someone who enters stage `to` from leaf `from`
// may come to: several only where history decides.
func (l *layout) targets(from, to int) []int {
	if !l.c.Stages[to-1].History {
		return []int{l.entry[to]}
	}
	if child := l.childOn(from, to); child != 0 {
		return []int{l.entry[child]}
	}
	leaves := []int{l.entry[to]}
	for _, child := range l.children[to] {
		if l.entry[child] != l.entry[to] {
			leaves = append(leaves, l.entry[child])
		}
	}
	return leaves
}

// childOn returns the stage directly in super that leaf lies in, 0 if in none.
func (l *layout) childOn(leaf, super int) int {
	for s := leaf; s != 0; s = l.parent[s] {
		if l.parent[s] == super {
			return s
		}
	}
	return 0
}

// graph checks the model as a whole.
func (l *layout) graph() {
	n := len(l.c.Stages) + 1
	edges := make([][]edge, n)
	steps := make([][]edge, n) // edges without those of classes
	for s := 1; s < n; s++ {
		if !l.leaf(s) {
			continue
		}
		known := make([]bool, n)
		add := func(to int) {
			if !known[to] {
				known[to] = true
				edges[s] = append(edges[s], edge{to: to, timeout: -1})
			}
		}
		for e := 1; e <= len(l.c.Events); e++ {
			for _, i := range l.rules[[2]int{s, e}] {
				if to := l.c.Rules[i].To; to != "" {
					for _, t := range l.targets(s, l.stages[to]) {
						add(t)
					}
				}
			}
		}
		for _, i := range l.timeouts[s] {
			for _, t := range l.targets(s, l.stages[l.c.Timeouts[i].To]) {
				edges[s] = append(edges[s], edge{t, i, l.instant(i, s, t)})
			}
		}
		steps[s] = slices.Clip(edges[s])
		for _, t := range l.classes {
			if t != 0 {
				add(t)
			}
		}
	}
	l.reach()
	if len(l.c.Rules)+len(l.c.Timeouts) > 0 {
		// A class leads from every stage to its own, and would hide what the rules
		// lack: whoever is stepped and not classified is left there.
		l.ends(steps)
	} else {
		l.ends(edges)
	}
	l.circles(edges)
	l.forgets(edges)
}

// minCycle is a second: timeouts that go round take that long at least, so that
// a stretch of time holds no more of them than of seconds.
const minCycle = 1_000_000

// instant reports whether timeout i may lead from one leaf to another in no time
// when the leaf was just entered by a timeout.
func (l *layout) instant(i, from, to int) bool {
	switch {
	case l.after[i] < minCycle, l.c.Timeouts[i].Since == SinceEvent:
		return true
	case l.carries[i]:
		return l.clock[from] == l.clock[to] // else the clock begins anew
	}
	return false
}

// walk marks what is reached from s, s included.
func walkStages(edges [][]edge, s int, seen []bool) {
	if seen[s] {
		return
	}
	seen[s] = true
	for _, e := range edges[s] {
		walkStages(edges, e.to, seen)
	}
}

// reach reports leaves that nothing leads to. History leads only to where
// someone has been, so that it opens a stage only beside one that was reached.
func (l *layout) reach() {
	if l.initial == 0 {
		return
	}
	n := len(l.c.Stages) + 1
	seen := make([]bool, n)
	seen[l.initial] = true
	open := func(from, to int) bool {
		changed := false
		for k, t := range l.targets(from, to) {
			if seen[t] || k > 0 && !l.visited(l.childOn(t, to), seen) {
				continue
			}
			seen[t], changed = true, true
		}
		return changed
	}
	for changed := true; changed; {
		changed = false
		for s := 1; s < n; s++ {
			if !seen[s] {
				continue
			}
			for e := 1; e <= len(l.c.Events); e++ {
				for _, i := range l.rules[[2]int{s, e}] {
					if to := l.c.Rules[i].To; to != "" && open(s, l.stages[to]) {
						changed = true
					}
				}
			}
			for _, i := range l.timeouts[s] {
				if open(s, l.stages[l.c.Timeouts[i].To]) {
					changed = true
				}
			}
			for _, t := range l.classes {
				if t != 0 && !seen[t] {
					seen[t], changed = true, true
				}
			}
		}
	}
	for s := 1; s < n; s++ {
		if l.leaf(s) && !seen[s] {
			l.at(fmt.Errorf("%w: %q", ErrUnreachable, l.c.Stages[s-1].ID), "stages", s-1)
		}
	}
}

// visited reports whether any leaf in stage s is marked.
func (l *layout) visited(s int, seen []bool) bool {
	for leaf := range seen {
		if seen[leaf] && l.within(leaf, s) {
			return true
		}
	}
	return false
}

// ends reports dead ends, and decline without a way back, final or not.
func (l *layout) ends(edges [][]edge) {
	for s := 1; s < len(edges); s++ {
		if !l.leaf(s) {
			continue
		}
		out := l.final[s]
		for _, e := range edges[s] {
			out = out || e.to != s
		}
		if !out {
			l.at(fmt.Errorf("%w: %q", ErrDeadEnd, l.c.Stages[s-1].ID), "stages", s-1)
		}
		if !l.decline[s] {
			continue
		}
		seen := make([]bool, len(edges))
		walkStages(edges, s, seen)
		back := false
		for t := range seen {
			back = back || seen[t] && !l.decline[t] && !l.final[t]
		}
		if !back {
			l.at(fmt.Errorf("%w: %q", ErrNoWayBack, l.c.Stages[s-1].ID), "stages", s-1)
		}
	}
}

// circles reports the timeouts that close a circle in which no time passes, or each takes
// less than a second.
func (l *layout) circles(edges [][]edge) {
	const (
		fresh = iota
		open
		done
	)
	state := make([]int, len(edges))
	told := make(map[int]bool)
	var path []int
	var visit func(s int)
	visit = func(s int) {
		state[s] = open
		path = append(path, s)
		for _, e := range edges[s] {
			switch {
			case !e.zero:
			case state[e.to] == fresh:
				visit(e.to)
			case state[e.to] == open && !told[e.timeout]:
				told[e.timeout] = true
				var names []string
				for i := len(path) - 1; i >= 0; i-- {
					names = append([]string{l.c.Stages[path[i]-1].ID}, names...)
					if path[i] == e.to {
						break
					}
				}
				names = append(names, l.c.Stages[e.to-1].ID)
				l.at(fmt.Errorf("%w: %s", ErrZeroCycle, strings.Join(names, " → ")), "timeouts", e.timeout)
			}
		}
		path = path[:len(path)-1]
		state[s] = done
	}
	for s := 1; s < len(edges); s++ {
		if state[s] == fresh {
			visit(s)
		}
	}
}

// forgets reports entries by history from a stage that may be two steps away
// from the super-stage: a position knows only the stage before the one it is in.
func (l *layout) forgets(edges [][]edge) {
	// far[super][leaf] is a stage beside the super-stage that comes after it and
	// leads to the leaf, 0 if there is none.
	far := make(map[int][]int)
	lost := func(from, to int) int {
		if !l.c.Stages[to-1].History || l.within(from, to) {
			return 0
		}
		if far[to] == nil {
			far[to] = l.farFrom(to, edges)
		}
		return far[to][from]
	}
	check := func(from, to string, at ...any) {
		into := l.stages[to]
		for s := 1; s < len(edges); s++ {
			if !l.leaf(s) || !l.within(s, l.stages[from]) {
				continue
			}
			if via := lost(s, into); via != 0 {
				l.at(fmt.Errorf("%w: from %q, which comes after %q, back to %q", ErrHistory,
					l.c.Stages[s-1].ID, l.c.Stages[via-1].ID, to), at...)
				return
			}
		}
	}
	for i, r := range l.c.Rules {
		if l.stages[r.From] != 0 && l.stages[r.To] != 0 {
			check(r.From, r.To, "rules", i, "to")
		}
	}
	for i, t := range l.c.Timeouts {
		if l.after[i] >= 0 {
			check(t.From, t.To, "timeouts", i, "to")
		}
	}
}

func (l *layout) farFrom(super int, edges [][]edge) []int {
	after := make([]bool, len(edges))
	for s := range edges {
		if s != 0 && l.leaf(s) && l.within(s, super) {
			walkStages(edges, s, after)
		}
	}
	via := make([]int, len(edges))
	for s, list := range edges {
		if !after[s] || l.within(s, super) {
			continue
		}
		for _, e := range list {
			if e.to != s && via[e.to] == 0 {
				via[e.to] = s
			}
		}
	}
	return via
}
