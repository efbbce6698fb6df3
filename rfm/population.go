package rfm

import (
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Values are the numbers one customer is scored by.
type Values struct {
	Recency   int   // whole calendar days from the last purchase (or contact) to asOf
	Frequency int64 // purchases
	Monetary  int64 // their total in minor units, refunds subtracted; or their total margin
	Prospect  bool  // never bought: the other fields do not matter
}

// Notes say what a Population left out, and what its reader should know.
type Notes[K comparable] struct {
	After        int                // purchases and refunds at or after asOf, left out
	Zero         int                // purchases with amount 0; Config.Zero says whether they count
	Undone       int                // purchases refunded wholly that stopped counting
	OverRefunded int                // purchases refunded by more than their amount; money has the difference
	Duplicates   int                // purchases refused for an order reference seen before
	Pending      []PendingRefund[K] // refunds whose purchase never came: not in money; by customer, time, amount, order
}

// PendingRefund is a refund that names an order nobody bought. (One that names
// an order of another customer is such a refund too.)
type PendingRefund[K comparable] struct {
	Customer K
	Order    string
	At       time.Time
	Amount   decimal.Decimal // negative, as it was given
}

// Population is every customer of an aggregate who was known at one instant (a
// member, or with a row before it), in the order of their keys. Immutable; safe for concurrent use.
type Population[K comparable] struct {
	cfg     Config
	key     guanxi.Key[K]
	asOf    time.Time
	today   int32 // civil day of asOf
	keys    []K
	day     []int32 // civil day of last purchase or contact
	count   []int32 // purchases; prospect is −1
	sum     []int64
	margin  []int64 // nil unless costs are kept
	revenue sum128
	notes   Notes[K]
}

const (
	noDay    = math.MinInt32 // day of who has neither bought nor been seen
	prospect = -1            // count of who never bought
	unseen   = -2            // count, while it is read, of who comes only after asOf
)

// Population returns every customer as of asOf, which is exclusive: rows at or
// after it are left out and counted in Notes. Keeping Totals, they cannot be
// left out any more: ErrNeedsOrders. A customer's sum out of range is ErrOverflow.
// Cost: O(customers), and with Orders O(orders); uses Config.Workers.
func (a *Aggregator[K]) Population(asOf time.Time) (*Population[K], error) {
	return a.population(time.Time{}, asOf)
}

// PopulationSince is Population with a sliding window: frequency and money are
// those of [from, asOf), for example the last 365 days; recency, and whether a
// customer ever bought, still look at everything before asOf. A refund that
// names its order belongs to the day of that order. It needs Keep: Orders.
func (a *Aggregator[K]) PopulationSince(from, asOf time.Time) (*Population[K], error) {
	if a.log == nil {
		return nil, fmt.Errorf("rfm: window: %w", ErrNeedsOrders)
	}
	if !from.Before(asOf) {
		return nil, fmt.Errorf("rfm: window: %w", &guanxi.FieldError{Pointer: "/from", Err: ErrTime})
	}
	return a.population(from, asOf)
}

func (a *Aggregator[K]) population(from, asOf time.Time) (*Population[K], error) {
	us, err := exclusive(asOf)
	if err != nil {
		return nil, fmt.Errorf("rfm: %w", err)
	}
	cal := civil.New(a.cfg.Location)
	p := &Population[K]{cfg: a.cfg, key: a.key, asOf: asOf, today: cal.Day(us)}
	p.notes.Duplicates = int(a.stats.duplicates)
	order := a.places()
	p.make(len(order))
	if a.log != nil {
		start := instant(0)
		if !from.IsZero() {
			start = instantOf(max(from.UnixMicro(), minMicro))
		}
		err = p.readOrders(a.log, order, start, instantOf(us))
	} else {
		err = p.readTotals(a, order, instantOf(us))
	}
	if err != nil {
		return nil, fmt.Errorf("rfm: %w", err)
	}
	p.revenue = sumOf(p.sum)
	return p, nil
}

func (p *Population[K]) make(n int) {
	p.keys, p.day, p.count, p.sum = make([]K, n), make([]int32, n), make([]int32, n), make([]int64, n)
	if p.cfg.KeepCosts {
		p.margin = make([]int64, n)
	}
}

// split runs do over stretches of n rows on the config's workers.
func split(workers, n int, do func(worker, lo, hi int)) {
	const least = 1 << 12
	workers = max(1, min(workers, n/least))
	together(workers, func(i int) { do(i, n*i/workers, n*(i+1)/workers) })
}

func (p *Population[K]) readTotals(a *Aggregator[K], order []place, asOf instant) error {
	latest := a.latest()
	for i := range a.parts {
		p.notes.Zero += int(a.parts[i].stats.zeros)
	}
	p.notes.Zero += int(a.stats.zeros)
	if latest >= asOf {
		return fmt.Errorf("as of %s: %w: the last row is of %s",
			p.asOf.Format(time.RFC3339), ErrNeedsOrders, time.UnixMicro(latest.unixMicro()).UTC().Format(time.RFC3339Nano))
	}
	overflow := make([]bool, p.cfg.Workers)
	split(p.cfg.Workers, len(order), func(w, lo, hi int) {
		cal := civil.New(p.cfg.Location)
		fetched := uint32(0)
		for i := lo; i < hi; i++ {
			if (i-lo)%blockRows == 0 { // nothing but fetching, so that the cache misses overlap
				for _, o := range order[i:min(i+blockRows, hi)] {
					fetched |= a.parts[o.part].Rows[o.ord].Row.count
				}
			}
			part := &a.parts[order[i].part]
			e := &part.Rows[order[i].ord]
			f, err := e.Row.facts(part.cost(order[i].ord))
			overflow[w] = overflow[w] || err != nil
			p.put(i, e.Key, f, &cal)
		}
		overflow[w] = overflow[w] || fetched > math.MaxInt32 // never; it keeps the fetching alive
	})
	for _, o := range overflow {
		if o {
			return fmt.Errorf("margin: %w", ErrOverflow)
		}
	}
	return nil
}

func (p *Population[K]) readOrders(log *orderLog[K], order []place, from, asOf instant) error {
	views := make([]*view[K], p.cfg.Workers)
	errs := make([]error, p.cfg.Workers)
	split(p.cfg.Workers, len(order), func(w, lo, hi int) {
		v := newView(log, &p.cfg, from, asOf)
		views[w] = v
		for i := lo; i < hi; i++ {
			f, err := v.facts(order[i].ord)
			if err != nil {
				errs[w] = fmt.Errorf("customer %v: %w", log.Rows[order[i].ord].Key, err)
				return
			}
			p.put(i, log.Rows[order[i].ord].Key, f, &v.cal)
		}
	})
	for w, v := range views {
		if errs[w] != nil {
			return errs[w]
		}
		if v != nil {
			v.note(&p.notes)
		}
	}
	p.dropUnseen()
	return nil
}

// dropUnseen leaves out customers of whom nothing was known at asOf.
func (p *Population[K]) dropUnseen() {
	n := 0
	for i, c := range p.count {
		if c == unseen {
			continue
		}
		p.keys[n], p.day[n], p.count[n], p.sum[n] = p.keys[i], p.day[i], c, p.sum[i]
		if p.margin != nil {
			p.margin[n] = p.margin[i]
		}
		n++
	}
	p.keys, p.day, p.count, p.sum = p.keys[:n], p.day[:n], p.count[:n], p.sum[:n]
	if p.margin != nil {
		p.margin = p.margin[:n]
	}
}

// put writes row i.
func (p *Population[K]) put(i int, k K, f facts, cal *civil.Calendar) {
	p.keys[i] = k
	p.sum[i] = f.sum
	if p.margin != nil {
		p.margin[i] = f.margin
	}
	switch {
	case f.bought:
		p.count[i] = int32(f.count)
	case f.seen:
		p.count[i] = prospect
	default:
		p.count[i] = unseen
	}
	p.day[i] = noDay
	if f.last > 0 {
		p.day[i] = cal.Day(f.last.unixMicro())
	}
}

// Len returns the number of customers, those who never bought included.
func (p *Population[K]) Len() int { return len(p.keys) }

// AsOf returns the instant the population was taken at.
func (p *Population[K]) AsOf() time.Time { return p.asOf }

// Config returns the config of the aggregate it was taken from.
func (p *Population[K]) Config() Config { return p.cfg }

// Notes says what was left out and what was odd.
func (p *Population[K]) Notes() Notes[K] { return p.notes }

// Revenue returns the sum of all amounts, refunds subtracted.
func (p *Population[K]) Revenue() decimal.Decimal { return p.revenue.decimal(p.cfg.Decimals) }

// Purchases returns how many purchases count, of all customers together: the sum
// of their frequencies.
func (p *Population[K]) Purchases() int64 {
	var n int64
	for _, c := range p.count {
		n += max(0, int64(c))
	}
	return n
}

// Money turns minor units into money.
func (p *Population[K]) Money(units int64) decimal.Decimal { return minor.To(units, p.cfg.Decimals) }

// Key returns customer i.
func (p *Population[K]) Key(i int) K { return p.keys[i] }

// Values returns the numbers of customer i. Monetary is revenue; see Margin.
// Recency is 0 for who has neither bought nor been seen.
func (p *Population[K]) Values(i int) Values {
	v := Values{Frequency: int64(p.count[i]), Monetary: p.sum[i]}
	if p.count[i] == prospect {
		v.Frequency, v.Prospect = 0, true
	}
	if p.day[i] != noDay {
		v.Recency = int(p.today - p.day[i])
	}
	return v
}

// Margin returns what customer i left after costs, in minor units, and false
// unless Config.KeepCosts is set.
func (p *Population[K]) Margin(i int) (int64, bool) {
	if p.margin == nil {
		return 0, false
	}
	return p.margin[i], true
}

// All yields every customer and its numbers in the order of the keys.
func (p *Population[K]) All() iter.Seq2[K, Values] {
	return func(yield func(K, Values) bool) {
		for i, k := range p.keys {
			if !yield(k, p.Values(i)) {
				return
			}
		}
	}
}

// Find returns the row of a customer: a binary search over the keys.
func (p *Population[K]) Find(customer K) (int, bool) {
	lo, hi := 0, len(p.keys)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if p.key.Compare(p.keys[mid], customer) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(p.keys) && p.keys[lo] == customer
}
