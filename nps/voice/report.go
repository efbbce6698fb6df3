package voice

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/nps"
)

// ReportConfig says how sure a report is to be. As JSON it is read strictly.
type ReportConfig struct {
	Confidence float64        `json:"confidence,omitempty"` // of the intervals; 0 is nps.DefaultConfidence
	Adjust     nps.Adjustment `json:"adjust,omitempty"`     // of p over all themes with an effect; "" is nps.Holm
	// MinAnswers is how many answers must speak of a theme, and how many must
	// not, before it has an effect; 0 is nps.DefaultMinAnswers.
	MinAnswers int64 `json:"min_answers,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c ReportConfig) Validate() error {
	return nps.CompareConfig{Confidence: c.Confidence, Adjust: c.Adjust, MinAnswers: c.MinAnswers}.Validate()
}

// UnmarshalJSON reads strictly: every unknown field and wrong type, or every
// fault of Validate, is reported with its JSON pointer, and c is left alone.
func (c *ReportConfig) UnmarshalJSON(data []byte) error {
	type plain ReportConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, ReportConfig(p), err)
}

// Report says what is spoken of, and what of it goes with the score. A value
// that its maker does not keep.
type Report struct {
	Answers    int64         `json:"answers"`
	Overall    *nps.Estimate `json:"overall,omitempty"` // nil: no answers
	Confidence float64       `json:"confidence"`
	// Themes begin with what pulls the score down most: those with an effect, by
	// their impact, equal ones and all others in the order of the taxonomy.
	Themes []ThemeReport `json:"themes"`
}

// ThemeReport is one theme. What nobody can know is nil.
type ThemeReport struct {
	Theme   string        `json:"theme"`
	Name    guanxi.Text   `json:"name"`
	Parent  string        `json:"parent,omitempty"`
	Answers int64         `json:"answers"`           // that speak of it
	Share   float64       `json:"share"`             // of all answers, 0 if there are none
	With    *nps.Estimate `json:"with,omitempty"`    // the score of these; nil: there are none
	Without *nps.Estimate `json:"without,omitempty"` // the score of all others
	Effect  *Effect       `json:"effect,omitempty"`  // nil: not enough answers with or without it
}

// Label returns the name of the theme in lang, or its id if it has none.
func (t ThemeReport) Label(lang guanxi.Lang) string {
	return Theme{ID: t.Theme, Name: t.Name}.Label(lang)
}

// Effect is what a theme does to the overall score. It says what goes together,
// not what causes what: who speaks of delivery may have had a bad one.
type Effect struct {
	// Impact is the overall score less the score without the theme: −0.03 is
	// three points that the score would be higher without these answers. It
	// equals the share of the theme times the difference between the score with
	// it and the score without it.
	Impact float64 `json:"impact"`
	// Interval is that of Impact, the share as uncertain as the scores: the
	// extremes of share × difference over all pairs that lie no further from the
	// estimates, together, than their own limits do (Wilson's for the share,
	// nps.Diff's for the difference). It leaves out 0 exactly when the interval
	// of the difference does. Not adjusted. Zou & Donner (2008), Statistics in
	// Medicine 27:1693–1702, recover variances from the limits of two independent
	// estimates for the limits of their difference; here the same is done for a
	// product, by its extremes on the ellipse that those limits span.
	nps.Interval
	P        float64 `json:"p"`        // of a difference so great if the theme made none; from nps.Diff
	Adjusted float64 `json:"adjusted"` // P for the number of themes with an effect
}

// Report computes the report. Errors are those of c. The result does not depend
// on the order in which answers came.
func (a *Impact) Report(c ReportConfig) (Report, error) {
	if err := c.Validate(); err != nil {
		return Report{}, fmt.Errorf("voice: %w", err)
	}
	c.Confidence = cmp.Or(c.Confidence, nps.DefaultConfidence)
	c.MinAnswers = cmp.Or(c.MinAnswers, nps.DefaultMinAnswers)
	r := Report{Answers: a.all.Answers(), Confidence: c.Confidence, Themes: make([]ThemeReport, len(a.themes))}
	var err error
	if r.Overall, err = estimate(a.all, c.Confidence); err != nil {
		return Report{}, err
	}
	var p []float64
	for i, theme := range a.themes {
		t := &r.Themes[i]
		*t = ThemeReport{Theme: theme.ID, Name: theme.Name, Parent: theme.Parent, Answers: a.with[i].Answers()}
		if r.Answers > 0 {
			t.Share = float64(t.Answers) / float64(r.Answers)
		}
		if err := t.compare(a.all, a.with[i], c); err != nil {
			return Report{}, err
		}
		if t.Effect != nil {
			p = append(p, t.Effect.P)
		}
	}
	if p, err = nps.AppendAdjusted(p[:0], p, c.Adjust); err != nil {
		return Report{}, fmt.Errorf("voice: %w", err)
	}
	for i := range r.Themes {
		if e := r.Themes[i].Effect; e != nil {
			e.Adjusted, p = p[0], p[1:]
		}
	}
	slices.SortStableFunc(r.Themes, worstFirst)
	return r, nil
}

func worstFirst(s, t ThemeReport) int {
	switch {
	case s.Effect != nil && t.Effect != nil:
		return cmp.Compare(s.Effect.Impact, t.Effect.Impact)
	case s.Effect != nil:
		return -1
	case t.Effect != nil:
		return 1
	}
	return 0
}

// estimate is nil where there are no answers.
func estimate(t nps.Tally, confidence float64) (*nps.Estimate, error) {
	e, err := t.Estimate("", confidence)
	if errors.Is(err, nps.ErrNoAnswers) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	return &e, nil
}

// compare fills in the scores with and without the theme, and the effect.
func (t *ThemeReport) compare(all, with nps.Tally, c ReportConfig) (err error) {
	without := all
	if err = without.Sub(with); err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	if t.With, err = estimate(with, c.Confidence); err != nil {
		return err
	}
	if t.Without, err = estimate(without, c.Confidence); err != nil {
		return err
	}
	if t.With == nil || t.Without == nil || min(with.Answers(), without.Answers()) < c.MinAnswers {
		return nil
	}
	d, err := nps.Diff(without, with, c.Confidence)
	if err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	share := nps.Share{Hits: with.Answers(), Of: all.Answers()}
	limits, err := share.Interval(nps.Wilson, c.Confidence)
	if err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	overall, _ := all.Score()
	impact := overall - t.Without.Score
	i := product(t.Share, limits, d.Delta, d.Interval)
	t.Effect = &Effect{Impact: impact, Interval: nps.Interval{Low: min(i.Low, impact), High: max(i.High, impact)}, P: d.P}
	return nil
}
