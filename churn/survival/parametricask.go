package survival

import (
	"fmt"
	"math"
)

// Predict returns the probability that a customer with covariates x stays
// beyond each of times. Unlike a curve, a law goes on beyond what was observed;
// how far to follow it is for the host to say. Limits are made on the scale of
// z·error about the law's own variable, so that they lie within 0 and 1; SE
// is by the delta method. confidence 0 is DefaultConfidence.
func (f *ParametricFit) Predict(x []float64, confidence float64, times ...float64) ([]Estimate, error) {
	row, mu, confidence, err := f.ask(x, confidence)
	if err != nil {
		return nil, err
	}
	var fs faults
	for i, t := range times {
		if !(t >= 0 && t <= math.MaxFloat64) {
			fs.add(fmt.Errorf("%w: %v", ErrTime, t), "times", i)
		}
	}
	if err := fs.err(); err != nil {
		return nil, err
	}
	out := make([]Estimate, len(times))
	z := normalQuantile(0.5 + confidence/2)
	for i, t := range times {
		if t == 0 {
			out[i] = Estimate{1, 0, 1, 1}
			continue
		}
		w := (math.Log(t) - mu) / f.Scale
		se := math.Sqrt(max(0, f.cov.quadratic(f.gradient(row, w)))) / f.Scale
		log, d1, _ := f.Law.stay(w)
		s := math.Exp(log)
		low, _, _ := f.Law.stay(w + z*se)
		high, _, _ := f.Law.stay(w - z*se)
		out[i] = Estimate{s, -s * d1 * se, math.Exp(low), math.Exp(high)}
	}
	return out, nil
}

// Quantile returns the time by which a share p of the customers with covariates
// x has left; limits are made on the log scale. p outside (0, 1) is ErrOption.
func (f *ParametricFit) Quantile(x []float64, p, confidence float64) (Estimate, error) {
	row, mu, confidence, err := f.ask(x, confidence)
	if err != nil {
		return Estimate{}, err
	}
	if !(p > 0 && p < 1) {
		return Estimate{}, at(fmt.Errorf("%w: %v is not between 0 and 1", ErrOption, p), "p")
	}
	w := f.Law.quantile(p)
	se := math.Sqrt(max(0, f.cov.quadratic(f.gradient(row, w))))
	z := normalQuantile(0.5 + confidence/2)
	t := math.Exp(mu + f.Scale*w)
	return Estimate{t, t * se, t * math.Exp(-z*se), t * math.Exp(z*se)}, nil
}

// Conditional returns the probability that a customer who stayed beyond t stays
// beyond t+h, with limits on the scale of the log hazard between the two.
func (f *ParametricFit) Conditional(x []float64, t, h, confidence float64) (Estimate, error) {
	row, mu, confidence, err := f.ask(x, confidence)
	if err != nil {
		return Estimate{}, err
	}
	if err := checkSpan(t, h); err != nil {
		return Estimate{}, err
	}
	if h == 0 {
		return Estimate{1, 0, 1, 1}, nil
	}
	grad := make([]float64, f.cov.n)
	part := func(t, sign float64) (log float64) {
		if t == 0 {
			return 0
		}
		w := (math.Log(t) - mu) / f.Scale
		log, d1, _ := f.Law.stay(w)
		for k, v := range f.gradient(row, w) {
			grad[k] -= sign * d1 * v / f.Scale
		}
		return sign * log
	}
	log := part(t+h, 1) + part(t, -1)
	se := math.Sqrt(max(0, f.cov.quadratic(grad)))
	s := math.Exp(log)
	e := Estimate{Value: s, SE: s * se}
	e.Low, e.High = LogLogLimits.around(s, se, normalQuantile(0.5+confidence/2))
	return e, nil
}

// ask checks a question and returns the row of the design and its β'x.
func (f *ParametricFit) ask(x []float64, confidence float64) (row []float64, mu, conf float64, err error) {
	if conf, err = checkConfidence(confidence); err != nil {
		return nil, 0, 0, err
	}
	if len(x) != len(f.names) {
		return nil, 0, 0, at(fmt.Errorf("%w: %d values, the model has %d covariates", ErrLength, len(x), len(f.names)), "x")
	}
	var fs faults
	row = append(row, 1)
	mu = f.Coefficients[0].Value
	for k, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			fs.add(fmt.Errorf("%w: %v", ErrValue, v), "covariates", f.names[k])
		}
		mu += f.Coefficients[k+1].Value * v
		row = append(row, v)
	}
	return row, mu, conf, fs.err()
}

// gradient is that of β'x + σw in the coefficients and log σ.
func (f *ParametricFit) gradient(row []float64, w float64) []float64 {
	g := append([]float64(nil), row...)
	if f.Law != Exponential {
		g = append(g, f.Scale*w)
	}
	return g
}
