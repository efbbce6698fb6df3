package segment

import "time"

// EventsField is a collection of events of a customer: orders, visits, returns.
// E is the host's type of an event.
//
// An event counts only if its instant is present and not after At.Now, so that a
// rule asked for a moment in the past does not know what came later. The order of
// the events does not matter.
type EventsField[T, E any] struct{ leaf leaf }

// Events makes a collection of events. at is the instant of an event; it and
// fields may be compared in filters. Their Meta.Column is a column of the table
// of events. An event's fields are not tags or events.
func Events[T, E any](name string, get func(*T) ([]E, bool), at InstantField[E], fields []Field[E], m Meta) EventsField[T, E] {
	ev := &eventsDef{at: at.leaf.field}
	all := make([]*fieldDef, 0, len(fields)+1)
	if at.leaf.field != nil {
		all = append(all, at.leaf.field)
	}
	for _, f := range fields {
		if f == nil {
			all = append(all, nil)
		} else if d := f.def(); d != at.leaf.field {
			all = append(all, d)
		}
	}
	ev.fields = all
	ev.byName = make(map[string]*fieldDef, len(all))
	for _, f := range all {
		if f != nil {
			ev.byName[f.name] = f
		}
	}
	def := &fieldDef{name: name, typ: EventsType, meta: m, events: ev}
	if get != nil && at.leaf.field != nil && at.leaf.field.get != nil {
		ev.impl = eventsOf[T](&eventsImpl[T, E]{get: get, at: at.leaf.field.get.(func(*E) (time.Time, bool))})
		def.get = get
	}
	return EventsField[T, E]{leaf{field: def}}
}

// Name returns the collection's name.
func (f EventsField[T, E]) Name() string { return f.leaf.field.name }

// Type returns [EventsType].
func (f EventsField[T, E]) Type() Type { return EventsType }

// Meta returns what the collection was made with.
func (f EventsField[T, E]) Meta() Meta { return f.leaf.field.meta }

func (f EventsField[T, E]) def() *fieldDef { return f.leaf.field }
func (f EventsField[T, E]) of(*T)          {}

// Window returns the collection with its aggregates narrowed to the events in w.
// The last one called counts.
func (f EventsField[T, E]) Window(w Window) EventsField[T, E] {
	f.leaf.agg = f.leaf.agg.copy()
	f.leaf.agg.win = w
	return f
}

// Where returns the collection with its aggregates narrowed to the events that
// pass filter. Called again, an event must pass both.
func (f EventsField[T, E]) Where(filter Expr[E]) EventsField[T, E] {
	f.leaf.agg = f.leaf.agg.copy()
	if old := f.leaf.agg.filter; old != nil {
		filter = Expr[E]{&expr{kind: exprAll, kids: []*expr{old, filter.e}}}
	}
	if filter.e == nil {
		filter.e = &expr{kind: exprAll} // an empty group is a fault
	}
	f.leaf.agg.filter = filter.e
	return f
}

func (a *aggregate) copy() *aggregate {
	if a == nil {
		return &aggregate{}
	}
	b := *a
	return &b
}

func (f EventsField[T, E]) aggregate(fn aggFn, of *fieldDef) operand[T] {
	l := f.leaf
	l.agg = l.agg.copy()
	l.agg.fn, l.agg.of = fn, of
	return operand[T]{l}
}

// Count is the number of events; 0 where there are none.
func (f EventsField[T, E]) Count() IntValue[T] { return IntValue[T]{f.aggregate(aggCount, nil)} }

// DistinctDays is the number of different days of the calendar, in At.Location,
// with an event; 0 where there are none.
func (f EventsField[T, E]) DistinctDays() IntValue[T] { return IntValue[T]{f.aggregate(aggDays, nil)} }

// Sum is the sum of a field over the events; 0 where there are none. It is
// exact whatever its size.
func (f EventsField[T, E]) Sum(of DecimalField[E]) DecimalValue[T] {
	return DecimalValue[T]{f.aggregate(aggSum, of.leaf.field)}
}

