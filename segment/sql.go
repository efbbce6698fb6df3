package segment

import (
	"errors"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// SQL returns the rule as a query in the dialect d, for the keys of the customers
// whom [Rule.Match] is true of, in no order. Each customer's values must lie in
// the columns that the schema names, NULL where the getter has none; of events
// those whose key is NULL, or is no customer's, belong to nobody.
//
// What depends on time is made of the rule's At and bound as parameters, so that
// the same query gives the same answer tomorrow. Every value is a parameter;
// fixed words and the schema's names in quotes are all that the text is made of.
// Aggregates are uncorrelated semi- and anti-joins. What the dialect cannot
// compare exactly is an error ([ErrInexact]), never an approximation. All faults
// are returned at once, each with its place: see [ErrDialect]. Writing stops at
// the first byte or parameter beyond the limits, and what would be wrong after it
// is not said then. Cost: some microseconds; tens of a sum or a list.
func (r *Rule[T]) SQL(d Dialect, o SQLConfig) (Query, error) {
	spec, errs := o.check(d)
	if errs != nil {
		return Query{}, errors.Join(errs...)
	}
	e := &emitter{d: d, spec: spec, numbered: o.Placeholder == Dollar, integers: o.Integers, offset: o.Offset, maxText: o.MaxText, maxArgs: o.MaxArgs, schema: r.schema, cal: r.cal,
		args: []any{}, columns: map[ColumnRef]bool{}, warned: map[Warning]bool{}, faulty: map[string]bool{}}
	return e.query(r.bound, o)
}

// query writes the whole text.
func (e *emitter) query(n *node, o SQLConfig) (Query, error) {
	customers := relation{alias: "c", table: e.schema.table, fields: e.schema.fields, pointer: "/fields"}
	if o.Alias != "" {
		if _, err := e.spec.ident(nil, o.Alias); err != nil {
			e.fault("/alias", err)
		} else {
			customers.alias = o.Alias
		}
	}
	e.customers = customers
	if customers.table.Name == "" || customers.table.Key == "" {
		e.fault("/table", &Fault{Err: ErrNoColumn, Detail: "the schema names no table of customers, or no key of it"})
	}
	if o.Alias == "" {
		e.text("SELECT ")
		e.key(customers, "/table")
		e.text(" FROM ")
		e.table(customers, "/table")
		e.text(" WHERE ")
		e.node(n, customers)
	} else {
		if e.node(n, customers); e.extent(n) != SelectsSome || len(e.some(n)) < 2 {
			e.buf = slices.Concat([]byte("("), e.buf, []byte(")"))
		}
	}
	if d := e.d; d == ClickHouse || d == DuckDB {
		e.warn(WarnUntested)
	}
	if e.d == SQLite && e.offset+len(e.args) > 999 {
		e.warn(WarnParameters)
	}
	if most := o.MaxArgs; e.offset+len(e.args) > most {
		e.fault("/args", &Fault{Err: ErrLimit, Detail: fmt.Sprintf("more than %d parameters", most)})
	}
	if most := o.MaxText; e.size() > most {
		e.fault("/text", &Fault{Err: ErrLimit, Detail: fmt.Sprintf("more than %d bytes of text", most)})
	}
	if err := errors.Join(e.errs...); err != nil {
		return Query{}, err
	}
	q := Query{Text: string(e.buf), Args: e.args, Extent: e.extent(n), Columns: sortedRefs(e.columns)}
	for w := range e.warned {
		q.Warnings = append(q.Warnings, w)
	}
	slices.Sort(q.Warnings)
	return q, nil
}

// size is the length of the text as it is sent.
func (e *emitter) size() int { return len(e.buf) + e.inText }

// over reports whether a limit is passed: then nothing more need be written.
func (e *emitter) over() bool { return e.size() > e.maxText || e.offset+len(e.args) > e.maxArgs }

// arg adds a parameter.
func (e *emitter) arg(value any) {
	e.args = append(e.args, value)
	if e.d != ClickHouse {
		return
	}
	if s, ok := value.(string); ok { // drivers write them into the text
		e.inText += 2*len(s) + 2
	} else {
		e.inText += 20
	}
}

// emitter writes one query. Every parameter is written when its placeholder is,
// so that their orders agree.
type emitter struct {
	d         Dialect
	spec      dialectSpec
	numbered  bool // placeholders
	integers  bool
	offset    int
	maxText   int
	maxArgs   int
	schema    *schemaDef
	customers relation
	cal       *calendar

	buf     []byte
	args    []any
	inText  int           // bytes of args that are sent as text
	numbers map[param]int // of numbered placeholders
	columns map[ColumnRef]bool
	warned  map[Warning]bool
	errs    []error
	faulty  map[string]bool // pointers said
}

// relation is a table under an alias, and where its fields stand in the schema.
type relation struct {
	alias   string
	table   Table
	fields  []*fieldDef
	pointer string
}

// param is a parameter as it is written.
type param struct {
	before, after string
	value         any
}

func (e *emitter) text(s string) {
	if !e.over() {
		e.buf = append(e.buf, s...)
	}
}

func (e *emitter) warn(w Warning) { e.warned[w] = true }

// fault adds a fault, once for each place.
func (e *emitter) fault(pointer string, err error) {
	if !e.faulty[pointer] {
		e.faulty[pointer] = true
		e.errs = append(e.errs, guanxi.At(pointer, err))
	}
}

// param writes a placeholder with what stands around it.
func (e *emitter) param(before string, value any, after string) {
	if e.over() {
		return
	}
	e.text(before)
	if !e.numbered {
		e.arg(value)
		e.text("?" + after)
		return
	}
	p := param{before, after, value}
	n, ok := e.numbers[p]
	if !ok {
		e.arg(value)
		n = e.offset + len(e.args)
		if e.numbers == nil {
			e.numbers = map[param]int{}
		}
		e.numbers[p] = n
	}
	e.buf = fmt.Appendf(e.buf, "$%d%s", n, after)
}

// name writes a quoted name.
func (e *emitter) name(s, pointer string) {
	quoted, err := e.spec.ident(e.buf, s)
	if err != nil {
		e.fault(pointer, err)
	}
	if !e.over() {
		e.buf = quoted
	}
}

// column writes a column of a relation.
func (e *emitter) column(sc relation, column, pointer string) {
	if column == "" {
		e.fault(pointer, &Fault{Err: ErrNoColumn})
		return
	}
	e.columns[ColumnRef{sc.table.Name, column}] = true
	e.name(sc.alias, pointer)
	e.text(".")
	e.name(column, pointer)
}

func (e *emitter) key(sc relation, pointer string) { e.column(sc, sc.table.Key, pointer+"/key") }

// table writes a table, of which schema and database stand before dots, and its
// alias.
func (e *emitter) table(sc relation, pointer string) {
	rest := sc.table.Name
	for i := 0; i <= len(rest); i++ {
		if i == len(rest) || rest[i] == '.' {
			e.name(rest[:i], pointer+"/name")
			if i == len(rest) {
				break
			}
			e.text(".")
			rest, i = rest[i+1:], -1
		}
	}
	e.text(" AS ")
	e.name(sc.alias, pointer)
}
