package rfm

import (
	"cmp"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// facts are a customer's numbers at one asOf.
type facts struct {
	last   instant // purchase or contact; 0 is none
	count  int64   // purchases that count, in the window
	sum    int64
	margin int64
	seen   bool    // a member, or a row before asOf
	bought bool    // a purchase that counts before asOf, in the window or not
	enters instant // the first row at or after asOf; 0 is none
	leaves instant // the first row inside the window; 0 is none
}

// view reads customers out of an order log as they were at one asOf.
// It holds scratch memory: one per goroutine.
type view[K comparable] struct {
	log  *orderLog[K]
	cfg  *Config
	cal  civil.Calendar
	asOf instant // exclusive
	from instant // start of the window; 0 is the beginning

	after, zero, undone, over int // what Notes reports
	pending                   []PendingRefund[K]

	back    []taken // by row
	index   map[uint32]int
	periods []int32
}

func newView[K comparable](log *orderLog[K], cfg *Config, from, asOf instant) *view[K] {
	return &view[K]{log: log, cfg: cfg, cal: civil.New(cfg.Location), from: from, asOf: asOf}
}

// facts reads one customer. The only error is a sum out of range; sums on the
// way there may be, so that the order of the rows does not matter.
func (v *view[K]) facts(ord uint32) (facts, error) {
	rows, costs := v.log.of(ord), v.log.costOf(ord)
	v.matchRefunds(ord, rows, costs)
	f := facts{seen: v.log.Rows[ord].Row.member}
	var sum, cost sum128
	v.periods = v.periods[:0]
	for i, o := range rows {
		if o.at >= v.asOf {
			if o.kind != kindContact {
				v.after++
			}
			f.enters = earlier(f.enters, o.at)
			continue
		}
		f.seen = true
		inside := o.at >= v.from
		if inside {
			f.leaves = earlier(f.leaves, o.at)
		}
		if o.kind == kindContact {
			f.last = max(f.last, o.at)
			continue
		}
		if o.kind == kindRefund && o.ref != 0 {
			continue // with its purchase, if that has come
		}
		if inside {
			sum.add(o.amount)
			if costs != nil {
				cost.add(costs[i])
			}
		}
		if o.kind == kindRefund {
			continue
		}
		var back sum128
		if len(v.back) > 0 {
			back = v.back[i].amount
			if inside {
				sum.plus(back)
				cost.plus(v.back[i].cost)
			}
		}
		if !v.counts(o.amount, back, inside) {
			continue
		}
		f.bought = true
		f.last = max(f.last, o.at)
		if !inside {
			continue
		}
		f.count++
		if v.cfg.Per != PerOrder {
			v.periods = append(v.periods, period(&v.cal, o.at.unixMicro(), v.cfg.Per))
		}
	}
	if v.cfg.Per != PerOrder {
		slices.Sort(v.periods)
		f.count = int64(len(slices.Compact(v.periods)))
	}
	margin := sum
	margin.minus(cost)
	var a, b bool
	f.sum, a = sum.int64()
	f.margin, b = margin.int64()
	if !a || !b || f.count > math.MaxInt32 {
		return facts{}, ErrOverflow
	}
	return f, nil
}

// earlier returns the earlier of two instants, 0 being none.
func earlier(a, b instant) instant {
	if a == 0 || b < a {
		return b
	}
	return a
}

// counts reports whether a purchase of which back was refunded still counts, and
// notes why not.
func (v *view[K]) counts(amount int64, back sum128, inside bool) bool {
	refunded := back != sum128{}
	net := back
	net.add(amount)
	counted := amount != 0 || v.cfg.Zero == ZeroCounts
	whole := refunded && net.sign() <= 0 && v.cfg.Refunds == RefundUndo
	if inside {
		if amount == 0 {
			v.zero++
		}
		if net.sign() < 0 {
			v.over++
		}
		if counted && whole {
			v.undone++
		}
	}
	return counted && !whole
}

// taken is what refunds took back from a purchase.
type taken struct{ amount, cost sum128 }

// matchRefunds adds up, row by row, what refunds before asOf that name their
// order took back from it, and lists those whose purchase has not come by then.
func (v *view[K]) matchRefunds(ord uint32, rows []order, costs []int64) {
	v.back = v.back[:0]
	for i, o := range rows {
		if o.kind != kindRefund || o.ref == 0 || o.at >= v.asOf {
			continue
		}
		if len(v.back) == 0 {
			v.back = append(v.back, make([]taken, len(rows))...)
			v.indexPurchases(rows)
		}
		at, found := v.index[o.ref]
		if !found || rows[at].at >= v.asOf {
			v.pending = append(v.pending, PendingRefund[K]{Customer: v.log.Rows[ord].Key, Order: v.log.refText[o.ref],
				At: o.at.time(v.cfg.Location), Amount: minor.To(o.amount, v.cfg.Decimals)})
			continue
		}
		v.back[at].amount.add(o.amount)
		if costs != nil {
			v.back[at].cost.add(costs[i])
		}
	}
}

func (v *view[K]) indexPurchases(rows []order) {
	if v.index == nil {
		v.index = map[uint32]int{}
	}
	clear(v.index)
	for i, o := range rows {
		if o.kind == kindPurchase && o.ref != 0 {
			v.index[o.ref] = i
		}
	}
}

// note adds what v has come across to n. Pending refunds of one customer are
// put in order, since its rows have none.
func (v *view[K]) note(n *Notes[K]) {
	n.After += v.after
	n.Zero += v.zero
	n.Undone += v.undone
	n.OverRefunded += v.over
	slices.SortStableFunc(v.pending, func(a, b PendingRefund[K]) int {
		return cmp.Or(v.log.key.Compare(a.Customer, b.Customer), a.At.Compare(b.At),
			a.Amount.Cmp(b.Amount), cmp.Compare(a.Order, b.Order))
	})
	n.Pending = append(n.Pending, v.pending...)
}
