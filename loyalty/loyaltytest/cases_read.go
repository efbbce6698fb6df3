package loyaltytest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

func receipts(e *env) error {
	if err := e.play(story("k")); err != nil {
		return err
	}
	journal, err := e.journal(anna)
	if err != nil {
		return err
	}
	a, err := e.st.Load(e.ctx, anna, loyalty.Need{All: true})
	if err != nil {
		return err
	}
	if err := e.receipts2(journal); err != nil {
		return err
	}
	// long after, when all has expired
	if err := e.do(anna, &loyalty.Sweep{Header: head("late", day(3000)), Max: 100}); err != nil {
		return err
	}
	if err := e.receipts2(journal); err != nil {
		return err
	}
	if _, ok, err := e.st.Receipt(e.ctx, "K01"); ok || err != nil {
		return fmt.Errorf("receipt of a key in other letters: %t, %w", ok, err)
	}
	_, d, err := e.decided(e.st, anna, &loyalty.Act{Header: head("k02", day(3001)), Activity: "review", Ref: "r1"})
	if err != nil || !d.Repeated || d.Receipt.Seq != journal[1].Seq {
		return fmt.Errorf("a command given again after years, on %q of %d entries: %w", a.ID, a.Seq, err)
	}
	return nil
}

// receipts2 checks the receipts of a journal against the store alone.
func (e *env) receipts2(journal []loyalty.Entry) error {
	for i := range journal {
		if c := &journal[i]; c.Key != "" {
			r, ok, err := e.st.Receipt(e.ctx, c.Key)
			if err != nil || !ok {
				return fmt.Errorf("receipt %q: %t, %w", c.Key, ok, err)
			}
			if err := same("receipt", r, c.Receipt()); err != nil {
				return err
			}
		}
	}
	return nil
}

func journalOrder(e *env) error {
	steps := story("k")
	want := make(map[loyalty.AccountID][]loyalty.Entry)
	for _, s := range steps {
		c, err := e.made(s.id, s.cmd)
		if err != nil {
			return err
		}
		for i := range c.Entries {
			want[s.id] = append(want[s.id], c.Entries[i].Clone())
		}
		if err := e.st.Commit(e.ctx, c); err != nil {
			return err
		}
	}
	for id, all := range want {
		n := int64(len(all))
		for _, q := range []loyalty.JournalQuery{{}, {After: 3}, {After: n - 1}, {After: n}, {After: n + 5}, {Limit: 2}, {After: 2, Limit: 3}, {Since: all[2].Recorded, Until: all[4].Recorded}} {
			q.Account = id
			var must []loyalty.Entry
			for _, c := range all {
				if c.Seq > q.After && c.Recorded >= q.Since && (q.Until == 0 || c.Recorded < q.Until) && (q.Limit == 0 || len(must) < q.Limit) {
					must = append(must, c)
				}
			}
			var got []loyalty.Entry
			for c, err := range e.st.Journal(e.ctx, q) {
				if err != nil {
					return fmt.Errorf("Journal of %+v: %w", q, err)
				}
				got = append(got, c)
			}
			if len(got) != len(must) {
				return fmt.Errorf("Journal of %+v: %d entries, want %d", q, len(got), len(must))
			}
			for i := range got {
				if err := sameEntry(&got[i], &must[i]); err != nil {
					return fmt.Errorf("Journal of %+v: %w", q, err)
				}
			}
		}
	}
	for range e.st.Journal(e.ctx, loyalty.JournalQuery{Account: anna}) {
		break // and no panic
	}
	return nil
}

func sameEntry(got, want *loyalty.Entry) error {
	x, err := got.MarshalBinary()
	y, err2 := want.MarshalBinary()
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if string(x) != string(y) {
		return fmt.Errorf("entry %d of %q: %+v, want %+v", got.Seq, got.Account, got, want)
	}
	return nil
}

