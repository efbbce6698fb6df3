package segment

import (
	"fmt"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
)

var (
	matchModes = []string{"all", "some", "none", "atLeast", "atMost", "exactly"}
	matchKeys  = []string{"mode", "threshold"}
	metaKeys   = []string{"aggregate", "of", "by", "n", "window", "filter", "then", "within"}
	windowKeys = []string{"last", "unit"}
)

// events reads a rule about a collection of events: a match, or an aggregate in
// its meta.
func (r *reader) events(v *jval, l *leaf, at string, depth int, sc scope) *expr {
	before := len(r.faults)
	l.agg = &aggregate{}
	meta := v.get("meta")
	if meta != nil && meta.kind != '{' {
		r.add(at+"/meta", &Fault{Err: ErrRule, Detail: "an object, not " + meta.what()})
		return nil
	}
	if m := v.get("match"); m != nil {
		return r.match(v, m, meta, l, at, depth)
	}
	if meta == nil {
		r.add(at+"/meta", &Fault{Err: ErrRule, Detail: l.field.name + " is of events: a match, or an aggregate in meta", Allowed: aggNames[:]})
		return nil
	}
	r.keys(meta, at+"/meta", metaKeys)
	fn := r.word(meta, "aggregate", at+"/meta", ErrRule, aggNames[:])
	for i, name := range aggNames {
		if name == fn {
			l.agg.fn = aggFn(i)
		}
	}
	if fn == "" {
		return nil
	}
	r.aggregateOf(meta, l, at+"/meta", depth)
	if len(r.faults) != before {
		return nil
	}
	// The filters are checked already; what is compared and with what is left.
	checked := *l.agg
	l.agg.filter, l.agg.then = nil, nil
	ok := r.aggregate(l, at, depth)
	*l.agg = checked
	if !ok || !r.operatorOf(v, l, at) || !r.value(v.get("value"), l, at) || len(r.faults) != before {
		return nil
	}
	return &expr{kind: exprLeaf, leaf: l}
}

// has reports whether meta of that aggregate has the member.
func (fn aggFn) has(key string) bool {
	switch key {
	case "of":
		return fn.types() != nil
	case "by", "n":
		return fn == aggTop
	case "then", "within":
		return fn == aggSequence
	}
	return true
}

func (r *reader) aggregateOf(meta *jval, l *leaf, at string, depth int) {
	a, sc := l.agg, l.field.scope()
	for i := range meta.kids {
		m := &meta.kids[i]
		here := at + guanxi.Pointer(m.key)
		if !a.fn.has(m.key) {
			r.add(here, &Fault{Err: ErrKey, Detail: a.fn.String() + " has no " + m.key})
			continue
		}
		switch m.key {
		case "of":
			a.of = r.eventField(m, sc, here)
		case "by":
			a.by = r.eventField(m, sc, here)
		case "n":
			n, err := parseNumber(strings.TrimSpace(m.text), 0)
			if m.kind != '0' && m.kind != '"' || err != nil || n != int64(int32(n)) {
				r.add(here, &Fault{Err: ErrValue, Detail: "a whole number, not " + m.what()})
			}
			a.topN = int(n)
		case "window":
			a.win = r.window(m, here)
		case "filter":
			a.filter = r.filter(m, here, depth, sc)
		case "then":
			a.then = r.filter(m, here, depth, sc)
		case "within":
			span, err := guanxi.ParseSpan(m.text)
			gap := time.Duration(span.Days)*24*time.Hour + span.Time
			if m.kind != '"' || err != nil || span.Months != 0 || span.Days > 100*366 || gap%time.Microsecond != 0 || gap < 0 {
				r.add(here, &Fault{Err: ErrWindow, Detail: "a span of days (of 24 hours) or less such as P7D or PT36H, not " + m.what()})
				continue
			}
			a.gap = gap.Microseconds()
		}
	}
}

func (r *reader) eventField(m *jval, sc scope, at string) *fieldDef {
	if m.kind == '"' {
		if f := sc.byName[m.text]; f != nil {
			return f
		}
	}
	r.add(at, &Fault{Err: ErrField, Detail: "a field of the event, not " + m.what(), Allowed: sc.names, Nearest: nearest(m.text, sc.names)})
	return nil
}

