package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"
)

// floor carries commands out by hand: no library, prepared statements, the same tables,
// rows, bytes and round trips. What it writes in place of the library's encodings is as
// long and says nothing. It knows these two commands alone, checks nothing but that the
// account is where it was read, and hashes nothing.
type floor struct {
	tally
	db       *sql.DB
	sql      floorSQL
	stmts    sync.Map   // of texts: *sql.Stmt
	writer   sync.Mutex // of SQLite, where one writes
	accounts int
	expire   int64
	size     map[string]int // of what the library encodes, in bytes
	filler   []byte
}

// newFloor works on tables that the library has seeded, whose encodings it measures.
func newFloor(name string, p *place, seeded *library) *floor {
	f := &floor{db: p.db, sql: floorSQL{name, p.config.Schema}, accounts: seeded.accounts, expire: seeded.expire.UnixMicro(), size: make(map[string]int), filler: make([]byte, 4096)}
	f.commands.Store(seeded.commands.Load())
	f.points.Store(seeded.points.Load())
	_, _ = rand.Read(f.filler)
	return f
}

// measure takes the lengths of encodings from the library's tables, where both commands
// were carried out: of these, not of the seeds.
func (f *floor) measure(ctx context.Context, from *place) error {
	s := floorSQL{f.sql.name, from.config.Schema}
	for what, query := range map[string]string{
		"header":       "SELECT avg(length(header)) FROM {accounts}",
		"entry adjust": "SELECT avg(length(data)) FROM {entries} WHERE seq > 3 AND op = ?",
		"entry redeem": "SELECT avg(length(data)) FROM {entries} WHERE seq > 3 AND op = ?",
		"receipt":      "SELECT avg(length(data)) FROM {receipts} WHERE rkey < ?",
		"open":         "SELECT avg(length(data)) FROM {lots_open}",
		"done":         "SELECT avg(length(data)) FROM {lots_done}",
		"redemption":   "SELECT avg(length(data)) FROM {redemptions}",
	} {
		var args []any
		if _, op, ok := strings.Cut(what, " "); ok {
			args = append(args, []byte(op))
		} else if what == "receipt" {
			args = append(args, []byte(seedKey))
		}
		var n sql.NullFloat64
		if err := from.db.QueryRowContext(ctx, s.fill(query), args...).Scan(&n); err != nil {
			return fmt.Errorf("length of %s: %w", what, err)
		}
		if !n.Valid {
			return fmt.Errorf("length of %s: no rows", what)
		}
		f.size[what] = int(n.Float64 + 0.5)
	}
	return nil
}

func (f *floor) data(what string) []byte { return f.filler[:f.size[what]] }

