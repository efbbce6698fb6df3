package rfm

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Scale scores customers by cut points fitted once. It can be stored as JSON,
// and scores a newcomer by the same rule as the population it was fitted on.
// Immutable; safe for concurrent use.
//
// Inside, every value is a whole number that is the better the greater
// (days in complement, money in minor units, a mean in half units), and a score is 1 plus the number of cuts strictly below the value.
type Scale struct {
	cfg      ScaleConfig // defaults spelled out
	currency string
	decimals int
	dims     [3]scaleDim
}

type scaleDim struct {
	bins   int
	fixed  bool    // by Breaks
	flip   int64   // 0, or −1 where less is better: v ^ flip turns the order round
	cuts   []int64 // bins−1 for each group, groups one after another
	groups int     // 1, or with Nested the cells of the dimensions before
	mean   float64 // of the population, as natural numbers
	sd     float64 // of the population (divided by n); NaN if nothing was fitted
}

// flipOf is 0 where more is better and −1 where less is. A value v is kept inside
// as v ^ flip: v itself, or its complement −v−1, which turns the order round and,
// unlike −v, exists for every v.
func flipOf(d Dimension, reverse bool) int64 {
	if (d == Recency) != reverse {
		return -1
	}
	return 0
}

// NewScale makes a scale from fixed breaks alone, without a population: every
// dimension needs Breaks.
func NewScale(cfg ScaleConfig, currency string, decimals int) (*Scale, error) {
	if cfg.Method == "" {
		cfg.Method = Fixed
	}
	s, err := newScale(cfg, currency, decimals)
	if err != nil {
		return nil, fmt.Errorf("rfm: scale: %w", err)
	}
	if s.cfg.Method != Fixed {
		return nil, fmt.Errorf("rfm: scale: %w", &guanxi.FieldError{Pointer: "/method", Err: fmt.Errorf("%w: %q is fitted to a population", ErrOption, cfg.Method)})
	}
	return s, nil
}

func newScale(cfg ScaleConfig, currency string, decimals int) (*Scale, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if decimals < 0 || decimals > minor.MaxScale {
		return nil, guanxi.At("/decimals", fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, decimals, minor.MaxScale))
	}
	if !utf8.ValidString(currency) {
		return nil, guanxi.At("/currency", fmt.Errorf("%w: %q is no text", ErrOption, currency))
	}
	s := &Scale{cfg: cfg.withDefaults(), currency: currency, decimals: decimals}
	cells := 1
	for i, c := range s.cfg.dimensions() {
		c.Breaks = slices.Clone(c.Breaks)
		d := scaleDim{bins: orDefault(c.Bins, s.cfg.Bins), flip: flipOf(Dimension(i), c.Reverse), groups: 1, sd: math.NaN()}
		if len(c.Breaks) > 0 {
			cuts, err := fixedCuts(Dimension(i), *c, decimals, s.cfg.Money)
			if err != nil {
				return nil, err
			}
			d.cuts, d.bins, d.fixed = cuts, len(cuts)+1, true
		}
		if s.cfg.Nested {
			d.groups = cells
		}
		cells *= d.bins
		s.dims[i] = d
	}
	return s, nil
}

// Config returns what the scale was made from, defaults spelled out.
func (s *Scale) Config() ScaleConfig {
	c := s.cfg
	for _, d := range c.dimensions() {
		d.Breaks = slices.Clone(d.Breaks)
	}
	return c
}

// Bins returns the number of scores on each dimension.
func (s *Scale) Bins() Bins {
	return Bins{R: s.dims[0].bins, F: s.dims[1].bins, M: s.dims[2].bins}
}

// Currency returns the currency and its decimal places: amounts of another one
// must not be scored here.
func (s *Scale) Currency() (string, int) { return s.currency, s.decimals }

// Score scores one customer: on each dimension 1 plus the number of cut points
// that their value is strictly better than. Who never bought has the zero Score.
// With MoneyMargin, Values.Monetary is the total margin.
// Cost: a comparison a cut; no allocation.
func (s *Scale) Score(v Values) Score {
	if v.Prospect {
		return Score{}
	}
	r := s.dims[0].score(int64(v.Recency)^s.dims[0].flip, 0)
	f := s.dims[1].score(v.Frequency^s.dims[1].flip, r)
	m := s.dims[2].score(s.money(v)^s.dims[2].flip, r*s.dims[1].bins+f)
	return Score{R: uint8(r + 1), F: uint8(f + 1), M: uint8(m + 1)}
}

