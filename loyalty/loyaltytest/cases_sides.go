package loyaltytest

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

// touch returns a commit with changes of shared counters and rows.
func (e *env) touch(id loyalty.AccountID, shared []loyalty.SharedChange, rows ...loyalty.RowChange) (*loyalty.Commit, error) {
	e.n++
	c, err := e.made(id, adjust(loyalty.Key(fmt.Sprint("touch", e.n)), day(100+e.n), "points", 1, time.Time{}))
	if err != nil {
		return nil, err
	}
	c.Shared, c.Rows = shared, rows
	return c, nil
}

// total is a counter of which so much is confirmed, and reserved by deadline.
func total(confirmed int64, held ...loyalty.SharedHeld) loyalty.SharedTotal {
	return loyalty.SharedTotal{Confirmed: confirmed, Held: held}
}

// kept is what is reserved without a deadline.
func kept(amount int64) loyalty.SharedHeld {
	return loyalty.SharedHeld{Until: loyalty.Never, Amount: amount}
}

// sharedStep is changes of a counter in one commit, and what is there then.
type sharedStep struct {
	changes []loyalty.SharedChange
	left    int64 // −1: it is written
	want    loyalty.SharedTotal
}

// steps carries changes out.
func (e *env) steps(steps []sharedStep) error {
	for i, c := range steps {
		commit, err := e.touch(anna, c.changes)
		if err != nil {
			return err
		}
		err = e.st.Commit(e.ctx, commit)
		var left *loyalty.SharedError
		switch {
		case c.left < 0 && err != nil:
			return fmt.Errorf("change %d of a counter: %w", i+1, err)
		case c.left >= 0 && (!errors.As(err, &left) || left.Counter != "s" || left.Left != c.left):
			return fmt.Errorf("change %d of a counter past its limit: %w, want a SharedError of %d left", i+1, err, c.left)
		}
		if t, err := e.st.Shared(e.ctx, "s"); err != nil || same("", t, c.want) != nil {
			return fmt.Errorf("counter after change %d: %+v %w, want %+v", i+1, t, err, c.want)
		}
	}
	return e.audit(anna)
}

func shared(e *env) error {
	change := func(step loyalty.SharedStep, amount int64) loyalty.SharedChange {
		return loyalty.SharedChange{Counter: "s", Step: step, Amount: amount, Limit: 10}
	}
	type list = []loyalty.SharedChange
	return e.steps([]sharedStep{
		{list{change(loyalty.Reserve, 6)}, -1, total(0, kept(6))},
		{list{change(loyalty.Reserve, 5)}, 4, total(0, kept(6))},
		{list{change(loyalty.Confirm, 4)}, -1, total(4, kept(2))},
		{list{change(loyalty.Reserve, 5)}, 4, total(4, kept(2))},
		{list{change(loyalty.Release, 2), change(loyalty.Reserve, 6)}, -1, total(4, kept(6))},
		{list{change(loyalty.Restore, 3), change(loyalty.Confirm, 6)}, -1, total(7)},
		{list{change(loyalty.Reserve, 3), change(loyalty.Reserve, 1)}, 0, total(7)},
		{list{{Counter: "s", Step: loyalty.Reserve, Amount: 1 << 40}}, -1, total(7, kept(1<<40))},
	})
}

// deadlines reserves until instants that pass, by the clocks of several accounts.
func deadlines(e *env) error {
	at := func(d int) loyalty.Instant { return micros(day(d)) }
	change := func(step loyalty.SharedStep, amount int64, now, until int) loyalty.SharedChange {
		return loyalty.SharedChange{Counter: "s", Step: step, Amount: amount, Limit: 10, At: at(now), Until: at(until)}
	}
	held := func(until int, amount int64) loyalty.SharedHeld {
		return loyalty.SharedHeld{Until: at(until), Amount: amount}
	}
	lapsed := func(until int, t loyalty.SharedTotal) loyalty.SharedTotal { t.Lapsed = at(until); return t }
	type list = []loyalty.SharedChange
	return e.steps([]sharedStep{
		{list{change(loyalty.Reserve, 3, 0, 9), change(loyalty.Reserve, 2, 0, 5), change(loyalty.Reserve, 1, 0, 9)}, -1, total(0, held(5, 2), held(9, 4))},
		{list{change(loyalty.Reserve, 5, 4, 20)}, 4, total(0, held(5, 2), held(9, 4))},
		// at its deadline a reservation is free, though nobody has written so
		{list{change(loyalty.Reserve, 6, 5, 20)}, -1, lapsed(5, total(0, held(9, 4), held(20, 6)))},
		{list{change(loyalty.Release, 2, 6, 5)}, -1, lapsed(5, total(0, held(9, 4), held(20, 6)))},
		// another account's clock is behind: what has lapsed stays so
		{list{change(loyalty.Release, 2, 1, 5)}, -1, lapsed(5, total(0, held(9, 4), held(20, 6)))},
		{list{change(loyalty.Confirm, 2, 1, 5)}, 0, lapsed(5, total(0, held(9, 4), held(20, 6)))},
		{list{change(loyalty.Confirm, 3, 1, 9)}, -1, lapsed(5, total(3, held(9, 1), held(20, 6)))},
		{list{change(loyalty.Release, 1, 1, 9), change(loyalty.Confirm, 1, 1, 5)}, -1, lapsed(5, total(4, held(20, 6)))},
		{list{change(loyalty.Release, 1, 1, 20), change(loyalty.Reserve, 1, 1, 4)}, -1, lapsed(5, total(4, held(20, 5)))},
		{list{change(loyalty.Reserve, 2, 1, 4)}, 1, lapsed(5, total(4, held(20, 5)))},
		{list{change(loyalty.Release, 1, 1, 4), {Counter: "s", Step: loyalty.Reserve, Amount: 1, Limit: 10}}, -1, lapsed(5, total(4, held(20, 5), kept(1)))},
		{list{change(loyalty.Confirm, 5, 19, 20)}, -1, lapsed(5, total(9, kept(1)))},
		{list{{Counter: "s", Step: loyalty.Release, Amount: 1, At: at(500)}, change(loyalty.Restore, 9, 500, 0)}, -1, lapsed(5, total(0))},
	})
}

func sharedRace(e *env) error {
	var commits []*loyalty.Commit
	for i := range 8 {
		c, err := e.touch(loyalty.AccountID(fmt.Sprint("s", i)), []loyalty.SharedChange{{Counter: "s", Step: loyalty.Reserve, Amount: 3, Limit: 5}})
		if err != nil {
			return err
		}
		commits = append(commits, c)
	}
	// one that did not find the time to look again may return ErrConflict
	errs := contract.Each(8, func(i int) error { return e.st.Commit(e.ctx, commits[i]) })
	if err := oneOf(errs, loyalty.ErrShared, loyalty.ErrConflict); err != nil {
		return err
	}
	t, err := e.st.Shared(e.ctx, "s")
	return errors.Join(err, same("counter", t, total(0, kept(3))))
}
