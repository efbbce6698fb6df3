package segment

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Explanation says of one node of a rule, and of those below it, why it is true
// or false of a customer. It is meant for a screen: everything is text.
type Explanation struct {
	// Pointer is the node's place in the rule's JSON form; the nodes of a segment
	// referred to are at the reference's.
	Pointer string `json:"pointer"`
	// Node is "all", "any", "not", "segment" or "condition".
	Node  string `json:"node"`
	Match bool   `json:"match"`
	// Segment is the id, of a reference.
	Segment string `json:"segment,omitempty"`

	// Of a condition: the field, what is computed of events ("count"), the
	// operator, and the field's name for people.
	Field     string      `json:"field,omitempty"`
	Aggregate string      `json:"aggregate,omitempty"`
	Operator  Operator    `json:"operator,omitempty"`
	Name      guanxi.Text `json:"name,omitzero"`
	// Wanted is what the operator compares with; of a window its bounds.
	Wanted string `json:"wanted,omitempty"`
	// Actual is the customer's value, "" where it is missing or redacted.
	Actual   string  `json:"actual,omitempty"`
	Missing  bool    `json:"missing,omitempty"`
	Redacted bool    `json:"redacted,omitempty"`
	Origin   *Origin `json:"origin,omitempty"`
	// Nearest is, of a condition that is false, the value closest to the actual one
	// that would make it true, where there is a closest; of tags the ones lacking;
	// of text the wanted one that is nearly the same. Gap is how far the actual
	// value is from it, signed, of numbers; of dates and instants as a span of
	// days or of time.
	Nearest string `json:"nearest,omitempty"`
	Gap     string `json:"gap,omitempty"`

	// Flips is the smallest number of conditions below that must change to turn
	// the node's verdict, and Change their pointers; of several smallest sets the
	// one that comes first. Conditions are taken to be independent of each other.
	Flips  int      `json:"flips"`
	Change []string `json:"change,omitempty"`

	Kids []Explanation `json:"kids,omitempty"`
}

// Explain says why c is in the segment or not. Every condition is evaluated,
// those too that the verdict does not hang on. It is separate from [Rule.Match],
// which costs nothing for it, and allocates.
func (r *Rule[T]) Explain(c *T) Explanation {
	pointer := ""
	if r.src.isRule() {
		pointer = "/rules/0"
	}
	return r.explain(r.src, c, pointer, false)
}

// explain explains e at pointer. inside says that e is of a segment referred to,
// all of which is at the reference.
func (r *Rule[T]) explain(e *expr, c *T, pointer string, inside bool) Explanation {
	x := Explanation{Pointer: pointer}
	below := func(k *expr, at string, in bool) {
		if in {
			at = pointer
		}
		x.Kids = append(x.Kids, r.explain(k, c, at, in))
	}
	switch e.kind {
	case exprLeaf:
		r.condition(&x, e.leaf, c)
		return x
	case exprRef:
		x.Node, x.Segment = "segment", e.ref
		below(e.kids[0], pointer, true)
	case exprNot:
		x.Node = "not"
		at := pointer
		if k := e.kids[0].kind; k == exprLeaf || k == exprNot {
			at += "/rules/0"
		}
		below(e.kids[0], at, inside)
	default:
		x.Node = "all"
		if e.kind == exprAny {
			x.Node = "any"
		}
		for i, k := range e.kids {
			below(k, pointer+guanxi.Pointer("rules", i), inside)
		}
	}
	x.conclude()
	return x
}

// conclude sets the verdict of a group from its kids.
func (x *Explanation) conclude() {
	switch x.Node {
	case "segment":
		x.Match = x.Kids[0].Match
	case "not":
		x.Match = !x.Kids[0].Match
	default:
		// decisive is the verdict of one kid that decides the group.
		decisive := x.Node == "any"
		x.Match = slices.ContainsFunc(x.Kids, func(k Explanation) bool { return k.Match == decisive }) == decisive
		if x.Match == decisive { // all kids that decided must turn
			for _, k := range x.Kids {
				if k.Match == decisive {
					x.Flips += k.Flips
					x.Change = append(x.Change, k.Change...)
				}
			}
			return
		}
		best := 0
		for i, k := range x.Kids { // one must turn
			if k.Flips < x.Kids[best].Flips {
				best = i
			}
		}
		x.Flips, x.Change = x.Kids[best].Flips, x.Kids[best].Change
		return
	}
	x.Flips, x.Change = x.Kids[0].Flips, x.Kids[0].Change
}

