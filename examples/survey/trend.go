package main

import (
	"time"

	"github.com/guanxi-go/guanxi/nps"
)

// trend is the score by period, and how many answers do not say when they came.
func trend(s *survey, o options) (rows []nps.TrendRow, timeless int, err error) {
	var answers []nps.Answer[string] // of people not known: all of them count
	var last time.Time
	for _, r := range s.rows {
		switch {
		case !r.answered:
		case r.at.IsZero():
			timeless++
		default:
			answers = append(answers, nps.Answer[string]{At: r.at, Score: r.score})
			if r.at.After(last) {
				last = r.at
			}
		}
	}
	if len(answers) == 0 {
		return nil, timeless, nil
	}
	rows, err = nps.Trend(answers, last.Add(1), nps.TrendConfig{ // exclusive: a nanosecond after the last
		Period: o.period, Location: o.loc, Confidence: o.confidence, MinAnswers: o.minimum,
	})
	return rows, timeless, err
}

// periodName is how people call a period.
func periodName(from time.Time, p nps.Period) string {
	switch p {
	case nps.Year:
		return from.Format("2006")
	case nps.Quarter:
		return from.Format("2006") + " Q" + string(rune('1'+(from.Month()-1)/3))
	case nps.Month:
		return from.Format("2006-01")
	}
	return from.Format(time.DateOnly)
}
