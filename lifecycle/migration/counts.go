package migration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"time"
)

// MaxCount is the most that one count can hold, 2⁵³: up to it a float64 is exact.
const MaxCount = 1 << 53

// Open as Stay.To says that the stay goes on.
const Open = math.MaxInt64

// Stay is a stay of a customer in a stage, [From, To) in UTC microseconds.
// [AppendStays] makes stays of the visits that package lifecycle hands out, whose
// stages are numbered otherwise. A stay cut at now for being still open needs a
// now that is Until or later.
type Stay struct {
	Stage    int // its position in Config.Stages
	From, To int64
}

// Counts counts who moved from which stage to which, by calendar period.
//
// A customer counts in a period if seen wholly: in some stage at its beginning, at
// its end, and at every instant between. Then one is added to the cell of the stage
// at the beginning and the stage at the end; what happened in between is not kept,
// and coming back to the first stage is staying. A customer who came during the
// period, went out of sight during it, or was out of sight between is in no cell:
// they are neither staying nor moving. They are seen in [Counts.Arrived] and
// [Counts.Vanished] instead.
//
// An accumulator: exact and independent of the order of customers. One goroutine;
// use one per goroutine and Merge. Memory is 8 bytes a period and cell, none per
// customer.
type Counts struct {
	cfg       Config
	header    []byte  // the config as JSON, in one form
	bounds    []int64 // of periods: len(bounds) − 1 of them
	until     int64
	customers int64
	stock     []int64 // boundary × stage: who is in the stage then
	moves     []int64 // period × from × to
}

// NewCounts returns an empty accumulator. Errors are those of [Config.Validate].
func NewCounts(cfg Config) (*Counts, error) {
	bounds, err := cfg.boundaries()
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	cfg.Stages = slices.Clone(cfg.Stages)
	cfg.Since, cfg.Until = time.UnixMicro(cfg.Since.UnixMicro()).UTC(), time.UnixMicro(cfg.Until.UnixMicro()).UTC()
	header, err := json.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	n := len(cfg.Stages)
	return &Counts{
		cfg: cfg, header: header, bounds: bounds, until: cfg.Until.UnixMicro(),
		stock: make([]int64, len(bounds)*n), moves: make([]int64, (len(bounds)-1)*n*n),
	}, nil
}

// Add counts one customer: all of their stays, in the order of time. Between two
// stays there may be a gap, in which the customer is not seen. The stay that goes
// on has To Open, or whatever instant at or after Until it was cut at: a stay
// that reaches Until and is followed by none goes on at Until. A stay with
// From = To holds no instant and is passed over. No stays are no customer.
//
// Every fault of the stays is reported, with the position of the stay, and c is
// then as before: ErrStage, ErrBackwards, ErrOverlap.
// Cost: O(stays + periods they cover), no allocation.
func (c *Counts) Add(stays []Stay) error {
	if len(stays) == 0 {
		return nil
	}
	if err := c.check(stays); err != nil {
		return err
	}
	c.customers++
	n, b := len(c.cfg.Stages), c.bounds
	k := 0                      // the next boundary
	from := -1                  // the stage at b[k−1], if seen ever since
	stage := 0                  // of the last stay
	end := int64(math.MinInt64) // of the last stay
	for i := range stays {
		s := &stays[i]
		if s.From == s.To {
			continue
		}
		if s.From != end {
			from = -1
			k += sort.Search(len(b)-k, func(i int) bool { return b[k+i] >= s.From })
		}
		stage, end = s.Stage, s.To
		for ; k < len(b) && b[k] < end; k++ {
			c.see(k, from, stage, n)
			from = stage
		}
	}
	if k == len(b)-1 && b[k] == c.until && end == c.until {
		c.see(k, from, stage, n)
	}
	return nil
}

// see counts a customer who is in a stage at boundary k, and was in from at the
// one before it, −1 if not seen ever since.
func (c *Counts) see(k, from, stage, n int) {
	c.stock[k*n+stage]++
	if from >= 0 {
		c.moves[((k-1)*n+from)*n+stage]++
	}
}

// check returns every fault of the stays of one customer.
func (c *Counts) check(stays []Stay) error {
	n := len(c.cfg.Stages)
	to := int64(math.MinInt64)
	for i := range stays {
		s := &stays[i]
		if uint(s.Stage) >= uint(n) || s.To < s.From || s.From < to {
			return c.faults(stays)
		}
		to = s.To
	}
	return nil
}

func (c *Counts) faults(stays []Stay) error {
	var errs []error
	from, to := int64(math.MinInt64), int64(math.MinInt64)
	for i, s := range stays {
		if uint(s.Stage) >= uint(len(c.cfg.Stages)) {
			errs = append(errs, at(fmt.Errorf("%w: %d of %d", ErrStage, s.Stage, len(c.cfg.Stages)), i, "stage"))
		}
		switch {
		case s.To < s.From:
			errs = append(errs, at(fmt.Errorf("%w: the stay ends at %d, before %d", ErrBackwards, s.To, s.From), i, "to"))
		case s.From < from:
			errs = append(errs, at(fmt.Errorf("%w: %d is before the stay ahead of it, %d", ErrBackwards, s.From, from), i, "from"))
		case s.From < to:
			errs = append(errs, at(fmt.Errorf("%w: %d is before the end of the stay ahead of it, %d", ErrOverlap, s.From, to), i, "from"))
		}
		from, to = max(from, s.From), max(to, s.To)
	}
	return errors.Join(errs...)
}

// AddSeq counts customers until the sequence ends or yields an error, and
// returns how many were counted. The slices may be reused by the sequence. An
// error names the customer by its position.
func (c *Counts) AddSeq(seq iter.Seq2[[]Stay, error]) (n int, err error) {
	for stays, err := range seq {
		if err == nil {
			err = c.Add(stays)
		}
		if err != nil {
			return n, fmt.Errorf("migration: customer %d: %w", n, err)
		}
		n++
	}
	return n, nil
}

// Merge adds the counts of o, which were taken with the same config: else
// ErrMismatch. A count above MaxCount is ErrCount. c is unchanged on an error.
func (c *Counts) Merge(o *Counts) error {
	if !bytes.Equal(c.header, o.header) {
		return fmt.Errorf("migration: %w: %.200s and %.200s", ErrMismatch, c.header, o.header)
	}
	if c.customers > MaxCount-o.customers {
		return fmt.Errorf("migration: %w: %d customers and %d more", ErrCount, c.customers, o.customers)
	}
	c.customers += o.customers
	for i, v := range o.stock {
		c.stock[i] += v // no count is above the number of customers
	}
	for i, v := range o.moves {
		c.moves[i] += v
	}
	return nil
}

// Reset forgets all customers; the config stays.
func (c *Counts) Reset() {
	c.customers = 0
	clear(c.stock)
	clear(c.moves)
}
