package main

import (
	"cmp"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/churn"
)

// perUnit is what a minor unit is of the currency.
func perUnit(b *book) float64 { return math.Pow10(-b.pop.Config().Decimals) }

// churnReport is the report on those who are leaving.
func churnReport(b *book, v *views, s *stages, o options) *wholeChurn {
	r := &wholeChurn{AtRisk: []wholeAtRisk{}, Reasons: []wholeRiskCause{}}
	for _, band := range v.scorer.Bands() {
		r.Bands = append(r.Bands, wholeRiskBand{wholeName: wholeName{band.ID, band.Label(o.lang)}, From: band.From})
	}
	causes := make([]int, v.scorer.NumSignals())
	for i := range v.of {
		of := &v.of[i]
		if of.gone {
			r.Left++
			continue
		}
		r.Present++
		r.Bands[of.Band].Customers++
		r.Stake += of.stake
		if of.Overdue > 0 {
			r.Overdue++
		}
		for _, why := range of.reasons {
			if why.LogOdds > 0 {
				causes[why.Signal]++
			}
		}
	}
	for i, n := range causes {
		if n > 0 {
			signal := v.scorer.Signal(i)
			r.Reasons = append(r.Reasons, wholeRiskCause{wholeName{signal.ID, signal.Label(o.lang)}, n})
		}
	}
	slices.SortStableFunc(r.Reasons, func(x, y wholeRiskCause) int { return cmp.Compare(y.Customers, x.Customers) })
	watched := func(i int) float64 {
		if v.watched(i) {
			return v.stakeOf(i)
		}
		return 0
	}
	for _, i := range topBy(len(v.of), o.top, watched) {
		if watched(i) > 0 {
			r.AtRisk = append(r.AtRisk, v.atRisk(b, s, i, o))
		}
	}
	return r
}

// watchBand is the band from which on a customer is to be watched.
const watchBand = "watch"

// watched reports whether something speaks for it that a buyer may leave: a risk that is
// not the lowest, and a reason for it. Of who buys much and is well there is as much at
// stake, and nothing to do.
func (v *views) watched(i int) bool {
	of := &v.of[i]
	from := slices.IndexFunc(v.scorer.Bands(), func(b churn.Band) bool { return b.ID == watchBand })
	return int(of.Band) >= from && slices.ContainsFunc(of.reasons, func(why churn.Reason) bool { return why.LogOdds > 0 })
}

// stakeOf is what may be lost with a buyer who has not left.
func (v *views) stakeOf(i int) float64 {
	if v.of[i].gone {
		return 0
	}
	return v.of[i].stake
}

func (v *views) atRisk(b *book, s *stages, i int, o options) wholeAtRisk {
	of := &v.of[i]
	w := wholeAtRisk{
		Customer: b.buyer(i).id, Segment: b.segmentName(i), Stage: s.name(i, o),
		Risk: of.Risk, LogOdds: of.LogOdds, Base: v.scorer.Bias(), Rest: of.Rest, Reasons: []wholeReason{},
		Silent: of.Silent, Expected: of.Standing.Expected, Overdue: of.Overdue, Stake: of.stake,
	}
	for _, why := range of.reasons {
		signal := v.scorer.Signal(int(why.Signal))
		w.Reasons = append(w.Reasons, wholeReason{wholeName{signal.ID, signal.Label(o.lang)}, why.LogOdds})
	}
	return w
}

// name is what people call the stage of a buyer.
func (s *stages) name(i int, o options) string { return s.model.StageLabel(s.of[i], o.lang) }
