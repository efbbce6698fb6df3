package predict

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Scaling says in which unit the penalty measures a weight. "" is ByDeviation.
type Scaling string

const (
	// ByDeviation measures per population standard deviation of the column
	// (divided by n), so that the unit of a column does not matter: the default.
	ByDeviation Scaling = "deviation"
	// ByUnit measures per unit of the column as it is.
	ByUnit Scaling = "unit"
)

// FitConfig says how weights are learned. The zero value is plain maximum
// likelihood. As JSON it is read strictly.
type FitConfig struct {
	// Lambda is the penalty: the fit maximises the log-likelihood less
	// ½·Lambda·Σ wⱼ². The log-likelihood is a sum over rows, not a mean, so that
	// a given Lambda weighs less with more rows. The intercept is free. 0 is no
	// penalty.
	Lambda float64 `json:"lambda,omitempty"`
	// Scaling of the penalty; without one it changes nothing.
	Scaling Scaling `json:"scaling,omitempty"`
	// AllowSeparation admits separating columns where Lambda is above 0, whose
	// weights are then finite but as large as the penalty lets them be; those
	// that separate alone are listed in Fit.Separating. Without it they are
	// refused, whatever Lambda.
	AllowSeparation bool `json:"allow_separation,omitempty"`
}

// Validate returns every fault of c.
func (c FitConfig) Validate() error {
	var errs []error
	if !(c.Lambda >= 0) || c.Lambda-c.Lambda != 0 {
		errs = append(errs, at(fmt.Errorf("%w: %v is not a penalty", ErrOption, c.Lambda), "lambda"))
	}
	switch c.Scaling {
	case "", ByDeviation, ByUnit:
	default:
		errs = append(errs, at(fmt.Errorf("%w: %q", ErrOption, string(c.Scaling)), "scaling"))
	}
	if c.AllowSeparation && c.Lambda == 0 {
		errs = append(errs, at(fmt.Errorf("%w: without a penalty a separating column has no finite weight", ErrOption), "allow_separation"))
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *FitConfig) UnmarshalJSON(data []byte) error {
	type plain FitConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, FitConfig(v), err)
}
