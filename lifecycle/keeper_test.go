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
	if err := mem.Save(ctx, "b", 0, lifecycle.Pos{}, start); err != nil {
		t.Error(err)
	}
	far := time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := mem.Save(ctx, "b", 1, lifecycle.Pos{}, far); !errors.Is(err, lifecycle.ErrTime) {
		t.Error(err)
	}
	if ids, _ := mem.Due(ctx, start, 1); !slices.Equal(ids, []lifecycle.CustomerID{"b"}) {
		t.Error("a save that failed took the customer out of the index", ids)
	}
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

// stuck never saves one customer, who is at the head of the queue.
type stuck struct{ lifecycle.Store }

func (s stuck) Save(ctx context.Context, id lifecycle.CustomerID, expected int64, p lifecycle.Pos, due time.Time) error {
	if id == "a" && expected > 0 {
		return lifecycle.ErrConflict
	}
	return s.Store.Save(ctx, id, expected, p, due)
}

func TestKeeperSweepGoesOn(t *testing.T) {
	ctx := context.Background()
	k := lifecycle.Keeper[person]{Model: lifecycle.MustCompile(pausing(), bitGuards(), office), Store: stuck{new(lifecycle.Memory)}}
	for _, id := range []lifecycle.CustomerID{"a", "b", "c"} {
		if _, err := k.Begin(ctx, id, start); err != nil {
			t.Fatal(err)
		}
	}
	begun, _ := k.Model.Begin(start)
	if err := k.Store.Save(ctx, "\x01", 0, begun, hour(1)); err != nil { // by another program
		t.Fatal(err)
	}
	done, err := k.Sweep(ctx, hour(240), 10)
	if err != nil || len(done) != 4 {
		t.Fatal(done, err)
	}
	for i, want := range []error{lifecycle.ErrCustomer, lifecycle.ErrConflict, nil, nil} {
		if d := done[i]; !errors.Is(d.Err, want) || (want == nil) != (d.Outcome.Code == lifecycle.Moved) {
			t.Error(d)
		}
	}
}

func TestKeeperClassify(t *testing.T) {
	ctx := context.Background()
	k := lifecycle.Keeper[lifecycle.Facts]{Model: lifecycle.MustCompile[lifecycle.Facts](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil), Store: new(lifecycle.Memory)}
	for _, s := range []struct {
		orders    int64
		last, now int
		code      lifecycle.Code
		due       int
	}{{1, 0, 1, lifecycle.Moved, 92}, {1, 0, 2, lifecycle.Idle, 92}, {2, 5, 6, lifecycle.Dwelling, 5 + 92}, {2, 5, 8, lifecycle.Moved, 5 + 92}, {0, 0, 9, lifecycle.Unclassified, 5 + 92}} {
		f := lifecycle.Facts{Orders: s.orders}
		if s.orders > 0 {
			f.LastOrder = day(s.last)
		}
		got, err := k.Classify(ctx, "anna", f, day(s.now))
		stored, _ := k.Store.Load(ctx, "anna")
		if err != nil || got.Outcome.Code != s.code || stored.Pos != got.After || !stored.Due.Equal(day(s.due)) {
			t.Error(got, stored, err)
		}
	}
}

func TestKeeperReplay(t *testing.T) {
	ctx := context.Background()
	k := lifecycle.Keeper[person]{Model: lifecycle.MustCompile[person](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil), Store: new(lifecycle.Memory)}
	order, _ := k.Model.Event("order")
	begun, err := k.Begin(ctx, "anna", day(0))
	if err != nil {
		t.Fatal(err)
	}
	events := []lifecycle.Occurrence[person]{{Event: order, At: day(60), Seq: 1}, {Event: order, At: day(30), Seq: 2}}
	if _, err := k.Step(ctx, "anna", order, day(60), 1, nil); err != nil {
		t.Fatal(err)
	}
	loads := 0
	history := func(context.Context) (lifecycle.Pos, []lifecycle.Occurrence[person], error) {
		if loads++; loads == 1 { // another event is recorded and stepped at the same time
			events = append(events, lifecycle.Occurrence[person]{Event: order, At: day(90), Seq: 3})
			if _, err := k.Step(ctx, "anna", order, day(90), 3, nil); err != nil {
				t.Error(err)
			}
			return begun.After, events[:2], nil
		}
		return begun.After, events, nil
	}
	kept, all, err := k.Replay(ctx, "anna", history)
	stored, _ := k.Store.Load(ctx, "anna")
	if err != nil || loads != 2 || kept.Outcome.Code != lifecycle.Stayed || kept.After != all.Pos || stored.Pos != all.Pos ||
		all.Pos.Since.Time() != day(30) || all.Pos.Last.Time() != day(90) || !stored.Due.Equal(day(90+92)) || len(all.Visits) != 1 {
		t.Error(kept, all, stored, err)
	}
	if kept, _, err := k.Replay(ctx, "anna", history); err != nil || kept.Outcome.Code != lifecycle.Idle {
		t.Error(kept, err)
	}
	events = events[:0]
	if kept, _, err := k.Replay(ctx, "anna", history); err != nil || kept.Outcome.Code != lifecycle.Moved || kept.After != begun.After {
		t.Error(kept, err)
	}
	events = append(events, lifecycle.Occurrence[person]{Event: 99, At: day(1)})
	if _, _, err := k.Replay(ctx, "anna", history); !errors.Is(err, lifecycle.ErrEvent) {
		t.Error(err)
	}
	gone := errors.New("gone")
	if _, _, err := k.Replay(ctx, "anna", func(context.Context) (lifecycle.Pos, []lifecycle.Occurrence[person], error) {
		return lifecycle.Pos{}, nil, gone
	}); !errors.Is(err, gone) {
		t.Error(err)
	}
	if after, _ := k.Store.Load(ctx, "anna"); after.Pos != begun.After {
		t.Error(after)
	}
}
