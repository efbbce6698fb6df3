//go:build unix

package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// sweep posts what is due until nothing is, and tells each account.
func (j *job) sweep(ctx context.Context) error {
	orphan()
	db, err := sql.Open(j.Driver, j.DSN)
	if err != nil {
		return err
	}
	store, err := loyaltysql.New(db, j.Config)
	if err != nil {
		return err
	}
	s := newLedger().service(store)
	s.Now = func() time.Time { return later30.Add(time.Since(j.Began)) } // all have the same clock
	m := &loyaltysql.Maintenance{Store: store, Service: s, Worker: j.Name, Lease: 300 * time.Millisecond}
	fmt.Println("ready")
	tell := func(swept []loyalty.Swept) (err error) {
		for _, x := range swept {
			err = errors.Join(err, x.Err)
			if x.Err == nil {
				fmt.Println("swept", x.Entries, x.Account)
			}
		}
		return err
	}
	var after loyalty.DueAccount
	for ctx.Err() == nil {
		var swept []loyalty.Swept
		if j.From == 0 {
			swept, after, err = s.Sweep(ctx, later30, after, 3)
		} else {
			swept, _, err = m.Post(ctx, later30, 3)
		}
		if err := errors.Join(err, tell(swept)); err != nil {
			return err
		}
		due, err := store.Due(ctx, loyalty.InstantOf(later30), loyalty.DueAccount{}, 1)
		if err != nil || len(due) == 0 {
			return err
		}
		if len(swept) == 0 {
			after = loyalty.DueAccount{}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return ctx.Err()
}

// Two processes sweep the same lots, with leases and without; one of them is killed in the
// midst of it, and a third one comes: every lot expires once.
func TestFaultSweepers(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		for from, how := range []string{"compare and swap", "leases"} {
			t.Run(how, func(t *testing.T) {
				const lots = 4
				ctx := context.Background()
				l, ids := newLedger(), shops(45)
				name := fmt.Sprint("swept", programs.Add(1))
				store := d.program(t, d.open(t), name)
				var requests []loyalty.Request
				for i, id := range ids {
					for n := range lots {
						requests = append(requests, loyalty.Request{Account: id, Command: l.command(fmt.Sprint(i), 6*n)})
					}
				}
				for _, o := range l.service(store).Batch(ctx, requests) {
					if o.Err != nil {
						t.Fatal(o.Err)
					}
				}
				began := time.Now()
				start := func(worker string) *child {
					j := d.job("sweep", name, worker)
					j.From, j.Began = from, began
					return spawn(t, j)
				}
				one, two := start("one"), start("two")
				times := make(map[string]int)
				told := func(c *child) bool {
					line, ok := c.line()
					var n int
					var id string
					if k, _ := fmt.Sscanf(line, "swept %d %s", &n, &id); k == 2 && n > 0 {
						times[id] += n
					} else if ok && line != "ready" && k == 0 {
						t.Error(line)
					}
					return ok
				}
				for range 5 {
					told(one)
				}
				one.kill()
				three := start("three")
				for _, c := range []*child{one, two, three} {
					for told(c) {
					}
				}
				if err := errors.Join(two.end(), three.end()); err != nil {
					t.Error(err)
				}
				for id, n := range times {
					if n > 1 {
						t.Errorf("%q was swept with %d entries", id, n)
					}
				}
				if due, err := store.Due(ctx, loyalty.InstantOf(later30), loyalty.DueAccount{}, 10); err != nil || len(due) > 0 {
					t.Errorf("%v are due yet, %v", due, err)
				}
				for _, id := range ids {
					a, err := store.Load(ctx, id, loyalty.Need{All: true})
					if err != nil || a.Seq != lots+1 || a.Books("points")[loyalty.Expired] != 27*lots {
						t.Errorf("%q: entry %d, %v, %v", id, a.Seq, a.Books("points"), err)
					}
				}
				l.audit(t, store, ids...)
			})
		}
	})
}
