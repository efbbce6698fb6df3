package loyaltytest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

// row returns the change of a row of the table "t".
func row(key string, expected int64, state string) loyalty.RowChange {
	return loyalty.RowChange{RowID: loyalty.RowID{Table: "t", Key: key}, Expected: expected, State: []byte(state)}
}

// row reads a row of the table "t".
func (e *env) row(key string) (loyalty.Row, error) {
	rows, err := e.st.Rows(e.ctx, []loyalty.RowID{{Table: "t", Key: key}})
	if err != nil {
		return loyalty.Row{}, fmt.Errorf("Rows: %w", err)
	}
	if len(rows) != 1 {
		return loyalty.Row{}, fmt.Errorf("Rows of one id: %d rows", len(rows))
	}
	return rows[0], nil
}

// reads checks what is read of several rows at once.
func (e *env) reads(ids []loyalty.RowID, want ...loyalty.Row) error {
	got, err := e.st.Rows(e.ctx, ids)
	if err != nil || len(got) != len(want) {
		return fmt.Errorf("Rows of %d ids: %d rows, %w", len(ids), len(got), err)
	}
	for i := range want {
		if got[i].Version != want[i].Version || string(got[i].State) != string(want[i].State) {
			return fmt.Errorf("row %+v: version %d, %q, want version %d, %q", ids[i], got[i].Version, got[i].State, want[i].Version, want[i].State)
		}
	}
	return nil
}

func rowVersions(e *env) error {
	for i, c := range []struct {
		expected int64
		ok       bool
		version  int64
		state    string
	}{
		{1, false, 0, ""}, {0, true, 1, "one"}, {0, false, 1, "one"}, {1, true, 2, "\x00\xff券"}, {1, false, 2, "\x00\xff券"}, {3, false, 2, "\x00\xff券"}, {2, true, 3, ""},
	} {
		commit, err := e.touch(anna, nil, row("C1 ", c.expected, c.state))
		if err != nil {
			return err
		}
		err = e.st.Commit(e.ctx, commit)
		if c.ok && err != nil || !c.ok && !errors.Is(err, loyalty.ErrRowConflict) {
			return fmt.Errorf("change %d of a row, expecting version %d: %w", i+1, c.expected, err)
		}
		if got, err := e.row("C1 "); err != nil || got.Version != c.version || string(got.State) != c.state {
			return fmt.Errorf("row after change %d: %+v %w, want version %d, %q", i+1, got, err, c.version, c.state)
		}
	}
	id := func(table, key string) loyalty.RowID { return loyalty.RowID{Table: table, Key: key} }
	one := loyalty.RowChange{RowID: id("t2", "C1 "), State: []byte("other table")}
	two := loyalty.RowChange{RowID: id("t", "2"), State: []byte("other key")}
	commit, err := e.touch(anna, nil, one, two)
	if err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, commit); err != nil {
		return fmt.Errorf("rows of two tables: %w", err)
	}
	none := loyalty.Row{}
	if err := e.reads([]loyalty.RowID{id("t", "2"), id("t", "C1"), id("t2", "C1 "), id("t", "C1 "), id("t2", "2"), id("T", "2"), id("", ""), id("t2", "C1 ")},
		loyalty.Row{Version: 1, State: two.State}, none, loyalty.Row{Version: 1, State: one.State}, loyalty.Row{Version: 3}, none, none, none, loyalty.Row{Version: 1, State: one.State}); err != nil {
		return err
	}
	if err := e.reads(nil); err != nil {
		return err
	}
	if commit, err = e.touch(anna, nil, row("twice", 0, "once"), row("twice", 1, "twice")); err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, commit); err != nil {
		return fmt.Errorf("one row twice: %w", err)
	}
	if err := e.reads([]loyalty.RowID{id("t", "twice")}, loyalty.Row{Version: 2, State: []byte("twice")}); err != nil {
		return err
	}
	for i, spoilt := range [][]loyalty.RowChange{ // of rows of several tables each one counts
		{row("2", 0, "x"), {RowID: one.RowID, Expected: 1}, row("3", 0, "x")},
		{row("3", 0, "x"), {RowID: one.RowID, Expected: 2}, row("2", 1, "x")},
		{row("3", 0, "x"), {RowID: one.RowID, Expected: 1}, row("2", 2, "x")},
		{row("3", 0, "x"), {RowID: one.RowID, Expected: 1}, row("2", 1, "x"), row("C1 ", 0, "x")},
		{row("3", 0, "x"), row("3", 0, "x")},
	} {
		if err := e.unchanged(fmt.Sprintf("commit %d of several rows of which one is of another version", i+1), loyalty.ErrRowConflict, func() error {
			c, err := e.touch(anna, nil, spoilt...)
			if err != nil {
				return err
			}
			return e.st.Commit(e.ctx, c)
		}); err != nil {
			return err
		}
		if err := e.reads([]loyalty.RowID{id("t", "2"), one.RowID, id("t", "3")}, loyalty.Row{Version: 1, State: two.State}, loyalty.Row{Version: 1, State: one.State}, none); err != nil {
			return fmt.Errorf("after a conflict: %w", err)
		}
	}
	return contract.First(e.auditAnna, e.rowsOfOneMoment)
}

