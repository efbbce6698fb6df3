package segment

import (
	"errors"
	"fmt"
	"iter"

	"github.com/guanxi-go/guanxi"
)

// Columns is a population laid out by field, for a [Batch] to go over: what the
// getters return is read once, when a customer is added. Customers are numbered
// from 0 in the order of arrival. Build it with [NewColumns] and Add, AddRows or
// AddSeq; a [Live] takes it over and keeps it up to date.
//
// Memory for each customer: 8 bytes a number, decimal, instant or date, and of
// each aggregate of events that is a number (an average one bit more); 4 bytes a
// text; 1 bit a bool and a preference or sequence; and 1 bit each for what is
// missing, but of text. A tag takes 4 bytes for each customer that has it, or 1
// bit for each customer if that is less; of tags there may be any number. Every
// different text and tag of a column is kept once more, for some 60 bytes and its
// length. Slices have up to a quarter of room to grow.
//
// A getter that panics is not hidden, and leaves the columns as they were. Not
// safe for concurrent use; while nothing is added, any number of batches may be
// evaluated over it at once. It holds up to 2³² customers: what would be more is
// not added, and said by [Columns.Err].
//
// Rows are places in these columns and nothing else. For the sets of the package
// audience keep beside them the ordinal of each row's customer in its directory:
// its FromRows makes a set of [Selection]'s All(rule) and that list.
type Columns[T any] struct {
	// Workers is how many goroutines AddRows may share its work among, each with
	// columns of its own; 0 and 1 start none. The columns do not depend on it. With
	// more, getters are called for several fields at once.
	Workers int

	schema *schemaDef
	cols   []*column[T]
	byKey  map[string]int
	rows   int
	alive  []uint64 // rows that are there: all, but of a Live those removed
	dirty  bool     // a call that added did not come to its end
	full   bool     // a call had too many
}

// NewColumns makes empty columns of what rules ask about: the attributes, and of
// events each different aggregate in its window at the rule's moment. Without
// rules it makes one for every attribute of the schema, and none of events. A
// rule that is nil or of another schema is [ErrBatch], at /rules/i.
func NewColumns[T any](s *Schema[T], rules ...*Rule[T]) (*Columns[T], error) {
	c := &Columns[T]{schema: s.schemaDef, byKey: map[string]int{}}
	if err := c.check(rules); err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		for _, f := range s.fields {
			if f.events == nil {
				c.install(newColumn[T](&atom{field: f}))
			}
		}
	}
	for _, col := range c.lacking(rules) {
		c.install(col)
	}
	return c, nil
}

func (c *Columns[T]) check(rules []*Rule[T]) error {
	var errs []error
	for i, r := range rules {
		switch {
		case r == nil:
			errs = append(errs, guanxi.At(guanxi.Pointer("rules", i), &Fault{Err: ErrBatch, Detail: "no rule"}))
		case r.schema != c.schema:
			errs = append(errs, guanxi.At(guanxi.Pointer("rules", i), &Fault{Err: ErrBatch, Detail: "a rule of another schema"}))
		}
	}
	return errors.Join(errs...)
}

// lacking returns new columns, empty, of what the rules ask and c does not hold.
func (c *Columns[T]) lacking(rules []*Rule[T]) []*column[T] {
	var out []*column[T]
	var key []byte
	seen := map[string]bool{}
	for _, r := range rules {
		r.bound.leaves(func(n *node) {
			key = n.atom.appendSource(key[:0])
			if _, ok := c.byKey[string(key)]; !ok && !seen[string(key)] {
				seen[string(key)] = true
				out = append(out, newColumn[T](n.atom))
			}
		})
	}
	return out
}

func (c *Columns[T]) install(col *column[T]) {
	c.byKey[col.key] = len(c.cols)
	c.cols = append(c.cols, col)
}

// Len returns the number of customers, of a Live those removed included.
func (c *Columns[T]) Len() int { return c.rows }

// Reset removes all customers and keeps memory and columns.
func (c *Columns[T]) Reset() {
	for _, col := range c.cols {
		col.reset()
	}
	clear(c.alive)
	c.alive, c.rows, c.dirty, c.full = c.alive[:0], 0, false, false
}

// maxRows is the customers that the lists of tags can number.
const maxRows = 1 << 32

// Err is [ErrLimit] at /rows if customers were not added because there would have
// been more than 2³²; nil otherwise, and after Reset. [Batch.Eval], [NewLive] and
// AddSeq return it too.
func (c *Columns[T]) Err() error {
	if !c.full {
		return nil
	}
	return guanxi.At("/rows", &Fault{Err: ErrLimit, Detail: fmt.Sprintf("more than %d customers", int64(maxRows))})
}

