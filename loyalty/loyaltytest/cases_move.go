package loyaltytest

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

func transfer(e *env) error {
	s := e.service(&Faults{Store: e.st, Plan: func(int, string) Fault { return None }}) // two commits
	if err := e.do(anna, adjust("k1", day(0), "points", 100, day(50))); err != nil {
		return err
	}
	for i := range 3 {
		t, err := s.Transfer(e.ctx, anna, &loyalty.Send{Header: head("t1", day(1)), To: bert, Kind: "points", Points: 30})
		if err != nil || t.Returned || t.Received.Account != bert || t.Sent.Repeated != (i > 0) {
			return fmt.Errorf("transfer for the %d. time: %+v, %w", i+1, t, err)
		}
	}
	if _, err := s.Transfer(e.ctx, anna, &loyalty.Send{Header: head("t2", day(1)), To: bert, Kind: "points", Points: 71}); !errors.Is(err, loyalty.ErrNotEnough) {
		return fmt.Errorf("a transfer of more than there is: %w", err)
	}
	if err := e.do(cleo, adjust("k2", day(0), "points", 1, time.Time{}), &loyalty.Freeze{Header: head("k3", day(0))}); err != nil {
		return err
	}
	if err := e.unchanged("a transfer to an account that is frozen", loyalty.ErrFrozen, func() error {
		_, err := s.Transfer(e.ctx, anna, &loyalty.Send{Header: head("t3", day(1)), To: cleo, Kind: "points", Points: 5})
		return err
	}); err != nil {
		return err
	}
	return contract.First(func() error { return e.onTheWay(s) }, func() error { return e.audit(anna, bert, cleo, "d", "f") })
}

// onTheWay sends parcels by hand, whose receivers are gone when they arrive.
func (e *env) onTheWay(s *loyalty.Service) error {
	send := func(key loyalty.Key, to loyalty.AccountID) (loyalty.Event, error) {
		if err := e.do(anna, &loyalty.Send{Header: head(key, day(2)), To: to, Kind: "points", Points: 10}); err != nil {
			return loyalty.Event{}, err
		}
		journal, err := e.journal(anna)
		if err != nil {
			return loyalty.Event{}, err
		}
		return journal[len(journal)-1].Event(), nil
	}
	left := func(id loyalty.AccountID, want loyalty.Points) error {
		a, err := e.st.Load(e.ctx, id, loyalty.Need{})
		if err != nil {
			return err
		}
		return same(fmt.Sprintf("points of %q", id), a.Books("points")[loyalty.Available], want)
	}
	closed, err := send("p1", "d")
	if err != nil {
		return err
	}
	merged, err := send("p2", "f")
	if err != nil {
		return err
	}
	frozen, err := send("p3", cleo)
	if err != nil {
		return err
	}
	if err := e.do("d", adjust("d1", day(2), "cash", 1, time.Time{}), &loyalty.Close{Header: head("d2", day(2)), Forfeit: true}); err != nil {
		return err
	}
	if err := e.do("f", adjust("f1", day(2), "points", 4, day(30))); err != nil {
		return err
	}
	if _, err := s.Merge(e.ctx, "f", &loyalty.MergeOut{Header: head("f2", day(3)), Into: bert}); err != nil {
		return fmt.Errorf("in Merge: %w", err)
	}
	for range 2 {
		for _, ev := range []loyalty.Event{closed, merged} {
			if err := s.Settle(e.ctx, ev); err != nil {
				return fmt.Errorf("in Settle: %w", err)
			}
		}
		if err := contract.Is(s.Settle(e.ctx, frozen), loyalty.ErrTransit, "Settle with a frozen account"); err != nil {
			return err
		}
		// anna: 100 − 30 − 10 (bert has it) − 10 (on its way); bert: 30 + 4 + 10
		if err := errors.Join(left(anna, 50), left(bert, 44), left(cleo, 1)); err != nil {
			return err
		}
	}
	if err := e.do(cleo, &loyalty.Thaw{Header: head("k4", day(3))}); err != nil {
		return err
	}
	if n, err := s.Resume(e.ctx, anna, 0); err != nil || n != 4 {
		return fmt.Errorf("in Resume: %d parcels, want 4, %w", n, err)
	}
	return errors.Join(left(anna, 50), left(bert, 44), left(cleo, 11))
}

