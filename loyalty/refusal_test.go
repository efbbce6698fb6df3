package loyalty

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/guanxi-go/guanxi"
)

func TestIsRefusal(t *testing.T) {
	s := testService(new(Memory))
	for _, cmd := range []Command{
		&Redeem{Header: Header{Key: "k", At: day(0)}, Spend: Spend{Kind: "points", Points: 5}},
		&Redeem{Header: Header{Key: "k", At: day(0)}},
		&Capture{Header: Header{Key: "k", At: day(0)}, Hold: "h"},
		&Adjust{Header: Header{At: day(0)}},
		&Refund{Header: Header{Key: "k", At: day(0)}, Order: "o"},
	} {
		if _, err := s.Do(context.Background(), "a", cmd); !IsRefusal(err) {
			t.Errorf("%T: %v", cmd, err)
		}
	}
	if !IsRefusal(fmt.Errorf("the store: %w", &SharedError{})) {
		t.Error("a shared counter is short")
	}
	var fe *guanxi.FieldError
	_, err := s.Engine.Decide(NewAccount("a"), &Redeem{Header: Header{Key: "k", At: day(0)}, Spend: Spend{Kind: "none", Points: 5}}, day(0))
	if !IsRefusal(err) || !errors.As(err, &fe) || fe.Pointer != "/spend/kind" {
		t.Error(err)
	}
	for _, err := range []error{
		nil, ErrConflict, ErrRowConflict, ErrUnknownOutcome, &NeedError{}, &TransitError{Err: ErrClosed}, ErrCommit, ErrDuplicateKey, context.Canceled,
		errors.Join(ErrUnknownOutcome, ErrNotEnough), fmt.Errorf("disk: %w", errors.ErrUnsupported), ErrHash, ErrFormat,
		// What a store says of rows that are damaged.
		fmt.Errorf("damaged: %w", ErrImpossible), fmt.Errorf("damaged: %w", ErrOverflow), guanxi.At("/lots", ErrImpossible),
	} {
		if IsRefusal(err) {
			t.Error(err)
		}
	}
}

// damagedStore loads accounts that are not as they were written.
type damagedStore struct{ Memory }

func (*damagedStore) Load(context.Context, AccountID, Need) (*Account, error) {
	return nil, fmt.Errorf("damaged: lot 5: %w", ErrImpossible)
}

func TestDamageIsNoRefusal(t *testing.T) {
	s := testService(new(Memory))
	s.Store, s.Unlocked = new(damagedStore), true
	cmd := &Adjust{Header: Header{Key: "k", At: day(0)}, Kind: "points", Points: 5}
	if _, err := s.Do(context.Background(), "a", cmd); !errors.Is(err, ErrImpossible) || IsRefusal(err) {
		t.Error(err)
	}
	for _, o := range s.Batch(context.Background(), []Request{{Account: "a", Command: cmd}, {Account: "b", Command: cmd}}) {
		if !errors.Is(o.Err, ErrImpossible) || IsRefusal(o.Err) {
			t.Error(o.Err)
		}
	}
	// A key that was used for something else is an answer.
	good := testService(new(Memory))
	if _, err := good.Do(context.Background(), "a", cmd); err != nil {
		t.Fatal(err)
	}
	other := *cmd
	other.Points = 6
	for _, id := range []AccountID{"a", "b"} {
		if _, err := good.Do(context.Background(), id, &other); !errors.Is(err, ErrKeyReused) || !IsRefusal(err) {
			t.Error(id, err)
		}
	}
}
