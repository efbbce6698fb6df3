package predict

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Method names a way to turn scores into chances.
type Method string

const (
	// Platt is the chance logistic(Intercept + Slope·score), fitted to labels
	// pulled slightly inwards so that its weights are always finite: two numbers,
	// good from a few dozen leavers on. Platt (1999), in Advances in Large Margin
	// Classifiers; the targets as in Lin, Lin & Weng (2007), Machine Learning
	// 68:267–276.
	Platt Method = "platt"
	// Isotonic is the nearest chance, in squared error, that never falls as the
	// score rises; linear between blocks, flat beyond the ends. It bends to any
	// shape, needs a thousand rows or so, and may say 0 or 1. Zadrozny & Elkan
	// (2002), KDD '02:694–699; pooling of adjacent violators.
	Isotonic Method = "isotonic"
)

// Calibration turns a score into a chance. A plain value to be stored as JSON,
// which is read strictly; safe for concurrent use as long as nobody writes it.
type Calibration struct {
	Method Method `json:"method"`
	// Slope and Intercept of Platt. A slope below 0 says that the scores point
	// the wrong way.
	Slope     float64 `json:"slope,omitempty"`
	Intercept float64 `json:"intercept,omitempty"`
	// Knots of Isotonic: ascending scores, and chances that do not fall.
	Scores  []float64 `json:"scores,omitempty"`
	Chances []float64 `json:"chances,omitempty"`
}

// Validate returns every fault of c: ErrOption, ErrValue, ErrShape, ErrModel,
// ErrProbability.
func (c Calibration) Validate() error {
	var errs []error
	fault := func(err error, format string, args ...any) func(parts ...any) {
		return func(parts ...any) {
			errs = append(errs, at(fmt.Errorf("%w: "+format, append([]any{err}, args...)...), parts...))
		}
	}
	switch c.Method {
	case Platt:
		if c.Slope-c.Slope != 0 {
			fault(ErrValue, "%v", c.Slope)("slope")
		}
		if c.Intercept-c.Intercept != 0 {
			fault(ErrValue, "%v", c.Intercept)("intercept")
		}
		if len(c.Scores)+len(c.Chances) > 0 {
			fault(ErrModel, "platt has no knots")("scores")
		}
	case Isotonic:
		if c.Slope != 0 || c.Intercept != 0 {
			fault(ErrModel, "isotonic has no slope and no intercept")("slope")
		}
		if len(c.Scores) == 0 {
			fault(ErrShape, "there are no knots")("scores")
		}
		if len(c.Scores) != len(c.Chances) {
			fault(ErrShape, "%d chances at %d scores", len(c.Chances), len(c.Scores))("chances")
		}
		for i, s := range c.Scores {
			switch {
			case s-s != 0:
				fault(ErrValue, "%v", s)("scores", i)
			case i > 0 && !(s > c.Scores[i-1]):
				fault(ErrModel, "%v does not rise", s)("scores", i)
			}
		}
		for i, v := range c.Chances {
			switch {
			case !(v >= 0 && v <= 1):
				fault(ErrProbability, "%v", v)("chances", i)
			case i > 0 && v < c.Chances[i-1]:
				fault(ErrModel, "%v falls", v)("chances", i)
			}
		}
	default:
		fault(ErrOption, "%q", string(c.Method))("method")
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *Calibration) UnmarshalJSON(data []byte) error {
	type plain Calibration
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Calibration(v), err)
}

// Chance returns the calibrated chance of a score; NaN gives NaN. c must be
// valid. Cost: O(1) for Platt, a binary search for Isotonic; no allocation.
func (c *Calibration) Chance(score float64) float64 {
	if c.Method != Isotonic {
		return logistic(c.Intercept + c.Slope*score)
	}
	if score != score || len(c.Scores) == 0 || len(c.Scores) != len(c.Chances) {
		return math.NaN()
	}
	i := sort.SearchFloat64s(c.Scores, score) // the first knot at or above it
	switch {
	case i == 0:
		return c.Chances[0]
	case i == len(c.Scores):
		return c.Chances[i-1]
	}
	from, to := c.Chances[i-1], c.Chances[i]
	if from == to {
		return from
	}
	// Halved, so that no difference of scores overflows.
	share := (score/2 - c.Scores[i-1]/2) / (c.Scores[i]/2 - c.Scores[i-1]/2)
	return min(from+(to-from)*share, to)
}

// AppendChances appends the chance of every score. Errors: the faults of c;
// ErrValue by row, dst being as it was. Cost: no allocation where dst has
// the room.
func (c *Calibration) AppendChances(dst, scores []float64) ([]float64, error) {
	if err := c.Validate(); err != nil {
		return dst, err
	}
	for i, s := range scores {
		if s-s != 0 {
			return dst, at(fmt.Errorf("%w: %v", ErrValue, s), "scores", i)
		}
	}
	dst = slices.Grow(dst, len(scores))
	for _, s := range scores {
		dst = append(dst, c.Chance(s))
	}
	return dst, nil
}

