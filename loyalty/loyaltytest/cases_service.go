package loyaltytest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

// told plays the story with a service and returns what became of the accounts.
func (e *env) told(s *loyalty.Service, ids ...loyalty.AccountID) (string, error) {
	for i, st := range story("k") {
		if _, err := s.Do(e.ctx, st.id, st.cmd); err != nil {
			return "", fmt.Errorf("command %d, %T: %w", i+1, st.cmd, err)
		}
	}
	return e.heads(ids...)
}

// heads audits accounts and returns what they are by the hashes of their last entries:
// the same after the same commands.
func (e *env) heads(ids ...loyalty.AccountID) (string, error) {
	var out strings.Builder
	for _, id := range ids {
		a, err := e.audited(id)
		if err != nil {
			return "", fmt.Errorf("account %q: %w", id, err)
		}
		fmt.Fprintf(&out, "%q: %d entries, %x\n", id, a.Seq, a.Head)
	}
	return out.String(), nil
}

// asPlain checks that a run with faults ends as one without.
func (e *env) asPlain(run func() error) error {
	plain := e.open()
	want, err := plain.told(plain.service(plain.st), anna, bert)
	if err != nil {
		return err
	}
	if err := run(); err != nil {
		return err
	}
	got, err := e.heads(anna, bert)
	return errors.Join(err, same("accounts", got, want))
}

func errorBefore(e *env) error {
	return e.asPlain(func() error {
		fail := false
		faults := &Faults{Store: e.st, Plan: func(_ int, call string) Fault {
			if call == "Commit" {
				if fail = !fail; fail {
					return FailBefore
				}
			}
			return None
		}}
		s := e.service(faults)
		for i, st := range story("k") {
			if _, err := s.Do(e.ctx, st.id, st.cmd); !errors.Is(err, ErrInjected) {
				return fmt.Errorf("command %d: %w, want the store's error", i+1, err)
			}
			if _, ok, err := e.st.Receipt(e.ctx, st.cmd.Common().Key); ok || err != nil {
				return fmt.Errorf("receipt of what was not written: %t, %w", ok, err)
			}
			if a, err := s.Do(e.ctx, st.id, st.cmd); err != nil || a.Repeated {
				return fmt.Errorf("command %d again: %w", i+1, err)
			}
		}
		return nil
	})
}

func errorAfter(e *env) error {
	return e.asPlain(func() error {
		s := e.service(&Faults{Store: e.st, Plan: func(_ int, call string) Fault {
			if call == "Commit" {
				return Unknown
			}
			return None
		}})
		for i, st := range story("k") {
			a, err := s.Do(e.ctx, st.id, st.cmd)
			if err != nil {
				return fmt.Errorf("command %d whose outcome was unknown: %w", i+1, err)
			}
			if r, ok, err := e.st.Receipt(e.ctx, st.cmd.Common().Key); err != nil || !ok || r.Seq != a.Seq {
				return fmt.Errorf("command %d is answered with entry %d, its receipt has %d", i+1, a.Seq, r.Seq)
			}
		}
		return nil
	})
}

func unknownLost(e *env) error {
	return e.asPlain(func() error {
		lost := 0
		s := e.service(&Faults{Store: e.st, Plan: func(_ int, call string) Fault {
			if call == "Commit" {
				if lost++; lost%3 != 0 {
					return Lost
				}
			}
			return None
		}})
		for i, st := range story("k") {
			if _, err := s.Do(e.ctx, st.id, st.cmd); err != nil {
				return fmt.Errorf("command %d whose commit was lost: %w", i+1, err)
			}
		}
		return nil
	})
}

func storm(e *env) error {
	if err := e.do(anna, adjust("k1", day(0), "points", 1000, time.Time{})); err != nil {
		return err
	}
	n, fault := 0, error(nil)
	s := e.service(&Faults{Store: e.st, Plan: func(_ int, call string) Fault {
		if call == "Commit" && n < 30 { // somebody else is faster
			n++
			fault = errors.Join(fault, e.do(anna, adjust(loyalty.Key(fmt.Sprint("other", n)), day(1), "points", 1, time.Time{})))
		}
		return None
	}})
	waits := 0
	s.Wait = func(context.Context, int) error { waits++; return nil }
	if _, err := s.Do(e.ctx, anna, spend("mine", day(1), 70)); err != nil || fault != nil {
		return fmt.Errorf("after %d conflicts: %w", n, errors.Join(err, fault))
	}
	a, err := e.audited(anna)
	if err := errors.Join(err, same("waits", waits, 30)); err != nil {
		return err
	}
	return errors.Join(same("entries", a.Seq, int64(32)), same("redeemed", a.Books("points")[loyalty.Redeemed], loyalty.Points(70)))
}

