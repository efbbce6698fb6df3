package rfmbeam

import (
	"errors"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

// Chunk is a run of rows from one source, and one element of a pipeline: some
// 10,000 to 100,000 rows, since an element costs the runner microseconds and a row
// is to cost nanoseconds. Chunks of one source do not overlap.
//
// A DoFn of the host's makes chunks of what it reads; see [Lines]. Rows it cannot
// read it puts into Refused (by Add and Refuse), and Aggregate sends them to the
// second output with those that the aggregate refuses. Columns of different lengths
// are one refusal, of row First: nobody can say which values belong together.
//
// Not safe for concurrent use while it is filled.
type Chunk[K comparable] struct {
	Source  string       // where the rows come from: a file, a table, a partition
	First   int64        // the number in Source of the first row
	Numbers []int64      // the numbers of the rows, ascending; nil: First, First+1, …
	Rows    rfm.Batch[K] // purchases and refunds

	// Summaries are customers that a database has grouped; they need Keep:
	// rfm.Totals. Members and Contacts are what Aggregator.AddMember and AddContact
	// take. A refusal counts them from First, each list for itself.
	Summaries []rfm.Summary[K]
	Members   []K
	Contacts  []Contact[K]

	Refused []Refusal
}

// Contact is a visit of a customer that is no purchase: see rfm.FromContacts.
type Contact[K comparable] struct {
	Customer K
	At       time.Time
}

// Refusal is one row that is not in the result, and why.
type Refusal struct {
	Source string
	Row    int64  // its number in Source
	Field  string // JSON pointer below the row: "/amount"; "" is the row as a whole
	Reason string
}

// Add appends a purchase or refund, row number row of the source, converting its
// amounts to minor units of c. Rows must come in ascending order. What does not
// convert is refused, for the same reasons as by rfm.Aggregator.AddAll. Costs are
// read where c keeps them.
func (k *Chunk[K]) Add(c rfm.Config, row int64, p rfm.Purchase[K]) {
	amount, err := units(p.Amount, c.Decimals)
	if err != nil {
		k.Refuse(row, "/amount", err)
		return
	}
	if c.KeepCosts {
		cost, err := units(p.Cost, c.Decimals)
		if err != nil {
			k.Refuse(row, "/cost", err)
			return
		}
		k.Rows.Cost = append(k.Rows.Cost, cost)
	}
	k.start(row)
	k.Numbers = append(k.Numbers, row)
	k.Rows.Customer = append(k.Rows.Customer, p.Customer)
	k.Rows.At = append(k.Rows.At, p.At.UnixMicro())
	k.Rows.Amount = append(k.Rows.Amount, amount)
	k.Rows.Order = append(k.Rows.Order, p.Order)
}

// Refuse notes a row that cannot be read. A *guanxi.FieldError in err names the
// field itself, and field is then ignored.
func (k *Chunk[K]) Refuse(row int64, field string, err error) {
	k.start(row)
	k.Refused = append(k.Refused, k.refusal(row, field, err))
}

// start gives First the first row that came.
func (k *Chunk[K]) start(row int64) {
	if len(k.Numbers) == 0 && len(k.Refused) == 0 {
		k.First = row
	}
}

func (k *Chunk[K]) refusal(row int64, field string, err error) Refusal {
	var fe *guanxi.FieldError
	if errors.As(err, &fe) {
		field, err = fe.Pointer, fe.Err
	}
	return Refusal{Source: k.Source, Row: row, Field: field, Reason: err.Error()}
}

// number is that of row i.
func (k *Chunk[K]) number(i int) int64 {
	if k.Numbers != nil && i < len(k.Numbers) {
		return k.Numbers[i]
	}
	return k.First + int64(i)
}

func units(d decimal.Decimal, decimals int) (int64, error) {
	v, err := minor.From(d, decimals)
	switch {
	case errors.Is(err, minor.ErrScale):
		return 0, rfm.ErrDecimals
	case errors.Is(err, minor.ErrRange):
		return 0, rfm.ErrOverflow
	}
	return v, err
}

// Err returns the refusal as an error again: a *guanxi.FieldError whose error is
// the sentinel of rfm that it was refused with, if it was one.
func (r Refusal) Err() error {
	err := errors.New(r.Reason)
	for _, sentinel := range sentinels {
		if rest, ok := strings.CutPrefix(r.Reason, sentinel.Error()); ok {
			err = &reason{sentinel, rest}
			break
		}
	}
	return &guanxi.FieldError{Pointer: r.Field, Err: err}
}

// sentinels are the reasons that rfm refuses rows with.
var sentinels = []error{rfm.ErrCustomer, rfm.ErrTime, rfm.ErrDecimals, rfm.ErrOverflow, rfm.ErrDuplicateOrder,
	rfm.ErrRefund, rfm.ErrNeedsOrders, rfm.ErrOption, ErrRow, rfm.ErrLength}

type reason struct {
	sentinel error
	rest     string
}

func (r *reason) Error() string { return r.sentinel.Error() + r.rest }
func (r *reason) Unwrap() error { return r.sentinel }
