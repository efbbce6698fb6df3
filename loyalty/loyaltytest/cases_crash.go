package loyaltytest

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

// maxPoints is how many write points a commit, or calls a script, may have.
const maxPoints = 2000

// crashInside lets a commit die at every write point that it has.
func crashInside(e *env) error {
	for n := 1; n < maxPoints; n++ {
		x := e.open()
		if err := x.do(anna, adjust("k1", day(0), "points", 200, time.Time{}), spend("k2", day(0), 1)); err != nil {
			return err
		}
		before, err := x.view("a", "b", "s", "z")
		if err != nil {
			return err
		}
		c, err := x.full("f", 1)
		if err != nil {
			return err
		}
		x.CrashAt(n)
		crash := x.st.Commit(x.ctx, c)
		if crash == nil {
			if n == 1 {
				return errors.New("CrashAt(1): the commit has not died")
			}
			return x.crashTogether()
		}
		if err := x.reopen(); err != nil {
			return fmt.Errorf("opened again after write point %d: %w", n, err)
		}
		if err := x.audit(anna); err != nil {
			return fmt.Errorf("after a crash at write point %d: %w", n, err)
		}
		_, written, err := x.st.Receipt(x.ctx, "f")
		if err != nil {
			return err
		}
		if written {
			if err := x.fullWritten(); err != nil {
				return fmt.Errorf("after a crash at write point %d: %w", n, err)
			}
			continue
		}
		after, err := x.view("a", "b", "s", "z")
		if err := errors.Join(err, sameText(after, before)); err != nil {
			return fmt.Errorf("after a crash at write point %d: %w", n, err)
		}
		if c, err = x.full("f", 1); err != nil {
			return err
		}
		if err := x.st.Commit(x.ctx, c); err != nil {
			return fmt.Errorf("again after a crash at write point %d: %w", n, err)
		}
		if err := errors.Join(x.audit(anna), x.fullWritten()); err != nil {
			return fmt.Errorf("again after a crash at write point %d: %w", n, err)
		}
	}
	return fmt.Errorf("a commit with more than %d write points", maxPoints)
}

// crashTogether lets a commit of several accounts die at every write point.
func (e *env) crashTogether() error {
	if !e.f.Multi {
		return nil
	}
	for n := 1; n < maxPoints; n++ {
		x := e.open()
		var commits []*loyalty.Commit
		for _, id := range []loyalty.AccountID{anna, bert} {
			c, err := x.made(id, adjust(loyalty.Key(id), day(0), "points", 5, day(9)))
			if err != nil {
				return err
			}
			commits = append(commits, c)
		}
		multi, ok := x.st.(loyalty.MultiCommit)
		if !ok {
			return errors.New("the store is no loyalty.MultiCommit")
		}
		x.CrashAt(n)
		if multi.CommitAll(x.ctx, commits) == nil {
			return nil
		}
		if err := x.reopen(); err != nil {
			return err
		}
		a, err := x.audited(anna)
		if err != nil {
			return fmt.Errorf("after a crash at write point %d: %w", n, err)
		}
		b, err := x.audited(bert)
		if err != nil {
			return fmt.Errorf("after a crash at write point %d: %w", n, err)
		}
		if a.Seq != b.Seq {
			return fmt.Errorf("after a crash of several at write point %d: %d entries of one and %d of the other", n, a.Seq, b.Seq)
		}
	}
	return fmt.Errorf("a commit with more than %d write points", maxPoints)
}

const home = loyalty.AccountID("home")