// begin makes ready for n more rows, for which the columns are yet to grow; false:
// they would be too many.
func (c *Columns[T]) begin(n int) bool {
	if int64(n) > maxRows-int64(c.rows) {
		c.full = true
		return false
	}
	if c.dirty {
		for _, col := range c.cols {
			col.truncate(c.rows)
		}
	}
	c.dirty = true
	c.alive = extend(c.alive, (c.rows+n+63)>>6)
	return true
}

// end makes n more rows count.
func (c *Columns[T]) end(n int) {
	for row := c.rows; row < c.rows+n; row++ {
		c.alive[row>>6] |= 1 << (row & 63)
	}
	c.rows += n
	c.dirty = false
}

// Add adds a customer. Nothing of it is kept but values.
func (c *Columns[T]) Add(customer *T) {
	if !c.begin(1) {
		return
	}
	for _, col := range c.cols {
		col.grow(len(c.alive))
		col.put(c.rows, col.cell(customer))
	}
	c.end(1)
}

// block is how many customers are read field by field at once: few enough to
// stay in the cache.
const block = 512

// AddRows adds customers, faster than one by one. Cost: a few nanoseconds a
// customer and attribute; of events what [Rule.Match] takes for the aggregate.
func (c *Columns[T]) AddRows(customers []T) {
	if !c.begin(len(customers)) {
		return
	}
	if workers := min(c.Workers, len(c.cols)); workers > 1 && len(customers) > block {
		c.fillShares(customers, workers)
	} else {
		c.fill(c.cols, customers)
	}
	c.end(len(customers))
}

// fill reads some columns of customers.
func (c *Columns[T]) fill(cols []*column[T], customers []T) {
	for _, col := range cols {
		col.grow(len(c.alive))
	}
	for i := 0; i < len(customers); i += block {
		part := customers[i:min(i+block, len(customers))]
		for _, col := range cols {
			col.fill(c.rows+i, part)
		}
	}
}

// AddSeq adds customers until the first error, which it returns with the number
// of the customer; those before it stay.
func (c *Columns[T]) AddSeq(seq iter.Seq2[*T, error]) error {
	for customer, err := range seq {
		if err != nil {
			return fmt.Errorf("segment: reading customer %d: %w", c.rows, err)
		}
		if c.Add(customer); c.full {
			return c.Err()
		}
	}
	return nil
}

// Cover makes c hold what rules ask about, for rules that came later or whose
// moment has moved on: the columns that it lacks are read by customer, which
// returns the customer of a row, and columns of events that no rule of these asks
// about are dropped. customer may be nil where nothing is lacking. It is [ErrRow]
// where customer is nil or returns nil; then, and on [ErrBatch], c is as before.
// Cost: nothing for what is there already.
func (c *Columns[T]) Cover(customer func(row int) *T, rules ...*Rule[T]) error {
	if err := c.check(rules); err != nil {
		return err
	}
	add, err := c.read(customer, rules)
	if err != nil {
		return err
	}
	c.cover(add, rules)
	return nil
}

// read returns the columns that c lacks, filled.
func (c *Columns[T]) read(customer func(row int) *T, rules []*Rule[T]) ([]*column[T], error) {
	add := c.lacking(rules)
	if len(add) == 0 || c.rows == 0 {
		return add, nil
	}
	if customer == nil {
		return nil, guanxi.At("/rows", &Fault{Err: ErrRow, Detail: "no customers to read " + add[0].name() + " of"})
	}
	for _, col := range add {
		col.grow(len(c.alive))
	}
	for row := range c.rows {
		if !hasBit(c.alive, row) {
			continue
		}
		x := customer(row)
		if x == nil {
			return nil, guanxi.At(guanxi.Pointer("rows", row), &Fault{Err: ErrRow, Detail: "no customer"})
		}
		for _, col := range add {
			col.put(row, col.cell(x))
		}
	}
	return add, nil
}

// cover adds columns and drops those of events that rules do not need.
func (c *Columns[T]) cover(add []*column[T], rules []*Rule[T]) {
	need := map[string]bool{}
	for _, r := range rules {
		r.bound.leaves(func(n *node) { need[string(n.atom.appendSource(nil))] = true })
	}
	old := c.cols
	c.cols, c.byKey = make([]*column[T], 0, len(old)+len(add)), make(map[string]int, len(old)+len(add))
	for _, col := range old {
		if col.of == nil || need[col.key] {
			c.install(col)
		}
	}
	for _, col := range add {
		col.grow(len(c.alive))
		c.install(col)
	}
}

// name names what the column holds, for an error.
func (c *column[T]) name() string {
	if c.of == nil {
		return c.field.name
	}
	return c.of.fn.String() + " of " + c.field.name
}
