package nps_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/nps"
)

type weighting struct {
	Rows []struct {
		Code           int
		State, Channel string
		W              float64
	}
	Kish struct {
		SumW float64 `json:"sum_w"`
		NEff float64 `json:"n_eff"`
		Deff float64
	}
	Weighted struct {
		NPS float64
		SE  float64 `json:"se_linearised"`
	}
	Post struct {
		State   []stateTarget `json:"targets_state"`
		NPS, SE float64
	} `json:"post_stratified"`
	Raked struct {
		State   []stateTarget   `json:"targets_state"`
		Channel []channelTarget `json:"targets_channel"`
		NPS, SE float64
		NEff    float64 `json:"n_eff_kish"`
		Cells   []struct {
			State, Channel string
			X              float64
		} `json:"cell_weights"`
		ByState []struct {
			State   string
			NPS, SE float64
		} `json:"by_state"`
	}
	FPC struct {
		Population int64
		NPS, SE    float64
	}
}

type stateTarget struct {
	State string
	Freq  float64
}

type channelTarget struct {
	Channel string
	Freq    float64
}

type planning struct {
	Margin []struct {
		Promoters, Detractors, Margin, Conf float64
		N                                   float64 `json:"n_wald"`
		Up                                  int64   `json:"n_ceiling"`
		FPC                                 float64 `json:"n_fpc_N1000"`
	} `json:"moe"`
	Two []struct {
		A, B         [2]float64
		Alpha, Power float64
		N            float64 `json:"n_per_group"`
		Up           int64   `json:"n_ceiling"`
		At400        float64 `json:"power_at_n400"`
	} `json:"power_two"`
	Shares []struct {
		P1, P2, Alpha, Power float64
		N                    float64 `json:"n_per_group"`
	} `json:"csat_power_prop"`
}

type monitoring struct {
	Periods      []struct{ D, S, P int64 }
	Baseline     int `json:"baseline_periods"`
	Centre       float64
	UnitVariance float64 `json:"unit_variance"`
	Lambda, L    float64
	EWMA         []float64
	Lower        []float64 `json:"ewma_lcl"`
	Upper        []float64 `json:"ewma_ucl"`
	K            float64   `json:"cusum_k"`
	High         []float64 `json:"cusum_hi"`
	Low          []float64 `json:"cusum_lo"`
}

// scoreOf turns the reference's −1, 0, 1 into an NPS score.
func scoreOf(code int) int { return [...]int{0, 8, 10}[code+1] }

func TestReferenceWeights(t *testing.T) {
	eachReference(t, func(t *testing.T, ref reference) {
		w := ref.Weighting
		var sample nps.Sample
		var weighted nps.Weighted
		var tally nps.Tally
		states, channels := []string{}, []string{}
		for _, r := range w.Rows {
			sample.Scores = append(sample.Scores, scoreOf(r.Code))
			states, channels = append(states, r.State), append(channels, r.Channel)
			if err := weighted.Add(scoreOf(r.Code), r.W); err != nil {
				t.Fatal(err)
			}
			if err := tally.Add(scoreOf(r.Code)); err != nil {
				t.Fatal(err)
			}
		}
		e := must(weighted.Estimate(0.95, 0))
		near(t, "weighted", e.Score, w.Weighted.NPS, closed)
		near(t, "weighted SE", e.SE, w.Weighted.SE, closed)
		near(t, "sum of weights", weighted.Sum(), w.Kish.SumW, closed)
		near(t, "Kish", e.Kish, w.Kish.NEff, closed)
		near(t, "design effect", e.DesignEffect(), w.Kish.Deff, closed)

		equal := tally.Weighted()
		e = must(equal.Estimate(0.95, w.FPC.Population))
		near(t, "finite population", e.Score, w.FPC.NPS, closed)
		near(t, "finite population SE", e.SE, w.FPC.SE, closed)

		byState := nps.Margin{Name: "state"}
		for _, s := range w.Raked.State {
			byState.Targets = append(byState.Targets, nps.Target{Cell: s.State, Size: s.Freq})
		}
		byChannel := nps.Margin{Name: "channel"}
		for _, s := range w.Raked.Channel {
			byChannel.Targets = append(byChannel.Targets, nps.Target{Cell: s.Channel, Size: s.Freq})
		}
		sample.Cells = [][]string{states}
		post := must(nps.Rake(sample, nps.RakeConfig{Margins: []nps.Margin{byState}}))
		e = must(post.Estimate(0.95))
		near(t, "post-stratified", e.Score, w.Post.NPS, closed)
		near(t, "post-stratified SE", e.SE, w.Post.SE, closed)
		if post.Report().Iterations != 1 {
			t.Errorf("post-stratification took %+v", post.Report())
		}

		sample.Cells = [][]string{states, channels}
		raked := must(nps.Rake(sample, nps.RakeConfig{Margins: []nps.Margin{byState, byChannel}}))
		e = must(raked.Estimate(0.95))
		near(t, "raked", e.Score, w.Raked.NPS, closed)
		near(t, "raked SE", e.SE, w.Raked.SE, closed)
		near(t, "raked Kish", e.Kish, w.Raked.NEff, closed)
		weights := raked.AppendWeights(nil)
		for _, cell := range w.Raked.Cells {
			for i := range weights {
				if states[i] == cell.State && channels[i] == cell.Channel {
					near(t, "weight of "+cell.State+" "+cell.Channel, weights[i], cell.X, closed)
				}
			}
		}
		for _, s := range w.Raked.ByState {
			e := must(raked.EstimateOf(0.95, func(i int) bool { return states[i] == s.State }))
			near(t, "raked, "+s.State, e.Score, s.NPS, closed)
			near(t, "raked SE, "+s.State, e.SE, s.SE, closed)
		}
	})
}

