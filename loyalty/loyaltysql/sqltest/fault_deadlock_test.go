package sqltest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// code is what the database calls an error: a SQLSTATE, or a number.
func code(err error) string {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return state.SQLState()
	}
	if text := err.Error(); strings.Contains(text, "Error 1213") {
		return "1213"
	}
	return ""
}

// crossing carries two transactions of a host out again and again, that write to the same
// two accounts crosswise, each after both have begun: one of them is the victim, and
// begins anew. between is what each does before it waits for the other one.
func crossing(t *testing.T, d *database, rounds int, between string) (codes map[string]int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l, ids := newLedger(), shops(2)
	quick := *d
	if d.dialect == loyaltysql.PostgreSQL { // or it looks for them after a second
		quick.dsn += "&deadlock_timeout=50ms"
	}
	db := quick.open(t)
	store := d.store(t, db)
	s := l.service(store)
	for _, id := range ids {
		if err := l.until(ctx, s, id, l.opened(id)); err != nil {
			t.Fatal(err)
		}
	}
	codes = make(map[string]int)
	var mu sync.Mutex
	for round := range rounds {
		var wg, met sync.WaitGroup
		met.Add(2)
		for w := range 2 {
			own, other := ids[w], ids[1-w]
			once := func(meet func()) error {
				tx, err := db.BeginTx(ctx, nil)
				if err != nil {
					return err
				}
				defer func() { _ = tx.Rollback() }()
				in := s.In(store.WithTx(tx))
				var answers []loyalty.Answer
				do := func(id loyalty.AccountID, n int) error {
					cmd := l.command(fmt.Sprint(w, "-", round), n)
					l.note(id, cmd.Common().Key)
					a, err := in.Do(ctx, id, cmd)
					answers = append(answers, a)
					return err
				}
				if between == "write" {
					err = do(own, 1)
				} else {
					_, err = in.Simulate(ctx, own, l.command("?", 1))
				}
				meet()
				if err == nil {
					err = do(other, 0)
				}
				if err == nil && between != "write" {
					err = do(own, 1)
				}
				if err == nil {
					err = tx.Commit()
				}
				if err != nil {
					return err
				}
				for i := range answers {
					if err := l.ack(answers[i].Account, answers[i].Key, &answers[i]); err != nil {
						t.Error(err)
					}
				}
				return nil
			}
			wg.Go(func() {
				err := once(func() { met.Done(); met.Wait() })
				for ; err != nil && ctx.Err() == nil; err = once(func() {}) {
					c := code(err)
					if !errors.Is(err, loyalty.ErrConflict) && c != "40001" && c != "40P01" { // the latter two of the host's own commit
						t.Errorf("round %d: %v", round, err)
						return
					}
					mu.Lock()
					codes[c]++
					mu.Unlock()
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if len(l.acked) != 4*rounds+2 {
		t.Errorf("%d were acknowledged", len(l.acked))
	}
	l.audit(t, store, ids...)
	return codes
}

// Two transactions lock two accounts crosswise: the deadlock is a conflict for one of them.
func TestFaultDeadlock(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		if d.dialect == loyaltysql.SQLite { // one writes at a time: they cross by what they have read
			own := *d
			own.dsn = strings.ReplaceAll(own.dsn, "_txlock=immediate", "_txlock=deferred")
			t.Log(crossing(t, &own, 10, "read"))
			return
		}
		codes := crossing(t, d, 3, "write")
		t.Log(codes)
		if codes["40P01"]+codes["1213"] == 0 {
			t.Errorf("no deadlock: %v", codes)
		}
	})
}

// On other levels of isolation than the usual: transactions that read what the other one
// writes, and many who write at once, singly, in batches and under locks.
func TestFaultIsolation(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		own := *d
		switch d.dialect {
		case loyaltysql.PostgreSQL:
			own.dsn += "&default_transaction_isolation=serializable"
			codes := crossing(t, &own, 3, "read")
			t.Log(codes)
			if codes["40001"] == 0 {
				t.Errorf("no serialisation failure: %v", codes)
			}
		case loyaltysql.MySQL:
			own.dsn += "?tx_isolation=%27READ-COMMITTED%27"
		}
		crowd(t, &own)
	})
}

// crowd lets many write to a few accounts at once, in batches of crossing orders too.
func crowd(t *testing.T, d *database) {
	t.Helper()
	const workers, each = 6, 18
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l, ids := newLedger(), shops(4)
	store := d.store(t, d.open(t))
	for _, id := range ids {
		if err := l.until(ctx, l.service(store), id, l.opened(id)); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for w := range workers {
		s := l.service(store)
		if w%3 == 1 {
			s = l.service(store.Locking())
		}
		r := rand.New(rand.NewPCG(uint64(w), 3))
		wg.Go(func() {
			for n := range each {
				if w%3 < 2 {
					if err := l.until(ctx, s, ids[(w+n)%len(ids)], l.command(fmt.Sprint(w, "-", n), n%3)); err != nil {
						t.Error(err)
						return
					}
					continue
				}
				var requests []loyalty.Request
				for _, i := range r.Perm(len(ids)) {
					cmd := l.command(fmt.Sprint(w, "@", i, "-", n), n%3)
					l.note(ids[i], cmd.Common().Key)
					requests = append(requests, loyalty.Request{Account: ids[i], Command: cmd})
				}
				for i, o := range s.Batch(ctx, requests) {
					k := requests[i].Command.Common().Key
					if o.Err != nil {
						if err := l.met(k, o.Err); err != nil {
							t.Error(err)
						}
						if err := l.until(ctx, s, requests[i].Account, requests[i].Command); err != nil {
							t.Error(err)
						}
						continue
					}
					l.mu.Lock()
					l.maybe[k] = true // some are given twice
					l.mu.Unlock()
					if err := l.ack(requests[i].Account, k, &o.Answer); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	l.audit(t, store, ids...)
}