// rowsOfOneMoment reads two rows while they are written together.
func (e *env) rowsOfOneMoment() error {
	const readers = 2
	var done atomic.Int64
	errs := contract.Each(1+readers, func(g int) error {
		if g == 0 {
			for i := int64(0); done.Load() < readers; i++ { // as long as somebody reads
				state := fmt.Sprint(i)
				if err := e.st.Commit(e.ctx, loyalty.RowCommit(row("m1", i, state), row("m2", i, state))); err != nil {
					return err
				}
			}
			return nil
		}
		defer done.Add(1)
		for range 20 {
			got, err := e.st.Rows(e.ctx, []loyalty.RowID{{Table: "t", Key: "m1"}, {Table: "t", Key: "m2"}})
			if err != nil {
				return err
			}
			if len(got) != 2 || got[0].Version != got[1].Version || string(got[0].State) != string(got[1].State) {
				return fmt.Errorf("two rows that are written together are read as %+v", got)
			}
		}
		return nil
	})
	return errors.Join(errs...)
}

func rowsAlone(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 9, time.Time{})); err != nil {
		return err
	}
	before, err := e.view()
	if err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, loyalty.RowCommit(row("r1", 0, "one"), row("r2", 0, "two"))); err != nil {
		return fmt.Errorf("a commit of rows alone: %w", err)
	}
	if err := contract.Is(e.st.Commit(e.ctx, loyalty.RowCommit(row("r1", 1, "x"), row("r2", 0, "x"))), loyalty.ErrRowConflict, "a commit of rows alone"); err != nil {
		return err
	}
	if err := e.st.Commit(e.ctx, loyalty.RowCommit(row("r2", 1, "three"))); err != nil {
		return fmt.Errorf("a second commit of rows alone: %w", err)
	}
	errs := contract.Each(6, func(i int) error { return e.st.Commit(e.ctx, loyalty.RowCommit(row("r2", 2, fmt.Sprint(i)))) })
	if err := oneOf(errs, loyalty.ErrRowConflict, loyalty.ErrConflict); err != nil {
		return fmt.Errorf("one row written at once: %w", err)
	}
	a, err := e.st.Load(e.ctx, anna, loyalty.Need{})
	if err != nil {
		return err
	}
	due := loyalty.DueCommit(a)
	due.Rows = []loyalty.RowChange{row("r1", 1, "with the due")}
	if err := e.st.Commit(e.ctx, due); err != nil {
		return fmt.Errorf("a row with the due: %w", err)
	}
	r1, err1 := e.row("r1")
	r2, err2 := e.row("r2")
	if err := errors.Join(err1, err2, same("row", string(r1.State), "with the due"), same("version", r2.Version, int64(3))); err != nil {
		return err
	}
	after, err := e.view()
	if err := errors.Join(err, sameText(after, before)); err != nil {
		return fmt.Errorf("rows alone have changed something else: %w", err)
	}
	return e.audit(anna)
}
