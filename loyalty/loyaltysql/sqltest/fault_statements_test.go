//go:build unix

package sqltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// The server keeps few prepared statements: commands, reads and the host's transactions go
// on without. Every command is there once.
func TestFaultStatements(t *testing.T) {
	ownServers(t, servers, func(t *testing.T, s *server) {
		if s.dialect != loyaltysql.MySQL {
			t.Skip("it counts none")
		}
		const workers, each, most = 6, 12, 40
		d := s.fresh(t)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		l, ids := newLedger(), shops(3)
		db := d.open(t)
		store := d.store(t, db)
		for _, id := range ids {
			if err := l.until(ctx, l.service(store), id, l.opened(id)); err != nil {
				t.Fatal(err)
			}
		}
		d.command(t, fmt.Sprint("SET GLOBAL max_prepared_stmt_count = ", most), "SET GLOBAL max_prepared_stmt_count = 16382")
		inTx := func(id loyalty.AccountID, cmd loyalty.Command) error {
			l.note(id, cmd.Common().Key)
			for {
				tx, err := db.BeginTx(ctx, nil)
				if err != nil {
					return err
				}
				a, err := l.service(store).In(store.WithTx(tx)).Do(ctx, id, cmd)
				if err == nil {
					if err = tx.Commit(); err != nil {
						return err
					}
					return l.ack(id, cmd.Common().Key, &a)
				}
				_ = tx.Rollback()
				if !errors.Is(err, loyalty.ErrConflict) || ctx.Err() != nil {
					return err
				}
			}
		}
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for n := range each {
					id, cmd := ids[w%len(ids)], l.command(fmt.Sprint("w", w), n)
					var err error
					if w%2 == 0 {
						err = l.until(ctx, l.service(store), id, cmd)
					} else {
						err = inTx(id, cmd)
					}
					if _, e := store.Balance(ctx, id, "points", opening); err == nil && !errors.Is(e, loyalty.ErrConflict) {
						err = e
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		t.Log("met:", l.faults)
		sold(t, l, store, ids, workers, each)
	})
}
