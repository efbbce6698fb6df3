package loyalty

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// Swept is what [Service.Sweep] did to an account.
type Swept struct {
	Account AccountID
	Entries int   // written
	Err     error // why it could not be swept; it is still due
}

// Sweep posts what time has done until at in accounts that are due, at most limit of
// them (0: none), from after on (zero: the first), and returns what became of each and the last
// looked at. One that fails does not keep others waiting. Go on from next until nothing
// is returned. No balance hangs on it; it keeps the due index short, and tells the outbox
// of expiries. What it posts has the keys of [SweepKey]. The error is that of the store's Due, or ctx's.
func (s *Service) Sweep(ctx context.Context, at time.Time, after DueAccount, limit int) (done []Swept, next DueAccount, err error) {
	due, err := s.Store.Due(ctx, InstantOf(at), after, limit)
	if err != nil {
		return nil, after, err
	}
	next = after
	for _, d := range due {
		if err := ctx.Err(); err != nil {
			return done, next, err
		}
		n, err := s.sweep(ctx, d.Account, at)
		done = append(done, Swept{d.Account, n, err})
		next = d
	}
	return done, next, nil
}

// sweep sweeps one account until nothing is due.
func (s *Service) sweep(ctx context.Context, id AccountID, at time.Time) (entries int, err error) {
	for first := true; ; first = false {
		t := s.attempt(id, &Sweep{Header: Header{Key: SweepKey(id, 0), At: at}}, nil)
		t.own, t.idle = true, first
		_, err := t.run(ctx)
		n, uses := len(t.d.Entries), 0
		for i := range t.d.Entries {
			uses += max(len(t.d.Entries[i].Uses), 1)
		}
		t.forget()
		s.pool.Put(t)
		if err != nil {
			return entries, err
		}
		if entries += n; uses < DefaultSweep {
			return entries, nil
		}
	}
}

// SweepKey is the key of [Service.Sweep] for the sweep of an account that follows its entry
// of a sequence number. A host gives no command a key of this form.
func SweepKey(id AccountID, seq int64) Key {
	return Key("sweep:" + shortened(string(id)) + ":" + strconv.FormatInt(seq, 10))
}

// shortened is a text, or what stands for a long one.
func shortened(s string) string {
	if len(s) <= 200 {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256." + hex.EncodeToString(sum[:])
}
