package loyalty

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Commit implements [Accounts].
func (m *Memory) Commit(ctx context.Context, c *Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	acc := m.commitTo(c)
	acc.mu.Lock()
	defer acc.mu.Unlock()
	return m.commit(acc, c)
}

// CommitAll implements [MultiCommit].
func (m *Memory) CommitAll(ctx context.Context, commits []*Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sorted := slices.Clone(commits)
	slices.SortFunc(sorted, func(a, b *Commit) int { return cmp.Compare(a.Account, b.Account) })
	accs := make([]*memoryAccount, len(sorted))
	for i, c := range sorted {
		if i > 0 && sorted[i-1].Account == c.Account {
			return fmt.Errorf("%w: two of %q", ErrCommit, c.Account)
		}
		accs[i] = m.commitTo(c)
	}
	for _, acc := range accs {
		acc.mu.Lock()
		defer acc.mu.Unlock()
	}
	return m.write(accs, sorted)
}

// commitTo returns the account of a commit; of one of rows alone, one that is nowhere.
func (m *Memory) commitTo(c *Commit) *memoryAccount {
	if c.Account == "" {
		return &memoryAccount{m: m}
	}
	return m.account(c.Account)
}

// commit writes one commit; the account is locked.
func (m *Memory) commit(acc *memoryAccount, c *Commit) error {
	accs, commits := [1]*memoryAccount{acc}, [1]*Commit{c}
	return m.write(accs[:], commits[:])
}

// write writes commits of accounts that are locked, or nothing.
func (m *Memory) write(accs []*memoryAccount, commits []*Commit) error {
	var shards uint64 // of the keys
	sides := false
	for i, c := range commits {
		if err := c.Check(accs[i].a.Seq, accs[i].a.Head); err != nil {
			return err
		}
		sides = sides || len(c.Shared)+len(c.Rows) > 0
		for j := range c.Entries {
			if k := c.Entries[j].Key; k != "" {
				shards |= 1 << (hashText(k) % memoryShards)
			}
		}
	}
	m.lockKeys(shards)
	defer m.unlockKeys(shards)
	if err := m.takeKeys(accs, commits); err != nil {
		return err
	}
	err := m.writeSides(commits, sides, func() error { return m.apply(accs, commits) })
	if err != nil {
		m.dropKeys(commits)
		return err
	}
	for i, c := range commits {
		accs[i].write(c)
	}
	return nil
}

// writeSides writes shared counters and rows if rest succeeds.
func (m *Memory) writeSides(commits []*Commit, sides bool, rest func() error) error {
	if !sides {
		return rest()
	}
	m.side.mu.Lock()
	defer m.side.mu.Unlock()
	shared := make(map[string]SharedTotal)
	rows := make(map[RowID]Row)
	for _, c := range commits {
		for _, ch := range c.Shared {
			t, ok := shared[ch.Counter]
			if !ok {
				t = m.side.shared[ch.Counter]
			}
			if err := t.Apply(ch); err != nil {
				return err
			}
			shared[ch.Counter] = t
		}
		for _, ch := range c.Rows {
			row, ok := rows[ch.RowID]
			if !ok {
				row = m.side.rows[ch.RowID]
			}
			if row.Version != ch.Expected {
				return fmt.Errorf("%w: %q of %q", ErrRowConflict, ch.Key, ch.Table)
			}
			rows[ch.RowID] = Row{ch.Expected + 1, slices.Clone(ch.State)}
		}
	}
	if err := rest(); err != nil {
		return err
	}
	if m.side.shared == nil {
		m.side.shared, m.side.rows = make(map[string]SharedTotal), make(map[RowID]Row)
	}
	maps.Copy(m.side.shared, shared)
	maps.Copy(m.side.rows, rows)
	return nil
}

// apply applies all entries; where one does not fit, the accounts are made again from
// their journals.
func (m *Memory) apply(accs []*memoryAccount, commits []*Commit) error {
	for i, c := range commits {
		if len(c.Entries) == 0 {
			continue
		}
		if err := accs[i].apply(c); err != nil {
			for _, acc := range accs[:i+1] {
				err = errors.Join(err, acc.restore())
			}
			return fmt.Errorf("%w: %w", ErrCommit, err)
		}
	}
	return nil
}

// apply applies the entries of a commit.
func (acc *memoryAccount) apply(c *Commit) error {
	s := acc.shard()
	s.writing.Lock()
	defer s.writing.Unlock()
	for i := range c.Entries {
		if err := acc.a.apply(&c.Entries[i], true); err != nil {
			return err
		}
	}
	return nil
}

// restore makes the account again from its journal.
func (acc *memoryAccount) restore() error {
	a, err := Replay(acc.id, EachEntry(func(yield func(Entry, error) bool) {
		for i := range acc.journal.n {
			e, err := acc.entry(i)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}))
	acc.a = *a
	return err
}

// write appends to journal and outbox what was applied.
func (acc *memoryAccount) write(c *Commit) {
	acc.due = acc.a.Due()
	if len(c.Entries) == 0 {
		return
	}
	s := acc.shard()
	s.writing.Lock()
	defer s.writing.Unlock()
	first := acc.m.out.add(acc.ref, c.Expected, len(c.Entries))
	for i := range c.Entries {
		e := &c.Entries[i]
		*acc.journal.pushIn(&s.refs) = journalRef{s.journal.keep(e), e.Recorded, first + int64(i)}
	}
}