func journalAll(e *env) error {
	all := []loyalty.AccountID{"b", "a", "a ", "B", "ä", "c"}
	for n := range 3 { // the same instants everywhere
		for _, id := range all {
			if err := e.do(id, adjust(loyalty.Key(fmt.Sprint(id, n)), day(n), "points", 1, time.Time{})); err != nil {
				return err
			}
		}
	}
	slices.Sort(all)
	var want []loyalty.JournalPage
	for n := range 3 {
		for _, id := range all {
			want = append(want, loyalty.JournalPage{Recorded: micros(day(n)), Account: id, Seq: int64(n + 1)})
		}
	}
	for _, limit := range []int{0, 1, 2, 4, 5, 100} {
		var got []loyalty.JournalPage
		q := loyalty.JournalQuery{Limit: limit}
		for range 100 {
			n := 0
			for c, err := range e.st.Journal(e.ctx, q) {
				if err != nil {
					return fmt.Errorf("Journal of all: %w", err)
				}
				q.Page = loyalty.PageOf(&c)
				got = append(got, q.Page)
				n++
			}
			if n == 0 || limit == 0 {
				break
			}
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("journal of all by pages of %d: %v, want %v", limit, got, want)
		}
	}
	var got []loyalty.JournalPage
	for c, err := range e.st.Journal(e.ctx, loyalty.JournalQuery{Since: micros(day(1)), Until: micros(day(2))}) {
		if err != nil {
			return err
		}
		got = append(got, loyalty.PageOf(&c))
	}
	if !slices.Equal(got, want[len(all):2*len(all)]) {
		return fmt.Errorf("journal of all of one instant: %v, want %v", got, want[len(all):2*len(all)])
	}
	return nil
}

func dueOrder(e *env) error {
	var want []loyalty.DueAccount
	for i, id := range []loyalty.AccountID{"d", "B", "a", "a ", "ä", "c", "z", "y"} {
		expire := day(10 + i/3)
		if err := e.do(id, adjust(loyalty.Key(id), day(0), "points", 5, expire)); err != nil {
			return err
		}
		want = append(want, loyalty.DueAccount{Due: micros(expire), Account: id})
	}
	if err := e.do("never", adjust("never", day(0), "cash", 5, time.Time{})); err != nil {
		return err
	}
	slices.SortFunc(want, func(a, b loyalty.DueAccount) int {
		if a.Due != b.Due {
			return int(a.Due - b.Due)
		}
		return strings.Compare(string(a.Account), string(b.Account))
	})
	for _, page := range []int{1, 2, 3, 5, 100} {
		for _, at := range []loyalty.Instant{micros(day(9)), micros(day(10)) - 1, micros(day(10)), micros(day(11)), loyalty.Never - 1} {
			var must []loyalty.DueAccount
			for _, d := range want {
				if d.Due <= at {
					must = append(must, d)
				}
			}
			got, err := e.allDue(at, page)
			if err != nil {
				return err
			}
			if !slices.Equal(got, must) {
				return fmt.Errorf("due at %d by pages of %d: %v, want %v", at, page, got, must)
			}
		}
	}
	if got, err := e.st.Due(e.ctx, loyalty.Never-1, loyalty.DueAccount{}, 0); err != nil || len(got) > 0 {
		return fmt.Errorf("at most none: %v, %w", got, err)
	}
	// it moves with what is written
	if err := e.do("d", adjust("d2", day(0), "points", 5, day(3))); err != nil {
		return err
	}
	if got, err := e.allDue(micros(day(3)), 10); err != nil || len(got) != 1 || got[0] != (loyalty.DueAccount{Due: micros(day(3)), Account: "d"}) {
		return fmt.Errorf("due after a sooner lot: %v, %w", got, err)
	}
	if err := e.do("d", &loyalty.Sweep{Header: head("d3", day(4))}, &loyalty.Sweep{Header: head("d4", day(15))}); err != nil {
		return err
	}
	got, err := e.allDue(loyalty.Never-1, 10)
	if err != nil || slices.ContainsFunc(got, func(d loyalty.DueAccount) bool { return d.Account == "d" }) {
		return fmt.Errorf("due after all was swept: %v, %w", got, err)
	}
	return nil
}

