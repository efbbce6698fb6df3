package loyalty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// DefaultAttempts is how often a [Service] whose Attempts is 0 tries.
const DefaultAttempts = 48

// Service carries commands out in a store: load, decide, commit, and again where somebody
// else was faster. Every command is carried out once, however often it is given with its
// key. It is safe for concurrent use if its fields are not changed, and must not be copied.
//
// Commands of an account that are given at once are written in any order: one whose
// [Header.At] is the clock's of an instant ago may come after one that is later. Under
// BackdateRefuse, which is the default, it is then ErrBackdated, and given again with the
// same At it stays so. A host whose callers write to an account at once, or through a queue,
// chooses [PolicyConfig] Backdate: BackdateRaise where the order of arrival is as good, as
// at a till, for the command counts from the latest instant on; BackdateAccept with a short
// BackdateWithin where its own day must count, as for campaigns and windows at midnight.
type Service struct {
	Engine *Engine
	Store  Store
	// Now is the host's clock: when a commit is recorded.
	Now func() time.Time
	// Attempts is how often it tries before ErrConflict is returned; 0 is DefaultAttempts.
	// Deciding again since a shared counter is short is not counted.
	Attempts int
	// Wait, if there is one, is called between two attempts, the next being the n-th
	// from 2 on: the place for a pause with jitter. Its error ends the command.
	Wait func(ctx context.Context, n int) error
	// Unlocked says that a store that is a Locker is not asked to lock.
	Unlocked bool

	pool sync.Pool // of *attempt
}

// Answer is what became of a command.
type Answer struct {
	Receipt
	Repeated bool        // it was carried out before; Why, Next and Parcel are empty then
	Why      Explanation // the answer's own
	Next     *TierNeed   // what the next tier needs after it, as Decision.Next says; nil: nothing
	// Parcel is of Send and MergeOut; of a Transfer also if Repeated, unless it has arrived
	// and the entry that has sent it was archived, or cannot be read.
	Parcel *Parcel
}

// In returns a service for a store that writes in a transaction of the host, as that of
// a [TxStore]: it tries once, since after a conflict the host begins its transaction anew,
// and does not lock. A shared counter that is short is no conflict: the command is decided
// again in the same transaction with what is left, capped or refused. Package loyaltysql
// takes back by a savepoint what the first commit had written; a store whose transaction is
// of no use after an error returns that error then, and the host begins anew.
func (s *Service) In(store Store) *Service {
	return &Service{Engine: s.Engine, Store: store, Now: s.Now, Attempts: 1, Wait: s.Wait, Unlocked: true}
}

// Do carries a command out. rows are committed with it, or ErrRowConflict is returned, upon
// which whoever decided them decides again; for coupons the Checkout of package coupon does. A Sweep that has nothing
// to post has no entry that rows could go with: ErrCommit. A command that is Repeated
// writes nothing, its rows neither; they went with the first.
//
// Errors are those of [Engine.Decide] and of the store, and ErrConflict after the last
// attempt; nothing was written then. A store that does not know whether it has written is
// asked for the receipt, and the command decided again if there is none; where that does
// not settle it the error is an ErrUnknownOutcome, joined with what was found: give the
// command again. What is left of shared counters, such as a campaign's budget, is asked
// only when a commit would pass the limit; the command is then decided with it.
func (s *Service) Do(ctx context.Context, id AccountID, cmd Command, rows ...RowChange) (Answer, error) {
	t := s.attempt(id, cmd, rows)
	defer s.pool.Put(t)
	defer t.forget()
	return t.run(ctx)
}

// Simulate decides a command on the account as it is and writes nothing.
func (s *Service) Simulate(ctx context.Context, id AccountID, cmd Command) (*Decision, error) {
	t := s.attempt(id, cmd, nil)
	defer s.pool.Put(t)
	defer t.forget()
	d := new(Decision)
	if _, err := t.load(ctx, s.Store, d); err != nil {
		return nil, err
	}
	return d, nil
}

