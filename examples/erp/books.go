package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// books is the care.BookStore and care.TaskStore over the host's tables. In a transaction
// its writes are the transaction's.
type books struct{ d *database }

// Load implements care.BookStore.
func (s books) Load(ctx context.Context, customer lifecycle.CustomerID) (b care.Book, version int64, err error) {
	_, err = s.d.row(ctx, "SELECT book, version FROM care_books WHERE customer = ?", []any{string(customer)}, &b, &version)
	return b, version, err
}

// Save implements care.BookStore: the book first, which tells a conflict before anything is
// written.
func (s books) Save(ctx context.Context, expected int64, change care.BookChange) error {
	return s.d.together(ctx, func(tx *database) error {
		book, err := json.Marshal(change.Book)
		if err != nil {
			return err
		}
		id, n := string(change.Book.Customer), int64(0)
		if expected == 0 {
			n, err = tx.exec(ctx, "INSERT INTO care_books (customer, version, book, next) VALUES (?, 1, ?, ?) ON CONFLICT (customer) DO NOTHING", id, book, micros(change.Next))
		} else {
			n, err = tx.exec(ctx, "UPDATE care_books SET version = version + 1, book = ?, next = ? WHERE customer = ? AND version = ?", book, micros(change.Next), id, expected)
		}
		if err != nil {
			return err
		}
		if n != 1 {
			return care.ErrConflict
		}
		for _, t := range change.Tasks {
			task, err := json.Marshal(t)
			if err != nil {
				return err
			}
			_, err = tx.exec(ctx, "INSERT INTO care_tasks (id, customer, status, due, task) VALUES (?, ?, ?, ?, ?) "+
				"ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, status = excluded.status, due = excluded.due, task = excluded.task",
				string(t.ID), string(t.Customer), string(t.Status), t.Due.UnixMicro(), task)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Due implements care.BookStore.
func (s books) Due(ctx context.Context, now time.Time, limit int) (ids []lifecycle.CustomerID, err error) {
	err = s.d.each(ctx, "SELECT customer FROM care_books WHERE next <= ? ORDER BY next, customer LIMIT ?", []any{now.UnixMicro(), max(limit, 0)}, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, lifecycle.CustomerID(id))
		return err
	})
	return ids, err
}

// Task implements care.TaskStore.
func (s books) Task(ctx context.Context, id care.TaskID) (t care.Task, ok bool, err error) {
	var task []byte
	if ok, err = s.d.row(ctx, "SELECT task FROM care_tasks WHERE id = ?", []any{string(id)}, &task); ok {
		err = json.Unmarshal(task, &t)
	}
	return t, ok && err == nil, err
}

// DueTasks implements care.TaskStore.
func (s books) DueTasks(ctx context.Context, now time.Time, limit int) (tasks []care.Task, err error) {
	err = s.d.each(ctx, "SELECT task FROM care_tasks WHERE status = ? AND due <= ? ORDER BY due, id LIMIT ?", []any{string(care.Due), now.UnixMicro(), max(limit, 0)}, func(scan func(...any) error) error {
		var task []byte
		var t care.Task
		if err := scan(&task); err != nil {
			return err
		}
		err := json.Unmarshal(task, &t)
		tasks = append(tasks, t)
		return err
	})
	return tasks, err
}

var (
	_ lifecycle.Store = positions{}
	_ care.BookStore  = books{}
	_ care.TaskStore  = books{}
)
