package clv

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// HoldOutReport compares a forecast with what the same customers did.
type HoldOutReport struct {
	Unit      Unit    `json:"unit"`
	Periods   float64 `json:"periods"` // length of the hold-out, in units
	Customers int     `json:"customers"`
	Actual    float64 `json:"actual"` // purchases
	Predicted float64 `json:"predicted"`
	MAE       float64 `json:"mae"`  // mean absolute error a customer
	RMSE      float64 `json:"rmse"` // root of the mean squared error
	// Correlation of the forecast with what came, over the customers; known is false
	// where one of them is the same for everybody.
	Correlation      float64 `json:"correlation"`
	CorrelationKnown bool    `json:"correlation_known"`
	// ByFrequency is by repeat purchases in the calibration: 0, 1, … up to
	// MaxFrequencyClass, the last of which holds all above too. Classes without
	// customers are left out.
	ByFrequency []HoldOutClass `json:"by_frequency"`
	// Calibration is by tenths of the customers, from the least forecast to the
	// greatest; customers with equal forecasts stay together, so there may be fewer.
	Calibration []HoldOutClass `json:"calibration"`
}

// HoldOutClass is a part of the customers.
type HoldOutClass struct {
	Class     int     `json:"class"` // repeat purchases in ByFrequency; 1, 2, … in Calibration
	Customers int     `json:"customers"`
	Actual    float64 `json:"actual"`    // mean purchases
	Predicted float64 `json:"predicted"` // mean forecast
	MAE       float64 `json:"mae"`
}

// MaxFrequencyClass is the last class of HoldOutReport.ByFrequency.
const MaxFrequencyClass = 7

// CheckHoldOut forecasts the hold-out of customers and compares. Fit the model to
// c.Rows first. Errors: ErrSplit if c has no hold-out, and those of
// AppendExpected, ErrModel for a nil predictor among them. Cost: O(customers·log customers).
func CheckHoldOut[K comparable](p *Predictor, c *Customers[K]) (*HoldOutReport, error) {
	if c == nil || c.HoldOut == nil {
		return nil, fmt.Errorf("clv: %w: these rows have no hold-out", ErrSplit)
	}
	if len(c.HoldOut) != len(c.List) {
		return nil, fmt.Errorf("clv: hold-out: %w: %d for %d rows", ErrLength, len(c.HoldOut), len(c.List))
	}
	actual := make([]float64, len(c.HoldOut))
	for i, h := range c.HoldOut {
		actual[i] = float64(h.Frequency)
	}
	return compareHoldOut(p, c.Rows, actual, c.HoldOutLength)
}

// CheckRows is CheckHoldOut for rows that come from elsewhere: actual[i] is how
// many purchases row i made in the length after its end of observation.
func CheckRows(p *Predictor, rows Rows, actual []float64, length float64) (*HoldOutReport, error) {
	if len(actual) != len(rows.List) {
		return nil, fmt.Errorf("clv: hold-out: %w: %d values for %d rows", ErrLength, len(actual), len(rows.List))
	}
	for i, a := range actual {
		if !(a >= 0 && finite(a)) {
			return nil, fmt.Errorf("clv: hold-out: %w", rowFault(i, "actual", fmt.Errorf("%w: %v", ErrValue, a)))
		}
	}
	return compareHoldOut(p, rows, actual, length)
}

func compareHoldOut(p *Predictor, rows Rows, actual []float64, length float64) (*HoldOutReport, error) {
	predicted, err := p.AppendExpected(nil, rows, length)
	if err != nil {
		return nil, err
	}
	rep := &HoldOutReport{Unit: rows.Unit, Periods: length, Customers: len(actual)}
	var classes [MaxFrequencyClass + 1]HoldOutClass
	squares := 0.0
	for i, a := range actual {
		e := predicted[i] - a
		rep.Actual, rep.Predicted, rep.MAE = rep.Actual+a, rep.Predicted+predicted[i], rep.MAE+math.Abs(e)
		squares += e * e
		classes[min(rows.List[i].Frequency, MaxFrequencyClass)].add(a, predicted[i])
	}
	if n := float64(len(actual)); n > 0 {
		rep.MAE /= n
		rep.RMSE = math.Sqrt(squares / n)
	}
	rep.Correlation, rep.CorrelationKnown = correlation(predicted, actual)
	for f := range classes {
		if classes[f].Customers > 0 {
			rep.ByFrequency = append(rep.ByFrequency, classes[f].means(f))
		}
	}
	rep.Calibration = tenths(predicted, actual)
	return rep, nil
}

func (c *HoldOutClass) add(actual, predicted float64) {
	c.Customers++
	c.Actual += actual
	c.Predicted += predicted
	c.MAE += math.Abs(predicted - actual)
}

func (c HoldOutClass) means(number int) HoldOutClass {
	n := float64(c.Customers)
	return HoldOutClass{Class: number, Customers: c.Customers, Actual: c.Actual / n, Predicted: c.Predicted / n, MAE: c.MAE / n}
}

// tenths groups customers by their forecast; a tie belongs to the class that it
// begins in.
func tenths(predicted, actual []float64) []HoldOutClass {
	order := ordered(predicted)
	n, start := len(order), 0
	var out []HoldOutClass
	var c HoldOutClass
	for k, i := range order {
		c.add(actual[i], predicted[i])
		if k == n-1 || (k+1)*10/n > start*10/n && predicted[order[k+1]] != predicted[i] {
			out = append(out, c.means(len(out)+1))
			c, start = HoldOutClass{}, k+1
		}
	}
	return out
}

// ordered returns the places of v from the least value to the greatest.
func ordered(v []float64) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	return order
}

// correlation is Pearson's, and false where one of the two does not vary.
func correlation(x, y []float64) (float64, bool) {
	n := float64(len(x))
	if n < 2 {
		return 0, false
	}
	var mx, my, xx, yy, xy float64
	for i := range x {
		mx, my = mx+x[i], my+y[i]
	}
	mx, my = mx/n, my/n
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	if !(xx > 0 && yy > 0) {
		return 0, false
	}
	return max(-1, min(1, xy/math.Sqrt(xx)/math.Sqrt(yy))), true
}
