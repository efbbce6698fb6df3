package loyaltysql

import (
	"bytes"
	"context"
	"database/sql/driver"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Rows of batch.moved are: program, account, the expected seq and head, and the new seq,
// head, recorded, due and header.
const movedColumns = 9

// moveText moves one account on from where it was decided.
const moveText = "UPDATE {table:accounts} SET seq = ?, head = ?, recorded = ?, due = ?, header = ? WHERE program = ? AND account = ? AND seq = ? AND head = ?"

// appendMove appends the values of moveText.
func appendMove(args, v []driver.Value) []driver.Value {
	return append(args, v[4], v[5], v[6], v[7], v[8], v[0], v[1], v[2], v[3])
}

// accounts moves the accounts on, each from where it was decided, and makes new ones.
func (w *writing) accounts(ctx context.Context, q session) error {
	s, b := w.s, w.b
	if b.fresh.n > 0 && s.locked { // Lock has made the row
		columns := len(tables[tAccounts].columns)
		var none [32]byte
		for i := range b.fresh.n {
			v := b.fresh.vals[i*columns:]
			b.moved.add(v[0], v[1], int64(0), none[:], v[3], v[4], v[5], v[6], v[7])
		}
		b.fresh.reset()
	}
	if b.fresh.n > 0 {
		if err := s.chunked(ctx, q, tAccounts, opInsert, &b.fresh, len(tables[tAccounts].columns)); err != nil {
			return err
		}
	}
	vals, left := b.moved.vals, b.moved.n
	for left > 0 {
		n := 1
		if left > 2 {
			n = min(left, maxMove)
		}
		var err error
		switch {
		case n == 1 || s.names.dialect == SQLite:
			n = 1
			err = w.move(ctx, q, vals)
		case s.names.dialect == PostgreSQL:
			err = w.moveFrom(ctx, q, vals, n)
		default:
			err = w.moveLocked(ctx, q, vals, n)
		}
		if err != nil {
			return err
		}
		vals, left = vals[n*movedColumns:], left-n
	}
	return nil
}

// maxMove is how many accounts a statement moves on at most.
const maxMove = 128

// move moves one on.
func (w *writing) move(ctx context.Context, q session, v []driver.Value) error {
	w.b.args = appendMove(w.b.args[:0], v)
	n, err := q.exec(ctx, w.s.sql(moveText), w.b.args)
	if err == nil && n != 1 {
		return loyalty.ErrConflict
	}
	return err
}

// moveFrom moves n on in one statement of PostgreSQL. What it is padded with is no account.
func (w *writing) moveFrom(ctx context.Context, q session, v []driver.Value, n int) error {
	type moves int
	text, ok := w.s.texts.Load(moves(padded(n)))
	if !ok {
		var b strings.Builder
		b.WriteString("UPDATE {table:accounts} AS a SET seq = v.seq, head = v.head, recorded = v.recorded, due = v.due, header = v.header FROM (VALUES ")
		const first = "(?::bytea, ?::bytea, ?::bigint, ?::bytea, ?::bigint, ?::bytea, ?::bigint, ?::bigint, ?::bytea)"
		b.WriteString(first)
		for range padded(n) - 1 {
			b.WriteString(", " + first)
		}
		b.WriteString(") AS v (program, account, at, was, seq, head, recorded, due, header) WHERE a.program = v.program AND a.account = v.account AND a.seq = v.at AND a.head = v.was")
		text, _ = w.s.texts.LoadOrStore(moves(padded(n)), w.s.names.fill(b.String()))
	}
	args := append(w.b.args[:0], v[:n*movedColumns]...)
	for range padded(n) - n {
		args = append(args, v[0], []byte{}, int64(-1), v[3], v[4], v[5], v[6], v[7], v[8])
	}
	w.b.args = args
	moved, err := q.exec(ctx, text.(string), args)
	if err == nil && moved != int64(n) {
		return loyalty.ErrConflict
	}
	return err
}

// moveLocked moves n on in MySQL, which cannot compare and swap several rows: it locks
// them, compares, and writes them.
func (w *writing) moveLocked(ctx context.Context, q session, v []driver.Value, n int) error {
	var b strings.Builder
	b.WriteString("SELECT account, seq, head FROM {table:accounts} WHERE program = ? AND account")
	in(&b, n)
	b.WriteString(" ORDER BY account FOR UPDATE")
	args := append(w.b.args[:0], v[0])
	at := make(map[string][]driver.Value, n)
	for i := range n {
		r := v[i*movedColumns:]
		args = append(args, r[1])
		at[string(octets(r[1]))] = r
	}
	args = pad(args, n)
	same := 0
	err := q.query(ctx, w.s.sql(b.String()), args, func(row []driver.Value) error {
		r := at[string(octets(row[0]))]
		if r != nil && integer(row[1]) == integer(r[2]) && bytes.Equal(octets(row[2]), octets(r[3])) {
			same++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if same != n {
		return loyalty.ErrConflict
	}
	var put rows
	for i := range n {
		r := v[i*movedColumns:]
		put.add(r[0], r[1], bucketOf(loyalty.AccountID(octets(r[1]))), r[4], r[5], r[6], r[7], r[8])
	}
	return w.s.chunked(ctx, q, tAccounts, opUpsert, &put, len(tables[tAccounts].columns))
}
