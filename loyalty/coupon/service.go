package coupon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/loyalty"
)

// DefaultAttempts is how often a [Service] whose Attempts is 0 tries.
const DefaultAttempts = loyalty.DefaultAttempts

// Service carries commands out in a store: load, decide, commit, and again where
// someone else was faster. It is safe for concurrent use if its fields are not changed.
type Service struct {
	Catalogue *Catalogue
	Store     Store
	Attempts  int // before ErrConflict is returned; 0 is DefaultAttempts
	// Wait, if there is one, is called between two attempts, the next being the n-th
	// from 2 on: the place for a pause with jitter. Its error ends the command.
	Wait func(ctx context.Context, n int) error
}

// Do carries a command out once, however often it is given with its key, and returns
// its receipt. Errors are those of [Catalogue.Decide] and of the store, and
// [ErrConflict] after the last attempt; nothing was written then. A store that does
// not know whether it has written is asked for the receipt, and the command decided
// again if there is none. Where that does not settle it the error is
// [ErrUnknownOutcome], joined with what was found: give the command again.
func (s *Service) Do(ctx context.Context, cmd Command, at time.Time) (Receipt, error) {
	if err := cmd.Validate(); err != nil {
		return Receipt{}, err
	}
	attempts := s.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	var unknown, err error
	for n := 1; n <= attempts; n++ {
		if n > 1 && s.Wait != nil {
			if err := s.Wait(ctx, n); err != nil {
				return Receipt{}, join(unknown, err)
			}
		}
		var state State
		var d Decision
		if state, err = s.load(ctx, cmd); err != nil {
			if unknown != nil && ctx.Err() == nil {
				continue
			}
			return Receipt{}, join(unknown, err)
		}
		if d, err = s.Catalogue.Decide(state, cmd, at); err != nil {
			if byCounters(err) && s.carried(ctx, cmd) {
				continue
			}
			return Receipt{}, join(unknown, err)
		}
		if d.Repeated {
			return d.Receipt, nil
		}
		switch err = s.Store.Commit(ctx, d.Change); {
		case err == nil:
			return d.Receipt, nil
		case errors.Is(err, ErrUnknownOutcome):
			unknown = err
		case !errors.Is(err, ErrConflict):
			return Receipt{}, join(unknown, err)
		}
	}
	return Receipt{}, fmt.Errorf("coupon: after %d attempts: %w", attempts, join(unknown, err))
}

// join is strict.Join with an error that is not said twice.
func join(unknown, err error) error {
	if errors.Is(err, ErrUnknownOutcome) {
		return err
	}
	return strict.Join(unknown, err)
}

// byCounters reports whether counters alone have led to an error. They are read after the
// coupon and the receipt, and may be ahead of both.
func byCounters(err error) bool {
	for _, e := range [...]error{ErrIssueLimit, ErrIssueCustomerLimit, ErrRedeemLimit, ErrRedeemCustomerLimit, ErrState} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// carried reports whether a command was carried out since it was decided: what the counters
// count may be that very command, given twice at once.
func (s *Service) carried(ctx context.Context, cmd Command) bool {
	_, receipt, err := s.Store.Load(ctx, cmd.Code, cmd.Key)
	return err == nil && !receipt.IsZero()
}

func (s *Service) load(ctx context.Context, cmd Command) (State, error) {
	coupon, receipt, err := s.Store.Load(ctx, cmd.Code, cmd.Key)
	state := State{Coupon: coupon, Receipt: receipt}
	if err != nil || !receipt.IsZero() {
		return state, err
	}
	var buf [2]CounterID
	if ids := s.Catalogue.AppendNeed(buf[:0], coupon, cmd); len(ids) > 0 {
		state.Counters, err = s.Store.Counters(ctx, nil, ids)
	}
	return state, err
}
