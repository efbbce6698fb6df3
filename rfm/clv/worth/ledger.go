package worth

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Entry is a row of a ledger: what a customer brought and what they cost, at one
// time. Every amount may be 0 or negative (a refund).
type Entry[K comparable] struct {
	Customer    K
	At          time.Time
	Revenue     decimal.Decimal // what the customer paid
	Goods       decimal.Decimal // what the goods cost
	Service     decimal.Decimal // what serving the customer cost
	Acquisition decimal.Decimal // what winning the customer cost
}

// Contribution is what a customer contributed to profit in one period, or in all.
type Contribution struct {
	From                                 time.Time // when the period begins; the first period's for a sum
	Revenue, Goods, Service, Acquisition decimal.Decimal
}

// Profit is Revenue − Goods − Service − Acquisition, exactly.
func (c Contribution) Profit() decimal.Decimal {
	return c.Revenue.Sub(c.Goods).Sub(c.Service).Sub(c.Acquisition)
}

// amounts are a contribution in minor units: revenue, goods, service, acquisition.
type amounts [4]int64

func (a amounts) plus(b amounts) (sum amounts, ok bool) {
	for i := range a {
		if sum[i], ok = minor.Add(a[i], b[i]); !ok {
			return a, false
		}
	}
	return sum, true
}

// bucket is one period of one customer.
type bucket struct {
	from int64 // UTC microseconds
	amounts
}

type account struct {
	buckets []bucket // by time
	sum     amounts
}

// Ledger adds up profit contribution by customer and period. It is an
// accumulator: in whatever order entries come, and however they are divided over
// ledgers that are merged, the result is the same. Not safe; use one per goroutine
// and Merge.
type Ledger[K comparable] struct {
	key      guanxi.Key[K]
	cfg      LedgerConfig
	index    map[K]int32
	keys     []K
	accounts []account
}

// NewLedger returns an empty ledger, or every fault of cfg.
func NewLedger[K comparable](key guanxi.Key[K], cfg LedgerConfig) (*Ledger[K], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("worth: %w", err)
	}
	return &Ledger[K]{key: key, cfg: cfg.withDefaults(), index: map[K]int32{}}, nil
}

// Config returns the settings, every default spelled out.
func (l *Ledger[K]) Config() LedgerConfig { return l.cfg }

// Len is the number of customers.
func (l *Ledger[K]) Len() int { return len(l.keys) }

// Reset empties the ledger and keeps its index's memory.
func (l *Ledger[K]) Reset() {
	clear(l.index)
	clear(l.accounts)
	l.keys, l.accounts = l.keys[:0], l.accounts[:0]
}

// Add adds one entry. Faults, all at once: /customer ([ErrCustomer]), /at
// ([ErrTime]), /revenue, /goods, /service, /acquisition ([ErrDecimals],
// [ErrOverflow]); then the ledger is as before.
func (l *Ledger[K]) Add(e Entry[K]) error {
	var f faults
	l.add(e, &f, "", -1)
	if err := f.err(); err != nil {
		return fmt.Errorf("worth: %w", err)
	}
	return nil
}

// AddAll adds entries. Those that are refused are named ("/17/revenue"), the
// first 1,000 faults of them; all others are in.
func (l *Ledger[K]) AddAll(entries []Entry[K]) error {
	var f faults
	for i, e := range entries {
		l.add(e, &f, "", i)
	}
	if err := f.err(); err != nil {
		return fmt.Errorf("worth: %w", err)
	}
	return nil
}

var amountFields = [4]string{"/revenue", "/goods", "/service", "/acquisition"}

func (l *Ledger[K]) add(e Entry[K], f *faults, list string, row int) {
	var zero K
	before := f.n
	fault := func(field string, err error) {
		if row < 0 {
			f.n++
			f.errs = append(f.errs, &guanxi.FieldError{Pointer: field, Err: err})
			return
		}
		f.add(list, row, field, err)
	}
	if e.Customer == zero {
		fault("/customer", ErrCustomer)
	}
	if !known(e.At) {
		fault("/at", ErrTime)
	}
	var a amounts
	for i, d := range [4]decimal.Decimal{e.Revenue, e.Goods, e.Service, e.Acquisition} {
		var err error
		if a[i], err = minor.From(d, l.cfg.Decimals); err != nil {
			fault(amountFields[i], moneyFault(err))
		}
	}
	if f.n > before {
		return
	}
	from := l.cfg.Period.start(e.At.In(l.cfg.Location)).UnixMicro()
	if field, ok := l.put(e.Customer, bucket{from, a}); !ok {
		fault(field, ErrOverflow)
	}
}

