package affinity

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
)

// closedKept is how many closed baskets are remembered to find lines that stray.
const closedKept = 1 << 15

var refKey = guanxi.StringKey[string]()

// reader turns lines into baskets.
type reader[I comparable] struct {
	c       *Counts[I]
	span    bool // PerCustomer
	faults  rowFaults
	started bool
	ref     string // the basket that is open
	stray   bool   // and whether it had been closed before
	last    int64  // PerCustomer: the last line's time, UTC microseconds
	end     int64  // PerCustomer: where the open window ends
	loose   bool   // PerCustomer: what is held are returns of the moment last, outside any window
	row     int    // of the last line
}

// AddAll counts the lines of whole baskets. The lines of one basket come
// together, and PerCustomer by time (lines of the same time in any order); the
// last basket ends with the call. Lines that cannot be taken are refused one by
// one and named in a *guanxi.BatchError ("/17/item"); all others are in. Refused are
// lines without an item, a basket or (PerCustomer) a time, a quantity of 0, a
// line that runs backwards in time, and ErrSplit: lines of a basket that was
// closed already, in this call or an earlier one. The last about 32,000 baskets
// are remembered for it, so that a log in no order at all is found out and one
// stray line from long ago may not be.
//
// Cost: a hash and a few cache misses a line and a pair, no allocation but growth.
func (c *Counts[I]) AddAll(lines []Line[I]) error {
	r := c.reader()
	for i := range lines {
		r.add(i, &lines[i])
	}
	r.finish()
	return r.faults.join(nil)
}

// AddSeq is AddAll for the lines of seq, which is read once. When seq itself
// fails, reading stops: its error is returned with the number of the row, the
// baskets before the one it broke off in are counted, and that one is not.
func (c *Counts[I]) AddSeq(seq iter.Seq2[Line[I], error]) error {
	r := c.reader()
	row := 0
	var failed error
	for l, err := range seq {
		if err != nil {
			failed = fmt.Errorf("affinity: reading lines: %w", &guanxi.FieldError{Pointer: "/" + strconv.Itoa(row), Err: err})
			break
		}
		r.add(row, &l)
		row++
	}
	if failed != nil {
		c.open.reset()
		r.started = false
	}
	r.finish()
	return r.faults.join(failed)
}

func (c *Counts[I]) reader() reader[I] {
	c.open.reset()
	if c.closed == nil {
		c.closed = make([]uint64, closedKept)
	}
	return reader[I]{c: c, span: c.cfg.Basket == PerCustomer}
}

// add takes one line.
func (r *reader[I]) add(row int, l *Line[I]) {
	c := r.c
	if field, err := l.check(r.span); err != nil {
		r.faults.add(row, field, err)
		return
	}
	if !r.started || r.ref != l.Basket {
		r.leave()
		r.started, r.ref, r.last, r.end = true, l.Basket, minMicro, minMicro
		r.stray = *c.place(l.Basket) == c.refHash(l.Basket)
	}
	if r.stray {
		r.faults.add(row, "/basket", ErrSplit)
		return
	}
	if r.span {
		us, _ := micro(l.At)
		if us < r.last {
			r.faults.add(row, "/at", ErrOrder)
			return
		}
		before := r.last
		r.last = us
		if us >= r.end {
			if !r.loose || us != before {
				r.shut()
			}
			// Only a purchase opens a window. A return before it undoes nothing,
			// unless it is of the same moment: then it may come first.
			r.loose = l.Quantity < 0
			if !r.loose {
				r.end = windowEnd(l.At, c.cfg)
			}
		}
	}
	r.row = row
	c.open.add(c.key, held[I]{c.key.Hash(c.seed, l.Item), l.Item, l.Quantity})
}

// windowEnd is the first microsecond after the window that begins with at.
func windowEnd(at time.Time, cfg CountConfig) int64 {
	end := cfg.Window.AddTo(at, cfg.Location)
	us := end.UnixMicro()
	if end.Nanosecond()%1000 != 0 {
		us++
	}
	if us <= at.UnixMicro() || end.Year() > 9999 { // beyond time itself
		return maxMicro
	}
	return us
}

// leave closes what is open of a basket or a customer, and remembers it.
func (r *reader[I]) leave() {
	if !r.started || r.stray {
		return
	}
	r.shut()
	*r.c.place(r.ref) = r.c.refHash(r.ref)
}

// shut counts the open basket, if there is one.
func (r *reader[I]) shut() {
	if r.loose {
		r.loose = false
		r.c.open.reset()
	}
	if len(r.c.open.lines) == 0 && !r.c.open.absurd {
		return
	}
	if err := r.c.close(); err != nil {
		r.faults.add(r.row, "/basket", err)
	}
}

// finish closes the last basket.
func (r *reader[I]) finish() {
	r.leave()
	r.c.settle()
	r.c.fit()
}

// refHash is never 0, which is a free place. It has no seed, so that the same
// lines are refused in every run.
func (c *Counts[I]) refHash(ref string) uint64 { return refKey.Hash(0, ref) | 1 }

// place is where a basket is remembered, until another takes it.
func (c *Counts[I]) place(ref string) *uint64 {
	return &c.closed[c.refHash(ref)>>49%closedKept]
}
