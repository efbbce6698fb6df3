package worth

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/shopspring/decimal"
)

// Tier is one tier of key accounts.
type Tier struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	// Share of all value that this tier and those above it reach together, above 0
	// and at most 1, with at most 12 decimal places.
	Share decimal.Decimal `json:"share"`
}

// Label is the tier's name for people, or its ID without one.
func (t Tier) Label(lang guanxi.Lang) string {
	if t.Name.IsZero() {
		return t.ID
	}
	return t.Name.In(lang)
}

// TiersConfig lists tiers from the best on. The zero value is [ABC]. As JSON it
// is read strictly.
type TiersConfig struct {
	Tiers []Tier `json:"tiers,omitempty"`
}

// ABC is the usual cut: A makes 80 % of the value, A and B make 95 %.
func ABC() TiersConfig {
	return TiersConfig{Tiers: []Tier{
		{ID: "A", Name: guanxi.Text{EN: "Key accounts", ZH: "关键客户"}, Share: decimal.New(80, -2)},
		{ID: "B", Name: guanxi.Text{EN: "Regular accounts", ZH: "普通客户"}, Share: decimal.New(95, -2)},
		{ID: "C", Name: guanxi.Text{EN: "Small accounts", ZH: "小客户"}, Share: decimal.New(1, 0)},
	}}
}

// maxTiers is far above what anybody tells apart.
const maxTiers = 100

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c TiersConfig) Validate() error {
	_, err := c.shares()
	return err
}

func (c TiersConfig) shares() (shares []int64, err error) {
	var errs []error
	fault := func(err error, parts ...any) {
		errs = append(errs, &guanxi.FieldError{Pointer: guanxi.Pointer(parts...), Err: err})
	}
	if len(c.Tiers) > maxTiers {
		fault(fmt.Errorf("%w: %d tiers are more than %d", ErrOption, len(c.Tiers), maxTiers), "tiers")
		return nil, errors.Join(errs...)
	}
	seen := map[string]bool{}
	last := int64(0)
	for i, t := range c.Tiers {
		if t.ID == "" || seen[t.ID] {
			fault(fmt.Errorf("%w: %q is empty or taken", ErrOption, t.ID), "tiers", i, "id")
		}
		seen[t.ID] = true
		v, err := minor.From(t.Share, ratePlaces)
		switch {
		case errors.Is(err, minor.ErrScale):
			fault(ErrDecimals, "tiers", i, "share")
		case err != nil || v <= last || v > rateOne:
			fault(fmt.Errorf("%w: shares grow from above 0 to 1", ErrOption), "tiers", i, "share")
		case i == len(c.Tiers)-1 && v != rateOne:
			fault(fmt.Errorf("%w: the last tier reaches 1", ErrOption), "tiers", i, "share")
		default:
			last = v
		}
		shares = append(shares, v)
	}
	return shares, errors.Join(errs...)
}

// UnmarshalJSON reads strictly, as that of [Config] does.
func (c *TiersConfig) UnmarshalJSON(data []byte) error {
	type plain TiersConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, TiersConfig(v), err)
}

// Tiers cut customers by their share of a value. Immutable; safe for concurrent
// use.
//
// From the largest value down, a customer is in the first tier whose share is not
// reached yet by those whose value is larger: the one who reaches 80 % is still in
// A, A is never empty, and equal values are always in one tier. Values of 0 and
// below are in the last tier and are no part of the whole, so that a loss does not
// make others' shares larger than 1; without any positive value all are in the
// last tier.
type Tiers struct {
	tiers  []Tier
	shares []int64 // of rateOne
}

// NewTiers checks and copies a config.
func NewTiers(c TiersConfig) (*Tiers, error) {
	if len(c.Tiers) == 0 {
		c = ABC()
	}
	shares, err := c.shares()
	if err != nil {
		return nil, fmt.Errorf("worth: %w", err)
	}
	return &Tiers{tiers: slices.Clone(c.Tiers), shares: shares}, nil
}

// MustTiers is NewTiers for tests and examples; it panics on a fault.
func MustTiers(c TiersConfig) *Tiers {
	t, err := NewTiers(c)
	if err != nil {
		panic(err)
	}
	return t
}

// All returns the tiers from the best on.
func (t *Tiers) All() []Tier { return slices.Clone(t.tiers) }

// Append appends the tier of every value to dst, an index into All; values may
// have different numbers of decimal places, at most 18. ErrDecimals and
// ErrOverflow (at /17 for one value, alone for the sum) leave dst as it was.
// Cost: O(n log n).
func (t *Tiers) Append(dst []int, values []decimal.Decimal) ([]int, error) {
	units, _, err := unitsOf(values)
	if err != nil {
		return dst, fmt.Errorf("worth: %w", err)
	}
	return t.cutMoney(dst, units)
}

