package segment

import (
	"slices"
	"time"
)

// moments collects when time alone may change the answer of one leaf: every
// instant at which it does is among them.
type moments struct {
	cal *calendar // at now
	// once are instants after now, in microseconds.
	once []int64
	// yearly are anniversaries, which come again and again.
	yearly []anniversary
}

// anniversary is a day of the year, and of how many days it is asked whether it
// comes up in them.
type anniversary struct {
	month time.Month
	day   int
	n     int
	next  int64 // the first instant after the last one asked for; noLow before
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
		if v < int64(minDate) || v > int64(maxDate) {
			return
		}
		_, month, day := Date(v).Date()
		if x := (anniversary{month, day, a.win.N, noLow}); !slices.Contains(m.yearly, x) {
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

// sort makes m ready for next.
func (m *moments) sort() {
	slices.Sort(m.once)
	m.once = slices.Compact(m.once)
}

// next returns the first instant after t at which something may change, noHigh
// where nothing does before the year 10000. t does not go back.
func (m *moments) next(t int64) int64 {
	best := m.nextOnce(t)
	for i := range m.yearly {
		a := &m.yearly[i]
		if a.next <= t {
			a.next = m.anniversary(a, t)
		}
		best = min(best, a.next)
	}
	return best
}

// nextOnce is next without anniversaries.
func (m *moments) nextOnce(t int64) int64 {
	i, found := slices.BinarySearch(m.once, t)
	if found {
		i++
	}
	if i < len(m.once) {
		return m.once[i]
	}
	return noHigh
}

// anniversary returns the first instant after t at which a comes within its days
// or has gone by.
func (m *moments) anniversary(a *anniversary, t int64) int64 {
	year, _, _ := m.cal.dayOf(t).Date()
	best := int64(noHigh)
	for y := year - 1; y <= year+2; y++ {
		first := NewDate(y, a.month, 1)
		d := first + Date(min(a.day, first.monthDays())) - 1
		for _, x := range []int64{m.cal.start(d - Date(a.n) + 1), m.cal.start(d + 1)} {
			if x > t && x < maxMicro {
				best = min(best, x)
			}
		}
	}
	return best
}

// cycle is how long anniversaries are followed while nothing else happens: every
// pattern of leap years, with the one that a century leaves out.
const cycle = 11 * 366 * dayMicros

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
// Cost: some microseconds for attributes. A condition on n events may look at
// each as often as there are events, at worst; conditions add up.
func (r *Rule[T]) NextChange(c *T) (time.Time, bool) {
	if !r.timed {
		return time.Time{}, false
	}
	t := r.cal.now
	var leaves []timedLeaf[T]
	r.tree.leaves(func(n *node) { leaves = append(leaves, r.timedLeaf(n, c)) })
	for i := range leaves {
		l := &leaves[i]
		l.m.sort()
		l.now, l.next = l.answer(c, r.cal), l.m.next(t)
	}
	verdict := func() bool {
		i := 0
		return evaluate(r.tree, leaves, &i)
	}
	before := verdict()
	for since := t; ; { // since when there have been but anniversaries
		next := int64(noHigh)
		for i := range leaves {
			next = min(next, leaves[i].next)
		}
		if next != noHigh && next-since > cycle {
			next = noHigh
			for i := range leaves {
				next = min(next, leaves[i].m.nextOnce(t))
			}
		}
		if next == noHigh {
			return time.Time{}, false
		}
		t = next
		cal, turned := r.cal.to(t), false
		for i := range leaves {
			l := &leaves[i]
			if l.next > t {
				continue
			}
			if _, once := slices.BinarySearch(l.m.once, t); once {
				since = t
			}
			ans := l.answer(c, cal)
			turned = turned || ans != l.now
			l.now, l.next = ans, l.m.next(t)
		}
		if turned && verdict() != before {
			return time.UnixMicro(t).In(r.cal.loc), true
		}
	}
}

// timedLeaf is a leaf made ready to be asked at several moments.
type timedLeaf[T any] struct {
	neg   bool
	fixed bool // ans is the answer at every moment
	ans   bool
	m     moments
	now   bool  // the answer at the moment
	next  int64 // when it may change
	atom  *atom // not bound
	v     int64 // of an attribute
	// of an aggregate
	impl    eventsOf[T]
	compute func(c *T, from, to int64) aggregated // nil where the filter depends on time
}

func (r *Rule[T]) timedLeaf(n *node, c *T) timedLeaf[T] {
	a := n.atom
	l := timedLeaf[T]{neg: n.neg, atom: a, m: moments{cal: r.cal}}
	switch {
	case !a.timed():
		l.fixed, l.ans = true, atomFunc[T](a)(c)
	case a.agg == nil:
		v, ok := number[T](a.field)(c)
		if l.v = v; !ok {
			l.fixed = true
			break
		}
		l.m.value(a, v, a.field.typ)
	default:
		l.impl = a.field.events.impl.(eventsOf[T])
		if !a.agg.filter.isTimed() && !a.agg.then.isTimed() {
			l.compute = l.impl.compute(a.bind(r.cal))
		}
		l.impl.moments(&l.m, a, c)
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
func evaluate[T any](n *node, leaves []timedLeaf[T], i *int) bool {
	if n.kind == nodeLeaf {
		*i++
		return leaves[*i-1].now
	}
	out := n.kind == nodeAll
	for _, k := range n.kids {
		if v := evaluate(k, leaves, i); v != (n.kind == nodeAll) {
			out = v
		}
	}
	return out
}
