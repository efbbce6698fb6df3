package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// What one statement writes at most: of each table, and of accounts.
const (
	singleRows     = 8
	singleAccounts = 4
)

// singleShape is how many rows of which table a single statement writes.
type singleShape struct {
	fresh, moved uint8
	puts, gone   [tableCount]uint8
}

// written are the tables that a commit of accounts writes, in this order.
var written = [...]tableID{tReceipts, tEntries, tOutbox, tUses, tOpened, tOpen, tDone, tWindows, tOrders, tRedemptions, tHolds}

// single returns the one statement that writes all; "" if it takes several. PostgreSQL
// carries it out as a transaction of its own, in one round trip.
func (s *Store) single(w *writing) string {
	b := w.b
	if s.names.dialect != PostgreSQL || s.in != nil || len(w.due)+len(w.shared)+len(w.rows) > 0 || b.fresh.n+b.moved.n > singleAccounts || b.fresh.n+b.moved.n == 0 {
		return ""
	}
	sh := singleShape{fresh: uint8(b.fresh.n), moved: uint8(b.moved.n)}
	for _, id := range written {
		if b.puts[id].n > singleRows || b.gone[id].n > singleRows {
			return ""
		}
		sh.puts[id], sh.gone[id] = uint8(b.puts[id].n), uint8(b.gone[id].n)
	}
	if text, ok := s.texts.Load(sh); ok {
		return text.(string)
	}
	text, _ := s.texts.LoadOrStore(sh, s.names.fill(s.singleText(&sh)))
	return text.(string)
}

// singleText writes to each table in a part of a WITH. The last SELECT fails, and all with
// it, if an account is not where it was: a division by zero. It asks what became of each
// account, one after the other: so accounts are written first, in the order of
// writing.accounts, and what the SELECT does not ask for after them. Who writes in another
// order and who has locked an account would wait for each other.
func (s *Store) singleText(sh *singleShape) string {
	var b strings.Builder
	parts := 0
	part := func(text string) {
		if parts++; parts == 1 {
			b.WriteString("WITH ")
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "w%d AS (%s)", parts, text)
	}
	var asked, end strings.Builder
	account := func(text string, n int) {
		part(text + " RETURNING 1")
		fmt.Fprintf(&asked, "CASE WHEN (SELECT count(*) FROM w%d) = %d THEN ", parts, n)
		end.WriteString(" ELSE 0 END")
	}
	if n := int(sh.fresh); n > 0 {
		account(tables[tAccounts].insert(s.names.dialect, n, nil), n)
	}
	for range sh.moved {
		account(moveText, 1)
	}
	for _, id := range written {
		t := &tables[id]
		if n := int(sh.gone[id]); n > 0 {
			part(t.remove(n))
		}
		if n := int(sh.puts[id]); n > 0 {
			part(t.insert(s.names.dialect, n, s.setOf(id)))
		}
	}
	return b.String() + " SELECT 1 / " + asked.String() + "1" + end.String()
}

// singleArgs are the values of a single statement.
func (w *writing) singleArgs() []driver.Value {
	b := w.b
	args := append(b.args[:0], b.fresh.vals...)
	for i := range b.moved.n {
		args = appendMove(args, b.moved.vals[i*movedColumns:])
	}
	for _, id := range written {
		args = append(append(args, b.gone[id].vals...), b.puts[id].vals...)
	}
	b.args = args
	return args
}

// autocommit gives the database a single statement.
func (s *Store) autocommit(ctx context.Context, w *writing, text string) error {
	args := w.singleArgs()
	p := s.session()
	defer s.done(p)
	p.sent.value, args[0] = args[0], &p.sent
	err := again(ctx, func(err error) bool { return isKind(err, unsent) }, func() error {
		p.sent.asked = false
		_, err := p.exec(ctx, text, args)
		if !p.sent.asked { // there was no connection to send it on
			err = notSent(err)
		}
		return err
	})
	p.sent.value = nil
	var state interface{ SQLState() string }
	switch {
	case err == nil:
		return nil
	case isKind(err, lost, vague):
		return fmt.Errorf("%w: %w", loyalty.ErrUnknownOutcome, err)
	case isKind(err, duplicate) && strings.Contains(err.Error(), s.names.prefix+tables[tReceipts].name+"_key"):
		return fmt.Errorf("%w: %w", loyalty.ErrDuplicateKey, cause(err))
	case errors.As(err, &state) && state.SQLState() == "22012":
		return loyalty.ErrConflict
	}
	return err
}