// stmt returns a prepared statement, of a transaction if there is one.
func (f *floor) stmt(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, error) {
	st, ok := f.stmts.Load(text)
	if !ok {
		fresh, err := f.db.PrepareContext(ctx, f.sql.fill(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		if st, ok = f.stmts.LoadOrStore(text, fresh); ok {
			_ = fresh.Close()
		}
	}
	if tx != nil {
		return tx.StmtContext(ctx, st.(*sql.Stmt)), nil
	}
	return st.(*sql.Stmt), nil
}

func (f *floor) exec(ctx context.Context, tx *sql.Tx, text string, args []any) (int64, error) {
	st, err := f.stmt(ctx, tx, text)
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// floorAccount is an account as it was read.
type floorAccount struct {
	id, head []byte
	seq      int64
	lots     []floorLot // in the order in which they are spent
}

type floorLot struct{ id, remaining int64 }

var (
	program  = []byte{}
	opEarn   = []byte("adjust")
	opSpend  = []byte("redeem")
	kindID   = []byte(kind)
	errMoved = errors.New("the account was written meanwhile")
)

// load reads an account, whether the key is known, and the first lots if it spends: one
// round trip.
func (f *floor) load(ctx context.Context, tx *sql.Tx, n commandNo, id string, now int64) (*floorAccount, error) {
	a := &floorAccount{id: []byte(id)}
	text, args := loadEarn, []any{program, a.id, program, a.id, []byte(n.key())}
	if n.spends() {
		text, args = f.sql.loadSpend(), append(args, program, a.id, kindID, now)
	}
	st, err := f.stmt(ctx, tx, text)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var tag, number, remaining int64
	var name, data sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&tag, &number, &name, &data, &remaining); err != nil {
			return nil, err
		}
		switch tag {
		case rowAccount:
			a.seq, a.head = number, append([]byte(nil), name...)
		case rowLot:
			a.lots = append(a.lots, floorLot{number, remaining})
		default:
			return nil, fmt.Errorf("key %q is known", n.key())
		}
	}
	return a, rows.Err()
}

// change adds the rows that a command writes.
func (f *floor) change(c *changes, n commandNo, a *floorAccount, now int64) error {
	seq, key := a.seq+1, []byte(n.key())
	h := fnv.New32a()
	_, _ = h.Write(a.id)
	op, entry := opEarn, f.data("entry adjust")
	if n.spends() {
		op, entry = opSpend, f.data("entry redeem")
	}
	c.moves = append(c.moves, []any{seq, f.filler[seq%1000:][:32], now, f.expire, f.data("header"), program, a.id, a.seq, a.head})
	c.add(receipts, program, key, a.id, seq, f.data("receipt"))
	c.add(entries, program, a.id, seq, now, now, op, entry)
	c.add(outbox, program, int64(h.Sum32()%16), now, a.id, seq)
	if !n.spends() {
		c.add(lotsOpen, program, a.id, seq, kindID, int64(0), int64(0), f.expire, now, int64(earned), f.data("open"))
		return nil
	}
	left := int64(spent)
	for i := 0; left > 0; i++ {
		if i == len(a.lots) {
			return fmt.Errorf("%q has not %d points", a.id, spent)
		}
		l := a.lots[i]
		take := min(left, l.remaining)
		left -= take
		c.add(uses, program, a.id, seq, int64(i), l.id, l.remaining, int64(1), int64(2), take)
		if take == l.remaining {
			c.add(lotsGone, program, a.id, l.id)
			c.add(lotsDone, program, a.id, l.id, f.data("done"))
		} else {
			c.add(lotsLess, l.remaining-take, f.data("open"), program, a.id, l.id)
		}
	}
	c.add(redemptions, program, a.id, key, f.data("redemption"))
	return nil
}

// write writes changes in a transaction.
func (f *floor) write(ctx context.Context, tx *sql.Tx, c *changes) error {
	for _, m := range c.moves {
		if n, err := f.exec(ctx, tx, moveAccount, m); err != nil || n != 1 {
			return errors.Join(err, errMoved)
		}
	}
	for i := range c.rows {
		if err := f.some(ctx, tx, change(i), c.rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// some writes rows of a table by as few statements as there are.
func (f *floor) some(ctx context.Context, tx *sql.Tx, to change, vals []any) error {
	columns := changesOf[to].columns
	for len(vals) > 0 {
		n := len(vals) / columns
		if changesOf[to].one {
			n = 1
		}
		for _, size := range [...]int{64, 16, 8} {
			if n >= size {
				n = size
				break
			}
		}
		if _, err := f.exec(ctx, tx, to.text(n), vals[:n*columns]); err != nil {
			return err
		}
		vals = vals[n*columns:]
	}
	return nil
}

// in calls g in a transaction.
func (f *floor) in(ctx context.Context, g func(tx *sql.Tx) error) error {
	if f.sql.name == "sqlite" {
		f.writer.Lock()
		defer f.writer.Unlock()
	}
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := g(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// wide carries the next command out on one of many accounts: it reads, and writes if the
// account is where it was, which takes PostgreSQL one round trip.
func (f *floor) wide(ctx context.Context) error {
	n := commandNo(f.next.Add(1))
	for {
		now := time.Now().UnixMicro()
		a, err := f.load(ctx, nil, n, n.account(f.accounts), now)
		if err != nil {
			return err
		}
		c := new(changes)
		if err := f.change(c, n, a, now); err != nil {
			return err
		}
		if f.sql.name == "postgres" {
			err = f.atOnce(ctx, nil, c)
		} else {
			err = f.in(ctx, func(tx *sql.Tx) error { return f.write(ctx, tx, c) })
		}
		if err == nil {
			f.done(n)
			return nil
		}
		if !errors.Is(err, errMoved) {
			return err
		}
	}
}

// atOnce writes changes by one statement of PostgreSQL.
func (f *floor) atOnce(ctx context.Context, tx *sql.Tx, c *changes) error {
	args := append([]any(nil), c.moves[0]...)
	shape := atOnceShape{}
	for i, vals := range c.rows {
		shape[i] = len(vals) / changesOf[i].columns
		args = append(args, vals...)
	}
	_, err := f.exec(ctx, tx, shape.text(), args)
	var state interface{ SQLState() string }
	if errors.As(err, &state) && state.SQLState() == divisionByZero {
		return errMoved
	}
	return err
}

// hot carries the next command out on one account: it locks its row, reads and writes.
func (f *floor) hot(ctx context.Context) error {
	n := commandNo(f.next.Add(1))
	err := f.in(ctx, func(tx *sql.Tx) error {
		if f.sql.name != "sqlite" { // there BEGIN IMMEDIATE has locked
			if _, err := f.exec(ctx, tx, lockAccount, []any{program, []byte(hot)}); err != nil {
				return err
			}
		}
		now := time.Now().UnixMicro()
		a, err := f.load(ctx, tx, n, hot, now)
		if err != nil {
			return err
		}
		c := new(changes)
		if err := f.change(c, n, a, now); err != nil {
			return err
		}
		if f.sql.name == "postgres" {
			return f.atOnce(ctx, tx, c)
		}
		return f.write(ctx, tx, c)
	})
	if err == nil {
		f.done(n)
	}
	return err
}

// batch carries the next hundred out, of as many accounts, in one transaction.
func (f *floor) batch(ctx context.Context) error {
	last := f.next.Add(batchSize)
	first := commandNo(last - batchSize + 1)
	c := new(changes)
	for n := first; n <= commandNo(last); n++ {
		now := time.Now().UnixMicro()
		a, err := f.load(ctx, nil, n, n.account(f.accounts), now)
		if err != nil {
			return err
		}
		if err := f.change(c, n, a, now); err != nil {
			return err
		}
	}
	if err := f.in(ctx, func(tx *sql.Tx) error { return f.write(ctx, tx, c) }); err != nil {
		return err
	}
	for n := first; n <= commandNo(last); n++ {
		f.done(n)
	}
	return nil
}

// check compares the tables with what was acknowledged.
func (f *floor) check(ctx context.Context) error {
	for _, q := range []struct {
		query string
		want  int64
	}{
		{"SELECT sum(remaining) FROM {lots_open}", f.points.Load()},
		{"SELECT count(*) FROM {entries}", f.commands.Load()},
		{"SELECT count(*) FROM {receipts}", f.commands.Load()},
		{"SELECT sum(seq) FROM {accounts}", f.commands.Load()},
	} {
		var got int64
		if err := f.db.QueryRowContext(ctx, f.sql.fill(q.query)).Scan(&got); err != nil {
			return err
		}
		if got != q.want {
			return fmt.Errorf("floor: %d, acknowledged %d: %s", got, q.want, q.query)
		}
	}
	return nil
}
