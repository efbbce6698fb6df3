package segment

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// Kind is one of the four classical kinds of segmentation, by which an editor
// groups fields. The zero Kind is none of them.
type Kind string

// The four kinds.
const (
	Geographic    Kind = "geographic"    // where: country, city, climate
	Demographic   Kind = "demographic"   // who: age, income, occupation
	Psychographic Kind = "psychographic" // why: values, interests, motives
	Behavioural   Kind = "behavioural"   // what they do: orders, channels, visits
)

// Trait says how a field's value is known. The zero Trait is [Explicit].
type Trait string

// The layers of a portrait.
const (
	Explicit Trait = "explicit" // stated or observed: region, age, orders
	Inferred Trait = "inferred" // concluded: a motive, a score, a need
)

// Origin says where the value of a trait came from and when. It is shown by
// Explain.
type Origin struct {
	Source string    `json:"source"`
	At     time.Time `json:"at,omitzero"`
}

// Encoding says how a column holds its values, where that is not the database's
// own type for them.
type Encoding string

const (
	// Native is the default: TIMESTAMP WITH TIME ZONE for an instant, DATE for a
	// date, DECIMAL for a decimal, BOOLEAN for a bool.
	Native Encoding = ""
	// Micros holds an instant as int64 microseconds since 1970 UTC.
	Micros Encoding = "micros"
	// MinorUnits holds a decimal as int64 units of its last place.
	MinorUnits Encoding = "minor"
)

// Column says where a field lies in the host's database. The zero Column is
// nowhere: a rule over the field cannot become SQL then.
type Column struct {
	Name     string   `json:"name,omitempty"`
	Encoding Encoding `json:"encoding,omitempty"`
}

// Col is a column in the database's own type.
func Col(name string) Column { return Column{Name: name} }

// Table is a table and the column in it that holds the customer's key.
type Table struct {
	Name string `json:"name,omitempty"`
	Key  string `json:"key,omitempty"`
}

// Option is one of the values that a field is known to take, for an editor to
// offer. Rules are not held to the list.
type Option struct {
	Value string      `json:"value"`
	Name  guanxi.Text `json:"name,omitzero"`
}

// Meta is what a field is besides its name, type and getter. The zero Meta is an
// explicit trait of no kind, without a name and without SQL.
type Meta struct {
	Name  guanxi.Text // the name shown to people; zero: the field's name
	Kind  Kind
	Trait Trait
	// Source says where the values come from where that is the same for all
	// customers ("sign-up form", "churn model 3"). See Origin of a field for what
	// differs by customer.
	Source string
	Column Column
	// Table is, for a tag set, the table with one row a customer and tag, whose
	// tag stands in Column; for events, the table with one row an event.
	Table Table
	// Folded says that the host keeps the values of a string or tag field folded
	// by [Fold], in the getter and in the column. The constants of a rule are then
	// folded too, and so the comparison ignores case. Without it strings compare
	// by bytes.
	Folded bool
	// NoCommas says that no value of a string or tag field contains a comma, so
	// that a list may come as the text "CN,SG".
	NoCommas bool
	// Redact keeps the customer's value out of Explain.
	Redact  bool
	Options []Option
}

// Field is a field of the host's type T, made by [String], [Int], [Decimal],
// [Bool], [Instant], [CivilDate], [Tags] or [Events]. Immutable; safe for
// concurrent use.
type Field[T any] interface {
	Name() string
	Type() Type
	Meta() Meta
	def() *fieldDef
	of(*T)
}

// fieldDef is a field without its type parameter.
type fieldDef struct {
	name  string
	typ   Type
	scale int // decimals
	meta  Meta
	// get is the getter by typ: func(*T) (string, bool), (int64, bool) for int
	// and decimal, (bool, bool), (time.Time, bool), (Date, bool),
	// ([]string, bool) for tags. nil for events.
	get any
	// origin is nil or func(*T) (Origin, bool).
	origin any
	// events is set for EventsType alone.
	events *eventsDef
}

// eventsDef is a collection of events: rows with a time and fields of their own.
type eventsDef struct {
	at     *fieldDef // the instant at which an event happened; also among fields
	fields []*fieldDef
	byName map[string]*fieldDef
	// impl is eventsImpl[T, E] as engine[T].
	impl any
}

// SchemaConfig is what a schema has besides its fields.
type SchemaConfig struct {
	// Table is the table of customers in the host's database, and its key. Zero:
	// no SQL.
	Table Table
	// Limits against abuse; zero fields are the defaults of [Limits].
	Limits Limits
}

// Schema is the fields that rules over T may speak of. Immutable; safe for
// concurrent use.
type Schema[T any] struct {
	*schemaDef
}

// schemaDef is a schema without its type parameter.
type schemaDef struct {
	table  Table
	limits Limits
	fields []*fieldDef
	byName map[string]*fieldDef
	names  []string
}