// condition explains one comparison.
func (r *Rule[T]) condition(x *Explanation, l *leaf, c *T) {
	a, neg := l.atom()
	b := a.bind(r.cal)
	x.Node, x.Operator, x.Field, x.Name = "condition", l.op, l.field.name, l.field.label()
	x.Flips, x.Change = 1, []string{x.Pointer}
	if l.agg != nil {
		x.Aggregate = l.agg.fn.String()
		if l.agg.of != nil {
			x.Field += "." + l.agg.of.name
			x.Name = join(x.Name, l.agg.of.label())
		}
	}
	x.Wanted = wanted(l, b)
	f := l.source()
	redact := l.field.meta.Redact || f.meta.Redact

	var v aggregated
	if l.agg != nil {
		v = l.field.events.impl.(eventsOf[T]).compute(b)(c, b.agg.from, b.agg.to)
		x.Match = b.holds(v) != neg
		x.Missing = !v.ok
		if v.ok {
			x.Actual = actualAggregate[T](l, b, v, c)
		}
	} else {
		x.Match = atomFunc[T](b)(c) != neg
		var tags []string
		v, tags = attributeOf[T](f, c)
		x.Missing = !v.ok
		switch {
		case !v.ok:
		case f.typ == TagsType:
			x.Actual = strings.Join(tags, ", ")
		default:
			x.Actual = string(appendValue(nil, value{v.s, v.i}, f.typ, f.scale, f.scale))
		}
		if v.ok && !x.Match && !redact {
			lacking(x, b, tags, neg)
		}
	}
	if origin, ok := l.field.origin.(func(*T) (Origin, bool)); ok && origin != nil {
		if o, ok := origin(c); ok {
			x.Origin = &o
		}
	} else if l.field.meta.Source != "" {
		x.Origin = &Origin{Source: l.field.meta.Source}
	}
	if redact {
		x.Redacted, x.Actual = true, ""
		return
	}
	if v.ok && !x.Match {
		x.near(l, b, v, neg)
	}
}

func join(a, b guanxi.Text) guanxi.Text {
	return guanxi.Text{EN: a.In(guanxi.EN) + ": " + b.In(guanxi.EN), ZH: a.In(guanxi.ZH) + "：" + b.In(guanxi.ZH)}
}

// attributeOf returns c's value of an attribute.
func attributeOf[T any](f *fieldDef, c *T) (v aggregated, tags []string) {
	switch get := f.get.(type) {
	case func(*T) (string, bool):
		v.s, v.ok = get(c)
	case func(*T) ([]string, bool):
		tags, v.ok = get(c)
		v.ok = v.ok && len(tags) > 0
	default:
		v.i, v.ok = number[T](f)(c)
	}
	return v, tags
}

func actualAggregate[T any](l *leaf, b *atom, v aggregated, c *T) string {
	switch b.agg.fn {
	case aggCount, aggDays:
		return string(appendValue(nil, value{i: v.i}, IntType, 0, 0))
	case aggSequence:
		if v.yes {
			return "true"
		}
		return "false"
	case aggSum:
		return scaled(v.sum.big(), 1, b.agg.of.scale)
	case aggAvg:
		return scaled(v.sum.big(), v.n, b.agg.of.scale)
	case aggTop:
		return strings.Join(l.field.events.impl.(eventsOf[T]).tops(b, c), ", ")
	}
	of := b.agg.of
	return string(appendValue(nil, value{v.s, v.i}, of.typ, of.scale, of.scale))
}

