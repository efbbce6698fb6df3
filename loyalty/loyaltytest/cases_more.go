package loyaltytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

func outboxEvents(e *env) error {
	box, ok := e.st.(loyalty.Outbox)
	if !ok {
		return errors.New("the store is no loyalty.Outbox")
	}
	if err := e.play(story("k")); err != nil {
		return err
	}
	old, err := e.made(anna, spend("z1", day(40), 1))
	if err != nil {
		return err
	}
	if err := e.do(anna, spend("z2", day(40), 1)); err != nil {
		return err
	}
	if err := contract.Is(e.st.Commit(e.ctx, old), loyalty.ErrConflict, "a stale commit"); err != nil {
		return err
	}
	if err := e.audit(anna, bert); err != nil {
		return err
	}
	some, err := box.Events(e.ctx, 3)
	if err != nil || len(some) != 3 {
		return fmt.Errorf("at most 3 events: %d, %w", len(some), err)
	}
	last := make(map[loyalty.AccountID]int64)
	for n := 0; ; n++ { // read by pages
		page, err := box.Events(e.ctx, 4)
		if err != nil || n > 100 {
			return fmt.Errorf("page %d of events: %w", n, err)
		}
		if len(page) == 0 {
			break
		}
		for _, ev := range page {
			if ev.Seq != last[ev.Account]+1 {
				return fmt.Errorf("event %d of %q after %d", ev.Seq, ev.Account, last[ev.Account])
			}
			last[ev.Account] = ev.Seq
		}
		if err := box.Delivered(e.ctx, page); err != nil {
			return fmt.Errorf("Delivered: %w", err)
		}
	}
	for _, id := range []loyalty.AccountID{anna, bert} {
		if journal, err := e.journal(id); err != nil || last[id] != int64(len(journal)) {
			return fmt.Errorf("%d events of %d entries of %q, %w", last[id], len(journal), id, err)
		}
	}
	return nil
}

func delivered(e *env) error {
	box, ok := e.st.(loyalty.Outbox)
	if !ok {
		return errors.New("the store is no loyalty.Outbox")
	}
	for i := range 6 {
		id := []loyalty.AccountID{anna, bert}[i%2]
		if err := e.do(id, adjust(loyalty.Key(fmt.Sprint("k", i)), day(i), "points", 1, time.Time{})); err != nil {
			return err
		}
	}
	all, err := box.Events(e.ctx, 100)
	if err != nil || len(all) != 6 {
		return fmt.Errorf("%d events of 6 entries, %w", len(all), err)
	}
	out := slices.DeleteFunc(slices.Clone(all), func(ev loyalty.Event) bool { return ev.Account == anna })
	for range 2 { // twice is no error
		if err := box.Delivered(e.ctx, out); err != nil {
			return fmt.Errorf("Delivered: %w", err)
		}
		got, err := box.Events(e.ctx, 100)
		if err != nil || len(got) != 3 || slices.ContainsFunc(got, func(ev loyalty.Event) bool { return ev.Account != anna }) {
			return fmt.Errorf("after Delivered: %+v, %w", got, err)
		}
	}
	return nil
}