// NewSchema makes a schema of fields, in the order in which an editor shows
// them. All faults of the config and of the fields are returned at once, those
// of field i at /fields/i.
func NewSchema[T any](cfg SchemaConfig, fields ...Field[T]) (*Schema[T], error) {
	var errs []error
	if err := cfg.Limits.Validate(); err != nil {
		errs = append(errs, guanxi.At("/limits", err))
	}
	defs := make([]*fieldDef, len(fields))
	for i, f := range fields {
		if f == nil {
			continue // said below
		}
		defs[i] = f.def()
	}
	if len(fields) == 0 {
		errs = append(errs, guanxi.At("/fields", fmt.Errorf("%w: no fields", ErrSchema)))
	}
	errs = append(errs, checkFields("/fields", defs)...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	d := &schemaDef{table: cfg.Table, limits: cfg.Limits.withDefaults(), fields: defs, byName: index(defs)}
	for _, f := range defs {
		d.names = append(d.names, f.name)
	}
	return &Schema[T]{d}, nil
}

// MustSchema is [NewSchema] for tests and examples; it panics on an error.
func MustSchema[T any](cfg SchemaConfig, fields ...Field[T]) *Schema[T] {
	s, err := NewSchema(cfg, fields...)
	if err != nil {
		panic(err)
	}
	return s
}

// Names returns the names of the fields, in their order.
func (s *Schema[T]) Names() []string { return slices.Clone(s.names) }

// Limits returns the limits in force.
func (s *Schema[T]) Limits() Limits { return s.limits }

func index(defs []*fieldDef) map[string]*fieldDef {
	m := make(map[string]*fieldDef, len(defs))
	for _, f := range defs {
		m[f.name] = f
	}
	return m
}

// checkFields returns the faults of fields that stand at path/i.
func checkFields(path string, defs []*fieldDef) []error {
	var errs []error
	seen := make(map[string]bool, len(defs))
	for i, f := range defs {
		fault := func(part, format string, args ...any) {
			errs = append(errs, guanxi.At(path+guanxi.Pointer(i)+part, fmt.Errorf("%w: "+format, append([]any{ErrSchema}, args...)...)))
		}
		if f == nil {
			fault("", "a field that no constructor made")
			continue
		}
		if !validName(f.name) {
			fault("/name", "%.80q: a name begins with a letter or _, goes on with letters, digits, _ . and -, and has at most %d bytes", f.name, maxName)
		}
		if seen[f.name] {
			fault("/name", "%q: a second field of this name", f.name)
		}
		seen[f.name] = true
		if f.get == nil && f.events == nil {
			fault("", "%s: no getter", f.name)
		}
		if f.typ == DecimalType && (f.scale < 0 || f.scale > minor.MaxScale) {
			fault("/decimals", "%d is not in 0 to %d", f.scale, minor.MaxScale)
		}
		switch f.meta.Kind {
		case "", Geographic, Demographic, Psychographic, Behavioural:
		default:
			fault("/kind", "%q", f.meta.Kind)
		}
		switch f.meta.Trait {
		case "", Explicit, Inferred:
		default:
			fault("/trait", "%q", f.meta.Trait)
		}
		if e := f.meta.Column.Encoding; e != Native && (e != Micros || f.typ != InstantType) && (e != MinorUnits || f.typ != DecimalType) {
			fault("/column/encoding", "%q of a field of type %s", e, f.typ)
		}
		if f.meta.Folded && f.typ != StringType && f.typ != TagsType {
			fault("/folded", "a field of type %s is not folded", f.typ)
		}
		if f.events == nil {
			continue
		}
		if f.events.at == nil {
			fault("/at", "%s: events need the instant at which they happened", f.name)
		}
		for j, e := range f.events.fields {
			if e != nil && (e.typ == EventsType || e.typ == TagsType) {
				fault(guanxi.Pointer("fields", j), "%s: an event has no fields of type %s", e.name, e.typ)
			}
		}
		errs = append(errs, checkFields(path+guanxi.Pointer(i, "fields"), f.events.fields)...)
	}
	return errs
}

const maxName = 64

func validName(s string) bool {
	if s == "" || len(s) > maxName || !utf8.ValidString(s) {
		return false
	}
	for i, r := range s {
		switch {
		case r == '_' || unicode.IsLetter(r):
		case i > 0 && (unicode.IsDigit(r) || unicode.IsMark(r) || r == '.' || r == '-'):
		default:
			return false
		}
	}
	return true
}

// label is the field's name in both languages.
func (f *fieldDef) label() guanxi.Text {
	if f.meta.Name.IsZero() {
		return guanxi.Text{EN: f.name, ZH: f.name}
	}
	return f.meta.Name
}
