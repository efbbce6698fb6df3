package sqltest

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// errCut is a connection that was cut.
var errCut = errors.New("the connection was cut")

// Connect connects, unless everything is dead.
func (w *wire) Connect(ctx context.Context) (driver.Conn, error) {
	if w.dead.Load() {
		return nil, errCut
	}
	c, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &wiredConn{c, w}, nil
}

// step is called around everything that is written: it may die before, or, of a commit,
// after it.
func (w *wire) step(c driver.Conn, text string, do func() error) error {
	if w.dead.Load() {
		return errCut
	}
	if !writes(text) {
		return do()
	}
	if w.at.Load() > 0 && w.at.Add(-1) == 0 {
		w.die(c)
		return errCut
	}
	err := do()
	if (text == "COMMIT" || strings.HasPrefix(text, "WITH")) && err == nil && w.at.Load() == 1 { // the acknowledgement is lost
		w.die(c)
		return errCut
	}
	return err
}

func (w *wire) die(c driver.Conn) {
	w.dead.Store(true)
	if d := w.Driver(); strings.Contains(fmt.Sprintf("%T", d), "sqlite") { // in this process: it has no connection to cut
		_, _ = c.(driver.ExecerContext).ExecContext(context.Background(), "ROLLBACK", nil)
		return
	}
	_ = c.Close()
}

// writes reports whether a statement is a write point.
func writes(text string) bool {
	return text == "COMMIT" || strings.HasPrefix(text, "INSERT") || strings.HasPrefix(text, "UPDATE") || strings.HasPrefix(text, "DELETE") || strings.HasPrefix(text, "WITH")
}

type wiredConn struct {
	driver.Conn
	w *wire
}

func (c *wiredConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if c.w.dead.Load() {
		return nil, errCut
	}
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &wiredStmt{s, c, text}, nil
}

func (c *wiredConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.w.dead.Load() {
		return nil, errCut
	}
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &wiredTx{tx, c}, nil
}

type wiredTx struct {
	driver.Tx
	c *wiredConn
}

func (t *wiredTx) Commit() error { return t.c.w.step(t.c.Conn, "COMMIT", t.Tx.Commit) }

func (t *wiredTx) Rollback() error {
	if t.c.w.dead.Load() {
		return errCut
	}
	return t.Tx.Rollback()
}

type wiredStmt struct {
	driver.Stmt
	c    *wiredConn
	text string
}

func (s *wiredStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	err = s.c.w.step(s.c.Conn, s.text, func() (err error) {
		r, err = s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
		return err
	})
	return r, err
}

func (s *wiredStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (r driver.Rows, err error) {
	err = s.c.w.step(s.c.Conn, s.text, func() (err error) {
		r, err = s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
		return err
	})
	return r, err
}
