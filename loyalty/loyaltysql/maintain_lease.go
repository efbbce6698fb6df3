package loyaltysql

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// LeaseTable is the table of the rows, see loyalty.RowID, that say who works at which
// bucket. A host gives no row of its own this table.
const LeaseTable = "loyaltysql.lease"

var (
	// ErrClock: the clocks of two processes differ by more than work can be shared with.
	// See SkewError.
	ErrClock = errors.New("loyaltysql: clocks differ too much")
	// errLease: another worker has taken what this one had.
	errLease = errors.New("loyaltysql: the lease is another worker's")
)

// SkewError says whose clock is ahead. It is an ErrClock.
type SkewError struct {
	Of string        // the worker, or "database"
	By time.Duration // ahead of the clock that is asked; negative: behind it
}

// Error says by how much.
func (e *SkewError) Error() string { return fmt.Sprintf("%v: that of %q by %v", ErrClock, e.Of, e.By) }

// Is reports whether target is ErrClock.
func (e *SkewError) Is(target error) bool { return target == ErrClock }

// holder is who wants a lease.
type holder struct {
	name   string
	now    func() time.Time
	length time.Duration
	seen   *sightings
}

// sightings are, by bucket, the leases of others that a worker has met.
type sightings [Buckets]sighting

// sighting is since when, by its own clock, a worker sees a version of a lease.
type sighting struct {
	version int64
	since   time.Time
}

// dead reports whether a version of a lease was seen for a time: who works renews it, so
// nobody does, whatever clock has written it.
func (s *sightings) dead(bucket, version int64, now time.Time, length time.Duration) bool {
	x := &s[bucket]
	if x.version != version || now.Before(x.since) {
		*x = sighting{version, now}
	}
	return now.Sub(x.since) >= length
}

// lease is a worker's claim to a bucket, until an instant by the worker's clock. It keeps
// where the worker has come to, for the next one.
type lease struct {
	s       *Store
	id      loyalty.RowID
	holder  holder
	version int64
	until   time.Time
	cursor  []byte
}

// lease takes a bucket for a kind of work; ok is false if it is another worker's.
func (s *Store) lease(ctx context.Context, work string, bucket int64, h holder) (l *lease, ok bool, err error) {
	l = &lease{s: s, holder: h, id: loyalty.RowID{Table: LeaseTable, Key: work + "/" + strconv.FormatInt(bucket, 10)}}
	rows, err := s.Rows(ctx, []loyalty.RowID{l.id})
	if err != nil {
		return nil, false, err
	}
	now := h.now()
	if l.version = rows[0].Version; l.version > 0 {
		name, from, until, cursor, err := readLease(rows[0].State)
		if err != nil {
			return nil, false, damaged("lease", l.id.Key, err)
		}
		l.cursor = cursor
		// Where until is from it was given back.
		if name != h.name && until > from && now.Before(until.Time()) {
			length := max(h.length, until.Time().Sub(from.Time()))
			if !h.seen.dead(bucket, l.version, now, length) {
				if ahead := from.Time().Sub(now); ahead > length {
					return nil, false, &SkewError{name, ahead}
				}
				return nil, false, nil
			}
		}
	}
	if err := l.save(ctx, now, now.Add(h.length)); errors.Is(err, errLease) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	return l, true, nil
}

// save writes the lease, or returns errLease if somebody else has.
func (l *lease) save(ctx context.Context, from, until time.Time) error {
	state := binary.AppendUvarint(nil, uint64(len(l.holder.name)))
	state = append(state, l.holder.name...)
	state = binary.AppendVarint(state, int64(loyalty.InstantOf(from)))
	state = binary.AppendVarint(state, int64(loyalty.InstantOf(until)))
	state = append(state, l.cursor...)
	err := l.s.Commit(ctx, loyalty.RowCommit(loyalty.RowChange{RowID: l.id, Expected: l.version, State: state}))
	switch {
	case errors.Is(err, loyalty.ErrRowConflict), errors.Is(err, loyalty.ErrConflict):
		return errLease
	case err != nil:
		return err
	}
	l.version++
	l.until = until
	return nil
}

// renew makes sure that the lease is this worker's for the time that half of it takes.
func (l *lease) renew(ctx context.Context) error {
	now := l.holder.now()
	if l.until.Sub(now) > l.holder.length/2 {
		return ctx.Err()
	}
	return l.save(ctx, now, now.Add(l.holder.length))
}

// release lets others have the bucket at once. A lease that was lost is none to give back.
func (l *lease) release(ctx context.Context) error {
	now := l.holder.now()
	err := l.save(context.WithoutCancel(ctx), now, now)
	if errors.Is(err, errLease) {
		return nil
	}
	return err
}

func readLease(b []byte) (name string, from, until loyalty.Instant, cursor []byte, err error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)-k) {
		return "", 0, 0, nil, loyalty.ErrFormat
	}
	name, b = string(b[k:k+int(n)]), b[k+int(n):]
	for _, at := range []*loyalty.Instant{&from, &until} {
		v, k := binary.Varint(b)
		if k <= 0 {
			return "", 0, 0, nil, loyalty.ErrFormat
		}
		*at, b = loyalty.Instant(v), b[k:]
	}
	return name, from, until, b, nil
}
