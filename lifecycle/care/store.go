package care

import (
	"context"
	"errors"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// BookChange is what is to be written after a decision.
type BookChange struct {
	Book  Book
	Next  time.Time // when the customer is to be planned again; the zero time if never
	Tasks []Task    // new or changed
}

// Change returns what is to be written of a result.
func (r Result) Change() BookChange {
	next := r.Next
	if r.Behind {
		next = r.Book.Planned // at once
	}
	return BookChange{Book: r.Book, Next: next, Tasks: r.Tasks}
}

// BookStore is where the host keeps books: a table by customer with the book, a
// version and an indexed time, and beside it the table of tasks, which a
// [TaskStore] reads. It is called from several goroutines at once. Package
// caretest holds it to this contract:
//
//   - Load returns what was saved last and the version of the row, both zero for a
//     customer never written.
//   - Save writes the book, its next time and the tasks and raises the version by
//     one, or writes nothing. If the version is not the expected one it writes
//     nothing and returns [ErrConflict], or an error wrapped around it. The first
//     write expects 0.
//   - A task's id is unique among all tasks of all customers: a task of a change
//     replaces the one with its id.
//   - Due returns the customers whose next time is not zero and ≤ now, at most
//     limit of them, the earliest first and equal ones by id in the order of bytes,
//     each once. limit ≤ 0 is none.
//   - Ids are compared byte by byte: case, accents and trailing spaces matter.
//     Instants keep their microseconds.
//   - What was saved is what is loaded and found from then on, by whatever
//     goroutine. The store keeps no slice of the caller's, and gives none of its
//     own away.
//   - If ctx is done before anything is written, nothing is, and the error is ctx's.
type BookStore interface {
	Load(ctx context.Context, customer lifecycle.CustomerID) (Book, int64, error)
	Save(ctx context.Context, expected int64, change BookChange) error
	Due(ctx context.Context, now time.Time, limit int) ([]lifecycle.CustomerID, error)
}

// TaskStore reads the tasks that a [BookStore] writes; caretest holds it to this:
//
//   - Task returns the task of an id, and false if there is none.
//   - DueTasks returns the tasks with the status Due and Due ≤ now, at most limit of
//     them, the earliest first and equal ones by id: the day's list. limit ≤ 0 is
//     none.
type TaskStore interface {
	Task(ctx context.Context, id TaskID) (Task, bool, error)
	DueTasks(ctx context.Context, now time.Time, limit int) ([]Task, error)
}

// CaseStore is where the host keeps cases: a table by id with the case, a version
// and an indexed time. It is called from several goroutines at once. Package
// caretest holds it to the rules of a [BookStore]: Load, Save with its expected
// version, and Due as there.
type CaseStore interface {
	Load(ctx context.Context, id CaseID) (Case, int64, error)
	Save(ctx context.Context, expected int64, c Case, next time.Time) error
	Due(ctx context.Context, now time.Time, limit int) ([]CaseID, error)
}

// DefaultAttempts is how often a keeper whose Attempts is 0 tries to save, as that
// of package lifecycle.
const DefaultAttempts = 32

// BookKeeper carries a planner's decisions out: it loads, decides and saves, and
// where someone else was faster, loads and decides again. It is safe for
// concurrent use if its store is.
//
// After an error of the store the change may or may not have been written: do it
// again. Nothing is planned or closed twice, but a task that was written is not
// told of again in [Result.Tasks], which tell of each change at most once; what is
// to be done stands in [TaskStore.DueTasks].
type BookKeeper struct {
	Planner *Planner
	Store   BookStore
	// Since is when the host began to plan: the book of a customer without one
	// begins there, so that what fell due between their entry and their first plan
	// is planned. Required, the same for ever; before it no customer is planned.
	Since    time.Time
	Attempts int // before ErrConflict is returned; 0 is DefaultAttempts
}

// Plan brings a customer up to now: see [Planner.Plan]. [ErrTime] at /since where
// the keeper has none.
func (k BookKeeper) Plan(ctx context.Context, c Customer, now time.Time) (Result, error) {
	return k.do(ctx, c, func(b Book) (Result, error) { return k.Planner.Plan(c, b, now) })
}

// Complete closes a task: see [Planner.Complete]. Where the store is a [TaskStore]
// too, a task that is done with this outcome already is no error, so that what may
// have been written can be done again: the customer is planned, and that is all.
func (k BookKeeper) Complete(ctx context.Context, c Customer, id TaskID, outcome string, at time.Time) (Result, error) {
	return k.do(ctx, c, func(b Book) (Result, error) {
		r, err := k.Planner.Complete(c, b, id, outcome, at)
		if !errors.Is(err, ErrNotOpen) && !errors.Is(err, ErrBackwards) {
			return r, err
		}
		done, failed := k.done(ctx, c.ID, id, outcome)
		if failed != nil || !done {
			return Result{}, errors.Join(err, failed)
		}
		return k.Planner.Plan(c, b, later(at, b.Planned))
	})
}

// done reports whether a task is done with an outcome.
func (k BookKeeper) done(ctx context.Context, customer lifecycle.CustomerID, id TaskID, outcome string) (bool, error) {
	tasks, ok := k.Store.(TaskStore)
	if !ok {
		return false, nil
	}
	t, ok, err := tasks.Task(ctx, id)
	return ok && t.Customer == customer && t.Status == Done && t.Outcome == outcome, err
}

func (k BookKeeper) do(ctx context.Context, c Customer, decide func(Book) (Result, error)) (r Result, err error) {
	if _, ok := stamp(k.Since); !ok {
		return Result{}, guanxi.At("/since", ErrTime)
	}
	err = attempt(k.Attempts, func() error {
		b, version, err := k.Store.Load(ctx, c.ID)
		if err != nil {
			return err
		}
		if version == 0 {
			if b, err = NewBook(c.ID, k.Since); err != nil {
				return err
			}
		}
		if r, err = decide(b); err != nil {
			return err
		}
		return k.Store.Save(ctx, version, r.Change())
	})
	if err != nil {
		return Result{}, err
	}
	return r, nil
}

// CaseKeeper carries a desk's decisions out, as a [BookKeeper] does a planner's.
// Effects are told at most once, and only after they were written: after an error
// of the store they may be written and never told. What they tell of stands in the
// case (Overdue, Level); a command given again is refused then, as [ErrIllegal] for
// an answered case.
type CaseKeeper struct {
	Desk     *Desk
	Store    CaseStore
	Attempts int // before ErrConflict is returned; 0 is DefaultAttempts
}

// Do loads a case, lets decide change it and saves it. A case never written is the
// zero Case, for [Desk.Open].
func (k CaseKeeper) Do(ctx context.Context, id CaseID, decide func(Case) (Case, []Effect, error)) (c Case, effects []Effect, err error) {
	err = attempt(k.Attempts, func() error {
		stored, version, err := k.Store.Load(ctx, id)
		if err != nil {
			return err
		}
		if c, effects, err = decide(stored); err != nil {
			return err
		}
		next, err := k.Desk.Next(c)
		if err != nil {
			return err
		}
		return k.Store.Save(ctx, version, c, next)
	})
	if err != nil {
		return Case{}, nil, err
	}
	return c, effects, nil
}

func attempt(times int, f func() error) (err error) {
	if times <= 0 {
		times = DefaultAttempts
	}
	for range times {
		if err = f(); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return err
}
