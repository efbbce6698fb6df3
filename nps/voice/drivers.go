package voice

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

// Weighting says how the explained variance is divided among drivers.
type Weighting string

const (
	// RelativeWeights divides by way of the orthogonal variables nearest to the
	// drivers: the default, for any number of drivers. Johnson (2000),
	// Multivariate Behavioral Research 35(1):1–19.
	RelativeWeights Weighting = "relative"
	// LMG averages what a driver adds to R² over all orders in which drivers can
	// be taken up, which is its Shapley value; up to 15 drivers. Lindeman,
	// Merenda & Gold (1980), Introduction to Bivariate and Multivariate Analysis.
	LMG Weighting = "lmg"
)

// maxLMG is the most drivers LMG takes: their 2ⁿ subsets are all looked at.
const maxLMG = 15

// Column is a question with one value per answer, NaN where it was not
// answered. Answers on a scale count as numbers.
type Column struct {
	Name   string
	Values []float64
}

// DriversConfig asks what moves a score. It holds the caller's columns and
// changes nothing in them.
type DriversConfig struct {
	Weighting Weighting // "" is RelativeWeights
	Score     Column
	Drivers   []Column
}

// DriverReport says how much of the variance of a score goes with which driver.
// These are associations in the answers at hand, without a margin of error: two
// drivers whose shares lie close have no order.
type DriverReport struct {
	Rows      int       `json:"rows"`     // complete ones, which were used
	LeftOut   int       `json:"left_out"` // with a NaN, in any column
	RSquared  float64   `json:"r_squared"`
	Weighting Weighting `json:"weighting"`
	Drivers   []Driver  `json:"drivers"` // in the order given
}

// Driver is one driver's part.
type Driver struct {
	Name     string  `json:"name"`
	Pearson  float64 `json:"pearson"`  // correlation with the score
	StdBeta  float64 `json:"std_beta"` // coefficient of the regression on all drivers, all in standard deviations
	Weight   float64 `json:"weight"`   // part of R²; the weights add up to it
	Share    float64 `json:"share"`    // Weight / R², 0 if that is 0
	Position int     `json:"position"` // place by weight, from 1; equal weights in the order given
}

// Drivers regresses the score on the drivers over the complete rows and divides
// R² among them. Faults, all that can be seen at once, each a *guanxi.FieldError
// at /weighting, /score, /drivers or /drivers/i:
//
//   - [ErrOption] an unknown weighting, [ErrTooLarge] more than 15 drivers of LMG;
//   - [ErrEmpty] no drivers or no name, [ErrDuplicate] a name twice, [ErrUTF8] a
//     name that is not UTF-8 (at …/name), [ErrLength], [ErrValue] an infinite
//     value (at …/values/row);
//   - [ErrTooFew] not more complete rows than drivers and one, without a place;
//   - [ErrConstant] a column with one value only, [ErrCollinear] a driver that
//     the ones before it determine, to nine digits; the text names these.
//
// Cost: O((rows + n)·n²) for n drivers, and O(2ⁿ·n²) for LMG.
func Drivers(c DriversConfig) (DriverReport, error) {
	if err := c.Validate(); err != nil {
		return DriverReport{}, fmt.Errorf("voice: %w", err)
	}
	rows := c.complete()
	r := DriverReport{Rows: len(rows), LeftOut: len(c.Score.Values) - len(rows), Weighting: c.Weighting}
	if r.Weighting == "" {
		r.Weighting = RelativeWeights
	}
	n := len(c.Drivers)
	if len(rows) < n+2 {
		return DriverReport{}, fmt.Errorf("voice: %w: %d rows for %d drivers", ErrTooFew, len(rows), n)
	}
	cor, err := c.correlations(rows)
	if err != nil {
		return DriverReport{}, fmt.Errorf("voice: %w", err)
	}
	beta, rSquared, err := c.regress(cor)
	if err != nil {
		return DriverReport{}, fmt.Errorf("voice: %w", err)
	}
	r.RSquared = rSquared
	var weights []float64
	if r.Weighting == LMG {
		weights = lmg(cor)
	} else {
		if weights, err = relativeWeights(cor); err != nil {
			return DriverReport{}, fmt.Errorf("voice: %w", err)
		}
	}
	r.Drivers = make([]Driver, n)
	for i := range r.Drivers {
		d := Driver{Name: c.Drivers[i].Name, Pearson: cor[i][n], StdBeta: beta[i], Weight: weights[i], Position: 1}
		if rSquared > 0 {
			d.Share = d.Weight / rSquared
		}
		for j, w := range weights {
			if w > d.Weight || w == d.Weight && j < i {
				d.Position++
			}
		}
		r.Drivers[i] = d
	}
	return r, nil
}

