package caretest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

var bookChecks = []check[Books]{
	{"fresh", "Load returns zero for a customer never written.", booksFresh},
	{"saved", "Load returns what was saved last, and instants keep their microseconds.", booksSaved},
	{"first write", "The first write expects 0.", booksFirst},
	{"stale", "If the version is not the expected one Save writes nothing: no book, no task, no next time.", booksStale},
	{"unique task", "A task of a change replaces the one with its id.", booksUnique},
	{"ids", "Ids are compared byte by byte.", booksIDs},
	{"due", "Due returns those whose next time is ≤ now, the earliest first, at most limit.", booksDue},
	{"due tasks", "DueTasks returns the tasks that are due, the earliest first, at most limit.", booksDueTasks},
	{"own slices", "The store keeps no slice of the caller's, and gives none of its own away.", booksSlices},
	{"cancelled", "If ctx is done, nothing is written, and the error is ctx's.", booksCancelled},
	{"race", "Of writes that expect the same version one is written.", booksRace},
	{"keepers", "Nothing is created twice by planners that run at once.", booksKeepers},
}

func task(customer lifecycle.CustomerID, n int, due time.Time) care.Task {
	anchor := time.UnixMicro(noon.UnixMicro() - 1e9).UTC()
	return care.Task{ID: care.NewTaskID(customer, "p", "s", anchor, n), Customer: customer, Plan: "p", Step: "s", Anchor: anchor, N: n,
		Channel: care.Phone, Due: due, Expires: due.Add(48 * time.Hour), Status: care.Due}
}

