package surveytest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/nps/survey"
)

func firstWrite(st survey.QuotaStore) error {
	a, b := held("a", noon.Add(time.Hour)), held("b", noon.Add(time.Hour))
	return contract.First(
		func() error { return saves(st, beijing, 0, 1, 0, a) },
		func() error {
			return conflicts(st, beijing, 0, survey.CellChange{Held: 1, Put: []survey.Reservation{b}})
		},
		func() error { return loads(st, beijing, "b", noon, state{version: 1, held: 1}) },
	)
}

func stale(st survey.QuotaStore) error {
	a := held("a", noon.Add(time.Hour))
	confirmed := a
	confirmed.Status = survey.Confirmed
	return contract.First(
		func() error { return saves(st, beijing, 0, 1, 0, a) },
		func() error { return saves(st, beijing, 1, 2, 0, held("b", noon.Add(time.Hour))) },
		func() error {
			return conflicts(st, beijing, 1, survey.CellChange{Confirmed: 9, Put: []survey.Reservation{confirmed, held("c", noon)}})
		},
		func() error { return loads(st, beijing, "a", noon, state{version: 2, held: 2, reservation: &a}) },
		func() error { return loads(st, beijing, "c", noon, state{version: 2, held: 2}) },
	)
}

func ahead(st survey.QuotaStore) error {
	change := survey.CellChange{Held: 5, Put: []survey.Reservation{held("b", noon)}}
	return contract.First(
		func() error { return conflicts(st, beijing, 1, change) },
		func() error { return loads(st, beijing, "b", noon, state{}) },
		func() error { return saves(st, beijing, 0, 1, 0, held("a", noon.Add(time.Hour))) },
		func() error { return conflicts(st, beijing, 2, change) },
		func() error { return loads(st, beijing, "b", noon, state{version: 1, held: 1}) },
	)
}

func ownSlices(st survey.QuotaStore) error {
	a := held("a", noon)
	put := []survey.Reservation{a}
	if err := saves(st, beijing, 0, 1, 0, put...); err != nil {
		return err
	}
	put[0] = held("spoilt", noon.Add(time.Hour))
	for range 2 {
		s, err := st.Load(context.Background(), beijing, "a", noon)
		if err != nil {
			return fmt.Errorf("Load: %w", err)
		}
		want := state{version: 1, held: 1, reservation: &a, overdue: true}
		if err := want.check(s); err != nil {
			return err
		}
		if err := same(s.Overdue[0], a); err != nil {
			return err
		}
		s.Reservation.Status, s.Reservation.Key = survey.Confirmed, "spoilt"
		s.Overdue[0].Status, s.Overdue[0].Key = survey.Confirmed, "spoilt"
	}
	return nil
}

func cancelled(st survey.QuotaStore) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return contract.First(
		func() error {
			_, err := st.Load(ctx, beijing, "a", noon)
			return contract.Is(err, context.Canceled, "Load")
		},
		func() error {
			change := survey.CellChange{Held: 1, Put: []survey.Reservation{held("a", noon)}}
			return contract.Is(st.Save(ctx, beijing, 0, change), context.Canceled, "Save")
		},
		func() error { return loads(st, beijing, "a", noon, state{}) },
	)
}

func race(st survey.QuotaStore) error {
	const rounds, writers = 12, 8
	for version := range int64(rounds) {
		var wins atomic.Int32
		winner := make([]bool, writers)
		err := contract.Together(writers, func(i int) error {
			change := survey.CellChange{Held: i + 1, Put: []survey.Reservation{held(fmt.Sprint(version, "/", i), noon.Add(time.Hour))}}
			err := st.Save(context.Background(), beijing, version, change)
			if err == nil {
				wins.Add(1)
				winner[i] = true
			} else if !errors.Is(err, survey.ErrConflict) {
				return fmt.Errorf("Save: %w", err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n := wins.Load(); n != 1 {
			return fmt.Errorf("%d of %d writes that expect version %d are written", n, writers, version)
		}
		for i, won := range winner {
			r := held(fmt.Sprint(version, "/", i), noon.Add(time.Hour))
			s, err := st.Load(context.Background(), beijing, r.Key, noon)
			switch {
			case err != nil:
				return fmt.Errorf("Load: %w", err)
			case won && s.Held != i+1:
				return fmt.Errorf("%d held, and the write that won has %d", s.Held, i+1)
			case won != (s.Reservation != nil):
				return fmt.Errorf("reservation %q is there: %v, and was written: %v", r.Key, s.Reservation != nil, won)
			}
		}
	}
	return nil
}

func neverOverfilled(st survey.QuotaStore) error {
	const limit, people = 10, 24
	keeper := survey.Keeper{
		Quota: survey.MustQuota(survey.QuotaConfig{
			ID: "spring", Hold: guanxi.Span{Time: time.Minute},
			Cells: []survey.Cell{{ID: "c", Limit: limit}},
		}),
		Store: st, Attempts: 20 * people,
	}
	ctx := context.Background()
	// Twice: in the second round those held and never confirmed have expired.
	var confirmed atomic.Int32
	for round, now := range []time.Time{noon, noon.Add(time.Minute)} {
		err := contract.Together(people, func(i int) error {
			key := fmt.Sprint(round, "/", i)
			if _, err := keeper.Reserve(ctx, "c", key, now); errors.Is(err, survey.ErrFull) {
				return nil
			} else if err != nil {
				return err
			}
			if round == 0 && i%2 == 0 {
				return nil // walks away
			}
			if _, err := keeper.Confirm(ctx, "c", key, now); err != nil {
				return err
			}
			confirmed.Add(1)
			return nil
		})
		if err != nil {
			return err
		}
		count, err := keeper.Count(ctx, "c", now)
		if err != nil {
			return err
		}
		if count.Free != 0 || count.Confirmed+count.Held != limit || count.Confirmed != int(confirmed.Load()) {
			return fmt.Errorf("after round %d: %+v, and %d were told that they are confirmed", round, count, confirmed.Load())
		}
	}
	return nil
}