func batch(e *env) error {
	var requests []loyalty.Request
	add := func(id loyalty.AccountID, cmd loyalty.Command) {
		requests = append(requests, loyalty.Request{Account: id, Command: cmd})
	}
	for i := range 12 {
		id := loyalty.AccountID(fmt.Sprint("b", i%4))
		key := func(s string) loyalty.Key { return loyalty.Key(fmt.Sprint(s, i)) }
		add(id, &loyalty.Earn{Header: head(key("e"), day(i)), Order: order(fmt.Sprint("o", i), 20)})
		add(id, adjust(key("a"), day(i), "points", 10, day(60+i)))
		add(id, spend(key("s"), day(i), 7))
		add(id, &loyalty.Place{Header: head(key("h"), day(i)), Hold: fmt.Sprint("h", i), Spend: loyalty.Spend{Kind: "points", Points: 2}, Until: day(200)})
		add(id, &loyalty.Capture{Header: head(key("c"), day(i)), Hold: fmt.Sprint("h", i)})
		add(id, spend(key("x"), day(i), 1_000_000)) // refused
		add(id, &loyalty.Return{Header: head(key("r"), day(i)), Redemption: key("s"), Points: 3})
		add(id, spend(key("s"), day(i), 7)) // given again
		add(id, &loyalty.Refund{Header: head(key("f"), day(i)), Order: fmt.Sprint("o", i), Refund: "1"})
	}
	ids := []loyalty.AccountID{"b0", "b1", "b2", "b3"}
	plain := e.open()
	one := plain.service(plain.st)
	want := make([]loyalty.Outcome, len(requests))
	for i, r := range requests {
		want[i].Answer, want[i].Err = one.Do(e.ctx, r.Account, r.Command)
	}
	heads, err := plain.heads(ids...)
	if err != nil {
		return err
	}
	// again: they have been carried out before, so that another refusal may come first
	check := func(x *env, got []loyalty.Outcome, again bool) error {
		for i := range got {
			g, w := &got[i], &want[i]
			if (g.Err == nil) != (w.Err == nil) || !again && fmt.Sprint(g.Err) != fmt.Sprint(w.Err) || fmt.Sprintf("%+v", g.Answer.Receipt) != fmt.Sprintf("%+v", w.Answer.Receipt) {
				return fmt.Errorf("request %d (%T) of a batch: %+v, %w, want %+v, %w", i, requests[i].Command, g.Answer.Receipt, g.Err, w.Answer.Receipt, w.Err)
			}
			if g.Err == nil && !again && g.Answer.Repeated != w.Answer.Repeated {
				return fmt.Errorf("request %d of a batch: repeated %t", i, g.Answer.Repeated)
			}
		}
		x0, err := x.heads(ids...)
		return errors.Join(err, same("accounts", x0, heads))
	}
	for _, fault := range []Fault{None, Conflict, Unknown, Lost, FailBefore} {
		x := e.open()
		faults := &Faults{Store: x.st}
		var s *loyalty.Service
		if s = x.service(faults); e.f.Multi {
			s = x.service(FaultsMulti{faults})
		}
		hit := false
		faults.Plan = func(_ int, call string) Fault {
			if (call == "Commit" || call == "CommitAll") && !hit {
				hit = true
				return fault
			}
			return None
		}
		got := s.Batch(e.ctx, requests)
		if err := check(x, got, fault == Unknown); err != nil {
			return fmt.Errorf("with fault %d: %w", fault, err)
		}
		if err := check(x, s.Batch(e.ctx, requests), true); err != nil {
			return fmt.Errorf("given again, with fault %d: %w", fault, err)
		}
	}
	return nil
}

func sweep(e *env) error {
	if err := e.play(story("k")); err != nil {
		return err
	}
	for i := range 7 {
		id := loyalty.AccountID(fmt.Sprint("w", i))
		if err := e.do(id, adjust(loyalty.Key(id), day(0), "points", 5, day(40)), spend(loyalty.Key(id+"s"), day(1), loyalty.Points(1+i%5))); err != nil {
			return err
		}
	}
	ids := []loyalty.AccountID{anna, bert, "w0", "w1", "w2", "w3", "w4", "w5", "w6"}
	at := day(450)
	balances := func() (out []string, err error) {
		for _, id := range ids {
			a, err := e.st.Load(e.ctx, id, loyalty.Need{All: true})
			if err != nil {
				return nil, err
			}
			for _, k := range a.Kinds() {
				b, err := a.BalanceAt(k, at)
				if err != nil {
					return nil, err
				}
				out = append(out, fmt.Sprintf("%q %+v", id, b))
			}
		}
		return out, nil
	}
	before, err := balances()
	if err != nil {
		return err
	}
	s := e.service(e.st)
	s.Now = func() time.Time { return at }
	for round := range 3 { // sweeping again does nothing
		var after loyalty.DueAccount
		seen := make(map[loyalty.AccountID]int)
		for pages := 0; ; pages++ {
			done, next, err := s.Sweep(e.ctx, at, after, 3)
			if err != nil || pages > 100 {
				return fmt.Errorf("sweep: %w", err)
			}
			for _, d := range done {
				if d.Err != nil {
					return fmt.Errorf("sweep of %q: %w", d.Account, d.Err)
				}
				seen[d.Account]++
			}
			if len(done) == 0 {
				break
			}
			after = next
		}
		if round == 0 && len(seen) < 3 || round > 0 && len(seen) > 0 {
			return fmt.Errorf("sweep %d has looked at %v", round+1, seen)
		}
		now, err := balances()
		if err := errors.Join(err, same("balances after the sweep", now, before)); err != nil {
			return err
		}
		if due, err := e.allDue(micros(at), 4); err != nil || len(due) > 0 {
			return fmt.Errorf("due after the sweep: %v, %w", due, err)
		}
	}
	return e.audit(ids...)
}