// SumInt is Sum of a whole number.
func (f EventsField[T, E]) SumInt(of IntField[E]) IntValue[T] {
	return IntValue[T]{f.aggregate(aggSum, of.leaf.field)}
}

// Avg is the mean of a field over the events that have it; missing where none
// has. It is compared exactly, as the sum against n times the constant, which
// may have four decimal places more than the field.
func (f EventsField[T, E]) Avg(of DecimalField[E]) DecimalValue[T] {
	return DecimalValue[T]{f.aggregate(aggAvg, of.leaf.field)}
}

// AvgInt is Avg of a whole number.
func (f EventsField[T, E]) AvgInt(of IntField[E]) DecimalValue[T] {
	return DecimalValue[T]{f.aggregate(aggAvg, of.leaf.field)}
}

// Min, max, first and last are missing where no event has the field. Of several
// events at the first instant the smallest value is the first, of several at the
// last instant the largest the last, so that the order of the events does not
// matter.

// Min is the smallest value of a field.
func (f EventsField[T, E]) Min(of DecimalField[E]) DecimalValue[T] {
	return DecimalValue[T]{f.aggregate(aggMin, of.leaf.field)}
}

// MinInt is the smallest value of a field.
func (f EventsField[T, E]) MinInt(of IntField[E]) IntValue[T] {
	return IntValue[T]{f.aggregate(aggMin, of.leaf.field)}
}

// MinInstant is the earliest value of a field; of the events' own instant it is
// when the first one happened.
func (f EventsField[T, E]) MinInstant(of InstantField[E]) InstantValue[T] {
	return InstantValue[T]{f.aggregate(aggMin, of.leaf.field)}
}

// MinDate is the earliest value of a field.
func (f EventsField[T, E]) MinDate(of DateField[E]) DateValue[T] {
	return DateValue[T]{f.aggregate(aggMin, of.leaf.field)}
}

// Max is the largest value of a field.
func (f EventsField[T, E]) Max(of DecimalField[E]) DecimalValue[T] {
	return DecimalValue[T]{f.aggregate(aggMax, of.leaf.field)}
}

// MaxInt is the largest value of a field.
func (f EventsField[T, E]) MaxInt(of IntField[E]) IntValue[T] {
	return IntValue[T]{f.aggregate(aggMax, of.leaf.field)}
}

// MaxInstant is the latest value of a field; of the events' own instant it is
// when the last one happened.
func (f EventsField[T, E]) MaxInstant(of InstantField[E]) InstantValue[T] {
	return InstantValue[T]{f.aggregate(aggMax, of.leaf.field)}
}

// MaxDate is the latest value of a field.
func (f EventsField[T, E]) MaxDate(of DateField[E]) DateValue[T] {
	return DateValue[T]{f.aggregate(aggMax, of.leaf.field)}
}

// FirstString is the value of the earliest event that has one; of several at that
// instant the smallest.
func (f EventsField[T, E]) FirstString(of StringField[E]) StringValue[T] {
	return StringValue[T]{f.aggregate(aggFirst, of.leaf.field)}
}

// FirstInt is the value of the earliest event that has one; of several at that
// instant the smallest.
func (f EventsField[T, E]) FirstInt(of IntField[E]) IntValue[T] {
	return IntValue[T]{f.aggregate(aggFirst, of.leaf.field)}
}

// First is the value of the earliest event that has one; of several at that
// instant the smallest.
func (f EventsField[T, E]) First(of DecimalField[E]) DecimalValue[T] {
	return DecimalValue[T]{f.aggregate(aggFirst, of.leaf.field)}
}

// FirstBool is the value of the earliest event that has one; of several at that
// instant the smallest, false before true.
func (f EventsField[T, E]) FirstBool(of BoolField[E]) BoolValue[T] {
	return BoolValue[T]{f.aggregate(aggFirst, of.leaf.field)}
}

// FirstInstant is the value of the earliest event that has one; of several at that
// instant the smallest.
func (f EventsField[T, E]) FirstInstant(of InstantField[E]) InstantValue[T] {
	return InstantValue[T]{f.aggregate(aggFirst, of.leaf.field)}
}