func deliveries(e *env) error {
	var all []loyalty.Command
	if err := e.do(anna, adjust("k", day(0), "points", 10_000, time.Time{})); err != nil {
		return err
	}
	for i := range 24 {
		all = append(all, adjust(loyalty.Key(fmt.Sprint("a", i)), day(1), "points", 3, time.Time{}), spend(loyalty.Key(fmt.Sprint("s", i)), day(1), 5))
	}
	var repeated atomic.Int64
	s := e.service(e.st)
	s.Attempts = 1000
	errs := contract.Each(4, func(i int) error {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		for _, j := range append(r.Perm(len(all)), r.Perm(len(all))...) {
			a, err := s.Do(e.ctx, anna, all[j])
			if err != nil {
				return fmt.Errorf("delivery of %q: %w", all[j].Common().Key, err)
			}
			if a.Repeated {
				repeated.Add(1)
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
	return errors.Join(
		same("entries", a.Seq, int64(len(all)+1)), same("deliveries of what was done", repeated.Load(), int64(7*len(all))),
		same("points", a.Books("points")[loyalty.Available], loyalty.Points(10_000+24*3-24*5)))
}

func spenders(e *env) error {
	for round, unlocked := range []bool{false, true} {
		id := loyalty.AccountID(fmt.Sprint("s", round))
		if err := e.do(id, adjust(loyalty.Key(id), day(0), "points", 100, day(50))); err != nil {
			return err
		}
		s := e.service(e.st)
		s.Unlocked, s.Attempts = unlocked, 1000
		if err := oneOf(contract.Each(8, func(i int) error {
			_, err := s.Do(e.ctx, id, spend(loyalty.Key(fmt.Sprint(id, i)), day(1), 60))
			return err
		}), loyalty.ErrNotEnough); err != nil {
			return err
		}
		a, err := e.audited(id)
		if err := errors.Join(err, same("points left", a.Books("points")[loyalty.Available], loyalty.Points(40))); err != nil {
			return err
		}
	}
	return e.between()
}

// between lets another spender be done while the first one decides.
func (e *env) between() error {
	if err := e.do("s", adjust("s", day(0), "points", 100, day(50))); err != nil {
		return err
	}
	var other error
	done := false
	s := e.service(&Faults{Store: e.st, Plan: func(_ int, call string) Fault {
		if call == "Commit" && !done {
			done = true
			other = e.do("s", spend("s-other", day(1), 60))
		}
		return None
	}})
	if _, err := s.Do(e.ctx, "s", spend("s-mine", day(1), 60)); !errors.Is(err, loyalty.ErrNotEnough) || other != nil {
		return fmt.Errorf("a spender after another: %w, want ErrNotEnough; the other: %w", err, other)
	}
	return e.audit("s")
}

func oneKey(e *env) error {
	if err := e.do(anna, adjust("k", day(0), "points", 100, day(50))); err != nil {
		return err
	}
	s := e.service(e.st)
	s.Attempts = 1000
	answers := make([]loyalty.Answer, 8)
	if err := errors.Join(contract.Each(8, func(i int) (err error) {
		answers[i], err = s.Do(e.ctx, anna, spend("one", day(1), 60))
		return err
	})...); err != nil {
		return err
	}
	fresh := 0
	for _, a := range answers {
		if err := same("receipt", a.Receipt, answers[0].Receipt); err != nil {
			return err
		}
		if !a.Repeated {
			fresh++
		}
	}
	if err := same("answers that are not repeated", fresh, 1); err != nil {
		return err
	}
	if _, err := s.Do(e.ctx, anna, spend("one", day(1), 61)); !errors.Is(err, loyalty.ErrKeyReused) {
		return fmt.Errorf("the key with another intent: %w, want ErrKeyReused", err)
	}
	if _, err := s.Do(e.ctx, bert, adjust("one", day(1), "points", 1, time.Time{})); !errors.Is(err, loyalty.ErrKeyReused) {
		return fmt.Errorf("the key for another account: %w, want ErrKeyReused", err)
	}
	return e.audit(anna, bert)
}

func expiryBetween(e *env) error {
	end := day(10)
	for i, fault := range []Fault{None, Conflict, Unknown, Lost} {
		id := loyalty.AccountID(fmt.Sprint("x", i))
		key := func(s string) loyalty.Key { return loyalty.Key(string(id) + s) }
		if err := e.do(id, adjust(key("a"), day(0), "points", 50, end)); err != nil {
			return err
		}
		clock, once := end.Add(-time.Microsecond), false
		s := e.service(&Faults{Store: e.st, Plan: func(_ int, call string) Fault {
			if call == "Load" { // the clock goes on with each reading, past the expiry
				clock = clock.Add(time.Minute)
			}
			if call == "Commit" && !once {
				once = true
				return fault
			}
			return None
		}})
		s.Now = func() time.Time { return clock }
		a, err := s.Do(e.ctx, id, spend(key("s"), end.Add(-time.Microsecond), 20))
		if err != nil {
			return fmt.Errorf("a command of before the expiry: %w", err)
		}
		if again, err := s.Do(e.ctx, id, spend(key("s"), end.AddDate(0, 0, 1), 20)); err != nil || !again.Repeated || again.Seq != a.Seq {
			return fmt.Errorf("the command given again after the expiry: repeated %t, %w", again.Repeated, err)
		}
		if _, err := s.Do(e.ctx, id, spend(key("t"), end, 20)); !errors.Is(err, loyalty.ErrNotEnough) {
			return fmt.Errorf("a command of after the expiry: %w, want ErrNotEnough", err)
		}
		if err := e.audit(id); err != nil {
			return err
		}
	}
	return nil
}

func clockBack(e *env) error {
	clock := day(50)
	s := e.service(e.st)
	s.Now = func() time.Time { clock = clock.Add(-time.Hour); return clock }
	for i := range 10 {
		if _, err := s.Do(e.ctx, anna, adjust(loyalty.Key(fmt.Sprint("k", i)), day(i), "points", 5, day(90))); err != nil {
			return err
		}
	}
	journal, err := e.journal(anna)
	if err != nil {
		return err
	}
	for i := 1; i < len(journal); i++ {
		if journal[i].Recorded <= journal[i-1].Recorded {
			return fmt.Errorf("entry %d is recorded at %d, the one before at %d", i+1, journal[i].Recorded, journal[i-1].Recorded)
		}
	}
	return e.audit(anna)
}

func budget(e *env) error {
	s := e.service(e.st)
	s.Attempts = 1000
	var given, cut atomic.Int64
	if err := errors.Join(contract.Each(6, func(i int) error {
		id := loyalty.AccountID(fmt.Sprint("g", i))
		a, err := s.Do(e.ctx, id, &loyalty.Act{Header: head(loyalty.Key(id), day(1)), Activity: "gift"})
		for _, r := range a.Results {
			given.Add(int64(r.Points))
			cut.Add(int64(r.Cut))
		}
		return errors.Join(err, e.audit(id))
	})...); err != nil {
		return err
	}
	t, err := e.st.Shared(e.ctx, "budget:gifts")
	if err := errors.Join(err, same("budget", t, total(100)), same("given", given.Load(), int64(100)), same("cut", cut.Load(), int64(140))); err != nil {
		return err
	}
	for i := range 4 { // three mugs
		id := loyalty.AccountID(fmt.Sprint("m", i))
		if err := e.do(id, adjust(loyalty.Key(id), day(1), "points", 60, time.Time{})); err != nil {
			return err
		}
		_, err := s.Do(e.ctx, id, &loyalty.Redeem{Header: head(loyalty.Key(id+"r"), day(1)), Spend: loyalty.Spend{Reward: "mug"}})
		if i < 3 && err != nil || i == 3 && !errors.Is(err, loyalty.ErrStock) {
			return fmt.Errorf("mug %d of 3: %w", i+1, err)
		}
	}
	return nil
}

func cancelledService(e *env) error {
	for n := 1; ; n++ {
		id := loyalty.AccountID(fmt.Sprint("c", n))
		key := loyalty.Key(fmt.Sprint("k", n))
		ctx, cancel := context.WithCancel(e.ctx)
		ended := false
		s := e.service(&Faults{Store: e.st, Plan: func(i int, _ string) Fault {
			if i == n {
				cancel()
				ended = true
			}
			return None
		}})
		_, err := s.Do(ctx, id, adjust(key, day(1), "points", 5, time.Time{}))
		cancel()
		if ended && err == nil {
			return fmt.Errorf("a command whose context ended at call %d: no error", n)
		}
		if ended && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("a command whose context ended at call %d: %w", n, err)
		}
		if _, err := s.Do(e.ctx, id, adjust(key, day(1), "points", 5, time.Time{})); err != nil {
			return err
		}
		a, err := e.audited(id)
		if err := errors.Join(err, same("entries", a.Seq, int64(1))); err != nil {
			return err
		}
		if !ended {
			return nil
		}
	}
}
