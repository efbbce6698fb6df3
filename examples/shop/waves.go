package main

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/nps"
)

// waves is what the buyers answered.
type waves struct {
	answers []answer
	lastOf  []int // by buyer: place of the last answer + 1; 0 is none
	report  *wholeNPS
}

// last is the last answer of a buyer.
func (w *waves) last(i int) (answer, bool) {
	if w == nil || w.lastOf[i] == 0 {
		return answer{}, false
	}
	return w.answers[w.lastOf[i]-1], true
}

// findWaves counts the answers. It returns nil where there are none.
func findWaves(b *book, o options) (*waves, error) {
	answers, err := findAnswers(b, o)
	if err != nil || len(answers) == 0 {
		return nil, err
	}
	w := &waves{answers: answers, lastOf: make([]int, len(b.buyers)), report: &wholeNPS{Source: o.source().In(o.lang), Segments: []wholeNPSSegment{}}}
	var whole nps.Tally
	list := make([]nps.Answer[int], len(answers))
	for i, a := range answers {
		list[i] = nps.Answer[int]{At: time.UnixMicro(a.at).UTC(), Score: a.score}
		if a.buyer < 0 {
			w.report.Unknown++
			if err := whole.Add(a.score); err != nil {
				return nil, err
			}
			continue
		}
		list[i].Customer = a.buyer + 1
		if j := w.lastOf[a.buyer]; j == 0 || answers[j-1].at <= a.at {
			w.lastOf[a.buyer] = i + 1
		}
	}
	if err := w.bySegment(b, &whole); err != nil {
		return nil, err
	}
	e, err := whole.Estimate("", confidence)
	if err != nil {
		return nil, err
	}
	r := w.report
	r.Answers, r.Score, r.Low, r.High = e.Answers, e.Score, e.Low, e.High
	rows, err := nps.Trend(list, b.asOf, nps.TrendConfig{Period: nps.Quarter, Location: o.loc, Repeat: nps.LatestAnswer})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		r.Waves = append(r.Waves, wave(row, o))
	}
	return w, nil
}

// bySegment compares the segments by the last answers of their customers, and adds
// those to the whole.
func (w *waves) bySegment(b *book, whole *nps.Tally) error {
	segments := b.scored.Segments()
	groups := make([]nps.Group, segments.Len())
	place := map[string]int{}
	for i := range groups {
		groups[i].Name = segments.At(i).ID
		place[groups[i].Name] = i
	}
	for i := range b.buyers {
		a, ok := w.last(i)
		if !ok {
			continue
		}
		if err := groups[place[b.scoreOf(i).Segment]].Tally.Add(a.score); err != nil {
			return err
		}
		if err := whole.Add(a.score); err != nil {
			return err
		}
	}
	c, err := nps.Compare(groups, nps.CompareConfig{})
	if err != nil {
		return err
	}
	for _, s := range c.Ranked {
		w.report.Segments = append(w.report.Segments, wholeNPSSegment{
			wholeName{s.Name, b.names[s.Name]}, s.Answers, s.Score, wholeInterval{s.Low, s.High},
		})
	}
	return nil
}

func wave(row nps.TrendRow, o options) wholeWave {
	from := row.From.In(o.loc)
	classes := row.Tally.Classes()
	v := wholeWave{
		From: dateText(from, o.loc), To: dateText(row.To, o.loc), Name: fmt.Sprintf("%d Q%d", from.Year(), (from.Month()+2)/3),
		Answers: row.Tally.Answers(), Promoters: classes.Promoters, Passives: classes.Passives, Detractors: classes.Detractors, Enough: row.Enough,
	}
	if e := row.Estimate; e != nil {
		v.Score, v.Low, v.High = &e.Score, &e.Low, &e.High
	}
	if c := row.Change; c != nil {
		v.Change, v.ChangeLow, v.ChangeHigh = &c.Delta, &c.Low, &c.High
	}
	return v
}
