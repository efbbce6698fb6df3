package rfm

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// Aggregator folds an order log into customers. The order of arrival does not
// matter, and merging the aggregates of parts of a log equals one pass over the
// whole; nothing depends on a clock, since asOf enters only with Population.
// Money is exact.
//
// A row that is refused leaves the aggregate as it was; every other row is in.
//
// Not safe for concurrent use: use one per goroutine and Merge, or let a batch
// use Config.Workers.
type Aggregator[K comparable] struct {
	cfg   Config
	key   guanxi.Key[K]
	seed  uint64      // of the hashes, the same in every part
	parts []totals[K] // Keep: Totals; a customer's part follows from its hash
	log   *orderLog[K]
	stats stats
	loads []scratch[K] // of ingest, one a part
	found []faults     // of ingest, one a part
	one   purchases[K] // Add's, of one row

	// For Live, which wants to know whom a batch touches, and (keeping Totals)
	// cannot take rows that asOf has not reached.
	watched bool
	touched []uint32 // ordinals
	until   int64    // UTC microseconds, exclusive; 0 is no limit
}

// stats is what an aggregate knows of its rows beside the customers.
type stats struct {
	latest     instant // of any row that Totals has folded away
	zeros      int64   // purchases with amount 0 that Totals has folded away
	duplicates int64   // purchases refused for their reference
}

func (s *stats) merge(o stats) {
	s.latest = max(s.latest, o.latest)
	s.zeros += o.zeros
	s.duplicates += o.duplicates
}

// NewAggregator returns an empty aggregate, or every fault of cfg. The key says
// how the host's customer ids hash, order and encode: guanxi.IntKey,
// guanxi.StringKey, guanxi.UUIDKey, or one of the host's own.
func NewAggregator[K comparable](key guanxi.Key[K], cfg Config) (*Aggregator[K], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("rfm: config: %w", err)
	}
	a := &Aggregator[K]{cfg: cfg.withDefaults(), key: key, one: make(purchases[K], 1)}
	// The seed keeps crafted keys from meeting in one slot. Nothing that is
	// returned or encoded depends on it.
	a.seed = rand.Uint64()
	if a.cfg.Keep == Orders {
		a.log = newOrderLog(key, a.seed, a.cfg)
		return a, nil
	}
	a.parts = make([]totals[K], a.cfg.Workers)
	for i := range a.parts {
		a.parts[i].key = key
	}
	return a, nil
}

// Config returns the config with every default spelled out.
func (a *Aggregator[K]) Config() Config { return a.cfg }

// Key returns how the customer ids hash, order and encode.
func (a *Aggregator[K]) Key() guanxi.Key[K] { return a.key }

// Len returns the number of customers, members who never bought included.
func (a *Aggregator[K]) Len() int {
	if a.log != nil {
		return a.log.len()
	}
	n := 0
	for i := range a.parts {
		n += len(a.parts[i].Rows)
	}
	return n
}

// Duplicates returns how many purchases were refused for an order reference
// that was there before, those dropped by Merge included.
func (a *Aggregator[K]) Duplicates() int64 { return a.stats.duplicates }

// Reset empties the aggregate and keeps its memory.
func (a *Aggregator[K]) Reset() {
	a.stats = stats{}
	if a.log != nil {
		a.log.reset()
	}
	for i := range a.parts {
		a.parts[i].reset()
	}
}

// Add adds one row: a purchase or a refund. The error holds a *guanxi.FieldError
// that names the field, and then the aggregate is as before.
//
// Of two different purchases with one order reference the earlier is kept (then
// the smaller amount, cost and customer), whichever comes first, so that the
// order of arrival does not matter; either way the second call answers
// ErrDuplicateOrder, and Duplicates counts it.
//
// Keeping Totals, a row that takes its customer's sum out of range is refused
// when it comes, so there alone the order of arrival can matter.
//
// One call an order costs more than the aggregation: feed long logs through
// AddAll, AddSeq or AddBatch.
func (a *Aggregator[K]) Add(p Purchase[K]) error {
	a.one[0] = p
	err := a.ingest(&a.one, 0)
	a.one[0] = Purchase[K]{}
	if err == nil {
		return nil
	}
	for f := range guanxi.Faults(err) {
		return fmt.Errorf("rfm: %w", &guanxi.FieldError{Pointer: trimRow(f.Pointer), Err: f.Err})
	}
	return err
}