// scaled is sum/n units of the last of scale places. A mean is rounded to the
// places that its constants may have, half away from zero.
func scaled(sum *big.Int, n int64, scale int) string {
	unit := new(big.Int).Mul(new(big.Int).SetUint64(pow10(scale)), big.NewInt(n))
	places := scale
	if n != 1 {
		places = min(scale+avgDigits, 18)
	}
	return new(big.Rat).SetFrac(sum, unit).FloatString(places)
}

// wanted is what the leaf compares with, as text.
func wanted(l *leaf, b *atom) string {
	switch l.op.arity() {
	case arityNone:
		return ""
	case arityNumber:
		if b.op == atomRange && (b.lo != noLow || b.hi != noHigh) {
			typ, _ := l.value()
			from := appendValue(nil, value{i: b.lo}, typ, 0, 0)
			return string(from) + " ≤ … < " + string(appendValue(nil, value{i: b.hi + 1}, typ, 0, 0))
		}
		return l.win.String()
	}
	parts := make([]string, len(l.vals))
	for i := range l.vals {
		parts[i] = l.text(i)
	}
	return strings.Join(parts, ", ")
}

// lacking names the tags that would make a condition true.
func lacking(x *Explanation, b *atom, tags []string, neg bool) {
	if neg || b.op != atomHasAny && b.op != atomHasAll {
		return
	}
	var out []string
	for _, s := range b.strs {
		if !slices.Contains(tags, s) {
			out = append(out, s)
		}
	}
	x.Nearest = strings.Join(out, ", ")
}

// near sets Nearest and Gap of a false condition whose value is present.
func (x *Explanation) near(l *leaf, b *atom, v aggregated, neg bool) {
	typ, scale := l.value()
	if typ == StringType {
		if b.op == atomInStrings && !neg && (l.agg == nil || l.agg.fn != aggTop) {
			x.Nearest = nearest(v.s, b.strs)
		}
		return
	}
	if l.agg != nil && l.agg.fn == aggAvg {
		return // a mean may come as near as one likes
	}
	if l.agg != nil && l.agg.fn == aggSum {
		if v.sum != widen(int64(v.sum.lo)) {
			return
		}
		v.i = int64(v.sum.lo)
	}
	var to int64
	switch {
	case b.op == atomRange && b.lo <= b.hi && !neg:
		to = max(b.lo, min(b.hi, v.i))
	case b.op == atomRange && neg: // lo ≤ v ≤ hi: out on the nearer side
		down, up := uint64(v.i)-uint64(b.lo), uint64(b.hi)-uint64(v.i)
		switch {
		case b.lo != noLow && (down <= up || b.hi == noHigh):
			to = b.lo - 1
		case b.hi != noHigh:
			to = b.hi + 1
		default:
			return
		}
	case b.op == atomIn && !neg:
		to = b.ints[0]
		for _, s := range b.ints {
			if distance64(s, v.i) < distance64(to, v.i) {
				to = s
			}
		}
	default:
		return
	}
	if l.agg != nil && (l.agg.fn == aggCount || l.agg.fn == aggDays) && to < 0 {
		if !neg || b.hi == noHigh {
			return // there is no such number of events
		}
		to = b.hi + 1
	}
	if typ == BoolType || beyond(b, to) {
		return
	}
	x.Nearest = string(appendValue(nil, value{i: to}, typ, scale, l.keep()))
	gap := to - v.i
	if (to < v.i) != (gap < 0) {
		return // does not fit
	}
	sign := "+"
	if gap < 0 {
		sign = ""
	}
	switch typ {
	case IntType, DecimalType:
		x.Gap = sign + string(appendValue(nil, value{i: gap}, typ, scale, l.keep()))
	case DateType:
		x.Gap = sign + string(appendValue(nil, value{i: gap}, IntType, 0, 0)) + "d"
	case InstantType:
		if d := time.Duration(gap) * time.Microsecond; d.Microseconds() == gap {
			x.Gap = sign + d.String()
		}
	}
}

func distance64(a, b int64) uint64 {
	if a > b {
		return uint64(a) - uint64(b)
	}
	return uint64(b) - uint64(a)
}
