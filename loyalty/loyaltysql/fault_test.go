package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"testing"
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
