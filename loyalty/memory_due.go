package loyalty

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
)

// Due implements [DueIndex].
func (m *Memory) Due(ctx context.Context, at Instant, after DueAccount, limit int) ([]DueAccount, error) {
	if err := ctx.Err(); err != nil || limit <= 0 {
		return nil, err
	}
	var out []DueAccount
	for _, acc := range m.all() {
		acc.mu.Lock()
		d := DueAccount{acc.due, acc.id}
		acc.mu.Unlock()
		if d.Due <= at && d.Due != Never && (after == (DueAccount{}) || after.less(d)) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b DueAccount) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(string(a.Account), string(b.Account)))
	})
	return out[:min(limit, len(out))], nil
}

// Outstanding implements [Aggregator].
func (m *Memory) Outstanding(ctx context.Context, at Instant) iter.Seq2[OutstandingRow, error] {
	return func(yield func(OutstandingRow, error) bool) {
		type key struct {
			kind   Kind
			expire Instant
		}
		sums := make(map[key]Points)
		for _, acc := range m.all() {
			if err := ctx.Err(); err != nil {
				yield(OutstandingRow{}, err)
				return
			}
			acc.mu.Lock()
			for i := range acc.a.purses {
				p := &acc.a.purses[i]
				for c := p.keys.first(); c.ok(); c = p.keys.next(c) {
					if it := p.keys.get(c); it.key.Expire > at {
						sums[key{p.kind, it.key.Expire}] += p.buckets[it.bucket].total
					}
				}
			}
			acc.mu.Unlock()
		}
		rows := make([]OutstandingRow, 0, len(sums))
		for k, points := range sums {
			if points != 0 {
				rows = append(rows, OutstandingRow{k.kind, k.expire, points})
			}
		}
		slices.SortFunc(rows, func(a, b OutstandingRow) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Expire, b.Expire))
		})
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// memoryOutbox is the events in the order of their commits.
type memoryOutbox struct {
	mu     sync.Mutex
	blocks [][]outboxRow // of numbers first, first + 1, …; all but the last are full
	first  int64
	done   int // of the first block, how many were delivered from the front
}

// outboxBlock is the size of a block of events.
const outboxBlock = 256

type outboxRow struct {
	account accountRef // −1: delivered
	seq     int64
}

// add appends events for n entries after a sequence number and returns the number of the
// first.
func (o *memoryOutbox) add(r accountRef, after int64, n int) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range n {
		last := len(o.blocks) - 1
		if last < 0 || len(o.blocks[last]) == outboxBlock {
			o.blocks = append(o.blocks, make([]outboxRow, 0, outboxBlock))
			last++
		}
		o.blocks[last] = append(o.blocks[last], outboxRow{r, after + int64(i) + 1})
	}
	return o.first + int64(o.len()-n)
}

// len returns how many rows there are, delivered ones too.
func (o *memoryOutbox) len() int {
	last := len(o.blocks) - 1
	if last < 0 {
		return 0
	}
	return last*outboxBlock + len(o.blocks[last])
}

func (o *memoryOutbox) at(i int) *outboxRow { return &o.blocks[i/outboxBlock][i%outboxBlock] }

// Events implements [Outbox].
func (m *Memory) Events(ctx context.Context, limit int) ([]Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o := &m.out
	o.mu.Lock()
	var rows []outboxRow
	for i := o.done; i < o.len() && len(rows) < limit; i++ {
		if row := *o.at(i); row.account >= 0 {
			rows = append(rows, row)
		}
	}
	o.mu.Unlock()
	var out []Event
	for _, r := range rows {
		acc := m.of(r.account)
		acc.mu.Lock()
		e, err := acc.entry(int(r.seq - 1))
		acc.mu.Unlock()
		if err != nil {
			return nil, err
		}
		out = append(out, e.Event())
	}
	return out, nil
}

// Delivered implements [Outbox].
func (m *Memory) Delivered(ctx context.Context, events []Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range events {
		acc := m.find(events[i].Account)
		if acc == nil {
			continue
		}
		acc.mu.Lock()
		number := int64(-1)
		if seq := events[i].Seq; seq > 0 && seq <= int64(acc.journal.n) {
			number = acc.journal.at(int(seq - 1)).event
		}
		acc.mu.Unlock()
		m.out.deliver(number)
	}
	return nil
}

// deliver takes an event out by its number.
func (o *memoryOutbox) deliver(number int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := int(number - o.first)
	if number < o.first || i >= o.len() {
		return
	}
	o.at(i).account = -1
	for o.done < o.len() && o.at(o.done).account < 0 {
		o.done++
	}
	drop := o.done / outboxBlock
	o.blocks = slices.Delete(o.blocks, 0, drop)
	o.first += int64(drop) * outboxBlock
	o.done -= drop * outboxBlock
}
