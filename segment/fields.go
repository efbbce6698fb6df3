package segment

import "time"

// A getter returns a customer's value and whether there is one; of what is
// missing the value does not matter. It is called for every evaluation: it
// should do no more than read. It must not change the customer, and must be
// safe for concurrent use if rules are. A getter that panics is not hidden.

// StringField is a field of text. Strings compare by bytes.
type StringField[T any] struct{ StringValue[T] }

// String makes a field of text.
func String[T any](name string, get func(*T) (string, bool), m Meta) StringField[T] {
	return StringField[T]{StringValue[T]{attribute[T](StringType, 0, name, get, get != nil, m)}}
}

// IntField is a field of whole numbers.
type IntField[T any] struct{ IntValue[T] }

// Int makes a field of whole numbers.
func Int[T any](name string, get func(*T) (int64, bool), m Meta) IntField[T] {
	return IntField[T]{IntValue[T]{attribute[T](IntType, 0, name, get, get != nil, m)}}
}

// DecimalField is a field of decimals with a fixed number of places, such as
// money.
type DecimalField[T any] struct{ DecimalValue[T] }

// Decimal makes a field of decimals with so many places, 0 to 18. The getter
// returns units of the last place: with 2 decimals, 199900 is 1,999.00.
func Decimal[T any](name string, decimals int, get func(*T) (int64, bool), m Meta) DecimalField[T] {
	return DecimalField[T]{DecimalValue[T]{attribute[T](DecimalType, decimals, name, get, get != nil, m)}}
}

// BoolField is a field that is true, false or missing.
type BoolField[T any] struct{ BoolValue[T] }

// Bool makes a field that is true, false or missing.
func Bool[T any](name string, get func(*T) (bool, bool), m Meta) BoolField[T] {
	return BoolField[T]{BoolValue[T]{attribute[T](BoolType, 0, name, get, get != nil, m)}}
}

// InstantField is a field of points in time.
type InstantField[T any] struct{ InstantValue[T] }

// Instant makes a field of points in time, compared to the microsecond: what is
// finer is cut off. A point in time is no date: see [CivilDate].
func Instant[T any](name string, get func(*T) (time.Time, bool), m Meta) InstantField[T] {
	return InstantField[T]{InstantValue[T]{attribute[T](InstantType, 0, name, get, get != nil, m)}}
}

// DateField is a field of days of the calendar.
type DateField[T any] struct{ DateValue[T] }

// CivilDate makes a field of days of the calendar, of no zone, such as a
// birthday.
func CivilDate[T any](name string, get func(*T) (Date, bool), m Meta) DateField[T] {
	return DateField[T]{DateValue[T]{attribute[T](DateType, 0, name, get, get != nil, m)}}
}

// TagsField is a field of sets of tags.
type TagsField[T any] struct{ TagsValue[T] }

// Tags makes a field of sets of tags. Order and repetition do not matter. A set
// without tags is missing, whatever the getter says.
func Tags[T any](name string, get func(*T) ([]string, bool), m Meta) TagsField[T] {
	return TagsField[T]{TagsValue[T]{attribute[T](TagsType, 0, name, get, get != nil, m)}}
}

// attribute makes the operand of a field of the customer.
func attribute[T any](typ Type, scale int, name string, get any, ok bool, m Meta) operand[T] {
	f := &fieldDef{name: name, typ: typ, scale: scale, meta: m}
	if ok {
		f.get = get
	}
	return operand[T]{leaf{field: f}}
}

// from returns a copy of the field with an origin.
func (o operand[T]) from(origin func(*T) (Origin, bool)) operand[T] {
	f := *o.leaf.field
	f.origin = origin
	o.leaf.field = &f
	return o
}

// From returns the field with an origin by customer: where each one's value came
// from and when. Rules made with the field before belong to the field before.
func (f StringField[T]) From(origin func(*T) (Origin, bool)) StringField[T] {
	return StringField[T]{StringValue[T]{f.from(origin)}}
}