// attempt is the memory of carrying out a command.
type attempt struct {
	s       *Service
	id      AccountID
	cmd     Command
	rows    []RowChange
	own     bool // a command of the service itself, see ownCommand
	idle    bool // with nothing to post, the due is written
	need    Need
	shared  map[string]int64 // what is left, as far as the store has said
	d       Decision
	next    *TierNeed // of d
	c       Commit
	locked  func(context.Context, Accounts) error
	written bool     // the last round had something to commit
	unsure  []Answer // of rounds of which it is not known whether they were written
	room    struct { // for the next answers
		results []Result
		awards  []Award
		uses    []Use
	}
}

// cut returns a copy of s in room that nobody else has, which is renewed where it is too
// small: several answers share a block.
func cut[T any](room *[]T, s []T) []T {
	const block = 16
	if len(s) == 0 || len(s) > block/4 {
		return slices.Clone(s)
	}
	if len(*room) < len(s) {
		*room = make([]T, block)
	}
	out := (*room)[:len(s):len(s)]
	*room = (*room)[len(s):]
	copy(out, s)
	return out
}

func (s *Service) attempt(id AccountID, cmd Command, rows []RowChange) *attempt {
	t, _ := s.pool.Get().(*attempt)
	if t == nil {
		t = new(attempt)
		t.locked = t.once
	}
	t.s, t.id, t.cmd, t.rows = s, id, cmd, rows
	return t
}

// forget drops what is the caller's.
func (t *attempt) forget() {
	t.cmd, t.rows, t.shared, t.next, t.c = nil, nil, nil, nil, Commit{}
	clear(t.need.Orders)
	clear(t.need.Open)
	t.own, t.idle, t.written, t.unsure = false, false, false, nil
	if cap(t.d.Entries) > 64 { // of a sweep
		t.d = Decision{}
	}
}

// run tries until it is done.
func (t *attempt) run(ctx context.Context) (Answer, error) {
	s := t.s
	attempts := s.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	lock, _ := s.Store.(Locker)
	short := DefaultAttempts // how often a shared counter may run short besides
	var unknown, err error
	for n := 1; n <= attempts; n++ {
		if n > 1 && s.Wait != nil && !errors.Is(err, ErrShared) {
			if err := s.Wait(ctx, n); err != nil {
				return Answer{}, join(unknown, err)
			}
		}
		t.written = false
		if lock != nil && !s.Unlocked && t.shared == nil {
			err = lock.Lock(ctx, t.id, t.locked)
		} else {
			err = t.once(ctx, s.Store)
		}
		if err == nil {
			answer := t.answer()
			if mine, ok := among(t.unsure, answer.Receipt); ok && answer.Repeated {
				return mine, nil
			}
			return answer, nil
		}
		shared, isShort := errors.AsType[*SharedError](err)
		switch {
		case errors.Is(err, ErrUnknownOutcome):
			if unknown = err; t.written {
				t.unsure = append(t.unsure, t.answer())
			}
			fallthrough
		case errors.Is(err, ErrDuplicateKey):
			answer, found, err := t.resolve(ctx)
			if found || err != nil {
				return answer, join(unknown, err)
			}
		case isShort && t.written:
			if left, ok := t.shared[shared.Counter]; ok && left == shared.Left {
				return Answer{}, join(unknown, err)
			}
			if t.shared == nil {
				t.shared = make(map[string]int64)
			}
			t.shared[shared.Counter] = shared.Left
			if short--; short >= 0 { // nobody was faster
				attempts++
			}
		case errors.Is(err, ErrConflict):
		case unknown != nil && !t.written && ctx.Err() == nil && n < attempts && !refused(err):
			// a store that is down for a moment may yet tell
		default:
			return Answer{}, join(unknown, plain(err))
		}
	}
	if errors.Is(err, ErrDuplicateKey) { // by whom the store cannot see, in a transaction of before: begun anew, it can
		err = strict.Join(err, ErrConflict)
	}
	return Answer{}, fmt.Errorf("loyalty: after %d attempts: %w", attempts, join(unknown, plain(err)))
}

// join puts an unknown outcome before what was found, unless it is said there.
func join(unknown, err error) error {
	if err == nil || errors.Is(err, ErrUnknownOutcome) {
		return err
	}
	return strict.Join(unknown, err)
}