// put adds to one period of one customer and to their sum, or names the field
// that does not fit.
func (l *Ledger[K]) put(k K, b bucket) (field string, ok bool) {
	var acc account
	i, seen := l.index[k]
	if seen {
		acc = l.accounts[i]
	}
	at, found := slices.BinarySearchFunc(acc.buckets, b.from, func(a bucket, from int64) int { return cmp.Compare(a.from, from) })
	sum, period := amounts{}, b.amounts
	for n := range sum {
		if sum[n], ok = minor.Add(acc.sum[n], b.amounts[n]); !ok {
			return amountFields[n], false
		}
		if found {
			if period[n], ok = minor.Add(acc.buckets[at].amounts[n], b.amounts[n]); !ok {
				return amountFields[n], false
			}
		}
	}
	if !seen {
		i = int32(len(l.keys))
		l.index[k] = i
		l.keys = append(l.keys, k)
		l.accounts = append(l.accounts, account{})
	}
	acc.sum = sum
	if found {
		acc.buckets[at].amounts = period
	} else {
		acc.buckets = slices.Insert(acc.buckets, at, bucket{b.from, period})
	}
	l.accounts[i] = acc
	return "", true
}

// Merge adds everything o holds; o is unchanged. [ErrMismatch] for other settings
// and ErrOverflow leave l as it was.
func (l *Ledger[K]) Merge(o *Ledger[K]) error {
	if l.cfg.header() != o.cfg.header() {
		return fmt.Errorf("worth: %w", ErrMismatch)
	}
	for i, k := range o.keys {
		j, ok := l.index[k]
		if !ok {
			continue
		}
		mine, other := l.accounts[j], o.accounts[i]
		_, ok = mine.sum.plus(other.sum)
		for _, b := range other.buckets {
			if at, found := slices.BinarySearchFunc(mine.buckets, b.from, func(a bucket, from int64) int { return cmp.Compare(a.from, from) }); found && ok {
				_, ok = mine.buckets[at].amounts.plus(b.amounts)
			}
		}
		if !ok {
			return fmt.Errorf("worth: merging %v: %w", k, ErrOverflow)
		}
	}
	for i, k := range o.keys {
		other := o.accounts[i]
		j, seen := l.index[k]
		if !seen {
			j = int32(len(l.keys))
			l.index[k] = j
			l.keys = append(l.keys, k)
			l.accounts = append(l.accounts, account{})
		}
		mine := &l.accounts[j]
		mine.sum, _ = mine.sum.plus(other.sum)
		mine.buckets = mergeBuckets(mine.buckets, other.buckets)
	}
	return nil
}

// mergeBuckets returns both in a slice of its own; sums were checked.
func mergeBuckets(a, b []bucket) []bucket {
	out := make([]bucket, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].from < b[0].from:
			out, a = append(out, a[0]), a[1:]
		case a[0].from > b[0].from:
			out, b = append(out, b[0]), b[1:]
		default:
			sum, _ := a[0].amounts.plus(b[0].amounts)
			out, a, b = append(out, bucket{a[0].from, sum}), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func (l *Ledger[K]) contribution(b bucket) Contribution {
	return Contribution{
		From:    time.UnixMicro(b.from).In(l.cfg.Location),
		Revenue: minor.To(b.amounts[0], l.cfg.Decimals), Goods: minor.To(b.amounts[1], l.cfg.Decimals),
		Service: minor.To(b.amounts[2], l.cfg.Decimals), Acquisition: minor.To(b.amounts[3], l.cfg.Decimals),
	}
}

// Periods returns a customer's contribution period by period, in order; periods
// without entries are left out. nil for an unknown customer.
func (l *Ledger[K]) Periods(k K) []Contribution {
	i, ok := l.index[k]
	if !ok {
		return nil
	}
	var out []Contribution
	for _, b := range l.accounts[i].buckets {
		out = append(out, l.contribution(b))
	}
	return out
}

// Historic returns the sum of a customer's contributions; its Profit is the
// historic value. False for an unknown customer.
func (l *Ledger[K]) Historic(k K) (Contribution, bool) {
	i, ok := l.index[k]
	if !ok {
		return Contribution{}, false
	}
	return l.historic(i), true
}

func (l *Ledger[K]) historic(i int32) Contribution {
	acc := l.accounts[i]
	return l.contribution(bucket{acc.buckets[0].from, acc.sum})
}

// All yields every customer with the sum of their contributions, in the order of
// keys. Cost: O(n log n).
func (l *Ledger[K]) All() iter.Seq2[K, Contribution] {
	return func(yield func(K, Contribution) bool) {
		for _, i := range l.sorted() {
			if !yield(l.keys[i], l.historic(i)) {
				return
			}
		}
	}
}

// sorted returns the customers by number, in the order of keys.
func (l *Ledger[K]) sorted() []int32 {
	order := make([]int32, len(l.keys))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return l.key.Compare(l.keys[a], l.keys[b]) })
	return order
}

// String says how much the ledger holds.
func (l *Ledger[K]) String() string {
	return strconv.Itoa(l.Len()) + " customers by " + string(l.cfg.Period)
}
