package lifecycle_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

func TestKeeper(t *testing.T) {
	ctx := context.Background()
	m := lifecycle.MustCompile(pausing(), bitGuards(), office)
	k := lifecycle.Keeper[person]{Model: m, Store: new(lifecycle.Memory)}
	visit, _ := m.Event("visit")
	if _, err := k.Step(ctx, "anna", visit, start, 1, nil); !errors.Is(err, lifecycle.ErrNotBegun) {
		t.Error(err)
	}
	for i, id := range []lifecycle.CustomerID{"anna", "bo", "chen"} {
		got, err := k.Begin(ctx, id, hour(i))
		if err != nil || got.Outcome.Code != lifecycle.Moved || m.StageID(got.After.Stage) != "trial" {
			t.Error(got, err)
		}
		again, err := k.Begin(ctx, id, hour(i+1))
		if err != nil || again.Outcome.Code != lifecycle.Duplicate || again.After != got.After {
			t.Error(again, err)
		}
	}
	got, err := k.Step(ctx, "bo", visit, hour(5), 1, nil)
	if err != nil || got.Outcome.Code != lifecycle.Stayed {
		t.Error(got, err)
	}
	s, _ := k.Store.Load(ctx, "bo")
	if s.Version != 2 || !s.Due.Equal(hour(241)) || s.Pos != got.After {
		t.Error(s)
	}
	if got, err := k.Step(ctx, "bo", visit, hour(5), 1, nil); err != nil || got.Outcome.Code != lifecycle.Duplicate {
		t.Error(got, err)
	}
	if s, _ := k.Store.Load(ctx, "bo"); s.Version != 2 {
		t.Error("a duplicate was written")
	}
	// A broken position leaves the index.
	bad := s.Pos
	bad.Stage = 99
	if err := k.Store.Save(ctx, "bo", s.Version, bad, s.Due); err != nil {
		t.Fatal(err)
	}
	done, err := k.Sweep(ctx, hour(241), 10)
	var codes []string
	for _, d := range done {
		codes = append(codes, string(d.Customer)+" "+d.Outcome.Code.String())
	}
	if err != nil || !slices.Equal(codes, []string{"anna moved", "bo unknown_stage"}) {
		t.Error(codes, err)
	}
	if done, err := k.Sweep(ctx, hour(241), 10); err != nil || len(done) != 0 {
		t.Error(done, err)
	}
	for _, id := range []lifecycle.CustomerID{"", "a\n", "\xff", lifecycle.CustomerID(strings.Repeat("x", 129))} {
		if _, err := k.Begin(ctx, id, start); !errors.Is(err, lifecycle.ErrCustomer) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := k.Begin(ctx, "dora", time.Time{}); !errors.Is(err, lifecycle.ErrTime) {
		t.Error(err)
	}
	if _, err := k.Sweep(ctx, time.Time{}, 1); !errors.Is(err, lifecycle.ErrTime) {
		t.Error(err)
	}
	k.Store = busy{k.Store}
	if _, err := k.Begin(ctx, "dora", start); !errors.Is(err, lifecycle.ErrConflict) {
		t.Error(err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := k.Sweep(stopped, hour(1), 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	mem := new(lifecycle.Memory)
	if err := mem.Save(ctx, "a", 0, lifecycle.Pos{}, time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)); !errors.Is(err, lifecycle.ErrTime) {
		t.Error(err)
	}
	if s, _ := mem.Load(ctx, "a"); s.Version != 0 {
		t.Error("written all the same")
	}
}

// busy is always written by someone else first.
type busy struct{ lifecycle.Store }

func (busy) Save(context.Context, lifecycle.CustomerID, int64, lifecycle.Pos, time.Time) error {
	return lifecycle.ErrConflict
}
