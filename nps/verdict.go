package nps

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Verdict is what may be said about a target.
type Verdict string

// The verdicts.
const (
	Met       Verdict = "met"       // the whole interval is at or above the target
	Missed    Verdict = "missed"    // the whole interval is below the target
	Undecided Verdict = "undecided" // the interval holds values on both sides of the target
	TooFew    Verdict = "too_few"   // fewer answers than KPI.MinAnswers; of a lift, before or after
)

// Label returns the name of v that is shown to people.
func (v Verdict) Label(lang guanxi.Lang) string {
	switch v {
	case Met:
		return guanxi.Text{EN: "Met", ZH: "达成"}.In(lang)
	case Missed:
		return guanxi.Text{EN: "Missed", ZH: "未达成"}.In(lang)
	case Undecided:
		return guanxi.Text{EN: "Undecided", ZH: "尚无定论"}.In(lang)
	case TooFew:
		return guanxi.Text{EN: "Too few answers", ZH: "样本不足"}.In(lang)
	}
	return string(v)
}

// KPI is a target for a score, or for its lift between two periods. The zero
// value asks for a score of 0 or above.
type KPI struct {
	Target     float64 `json:"target"`                // on the scale of the score: 0.3 is NPS 30
	Confidence float64 `json:"confidence,omitempty"`  // 0 is DefaultConfidence
	MinAnswers int64   `json:"min_answers,omitempty"` // below it nothing is decided; 0 is DefaultMinAnswers
}

// Validate returns every fault of k, each a *guanxi.FieldError.
func (k KPI) Validate() error {
	_, err := deviate(orDefault(k.Confidence, DefaultConfidence))
	if !(k.Target >= -2 && k.Target <= 2) {
		err = errors.Join(err, at(fmt.Errorf("%w: %v is no score and no lift", ErrOption, k.Target), "target"))
	}
	return errors.Join(err, checkCount("min_answers", k.MinAnswers))
}

// Judgement is a verdict with its grounds. An immutable value.
type Judgement struct {
	Verdict Verdict `json:"verdict"`
	Target  float64 `json:"target"`
	Answers int64   `json:"answers"` // of a lift: those after
	// Value is the score or the lift, and Interval its interval. Known is false
	// when there are no answers to take it of; both are then zero.
	Value float64 `json:"value"`
	Known bool    `json:"known"`
	Interval
	// Needed is how many more answers would decide, if they are distributed like
	// those that came; 0 once it is decided. Reachable is false when no number
	// would: the value is the target itself, or the answers before a lift are too
	// few. Without answers Needed is those to MinAnswers.
	Needed    int64 `json:"needed"`
	Reachable bool  `json:"reachable"`
	// NeededBefore is how many answers before a lift are missing to MinAnswers;
	// until they are there, nothing is decided and Needed is not known.
	NeededBefore int64 `json:"needed_before,omitempty"`
}

// maxNeeded is the most answers that are looked ahead.
const maxNeeded = 1e12

// Judge compares the score of t with the target. Errors: those of Validate.
func (k KPI) Judge(t Tally) (Judgement, error) {
	if err := k.Validate(); err != nil {
		return Judgement{}, err
	}
	z, _ := deviate(orDefault(k.Confidence, DefaultConfidence))
	s := t.sample()
	return k.judge(t.Answers(), s.score, func(n float64) Interval {
		s.n = n
		return s.limits(z)
	}), nil
}

// JudgeLift compares the change of score from before to after with the target.
// Errors: those of Validate, and ErrMismatch.
func (k KPI) JudgeLift(before, after Tally) (Judgement, error) {
	if err := k.Validate(); err != nil {
		return Judgement{}, err
	}
	if err := before.same(&after); err != nil {
		return Judgement{}, err
	}
	z, _ := deviate(orDefault(k.Confidence, DefaultConfidence))
	b, a := before.sample(), after.sample()
	least := max(1, orDefault(k.MinAnswers, DefaultMinAnswers))
	if n := before.Answers(); n < least {
		j := Judgement{Verdict: TooFew, Target: k.Target, Answers: after.Answers(), NeededBefore: least - n}
		if n > 0 && j.Answers > 0 {
			j.Known, j.Value = true, a.score-b.score
			j.Interval = mover(a, b, a.limits(z), b.limits(z))
		}
		return j, nil // no answer of now mends those of then
	}
	limits := b.limits(z)
	return k.judge(after.Answers(), a.score-b.score, func(n float64) Interval {
		a.n = n
		return mover(a, b, a.limits(z), limits)
	}), nil
}

// judge decides from n answers with an interval that depends on their number.
func (k KPI) judge(n int64, value float64, interval func(n float64) Interval) Judgement {
	least := max(1, orDefault(k.MinAnswers, DefaultMinAnswers))
	j := Judgement{Verdict: Undecided, Target: k.Target, Answers: n}
	if n < least {
		j.Verdict = TooFew
	}
	if n == 0 {
		j.Needed, j.Reachable = least, true
		return j
	}
	j.Known, j.Value, j.Interval = true, value, interval(float64(n))
	decides := func(n float64) bool {
		i := interval(n)
		return i.Low >= k.Target || i.High < k.Target
	}
	if n >= least && decides(float64(n)) {
		j.Verdict, j.Reachable = Missed, true
		if j.Low >= k.Target {
			j.Verdict = Met
		}
		return j
	}
	from := max(n, least)
	if from >= maxNeeded || value == k.Target || !decides(maxNeeded) {
		return j
	}
	// The interval narrows with every answer: look for the first that decides.
	lo, hi := from-1, int64(maxNeeded) // undecided, decided
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; decides(float64(mid)) {
			hi = mid
		} else {
			lo = mid
		}
	}
	j.Needed, j.Reachable = hi-n, true
	return j
}
