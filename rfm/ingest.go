package rfm

import (
	"math"
	"sync"
)

// Rows reach the customers through blocks of columns: long enough that the
// cache misses of neighbouring rows overlap, short enough to stay in the cache.
const (
	blockRows = 512     // loaded, hashed and folded at once
	roundRows = 1 << 15 // shared out among the workers of a round
)

// block is a run of checked rows.
type block[K comparable] struct {
	n      int
	key    []K
	hash   []uint64
	at     []int64
	amount []int64
	cost   []int64  // nil unless costs are kept
	order  []string // nil unless orders are kept
	row    []int    // where the row stands in the caller's batch
	ord    []uint32 // the customers' ordinals, once folded
}

func newBlock[K comparable](rows int, cfg *Config) block[K] {
	b := block[K]{key: make([]K, rows), hash: make([]uint64, rows), at: make([]int64, rows),
		amount: make([]int64, rows), row: make([]int, rows), ord: make([]uint32, rows)}
	if cfg.KeepCosts {
		b.cost = make([]int64, rows)
	}
	if cfg.Keep == Orders {
		b.order = make([]string, rows)
	}
	return b
}

// rows returns rows lo to hi of b as a block of their own.
func (b *block[K]) rows(lo, hi int) block[K] {
	s := block[K]{n: hi - lo, key: b.key[lo:hi], hash: b.hash[lo:hi], at: b.at[lo:hi],
		amount: b.amount[lo:hi], row: b.row[lo:hi], ord: b.ord[lo:hi]}
	if b.cost != nil {
		s.cost = b.cost[lo:hi]
	}
	if b.order != nil {
		s.order = b.order[lo:hi]
	}
	return s
}

// take copies row i of src to the end of b.
func (b *block[K]) take(src *block[K], i int) {
	n := b.n
	b.key[n], b.hash[n], b.at[n], b.amount[n], b.row[n] = src.key[i], src.hash[i], src.at[i], src.amount[i], src.row[i]
	if b.cost != nil {
		b.cost[n] = src.cost[i]
	}
	if b.order != nil {
		b.order[n] = src.order[i]
	}
	b.n++
}

// source is a caller's batch. load fills dst with rows lo to hi, reports those
// that do not convert and leaves them out.
type source[K comparable] interface {
	len() int
	load(dst *block[K], lo, hi int, cfg *Config, f *faults)
}

// columns is Batch as a source.
type columns[K comparable] Batch[K]

func (c columns[K]) len() int { return len(c.Customer) }

func (c columns[K]) load(dst *block[K], lo, hi int, cfg *Config, f *faults) {
	n := copy(dst.key, c.Customer[lo:hi])
	copy(dst.at, c.At[lo:hi])
	copy(dst.amount, c.Amount[lo:hi])
	if dst.cost != nil {
		clear(dst.cost[copy(dst.cost[:n], c.Cost[min(lo, len(c.Cost)):min(hi, len(c.Cost))]):n])
	}
	if dst.order != nil {
		clear(dst.order[copy(dst.order[:n], c.Order[min(lo, len(c.Order)):min(hi, len(c.Order))]):n])
	}
	for i := range dst.row[:n] {
		dst.row[i] = lo + i
	}
	dst.n = n
	if c.Order != nil && dst.order == nil {
		dst.keep(func(i int) bool {
			if c.Order[lo+i] == "" {
				return true
			}
			f.add(lo+i, "/order", ErrNeedsOrders)
			return false
		})
	}
}

// purchases is []Purchase as a source.
type purchases[K comparable] []Purchase[K]

func (p purchases[K]) len() int { return len(p) }

func (p purchases[K]) load(dst *block[K], lo, hi int, cfg *Config, f *faults) {
	n := 0
	for i := lo; i < hi; i++ {
		row := &p[i]
		var err error
		if dst.at[n], err = micro("/at", row.At); err != nil {
			f.addField(i, err)
			continue
		}
		if dst.amount[n], err = money("/amount", row.Amount, cfg.Decimals); err != nil {
			f.addField(i, err)
			continue
		}
		if dst.cost != nil {
			if dst.cost[n], err = money("/cost", row.Cost, cfg.Decimals); err != nil {
				f.addField(i, err)
				continue
			}
		}
		if dst.order != nil {
			dst.order[n] = row.Order
		} else if row.Order != "" {
			f.add(i, "/order", ErrNeedsOrders)
			continue
		}
		dst.key[n], dst.row[n] = row.Customer, i
		n++
	}
	dst.n = n
}

