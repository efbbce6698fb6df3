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

// scene is a programme whose connections are cut.
type scene struct {
	*ledger
	d       *database
	db      *sql.DB // that is cut
	store   *loyaltysql.Store
	plain   *loyaltysql.Store // the same, on connections that are not cut
	name    string
	plainDB *sql.DB
	seen    []loyalty.Event
	put     int
}

// play is what a scene does, and may do again.
type play struct {
	name    string
	long    bool                                      // each statement is cut in one way, not in all
	prepare func(ctx context.Context, x *scene) error // undisturbed
	act     func(ctx context.Context, x *scene) error
	check   func(t *testing.T, x *scene)
}

const ann, ben, cat = loyalty.AccountID("客户/ann"), loyalty.AccountID("ben"), loyalty.AccountID("cat")

// all gives commands and notes what became of each.
func (x *scene) all(ctx context.Context, s *loyalty.Service, from, to int) error {
	for n := from; n < to; n++ {
		var rows []loyalty.RowChange
		k := fmt.Sprint(n)
		if n%3 == 0 {
			rows = append(rows, loyalty.RowChange{RowID: loyalty.RowID{Table: "till", Key: k}, State: []byte(k)})
		}
		if done, err := x.do(ctx, s, ann, x.command("a", n), rows...); err != nil || !done {
			return errors.Join(err, errAgain)
		}
	}
	return nil
}

var errAgain = errors.New("to be given again")

// kept checks what the first commands have left.
func (x *scene) kept(t *testing.T, points loyalty.Points) {
	t.Helper()
	x.mugs(t, x.plain, 1)
	available(t, x.plain, ann, points)
	rows, err := x.plain.Rows(context.Background(), []loyalty.RowID{{Table: "till", Key: "0"}, {Table: "till", Key: "3"}})
	if err != nil || rows[0].Version != 1 || rows[1].Version != 1 {
		t.Errorf("rows: %+v %v", rows, err)
	}
}

func (x *scene) open(ctx context.Context, ids ...loyalty.AccountID) error {
	for _, id := range ids {
		if _, err := x.do(ctx, x.service(x.store), id, x.opened(id)); err != nil {
			return err
		}
	}
	return nil
}

var later30 = opening.AddDate(0, 0, 60)

