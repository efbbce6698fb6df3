package clv

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/guanxi-go/guanxi"
)

// Unit is the unit of time of a table of rows, and of every number of a model
// that was fitted to it. There is no default: half of the mistakes made with
// these models are a unit that somebody assumed.
type Unit string

// The units. A month is always 365.25/12 days long, so that it is a length and
// not a date. An Opportunity is a discrete chance to buy (a year's appeal for
// donations, an issue, an event) and belongs to BG/BB alone.
const (
	Day         Unit = "day"
	Week        Unit = "week"
	Month       Unit = "month"
	Opportunity Unit = "opportunity"
)

// DaysPerMonth is how long a Month is.
const DaysPerMonth = 365.25 / 12

// Days returns how many days the unit has, and false for an Opportunity, which
// has no length, and for what is no unit.
func (u Unit) Days() (days float64, ok bool) {
	switch u {
	case Day:
		return 1, true
	case Week:
		return 7, true
	case Month:
		return DaysPerMonth, true
	}
	return 0, false
}

func (u Unit) check() error {
	if _, ok := u.Days(); ok || u == Opportunity {
		return nil
	}
	return &guanxi.FieldError{Pointer: "/unit", Err: fmt.Errorf("%w: %q is not day, week, month or opportunity", ErrUnit, string(u))}
}

// Row is what a model needs to know of one customer. Times are in the unit of
// the table.
//
// LastPurchaseAge is what the literature calls recency and writes t_x: how old
// the customer was when they bought last, more being better. It is not the
// recency of package rfm, which counts back from today.
type Row struct {
	Frequency       int     `json:"frequency"`         // repeat purchases: those after the first; x in the literature
	LastPurchaseAge float64 `json:"last_purchase_age"` // from the first purchase to the last; 0 without a repeat
	Age             float64 `json:"age"`               // from the first purchase to the end of observation; T
	Value           float64 `json:"value,omitempty"`   // mean value of the repeat purchases; 0 without one
}

// Covariate is a column of facts about the customers that do not change: the
// channel they came by, 0 or 1. Values[i] belongs to row i.
type Covariate struct {
	Name   string
	Values []float64
}

// Rows is a table of customers in one unit, in any order. It may be shared as
// long as nobody changes it.
type Rows struct {
	Unit       Unit
	List       []Row
	Covariates []Covariate
}

// Validate returns every fault of the table, each a *guanxi.FieldError that
// names the row and the field ("/rows/17/last_purchase_age"), at most 1,000
// of them. Value is looked at only for what no model allows; models of spend
// choose their rows themselves.
func (r Rows) Validate() error {
	var errs faultList
	if err := r.Unit.check(); err != nil {
		errs.add(err)
	}
	for i := range r.List {
		if r.Unit != Opportunity && r.List[i].sound() {
			continue
		}
		if field, reason := r.List[i].fault(r.Unit); reason != nil {
			errs.add(&guanxi.FieldError{Pointer: "/rows/" + strconv.Itoa(i) + "/" + field, Err: reason})
		}
	}
	seen := map[string]bool{}
	for j, c := range r.Covariates {
		at := "/covariates/" + strconv.Itoa(j)
		if c.Name == "" || seen[c.Name] {
			errs.add(&guanxi.FieldError{Pointer: at + "/name", Err: fmt.Errorf("%w: %q: names must be there and differ", ErrCovariate, c.Name)})
		}
		seen[c.Name] = true
		if len(c.Values) != len(r.List) {
			errs.add(&guanxi.FieldError{Pointer: at + "/values", Err: fmt.Errorf("%w: %d values for %d rows", ErrLength, len(c.Values), len(r.List))})
			continue
		}
		for i, v := range c.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				errs.add(&guanxi.FieldError{Pointer: at + "/values/" + strconv.Itoa(i), Err: fmt.Errorf("%w: %v", ErrValue, v)})
			}
		}
	}
	return errs.err("rows")
}

// sound reports that fault has nothing to say: the quick way for most rows.
func (r *Row) sound() bool {
	return r.Frequency >= 0 && r.Frequency <= MaxFrequency && r.LastPurchaseAge >= 0 && r.LastPurchaseAge <= r.Age &&
		r.Age <= math.MaxFloat64 && r.Value-r.Value == 0 && (r.Frequency > 0) == (r.LastPurchaseAge > 0)
}

// fault returns the field of the first thing that is wrong with a row, and what.
func (r Row) fault(u Unit) (field string, reason error) {
	switch {
	case !finite(r.Age):
		return "age", fmt.Errorf("%w: %v", ErrValue, r.Age)
	case !finite(r.LastPurchaseAge):
		return "last_purchase_age", fmt.Errorf("%w: %v", ErrValue, r.LastPurchaseAge)
	case !finite(r.Value):
		return "value", fmt.Errorf("%w: %v", ErrValue, r.Value)
	case r.Frequency < 0:
		return "frequency", fmt.Errorf("%w: %d", ErrNegative, r.Frequency)
	case r.Frequency > MaxFrequency:
		return "frequency", fmt.Errorf("%w: %d repeat purchases, at most %d", ErrRange, r.Frequency, MaxFrequency)
	case r.Age < 0:
		return "age", fmt.Errorf("%w: %v", ErrNegative, r.Age)
	case r.LastPurchaseAge < 0:
		return "last_purchase_age", fmt.Errorf("%w: %v", ErrNegative, r.LastPurchaseAge)
	case r.LastPurchaseAge > r.Age:
		return "last_purchase_age", fmt.Errorf("%w: bought last at %v, seen until %v", ErrOrder, r.LastPurchaseAge, r.Age)
	case r.Frequency == 0 && r.LastPurchaseAge > 0:
		return "last_purchase_age", fmt.Errorf("%w: no repeat purchase, yet one at %v", ErrOrder, r.LastPurchaseAge)
	case r.Frequency > 0 && r.LastPurchaseAge == 0:
		return "last_purchase_age", fmt.Errorf("%w: %d repeat purchases at the instant of the first", ErrOrder, r.Frequency)
	case u == Opportunity && (r.Age != math.Trunc(r.Age) || r.Age > MaxFrequency):
		return "age", fmt.Errorf("%w: %v opportunities are not a whole number up to %d", ErrRange, r.Age, MaxFrequency)
	case u == Opportunity && (r.LastPurchaseAge != math.Trunc(r.LastPurchaseAge) || float64(r.Frequency) > r.LastPurchaseAge):
		return "last_purchase_age", fmt.Errorf("%w: %d purchases at %v opportunities", ErrOrder, r.Frequency, r.LastPurchaseAge)
	}
	return "", nil
}

func finite(v float64) bool { return v-v == 0 }

// MaxFrequency is how many repeat purchases, or opportunities, a row may have.
const MaxFrequency = 1_000_000

// maxFaults is how many faults of a table are listed; the rest is counted.
const maxFaults = 1000

// faultList gathers faults up to maxFaults.
type faultList struct {
	list []error
	more int
}

func (f *faultList) add(err error) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, err)
	} else {
		f.more++
	}
}

// join returns the faults, or nil.
func (f *faultList) join() error {
	if f.more > 0 {
		f.list = append(f.list, fmt.Errorf("and %d more", f.more))
		f.more = 0
	}
	return errors.Join(f.list...)
}

// err is join with the place in front.
func (f *faultList) err(what string) error {
	if err := f.join(); err != nil {
		return fmt.Errorf("clv: %s: %w", what, err)
	}
	return nil
}
