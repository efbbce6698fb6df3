package clv

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
)

// AppendPAliveIntervals appends PAlive of every row with its confidence interval
// to dst. Intervals here and below are those of the delta method: they hold what
// the fit does not know of the parameters, and not what chance will do to one
// customer. Limits of probabilities are built on the scale of log odds, others on
// the log scale. At a boundary the parameters that ran off count as known.
// Confidence 0 is DefaultConfidence. Errors: ErrConfidence, ErrNoUncertainty, and
// those of AppendPAlive. Cost: nine times that of AppendPAlive with four parameters.
func (f *Fit) AppendPAliveIntervals(dst []Forecast, rows Rows, ahead, confidence float64) ([]Forecast, error) {
	return f.intervals(dst, rows, confidence, shareInterval, func(p *Predictor, dst []float64) ([]float64, error) {
		return p.AppendPAlive(dst, rows, ahead)
	}, nil, nil)
}

// AppendExpectedIntervals appends Expected of every row with its confidence
// interval to dst.
func (f *Fit) AppendExpectedIntervals(dst []Forecast, rows Rows, t, confidence float64) ([]Forecast, error) {
	return f.intervals(dst, rows, confidence, positiveInterval, func(p *Predictor, dst []float64) ([]float64, error) {
		return p.AppendExpected(dst, rows, t)
	}, nil, nil)
}

// AppendDERTIntervals appends DERT of every row with its confidence interval to
// dst.
func (f *Fit) AppendDERTIntervals(dst []Forecast, rows Rows, rate, confidence float64) ([]Forecast, error) {
	return f.intervals(dst, rows, confidence, positiveInterval, func(p *Predictor, dst []float64) ([]float64, error) {
		return p.AppendDERT(dst, rows, rate)
	}, nil, nil)
}

// AppendValueIntervals appends the lifetime value of every row with its
// confidence interval to dst: what neither fit knows, taken as independent of
// each other.
func (f *Fit) AppendValueIntervals(dst []Forecast, rows Rows, spend *SpendFit, cfg ValueConfig, confidence float64) ([]Forecast, error) {
	if spend == nil || spend.covariance == nil {
		return dst, fmt.Errorf("clv: spend: %w", ErrNoUncertainty)
	}
	at := func(p *Predictor, g GammaGamma, dst []float64) ([]float64, error) {
		each, err := g.AppendSpend(nil, rows)
		if err != nil {
			return dst, err
		}
		values, err := p.AppendValues(nil, rows, each, cfg)
		for _, v := range values {
			dst = append(dst, v.Value)
		}
		return dst, err
	}
	return f.intervals(dst, rows, confidence, positiveInterval, func(p *Predictor, dst []float64) ([]float64, error) {
		return at(p, spend.GammaGamma, dst)
	}, spend, func(g GammaGamma, dst []float64) ([]float64, error) {
		return at(f.Predictor, g, dst)
	})
}

// delta is the step of the differences, on the scale of logs: the functions are
// right to about 1e-12, so that the slopes are to about 1e-8.
const delta = 1e-4

func (f *Fit) intervals(dst []Forecast, rows Rows, confidence float64, limits func(value, se, z float64) Forecast,
	ask func(*Predictor, []float64) ([]float64, error), spend *SpendFit, askSpend func(GammaGamma, []float64) ([]float64, error),
) ([]Forecast, error) {
	if !(confidence >= 0 && confidence < 1) {
		return dst, fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: "/confidence", Err: fmt.Errorf("%w: %v", ErrConfidence, confidence)})
	}
	if f == nil || f.Predictor == nil || f.ended == nil || f.ended.solved == nil {
		return dst, fmt.Errorf("clv: %w", ErrNoUncertainty)
	}
	value, err := ask(f.Predictor, nil)
	if err != nil {
		return dst, err
	}
	variance := make([]float64, len(value))
	err = quadratic(variance, f.ended.raw.Theta, f.ended.solved, func(theta, dst []float64) ([]float64, error) {
		if f.lift != nil {
			theta = f.lift(theta)
		}
		return ask(f.predictorAt(f.family.toHost(theta)).WithWorkers(f.workers), dst)
	})
	if err == nil && spend != nil {
		err = quadratic(variance, spend.theta, spend.covariance, func(theta, dst []float64) ([]float64, error) {
			return askSpend(GammaGamma{math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2])}, dst)
		})
	}
	if err != nil {
		return dst, err
	}
	z := normal.Deviate(orDefault(confidence))
	for i, v := range value {
		dst = append(dst, limits(v, math.Sqrt(max(0, variance[i])), z))
	}
	return dst, nil
}

// quadratic adds to variance what the covariance of theta makes of the slopes of
// at, taken by central differences: theta are logs, and coefficients of
// standardised covariates, so that no unit of the host's matters.
func quadratic(variance, theta []float64, covariance [][]float64, at func(theta, dst []float64) ([]float64, error)) error {
	slopes := make([][]float64, len(theta))
	for j := range theta {
		if covariance[j][j] <= 0 || math.IsInf(theta[j], 0) {
			continue // held at an edge
		}
		moved := append([]float64(nil), theta...)
		moved[j] = theta[j] + delta
		up, err := at(moved, nil)
		if err != nil {
			return err
		}
		moved[j] = theta[j] - delta
		down, err := at(moved, nil)
		if err != nil {
			return err
		}
		for i := range up {
			up[i] = (up[i] - down[i]) / (2 * delta)
		}
		slopes[j] = up
	}
	for j, a := range slopes {
		for k, b := range slopes {
			if a == nil || b == nil {
				continue
			}
			for i := range variance {
				variance[i] += a[i] * covariance[j][k] * b[i]
			}
		}
	}
	return nil
}
