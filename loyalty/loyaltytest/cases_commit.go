package loyaltytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

func fresh(e *env) error {
	a, err := e.st.Load(e.ctx, anna, loyalty.Need{Key: "k", Orders: []string{"o"}, Hold: "h", All: true})
	if err != nil {
		return fmt.Errorf("Load: %w", err)
	}
	if a.ID != anna || a.Seq != 0 || len(a.Kinds()) != 0 {
		return fmt.Errorf("an account that was never written: %q with %d entries", a.ID, a.Seq)
	}
	if _, ok, err := e.st.Receipt(e.ctx, "k"); ok || err != nil {
		return fmt.Errorf("Receipt of a key that was never used: %t, %w", ok, err)
	}
	found, err := e.allDue(loyalty.Never-1, 10)
	if err != nil || len(found) > 0 {
		return fmt.Errorf("due in an empty store: %v, %w", found, err)
	}
	t, err := e.st.Shared(e.ctx, "stock:mug")
	row, err2 := e.row("c")
	if err != nil || err2 != nil || same("", t, loyalty.SharedTotal{}) != nil || row.Version != 0 {
		return fmt.Errorf("a counter %+v (%w) and a row %+v (%w) that were never written", t, err, row, err2)
	}
	return e.audit(anna)
}

func saved(e *env) error {
	for i, s := range story("k") {
		if err := e.do(s.id, s.cmd); err != nil {
			return err
		}
		if err := e.audit(anna, bert); err != nil {
			return fmt.Errorf("after command %d, %T: %w", i+1, s.cmd, err)
		}
	}
	return nil
}

// needed decides each command on what its need loads and on the whole account.
func needed(e *env) error {
	for i, s := range story("k") {
		whole, err := e.audited(s.id)
		if err != nil {
			return err
		}
		want, err := e.engine.Decide(whole, s.cmd, s.cmd.Common().At)
		if err != nil {
			return err
		}
		_, got, err := e.decided(e.st, s.id, s.cmd)
		if err != nil {
			return fmt.Errorf("command %d, %T: %w", i+1, s.cmd, err)
		}
		if err := sameDecision(got, want); err != nil {
			return fmt.Errorf("command %d, %T: %w", i+1, s.cmd, err)
		}
		if err := e.do(s.id, s.cmd); err != nil {
			return err
		}
		if _, got, err = e.decided(e.st, s.id, s.cmd); err != nil || !got.Repeated {
			return fmt.Errorf("command %d again: repeated %t, %w", i+1, got != nil && got.Repeated, err)
		}
	}
	return nil
}

func sameDecision(got, want *loyalty.Decision) error {
	if len(got.Entries) != len(want.Entries) {
		return fmt.Errorf("%d entries are decided, on the whole account %d", len(got.Entries), len(want.Entries))
	}
	for i := range got.Entries {
		if got.Entries[i].Hash != want.Entries[i].Hash {
			return fmt.Errorf("entry %+v is decided, on the whole account %+v", got.Entries[i], want.Entries[i])
		}
	}
	return nil
}

// truncation spends from lots of all sorts, more and more at once.
func truncation(e *env) error {
	n := 0
	key := func() loyalty.Key { n++; return loyalty.Key(fmt.Sprint("t", n)) }
	for i := range 60 { // expiries out of order, some equal, some never
		expire := day(100 + (i*37)%50)
		if i%11 == 0 {
			expire = time.Time{}
		}
		if err := e.do(anna, adjust(key(), day(0), "points", loyalty.Points(1+i%7), expire)); err != nil {
			return err
		}
		if i%10 == 0 { // pending between them
			if err := e.do(anna, &loyalty.Earn{Header: head(key(), day(0)), Order: order(fmt.Sprint("o", i), 5)}); err != nil {
				return err
			}
		}
	}
	for _, at := range []int{1, 8, 105, 120} {
		whole, err := e.audited(anna)
		if err != nil {
			return err
		}
		for _, points := range []loyalty.Points{1, 2, 7, 8, 30, 100, 1000} {
			cmd := spend(loyalty.Key(fmt.Sprint("try", at, points)), day(at), points)
			want, wantErr := e.engine.Decide(whole, cmd, day(at))
			_, got, err := e.decided(e.st, anna, cmd)
			if wantErr != nil || err != nil {
				if fmt.Sprint(err) != fmt.Sprint(wantErr) {
					return fmt.Errorf("%d points on day %d: %w, want %w", points, at, err, wantErr)
				}
				continue
			}
			if err := sameDecision(got, want); err != nil {
				return fmt.Errorf("%d points on day %d: %w", points, at, err)
			}
		}
		if err := e.do(anna, spend(key(), day(at), 20)); err != nil {
			return err
		}
	}
	return nil
}