// script is what a host does in a day. It may be given again.
func (e *env) script(s *loyalty.Service) error {
	do := func(id loyalty.AccountID, cmd loyalty.Command) func() error {
		return func() error { _, err := s.Do(e.ctx, id, cmd); return err }
	}
	return contract.First(
		do(anna, adjust("1", day(0), "points", 500, day(90))),
		do(cleo, &loyalty.Earn{Header: head("2", day(0)), Order: order("o", 70)}),
		do(anna, &loyalty.Place{Header: head("3", day(1)), Hold: "h", Spend: loyalty.Spend{Reward: "mug"}, Until: day(5)}),
		do(anna, &loyalty.Capture{Header: head("4", day(1)), Hold: "h"}),
		func() error {
			_, err := s.Transfer(e.ctx, anna, &loyalty.Send{Header: head("5", day(2)), To: bert, Kind: "points", Points: 120})
			return err
		},
		func() error {
			_, err := s.Pool(e.ctx, bert, home, head("6", day(3)), "points", "stars")
			return err
		},
		func() error {
			_, err := s.Merge(e.ctx, cleo, &loyalty.MergeOut{Header: head("7", day(4)), Into: anna})
			return err
		},
		do(anna, &loyalty.Refund{Header: head("8", day(5)), Order: "o", Refund: "r", Lines: []loyalty.RefundLine{{Line: "2"}}}),
		func() error {
			var errs []error
			for _, o := range s.Batch(e.ctx, []loyalty.Request{
				{Account: bert, Command: adjust("9a", day(6), "points", 9, day(20))},
				{Account: anna, Command: spend("9b", day(6), 11)},
				{Account: bert, Command: spend("9c", day(6), 4)},
			}) {
				errs = append(errs, o.Err)
			}
			return errors.Join(errs...)
		},
		func() error {
			var after loyalty.DueAccount
			for {
				done, next, err := s.Sweep(e.ctx, day(100), after, 2)
				for _, d := range done {
					err = errors.Join(err, d.Err)
				}
				if err != nil || len(done) == 0 {
					return err
				}
				after = next
			}
		},
	)
}

var everybody = []loyalty.AccountID{anna, bert, cleo, home}

// crashEverywhere lets the service die before and after every call of the store.
func crashEverywhere(e *env) error {
	plain := e.open()
	if err := plain.script(plain.service(plain.st)); err != nil {
		return fmt.Errorf("without a crash: %w", err)
	}
	want, err := plain.heads(everybody...)
	if err != nil {
		return err
	}
	for _, multi := range []bool{false, true} {
		if multi && !e.f.Multi {
			continue
		}
		for _, fault := range []Fault{DieBefore, DieAfter} {
			for n := 1; ; n++ {
				if n == maxPoints {
					return fmt.Errorf("a script with more than %d calls", maxPoints)
				}
				died, err := e.crashOnce(n, fault, multi, want)
				if err != nil {
					return fmt.Errorf("after a crash at call %d (after it: %t, several accounts at once: %t): %w", n, fault == DieAfter, multi, err)
				}
				if !died {
					break
				}
			}
		}
	}
	return nil
}

func (e *env) crashOnce(n int, fault Fault, multi bool, want string) (died bool, err error) {
	x := e.open()
	faults := &Faults{Store: x.st, Plan: func(i int, _ string) Fault {
		if i == n {
			died = true
			return fault
		}
		return None
	}}
	var st loyalty.Store = faults
	if multi {
		st = FaultsMulti{faults}
	}
	if err := x.script(x.service(st)); !died {
		return false, err
	}
	if x.f.Reopen {
		if err := x.reopen(); err != nil {
			return true, err
		}
	}
	transit, err := x.transit()
	if err != nil || transit < 0 {
		return true, fmt.Errorf("%d points in transit, %w", transit, err)
	}
	s := x.service(x.st)
	if n%2 == 0 { // else the commands alone go on with what was sent
		for _, id := range everybody {
			if _, err := s.Resume(x.ctx, id, 0); err != nil {
				return true, fmt.Errorf("in Resume: %w", err)
			}
		}
		if transit, err = x.transit(); err != nil || transit != 0 {
			return true, fmt.Errorf("%d points in transit after Resume, %w", transit, err)
		}
	}
	if err := x.script(s); err != nil {
		return true, fmt.Errorf("given again: %w", err)
	}
	got, err := x.heads(everybody...)
	return true, errors.Join(err, same("accounts", got, want))
}

// transit audits all and returns how many points were sent and not received.
func (e *env) transit() (sum loyalty.Points, err error) {
	for _, id := range everybody {
		a, err := e.audited(id)
		if err != nil {
			return 0, fmt.Errorf("account %q: %w", id, err)
		}
		sum += a.Books("points")[loyalty.Transferred]
	}
	return sum, nil
}
