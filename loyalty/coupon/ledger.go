package coupon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
)

// The tables of rows that coupons, counters and receipts are in a loyalty.Store. They are
// stored and never change.
const (
	couponTable  = "coupon"         // by code
	counterTable = "coupon_counter" // by definition, which has no spaces, a space, and customer
	receiptTable = "coupon_receipt" // by key
)

func couponRow(c Code) loyalty.RowID { return loyalty.RowID{Table: couponTable, Key: string(c)} }

func counterRow(id CounterID) loyalty.RowID {
	return loyalty.RowID{Table: counterTable, Key: id.Definition + " " + id.Customer}
}

func receiptRow(key string) loyalty.RowID { return loyalty.RowID{Table: receiptTable, Key: key} }

// Rows returns the change as rows of a loyalty.Store, to be committed with points: the
// coupon, all counters and the receipt, as JSON, each over the version that it replaces.
// The receipt replaces none, so that a second one of its key conflicts. The rows are read
// by [InLedger]; [Checkout] does all of it. Rows of the zero Change are none. ErrState
// refuses a change that [Catalogue.Decide] did not make.
func (c Change) Rows() ([]loyalty.RowChange, error) {
	if c.Code == "" && c.Receipt.IsZero() {
		return nil, nil
	}
	rows := make([]loyalty.RowChange, 0, 2+len(c.Counters))
	add := func(pointer string, id loyalty.RowID, from, to int64, state any) error {
		if to != from+1 {
			return guanxi.At(pointer, ErrState)
		}
		data, err := json.Marshal(state)
		rows = append(rows, loyalty.RowChange{RowID: id, Expected: from, State: data})
		return err
	}
	err := add("/to/version", couponRow(c.Code), c.From, c.To.Version, c.To)
	for i, n := range c.Counters {
		err = errors.Join(err, add(guanxi.Pointer("counters", i, "to", "version"), counterRow(n.To.CounterID), n.From, n.To.Version, n.To))
	}
	if err = errors.Join(err, add("/receipt", receiptRow(c.Receipt.Key), 0, 1, c.Receipt)); err != nil {
		return nil, err
	}
	return rows, nil
}

// InLedger returns a [Store] that keeps coupons as rows of a loyalty.Store, in which a
// [Checkout] uses them together with points. It is safe for concurrent use.
func InLedger(store loyalty.Store) Store { return inLedger{store} }

type inLedger struct{ store loyalty.Store }

// Load implements [Store].
func (l inLedger) Load(ctx context.Context, code Code, key string) (c Coupon, r Receipt, err error) {
	rows, err := l.store.Rows(ctx, []loyalty.RowID{couponRow(code), receiptRow(key)})
	if err == nil {
		err = errors.Join(read(rows, 0, (*plainCoupon)(&c)), read(rows, 1, (*plainReceipt)(&r)))
	}
	if err != nil {
		return Coupon{}, Receipt{}, err
	}
	return c, r, nil
}

// Counters implements [Store].
func (l inLedger) Counters(ctx context.Context, dst []Counter, ids []CounterID) ([]Counter, error) {
	keys := make([]loyalty.RowID, len(ids))
	for i, id := range ids {
		keys[i] = counterRow(id)
	}
	rows, err := l.store.Rows(ctx, keys)
	if err != nil {
		return dst, err
	}
	n := len(dst)
	for i, id := range ids {
		var c Counter
		if err := read(rows, i, (*plainCounter)(&c)); err != nil {
			return dst[:n], err
		}
		c.CounterID = id
		dst = append(dst, c)
	}
	return dst, nil
}

// Commit implements [Store].
func (l inLedger) Commit(ctx context.Context, change Change) error {
	rows, err := change.Rows()
	if err != nil {
		return err
	}
	err = l.store.Commit(ctx, loyalty.RowCommit(rows...))
	switch {
	case errors.Is(err, loyalty.ErrUnknownOutcome):
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
	case errors.Is(err, loyalty.ErrRowConflict), errors.Is(err, loyalty.ErrConflict):
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return err
}

// What is read is not validated: it is what was written.
type (
	plainCoupon  Coupon
	plainCounter Counter
	plainReceipt Receipt
)

// read reads the i-th row, if it was ever written.
func read(rows []loyalty.Row, i int, v any) error {
	switch {
	case i >= len(rows):
		return fmt.Errorf("%w: %d rows", ErrState, len(rows))
	case rows[i].Version == 0:
		return nil
	}
	if err := guanxi.UnmarshalStrict(rows[i].State, v); err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	return nil
}
