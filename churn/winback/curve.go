package winback

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/internal/strict"
)

// Scored is one customer of a trial with the score by which they would be chosen:
// a predicted uplift, a risk of leaving, a value; the greatest is chosen first.
type Scored struct {
	Score    float64
	Arm      Arm
	Returned bool
}

// Curve says how well a score finds those whom a contact brings back. It holds
// exact counts by descending score; customers with one score are one step, so
// that their order does not matter. Immutable; safe for concurrent use.
type Curve struct {
	steps []step // cumulative; the first is nobody
}

// step is what the customers with this score or a greater one come to.
type step struct {
	treated, held   float64 // customers
	treatedR, heldR float64 // those of them who returned
}

func (s step) n() float64 { return s.treated + s.held }

// NewCurve sorts the customers of a trial. Errors: ErrValue at /i/score and
// ErrArm at /i/arm, the first 1,000 at once; ErrEmpty without a treated or
// without a held customer. Cost: O(n log n).
func NewCurve(rows []Scored) (*Curve, error) {
	var errs []error
	order := make([]int, len(rows))
	for i, r := range rows {
		order[i] = i
		if len(errs) >= maxFaults {
			break
		}
		if math.IsNaN(r.Score) || math.IsInf(r.Score, 0) {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrValue, r.Score), i, "score"))
		}
		if r.Arm != Treated && r.Arm != Held {
			errs = append(errs, at(fmt.Errorf("%w: %.32q", ErrArm, r.Arm), i, "arm"))
		}
	}
	if len(errs) > 0 {
		return nil, wrap(strict.Join(errs...))
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(rows[b].Score, rows[a].Score) })
	c := &Curve{steps: []step{{}}}
	for k, i := range order {
		if k == 0 || rows[i].Score != rows[order[k-1]].Score {
			c.steps = append(c.steps, c.steps[len(c.steps)-1])
		}
		s := &c.steps[len(c.steps)-1]
		hit := 0.0
		if rows[i].Returned {
			hit = 1
		}
		if rows[i].Arm == Treated {
			s.treated++
			s.treatedR += hit
		} else {
			s.held++
			s.heldR += hit
		}
	}
	if last := c.last(); last.treated == 0 || last.held == 0 {
		return nil, wrap(fmt.Errorf("%w: %v treated, %v held", ErrEmpty, last.treated, last.held))
	}
	return c, nil
}

func (c *Curve) last() step { return c.steps[len(c.steps)-1] }

// gain is the returns a contact of these customers added, per treated customer
// of the trial: (Rt − Rh·Nt/Nh) / N. Without held ones among them nothing is
// taken off.
func (s step) gain(all step) float64 {
	g := s.treatedR
	if s.held > 0 {
		g -= s.heldR * s.treated / s.held
	}
	return g / all.treated
}

// joint is the uplift among these customers times their part of all:
// (Rt/Nt − Rh/Nh) · x; 0 where an arm is empty.
func (s step) joint(all step) float64 {
	if s.treated == 0 || s.held == 0 {
		return 0
	}
	return (s.treatedR/s.treated - s.heldR/s.held) * s.n() / all.n()
}

// Point is one step of a curve.
type Point struct {
	Part float64 `json:"part"` // of all customers, those with the greatest scores
	Gain float64 `json:"gain"` // extra returns if these were contacted, per treated customer of the trial
}

// Points returns the Qini curve, from (0, 0) to the uplift of everybody.
func (c *Curve) Points() []Point {
	all := c.last()
	out := make([]Point, len(c.steps))
	for i, s := range c.steps {
		out[i] = Point{s.n() / all.n(), s.gain(all)}
	}
	return out
}

// Qini returns the Qini coefficient: the area between the Qini curve and the
// straight line to its end, which is what contacting customers at random gives.
// With Nt and Nh treated and held customers among the part x with the greatest
// scores, Rt and Rh of them returned, and N treated customers in all, the curve
// is
//
//	Q(x) = (Rt − Rh·Nt/Nh) / N
//
// and the area is that of trapezoids over x in [0, 1]. Above 0 the score is
// better than chance. It is not divided by the area of a perfect score, as
// scikit-uplift's qini_auc_score is: that one depends on a best case nobody
// observes. Radcliffe (2007), Direct Marketing Analytics Journal 1:14–21.
func (c *Curve) Qini() float64 {
	return c.area(step.gain) - c.last().gain(c.last())/2
}

// AUUC returns the area under the uplift curve u(x) = (Rt/Nt − Rh/Nh)·x, by
// trapezoids over x in [0, 1], with the letters as in Qini. That of a score without
// use is half of the uplift of everybody. Gutierrez & Gérardy (2017), PMLR 67:1–13.
func (c *Curve) AUUC() float64 { return c.area(step.joint) }

func (c *Curve) area(height func(s, all step) float64) float64 {
	all := c.last()
	sum := 0.0
	for i := 1; i < len(c.steps); i++ {
		a, b := c.steps[i-1], c.steps[i]
		sum += (b.n() - a.n()) / all.n() * (height(a, all) + height(b, all)) / 2
	}
	return sum
}

// At returns uplift@k: the uplift of returns among the part of the customers, in
// (0, 1], with the greatest scores, with Newcombe's interval. Where the part ends
// within equal scores, that part of each of their counts is taken, which is what
// drawing among them gives on average. ok is false where an arm has nobody
// there. A confidence of 0 is DefaultConfidence. Errors: ErrOption at /part,
// ErrConfidence.
func (c *Curve) At(part, confidence float64) (u RateUplift, ok bool, err error) {
	_, z, err := level(confidence)
	if !(part > 0 && part <= 1) {
		err = strict.Join(at(fmt.Errorf("%w: %v is not in (0, 1]", ErrOption, part), "part"), err)
	}
	if err != nil {
		return RateUplift{}, false, wrap(err)
	}
	want := part * c.last().n()
	i := 1
	for i < len(c.steps)-1 && c.steps[i].n() < want {
		i++
	}
	a, b := c.steps[i-1], c.steps[i]
	f := min(1, (want-a.n())/(b.n()-a.n()))
	mix := func(x, y float64) float64 { return x + f*(y-x) }
	s := step{mix(a.treated, b.treated), mix(a.held, b.held), mix(a.treatedR, b.treatedR), mix(a.heldR, b.heldR)}
	if s.treated <= 0 || s.held <= 0 {
		return RateUplift{}, false, nil
	}
	return rateUplift(s.treatedR, s.treated, s.heldR, s.held, z), true, nil
}
