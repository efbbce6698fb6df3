package nps

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi/internal/normal"
)

// Mix is the shares of promoters and detractors that are expected; the rest is
// passive. For a share of top boxes leave Detractors at 0.
type Mix struct {
	Promoters  float64 `json:"promoters"`
	Detractors float64 `json:"detractors"`
}

// Mix returns the shares of c; ok is false when there are no answers.
func (c Classes) Mix() (m Mix, ok bool) {
	if c.Answers() <= 0 {
		return Mix{}, false
	}
	s := netSample(c)
	return Mix{s.up, s.down}, true
}

// Score returns promoters less detractors.
func (m Mix) Score() float64 { return m.Promoters - m.Detractors }

func (m Mix) variance() float64 {
	return sample{up: m.Promoters, down: m.Detractors, score: m.Score()}.variance()
}

// Validate returns ErrOption for every share outside 0 to 1, and when they add
// up to more than 1.
func (m Mix) Validate() error {
	var errs []error
	fault := func(field string, v float64) {
		errs = append(errs, at(fmt.Errorf("%w: %v is no share, or more than the rest leaves", ErrOption, v), field))
	}
	if !(m.Promoters >= 0 && m.Promoters <= 1) {
		fault("promoters", m.Promoters)
	}
	if !(m.Detractors >= 0 && m.Detractors <= 1) || m.Promoters+m.Detractors > 1+1e-12 {
		fault("detractors", m.Detractors)
	}
	return errors.Join(errs...)
}

// Plan answers how many answers are needed before anybody is asked. The zero
// value is for 95 % confidence, 80 % power and a population without end. All
// numbers of answers are rounded up.
type Plan struct {
	Confidence float64 `json:"confidence,omitempty"` // 0 is DefaultConfidence
	Power      float64 `json:"power,omitempty"`      // chance to notice a lift that is there; 0 is 0.8
	Population int64   `json:"population,omitempty"` // people who could answer; 0 is without end
}

const defaultPower = 0.8

// Validate returns every fault of p, each a *guanxi.FieldError.
func (p Plan) Validate() error {
	_, _, err := p.deviates()
	if p.Population < 0 {
		err = errors.Join(err, at(fmt.Errorf("%w: %d", ErrCount, p.Population), "population"))
	}
	return err
}

// deviates returns those of the confidence level, two-sided, and of the power.
func (p Plan) deviates() (confidence, power float64, err error) {
	confidence, err = deviate(orDefault(p.Confidence, DefaultConfidence))
	share := orDefault(p.Power, defaultPower)
	if !(share > 0 && share < 1) {
		err = errors.Join(err, at(fmt.Errorf("%w: power %v is not between 0 and 1", ErrOption, share), "power"))
	}
	return confidence, normal.Quantile(share), err
}

// ForMargin returns how many answers make an interval of score ± margin, 0.05
// being five points, if m is what will be answered. With a Population it is
// never more than that. Faults are those of p, of m below /mix, ErrNoSpread at
// /mix where all are in one class, and ErrOption at /margin.
func (p Plan) ForMargin(m Mix, margin float64) (int64, error) {
	n, err := p.forMargin(m, margin)
	if err != nil {
		return 0, err
	}
	return roundUp(n)
}

func (p Plan) forMargin(m Mix, margin float64) (float64, error) {
	z, _, _ := p.deviates()
	err := errors.Join(p.Validate(), m.spread())
	if !(margin > 0 && margin <= 2) {
		err = errors.Join(err, at(fmt.Errorf("%w: %v is not in 0 to 2", ErrOption, margin), "margin"))
	}
	if err != nil {
		return 0, err
	}
	n := z * z * m.variance() / margin / margin
	if p.Population > 0 {
		n /= 1 + (n-1)/float64(p.Population)
	}
	return max(n, 1), nil
}

// ForLift returns how many answers each of two groups needs, so that a change
// of the population from one mix to the other is noticed with the Power of p.
// Faults are those of p, of the mixes below /from and /to, ErrOption at /to when
// the score does not change, and ErrNoSpread at /from when in each mix all are
// in one class. The finite population is not used.
func (p Plan) ForLift(from, to Mix) (int64, error) {
	n, err := p.forLift(from, to)
	if err != nil {
		return 0, err
	}
	return roundUp(n)
}

