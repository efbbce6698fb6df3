package loyaltysql

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi/loyalty"
)

// ErrArchived: entries were put away that are asked for. See ArchivedError.
var ErrArchived = errors.New("loyaltysql: these entries were archived")

// ArchivedError says up to where the journal was put away. It is an ErrArchived.
type ArchivedError struct {
	Account loyalty.AccountID // "": of the journal of all accounts
	Seq     int64             // of the account's last entry that was put away
	// Recorded is when the last entry was recorded that was put away, of all accounts.
	Recorded loyalty.Instant
}

// Error says which account's, and up to where.
func (e *ArchivedError) Error() string {
	if e.Account == "" {
		return fmt.Sprintf("%v: some recorded up to %d", ErrArchived, e.Recorded)
	}
	return fmt.Sprintf("%v: of %q up to %d", ErrArchived, e.Account, e.Seq)
}

// Is reports whether target is ErrArchived.
func (e *ArchivedError) Is(target error) bool { return target == ErrArchived }

// archiveRow is the row that says when the last entry was recorded that was put away.
var archiveRow = loyalty.RowID{Table: "loyaltysql.archive", Key: "recorded"}

// gone returns an ArchivedError if entries of a page, which was read before, may be missing
// since they were put away where a journal does not find them.
func (s *Store) gone(ctx context.Context, q *loyalty.JournalQuery, page []loyalty.Entry) error {
	if q.Account == "" {
		rows, err := s.Rows(ctx, []loyalty.RowID{archiveRow})
		if err != nil || rows[0].Version == 0 {
			return err
		}
		last, err := readRecorded(rows[0].State)
		if err == nil && max(q.Since, q.Page.Recorded) <= last {
			err = &ArchivedError{Recorded: last}
		}
		return err
	}
	after := q.After // the entry before the first that is missing
	for i := range page {
		if page[i].Seq != after+1 {
			break
		}
		after++
	}
	if n := len(page); n > 0 && page[n-1].Seq == after {
		return nil
	}
	upto, there := int64(0), false
	err := s.read(ctx, func(x session) error {
		upto, there = 0, false
		args := []driver.Value{s.program, blob(q.Account), after, int64(q.Since)}
		err := x.query(ctx, s.sql("SELECT seq FROM {table:checkpoints} WHERE program = ? AND account = ? AND seq > ? AND recorded >= ? ORDER BY seq DESC LIMIT 1"), args, func(r []driver.Value) error {
			upto = integer(r[0])
			return nil
		})
		if err != nil || upto == 0 {
			return err
		}
		seq := upto
		if q.Since == 0 || after > q.After {
			seq = after + 1
		}
		return x.query(ctx, s.sql("SELECT seq FROM {table:entries_old} WHERE program = ? AND account = ? AND seq = ?"), []driver.Value{s.program, blob(q.Account), seq}, func([]driver.Value) error {
			there = true
			return nil
		})
	})
	if err != nil || upto == 0 || there {
		return err
	}
	return &ArchivedError{Account: q.Account, Seq: upto}
}

// appendRecorded appends an instant so that a later one is the greater text.
func appendRecorded(b []byte, at loyalty.Instant) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(at)^1<<63)
}

func readRecorded(b []byte) (loyalty.Instant, error) {
	if len(b) != 8 {
		return 0, damaged("row of the archive", archiveRow.Key, loyalty.ErrFormat)
	}
	return loyalty.Instant(binary.BigEndian.Uint64(b) ^ 1<<63), nil
}

// noteRecorded notes when an entry was recorded that is put away, if it is the last.
func (s *Store) noteRecorded(ctx context.Context, q session, at loyalty.Instant) error {
	state := appendRecorded(nil, at)
	id := []driver.Value{s.program, blob(archiveRow.Table), blob(archiveRow.Key)}
	put := "INSERT INTO {table:rows} (program, tbl, rkey, version, state) VALUES (?, ?, ?, 1, ?)"
	if s.names.dialect == MySQL {
		put += " ON DUPLICATE KEY UPDATE version = version"
	} else {
		put += " ON CONFLICT (program, tbl, rkey) DO NOTHING"
	}
	if _, err := q.exec(ctx, s.sql(put), append(id[:3:3], state)); err != nil {
		return err
	}
	_, err := q.exec(ctx, s.sql("UPDATE {table:rows} SET version = version + 1, state = ? WHERE program = ? AND tbl = ? AND rkey = ? AND state < ?"),
		append(append([]driver.Value{state}, id...), state))
	return err
}
