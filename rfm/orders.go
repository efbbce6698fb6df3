package rfm

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// orderKind tells the rows of a log apart.
type orderKind uint8

const (
	kindPurchase orderKind = iota
	kindRefund
	kindContact
)

// order is a row of the log as it is kept.
type order struct {
	at     instant
	amount int64  // negative for a refund
	ref    uint32 // number of the order reference; 0 is none
	kind   orderKind
}

// run is where a customer's rows lie in the arena.
type run struct {
	off uint32
	n   uint32
	cap uint32 // a power of two, or 0

	member bool // known without rows too
}

// there reports whether the customer exists at all: a purchase that was refused
// leaves an ordinal behind and no customer.
func (r *run) there() bool { return r.n > 0 || r.member }

// orderLog keeps every order. The rows of one customer lie together, in no
// order, in a run that doubles when it is full; runs that were left are used
// again, class by class.
type orderLog[K comparable] struct {
	table.Table[K, run]
	key   guanxi.Key[K]
	seed  uint64 // of the hashes
	arena []order
	costs []int64 // beside arena; empty unless costs are kept
	free  [32][]uint32
	keeps bool // costs

	watched   bool     // by Live
	displaced []uint32 // ordinals of who lost a purchase to an earlier one of the same reference

	refs     refIndex // order reference → its number
	refText  []string // number → reference; [0] is ""
	buyer    []uint32 // number → ordinal + 1 of the customer whose purchase it is; 0 if none came
	expected int      // references to make room for when the first one comes
}

func newOrderLog[K comparable](key guanxi.Key[K], seed uint64, cfg Config) *orderLog[K] {
	l := &orderLog[K]{key: key, seed: seed, keeps: cfg.KeepCosts}
	l.forget()
	return l
}

func (l *orderLog[K]) reset() {
	l.Table.Reset()
	l.arena, l.costs = l.arena[:0], l.costs[:0]
	for i := range l.free {
		l.free[i] = l.free[i][:0]
	}
	l.forget()
}

func (l *orderLog[K]) forget() {
	l.refs, l.refText, l.buyer, l.expected = refIndex{}, []string{""}, []uint32{0}, 0
}

// len returns the number of customers.
func (l *orderLog[K]) len() int {
	n := 0
	for i := range l.Rows {
		if l.Rows[i].Row.there() {
			n++
		}
	}
	return n
}

// of returns the rows of a customer.
func (l *orderLog[K]) of(ord uint32) []order {
	r := l.Rows[ord].Row
	return l.arena[r.off : r.off+r.n]
}

// costOf returns the costs of a customer's rows, or nil.
func (l *orderLog[K]) costOf(ord uint32) []int64 {
	if !l.keeps {
		return nil
	}
	r := l.Rows[ord].Row
	return l.costs[r.off : r.off+r.n]
}

// apply adds a block of checked rows and returns how many were duplicates.
func (l *orderLog[K]) apply(b *block[K], f *faults) (duplicates int64) {
	l.Reserve(b.n)
	l.Seek(b.ord, b.slot, b.hash[:b.n])
	l.Settle(b.ord, b.hash[:b.n], b.key)
	for i := range b.n {
		row := order{at: instantOf(b.at[i]), amount: b.amount[i]}
		if row.amount < 0 {
			row.kind = kindRefund
		}
		var cost int64
		if l.keeps {
			cost = b.cost[i]
		}
		if !l.add(b.ord[i], row, cost, b.order[i]) {
			duplicates++
			f.add(b.rowOf(i), "/order", ErrDuplicateOrder)
		}
	}
	return duplicates
}

// add appends a row to a customer and reports whether its reference was new.
// Of two purchases with one reference the lesser stays (see less).
func (l *orderLog[K]) add(ord uint32, row order, cost int64, ref string) bool {
	if ref != "" {
		row.ref = l.refer(ref)
	}
	if row.ref == 0 || row.kind != kindPurchase {
		l.push(ord, row, cost)
		return true
	}
	if l.buyer[row.ref] == 0 {
		l.buyer[row.ref] = ord + 1
		l.push(ord, row, cost)
		return true
	}
	holder := l.buyer[row.ref] - 1
	i := l.purchase(holder, row.ref)
	var held int64
	if l.keeps {
		held = l.costOf(holder)[i]
	}
	if l.less(ord, row, cost, holder, l.of(holder)[i], held) {
		l.drop(holder, i)
		if l.watched {
			l.displaced = append(l.displaced, holder)
		}
		l.push(ord, row, cost)
		l.buyer[row.ref] = ord + 1
	}
	return false
}

