package rfm

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Purchase is one row of an order log: a purchase, or with a negative Amount a
// refund.
type Purchase[K comparable] struct {
	Customer K
	At       time.Time       // when; kept to the microsecond
	Amount   decimal.Decimal // in Config.Currency; negative is a refund, 0 is Config.Zero's case
	// Order is the order's reference, or "". A second purchase with the same
	// reference is refused. On a refund it names the order that is refunded,
	// which may come later.
	Order string
	// Cost is what the goods cost; read only with Config.KeepCosts. Margin is
	// Amount − Cost, so a refund whose goods come back has a negative Cost too.
	Cost decimal.Decimal
}

// Batch is a block of an order log by columns, amounts in minor units: the fast
// way in. Row i is Customer[i], At[i], Amount[i] and, where the columns are
// there, Order[i] and Cost[i]. The aggregator keeps none of the slices.
type Batch[K comparable] struct {
	Customer []K
	At       []int64  // UTC microseconds, as time.Time.UnixMicro gives them
	Amount   []int64  // minor units: 1234 is 12.34 where Decimals is 2
	Order    []string // nil, or one reference a row ("" for none)
	Cost     []int64  // nil, or one cost a row; read only with Config.KeepCosts
}

// check reports columns of different lengths.
func (b Batch[K]) check() error {
	n := len(b.Customer)
	if len(b.At) != n || len(b.Amount) != n || (b.Order != nil && len(b.Order) != n) || (b.Cost != nil && len(b.Cost) != n) {
		return fmt.Errorf("rfm: batch: %w: customer %d, at %d, amount %d, order %d, cost %d",
			ErrLength, n, len(b.At), len(b.Amount), len(b.Order), len(b.Cost))
	}
	return nil
}

// Summary is a customer that a database has already grouped (GROUP BY
// customer): it is added to what Totals keeps.
type Summary[K comparable] struct {
	Customer K
	Last     time.Time       // last purchase, or last contact with FromContacts
	Count    int64           // purchases; 0 is a member who never bought, and Last may then be zero
	Sum      decimal.Decimal // of all amounts, refunds subtracted
	Cost     decimal.Decimal // of all costs; read only with Config.KeepCosts
}

// The years 1 to 9999 in UTC microseconds: beyond them civil dates mean nothing.
// The first of them is the zero time.Time: no time at all.
const (
	minMicro = -62135596800_000000
	maxMicro = 253402300800_000000
)

// micro converts a row's time.
func micro(field string, t time.Time) (int64, error) {
	us := t.UnixMicro()
	if us <= minMicro || us >= maxMicro {
		return 0, &guanxi.FieldError{Pointer: field, Err: ErrTime}
	}
	return us, nil
}

// exclusive converts an asOf. Rows are kept to the microsecond below them, so an
// asOf between two microseconds is the one above.
func exclusive(asOf time.Time) (int64, error) {
	us, err := micro("/as_of", asOf)
	if asOf.Nanosecond()%1000 != 0 {
		us++
	}
	return us, err
}

// money converts an amount to minor units, exactly.
func money(field string, d decimal.Decimal, decimals int) (int64, error) {
	v, err := minor.From(d, decimals)
	if err != nil {
		return 0, moneyFault(field, err)
	}
	return v, nil
}
