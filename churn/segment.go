package churn

import (
	"fmt"
	"math"
	"sort"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// SegmentConfig says when a segment can be learned from. As JSON it is read strictly.
type SegmentConfig struct {
	// MinCustomers is how many customers with a gap, and how many second orders,
	// a segment needs; 2 or more, 0 is 30. With fewer the parent's are used.
	MinCustomers int `json:"min_customers,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c SegmentConfig) Validate() error {
	if c.MinCustomers == 0 || c.MinCustomers >= 2 {
		return nil
	}
	return at(fmt.Errorf("%w: %d customers", ErrOption, c.MinCustomers), "min_customers")
}

// UnmarshalJSON reads strictly, as that of RhythmConfig does.
func (c *SegmentConfig) UnmarshalJSON(data []byte) error {
	type plain SegmentConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, SegmentConfig(v), err)
}

// Segment is what is known of a segment's cycles: what the gaps of a customer
// are shrunk to, and the curve from first to second order. It is made of the
// accumulators, which are what the host stores. Immutable; safe for concurrent use.
type Segment struct {
	spread
	kappa    float64   // strength
	survival []float64 // by whole day
}

// NewSegment learns from a segment's accumulators, which are not kept. Where one
// of them has too few customers, that of the parent (a larger segment, the whole
// shop) is used; without a parent it is ErrTooFew at /gaps or /curve. A nil
// accumulator is an empty one.
func NewSegment(gaps *Gaps, curve *Curve, parent *Segment, cfg SegmentConfig) (*Segment, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	need := int64(orDefault(cfg.MinCustomers, 30))
	s := &Segment{}
	var f faults
	var have, came int64
	if gaps != nil {
		have, _ = gaps.Customers()
	}
	if curve != nil {
		_, came = curve.Customers()
	}
	switch {
	case have >= need:
		s.spread = gaps.estimate()
		s.kappa = s.strength()
	case parent != nil:
		s.spread, s.kappa = parent.spread, parent.kappa
	default:
		f.add(ErrTooFew, "/gaps", "%d customers with a gap, %d needed", have, need)
	}
	switch {
	case came >= need:
		s.survival = curve.AppendSurvival(nil)
	case parent != nil:
		s.survival = parent.survival
	default:
		f.add(ErrTooFew, "/curve", "%d second orders, %d needed", came, need)
	}
	if len(f) > 0 {
		return nil, f.err()
	}
	return s, nil
}

// LogGap returns the mean of the logarithm of the gap in days, its variance
// within a customer and its variance between the customers' own means.
func (s *Segment) LogGap() (mean, within, between float64) {
	return s.mean, s.within, s.between
}

// Strength returns how many gaps of their own weigh as much as the segment:
// within/between, held in 0.1 to 1,000,000.
func (s *Segment) Strength() float64 { return s.kappa }

// Silent returns the share of customers with one order who are still silent after
// that many days. After the end of the curve it is the curve's last value, which
// is the most that it can be.
func (s *Segment) Silent(days float64) float64 {
	if !(days >= 0) {
		return 1
	}
	return s.survival[int(min(math.Floor(days), float64(len(s.survival)-1)))]
}

// ReturnBy returns the number of whole days by which the share q has come again of
// those who come again within the reach of the curve; 0 < q < 1. (Of all
// customers so many may never come that the quantile would not exist.)
func (s *Segment) ReturnBy(q float64) float64 {
	end := s.survival[len(s.survival)-1]
	level := 1 - q*(1-end)
	return float64(min(sort.Search(len(s.survival), func(d int) bool {
		return s.survival[d] <= level+1e-12
	}), len(s.survival)-1))
}

// predict returns the mean and standard deviation of the next log gap: the
// customer's own mean shrunk to the segment's, its variance likewise, and the
// uncertainty of the mean added.
func (s *Segment) predict(c Cycle, weight float64) (mean, sd float64) {
	n := float64(c.Gaps())
	mean = (n*c.mean + s.kappa*s.mean) / (n + s.kappa)
	variance := (weight*s.within + float64(c.m2)) / (weight + n - 1)
	variance = max(variance, minVariance)
	return mean, math.Sqrt(variance * (1 + 1/(n+s.kappa)))
}
