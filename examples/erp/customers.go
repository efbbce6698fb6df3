package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/guanxi-go/guanxi/loyalty"
)

// customer is a row of the host's customers.
type customer struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Birthday  care.MonthDay `json:"birthday,omitzero"`
	Created   time.Time     `json:"created"`
	Orders    int64         `json:"orders"`
	LastOrder time.Time     `json:"last_order,omitzero"`
}

func (c *customer) account() loyalty.AccountID { return loyalty.AccountID(c.ID) }

// loadCustomer reads a customer. In a transaction of PostgreSQL it waits for, and then keeps
// out, others who change this one, so that conflicts are seldom.
func loadCustomer(ctx context.Context, d *database, id string) (c customer, err error) {
	var created int64
	var last sql.NullInt64
	ok, err := d.row(ctx, "SELECT id, name, birth_month, birth_day, created, orders, last_order FROM customers WHERE id = ?"+d.forUpdate(), []any{id},
		&c.ID, &c.Name, &c.Birthday.Month, &c.Birthday.Day, &created, &c.Orders, &last)
	if err == nil && !ok {
		err = clientErrorf(http.StatusNotFound, "unknown_customer", "there is no such customer")
	}
	c.Created, c.LastOrder = time.UnixMicro(created).UTC(), instant(last)
	return c, err
}

// load is loadCustomer of the request's path, after which the command's time is set: nobody
// else's comes between.
func (w *work) load(ctx context.Context, r *http.Request) (customer, error) {
	c, err := loadCustomer(ctx, w.tx, r.PathValue("customer"))
	w.at = w.now()
	return c, err
}

type newCustomer struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Birthday care.MonthDay `json:"birthday,omitzero"`
}

const maxName = 200

func (n *newCustomer) validate() error {
	var faults []error
	if err := lifecycle.CustomerID(n.ID).Validate(); err != nil {
		faults = append(faults, guanxi.At("/id", err))
	}
	if n.Name == "" || utf8.RuneCountInString(n.Name) > maxName {
		faults = append(faults, guanxi.At("/name", errName))
	}
	if b := n.Birthday; b != (care.MonthDay{}) {
		if d := time.Date(1972, b.Month, b.Day, 0, 0, 0, 0, time.UTC); d.Month() != b.Month || d.Day() != b.Day {
			faults = append(faults, guanxi.At("/birthday", errBirthday))
		}
	}
	return errors.Join(faults...)
}

var (
	errName     = errors.New("not a name of 1 to 200 characters")
	errBirthday = errors.New("no such day")
)

// createCustomer makes a customer, gives the points of a sign-up and begins the care book.
func createCustomer(ctx context.Context, w *work, _ *http.Request, in newCustomer) (result, error) {
	if err := in.validate(); err != nil {
		return result{}, err
	}
	n, err := w.tx.exec(ctx, "INSERT INTO customers (id, name, birth_month, birth_day, created, orders) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING",
		in.ID, in.Name, int(in.Birthday.Month), in.Birthday.Day, w.at.UnixMicro())
	if err != nil {
		return result{}, err
	}
	if n == 0 {
		return result{}, clientErrorf(http.StatusConflict, "exists", "there is a customer of this id")
	}
	c, err := loadCustomer(ctx, w.tx, in.ID)
	if err != nil {
		return result{}, err
	}
	if _, err := w.points().Do(ctx, c.account(), &loyalty.Act{Header: w.header("sign_up"), Activity: "sign_up"}); err != nil {
		return result{}, err
	}
	if err := w.plan(ctx, c); err != nil {
		return result{}, err
	}
	v, err := w.view(ctx, w.tx, c)
	return result{http.StatusCreated, v}, err
}

// customerView is a customer with what the library knows of them.
type customerView struct {
	customer
	Stage     string         `json:"stage,omitempty"` // none before the first order
	Since     time.Time      `json:"since,omitzero"`  // of the stage
	Available loyalty.Points `json:"points"`
	Debt      loyalty.Points `json:"points_owed,omitempty"`
}

// view reads what the library knows of a customer.
func (s *shop) view(ctx context.Context, d *database, c customer) (customerView, error) {
	v := customerView{customer: c}
	at, err := positions{d}.Load(ctx, lifecycle.CustomerID(c.ID))
	if err != nil {
		return v, err
	}
	if at.Version > 0 {
		now, _ := s.model.Advance(at.Pos, s.now()) // as it is, swept or not
		v.Stage, v.Since = s.model.StageID(now.Stage), now.Since.Time()
	}
	service := s.service
	if d.tx != nil {
		service = s.service.In(s.store.WithTx(d.tx))
	}
	b, err := service.Balance(ctx, c.account(), kind)
	v.Available, v.Debt = b.Available, b.Debt
	return v, err
}

func showCustomer(s *shop) func(context.Context, *http.Request) (any, error) {
	return func(ctx context.Context, r *http.Request) (any, error) {
		c, err := loadCustomer(ctx, s.d, r.PathValue("customer"))
		if err != nil {
			return nil, err
		}
		return s.view(ctx, s.d, c)
	}
}
