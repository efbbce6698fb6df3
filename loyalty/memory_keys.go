package loyalty

import "math/bits"

// memoryKeys says of the keys of a shard which account has them. There are as many as
// entries, so they are where a collector of garbage does not look.
type memoryKeys struct {
	at    places
	rows  chunks[keyPlace]
	texts textBlocks
}

// keyPlace is a key and its account.
type keyPlace struct {
	textPlace
	account accountRef
}

// find returns the ordinal of a key.
func (x *memoryKeys) find(h uint64, k Key) (ord int, ok bool) {
	return x.at.find(h, func(ord int) bool { return string(x.texts.at(x.rows.at(ord).textPlace)) == string(k) })
}

// add adds a key that is not there.
func (x *memoryKeys) add(h uint64, k Key, r accountRef) {
	if x.at.full(x.rows.n) {
		x.at = x.at.grown()
	}
	x.at.put(h, x.rows.n)
	*x.rows.push() = keyPlace{x.texts.keep(k), r}
}

// drop takes out a key that is there. Its place stays empty.
func (x *memoryKeys) drop(h uint64, k Key) {
	if ord, ok := x.find(h, k); ok {
		x.at.remove(h, ord)
	}
}

// textPlace is where a text is.
type textPlace struct{ block, from, len int32 }

// textBlocks holds texts in blocks that do not move.
type textBlocks struct{ blocks [][]byte }

// textBlock is the size of a block of texts, but for the first ones, which are smaller.
const textBlock = 1 << 16

// keep copies a text.
func (t *textBlocks) keep(k Key) textPlace {
	n := len(t.blocks) - 1
	if n < 0 || cap(t.blocks[n])-len(t.blocks[n]) < len(k) {
		n++
		t.blocks = append(t.blocks, make([]byte, 0, max(len(k), min(textBlock, 256<<n))))
	}
	b := &t.blocks[n]
	from := len(*b)
	*b = append(*b, k...)
	return textPlace{int32(n), int32(from), int32(len(k))}
}

func (t *textBlocks) at(p textPlace) []byte { return t.blocks[p.block][p.from : p.from+p.len] }

// keyOf returns the account that has a key, or nil.
func (m *Memory) keyOf(k Key) *memoryAccount {
	h := hashText(k)
	s := &m.keys[h%memoryShards]
	s.mu.Lock()
	ord, ok := s.find(h, k)
	if !ok {
		s.mu.Unlock()
		return nil
	}
	r := s.rows.at(ord).account
	s.mu.Unlock()
	return m.of(r)
}

// lockKeys locks shards of keys, in order.
func (m *Memory) lockKeys(shards uint64) {
	for s := shards; s != 0; s &= s - 1 {
		m.keys[bits.TrailingZeros64(s)].mu.Lock()
	}
}

func (m *Memory) unlockKeys(shards uint64) {
	for s := shards; s != 0; s &= s - 1 {
		m.keys[bits.TrailingZeros64(s)].mu.Unlock()
	}
}

// takeKeys takes the keys of commits, or none. Their shards are locked.
func (m *Memory) takeKeys(accs []*memoryAccount, commits []*Commit) error {
	for i, c := range commits {
		for j := range c.Entries {
			k := c.Entries[j].Key
			if k == "" {
				continue
			}
			h := hashText(k)
			s := &m.keys[h%memoryShards]
			if _, taken := s.find(h, k); taken {
				last := *c
				last.Entries = c.Entries[:j]
				m.dropKeys([]*Commit{&last})
				m.dropKeys(commits[:i])
				return ErrDuplicateKey
			}
			s.add(h, k, accs[i].ref)
		}
	}
	return nil
}

// dropKeys gives keys back that were taken.
func (m *Memory) dropKeys(commits []*Commit) {
	for i := len(commits) - 1; i >= 0; i-- {
		c := commits[i]
		for j := len(c.Entries) - 1; j >= 0; j-- {
			if k := c.Entries[j].Key; k != "" {
				h := hashText(k)
				m.keys[h%memoryShards].drop(h, k)
			}
		}
	}
}
