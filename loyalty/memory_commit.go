package loyalty

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
)

// Commit implements [Accounts].
func (m *Memory) Commit(ctx context.Context, c *Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	acc := m.account(c.Account)
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
		accs[i] = m.account(c.Account)
	}
	for _, acc := range accs {
		acc.mu.Lock()
		defer acc.mu.Unlock()
	}
	return m.write(accs, sorted)
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
		sides = sides || len(c.Shared)+len(c.Coupons) > 0
		for j := range c.Entries {
			if k := c.Entries[j].Key; k != "" {
				shards |= 1 << shardOf(string(k))
			}
		}
	}
	for s := shards; s != 0; s &= s - 1 {
		mu := &m.keys[bits.TrailingZeros64(s)].mu
		mu.Lock()
		defer mu.Unlock()
	}
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

// takeKeys takes the keys of commits, or none.
func (m *Memory) takeKeys(accs []*memoryAccount, commits []*Commit) error {
	for i, c := range commits {
		for j := range c.Entries {
			k := c.Entries[j].Key
			if k == "" {
				continue
			}
			s := &m.keys[shardOf(string(k))]
			if s.byKey == nil {
				s.byKey = make(map[Key]*memoryAccount)
			}
			if _, taken := s.byKey[k]; taken {
				commits = commits[:i+1]
				last := *c
				last.Entries = c.Entries[:j]
				m.dropKeys(commits[:i])
				m.dropKeys([]*Commit{&last})
				return ErrDuplicateKey
			}
			s.byKey[k] = accs[i]
		}
	}
	return nil
}

func (m *Memory) dropKeys(commits []*Commit) {
	for _, c := range commits {
		for j := range c.Entries {
			if k := c.Entries[j].Key; k != "" {
				delete(m.keys[shardOf(string(k))].byKey, k)
			}
		}
	}
}

// writeSides writes shared counters and coupons if rest succeeds.
func (m *Memory) writeSides(commits []*Commit, sides bool, rest func() error) error {
	if !sides {
		return rest()
	}
	m.side.mu.Lock()
	defer m.side.mu.Unlock()
	shared := make(map[string]SharedTotal)
	coupons := make(map[string]CouponRow)
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
		for _, ch := range c.Coupons {
			row, ok := coupons[ch.Coupon]
			if !ok {
				row = m.side.coupons[ch.Coupon]
			}
			if row.Version != ch.Expected {
				return fmt.Errorf("%w: %q", ErrCouponConflict, ch.Coupon)
			}
			coupons[ch.Coupon] = CouponRow{ch.Expected + 1, slices.Clone(ch.State)}
		}
	}
	if err := rest(); err != nil {
		return err
	}
	if m.side.shared == nil {
		m.side.shared, m.side.coupons = make(map[string]SharedTotal), make(map[string]CouponRow)
	}
	maps.Copy(m.side.shared, shared)
	maps.Copy(m.side.coupons, coupons)
	return nil
}

// apply applies all entries; where one does not fit, the accounts are made again from
// their journals.
func (m *Memory) apply(accs []*memoryAccount, commits []*Commit) error {
	for i, c := range commits {
		for j := range c.Entries {
			if err := accs[i].a.apply(&c.Entries[j], true); err != nil {
				for _, acc := range accs[:i+1] {
					err = errors.Join(err, acc.restore())
				}
				return fmt.Errorf("%w: %w", ErrCommit, err)
			}
		}
	}
	return nil
}

// restore makes the account again from its journal.
func (acc *memoryAccount) restore() error {
	a, err := Replay(acc.a.ID, EachEntry(func(yield func(Entry, error) bool) {
		for i := range acc.journal.len() {
			e, err := acc.journal.entry(i)
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
	for i := range c.Entries {
		acc.journal.append(&c.Entries[i], acc.blocks)
	}
	if len(c.Entries) > 0 {
		acc.m.out.add(acc, c.Expected, len(c.Entries))
	}
}
