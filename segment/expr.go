package segment

// Expr is a condition on a T: a comparison, or a group of conditions. It is made
// by the fields' methods, [All], [Any], [Not] and [InSegment], or read from JSON
// by [Schema.Parse]; what is wrong with it is said by [Schema.Compile]. The zero
// Expr is empty, which is a fault. Immutable; safe for concurrent use.
type Expr[T any] struct{ e *expr }

type exprKind uint8

const (
	exprLeaf exprKind = iota
	exprAll
	exprAny
	exprNot // one kid
	exprRef // another segment: ref; one kid once resolved
)

// expr is an expression as it was written. Immutable.
type expr struct {
	kind exprKind
	kids []*expr
	ref  string
	leaf *leaf
	// fault is what the builder could not say at once.
	fault *Fault
	// checked is the schema whose Parse has found no fault in e.
	checked *schemaDef
}

// leaf is one comparison as it was written.
type leaf struct {
	field *fieldDef
	agg   *aggregate // of an events field
	op    Operator
	vals  []value
	win   Window // of the operators of windows and anniversaries (N days)
}

// aggregate is what is compared of a collection of events.
type aggregate struct {
	fn     aggFn
	of, by *fieldDef
	topN   int
	filter *expr
	then   *expr
	gap    int64 // microseconds
	win    Window
	fault  *Fault
}

// All is true when every one of exprs is. There must be one.
func All[T any](exprs ...Expr[T]) Expr[T] { return Expr[T]{&expr{kind: exprAll, kids: erase(exprs)}} }

// Any is true when at least one of exprs is. There must be one.
func Any[T any](exprs ...Expr[T]) Expr[T] { return Expr[T]{&expr{kind: exprAny, kids: erase(exprs)}} }

// Not is the exact complement of e: whoever is not in e is in Not(e), those
// whose values are missing included. See [Expr.RequireSet] for the other reading.
func Not[T any](e Expr[T]) Expr[T] { return Expr[T]{&expr{kind: exprNot, kids: []*expr{e.e}}} }

// InSegment is true for those in another segment, which the resolver given to
// Compile knows by id.
func InSegment[T any](id string) Expr[T] { return Expr[T]{&expr{kind: exprRef, ref: id}} }

func erase[T any](exprs []Expr[T]) []*expr {
	kids := make([]*expr, len(exprs))
	for i, e := range exprs {
		kids[i] = e.e
	}
	return kids
}

// RequireSet returns e with every negation read as SQL reads it: "country is not
// CN" is then false for those without a country. Every comparison in e that is
// negated, by its operator or by a Not around it, also asks that its value is
// present; of an average, minimum, maximum, first, last or preference that there
// is one. "null" and other segments are left as they are. A segment and its
// complement do not partition the customers then.
func (e Expr[T]) RequireSet() Expr[T] { return Expr[T]{requireSet(e.e, false)} }

func requireSet(e *expr, neg bool) *expr {
	if e == nil {
		return nil
	}
	switch e.kind {
	case exprNot:
		return requireSet(e.kids[0], !neg)
	case exprAll, exprAny:
		kind := e.kind
		if neg {
			kind = exprAll + exprAny - kind
		}
		kids := make([]*expr, len(e.kids))
		for i, k := range e.kids {
			kids[i] = requireSet(k, neg)
		}
		return &expr{kind: kind, kids: kids, fault: e.fault}
	case exprLeaf:
		_, negated := e.leaf.op.positive()
		out := e
		if neg {
			out = &expr{kind: exprNot, kids: []*expr{e}}
		}
		if negated == neg || !e.leaf.canMiss() {
			return out
		}
		set := *e.leaf
		set.op, set.vals, set.win = opNotNull, nil, Window{}
		return &expr{kind: exprAll, kids: []*expr{{kind: exprLeaf, leaf: &set}, out}}
	}
	if neg {
		return &expr{kind: exprNot, kids: []*expr{e}}
	}
	return e
}

// canMiss reports whether there may be no value to compare, and the comparison
// is not about that.
func (l *leaf) canMiss() bool {
	if l.op == opNull || l.op == opNotNull {
		return false
	}
	return l.agg == nil || l.agg.fn.canMiss()
}

// canMiss reports whether there is no value where there are no events.
func (fn aggFn) canMiss() bool {
	switch fn {
	case aggCount, aggDays, aggSum, aggSequence:
		return false
	}
	return true
}
