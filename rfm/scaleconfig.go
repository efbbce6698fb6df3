package rfm

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Method says where the cut points between scores come from.
type Method string

const (
	// Quantile, the default: cut k is the value at rank ⌈k·n/bins⌉ counted from the
	// worst. Equal values always share a score; where many are equal, scores are
	// skipped, and if all are equal everybody has 1. Cuts are values that occur,
	// exact on any number of customers (no sketch).
	Quantile Method = "quantile"
	// Interpolated cuts at the type-7 quantiles of Hyndman & Fan (1996), as R,
	// NumPy and Excel's PERCENTILE.INC have them.
	Interpolated Method = "interpolated"
	// NTile makes groups of equal size as SQL's NTILE does, which splits customers
	// with equal values: within a tie by key ascending, for recency the oldest
	// first. One customer scored alone has the lower of the scores of their tie.
	NTile Method = "ntile"
	// Mean makes two bins: 2 is better than the mean, 1 is not.
	Mean Method = "mean"
	// Fixed takes the Breaks of the three dimensions and fits nothing.
	Fixed Method = "fixed"
)

// Money says what a customer's monetary value is.
type Money string

const (
	MoneyTotal  Money = "total"  // all amounts, refunds subtracted; the default
	MoneyMean   Money = "mean"   // total per purchase; exact against amounts, and means between the same two minor units are equal
	MoneyMargin Money = "margin" // total less costs; needs Config.KeepCosts
)

// Break is a fixed boundary between two scores: a customer is above it if their
// value is better than At, or, where Inclusive, equal to it. "10 orders a year
// or more" is {At: 10, Inclusive: true}; "more than 2,000" is {At: 2000}.
type Break struct {
	At        decimal.Decimal `json:"at"` // days, purchases, or money
	Inclusive bool            `json:"inclusive,omitempty"`
}

// DimensionConfig sets up one dimension of a scale.
type DimensionConfig struct {
	// Breaks from worst to best, 1 to 9 of them: the dimension is then fixed
	// whatever the method, with one bin more than breaks.
	Breaks []Break `json:"breaks,omitempty"`
	// Bins of this dimension, 2–10, where it is to have another number than
	// ScaleConfig.Bins.
	Bins int `json:"bins,omitempty"`
	// Reverse turns the direction: longer ago, seldomer, smaller is better.
	Reverse bool `json:"reverse,omitempty"`
	// Weight in Weighted and Z. If no dimension has one, each weighs 1.
	Weight float64 `json:"weight,omitempty"`
}

// DefaultBins is the number of scores per dimension where ScaleConfig.Bins is 0.
const DefaultBins = 5

// ScaleConfig says how to make a Scale. The zero value is quintiles of total
// money. As JSON it is read strictly by guanxi.UnmarshalStrict.
type ScaleConfig struct {
	Method    Method          `json:"method,omitempty"`
	Bins      int             `json:"bins,omitempty"`   // 2–10; 0 is DefaultBins, with Mean 2
	Nested    bool            `json:"nested,omitempty"` // frequency within recency, monetary within both
	Money     Money           `json:"money,omitempty"`
	Recency   DimensionConfig `json:"recency,omitzero"`
	Frequency DimensionConfig `json:"frequency,omitzero"`
	Monetary  DimensionConfig `json:"monetary,omitzero"`
}

const (
	minBins = 2
	maxBins = 10
)

func (c *ScaleConfig) dimensions() [3]*DimensionConfig {
	return [3]*DimensionConfig{&c.Recency, &c.Frequency, &c.Monetary}
}

func (c ScaleConfig) withDefaults() ScaleConfig {
	c.Method = orDefault(c.Method, Quantile)
	c.Money = orDefault(c.Money, MoneyTotal)
	if c.Method == Mean {
		c.Bins = 2
	}
	c.Bins = orDefault(c.Bins, DefaultBins)
	if c.Recency.Weight == 0 && c.Frequency.Weight == 0 && c.Monetary.Weight == 0 {
		c.Recency.Weight, c.Frequency.Weight, c.Monetary.Weight = 1, 1, 1
	}
	return c
}