func (r *reader) window(m *jval, at string) Window {
	if m.kind != '{' {
		r.add(at, &Fault{Err: ErrWindow, Detail: "an object of last and unit, not " + m.what()})
		return Window{}
	}
	r.keys(m, at, windowKeys)
	last := m.get("last")
	var w Window
	if last == nil || last.kind != '0' && last.kind != '"' {
		r.add(at+"/last", &Fault{Err: ErrWindow, Detail: "a whole number is missing"})
		return Window{}
	}
	n, err := parseNumber(strings.TrimSpace(last.text), 0)
	if err != nil || n != int64(int32(n)) {
		r.add(at+"/last", &Fault{Err: ErrWindow, Detail: "a whole number, not " + last.what()})
		return Window{}
	}
	w.N = int(n)
	w.Unit = Unit(r.word(m, "unit", at, ErrWindow, []string{string(Hours), string(Days), string(Weeks), string(Months)}))
	if w.Unit == "" {
		return Window{}
	}
	f := w.check(r.schema.limits.WindowYears)
	r.add(at, f)
	if f != nil {
		return Window{}
	}
	return w
}

// filter reads a group over an event's fields; nil where it is empty or all of it
// is muted, which is every event.
func (r *reader) filter(v *jval, at string, depth int, sc scope) *expr {
	if v.kind != '{' || v.get("rules") == nil {
		r.add(at, &Fault{Err: ErrRule, Detail: "a group over the fields of the event, not " + v.what()})
		return nil
	}
	before := len(r.faults)
	var e *expr
	m := v.get("muted")
	muted := m != nil && m.kind == 't'
	if rules := v.get("rules"); rules.kind == '[' && len(rules.kids) == 0 {
		r.flag(v, "muted", at)
		r.flag(v, "disabled", at)
		r.head(v, at)
	} else {
		e = r.item(v, at, depth, sc)
	}
	if e == nil && !muted && len(r.faults) == before && r.flag(v, "not", at) {
		r.add(at, &Fault{Err: ErrEmpty, Detail: "no event at all"})
	}
	return e
}

// match reads react-querybuilder's match of nested rows: how many of the events
// pass the group in value. A threshold may be below 0, as the number that any
// count is compared with: all have at least -1 events.
func (r *reader) match(v, m, meta *jval, l *leaf, at string, depth int) *expr {
	before := len(r.faults)
	if m.kind != '{' {
		r.add(at+"/match", &Fault{Err: ErrRule, Detail: "an object of mode and threshold, not " + m.what()})
		return nil
	}
	r.keys(m, at+"/match", matchKeys)
	if meta != nil {
		r.keys(meta, at+"/meta", []string{"window"})
		if w := meta.get("window"); w != nil {
			l.agg.win = r.window(w, at+"/meta/window")
		}
	}
	if op := v.get("operator"); op != nil && (op.kind != '"' || !Operator(op.text).known()) {
		r.add(at+"/operator", &Fault{Err: ErrOperator, Detail: op.what()})
	}
	if f := v.get("value"); f != nil && !(f.kind == 'n' || f.kind == '"' && f.text == "") {
		l.agg.filter = r.filter(f, at+"/value", depth, l.field.scope())
	}
	mode := r.word(m, "mode", at+"/match", ErrOperator, matchModes)
	l.vals = []value{{i: 0}}
	switch mode {
	case "some":
		l.op, l.vals[0].i = opMoreEqual, 1
	case "none":
		l.op = opLessEqual
	case "all":
		l.op = opLessEqual
		if l.agg.filter != nil {
			l.agg.filter = &expr{kind: exprNot, kids: []*expr{l.agg.filter}}
		} else {
			r.add(at+"/value", &Fault{Err: ErrEmpty, Detail: "a match of all events needs conditions"})
		}
	case "atLeast", "atMost", "exactly":
		l.op = map[string]Operator{"atLeast": opMoreEqual, "atMost": opLessEqual, "exactly": opEqual}[mode]
		if th := m.get("threshold"); th == nil {
			r.add(at+"/match/threshold", &Fault{Err: ErrValue, Detail: fmt.Sprintf("%s needs one", mode)})
		} else if f := r.scalar(th, l, &l.vals[0]); f != nil {
			r.add(at+"/match/threshold", f)
		}
	}
	if len(r.faults) != before {
		return nil
	}
	return &expr{kind: exprLeaf, leaf: l}
}
