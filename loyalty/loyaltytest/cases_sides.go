package loyaltytest

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// touch returns a commit with changes of shared counters and coupons.
func (e *env) touch(id loyalty.AccountID, shared []loyalty.SharedChange, coupons ...loyalty.CouponChange) (*loyalty.Commit, error) {
	e.n++
	c, err := e.made(id, adjust(loyalty.Key(fmt.Sprint("touch", e.n)), day(100+e.n), "points", 1, time.Time{}))
	if err != nil {
		return nil, err
	}
	c.Shared, c.Coupons = shared, coupons
	return c, nil
}

func shared(e *env) error {
	change := func(step loyalty.SharedStep, amount, limit int64) loyalty.SharedChange {
		return loyalty.SharedChange{Counter: "s", Step: step, Amount: amount, Limit: limit}
	}
	for i, c := range []struct {
		changes []loyalty.SharedChange
		left    int64 // −1: it is written
		want    loyalty.SharedTotal
	}{
		{[]loyalty.SharedChange{change(loyalty.Reserve, 6, 10)}, -1, loyalty.SharedTotal{Reserved: 6}},
		{[]loyalty.SharedChange{change(loyalty.Reserve, 5, 10)}, 4, loyalty.SharedTotal{Reserved: 6}},
		{[]loyalty.SharedChange{change(loyalty.Confirm, 4, 10)}, -1, loyalty.SharedTotal{Reserved: 2, Confirmed: 4}},
		{[]loyalty.SharedChange{change(loyalty.Reserve, 5, 10)}, 4, loyalty.SharedTotal{Reserved: 2, Confirmed: 4}},
		{[]loyalty.SharedChange{change(loyalty.Release, 2, 10), change(loyalty.Reserve, 6, 10)}, -1, loyalty.SharedTotal{Reserved: 6, Confirmed: 4}},
		{[]loyalty.SharedChange{change(loyalty.Restore, 3, 10), change(loyalty.Confirm, 6, 10)}, -1, loyalty.SharedTotal{Confirmed: 7}},
		{[]loyalty.SharedChange{change(loyalty.Reserve, 3, 10), change(loyalty.Reserve, 1, 10)}, 0, loyalty.SharedTotal{Confirmed: 7}},
		{[]loyalty.SharedChange{change(loyalty.Reserve, 1<<40, 0)}, -1, loyalty.SharedTotal{Reserved: 1 << 40, Confirmed: 7}},
	} {
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
		if t, err := e.st.Shared(e.ctx, "s"); err != nil || t != c.want {
			return fmt.Errorf("counter after change %d: %+v %w, want %+v", i+1, t, err, c.want)
		}
	}
	return e.audit(anna)
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
	errs := together(8, func(i int) error { return e.st.Commit(e.ctx, commits[i]) })
	if err := oneOf(errs, loyalty.ErrShared, loyalty.ErrConflict); err != nil {
		return err
	}
	t, err := e.st.Shared(e.ctx, "s")
	return errors.Join(err, same("counter", t, loyalty.SharedTotal{Reserved: 3}))
}

func coupons(e *env) error {
	for i, c := range []struct {
		expected int64
		ok       bool
		version  int64
		state    string
	}{
		{1, false, 0, ""}, {0, true, 1, "one"}, {0, false, 1, "one"}, {1, true, 2, "\x00\xff券"}, {1, false, 2, "\x00\xff券"}, {3, false, 2, "\x00\xff券"}, {2, true, 3, ""},
	} {
		commit, err := e.touch(anna, nil, loyalty.CouponChange{Coupon: "C1 ", Expected: c.expected, State: []byte(c.state)})
		if err != nil {
			return err
		}
		err = e.st.Commit(e.ctx, commit)
		if c.ok && err != nil || !c.ok && !errors.Is(err, loyalty.ErrCouponConflict) {
			return fmt.Errorf("change %d of a coupon, expecting version %d: %w", i+1, c.expected, err)
		}
		if row, err := e.st.Coupon(e.ctx, "C1 "); err != nil || row.Version != c.version || string(row.State) != c.state {
			return fmt.Errorf("coupon after change %d: %+v %w, want version %d, %q", i+1, row, err, c.version, c.state)
		}
	}
	row, err := e.st.Coupon(e.ctx, "C1")
	if err != nil || row.Version != 0 {
		return fmt.Errorf("coupon of another id: %+v, %w", row, err)
	}
	return e.audit(anna)
}
