package main

import (
	"cmp"
	"math"
	"slices"
)

// perUnit is what a minor unit is of the currency.
func perUnit(b *book) float64 { return math.Pow10(-b.pop.Config().Decimals) }

// churnReport is the report on those who are leaving.
func churnReport(b *book, v *views, s *stages, o options) *wholeChurn {
	r := &wholeChurn{AtRisk: []wholeAtRisk{}, Reasons: []wholeRiskCause{}}
	for _, band := range v.scorer.Bands() {
		r.Bands = append(r.Bands, wholeRiskBand{wholeName: wholeName{band.ID, band.Label(o.lang)}, From: band.From})
	}
	causes := make([]int, v.scorer.Signals())
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
	for _, i := range topBy(len(v.of), o.top, v.stakeOf) {
		if v.stakeOf(i) > 0 {
			r.AtRisk = append(r.AtRisk, v.atRisk(b, s, i, o))
		}
	}
	return r
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