// score returns the 0-based bin of a value inside a group.
func (d *scaleDim) score(value int64, group int) int {
	cuts := d.cuts
	if d.groups > 1 {
		n := d.bins - 1
		cuts = cuts[group*n : group*n+n]
	}
	bin := 0
	for _, c := range cuts {
		above := 0 // so written, it is no branch
		if c < value {
			above = 1
		}
		bin += above
	}
	return bin
}

// money is the monetary value in the scale's unit.
func (s *Scale) money(v Values) int64 {
	if s.cfg.Money != MoneyMean {
		return v.Monetary
	}
	return halfMean(v.Monetary, v.Frequency)
}

// halfMean returns sum/n in half units: twice the mean if it is whole, else the
// odd number between its neighbours, so that comparing it with twice an amount
// compares the mean with the amount exactly. Without purchases it is 0.
func halfMean(sum, n int64) int64 {
	if n <= 0 {
		return 0
	}
	q := civil.FloorDiv(sum, n)
	switch { // beyond any break that can be set
	case q > math.MaxInt64/2:
		return math.MaxInt64
	case q < math.MinInt64/2:
		return math.MinInt64
	}
	if q*n == sum {
		return 2 * q
	}
	return 2*q + 1
}

// Thresholds are a dimension's cut points in natural units, worst first: days,
// purchases, or money. A value's score is 1 plus the number of cut points it is
// strictly better than. A mean that is not a whole minor unit counts as the half
// between its neighbours, so a cut may have one decimal place more than the currency.
type Thresholds []decimal.Decimal

// Cuts returns the cut points of a dimension. With Nested there is one list
// for every cell of the dimensions before, in the order 11, 12, …; else one list.
func (s *Scale) Cuts(dim Dimension) []Thresholds {
	d := &s.dims[dim]
	out := make([]Thresholds, d.groups)
	for g := range out {
		for _, c := range d.cuts[g*(d.bins-1) : (g+1)*(d.bins-1)] {
			out[g] = append(out[g], s.natural(dim, c))
		}
	}
	return out
}

// natural turns an inside value into days, purchases or money.
func (s *Scale) natural(dim Dimension, v int64) decimal.Decimal {
	v ^= s.dims[dim].flip
	switch {
	case dim != Monetary:
		return decimal.NewFromInt(v)
	case s.cfg.Money == MoneyMean:
		if v%2 == 0 {
			return minor.To(v/2, s.decimals)
		}
		return decimal.NewFromInt(v).Mul(decimal.New(5, int32(-s.decimals-1)))
	default:
		return minor.To(v, s.decimals)
	}
}

// inside is the inverse of natural.
func (s *Scale) inside(dim Dimension, d decimal.Decimal) (int64, error) {
	scale, mean := 0, dim == Monetary && s.cfg.Money == MoneyMean
	if dim == Monetary {
		scale = s.decimals
	}
	if mean {
		d = d.Add(d)
	}
	v, err := minor.From(d, scale)
	if err == nil && v == math.MinInt64 {
		err = minor.ErrRange
	}
	if err != nil {
		return 0, moneyFault("", err)
	}
	return v ^ s.dims[dim].flip, nil
}

// Weighted returns the weighted mean of the three scores, from 1 to the number
// of bins; false for who never bought.
func (s *Scale) Weighted(score Score) (float64, bool) {
	if score.Prospect() {
		return 0, false
	}
	var sum, weights float64
	for i, c := range s.cfg.dimensions() {
		sum += c.Weight * float64(score.Of(Dimension(i)))
		weights += c.Weight
	}
	return sum / weights, true
}

// Z returns the weighted mean of the standardised values (value − mean)/sd of
// the population the scale was fitted on, with the sign turned so that greater is
// better. A dimension without spread contributes 0. False for who never bought,
// and for a scale that was made without a population.
func (s *Scale) Z(v Values) (float64, bool) {
	if v.Prospect || math.IsNaN(s.dims[0].sd) {
		return 0, false
	}
	natural := [3]float64{float64(v.Recency), float64(v.Frequency), float64(s.money(v))}
	var sum, weights float64
	for i, c := range s.cfg.dimensions() {
		d := &s.dims[i]
		weights += c.Weight
		if d.sd > 0 {
			sum += c.Weight * float64(1|d.flip) * (natural[i] - d.mean) / d.sd
		}
	}
	return sum / weights, true
}