// AddAll adds rows. Rows that cannot be taken are refused one by one and named
// in a *guanxi.BatchError ("/17/amount"); all the others are in.
func (a *Aggregator[K]) AddAll(rows []Purchase[K]) error {
	return a.ingest((*purchases[K])(&rows), 0)
}

// AddBatch is AddAll for columns of minor units. Columns of different lengths
// are ErrLength, and nothing is added.
// Cost: one hash and one or two cache misses a row, no allocation but growth.
func (a *Aggregator[K]) AddBatch(b Batch[K]) error {
	if err := b.check(); err != nil {
		return err
	}
	return a.ingest((*columns[K])(&b), 0)
}

// AddSeq adds every row of seq, which is read once. Refused rows are reported
// as by AddAll, numbered from 0. When seq itself fails, reading stops: its error
// is returned with the number of the row, and what came before stays added.
func (a *Aggregator[K]) AddSeq(seq iter.Seq2[Purchase[K], error]) error {
	buf := make([]Purchase[K], 0, blockRows)
	refused := &guanxi.BatchError{}
	var failed error
	row := 0
	flush := func() {
		var be *guanxi.BatchError
		if err := a.ingest((*purchases[K])(&buf), row-len(buf)); errors.As(err, &be) {
			addFaults(refused, be)
		}
		buf = buf[:0]
	}
	for p, err := range seq {
		if err != nil {
			failed = fmt.Errorf("rfm: reading purchases: %w", &guanxi.FieldError{Pointer: "/" + strconv.Itoa(row), Err: err})
			break
		}
		buf = append(buf, p)
		row++
		if len(buf) == cap(buf) {
			flush()
		}
	}
	flush()
	if refused.Refused == 0 {
		return failed
	}
	return errors.Join(failed, fmt.Errorf("rfm: %w", refused))
}

// AddSummary adds a customer that a database has grouped. It needs
// Keep: Totals: a summary has no orders.
func (a *Aggregator[K]) AddSummary(s Summary[K]) error {
	if err := a.addSummary(s); err != nil {
		return fmt.Errorf("rfm: %w", err)
	}
	return nil
}

func (a *Aggregator[K]) addSummary(s Summary[K]) error {
	var zero K
	if s.Customer == zero {
		return &guanxi.FieldError{Pointer: "/customer", Err: ErrCustomer}
	}
	if a.log != nil {
		return fmt.Errorf("summary: %w", ErrNeedsOrders)
	}
	if s.Count < 0 || s.Count > math.MaxInt32 {
		return &guanxi.FieldError{Pointer: "/count", Err: fmt.Errorf("%w: %d", ErrOverflow, s.Count)}
	}
	add := total{count: uint32(s.Count)}
	if s.Count > 0 || !s.Last.IsZero() {
		us, err := micro("/last", s.Last)
		if err != nil {
			return err
		}
		if s.Count > 0 || a.cfg.Recency == FromContacts {
			add.last = instantOf(us)
		}
	}
	var err error
	if add.sum, err = money("/sum", s.Sum, a.cfg.Decimals); err != nil {
		return err
	}
	var cost int64
	if a.cfg.KeepCosts {
		if cost, err = money("/cost", s.Cost, a.cfg.Decimals); err != nil {
			return err
		}
	}
	h := a.key.Hash(a.seed, s.Customer)
	if err := a.part(h).addTotal(h, s.Customer, add, cost, a.cfg.KeepCosts); err != nil {
		return err
	}
	a.stats.latest = max(a.stats.latest, add.last)
	return nil
}

// AddMember makes a customer known who may never have bought.
func (a *Aggregator[K]) AddMember(customer K) error {
	ord, err := a.ordinal(customer)
	if err == nil && a.log != nil {
		a.log.Rows[ord].Row.member = true
	}
	return err
}

