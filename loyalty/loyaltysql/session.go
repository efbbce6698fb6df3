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
// watching a ctx meanwhile costs more: it is asked before.
func (p *pooled) context(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return ctx, &dbError{unsent, err}
	}
	if p.s.names.dialect == SQLite {
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
		return 0, notSent(fault(ctx, err))
	}
	var result sql.Result
	switch {
	case st != nil:
		result, err = st.ExecContext(stmtCtx, p.values(args)...)
	case p.tx != nil:
		result, err = p.tx.ExecContext(stmtCtx, text, p.values(args)...)
	default:
		result, err = p.s.db.ExecContext(stmtCtx, text, p.values(args)...)
	}
	clear(p.args)
	if err == nil {
		affected, err = result.RowsAffected()
	}
	return affected, fault(ctx, err)
}

func (p *pooled) query(ctx context.Context, text string, args []driver.Value, each func(row []driver.Value) error) error {
	stmtCtx, err := p.context(ctx)
	if err != nil {
		return err
	}
	st, err := p.stmt(stmtCtx, text)
	if err != nil {
		return notSent(fault(ctx, err))
	}
	var rows *sql.Rows
	switch {
	case st != nil:
		rows, err = st.QueryContext(stmtCtx, p.values(args)...)
	case p.tx != nil:
		rows, err = p.tx.QueryContext(stmtCtx, text, p.values(args)...)
	default:
		rows, err = p.s.db.QueryContext(stmtCtx, text, p.values(args)...)
	}
	clear(p.args)
	if err != nil {
		return fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return fault(ctx, err)
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
			return fault(ctx, err)
		}
		for i := range columns {
			row[i] = cells[i]
		}
		if err := each(row[:len(columns)]); err != nil {
			return err
		}
	}
	return fault(ctx, rows.Err())
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