// less orders the purchases of one reference: by time, amount, cost, customer.
func (l *orderLog[K]) less(ord uint32, a order, aCost int64, bOrd uint32, b order, bCost int64) bool {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.amount, b.amount), cmp.Compare(aCost, bCost),
		l.key.Compare(l.Rows[ord].Key, l.Rows[bOrd].Key)) < 0
}

// purchase finds the purchase with reference ref among a customer's rows.
func (l *orderLog[K]) purchase(ord uint32, ref uint32) int {
	for i, o := range l.of(ord) {
		if o.ref == ref && o.kind == kindPurchase {
			return i
		}
	}
	return -1
}

// refer returns the number of a reference, a new one if need be.
func (l *orderLog[K]) refer(ref string) uint32 {
	n, hash := l.refs.find(l.seed, ref, l.refText)
	if n != 0 {
		return n
	}
	n = uint32(len(l.refText))
	if l.expected > 0 {
		l.refs.room(l.refs.n + l.expected)
		l.refText, l.buyer = slices.Grow(l.refText, l.expected), slices.Grow(l.buyer, l.expected)
		l.expected = 0
	}
	l.refs.put(n, hash)
	l.refText = append(l.refText, ref)
	l.buyer = append(l.buyer, 0)
	return n
}

func (l *orderLog[K]) addContact(ord uint32, at int64) {
	l.push(ord, order{at: instantOf(at), kind: kindContact}, 0)
}

// push appends a row to a customer's run, moving the run if it is full.
func (l *orderLog[K]) push(ord uint32, row order, cost int64) {
	r := &l.Rows[ord].Row
	if r.n == r.cap {
		l.grow(r)
	}
	l.arena[r.off+r.n] = row
	if l.keeps {
		l.costs[r.off+r.n] = cost
	}
	r.n++
}

func (l *orderLog[K]) grow(r *run) {
	size := max(1, 2*r.cap)
	off := l.place(size)
	copy(l.arena[off:off+size], l.arena[r.off:r.off+r.n])
	if l.keeps {
		copy(l.costs[off:off+size], l.costs[r.off:r.off+r.n])
	}
	if r.cap > 0 {
		class := bits.TrailingZeros32(r.cap)
		l.free[class] = append(l.free[class], r.off)
	}
	r.off, r.cap = off, size
}

// place finds room for a run of size rows.
func (l *orderLog[K]) place(size uint32) uint32 {
	class := bits.TrailingZeros32(size)
	if n := len(l.free[class]); n > 0 {
		off := l.free[class][n-1]
		l.free[class] = l.free[class][:n-1]
		return off
	}
	off := uint32(len(l.arena))
	l.arena = extended(l.arena, int(size))
	if l.keeps {
		l.costs = extended(l.costs, int(size))
	}
	return off
}

// expect makes room for about n more rows, so that a long batch does not grow the
// arena step by step. Runs of growing customers leave gaps: half as much again.
func (l *orderLog[K]) expect(n int) {
	n += n / 2
	if cap(l.arena)-len(l.arena) < n {
		l.arena = slices.Grow(l.arena, n)
	}
	if l.keeps && cap(l.costs)-len(l.costs) < n {
		l.costs = slices.Grow(l.costs, n)
	}
}

// extended returns s with n more elements.
func extended[T any](s []T, n int) []T {
	if len(s)+n <= cap(s) {
		return s[:len(s)+n]
	}
	g := make([]T, len(s)+n, max(len(s)+n, 2*cap(s)))
	copy(g, s)
	return g
}

// drop removes a row; the last one takes its place.
func (l *orderLog[K]) drop(ord uint32, i int) {
	r := &l.Rows[ord].Row
	r.n--
	l.arena[r.off+uint32(i)] = l.arena[r.off+r.n]
	if l.keeps {
		l.costs[r.off+uint32(i)] = l.costs[r.off+r.n]
	}
}

// merge adds b's rows and returns how many purchases both held.
func (l *orderLog[K]) merge(b *orderLog[K]) (duplicates int64) {
	l.expected = len(b.refText) - 1
	for from := range b.Rows {
		if b.Rows[from].Row.there() {
			duplicates += l.take(b, uint32(from))
		}
	}
	return duplicates
}

// take adds one customer of b and returns how many of their purchases were there.
func (l *orderLog[K]) take(b *orderLog[K], from uint32) (duplicates int64) {
	l.Reserve(1)
	k := b.Rows[from].Key
	ord := l.Ordinal(l.key.Hash(l.seed, k), k)
	l.Rows[ord].Row.member = l.Rows[ord].Row.member || b.Rows[from].Row.member
	costs := b.costOf(from)
	for i, row := range b.of(from) {
		var cost int64
		if costs != nil {
			cost = costs[i]
		}
		ref := b.refText[row.ref]
		row.ref = 0
		if !l.add(ord, row, cost, ref) {
			duplicates++
		}
	}
	return duplicates
}
