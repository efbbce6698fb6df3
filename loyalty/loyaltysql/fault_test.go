package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
)

// refusedError is as those of package net.
type refusedError struct{}

func (*refusedError) Error() string { return "dial: refused" }
func (*refusedError) Timeout() bool { return false }

// What a driver says without a code is a lost connection only if it says so.
func TestFaultWithoutCode(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		err  error
		want bool
	}{
		{errors.New("missing argument with index 3"), false},
		{errors.New("sql: expected 2 arguments, got 1"), false},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		{&refusedError{}, true},
		{errors.New("conn closed"), true},
		{errors.New("invalid connection"), true},
		{driver.ErrBadConn, true},
	} {
		err := fault(ctx, c.err)
		if errors.Is(err, ErrConnection) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v: %v", c.err, err)
		}
		if !c.want && !isKind(notSent(err), other) {
			t.Errorf("%v, and nothing was sent: %v", c.err, err)
		}
	}
}

// stateError, numberError and codeError are as those of pgx, of go-sql-driver/mysql and of
// modernc.org/sqlite.
type stateError string

func (e stateError) Error() string    { return "of a server: " + string(e) }
func (e stateError) SQLState() string { return string(e) }

type numberError struct{ Number uint16 }

func (e *numberError) Error() string { return fmt.Sprint("of a server: ", e.Number) }

type codeError struct {
	code int
	text string
}

func (e *codeError) Error() string { return e.text }
func (e *codeError) Code() int     { return e.code }

// What is said by a code has its kind, and its sentinel.
func TestFaultKinds(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind kind
		is   error
	}{
		{stateError("42P01"), absent, nil},
		{stateError("42P07"), present, nil},
		{stateError("42501"), denied, nil},
		{stateError("XX001"), corrupt, ErrDamaged},
		{stateError("42703"), other, nil},
		{&numberError{1146}, absent, nil},
		{&numberError{1050}, present, nil},
		{&numberError{1142}, denied, nil},
		{&numberError{1194}, corrupt, ErrDamaged},
		{fmt.Errorf("prepare: %w", &numberError{tooManyStatements}), conflict, loyalty.ErrConflict},
		{&codeError{1, "no such table: x"}, absent, nil},
		{&codeError{1, "index x already exists"}, present, nil},
		{&codeError{1, "no such column: x"}, other, nil},
		{&codeError{26, "file is not a database"}, corrupt, ErrDamaged},
		{&codeError{11, "database disk image is malformed"}, corrupt, ErrDamaged},
		{errors.New("sql: statement is closed"), conflict, loyalty.ErrConflict},
		{errors.New("sql: Tx.Stmt: statement from different database used"), foreign, ErrConfig},
	} {
		err := fault(context.Background(), c.err)
		if !isKind(err, c.kind) || !errors.Is(err, c.err) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}
