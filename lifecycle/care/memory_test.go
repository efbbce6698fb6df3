package care_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/guanxi-go/guanxi/lifecycle/care/caretest"
)

func TestMemory(t *testing.T) {
	caretest.TestBooks(t, func(*testing.T) caretest.Books { return new(care.MemoryBooks) })
	caretest.TestCases(t, func(*testing.T) care.CaseStore { return new(care.MemoryCases) })
}

// busy is a store in which someone else is always faster.
type busy struct{ care.MemoryBooks }

func (*busy) Save(context.Context, int64, care.BookChange) error { return care.ErrConflict }

func TestBookKeeper(t *testing.T) {
	p := care.MustPlanner([]care.Plan{winback()}, night())
	c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{{Kind: care.Stage, Name: "dormant", At: at("2025-03-01 10:00")}}}
	ctx := context.Background()
	if _, err := (care.BookKeeper{Planner: p, Store: new(busy), Since: at("2025-01-01 00:00")}).Plan(ctx, c, at("2025-03-01 12:00")); !errors.Is(err, care.ErrConflict) {
		t.Error(err)
	}
	store := new(care.MemoryBooks)
	k := care.BookKeeper{Planner: p, Store: store, Since: at("2025-01-01 00:00"), Attempts: 3}
	if _, err := k.Plan(ctx, c, time.Time{}); !errors.Is(err, care.ErrTime) {
		t.Error(err)
	}
	for _, now := range []string{"2025-03-01 12:00", "2025-03-02 12:00", "2025-03-02 12:00"} {
		if _, err := k.Plan(ctx, c, at(now)); err != nil {
			t.Fatal(err)
		}
	}
	tasks := must(store.DueTasks(ctx, at("2025-03-02 12:00"), 10))
	expect(t, "stored", tasks, "winback/call due 2025-03-02 10:00")
	if _, err := k.Complete(ctx, c, "none", "", at("2025-03-02 13:00")); !errors.Is(err, care.ErrNotOpen) {
		t.Error(err)
	}
	if _, err := k.Complete(ctx, c, tasks[0].ID, "bought", at("2025-03-02 13:00")); err != nil {
		t.Error(err)
	}
	if got, ok, err := store.Task(ctx, tasks[0].ID); err != nil || !ok || got.Outcome != "bought" || got.Open() {
		t.Error(got, ok, err)
	}
	if left := must(store.DueTasks(ctx, at("2026-03-02 12:00"), 10)); len(left) > 0 {
		t.Error(left)
	}
}

// Where the planner runs long before and after, in a zone with daylight saving, a
// day of 23 hours keeps the time on the wall.
func TestQuietOverDaylightSaving(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	plan := care.Plan{ID: "p", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never,
		Steps: []care.Step{{ID: "s", Channel: care.SMS, After: span("P1D")}}}
	p := care.MustPlanner([]care.Plan{plan}, night())
	for _, joined := range []time.Time{
		time.Date(2025, 3, 29, 1, 30, 0, 0, berlin), time.Date(2025, 10, 25, 1, 30, 0, 0, berlin), time.Date(2040, 12, 30, 23, 0, 0, 0, berlin),
		time.Date(2040, 12, 31, 2, 0, 0, 0, berlin),
	} {
		c := care.Customer{ID: "li", Location: berlin, Facts: []care.Fact{{Kind: care.Joined, At: joined}}}
		r := must(p.Plan(c, must(care.NewBook("li", joined)), joined.AddDate(0, 0, 3)))
		if len(r.Tasks) != 1 || r.Tasks[0].Due.In(berlin).Format("15:04") != "09:00" {
			t.Errorf("%v: %v", joined, r.Tasks)
		}
	}
}
