package loyaltytest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

func ids(e *env) error {
	long := strings.Repeat("长", 85) // 255 bytes
	all := []string{"a", "A", "á", "a ", " a", "a\u0301", "ａ", "a%", "a_", "ß", "ss", "'", `\`, "😀", "1", "01", "a\x00", "\xff", long, long[:252], "\n", "\t"}
	for i, s := range all {
		id := loyalty.AccountID(s)
		if err := e.do(id, &loyalty.Adjust{Header: head(loyalty.Key(s), day(0)), Kind: "points", Points: loyalty.Points(100 + i), Note: loyalty.Note{Reason: s, Actor: s}}); err != nil {
			return err
		}
		o := order(s, 10)
		o.Lines[0].ID = s
		if err := e.do(id, &loyalty.Earn{Header: head(loyalty.Key(fmt.Sprint("o", i)), day(0)), Order: o},
			&loyalty.Place{Header: head(loyalty.Key(fmt.Sprint("h", i)), day(0)), Hold: s, Spend: loyalty.Spend{Kind: "points", Points: 1}, Until: day(50)}); err != nil {
			return err
		}
		c, err := e.touch(id, []loyalty.SharedChange{{Counter: s, Step: loyalty.Reserve, Amount: int64(i + 1)}}, loyalty.RowChange{RowID: loyalty.RowID{Table: s, Key: s}, State: []byte(s)})
		if err != nil {
			return err
		}
		if err := e.st.Commit(e.ctx, c); err != nil {
			return fmt.Errorf("%q: %w", s, err)
		}
	}
	for i, s := range all {
		a, err := e.audited(loyalty.AccountID(s))
		if err != nil {
			return fmt.Errorf("%q: %w", s, err)
		}
		if n := a.Books("points")[loyalty.Adjusted]; n != -loyalty.Points(101+i) {
			return fmt.Errorf("%q: %d points adjusted, want %d", s, n, -(101 + i))
		}
		for entry, err := range e.st.Journal(e.ctx, loyalty.JournalQuery{Account: a.ID, Limit: 1}) {
			if err := errors.Join(err, same("note", entry.Note, loyalty.Note{Reason: s, Actor: s})); err != nil {
				return err
			}
		}
		t, err := e.st.Shared(e.ctx, s)
		err2 := e.reads([]loyalty.RowID{{Table: s, Key: s}}, loyalty.Row{Version: 1, State: []byte(s)})
		if err := errors.Join(err, err2, same("counter", t, total(0, kept(int64(i+1))))); err != nil {
			return fmt.Errorf("%q: %w", s, err)
		}
	}
	return nil
}

func bits(e *env) error {
	const large = math.MaxInt64
	if err := e.do(anna, adjust("k1", day(0), "points", loyalty.MaxPoints-7, day(9)), spend("k2", day(0), loyalty.MaxPoints-10), adjust("k3", day(0), "cash", 1<<53+1, time.Time{})); err != nil {
		return err
	}
	c, err := e.touch(anna, []loyalty.SharedChange{{Counter: "s", Step: loyalty.Reserve, Amount: large - 1, Limit: large - 1}}, row("c", 0, "\x00\xff\x80"))
	if err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, c); err != nil {
		return err
	}
	t, err := e.st.Shared(e.ctx, "s")
	if err := errors.Join(err, same("counter", t, total(0, kept(large-1)))); err != nil {
		return err
	}
	late := time.Date(9998, 12, 31, 23, 59, 59, 999999000, time.UTC)
	early := time.Date(1901, 1, 1, 0, 0, 0, 1000, time.UTC)
	if err := e.do(bert, adjust("k4", early, "points", 3, late), adjust("k5", early.AddDate(0, 0, 1), "points", 1<<60+1, late.Add(time.Microsecond))); err != nil {
		return err
	}
	return e.audit(anna, bert)
}

func ownMemory(e *env) error {
	if err := e.do(anna, adjust("k0", day(0), "points", 90, time.Time{})); err != nil {
		return err
	}
	c, err := e.made(anna, &loyalty.Place{Header: head("k1", day(1)), Hold: "h", Spend: loyalty.Spend{Reward: "mug"}, Until: day(90)})
	if err != nil {
		return err
	}
	state := []byte("state")
	c.Rows = []loyalty.RowChange{{RowID: loyalty.RowID{Table: "t", Key: "c"}, State: state}}
	if err := e.st.Commit(e.ctx, c); err != nil {
		return err
	}
	copy(state, "xxxxx")
	spoil(c.Entries)
	if err := e.auditAnna(); err != nil {
		return fmt.Errorf("after the committed memory was changed: %w", err)
	}
	row, err := e.row("c")
	if err := errors.Join(err, same("coupon", string(row.State), "state")); err != nil {
		return err
	}
	copy(row.State, "yyyyy")
	journal, err := e.journal(anna)
	if err != nil {
		return err
	}
	spoil(journal)
	r, _, err := e.st.Receipt(e.ctx, "k1")
	if err != nil {
		return err
	}
	for i := range r.Results {
		r.Results[i].Points = 777
	}
	if box, ok := e.st.(loyalty.Outbox); ok && e.f.Outbox {
		events, err := box.Events(e.ctx, 10)
		if err != nil {
			return err
		}
		for i := range events {
			for j := range events[i].Results {
				events[i].Results[j].Points = 777
			}
		}
	}
	a, err := e.st.Load(e.ctx, anna, loyalty.Need{All: true, Key: "k1", Keys: []loyalty.Key{"mine"}, Hold: "h"})
	if err != nil {
		return err
	}
	d, err := e.engine.Decide(a, spend("mine", day(2), 3), day(2))
	if err != nil {
		return err
	}
	if err := a.Apply(d); err != nil {
		return err
	}
	row, err = e.row("c")
	return errors.Join(err, same("coupon", string(row.State), "state"), e.auditAnna())
}

// spoil writes over all that entries hold.
func spoil(entries []loyalty.Entry) {
	for i := range entries {
		c := &entries[i]
		for j := range c.Results {
			c.Results[j].Points = 777
		}
		for j := range c.Postings {
			c.Postings[j].Points = 777
		}
		for j := range c.Uses {
			c.Uses[j].Points = 777
		}
		for j := range c.Opened {
			c.Opened[j].Points = 777
		}
		if c.Hold != nil {
			c.Hold.Points = 777
			for j := range c.Hold.Uses {
				c.Hold.Uses[j].Points = 777
			}
		}
		*c = loyalty.Entry{}
	}
}

func twoProgrammes(e *env) error {
	other := &env{f: e.f, ctx: e.ctx, engine: e.engine, st: e.Other(), Harness: e.Harness}
	other.f.Reopen, other.f.Crash = false, false
	if err := e.play(story("k")); err != nil {
		return err
	}
	c, err := e.touch(anna, []loyalty.SharedChange{{Counter: "s", Step: loyalty.Reserve, Amount: 2}}, row("c", 0, "x"))
	if err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, c); err != nil {
		return err
	}
	if err := fresh(other); err != nil {
		return fmt.Errorf("the other programme's store: %w", err)
	}
	if t, err := other.st.Shared(e.ctx, "s"); err != nil || same("", t, loyalty.SharedTotal{}) != nil {
		return fmt.Errorf("a counter of the other programme: %+v, %w", t, err)
	}
	for range other.st.Journal(e.ctx, loyalty.JournalQuery{}) {
		return errors.New("the journal of all has entries of the other programme")
	}
	if err := other.play(story("k")); err != nil { // the same ids and keys
		return fmt.Errorf("the other programme's store: %w", err)
	}
	return errors.Join(e.audit(anna, bert), other.audit(anna, bert))
}
