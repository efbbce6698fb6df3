package rfmbeam

import (
	"cmp"
	"errors"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// foldRows is how many rows are added at once: an guanxi.BatchError names no more
// than 1,000, and every refused row is to be named.
const foldRows = 768

// size is how many things a chunk holds.
func (k *Chunk[K]) size() int {
	return len(k.Rows.Customer) + len(k.Summaries) + len(k.Members) + len(k.Contacts)
}

// fold adds everything to agg and refuses what it refuses.
func (k *Chunk[K]) fold(agg *rfm.Aggregator[K], refuse func(Refusal)) {
	for _, r := range k.Refused {
		refuse(r)
	}
	k.foldRows(agg, refuse)
	one := func(i int, err error) {
		if err != nil {
			refuse(k.refusal(k.First+int64(i), "", err))
		}
	}
	for i, s := range k.Summaries {
		one(i, agg.AddSummary(s))
	}
	for i, m := range k.Members {
		one(i, agg.AddMember(m))
	}
	for i, c := range k.Contacts {
		one(i, agg.AddContact(c.Customer, c.At))
	}
}

func (k *Chunk[K]) foldRows(agg *rfm.Aggregator[K], refuse func(Refusal)) {
	b := &k.Rows
	n := len(b.Customer)
	if err := k.columns(); err != nil {
		refuse(k.refusal(k.First, "", err)) // all of them: nobody can say which belong together
		return
	}
	for lo := 0; lo < n; lo += foldRows {
		hi := min(lo+foldRows, n)
		part := rfm.Batch[K]{Customer: b.Customer[lo:hi], At: b.At[lo:hi], Amount: b.Amount[lo:hi]}
		if b.Order != nil {
			part.Order = b.Order[lo:hi]
		}
		if b.Cost != nil {
			part.Cost = b.Cost[lo:hi]
		}
		var refused *guanxi.BatchError
		if err := agg.AddBatch(part); errors.As(err, &refused) {
			for i, row := range refused.Rows {
				f := refused.Faults[i]
				refuse(Refusal{Source: k.Source, Row: k.number(lo + row), Field: below(f.Pointer), Reason: f.Err.Error()})
			}
		}
	}
}

// columns reports columns of different lengths.
func (k *Chunk[K]) columns() error {
	b := &k.Rows
	n := len(b.Customer)
	for _, m := range []int{len(b.At), len(b.Amount)} {
		if m != n {
			return rfm.ErrLength
		}
	}
	if b.Order != nil && len(b.Order) != n || b.Cost != nil && len(b.Cost) != n || k.Numbers != nil && len(k.Numbers) != n {
		return rfm.ErrLength
	}
	return nil
}

// below cuts the row number off a pointer: "/17/amount" is "/amount".
func below(pointer string) string {
	for i := 1; i < len(pointer); i++ {
		if pointer[i] == '/' {
			return pointer[i:]
		}
	}
	return ""
}

// routeFn divides chunks by order reference, and rows without one by customer.
type routeFn[K comparable] struct {
	Shards int
	key    guanxi.Key[K]
}

// Setup finds the key.
func (fn *routeFn[K]) Setup() (err error) {
	fn.key, err = keyOf[K]()
	return err
}

// ProcessElement divides one chunk.
func (fn *routeFn[K]) ProcessElement(c Chunk[K], emit func(int64, Chunk[K]), refuse func(Refusal)) {
	for _, r := range c.Refused {
		refuse(r)
	}
	if err := c.columns(); err != nil {
		refuse(c.refusal(c.First, "", err))
		c.Rows = rfm.Batch[K]{}
	}
	n := len(c.Rows.Customer)
	to := make([]int32, n)
	sizes := make([]int, fn.Shards)
	refs := guanxi.StringKey[string]()
	for i, k := range c.Rows.Customer {
		shard := 0
		if c.Rows.Order != nil && c.Rows.Order[i] != "" {
			shard = int(refs.Hash(referenceSeed, c.Rows.Order[i]) % uint64(fn.Shards))
		} else {
			shard = shardOf(fn.key, k, fn.Shards)
		}
		to[i] = int32(shard)
		sizes[shard]++
	}
	parts := make([]Chunk[K], fn.Shards)
	for i := range parts {
		parts[i].room(&c, sizes[i])
	}
	for i, shard := range to {
		parts[shard].take(&c, i)
	}
	// The rest is small, and whose shard it passes through does not matter.
	if len(c.Summaries)+len(c.Members)+len(c.Contacts) > 0 {
		rest := Chunk[K]{Source: c.Source, First: c.First, Summaries: c.Summaries, Members: c.Members, Contacts: c.Contacts}
		emit(int64(uint64(c.First)%uint64(fn.Shards)), rest)
	}
	for i := range parts {
		if sizes[i] > 0 {
			emit(int64(i), parts[i])
		}
	}
}

// room makes k ready for n rows of c.
func (k *Chunk[K]) room(c *Chunk[K], n int) {
	k.Source = c.Source
	if n == 0 {
		return
	}
	k.Numbers = make([]int64, 0, n)
	k.Rows = rfm.Batch[K]{Customer: make([]K, 0, n), At: make([]int64, 0, n), Amount: make([]int64, 0, n)}
	if c.Rows.Order != nil {
		k.Rows.Order = make([]string, 0, n)
	}
	if c.Rows.Cost != nil {
		k.Rows.Cost = make([]int64, 0, n)
	}
}

// take appends row i of c.
func (k *Chunk[K]) take(c *Chunk[K], i int) {
	if len(k.Numbers) == 0 {
		k.First = c.number(i)
	}
	k.Numbers = append(k.Numbers, c.number(i))
	k.Rows.Customer = append(k.Rows.Customer, c.Rows.Customer[i])
	k.Rows.At = append(k.Rows.At, c.Rows.At[i])
	k.Rows.Amount = append(k.Rows.Amount, c.Rows.Amount[i])
	if c.Rows.Order != nil {
		k.Rows.Order = append(k.Rows.Order, c.Rows.Order[i])
	}
	if c.Rows.Cost != nil {
		k.Rows.Cost = append(k.Rows.Cost, c.Rows.Cost[i])
	}
}

// dedupeFn folds all rows whose references have one hash: what two customers both
// claim meets here.
type dedupeFn[K comparable] struct {
	shardWork
}

// ProcessElement folds one part of the references, in the order of the log, so
// that the same rows are refused as in memory.
func (fn *dedupeFn[K]) ProcessElement(_ int64, parts func(*Chunk[K]) bool, emit func(int64, []byte), refuse func(Refusal)) error {
	agg, key, err := newAggregator[K](fn.Orders)
	if err != nil {
		return err
	}
	var all []Chunk[K]
	var c Chunk[K]
	for parts(&c) {
		all = append(all, c)
		c = Chunk[K]{}
	}
	slices.SortStableFunc(all, func(a, b Chunk[K]) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.First, b.First))
	})
	for i := range all {
		all[i].fold(agg, refuse)
		all[i] = Chunk[K]{}
	}
	return emitShards(agg, key, fn.Shards, emit)
}