func (p Plan) forLift(from, to Mix) (float64, error) {
	z, zp, _ := p.deviates()
	if err := errors.Join(p.change(from, to), spread(from, to)); err != nil {
		return 0, err
	}
	lift := to.Score() - from.Score()
	return max(1, (z+zp)*(z+zp)*(from.variance()+to.variance())/lift/lift), nil
}

// ForShareLift is [Plan.ForLift] for a share of top boxes, with the pooled
// variance under the null that the usual test of two shares has, as in R's
// power.prop.test.
func (p Plan) ForShareLift(from, to float64) (int64, error) {
	n, err := p.forShareLift(from, to)
	if err != nil {
		return 0, err
	}
	return roundUp(n)
}

func (p Plan) forShareLift(from, to float64) (float64, error) {
	z, zp, _ := p.deviates()
	if err := p.change(Mix{Promoters: from}, Mix{Promoters: to}); err != nil {
		return 0, err
	}
	mean := (from + to) / 2
	root := z*math.Sqrt(2*mean*(1-mean)) + zp*math.Sqrt(from*(1-from)+to*(1-to))
	return max(1, root*root/(to-from)/(to-from)), nil
}

// change checks a lift.
func (p Plan) change(from, to Mix) error {
	err := errors.Join(p.Validate(), place("/from", from.Validate()), place("/to", to.Validate()))
	if from.Score() == to.Score() {
		err = errors.Join(err, at(fmt.Errorf("%w: the score does not change", ErrOption), "to"))
	}
	return err
}

// PowerOf returns the chance that n answers in each group show a change from one
// mix to the other, in either direction. Faults are those of [Plan.ForLift], and
// ErrCount at /n unless n is above 0.
func (p Plan) PowerOf(from, to Mix, n int64) (float64, error) {
	z, _, _ := p.deviates()
	if err := errors.Join(p.change(from, to), spread(from, to), positive(n)); err != nil {
		return 0, err
	}
	shift := math.Abs(to.Score()-from.Score()) / math.Sqrt((from.variance()+to.variance())/float64(n))
	return normal.Upper(z-shift) + normal.Upper(z+shift), nil
}

// Lift returns the change of score that n answers in each group show with the
// Power of p, if both have about the spread of m. Where it is large, check the
// two mixes you expect with [Plan.PowerOf]. It may exceed what a score can
// change by: then n answers show nothing. Faults are those of p, of m below
// /mix, ErrNoSpread at /mix where all are in one class, and ErrCount at /n
// unless n is above 0.
func (p Plan) Lift(m Mix, n int64) (float64, error) {
	z, zp, _ := p.deviates()
	if err := errors.Join(p.Validate(), m.spread(), positive(n)); err != nil {
		return 0, err
	}
	return max(0, z+zp) * math.Sqrt(2*m.variance()/float64(n)), nil
}

// spread checks, at /mix, a mix that is to be measured with.
func (m Mix) spread() error {
	if err := m.Validate(); err != nil {
		return place("/mix", err)
	}
	if m.variance() == 0 {
		return at(ErrNoSpread, "mix")
	}
	return nil
}

// spread returns ErrNoSpread where neither of two valid mixes has any.
func spread(from, to Mix) error {
	if from.Validate() == nil && to.Validate() == nil && from.variance() == 0 && to.variance() == 0 {
		return at(ErrNoSpread, "from")
	}
	return nil
}

func positive(n int64) error {
	if n <= 0 {
		return at(fmt.Errorf("%w: %d", ErrCount, n), "n")
	}
	return nil
}

// roundUp returns the next whole number; what is whole but for rounding stays.
func roundUp(n float64) (int64, error) {
	n = math.Ceil(n - 1e-9)
	if !(n <= MaxCount) {
		return 0, fmt.Errorf("%w: more than %d answers", ErrCount, int64(MaxCount))
	}
	return int64(n), nil
}
