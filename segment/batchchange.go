package segment

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// Change is one customer who came into a rule or left it.
type Change struct {
	Rule    int  // index into the rules of the batch
	Row     int  // number of the customer in the columns
	Entered bool // false: left
	Cause   Cause
}

// Cause is why a customer came into a rule or left it.
type Cause string

// The causes.
const (
	ByAttribute Cause = "attribute" // something about the customer changed, events included
	ByTime      Cause = "time"      // time went by
	ByRule      Cause = "rule"      // the rule is another one
	ByArrival   Cause = "arrival"   // the customer is new, or back
	ByRemoval   Cause = "removal"   // the customer is gone
	Unclear     Cause = "unclear"   // nobody can know any more: a Live never says so
)

// Label returns the name of c that is shown to people, "" of an unknown one.
func (c Cause) Label(lang guanxi.Lang) string {
	switch c {
	case ByAttribute:
		return guanxi.Text{EN: "Changed data", ZH: "客户资料变化"}.In(lang)
	case ByTime:
		return guanxi.Text{EN: "Passage of time", ZH: "时间推移"}.In(lang)
	case ByRule:
		return guanxi.Text{EN: "Changed rule", ZH: "规则变更"}.In(lang)
	case ByArrival:
		return guanxi.Text{EN: "New customer", ZH: "新客户"}.In(lang)
	case ByRemoval:
		return guanxi.Text{EN: "Customer deleted", ZH: "客户已删除"}.In(lang)
	case Unclear:
		return guanxi.Text{EN: "Unclear", ZH: "原因不明"}.In(lang)
	}
	return ""
}

// Batch returns the batch that is kept up to date.
func (l *Live[T]) Batch() *Batch[T] { return l.batch }

// Removed reports whether the customer of row was removed.
func (l *Live[T]) Removed(row int) bool {
	return row >= 0 && row < l.rows && !hasBit(l.cols.alive, row)
}

// Update says that fields of the customer of row have changed, who is now as
// customer has it, and appends to dst what this changed, by rule. A field of
// events is named by the collection, "orders", or by a field of the events,
// "orders.amount"; a field that no rule asks about costs nothing. There must be
// one. An unknown one is [ErrField], a row that is not there or was removed
// [ErrRow]; all is then as before, and so it is after a getter that panics.
// Cost: the getters of the fields and some nanoseconds for each condition on
// them; of tags besides some for each different tag of all customers.
//
// An event later than Live's moment does not count yet. When time and customers
// have both moved on, Advance first and then Update: what a change did is then
// told as [ByAttribute]. The other way round the rules hold the same customers
// in the end, but what such an event did comes out of Advance, as [ByTime].
func (l *Live[T]) Update(dst []Change, row int, customer *T, fields ...string) ([]Change, error) {
	if err := l.there(row); err != nil {
		return dst, err
	}
	clear(l.marked)
	if err := l.mark(fields); err != nil {
		return dst, err
	}
	l.read(customer)
	l.write(row, false)
	return l.ask(dst, row, ByAttribute), nil
}

// there reports a row that is not there.
func (l *Live[T]) there(row int) error {
	if row < 0 || row >= l.rows || !hasBit(l.cols.alive, row) {
		return guanxi.At(guanxi.Pointer("rows", row), &Fault{Err: ErrRow, Detail: fmt.Sprintf("not one of %d, or removed", l.rows)})
	}
	return nil
}

// mark marks the columns of fields.
func (l *Live[T]) mark(fields []string) error {
	if len(fields) == 0 {
		return guanxi.At("/fields", &Fault{Err: ErrField, Detail: "none is named"})
	}
	for i, name := range fields {
		f := l.cols.schema.field(name)
		if f == nil {
			names := slices.Clone(l.cols.schema.names)
			return guanxi.At(guanxi.Pointer("fields", i), &Fault{Err: ErrField, Detail: fmt.Sprintf("%.80q", name), Allowed: names, Nearest: nearest(name, names)})
		}
		for _, c := range l.fields[f.name] {
			l.marked[c] = true
		}
	}
	return nil
}

// field returns the field of that name, of a field of events the collection; nil
// where there is none. Names may contain dots.
func (s *schemaDef) field(name string) *fieldDef {
	f := s.byName[name]
	for i := 0; i < len(name) && f == nil; i++ {
		if c := s.byName[name[:i]]; name[i] == '.' && c != nil && c.events != nil && c.events.byName[name[i+1:]] != nil {
			f = c
		}
	}
	return f
}

// read reads the marked columns' values of a customer, before anything changes.
func (l *Live[T]) read(customer *T) {
	for i, col := range l.cols.cols {
		if l.marked[i] {
			l.cells[i] = col.cell(customer)
		}
	}
}

// write writes the values read to row and answers the conditions on them. fresh
// says that the row is new.
func (l *Live[T]) write(row int, fresh bool) {
	clear(l.rules)
	for i, col := range l.cols.cols {
		if !l.marked[i] {
			continue
		}
		if fresh {
			col.put(row, l.cells[i])
		} else {
			col.replace(row, l.cells[i])
		}
		l.cells[i] = cell{}
		for _, a := range l.atoms[i] {
			p := &l.probes[a]
			p.sync()
			if v := p.row(row); v != hasBit(l.masks[a], row) {
				putBit(l.masks[a], row, v)
				for _, r := range l.users[a] {
					l.rules[r] = true
				}
			}
		}
	}
}