var plays = []play{
	{
		name:    "commands",
		prepare: func(ctx context.Context, x *scene) error { return x.open(ctx, ann) },
		act:     func(ctx context.Context, x *scene) error { return x.all(ctx, x.service(x.store), 0, 4) },
		check:   func(t *testing.T, x *scene) { x.kept(t, 1_000_000-spent(4)-4) },
	},
	{
		name:    "locking",
		prepare: func(ctx context.Context, x *scene) error { return x.open(ctx, ann) },
		act:     func(ctx context.Context, x *scene) error { return x.all(ctx, x.service(x.store.Locking()), 0, 3) },
		check: func(t *testing.T, x *scene) {
			x.mugs(t, x.plain, 1)
			available(t, x.plain, ann, 1_000_000-spent(3))
		},
	},
	{
		name:    "batch",
		prepare: func(ctx context.Context, x *scene) error { return x.open(ctx, ann, ben, cat) },
		act: func(ctx context.Context, x *scene) (err error) {
			var requests []loyalty.Request
			for n := range 3 {
				for _, id := range []loyalty.AccountID{cat, ann, ben} {
					cmd := x.command(string(id), n)
					x.note(id, cmd.Common().Key)
					requests = append(requests, loyalty.Request{Account: id, Command: cmd})
				}
			}
			for i, o := range x.service(x.store).Batch(ctx, requests) {
				k := requests[i].Command.Common().Key
				if o.Err != nil {
					err = errors.Join(err, errAgain, x.met(k, o.Err))
					continue
				}
				err = errors.Join(err, x.ack(requests[i].Account, k, &o.Answer))
			}
			return err
		},
		check: func(t *testing.T, x *scene) {
			x.mugs(t, x.plain, 3)
			for _, id := range []loyalty.AccountID{ann, ben, cat} {
				available(t, x.plain, id, 1_000_000-spent(3))
			}
		},
	},
	{
		name:    "host",
		prepare: func(ctx context.Context, x *scene) error { return x.open(ctx, ann) },
		act:     func(ctx context.Context, x *scene) error { return x.order(ctx) },
		check: func(t *testing.T, x *scene) {
			x.mugs(t, x.plain, 1)
			available(t, x.plain, ann, 1_000_000-spent(3))
		},
	},
	{
		name:    "transfer",
		prepare: func(ctx context.Context, x *scene) error { return x.open(ctx, ann, ben) },
		act: func(ctx context.Context, x *scene) error {
			send := &loyalty.Send{Header: loyalty.Header{Key: "send", At: opening}, To: ben, Kind: "points", Points: 50}
			x.note(ann, "send")
			x.maybe["send"] = true // Transfer goes on by itself: its answer may be Repeated
			transfer, err := x.service(x.store).Transfer(ctx, ann, send)
			var halfway *loyalty.TransitError
			if errors.As(err, &halfway) {
				return errAgain
			}
			if err != nil {
				return errors.Join(errAgain, x.met("send", err))
			}
			return x.ack(ann, "send", &transfer.Sent)
		},
		check: func(t *testing.T, x *scene) {
			available(t, x.plain, ann, 1_000_000-50)
			available(t, x.plain, ben, 1_000_000+50)
		},
	},
	{
		name: "maintenance",
		prepare: func(ctx context.Context, x *scene) error {
			for i, id := range []loyalty.AccountID{ann, ben} {
				if _, err := x.do(ctx, x.service(x.store), id, x.command(string(id), 0)); err != nil {
					return fmt.Errorf("%d: %w", i, err)
				}
			}
			return nil
		},
		act: func(ctx context.Context, x *scene) error {
			s := x.service(x.store)
			s.Now = func() time.Time { return later30 }
			m := &loyaltysql.Maintenance{Store: x.store, Service: s, Worker: "w"}
			for {
				swept, done, err := m.Post(ctx, later30, 10)
				for i := range swept {
					err = errors.Join(err, swept[i].Err)
				}
				if err != nil {
					return errors.Join(errAgain, x.met("sweep", err))
				}
				if done {
					return nil
				}
			}
		},
		check: func(t *testing.T, x *scene) {
			due, err := x.plain.Due(context.Background(), loyalty.InstantOf(later30), loyalty.DueAccount{}, 10)
			if err != nil || len(due) > 0 {
				t.Errorf("%v are due yet, %v", due, err)
			}
			for _, id := range []loyalty.AccountID{ann, ben} {
				if a, err := x.plain.Load(context.Background(), id, loyalty.Need{All: true}); err != nil || a.Seq != 2 || a.Books("points")[loyalty.Expired] != 27 {
					t.Errorf("%q: entry %d, %v %v", id, a.Seq, a.Books("points"), err)
				}
			}
		},
	},
	{
		name: "delivery",
		long: true,
		prepare: func(ctx context.Context, x *scene) error {
			return errors.Join(x.open(ctx, ann, ben), x.all(ctx, x.service(x.store), 0, 4))
		},
		act: func(ctx context.Context, x *scene) error {
			d := &loyaltysql.Delivery{Store: x.store, Worker: "w", Now: func() time.Time { return opening }}
			for {
				n, err := d.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { x.seen = append(x.seen, e); return nil })
				if err != nil {
					return errors.Join(errAgain, x.met("deliver", err))
				}
				if n == 0 {
					return nil
				}
			}
		},
		check: func(t *testing.T, x *scene) {
			last := make(map[loyalty.AccountID]int64)
			for _, e := range x.seen {
				if e.Seq > last[e.Account]+1 {
					t.Errorf("entry %d of %q after %d", e.Seq, e.Account, last[e.Account])
				}
				last[e.Account] = max(last[e.Account], e.Seq)
			}
			if last[ann] != 5 || last[ben] != 1 {
				t.Errorf("delivered to %v", last)
			}
			if left, err := x.plain.Events(context.Background(), 10); err != nil || len(left) > 0 {
				t.Errorf("%d events are left, %v", len(left), err)
			}
		},
	},
	{
		name: "archive",
		prepare: func(ctx context.Context, x *scene) error {
			return errors.Join(x.open(ctx, ann), x.all(ctx, x.service(x.store), 0, 6))
		},
		act: func(ctx context.Context, x *scene) error {
			a, err := x.store.Archive(ctx, ann, loyaltysql.ArchiveConfig{Before: opening.AddDate(0, 0, 1), Keep: 2})
			if err != nil {
				return errors.Join(errAgain, x.met("archive", err))
			}
			x.put += a.Entries
			return nil
		},
		check: func(t *testing.T, x *scene) {
			v, err := x.plain.Verify(context.Background(), ann)
			if err != nil || v.From != 5 || v.Seq != 7 || x.put != 5 && x.faults["unknown"] == 0 {
				t.Errorf("%+v, %d put away, %v", v, x.put, err)
			}
			if n, err := x.plain.VerifyArchive(context.Background(), ann, nil); err != nil || n != 5 {
				t.Errorf("%d entries in the archive, %v", n, err)
			}
			x.kept(t, 1_000_000-spent(6))
		},
	},
}

// order is a till: its order and the points are one transaction, begun anew until it is
// there.
func (x *scene) order(ctx context.Context) error {
	for n := range 3 {
		if err := x.orderOnce(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (x *scene) orderOnce(ctx context.Context, n int) error {
	cmd := x.command("a", n)
	k := cmd.Common().Key
	id := fmt.Sprint(x.name, "/", k)
	x.note(ann, k)
	again := func(err error) error {
		wrote, e := x.d.orders(ctx, x.plainDB, id)
		_, there, e2 := x.plain.Receipt(ctx, k)
		if e != nil || e2 != nil || (wrote == 1) != there {
			return fmt.Errorf("%q: %d orders, points: %t, %w", k, wrote, there, errors.Join(e, e2, err))
		}
		return errors.Join(errAgain, err)
	}
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return again(nil)
	}
	defer func() { _ = tx.Rollback() }()
	there, err := x.d.orders(ctx, tx, id)
	if err != nil || there > 0 {
		if err != nil {
			_ = tx.Rollback()
			return again(nil)
		}
		x.maybe[k] = true // the host's own commit
	}
	if there == 0 {
		if _, err := tx.ExecContext(ctx, "INSERT INTO "+x.d.host()+" (id) VALUES ('"+id+"')"); err != nil {
			_ = tx.Rollback()
			return again(nil)
		}
	}
	a, err := x.service(x.store).In(x.store.WithTx(tx)).Do(ctx, ann, cmd)
	if err != nil {
		_ = tx.Rollback()
		return again(x.met(k, err))
	}
	if err := tx.Commit(); err != nil {
		x.maybe[k] = true
		return again(nil)
	}
	return x.ack(ann, k, &a)
}

// host is a table of the host's own.
func (d *database) host() string {
	if d.config.Schema == "" {
		return "host_orders"
	}
	return d.config.Schema + ".host_orders"
}

func (d *database) orders(ctx context.Context, q interface {
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}, id string) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+d.host()+" WHERE id = '"+id+"'").Scan(&n)
	return n, err
}
