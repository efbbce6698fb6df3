package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Locking is a store that locks an account before it is loaded, in the transaction that
// its commit is written in: for accounts that many write to at once, where commits that
// only compare would meet conflicts again and again. It costs two round trips more. It is
// a [loyalty.Locker].
//
// Only Lock locks. The other methods are those of the Store: Commit and CommitAll compare
// and swap, and what In and WithTx return does not lock either; a host that wants the lock
// in a transaction of its own takes it there, by SELECT … FOR UPDATE.
type Locking struct{ *Store }

// Locking returns the store that locks. Both may be used at once.
func (s *Store) Locking() *Locking { return &Locking{s} }

// errNothing ends a transaction of Lock in which nothing was written.
var errNothing = errors.New("loyaltysql: nothing was written")

// Lock implements [loyalty.Locker]: SELECT … FOR UPDATE, of SQLite BEGIN IMMEDIATE.
func (l *Locking) Lock(ctx context.Context, id loyalty.AccountID, f func(ctx context.Context, s loyalty.Accounts) error) error {
	s := l.Store
	if len(id) > loyalty.MaxText {
		return fmt.Errorf("%w: account", ErrTooLong)
	}
	err := s.write(ctx, func(q session) error {
		if err := s.lock(ctx, q, id); err != nil {
			return err
		}
		wrote := false
		err := f(ctx, &Store{db: s.db, names: s.names, program: s.program, in: q, locked: true, wrote: &wrote, common: s.common})
		if err == nil && !wrote {
			return errNothing
		}
		return err
	})
	if err == errNothing { //nolint:errorlint // it is our own
		return nil
	}
	return err
}

// forUpdate is what locks the rows that are read; SQLite locks the database.
func (s *Store) forUpdate() string {
	if s.names.dialect == SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// lock takes the lock of an account's row; one that was never written is put there.
func (s *Store) lock(ctx context.Context, q session, id loyalty.AccountID) error {
	account, found := blob(id), false
	look := func() error {
		return q.query(ctx, s.sql("SELECT seq FROM {table:accounts} WHERE program = ? AND account = ?"+s.forUpdate()), []driver.Value{s.program, account}, func([]driver.Value) error {
			found = true
			return nil
		})
	}
	if s.names.dialect == SQLite { // what writes nothing takes the lock
		if _, err := q.exec(ctx, s.sql("UPDATE {table:accounts} SET bucket = bucket WHERE 1 = 0"), nil); err != nil {
			return err
		}
	}
	if err := look(); err != nil || found {
		return err
	}
	put := "INSERT INTO {table:accounts} (program, account, bucket, seq, head, recorded, due, header) VALUES (?, ?, ?, 0, ?, 0, ?, ?)"
	if s.names.dialect == MySQL {
		put += " ON DUPLICATE KEY UPDATE bucket = bucket"
	} else {
		put += " ON CONFLICT (program, account) DO NOTHING"
	}
	var none [32]byte
	_, err := q.exec(ctx, s.sql(put), []driver.Value{s.program, account, bucketOf(id), none[:], int64(loyalty.Never), []byte{}})
	if err != nil {
		return err
	}
	return look()
}