func manyLots(e *env) error {
	a := loyalty.NewAccount(anna)
	c := loyalty.DueCommit(a)
	for i := range 10_000 {
		d, err := e.engine.Decide(a, adjust(loyalty.Key(fmt.Sprint("l", i)), day(0), "points", 3, day(100+(i*7919)%300)), day(0))
		if err != nil {
			return err
		}
		if err := c.Add(d); err != nil {
			return err
		}
		if _, err := c.State(); err != nil {
			return err
		}
	}
	if err := e.st.Commit(e.ctx, c); err != nil {
		return fmt.Errorf("commit of 10,000 lots: %w", err)
	}
	for i, points := range []loyalty.Points{1, 10_000, 14_999, 4_999} {
		if err := e.do(anna, spend(loyalty.Key(fmt.Sprint("s", i)), day(1), points)); err != nil {
			return err
		}
	}
	if _, _, err := e.decided(e.st, anna, spend("over", day(1), 2)); !errors.Is(err, loyalty.ErrNotEnough) {
		return fmt.Errorf("two points of one: %w", err)
	}
	return e.audit(anna)
}

// view is all that a store says, as text.
func (e *env) view(names ...string) (string, error) {
	var out []byte
	for _, id := range []loyalty.AccountID{anna, bert, cleo} {
		journal, err := e.journal(id)
		if err != nil {
			return "", err
		}
		a, err := e.st.Load(e.ctx, id, loyalty.Need{All: true})
		if err != nil {
			return "", err
		}
		out = fmt.Appendf(out, "%q %d %x\n", id, a.Seq, a.Head)
		for i := range journal {
			out = fmt.Appendf(out, "%d %x %+v\n", journal[i].Seq, journal[i].Hash, journal[i].Note)
		}
		for l := range a.Lots() {
			out = fmt.Appendf(out, "%+v\n", l)
		}
	}
	due, err := e.allDue(loyalty.Never-1, 100)
	if err != nil {
		return "", err
	}
	out = fmt.Appendf(out, "%v\n", due)
	for _, name := range append(names, "stock:mug", "budget:gifts") {
		t, err := e.st.Shared(e.ctx, name)
		row, err2 := e.row(name)
		if err := errors.Join(err, err2); err != nil {
			return "", err
		}
		out = fmt.Appendf(out, "%s %+v %+v\n", name, t, row)
	}
	if box, ok := e.st.(loyalty.Outbox); ok && e.f.Outbox {
		events, err := box.Events(e.ctx, 10_000)
		if err != nil {
			return "", err
		}
		out = fmt.Appendf(out, "%+v\n", events)
	}
	return string(out), nil
}

// unchanged checks that f changes nothing and returns an error that is want.
func (e *env) unchanged(call string, want error, f func() error) error {
	before, err := e.view("a", "b", "s", "z")
	if err != nil {
		return err
	}
	if err := contract.Is(f(), want, call); err != nil {
		return err
	}
	after, err := e.view("a", "b", "s", "z")
	if err != nil {
		return err
	}
	if err := sameText(after, before); err != nil {
		return fmt.Errorf("%s has written: %w", call, err)
	}
	return nil
}

// sameText compares texts by lines.
func sameText(got, want string) error {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			return fmt.Errorf("%q, want %q", strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""), strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
	return nil
}

// full returns a commit that writes to everything: a shared counter, rows, a hold, an
// order's refund, under a key.
func (e *env) full(key loyalty.Key, at int) (*loyalty.Commit, error) {
	c, err := e.made(anna, &loyalty.Place{Header: head(key, day(at)), Hold: string(key), Spend: loyalty.Spend{Reward: "mug"}, Until: day(900)})
	if err != nil {
		return nil, err
	}
	c.Shared = append(slices.Clone(c.Shared), loyalty.SharedChange{Counter: "s", Step: loyalty.Reserve, Amount: 2, Limit: 5}, loyalty.SharedChange{Counter: "z", Step: loyalty.Reserve, Amount: 1})
	c.Rows = []loyalty.RowChange{row("a", 0, "A1"), row("b", 0, "B1")}
	return c, nil
}

