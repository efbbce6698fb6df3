package retention

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/internal/table"
)

// Activity is one thing that a customer did: an order, a visit, a lesson.
type Activity[K comparable] struct {
	Customer K
	At       time.Time
}

// Batch is activities in columns of one length.
type Batch[K comparable] struct {
	Customer []K
	At       []int64 // UTC microseconds, as time.Time.UnixMicro gives them
}

// Cohorts folds activities into a cohort table. Neither the order of arrival nor
// repeated rows matter, and merging the parts of a log equals one pass over the
// whole. Calendar windows need a bit a customer and period; rolling ones, whose
// columns are not known before the birth is, keep each activity in 12 bytes.
//
// A row that is refused changes nothing; every other row is in. Not safe for
// concurrent use: use one per goroutine and Merge.
type Cohorts[K comparable] struct {
	cfg   Config
	cal   grid
	seed  uint64
	extra int // words of a customer's bits beyond the first
	key   guanxi.Key[K]
	tab   table.Table[K, uint64]
	more  []uint64 // those words, extra a customer
	// What rolling windows keep: the activities.
	ord    []uint32
	times  []int64
	latest int64 // the last activity; minMicro − 1 without one
	scratch
}

// A customer's bits: bit 0 is any time before the first cohort, bit p+1 the
// period p, and the last one any time after the run.

// blockRows is how many rows go through the table at once, so that their cache
// misses overlap.
const blockRows = 256

type scratch struct {
	hash, slot [blockRows]uint64
	ords       [blockRows]uint32
}

// NewCohorts returns an empty accumulator, or every fault of cfg. The key says
// how the host's customer ids hash, order and encode: guanxi.IntKey,
// guanxi.StringKey, guanxi.UUIDKey, or one of the host's own.
func NewCohorts[K comparable](key guanxi.Key[K], cfg Config) (*Cohorts[K], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("retention: config: %w", err)
	}
	cfg = cfg.withDefaults()
	c := &Cohorts[K]{
		cfg: cfg, cal: newGrid(cfg.Unit, cfg.From, cfg.Periods, cfg.Location),
		seed: rand.Uint64(), // keeps crafted keys from meeting in one slot; no result depends on it
		key:  key, latest: minMicro - 1,
	}
	if cfg.Window == Calendar {
		c.extra = (cfg.Periods+2+63)/64 - 1
	}
	return c, nil
}

// Config returns the config with every default spelled out.
func (c *Cohorts[K]) Config() Config {
	cfg := c.cfg
	cfg.Edges = slices.Clone(cfg.Edges)
	return cfg
}

// Len returns the number of customers, those in no cohort included.
func (c *Cohorts[K]) Len() int { return len(c.tab.Rows) }

// Reset empties the accumulator and keeps its memory.
func (c *Cohorts[K]) Reset() {
	c.tab.Reset()
	c.more, c.ord, c.times = c.more[:0], c.ord[:0], c.times[:0]
	c.latest = minMicro - 1
}

// Add adds one activity. Errors: ErrCustomer at /customer, ErrTime at /at; the
// accumulator is as before then. One call a row costs about twice a batch's.
func (c *Cohorts[K]) Add(customer K, at time.Time) error {
	var zero K
	us, err := micro(at)
	if err != nil {
		err = guanxi.At("/at", err)
	}
	if customer == zero {
		err = strict.Join(guanxi.At("/customer", ErrCustomer), err)
	}
	if err != nil {
		return wrap(err)
	}
	c.reserve(1)
	n := len(c.tab.Rows)
	ord := c.tab.Ordinal(c.key.Hash(c.seed, customer), customer)
	c.grown(n)
	c.latest = max(c.latest, us)
	if c.cfg.Window == Rolling {
		c.ord, c.times = append(c.ord, ord), append(c.times, us)
		return nil
	}
	c.set(ord, c.cal.slot(us))
	return nil
}

// AddBatch adds columns. Rows that cannot be taken are refused one by one and
// named in a *guanxi.BatchError ("/17/at"); all the others are in. Columns of different
// lengths are ErrLength, and nothing is added. Cost: a hash and one or two cache
// misses a row; no allocation but growth.
func (c *Cohorts[K]) AddBatch(b Batch[K]) error {
	if len(b.Customer) != len(b.At) {
		return fmt.Errorf("retention: %w: %d customers, %d times", ErrLength, len(b.Customer), len(b.At))
	}
	if c.cfg.Window == Rolling {
		c.ord, c.times = slices.Grow(c.ord, len(b.At)), slices.Grow(c.times, len(b.At))
	}
	var f faults
	for lo := 0; lo < len(b.At); lo += blockRows {
		hi := min(lo+blockRows, len(b.At))
		keys, times := b.Customer[lo:hi], b.At[lo:hi]
		if bad(keys, times) {
			c.careful(keys, times, lo, &f)
			continue
		}
		c.block(keys, times)
	}
	return f.err()
}

// bad reports whether a row of a block must be refused.
func bad[K comparable](keys []K, times []int64) bool {
	var zero K
	found := false
	for i, k := range keys {
		if k == zero || times[i] < minMicro || times[i] >= maxMicro {
			found = true
		}
	}
	return found
}