// ask asks the marked rules again about row and appends what changed.
func (l *Live[T]) ask(dst []Change, row int, why Cause) []Change {
	for i, again := range l.rules {
		if !again {
			continue
		}
		in := hasBit(l.cols.alive, row) && l.holds(l.batch.trees[i], row)
		if in != hasBit(l.words[i], row) {
			putBit(l.words[i], row, in)
			dst = append(dst, Change{Rule: i, Row: row, Entered: in, Cause: why})
		}
	}
	return dst
}

// holds answers a tree for one row.
func (l *Live[T]) holds(n *planNode, row int) bool {
	if n.kind == nodeLeaf {
		return hasBit(l.masks[n.atom], row) != n.neg
	}
	for _, k := range n.kids {
		if l.holds(k, row) == (n.kind == nodeAny) {
			return n.kind == nodeAny
		}
	}
	return n.kind == nodeAll
}

// Put sets all of the customer of row, and appends to dst what this changed, by
// rule. A row of Len adds a customer, and one that was removed is back. A row
// beyond is [ErrRow]. See Update.
func (l *Live[T]) Put(dst []Change, row int, customer *T) ([]Change, error) {
	if row < 0 || row > l.rows {
		return dst, l.there(row)
	}
	if int64(row) >= maxRows {
		return dst, guanxi.At(guanxi.Pointer("rows", row), &Fault{Err: ErrLimit, Detail: "as many customers as may be"})
	}
	for i := range l.marked {
		l.marked[i] = true
	}
	l.read(customer)
	fresh, why := row == l.rows, ByAttribute
	if fresh || !hasBit(l.cols.alive, row) {
		why = ByArrival
	}
	if fresh {
		l.grow()
	}
	l.write(row, fresh)
	putBit(l.cols.alive, row, true)
	for i := range l.rules {
		l.rules[i] = true
	}
	return l.ask(dst, row, why), nil
}

// grow makes room for one more row and counts it.
func (l *Live[T]) grow() {
	l.cols.begin(1)
	for _, col := range l.cols.cols {
		col.grow(len(l.cols.alive))
	}
	l.cols.end(1)
	l.rows = l.cols.rows
	words := (l.rows + 63) >> 6
	for _, list := range [][][]uint64{l.masks, l.words} {
		for i := range list {
			list[i] = extend(list[i], words)
		}
	}
}

// Remove removes the customer of row and appends to dst the rules left, in their
// order. The values are erased, but texts and tags stay among those that any
// customer ever had. The row matches no rule, not even a negated one, and the
// numbers of the others stay. A row that is not there is [ErrRow].
func (l *Live[T]) Remove(dst []Change, row int) ([]Change, error) {
	if err := l.there(row); err != nil {
		return dst, err
	}
	for i := range l.marked {
		l.marked[i], l.cells[i] = true, cell{}
	}
	l.write(row, false)
	putBit(l.cols.alive, row, false)
	for i := range l.rules {
		l.rules[i] = true
	}
	return l.ask(dst, row, ByRemoval), nil
}

// Advance moves to another moment, later or earlier, and appends to dst what time
// changed, by rule and row. Conditions that do not depend on time, and those
// whose bounds are the same, are not asked again. customer returns the customer of
// a row, whose events are read again where a rule asks about events; otherwise it
// may be nil. It is [ErrTime] for no moment and [ErrRow] where there is no
// customer; all is then as before, and so it is after a getter that panics.
//
// Advance first and then Update, with customers as they were before the updates:
// what customer returns is read as it is, and what it has become is told as
// [ByTime].
func (l *Live[T]) Advance(dst []Change, at At, customer func(row int) *T) ([]Change, error) {
	b, err := l.batch.At(at)
	if err != nil {
		return dst, err
	}
	return l.move(dst, b, customer, ByTime)
}

// Replace puts other rules of the same moment in the place of the present ones
// and appends to dst what this changed, by rule and row. Rules are compared place
// by place: where b has more, all that are in them enter, and where it has fewer,
// all that were in them leave. Conditions that were asked already are not asked
// again; customer is as in Advance, and also needed where the rules ask about a
// field that the columns lack. Rules of another schema or moment are [ErrBatch].
func (l *Live[T]) Replace(dst []Change, b *Batch[T], customer func(row int) *T) ([]Change, error) {
	if len(b.rules) > 0 && len(l.batch.rules) > 0 && !b.at.same(l.batch.at) {
		return dst, guanxi.At("/at", &Fault{Err: ErrBatch, Detail: "rules of another moment: " + b.at.Now.String() + ", not " + l.batch.at.Now.String()})
	}
	return l.move(dst, b, customer, ByRule)
}

func (l *Live[T]) move(dst []Change, b *Batch[T], customer func(row int) *T, why Cause) ([]Change, error) {
	if err := l.cols.check(b.rules); err != nil {
		return dst, err
	}
	add, err := l.cols.read(customer, b.rules)
	if err != nil {
		return dst, err
	}
	l.cols.cover(add, b.rules)
	a := l.answer(b, l)
	for i := range max(len(a.words), len(l.words)) {
		var was, is []uint64
		if i < len(l.words) {
			was = l.words[i]
		}
		if i < len(a.words) {
			is = a.words[i]
		}
		dst = appendChanges(dst, i, was, is, why)
	}
	l.adopt(a)
	return dst, nil
}

// appendChanges appends how was became is, of one rule; nil is nobody.
func appendChanges(dst []Change, rule int, was, is []uint64, why Cause) []Change {
	for w := range max(len(was), len(is)) {
		var old, now uint64
		if was != nil {
			old = was[w]
		}
		if is != nil {
			now = is[w]
		}
		for m := old ^ now; m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m)
			dst = append(dst, Change{Rule: rule, Row: 64*w + i, Entered: now>>i&1 != 0, Cause: why})
		}
	}
	return dst
}