// Validate returns every fault of c, each a *guanxi.FieldError. What only the
// currency decides (a break with too many decimal places) is found by Fit.
func (c ScaleConfig) Validate() error {
	var errs []error
	fault := func(pointer, format string, args ...any) {
		errs = append(errs, guanxi.At(pointer, fmt.Errorf("%w: "+format, append([]any{ErrOption}, args...)...)))
	}
	d := c.withDefaults()
	switch d.Method {
	case Quantile, Interpolated, NTile, Fixed:
		if d.Bins < minBins || d.Bins > maxBins {
			fault("/bins", "%d is not in %d to %d", c.Bins, minBins, maxBins)
		}
	case Mean:
		if c.Bins != 0 && c.Bins != 2 {
			fault("/bins", "the mean makes 2 bins, not %d", c.Bins)
		}
	default:
		fault("/method", "%q", c.Method)
	}
	switch d.Money {
	case MoneyTotal, MoneyMean, MoneyMargin:
	default:
		fault("/money", "%q", c.Money)
	}
	var sum float64
	for i, dim := range d.dimensions() {
		at := "/" + Dimension(i).String()
		if dim.Weight < 0 || math.IsNaN(dim.Weight) || math.IsInf(dim.Weight, 0) {
			fault(at+"/weight", "%v is not a weight", dim.Weight)
		}
		sum += dim.Weight
		if dim.Bins != 0 && (dim.Bins < minBins || dim.Bins > maxBins || d.Method == Mean && dim.Bins != 2) {
			fault(at+"/bins", "%d is not in %d to %d, and the mean makes 2", dim.Bins, minBins, maxBins)
		}
		if dim.Bins != 0 && len(dim.Breaks) > 0 && dim.Bins != len(dim.Breaks)+1 {
			fault(at+"/bins", "%d breaks make %d bins", len(dim.Breaks), len(dim.Breaks)+1)
		}
		if len(dim.Breaks) >= maxBins {
			fault(at+"/breaks", "%d breaks make more than %d bins", len(dim.Breaks), maxBins)
		}
		if len(dim.Breaks) == 0 && d.Method == Fixed {
			fault(at+"/breaks", "a fixed scale needs breaks on every dimension")
		}
		if len(dim.Breaks) > 0 && d.Nested {
			fault(at+"/breaks", "breaks cannot be nested")
		}
		if _, err := fixedCuts(Dimension(i), *dim, placesIn(dim.Breaks), d.Money); err != nil {
			errs = append(errs, err)
		}
	}
	if math.IsInf(sum, 0) {
		fault("", "the sum of the weights is not finite")
	}
	if d.Nested && d.Method == Fixed {
		fault("/nested", "a fixed scale cannot be nested")
	}
	return errors.Join(errs...)
}

// placesIn returns how many decimal places breaks are written with.
func placesIn(breaks []Break) int {
	places := int32(0)
	for _, b := range breaks {
		places = max(places, -b.At.Exponent())
	}
	return min(int(places), minor.MaxScale)
}

// fixedCuts turns breaks into cut points of the inside (see cuts): for a break
// that one is above from At on, the cut lies just below At.
func fixedCuts(d Dimension, c DimensionConfig, decimals int, money Money) ([]int64, error) {
	var errs []error
	var out []int64
	flip := flipOf(d, c.Reverse)
	for i, b := range c.Breaks {
		at := guanxi.Pointer(d.String(), "breaks", i)
		scale := 0
		if d == Monetary {
			scale = decimals
		}
		v, err := minor.From(b.At, scale)
		if err != nil {
			errs = append(errs, moneyFault(at+"/at", err))
			continue
		}
		if d == Monetary && money == MoneyMean {
			if v > math.MaxInt64/2 || v < math.MinInt64/2 {
				errs = append(errs, guanxi.At(at+"/at", ErrOverflow))
				continue
			}
			v *= 2 // means are kept in half units
		}
		if v == math.MinInt64 || v == math.MaxInt64 {
			errs = append(errs, guanxi.At(at+"/at", ErrOverflow))
			continue
		}
		v ^= flip
		if b.Inclusive {
			v--
		}
		if len(out) > 0 && v <= out[len(out)-1] {
			errs = append(errs, guanxi.At(at, fmt.Errorf("%w: breaks run from worst to best, and this is no better than the one before", ErrOption)))
			continue
		}
		out = append(out, v)
	}
	return out, errors.Join(errs...)
}