func allOrNothing(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 200, time.Time{}), spend("k2", day(0), 1)); err != nil {
		return err
	}
	for _, c := range []struct {
		call  string
		want  error
		spoil func(*loyalty.Commit)
	}{
		{"a commit whose last counter passes its limit", loyalty.ErrShared, func(c *loyalty.Commit) { c.Shared[len(c.Shared)-1].Limit, c.Shared[len(c.Shared)-1].Amount = 1, 2 }},
		{"a commit whose last row has another version", loyalty.ErrRowConflict, func(c *loyalty.Commit) { c.Rows[1].Expected = 1 }},
		{"a commit whose key is taken", loyalty.ErrDuplicateKey, func(c *loyalty.Commit) { c.Entries[0].Key = "k2" }},
	} {
		if err := e.unchanged(c.call, c.want, func() error {
			commit, err := e.full("f", 1)
			if err != nil {
				return err
			}
			c.spoil(commit)
			return e.st.Commit(e.ctx, commit)
		}); err != nil {
			return err
		}
	}
	c, err := e.full("f", 1)
	if err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, c); err != nil {
		return fmt.Errorf("Commit: %w", err)
	}
	return contract.First(e.auditAnna, func() error { return e.fullWritten() })
}

func (e *env) auditAnna() error { return e.audit(anna) }

// fullWritten checks what full has written besides the account.
func (e *env) fullWritten() error {
	for name, want := range map[string]loyalty.SharedTotal{"s": total(0, kept(2)), "z": total(0, kept(1)), "stock:mug": total(0, loyalty.SharedHeld{Until: micros(day(900)), Amount: 1})} {
		if t, err := e.st.Shared(e.ctx, name); err != nil || same("", t, want) != nil {
			return fmt.Errorf("counter %q: %+v %w, want %+v", name, t, err, want)
		}
	}
	for id, want := range map[string]string{"a": "A1", "b": "B1"} {
		if row, err := e.row(id); err != nil || row.Version != 1 || string(row.State) != want {
			return fmt.Errorf("row %q: version %d, %q, %w, want version 1, %q", id, row.Version, row.State, err, want)
		}
	}
	return nil
}

func stale(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 100, time.Time{})); err != nil {
		return err
	}
	old, err := e.made(anna, spend("old", day(1), 60))
	if err != nil {
		return err
	}
	if err := e.do(anna, spend("k2", day(1), 60)); err != nil {
		return err
	}
	if err := e.unchanged("a commit on an older state", loyalty.ErrConflict, func() error { return e.st.Commit(e.ctx, old) }); err != nil {
		return err
	}
	d, err := e.engine.Decide(loyalty.NewAccount(anna), adjust("new", day(1), "points", 1, time.Time{}), day(1))
	if err != nil {
		return err
	}
	if err := e.unchanged("a first commit to an account that is there", loyalty.ErrConflict, func() error {
		return e.st.Commit(e.ctx, loyalty.NewCommit(loyalty.NewAccount(anna), d))
	}); err != nil {
		return err
	}
	ahead := loyalty.NewAccount(bert)
	for i := range 2 { // the second one expects entry 1, which is not there
		d, err := e.engine.Decide(ahead, adjust(loyalty.Key(fmt.Sprint("b", i)), day(1), "points", 1, time.Time{}), day(1))
		if err != nil {
			return err
		}
		if i == 1 {
			return contract.First(
				func() error {
					return e.unchanged("a commit on a state that is yet to come", loyalty.ErrConflict, func() error { return e.st.Commit(e.ctx, loyalty.NewCommit(ahead, d)) })
				}, e.auditAnna)
		}
		if err := ahead.Apply(d); err != nil {
			return err
		}
	}
	return nil
}

// oneOf checks that one of the errors is nil, and the others are one of want.
func oneOf(errs []error, want ...error) error {
	written := 0
	for _, err := range errs {
		switch {
		case err == nil:
			written++
		case !slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) }):
			return fmt.Errorf("%w, want one of %v", err, want)
		}
	}
	if written != 1 {
		return fmt.Errorf("%d commits were written, want 1", written)
	}
	return nil
}

