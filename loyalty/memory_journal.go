package loyalty

import (
	"context"
	"encoding/binary"
	"iter"
	"math"
	"slices"
)

// memoryJournal says where the encoded entries of an account are.
type memoryJournal struct{ chunks[journalRef] }

// journalRef is where an entry is.
type journalRef struct {
	journalSpot
	recorded Instant
	event    int64 // its number in the outbox
}

// memoryBlocks holds encoded entries of many accounts, in blocks that do not move and
// that a collector of garbage does not look into. One at a time may look at it.
type memoryBlocks struct {
	blocks [][]byte
	last   int // the block that is written
}

// journalSpot is where an encoding begins.
type journalSpot struct{ block, from int32 }

// memoryBlock is the size of a block of entries, but for the first ones, which are smaller.
const memoryBlock = 1 << 17

// keep writes an entry after its length.
func (b *memoryBlocks) keep(e *Entry) journalSpot {
	if b.last < len(b.blocks) {
		if spot, ok := b.fit(e); ok {
			return spot
		}
	}
	n := len(b.blocks)
	block := make([]byte, lengthBytes, min(memoryBlock, 1024<<min(n, 16)))
	block, _ = e.AppendBinary(block)
	size := len(block) - lengthBytes
	binary.LittleEndian.PutUint32(block, uint32(size))
	if size < memoryBlock/8 {
		b.last = n
	}
	b.blocks = append(b.blocks, block)
	return journalSpot{int32(n), 0}
}

const lengthBytes = 4

// fit writes an entry into what is left of the last block, if there is enough of it.
func (b *memoryBlocks) fit(e *Entry) (spot journalSpot, ok bool) {
	block := b.blocks[b.last]
	from := len(block)
	rest := block[from:]
	if cap(rest) <= lengthBytes {
		return journalSpot{}, false
	}
	data, _ := e.AppendBinary(rest[:lengthBytes])
	if cap(data) != cap(rest) { // it has been moved
		return journalSpot{}, false
	}
	binary.LittleEndian.PutUint32(data, uint32(len(data)-lengthBytes))
	b.blocks[b.last] = block[:from+len(data)]
	return journalSpot{int32(b.last), int32(from)}, true
}

// at returns an encoding, which nobody changes.
func (b *memoryBlocks) at(s journalSpot) []byte {
	block := b.blocks[s.block][s.from:]
	return block[lengthBytes:][:binary.LittleEndian.Uint32(block)]
}

// entry decodes the i-th entry.
func (acc *memoryAccount) entry(i int) (e Entry, err error) {
	s := acc.shard()
	s.writing.Lock()
	data := s.journal.at(acc.journal.at(i).journalSpot)
	s.writing.Unlock()
	err = e.UnmarshalBinary(data)
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
	return p.acc.entry(int(p.Seq - 1))
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
	n := int64(acc.journal.n)
	if after >= n {
		return dst, -1
	}
	end := min(n, after+journalStep)
	for seq := after + 1; seq <= end; seq++ {
		p := journalPlace{acc, JournalPage{acc.journal.at(int(seq - 1)).recorded, acc.id, seq}}
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