// once loads, decides and commits.
func (t *attempt) once(ctx context.Context, store Accounts) error {
	t.next = nil
	a, err := t.load(ctx, store, &t.d)
	if err != nil || t.d.Repeated {
		return err
	}
	switch {
	case len(t.d.Entries) > 0:
		t.next = t.d.next() // before the account may change
	case len(t.rows) > 0:
		return noEntry()
	case !t.idle:
		return nil
	}
	t.written = true
	t.c.set(a, &t.d, t.rows)
	return store.Commit(ctx, &t.c)
}

// needRounds is how often more is loaded before all is.
const needRounds = 3

// load loads what the command needs and decides.
func (t *attempt) load(ctx context.Context, store Accounts, d *Decision) (*Account, error) {
	t.s.Engine.needInto(&t.need, t.cmd)
	for round := 0; ; round++ {
		a, err := store.Load(ctx, t.id, t.need)
		if err != nil {
			return nil, err
		}
		for name, left := range t.shared {
			a.SetShared(name, left)
		}
		if t.own {
			t.cmd = ownCommand(t.cmd, a)
		}
		err = t.s.Engine.DecideInto(d, a, t.cmd, t.s.Now())
		if err == nil {
			return a, nil
		}
		more, ok := errors.AsType[*NeedError](err)
		if !ok || round > needRounds {
			return nil, err
		}
		t.need = t.need.Join(more.Need)
		t.need.All = t.need.All || round == needRounds-1
	}
}

// noEntry refuses rows that no entry goes with: given again they would go twice.
func noEntry() error { return guanxi.At("/rows", ErrCommit) }

// resolve asks the store for the receipt of the command's key. It may be this attempt's own
// only if the outcome of a commit was unknown: otherwise somebody else has written it, be
// it the very same entry.
func (t *attempt) resolve(ctx context.Context) (Answer, bool, error) {
	r, ok, err := t.s.Store.Receipt(ctx, t.cmd.Common().Key)
	if err != nil {
		if ctx.Err() != nil {
			return Answer{}, false, err
		}
		return Answer{}, false, nil // the next attempt tells
	}
	switch {
	case !ok:
		return Answer{}, false, nil
	case r.Account != t.id || r.Intent != t.d.Receipt.Intent:
		return Answer{}, true, keyReused()
	}
	if mine, ok := among(t.unsure, r); ok {
		return mine, true, nil
	}
	return Answer{Receipt: r, Repeated: true}, true, nil
}

// among returns which of the answers, whose outcome was unknown, a receipt says was written.
func among(unsure []Answer, r Receipt) (Answer, bool) {
	for _, a := range unsure {
		if a.Account == r.Account && a.Seq == r.Seq && a.Recorded == r.Recorded && a.Intent == r.Intent {
			return a, true
		}
	}
	return Answer{}, false
}

// ownCommand fits a command of the service to the account: a Receive is not dated before
// the account's last instant, for when it arrives is for the service to say; a Sweep has
// the key of the entries that it follows.
func ownCommand(cmd Command, a *Account) Command {
	switch c := cmd.(type) {
	case *Receive:
		if InstantOf(c.At) < a.Last {
			later := *c
			later.At = a.Last.Time()
			return &later
		}
	case *Sweep:
		keyed := *c
		keyed.Key = SweepKey(a.ID, a.Seq)
		return &keyed
	}
	return cmd
}

// answer copies what the decision says.
func (t *attempt) answer() Answer {
	a := Answer{Receipt: t.d.Receipt, Repeated: t.d.Repeated, Parcel: t.d.Parcel.clone()}
	a.Results = cut(&t.room.results, a.Results)
	if !a.Repeated {
		a.Why = Explanation{Awards: cut(&t.room.awards, t.d.Why.Awards), Uses: cut(&t.room.uses, t.d.Why.Uses), Money: t.d.Why.Money, Coupon: t.d.Why.Coupon, Coupons: t.d.Why.Coupons, Back: *t.d.Why.Back.clone()}
		a.Next = t.next
	}
	return a
}