func race(e *env) error {
	for round := range 20 {
		id := loyalty.AccountID(fmt.Sprint("r", round))
		if round%2 == 0 { // else the first commit of the account
			if err := e.do(id, adjust(loyalty.Key(fmt.Sprint(id, "first")), day(0), "points", 10, time.Time{})); err != nil {
				return err
			}
		}
		var commits []*loyalty.Commit
		for i := range 8 {
			c, err := e.made(id, adjust(loyalty.Key(fmt.Sprint(id, i)), day(1), "points", 10, time.Time{}))
			if err != nil {
				return err
			}
			commits = append(commits, c)
		}
		if err := oneOf(contract.Each(8, func(i int) error { return e.st.Commit(e.ctx, commits[i]) }), loyalty.ErrConflict); err != nil {
			return err
		}
		if err := e.audit(id); err != nil {
			return err
		}
	}
	return nil
}

func keyTaken(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 100, time.Time{})); err != nil {
		return err
	}
	for _, id := range []loyalty.AccountID{bert, anna} {
		a, err := e.st.Load(e.ctx, id, loyalty.Need{All: true, Key: "other"})
		if err != nil {
			return err
		}
		d, err := e.engine.Decide(a, adjust("other", day(1), "points", 5, time.Time{}), day(1))
		if err != nil {
			return err
		}
		d.Entries[0].Key = "k1"
		if err := e.unchanged(fmt.Sprintf("a commit of %q with a key of %q", id, anna), loyalty.ErrDuplicateKey, func() error {
			return e.st.Commit(e.ctx, loyalty.NewCommit(a, d))
		}); err != nil {
			return err
		}
	}
	return e.do(bert, adjust("k2", day(1), "points", 5, time.Time{}))
}

func keyRace(e *env) error {
	for round := range 20 {
		var commits []*loyalty.Commit
		var all []loyalty.AccountID
		for i := range 6 {
			id := loyalty.AccountID(fmt.Sprint("a", round, "-", i))
			c, err := e.made(id, adjust(loyalty.Key(fmt.Sprint("k", round)), day(1), "points", 10, time.Time{}))
			if err != nil {
				return err
			}
			commits, all = append(commits, c), append(all, id)
		}
		if err := oneOf(contract.Each(6, func(i int) error { return e.st.Commit(e.ctx, commits[i]) }), loyalty.ErrDuplicateKey, loyalty.ErrConflict); err != nil {
			return err
		}
		if err := e.audit(all...); err != nil {
			return err
		}
	}
	return nil
}

func cancelled(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 100, time.Time{})); err != nil {
		return err
	}
	c, err := e.made(anna, spend("k2", day(1), 5))
	if err != nil {
		return err
	}
	done, cancel := context.WithCancel(e.ctx)
	cancel()
	return contract.First(
		func() error {
			return e.unchanged("Commit", context.Canceled, func() error { return e.st.Commit(done, c) })
		},
		func() error {
			_, err := e.st.Load(done, anna, loyalty.Need{})
			return contract.Is(err, context.Canceled, "Load")
		},
		func() error {
			_, _, err := e.st.Receipt(done, "k1")
			return contract.Is(err, context.Canceled, "Receipt")
		},
		func() error {
			return contract.Is(e.st.Commit(done, loyalty.RowCommit(row("r", 0, "x"))), context.Canceled, "Commit of a row")
		},
		func() error { return e.reads([]loyalty.RowID{{Table: "t", Key: "r"}}, loyalty.Row{}) },
		func() error {
			_, err := e.st.Rows(done, []loyalty.RowID{{Table: "t", Key: "r"}})
			return contract.Is(err, context.Canceled, "Rows")
		},
		func() error {
			_, err := e.st.Shared(done, "s")
			return contract.Is(err, context.Canceled, "Shared")
		},
		func() error {
			_, err := e.st.Due(done, loyalty.Never-1, loyalty.DueAccount{}, 5)
			return contract.Is(err, context.Canceled, "Due")
		},
		func() error {
			var last error
			for _, err := range e.st.Journal(done, loyalty.JournalQuery{Account: anna}) {
				last = err
			}
			return contract.Is(last, context.Canceled, "Journal")
		},
	)
}
