package sqltest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// cut is what happens to a connection.
type cut string

const (
	cutBefore cut = "before" // it is closed before a statement is sent
	cutAfter  cut = "after"  // the statement is carried out, and its answer lost
	cutTorn   cut = "torn"   // of the answer a few bytes come
	cutEnded  cut = "ended"  // the server ends the session before the statement
	cutMeet   cut = "meet"   // nothing: somebody else does something before the statement
)

// cuts are those that a database can have. SQLite has no wire.
func (d *database) cuts() []cut {
	if d.dialect == loyaltysql.SQLite {
		return []cut{cutBefore, cutAfter}
	}
	return []cut{cutBefore, cutAfter, cutTorn, cutEnded}
}

// cutter opens connections that are cut at their n-th statement, all together counted:
// begin, prepare, execute, query, commit and roll back. A connection of a server is cut at
// its socket, so that errors are those of the driver; other connections live on.
type cutter struct {
	driver.Connector
	admin *sql.DB // ends sessions
	mu    sync.Mutex
	left  int
	how   cut
	at    string // the statement where it was cut
	meet  func() // of cutMeet
	seen  func(text string)
}

// cutting opens connections that can be cut.
func (d *database) cutting(t testing.TB) *cutter {
	t.Helper()
	c := &cutter{admin: d.open(t)}
	switch d.dialect {
	case loyaltysql.PostgreSQL:
		cfg, err := pgx.ParseConfig(d.dsn)
		if err != nil {
			t.Fatal(err)
		}
		cfg.DialFunc = dial
		c.Connector = stdlib.GetConnector(*cfg)
	case loyaltysql.MySQL:
		cfg, err := mysql.ParseDSN(d.dsn)
		if err != nil {
			t.Fatal(err)
		}
		cfg.DialFunc = dial
		cfg.Logger = &mysql.NopLogger{}
		if c.Connector, err = mysql.NewConnector(cfg); err != nil {
			t.Fatal(err)
		}
	default:
		c.Connector = dsn{d.dsn, c.admin.Driver()}
	}
	return c
}

// arm lets the n-th statement from now on be cut.
func (c *cutter) arm(n int, how cut) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.how, c.at = n, how, ""
}

// cutAt returns the statement where it was cut; "" if it was not.
func (c *cutter) cutAt() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *cutter) next(text string) cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen != nil {
		c.seen(text)
	}
	if c.left == 0 {
		return ""
	}
	if c.left--; c.left > 0 {
		return ""
	}
	c.at = text
	return c.how
}

// socketKey is the key of the *socket that a dialler puts its connection into.
type socketKey struct{}

func dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if s, ok := ctx.Value(socketKey{}).(*socket); ok {
		s.Conn = c
		return s, nil
	}
	return c, nil
}

// socket is a connection whose answers can be lost.
type socket struct {
	net.Conn
	deaf atomic.Bool
	hear atomic.Int64 // so many bytes, when it is deaf
}

