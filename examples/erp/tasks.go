package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// beijing is where the customers of this shop are.
var beijing = time.FixedZone("+08:00", 8*3600)

// plan brings a customer's care book up to the command's time, by what is known of them.
func (w *work) plan(ctx context.Context, c customer) error {
	known, err := w.facts(ctx, c)
	if err != nil {
		return err
	}
	_, err = w.books().Plan(ctx, known, w.at)
	if errors.Is(err, care.ErrBackwards) {
		return nil // planned further already, by a clock that is ahead
	}
	return err
}

// facts are what care plans are entered by.
func (w *work) facts(ctx context.Context, c customer) (care.Customer, error) {
	known := care.Customer{ID: lifecycle.CustomerID(c.ID), Location: beijing, Birthday: c.Birthday, Facts: []care.Fact{{Kind: care.Joined, At: c.Created}}}
	if !c.LastOrder.IsZero() {
		known.Facts = append(known.Facts, care.Fact{Kind: care.Order, At: c.LastOrder})
	}
	at, err := positions{w.tx}.Load(ctx, known.ID)
	if err == nil && at.Version > 0 {
		known.Facts = append(known.Facts, care.Fact{Kind: care.Stage, Name: w.model.StageID(at.Pos.Stage), At: at.Pos.Since.Time()})
	}
	return known, err
}

// showTasks is the day's list.
func showTasks(s *shop) func(context.Context, *http.Request) (any, error) {
	return func(ctx context.Context, r *http.Request) (any, error) {
		limit := 100
		if v := r.URL.Query().Get("limit"); v != "" {
			var err error
			if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > 1000 {
				return nil, clientErrorf(http.StatusBadRequest, "bad_request", "limit is to be 1 to 1000")
			}
		}
		tasks, err := books{s.d}.DueTasks(ctx, s.now(), limit)
		if tasks == nil {
			tasks = []care.Task{}
		}
		return tasks, err
	}
}

type closing struct {
	Outcome string `json:"outcome,omitempty"`
}

// closeTask closes a task as done, which may open others.
func closeTask(ctx context.Context, w *work, r *http.Request, in closing) (result, error) {
	id := care.TaskID(r.PathValue("task"))
	store := books{w.tx}
	t, ok, err := store.Task(ctx, id)
	if err != nil {
		return result{}, err
	}
	if !ok {
		return result{}, clientErrorf(http.StatusNotFound, "unknown_task", "there is no such task")
	}
	c, err := loadCustomer(ctx, w.tx, string(t.Customer))
	if err != nil {
		return result{}, err
	}
	w.at = w.now()
	known, err := w.facts(ctx, c)
	if err != nil {
		return result{}, err
	}
	if _, err := w.books().Complete(ctx, known, id, in.Outcome, w.at); err != nil {
		return result{}, err
	}
	t, _, err = store.Task(ctx, id)
	return result{http.StatusOK, t}, err
}
