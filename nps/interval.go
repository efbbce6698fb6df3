package nps

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
)

// Method names a way to compute an interval. "" is the default of the number in
// question: Tango for a net score, Wilson for a share.
type Method string

// The methods for a net score. For coverage see the package comment.
const (
	// Tango inverts the score test of a difference between two shares of the
	// same people: the default. It stays in [-1, 1], is never of zero width and
	// always contains the score. Tango (1998), Statistics in Medicine 17:891–908.
	Tango Method = "tango"
	// MOVERWilson combines Wilson limits of promoters and detractors, taking
	// their correlation into account. Closed form; narrower than Tango and below
	// its level with few answers. Zou & Donner (2008), Statistics in Medicine
	// 27:1693–1702; Newcombe (1998), Statistics in Medicine 17:2635–2650.
	MOVERWilson Method = "mover_wilson"
	// AdjustedWald is Wald after ¾ detractor, 1½ passives and ¾ promoter were
	// added. Its ends are cut at ±1, and near ±1 it may miss the score itself.
	// Rocks (2016), The American Statistician 70(4):365–372.
	AdjustedWald Method = "adjusted_wald"
	// Wald is what most tools print: too narrow with few answers or lopsided
	// ones, and of zero width when all answers are in one class. Ends cut at ±1.
	Wald Method = "wald"
)

// The methods for a share.
const (
	// Wilson inverts the score test: the default. Wilson (1927), JASA 22:209–212.
	Wilson Method = "wilson"
	// ClopperPearson is never below its level, and wider for it. Clopper &
	// Pearson (1934), Biometrika 26:404–413.
	ClopperPearson Method = "clopper_pearson"
	// Jeffreys is the middle of the posterior under the Beta(½, ½) prior, with
	// 0 as the lower end for no hits and 1 as the upper for nothing but hits.
	// Brown, Cai & DasGupta (2001), Statistical Science 16:101–133.
	Jeffreys Method = "jeffreys"
)

// DefaultConfidence is the level where a config leaves it at 0.
const DefaultConfidence = 0.95

// Interval is a closed interval of a score, a share or a mean.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Contains reports whether Low ≤ v ≤ High.
func (i Interval) Contains(v float64) bool { return i.Low <= v && v <= i.High }

// Width returns High − Low.
func (i Interval) Width() float64 { return i.High - i.Low }

// Estimate is a number with its uncertainty. An immutable value.
type Estimate struct {
	Answers int64   `json:"answers"`
	Score   float64 `json:"score"`
	Interval
	Method     Method  `json:"method"`
	Confidence float64 `json:"confidence"`
}

// Interval returns the interval of the score of t at a confidence level in
// (0, 1), 0 being DefaultConfidence as everywhere in this package: of the net score
// for NPS and ENPS, else of the share of the top boxes.
// Errors: ErrNoAnswers, ErrConfidence, ErrMethod. Cost: well under a microsecond
// with the default, no allocation.
func (t Tally) Interval(m Method, confidence float64) (Interval, error) {
	if t.kind.Net() {
		return t.Classes().Interval(m, confidence)
	}
	return t.Top().Interval(m, confidence)
}

// Estimate returns the score of t with its interval. Errors as for
// [Tally.Interval].
func (t Tally) Estimate(m Method, confidence float64) (Estimate, error) {
	confidence = orDefault(confidence, DefaultConfidence)
	i, err := t.Interval(m, confidence)
	if err != nil {
		return Estimate{}, err
	}
	if m == "" {
		m = Wilson
		if t.kind.Net() {
			m = Tango
		}
	}
	score, _ := t.Score()
	return Estimate{Answers: t.Answers(), Score: score, Interval: i, Method: m, Confidence: confidence}, nil
}

// Interval returns the interval of the net score. Errors: ErrNoAnswers,
// ErrCount, ErrConfidence, ErrMethod.
func (c Classes) Interval(m Method, confidence float64) (Interval, error) {
	z, err := deviate(confidence)
	if err != nil {
		return Interval{}, err
	}
	if err := c.check(); err != nil {
		return Interval{}, err
	}
	i, ok := c.raw(m, z)
	if !ok {
		return Interval{}, fmt.Errorf("%w: %q of a net score", ErrMethod, string(m))
	}
	return Interval{max(i.Low, -1), min(i.High, 1)}, nil
}

// check returns ErrCount or ErrNoAnswers unless there are answers.
func (c Classes) check() error {
	if min(c.Detractors, c.Passives, c.Promoters) < 0 || max(c.Detractors, c.Passives, c.Promoters) > points*MaxCount {
		return fmt.Errorf("%w: %d detractors, %d passives, %d promoters", ErrCount, c.Detractors, c.Passives, c.Promoters)
	}
	if c.Answers() == 0 {
		return ErrNoAnswers
	}
	return nil
}

// raw is the interval before its ends are cut at ±1.
func (c Classes) raw(m Method, z float64) (Interval, bool) {
	s := netSample(c)
	switch m {
	case "", Tango:
		return s.limits(z), true
	case MOVERWilson:
		return moverWilson(s, z), true
	case AdjustedWald:
		n := s.n + 3
		adjusted := sample{n: n, up: (float64(c.Promoters) + 0.75) / n, down: (float64(c.Detractors) + 0.75) / n, score: float64(c.Promoters-c.Detractors) / n}
		return wald(adjusted, z), true
	case Wald:
		return wald(s, z), true
	}
	return Interval{}, false
}

func wald(s sample, z float64) Interval {
	d := s.score
	half := z * math.Sqrt(s.variance()/s.n)
	return Interval{d - half, d + half}
}

// moverWilson is MOVER for a difference of two shares of one multinomial: their
// correlation is −√(p₁p₂/((1−p₁)(1−p₂))).
func moverWilson(s sample, z float64) Interval {
	up, down := wilson(s.up, s.n, z), wilson(s.down, s.n, z)
	rho := 0.0
	if q := (1 - s.up) * (1 - s.down); q > 0 {
		rho = -math.Sqrt(s.up * s.down / q)
	}
	half := func(a, b float64) float64 { return math.Sqrt(max(0, a*a+b*b-2*rho*a*b)) }
	d := s.score
	return Interval{
		d - half(s.up-up.Low, down.High-s.down),
		d + half(up.High-s.up, s.down-down.Low),
	}
}

// deviate returns the two-sided standard normal deviate of a confidence level.
func deviate(confidence float64) (float64, error) {
	confidence = orDefault(confidence, DefaultConfidence)
	if !(confidence > 0 && confidence < 1) {
		return 0, at(fmt.Errorf("%w: %v", ErrConfidence, confidence), "confidence")
	}
	return normal.Deviate(confidence), nil
}

// place puts the faults of err below pointer.
func place(pointer string, err error) error { return guanxi.At(pointer, err) }