func dueAlone(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 5, day(10)), adjust("k2", day(0), "points", 5, day(20)), spend("k3", day(1), 5)); err != nil {
		return err
	}
	a, err := e.st.Load(e.ctx, anna, loyalty.Need{All: true})
	if err != nil {
		return err
	}
	c := loyalty.DueCommit(a)
	before, err := e.journal(anna)
	if err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, c); err != nil {
		return fmt.Errorf("commit of the due: %w", err)
	}
	if after, err := e.journal(anna); err != nil || len(after) != len(before) {
		return fmt.Errorf("%d entries after it, want %d, %w", len(after), len(before), err)
	}
	whole, err := e.audited(anna)
	if err != nil {
		return err
	}
	if got, err := e.allDue(whole.Due(), 10); err != nil || len(got) != 1 || got[0].Account != anna {
		return fmt.Errorf("due at %d: %v, %w", whole.Due(), got, err)
	}
	if err := e.do(anna, &loyalty.Adjust{Header: head("k4", day(2)), Kind: "points", Points: -5}); err != nil {
		return err
	}
	if err := contract.Is(e.st.Commit(e.ctx, c), loyalty.ErrConflict, "commit of the due on an older state"); err != nil {
		return err
	}
	if a, err = e.st.Load(e.ctx, anna, loyalty.Need{All: true}); err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, loyalty.DueCommit(a)); err != nil {
		return fmt.Errorf("commit of the due: %w", err)
	}
	return e.audit(anna)
}

func readers(e *env) error {
	errs := contract.Each(6, func(i int) error {
		id := loyalty.AccountID(fmt.Sprint("w", i/2))
		for n := range 25 {
			if i%2 == 1 { // reads what the other one writes
				if err := e.consistent(id); err != nil {
					return err
				}
				continue
			}
			if err := e.do(id, adjust(loyalty.Key(fmt.Sprint(id, n)), day(n), "points", 4, day(300+n%3)), spend(loyalty.Key(fmt.Sprint(id, n, "s")), day(n), 3)); err != nil {
				return err
			}
			_, ok, err := e.st.Receipt(e.ctx, loyalty.Key(fmt.Sprint(id, n)))
			if err != nil || !ok {
				return fmt.Errorf("receipt of what was committed: %t, %w", ok, err)
			}
		}
		return nil
	})
	return errors.Join(append(errs, e.audit("w0", "w1", "w2"))...)
}

// consistent loads an account that others write to.
func (e *env) consistent(id loyalty.AccountID) error {
	a, err := e.st.Load(e.ctx, id, loyalty.Need{All: true})
	if err != nil {
		return err
	}
	sum := loyalty.Points(0)
	for l := range a.Lots() {
		sum += l.Remaining
	}
	if books := a.Books("points"); a.Seq > 0 && books[loyalty.Available]+books[loyalty.Pending] != sum {
		return fmt.Errorf("%q is loaded with %d points in its books and %d in its lots", id, books[loyalty.Available]+books[loyalty.Pending], sum)
	}
	last := int64(0)
	for c, err := range e.st.Journal(e.ctx, loyalty.JournalQuery{Account: id}) {
		if err != nil || c.Seq != last+1 {
			return fmt.Errorf("entry %d after %d, %w", c.Seq, last, err)
		}
		last = c.Seq
	}
	if last < a.Seq {
		return fmt.Errorf("%d entries of %d", last, a.Seq)
	}
	return nil
}

func reopened(e *env) error {
	for i, s := range story("k") {
		if err := e.do(s.id, s.cmd); err != nil {
			return err
		}
		if i%5 == 4 {
			if err := e.reopen(); err != nil {
				return fmt.Errorf("opened again: %w", err)
			}
			if err := e.audit(anna, bert); err != nil {
				return fmt.Errorf("opened again: %w", err)
			}
		}
	}
	c, err := e.touch(cleo, []loyalty.SharedChange{{Counter: "s", Step: loyalty.Reserve, Amount: 2}}, row("c", 0, "x"))
	if err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, c); err != nil {
		return err
	}
	before, err := e.view("s", "c")
	if err != nil {
		return err
	}
	if err := e.reopen(); err != nil {
		return err
	}
	after, err := e.view("s", "c")
	return errors.Join(err, sameText(after, before))
}
