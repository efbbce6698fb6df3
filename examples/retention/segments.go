package main

import (
	"time"

	"github.com/guanxi-go/guanxi/churn"
)

// learnSegments learns from what was known before an instant how the customers of
// each channel buy; a channel with too few of them is taken as the whole shop.
func (s *shop) learnSegments(cut time.Time) ([]*churn.Segment, error) {
	gaps, curves := make([]churn.Gaps, len(channels)), make([]churn.Curve, len(channels))
	for _, c := range s.customers {
		if !c.orders[0].at.Before(cut) {
			continue
		}
		var cycle churn.Cycle
		came := false
		for _, o := range c.orders {
			if !o.at.Before(cut) {
				break
			}
			next, days, err := s.watch.rhythm.Step(cycle, o.at)
			if err != nil {
				return nil, err
			}
			if cycle = next; days > 0 && !came {
				came = true
				if err := curves[c.channel].Add(int(days), true); err != nil {
					return nil, err
				}
			}
		}
		if !came {
			days, err := s.watch.rhythm.Counted(c.orders[0].at, cut)
			if err != nil {
				return nil, err
			}
			if err := curves[c.channel].Add(int(days), false); err != nil {
				return nil, err
			}
		}
		gaps[c.channel].Add(cycle)
	}
	var allGaps churn.Gaps
	var allCurves churn.Curve
	for i := range channels {
		allGaps.Merge(&gaps[i])
		allCurves.Merge(&curves[i])
	}
	whole, err := churn.NewSegment(&allGaps, &allCurves, nil, churn.SegmentConfig{})
	if err != nil {
		return nil, err
	}
	out := make([]*churn.Segment, len(channels))
	for i := range channels {
		if out[i], err = churn.NewSegment(&gaps[i], &curves[i], whole, churn.SegmentConfig{}); err != nil {
			return nil, err
		}
	}
	return out, nil
}
