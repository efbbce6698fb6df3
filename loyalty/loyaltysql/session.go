package loyaltysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
)

// session is what statements are given to: the pool, or a transaction. Errors are
// *dbError, but for those of each. The bytes of a row are the caller's, the row is not.
type session interface {
	exec(ctx context.Context, text string, args []driver.Value) (affected int64, err error)
	query(ctx context.Context, text string, args []driver.Value, each func(row []driver.Value) error) error
}

// pooled is a session on the host's pool or in a transaction on it. Its memory is its own:
// one goroutine uses it.
type pooled struct {
	s       *Store
	tx      *sql.Tx  // nil: none
	missing []string // texts that were not prepared when the transaction used them
	args    []any
	places  []any
	cells   []any
	row     []driver.Value
	sent    sentValue
}

// sentValue is an argument that knows whether it was asked for its value: that happens once
// the statement has a connection and is prepared there, and before it is sent.
type sentValue struct {
	value driver.Value
	asked bool
}

// Value implements driver.Valuer.
func (v *sentValue) Value() (driver.Value, error) {
	v.asked = true
	return v.value, nil
}

// values are what a statement is given.
func (p *pooled) values(args []driver.Value) []any {
	p.args = p.args[:0]
	for _, v := range args {
		p.args = append(p.args, v)
	}
	return p.args
}

// context returns the ctx that statements are given. What SQLite does ends soon, and
// watching a ctx meanwhile costs more: it is asked before, unless there is a connection to
// be waited for.
func (p *pooled) context(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return ctx, &dbError{unsent, err}
	}
	if p.s.names.dialect == SQLite && (p.tx != nil || p.s.db.Stats().MaxOpenConnections == 0) {
		return context.WithoutCancel(ctx), nil
	}
	return ctx, nil
}

// stmt returns the statement of a text; nil if it is not prepared.
func (p *pooled) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if st, ok := p.s.stmts.Load(text); ok {
		if p.tx != nil {
			return p.tx.StmtContext(ctx, st.(*sql.Stmt)), nil
		}
		return st.(*sql.Stmt), nil
	}
	if p.tx != nil { // the pool may have no other connection
		p.missing = append(p.missing, text)
		return nil, nil
	}
	return p.s.prepare(ctx, text)
}

func (p *pooled) exec(ctx context.Context, text string, args []driver.Value) (affected int64, err error) {
	stmtCtx, err := p.context(ctx)
	if err != nil {
		return 0, err
	}
	st, err := p.stmt(stmtCtx, text)
	if err != nil {
		return 0, notSent(p.fault(ctx, err))
	}
	result, err := p.execOn(stmtCtx, st, text, args)
	if st != nil && isClosed(err) {
		result, err = p.execOn(stmtCtx, nil, text, args)
	}
	clear(p.args)
	if err == nil {
		affected, err = result.RowsAffected()
	}
	return affected, p.fault(ctx, err)
}

func (p *pooled) query(ctx context.Context, text string, args []driver.Value, each func(row []driver.Value) error) error {
	stmtCtx, err := p.context(ctx)
	if err != nil {
		return err
	}
	st, err := p.stmt(stmtCtx, text)
	if err != nil {
		return notSent(p.fault(ctx, err))
	}
	rows, err := p.queryOn(stmtCtx, st, text, args)
	if st != nil && isClosed(err) {
		rows, err = p.queryOn(stmtCtx, nil, text, args)
	}
	clear(p.args)
	if err != nil {
		return p.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return p.fault(ctx, err)
	}
	cells, places, row := p.cells, p.places, p.row
	p.cells, p.places, p.row = nil, nil, nil // each may ask again
	for len(cells) < len(columns) {
		cells, row = append(cells, nil), append(row, nil)
	}
	places = places[:0]
	for i := range columns {
		places = append(places, &cells[i])
	}
	defer func() { p.cells, p.places, p.row = cells, places, row }()
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return p.fault(ctx, err)
		}
		for i := range columns {
			row[i] = cells[i]
		}
		if err := each(row[:len(columns)]); err != nil {
			return err
		}
	}
	return p.fault(ctx, rows.Err())
}

// execOn gives the database a statement, or, where that is nil, its text.
func (p *pooled) execOn(ctx context.Context, st *sql.Stmt, text string, args []driver.Value) (sql.Result, error) {
	switch {
	case st != nil:
		return st.ExecContext(ctx, p.values(args)...)
	case p.tx != nil:
		return p.tx.ExecContext(ctx, text, p.values(args)...)
	}
	return p.s.db.ExecContext(ctx, text, p.values(args)...)
}

func (p *pooled) queryOn(ctx context.Context, st *sql.Stmt, text string, args []driver.Value) (*sql.Rows, error) {
	switch {
	case st != nil:
		return st.QueryContext(ctx, p.values(args)...)
	case p.tx != nil:
		return p.tx.QueryContext(ctx, text, p.values(args)...)
	}
	return p.s.db.QueryContext(ctx, text, p.values(args)...)
}

// isClosed reports whether nothing was sent, since Close has closed the statement meanwhile.
func isClosed(err error) bool { return err != nil && err.Error() == "sql: statement is closed" }

// fault is the fault of an error; where the server keeps no more statements, the store keeps
// none either.
func (p *pooled) fault(ctx context.Context, err error) error {
	if err != nil && crowded(err) {
		if was := p.s.crowded.Swap(true); !was && p.s.in != nil { // within the host's transaction, see ease
			go p.s.ease()
		}
	}
	return fault(ctx, err)
}

// notSent marks an error of a statement that was not carried out.
func notSent(err error) error {
	if e, ok := err.(*dbError); ok { //nolint:errorlint // it is our own
		switch e.kind {
		case lost:
			e.kind = unsent
		case vague:
			e.kind = other
		}
	}
	return err
}

// integer reads a whole number as drivers give it.
func integer(v driver.Value) int64 {
	switch x := v.(type) {
	case int64:
		return x
	case []byte:
		n, _ := strconv.ParseInt(string(x), 10, 64)
		return n
	case string:
		n, _ := strconv.ParseInt(x, 10, 64)
		return n
	case bool:
		if x {
			return 1
		}
	}
	return 0
}

// octets reads bytes as drivers give them.
func octets(v driver.Value) []byte {
	switch x := v.(type) {
	case []byte:
		return x
	case string:
		return []byte(x)
	}
	return nil
}

// blob returns bytes that are never NULL.
func blob[T ~string | ~[]byte](v T) []byte {
	if len(v) == 0 {
		return []byte{}
	}
	return []byte(v)
}