// From is [StringField.From].
func (f IntField[T]) From(origin func(*T) (Origin, bool)) IntField[T] {
	return IntField[T]{IntValue[T]{f.from(origin)}}
}

// From is [StringField.From].
func (f DecimalField[T]) From(origin func(*T) (Origin, bool)) DecimalField[T] {
	return DecimalField[T]{DecimalValue[T]{f.from(origin)}}
}

// From is [StringField.From].
func (f BoolField[T]) From(origin func(*T) (Origin, bool)) BoolField[T] {
	return BoolField[T]{BoolValue[T]{f.from(origin)}}
}

// From is [StringField.From].
func (f InstantField[T]) From(origin func(*T) (Origin, bool)) InstantField[T] {
	return InstantField[T]{InstantValue[T]{f.from(origin)}}
}

// From is [StringField.From].
func (f DateField[T]) From(origin func(*T) (Origin, bool)) DateField[T] {
	return DateField[T]{DateValue[T]{f.from(origin)}}
}

// From is [StringField.From].
func (f TagsField[T]) From(origin func(*T) (Origin, bool)) TagsField[T] {
	return TagsField[T]{TagsValue[T]{f.from(origin)}}
}

// Name returns the field's name.
func (f StringField[T]) Name() string { return f.name() }

// Name returns the field's name.
func (f IntField[T]) Name() string { return f.name() }

// Name returns the field's name.
func (f DecimalField[T]) Name() string { return f.name() }

// Name returns the field's name.
func (f BoolField[T]) Name() string { return f.name() }

// Name returns the field's name.
func (f InstantField[T]) Name() string { return f.name() }

// Name returns the field's name.
func (f DateField[T]) Name() string { return f.name() }

// Name returns the field's name.
func (f TagsField[T]) Name() string { return f.name() }

// Type returns [StringType].
func (f StringField[T]) Type() Type { return StringType }

// Type returns [IntType].
func (f IntField[T]) Type() Type { return IntType }

// Type returns [DecimalType].
func (f DecimalField[T]) Type() Type { return DecimalType }

// Type returns [BoolType].
func (f BoolField[T]) Type() Type { return BoolType }

// Type returns [InstantType].
func (f InstantField[T]) Type() Type { return InstantType }

// Type returns [DateType].
func (f DateField[T]) Type() Type { return DateType }

// Type returns [TagsType].
func (f TagsField[T]) Type() Type { return TagsType }

// Meta returns what the field was made with.
func (f StringField[T]) Meta() Meta { return f.meta() }

// Meta returns what the field was made with.
func (f IntField[T]) Meta() Meta { return f.meta() }

// Meta returns what the field was made with.
func (f DecimalField[T]) Meta() Meta { return f.meta() }

// Meta returns what the field was made with.
func (f BoolField[T]) Meta() Meta { return f.meta() }

// Meta returns what the field was made with.
func (f InstantField[T]) Meta() Meta { return f.meta() }

// Meta returns what the field was made with.
func (f DateField[T]) Meta() Meta { return f.meta() }

// Meta returns what the field was made with.
func (f TagsField[T]) Meta() Meta { return f.meta() }

func (f StringField[T]) def() *fieldDef  { return f.leaf.field }
func (f IntField[T]) def() *fieldDef     { return f.leaf.field }
func (f DecimalField[T]) def() *fieldDef { return f.leaf.field }
func (f BoolField[T]) def() *fieldDef    { return f.leaf.field }
func (f InstantField[T]) def() *fieldDef { return f.leaf.field }
func (f DateField[T]) def() *fieldDef    { return f.leaf.field }
func (f TagsField[T]) def() *fieldDef    { return f.leaf.field }

func (StringField[T]) of(*T)  {}
func (IntField[T]) of(*T)     {}
func (DecimalField[T]) of(*T) {}
func (BoolField[T]) of(*T)    {}
func (InstantField[T]) of(*T) {}
func (DateField[T]) of(*T)    {}
func (TagsField[T]) of(*T)    {}
