//go:build unix

package sqltest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// fresh makes a place on a server of the tests' own, with tables.
func (s *server) fresh(t *testing.T) *database {
	t.Helper()
	d := s.database(t, "g"+strings.ToLower(rand.Text())[:12])
	if err := d.program(t, d.open(t), "").Apply(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

// A server is killed and started again, three times during a load of single commands, of
// commands under locks and of commands in groups: every command is acknowledged in the end,
// and there once.
func TestFaultKilled(t *testing.T) {
	ownServers(t, servers, func(t *testing.T, s *server) {
		const workers, each = 9, 36
		d := s.fresh(t)
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		l, ids := newLedger(), shops(4)
		db := d.open(t)
		store := d.store(t, db)
		for _, id := range ids {
			if err := l.until(ctx, l.service(store), id, l.opened(id)); err != nil {
				t.Fatal(err)
			}
		}
		group := &loyalty.Group{Service: l.service(store)}
		var acked atomic.Int64
		var wg sync.WaitGroup
		for w := range workers {
			who := []doer{l.service(store), l.service(store.Locking()), group}[w%3]
			wg.Go(func() {
				for n := range each {
					if err := l.until(ctx, who, ids[w%len(ids)], l.command(fmt.Sprint("w", w), n)); err != nil {
						t.Error(err)
						return
					}
					acked.Add(1)
				}
			})
		}
		for _, at := range []int64{workers * each / 8, workers * each / 3, workers * each * 2 / 3} {
			for acked.Load() < at && ctx.Err() == nil && !t.Failed() {
				time.Sleep(time.Millisecond)
			}
			if d.dialect == loyaltysql.PostgreSQL && at == workers*each/3 {
				if err := s.killBackend(); err != nil {
					t.Error(err)
				}
				continue
			}
			if err := errors.Join(s.kill(), s.start()); err != nil {
				t.Error(err)
				cancel()
			}
		}
		wg.Wait()
		t.Log("met:", l.faults)
		if l.faults["unknown"]+l.faults["connection"] == 0 {
			t.Error("no fault was met")
		}
		sold(t, l, store, ids, workers, each)
	})
}

// sold checks all of a load.
func sold(t *testing.T, l *ledger, store *loyaltysql.Store, ids []loyalty.AccountID, workers, each int) {
	t.Helper()
	if want := workers*each + len(ids); len(l.acked) != want {
		t.Errorf("%d were acknowledged, want %d", len(l.acked), want)
	}
	l.audit(t, store, ids...)
	l.mugs(t, store, workers*((each+3)/6))
	want := make(map[loyalty.AccountID]loyalty.Points)
	for w := range workers {
		want[ids[w%len(ids)]] -= spent(each)
	}
	for _, id := range ids {
		available(t, store, id, 1_000_000+want[id])
	}
}

// sell gives commands with several workers and tells each that was acknowledged.
func (j *job) sell(ctx context.Context) error {
	orphan()
	db, err := sql.Open(j.Driver, j.DSN)
	if err != nil {
		return err
	}
	store, err := loyaltysql.New(db, j.Config)
	if err != nil {
		return err
	}
	l, ids := newLedger(), shops(3)
	s := l.service(store)
	var wg sync.WaitGroup
	errs := make([]error, j.Workers)
	var out sync.Mutex
	for w := range j.Workers {
		wg.Go(func() {
			for n := j.From; ; n++ {
				cmd := l.command(fmt.Sprint(j.Name, w), n)
				k := cmd.Common().Key
				l.mu.Lock()
				l.maybe[k] = true // it may have been given by a process that was killed
				l.mu.Unlock()
				if errs[w] = l.until(ctx, s, ids[w%len(ids)], cmd); errs[w] != nil {
					return
				}
				l.mu.Lock()
				r := l.acked[k]
				l.mu.Unlock()
				out.Lock()
				fmt.Println("ack", w, n, r.Seq)
				out.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// leaving lets the sessions of a job be told from others. gone waits until the server has
// ended them: it carries out what it was given by a process that was killed.
func (d *database) leaving(t *testing.T, j job) (_ job, gone func()) {
	text := ""
	switch d.dialect {
	case loyaltysql.PostgreSQL:
		j.DSN += "&application_name=" + j.Config.Program
		text = "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + j.Config.Program + "'"
	case loyaltysql.MySQL: // others name no database
		j.DSN += j.Config.Schema
		text = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '" + j.Config.Schema + "'"
	default:
		return j, func() {}
	}
	db := d.open(t)
	return j, func() {
		for end := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
			var n int
			if err := db.QueryRow(text).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%d sessions of a process that was killed", n)
			}
		}
	}
}

// A process that writes is killed, and another one goes on, again and again, with what the
// one before had been given last: on all databases.
func TestFaultKilledProcess(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		const workers = 3
		ctx := context.Background()
		l, ids := newLedger(), shops(3)
		name := fmt.Sprint("killed", programs.Add(1))
		store := d.program(t, d.open(t), name)
		for _, id := range ids {
			if err := l.until(ctx, l.service(store), id, l.opened(id)); err != nil {
				t.Fatal(err)
			}
		}
		var last [workers]int
		for round := range 4 {
			j, gone := d.leaving(t, d.job("sell", name, "w"))
			j.Workers, j.From = workers, max(0, min(last[0], last[1], last[2])-4)
			c := spawn(t, j)
			for told := 0; ; told++ {
				line, ok := c.line()
				if !ok {
					break
				}
				var w, n int
				var seq int64
				if _, err := fmt.Sscanf(line, "ack %d %d %d", &w, &n, &seq); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				k := l.command(fmt.Sprint("w", w), n).Common().Key
				r, ok, err := store.Receipt(ctx, k)
				if err != nil || !ok || r.Seq != seq {
					t.Fatalf("round %d: %q was acknowledged as entry %d: %t %+v %v", round, k, seq, ok, r, err)
				}
				l.note(ids[w%3], k)
				l.maybe[k] = true
				if err := l.ack(ids[w%3], k, &loyalty.Answer{Receipt: r, Repeated: true}); err != nil {
					t.Error(err)
				}
				last[w] = max(last[w], n)
				if told == 20+13*round {
					c.kill()
				}
			}
			gone() // with what the server was carrying out
		}
		if len(l.acked) < 40 {
			t.Errorf("only %d were acknowledged", len(l.acked))
		}
		l.audit(t, store, ids...)
	})
}
