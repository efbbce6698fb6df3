package segment

import (
	"errors"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// operand is something to compare: a field, or an aggregate of events.
type operand[T any] struct{ leaf leaf }

func (o operand[T]) name() string { return o.leaf.field.name }
func (o operand[T]) meta() Meta   { return o.leaf.field.meta }

func (o operand[T]) is(op Operator, vals ...value) Expr[T] {
	l := o.leaf
	l.op, l.vals = op, vals
	return Expr[T]{&expr{kind: exprLeaf, leaf: &l}}
}

func (o operand[T]) within(op Operator, w Window) Expr[T] {
	l := o.leaf
	l.op, l.win = op, w
	return Expr[T]{&expr{kind: exprLeaf, leaf: &l}}
}

func faulty[T any](e Expr[T], f *Fault) Expr[T] {
	if f != nil && e.e.fault == nil {
		e.e.fault = f // e is new
	}
	return e
}

// IsMissing is true where there is no value; for aggregates of no events see the
// table of the package.
func (o operand[T]) IsMissing() Expr[T] { return o.is(opNull) }

// IsSet is true where there is a value.
func (o operand[T]) IsSet() Expr[T] { return o.is(opNotNull) }

// StringValue is a text to compare.
type StringValue[T any] struct{ operand[T] }

func texts(vs ...string) []value {
	out := make([]value, len(vs))
	for i, v := range vs {
		out[i].s = v
	}
	return out
}

// Is is true for v itself, byte by byte.
func (o StringValue[T]) Is(v string) Expr[T] { return o.is(opEqual, texts(v)...) }

// IsNot is the complement of Is.
func (o StringValue[T]) IsNot(v string) Expr[T] { return o.is(opNotEqual, texts(v)...) }

// In is true for one of vs, of which there must be one.
func (o StringValue[T]) In(vs ...string) Expr[T] { return o.is(opIn, texts(vs...)...) }

// NotIn is the complement of In.
func (o StringValue[T]) NotIn(vs ...string) Expr[T] { return o.is(opNotIn, texts(vs...)...) }

// Contains is true where part, which is not empty, occurs.
func (o StringValue[T]) Contains(part string) Expr[T] { return o.is(opContains, texts(part)...) }

// NotContains is the complement of Contains.
func (o StringValue[T]) NotContains(part string) Expr[T] { return o.is(opNotContains, texts(part)...) }

// Begins is true where the text begins with part, which is not empty.
func (o StringValue[T]) Begins(part string) Expr[T] { return o.is(opBegins, texts(part)...) }

// NotBegins is the complement of Begins.
func (o StringValue[T]) NotBegins(part string) Expr[T] { return o.is(opNotBegins, texts(part)...) }

// Ends is true where the text ends with part, which is not empty.
func (o StringValue[T]) Ends(part string) Expr[T] { return o.is(opEnds, texts(part)...) }

// NotEnds is the complement of Ends.
func (o StringValue[T]) NotEnds(part string) Expr[T] { return o.is(opNotEnds, texts(part)...) }

// IntValue is a whole number to compare.
type IntValue[T any] struct{ operand[T] }

func ints(vs ...int64) []value {
	out := make([]value, len(vs))
	for i, v := range vs {
		out[i].i = v
	}
	return out
}

// Is is v = x.
func (o IntValue[T]) Is(x int64) Expr[T] { return o.is(opEqual, ints(x)...) }

// IsNot is the complement of Is.
func (o IntValue[T]) IsNot(x int64) Expr[T] { return o.is(opNotEqual, ints(x)...) }

// Less is v < x.
func (o IntValue[T]) Less(x int64) Expr[T] { return o.is(opLess, ints(x)...) }

// AtMost is v ≤ x.
func (o IntValue[T]) AtMost(x int64) Expr[T] { return o.is(opLessEqual, ints(x)...) }

// More is v > x.
func (o IntValue[T]) More(x int64) Expr[T] { return o.is(opMore, ints(x)...) }

// AtLeast is v ≥ x.
func (o IntValue[T]) AtLeast(x int64) Expr[T] { return o.is(opMoreEqual, ints(x)...) }

// Between is lo ≤ v ≤ hi.
func (o IntValue[T]) Between(lo, hi int64) Expr[T] { return o.is(opBetween, ints(lo, hi)...) }

// NotBetween is the complement of Between.
func (o IntValue[T]) NotBetween(lo, hi int64) Expr[T] { return o.is(opNotBetween, ints(lo, hi)...) }

// In is true for one of xs, of which there must be one.
func (o IntValue[T]) In(xs ...int64) Expr[T] { return o.is(opIn, ints(xs...)...) }

// NotIn is the complement of In.
func (o IntValue[T]) NotIn(xs ...int64) Expr[T] { return o.is(opNotIn, ints(xs...)...) }

// DecimalValue is a decimal to compare, exactly. A constant with more decimal
// places than the field is a fault of the rule, and so is one that does not fit.
type DecimalValue[T any] struct{ operand[T] }

func (o DecimalValue[T]) cmp(op Operator, xs ...decimal.Decimal) Expr[T] {
	_, scale := o.leaf.value()
	vals := make([]value, len(xs))
	var fault *Fault
	for i, x := range xs {
		v, err := minor.From(x, scale)
		switch {
		case err == nil || fault != nil:
		case errors.Is(err, minor.ErrScale):
			fault = &Fault{Err: ErrDecimals}
			if x.Exponent() >= -minor.MaxExponent { // others are very long as text
				fault.Detail = clip(x.String())
			}
		default: // what does not fit may be very long as text
			fault = &Fault{Err: ErrRange}
		}
		vals[i].i = v
	}
	return faulty(o.is(op, vals...), fault)
}

// Is is v = x.
func (o DecimalValue[T]) Is(x decimal.Decimal) Expr[T] { return o.cmp(opEqual, x) }

// IsNot is the complement of Is.
func (o DecimalValue[T]) IsNot(x decimal.Decimal) Expr[T] { return o.cmp(opNotEqual, x) }

// Less is v < x.
func (o DecimalValue[T]) Less(x decimal.Decimal) Expr[T] { return o.cmp(opLess, x) }

// AtMost is v ≤ x.
func (o DecimalValue[T]) AtMost(x decimal.Decimal) Expr[T] { return o.cmp(opLessEqual, x) }

// More is v > x.
func (o DecimalValue[T]) More(x decimal.Decimal) Expr[T] { return o.cmp(opMore, x) }

// AtLeast is v ≥ x.
func (o DecimalValue[T]) AtLeast(x decimal.Decimal) Expr[T] { return o.cmp(opMoreEqual, x) }

// Between is lo ≤ v ≤ hi.
func (o DecimalValue[T]) Between(lo, hi decimal.Decimal) Expr[T] { return o.cmp(opBetween, lo, hi) }

// NotBetween is the complement of Between.
func (o DecimalValue[T]) NotBetween(lo, hi decimal.Decimal) Expr[T] {
	return o.cmp(opNotBetween, lo, hi)
}

// In is true for one of xs, of which there must be one. An average has no In.
func (o DecimalValue[T]) In(xs ...decimal.Decimal) Expr[T] { return o.cmp(opIn, xs...) }

// NotIn is the complement of In.
func (o DecimalValue[T]) NotIn(xs ...decimal.Decimal) Expr[T] { return o.cmp(opNotIn, xs...) }

// BoolValue is true, false or missing.
type BoolValue[T any] struct{ operand[T] }

// IsTrue is true for true alone; Not(IsTrue()) is false or missing.
func (o BoolValue[T]) IsTrue() Expr[T] { return o.is(opIsTrue) }

// IsFalse is true for false alone.
func (o BoolValue[T]) IsFalse() Expr[T] { return o.is(opIsFalse) }

// InstantValue is a point in time to compare.
type InstantValue[T any] struct{ operand[T] }

func (o InstantValue[T]) cmp(op Operator, ts ...time.Time) Expr[T] {
	vals := make([]value, len(ts))
	var fault *Fault
	for i, t := range ts {
		v := micros(t)
		switch {
		case fault != nil:
		case t.Year() < 1 || t.Year() > 9999 || v < minMicro || v >= maxMicro:
			fault = &Fault{Err: ErrTime}
		case t.Nanosecond()%1000 != 0:
			fault = &Fault{Err: ErrDecimals, Detail: t.Format(time.RFC3339Nano) + " is finer than microseconds"}
		}
		vals[i].i = v
	}
	return faulty(o.is(op, vals...), fault)
}

// Is is that very microsecond.
func (o InstantValue[T]) Is(t time.Time) Expr[T] { return o.cmp(opEqual, t) }

// IsNot is the complement of Is.
func (o InstantValue[T]) IsNot(t time.Time) Expr[T] { return o.cmp(opNotEqual, t) }

// Before is v < t.
func (o InstantValue[T]) Before(t time.Time) Expr[T] { return o.cmp(opLess, t) }

// NotAfter is v ≤ t.
func (o InstantValue[T]) NotAfter(t time.Time) Expr[T] { return o.cmp(opLessEqual, t) }

// After is v > t.
func (o InstantValue[T]) After(t time.Time) Expr[T] { return o.cmp(opMore, t) }

// NotBefore is v ≥ t.
func (o InstantValue[T]) NotBefore(t time.Time) Expr[T] { return o.cmp(opMoreEqual, t) }

// Between is from ≤ v ≤ to, both included, as in every other type.
func (o InstantValue[T]) Between(from, to time.Time) Expr[T] { return o.cmp(opBetween, from, to) }

// NotBetween is the complement of Between.
func (o InstantValue[T]) NotBetween(from, to time.Time) Expr[T] {
	return o.cmp(opNotBetween, from, to)
}

// In is true for one of ts, of which there must be one.
func (o InstantValue[T]) In(ts ...time.Time) Expr[T] { return o.cmp(opIn, ts...) }

// NotIn is the complement of In.
func (o InstantValue[T]) NotIn(ts ...time.Time) Expr[T] { return o.cmp(opNotIn, ts...) }

// Within is true in the window before At.Now; what is after it is not.
func (o InstantValue[T]) Within(w Window) Expr[T] { return o.within(within(w.Unit), w) }

// NotWithin is the complement of Within.
func (o InstantValue[T]) NotWithin(w Window) Expr[T] {
	op, _ := within(w.Unit).negation()
	return o.within(op, w)
}

// DateValue is a day of the calendar to compare.
type DateValue[T any] struct{ operand[T] }

func (o DateValue[T]) cmp(op Operator, ds ...Date) Expr[T] {
	vals := make([]value, len(ds))
	var fault *Fault
	for i, d := range ds {
		if d < minDate || d > maxDate {
			fault = &Fault{Err: ErrTime}
		}
		vals[i].i = int64(d)
	}
	return faulty(o.is(op, vals...), fault)
}

// Is is that very day.
func (o DateValue[T]) Is(d Date) Expr[T] { return o.cmp(opEqual, d) }

// IsNot is the complement of Is.
func (o DateValue[T]) IsNot(d Date) Expr[T] { return o.cmp(opNotEqual, d) }

// Before is v < d.
func (o DateValue[T]) Before(d Date) Expr[T] { return o.cmp(opLess, d) }

// NotAfter is v ≤ d.
func (o DateValue[T]) NotAfter(d Date) Expr[T] { return o.cmp(opLessEqual, d) }

// After is v > d.
func (o DateValue[T]) After(d Date) Expr[T] { return o.cmp(opMore, d) }

// NotBefore is v ≥ d.
func (o DateValue[T]) NotBefore(d Date) Expr[T] { return o.cmp(opMoreEqual, d) }

// Between is from ≤ v ≤ to.
func (o DateValue[T]) Between(from, to Date) Expr[T] { return o.cmp(opBetween, from, to) }

// NotBetween is the complement of Between.
func (o DateValue[T]) NotBetween(from, to Date) Expr[T] { return o.cmp(opNotBetween, from, to) }

// In is true for one of ds, of which there must be one.
func (o DateValue[T]) In(ds ...Date) Expr[T] { return o.cmp(opIn, ds...) }

// NotIn is the complement of In.
func (o DateValue[T]) NotIn(ds ...Date) Expr[T] { return o.cmp(opNotIn, ds...) }

// Within is true in the window of days, weeks or months up to today.
func (o DateValue[T]) Within(w Window) Expr[T] { return o.within(within(w.Unit), w) }

// NotWithin is the complement of Within.
func (o DateValue[T]) NotWithin(w Window) Expr[T] {
	op, _ := within(w.Unit).negation()
	return o.within(op, w)
}

// AnniversaryWithin is true where the month and day come up in the next n days,
// of which today is the first; n is 1 to 366. The year does not matter. 29
// February comes up on the 28th in years without a 29th.
func (o DateValue[T]) AnniversaryWithin(n int) Expr[T] { return o.within(opAnniv, Window{n, Days}) }

// NoAnniversaryWithin is the complement of AnniversaryWithin.
func (o DateValue[T]) NoAnniversaryWithin(n int) Expr[T] {
	return o.within(opNotAnniv, Window{n, Days})
}

// TagsValue is a set of tags to compare.
type TagsValue[T any] struct{ operand[T] }

// HasAny is true for a set with at least one of tags.
func (o TagsValue[T]) HasAny(tags ...string) Expr[T] { return o.is(opHasAny, texts(tags...)...) }

// HasNone is the complement of HasAny.
func (o TagsValue[T]) HasNone(tags ...string) Expr[T] { return o.is(opHasNone, texts(tags...)...) }

// HasAll is true for a set with every one of tags.
func (o TagsValue[T]) HasAll(tags ...string) Expr[T] { return o.is(opHasAll, texts(tags...)...) }

// NotHasAll is the complement of HasAll.
func (o TagsValue[T]) NotHasAll(tags ...string) Expr[T] {
	return o.is(opNotHasAll, texts(tags...)...)
}

// clip shortens what an error quotes.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	return string(slices.Concat([]byte(s[:most]), []byte("…")))
}
