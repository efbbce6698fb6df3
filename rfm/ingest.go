package rfm

import (
	"math"
	"sync"

	"github.com/guanxi-go/guanxi"
)

// Rows reach the customers through blocks of columns: long enough that the
// cache misses of neighbouring rows overlap, short enough to stay in the cache.
// (Measured: 64 and 1,024 rows are a fifth slower.)
const blockRows = 256

// block is a run of rows in columns. Its columns may be the caller's own: they
// are only read.
type block[K comparable] struct {
	n      int
	key    []K
	at     []int64
	amount []int64
	cost   []int64  // nil unless costs are kept
	order  []string // nil unless orders are kept
	row    []int    // where a row stands in the caller's batch; nil: from lo on
	lo     int

	hash []uint64
	ord  []uint32 // the customers' ordinals, once folded
	slot []uint64 // scratch of table.seek
}

// rowOf returns where row i stands in the caller's batch.
func (b *block[K]) rowOf(i int) int {
	if b.row == nil {
		return b.lo + i
	}
	return b.row[i]
}

func newBlock[K comparable](rows int, cfg *Config) block[K] {
	b := block[K]{key: make([]K, rows), hash: make([]uint64, rows), at: make([]int64, rows),
		amount: make([]int64, rows), row: make([]int, rows), ord: make([]uint32, rows), slot: make([]uint64, rows)}
	if cfg.KeepCosts {
		b.cost = make([]int64, rows)
	}
	if cfg.Keep == Orders {
		b.order = make([]string, rows)
	}
	return b
}

// scratch is what one worker loads blocks with.
type scratch[K comparable] struct {
	own  block[K] // memory of columns
	view block[K] // of the columns of own or of the caller
	pick []int32  // the rows of a stretch that are the worker's
}

// source is a caller's batch, read in stretches of at most blockRows.
type source[K comparable] interface {
	len() int
	// keys returns the customers of rows lo to hi, in own's memory if need be.
	keys(own []K, lo, hi int) []K
	// load makes b the rows lo to hi, or those of them that pick lists and whose
	// hashes stand in own already. It reports what does not convert and leaves it
	// out. b may use own's memory.
	load(b, own *block[K], lo, hi int, pick []int32, cfg *Config, f *faults)
}

// columns is Batch as a source.
type columns[K comparable] Batch[K]

func (c *columns[K]) len() int { return len(c.Customer) }

func (c *columns[K]) keys(_ []K, lo, hi int) []K { return c.Customer[lo:hi] }

func (c *columns[K]) load(b, own *block[K], lo, hi int, pick []int32, cfg *Config, f *faults) {
	*b = block[K]{n: hi - lo, lo: lo, key: c.Customer[lo:hi], at: c.At[lo:hi], amount: c.Amount[lo:hi],
		hash: own.hash, ord: own.ord, slot: own.slot}
	if own.cost != nil {
		b.cost = zeros[:hi-lo]
		if c.Cost != nil {
			b.cost = c.Cost[lo:hi]
		}
	}
	if own.order != nil {
		b.order = empties[:hi-lo]
		if c.Order != nil {
			b.order = c.Order[lo:hi]
		}
	}
	if pick != nil {
		b.pick(own, pick)
	}
	if c.Order != nil && own.order == nil {
		b.keep(own, func(i int) bool {
			if c.Order[b.rowOf(i)] == "" {
				return true
			}
			f.add(b.rowOf(i), "/order", ErrNeedsOrders)
			return false
		})
	}
}

// What stands for columns that a batch leaves out.
var (
	zeros   [blockRows]int64
	empties [blockRows]string
)

// pick moves the rows that are listed, of the caller's columns, into own's memory.
func (b *block[K]) pick(own *block[K], rows []int32) {
	for n, i := range rows {
		own.key[n], own.at[n], own.amount[n], own.row[n] = b.key[i], b.at[i], b.amount[i], b.lo+int(i)
	}
	if b.cost != nil {
		for n, i := range rows {
			own.cost[n] = b.cost[i]
		}
	}
	if b.order != nil {
		for n, i := range rows {
			own.order[n] = b.order[i]
		}
	}
	*b = *own
	b.n = len(rows)
}

// purchases is []Purchase as a source.
type purchases[K comparable] []Purchase[K]

func (p *purchases[K]) len() int { return len(*p) }

func (p *purchases[K]) keys(own []K, lo, hi int) []K {
	for i := range (*p)[lo:hi] {
		own[i] = (*p)[lo+i].Customer
	}
	return own[:hi-lo]
}

func (p *purchases[K]) load(b, own *block[K], lo, hi int, pick []int32, cfg *Config, f *faults) {
	n, rows := 0, hi-lo
	if pick != nil {
		rows = len(pick)
	}
	for j := range rows {
		i := lo + j
		if pick != nil {
			i = lo + int(pick[j])
		}
		row := &(*p)[i]
		var err error
		if own.at[n], err = micro("/at", row.At); err != nil {
			f.addField(i, err)
			continue
		}
		if own.amount[n], err = money("/amount", row.Amount, cfg.Decimals); err != nil {
			f.addField(i, err)
			continue
		}
		if own.cost != nil {
			if own.cost[n], err = money("/cost", row.Cost, cfg.Decimals); err != nil {
				f.addField(i, err)
				continue
			}
		}
		if own.order != nil {
			own.order[n] = row.Order
		} else if row.Order != "" {
			f.add(i, "/order", ErrNeedsOrders)
			continue
		}
		own.key[n], own.row[n], own.hash[n] = row.Customer, i, own.hash[j]
		n++
	}
	*b = *own
	b.n = n
}

