package lifecycletest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/lifecycle"
)

func fresh(st lifecycle.Store) error {
	return contract.First(
		func() error { return loads(st, anna, 0, lifecycle.Pos{}, time.Time{}) },
		func() error { return dues(st, noon, 10) },
	)
}

func saved(st lifecycle.Store) error {
	return contract.First(
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error { return loads(st, anna, 1, pos(1), noon) },
		func() error { return saves(st, anna, 1, pos(2), time.Time{}) },
		func() error { return loads(st, anna, 2, pos(2), time.Time{}) },
		func() error { return loads(st, "b", 0, lifecycle.Pos{}, time.Time{}) },
	)
}

func bits(st lifecycle.Store) error {
	early, _ := lifecycle.InstantOf(time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC))
	late, _ := lifecycle.InstantOf(time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC))
	for i, p := range []lifecycle.Pos{
		{Since: early, Last: late, Counted: 1<<56 - 1, Standing: lifecycle.Standing{Seq: math.MaxUint32, Version: math.MaxUint16, Stage: 255, Prev: 255}},
		{Since: late, Last: early, Standing: lifecycle.Standing{Version: 1, Stage: 1}},
		{Since: -1, Last: 1, Counted: 1, Standing: lifecycle.Standing{Seq: 1, Version: 256, Stage: 3, Prev: 4}},
		{Since: 0x0002030405060708, Last: 0x0002030405060a0d, Standing: lifecycle.Standing{Version: 1, Stage: '\'', Prev: '\\'}},
	} {
		if err := saves(st, anna, int64(i), p, noon); err != nil {
			return err
		}
		if err := loads(st, anna, int64(i+1), p, noon); err != nil {
			return err
		}
	}
	return nil
}

func microseconds(st lifecycle.Store) error {
	for i, due := range []time.Time{
		noon, noon.Add(time.Microsecond), noon.In(time.FixedZone("", 8*3600)),
		time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 1000, time.UTC),
	} {
		if err := saves(st, anna, int64(i), pos(i), due); err != nil {
			return err
		}
		if err := loads(st, anna, int64(i+1), pos(i), due); err != nil {
			return err
		}
	}
	return nil
}

