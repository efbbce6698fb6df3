package loyalty

import (
	"context"
	"errors"
	"time"
)

// Balance returns what an account has of a kind now: by the host's clock, or at the
// account's last instant where that is later. An account that was never written has nothing.
func (s *Service) Balance(ctx context.Context, id AccountID, k Kind) (Balance, error) {
	return s.balance(ctx, id, k, InstantOf(s.Now()))
}

// balance is Balance at an instant, and loads what that needs.
func (s *Service) balance(ctx context.Context, id AccountID, k Kind, now Instant) (Balance, error) {
	n := Need{At: now}
	for round := 0; ; round++ {
		a, err := s.Store.Load(ctx, id, n)
		if err != nil {
			return Balance{}, err
		}
		b, err := a.BalanceAt(k, max(now, a.Last).Time())
		var more *NeedError
		if !errors.As(err, &more) || round > needRounds {
			return b, err
		}
		n = n.Join(more.Need)
		n.All = n.All || round == needRounds-1
	}
}

// Statement returns what happened to a kind of an account over [from, to), see
// [NewStatement]. It reads the account's whole journal.
func (s *Service) Statement(ctx context.Context, id AccountID, k Kind, from, to time.Time) (*Statement, error) {
	return NewStatement(EachEntry(s.Store.Journal(ctx, JournalQuery{Account: id})), k, from, to)
}