// check drops the rows of b that no policy takes.
func (b *block[K]) check(own *block[K], cfg *Config, until int64, f *faults) {
	limit := int64(maxMicro)
	if until != 0 {
		limit = until
	}
	var zero K
	refuse := cfg.Refunds == RefundRefuse
	key, at, amount := b.key[:b.n], b.at[:b.n], b.amount[:b.n]
	bad := cfg.KeepCosts
	for i, k := range key {
		if k == zero || at[i] <= minMicro || at[i] >= limit || amount[i] == math.MinInt64 || refuse && amount[i] < 0 {
			bad = true
		}
	}
	if !bad {
		return
	}
	b.keep(own, func(i int) bool {
		switch {
		case key[i] == zero:
			f.add(b.rowOf(i), "/customer", ErrCustomer)
		case at[i] <= minMicro || at[i] >= maxMicro:
			f.add(b.rowOf(i), "/at", ErrTime)
		case at[i] >= limit:
			f.add(b.rowOf(i), "/at", ErrNeedsOrders)
		case amount[i] == math.MinInt64:
			f.add(b.rowOf(i), "/amount", ErrOverflow)
		case refuse && amount[i] < 0:
			f.add(b.rowOf(i), "/amount", ErrRefund)
		case cfg.KeepCosts && b.cost[i] == math.MinInt64:
			f.add(b.rowOf(i), "/cost", ErrOverflow)
		default:
			return true
		}
		return false
	})
}

// keep drops the rows for which ok is false and moves the others into own's
// memory; ok is asked in order, once a row. b may lie in own already.
func (b *block[K]) keep(own *block[K], ok func(i int) bool) {
	n := 0
	for i := range b.n {
		if !ok(i) {
			continue
		}
		own.key[n], own.at[n], own.amount[n], own.row[n] = b.key[i], b.at[i], b.amount[i], b.rowOf(i)
		own.hash[n] = b.hash[i]
		if b.cost != nil {
			own.cost[n] = b.cost[i]
		}
		if b.order != nil {
			own.order[n] = b.order[i]
		}
		n++
	}
	*b = *own
	b.n = n
}

// ingest adds the rows of src, whose first row is row base for its faults.
// Every part has a worker of its own, which reads all keys and takes the rows of
// its customers: nothing is shared, and nobody waits.
func (a *Aggregator[K]) ingest(src source[K], base int) error {
	workers := max(1, len(a.parts))
	for len(a.loads) < workers {
		a.loads = append(a.loads, scratch[K]{own: newBlock[K](blockRows, &a.cfg), pick: make([]int32, blockRows)})
	}
	for len(a.found) < workers {
		a.found = append(a.found, faults{})
	}
	found := a.found[:workers]
	for p := range found {
		found[p] = faults{rows: found[p].rows[:0]}
	}
	if a.log != nil && src.len() >= 4*blockRows {
		a.log.expect(src.len())
	}
	if src.len() < 4*blockRows {
		for p := range workers {
			a.fold(src, p, workers, &found[p])
		}
	} else {
		together(workers, func(p int) { a.fold(src, p, workers, &found[p]) })
	}
	for p := 1; p < workers; p++ {
		found[0].join(&found[p])
	}
	return found[0].err(base)
}

// fold loads the rows of one part of parts, block by block, and adds them.
func (a *Aggregator[K]) fold(src source[K], part, parts int, f *faults) {
	s := &a.loads[part]
	for lo := 0; lo < src.len(); lo += blockRows {
		hi := min(lo+blockRows, src.len())
		var pick []int32
		if parts > 1 {
			hash := s.own.hash[:hi-lo]
			a.hashAll(hash, src.keys(s.own.key, lo, hi))
			n := 0
			for i, h := range hash {
				hash[n], s.pick[n] = h, int32(i)
				mine := 0 // so written, it is no branch
				if partOf(h, parts) == part {
					mine = 1
				}
				n += mine
			}
			pick = s.pick[:n]
		}
		f.next()
		src.load(&s.view, &s.own, lo, hi, pick, &a.cfg, f)
		s.view.check(&s.own, &a.cfg, a.until, f)
		if parts == 1 {
			a.hashAll(s.view.hash, s.view.key[:s.view.n])
		}
		if a.log != nil {
			a.stats.duplicates += a.log.apply(&s.view, f)
		} else {
			a.parts[part].apply(&s.view, &a.cfg, f)
		}
		if a.watched {
			a.touched = append(a.touched, s.view.ord[:s.view.n]...)
		}
	}
}

func (a *Aggregator[K]) hashAll(dst []uint64, keys []K) {
	if bulk, ok := a.key.(guanxi.BulkHasher[K]); ok {
		bulk.HashAll(dst, a.seed, keys)
		return
	}
	for i, k := range keys {
		dst[i] = a.key.Hash(a.seed, k)
	}
}

// together runs do(0) … do(n−1), each on a goroutine of its own, and waits.
func together(n int, do func(i int)) {
	if n == 1 {
		do(0)
		return
	}
	var wg sync.WaitGroup
	for i := 1; i < n; i++ {
		wg.Go(func() { do(i) })
	}
	do(0)
	wg.Wait()
}
