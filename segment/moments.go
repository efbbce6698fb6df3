package segment

import (
	"slices"
	"time"
)

// moments collects when time alone may change an answer: every instant at which
// one does is among them.
type moments struct {
	cal *calendar // at now
	// once are instants after now, in microseconds.
	once []int64
	// yearly are anniversaries, which come again and again.
	yearly []anniversary
}

type anniversary struct {
	day Date
	n   int
}

// add adds t, if it is after now and before the year 10000.
func (m *moments) add(t int64) {
	if t > m.cal.now && t < maxMicro {
		m.once = append(m.once, t)
	}
}

// value adds when the atom's question about a value of its own changes: v of a
// type that may be within a window, or have an anniversary.
func (m *moments) value(a *atom, v int64, typ Type) {
	switch {
	case a.op == atomAnniversary:
		if x := (anniversary{Date(v), a.win.N}); int64(minDate) <= v && v <= int64(maxDate) && !slices.Contains(m.yearly, x) {
			m.yearly = append(m.yearly, x)
		}
	case a.op != atomWithin:
	case typ == DateType:
		if int64(minDate) <= v && v <= int64(maxDate) {
			m.add(m.cal.start(Date(v)))
			m.add(m.cal.start(m.cal.leavesDay(Date(v), a.win)))
		}
	default:
		m.instant(v, a.win)
	}
}

// instant adds when what happens at v enters and leaves w.
func (m *moments) instant(v int64, w Window) {
	if v < minMicro || v >= maxMicro {
		return
	}
	m.add(v)
	if !w.IsZero() {
		m.add(m.cal.leaves(v, w))
	}
}

// next returns the first instant after t at which something may change.
func (m *moments) next(t int64) (int64, bool) {
	best, ok := int64(0), false
	if i, found := slices.BinarySearch(m.once, t); found {
		if i+1 < len(m.once) {
			best, ok = m.once[i+1], true
		}
	} else if i < len(m.once) {
		best, ok = m.once[i], true
	}
	for _, a := range m.yearly {
		if x := m.anniversary(a, t); !ok || x < best {
			best, ok = x, true
		}
	}
	return best, ok && best < maxMicro
}

// anniversary returns the first instant after t at which a comes within its days
// or has gone by.
func (m *moments) anniversary(a anniversary, t int64) int64 {
	year, _, _ := m.cal.dayOf(t).Date()
	_, month, day := a.day.Date()
	best := int64(noHigh)
	for y := year - 1; y <= year+2; y++ {
		first := NewDate(y, month, 1)
		d := first + Date(min(day, first.monthDays())) - 1
		for _, x := range []int64{m.cal.start(d - Date(a.n) + 1), m.cal.start(d + 1)} {
			if x > t {
				best = min(best, x)
			}
		}
	}
	return best
}

// last is the last instant worth looking at: a cycle of leap years, with the one
// that a century leaves out, after everything else is over.
func (m *moments) last() int64 {
	if len(m.yearly) == 0 {
		return maxMicro
	}
	last := m.cal.now
	if n := len(m.once); n > 0 {
		last = m.once[n-1]
	}
	return min(maxMicro, last+11*366*dayMicros)
}

// moments implements eventsOf.
func (ev *eventsImpl[T, E]) moments(m *moments, a *atom, c *T) {
	g := a.agg
	s, then := ev.scan(untimed(g.filter)), ev.scan(untimed(g.then))
	sequence := g.fn == aggSequence
	var fields []timedField[E]
	for _, filter := range []*node{g.filter, g.then} {
		if filter != nil {
			filter.leaves(func(n *node) {
				if n.atom.timed() {
					fields = append(fields, timedField[E]{n.atom, number[E](n.atom.field), n.atom.field.typ})
				}
			})
		}
	}
	if a.op == atomWithin || a.op == atomAnniversary {
		fields = append(fields, timedField[E]{a, number[E](g.of), g.of.typ})
	}
	es, _ := ev.get(c)
	for i := range es {
		at, ok := s.pass(&es[i], noLow, noHigh)
		if !ok && sequence {
			at, ok = then.pass(&es[i], noLow, noHigh)
		}
		if !ok {
			continue
		}
		m.instant(at, g.win)
		for _, f := range fields {
			if v, ok := f.get(&es[i]); ok {
				m.value(f.atom, v, f.typ)
			}
		}
	}
}

