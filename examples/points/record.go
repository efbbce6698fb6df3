package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

// stepsPerCommit is how many steps go into one transaction: each of them is there with all
// that it has written and with its answer, or none of them is.
const stepsPerCommit = 50

// record keeps in the database which steps were carried out, and what was answered, in the
// transactions of the steps themselves. Who goes on after a stop is told the answers of
// then: nothing is carried out twice, and nobody asks an account that has moved on.
type record struct {
	ctx  context.Context // ends with Ctrl-C
	db   *database
	desk *desk
	own  *loyalty.Service // outside of transactions

	before map[string]string // the answers of steps that were carried out before
	n      int64             // steps that were, in all
	link   string            // of the last of them
	tx     *sql.Tx
	open   int // steps in tx
}

var (
	errStopped = errors.New("stopped")
	errRecord  = errors.New("points_steps is not what was written")
	errMoved   = errors.New("somebody else goes on with this run at the same time")
)

// terms is what accounts are kept by.
type terms struct {
	Program loyalty.Program     `json:"program"`
	Coupons []coupon.Definition `json:"coupons,omitempty"`
}

// openRecord reads what was carried out before.
func openRecord(ctx context.Context, db *database, d *desk, what string) (*record, error) {
	program, err := json.Marshal(terms{d.program, d.definitions})
	if err != nil {
		return nil, err
	}
	if err := db.keep(ctx, what, string(program)); err != nil {
		return nil, err
	}
	r := &record{ctx: ctx, db: db, desk: d, own: d.service, before: map[string]string{}}
	for s, err := range db.steps(ctx) {
		if err != nil {
			return nil, err
		}
		r.before[s.id] = s.answer
		r.n, r.link = s.n, s.link
	}
	return r, nil
}

// kept is a row of points_steps.
type kept struct {
	n                int64
	id, answer, link string
}

// follows is the link of a row after one of a link.
func (k *kept) follows(link string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n%s", link, k.n, k.id, k.answer))
	return hex.EncodeToString(sum[:])
}

// steps yields the rows of points_steps, or says which is not as it was written.
func (db *database) steps(ctx context.Context) iter.Seq2[kept, error] {
	return func(yield func(kept, error) bool) {
		fail := func(err error) { yield(kept{}, fmt.Errorf("%s: %w", db.name, err)) }
		rows, err := db.pool.QueryContext(ctx, "SELECT n, step, answer, link FROM points_steps ORDER BY n")
		if err != nil {
			fail(err)
			return
		}
		defer func() { _ = rows.Close() }()
		last := kept{}
		for rows.Next() {
			var k kept
			if err := rows.Scan(&k.n, &k.id, &k.answer, &k.link); err != nil {
				fail(err)
				return
			}
			if k.n != last.n+1 || k.link != k.follows(last.link) {
				fail(fmt.Errorf("%w: row %d", errRecord, last.n+1))
				return
			}
			if last = k; !yield(k, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}

// step carries a step out, unless it was before: then it returns what it was answered. A nil
// record remembers nothing. What do returns is written with all that it writes.
func (r *record) step(id string, do func() (answer any, err error)) (before string, done bool, err error) {
	if r == nil {
		_, err := do()
		return "", false, err
	}
	if answer, ok := r.before[id]; ok {
		return answer, true, nil
	}
	if err := r.ctx.Err(); err != nil {
		if err := r.commit(); err != nil {
			return "", false, err
		}
		return "", false, errStopped
	}
	if err := r.begin(); err != nil {
		return "", false, err
	}
	answer, err := do()
	if err == nil {
		err = r.write(id, answer)
	}
	if err == nil && r.open >= stepsPerCommit {
		err = r.commit()
	}
	return "", false, err
}

// begin begins a transaction, if there is none.
func (r *record) begin() error {
	if r.tx != nil {
		return nil
	}
	ctx := context.WithoutCancel(r.ctx)
	tx, err := r.db.pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", r.db.name, err)
	}
	last := int64(0)
	if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(n), 0) FROM points_steps").Scan(&last); err != nil || last != r.n {
		_ = tx.Rollback()
		if err == nil {
			err = errMoved
		}
		return fmt.Errorf("%s: %w", r.db.name, err)
	}
	r.tx = tx
	// Within a transaction of the host's a service tries once, since what was read may be
	// old. Here nobody else writes, but a campaign's budget that is used up is another try.
	r.desk.service = r.own.In(r.db.store.WithTx(tx))
	r.desk.service.Attempts = 3
	return nil
}

// write notes the answer of a step.
func (r *record) write(id string, answer any) error {
	data, err := encode(answer, "")
	if err != nil {
		return err
	}
	k := kept{n: r.n + 1, id: id, answer: string(data)}
	k.link = k.follows(r.link)
	if _, err := r.tx.ExecContext(context.WithoutCancel(r.ctx), r.db.fill("INSERT INTO points_steps (n, step, answer, link) VALUES (?, ?, ?, ?)"), k.n, k.id, k.answer, k.link); err != nil {
		return fmt.Errorf("%s: %w", r.db.name, err)
	}
	r.n, r.link = k.n, k.link
	r.open++
	return nil
}

// commit ends the transaction, if there is one.
func (r *record) commit() error {
	if r == nil || r.tx == nil {
		return nil
	}
	err := r.tx.Commit()
	r.tx, r.open, r.desk.service = nil, 0, r.own
	if err != nil {
		return fmt.Errorf("%s: %w: run the same command again to see what was written, and to go on", r.db.name, err)
	}
	return nil
}

// end drops what was not committed.
func (r *record) end() {
	if r != nil && r.tx != nil {
		_ = r.tx.Rollback()
		r.tx, r.desk.service = nil, r.own
	}
}

// stopped says where a run has stopped.
func stopped(done, of int, where string) error {
	return fmt.Errorf("%w after %s of %s steps, %s: all of them are kept, and the same command goes on from there", errStopped, layout.Thousands(done), layout.Thousands(of), where)
}