func TestReferencePlanning(t *testing.T) {
	eachReference(t, func(t *testing.T, ref reference) {
		for _, o := range ref.Planning.Margin {
			m := nps.Mix{Promoters: o.Promoters, Detractors: o.Detractors}
			p := nps.Plan{Confidence: o.Conf}
			near(t, "for a margin", must(p.RawForMargin(m, o.Margin)), o.N, closed)
			if up := must(p.ForMargin(m, o.Margin)); up != o.Up {
				t.Errorf("for a margin: %d, want %d", up, o.Up)
			}
			p.Population = 1000
			near(t, "for a margin of 1,000", must(p.RawForMargin(m, o.Margin)), o.FPC, closed)
		}
		for _, o := range ref.Planning.Two {
			a, b := nps.Mix{Promoters: o.A[0], Detractors: o.A[1]}, nps.Mix{Promoters: o.B[0], Detractors: o.B[1]}
			p := nps.Plan{Confidence: 1 - o.Alpha, Power: o.Power}
			near(t, "for a lift", must(p.RawForLift(a, b)), o.N, closed)
			if up := must(p.ForLift(a, b)); up != o.Up {
				t.Errorf("for a lift: %d, want %d", up, o.Up)
			}
			near(t, "power at 400", must(p.PowerOf(a, b, 400)), o.At400, closed)
		}
		for _, o := range ref.Planning.Shares {
			p := nps.Plan{Confidence: 1 - o.Alpha, Power: o.Power}
			// R solves for it with uniroot, which stops at a relative 1.2e-4.
			near(t, "for a lift of a share", must(p.RawForShareLift(o.P1, o.P2)), o.N, 1e-5)
		}
	})
}

func TestReferenceMonitoring(t *testing.T) {
	eachReference(t, func(t *testing.T, ref reference) {
		o := ref.Monitoring
		var periods []nps.Tally
		for _, p := range o.Periods {
			periods = append(periods, fill(t, nps.NPS, []int64{p.D, 0, 0, 0, 0, 0, 0, p.S, 0, p.P}))
		}
		m := must(nps.NewMonitor(periods[:o.Baseline], nps.MonitorConfig{Lambda: o.Lambda, Limit: o.L, Slack: o.K}))
		centre, variance := m.Centre()
		near(t, "centre", centre, o.Centre, closed)
		near(t, "variance", variance, o.UnitVariance, closed)
		for i, p := range must(m.AppendPoints(nil, periods)) {
			near(t, "EWMA", p.EWMA, o.EWMA[i], closed)
			near(t, "EWMA lower", p.Lower, o.Lower[i], closed)
			near(t, "EWMA upper", p.Upper, o.Upper[i], closed)
			near(t, "CUSUM high", p.High, o.High[i], closed)
			near(t, "CUSUM low", p.Low, o.Low[i], closed)
			drift := 0
			if o.EWMA[i] < o.Lower[i] {
				drift = -1
			}
			if p.Drift != drift || p.Known != true || math.IsNaN(p.Score) {
				t.Errorf("period %d: %+v, want drift %d", i, p, drift)
			}
		}
	})
}