type timedField[E any] struct {
	atom *atom
	get  func(*E) (int64, bool)
	typ  Type
}

// isTimed reports whether an answer of n depends on time.
func (n *node) isTimed() bool {
	timed := false
	if n != nil {
		n.leaves(func(k *node) { timed = timed || k.atom.timed() })
	}
	return timed
}

// untimed returns the filter, or none where it depends on time.
func untimed(filter *node) *node {
	if filter.isTimed() {
		return nil
	}
	return filter
}

// NextChange returns the earliest instant after At.Now at which time alone, with
// everything about c as it is, turns the rule's verdict, in At.Location and exact
// to the microsecond; false where it never does before the year 10000. Rules with
// an anniversary look ahead eleven years past everything else, in which every
// pattern of leap years has occurred. A host keeps the answers in a heap instead
// of asking for everybody every night.
//
// Cost: some microseconds for attributes. Of n events it may look at each as
// often as there are events, at worst.
func (r *Rule[T]) NextChange(c *T) (time.Time, bool) {
	if !r.timed {
		return time.Time{}, false
	}
	m := moments{cal: r.cal}
	var leaves []timedLeaf[T]
	r.tree.leaves(func(n *node) { leaves = append(leaves, r.timedLeaf(n, c, &m)) })
	slices.Sort(m.once)
	m.once = slices.Compact(m.once)

	verdict := func(cal *calendar) bool {
		i := 0
		return evaluate(r.tree, leaves, &i, c, cal)
	}
	before := verdict(r.cal)
	last := m.last()
	for t := r.cal.now; ; {
		var ok bool
		if t, ok = m.next(t); !ok || t > last {
			return time.Time{}, false
		}
		if verdict(r.cal.to(t)) != before {
			return time.UnixMicro(t).In(r.cal.loc), true
		}
	}
}

// timedLeaf is a leaf made ready to be asked at several moments.
type timedLeaf[T any] struct {
	neg   bool
	fixed bool // ans is the answer at every moment
	ans   bool
	atom  *atom // not bound
	v     int64 // of an attribute
	// of an aggregate
	impl    eventsOf[T]
	compute func(c *T, from, to int64) aggregated // nil where the filter depends on time
}

func (r *Rule[T]) timedLeaf(n *node, c *T, m *moments) timedLeaf[T] {
	a := n.atom
	l := timedLeaf[T]{neg: n.neg, atom: a}
	switch {
	case !a.timed():
		l.fixed, l.ans = true, atomFunc[T](a)(c)
	case a.agg == nil:
		v, ok := number[T](a.field)(c)
		if l.v = v; !ok {
			l.fixed = true
			break
		}
		m.value(a, v, a.field.typ)
	default:
		l.impl = a.field.events.impl.(eventsOf[T])
		if !a.agg.filter.isTimed() && !a.agg.then.isTimed() {
			l.compute = l.impl.compute(a.bind(r.cal))
		}
		l.impl.moments(m, a, c)
	}
	return l
}

func (l *timedLeaf[T]) answer(c *T, cal *calendar) bool {
	switch {
	case l.fixed:
		return l.ans != l.neg
	case l.impl == nil:
		switch b := l.atom.bind(cal); b.op {
		case atomAnniversary:
			return comesUp(b.ints, Date(l.v)) != l.neg
		default:
			return (b.lo <= l.v && l.v <= b.hi) != l.neg
		}
	}
	b := l.atom.bind(cal)
	compute := l.compute
	if compute == nil {
		compute = l.impl.compute(b)
	}
	return b.holds(compute(c, b.agg.from, b.agg.to)) != l.neg
}

// evaluate answers the tree, whose leaves come in order from leaves[*i] on.
func evaluate[T any](n *node, leaves []timedLeaf[T], i *int, c *T, cal *calendar) bool {
	if n.kind == nodeLeaf {
		*i++
		return leaves[*i-1].answer(c, cal)
	}
	out := n.kind == nodeAll
	for _, k := range n.kids {
		if out == (n.kind == nodeAll) {
			out = evaluate(k, leaves, i, c, cal)
		} else { // decided: pass over
			k.leaves(func(*node) { *i++ })
		}
	}
	return out
}