// Validate returns the faults of c that do not take arithmetic to see: all but
// ErrTooFew, ErrConstant and ErrCollinear.
func (c DriversConfig) Validate() error {
	var errs []error
	fault := func(err error, parts ...any) { errs = append(errs, guanxi.At(guanxi.Pointer(parts...), err)) }
	n := len(c.Drivers)
	switch c.Weighting {
	case "", RelativeWeights:
	case LMG:
		if n > maxLMG {
			fault(fmt.Errorf("%w: %d drivers, and %s takes %d", ErrTooLarge, n, LMG, maxLMG), "drivers")
		}
	default:
		fault(fmt.Errorf("%w: %.32q is none of %q", ErrOption, string(c.Weighting), []Weighting{RelativeWeights, LMG}), "weighting")
	}
	column := func(col Column, parts ...any) {
		for i, v := range col.Values {
			if math.IsInf(v, 0) {
				fault(fmt.Errorf("%w: %v", ErrValue, v), append(parts, "values", i)...)
				break
			}
		}
	}
	if !utf8.ValidString(c.Score.Name) {
		fault(fmt.Errorf("%w: %.64q", ErrUTF8, c.Score.Name), "score", "name")
	}
	column(c.Score, "score")
	if n == 0 {
		fault(fmt.Errorf("%w: no drivers", ErrEmpty), "drivers")
	}
	seen := make(map[string]int, n)
	for i, d := range c.Drivers {
		first, ok := seen[d.Name]
		switch {
		case d.Name == "":
			fault(fmt.Errorf("%w: a driver without a name", ErrEmpty), "drivers", i, "name")
		case !utf8.ValidString(d.Name):
			fault(fmt.Errorf("%w: %.64q", ErrUTF8, d.Name), "drivers", i, "name")
		case ok:
			fault(fmt.Errorf("%w: %.64q is driver %d", ErrDuplicate, d.Name, first), "drivers", i, "name")
		default:
			seen[d.Name] = i
		}
		if len(d.Values) != len(c.Score.Values) {
			fault(fmt.Errorf("%w: %d values, and %d of the score", ErrLength, len(d.Values), len(c.Score.Values)), "drivers", i, "values")
		}
		column(d, "drivers", i)
	}
	return errors.Join(errs...)
}

// complete returns the rows without a NaN.
func (c DriversConfig) complete() []int {
	var rows []int
next:
	for i, y := range c.Score.Values {
		if math.IsNaN(y) {
			continue
		}
		for _, d := range c.Drivers {
			if math.IsNaN(d.Values[i]) {
				continue next
			}
		}
		rows = append(rows, i)
	}
	return rows
}

// correlations returns those of the drivers and, last, the score, over rows.
func (c DriversConfig) correlations(rows []int) ([][]float64, error) {
	n := len(c.Drivers)
	z := make([][]float64, n+1)
	var errs []error
	for i := range z {
		col, pointer := c.Score, "/score"
		if i < n {
			col, pointer = c.Drivers[i], guanxi.Pointer("drivers", i)
		}
		var ok bool
		if z[i], ok = standardize(col.Values, rows); !ok {
			errs = append(errs, guanxi.At(pointer, fmt.Errorf("%w: %q", ErrConstant, col.Name)))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	cor := make([][]float64, n+1)
	for i := range cor {
		cor[i] = make([]float64, n+1)
		for j := range i {
			cor[i][j] = dot(z[i], z[j])
			cor[j][i] = cor[i][j]
		}
		cor[i][i] = 1
	}
	return cor, nil
}

// standardize returns the values in rows with mean 0 and length 1; ok is false
// if they are all equal. They are first scaled by a power of two, so that no
// square overflows or vanishes.
func standardize(values []float64, rows []int) (z []float64, ok bool) {
	low, high := values[rows[0]], values[rows[0]]
	for _, i := range rows {
		low, high = min(low, values[i]), max(high, values[i])
	}
	if low == high {
		return nil, false
	}
	_, exp := math.Frexp(high/4 - low/4)
	mid := low/2 + high/2
	z = make([]float64, len(rows))
	mean := 0.0
	for k, i := range rows {
		z[k] = math.Ldexp(values[i]/4-mid/4, -exp)
		mean += z[k] / float64(len(rows))
	}
	length := 0.0
	for k := range z {
		z[k] -= mean
		length = math.Hypot(length, z[k])
	}
	if !(length > 0) {
		return nil, false // apart by less than float64 can square
	}
	for k := range z {
		z[k] /= length
	}
	return z, true
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
