package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

var turns atomic.Int64

// The connection is cut at every statement of what a host does, in turn: what was
// acknowledged is there once, what was not is not, or is said not to be known, and given
// again all comes to the same.
func TestFaultCut(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		t.Parallel()
		plain := d.open(t)
		if _, err := plain.Exec("CREATE TABLE " + d.host() + " (id VARCHAR(100) PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		c := d.cutting(t)
		turn := turns.Add(1) // ways of cutting come by turns
		for i := range plays {
			p := &plays[i]
			t.Run(p.name, func(t *testing.T) {
				db := sql.OpenDB(c)
				defer func() { _ = db.Close() }()
				hows := d.cuts()
				ways := [][]cut{hows} // in turn
				if d.dialect == loyaltysql.SQLite && !p.long || os.Getenv("GUANXI_LONG") == "1" {
					ways = nil // each
					for _, how := range hows {
						ways = append(ways, []cut{how})
					}
				}
				for _, way := range ways {
					n, step := 1, 1
					if p.long { // other ones each time
						n, step = 1+int(turn%3), 3
					}
					for i := turn; !t.Failed() && d.cutOnce(t, c, db, plain, p, n, way[i%int64(len(way))]); i++ {
						if n += step; n > 1000 {
							t.Fatal("no end of statements")
						}
					}
					t.Logf("%v: less than %d statements", way, n)
				}
			})
		}
	})
}

// cutOnce cuts at the n-th statement; false if there are not so many.
func (d *database) cutOnce(t *testing.T, c *cutter, db, plain *sql.DB, p *play, n int, how cut) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	name := fmt.Sprint("cut", programs.Add(1))
	x := &scene{ledger: newLedger(), d: d, db: db, name: name, plainDB: plain, plain: d.program(t, plain, name), store: d.program(t, db, name)}
	defer func() { _, _ = x.plain.Close(), x.store.Close() }()
	if err := p.prepare(ctx, x); err != nil {
		t.Fatal(err)
	}
	cold := n/2%2 == 0
	if cold { // what was prepared
		_ = x.store.Close()
	}
	c.arm(n, how)
	var err error
	for range 5 {
		if err = p.act(ctx, x); err == nil || !errors.Is(err, errAgain) {
			break
		}
	}
	at := c.cutAt()
	c.arm(0, "")
	if err != nil {
		t.Errorf("cut %s statement %d (%s): %v", how, n, short(at), err)
		return false
	}
	p.check(t, x)
	if p.name != "delivery" && p.name != "archive" {
		x.quick = n%4 > 0
		x.audit(t, x.plain, ann, ben, cat)
	}
	if t.Failed() {
		t.Errorf("cut %s statement %d (%s); prepared: %t; met %v", how, n, short(at), !cold, x.faults)
	}
	return at != ""
}

// The connection is cut at every statement that makes the tables: what is there says that
// it is older, and is gone on with.
func TestFaultCutApply(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		t.Parallel()
		ctx := context.Background()
		c := d.cutting(t)
		db, plain := sql.OpenDB(c), d.open(t)
		defer func() { _ = db.Close() }()
		turn := turns.Add(1)
		first, step := 1, 1
		if d.dialect != loyaltysql.SQLite && os.Getenv("GUANXI_LONG") != "1" { // other ones each time
			first, step = 1+int(turn%2), 2
		}
		for n := first; ; n += step {
			cfg := d.config
			cfg.Prefix = fmt.Sprint("cut", n, "_")
			store := func(db *sql.DB) *loyaltysql.Store {
				s, err := loyaltysql.New(db, cfg)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			how := d.cuts()[(int64(n)+turn)%int64(len(d.cuts()))]
			cutting, after := store(db), store(plain)
			c.arm(n, how)
			err := cutting.Apply(ctx)
			at := c.cutAt()
			c.arm(0, "")
			if at == "" {
				if err != nil {
					t.Error(err)
				}
				t.Logf("less than %d statements", n)
				return
			}
			if err != nil && !errors.Is(err, loyaltysql.ErrConnection) && !errors.Is(err, loyalty.ErrUnknownOutcome) {
				t.Errorf("cut %s statement %d (%s): %v", how, n, short(at), err)
			}
			if check := after.Check(ctx); check != nil && !errors.Is(check, loyaltysql.ErrSchemaOlder) {
				t.Errorf("cut %s statement %d (%s): %v, then %v", how, n, short(at), err, check)
			}
			if e := errors.Join(after.Apply(ctx), after.Check(ctx)); e != nil {
				t.Errorf("cut %s statement %d (%s): %v, then %v", how, n, short(at), err, e)
			}
			_, _ = cutting.Close(), after.Close()
		}
	})
}