// Read waits for an answer and loses it.
func (s *socket) Read(b []byte) (int, error) {
	if s.deaf.Load() {
		left := s.hear.Load()
		if left > 0 {
			b = b[:min(int64(len(b)), left)]
		}
		n, err := s.Conn.Read(b)
		if left > 0 && err == nil {
			s.hear.Add(-int64(n))
			return n, nil
		}
		_ = s.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return s.Conn.Read(b)
}

// Connect implements driver.Connector.
func (c *cutter) Connect(ctx context.Context) (driver.Conn, error) {
	s := new(socket)
	inner, err := c.Connector.Connect(context.WithValue(ctx, socketKey{}, s))
	if err != nil {
		return nil, err
	}
	conn := &cutConn{Conn: inner, cutter: c}
	if s.Conn != nil {
		conn.socket = s
		if conn.session, err = session(ctx, inner); err != nil {
			return nil, err
		}
	}
	return conn, nil
}

// session returns the server's number of a connection.
func session(ctx context.Context, c driver.Conn) (int64, error) {
	if pg, ok := c.(*stdlib.Conn); ok {
		return int64(pg.Conn().PgConn().PID()), nil
	}
	rows, err := c.(driver.QueryerContext).QueryContext(ctx, "SELECT CONNECTION_ID()", nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	row := make([]driver.Value, 1)
	if err := rows.Next(row); err != nil {
		return 0, err
	}
	switch n := row[0].(type) {
	case int64:
		return n, nil
	case uint64:
		return int64(n), nil
	}
	return 0, errors.New("no number of a session")
}

// cutConn is a connection that may be cut.
type cutConn struct {
	driver.Conn
	cutter  *cutter
	socket  *socket // nil: SQLite
	session int64
	dead    bool
}

// step carries a statement out, or is where the connection is cut.
func (c *cutConn) step(text string, do func() error) error {
	if c.dead {
		return driver.ErrBadConn
	}
	how := c.cutter.next(text)
	if how == cutMeet {
		c.cutter.meet()
	}
	if how == "" || how == cutMeet {
		return do()
	}
	if c.socket == nil {
		var err error
		if how == cutAfter {
			err = do()
		}
		if x, ok := c.Conn.(driver.ExecerContext); ok { // SQLite would keep the locks of a connection with statements
			_, _ = x.ExecContext(context.Background(), "ROLLBACK", nil)
		}
		c.dead = true
		if err == nil {
			err = errCut
		}
		return err
	}
	switch how {
	case cutBefore:
		_ = c.socket.Close()
	case cutTorn:
		c.socket.hear.Store(7)
		c.socket.deaf.Store(true)
	case cutAfter:
		c.socket.deaf.Store(true)
	case cutEnded:
		if _, pg := c.Conn.(*stdlib.Conn); pg {
			_, _ = c.cutter.admin.Exec("SELECT pg_terminate_backend($1, 5000)", c.session)
		} else {
			_, _ = c.cutter.admin.Exec(fmt.Sprint("KILL ", c.session))
		}
	}
	return do()
}

func (c *cutConn) ResetSession(ctx context.Context) error {
	if c.dead {
		return driver.ErrBadConn
	}
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *cutConn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !c.dead && (!ok || v.IsValid())
}

func (c *cutConn) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.Conn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *cutConn) PrepareContext(ctx context.Context, text string) (s driver.Stmt, err error) {
	err = c.step("PREPARE "+text, func() error {
		s, err = c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &cutStmt{s, c, text}, nil
}

func (c *cutConn) BeginTx(ctx context.Context, opts driver.TxOptions) (tx driver.Tx, err error) {
	err = c.step("BEGIN", func() error {
		tx, err = c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &cutTx{tx, c}, nil
}

// ExecContext gives a text as it is where the driver does that in one statement.
func (c *cutConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (r driver.Result, err error) {
	x, ok := c.Conn.(driver.ExecerContext)
	if !ok || c.prepares(args) {
		return nil, driver.ErrSkip
	}
	err = c.step(text, func() error { r, err = x.ExecContext(ctx, text, args); return err })
	return r, err
}

func (c *cutConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (r driver.Rows, err error) {
	x, ok := c.Conn.(driver.QueryerContext)
	if !ok || c.prepares(args) {
		return nil, driver.ErrSkip
	}
	err = c.step(text, func() error { r, err = x.QueryContext(ctx, text, args); return err })
	return r, err
}

// prepares reports whether the driver prepares what has values.
func (c *cutConn) prepares(args []driver.NamedValue) bool {
	_, pg := c.Conn.(*stdlib.Conn)
	return c.socket != nil && !pg && len(args) > 0
}

type cutTx struct {
	driver.Tx
	c *cutConn
}

func (t *cutTx) Commit() error   { return t.c.step("COMMIT", t.Tx.Commit) }
func (t *cutTx) Rollback() error { return t.c.step("ROLLBACK", t.Tx.Rollback) }

type cutStmt struct {
	driver.Stmt
	c    *cutConn
	text string
}

func (s *cutStmt) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return s.c.CheckNamedValue(v)
}

func (s *cutStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	err = s.c.step(s.text, func() error { r, err = s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args); return err })
	return r, err
}

func (s *cutStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (r driver.Rows, err error) {
	err = s.c.step(s.text, func() error { r, err = s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args); return err })
	return r, err
}

// short is the beginning of a statement.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(60, len(text))]
}
