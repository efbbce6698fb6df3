package rfm

import (
	"cmp"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/internal/minor"
)

// facts are a customer's numbers at one asOf.
type facts struct {
	last   instant // purchase or contact; 0 is none
	count  int64   // purchases that count, in the window
	sum    int64
	margin int64
	bought bool // a purchase that counts before asOf, in the window or not
}

// view reads customers out of an order log as they were at one asOf.
// It holds scratch memory: one per goroutine.
type view[K comparable] struct {
	log  *orderLog[K]
	cfg  *Config
	cal  calendar
	asOf instant // exclusive
	from instant // start of the window; 0 is the beginning

	after, zero, undone, over int // what Notes reports
	pending                   []PendingRefund[K]

	back    []int64 // refunded by row: amounts and costs
	backs   []int64
	index   map[uint32]int
	periods []int32
}

func newView[K comparable](log *orderLog[K], cfg *Config, from, asOf instant) *view[K] {
	return &view[K]{log: log, cfg: cfg, cal: newCalendar(cfg.Location), from: from, asOf: asOf}
}

// facts reads one customer. The only error is a sum out of range.
func (v *view[K]) facts(ord uint32) (facts, error) {
	rows := v.log.of(ord)
	costs := v.log.costOf(ord)
	ok := v.matchRefunds(ord, rows, costs)
	var f facts
	v.periods = v.periods[:0]
	add := func(amount, cost int64) {
		var a, b, c bool
		f.sum, a = minor.Add(f.sum, amount)
		cost, b = minor.Sub(amount, cost)
		f.margin, c = minor.Add(f.margin, cost)
		ok = ok && a && b && c
	}
	for i, o := range rows {
		if o.at >= v.asOf {
			if o.kind != kindContact {
				v.after++
			}
			continue
		}
		var cost int64
		if costs != nil {
			cost = costs[i]
		}
		inside := o.at >= v.from
		switch o.kind {
		case kindContact:
			f.last = max(f.last, o.at)
		case kindRefund:
			if o.ref == 0 && inside {
				add(o.amount, cost)
			}
		case kindPurchase:
			net, netCost := o.amount, cost
			if len(v.back) > 0 && v.back[i] != 0 {
				var a, b bool
				net, a = minor.Add(net, v.back[i])
				netCost, b = minor.Add(netCost, v.backs[i])
				ok = ok && a && b
			}
			if inside {
				add(net, netCost)
			}
			if !v.counts(o.amount, net, inside) {
				continue
			}
			f.bought = true
			f.last = max(f.last, o.at)
			if !inside {
				continue
			}
			f.count++
			if v.cfg.Per != PerOrder {
				v.periods = append(v.periods, v.cal.period(o.at.unixMicro(), v.cfg.Per))
			}
		}
	}
	if v.cfg.Per != PerOrder {
		slices.Sort(v.periods)
		f.count = int64(len(slices.Compact(v.periods)))
	}
	if !ok || f.count > math.MaxInt32 {
		return facts{}, ErrOverflow
	}
	return f, nil
}

// counts reports whether a purchase still counts, and notes why not.
func (v *view[K]) counts(amount, net int64, inside bool) bool {
	refunded := net != amount
	if inside {
		switch {
		case amount == 0:
			v.zero++
		case net < 0:
			v.over++
		}
	}
	if amount == 0 && v.cfg.Zero == ZeroSkips {
		return false
	}
	if refunded && net <= 0 && v.cfg.Refunds == RefundUndo {
		if inside {
			v.undone++
		}
		return false
	}
	return true
}

// matchRefunds adds up, row by row, what refunds before asOf that name their
// order took back from it, and lists those whose purchase never came. It
// reports false if a sum is out of range.
func (v *view[K]) matchRefunds(ord uint32, rows []order, costs []int64) bool {
	v.back, v.backs = v.back[:0], v.backs[:0]
	ok := true
	for i, o := range rows {
		if o.kind != kindRefund || o.ref == 0 || o.at >= v.asOf {
			continue
		}
		if len(v.back) == 0 {
			v.back, v.backs = append(v.back, make([]int64, len(rows))...), append(v.backs, make([]int64, len(rows))...)
			v.indexPurchases(rows)
		}
		at, found := v.index[o.ref]
		if !found {
			v.pending = append(v.pending, PendingRefund[K]{Customer: v.log.rows[ord].key, Order: v.log.refText[o.ref],
				At: o.at.time(v.cfg.Location), Amount: minor.To(o.amount, v.cfg.Decimals)})
			continue
		}
		var a, b bool
		v.back[at], a = minor.Add(v.back[at], o.amount)
		b = true
		if costs != nil {
			v.backs[at], b = minor.Add(v.backs[at], costs[i])
		}
		ok = ok && a && b
	}
	return ok
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
