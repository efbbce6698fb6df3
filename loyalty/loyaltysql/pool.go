package loyaltysql

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/guanxi-go/guanxi/loyalty"
)

// prepare prepares a text, which the pool then does on each of its connections where it is
// used; nil if there are too many, which are then given as texts.
func (s *Store) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if s.prepared.Load() >= s.keep || s.crowded.Load() {
		return nil, nil
	}
	st, err := s.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if old, there := s.stmts.LoadOrStore(text, st); there {
		_ = st.Close()
		return old.(*sql.Stmt), nil
	}
	s.prepared.Add(1)
	return st, nil
}

// Close closes the prepared statements. The database is the host's to close. A store that
// is used after Close prepares them again.
func (s *Store) Close() error {
	err := s.closeStatements()
	s.crowded.Store(false)
	return err
}

func (s *Store) closeStatements() (err error) {
	s.stmts.Range(func(text, st any) bool {
		if _, mine := s.stmts.LoadAndDelete(text); !mine {
			return true
		}
		s.prepared.Add(-1)
		if closeErr := st.(*sql.Stmt).Close(); err == nil {
			err = closeErr
		}
		return true
	})
	return err
}

// ease closes the prepared statements if the server keeps no more. It is not called within
// a transaction: a connection on which somebody waits for that cannot be told to close one.
func (s *Store) ease() {
	if s.crowded.Load() {
		_ = s.closeStatements()
	}
}

// attempts is how often what was not sent is sent again on another connection.
const attempts = 3

// again calls f until it succeeds, or is not to be called again.
func again(ctx context.Context, may func(error) bool, f func() error) error {
	for n := 1; ; n++ {
		err := f()
		if err == nil || n == attempts || ctx.Err() != nil || !may(err) {
			return err
		}
	}
}

func (s *Store) session() *pooled {
	if p, ok := s.sessions.Get().(*pooled); ok {
		p.s = s
		return p
	}
	return &pooled{s: s}
}

// done gives back a session.
func (s *Store) done(p *pooled) {
	p.tx, p.missing = nil, p.missing[:0]
	clear(p.cells)
	clear(p.row)
	s.sessions.Put(p)
}

// read calls f with a session, and again if the connection was lost, or the server kept no
// more statements, of which there are fewer by then.
func (s *Store) read(ctx context.Context, f func(q session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.in != nil {
		return f(s.in)
	}
	p := s.session()
	defer s.done(p)
	return again(ctx, func(err error) bool { return isKind(err, lost, unsent) || crowded(err) }, func() error {
		err := f(p)
		if err != nil {
			s.ease()
		}
		return err
	})
}

// write calls f in a transaction, which it commits. In a transaction of the host's what f
// has written is taken back if it fails, as far as the database can.
func (s *Store) write(ctx context.Context, f func(q session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case s.in != nil && s.locked:
		return f(s.in)
	case s.in != nil:
		return s.nested(ctx, f)
	}
	release, err := s.queue(ctx)
	if err != nil {
		return err
	}
	p := s.session()
	defer s.done(p)
	begun := false
	err = again(ctx, func(err error) bool { return !begun && isKind(err, unsent) }, func() error {
		return s.transaction(ctx, p, &begun, f)
	})
	release()
	if err != nil {
		s.ease()
	}
	for _, text := range p.missing {
		if _, prepareErr := s.prepare(ctx, text); prepareErr != nil {
			break // the next one may
		}
	}
	return err
}

// queue lets one after the other write to SQLite, which does not let more.
func (s *Store) queue(ctx context.Context) (release func(), err error) {
	if s.names.dialect != SQLite {
		return func() {}, nil
	}
	select {
	case s.writer <- struct{}{}:
		return func() { <-s.writer }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// nested calls f within a savepoint.
func (s *Store) nested(ctx context.Context, f func(q session) error) error {
	if _, err := s.in.exec(ctx, "SAVEPOINT guanxi", nil); err != nil {
		return err
	}
	err := f(s.in)
	if err != nil {
		back := context.WithoutCancel(ctx)
		if _, undo := s.in.exec(back, "ROLLBACK TO SAVEPOINT guanxi", nil); undo != nil {
			return err // the database has taken all back
		}
		_, _ = s.in.exec(back, "RELEASE SAVEPOINT guanxi", nil)
		return err
	}
	_, err = s.in.exec(ctx, "RELEASE SAVEPOINT guanxi", nil)
	return err
}

// begin begins a transaction. The end of ctx ends the waiting for it, and not the
// transaction; end comes after that.
func (s *Store) begin(ctx context.Context) (tx *sql.Tx, end func(), err error) {
	free := context.WithoutCancel(ctx)
	switch {
	case ctx.Done() == nil:
		tx, err = s.db.BeginTx(free, nil)
		return tx, func() {}, err
	case s.names.dialect == SQLite: // its driver has more to do for a ctx that may end
		if s.db.Stats().MaxOpenConnections == 0 {
			tx, err = s.db.BeginTx(free, nil)
			return tx, func() {}, err
		}
		c, err := s.db.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		if tx, err = c.BeginTx(free, nil); err != nil {
			_ = c.Close()
			return nil, nil, err
		}
		return tx, func() { _ = c.Close() }, nil
	}
	begun, cancel := context.WithCancel(free)
	stop := context.AfterFunc(ctx, cancel)
	tx, err = s.db.BeginTx(begun, nil)
	if !stop() {
		if err == nil {
			_ = tx.Rollback()
		}
		err = ctx.Err()
	}
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return tx, cancel, nil
}

// transaction calls f between begin and commit. It does not end by itself when ctx does:
// whether it was committed would not be known.
func (s *Store) transaction(ctx context.Context, p *pooled, begun *bool, f func(q session) error) error {
	tx, end, err := s.begin(ctx)
	if err != nil {
		return notSent(fault(ctx, err))
	}
	defer end()
	*begun = true
	ended := false
	defer func() {
		if p.tx = nil; !ended { // of a panic too
			_ = tx.Rollback()
		}
	}()
	p.tx = tx
	if err := f(p); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ended = true
	err = fault(context.WithoutCancel(ctx), tx.Commit())
	if err == nil || isKind(err, conflict, full) {
		return err
	}
	return fmt.Errorf("%w: %w", loyalty.ErrUnknownOutcome, err)
}