// FirstDate is the value of the earliest event that has one; of several at that
// instant the smallest.
func (f EventsField[T, E]) FirstDate(of DateField[E]) DateValue[T] {
	return DateValue[T]{f.aggregate(aggFirst, of.leaf.field)}
}

// LastString is the value of the latest event that has one; of several at that
// instant the largest.
func (f EventsField[T, E]) LastString(of StringField[E]) StringValue[T] {
	return StringValue[T]{f.aggregate(aggLast, of.leaf.field)}
}

// LastInt is the value of the latest event that has one; of several at that
// instant the largest.
func (f EventsField[T, E]) LastInt(of IntField[E]) IntValue[T] {
	return IntValue[T]{f.aggregate(aggLast, of.leaf.field)}
}

// Last is the value of the latest event that has one; of several at that
// instant the largest.
func (f EventsField[T, E]) Last(of DecimalField[E]) DecimalValue[T] {
	return DecimalValue[T]{f.aggregate(aggLast, of.leaf.field)}
}

// LastBool is the value of the latest event that has one; of several at that
// instant the largest, false before true.
func (f EventsField[T, E]) LastBool(of BoolField[E]) BoolValue[T] {
	return BoolValue[T]{f.aggregate(aggLast, of.leaf.field)}
}

// LastInstant is the value of the latest event that has one; of several at that
// instant the largest.
func (f EventsField[T, E]) LastInstant(of InstantField[E]) InstantValue[T] {
	return InstantValue[T]{f.aggregate(aggLast, of.leaf.field)}
}

// LastDate is the value of the latest event that has one; of several at that
// instant the largest.
func (f EventsField[T, E]) LastDate(of DateField[E]) DateValue[T] {
	return DateValue[T]{f.aggregate(aggLast, of.leaf.field)}
}

// Preference is what a customer's events prefer: the n most frequent values of a
// field.
type Preference[T, E any] struct{ operand[T] }

// Top is the n values of a field, 1 to 100, that the most events have. A value is
// among them when fewer than n others have more events, so that those level with
// the n-th are in too. Missing where no event has the field.
func (f EventsField[T, E]) Top(of StringField[E], n int) Preference[T, E] {
	p := Preference[T, E]{f.aggregate(aggTop, of.leaf.field)}
	p.leaf.agg.topN = n
	return p
}

// By ranks the values by the sum of a field over their events, instead of the
// number of events. An event without the field adds nothing.
func (p Preference[T, E]) By(sum DecimalField[E]) Preference[T, E] {
	return p.by(sum.leaf.field)
}

// ByInt is By with a whole number.
func (p Preference[T, E]) ByInt(sum IntField[E]) Preference[T, E] {
	return p.by(sum.leaf.field)
}

func (p Preference[T, E]) by(f *fieldDef) Preference[T, E] {
	if f == nil {
		f = &fieldDef{} // the zero field, which check refuses; nil would count
	}
	p.leaf.agg = p.leaf.agg.copy()
	p.leaf.agg.by = f
	return p
}

// Includes is true when one of vs is among the n values.
func (p Preference[T, E]) Includes(vs ...string) Expr[T] { return p.is(opIn, texts(vs...)...) }

// Excludes is the complement of Includes.
func (p Preference[T, E]) Excludes(vs ...string) Expr[T] { return p.is(opNotIn, texts(vs...)...) }

// Then is true when an event of the collection is followed by one that passes
// then: strictly later, and at most gap after it, to the microsecond. Window
// holds for both, Where for the first alone.
func (f EventsField[T, E]) Then(then Expr[E], gap time.Duration) Expr[T] {
	o := f.aggregate(aggSequence, nil)
	o.leaf.agg.then = then.e
	if then.e == nil {
		o.leaf.agg.then = &expr{kind: exprAll}
	}
	o.leaf.agg.gap = gap.Microseconds()
	if gap < time.Microsecond || gap%time.Microsecond != 0 {
		o.leaf.agg.fault = &Fault{Err: ErrWindow, Detail: "a gap of " + gap.String() + ", which is no positive number of microseconds"}
	}
	return o.is(opIsTrue)
}
