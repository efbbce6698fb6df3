package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

const (
	periodWeeks  = 4   // of a period of the tracking curve
	mostHeldOut  = 52  // weeks
	heldOutShare = 4   // a quarter of the log
	mostPeriods  = 130 // before the calibration: ten years
)

// findHoldOut fits the model to what was known some time ago, and compares. It
// returns nil where the log is too short for that.
func findHoldOut(b *book, o options, c *crew) (*wholeHoldOut, error) {
	weeks := int(b.asOf.Sub(b.log.first).Hours() / 24 / 7)
	held := min(mostHeldOut, weeks/heldOutShare) / periodWeeks
	if held < 1 {
		return nil, nil
	}
	at := b.asOf.In(o.loc).AddDate(0, 0, -7*periodWeeks*held)
	rows, err := clv.Split(b.log.agg, at, b.asOf, rowConfig)
	if err != nil {
		return nil, err
	}
	fit, err := clv.FitModel(rows.Rows, clv.FitConfig{Workers: c.workers})
	if errors.Is(err, clv.ErrFit) || errors.Is(err, clv.ErrTooFew) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	check, err := clv.CheckHoldOut(fit.Predictor, rows)
	if err != nil {
		return nil, err
	}
	h := &wholeHoldOut{
		Calibration: dateText(at, o.loc), Customers: check.Customers, Actual: check.Actual, Predicted: check.Predicted,
		MAE: check.MAE, Correlation: known(check.Correlation, check.CorrelationKnown),
	}
	for _, k := range check.ByFrequency {
		h.ByFrequency = append(h.ByFrequency, wholeHoldOutClass{k.Class, k.Customers, k.Actual, k.Predicted})
	}
	back := int(at.Sub(b.log.first).Hours()/24/7)/periodWeeks + 1
	t := &tracking{fit: fit, rows: rows.Rows, first: -min(back, mostPeriods), last: held}
	return h, t.fill(h, b, at, o)
}

// tracking is the curve of all repeat purchases by periods of four weeks, numbered
// from the calibration.
type tracking struct {
	fit         *clv.Fit
	rows        clv.Rows
	first, last int // periods [first, last)
}

func (t *tracking) len() int { return t.last - t.first }

// times are the ends of the periods, and before them the beginning of the first.
func (t *tracking) times() []float64 {
	var out []float64
	for k := t.first; k <= t.last; k++ {
		out = append(out, float64(k*periodWeeks))
	}
	return out
}

func (t *tracking) fill(h *wholeHoldOut, b *book, at time.Time, o options) error {
	actual, err := clv.Tracking(b.log.agg, at, b.asOf, t.times(), rowConfig)
	if err != nil {
		return err
	}
	expected, err := t.expect(t.fit.Predictor)
	if err != nil {
		return err
	}
	variance, err := t.doubt(expected)
	if err != nil {
		return err
	}
	chance := t.chance()
	wide := func(k int) float64 { return 1.959963984540054 * math.Sqrt(variance[k]+chance[k]) }
	h.wholeInterval = wholeInterval{max(0, h.Predicted-wide(t.len())), h.Predicted + wide(t.len())}
	for k := range t.len() {
		e, wide := expected[k], wide(k)
		from := at.AddDate(0, 0, 7*periodWeeks*(t.first+k))
		h.Periods = append(h.Periods, wholeTrackPeriod{
			From: dateText(from, o.loc), To: dateText(from.AddDate(0, 0, 7*periodWeeks), o.loc), HeldOut: t.first+k >= 0,
			Actual: actual[k+1] - actual[k], Expected: e, wholeInterval: wholeInterval{max(0, e-wide), e + wide},
		})
	}
	return nil
}

// expect is the expected number of purchases of each period, and at the end that of
// all held-out ones.
func (t *tracking) expect(p *clv.Predictor) ([]float64, error) {
	sums, err := p.AppendTracking(nil, t.rows, t.times())
	if err != nil {
		return nil, err
	}
	all := sums[t.len()] - sums[-t.first]
	for k := range t.len() {
		sums[k] = sums[k+1] - sums[k]
	}
	sums[t.len()] = all
	return sums, nil
}

// doubt is the variance of the expectation: what the fit does not know of its
// parameters, by the delta method.
func (t *tracking) doubt(expected []float64) ([]float64, error) {
	const step = 1e-4 // relative
	params := t.fit.Model().Params()
	gradient := make([][]float64, len(params))
	for j := range params {
		values := make([]float64, len(params))
		for i, p := range params {
			values[i] = p.Value
		}
		values[j] *= 1 + step
		model, err := clv.NewModel(t.fit.Model().Kind(), values...)
		if err != nil {
			return nil, err
		}
		p, err := clv.NewPredictor(model, t.rows.Unit)
		if err != nil {
			return nil, err
		}
		moved, err := t.expect(p)
		if err != nil {
			return nil, err
		}
		for k := range moved {
			moved[k] = (moved[k] - expected[k]) / (step * params[j].Value)
		}
		gradient[j] = moved
	}
	out := make([]float64, len(expected))
	for k := range out {
		for i := range gradient {
			for j := range gradient {
				out[k] += gradient[i][k] * t.fit.Covariance[i][j] * gradient[j][k]
			}
		}
		out[k] = max(0, out[k])
	}
	return out, nil
}

// chance is the variance of what customers do of themselves, each in the mean of all
// of the same age: what they had bought before makes the sum of those held out a
// little more certain, which is left aside. Two draws of one
// customer differ by twice the variance; some thousand customers stand for all.
func (t *tracking) chance() []float64 {
	const most = 20_000
	out := make([]float64, t.len()+1)
	all := t.rows.List
	n := min(most, len(all))
	rng := rand.New(rand.NewPCG(1, 0x9e3779b97f4a7c15)) // the same band for the same log
	diff := make([]float64, t.len()+1)
	var drawn []float64
	for i := range n {
		age := all[i*len(all)/n].Age
		clear(diff)
		for _, sign := range []float64{1, -1} {
			drawn = t.fit.Draw(drawn[:0], rng, age+float64(t.last*periodWeeks))
			for _, at := range drawn {
				if k := int(math.Floor((at-age)/periodWeeks)) - t.first; k >= 0 && k < t.len() {
					if diff[k] += sign; k >= -t.first {
						diff[t.len()] += sign
					}
				}
			}
		}
		for k, d := range diff {
			out[k] += d * d / 2 * float64(len(all)) / float64(n)
		}
	}
	return out
}
