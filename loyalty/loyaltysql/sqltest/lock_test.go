package sqltest

import (
	"context"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// Who has locked an account and who writes to it without a lock do not wait for each other,
// whether the account is new or not.
func TestLockedAndNot(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		if d.dialect == loyaltysql.SQLite {
			t.Skip("who writes waits")
		}
		for _, id := range []loyalty.AccountID{"new", "old"} {
			ctx := context.Background()
			patient := *d
			if d.dialect == loyaltysql.PostgreSQL { // it looks for deadlocks late
				patient.dsn += "&deadlock_timeout=20s"
			}
			s := patient.store(t, patient.open(t))
			engine := loyalty.MustNew(deskProgram())
			act := func(key string) *loyalty.Act {
				return &loyalty.Act{Header: loyalty.Header{Key: loyalty.Key(key), At: opening}, Activity: "review", Ref: key}
			}
			plain := &loyalty.Service{Engine: engine, Store: s, Now: func() time.Time { return opening }}
			if _, err := plain.Do(ctx, "old", act("first")); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			var commit time.Duration
			err := s.Locking().Lock(ctx, id, func(ctx context.Context, in loyalty.Accounts) error {
				go func() {
					_, err := plain.Do(context.Background(), id, act("plain"))
					done <- err
				}()
				time.Sleep(200 * time.Millisecond)
				a, err := in.Load(ctx, id, loyalty.Need{Key: "locked", All: true})
				if err != nil {
					return err
				}
				decision, err := engine.Decide(a, act("locked"), opening)
				if err != nil {
					return err
				}
				start := time.Now()
				defer func() { commit = time.Since(start) }()
				return in.Commit(ctx, loyalty.NewCommit(a, decision))
			})
			if e := <-done; err != nil || e != nil || commit > 10*time.Second { // that they wait for each other
				t.Errorf("%q: %v, %v, after %v", id, err, e, commit)
			}
		}
	})
}
