package rfm

import (
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/table"
)

// instant is a UTC microsecond counted from before the first one that is ever
// taken, so that 0 means never.
type instant int64

func instantOf(us int64) instant   { return instant(us - minMicro + 1) }
func (t instant) unixMicro() int64 { return int64(t) + minMicro - 1 }

func (t instant) time(loc *time.Location) time.Time { return time.UnixMicro(t.unixMicro()).In(loc) }

// total is all that Totals keeps of a customer.
type total struct {
	last  instant
	sum   int64
	count uint32 // at most math.MaxInt32
}

// facts are the same for every asOf that lies behind the rows.
func (t *total) facts(cost int64) (facts, error) {
	margin, ok := minor.Sub(t.sum, cost)
	if !ok {
		return facts{}, ErrOverflow
	}
	return facts{last: t.last, count: int64(t.count), sum: t.sum, margin: margin, seen: true, bought: t.count > 0}, nil
}

// totals is one part of an aggregate that keeps Totals.
type totals[K comparable] struct {
	table.Table[K, total]
	key   guanxi.Key[K]
	costs []int64 // by ordinal; empty unless costs are kept
	stats stats
}

func (t *totals[K]) reset() {
	t.Table.Reset()
	t.costs = t.costs[:0]
	t.stats = stats{}
}

// apply folds a block of checked rows in and reports the rows that would overflow.
func (t *totals[K]) apply(b *block[K], cfg *Config, f *faults) {
	hash := b.hash[:b.n]
	key, at, amount, ord := b.key[:len(hash)], b.at[:len(hash)], b.amount[:len(hash)], b.ord[:len(hash)]
	t.Reserve(len(hash))
	t.Seek(ord, b.slot, hash)
	latest, costs := t.stats.latest, cfg.KeepCosts
	t.Settle(ord, hash, key)
	if costs {
		t.costs = grown(t.costs, len(t.Rows))
	}
	for i, o := range ord {
		row := &t.Rows[o].Row
		sum := row.sum + amount[i]
		if (row.sum^sum)&(amount[i]^sum) < 0 || row.count >= math.MaxInt32 {
			f.add(b.rowOf(i), "/amount", ErrOverflow)
			continue
		}
		if costs {
			cost, ok := minor.Add(t.costs[o], b.cost[i])
			if !ok {
				f.add(b.rowOf(i), "/cost", ErrOverflow)
				continue
			}
			t.costs[o] = cost
		}
		when := instantOf(at[i])
		latest = max(latest, when)
		row.sum = sum
		if amount[i] <= 0 {
			if amount[i] < 0 {
				continue
			}
			t.stats.zeros++
			if cfg.Zero == ZeroSkips {
				continue
			}
		}
		row.count++
		row.last = max(row.last, when)
	}
	t.stats.latest = latest
}

// addTotal adds sums that come ready-made: a summary, or a customer of another
// aggregate.
func (t *totals[K]) addTotal(h uint64, k K, add total, cost int64, costs bool) error {
	var old total
	var oldCost int64
	if ord, ok := t.Find(h, k); ok {
		old = t.Rows[ord].Row
		if costs {
			oldCost = t.cost(ord)
		}
	}
	next, nextCost, err := old.plus(add, oldCost, cost)
	if err != nil {
		return err
	}
	t.Reserve(1)
	ord := t.Ordinal(h, k)
	t.Rows[ord].Row = next
	if costs {
		t.costs = grown(t.costs, len(t.Rows))
		t.costs[ord] = nextCost
	}
	return nil
}

// plus adds two totals and their costs.
func (t total) plus(o total, cost, oCost int64) (total, int64, error) {
	sum, ok := minor.Add(t.sum, o.sum)
	if !ok {
		return t, cost, &guanxi.FieldError{Pointer: "/sum", Err: ErrOverflow}
	}
	c, ok := minor.Add(cost, oCost)
	if !ok {
		return t, cost, &guanxi.FieldError{Pointer: "/cost", Err: ErrOverflow}
	}
	count := uint64(t.count) + uint64(o.count)
	if count > math.MaxInt32 {
		return t, cost, &guanxi.FieldError{Pointer: "/count", Err: ErrOverflow}
	}
	return total{last: max(t.last, o.last), sum: sum, count: uint32(count)}, c, nil
}

// cost returns what a customer's goods cost; 0 where costs are not kept.
func (t *totals[K]) cost(ord uint32) int64 {
	if int(ord) < len(t.costs) {
		return t.costs[ord]
	}
	return 0
}

// mergeTotals adds b's customers. All sums are checked before the first is written.
func (a *Aggregator[K]) mergeTotals(b *Aggregator[K]) error {
	for write := range 2 {
		for i := range b.parts {
			from := &b.parts[i]
			for ord := range from.Rows {
				e := &from.Rows[ord]
				h := a.key.Hash(a.seed, e.Key)
				to := a.part(h)
				if write == 1 {
					if err := to.addTotal(h, e.Key, e.Row, from.cost(uint32(ord)), a.cfg.KeepCosts); err != nil {
						return err
					}
					continue
				}
				if mine, ok := to.Find(h, e.Key); ok {
					if _, _, err := to.Rows[mine].Row.plus(e.Row, to.cost(mine), from.cost(uint32(ord))); err != nil {
						return err
					}
				}
			}
			if write == 1 {
				a.stats.merge(from.stats)
			}
		}
	}
	return nil
}

// grown returns s with length n, new elements zero.
func grown(s []int64, n int) []int64 {
	if n <= cap(s) {
		old := len(s)
		s = s[:n]
		if n > old {
			clear(s[old:])
		}
		return s
	}
	g := make([]int64, n, max(n, 2*cap(s)))
	copy(g, s)
	return g
}
