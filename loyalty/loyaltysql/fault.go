package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// kind is what an error of a database means to a store.
type kind uint8

const (
	other     kind = iota // of the statement: it was refused
	conflict              // a serialisation failure, a deadlock, somebody else's lock
	duplicate             // a key that is there already
	full                  // no space left
	disk                  // a file could not be written, mostly for want of space
	lost                  // no connection: whether the statement was carried out is not known
	unsent                // no connection, and nothing was sent
	vague                 // of the driver, without a code: whether the statement was carried out is not known
	absent                // a table that is not there
	present               // a table or an index that is there already
	denied                // what the user of the connection may not do
	corrupt               // a file that the database cannot read
	foreign               // a transaction of another pool
)

// dbError is an error of the database.
type dbError struct {
	kind kind
	err  error
}

func (e *dbError) Error() string {
	if s := e.sentinel(); s != nil {
		return s.Error() + ": " + e.err.Error()
	}
	return "loyaltysql: " + e.err.Error()
}

func (e *dbError) Unwrap() []error {
	if s := e.sentinel(); s != nil {
		return []error{s, e.err}
	}
	return []error{e.err}
}

func (e *dbError) sentinel() error {
	switch e.kind {
	case conflict, duplicate:
		return loyalty.ErrConflict
	case full, disk:
		return ErrFull
	case lost, unsent:
		return ErrConnection
	case corrupt:
		return ErrDamaged
	case foreign:
		return ErrConfig
	}
	return nil
}

// fault gives an error of the driver its meaning.
func fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var known *dbError
	if errors.As(err, &known) {
		return err
	}
	if done := ctx.Err(); done != nil {
		if !errors.Is(err, done) {
			err = fmt.Errorf("%w: %w", done, err)
		}
		return &dbError{lost, err}
	}
	return &dbError{kindOf(err), err}
}

// kindOf asks an error for its code, by what drivers have in common, and, of drivers
// that have nothing, for its text.
func kindOf(err error) kind {
	if errors.Is(err, driver.ErrBadConn) {
		return unsent
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return kindOfState(state.SQLState())
	}
	for e := range tree(err) {
		if n, ok := number(e, "Number"); ok { // go-sql-driver/mysql
			return kindOfMySQL(n)
		}
		if c, ok := e.(interface{ Code() int }); ok { // modernc.org/sqlite
			return kindOfSQLite(int64(c.Code()), err)
		}
		if n, ok := number(e, "ExtendedCode"); ok { // mattn/go-sqlite3
			return kindOfSQLite(n, err)
		}
	}
	return kindOfText(err)
}

// kindOfState reads a SQLSTATE.
func kindOfState(state string) kind {
	switch state {
	case "40001", "40P01", "55P03", "26000", "57P05": // 26000: a pooler gave another server's session
		return conflict
	case "23505", "23000":
		return duplicate
	case "53100":
		return full
	case "53300", "57P03": // too many connections, starting up
		return unsent
	case "40003": // statement completion unknown
		return lost
	case "42P01", "3F000": // table, schema
		return absent
	case "42P07", "42710":
		return present
	case "42501":
		return denied
	case "XX001", "XX002": // of data, of an index
		return corrupt
	}
	if strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57P") {
		return lost
	}
	return other
}

// tooManyStatements is MySQL's max_prepared_stmt_count.
const tooManyStatements = 1461

// crowded reports whether the server keeps no more prepared statements.
func crowded(err error) bool {
	for e := range tree(err) {
		if n, ok := number(e, "Number"); ok && n == tooManyStatements {
			return true
		}
	}
	return false
}

// kindOfMySQL reads an error number of MySQL, MariaDB or TiDB.
func kindOfMySQL(n int64) kind {
	switch n {
	case 1213, 1205, 1020, 3572, 1047, 8022, 8028, 9007, 8002: // deadlock, lock wait, changed record, nowait, Galera, TiDB
		return conflict
	case tooManyStatements: // nothing is wrong with the command
		return conflict
	case 1146, 1049: // table, database
		return absent
	case 1050, 1061:
		return present
	case 1044, 1142, 1143, 1227:
		return denied
	case 1034, 1035, 1194, 1195, 1712:
		return corrupt
	case 1062, 1586:
		return duplicate
	case 1021, 1114, 1041, 3019:
		return full
	case 1026, 1030: // at a commit it is not known what was written before
		return disk
	case 1040, 1203: // too many connections
		return unsent
	case 1053, 1158, 1159, 1160, 1161, 1927, 2006, 2013, 1180:
		return lost
	}
	return other
}

// kindOfSQLite reads a result code, extended or not. Most of what SQL may be refused for has
// one code: the text tells more.
func kindOfSQLite(n int64, err error) kind {
	switch n {
	case 1555, 2067, 2579: // of a primary key, unique, a row id
		return duplicate
	}
	switch n & 0xff {
	case 5, 6: // busy, locked
		return conflict
	case 13:
		return full
	case 10, 14: // input or output, cannot open
		return lost
	case 3, 23: // permission, authorization
		return denied
	case 11, 26: // malformed, not a database
		return corrupt
	case 1:
		switch text := err.Error(); {
		case strings.Contains(text, "no such table"):
			return absent
		case strings.Contains(text, "already exists"), strings.Contains(text, "already another table or index"):
			return present
		}
	}
	return other
}

func kindOfText(err error) kind {
	text := err.Error()
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("database is locked", "database table is locked", "deadlock", "40001", "sql: statement is closed"): // by Close
		return conflict
	case has("statement from different database used"):
		return foreign
	case has("UNIQUE constraint failed", "duplicate key", "Duplicate entry"):
		return duplicate
	case has("disk is full", "No space left", "no space left"):
		return full
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		has("connect", "conn closed", "conn busy", "broken pipe", "closed network", "closed pool", "database is closed", "unexpected EOF", "timeout", "tls: ", "malformed packet", "out of sync"):
		return lost
	}
	var network interface{ Timeout() bool } // of package net, which is not needed for it
	if errors.As(err, &network) {
		return lost
	}
	return vague // a missing argument, say
}

// number returns a whole number that an error has in an exported field.
func number(err error, field string) (int64, bool) {
	v := reflect.ValueOf(err)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return 0, false
	}
	switch f := v.FieldByName(field); {
	case !f.IsValid():
		return 0, false
	case f.CanInt():
		return f.Int(), true
	case f.CanUint():
		return int64(f.Uint()), true
	}
	return 0, false
}

// tree yields an error and all that it wraps.
func tree(err error) func(func(error) bool) {
	var walk func(err error, yield func(error) bool) bool
	walk = func(err error, yield func(error) bool) bool {
		if err == nil {
			return true
		}
		if !yield(err) {
			return false
		}
		switch x := err.(type) { //nolint:errorlint // each step of the chain is looked at
		case interface{ Unwrap() error }:
			return walk(x.Unwrap(), yield)
		case interface{ Unwrap() []error }:
			for _, e := range x.Unwrap() {
				if !walk(e, yield) {
					return false
				}
			}
		}
		return true
	}
	return func(yield func(error) bool) { walk(err, yield) }
}

// isKind reports whether an error of the database is of a kind.
func isKind(err error, kinds ...kind) bool {
	var e *dbError
	if !errors.As(err, &e) {
		return false
	}
	return slices.Contains(kinds, e.kind)
}