// unitsOf converts to the finest decimal places among values.
func unitsOf(values []decimal.Decimal) (units []int64, places int, err error) {
	var f faults
	finest := int32(0)
	for i, v := range values {
		if v.Exponent() < -minor.MaxScale {
			f.add("", i, "", ErrDecimals)
		}
		finest = max(finest, -v.Exponent())
	}
	if err := f.err(); err != nil {
		return nil, 0, err
	}
	units = make([]int64, len(values))
	for i, v := range values {
		if units[i], err = minor.From(v, int(finest)); err != nil {
			f.add("", i, "", moneyFault(err))
		}
	}
	return units, int(finest), f.err()
}

// AppendEstimates is Append for estimates, such as lifetime values from a model;
// ErrValue at /17 for NaN and infinities. The result does not depend on the
// order of values.
func (t *Tiers) AppendEstimates(dst []int, values []float64) ([]int, error) {
	var f faults
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			f.add("", i, "", ErrValue)
		}
	}
	if err := f.err(); err != nil {
		return dst, fmt.Errorf("worth: %w", err)
	}
	order := descending(values)
	scale := 1.0
	if len(order) > 0 && values[order[0]] > 0 {
		scale = values[order[0]] // so that no sum overflows
	}
	var total float64
	for _, i := range order {
		total += max(0, values[i]/scale)
	}
	var above float64
	return cut(dst, values, order, len(t.shares), func(v float64, tier int) bool {
		return above < float64(t.shares[tier])/rateOne*total
	}, func(v float64) { above += v / scale }), nil
}

// cutMoney is Append for minor units of one currency.
func (t *Tiers) cutMoney(dst []int, values []int64) ([]int, error) {
	var sum wide
	for _, v := range values {
		sum = sum.plus(wideOf(max(0, v)))
	}
	total, ok := sum.int64()
	if !ok {
		return dst, fmt.Errorf("worth: sum of values: %w", ErrOverflow)
	}
	var above int64
	return cut(dst, values, descending(values), len(t.shares), func(_ int64, tier int) bool {
		return product(above, rateOne).less(product(total, t.shares[tier]))
	}, func(v int64) { above += v }), nil
}

func descending[V int64 | float64](values []V) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[b], values[a]) })
	return order
}

// cut walks groups of equal values downwards: fits says whether the group
// belongs to a tier still, taken that one of it is above those to come.
func cut[V int64 | float64](dst []int, values []V, order []int, tiers int, fits func(V, int) bool, taken func(V)) []int {
	n := len(dst)
	dst = slices.Grow(dst, len(values))[:n+len(values)]
	out := dst[n:]
	tier := 0
	for i := 0; i < len(order); {
		v := values[order[i]]
		for tier < tiers-1 && (v <= 0 || !fits(v, tier)) {
			tier++
		}
		j := i
		for ; j < len(order) && values[order[j]] == v; j++ {
			out[order[j]] = tier
			if v > 0 {
				taken(v)
			}
		}
		i = j
	}
	return dst
}

// TierRow is one tier of a report.
type TierRow struct {
	Tier      Tier
	Customers int
	Value     decimal.Decimal // of all of them, losses subtracted
	Share     float64         // of the sum of all positive values
	OK        bool            // false without any positive value: there is no share
}

// Report cuts values and adds up each tier, from the best on. Errors are those of
// Append.
func (t *Tiers) Report(values []decimal.Decimal) ([]TierRow, error) {
	units, places, err := unitsOf(values)
	if err != nil {
		return nil, fmt.Errorf("worth: %w", err)
	}
	of, err := t.cutMoney(nil, units)
	if err != nil {
		return nil, err
	}
	sums, gains := make([]wide, len(t.tiers)), make([]float64, len(t.tiers))
	rows := make([]TierRow, len(t.tiers))
	var total float64
	for i, tier := range of {
		rows[tier].Customers++
		sums[tier] = sums[tier].plus(wideOf(units[i]))
	}
	positive := make([]int64, len(t.tiers))
	for i, tier := range of {
		positive[tier] += max(0, units[i]) // fits: the sum of all does
	}
	for i, v := range positive {
		gains[i] = float64(v)
		total += gains[i]
	}
	for i := range rows {
		rows[i].Tier, rows[i].Value = t.tiers[i], sums[i].decimal(places)
		if total > 0 {
			rows[i].Share, rows[i].OK = gains[i]/total, true
		}
	}
	return rows, nil
}

// String names the tiers and their shares: "A 0.8, B 0.95, C 1".
func (t *Tiers) String() string {
	var b []byte
	for i, tier := range t.tiers {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, tier.ID...)
		b = append(b, ' ')
		b = strconv.AppendFloat(b, float64(t.shares[i])/rateOne, 'g', -1, 64)
	}
	return string(b)
}