// check drops the rows of b that no policy takes.
func (b *block[K]) check(cfg *Config, f *faults) {
	var zero K
	refuse := cfg.Refunds == RefundRefuse
	bad := false
	for i, amount := range b.amount[:b.n] {
		if b.key[i] == zero || b.at[i] < minMicro || b.at[i] >= maxMicro || amount == math.MinInt64 || refuse && amount < 0 {
			bad = true
		}
	}
	if !bad && !cfg.KeepCosts {
		return
	}
	b.keep(func(i int) bool {
		switch amount := b.amount[i]; {
		case b.key[i] == zero:
			f.add(b.row[i], "/customer", ErrNoCustomer)
		case b.at[i] < minMicro || b.at[i] >= maxMicro:
			f.add(b.row[i], "/at", ErrNoTime)
		case amount == math.MinInt64:
			f.add(b.row[i], "/amount", ErrOverflow)
		case refuse && amount < 0:
			f.add(b.row[i], "/amount", ErrRefund)
		case cfg.KeepCosts && b.cost[i] == math.MinInt64:
			f.add(b.row[i], "/cost", ErrOverflow)
		default:
			return true
		}
		return false
	})
}

// keep drops the rows for which ok is false; ok is asked in order, once a row.
func (b *block[K]) keep(ok func(i int) bool) {
	n := 0
	for i := range b.n {
		if !ok(i) {
			continue
		}
		b.key[n], b.at[n], b.amount[n], b.row[n] = b.key[i], b.at[i], b.amount[i], b.row[i]
		if b.cost != nil {
			b.cost[n] = b.cost[i]
		}
		if b.order != nil {
			b.order[n] = b.order[i]
		}
		n++
	}
	b.n = n
}

// ingest adds the rows of src, whose first row is row base for its faults.
func (a *Aggregator[K]) ingest(src source[K], base int) error {
	var f faults
	switch {
	case a.log != nil:
		a.eachBlock(src, 0, src.len(), &f, &a.scratch(1)[0], func(b *block[K]) {
			a.stats.duplicates += a.log.apply(b, &f)
		})
	case len(a.parts) == 1 || src.len() < 2*blockRows:
		a.eachBlock(src, 0, src.len(), &f, &a.scratch(1)[0], func(b *block[K]) {
			if len(a.parts) == 1 {
				a.parts[0].apply(b, &a.cfg, &f)
				return
			}
			for i := range b.n {
				one := b.rows(i, i+1)
				a.part(b.hash[i]).apply(&one, &a.cfg, &f)
			}
		})
	default:
		a.ingestParallel(src, &f)
	}
	return f.err(base)
}

// eachBlock loads, checks and hashes rows lo to hi and hands them on.
func (a *Aggregator[K]) eachBlock(src source[K], lo, hi int, f *faults, b *block[K], do func(*block[K])) {
	for ; lo < hi; lo += blockRows {
		src.load(b, lo, min(lo+blockRows, hi), &a.cfg, f)
		b.check(&a.cfg, f)
		for i, k := range b.key[:b.n] {
			b.hash[i] = a.key.Hash(a.seed, k)
		}
		do(b)
	}
}

// ingestParallel works in rounds. In the first half of a round every worker
// reads its own rows and scatters them by part; in the second it folds its own
// part, rows in the order of the batch. No customer is ever shared.
func (a *Aggregator[K]) ingestParallel(src source[K], f *faults) {
	w := len(a.parts)
	found := make([]faults, 2*w)
	chunk := max(blockRows, roundRows/w)
	loads := a.scratch(w)
	parts := make([][]block[K], w)
	for i := range parts {
		for range w {
			parts[i] = append(parts[i], newBlock[K](chunk, &a.cfg))
		}
	}
	for start := 0; start < src.len(); start += w * chunk {
		together(w, func(i int) {
			mine := parts[i]
			for p := range mine {
				mine[p].n = 0
			}
			lo := min(start+i*chunk, src.len())
			hi := min(lo+chunk, src.len())
			a.eachBlock(src, lo, hi, &found[i], &loads[i], func(b *block[K]) {
				for r := range b.n {
					mine[partOf(b.hash[r], w)].take(b, r)
				}
			})
		})
		together(w, func(p int) {
			for i := range parts {
				b := &parts[i][p]
				for lo := 0; lo < b.n; lo += blockRows {
					run := b.rows(lo, min(lo+blockRows, b.n))
					a.parts[p].apply(&run, &a.cfg, &found[w+p])
				}
			}
		})
	}
	for i := range found {
		f.join(&found[i])
	}
}

// scratch returns n blocks to load rows into.
func (a *Aggregator[K]) scratch(n int) []block[K] {
	for len(a.blocks) < n {
		a.blocks = append(a.blocks, newBlock[K](blockRows, &a.cfg))
	}
	return a.blocks
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