func locks(e *env) error {
	locker, ok := e.st.(loyalty.Locker)
	if !ok {
		return errors.New("the store is no loyalty.Locker")
	}
	if err := e.do(anna, adjust("k", day(0), "points", 1000, time.Time{})); err != nil {
		return err
	}
	errs := contract.Each(8, func(i int) error {
		for n := range 10 {
			err := locker.Lock(e.ctx, anna, func(_ context.Context, s loyalty.Accounts) error {
				a, d, err := e.decided(s, anna, spend(loyalty.Key(fmt.Sprint("k", i, "-", n)), day(1), 3))
				if err != nil {
					return err
				}
				return s.Commit(e.ctx, loyalty.NewCommit(a, d))
			})
			if err != nil {
				return fmt.Errorf("in a lock: %w", err)
			}
		}
		return nil
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	a, err := e.audited(anna)
	if err != nil {
		return err
	}
	return same("points left", a.Books("points")[loyalty.Available], loyalty.Points(1000-8*10*3))
}

func lockCommits(e *env) error {
	locker, ok := e.st.(loyalty.Locker)
	if !ok {
		return errors.New("the store is no loyalty.Locker")
	}
	if err := e.do(anna, adjust("k1", day(0), "points", 100, time.Time{})); err != nil {
		return err
	}
	no := errors.New("no")
	lock := func(key loyalty.Key, end error) error {
		return locker.Lock(e.ctx, anna, func(_ context.Context, s loyalty.Accounts) error {
			a, d, err := e.decided(s, anna, spend(key, day(1), 5))
			if err != nil {
				return err
			}
			if err := s.Commit(e.ctx, loyalty.NewCommit(a, d)); err != nil {
				return err
			}
			return end
		})
	}
	if err := e.unchanged("a lock whose function returns an error after it has committed", no, func() error { return lock("k2", no) }); err != nil {
		return err
	}
	if err := lock("k2", nil); err != nil {
		return fmt.Errorf("Lock: %w", err)
	}
	if journal, err := e.journal(anna); err != nil || len(journal) != 2 {
		return fmt.Errorf("%d entries, want 2, %w", len(journal), err)
	}
	if err := e.unchanged("a lock without a commit", nil, func() error {
		if err := locker.Lock(e.ctx, anna, func(context.Context, loyalty.Accounts) error { return nil }); err != nil {
			return fmt.Errorf("Lock: %w", err)
		}
		return nil
	}); err != nil {
		return err
	}
	return e.audit(anna)
}

func multi(e *env) error {
	m, ok := e.st.(loyalty.MultiCommit)
	if !ok {
		return errors.New("the store is no loyalty.MultiCommit")
	}
	make := func(key loyalty.Key) ([]*loyalty.Commit, error) {
		var all []*loyalty.Commit
		for _, id := range []loyalty.AccountID{cleo, bert, anna} {
			c, err := e.made(id, adjust(key+loyalty.Key(id), day(1), "points", 5, day(50)))
			if err != nil {
				return nil, err
			}
			c.Shared = []loyalty.SharedChange{{Counter: "s", Step: loyalty.Reserve, Amount: 1, Limit: 4}}
			all = append(all, c)
		}
		return all, nil
	}
	commits, err := make("1")
	if err != nil {
		return err
	}
	if err := m.CommitAll(e.ctx, commits); err != nil {
		return fmt.Errorf("CommitAll: %w", err)
	}
	if err := e.audit(anna, bert, cleo); err != nil {
		return err
	}
	for _, c := range []struct {
		call  string
		want  error
		spoil func([]*loyalty.Commit) error
	}{
		{"several of which the last is stale", loyalty.ErrConflict, func([]*loyalty.Commit) error { return e.do(anna, spend("between", day(1), 1)) }},
		{"several of which the first is stale", loyalty.ErrConflict, func([]*loyalty.Commit) error { return e.do(cleo, spend("between2", day(1), 1)) }},
		{"several with a key that is taken", loyalty.ErrDuplicateKey, func(all []*loyalty.Commit) error { all[2].Entries[0].Key = "between"; return nil }},
		{"several with one key", loyalty.ErrDuplicateKey, func(all []*loyalty.Commit) error { all[2].Entries[0].Key = all[0].Entries[0].Key; return nil }},
		{"several that pass a limit together", loyalty.ErrShared, func([]*loyalty.Commit) error { return nil }},
	} {
		commits, err := make("2")
		if err != nil {
			return err
		}
		if !errors.Is(c.want, loyalty.ErrShared) {
			for _, one := range commits {
				one.Shared = nil
			}
		}
		if err := c.spoil(commits); err != nil {
			return err
		}
		if err := e.unchanged(c.call, c.want, func() error { return m.CommitAll(e.ctx, commits) }); err != nil {
			return err
		}
	}
	done, cancel := context.WithCancel(e.ctx)
	cancel()
	if commits, err = make("3"); err != nil {
		return err
	}
	for _, c := range commits {
		c.Shared = nil
	}
	if err := e.unchanged("CommitAll", context.Canceled, func() error { return m.CommitAll(done, commits) }); err != nil {
		return err
	}
	if err := m.CommitAll(e.ctx, commits); err != nil {
		return fmt.Errorf("CommitAll: %w", err)
	}
	return e.audit(anna, bert, cleo)
}

func transaction(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 100, time.Time{})); err != nil {
		return err
	}
	in := func(key loyalty.Key, end func(commit, rollback func() error) error) error {
		st, commit, rollback, err := e.Begin(e.ctx)
		if err != nil {
			return fmt.Errorf("in Begin: %w", err)
		}
		s := e.service(nil).In(st)
		if _, err := s.Do(e.ctx, anna, spend(key, day(1), 5)); err != nil {
			return errors.Join(fmt.Errorf("in a transaction: %w", err), rollback())
		}
		return end(commit, rollback)
	}
	if err := e.unchanged("a transaction that is rolled back", nil, func() error {
		return in("k2", func(_, rollback func() error) error { return rollback() })
	}); err != nil {
		return err
	}
	if err := in("k2", func(commit, _ func() error) error { return commit() }); err != nil {
		return err
	}
	if journal, err := e.journal(anna); err != nil || len(journal) != 2 {
		return fmt.Errorf("%d entries, want 2, %w", len(journal), err)
	}
	return e.audit(anna)
}

func outstanding(e *env) error {
	agg, ok := e.st.(loyalty.Aggregator)
	if !ok {
		return errors.New("the store is no loyalty.Aggregator")
	}
	if err := e.play(story("k")); err != nil {
		return err
	}
	for i, id := range []loyalty.AccountID{cleo, "d", "e"} {
		if err := e.do(id, adjust(loyalty.Key(id), day(0), "points", loyalty.Points(i+1), day(60)), adjust(loyalty.Key(id+"2"), day(0), "cash", 1<<40, time.Time{})); err != nil {
			return err
		}
	}
	for _, at := range []loyalty.Instant{micros(day(33)), micros(day(60)) - 1, micros(day(60)), micros(day(800))} {
		type row struct {
			kind   loyalty.Kind
			expire loyalty.Instant
		}
		want := make(map[row]loyalty.Points)
		for _, id := range []loyalty.AccountID{anna, bert, cleo, "d", "e"} {
			a, err := e.audited(id)
			if err != nil {
				return err
			}
			for l := range a.Lots() {
				if x := a.Expiry(&l); x > at && l.Remaining > 0 {
					want[row{l.Kind, x}] += l.Remaining
				}
			}
		}
		var last loyalty.OutstandingRow
		for r, err := range agg.Outstanding(e.ctx, at) {
			if err != nil {
				return fmt.Errorf("Outstanding: %w", err)
			}
			if last != (loyalty.OutstandingRow{}) && (r.Kind < last.Kind || r.Kind == last.Kind && r.Expire <= last.Expire) {
				return fmt.Errorf("Outstanding at %d: %+v after %+v", at, r, last)
			}
			last = r
			if w := want[row{r.Kind, r.Expire}]; w != r.Points || w == 0 {
				return fmt.Errorf("Outstanding at %d: %+v, want %d points", at, r, w)
			}
			delete(want, row{r.Kind, r.Expire})
		}
		if len(want) > 0 {
			return fmt.Errorf("Outstanding at %d leaves out %v", at, want)
		}
	}
	return nil
}