// careful adds the rows of a block that can be, and reports the others.
func (c *Cohorts[K]) careful(keys []K, times []int64, row int, f *faults) {
	var zero K
	for i, k := range keys {
		badTime := times[i] < minMicro || times[i] >= maxMicro
		switch {
		case k == zero:
			f.add(row+i, "customer", ErrCustomer)
		case badTime:
			f.add(row+i, "at", ErrTime)
		default:
			c.block(keys[i:i+1], times[i:i+1])
		}
	}
}

// block adds at most blockRows good rows.
func (c *Cohorts[K]) block(keys []K, times []int64) {
	c.reserve(len(keys))
	n := len(c.tab.Rows)
	ords, hashes := c.ords[:len(keys)], c.hash[:len(keys)]
	if bulk, ok := c.key.(guanxi.BulkHasher[K]); ok {
		bulk.HashAll(hashes, c.seed, keys)
	} else {
		for i, k := range keys {
			hashes[i] = c.key.Hash(c.seed, k)
		}
	}
	c.tab.Seek(ords, c.slot[:], hashes)
	c.tab.Settle(ords, hashes, keys)
	c.grown(n)
	latest := c.latest
	for _, us := range times {
		latest = max(latest, us)
	}
	c.latest = latest
	if c.cfg.Window == Rolling {
		c.ord, c.times = append(c.ord, ords...), append(c.times, times...)
		return
	}
	if c.extra > 0 {
		for i, us := range times {
			c.set(ords[i], c.cal.slot(us))
		}
		return
	}
	rows := c.tab.Rows
	for i, us := range times {
		rows[ords[i]].Row |= 1 << (uint(c.cal.slot(us)) & 63)
	}
}

// set sets one of a customer's bits.
func (c *Cohorts[K]) set(ord uint32, bit int) {
	if bit < 64 {
		c.tab.Rows[ord].Row |= 1 << uint(bit)
		return
	}
	c.more[int(ord)*c.extra+bit/64-1] |= 1 << (uint(bit) % 64)
}

// reserve makes room for n more customers.
func (c *Cohorts[K]) reserve(n int) { c.tab.Reserve(n) }

// grown clears the words of the customers from ordinal n on.
func (c *Cohorts[K]) grown(n int) {
	if c.extra == 0 || n == len(c.tab.Rows) {
		return
	}
	add := (len(c.tab.Rows) - n) * c.extra
	c.more = slices.Grow(c.more, add)[:len(c.more)+add]
	clear(c.more[n*c.extra:])
}

// AddSeq adds every activity of seq, which is read once. Refused rows are
// reported as by AddBatch, numbered from 0. When seq itself fails, reading
// stops: its error is returned at the number of the row, and what came before
// stays added.
func (c *Cohorts[K]) AddSeq(seq iter.Seq2[Activity[K], error]) error {
	var f faults
	row := 0
	for a, err := range seq {
		if err != nil {
			return strict.Join(f.err(), fmt.Errorf("retention: reading activities: %w", at(err, row)))
		}
		if err := c.Add(a.Customer, a.At); err != nil {
			f.n++
			for fe := range guanxi.Faults(err) {
				if len(f.list) < maxFaults {
					f.list = append(f.list, &guanxi.FieldError{Pointer: guanxi.Pointer(row) + fe.Pointer, Err: fe.Err})
					f.rows = append(f.rows, row)
				}
			}
		}
		row++
	}
	return f.err()
}

// Merge adds what b holds, as if its rows had been added here. b stays as it is
// and is not kept. Different configs are ErrMismatch, and so is an accumulator
// with itself; c is unchanged then.
func (c *Cohorts[K]) Merge(b *Cohorts[K]) error {
	if c == b || !c.cfg.same(b.cfg) {
		return fmt.Errorf("retention: merge: %w", ErrMismatch)
	}
	c.latest = max(c.latest, b.latest)
	c.reserve(len(b.tab.Rows))
	ords := make([]uint32, len(b.tab.Rows))
	for i := range b.tab.Rows {
		n := len(c.tab.Rows)
		k := b.tab.Rows[i].Key
		ord := c.tab.Ordinal(c.key.Hash(c.seed, k), k)
		c.grown(n)
		ords[i] = ord
		c.tab.Rows[ord].Row |= b.tab.Rows[i].Row
		for w := range c.extra {
			c.more[int(ord)*c.extra+w] |= b.more[i*c.extra+w]
		}
	}
	for i, ord := range b.ord {
		c.ord, c.times = append(c.ord, ords[ord]), append(c.times, b.times[i])
	}
	return nil
}

// same reports whether two configs, defaults spelled out, make the same table.
func (c Config) same(d Config) bool {
	cz, _ := civil.ZoneName(c.Location)
	dz, _ := civil.ZoneName(d.Location)
	return c.Unit == d.Unit && c.From.Equal(d.From) && c.Periods == d.Periods && cz == dz && c.Window == d.Window &&
		c.Days == d.Days && c.Columns == d.Columns && c.Rule == d.Rule && slices.Equal(c.Edges, d.Edges) && c.Birth == d.Birth
}