// AddContact notes a visit or another contact. It needs Recency: FromContacts.
func (a *Aggregator[K]) AddContact(customer K, at time.Time) error {
	if a.cfg.Recency != FromContacts {
		return fmt.Errorf("rfm: contact: %w: recency is counted from %s", ErrOption, a.cfg.Recency)
	}
	us, err := micro("/at", at)
	if err != nil {
		return fmt.Errorf("rfm: %w", err)
	}
	ord, err := a.ordinal(customer)
	if err != nil {
		return err
	}
	if a.log != nil {
		a.log.addContact(ord, us)
		return nil
	}
	row := &a.part(a.key.Hash(a.seed, customer)).Rows[ord].Row
	row.last = max(row.last, instantOf(us))
	a.stats.latest = max(a.stats.latest, row.last)
	return nil
}

// ordinal gives customer an ordinal in their part.
func (a *Aggregator[K]) ordinal(customer K) (uint32, error) {
	var zero K
	if customer == zero {
		return 0, fmt.Errorf("rfm: %w", &guanxi.FieldError{Pointer: "/customer", Err: ErrCustomer})
	}
	h := a.key.Hash(a.seed, customer)
	if a.log != nil {
		a.log.Reserve(1)
		return a.log.Ordinal(h, customer), nil
	}
	p := a.part(h)
	p.Reserve(1)
	return p.Ordinal(h, customer), nil
}

// Merge adds what b holds, as if its rows had been added here: merging is
// associative and commutative. b stays as it is and is not kept. Aggregates
// with different configs (Workers aside) are ErrMismatch; a sum out of range is
// ErrOverflow; a is unchanged then.
// Purchases that both hold under one order reference are kept once and counted.
func (a *Aggregator[K]) Merge(b *Aggregator[K]) error {
	if !a.cfg.sameData(b.cfg) {
		return fmt.Errorf("rfm: merge: %w", ErrMismatch)
	}
	if a == b {
		return fmt.Errorf("rfm: merge: %w: an aggregate with itself", ErrMismatch)
	}
	if a.log != nil {
		a.stats.duplicates += a.log.merge(b.log)
		a.stats.merge(b.stats)
		return nil
	}
	if err := a.mergeTotals(b); err != nil {
		return fmt.Errorf("rfm: merge: %w", err)
	}
	a.stats.merge(b.stats)
	return nil
}

// keyOf returns the customer of an ordinal; there is but one part.
func (a *Aggregator[K]) keyOf(ord uint32) K {
	if a.log != nil {
		return a.log.Rows[ord].Key
	}
	return a.parts[0].Rows[ord].Key
}

// ordinals is how many ordinals were given; there is but one part.
func (a *Aggregator[K]) ordinals() int {
	if a.log != nil {
		return len(a.log.Rows)
	}
	return len(a.parts[0].Rows)
}

// find returns the ordinal of a customer in their part.
func (a *Aggregator[K]) find(customer K) (uint32, bool) {
	h := a.key.Hash(a.seed, customer)
	if a.log != nil {
		return a.log.Find(h, customer)
	}
	return a.part(h).Find(h, customer)
}

// latest is the last instant that Totals has folded away.
func (a *Aggregator[K]) latest() instant {
	latest := a.stats.latest
	for i := range a.parts {
		latest = max(latest, a.parts[i].stats.latest)
	}
	return latest
}

// part returns the part that customers with hash h belong to.
func (a *Aggregator[K]) part(h uint64) *totals[K] { return &a.parts[partOf(h, len(a.parts))] }

// partOf spreads hashes over n parts by their low half; the tables inside use
// the high half.
func partOf(h uint64, n int) int { return int(uint64(uint32(h)) * uint64(n) >> 32) }

// trimRow cuts the row number off a pointer: "/0/amount" → "/amount".
func trimRow(p string) string {
	for i := 1; i < len(p); i++ {
		if p[i] == '/' {
			return p[i:]
		}
	}
	return ""
}

// moneyFault names what is wrong with an amount.
func moneyFault(pointer string, err error) error {
	switch {
	case errors.Is(err, minor.ErrScale):
		err = ErrDecimals
	case errors.Is(err, minor.ErrRange):
		err = ErrOverflow
	}
	return &guanxi.FieldError{Pointer: pointer, Err: err}
}