// Calibrate fits a calibration to scores, for a [Model] its log-odds, of
// customers whom the model was not learned from: of its own rows it would learn
// that the model is right. Errors: ErrOption, those of [NewRanking], ErrOneClass,
// ErrNoSpread for Platt where all scores are equal. Rows of one score count as
// one group, in any order. Cost: O(n).
func Calibrate(method Method, scores []float64, left []bool) (Calibration, error) {
	if method != Platt && method != Isotonic {
		return Calibration{}, at(fmt.Errorf("%w: %q", ErrOption, string(method)), "method")
	}
	r, err := NewRanking(scores, left)
	if err != nil {
		return Calibration{}, err
	}
	return r.Calibrate(method)
}

// Calibrate is the function of that name for rows that are ranked already.
func (r *Ranking) Calibrate(method Method) (Calibration, error) {
	switch {
	case method != Platt && method != Isotonic:
		return Calibration{}, at(fmt.Errorf("%w: %q", ErrOption, string(method)), "method")
	case r.Rows() == 0:
		return Calibration{}, fmt.Errorf("%w: there are none", ErrTooFew)
	case r.hit == 0 || r.miss == 0:
		return Calibration{}, fmt.Errorf("%w: %d left, %d stayed", ErrOneClass, r.hit, r.miss)
	case method == Isotonic:
		return r.isotonic(), nil
	}
	return r.platt()
}

// platt fits a line through the log-odds of slightly shrunk labels.
func (r *Ranking) platt() (Calibration, error) {
	yes := (float64(r.hit) + 1) / (float64(r.hit) + 2)
	no := 1 / (float64(r.miss) + 2)
	b := r.pool(func(s float64) float64 { return s })
	for i, g := range r.groups {
		hit, miss := float64(g.hit), float64(g.miss)
		b.hit[i] = hit*yes + miss*no
		b.miss[i] = hit*(1-yes) + miss*(1-no)
		b.hits += b.hit[i]
	}
	line, err := b.line()
	if err != nil {
		return Calibration{}, err
	}
	return Calibration{Method: Platt, Slope: line.slope, Intercept: line.intercept}, nil
}

// pool is the ranking as one column, of each score as value gives it.
func (r *Ranking) pool(value func(float64) float64) *pool {
	n := len(r.groups)
	b := &pool{p: 1, x: make([]float64, n), hit: make([]float64, n), miss: make([]float64, n), total: float64(r.Rows())}
	for i, g := range r.groups {
		b.x[i] = value(g.score)
	}
	return b
}

// fitted is a logistic fit on one column.
type fitted struct{ slope, intercept, slopeSE, interceptSE float64 }

// line fits the one column of b, whose hits and misses may be parts of rows.
func (b *pool) line() (fitted, error) {
	names := []string{"score"}
	if _, errs := b.usable(names); len(errs) > 0 {
		if errors.Is(errs[0], ErrConstant) {
			return fitted{}, fmt.Errorf("%w: all scores are equal", ErrNoSpread)
		}
		return fitted{}, errs[0]
	}
	s := b.standardize()
	if len(b.separating()) > 0 {
		return fitted{}, fmt.Errorf("%w: the scores", ErrSeparation)
	}
	f := newNewton(b, nil)
	if err := f.run(); err != nil {
		return fitted{}, err
	}
	fit, err := f.fit(names, s)
	if err != nil {
		return fitted{}, err
	}
	return fitted{fit.Model.Weights[0], fit.Model.Intercept, fit.SE[1], fit.SE[0]}, nil
}

// isotonic pools adjacent groups until the share of leavers rises from block to
// block. The counts are whole, so that nothing rounds.
func (r *Ranking) isotonic() Calibration {
	type block struct {
		low, high float64
		hit, rows uint64
	}
	var blocks []block
	for _, g := range r.groups {
		b := block{g.score, g.score, uint64(g.hit), uint64(g.hit) + uint64(g.miss)}
		for len(blocks) > 0 {
			before := blocks[len(blocks)-1]
			if before.hit*b.rows < b.hit*before.rows {
				break
			}
			b = block{before.low, b.high, before.hit + b.hit, before.rows + b.rows}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	c := Calibration{Method: Isotonic}
	for _, b := range blocks {
		chance := float64(b.hit) / float64(b.rows)
		c.Scores, c.Chances = append(c.Scores, b.low), append(c.Chances, chance)
		if b.high > b.low {
			c.Scores, c.Chances = append(c.Scores, b.high), append(c.Chances, chance)
		}
	}
	return c
}
