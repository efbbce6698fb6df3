package main

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
	"github.com/guanxi-go/guanxi/nps/voice"
)

// listen finds what the reasons speak of, in both languages at once, and what
// of it goes with the score. Answers without a reason count too: they are what
// the themes are compared with.
func listen(s *survey, o options) (voice.Report, error) {
	taxonomy := voice.Retail(guanxi.ZH).Plus(voice.Retail(guanxi.EN))
	lexicon, err := voice.New(taxonomy)
	if err != nil {
		return voice.Report{}, err
	}
	impact, err := voice.NewImpact(voice.ImpactConfig{Kind: nps.NPS, Themes: taxonomy.Themes})
	if err != nil {
		return voice.Report{}, err
	}
	var matches []voice.Match
	for _, r := range s.rows {
		if !r.answered {
			continue
		}
		matches = lexicon.Append(matches[:0], r.reason)
		if err := impact.AddMatches(r.score, matches); err != nil {
			return voice.Report{}, err
		}
	}
	return impact.Report(voice.ReportConfig{Confidence: o.confidence, MinAnswers: o.minimum})
}
