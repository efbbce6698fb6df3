package loyaltysql

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/guanxi-go/guanxi/loyalty"
)

var _ loyalty.Outbox = (*Store)(nil)

// Events implements [loyalty.Outbox]: bucket by bucket, within one by time of recording.
// Take a [Delivery] first: it shares the work between workers, asks Delivered by itself, and
// one event that cannot be delivered keeps no other account waiting. Events and Delivered
// are for one worker alone that wants the events as a list; they know nothing of leases, so
// they are not used beside a Delivery.
func (s *Store) Events(ctx context.Context, limit int) ([]loyalty.Event, error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	var out []loyalty.Event
	err := s.read(ctx, func(q session) error {
		out = out[:0]
		return q.query(ctx, s.sql(eventsText+` WHERE o.program = ? ORDER BY o.program, o.bucket, o.recorded, o.account, o.seq LIMIT ?`),
			[]driver.Value{s.program, int64(limit)}, func(row []driver.Value) error {
				e, err := eventOf(row)
				out = append(out, e)
				return err
			})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// eventsText selects events: what they say stands in the journal, or, where that was put
// away meanwhile, in the archive.
const eventsText = `SELECT o.account, o.seq, o.recorded, e.data, a.data FROM {table:outbox} o` +
	` LEFT JOIN {table:entries} e ON e.program = o.program AND e.account = o.account AND e.seq = o.seq` +
	` LEFT JOIN {table:entries_old} a ON a.program = o.program AND a.account = o.account AND a.seq = o.seq`

// eventOf reads a row of eventsText.
func eventOf(row []driver.Value) (loyalty.Event, error) {
	id, seq := string(octets(row[0])), integer(row[1])
	data := octets(row[3])
	if data == nil {
		data = octets(row[4])
	}
	var e loyalty.Entry
	err := e.UnmarshalBinary(data)
	if err == nil && (string(e.Account) != id || e.Seq != seq || int64(e.Recorded) != integer(row[2])) {
		err = loyalty.ErrFormat
	}
	if err != nil {
		return loyalty.Event{}, damaged("entry of event", fmt.Sprint(id, "/", seq), err)
	}
	return e.Event(), nil
}

// Delivered implements [loyalty.Outbox].
func (s *Store) Delivered(ctx context.Context, events []loyalty.Event) error {
	if len(events) == 0 {
		return ctx.Err()
	}
	return s.write(ctx, func(q session) error {
		for len(events) > 0 {
			n := 1
			if len(events) >= deliveredAtOnce {
				n = deliveredAtOnce
			}
			args := make([]driver.Value, 0, 5*n)
			for i := range events[:n] {
				e := &events[i]
				args = append(args, s.program, bucketOf(e.Account), int64(e.Recorded), blob(e.Account), e.Seq)
			}
			if _, err := q.exec(ctx, s.sql(tables[tOutbox].remove(n)), args); err != nil {
				return err
			}
			events = events[n:]
		}
		return nil
	})
}

// deliveredAtOnce is how many events a statement takes out.
const deliveredAtOnce = 16

// eventPlace is a place in a bucket of the outbox.
type eventPlace struct {
	recorded loyalty.Instant
	account  loyalty.AccountID
	seq      int64
}

// bucketEvents returns events of a bucket after a place.
func (s *Store) bucketEvents(ctx context.Context, bucket int64, after eventPlace, limit int) (out []loyalty.Event, err error) {
	err = s.read(ctx, func(q session) error {
		out = out[:0]
		at := int64(after.recorded)
		return q.query(ctx, s.sql(eventsText+` WHERE o.program = ? AND o.bucket = ? AND o.recorded >= ? AND`+
			` (o.recorded > ? OR o.account > ? OR o.account = ? AND o.seq > ?)`+
			` ORDER BY o.program, o.bucket, o.recorded, o.account, o.seq LIMIT ?`),
			[]driver.Value{s.program, bucket, at, at, blob(after.account), blob(after.account), after.seq, int64(limit)},
			func(row []driver.Value) error {
				e, err := eventOf(row)
				out = append(out, e)
				return err
			})
	})
	return out, err
}