func ids(st lifecycle.Store) error {
	all := []lifecycle.CustomerID{"a", "A", "á", "a ", " a", "a\u0301", "ａ", "a%", "a_", "ß", "ss", "'", `\`, "😀", "1", "01"}
	for i, id := range all {
		if err := saves(st, id, 0, pos(i), noon); err != nil {
			return err
		}
	}
	for i, id := range all {
		if err := loads(st, id, 1, pos(i), noon); err != nil {
			return err
		}
	}
	slices.Sort(all)
	return contract.First(
		func() error { return loads(st, "a_x", 0, lifecycle.Pos{}, time.Time{}) },
		func() error { return loads(st, "SS", 0, lifecycle.Pos{}, time.Time{}) },
		func() error { return dues(st, noon, 100, all...) },
	)
}

func firstWrite(st lifecycle.Store) error {
	return contract.First(
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error { return conflicts(st, anna, 0, pos(2), noon) },
		func() error { return loads(st, anna, 1, pos(1), noon) },
	)
}

func stale(st lifecycle.Store) error {
	return contract.First(
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error { return saves(st, anna, 1, pos(2), noon) },
		func() error { return conflicts(st, anna, 1, pos(3), time.Time{}) },
		func() error { return loads(st, anna, 2, pos(2), noon) },
	)
}

func ahead(st lifecycle.Store) error {
	return contract.First(
		func() error { return conflicts(st, anna, 1, pos(1), noon) },
		func() error { return loads(st, anna, 0, lifecycle.Pos{}, time.Time{}) },
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error { return conflicts(st, anna, 2, pos(2), noon) },
		func() error { return loads(st, anna, 1, pos(1), noon) },
	)
}

func due(st lifecycle.Store) error {
	return contract.First(
		func() error { return saves(st, "now", 0, pos(1), noon) },
		func() error { return saves(st, "later", 0, pos(2), noon.Add(time.Hour)) },
		func() error { return saves(st, "never", 0, pos(3), time.Time{}) },
		func() error { return dues(st, noon.Add(-time.Microsecond), 10) },
		func() error { return dues(st, noon, 10, "now") },
		func() error { return dues(st, noon.Add(time.Hour), 10, "now", "later") },
		func() error { return dues(st, noon.In(time.FixedZone("", -8*3600)), 10, "now") },
	)
}

func dueOrder(st lifecycle.Store) error {
	for i, id := range []lifecycle.CustomerID{"b", "a", "é", "Z", "c"} {
		at := noon
		if i == 4 {
			at = noon.Add(-time.Microsecond)
		}
		if err := saves(st, id, 0, pos(i), at); err != nil {
			return err
		}
	}
	return dues(st, noon, 10, "c", "Z", "a", "b", "é")
}

func dueLimit(st lifecycle.Store) error {
	var all []lifecycle.CustomerID
	for i := range 230 {
		id := lifecycle.CustomerID(fmt.Sprintf("%03d", i))
		all = append(all, id)
		if err := saves(st, id, 0, pos(i), noon.Add(time.Duration(i)*time.Second)); err != nil {
			return err
		}
	}
	later := noon.Add(time.Hour)
	return contract.First(
		func() error { return dues(st, later, 0) },
		func() error { return dues(st, later, -1) },
		func() error { return dues(st, later, 1, all[0]) },
		func() error { return dues(st, later, 150, all[:150]...) },
		func() error { return dues(st, later, 1000, all...) },
	)
}

func dueMoves(st lifecycle.Store) error {
	later := noon.Add(time.Hour)
	return contract.First(
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error { return saves(st, anna, 1, pos(2), later) },
		func() error { return dues(st, noon, 10) },
		func() error { return dues(st, later, 10, anna) },
		func() error { return saves(st, anna, 2, pos(3), time.Time{}) },
		func() error { return dues(st, later, 10) },
		func() error { return saves(st, anna, 3, pos(4), noon) },
		func() error { return dues(st, noon, 10, anna) },
	)
}

func dueConflict(st lifecycle.Store) error {
	return contract.First(
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error { return conflicts(st, anna, 0, pos(2), time.Time{}) },
		func() error { return conflicts(st, "b", 1, pos(2), noon) },
		func() error { return dues(st, noon, 10, anna) },
	)
}

// failedSave asks for a due that a store need not be able to keep, and saves
// after ctx is done.
func failedSave(st lifecycle.Store) error {
	far := time.Date(20000, time.January, 1, 0, 0, 0, 0, time.UTC)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	return contract.First(
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error { return saves(st, "b", 0, pos(1), noon) },
		func() error {
			return contract.Is(st.Save(done, anna, 1, pos(2), time.Time{}), context.Canceled, "Save")
		},
		func() error { return loads(st, anna, 1, pos(1), noon) },
		func() error { return dues(st, noon, 10, "b", anna) },
		func() error {
			if st.Save(context.Background(), anna, 1, pos(3), far) == nil {
				return dues(st, noon, 10, "b")
			}
			return contract.First(
				func() error { return loads(st, anna, 1, pos(1), noon) },
				func() error { return dues(st, noon, 10, "b", anna) },
			)
		},
	)
}

func ownSlices(st lifecycle.Store) error {
	return contract.First(
		func() error { return saves(st, anna, 0, pos(1), noon) },
		func() error {
			ids, err := st.Due(context.Background(), noon, 10)
			for i := range ids {
				ids[i] = "spoilt"
			}
			return err
		},
		func() error { return dues(st, noon, 10, anna) },
	)
}

func cancelled(st lifecycle.Store) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return contract.First(
		func() error {
			_, err := st.Load(ctx, anna)
			return contract.Is(err, context.Canceled, "Load")
		},
		func() error {
			_, err := st.Due(ctx, noon, 10)
			return contract.Is(err, context.Canceled, "Due")
		},
		func() error { return contract.Is(st.Save(ctx, anna, 0, pos(1), noon), context.Canceled, "Save") },
		func() error { return loads(st, anna, 0, lifecycle.Pos{}, time.Time{}) },
	)
}

func race(st lifecycle.Store) error {
	const rounds, writers = 12, 8
	for version := range int64(rounds) {
		var wins, winner atomic.Int32
		err := contract.Together(writers, func(i int) error {
			err := st.Save(context.Background(), anna, version, pos(i), noon)
			if err == nil {
				wins.Add(1)
				winner.Store(int32(i))
			} else if !errors.Is(err, lifecycle.ErrConflict) {
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
		if err := loads(st, anna, version+1, pos(int(winner.Load())), noon); err != nil {
			return err
		}
	}
	return nil
}

// sweepers has several goroutines sweep the same customers until none is due.
func sweepers(st lifecycle.Store) error {
	const customers, workers = 30, 4
	m, err := lifecycle.Compile[struct{}](lifecycle.Config{
		Version: 1, Initial: "on",
		Stages:   []lifecycle.StageConfig{{ID: "on"}, {ID: "off", Final: true}},
		Timeouts: []lifecycle.TimeoutConfig{{From: "on", After: guanxi.Span{Days: 1}, To: "off"}},
	}, nil, nil)
	if err != nil {
		return err
	}
	k := lifecycle.Keeper[struct{}]{Model: m, Store: st, Attempts: 20 * customers}
	ctx := context.Background()
	for i := range customers {
		if _, err := k.Begin(ctx, lifecycle.CustomerID(fmt.Sprint(i)), noon); err != nil {
			return err
		}
	}
	now := noon.Add(24 * time.Hour)
	var moved atomic.Int32
	err = contract.Together(workers, func(int) error {
		for {
			done, err := k.Sweep(ctx, now, 7)
			if err != nil || len(done) == 0 {
				return err
			}
			for _, d := range done {
				if d.Outcome.Code == lifecycle.Moved {
					moved.Add(1)
				}
			}
		}
	})
	if err != nil {
		return err
	}
	if n := moved.Load(); n != customers {
		return fmt.Errorf("%d customers were moved by %d sweepers, want each of %d once", n, workers, customers)
	}
	return dues(st, now, 100)
}
