package loyalty

import (
	"context"
	"iter"
	"math"
	"slices"
	"sync"
)

// memoryJournal is where the encoded entries of an account are.
type memoryJournal struct{ refs chunks[journalRef] }

// memoryBlocks holds encoded entries of many accounts, in blocks that do not move and
// that a collector of garbage does not look into.
type memoryBlocks struct {
	mu   sync.Mutex
	last []byte // the block that is written
	buf  []byte
}

// memoryBlock is the size of a block of entries.
const memoryBlock = 1 << 17

// keep encodes an entry.
func (b *memoryBlocks) keep(e *Entry) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf, _ = e.AppendBinary(b.buf[:0])
	if len(b.buf) > memoryBlock/8 {
		return slices.Clone(b.buf)
	}
	if cap(b.last)-len(b.last) < len(b.buf) {
		b.last = make([]byte, 0, memoryBlock)
	}
	from := len(b.last)
	b.last = append(b.last, b.buf...)
	return b.last[from:len(b.last):len(b.last)]
}

// journalRef is where an entry is.
type journalRef struct {
	data     []byte
	recorded Instant
	event    int64 // its number in the outbox
}

func (j *memoryJournal) len() int { return j.refs.n }

// append keeps an entry.
func (j *memoryJournal) append(e *Entry, b *memoryBlocks) {
	*j.refs.push() = journalRef{data: b.keep(e), recorded: e.Recorded}
}

// entry decodes the i-th entry.
func (j *memoryJournal) entry(i int) (e Entry, err error) {
	err = e.UnmarshalBinary(j.refs.at(i).data)
	return e, err
}

// journalStep is how many entries are read under one lock.
const journalStep = 256

// Journal implements the interface [Journal].
func (m *Memory) Journal(ctx context.Context, q JournalQuery) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		left := q.Limit
		if left <= 0 {
			left = math.MaxInt
		}
		for places := range m.places(q) {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, err)
				return
			}
			places = places[:min(len(places), left)]
			left -= len(places)
			for _, p := range places {
				e, err := p.read()
				if !yield(e, err) || err != nil {
					return
				}
			}
			if left == 0 {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Entry{}, err)
		}
	}
}

// journalPlace is an entry of an account.
type journalPlace struct {
	acc *memoryAccount
	JournalPage
}

func (p *journalPlace) read() (Entry, error) {
	p.acc.mu.Lock()
	defer p.acc.mu.Unlock()
	return p.acc.journal.entry(int(p.Seq - 1))
}

// places yields the places of a query in order, in steps.
func (m *Memory) places(q JournalQuery) iter.Seq[[]journalPlace] {
	return func(yield func([]journalPlace) bool) {
		if q.Account != "" {
			acc := m.find(q.Account)
			if acc == nil {
				return
			}
			for after := max(q.After, 0); ; {
				var step []journalPlace
				step, after = acc.step(nil, &q, after)
				if len(step) > 0 && !yield(step) || after < 0 {
					return
				}
			}
		}
		var all []journalPlace
		for _, acc := range m.all() {
			for after := int64(0); after >= 0; {
				all, after = acc.step(all, &q, after)
			}
		}
		slices.SortFunc(all, func(a, b journalPlace) int {
			if a.less(b.JournalPage) {
				return -1
			}
			return 1
		})
		for step := range slices.Chunk(all, journalStep) {
			if !yield(step) {
				return
			}
		}
	}
}

// step appends the places of entries above after that a query asks for, out of a number
// of them, and returns the last looked at, or −1 if there are no more.
func (acc *memoryAccount) step(dst []journalPlace, q *JournalQuery, after int64) ([]journalPlace, int64) {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	n := int64(acc.journal.len())
	if after >= n {
		return dst, -1
	}
	end := min(n, after+journalStep)
	for seq := after + 1; seq <= end; seq++ {
		p := journalPlace{acc, JournalPage{acc.journal.refs.at(int(seq - 1)).recorded, acc.a.ID, seq}}
		if p.Recorded < q.Since || q.Until != 0 && p.Recorded >= q.Until {
			continue
		}
		if q.Account == "" && q.Page != (JournalPage{}) && !q.Page.less(p.JournalPage) {
			continue
		}
		dst = append(dst, p)
	}
	return dst, end
}