func book(customer lifecycle.CustomerID, tasks ...care.Task) care.BookChange {
	return care.BookChange{Book: care.Book{Customer: customer, Since: noon, Planned: noon,
		Runs:  []care.Run{{Plan: "p", Entered: noon, Lines: []care.Line{{Step: "s", Anchor: noon, N: 1}}}},
		Tasks: slices.Clone(tasks), Released: []time.Time{noon}}, Next: noon.Add(time.Hour), Tasks: tasks}
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func loadsBook(st Books, customer lifecycle.CustomerID, version int64, want care.Book) error {
	got, v, err := st.Load(ctx, customer)
	switch {
	case err != nil:
		return fmt.Errorf("Load %q: %w", customer, err)
	case v != version:
		return fmt.Errorf("Load %q: version %d, want %d", customer, v, version)
	case text(got) != text(want):
		return fmt.Errorf("Load %q: %s, want %s", customer, text(got), text(want))
	}
	return nil
}

func hasTask(st Books, id care.TaskID, want *care.Task) error {
	got, ok, err := st.Task(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("reading the task: %w", err)
	case ok != (want != nil):
		return fmt.Errorf("task %s is there: %v, want %v", id, ok, want != nil)
	case ok && got != *want:
		return fmt.Errorf("task %s, want %s", text(got), text(*want))
	}
	return nil
}

func dueBooks(st Books, now time.Time, limit int, want ...lifecycle.CustomerID) error {
	got, err := st.Due(ctx, now, limit)
	if err != nil {
		return fmt.Errorf("Due: %w", err)
	}
	return same("Due", got, want)
}

func dueTasks(st Books, now time.Time, limit int, want ...care.Task) error {
	got, err := st.DueTasks(ctx, now, limit)
	if err != nil {
		return fmt.Errorf("DueTasks: %w", err)
	}
	return same("DueTasks", got, want)
}

func booksFresh(st Books) error {
	return first(
		func() error { return loadsBook(st, "li", 0, care.Book{}) },
		func() error { return dueBooks(st, noon, 10) },
		func() error { return dueTasks(st, noon, 10) },
		func() error { return hasTask(st, task("li", 0, noon).ID, nil) },
	)
}

func booksSaved(st Books) error {
	a, b := task("li", 0, noon), task("li", 1, noon.Add(time.Microsecond))
	one, two := book("li", a), book("li", a, b)
	two.Book.Runs[0].Ended, two.Book.Runs[0].Lines = noon, nil
	return first(
		func() error { return st.Save(ctx, 0, one) },
		func() error { return loadsBook(st, "li", 1, one.Book) },
		func() error { return st.Save(ctx, 1, two) },
		func() error { return loadsBook(st, "li", 2, two.Book) },
		func() error { return hasTask(st, a.ID, &a) },
		func() error { return hasTask(st, b.ID, &b) },
	)
}

func booksFirst(st Books) error {
	return first(
		func() error { return is(st.Save(ctx, 1, book("li")), care.ErrConflict) },
		func() error { return loadsBook(st, "li", 0, care.Book{}) },
		func() error { return st.Save(ctx, 0, book("li")) },
		func() error { return is(st.Save(ctx, 0, book("li")), care.ErrConflict) },
		func() error { return loadsBook(st, "li", 1, book("li").Book) },
	)
}

func booksStale(st Books) error {
	a, b := task("li", 0, noon), task("li", 1, noon)
	closed := a
	closed.Status, closed.Closed = care.Done, noon
	stale := book("li", closed, b)
	stale.Next = noon.Add(-time.Hour)
	return first(
		func() error { return st.Save(ctx, 0, book("li")) },
		func() error { return st.Save(ctx, 1, book("li", a)) },
		func() error { return is(st.Save(ctx, 1, stale), care.ErrConflict) },
		func() error { return is(st.Save(ctx, 3, stale), care.ErrConflict) },
		func() error { return loadsBook(st, "li", 2, book("li", a).Book) },
		func() error { return hasTask(st, a.ID, &a) },
		func() error { return hasTask(st, b.ID, nil) },
		func() error { return dueBooks(st, noon, 10) },
	)
}

func booksUnique(st Books) error {
	a := task("li", 0, noon)
	closed := a
	closed.Status, closed.Outcome, closed.Closed = care.Done, "bought", noon
	return first(
		func() error { return st.Save(ctx, 0, book("li", a)) },
		func() error { return st.Save(ctx, 1, book("li", a)) },
		func() error { return dueTasks(st, noon, 10, a) },
		func() error {
			return st.Save(ctx, 2, care.BookChange{Book: book("li").Book, Tasks: []care.Task{closed}})
		},
		func() error { return dueTasks(st, noon, 10) },
		func() error { return hasTask(st, a.ID, &closed) },
	)
}

func booksIDs(st Books) error {
	for i, id := range awkward {
		c := book(lifecycle.CustomerID(id), task(lifecycle.CustomerID(id), i, noon))
		if err := st.Save(ctx, 0, c); err != nil {
			return fmt.Errorf("%q: %w", id, err)
		}
	}
	for i, id := range awkward {
		c := book(lifecycle.CustomerID(id), task(lifecycle.CustomerID(id), i, noon))
		if err := loadsBook(st, lifecycle.CustomerID(id), 1, c.Book); err != nil {
			return err
		}
	}
	sorted := slices.Clone(awkward)
	slices.Sort(sorted)
	var want []lifecycle.CustomerID
	for _, id := range sorted {
		want = append(want, lifecycle.CustomerID(id))
	}
	return dueBooks(st, noon.Add(time.Hour), 100, want...)
}

func booksDue(st Books) error {
	save := func(id lifecycle.CustomerID, version int64, next time.Time) error {
		c := book(id)
		c.Next = next
		return st.Save(ctx, version, c)
	}
	return first(
		func() error { return save("c", 0, noon) },
		func() error { return save("b", 0, noon.Add(time.Microsecond)) },
		func() error { return save("a", 0, noon.Add(time.Microsecond)) },
		func() error { return save("never", 0, time.Time{}) },
		func() error { return dueBooks(st, noon.Add(-time.Microsecond), 10) },
		func() error { return dueBooks(st, noon, 10, "c") },
		func() error { return dueBooks(st, noon.Add(time.Hour), 10, "c", "a", "b") },
		func() error { return dueBooks(st, noon.Add(time.Hour), 2, "c", "a") },
		func() error { return dueBooks(st, noon.Add(time.Hour), 0) },
		func() error { return dueBooks(st, noon.Add(time.Hour), -1) },
		func() error { return save("c", 1, time.Time{}) },
		func() error { return save("b", 1, noon) },
		func() error { return dueBooks(st, noon.Add(time.Hour), 10, "b", "a") },
	)
}

func booksDueTasks(st Books) error {
	a, b, c := task("li", 0, noon.Add(time.Second)), task("li", 1, noon), task("wang", 2, noon.Add(time.Second))
	expired := task("li", 3, noon)
	expired.Status = care.Lapsed
	second := []care.Task{a, c}
	slices.SortFunc(second, func(x, y care.Task) int {
		if x.ID < y.ID {
			return -1
		}
		return 1
	})
	return first(
		func() error { return st.Save(ctx, 0, book("li", a, b, expired)) },
		func() error { return st.Save(ctx, 0, book("wang", c)) },
		func() error { return dueTasks(st, noon.Add(-time.Microsecond), 10) },
		func() error { return dueTasks(st, noon, 10, b) },
		func() error { return dueTasks(st, noon.Add(time.Minute), 10, b, second[0], second[1]) },
		func() error { return dueTasks(st, noon.Add(time.Minute), 2, b, second[0]) },
		func() error { return dueTasks(st, noon.Add(time.Minute), 0) },
	)
}

func booksSlices(st Books) error {
	a := task("li", 0, noon)
	c := book("li", a)
	if err := st.Save(ctx, 0, c); err != nil {
		return err
	}
	spoil := func(b care.Book, tasks []care.Task) {
		b.Runs[0].Plan, b.Runs[0].Lines[0].N, b.Tasks[0].Plan, b.Released[0] = "spoilt", 99, "spoilt", time.Time{}
		for i := range tasks {
			tasks[i].Plan = "spoilt"
		}
	}
	spoil(c.Book, c.Tasks)
	for range 2 {
		if err := loadsBook(st, "li", 1, book("li", a).Book); err != nil {
			return err
		}
		b, _, err := st.Load(ctx, "li")
		if err != nil {
			return err
		}
		due, err := st.DueTasks(ctx, noon, 1)
		if err != nil {
			return err
		}
		spoil(b, due)
	}
	return hasTask(st, a.ID, &a)
}

func booksCancelled(st Books) error {
	off := done()
	a := task("li", 0, noon)
	return first(
		func() error { _, _, err := st.Load(off, "li"); return is(err, context.Canceled) },
		func() error { return is(st.Save(off, 0, book("li", a)), context.Canceled) },
		func() error { _, err := st.Due(off, noon, 1); return is(err, context.Canceled) },
		func() error { _, err := st.DueTasks(off, noon, 1); return is(err, context.Canceled) },
		func() error { _, _, err := st.Task(off, a.ID); return is(err, context.Canceled) },
		func() error { return loadsBook(st, "li", 0, care.Book{}) },
		func() error { return hasTask(st, a.ID, nil) },
	)
}

func booksRace(st Books) error {
	for version := range int64(10) {
		if err := raced(8, func(i int) error { return st.Save(ctx, version, book("li", task("li", i, noon))) }); err != nil {
			return err
		}
	}
	_, v, err := st.Load(ctx, "li")
	if err == nil && v != 10 {
		err = fmt.Errorf("version %d after 10 writes", v)
	}
	return err
}

func booksKeepers(st Books) error {
	planner, err := care.NewPlanner([]care.Plan{{ID: "p", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never,
		Steps: []care.Step{{ID: "s", Channel: care.Phone}}}}, care.Policy{})
	if err != nil {
		return err
	}
	keeper := care.BookKeeper{Planner: planner, Store: st, Since: noon, Attempts: 200}
	c := care.Customer{ID: "li", Facts: []care.Fact{{Kind: care.Joined, At: noon}}}
	if err := contract.Together(12, func(int) error { _, err := keeper.Plan(ctx, c, noon); return err }); err != nil {
		return err
	}
	tasks, err := st.DueTasks(ctx, noon, 100)
	if err == nil && len(tasks) != 1 {
		err = fmt.Errorf("%d tasks, want 1", len(tasks))
	}
	return err
}
