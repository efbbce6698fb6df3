package predict

import (
	"errors"
	"fmt"
	"math"

	// The incomplete gamma function, which the chi-square distribution is made of.
	"gonum.org/v1/gonum/mathext"
)

// clip is how close to 0 and 1 a chance may come in a logarithm.
const clip = 1e-15

func joined(errs []error) error { return errors.Join(errs...) }

// Brier returns the mean squared difference between the chances and what
// happened, 0 to 1, less is better. Errors: ErrProbability, ErrTooFew.
// Brier (1950), Monthly Weather Review 78:1–3.
func (r *Ranking) Brier() (float64, error) {
	if err := r.chances(); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, g := range r.groups {
		p := g.score
		sum += float64(g.hit)*(1-p)*(1-p) + float64(g.miss)*p*p
	}
	return sum / float64(r.Rows()), nil
}

// LogLoss returns the mean of −log of the chance given to what happened, less
// is better. Chances nearer to 0 or 1 than 1e-15 are moved there and their rows
// counted in clipped: a calibration that said "never" of one who left would
// otherwise be infinitely wrong. Errors: ErrProbability, ErrTooFew.
func (r *Ranking) LogLoss() (loss float64, clipped int64, err error) {
	if err := r.chances(); err != nil {
		return 0, 0, err
	}
	for _, g := range r.groups {
		p, moved := clipped1(g.score)
		if moved {
			clipped += int64(g.hit) + int64(g.miss)
		}
		loss -= float64(g.hit)*math.Log(p) + float64(g.miss)*math.Log1p(-p)
	}
	return loss / float64(r.Rows()), clipped, nil
}

func clipped1(p float64) (float64, bool) {
	q := min(max(p, clip), 1-clip)
	return q, q != p
}

// Line is how chances must be bent to fit what happened: logit of the true
// chance = Intercept + Slope × logit of the given one. Slope 1 and intercept 0
// are right; a slope below 1 says that the chances are too extreme, as those of
// an overfitted model are. An immutable value.
type Line struct {
	Slope       float64 `json:"slope"`
	SlopeSE     float64 `json:"slope_se"`
	Intercept   float64 `json:"intercept"`
	InterceptSE float64 `json:"intercept_se"`
	// InTheLarge is the intercept if the slope is held at 1: above 0, more leave
	// than the chances say.
	InTheLarge   float64 `json:"in_the_large"`
	InTheLargeSE float64 `json:"in_the_large_se"`
}

// Line returns the calibration line of the chances, clipped as for LogLoss.
// Errors: ErrProbability, ErrTooFew; ErrOneClass; ErrNoSpread where all chances
// are equal; ErrSeparation where every leaver has a higher chance than every
// stayer. Cox (1958), Biometrika 45:562–565.
func (r *Ranking) Line() (Line, error) {
	if err := r.chances(); err != nil {
		return Line{}, err
	}
	if r.hit == 0 || r.miss == 0 {
		return Line{}, fmt.Errorf("%w: %d left, %d stayed", ErrOneClass, r.hit, r.miss)
	}
	b := r.pool(func(p float64) float64 {
		p, _ = clipped1(p)
		return math.Log(p) - math.Log1p(-p)
	})
	for i, g := range r.groups {
		b.hit[i], b.miss[i] = float64(g.hit), float64(g.miss)
	}
	b.hits = float64(r.hit)
	large, se := b.shift()
	f, err := b.line()
	if err != nil {
		return Line{}, err
	}
	return Line{f.slope, f.slopeSE, f.intercept, f.interceptSE, large, se}, nil
}

// shift fits a constant added to the column of b, whose weight is 1. The
// expected number of leavers rises with it, so that a bracket always closes.
func (b *pool) shift() (a, se float64) {
	low, high := -100.0, 100.0 // clipped log-odds are within ±35
	for range 200 {
		gap, info := b.hits, 0.0
		for i, x := range b.x {
			w, p := b.hit[i]+b.miss[i], logistic(a+x)
			gap -= w * p
			info += w * p * (1 - p)
		}
		se = 1 / math.Sqrt(info)
		if gap > 0 {
			low = a
		} else {
			high = a
		}
		next := a + gap/info
		if !(next > low && next < high) {
			next = low + (high-low)/2
		}
		if gap == 0 || math.Abs(next-a) <= 1e-15*(1+math.Abs(a)) {
			return a, se
		}
		a = next
	}
	return a, se
}

// CalibrationError returns the mean of |Observed − Predicted| over the bins,
// weighted by their rows: the expected calibration error. ok is false without
// rows.
func CalibrationError(bins []Bin) (ece float64, ok bool) {
	rows := int64(0)
	for _, b := range bins {
		rows += b.Rows
		ece += float64(b.Rows) * math.Abs(b.Observed-b.Predicted)
	}
	return ece / float64(rows), rows > 0
}

// ChiSquare is a statistic, its degrees of freedom and its p-value.
type ChiSquare struct {
	ChiSq float64 `json:"chisq"`
	DF    int     `json:"df"`
	P     float64 `json:"p"`
}

// HosmerLemeshow tests whether the bins hold as many leavers as their chances
// say: Σ (left − expected)² / (expected·(1 − predicted)). With sameRows, for rows
// that the chances were fitted on, it has two degrees of freedom fewer than bins;
// for new rows as many as bins. Errors: ErrTooFew for fewer than three bins, or
// an empty one; ErrNoSpread for a bin in which the chances are all 0 or all 1,
// wrongly. Hosmer & Lemeshow (1980), Communications in Statistics A9:1043–1069.
func HosmerLemeshow(bins []Bin, sameRows bool) (ChiSquare, error) {
	if len(bins) < 3 {
		return ChiSquare{}, fmt.Errorf("%w: %d bins, want 3", ErrTooFew, len(bins))
	}
	c := ChiSquare{DF: len(bins)}
	if sameRows {
		c.DF -= 2
	}
	for i, b := range bins {
		if b.Rows < 1 {
			return ChiSquare{}, at(fmt.Errorf("%w: the bin is empty", ErrTooFew), "bins", i)
		}
		expected := float64(b.Rows) * b.Predicted
		gap := b.Left - expected
		if gap == 0 {
			continue
		}
		term := gap * gap / (expected * (1 - b.Predicted))
		if !(term >= 0) || math.IsInf(term, 1) {
			return ChiSquare{}, at(fmt.Errorf("%w: predicted %v, observed %v", ErrNoSpread, b.Predicted, b.Observed), "bins", i)
		}
		c.ChiSq += term
	}
	c.P = mathext.GammaIncRegComp(float64(c.DF)/2, c.ChiSq/2)
	return c, nil
}
