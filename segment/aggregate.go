package segment

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// eventsOf is a collection of events of T without the type of the event.
type eventsOf[T any] interface {
	// compute returns the function that computes a's aggregate of the events in
	// [from, to). a is bound; its own bounds are not looked at.
	compute(a *atom) func(c *T, from, to int64) aggregated
	// tops returns the values that a preference finds, most first; a is bound.
	tops(a *atom, c *T) []string
	// moments adds to m when c's events may change a's answer. filter and then are
	// those of a bound atom, nil where they depend on time themselves.
	moments(m *moments, a *atom, c *T)
}

type eventsImpl[T, E any] struct {
	get func(*T) ([]E, bool)
	at  func(*E) (time.Time, bool)
}

// aggregated is the value of an aggregate. Which fields are set depends on the
// function.
type aggregated struct {
	ok  bool   // there is a value
	yes bool   // of top and sequence: the answer
	i   int64  // count, days, and min, max, first, last of what is compared as int64
	n   int64  // of avg: how many
	sum int128 // of sum and avg
	s   string // first, last of text
}

// ranked is a value and by what it is ranked.
type ranked struct {
	s  string
	by int128
}

// holds is the atom's answer to its aggregate's value.
func (a *atom) holds(v aggregated) bool {
	switch a.agg.fn {
	case aggSequence:
		return v.yes
	case aggTop:
		if a.op == atomSet {
			return v.ok
		}
		return v.yes
	}
	switch {
	case !v.ok:
		return false
	case a.op == atomSet:
		return true
	case a.agg.fn == aggSum:
		switch a.op {
		case atomIn:
			return slices.ContainsFunc(a.ints, func(x int64) bool { return v.sum == widen(x) })
		default:
			return (a.lo == noLow || v.sum.compare(widen(a.lo)) >= 0) && (a.hi == noHigh || v.sum.compare(widen(a.hi)) <= 0) && a.lo <= a.hi
		}
	case a.agg.fn == aggAvg:
		// sum/n op x/10^k, exactly: sum × 10^k op n × x.
		sum := v.sum.times(pow10(avgScale(a.agg.of) - a.agg.of.scale))
		if a.lo != noLow || a.loOpen {
			if d := sum.compare(product(v.n, a.lo)); d < 0 || d == 0 && a.loOpen {
				return false
			}
		}
		if a.hi != noHigh || a.hiOpen {
			if d := sum.compare(product(v.n, a.hi)); d > 0 || d == 0 && a.hiOpen {
				return false
			}
		}
		return true
	}
	switch a.op {
	case atomIn:
		return contains(a.ints, v.i)
	case atomAnniversary:
		return comesUp(a.ints, Date(v.i))
	case atomBool:
		return v.i == a.lo
	case atomInStrings:
		return slices.Contains(a.strs, v.s)
	case atomContains:
		return strings.Contains(v.s, a.strs[0])
	case atomBegins:
		return strings.HasPrefix(v.s, a.strs[0])
	case atomEnds:
		return strings.HasSuffix(v.s, a.strs[0])
	}
	return a.lo <= v.i && v.i <= a.hi
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// compute implements eventsOf.
func (ev *eventsImpl[T, E]) compute(a *atom) func(*T, int64, int64) aggregated {
	s := ev.scan(a.agg.filter)
	g := a.agg
	switch g.fn {
	case aggCount:
		return func(c *T, from, to int64) aggregated {
			var v aggregated
			es, _ := ev.get(c)
			for i := range es {
				if _, ok := s.pass(&es[i], from, to); ok {
					v.i++
				}
			}
			v.ok = true
			return v
		}
	case aggDays:
		return s.days(g.cal)
	case aggSum, aggAvg:
		return s.sum(number[E](g.of), g.fn == aggSum)
	case aggMin, aggMax:
		return s.extreme(number[E](g.of), g.fn == aggMax)
	case aggFirst, aggLast:
		if text := textOf[E](g.of); text != nil {
			return s.edgeText(text, g.fn == aggLast)
		}
		return s.edge(number[E](g.of), g.fn == aggLast)
	case aggTop:
		return s.top(a)
	}
	return s.sequence(g)
}

// scan goes over the events that pass a filter.
type scan[T, E any] struct {
	*eventsImpl[T, E]
	filter *program[E] // nil: all
}

func (ev *eventsImpl[T, E]) scan(filter *node) scan[T, E] {
	s := scan[T, E]{eventsImpl: ev}
	if filter != nil {
		s.filter = newProgram[E](filter)
	}
	return s
}

// pass returns the event's instant, and whether it counts.
func (s scan[T, E]) pass(e *E, from, to int64) (int64, bool) {
	t, ok := s.at(e)
	if !ok {
		return 0, false
	}
	at := micros(t)
	return at, from <= at && at < to && (s.filter == nil || s.filter.match(e))
}

// few is for how many events the scratch memory of a scan lies on the stack.
const few = 64

func (s scan[T, E]) days(cal *calendar) func(*T, int64, int64) aggregated {
	return func(c *T, from, to int64) aggregated {
		var buf [few]Date
		days := buf[:0]
		es, _ := s.get(c)
		for i := range es {
			if at, ok := s.pass(&es[i], from, to); ok {
				if d := cal.localDay(at); len(days) == 0 || days[len(days)-1] != d {
					days = append(days, d)
				}
			}
		}
		slices.Sort(days)
		return aggregated{ok: true, i: int64(len(slices.Compact(days)))}
	}
}

func (s scan[T, E]) sum(of func(*E) (int64, bool), always bool) func(*T, int64, int64) aggregated {
	return func(c *T, from, to int64) aggregated {
		var v aggregated
		es, _ := s.get(c)
		for i := range es {
			if _, ok := s.pass(&es[i], from, to); !ok {
				continue
			}
			if x, ok := of(&es[i]); ok {
				v.sum = v.sum.add(x)
				v.n++
			}
		}
		v.ok = always || v.n > 0
		return v
	}
}

func (s scan[T, E]) extreme(of func(*E) (int64, bool), largest bool) func(*T, int64, int64) aggregated {
	return func(c *T, from, to int64) aggregated {
		var v aggregated
		es, _ := s.get(c)
		for i := range es {
			if _, ok := s.pass(&es[i], from, to); !ok {
				continue
			}
			if x, ok := of(&es[i]); ok && (!v.ok || x != v.i && (x > v.i) == largest) {
				v.ok, v.i = true, x
			}
		}
		return v
	}
}

func (s scan[T, E]) edge(of func(*E) (int64, bool), last bool) func(*T, int64, int64) aggregated {
	return func(c *T, from, to int64) aggregated {
		var v aggregated
		var best int64
		es, _ := s.get(c)
		for i := range es {
			at, ok := s.pass(&es[i], from, to)
			if !ok {
				continue
			}
			if x, ok := of(&es[i]); ok && (!v.ok || at != best && (at > best) == last || at == best && (x > v.i) == last) {
				v.ok, v.i, best = true, x, at
			}
		}
		return v
	}
}

func (s scan[T, E]) edgeText(of func(*E) (string, bool), last bool) func(*T, int64, int64) aggregated {
	return func(c *T, from, to int64) aggregated {
		var v aggregated
		var best int64
		es, _ := s.get(c)
		for i := range es {
			at, ok := s.pass(&es[i], from, to)
			if !ok {
				continue
			}
			if x, ok := of(&es[i]); ok && (!v.ok || at != best && (at > best) == last || at == best && (x > v.s) == last) {
				v.ok, v.s, best = true, x, at
			}
		}
		return v
	}
}

// top ranks the values of a field.
func (s scan[T, E]) top(a *atom) func(*T, int64, int64) aggregated {
	r := s.ranker(a.agg)
	return func(c *T, from, to int64) aggregated {
		var buf [16]ranked
		list := r.rank(buf[:0], c, from, to)
		v := aggregated{ok: len(list) > 0}
		for _, x := range list {
			if slices.Contains(a.strs, x.s) && ahead(list, x) < a.agg.topN {
				v.yes = true
				break
			}
		}
		return v
	}
}

// ranker ranks the values of a field by number of events, or by a sum.
type ranker[T, E any] struct {
	scan[T, E]
	of func(*E) (string, bool)
	by func(*E) (int64, bool) // nil: count
}

func (s scan[T, E]) ranker(g *aggAtom) ranker[T, E] {
	r := ranker[T, E]{scan: s, of: textOf[E](g.of)}
	if g.by != nil {
		r.by = number[E](g.by)
	}
	return r
}

// rank appends each value once, in the order of the events.
func (r ranker[T, E]) rank(list []ranked, c *T, from, to int64) []ranked {
	var index map[string]int // of a longer list
	es, _ := r.get(c)
	for i := range es {
		if _, ok := r.pass(&es[i], from, to); !ok {
			continue
		}
		x, ok := r.of(&es[i])
		if !ok {
			continue
		}
		at := -1
		if index != nil {
			if j, ok := index[x]; ok {
				at = j
			}
		} else {
			at = slices.IndexFunc(list, func(r ranked) bool { return r.s == x })
		}
		if at < 0 {
			at = len(list)
			list = append(list, ranked{s: x})
			if index != nil {
				index[x] = at
			} else if len(list) > 2*linear {
				index = make(map[string]int, 2*len(list))
				for j, r := range list {
					index[r.s] = j
				}
			}
		}
		n := int64(1)
		if r.by != nil {
			if n, ok = r.by(&es[i]); !ok {
				n = 0
			}
		}
		list[at].by = list[at].by.add(n)
	}
	return list
}

// tops implements eventsOf.
func (ev *eventsImpl[T, E]) tops(a *atom, c *T) []string {
	list := ev.scan(a.agg.filter).ranker(a.agg).rank(nil, c, a.agg.from, a.agg.to)
	slices.SortFunc(list, func(x, y ranked) int {
		return cmp.Or(y.by.compare(x.by), cmp.Compare(x.s, y.s))
	})
	var out []string
	for _, x := range list {
		if ahead(list, x) < a.agg.topN {
			out = append(out, x.s)
		}
	}
	return out
}

// ahead is how many values rank before r.
func ahead(list []ranked, r ranked) int {
	n := 0
	for _, o := range list {
		if o.by.compare(r.by) > 0 {
			n++
		}
	}
	return n
}

func (s scan[T, E]) sequence(g *aggAtom) func(*T, int64, int64) aggregated {
	then := s.eventsImpl.scan(g.then)
	return func(c *T, from, to int64) aggregated {
		var buf [few]int64
		first := buf[:0]
		es, _ := s.get(c)
		for i := range es {
			if at, ok := s.pass(&es[i], from, to); ok {
				first = append(first, at)
			}
		}
		if len(first) == 0 {
			return aggregated{ok: true}
		}
		slices.Sort(first)
		for i := range es {
			at, ok := then.pass(&es[i], from, to)
			if !ok {
				continue
			}
			// The latest first event before it is the one to be near.
			if j, _ := slices.BinarySearch(first, at); j > 0 && at-first[j-1] <= g.gap {
				return aggregated{ok: true, yes: true}
			}
		}
		return aggregated{ok: true}
	}
}
