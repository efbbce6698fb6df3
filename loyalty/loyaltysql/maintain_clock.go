package loyaltysql

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// CheckClock compares the host's clock with that of the database, for when a process
// starts: one that differs by more than a tolerance is a *SkewError. Clocks that differ do
// no harm to accounts: an entry is recorded after the one before it, be that later than the
// clock, and a command that is dated before what its account has seen, or too far ahead of
// the clock that records it, is refused with loyalty.ErrBackdated or loyalty.ErrAhead. But
// they refuse commands that should not be, and let leases run out too soon.
func (s *Store) CheckClock(ctx context.Context, now func() time.Time, tolerance time.Duration) error {
	text := "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
	switch s.names.dialect {
	case PostgreSQL:
		text = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
	case MySQL:
		text = "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))" // in no zone of a session
	}
	var from, to, there time.Time
	err := s.read(ctx, func(q session) error {
		from = now()
		return q.query(ctx, text, nil, func(row []driver.Value) error {
			to, there = now(), loyalty.Instant(integer(row[0])).Time()
			return nil
		})
	})
	if err != nil {
		return err
	}
	// the database has looked at its clock between the two
	by := time.Duration(0)
	switch {
	case there.Before(from):
		by = there.Sub(from)
	case there.After(to):
		by = there.Sub(to)
	}
	if by.Abs() > max(tolerance, 0) {
		return &SkewError{"database", by}
	}
	return nil
}
