package clv

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
)

// Status says how a fit ended.
type Status string

const (
	// Converged: an interior maximum, gradient 0 and curvature as it should be.
	Converged Status = "converged"
	// Boundary: the likelihood is greatest where a parameter leaves the model, for
	// example where all customers have the same dropout probability (a+b → ∞).
	// Predictions are right; parameters that ran off have no standard error.
	// Outcome.Reason says which. So ends a fit, too, that is no better than that of a
	// model it contains, which is given then.
	Boundary Status = "boundary"
	// Failed: no maximum was found. There are no parameters.
	Failed Status = "failed"
)

// Label returns the status in words.
func (s Status) Label(lang guanxi.Lang) string {
	return map[Status]guanxi.Text{
		Converged: {EN: "converged", ZH: "已收敛"}, Boundary: {EN: "at the edge of the model", ZH: "位于模型边界"}, Failed: {EN: "failed", ZH: "失败"},
	}[s].In(lang)
}

// Estimate is a parameter with its uncertainty.
type Estimate struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	// SE is the asymptotic standard error, and Low and High are the limits of the
	// confidence interval, built on the log scale for parameters above 0. Known is
	// false, and the three are 0, for a parameter on the boundary, and for those that
	// ran off together with it.
	SE    float64 `json:"se"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Known bool    `json:"known"`
}

// Outcome is what every fit reports.
type Outcome struct {
	Status    Status     `json:"status"`
	Reason    string     `json:"reason,omitempty"` // of Boundary and Failed, in English
	LogLik    float64    `json:"loglik"`           // in the unit of the rows, at the parameters; without the ridge
	AIC       float64    `json:"aic"`              // 2·parameters − 2·LogLik
	BIC       float64    `json:"bic"`              // log(customers)·parameters − 2·LogLik
	Estimates []Estimate `json:"estimates"`
	// Covariance is that of Estimates, in their order: D H⁻¹ D, where H is the
	// information in unbounded coordinates. Rows and columns of parameters that are
	// not Known are 0.
	Covariance  [][]float64 `json:"covariance"`
	Confidence  float64     `json:"confidence"`
	Customers   int         `json:"customers"`
	Evaluations int         `json:"evaluations"` // of the likelihood over all rows

	why guanxi.Text // Reason
}

// ReasonIn returns Reason in a language. An Outcome that was read from JSON has it
// in English only.
func (o *Outcome) ReasonIn(lang guanxi.Lang) string {
	if o.why.EN == o.Reason && o.Reason != "" {
		return o.why.In(lang)
	}
	return o.Reason
}

// Estimate returns an estimate by its name.
func (o *Outcome) Estimate(name string) (Estimate, bool) {
	for _, e := range o.Estimates {
		if e.Name == name {
			return e, true
		}
	}
	return Estimate{}, false
}

// DefaultConfidence is the level of intervals where a config leaves it at 0.
const DefaultConfidence = 0.95

func orDefault(confidence float64) float64 {
	if confidence == 0 {
		return DefaultConfidence
	}
	return confidence
}

// checkCommon looks at the fields that every fit has.
func checkCommon(errs *faultList, ridge, confidence float64, workers int) {
	if !(ridge >= 0 && finite(ridge)) {
		errs.add(&guanxi.FieldError{Pointer: "/ridge", Err: fmt.Errorf("%w: %v", ErrRange, ridge)})
	}
	if !(confidence >= 0 && confidence < 1) {
		errs.add(&guanxi.FieldError{Pointer: "/confidence", Err: fmt.Errorf("%w: %v", ErrConfidence, confidence)})
	}
	if workers < 0 {
		errs.add(&guanxi.FieldError{Pointer: "/workers", Err: fmt.Errorf("%w: %d", ErrRange, workers)})
	}
}

// Forecast is what is expected of one row, with its standard error and the limits
// of its confidence interval.
type Forecast struct {
	Value float64 `json:"value"`
	SE    float64 `json:"se"` // on the scale of Value
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// positiveInterval has its limits on the log scale.
func positiveInterval(value, se, z float64) Forecast {
	i := Forecast{Value: value, SE: se, Low: value, High: value}
	if value != 0 && se > 0 { // a loss is a value below 0, and mirrored
		half := z * se / math.Abs(value)
		i.Low, i.High = value*math.Exp(-half), value*math.Exp(half)
		if value < 0 {
			i.Low, i.High = i.High, i.Low
		}
	}
	return i
}

// shareInterval has its limits on the scale of log odds.
func shareInterval(value, se, z float64) Forecast {
	i := Forecast{Value: value, SE: se, Low: value, High: value}
	if value > 0 && value < 1 && se > 0 {
		half := z * se / (value * (1 - value))
		i.Low = value / (value + (1-value)*math.Exp(half))
		i.High = value / (value + (1-value)*math.Exp(-half))
	}
	return i
}

// Test is the comparison of a model with one that it contains.
type Test struct {
	Statistic float64 `json:"statistic"` // twice the gain in log-likelihood
	DF        int     `json:"df"`        // parameters that the simpler model does not have
	P         float64 `json:"p"`
}
